"""The seam between the picture widget and the ways to draw: cells now, pixel graphics beside them later.

The widget asks `pixel_size` what array is wanted, resamples to it with `canvas_aspect`, calls `encode` in its worker
thread and writes what the Painting holds. Whatever the way, a Painting can also be shown as cells, for modals and
screenshots.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import numpy as np

from console.errors import UsageError
from console.graphics.blocks import GRID, BlockEncoder, Mode
from console.graphics.cells import CellPicture, CellRun
from console.graphics.palette import Bytes, Depth
from console.graphics.terminal import Terminal
from console.graphics.texts import CellText
from console.i18n import _

Colors: TypeAlias = Literal["auto", "true", "256", "16", "none"]

CHOICES = ("auto", "blocks", "half", "quadrant", "ascii", "off")
"""What may be asked for; blocks is half, off draws the texts alone."""

_LATER = ("kitty", "sixel")
_MODES: dict[str, Mode] = {"blocks": "half", "half": "half", "quadrant": "quadrant", "ascii": "ascii"}


@dataclass(frozen=True)
class Painting:
    """One encoded frame. Immutable: it may be shown in another thread than the encoder's."""

    rows: tuple[bytes, ...] | None
    """Bytes of each cell row, to be written after moving the cursor to its start; None for pixel graphics."""
    blob: bytes
    """Pixel graphics as one string, to be written after moving the cursor to the upper left cell; empty for cells."""
    picture: CellPicture
    """The same frame as cells."""

    @property
    def kind(self) -> Literal["cells", "pixels"]:
        """Whether it is drawn with characters."""
        return "pixels" if self.rows is None else "cells"

    @property
    def erase(self) -> bytes:
        """What takes it off the screen, beyond writing over it."""
        return b""

    @property
    def size(self) -> tuple[int, int]:
        """(columns, rows) in cells."""
        rows, columns = self.picture.glyphs.shape
        return columns, rows

    @property
    def nbytes(self) -> int:
        """Roughly what it holds in memory."""
        return len(self.blob) + sum(map(len, self.rows or ())) + 3 * self.picture.glyphs.nbytes

    def cells(self, row: int) -> list[CellRun]:
        """(text, foreground, background) runs of one cell row, for whoever must crop, dim or stack it."""
        return self.picture.cells(row)


class Encoder(Protocol):
    """One way to draw on one terminal. Owns buffers: one object belongs to one thread."""

    @property
    def name(self) -> str:
        """half, quadrant, ascii."""
        ...

    @property
    def canvas_aspect(self) -> float:
        """Height of one pixel of the wanted array on the screen, divided by its width."""
        ...

    def pixel_size(self, columns: int, rows: int) -> tuple[int, int]:
        """(width, height) of the array wanted for so many cells."""
        ...

    def cell_center(self, column: int, row: int) -> tuple[float, float]:
        """Canvas point in the middle of a cell of the widget, for the mouse."""
        ...

    def encode(self, pixels: Bytes, columns: int, rows: int, texts: Sequence[CellText] = ()) -> Painting:
        """The frame as bytes. `pixels` is uint8 (h, w) or (h, w, 3) of `pixel_size`; another size is a ValueError."""
        ...


class CellEncoder:
    """Draws with characters."""

    def __init__(self, mode: Mode, colors: Depth, terminal: Terminal) -> None:
        self._mode: Mode = mode
        self._grid = GRID[mode]
        self._blocks = BlockEncoder(mode, colors, ambiguous_wide=terminal.ambiguous_wide, utf8=terminal.utf8)
        self._cell_aspect = terminal.cell_aspect

    @property
    def name(self) -> str:
        """half, quadrant or ascii."""
        return self._mode

    @property
    def canvas_aspect(self) -> float:
        """1 for half blocks in cells of 1:2, 2 for quadrants, whose pixels are half as wide."""
        across, down = self._grid
        return self._cell_aspect * across / down

    def pixel_size(self, columns: int, rows: int) -> tuple[int, int]:
        """(columns, rows) times the pixels of a cell."""
        return columns * self._grid[0], rows * self._grid[1]

    def cell_center(self, column: int, row: int) -> tuple[float, float]:
        """Middle of the cell's pixels."""
        return (column + 0.5) * self._grid[0], (row + 0.5) * self._grid[1]

    def encode(self, pixels: Bytes, columns: int, rows: int, texts: Sequence[CellText] = ()) -> Painting:
        """The frame as one byte string a row."""
        picture = self._blocks.encode(pixels, columns, rows, texts)
        return Painting(picture.lines, b"", picture)


class TextEncoder(CellEncoder):
    """Draws the texts and leaves the picture black, for a line on which pictures are not wanted."""

    @property
    def name(self) -> str:
        """off."""
        return "off"

    def encode(self, pixels: Bytes, columns: int, rows: int, texts: Sequence[CellText] = ()) -> Painting:
        """The texts on black."""
        return super().encode(np.zeros_like(pixels), columns, rows, texts)


def choose(requested: str, terminal: Terminal, colors: Colors = "auto") -> Encoder:
    """The encoder for what was `requested` (--graphics, one of CHOICES) on this terminal.

    "auto" draws half blocks where the terminal can, else ASCII. A mode asked for by name is used whatever the probe
    found, since a probe can be wrong. Anything else is a UsageError.
    """
    if requested in _LATER:
        raise UsageError(_("Not available yet"), _("kitty and sixel are not available yet: use --graphics blocks"))
    if requested not in CHOICES:
        raise UsageError(
            _("Unknown way to draw"),
            _("{requested} is not a way to draw pictures: use one of {choices}.").format(
                requested=requested, choices=", ".join(CHOICES)
            ),
        )
    depth: Depth = terminal.color if colors == "auto" else colors
    if requested == "off":
        return TextEncoder("half", depth, terminal)
    if requested == "auto":
        return CellEncoder("half" if terminal.utf8 and not terminal.wide_blocks else "ascii", depth, terminal)
    return CellEncoder(_MODES[requested], depth, terminal)
