"""The picture: written straight to the terminal while nothing covers it, ordinary cells otherwise.

A new frame never refreshes the widget; it paints. Under a dialog, a toast, in a test or in a screenshot the same
painting is handed to the compositor as cells, which crops, dims and stacks them (see docs of console.graphics.encoder).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from console.graphics.cells import CellRun
from console.graphics.painting import Painting
from console.graphics.palette import Color as Ink
from console.graphics.pieces import Picture, Uncut, cut
from console.widgets.direct_paint import DirectPaintApp, is_uncovered

_BLACK, _WHITE = Color.from_rgb(0, 0, 0), Color.from_rgb(229, 229, 229)
_BLANK = Style(bgcolor=_BLACK)
_PLAIN = b"\x1b[37;40m"
"""Light on black, for pictures drawn with letters alone: on a white terminal they would be negatives."""
_CELLS_SECONDS = 0.2
"""Through the compositor (under a toast) a frame costs 20 ms and more: five a second leave the keys their time."""


class FrameView(Widget, can_focus=False):
    """Shows paintings; tells what the mouse does on them in fractions of the view."""

    ALLOW_SELECT = False

    @dataclass
    class Resized(Message):
        """The view has another size now, in cells."""

        columns: int
        rows: int

    @dataclass
    class Dragged(Message):
        """The mouse moved with a button down, by these cells since the last message."""

        across: int
        down: int
        panning: bool
        """True for the middle and right buttons."""
        at: tuple[float, float] = (0.5, 0.5)
        """Where the mouse is now (0..1 across, 0..1 down)."""
        source: str = ""
        """Id of the view."""

    @dataclass
    class Pressed(Message):
        """The left button went down (or up) at this place."""

        at: tuple[float, float]
        down: bool
        source: str = ""
        """Id of the view."""

    @dataclass
    class Pointed(Message):
        """The mouse is at this place, with no button down."""

        at: tuple[float, float]
        source: str = ""
        """Id of the view."""

    @dataclass
    class Scrolled(Message):
        """The wheel turned: 1 towards, -1 away, at this place (0..1 across, 0..1 down)."""

        steps: int
        at: tuple[float, float]
        source: str = ""
        """Id of the view."""

    def __init__(self, widget_id: str) -> None:
        super().__init__(id=widget_id)
        self._painting: Painting | None = None
        self._kind: str | None = None
        self._erase = b""
        self._place: Region | None = None
        self._strips: dict[int, Strip] = {}
        self._direct = False
        self._shown_at = 0.0
        self._held: tuple[int, int, bool] | None = None
        self.playing = False
        """While a cine plays, the compositor gets blanks and the picture is painted over them."""

    def show(self, painting: Painting) -> bool:
        """Show `painting`; False when it was passed over because the terminal still takes an earlier one."""
        direct = self._may_paint()
        if self._painting is not None and self.playing and self._is_busy(painting, direct):
            return False
        self._shown_at = monotonic()
        self._painting = painting
        self._strips.clear()
        if direct != self._direct:
            self._change(direct)
        if direct:
            self._paint()
        else:
            self.refresh()
        return True

    def clear(self) -> None:
        """Show nothing."""
        self._painting = None
        self._strips.clear()
        self.let_go()
        self.refresh()

    # Called by the application

    def after_display(self, touched: Callable[[Region], bool]) -> None:
        """Paint again where the compositor wrote; change to cells when something came in front, and back."""
        direct = self._may_paint()
        if direct != self._direct:
            self._change(direct)
            self.refresh()
            if direct:
                self._paint()
        elif direct and touched(self.region):
            self._forget()
            self._paint()

    def let_go(self) -> None:
        """Take the picture off the terminal, if it is not made of cells."""
        outlet = self._app.outlet if isinstance(self.app, DirectPaintApp) else None
        if outlet is not None:
            outlet.withdraw(self, self._erase)
        self._erase, self._kind = b"", None

    def on_mount(self) -> None:
        if isinstance(self.app, DirectPaintApp) and self not in self.app.canvases:
            self.app.canvases = (*self.app.canvases, self)

    def on_unmount(self) -> None:
        if isinstance(self.app, DirectPaintApp):
            self.let_go()
            self.app.canvases = tuple(canvas for canvas in self.app.canvases if canvas is not self)

    @property
    def _app(self) -> DirectPaintApp:
        assert isinstance(self.app, DirectPaintApp)
        return self.app

    def _may_paint(self) -> bool:
        return (
            self.is_mounted
            and isinstance(self.app, DirectPaintApp)
            and bool(self.size)
            and self.app.can_paint()
            and is_uncovered(self)
        )

    def _is_busy(self, painting: Painting, direct: bool) -> bool:
        """Whether this frame of a cine must be left out now."""
        outlet = self._app.outlet
        if direct and outlet is not None:
            # One that is being fetched and one that waits: more would only grow old.
            return outlet.waits(self) or (painting.shared is not None and painting.shared.unread() > 1)
        return monotonic() - self._shown_at < _CELLS_SECONDS

    def _change(self, direct: bool) -> None:
        """From the terminal to the compositor, or back."""
        self._direct = direct
        self.let_go()

    def _forget(self) -> None:
        """Something else was written where the picture stood."""
        if (outlet := self._app.outlet) is not None:
            outlet.forget(self)

    def _paint(self) -> None:
        painting, outlet = self._painting, self._app.outlet
        if painting is None or outlet is None or painting.size != self.size:
            return
        place = self.region
        if place != self._place or painting.kind != self._kind:
            # What stands elsewhere, or was drawn in another way, is wiped by the blanks that the compositor writes.
            self.let_go()
            self._place, self._kind = place, painting.kind
        self._erase = painting.erase
        outlet.paint(self, _picture(painting, place, self._app.cell_height))

    # The compositor's side

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        painting = self._painting
        blank = self._direct and (self.playing or (painting is not None and painting.kind == "pixels"))
        if painting is None or painting.size != self.size or blank:
            return Strip([Segment(" " * width, _BLANK)], width)
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = Strip([_segment(run) for run in painting.cells(y)], width)
        return strip

    # Mouse and size

    def on_resize(self, event: events.Resize) -> None:
        self._strips.clear()
        self._forget()
        self.post_message(self.Resized(event.size.width, event.size.height))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self._held = (event.screen_x, event.screen_y, event.button != 1)
        if event.button == 1:
            self.post_message(self.Pressed(self._at(event), True, self.id or ""))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.release_mouse()
        held, self._held = self._held, None
        if held is not None and not held[2]:
            self.post_message(self.Pressed(self._at(event), False, self.id or ""))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._held is not None:
            x, y, panning = self._held
            self._held = (event.screen_x, event.screen_y, panning)
            if (event.screen_x, event.screen_y) != (x, y):
                across, down = event.screen_x - x, event.screen_y - y
                self.post_message(self.Dragged(across, down, panning, self._at(event), self.id or ""))
        else:
            self.post_message(self.Pointed(self._at(event), self.id or ""))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scrolled(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scrolled(event, -1)

    def _scrolled(self, event: events.MouseEvent, steps: int) -> None:
        event.stop()
        self.post_message(self.Scrolled(steps, self._at(event), self.id or ""))

    def _at(self, event: events.MouseEvent) -> tuple[float, float]:
        """The middle of the cell under the mouse; outside of the view its edge."""
        across = (event.screen_x - self.region.x + 0.5) / max(self.size.width, 1)
        down = (event.screen_y - self.region.y + 0.5) / max(self.size.height, 1)
        return min(max(across, 0.0), 1.0), min(max(down, 0.0), 1.0)


def _picture(painting: Painting, place: Region, cell_height: int) -> Picture | Uncut:
    """The painting as the writer wants it, at `place`."""
    if painting.rows is not None:
        rows = enumerate(painting.rows)
        return Picture(tuple(b"%b%b%b\x1b[0m" % (_move(place, y), _PLAIN, row) for y, row in rows))

    if painting.shared is not None:
        handed = _move(place, 0) + painting.shared(painting.blob)
        behind = tuple(_move(place, y) + row for y, row in enumerate(painting.behind))
        return Picture((handed, *behind), joined=1, weight=len(painting.blob))

    def pieces() -> Picture:
        whole = cut(painting.blob, cell_height)
        moved = tuple(_move(place, piece.row) + piece.data for piece in whole.pieces)
        behind = tuple(_move(place, y) + row for y, row in enumerate(painting.behind))
        return Picture((*moved, *behind), 0 if whole.separate else len(moved), whole.abort)

    return pieces() if painting.behind else Uncut(_move(place, 0) + painting.blob, pieces)


def _move(place: Region, row: int) -> bytes:
    return b"\x1b[%d;%dH" % (place.y + row + 1, place.x + 1)


def _segment(run: CellRun) -> Segment:
    text, foreground, background = run
    return Segment(text, cell_style(foreground, background))


@lru_cache(maxsize=16384)
def cell_style(foreground: Ink, background: Ink) -> Style:
    """How a cell of a painting is drawn through the compositor."""
    return Style(color=_color(foreground) or _WHITE, bgcolor=_color(background) or _BLACK)


def _color(ink: Ink) -> Color | None:
    if ink is None:
        return None
    return Color.from_ansi(ink) if isinstance(ink, int) else Color.from_rgb(*ink)
