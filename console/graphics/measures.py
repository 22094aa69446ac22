"""Measured shapes as lines and words over a picture.

Measuring counts from the middle of the first pixel, drawing from its corner: half a pixel is added here, and nowhere
else.
"""

import math
from collections.abc import Iterable, Sequence

from console.graphics.drawing import Drawn, Lettering, Stroke, ellipse
from console.graphics.palette import Tone
from console.model.measuring import Point, Shape, ShapeKind, Vessel

_HEAD = (3.0, 15.0)
"""Pixels that the head of an arrow is long, at least and at most."""


def drawn(shape: Shape, label: str, tone: Tone = "accent", vessel: Vessel | None = None, marks: bool = False) -> Drawn:
    """One shape with its label; `marks` puts a cross on each of its points, `vessel` draws the edges found."""
    points = [_corner(point) for point in shape.points]
    strokes = list(_strokes(shape.kind, points, tone))
    if vessel is not None:
        strokes += [
            Stroke(tuple(_corner(point) for point in edge), tone=tone)
            for edge in (vessel.left, vessel.right)
            if len(edge) > 1
        ]
        strokes += _narrowest(vessel)
    if marks:
        strokes += [Stroke((point,), tone=tone) for point in points]
    labels = (Lettering(_beside(shape.kind, points), label, tone),) if label else ()
    return Drawn(tuple(strokes), labels)


def together(parts: Iterable[Drawn]) -> Drawn:
    """Everything over one picture."""
    every = list(parts)
    return Drawn(
        tuple(stroke for part in every for stroke in part.strokes),
        tuple(label for part in every for label in part.labels),
    )


def _corner(point: Point) -> Point:
    return point[0] + 0.5, point[1] + 0.5


def _strokes(kind: ShapeKind, points: Sequence[Point], tone: Tone) -> Iterable[Stroke]:
    if kind is ShapeKind.TEXT:
        return
    if kind is ShapeKind.PROBE or len(points) < 2:
        yield Stroke((points[0],), tone=tone)
    elif kind is ShapeKind.RECTANGLE:
        (x0, y0), (x1, y1) = points[0], points[1]
        yield Stroke(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), closed=True, tone=tone)
    elif kind is ShapeKind.ELLIPSE:
        (x0, y0), (x1, y1) = points[0], points[1]
        outline = ellipse(((x0 + x1) / 2, (y0 + y1) / 2), ((x1 - x0) / 2, 0.0), (0.0, (y1 - y0) / 2))
        yield Stroke(outline.points, closed=True, tone=tone)
    elif kind is ShapeKind.COBB:
        yield Stroke(tuple(points[:2]), tone=tone)
        if len(points) > 2:
            yield Stroke(tuple(points[2:4]), tone=tone)
    elif kind is ShapeKind.ARROW:
        yield Stroke(tuple(points[:2]), tone=tone)
        yield from _head(points[0], points[1], tone)
    else:
        yield Stroke(tuple(points), closed=kind is ShapeKind.POLYGON and len(points) > 2, tone=tone)


def _head(tip: Point, tail: Point, tone: Tone) -> Iterable[Stroke]:
    length = math.dist(tip, tail)
    if length == 0:
        return
    reach = min(max(0.2 * length, _HEAD[0]), _HEAD[1])
    along = ((tail[0] - tip[0]) / length * reach, (tail[1] - tip[1]) / length * reach)
    base = tip[0] + along[0], tip[1] + along[1]
    side = along[1] * 0.4, -along[0] * 0.4
    corners = (tip, (base[0] + side[0], base[1] + side[1]), (base[0] - side[0], base[1] - side[1]))
    yield Stroke(corners, closed=True, filled=True, tone=tone)


def _narrowest(vessel: Vessel) -> Iterable[Stroke]:
    """Across the vessel where it is narrowest."""
    if vessel.at < min(len(vessel.left), len(vessel.right)):
        yield Stroke((_corner(vessel.left[vessel.at]), _corner(vessel.right[vessel.at])), tone="warning")


def _beside(kind: ShapeKind, points: Sequence[Point]) -> Point:
    """Where the label begins: right of the rightmost point, where it hides least."""
    if kind in (ShapeKind.TEXT, ShapeKind.PROBE):
        return points[0]
    return max(points)
