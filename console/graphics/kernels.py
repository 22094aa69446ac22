"""Pictures made smaller by the average of areas, and larger by straight lines, fast enough for a frame of a cine.

Libraries shrink with a box that takes a pixel whole or not at all, or with wider kernels that blur; here a pixel that
two share is divided between them. Some rows of the result at a time, so that what is made of them stays in the
processor's cache.
"""

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from console.graphics.palette import Bytes

_ROWS = 32
"""Rows of the result at a time."""

Floats = npt.NDArray[np.float32]
Wide = npt.NDArray[np.uint16]
Places = npt.NDArray[np.intp]
_Tap = tuple[Places, Floats]
"""For each place of the result the place of one pixel, and its part of the average, as a column."""


def average(pixels: Bytes, box: tuple[float, float, float, float], width: int, height: int) -> Bytes:
    """`box` (left, upper, right, lower, in pixels) of `pixels` as `height` x `width`, neither larger than the box.

    `pixels` is uint8 (rows, columns) or (rows, columns, 3), and so is the result, rounded.
    """
    if pixels.ndim == 3:
        return np.stack([average(pixels[:, :, channel], box, width, height) for channel in range(3)], axis=2)
    # Rows are fetched whole: those of a turned picture would come from all over the memory.
    pixels = np.ascontiguousarray(pixels)
    x0, y0, x1, y1 = box
    down, across = _taps(y0, y1, height, pixels.shape[0]), _taps(x0, x1, width, pixels.shape[1])
    result = np.empty((height, width), np.uint8)
    for top in range(0, height, _ROWS):
        rows = _weighted(pixels, [(places[top : top + _ROWS], parts[top : top + _ROWS]) for places, parts in down])
        turned = _weighted(np.ascontiguousarray(rows.T), across)
        turned += np.float32(0.5)
        result[top : top + _ROWS] = turned.T
    return result


def linear(pixels: Bytes, box: tuple[float, float, float, float], width: int, height: int) -> Bytes:
    """`box` (left, upper, right, lower, in pixels) of `pixels` as `height` x `width`, neither smaller than the box.

    `pixels` is uint8 (rows, columns) or (rows, columns, 3), and so is the result, within one grey level.
    """
    if pixels.ndim == 3:
        return np.stack([linear(pixels[:, :, channel], box, width, height) for channel in range(3)], axis=2)
    pixels = np.ascontiguousarray(pixels)
    x0, y0, x1, y1 = box
    first, second, near, far = _pair(y0, y1, height, pixels.shape[0])
    across = _pair(x0, x1, width, pixels.shape[1])
    result = np.empty((height, width), np.uint8)
    for top in range(0, height, 2 * _ROWS):
        part = slice(top, top + 2 * _ROWS)
        rows = _between(pixels, first[part], second[part], near[part], far[part])
        result[part] = _between(np.ascontiguousarray(rows.T), *across).T
    return result


def _between(pixels: Bytes, first: Places, second: Places, near: Wide, far: Wide) -> Bytes:
    """Rows between two rows each; the weights, of 256 together, keep the sums within 16 bits."""
    mixed = pixels.take(first, axis=0) * near
    mixed += pixels.take(second, axis=0) * far
    mixed += np.uint16(128)
    mixed >>= 8
    return mixed.astype(np.uint8)


@lru_cache(maxsize=16)
def _pair(start: float, end: float, count: int, size: int) -> tuple[Places, Places, Wide, Wide]:
    """The two of `size` pixels around the middle of each of `count` places, and their weights as columns."""
    middle = start + (np.arange(count) + 0.5) * ((end - start) / count) - 0.5
    first = np.floor(middle).astype(np.intp)
    far = np.rint((middle - first) * 256).astype(np.uint16)[:, None]
    return first.clip(0, size - 1), (first + 1).clip(0, size - 1), np.uint16(256) - far, far


def _weighted(pixels: Bytes | Floats, taps: list[_Tap]) -> Floats:
    """The rows that each place wants, times their parts, added up."""
    total: Floats | None = None
    for places, parts in taps:
        part: Floats = pixels.take(places, axis=0) * parts
        total = part if total is None else np.add(total, part, out=total)
    assert total is not None
    return total


@lru_cache(maxsize=16)
def _taps(start: float, end: float, count: int, size: int) -> list[_Tap]:
    """What of `size` pixels makes each of `count` places, which share the stretch from `start` to `end` equally."""
    edges = np.linspace(start, end, count + 1)
    first = np.minimum(np.floor(edges[:-1]).astype(np.intp), size - 1)
    found = []
    for step in range(math.ceil((end - start) / count) + 1):
        covered = np.minimum(edges[1:], first + step + 1) - np.maximum(edges[:-1], first + step)
        parts = covered.clip(min=0) * (count / (end - start))
        if step == 0 or parts.max() > 1e-6:
            found.append((np.minimum(first + step, size - 1), parts.astype(np.float32)[:, None]))
    return found
