"""Pictures in the terminal's own pixels: what all ways share, and sixel; console.graphics.kitty has the others.

The canvas is as large as the cells on the screen, so pixels of the canvas are square. Texts are drawn into it: cells
that stand over such a picture are lost at the next frame, or punch holes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from console.graphics.blocks import BlockEncoder
from console.graphics.letters import Letters
from console.graphics.painting import Hand, Painting
from console.graphics.palette import Bytes, Depth
from console.graphics.sixel import SixelWriter
from console.graphics.terminal import Terminal
from console.graphics.texts import CellText

USUAL_CELL = (10, 20)
"""Pixels of a cell where a way to draw was asked for by name and the terminal does not say."""
SIXEL_GREYS = 24
"""Of a frame that plays; dithered, so that a smooth picture has no steps."""
STILL_GREYS = 64
"""Of a still: two to three times the bytes."""
_CUBES = ((6, 7, 5), (4, 5, 4), (3, 3, 3), (2, 2, 2))
"""Steps of red, green and blue, the finest cube first."""
_GREY_SPREAD = 12
"""Red, green and blue nearer together than this are a grey."""


@dataclass(frozen=True)
class Encoded:
    """A canvas as a terminal wants it."""

    blob: bytes
    """The string that draws it; where `shared`, what is handed over."""
    erase: bytes = b""
    """What takes it away."""
    cells: tuple[bytes, ...] = ()
    """Lines of characters behind which it stands."""
    shared: Hand | None = None
    """Puts the blob where the terminal finds it, and makes the string that says so."""


class PixelEncoder:
    """What the three ways share. Owns buffers: one object belongs to one thread."""

    name = ""
    canvas_aspect = 1.0
    refines = True

    def __init__(self, terminal: Terminal, depth: Depth, fonts: Sequence[Path]) -> None:
        self._cell = terminal.cell_pixels or USUAL_CELL
        self._fonts = tuple(fonts)
        self._letters: Letters | None = None
        self._blocks = BlockEncoder("half", depth, ambiguous_wide=terminal.ambiguous_wide, utf8=terminal.utf8)

    def pixel_size(self, columns: int, rows: int) -> tuple[int, int]:
        """The pixels of so many cells."""
        return columns * self._cell[0], rows * self._cell[1]

    def cell_center(self, column: int, row: int) -> tuple[float, float]:
        """Middle of a cell's pixels."""
        return (column + 0.5) * self._cell[0], (row + 0.5) * self._cell[1]

    def encode(
        self, pixels: Bytes, columns: int, rows: int, texts: Sequence[CellText] = (), *, still: bool = False
    ) -> Painting:
        """The frame as one string, and as cells for whoever asks."""
        width, height = self.pixel_size(columns, rows)
        if pixels.dtype != np.uint8 or pixels.shape[:2] != (height, width):
            raise ValueError(f"{columns}x{rows} cells want uint8 of {(height, width)}, not {pixels.shape}")
        if min(columns, rows) < 1:
            return Painting.of_cells(self._blocks.encode(np.zeros((0, 0), np.uint8), columns, rows))
        small = _cells(pixels, columns, rows)
        if self._letters is None:
            self._letters = Letters(self._fonts, self._cell)
        if pixels.ndim == 2 and self._letters.colored(texts):
            pixels = np.repeat(pixels[:, :, None], 3, axis=2)
        made = self._encoded(self._letters.draw(pixels, texts, columns, rows), columns, rows, still)
        blocks, kept = self._blocks, tuple(texts)
        return Painting(
            (columns, rows),
            None,
            lambda: blocks.encode(small, columns, rows, kept),
            blob=made.blob,
            erase=made.erase,
            behind=made.cells,
            shared=made.shared,
        )

    def _encoded(self, pixels: Bytes, columns: int, rows: int, still: bool) -> Encoded:
        raise AssertionError("each way of its own")


def _cells(pixels: Bytes, columns: int, rows: int) -> Bytes:
    """Two pixels a cell, for half blocks."""
    image = Image.fromarray(pixels)
    across, down = image.width // columns, image.height // (2 * rows)
    if image.size == (across * columns, down * 2 * rows):
        return np.asarray(image.reduce((across, down)))
    return np.asarray(image.resize((columns, rows * 2), Image.Resampling.BOX))


class SixelEncoder(PixelEncoder):
    """Sixel graphics with a palette that stays the same for all frames, so that nothing flickers."""

    name = "sixel"

    def __init__(self, terminal: Terminal, depth: Depth, fonts: Sequence[Path]) -> None:
        super().__init__(terminal, depth, fonts)
        self._registers = min(terminal.sixel_colors or 256, 256)
        self._palettes: dict[tuple[bool, bool], _Palette] = {}

    def pixel_size(self, columns: int, rows: int) -> tuple[int, int]:
        """The pixels of so many cells, less what does not fill a last row of sixels."""
        width, height = super().pixel_size(columns, rows)
        return width, height - height % 6

    def _encoded(self, pixels: Bytes, columns: int, rows: int, still: bool) -> Encoded:
        key = still, pixels.ndim == 3
        if key not in self._palettes:
            self._palettes[key] = _Palette(STILL_GREYS if still else SIXEL_GREYS, self._registers, colored=key[1])
        return Encoded(self._palettes[key].write(pixels))


class _Palette:
    """Greys, and beside them as fine a cube of colours as there are registers for; with the writer that draws them."""

    def __init__(self, greys: int, registers: int, *, colored: bool) -> None:
        self._greys = max(min(greys, registers // 2 if colored else registers), 2)
        # Registers are per cents, so the greys are those that can be said exactly.
        percent = np.rint(np.linspace(0, 100, self._greys))
        ramp = np.rint(percent * 2.55).astype(np.uint8)
        colors: Bytes = np.repeat(ramp[:, None], 3, axis=1)
        self._sides = None
        if colored:
            self._sides = next((sides for sides in _CUBES if self._greys + math.prod(sides) <= registers), None)
        if self._sides is not None:
            colors = np.concatenate([colors, _cube(self._sides)])
        # Ordered dithering between two greys, 8 by 8 pixels: a smooth picture has no noise to hide the steps.
        places = np.interp(np.arange(256), percent * 2.55, np.arange(self._greys))
        self._place_of = np.rint(places * 64).astype(np.uint16)
        self._threshold = _bayer().astype(np.uint16)
        self._tiled = np.zeros((0, 0), np.uint16)
        self._writer = SixelWriter(colors, self._greys)

    def write(self, pixels: Bytes) -> bytes:
        """The picture as one string."""
        return self._writer.write(pixels, self._indices)

    def _indices(self, pixels: Bytes, top: int, left: int) -> Bytes:
        """Places in the palette, of a part that begins at this row and column."""
        grey = pixels if pixels.ndim == 2 else pixels[:, :, 1]
        down, across = grey.shape
        top, left = top % 8, left % 8
        if self._tiled.shape[0] < top + down or self._tiled.shape[1] < left + across:
            most = max(top + down, self._tiled.shape[0]), max(left + across, self._tiled.shape[1])
            self._tiled = np.tile(self._threshold, (most[0] // 8 + 1, most[1] // 8 + 1))
        places = self._place_of.take(grey)
        places += self._tiled[top : top + down, left : left + across]
        places >>= 6
        indices = places.astype(np.uint8)
        if pixels.ndim == 3:
            self._color(pixels, indices)
        return indices

    def _color(self, pixels: Bytes, indices: Bytes) -> None:
        """Replace what is not grey by the nearest colour of the cube."""
        spread = pixels.max(axis=2) - pixels.min(axis=2)
        colored = np.nonzero(spread >= _GREY_SPREAD)
        if self._sides is None or not len(colored[0]):
            return
        found = pixels[colored].astype(np.uint16)
        place = np.zeros(len(found), np.uint16)
        for channel, side in enumerate(self._sides):
            place = place * side + (found[:, channel] * (side - 1) + 127) // 255
        indices[colored] = (place + self._greys).astype(np.uint8)


def _bayer() -> npt.NDArray[np.float64]:
    """The 8 by 8 matrix of Bayer, 0 to 63."""
    found = np.zeros((1, 1))
    for _doubling in range(3):
        found = np.block([[4 * found, 4 * found + 2], [4 * found + 3, 4 * found + 1]])
    return found


def _cube(sides: tuple[int, int, int]) -> Bytes:
    """Colours at equal steps, uint8 (n, 3), blue fastest."""
    axes = [np.arange(side) * 255 // (side - 1) for side in sides]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3).astype(np.uint8)
