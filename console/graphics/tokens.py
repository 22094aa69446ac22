"""Cells into terminal bytes without a loop over cells.

Every cell gets a fixed number of bytes, NUL where there is nothing to say; one `translate(None, b"\\0")` a line
squeezes the NULs out. A colour is named only where it differs from the cell to the left (ECMA-48 8.3.117, SGR).
"""

from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Ids: TypeAlias = npt.NDArray[np.uint32]
"""One number a cell: a palette id, or 0xRRGGBB."""

RESET = b"\x1b[0m"


class LineWriter(Protocol):
    """Turns colour ids and glyphs into one byte string a row. Owns buffers: one writer a thread."""

    def lines(self, fg: Ids, bg: Ids, glyphs: Ids) -> list[bytes]:
        """`fg`, `bg`, `glyphs`: (rows, columns). A glyph is one character, packed by `pack`."""
        ...


def pack(utf8: bytes) -> int:
    """A glyph of one to four bytes, any one character, as the writers want it: little-endian."""
    if len(utf8) > 4:
        raise ValueError(f"a packed glyph holds four bytes, not {len(utf8)}")
    return int.from_bytes(utf8, "little")


def unpack(glyphs: Ids) -> bytes:
    """The UTF-8 text of a run of packed glyphs."""
    return glyphs.astype("<u4").tobytes().translate(None, b"\0")


def _changed(ids: Ids) -> npt.NDArray[np.bool_]:
    """True where a cell's colour must be named: it differs from its left neighbour's, or starts the row."""
    changed = np.ones(ids.shape, np.bool_)
    np.not_equal(ids[:, 1:], ids[:, :-1], out=changed[:, 1:])
    return changed


class PlainWriter:
    """Glyphs alone, for terminals that are to get no colour sequence."""

    def lines(self, fg: Ids, bg: Ids, glyphs: Ids) -> list[bytes]:
        """One byte string a row; the colours are ignored."""
        return [unpack(row) for row in glyphs]


class PaletteWriter:
    """Up to some hundred colours, each with its SGR parameters written out once."""

    def __init__(self, foreground: list[str], background: list[str]) -> None:
        """`foreground[id]` and `background[id]` are SGR parameters such as "38;5;244" and "48;2;12;12;12"."""
        count = len(foreground)
        if len(background) != count:
            raise ValueError("as many backgrounds as foregrounds are needed")
        # Four states of a cell: both colours change ("CSI fg;" + "bg m"), only the foreground ("CSI fg m"), only the
        # background ("CSI" + "bg m"), neither. The glyph takes the last word of the second half.
        need = max(max(len(text) + 3 for text in foreground), max(len(text) + 5 for text in background))
        width = -(-need // 4) * 4
        both = [f"\x1b[{text};".encode() for text in foreground]
        alone = [f"\x1b[{text}m".encode() for text in foreground]
        first = [token.ljust(width, b"\0") for token in [*both, *alone, b"\x1b[", b""]]
        second = [f"{text}m".encode().rjust(width - 4, b"\0") + bytes(4) for text in background]
        table = b"".join([*first, *second, bytes(width)])
        self._words = width // 4
        self._table = np.frombuffer(table, "<u4").reshape(-1, self._words)
        self._alone = np.int32(count)
        self._only_background = np.int32(2 * count)
        self._nothing = np.int32(2 * count + 1)
        self._backgrounds = np.int32(2 * count + 2)
        self._no_background = np.int32(3 * count + 2)
        self._picks = np.empty((0, 0, 2), np.intp)
        self._buffer = np.empty((0, 2, self._words), "<u4")

    def lines(self, fg: Ids, bg: Ids, glyphs: Ids) -> list[bytes]:
        """One byte string a row, each ending with CSI 0 m."""
        rows, columns = fg.shape
        if self._picks.shape[:2] != (rows, columns):
            self._picks = np.empty((rows, columns, 2), np.intp)
            self._buffer = np.empty((rows * columns, 2, self._words), "<u4")
        new_fg, new_bg = _changed(fg), _changed(bg)
        old_fg, old_bg = ~new_fg, ~new_bg
        first = fg.astype(np.int32)
        first += self._alone * old_bg
        np.copyto(first, self._nothing, where=old_fg)
        np.copyto(first, self._only_background, where=old_fg & new_bg)
        second = bg.astype(np.int32)
        second += self._backgrounds
        np.copyto(second, self._no_background, where=old_bg)
        self._picks[..., 0] = first
        self._picks[..., 1] = second
        # mode="clip" skips the bounds check that would copy the output; every pick is inside the table.
        self._table.take(self._picks.reshape(-1), axis=0, out=self._buffer.reshape(-1, self._words), mode="clip")
        self._buffer[:, 1, -1] = glyphs.reshape(-1)
        return _squeeze(self._buffer, rows)


class RgbWriter:
    """24-bit colours, ids 0xRRGGBB."""

    def __init__(self) -> None:
        self._numbers = np.frombuffer(b"".join(f";{value}".encode().ljust(4, b"\0") for value in range(256)), "<u4")
        # What joins the two halves, by (foreground changes) * 2 + (background changes).
        self._joints = np.frombuffer(b"".join(text.ljust(4, b"\0") for text in (b"", b"\x1b[", b"m", b";")), "<u4")
        self._buffer = np.empty((0, 12), "<u4")

    def lines(self, fg: Ids, bg: Ids, glyphs: Ids) -> list[bytes]:
        """One byte string a row, each ending with CSI 0 m."""
        rows, columns = fg.shape
        if self._buffer.shape[0] != rows * columns:
            self._buffer = np.empty((rows * columns, 12), "<u4")
        buffer = self._buffer
        new_fg = _changed(fg).reshape(-1).astype(np.uint32)
        new_bg = _changed(bg).reshape(-1).astype(np.uint32)
        buffer[:, 0] = new_fg * np.uint32(int.from_bytes(b"\x1b[38", "little"))
        buffer[:, 1] = new_fg * np.uint32(int.from_bytes(b";2", "little"))
        self._channels(buffer[:, 2:5], fg, new_fg)
        buffer[:, 5] = self._joints.take(new_fg * 2 + new_bg)
        buffer[:, 6] = new_bg * np.uint32(int.from_bytes(b"48;2", "little"))
        self._channels(buffer[:, 7:10], bg, new_bg)
        buffer[:, 10] = new_bg * np.uint32(ord("m"))
        buffer[:, 11] = glyphs.reshape(-1)
        return _squeeze(buffer, rows)

    def _channels(self, into: Ids, ids: Ids, wanted: npt.NDArray[np.uint32]) -> None:
        """ ";R" ";G" ";B" of each id, or nothing where it is not wanted."""
        flat = ids.reshape(-1)
        for place, shift in enumerate((16, 8, 0)):
            into[:, place] = self._numbers.take((flat >> np.uint32(shift)) & np.uint32(255)) * wanted


def _squeeze(buffer: Ids, rows: int) -> list[bytes]:
    """The buffer's bytes without the NULs, cut into rows."""
    raw = buffer.tobytes()
    size = len(raw) // max(rows, 1)
    return [raw[row * size : (row + 1) * size].translate(None, b"\0") + RESET for row in range(rows)]
