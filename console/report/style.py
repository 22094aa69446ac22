"""How the report looks: a page, its type sizes and its few colours, all of which differ in black and white too."""

from dataclasses import dataclass, replace

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from console.report.glyphs import BOLD, EVEN, REGULAR

PAGE_WIDTH, PAGE_HEIGHT = A4
LEFT = RIGHT = 18 * mm
TOP, BOTTOM = 23 * mm, 29 * mm
WIDTH = PAGE_WIDTH - LEFT - RIGHT

INK = HexColor("#16191d")
SOFT = HexColor("#565e68")
ACCENT = HexColor("#17375e")
RULE = HexColor("#b9c0c9")
FAINT = HexColor("#dfe3e8")
SHADE = HexColor("#f1f3f6")
GOOD = HexColor("#1c6b3a")
BAD = HexColor("#a3161f")
DOUBT = HexColor("#7a5200")
WATERMARK = HexColor("#e9ebee")
PAPER = HexColor("#ffffff")


@dataclass(frozen=True)
class Style:
    """How a text is set; lengths in points."""

    size: float = 9.5
    leading: float = 14.0
    face: str = REGULAR
    colour: Color = INK
    align: str = "left"
    """"left", "right" or "centre"."""
    before: float = 0.0
    after: float = 0.0
    indent: float = 0.0


BODY = Style(after=5)
SMALL = Style(size=8, leading=11.5, colour=SOFT)
LABEL = Style(size=8, leading=12, colour=SOFT)
CELL = Style(size=9, leading=13)
STRONG = replace(CELL, face=BOLD)
FIGURE = replace(CELL, align="right")
HEAD = Style(size=8, leading=11.5, face=BOLD, colour=SOFT)
TITLE = Style(size=27, leading=36, face=BOLD, colour=ACCENT)
SUBTITLE = Style(size=15, leading=22, colour=INK)
H1 = Style(size=15.5, leading=22, face=BOLD, colour=ACCENT, before=4, after=8)
H2 = Style(size=11.5, leading=17, face=BOLD, colour=INK, before=12, after=4)
H3 = Style(size=9.5, leading=14, face=BOLD, colour=ACCENT, before=8, after=3)
NOTE = Style(size=8.5, leading=12.5, after=3)
MACHINE = Style(size=7, leading=9.4, face=EVEN)
"""Answers of machines."""
