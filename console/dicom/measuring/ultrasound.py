"""The scale of ultrasound and intravascular ultrasound: each region has its own (PS3.3 C.8.5.5), or none.

A shape is measured in millimetres only where every part of it lies in regions of one and the same scale.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

from console.errors import UsageError
from console.i18n import _
from console.model.measuring import Point, Shape, ShapeKind
from console.model.picture import Calibration, UltrasoundRegion

_CM = 3
_CROSS_SECTION = 1
_MM_PER_CM = 10.0
_SMALLEST, _LARGEST = 0.0005, 10.0
"""Millimetres a pixel that can be true."""
_SAME = 1e-4
_CLOSED = (ShapeKind.RECTANGLE, ShapeKind.ELLIPSE, ShapeKind.POLYGON)
_ANGLES = (ShapeKind.ANGLE, ShapeKind.COBB)


def region_spacing(region: UltrasoundRegion) -> tuple[float, float] | None:
    """Row and column spacing in mm of a cross section in centimetres; None for a region that shows something else."""
    if region.spatial_format != _CROSS_SECTION or region.units != (_CM, _CM):
        return None
    # A negative delta says which way the axis points.
    across, down = (abs(delta) * _MM_PER_CM for delta in region.deltas)
    if not all(math.isfinite(value) and _SMALLEST <= value <= _LARGEST for value in (across, down)):
        return None
    return (down, across) if max(down, across) <= 20 * min(down, across) else None


def calibration_of(regions: Sequence[UltrasoundRegion], shape: Shape) -> Calibration:
    """The calibration of the region that holds the whole shape; pixels where it lies in none.

    UsageError where parts of the shape lie in regions of different scales, or in a region and outside all.
    """
    if not regions:
        return _pixels(_("The file does not say what part of the frame has which scale; lengths are in pixels."))
    touched = {_at(regions, point) for point in shape.points}
    touched |= {region for region in regions if _met(regions, region, shape)}
    inside = {region for region in touched if region is not None}
    if not inside:
        return _pixels(_("The shape lies outside the regions that have a scale; lengths are in pixels."))
    if None in touched and len(touched) > 1:
        what = _("The shape reaches out of the region that has a scale. Draw it within one region.")
        raise UsageError(_("Cannot be measured"), what)
    first = next(iter(inside))
    if any(not _alike(first, other) for other in inside):
        what = _("The shape lies in regions of different scales. Draw it within one region.")
        raise UsageError(_("Cannot be measured"), what)
    spacing = region_spacing(first)
    if spacing is None:
        return _pixels(_("This region shows no distances in both directions (M mode, Doppler); lengths are in pixels."))
    warnings = () if len(inside) == 1 else (_("The shape spans several regions of the same scale."),)
    return Calibration("region", "mm", spacing[0], spacing[1], warnings)


def _pixels(warning: str) -> Calibration:
    return Calibration("none", "px", None, None, (warning,))


def _at(regions: Sequence[UltrasoundRegion], point: Point) -> UltrasoundRegion | None:
    """The region that a point lies in; where they overlap, the one that is not of low priority, else the first."""
    x, y = round(point[0]), round(point[1])
    there = [region for region in regions if region.left <= x <= region.right and region.top <= y <= region.bottom]
    return min(there, key=lambda region: region.low_priority) if there else None


def _met(regions: Sequence[UltrasoundRegion], region: UltrasoundRegion, shape: Shape) -> bool:
    """Whether the shape passes through the region where no other one covers it."""
    covered = [other for other in regions if region.low_priority and not other.low_priority and _holds(other, region)]
    if covered or shape.kind in _ANGLES:
        return False
    box = (region.left - 0.5, region.top - 0.5, region.right + 0.5, region.bottom + 0.5)
    if region.low_priority and any(not other.low_priority and _inside(other, shape) for other in regions):
        return False
    if shape.kind in _CLOSED:
        xs, ys = [x for x, _y in shape.points], [y for _x, y in shape.points]
        return min(xs) <= box[2] and max(xs) >= box[0] and min(ys) <= box[3] and max(ys) >= box[1]
    return any(_through(one, other, box) for one, other in pairwise(shape.points))


def _holds(outer: UltrasoundRegion, inner: UltrasoundRegion) -> bool:
    return (
        outer.left <= inner.left
        and outer.top <= inner.top
        and outer.right >= inner.right
        and outer.bottom >= inner.bottom
    )


def _inside(region: UltrasoundRegion, shape: Shape) -> bool:
    return all(
        region.left - 0.5 <= x <= region.right + 0.5 and region.top - 0.5 <= y <= region.bottom + 0.5
        for x, y in shape.points
    )


def _through(one: Point, other: Point, box: tuple[float, float, float, float]) -> bool:
    """Whether a segment meets a box (Liang and Barsky)."""
    first, last = 0.0, 1.0
    across, down = other[0] - one[0], other[1] - one[1]
    for step, room in (
        (-across, one[0] - box[0]),
        (across, box[2] - one[0]),
        (-down, one[1] - box[1]),
        (down, box[3] - one[1]),
    ):
        if step == 0:
            if room < 0:
                return False
        elif step < 0:
            first = max(first, room / step)
        else:
            last = min(last, room / step)
    return first <= last


def _alike(one: UltrasoundRegion, other: UltrasoundRegion) -> bool:
    if one == other:
        return True
    here, there = region_spacing(one), region_spacing(other)
    if here is None or there is None:
        return here is there and one.units == other.units and one.spatial_format == other.spatial_format
    return all(abs(a - b) <= _SAME * b for a, b in zip(here, there, strict=True))
