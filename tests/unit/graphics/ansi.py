"""A small terminal for the tests, written from ECMA-48 alone: one line of bytes in, cells out.

It knows nothing of how the console makes its bytes, and refuses whatever a picture's line must not hold.
"""

import re
import unicodedata
from dataclasses import dataclass

Color = tuple[int, int, int] | int | None

_TOKEN = re.compile(r"\x1b\[([\d;]*)m|([^\x00-\x1f\x7f-\x9f])", re.DOTALL)


@dataclass(frozen=True)
class Cell:
    glyph: str
    """With the marks that stand on it; empty in the second cell of a wide character."""
    fg: Color
    bg: Color


def stands_on_the_one_before(character: str) -> bool:
    """Marks, format characters, and the vowels and finals of a Hangul syllable."""
    return unicodedata.category(character) in ("Mn", "Me", "Cf") or "\u1160" <= character <= "\u11ff"


def interpret(line: bytes) -> list[Cell]:
    """The cells that a terminal would show for `line`."""
    text = line.decode("utf-8")
    cells: list[Cell] = []
    fg: Color = None
    bg: Color = None
    bold = False
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise AssertionError(f"a line may not hold {text[place : place + 12]!r}")
        place = match.end()
        if match[2] is None:
            numbers = [int(number or 0) for number in match[1].split(";")]
            fg, bg = _sgr(numbers, fg, bg)
            # The Linux console takes 90-97 for bold and keeps it, and shows 30-37 bright as long as it lasts.
            bold = (bold and not {0, 22} & set(numbers)) or 90 <= numbers[0] <= 97
            assert not (bold and isinstance(fg, int) and fg < 8), f"{numbers} is shown bright on the Linux console"
            continue
        character = match[2]
        if stands_on_the_one_before(character):
            last = cells.pop()
            cells.append(Cell(last.glyph + character, last.fg, last.bg))
            continue
        cells.append(Cell(character, fg, bg))
        if unicodedata.east_asian_width(character) in ("W", "F"):
            cells.append(Cell("", fg, bg))
    return cells


def _sgr(numbers: list[int], fg: Color, bg: Color) -> tuple[Color, Color]:
    while numbers:
        code, *numbers = numbers
        if code == 0:
            fg = bg = None
        elif code in (38, 48):
            color: Color
            kind, *numbers = numbers
            if kind == 5:
                color, *numbers = numbers
            else:
                assert kind == 2
                red, green, blue, *numbers = numbers
                color = (red, green, blue)
            assert all(0 <= value < 256 for value in (color if isinstance(color, tuple) else (color or 0,)))
            fg, bg = (color, bg) if code == 38 else (fg, color)
        elif 30 <= code <= 37:
            fg = code - 30
        elif 90 <= code <= 97:
            fg = code - 82
        elif 40 <= code <= 47:
            bg = code - 40
        else:
            assert code == 22, f"SGR {code} has no business in a picture"
    return fg, bg


def spread(runs: list[tuple[str, Color, Color]]) -> list[Cell]:
    """The cells of the runs that a picture gives for the fallback."""
    cells: list[Cell] = []
    for text, fg, bg in runs:
        for character in text:
            if stands_on_the_one_before(character):
                last = cells.pop()
                cells.append(Cell(last.glyph + character, last.fg, last.bg))
                continue
            cells.append(Cell(character, fg, bg))
            if unicodedata.east_asian_width(character) in ("W", "F"):
                cells.append(Cell("", fg, bg))
    return cells
