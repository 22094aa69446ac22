"""Pictures as block characters: two pixels a cell, four, or one, in as many colours as the terminal has.

half      "▀" in the colour of the upper pixel on the colour of the lower one; pixels (2 * rows, columns)
quadrant  two tones a cell of four pixels; pixels (2 * rows, 2 * columns)
sextant   two tones a cell of six pixels; pixels (3 * rows, 2 * columns). Not every font has these characters
braille   one tone a cell and dots where the picture has edges; pixels (4 * rows, 2 * columns)
ascii     no character beyond ASCII, one pixel a cell: blanks of the pixel's colour where the terminal has 256 colours
          or more, otherwise a ramp from blank to @

With 16 colours the picture is dithered to four greys; with none it is dithered to ink and no ink, for a dark screen.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from console.graphics import fitting, palette
from console.graphics.cells import CellPicture, restore
from console.graphics.fitting import Fitted
from console.graphics.inks import Inks, grey_inks, rgb_inks
from console.graphics.palette import Bytes, Depth
from console.graphics.texts import MARKER, CellText, lay_out, put
from console.graphics.tokens import pack

Mode: TypeAlias = Literal["half", "quadrant", "sextant", "braille", "ascii"]

GRID: dict[Mode, tuple[int, int]] = {
    "half": (1, 2),
    "quadrant": (2, 2),
    "sextant": (2, 3),
    "braille": (2, 4),
    "ascii": (1, 1),
}
"""Pixels of a cell: (across, down)."""

_MARK = pack(MARKER)


class BlockEncoder:
    """Turns frames of one mode and colour depth into cells. Owns buffers: use one object in one thread."""

    def __init__(self, mode: Mode, colors: Depth, *, ambiguous_wide: bool = False, utf8: bool = True) -> None:
        """`ambiguous_wide` and `utf8` are the terminal's and only concern the texts."""
        self._mode: Mode = mode
        self._colors: Depth = colors
        self._ambiguous_wide = ambiguous_wide
        self._utf8 = utf8
        self._grey_inks = grey_inks(colors)
        self._rgb_inks = rgb_inks() if colors == "true" else self._grey_inks

    @property
    def refines(self) -> bool:
        """Whether there is a more exact way to draw, for a picture that stays."""
        return self._mode in ("quadrant", "sextant") and self._colors in ("true", "256")

    def encode(
        self, pixels: Bytes, columns: int, rows: int, texts: Sequence[CellText] = (), *, exact: bool = False
    ) -> CellPicture:
        """The picture for `rows` x `columns` cells.

        `pixels` is uint8, grey (h, w) or colour (h, w, 3), already of the size that GRID says for so many cells;
        another size is a ValueError. `texts` are drawn over it, later ones over earlier ones; `exact`
        takes the time for the best fit.
        """
        across, down = GRID[self._mode]
        size = (rows * down, columns * across)
        if pixels.dtype != np.uint8 or pixels.shape not in (size, (*size, 3)):
            raise ValueError(f"{columns}x{rows} cells want uint8 of {size}, not {pixels.dtype} of {pixels.shape}")
        inks = self._rgb_inks if pixels.ndim == 3 else self._grey_inks
        fitted = self._fit(pixels, exact)
        long = self._write_texts(fitted, texts, inks)
        lines = inks.writer.lines(fitted.fg, fitted.bg, fitted.glyphs)
        for row in {row for row, _column in long}:
            lines[row] = restore(lines[row], [long[key] for key in sorted(long) if key[0] == row])
        return CellPicture(tuple(lines), fitted.fg, fitted.bg, fitted.glyphs, long, inks.color)

    def _fit(self, pixels: Bytes, exact: bool) -> Fitted:
        """The cells of the bare picture."""
        if self._mode == "braille":
            return fitting.edges(pixels, self._colors)
        if self._colors in ("16", "none"):
            grey = palette.luminance(pixels) if pixels.ndim == 3 else pixels
            if self._mode == "ascii":
                return fitting.ramp(grey, self._colors)
            return fitting.few(grey, *GRID[self._mode], self._colors)
        if self._mode == "half":
            return fitting.halves(pixels, self._colors)
        if self._mode in ("quadrant", "sextant"):
            return fitting.two_tones(pixels, self._colors, GRID[self._mode][1], exact=exact)
        return fitting.solid(pixels, self._colors)

    def _write_texts(self, cells: Fitted, texts: Sequence[CellText], inks: Inks) -> dict[tuple[int, int], bytes]:
        """Put the texts over the picture; returns the characters that no packed glyph holds, by cell."""
        rows, columns = cells.glyphs.shape
        long: dict[tuple[int, int], bytes] = {}
        for text in texts:
            column = max(text.column, 0)
            if not 0 <= text.row < rows or column >= columns:
                continue
            laid = lay_out(text.text, columns - column, self._ambiguous_wide, self._utf8)
            end = column + len(laid.glyphs)
            put(cells.glyphs, text.row, column, laid)
            fg, bg = cells.fg[text.row, column:end], cells.bg[text.row, column:end]
            bg[:] = inks.plate(fg, bg)
            bg[laid.seconds] = bg[laid.seconds - 1]
            fg[:] = inks.tones[text.tone]
            long.update({(text.row, column + cell): utf8 for cell, utf8 in laid.long})
        # A later text may have covered an earlier one's character.
        return {key: utf8 for key, utf8 in long.items() if cells.glyphs[key] == _MARK}


def encode(
    pixels: Bytes, columns: int, rows: int, mode: Mode, colors: Depth, texts: Sequence[CellText] = ()
) -> CellPicture:
    """One picture, for callers that show a still; a player keeps a BlockEncoder and its buffers."""
    return BlockEncoder(mode, colors).encode(pixels, columns, rows, texts)
