"""The one module that touches Textual's private parts: writing a picture straight to the terminal.

A frame of a cine through the compositor costs 20 ms and more; written directly it costs 4. The price is a handful of
private names. They are checked at start: when a new Textual has renamed one, pictures go through the compositor, slower
but right.
"""

import os
import traceback
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.geometry import Region
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from console.widgets.outlet import Outlet

if os.name == "nt" and not TYPE_CHECKING:
    from textual.drivers import windows_driver as platform_driver
    from textual.drivers.windows_driver import WindowsDriver as PlatformDriver
else:
    from textual.drivers import linux_driver as platform_driver
    from textual.drivers.linux_driver import LinuxDriver as PlatformDriver

_WRITER = "WriterThread"
_PRIVATE_NAMES = hasattr(platform_driver, _WRITER) and all(
    hasattr(kind, name)
    for kind, name in (
        (App, "_display"),
        (PlatformDriver, "process_message"),
        (PlatformDriver, "stop_application_mode"),
    )
)


class Canvas(Protocol):
    """A widget that paints itself."""

    def after_display(self, touched: Callable[[Region], bool]) -> None:
        """The compositor has written something; `touched` says whether it hit a region."""

    def let_go(self) -> None:
        """The terminal is about to be handed back: nothing of the picture may stay."""


class DirectDriver(PlatformDriver):
    """Textual's driver with our writer; it hears the answers that pace the pictures, and tidies up before it leaves."""

    away = False
    """True while the terminal is the shell's: before the start, after the end, while suspended."""

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's own
        self.away = False

    def stop_application_mode(self) -> None:
        if not self.away:
            for canvas in getattr(self._app, "canvases", ()):
                canvas.let_go()
        self.away = True
        super().stop_application_mode()

    def _sigcont_application(self, *_arguments: object) -> None:
        """Textual would start a second time after a SIGCONT that no suspension came before."""
        if self.away:
            super()._sigcont_application()

    def process_message(self, message: Message) -> None:
        """Called from the thread that reads the terminal."""
        writer = self._writer_thread
        if isinstance(message, events.CursorPosition) and isinstance(writer, Outlet):
            if writer.answered(message.x + 1, message.y + 1):
                return
        super().process_message(message)


class DirectPaintApp(App[int]):
    """An application on which some widgets, the canvases, may write to the terminal themselves."""

    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False

    canvases: tuple[Canvas, ...] = ()
    """The widgets that paint directly, while they are mounted."""
    fault: str = ""
    """Traceback of the exception that ended the console, without local variables (they may hold patient data)."""
    round_trip: float = 0.0
    """Seconds to the terminal and back, as the probe measured."""
    cell_height: int = 0
    """Pixels of a text row; 0 when the terminal does not say."""
    terminal_answers: bool = True
    """False for a terminal that had not answered the probe: it is not asked anything more."""

    def __init__(self) -> None:
        super().__init__(driver_class=DirectDriver if _PRIVATE_NAMES and _is_terminal_driver() else None)
        self._measured: Outlet | None = None

    @property
    def outlet(self) -> Outlet | None:
        """The writer; None without a terminal of our own, or while it is handed back."""
        driver = self._driver
        writer = getattr(driver, "_writer_thread", None)
        if not isinstance(writer, Outlet) or getattr(driver, "away", True):
            return None
        if writer is not self._measured:
            self._measured = writer
            writer.measure(self.round_trip, asks=self.terminal_answers)
        return writer

    def can_paint(self) -> bool:
        """True on a real terminal, when every private name used here is still there."""
        return not self.is_headless and self._batch_count == 0 and self.outlet is not None

    def fail(self, error: BaseException | None) -> None:
        """End the console because of an exception in a thread; callable from any thread."""
        if isinstance(error, Exception) and self._loop is not None:
            self._loop.call_soon_threadsafe(self._handle_exception, error)

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        outlet = self.outlet if self.canvases and renderable is not None and not self._batch_count else None
        with nullcontext() if outlet is None else outlet.held():
            super()._display(screen, renderable)
            if outlet is None:
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


def _is_terminal_driver() -> bool:
    """Whether Textual would take its own driver for this system: tests and textual-serve name another."""
    return not os.environ.get("TEXTUAL_DRIVER")


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


if _PRIVATE_NAMES:
    # The driver makes its writer by this name, each time it takes the terminal.
    setattr(platform_driver, _WRITER, Outlet)
