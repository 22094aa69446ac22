"""The one module that touches Textual's private parts: writing a picture straight to the terminal.

A frame of a cine through the compositor costs 20 ms and more; written directly it costs 4. The price is a handful of
private names. They are checked at start: when a new Textual has renamed one, pictures go through the compositor, slower
but right.
"""

import traceback
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Protocol

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.geometry import Region
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget


class Canvas(Protocol):
    """A widget that paints itself."""

    def after_display(self, touched: Callable[[Region], bool]) -> None:
        """The compositor has written something; `touched` says whether it hit a region."""


class DirectPaintApp(App[int]):
    """An application on which some widgets, the canvases, may write to the terminal themselves."""

    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False

    canvases: tuple[Canvas, ...] = ()
    """The widgets that paint directly, while they are mounted."""
    fault: str = ""
    """Traceback of the exception that ended the console, without local variables (they may hold patient data)."""

    def can_paint(self) -> bool:
        """True on a real terminal, when every private name used here is still there."""
        return not self.is_headless and self._batch_count == 0 and _output_queue(self) is not None

    def line_is_busy(self) -> bool:
        """True while earlier output still waits for the terminal to take it."""
        queue = _output_queue(self)
        return queue is not None and bool(queue.qsize())

    def write_direct(self, data: str) -> None:
        """Send `data`, whole, between the compositor's own writes."""
        if self._driver is not None:
            self._driver.write(data)

    def fail(self, error: BaseException | None) -> None:
        """End the console because of an exception in a thread; callable from any thread."""
        if isinstance(error, Exception) and self._loop is not None:
            self._loop.call_soon_threadsafe(self._handle_exception, error)

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        super()._display(screen, renderable)
        if not self.canvases or renderable is None or self._batch_count:
            return
        spans = getattr(renderable, "spans", None)

        def touched(region: Region) -> bool:
            return spans is None or any(
                region.y <= y < region.bottom and start < region.right and end > region.x for y, start, end in spans
            )

        for canvas in self.canvases:
            canvas.after_display(touched)

    def _handle_exception(self, error: Exception) -> None:
        """Keep the traceback for the fault file instead of printing it, with its local variables, on the terminal."""
        self.fault = self.fault or "".join(traceback.format_exception(error))
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()


def filter_input(strip: Callable[[str], str]) -> None:
    """Pass everything the terminal sends through `strip` before it is read as keys (answers that came too late)."""
    feed = XTermParser.feed

    def filtered(self: XTermParser, data: str) -> Iterable[Message]:
        # An empty text means the end of the input to the parser, so what was stripped bare is not handed on.
        kept = strip(data) if data else ""
        return feed(self, kept) if kept or not data else ()

    XTermParser.feed = filtered  # type: ignore[method-assign]  # Textual offers no hook between terminal and parser


def is_uncovered(widget: Widget) -> bool:
    """True when nothing on the screen stands in front of any part of `widget`."""
    screen = widget.screen
    if widget.app.screen is not screen:
        return False
    visible = screen._compositor.visible_widgets
    if widget not in visible:
        return False
    region, clip = visible[widget]
    if not clip.contains_region(region):
        return False
    ancestors = set(widget.ancestors)
    for other, (other_region, other_clip) in visible.items():
        if other is widget:
            return True
        if other not in ancestors and other_region.intersection(other_clip).overlaps(region):
            return False
    return False


def _output_queue(app: App[Any]) -> Any:
    writer = getattr(app._driver, "_writer_thread", None)
    return getattr(writer, "_queue", None)
