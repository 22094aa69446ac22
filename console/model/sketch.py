"""A shape while it is being drawn, or taken up again: its points, and the one that follows the operator's hand.

Points are those of console.model.measuring: pixel centres are whole numbers, in the picture as it is stored.
"""

from dataclasses import dataclass, replace
from typing import Literal

from console.model.measuring import Point, Shape, ShapeKind

POINTS: dict[ShapeKind, int] = {
    ShapeKind.DISTANCE: 2,
    ShapeKind.ANGLE: 3,
    ShapeKind.COBB: 4,
    ShapeKind.PROFILE: 2,
    ShapeKind.RECTANGLE: 2,
    ShapeKind.ELLIPSE: 2,
    ShapeKind.VESSEL: 2,
    ShapeKind.PROBE: 1,
    ShapeKind.ARROW: 2,
    ShapeKind.TEXT: 1,
}
"""Points of the shapes that have a fixed number of them."""
FEWEST: dict[ShapeKind, int] = {ShapeKind.POLYLINE: 2, ShapeKind.POLYGON: 3}
"""Points that the others need at least."""

Purpose = Literal["measure", "catheter", "line"]
"""A measurement, or a known object to calibrate on: the middle of a catheter, or a line of known length."""


@dataclass(frozen=True)
class Sketch:
    """What is being drawn on one frame."""

    kind: ShapeKind
    frame: int
    """From 1."""
    cursor: Point
    """The point that moves."""
    placed: tuple[Point, ...] = ()
    purpose: Purpose = "measure"
    number: int = 0
    """The measurement that is taken up again; 0 for a new one."""
    held: int = 0
    """Of a measurement taken up again: which point moves, from 0."""
    whole: bool = False
    """Of a measurement taken up again: all its points move, and the first is the one that is led."""

    @property
    def points(self) -> tuple[Point, ...]:
        """All points, the one that moves included."""
        if self.whole:
            across, down = self.cursor[0] - self.placed[0][0], self.cursor[1] - self.placed[0][1]
            return tuple((x + across, y + down) for x, y in self.placed)
        if self.number:
            return (*self.placed[: self.held], self.cursor, *self.placed[self.held + 1 :])
        return (*self.placed, self.cursor)

    @property
    def shape(self) -> Shape | None:
        """The shape as it stands; None while it has too few points."""
        points = self.points if len(self.points) < 2 or self.points[-1] != self.points[-2] else self.points[:-1]
        needed = FEWEST.get(self.kind) or POINTS[self.kind]
        return Shape(self.kind, points) if len(points) >= needed else None

    @property
    def open_ended(self) -> bool:
        """Whether it ends when the operator says so, not with a certain point."""
        return self.kind in FEWEST

    @property
    def finished(self) -> bool:
        """Whether the last point that was set was the last one of all."""
        return not self.number and len(self.placed) == POINTS.get(self.kind, -1)

    def moved(self, point: Point) -> "Sketch":
        """With the moving point elsewhere."""
        return replace(self, cursor=point)

    def set(self) -> "Sketch":
        """With the moving point set; it goes on moving as the next one."""
        return replace(self, placed=(*self.placed, self.cursor))

    def back(self) -> "Sketch":
        """Without the point that was set last."""
        return replace(self, placed=self.placed[:-1])

    def next_point(self) -> "Sketch":
        """Of a measurement taken up again: with its next point in the hand, and after the last with all of them."""
        if not self.number:
            return self
        points = self.points
        held = (self.held + 1) % len(points) if not self.whole else 0
        whole = held == 0 and not self.whole and len(points) > 1
        return replace(self, placed=points, held=held, cursor=points[held], whole=whole)


def taken_up(kind: ShapeKind, frame: int, points: tuple[Point, ...], number: int, held: int = 0) -> Sketch:
    """A measurement that is to be moved, with one of its points in the hand."""
    return Sketch(kind, frame, points[held], points, "measure", number, held)
