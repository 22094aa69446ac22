"""The seam between the picture widget and the ways to draw: cells now, pixel graphics beside them later.

The widget asks `pixel_size` what array is wanted, resamples to it with `canvas_aspect`, calls `encode` in its worker
thread and writes what the Painting holds. Whatever the way, a Painting can also be shown as cells, for modals and
screenshots.
"""

from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias

import numpy as np

from console.errors import UsageError
from console.graphics.blocks import GRID, BlockEncoder, Mode
from console.graphics.kitty import ItermEncoder, KittyEncoder
from console.graphics.painting import Painting as Painting
from console.graphics.palette import Bytes, Depth
from console.graphics.pixels import SixelEncoder
from console.graphics.terminal import Terminal
from console.graphics.texts import CellText
from console.i18n import _
from console.resources import fonts

Colors: TypeAlias = Literal["auto", "true", "256", "16", "none"]

CHOICES = ("auto", "blocks", "half", "quadrant", "sextant", "braille", "ascii", "sixel", "kitty", "iterm", "off")
"""What may be asked for; blocks is half, off draws the texts alone."""

PIXELS = {"sixel": SixelEncoder, "kitty": KittyEncoder, "iterm": ItermEncoder}
_MODES: dict[str, Mode] = {mode: mode for mode in GRID}


class Encoder(Protocol):
    """One way to draw on one terminal. Owns buffers: one object belongs to one thread."""

    @property
    def name(self) -> str:
        """One of CHOICES, but neither auto nor blocks."""
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

    @property
    def refines(self) -> bool:
        """Whether a still is drawn with more care than a frame that is gone at once."""
        ...

    def encode(
        self, pixels: Bytes, columns: int, rows: int, texts: Sequence[CellText] = (), *, still: bool = False
    ) -> Painting:
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
        """One of blocks.GRID."""
        return self._mode

    @property
    def refines(self) -> bool:
        """Whether a still is fitted more exactly."""
        return self._blocks.refines

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

    def encode(
        self, pixels: Bytes, columns: int, rows: int, texts: Sequence[CellText] = (), *, still: bool = False
    ) -> Painting:
        """The frame as one byte string a row."""
        picture = self._blocks.encode(pixels, columns, rows, texts, exact=still)
        return Painting.of_cells(picture)


class TextEncoder(CellEncoder):
    """Draws the texts and leaves the picture black, for a line on which pictures are not wanted."""

    @property
    def name(self) -> str:
        """off."""
        return "off"

    def encode(
        self, pixels: Bytes, columns: int, rows: int, texts: Sequence[CellText] = (), *, still: bool = False
    ) -> Painting:
        """The texts on black."""
        return super().encode(np.zeros_like(pixels), columns, rows, texts)


def best(terminal: Terminal) -> str:
    """The finest way to draw that this terminal is known to have.

    Kitty's protocol before sixel, which has a hundred greys at most; characters in a browser, where the size of a cell
    is not known, where the largest sixel picture is smaller than the window, and in tmux, unless a terminal stands
    behind it that knows placeholders and reads our shared memory: nothing else goes away with tmux's panes.
    """
    cell, largest = terminal.cell_pixels, terminal.sixel_pixels
    if terminal.multiplexed and terminal.kitty_placeholders and terminal.kitty_shared and not terminal.web:
        return "kitty"
    if cell is not None and not terminal.multiplexed and not terminal.web:
        if terminal.kitty:
            return "kitty"
        window = (terminal.columns * cell[0], terminal.rows * cell[1])
        # The terminal's own margin is part of its window, and the picture never fills all of it.
        room = largest or window
        if terminal.sixel and room[0] >= window[0] - 2 and room[1] >= window[1] - 2 * cell[1]:
            return "sixel"
        if terminal.iterm:
            return "iterm"
    return "half" if terminal.utf8 and not terminal.wide_blocks else "ascii"


def way(requested: str, terminal: Terminal) -> str:
    """The way to draw for what was `requested` (--graphics, one of CHOICES) on this terminal, by the encoder's name.

    "auto" takes the best that the terminal is known to have. A mode asked for by name is used whatever the probe found,
    since a probe can be wrong. Anything else is a UsageError.
    """
    if requested not in CHOICES:
        raise UsageError(
            _("Unknown way to draw"),
            _("{requested} is not a way to draw pictures: use one of {choices}.").format(
                requested=requested, choices=", ".join(CHOICES)
            ),
        )
    if requested == "auto":
        return best(terminal)
    return "half" if requested == "blocks" else requested


def choose(requested: str, terminal: Terminal, colors: Colors = "auto") -> Encoder:
    """A new encoder for `way`. UsageError for a way to draw that does not exist."""
    name = way(requested, terminal)
    depth: Depth = terminal.color if colors == "auto" else colors
    if name == "off":
        return TextEncoder("half", depth, terminal)
    if name in PIXELS:
        return PIXELS[name](terminal, depth, fonts())
    return CellEncoder(_MODES[name], depth, terminal)
