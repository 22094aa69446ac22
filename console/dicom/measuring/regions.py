"""Statistics of regions: exactly the pixels whose centres lie inside."""

import numpy as np
from numpy.typing import NDArray

from console.dicom.measuring.lengths import Scale, area
from console.errors import UsageError
from console.i18n import _
from console.model.measuring import Shape, ShapeKind, Statistics

Values = NDArray[np.floating | np.integer]
Mask = NDArray[np.bool_]
BINS = 32
"""Steps of a histogram."""
_ON_THE_EDGE = 1e-9


def inside(shape: Shape, rows: int, columns: int) -> tuple[slice, slice, Mask]:
    """Where the shape lies on a frame, and which pixel centres of that part it holds; those on its edge are inside.

    A polygon holds what an even-odd count says, and its edge.
    """
    xs, ys = [x for x, _y in shape.points], [y for _x, y in shape.points]
    left, right = max(int(np.ceil(min(xs) - _ON_THE_EDGE)), 0), min(int(np.floor(max(xs) + _ON_THE_EDGE)), columns - 1)
    top, bottom = max(int(np.ceil(min(ys) - _ON_THE_EDGE)), 0), min(int(np.floor(max(ys) + _ON_THE_EDGE)), rows - 1)
    part = slice(top, bottom + 1), slice(left, right + 1)
    x = np.arange(left, right + 1, dtype=np.float64)[None, :]
    y = np.arange(top, bottom + 1, dtype=np.float64)[:, None]
    if shape.kind is ShapeKind.RECTANGLE:
        return *part, np.ones((y.size, x.size), bool)
    if shape.kind is ShapeKind.ELLIPSE:
        (ax, ay), (bx, by) = shape.points
        across, down = abs(bx - ax) / 2, abs(by - ay) / 2
        away = ((x - (ax + bx) / 2) / across) ** 2 + ((y - (ay + by) / 2) / down) ** 2
        return *part, away <= 1.0 + _ON_THE_EDGE
    return *part, _in_polygon(shape, x, y)


def _in_polygon(shape: Shape, x: NDArray[np.float64], y: NDArray[np.float64]) -> Mask:
    odd = np.zeros((y.size, x.size), bool)
    edge = np.zeros_like(odd)
    points = shape.points
    for (ax, ay), (bx, by) in zip(points, (*points[1:], points[0]), strict=True):
        turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        size = max(abs(bx - ax), abs(by - ay), 1.0)
        near = np.abs(turn) <= _ON_THE_EDGE * size
        within = (x >= min(ax, bx) - _ON_THE_EDGE) & (x <= max(ax, bx) + _ON_THE_EDGE)
        within = within & (y >= min(ay, by) - _ON_THE_EDGE) & (y <= max(ay, by) + _ON_THE_EDGE)
        edge |= near & within
        if ay != by:
            crossed = (ay > y) != (by > y)
            with np.errstate(over="ignore", invalid="ignore"):
                meets = ax + (y - ay) * (bx - ax) / (by - ay)
            odd ^= crossed & (x < meets)
    return odd | edge


def statistics(values: Values, shape: Shape, scale: Scale, unit: str = "stored") -> Statistics:
    """Of a frame (rows, columns) within a region; `unit` names the values.

    UsageError for a frame in colour, and where no pixel centre lies inside or a value is not a number.
    """
    if values.ndim != 2:
        raise UsageError(_("Cannot be measured"), _("A frame in colour has no single value to average."))
    down, across, mask = inside(shape, values.shape[0], values.shape[1])
    found = values[down, across][mask]
    if not found.size:
        raise UsageError(_("Cannot be measured"), _("No pixel has its centre in there. Draw the region larger."))
    exact = found.astype(np.float64)
    if not np.isfinite(exact).all():
        raise UsageError(_("Cannot be measured"), _("Some values in there are not numbers."))
    low, high = float(exact.min()), float(exact.max())
    counts, _edges = np.histogram(exact, BINS, (low, high if high > low else low + 1.0))
    return Statistics(
        float(exact.mean()),
        float(exact.std()),
        low,
        high,
        int(exact.size),
        area(shape, scale),
        f"{scale.unit}²",
        unit,
        tuple(int(count) for count in counts),
    )
