"""Values between pixel centres, along lines and across them."""

import math

import numpy as np
from numpy.typing import NDArray

from console.dicom.measuring.lengths import PIXELS, Scale, length
from console.model.measuring import Curve, Point

Floats = NDArray[np.float64]
_HALF = 0.5
_FLANK = 0.15
"""Of a profile, so much at either end is taken for what lies beside the structure."""
_NOISE = 3.0
"""A structure stands out when its height is more than so many standard deviations of its flanks."""


def bilinear(values: NDArray[np.generic], x: Floats, y: Floats) -> Floats:
    """Values of a frame (rows, columns) at any positions; outside, the nearest pixel's."""
    rows, columns = values.shape
    x, y = np.clip(x, 0.0, columns - 1.0), np.clip(y, 0.0, rows - 1.0)
    left = np.minimum(x.astype(np.intp), max(columns - 2, 0))
    top = np.minimum(y.astype(np.intp), max(rows - 2, 0))
    right, bottom = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
    u, v = x - left, y - top
    frame = values.astype(np.float64, copy=False)
    upper = frame[top, left] * (1 - u) + frame[top, right] * u
    lower = frame[bottom, left] * (1 - u) + frame[bottom, right] * u
    found: Floats = upper * (1 - v) + lower * v
    return found


def profile(values: NDArray[np.generic], start: Point, end: Point, scale: Scale) -> Curve:
    """Values from `start` to `end`, four a pixel, with the width of the structure that stands out on it."""
    pixels = length((start, end), PIXELS)
    count = max(math.ceil(pixels * 4), 1) + 1
    way = np.linspace(0.0, 1.0, count)
    found = bilinear(values, start[0] + (end[0] - start[0]) * way, start[1] + (end[1] - start[1]) * way)
    total = length((start, end), scale)
    width = half_width(found)
    return Curve(
        tuple((way * total).tolist()),
        tuple(found.tolist()),
        scale.unit,
        None if width is None else width / (count - 1) * total,
    )


def half_width(values: Floats) -> float | None:
    """Full width at half maximum, in steps between samples, of the one structure that stands out of its flanks.

    The flanks are the ends of the profile, with the straight line between them as the level; None where nothing
    stands out of their noise, or where it is cut off by an end.
    """
    count = values.size
    side = max(int(count * _FLANK), 2)
    if count < 4 * side:
        return None
    ends = np.concatenate([values[:side], values[-side:]])
    places = np.concatenate([np.arange(side), np.arange(count - side, count)]).astype(np.float64)
    slope, level = np.polyfit(places, ends, 1)
    flat = values - (level + slope * np.arange(count))
    noise = float((ends - (level + slope * places)).std())
    peak = int(np.abs(flat).argmax())
    height = float(flat[peak])
    if abs(height) <= _NOISE * noise or abs(height) < 1e-12:
        return None
    # A step from one level to another is no structure with two sides.
    if abs(slope) * (count - side) > _HALF * abs(height):
        return None
    relative = flat / height
    left = _crossing(relative[peak::-1])
    right = _crossing(relative[peak:])
    return None if left is None or right is None else left + right


def _crossing(falling: Floats) -> float | None:
    """Steps until values that begin at 1 fall through the half."""
    below = np.flatnonzero(falling < _HALF)
    if not below.size:
        return None
    at = int(below[0])
    before, after = float(falling[at - 1]), float(falling[at])
    return at - 1 + (before - _HALF) / (before - after)
