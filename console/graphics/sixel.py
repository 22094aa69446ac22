"""Sixel graphics from arrays of palette indices, in plain numpy: no loop over bands, colours or pixels.

A band is six pixel rows. For each band and colour one line of bits is built; what is not blank is listed, and each
entry becomes one word of eight bytes with the run of blanks before it, squeezed together at the end. Before the lines
stands a base pass: 32 columns at a time in one grey, over which the lines paint the rest. What lies left and right of
the picture, all in colour 0, is one line of two runs.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from console.graphics.palette import Bytes

_BAND = 6
_CHUNK = 32
"""Bands at a time: larger temporaries would go back to the kernel after each frame."""
_LAYOUTS = 8
"""Widths that are kept ready."""
_BLOCK = 32
"""Columns of a run of the base pass."""
_LINE, _BASE, _RUN, _SKIP, _LEFT, _INNER, _RIGHT = range(64, 71)
"""Values that stand for tokens instead of bits: a line begins; a base colour, its run, what it leaves out at the left;
the parts of the line beside the picture."""
_BASE_LINE, _SIDE_LINE, _FIRST_COLOR = 0, 1, 2
"""Lines of a band."""

Words = npt.NDArray[np.uint64]


def definitions(colors: Bytes) -> bytes:
    """The registers of a palette, uint8 (n, 3), in per cent as sixel wants them."""
    percent = (colors.astype(np.uint16) * 100 + 127) // 255
    return b"".join(b"#%d;2;%d;%d;%d" % (number, *values) for number, values in enumerate(percent.tolist()))


class SixelWriter:
    """Writes pictures of one palette. Owns buffers: one object belongs to one thread."""

    def __init__(self, colors: Bytes, greys: int) -> None:
        """`colors` is the palette, uint8 (n, 3), of which the first `greys` go from dark to light."""
        self._colors = len(colors)
        self._greys = greys
        self._palette = definitions(colors)
        self._bits = _tokens([bytes([63 + bits]) if bits < 64 else b"" for bits in range(_RIGHT + 1)]) << np.uint64(56)
        self._heads = _tokens([b"$#%d" % number for number in range(len(colors))])
        self._bases = _tokens([b"#%d" % number for number in range(len(colors))])
        self._width = 0
        self._layouts: dict[int, _Layout] = {}

    def write(self, canvas: Bytes, indices: Callable[[Bytes, int, int], Bytes]) -> bytes:
        """The picture as one string.

        `canvas` is uint8 (rows, columns) or (rows, columns, 3); `indices` makes of a part of it, and the row and column
        where that begins, a new uint8 (rows, columns) of places in the palette: 0 for black.
        """
        height, width = canvas.shape[:2]
        if self._width != width:
            self._width = width
            self._gaps = _tokens([b"", b"?", b"??", b"???", *(b"!%d?" % count for count in range(4, width + 2))])
            self._runs = _tokens([b"", b"~", b"~~", b"~~~", *(b"!%d~" % count for count in range(4, width + 2))])
        body = []
        for top, bottom, left, right in _sections(canvas):
            for first in range(top, bottom, _CHUNK * _BAND):
                part = canvas[first : min(first + _CHUNK * _BAND, bottom), left:right]
                body.append(self._bands(indices(part, first, left), first == 0, left))
        return b'\x1bP0;1;0q"1;1;%d;%d%b%b\x1b\\' % (width, height, self._palette, b"".join(body))

    def _bands(self, rows: Bytes, first: bool, left: int) -> bytes:
        """Up to `_CHUNK` bands, `left` columns from the edge; `first` tells the picture's first."""
        height, inner = rows.shape
        bands = -(-height // _BAND)
        if inner not in self._layouts:
            if len(self._layouts) >= _LAYOUTS:
                self._layouts.clear()
            self._layouts[inner] = _Layout(inner, self._colors)
        layout = self._layouts[inner]
        buffer, places = layout.buffer[:bands], layout.places[:bands]
        buffer.fill(0)
        flat = buffer.reshape(-1)
        for line in range(_BAND):
            part = rows[line::_BAND]
            at = np.multiply(part, layout.stride, dtype=np.intp)
            at += places[: len(part)]
            bits = flat.take(at)
            bits |= 1 << line
            flat[at] = bits
        base = self._base(rows, bands, layout.blocks)
        across = (base * layout.stride)[:, layout.block_of]
        across += places
        flat[across] = 0
        # The base pass, as tokens: the colour stands one column before its run, or two at the left.
        begins = np.ones(base.shape, bool)
        begins[:, 1:] = base[:, 1:] != base[:, :-1]
        band, block = np.nonzero(begins)
        start = layout.blocks[block]
        buffer[band, _BASE_LINE, start] = _BASE
        buffer[band, _BASE_LINE, start + 1] = _RUN
        if left:
            buffer[:, _BASE_LINE, 1] = _SKIP
            buffer[:, _BASE_LINE, 2] = _RUN
        if inner < self._width:
            buffer[:, _SIDE_LINE, :4] = (_LINE, _LEFT, _INNER, _RIGHT)
        ends = np.append(start[1:], inner)
        ends[np.append(band[1:] != band[:-1], True)] = inner
        colors = buffer[:, _FIRST_COLOR:]
        drawn = np.bitwise_or.reduce(colors.view(np.uint64), axis=2) != 0
        colors[:, :, 0] = drawn * np.uint8(_LINE)
        filled = np.flatnonzero(flat != 0)
        values = flat.take(filled)
        gap = np.empty(len(filled), np.intp)
        gap[0] = 0
        np.subtract(filled[1:], filled[:-1], out=gap[1:])
        gap[1:] -= 1
        tokens = np.flatnonzero(values >= _LINE)
        which = values[tokens]
        heads = tokens[which == _LINE]
        gap[heads + 1] += left
        gap[tokens] = 0
        words = self._gaps.take(gap)
        words |= self._bits.take(values)
        color = filled[heads] // layout.stride % layout.lines - _FIRST_COLOR
        words[heads] = self._heads[color.clip(min=0)]
        words[tokens[which == _BASE]] = self._bases[base[band, block]]
        words[tokens[which == _RUN]] = self._runs[ends - start]
        for value, word in (
            (_SKIP, self._gaps[left]),
            (_LEFT, self._runs[left]),
            (_INNER, self._gaps[inner]),
            (_RIGHT, self._runs[self._width - left - inner]),
        ):
            words[tokens[which == value]] = word
        begun = tokens[which == _BASE][start == 0][1 if first else 0 :]
        # "#12" moves up by one byte, for the sign of a new band.
        words[begun] = (words[begun] << np.uint64(8)) | np.uint64(ord("-"))
        return words.tobytes().translate(None, b"\0")

    def _base(self, rows: Bytes, bands: int, blocks: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """One of the greys for each block of each band: (bands, blocks)."""
        # Any grey is right, since the lines paint over it; the best saves most. A sixth of the pixels tells it.
        sample = np.minimum(rows[1::3, ::2], self._greys - 1)
        if sample.shape[0] < 2 * bands:
            sample = np.minimum(np.repeat(rows[-1:, ::2], 2 * bands, axis=0), self._greys - 1)
        across = np.add.reduceat(sample, blocks // 2, axis=1, dtype=np.uint32)
        sums = across[0 : 2 * bands : 2] + across[1 : 2 * bands : 2]
        count = 2 * np.diff(np.append(blocks // 2, sample.shape[1]))
        found: npt.NDArray[np.intp] = ((sums + count // 2) // count).astype(np.intp)
        return found


class _Layout:
    """Where the bits of some bands lie, for a width without what is beside the picture."""

    def __init__(self, inner: int, colors: int) -> None:
        # One column more, for what stands before a line, and as many as make whole words.
        self.stride, self.lines = (inner + 8) // 8 * 8, colors + _FIRST_COLOR
        self.buffer = np.zeros((_CHUNK, self.lines, self.stride), np.uint8)
        band = np.arange(_CHUNK)[:, None] * self.lines + _FIRST_COLOR
        self.places = band * self.stride + np.arange(1, inner + 1)
        """Of the pixels of each band, as if all had colour 0."""
        self.blocks = np.arange(0, inner, _BLOCK)
        self.block_of = np.arange(inner) // _BLOCK


def _sections(canvas: Bytes) -> list[tuple[int, int, int, int]]:
    """The picture's middle and what is above and below it, where texts stand beside it: top, bottom, left, right.

    Left and right leave out whole blocks in which nothing but black is.
    """
    height, width = canvas.shape[:2]
    bright = canvas if canvas.ndim == 2 else canvas.max(axis=2)
    bands = bright[::_BAND].copy()
    for line in range(1, _BAND):
        rest = bright[line::_BAND]
        bands[: len(rest)] |= rest
    used = np.bitwise_or.reduceat(bands, np.arange(0, width, _BLOCK), axis=1) > 0
    sides = used[len(used) // 2]
    beyond = np.flatnonzero((used & ~_stretch(sides)).any(axis=1))
    above, below = beyond[beyond < len(used) // 2], beyond[beyond >= len(used) // 2]
    first = int(above[-1]) + 1 if len(above) else 0
    last = int(below[0]) if len(below) else len(used)
    found = []
    for top, bottom in ((0, first), (first, last), (last, len(used))):
        if top < bottom:
            inside = np.flatnonzero(_stretch(np.logical_or.reduce(used[top:bottom], axis=0)))
            left, right = int(inside[0]) * _BLOCK, min((int(inside[-1]) + 1) * _BLOCK, width)
            left = left if right - left >= _BLOCK else max(left - _BLOCK, 0)
            found.append((top * _BAND, min(bottom * _BAND, height), left, right))
    return found


def _stretch(used: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """From the first to the last; all where there is none."""
    places = np.flatnonzero(used)
    if not len(places):
        return np.ones_like(used)
    out = np.zeros_like(used)
    out[places[0] : places[-1] + 1] = True
    return out


def _tokens(texts: list[bytes]) -> Words:
    """Texts of at most eight bytes as little-endian words."""
    return np.frombuffer(b"".join(text.ljust(8, b"\0") for text in texts), np.dtype("<u8")).astype(np.uint64)
