"""tmux: whether it lets pictures through, and to what terminal.

A picture that is to stay where its pane is must stand behind placeholder characters, which tmux moves and hides like
text. The picture itself must not go through tmux: what a client does not take at once it throws away beyond some 30 kB
(tty_block_maybe in tmux's tty.c). So it is handed over in shared memory, which a terminal on the same machine reads.
"""

import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from console.graphics import shared
from console.graphics.answers import name_has_placeholders
from console.graphics.kitty import through_tmux_query
from console.graphics.terminal import Terminal

_PATIENCE = 0.4
"""Seconds in which a terminal on this machine reads what it is told to."""


def seen_through(terminal: Terminal, environ: Mapping[str, str], write: Callable[[bytes], object]) -> Terminal:
    """`terminal`, a tmux, with what can be done through it now; `write` reaches it.

    Blocks up to half a second: not from the event loop.
    """
    through = passthrough_allowed(environ)
    names = {line.partition(" ")[2] for line in clients(environ)} if through else set()
    placeholders = bool(names) and all(map(name_has_placeholders, names))
    fetched = placeholders and _is_fetched(write)
    return replace(
        terminal,
        passthrough=through,
        kitty_placeholders=placeholders and fetched,
        kitty_shared=placeholders and fetched,
    )


def passthrough_allowed(environ: Mapping[str, str]) -> bool:
    """Whether the tmux we run in hands sequences through to the terminal behind it (allow-passthrough, tmux 3.3)."""
    return _tmux(environ, "display-message", "-p", "#{allow-passthrough}") in ("on", "all", "1", "2")


def clients(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Everybody who looks at our tmux: when they came, and what their terminal calls itself (XTVERSION)."""
    return tuple(sorted(_tmux(environ, "list-clients", "-F", "#{client_created} #{client_termtype}").splitlines()))


def _is_fetched(write: Callable[[bytes], object]) -> bool:
    """Whether the terminal behind tmux reads the shared memory of this machine: it removes what it has read."""
    memory = shared.SharedMemory()
    name = memory.put(b"\0\0\0") if shared.available() else None
    if name is None:
        return False
    write(through_tmux_query(name))
    deadline = time.monotonic() + _PATIENCE
    while memory.unread() and time.monotonic() < deadline:
        time.sleep(0.01)
    fetched = not memory.unread()
    memory.clear()
    return fetched


def _tmux(environ: Mapping[str, str], *words: str) -> str:
    """What tmux answers; "" where there is none, or it does not answer within a second."""
    if not environ.get("TMUX"):
        return ""
    try:
        answer = subprocess.run(
            ("tmux", *words), stdin=subprocess.DEVNULL, capture_output=True, timeout=1.0, env=dict(environ), check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.decode("utf-8", "replace").strip()
