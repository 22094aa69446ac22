"""The one progress panel: what, how many, rate, time left, cancel."""

import time
from collections.abc import Callable

from textual.app import ComposeResult
from textual.widgets import Static

from console.i18n import _
from console.model.progress import Progress
from console.screens.dialogs.panel import Panel
from console.widgets.progress_line import ProgressLine


class ProgressPanel(Panel[None]):
    """Shows a long piece of work; escape asks it to stop, its end closes the panel."""

    def __init__(self, title: str, cancel: Callable[[], None], clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(title)
        self._cancel = cancel
        self._clock = clock
        self._started = clock()

    def inside(self) -> ComposeResult:
        yield ProgressLine(id="progress")

    def hint(self) -> str:
        return _("esc cancel")

    def show(self, done: int, total: int, what: str = "") -> None:
        """Where the work stands now."""
        if self.is_mounted:
            self.query_one(ProgressLine).progress = Progress(done, total, self._clock() - self._started, what)

    def action_close(self) -> None:
        self._cancel()
        self.query_one("#hint", Static).update(_("stopping …"))
