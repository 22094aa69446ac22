"""The terminal as it was found, remembered for the day when it does not answer in time."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from console.errors import StoreError
from console.graphics.shared import sweep
from console.graphics.terminal import Terminal, served
from console.multiplexer import seen_through
from console.store.files import replace_file

_FILE = "terminals.json"
_MOST = 32
"""Terminals remembered; the one seen longest ago goes first."""
_LARGEST = 256 * 1024

_SIGNS = (
    *("TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "LC_TERMINAL", "LC_TERMINAL_VERSION", "VTE_VERSION"),
    *("KONSOLE_VERSION", "COLORTERM"),
)
"""What the environment tells two terminals apart by."""


def known(
    terminal: Terminal,
    home: Path,
    environ: Mapping[str, str] | None = None,
    *,
    writing: bool = True,
    write: Callable[[bytes], object] = lambda _data: None,
) -> Terminal:
    """`terminal` with all that can be added to what the probe found; `write` reaches it, `writing` allows to remember.

    One that answered is remembered in `home`; one that did not is what it was when it last did, its size aside. What
    cannot be read or written there is left alone: it only costs the better picture.
    """
    environ = os.environ if environ is None else environ
    sweep()
    key = _key(environ)
    book = _read(home / _FILE)
    if terminal.answered:
        page = asdict(terminal)
        if writing and book.get(key) != page:
            book.pop(key, None)
            book[key] = page
            _write(home / _FILE, dict(list(book.items())[-_MOST:]))
    elif (before := _terminal(book.get(key))) is not None:
        terminal = replace(
            before, columns=terminal.columns, rows=terminal.rows, answered=False, remembered=True, round_trip_ms=0.0,
            cell_pixels=terminal.cell_pixels or before.cell_pixels,
        )  # fmt: skip
    if terminal.multiplexed:
        terminal = seen_through(terminal, environ, write)
    if served(environ):
        terminal = replace(
            terminal,
            web=True,
            sixel=False,
            kitty=False,
            kitty_placeholders=False,
            kitty_shared=False,
            iterm=False,
            passthrough=False,
        )
    return terminal


def _key(environ: Mapping[str, str]) -> str:
    """The terminal, as far as the environment knows it, and where it stands."""
    signs = [environ.get(name, "") for name in _SIGNS]
    signs += ["tmux" if environ.get("TMUX") else "", "wt" if environ.get("WT_SESSION") else ""]
    signs.append(environ.get("SSH_CONNECTION", "").partition(" ")[0])
    return "|".join(signs)


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            return {}
        book = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return book if isinstance(book, dict) else {}


def _write(path: Path, book: dict[str, Any]) -> None:
    try:
        replace_file(path, json.dumps(book, ensure_ascii=False, indent=1).encode())
    except (OSError, StoreError):
        return


def _terminal(page: object) -> Terminal | None:
    """A terminal as it was written; None for anything that is none."""
    if not isinstance(page, dict):
        return None
    values: dict[str, Any] = {}
    for entry in fields(Terminal):
        value = page.get(entry.name)
        if entry.name in ("cell_pixels", "sixel_pixels"):
            pair = isinstance(value, list) and len(value) == 2 and all(type(part) is int for part in value)
            values[entry.name] = (value[0], value[1]) if pair and value is not None else None
        elif entry.name == "color":
            values[entry.name] = value if value in ("true", "256", "16") else "16"
        elif entry.name == "name":
            values[entry.name] = value[:64] if isinstance(value, str) and value.isprintable() else ""
        elif entry.name in ("columns", "rows", "sixel_colors"):
            values[entry.name] = value if type(value) is int and 0 <= value < 1_000_000 else 0
        elif entry.name == "round_trip_ms":
            values[entry.name] = 0.0
        else:
            values[entry.name] = value is True
    return Terminal(**values)
