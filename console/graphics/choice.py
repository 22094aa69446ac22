"""The way to draw that is in force: chosen at the start, changed while the console runs, fitted to the font's size.

Encoders belong to threads of their own and outlive such a change, so each looks at the choice before it draws.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from console.graphics.blocks import GRID
from console.graphics.encoder import Colors, Encoder, Painting, choose, way
from console.graphics.palette import Bytes
from console.graphics.terminal import Terminal
from console.graphics.texts import CellText
from console.i18n import N_

MODE_NAMES = {
    "auto": N_("as the terminal can"),
    "half": N_("half blocks"),
    "quadrant": N_("quadrants, finer"),
    "sextant": N_("sextants, finest of the characters"),
    "braille": N_("braille dots, edges only"),
    "ascii": N_("letters"),
    "sixel": N_("sixel graphics"),
    "kitty": N_("kitty graphics"),
    "iterm": N_("inline images (iTerm2, WezTerm)"),
    "off": N_("no pictures"),
}
"""The ways to draw as the operator reads them."""


SLOW = 3_000_000
"""Bytes a second below which a frame that plays gets fewer greys, so that more of them come through."""
_FEWER = {"half": 64, "quadrant": 64, "sextant": 64, "kitty": 32, "iterm": 32}
"""Greys on a slow line. Sixel has few as it is; noise hides the steps, and a still has all."""


class GraphicsChoice:
    """What to draw with, on which terminal. May be read and changed from any thread."""

    def __init__(self, wish: str, terminal: Terminal, depth: Colors) -> None:
        """Raises UsageError for a way to draw that does not exist."""
        self._lock = threading.Lock()
        self._wish, self._terminal, self._depth = wish, terminal, depth
        self._revision = 0
        self.slow = False
        """Whether the line is known to be slower than SLOW."""
        self.name = way(wish, terminal)
        """The way to draw in force, such as "half" or "sixel", whatever was wished."""

    @property
    def terminal(self) -> Terminal:
        """As it is now: the size of its cells changes with its font."""
        return self._terminal

    @property
    def wish(self) -> str:
        """One of encoder.CHOICES."""
        return self._wish

    @property
    def depth(self) -> Colors:
        """Colours in force."""
        return self._depth

    def use(self, wish: str) -> None:
        """Draw this way from now on. Raises UsageError for one that does not exist."""
        name = way(wish, self._terminal)
        with self._lock:
            self._wish, self.name = wish, name
            self._revision += 1

    def found(self, terminal: Terminal) -> None:
        """Another terminal shows the console now, or the same one anew: everything is drawn again."""
        with self._lock:
            self._terminal = terminal
            self.name = way(self._wish, terminal)
            self._revision += 1

    def fit(self, columns: int, rows: int, cell_pixels: tuple[int, int] | None) -> bool:
        """The terminal has this size now; True when its cells have changed, so that pictures must be drawn anew."""
        with self._lock:
            before = self._terminal.cell_pixels
            cell = cell_pixels or before
            self._terminal = replace(self._terminal, columns=columns, rows=rows, cell_pixels=cell)
            name = way(self._wish, self._terminal)
            changed = cell != before or name != self.name
            if changed:
                self.name = name
                self._revision += 1
            return changed

    def encoder(self) -> Encoder:
        """An encoder for one thread, which follows every change."""
        return _Following(self._made, lambda: self.slow)

    def cell_encoder(self) -> Encoder:
        """An encoder that draws with characters, for small pictures among texts."""
        wish = self._wish if self._wish in (*GRID, "off") else "auto"
        plain = replace(self._terminal, sixel=False, kitty=False, kitty_placeholders=False, iterm=False)
        return choose(wish, plain, self._depth)

    def _made(self, revision: int) -> tuple[int, Encoder] | None:
        """The number of the choice in force and a new encoder for it; None when that number is `revision`."""
        with self._lock:
            if revision == self._revision:
                return None
            return self._revision, choose(self._wish, self._terminal, self._depth)


class _Following:
    """Whatever is in force; a canvas that was cut just before a change is still drawn by the encoder it was cut for."""

    def __init__(self, made: Callable[[int], tuple[int, Encoder] | None], slow: Callable[[], bool]) -> None:
        self._made, self._slow = made, slow
        self._lock = threading.Lock()
        self._revision = -1
        self._latest: deque[Encoder] = deque(maxlen=4)
        self._now()

    def _now(self) -> Encoder:
        with self._lock:
            made = self._made(self._revision)
            if made is not None:
                self._revision, encoder = made
                self._latest.appendleft(encoder)
            return self._latest[0]

    @property
    def name(self) -> str:
        """Of the encoder in force."""
        return self._now().name

    @property
    def canvas_aspect(self) -> float:
        """Of the encoder in force."""
        return self._now().canvas_aspect

    def pixel_size(self, columns: int, rows: int) -> tuple[int, int]:
        """Of the encoder in force."""
        return self._now().pixel_size(columns, rows)

    def cell_center(self, column: int, row: int) -> tuple[float, float]:
        """Of the encoder in force."""
        return self._now().cell_center(column, row)

    @property
    def refines(self) -> bool:
        """Of the encoder in force; on a slow line a still gets the greys that a frame that plays does without."""
        encoder = self._now()
        return encoder.refines or (self._slow() and encoder.name in _FEWER)

    def encode(
        self, pixels: Bytes, columns: int, rows: int, texts: Sequence[CellText] = (), *, still: bool = False
    ) -> Painting:
        """By the encoder in force, or by one before it where `pixels` was made for that."""
        self._now()
        shape = (pixels.shape[1], pixels.shape[0])
        fitting = (encoder for encoder in tuple(self._latest) if encoder.pixel_size(columns, rows) == shape)
        encoder = next(fitting, self._latest[0])
        if self._slow() and not still and encoder.name in _FEWER:
            pixels = _coarse(_FEWER[encoder.name]).take(pixels)
        return encoder.encode(pixels, columns, rows, texts, still=still)


@cache
def _coarse(greys: int) -> Bytes:
    """For each grey the nearest of so many, all the same whole step apart: differences of neighbours are few."""
    step = 256 // greys
    found: Bytes = (np.rint(np.arange(256) * ((greys - 1) / 255)) * step).astype(np.uint8)
    return found
