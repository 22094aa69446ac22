"""Lengths, angles and areas of shapes: their own geometry, in mm only where the calibration says so."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from console.errors import UsageError
from console.i18n import N_, _
from console.model.measuring import Point, Shape, ShapeKind
from console.model.picture import Calibration

_POINTS = {
    ShapeKind.DISTANCE: (2, 2),
    ShapeKind.POLYLINE: (2, 10_000),
    ShapeKind.ANGLE: (3, 3),
    ShapeKind.COBB: (4, 4),
    ShapeKind.PROFILE: (2, 2),
    ShapeKind.RECTANGLE: (2, 2),
    ShapeKind.ELLIPSE: (2, 2),
    ShapeKind.POLYGON: (3, 10_000),
    ShapeKind.VESSEL: (2, 10_000),
    ShapeKind.PROBE: (1, 1),
    ShapeKind.ARROW: (2, 2),
    ShapeKind.TEXT: (1, 1),
}
REGIONS = (ShapeKind.RECTANGLE, ShapeKind.ELLIPSE, ShapeKind.POLYGON)
"""Shapes with an inside."""
NAMES = {
    ShapeKind.DISTANCE: N_("distance"),
    ShapeKind.POLYLINE: N_("polyline"),
    ShapeKind.ANGLE: N_("angle"),
    ShapeKind.COBB: N_("Cobb angle"),
    ShapeKind.PROFILE: N_("profile"),
    ShapeKind.RECTANGLE: N_("rectangle"),
    ShapeKind.ELLIPSE: N_("ellipse"),
    ShapeKind.POLYGON: N_("polygon"),
    ShapeKind.VESSEL: N_("vessel"),
    ShapeKind.PROBE: N_("pixel"),
    ShapeKind.ARROW: N_("arrow"),
    ShapeKind.TEXT: N_("text"),
}
"""What each shape is called."""
_TINY = 1e-9


@dataclass(frozen=True)
class Scale:
    """What one step to the right and one step down are worth."""

    x: float
    y: float
    unit: str
    """"mm" or "px"."""


PIXELS = Scale(1.0, 1.0, "px")
"""Every pixel counts one."""


def scale_of(calibration: Calibration) -> Scale:
    """Millimetres where the calibration gives both spacings, pixels otherwise."""
    if calibration.unit != "mm" or calibration.row_spacing is None or calibration.column_spacing is None:
        return PIXELS
    return Scale(calibration.column_spacing, calibration.row_spacing, "mm")


def checked(shape: Shape, columns: int, rows: int) -> Shape:
    """The shape as it stands. UsageError when it cannot be measured on a frame of that size."""
    least, most = _POINTS[shape.kind]
    name = _(NAMES[shape.kind])
    if not least <= len(shape.points) <= most:
        if least == most:
            what = _("A {shape} takes {count} points, not {given}.")
            _refuse(what.format(shape=name, count=least, given=len(shape.points)))
        what = _("A {shape} takes {count} points or more, not {given}.")
        _refuse(what.format(shape=name, count=least, given=len(shape.points)))
    for x, y in shape.points:
        if not (math.isfinite(x) and math.isfinite(y) and -0.5 <= x <= columns - 0.5 and -0.5 <= y <= rows - 0.5):
            what = _("The point {x}, {y} lies outside the frame, which has {columns} columns and {rows} rows from 0.")
            _refuse(what.format(x=f"{x:g}", y=f"{y:g}", columns=columns, rows=rows))
    if shape.kind is ShapeKind.POLYGON and _crosses_itself(shape.points):
        _refuse(_("The polygon crosses itself, so what lies inside cannot be said. Draw it again."))
    if shape.kind in REGIONS and area(shape, PIXELS) < _TINY:
        _refuse(_("The {shape} has no area. Draw it larger.").format(shape=name))
    if shape.kind in (ShapeKind.DISTANCE, ShapeKind.POLYLINE, ShapeKind.PROFILE, ShapeKind.VESSEL, ShapeKind.ARROW):
        if length(shape.points, PIXELS) < _TINY:
            _refuse(_("The {shape} has no length: its points are the same.").format(shape=name))
    elif shape.kind in (ShapeKind.ANGLE, ShapeKind.COBB):
        angle(shape, 1.0)
    return shape


def length(points: Sequence[Point], scale: Scale) -> float:
    """Of the way from point to point, in the scale's unit."""
    return sum(math.hypot((bx - ax) * scale.x, (by - ay) * scale.y) for (ax, ay), (bx, by) in pairwise(points))


def angle(shape: Shape, pixel_aspect: float) -> float:
    """Degrees of an angle (0 to 180) or a Cobb angle (0 to 90); `pixel_aspect` is a pixel's height by its width.

    UsageError where an arm has no length.
    """
    points = shape.points
    if shape.kind is ShapeKind.ANGLE:
        one = points[0][0] - points[1][0], (points[0][1] - points[1][1]) * pixel_aspect
        other = points[2][0] - points[1][0], (points[2][1] - points[1][1]) * pixel_aspect
    else:
        one = points[1][0] - points[0][0], (points[1][1] - points[0][1]) * pixel_aspect
        other = points[3][0] - points[2][0], (points[3][1] - points[2][1]) * pixel_aspect
    if math.hypot(*one) < _TINY or math.hypot(*other) < _TINY:
        _refuse(_("An angle needs two arms that have a length."))
    across, along = one[0] * other[1] - one[1] * other[0], one[0] * other[0] + one[1] * other[1]
    degrees = math.degrees(math.atan2(abs(across), along))
    return min(degrees, 180.0 - degrees) if shape.kind is ShapeKind.COBB else degrees


def area(shape: Shape, scale: Scale) -> float:
    """Of a rectangle, an ellipse or a polygon, in the scale's unit squared."""
    points = shape.points
    if shape.kind is ShapeKind.POLYGON:
        twice = sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise((*points, points[0])))
        return abs(twice) / 2 * scale.x * scale.y
    (ax, ay), (bx, by) = points
    box = abs(bx - ax) * abs(by - ay) * scale.x * scale.y
    return box * math.pi / 4 if shape.kind is ShapeKind.ELLIPSE else box


def _crosses_itself(points: Sequence[Point]) -> bool:
    sides = list(pairwise((*points, points[0])))
    for first in range(len(sides)):
        for second in range(first + 2, len(sides)):
            neighbours = first == 0 and second == len(sides) - 1
            if not neighbours and _cross(*sides[first], *sides[second]):
                return True
    return False


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two segments have a point in common."""
    one, two, three, four = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    if one != two and three != four:
        return True
    return (
        (one == 0 and _between(a, b, c))
        or (two == 0 and _between(a, b, d))
        or (three == 0 and _between(c, d, a))
        or (four == 0 and _between(c, d, b))
    )


def _side(a: Point, b: Point, c: Point) -> int:
    turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return 0 if abs(turn) < _TINY else 1 if turn > 0 else -1


def _between(a: Point, b: Point, c: Point) -> bool:
    inside_x = min(a[0], b[0]) - _TINY <= c[0] <= max(a[0], b[0]) + _TINY
    return inside_x and min(a[1], b[1]) - _TINY <= c[1] <= max(a[1], b[1]) + _TINY


def _refuse(what: str) -> None:
    raise UsageError(_("Cannot be measured"), what)
