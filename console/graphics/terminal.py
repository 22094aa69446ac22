"""What is known of the terminal the console runs in, and what the environment alone can say about it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

ColorDepth: TypeAlias = Literal["true", "256", "16"]

_TRUE_COLOR_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "mintty")


@dataclass(frozen=True)
class Terminal:
    """The answers of the probe, or careful defaults where nothing answered."""

    columns: int
    rows: int
    utf8: bool
    """It reads UTF-8: a Chinese character took two cells."""
    ambiguous_wide: bool
    """Characters of ambiguous width such as "─" take two cells: borders must be ASCII."""
    cell_pixels: tuple[int, int] | None
    """Width and height of a cell in pixels; None when unknown."""
    name: str
    """What it calls itself, such as "XTerm(379)", or what its other answers give away, or $TERM."""
    color: ColorDepth
    sixel: bool
    """DA1 names sixel graphics; never asked inside tmux or screen."""
    kitty: bool
    """The kitty graphics query was answered; never asked inside tmux or screen."""
    synchronized: bool
    """It knows synchronized updates (DEC private mode 2026)."""
    answered: bool
    """DA1 came back in time. False leaves answers that may still be on their way: call `probe.drain` at the end."""
    round_trip_ms: float
    """From the last query sent to its answer read; 0 when nothing answered."""
    wide_blocks: bool = False
    """"▀" takes two cells, so pictures must do without block characters."""
    sixel_colors: int = 0
    """Colour registers for sixel graphics; 0 when it does not say."""
    sixel_pixels: tuple[int, int] | None = None
    """Width and height of the largest sixel picture; None when it does not say."""
    kitty_placeholders: bool = False
    """Its kitty graphics know placeholder characters."""
    kitty_shared: bool = False
    """It reads pictures from the shared memory of this machine."""
    iterm: bool = False
    """It shows iTerm2's inline images."""
    multiplexed: bool = False
    """tmux or screen stands between."""
    passthrough: bool = False
    """tmux hands graphics through to the terminal behind it."""
    web: bool = False
    """A browser by way of textual-serve: pictures are made of cells there, whatever was wished."""
    remembered: bool = False
    """It did not answer; this is what an earlier start had found."""

    @property
    def cell_aspect(self) -> float:
        """Height of a cell divided by its width; 2 where the terminal does not say, or says what no font has."""
        if self.cell_pixels is None:
            return 2.0
        width, height = self.cell_pixels
        aspect = height / width if width > 0 else 0.0
        return aspect if 1.0 <= aspect <= 4.0 else 2.0


def multiplexed(environ: Mapping[str, str]) -> bool:
    """True inside tmux or screen, where a graphics query would end up in the pane's title."""
    return bool(environ.get("TMUX")) or environ.get("TERM", "").startswith(("screen", "tmux"))


def served(environ: Mapping[str, str]) -> bool:
    """True where textual-serve or textual-web shows the console in a browser."""
    return bool(environ.get("TEXTUAL_WEB")) or "web" in environ.get("TEXTUAL_DRIVER", "")


def environment_color(environ: Mapping[str, str]) -> ColorDepth:
    """Colour depth by COLORTERM, WT_SESSION and TERM alone. NO_COLOR is a wish, not a fact: the caller heeds it."""
    term = environ.get("TERM", "")
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") or environ.get("WT_SESSION"):
        return "true"
    if term.endswith(("-direct", "-truecolor")) or term.split("-256color")[0] in _TRUE_COLOR_TERMS:
        return "true"
    return "256" if term.endswith("-256color") else "16"


def environment_utf8(environ: Mapping[str, str]) -> bool:
    """Whether the locale is a UTF-8 one (LC_ALL, LC_CTYPE, LANG in that order); unset counts as no."""
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = environ.get(name, "")
        if value:
            return re.search(r"utf-?8", value, re.IGNORECASE) is not None
    return False


def unasked(environ: Mapping[str, str], size: tuple[int, int], windows: bool = os.name == "nt") -> Terminal:
    """The terminal as the environment describes it, for a pipe, for Windows, and for terminals that do not answer.

    `size` is (columns, rows). A Windows console since Windows 10 reads UTF-8 and 256 colours; Windows Terminal, which
    sets WT_SESSION, 24 bits.
    """
    color = environment_color(environ)
    if windows and color == "16":
        color = "256"
    name = "Windows Terminal" if environ.get("WT_SESSION") else environ.get("TERM", "")
    return Terminal(
        columns=size[0],
        rows=size[1],
        utf8=windows or environment_utf8(environ),
        ambiguous_wide=False,
        cell_pixels=None,
        name=name or ("Windows console" if windows else ""),
        color=color,
        sixel=False,
        kitty=False,
        synchronized=False,
        answered=False,
        round_trip_ms=0.0,
    )
