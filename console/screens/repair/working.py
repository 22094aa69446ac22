"""Long work of the repair screens: in a thread, with progress that is drawn, and stopped by one key."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.message import Message

from console.errors import Cancelled, ConsoleError
from console.i18n import _
from console.model.progress import Progress
from console.screens.base import ConsoleScreen
from console.widgets.progress_line import ProgressLine

Work = Callable[[Callable[[Progress], None], Callable[[], bool]], object]
"""Does something long: tells its progress, asks whether it was stopped. Raises ConsoleError."""


class Working(ConsoleScreen):
    """What both screens share: one piece of long work at a time."""

    PATIENCE: ClassVar[float] = 0.1
    """Seconds between two drawings of the progress."""

    _stop: threading.Event | None = None
    _then: Callable[[object], object] | None = None

    @dataclass
    class Going(Message):
        """The work goes on."""

        progress: Progress

    @dataclass
    class Ended(Message):
        """The work is over."""

        result: object
        error: ConsoleError | None

    @property
    def working(self) -> bool:
        """Whether something long goes on."""
        return self._stop is not None

    def begin_work(self, what: str, work: Work, then: Callable[[object], object]) -> bool:
        """Begin it; `then` gets what came of it, on the event loop. False when something goes on already."""
        if self._stop is not None:
            self.notify(_("Something else goes on; esc stops it."), severity="warning", markup=False)
            return False
        stop = self._stop = threading.Event()
        self._then = then
        line = self.query_one("#progress", ProgressLine)
        line.progress = Progress(0, 0, 0.0, what)
        line.display = True
        threading.Thread(target=self._run, args=(work, stop), name="repair", daemon=True).start()
        self.refresh_bars()
        return True

    def work_failed(self, error: ConsoleError) -> None:
        """It failed, or was stopped; that has been said."""

    def stop_work(self) -> bool:
        """Stop what goes on, at the next file; False when nothing does."""
        if self._stop is None:
            return False
        self._stop.set()
        self.notify(_("Stopping …"), timeout=3, markup=False)
        return True

    def _run(self, work: Work, stop: threading.Event) -> None:
        """The thread."""
        try:
            self.post_message(self.Ended(work(self._tell, stop.is_set), None))
        except ConsoleError as error:
            self.post_message(self.Ended(None, error))

    def _tell(self, progress: Progress) -> None:
        self.post_message(self.Going(progress))

    @on(Going)
    def going(self, event: Going) -> None:
        event.stop()
        if self._stop is not None:
            self.query_one("#progress", ProgressLine).progress = event.progress

    @on(Ended)
    def ended(self, event: Ended) -> None:
        event.stop()
        then, self._stop, self._then = self._then, None, None
        self.query_one("#progress", ProgressLine).display = False
        self.refresh_bars()
        if isinstance(event.error, Cancelled):
            self.notify(event.error.detail, markup=False)
        elif event.error is not None:
            self.console_app.show_error(event.error)
        if event.error is not None:
            self.work_failed(event.error)
        elif then is not None:
            then(event.result)

    def on_unmount(self) -> None:
        if self._stop is not None:
            self._stop.set()
