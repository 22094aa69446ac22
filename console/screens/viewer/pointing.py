"""A rectangle or a loupe on the picture, moved by keys or the mouse: while one is there, the keys belong to it."""

from collections.abc import Callable

from textual.widget import Widget

from console.graphics.drawing import NOTHING, Drawn, rectangle
from console.i18n import _
from console.look import Loupe
from console.playback import Playback

_STEP = 0.05
"""Part of the view that one key press moves a rectangle or a loupe."""
_GROWTH = 1.25
_LOUPE_FACTORS = (1.5, 16.0)

Point = tuple[float, float]


class Pointing(Widget):
    """The part of the viewer that points at places of the picture."""

    playback: Playback | None = None
    """The open picture; None while nothing is open."""

    _corners: tuple[Point, Point] | None = None
    """The rectangle, as places in the view (0..1); None while there is none."""
    _use_rectangle: Callable[[Point, Point], None]
    """What is done with the rectangle, in points of the picture."""
    _pressed: bool = False
    """The mouse draws the rectangle now."""

    @property
    def points(self) -> bool:
        """Whether keys and mouse belong to a rectangle."""
        return self._corners is not None

    def ask_rectangle(self, use: Callable[[Point, Point], None]) -> None:
        """Let the operator draw a rectangle."""
        if self.playback is None:
            return
        self._use_rectangle = use
        self._draw_corners((0.35, 0.35), (0.65, 0.65))
        self.notify(
            _("Move with h j k l, size with + -, enter takes it, esc ends; or draw it with the mouse."), markup=False
        )

    def end_pointing(self) -> bool:
        """Take rectangle and loupe away; False when there was neither."""
        if self.playback is None:
            return False
        if self._corners is not None:
            self._corners, self._pressed = None, False
            self.playback.draw(NOTHING)
            return True
        if self.playback.loupe is not None:
            self.playback.magnify(None)
            return True
        return False

    def action_accept(self) -> None:
        """The rectangle as it stands."""
        if self._corners is not None and self.playback is not None:
            points = [self.playback.image_point(*corner) for corner in self._corners]
            self.end_pointing()
            if points[0] is not None and points[1] is not None:
                self._use_rectangle(points[0], points[1])

    def action_loupe(self) -> None:
        if self.playback is None:
            return
        if self.playback.loupe is not None:
            self.playback.magnify(None)
        elif (middle := self.playback.image_point(0.5, 0.5)) is not None:
            self.playback.magnify(Loupe(*middle))

    def moved_by_key(self, across: int, down: int) -> bool:
        """Move what is there by a step; False when nothing is."""
        if self._corners is not None:
            (x0, y0), (x1, y1) = self._corners
            right = min(max(across * _STEP, -min(x0, x1)), 1 - max(x0, x1))
            lower = min(max(down * _STEP, -min(y0, y1)), 1 - max(y0, y1))
            self._draw_corners((x0 + right, y0 + lower), (x1 + right, y1 + lower))
            return True
        if self.playback is not None and (loupe := self.playback.loupe) is not None:
            place = self.playback.view_point(loupe.x, loupe.y)
            if place is not None:
                self._magnify((place[0] + across * _STEP, place[1] + down * _STEP), loupe.factor)
            return True
        return False

    def sized_by_key(self, steps: int) -> bool:
        """Make what is there larger or smaller; False when nothing is."""
        if self._corners is not None:
            (x0, y0), (x1, y1) = self._corners
            x, y, factor = (x0 + x1) / 2, (y0 + y1) / 2, _GROWTH**steps
            across, down = min(abs(x1 - x0) / 2 * factor, 0.5), min(abs(y1 - y0) / 2 * factor, 0.5)
            self._draw_corners((max(x - across, 0.0), max(y - down, 0.0)), (min(x + across, 1.0), min(y + down, 1.0)))
            return True
        if self.playback is not None and (loupe := self.playback.loupe) is not None:
            factor = min(max(loupe.factor * _GROWTH**steps, _LOUPE_FACTORS[0]), _LOUPE_FACTORS[1])
            self.playback.magnify(Loupe(loupe.x, loupe.y, factor))
            return True
        return False

    def mouse_pressed(self, at: Point, down: bool) -> None:
        """The mouse begins or ends a rectangle."""
        if self._corners is None:
            return
        if down:
            self._pressed = True
            self._draw_corners(at, at)
        elif self._pressed:
            self._pressed = False
            if self._corners[0] != self._corners[1]:
                self.action_accept()

    def mouse_at(self, at: Point) -> bool:
        """The mouse has moved; False when nothing follows it."""
        if self._corners is not None:
            if self._pressed:
                self._draw_corners(self._corners[0], at)
            return True
        if self.playback is not None and (loupe := self.playback.loupe) is not None:
            self._magnify(at, loupe.factor)
            return True
        return False

    def _magnify(self, place: Point, factor: float) -> None:
        assert self.playback is not None
        across, down = (min(max(part, 0.0), 1.0) for part in place)
        point = self.playback.image_point(across, down)
        if point is not None:
            self.playback.magnify(Loupe(*point, factor))

    def _draw_corners(self, first: Point, second: Point) -> None:
        assert self.playback is not None
        self._corners = (first, second)
        points = [self.playback.image_point(*corner) for corner in ((first), (second))]
        if points[0] is not None and points[1] is not None:
            self.playback.draw(Drawn((rectangle(*points[0], *points[1]),)))
