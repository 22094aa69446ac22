"""What a presentation state draws over a frame, as strokes and words (PS3.3 C.10.5)."""

from console.graphics.drawing import NOTHING, Drawn, Lettering, Point, Stroke, ellipse
from console.graphics.turning import straight_point, turned_point
from console.model.pipeline import Description, FrameDescription, GraphicObject, TextObject
from console.model.text import clean


def annotations(description: Description, number: int) -> Drawn:
    """All that lies on frame `number`, in image points."""
    frame = description.frame(number)
    if not frame.graphics and not frame.texts:
        return NOTHING
    place = _Places(description, frame)
    strokes = [stroke for one in frame.graphics if (stroke := _stroke(one, place)) is not None]
    labels = [label for one in frame.texts for label in _labels(one, place)]
    return Drawn(tuple(strokes), tuple(labels))


class _Places:
    """From the points of a state to those of the picture."""

    def __init__(self, description: Description, frame: FrameDescription) -> None:
        self._orientation = description.orientation
        self._columns, self._rows = description.columns, description.rows
        area = frame.area
        corners = (1, 1, description.columns, description.rows)
        left, top, right, bottom = corners if area is None else (*area.top_left, *area.bottom_right)
        ends = [
            turned_point(x, y, self._columns, self._rows, self._orientation)
            for x, y in ((left - 1.0, top - 1.0), (float(right), float(bottom)))
        ]
        self._left, self._right = sorted(end[0] for end in ends)
        self._top, self._bottom = sorted(end[1] for end in ends)

    def __call__(self, point: Point, units: str) -> Point:
        """PIXEL: 0.5 is the upper left corner of the picture. DISPLAY: 0 to 1 of the displayed area as it is seen."""
        x, y = point
        if units != "DISPLAY":
            return x - 0.5, y - 0.5
        seen_x = self._left + x * (self._right - self._left)
        seen_y = self._top + y * (self._bottom - self._top)
        return straight_point(seen_x, seen_y, self._columns, self._rows, self._orientation)


def _stroke(one: GraphicObject, place: _Places) -> Stroke | None:
    points = tuple(place(point, one.units) for point in one.points)
    if one.kind == "CIRCLE" and len(points) >= 2:
        (x, y), (edge_x, edge_y) = points[:2]
        across = (edge_x - x, edge_y - y)
        return ellipse((x, y), across, (-across[1], across[0]), one.filled)
    if one.kind == "ELLIPSE" and len(points) >= 4:
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = points[:4]
        middle = ((ax + bx) / 2, (ay + by) / 2)
        return ellipse(middle, ((bx - ax) / 2, (by - ay) / 2), ((dx - cx) / 2, (dy - cy) / 2), one.filled)
    if one.kind == "INTERPOLATED" and len(points) > 2:
        return Stroke(_curve(points), filled=one.filled)
    if one.kind == "POINT":
        return Stroke(points[:1])
    return Stroke(points, filled=one.filled) if one.kind in ("POLYLINE", "INTERPOLATED") else None


def _curve(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """A smooth line through the points (Catmull and Rom), eight pieces between two."""
    closed = points[0] == points[-1]
    before, after = (points[-2], points[1]) if closed else (points[0], points[-1])
    every = (before, *points, after)
    found = []
    for at in range(1, len(every) - 2):
        for step in range(8):
            t = step / 8
            found.append(tuple(_between(t, *(every[at + offset][axis] for offset in (-1, 0, 1, 2))) for axis in (0, 1)))
    return (*((x, y) for x, y in found), points[-1])


def _between(t: float, a: float, b: float, c: float, d: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)


def _labels(one: TextObject, place: _Places) -> list[Lettering]:
    """A text as one line that begins where its box or its anchor does."""
    if one.box is not None:
        (x, y), (right, bottom) = place(one.box[:2], one.box_units), place(one.box[2:], one.box_units)
        at = min(x, right), min(y, bottom)
    elif one.anchor is not None:
        at = place(one.anchor, one.anchor_units)
    else:
        return []
    lines = [clean(line).strip() for line in one.text.replace("\r", "\n").split("\n")]
    text = "  ".join(line for line in lines if line) if lines else ""
    return [Lettering(at, text)] if text else []
