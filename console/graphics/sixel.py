"""Sixel graphics from arrays of palette indices, in plain numpy: no loop over bands, colours or pixels.

A band is six pixel rows. For each band and colour one line of bits is built; what is not blank is listed, and each
entry becomes one word of eight bytes with the run of blanks before it, squeezed together at the end. Before the lines
stands a base pass: 32 columns at a time in one grey, over which the lines paint the rest.
"""

import numpy as np
import numpy.typing as npt

from console.graphics.palette import Bytes

_BAND = 6
_CHUNK = 32
"""Bands at a time: larger temporaries would go back to the kernel after each frame."""
_BLOCK = 32
"""Columns of a run of the base pass."""
_LINE, _BASE, _RUN = 64, 65, 66
"""Values that stand for tokens instead of bits: a line begins, a base colour, its run."""

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
        self._bits = _tokens([bytes([63 + bits]) if bits < 64 else b"" for bits in range(_RUN + 1)]) << np.uint64(56)
        self._heads = _tokens([b"$#%d" % number for number in range(len(colors))])
        self._bases = _tokens([b"#%d" % number for number in range(len(colors))])
        self._width = 0

    def write(self, indices: Bytes) -> bytes:
        """The picture as one string; `indices` is uint8 (rows, columns), smaller than the palette."""
        height, width = indices.shape
        if self._width != width:
            self._fit(width)
        body = []
        for first in range(0, -(-height // _BAND), _CHUNK):
            body.append(self._bands(indices[first * _BAND : (first + _CHUNK) * _BAND], first == 0))
        return b'\x1bP0;1;0q"1;1;%d;%d%b%b\x1b\\' % (width, height, self._palette, b"".join(body))

    def _fit(self, width: int) -> None:
        self._width, self._stride = width, width + 1
        lines = self._colors + 1
        self._buffer = np.zeros((_CHUNK, lines, self._stride), np.uint8)
        self._line_of = (np.arange(256).clip(max=self._colors - 1) + 1) * self._stride
        places = np.arange(_CHUNK)[:, None] * (lines * self._stride)
        self._places = places + np.arange(1, self._stride)
        self._gaps = _tokens([b"", b"?", b"??", b"???", *(b"!%d?" % count for count in range(4, width + 2))])
        self._runs = _tokens([b"", b"~", b"~~", b"~~~", *(b"!%d~" % count for count in range(4, width + 2))])
        self._blocks = np.arange(0, width, _BLOCK)
        self._block_of = np.arange(width) // _BLOCK

    def _bands(self, rows: Bytes, first: bool) -> bytes:
        """Up to `_CHUNK` bands; `first` tells the picture's first."""
        height, width = rows.shape
        bands = -(-height // _BAND)
        buffer = self._buffer[:bands]
        buffer.fill(0)
        flat = buffer.reshape(-1)
        places = self._places[:bands]
        for line in range(_BAND):
            part = rows[line::_BAND]
            at = self._line_of.take(part)
            at += places[: len(part)]
            bits = flat.take(at)
            bits |= 1 << line
            flat[at] = bits
        base = self._base(rows, bands)
        across = base[:, self._block_of]
        flat[places + self._line_of.take(across)] = 0
        # The base pass, as tokens: the colour stands one column before its run.
        begins = np.ones(base.shape, bool)
        begins[:, 1:] = base[:, 1:] != base[:, :-1]
        band, block = np.nonzero(begins)
        start = self._blocks[block]
        buffer[band, 0, start] = _BASE
        buffer[band, 0, start + 1] = _RUN
        ends = np.append(start[1:], width)
        ends[np.append(band[1:] != band[:-1], True)] = width
        buffer[:, 1:, 0] = np.where(buffer[:, 1:, 1:].any(axis=2), np.uint8(_LINE), np.uint8(0))
        filled = np.flatnonzero(flat != 0)
        values = flat.take(filled)
        gap = np.empty(len(filled), np.intp)
        gap[0] = 0
        np.subtract(filled[1:], filled[:-1], out=gap[1:])
        gap[1:] -= 1
        tokens = np.flatnonzero(values >= _LINE)
        gap[tokens] = 0
        words = self._gaps.take(gap)
        words |= self._bits.take(values)
        which, lines = values[tokens], self._colors + 1
        color = filled[tokens[which == _LINE]] // self._stride % lines - 1
        words[tokens[which == _LINE]] = self._heads[color]
        words[tokens[which == _BASE]] = self._bases[base[band, block]]
        words[tokens[which == _RUN]] = self._runs[ends - start]
        begun = tokens[which == _BASE][start == 0][1 if first else 0 :]
        # "#12" moves up by one byte, for the sign of a new band.
        words[begun] = (words[begun] << np.uint64(8)) | np.uint64(ord("-"))
        return words.tobytes().translate(None, b"\0")

    def _base(self, rows: Bytes, bands: int) -> npt.NDArray[np.intp]:
        """One of the greys for each block of each band: (bands, blocks)."""
        height = rows.shape[0]
        down = np.add.reduceat(np.minimum(rows, self._greys - 1), self._blocks, axis=1, dtype=np.uint32)
        sums = np.add.reduceat(down, np.arange(0, height, _BAND), axis=0)
        tall = np.full(bands, _BAND)
        tall[-1] = height - (bands - 1) * _BAND
        wide = np.diff(np.append(self._blocks, rows.shape[1]))
        found: npt.NDArray[np.intp] = ((sums + (tall[:, None] * wide) // 2) // (tall[:, None] * wide)).astype(np.intp)
        return found


def _tokens(texts: list[bytes]) -> Words:
    """Texts of at most eight bytes as little-endian words."""
    return np.frombuffer(b"".join(text.ljust(8, b"\0") for text in texts), np.dtype("<u8")).astype(np.uint64)
