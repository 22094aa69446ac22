"""A picture made of terminal cells: bytes for the terminal, runs of cells for whoever must cut or dim it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from console.graphics.palette import Color
from console.graphics.texts import MARKER
from console.graphics.tokens import Ids, unpack


class CellRun(NamedTuple):
    """Neighbouring cells of one foreground and background."""

    text: str
    """The characters, wide ones once."""
    fg: Color
    bg: Color


@dataclass(frozen=True)
class CellPicture:
    """One frame as cells. The two ways to show it, `lines` and `cells`, always show the same picture."""

    lines: tuple[bytes, ...]
    """Each row's bytes: UTF-8 and SGR only, no cursor movement, no line feed; ends with CSI 0 m unless colourless."""
    fg: Ids
    """(rows, columns) foreground ids of the writer that made the lines. Never changed after construction."""
    bg: Ids
    """(rows, columns) background ids."""
    glyphs: Ids
    """(rows, columns) packed glyphs; 0 in the second cell of a wide character."""
    long: Mapping[tuple[int, int], bytes]
    """UTF-8 of the cells whose glyph is the marker."""
    color: Callable[[int], Color]
    """What an id stands for."""

    def cells(self, row: int) -> list[CellRun]:
        """The runs of one row, left to right, computed at the call. A wide character stands once in its run."""
        fg, bg, glyphs = self.fg[row], self.bg[row], self.glyphs[row]
        if not len(glyphs):
            return []
        starts = ((fg[1:] != fg[:-1]) | (bg[1:] != bg[:-1])).nonzero()[0] + 1
        edges = [0, *starts.tolist(), len(glyphs)]
        runs = []
        for start, end in pairwise(edges):
            text = restore(unpack(glyphs[start:end]), self._long_in(row, start, end)).decode()
            runs.append(CellRun(text, self.color(int(fg[start])), self.color(int(bg[start]))))
        return runs

    def _long_in(self, row: int, start: int, end: int) -> list[bytes]:
        """The long characters of a stretch of a row, in order."""
        if not self.long:
            return []
        return [self.long[key] for key in sorted(self.long) if key[0] == row and start <= key[1] < end]


def restore(line: bytes, long: list[bytes]) -> bytes:
    """`line` with each marker replaced by the long character it stands for."""
    if not long:
        return line
    parts = line.split(MARKER)
    joined = [parts[0]]
    for character, part in zip(long, parts[1:], strict=True):
        joined += [character, part]
    return b"".join(joined)
