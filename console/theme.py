"""The two themes, and what a terminal that draws some characters too wide is given instead."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from textual.scrollbar import ScrollBarRender
from textual.theme import Theme

# Colours of the xterm 256 palette, so that a terminal without true colour (PuTTY) shows the same ones.
DARK = Theme(
    name="cathlab-dark",
    primary="#5fafd7",
    secondary="#5f8787",
    accent="#d7af5f",
    warning="#d7af5f",
    error="#d75f5f",
    success="#87af5f",
    foreground="#dadada",
    background="#121212",
    surface="#1c1c1c",
    panel="#303030",
    dark=True,
)

LIGHT = Theme(
    name="cathlab-light",
    primary="#005f87",
    secondary="#5f8787",
    accent="#875f00",
    warning="#875f00",
    error="#af0000",
    success="#005f00",
    foreground="#121212",
    background="#eeeeee",
    surface="#ffffff",
    panel="#d0d0d0",
    dark=False,
)

THEMES = {"dark": DARK, "light": LIGHT}


@dataclass(frozen=True)
class Symbols:
    """Drawing characters; all of them one cell wide on the terminal in use."""

    separator: str = "│"
    ellipsis: str = "…"
    flag: str = "⚑"
    """A name read against its label, a study with something to notice."""
    marked: str = "●"
    """Chosen for export."""
    verdicts: str = "✗?!○✓·–"
    """Of CRIT, UNKNOWN, WARN, MANUAL, OK, SKIPPED and NA, in this order."""
    spinner: str = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
    """Frames of what is at work."""
    chart: str = "▁▂▃▄▅▆▇█"
    """Levels of a small chart, lowest first."""
    doubtful: Mapping[str, str] = field(default_factory=dict)
    """What stands for characters whose width is in doubt on this terminal."""

    def fold(self, text: str) -> str:
        """`text` with only characters whose width is certain."""
        for character, instead in self.doubtful.items():
            text = text.replace(character, instead)
        return text


PLAIN = Symbols(
    separator="|",
    ellipsis="~",
    flag="!",
    marked="*",
    verdicts="X?!ov.-",
    spinner="|/-\\",
    chart="_.-=+*#@",
    doubtful={"·": "-", "…": "~", "×": "x", "←": "<-", "→": "->", "↑": "up", "↓": "dn", "–": "-", "“": '"', "”": '"'},
)
"""For terminals that draw ambiguous characters two cells wide, and for the Linux virtual console."""


def plain_scrollbars() -> None:
    """Scroll bars without block characters, whose width is ambiguous too."""
    ScrollBarRender.VERTICAL_BARS = [" "] * 8
    ScrollBarRender.HORIZONTAL_BARS = [" "] * 8
