"""A grey ramp through any way to draw, and how many greys come out at its other end."""

import re

import numpy as np

from console.graphics.encoder import Encoder, Painting
from console.graphics.palette import Bytes

_SIXEL_COLOR = re.compile(rb"#\d+;2;(\d+;\d+;\d+)")


def ramp(width: int, height: int, shift: int = 0) -> Bytes:
    """Every grey from 0 to 255, left to right and within each column top to bottom: uint8 (height, width).

    `shift` rolls it, so that two of them differ in every place.
    """
    place = np.arange(width * height, dtype=np.int64).reshape(width, height).T
    return np.roll((place * 256 // max(width * height, 1)).astype(np.uint8), shift, axis=1)


def painted_ramp(encoder: Encoder, columns: int, rows: int, shift: int = 0) -> Painting:
    """The ramp over so many cells."""
    width, height = encoder.pixel_size(columns, rows)
    return encoder.encode(ramp(width, height, shift), columns, rows)


def grey_levels(painting: Painting) -> int:
    """How many different greys the painting shows: counted in its cells, or in the palette of its sixels.

    Kitty and inline images carry all 256.
    """
    if painting.rows is None:
        colors = set(_SIXEL_COLOR.findall(painting.blob))
        return len(colors) if colors else 256
    shown: set[object] = set()
    for row in range(painting.size[1]):
        for run in painting.cells(row):
            if run.text.strip() or run.fg is None:
                shown.add((run.fg, run.text) if run.fg is None else run.fg)
            if run.text != "█" * len(run.text) and run.bg is not None:
                shown.add(run.bg)
    return max(len(shown), 1)
