"""Quarter turns and flips of a picture, and where a point goes by them (PS3.3 C.10.6).

An `Orientation` is a clockwise rotation followed by a left-right flip. Points are continuous image coordinates as in
console.graphics.resample: (0, 0) is the upper left corner of the upper left pixel.
"""

import numpy as np
from numpy.typing import NDArray

from console.model.pipeline import Orientation


def quarters(orientation: Orientation) -> int:
    """Quarter turns clockwise, 0 to 3."""
    return orientation.rotation // 90 % 4


def turned(pixels: NDArray[np.uint8], orientation: Orientation) -> NDArray[np.uint8]:
    """`pixels`, grey or RGB, rotated and then flipped; a view, whose rows and columns may have changed places."""
    shown = np.rot90(pixels, -quarters(orientation))
    return shown[:, ::-1] if orientation.flip else shown


def turned_size(columns: int, rows: int, orientation: Orientation) -> tuple[int, int]:
    """Columns and rows after the turn."""
    return (rows, columns) if quarters(orientation) % 2 else (columns, rows)


def turned_point(x: float, y: float, columns: float, rows: float, orientation: Orientation) -> tuple[float, float]:
    """Where the point (x, y) of a picture of `columns` x `rows` lies after the turn."""
    for _turn in range(quarters(orientation)):
        x, y, columns, rows = rows - y, x, rows, columns
    return (columns - x, y) if orientation.flip else (x, y)


def straight_point(x: float, y: float, columns: float, rows: float, orientation: Orientation) -> tuple[float, float]:
    """The inverse of `turned_point`; `columns` and `rows` are those of the picture before the turn."""
    count = quarters(orientation)
    across, down = (rows, columns) if count % 2 else (columns, rows)
    if orientation.flip:
        x = across - x
    for _turn in range(count):
        x, y, across, down = y, across - x, down, across
    return x, y


def rotated(orientation: Orientation, turns: int) -> Orientation:
    """What is on the screen, turned by further quarters clockwise."""
    degrees = 90 * turns if not orientation.flip else -90 * turns
    return Orientation((orientation.rotation + degrees) % 360, orientation.flip)


def mirrored(orientation: Orientation, *, upside_down: bool = False) -> Orientation:
    """What is on the screen, flipped left to right, or upside down."""
    degrees = 180 if upside_down else 0
    return Orientation((orientation.rotation + degrees) % 360, not orientation.flip)
