"""A shape drawn by keys or the mouse: while one is in the hand, the keys belong to it.

h j k l go far, the arrows one cell; under the loupe h j k l go one pixel of the picture and the arrows a tenth. Every
direction is one of the screen, however the picture is turned.
"""

import math
from collections.abc import Callable
from dataclasses import replace

from console.graphics.drawing import NOTHING
from console.graphics.measures import drawn
from console.i18n import _
from console.look import Loupe
from console.model.measuring import Point, Shape, ShapeKind
from console.model.picture import PictureInfo
from console.model.sketch import POINTS, Purpose, Sketch
from console.screens.viewer.cine import CineKeys
from console.screens.viewer.measured import tool_name
from console.widgets.frame_view import FrameView

_FAR = 0.05
"""Part of the view that a far step goes."""
_EDGE, _FOLLOW = 0.02, 0.25
"""Nearer to the edge of the view than this, the picture moves on by so much of the view."""


class Sketching(CineKeys):
    """The part of the viewer that draws shapes."""

    _info: PictureInfo | None
    _sketch: Sketch | None = None
    """What is in the hand."""
    _dragged: bool = False
    """A point of a kept shape hangs at the mouse."""
    _worth: str = ""
    """What the shape is worth as it stands."""
    _say_state: Callable[[], None]
    """Says below the picture what goes on; the viewer knows how."""

    def finish(self, sketch: Sketch) -> None:
        """The shape is complete."""
        raise AssertionError("whoever draws keeps what was drawn")

    def weigh(self, sketch: Sketch) -> None:
        """Find out what the shape is worth now."""

    def grasp(self, at: Point) -> bool:
        """Take the point of a kept shape into the hand that lies at a place of the view; False where none does."""
        return False

    def put_down(self) -> None:
        """The shape is not in the hand any more: show what is kept."""

    @property
    def view(self) -> FrameView:
        """The view with the keys."""
        raise AssertionError("the viewer has views")

    # Beginning and ending

    def begin(self, kind: ShapeKind, purpose: Purpose = "measure") -> None:
        """Draw a new shape on the frame that is shown, from the middle of the view."""
        playback = self.playback
        if playback is None or (middle := playback.image_point(0.5, 0.5)) is None:
            return
        frame = playback.state().frame
        self.action_seek(frame)
        self.end_pointing()
        self.hold(Sketch(kind, frame, self._inside(_middle_of(middle)), purpose=purpose))

    def hold(self, sketch: Sketch) -> None:
        """Show what is in the hand as it stands now."""
        playback = self.playback
        if playback is None:
            return
        self._sketch = sketch
        shape = sketch.shape
        points = shape.points if shape is not None else sketch.points
        cursor = drawn(Shape(ShapeKind.PROBE, (sketch.cursor,)), "", "warning")
        playback.draw(drawn(Shape(sketch.kind, points), "", "calm", marks=True) + cursor)
        if playback.loupe is not None:
            playback.magnify(replace(playback.loupe, x=sketch.cursor[0] + 0.5, y=sketch.cursor[1] + 0.5))
        self.weigh(sketch)
        self._say_state()

    def end_pointing(self) -> bool:
        if self._sketch is None:
            return super().end_pointing()
        self._sketch, self._dragged, self._worth = None, False, ""
        if self.playback is not None:
            self.playback.draw(NOTHING)
            self.playback.magnify(None)
        self.put_down()
        self._say_state()
        return True

    def sketch_line(self) -> str:
        """What is drawn, how far it is, what it is worth and which keys go on; empty while nothing is drawn."""
        sketch = self._sketch
        if sketch is None:
            return ""
        if sketch.number:
            keys = _("tab next point, enter keeps, esc ends")
        elif sketch.open_ended:
            keys = _("enter sets a point, twice ends, del takes back")
        else:
            keys = _("enter sets a point, esc ends")
        total = POINTS.get(sketch.kind)
        place = (sketch.held if sketch.number else len(sketch.placed)) + 1
        count = f"{place}/{len(sketch.points) if sketch.number else total}" if total or sketch.number else f"{place}"
        if sketch.whole:
            count = _("all points together")
        names = {"catheter": _("along the catheter"), "line": _("along the known length")}
        return "  ".join(filter(None, (names.get(sketch.purpose) or tool_name(sketch.kind), count, self._worth, keys)))

    # Keys

    def action_accept(self) -> None:
        sketch = self._sketch
        if sketch is None:
            super().action_accept()
        elif sketch.number or (sketch.open_ended and sketch.placed and sketch.cursor == sketch.placed[-1]):
            if sketch.shape is not None:
                self.finish(sketch)
        elif (done := sketch.set()).finished:
            self.finish(replace(sketch, placed=sketch.placed))
        else:
            self.hold(done)

    def action_take_back(self) -> None:
        """The point that was set last goes back into the hand."""
        if self._sketch is not None and self._sketch.placed and not self._sketch.number:
            self.hold(self._sketch.back())

    def action_next_pane(self) -> None:
        if self._sketch is not None:
            self.hold(self._sketch.next_point())
        else:
            self.next_pane()

    def next_pane(self) -> None:
        """Give the keys to the next picture; whoever has several knows how."""

    def action_play(self) -> None:
        if self._sketch is not None:
            self.notify(_("Finish the drawing first: enter sets a point, esc ends."), markup=False)
        else:
            super().action_play()

    def action_step(self, count: int) -> None:
        if self._sketch is not None:
            self._go(count, 0, fine=True)
        else:
            super().action_step(count)

    def action_speed(self, step: int) -> None:
        if self._sketch is not None:
            self._go(0, -step, fine=True)
        else:
            super().action_speed(step)

    def action_seek(self, number: int) -> None:
        if self._sketch is None:
            super().action_seek(number)

    def action_loupe(self) -> None:
        sketch, playback = self._sketch, self.playback
        if sketch is None or playback is None:
            super().action_loupe()
        elif playback.loupe is not None:
            playback.magnify(None)
        else:
            playback.magnify(Loupe(sketch.cursor[0] + 0.5, sketch.cursor[1] + 0.5, 6.0))

    def moved_by_key(self, across: int, down: int) -> bool:
        if self._sketch is None:
            return super().moved_by_key(across, down)
        self._go(across, down, fine=False)
        return True

    def sized_by_key(self, steps: int) -> bool:
        # Zooming while one draws is what the keys are for, and so is a stronger loupe.
        loupe = self.playback is not None and self.playback.loupe is not None
        return super().sized_by_key(steps) if self._sketch is None or loupe else False

    def _go(self, across: int, down: int, *, fine: bool) -> None:
        """Move the point in the hand by a step."""
        sketch, playback = self._sketch, self.playback
        if sketch is None or playback is None:
            return
        place = playback.view_point(sketch.cursor[0] + 0.5, sketch.cursor[1] + 0.5)
        if place is None:
            return
        if playback.loupe is not None:
            step = self._pixels(place, across, down, 0.1 if fine else 1.0)
            goal = (sketch.cursor[0] + step[0], sketch.cursor[1] + step[1])
        else:
            size = self.view_size()
            reach = (1 / size[0], 1 / size[1]) if fine else (_FAR, _FAR)
            found = playback.image_point(place[0] + across * reach[0], place[1] + down * reach[1])
            goal = _middle_of(found) if found is not None else sketch.cursor
        self._follow(goal)
        self.hold(sketch.moved(self._inside(goal)))

    def _pixels(self, place: Point, across: int, down: int, count: float) -> Point:
        """So many pixels of the picture in a direction of the screen."""
        assert self.playback is not None
        here = self.playback.image_point(*place)
        there = self.playback.image_point(place[0] + 0.01 * across, place[1] + 0.01 * down)
        if here is None or there is None:
            return 0.0, 0.0
        x, y = there[0] - here[0], there[1] - here[1]
        length = math.hypot(x, y)
        return (round(x / length * count, 6), round(y / length * count, 6)) if length else (0.0, 0.0)

    def _follow(self, goal: Point) -> None:
        """Keep the point in the hand in view."""
        assert self.playback is not None
        place = self.playback.view_point(goal[0] + 0.5, goal[1] + 0.5)
        if place is not None:
            across, down = (
                -_FOLLOW if part < _EDGE else _FOLLOW if part > 1 - _EDGE else 0.0 for part in place
            )  # fmt: skip
            if across or down:
                self.playback.pan(across, down)

    def _inside(self, point: Point) -> Point:
        """The nearest point in the picture."""
        info = self._info
        if info is None:
            return point
        return min(max(point[0], -0.5), info.columns - 0.5), min(max(point[1], -0.5), info.rows - 0.5)

    def view_size(self) -> tuple[int, int]:
        """Columns and rows of the view with the keys, at least 1."""
        size = self.view.size
        return max(size.width, 1), max(size.height, 1)

    # The mouse

    def mouse_pressed(self, at: Point, down: bool) -> None:
        sketch = self._sketch
        if sketch is None:
            if down and not self.points and self.grasp(at):
                self._dragged = True
            else:
                super().mouse_pressed(at, down)
        elif self._dragged:
            if not down:
                self.action_accept()
        elif down:
            self.mouse_at(at)
            self.action_accept()

    def mouse_at(self, at: Point) -> bool:
        if self._sketch is None or self.playback is None:
            return super().mouse_at(at)
        point = self.playback.image_point(*at)
        if point is not None:
            self.hold(self._sketch.moved(self._inside(_middle_of(point))))
        return True


def _middle_of(point: Point) -> Point:
    """From points that count from a pixel's corner to points that count from its middle."""
    return point[0] - 0.5, point[1] - 0.5
