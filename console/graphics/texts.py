"""Interface texts that stand inside the picture, as cells: measured, clipped, never half a wide character.

Widths follow Unicode's East Asian Width (UAX #11), as terminals do. Characters come out
packed for console.graphics.tokens.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from console.graphics.palette import Tone
from console.graphics.tokens import Ids, pack

MARKER = b"\x01"
"""Stands for a character with marks on it until the line is squeezed; no text can hold it."""

_MARK = pack(MARKER)
_SPACE = pack(b" ")
_ZERO_WIDTH = ("Mn", "Me", "Cf")
_FORBIDDEN = ("Cc", "Cs", "Zl", "Zp")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class CellText:
    """One line of text over the picture."""

    row: int
    """Cell row inside the picture, 0 at the top; a row outside draws nothing."""
    column: int
    """Cell column of the first character, 0 at the left; negative counts as 0."""
    text: str
    """Without control characters: whoever read it from a file has cleaned it."""
    tone: Tone = "normal"


@dataclass(frozen=True)
class LaidText:
    """A text as cells."""

    glyphs: Ids
    """One packed glyph a cell; 0 in the second cell of a wide character."""
    seconds: npt.NDArray[np.intp]
    """The cells that are the second half of a wide character."""
    long: tuple[tuple[int, bytes], ...]
    """(cell, UTF-8) of what takes more than the four bytes of one character: it has marks on it."""


def cell_width(character: str, ambiguous_wide: bool = False) -> int:
    """Cells that one character takes: 0 for marks and format characters, 2 for wide, 1 for the rest."""
    if unicodedata.category(character) in _ZERO_WIDTH:
        return 0
    if "\u1160" <= character <= "\u11ff":  # Hangul vowels and finals stand on the consonant before them
        return 0
    width = unicodedata.east_asian_width(character)
    return 2 if width in "WF" or (ambiguous_wide and width == "A") else 1


def text_width(text: str, ambiguous_wide: bool = False) -> int:
    """Cells that `text` takes, for placing it at the right edge."""
    return sum(cell_width(character, ambiguous_wide) for character in unicodedata.normalize("NFC", text))


def _clusters(text: str, ambiguous_wide: bool, utf8: bool) -> list[tuple[str, int]]:
    """Characters with the marks that stand on them, and their width in cells."""
    found: list[tuple[str, int]] = []
    for character in unicodedata.normalize("NFC", text):
        if unicodedata.category(character) in _FORBIDDEN or character in _BIDI:
            raise ValueError(f"a control character U+{ord(character):04X} reached the screen")
        width = cell_width(character, ambiguous_wide)
        if not utf8 and not character.isascii():
            found.append(("?" * width, width))
        elif width == 0 and found:
            found[-1] = (found[-1][0] + character, found[-1][1])
        elif width > 0:
            found.append((character, width))
    return found


@lru_cache(maxsize=512)
def lay_out(text: str, limit: int, ambiguous_wide: bool = False, utf8: bool = True) -> LaidText:
    """`text` as at most `limit` cells, with an ellipsis where it was cut.

    Where the terminal has no UTF-8, other characters become question marks, two for a wide one; where it draws the
    ellipsis two cells wide, or not at all, a tilde stands for it. A control character is a ValueError: it means that
    a text was not cleaned when it was read.
    """
    clusters = _clusters(text, ambiguous_wide, utf8)
    if sum(width for _text, width in clusters) > limit:
        room, kept = limit - 1, []
        for cluster, width in clusters:
            if width > room:
                break
            kept.append((cluster, width))
            room -= width
        clusters = [*kept, ("…" if utf8 and not ambiguous_wide else "~", 1)] if limit > 0 else []
    glyphs: list[int] = []
    seconds: list[int] = []
    long: list[tuple[int, bytes]] = []
    for cluster, width in clusters:
        if cluster.isascii():
            glyphs.extend(pack(character.encode()) for character in cluster)
            continue
        encoded = cluster.encode()
        if len(encoded) > 4:
            long.append((len(glyphs), encoded))
        glyphs.append(_MARK if len(encoded) > 4 else pack(encoded))
        if width == 2:
            seconds.append(len(glyphs))
            glyphs.append(0)
    return LaidText(np.array(glyphs, np.uint32), np.array(seconds, np.intp), tuple(long))


def put(glyphs: Ids, row: int, column: int, laid: LaidText) -> None:
    """Write the cells of `laid` into `glyphs`; a wide character that is cut by it leaves a blank, never a half."""
    end = column + len(laid.glyphs)
    line = glyphs[row]
    if column > 0 and line[column] == 0:
        line[column - 1] = _SPACE
    if end < len(line) and line[end] == 0:
        line[end] = _SPACE
    line[column:end] = laid.glyphs
