"""The middle of a vessel between two points: the darkest way from one to the other, then smoothed."""

import heapq
import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from console.dicom.measuring.sampling import Floats
from console.errors import UsageError
from console.i18n import _
from console.model.measuring import Point

_MARGIN = 24
"""Pixels around the points in which the way may bend."""
_MOST = 600
"""Largest side of the part of a frame that is searched, pixels."""
_FINE, _WIDE = 1.5, 8.0
"""Blurs whose difference shows what is darker than its surroundings, pixels."""
_MISSED = 2
"""Pixels by which a hand misses the middle of a vessel."""
_CHEAP = 0.03
_STEEP = 4.0
_STEPS = tuple((dy, dx, math.hypot(dx, dy)) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dx or dy)


def blurred(values: Floats, sigma: float) -> Floats:
    """Gaussian blur of a picture, edges repeated."""
    reach = max(math.ceil(3 * sigma), 1)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    taps /= taps.sum()
    for axis in (0, 1):
        width = [(reach, reach) if at == axis else (0, 0) for at in (0, 1)]
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(values, width, "edge"), taps.size, axis=axis)
        values = windows @ taps
    return values


def way_between(values: NDArray[np.generic], points: tuple[Point, ...], *, dark: bool | None = None) -> Floats:
    """Points x, y half a pixel apart along the middle of the vessel that leads from point to point.

    `dark` says whether it is darker than what surrounds it; None lets the points' own surroundings tell.
    UsageError where the points lie too far apart.
    """
    pieces = [_way(values, one, other, dark) for one, other in pairwise(points)]
    whole = np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])
    return resampled(_smoothed(whole), 0.5)


def resampled(way: Floats, step: float) -> Floats:
    """The same way in equal steps."""
    walked = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(way, axis=0).T))])
    kept = np.concatenate([[True], np.diff(walked) > 1e-9])
    places = np.linspace(0.0, walked[-1], max(round(walked[-1] / step), 1) + 1)
    found: Floats = np.stack([np.interp(places, walked[kept], way[kept, axis]) for axis in (0, 1)], axis=1)
    return found


def _way(values: NDArray[np.generic], one: Point, other: Point, dark: bool | None) -> Floats:
    rows, columns = values.shape
    left, right = (int(edge(one[0], other[0])) for edge in (min, max))
    top, bottom = (int(edge(one[1], other[1])) for edge in (min, max))
    left, right = max(left - _MARGIN, 0), min(right + _MARGIN + 1, columns)
    top, bottom = max(top - _MARGIN, 0), min(bottom + _MARGIN + 1, rows)
    if max(right - left, bottom - top) > _MOST:
        what = _("The points lie more than {count} pixels apart. Set points between them.")
        raise UsageError(_("Cannot be measured"), what.format(count=_MOST - 2 * _MARGIN))
    part = values[top:bottom, left:right].astype(np.float64)
    ridge = blurred(part, _WIDE) - blurred(part, _FINE)
    start, goal = (_nearest(point, left, top, part.shape) for point in (one, other))
    if not (_darker(ridge, (start, goal)) if dark is None else dark):
        ridge = -ridge
    highest = float(np.percentile(ridge, 99.5))
    cost = np.exp(-_STEEP * np.clip(ridge / max(highest, 1e-9), 0.0, 1.0)) + _CHEAP
    found = np.array(_cheapest(cost, start, goal), dtype=np.float64)
    way: Floats = found[:, ::-1] + np.array([left, top], dtype=np.float64)
    return way


def _darker(ridge: Floats, ends: tuple[tuple[int, int], ...]) -> bool:
    """Whether the ends lie on something dark rather than bright, within what a hand misses."""
    around = [ridge[max(y - _MISSED, 0) : y + _MISSED + 1, max(x - _MISSED, 0) : x + _MISSED + 1] for y, x in ends]
    return sum(float(part.max() + part.min()) for part in around) >= 0


def _nearest(point: Point, left: int, top: int, shape: tuple[int, ...]) -> tuple[int, int]:
    y = min(max(round(point[1]) - top, 0), shape[0] - 1)
    return y, min(max(round(point[0]) - left, 0), shape[1] - 1)


def _cheapest(cost: Floats, start: tuple[int, int], goal: tuple[int, int]) -> list[tuple[int, int]]:
    """Dijkstra over eight neighbours; places y, x from start to goal."""
    rows, columns = cost.shape
    price = cost.tolist()
    best = {start: 0.0}
    came: dict[tuple[int, int], tuple[int, int]] = {}
    waiting = [(0.0, start)]
    while waiting:
        spent, here = heapq.heappop(waiting)
        if here == goal:
            break
        if spent > best[here]:
            continue
        y, x = here
        for dy, dx, far in _STEPS:
            down, across = y + dy, x + dx
            if 0 <= down < rows and 0 <= across < columns:
                total = spent + far * 0.5 * (price[y][x] + price[down][across])
                there = (down, across)
                if total < best.get(there, math.inf):
                    best[there], came[there] = total, here
                    heapq.heappush(waiting, (total, there))
    way = [goal]
    while way[-1] != start:
        way.append(came[way[-1]])
    return way[::-1]


def _smoothed(way: Floats, sigma: float = 2.0) -> Floats:
    """Without the steps of the pixels; the ends stay."""
    if len(way) < 5:
        return way
    reach = min(math.ceil(3 * sigma), len(way) - 1)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    # Mirrored in the point at each end, so that the ends do not move.
    before = 2 * way[0] - way[reach:0:-1]
    after = 2 * way[-1] - way[-2 : -reach - 2 : -1]
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate([before, way, after]), taps.size, axis=0)
    found: Floats = windows @ (taps / taps.sum())
    return found
