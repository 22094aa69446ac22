"""The two themes, and what a terminal that draws some characters too wide is given instead."""

from dataclasses import dataclass

from textual.scrollbar import ScrollBarRender
from textual.theme import Theme

DARK = Theme(
    name="cathlab-dark",
    primary="#4f9bd9",
    secondary="#5a7a99",
    accent="#e0b050",
    warning="#e0b050",
    error="#e5645b",
    success="#6cb56c",
    foreground="#d8dee4",
    background="#10151a",
    surface="#161c22",
    panel="#1f2830",
    dark=True,
)

LIGHT = Theme(
    name="cathlab-light",
    primary="#1f6fae",
    secondary="#5a7a99",
    accent="#8a5a00",
    warning="#8a5a00",
    error="#b3261e",
    success="#2e7d32",
    foreground="#1a1f24",
    background="#f4f6f8",
    surface="#ffffff",
    panel="#dfe6ec",
    dark=False,
)

THEMES = {"dark": DARK, "light": LIGHT}


@dataclass(frozen=True)
class Symbols:
    """Drawing characters; all of them one cell wide on the terminal in use."""

    separator: str = "│"
    ellipsis: str = "…"
    dot: str = "·"
    arrow: str = "▸"
    bar_full: str = "━"
    bar_empty: str = "─"


PLAIN = Symbols(separator="|", ellipsis="~", dot="-", arrow=">", bar_full="=", bar_empty="-")
"""For terminals that draw ambiguous characters two cells wide, and for the Linux virtual console."""


def plain_scrollbars() -> None:
    """Scroll bars without block characters, whose width is ambiguous too."""
    ScrollBarRender.VERTICAL_BARS = [" "] * 8
    ScrollBarRender.HORIZONTAL_BARS = [" "] * 8
