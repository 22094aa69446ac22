"""Taking folders and media into the index from the studies screen: start, progress, stop, what could not be read."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from textual import on, work
from textual.message import Message

from console.i18n import _, ngettext
from console.model.progress import Progress
from console.model.studies import IndexReport
from console.model.text import clean
from console.screens.base import ConsoleScreen
from console.screens.dialogs.ask import Choose
from console.screens.dialogs.files import FileDialog
from console.screens.dialogs.listing import ListPanel
from console.widgets.line_list import Line
from console.widgets.progress_line import ProgressLine

if TYPE_CHECKING:
    from console.errors import ConsoleError
    from console.shelves import IndexJob

_RELOAD_SECONDS = 3.0
"""While an index is being built the list grows this often."""


class Indexing(ConsoleScreen):
    """The part of the studies screen that builds the index; the work is done in a process of its own."""

    _job: "IndexJob | None" = None
    _report: IndexReport | None = None
    _reload: Callable[[], None]
    """Has the list read anew; the screen knows how."""
    _reloaded_at = 0.0

    @dataclass
    class Indexed(Message):
        """The index grows."""

        progress: Progress

    @dataclass
    class IndexEnded(Message):
        """The index stands, or why it does not."""

        outcome: "IndexReport | ConsoleError"

    @work(exclusive=True, group="choose")
    async def action_add(self) -> None:
        start = Path.home()
        look = await self.app.push_screen_wait(FileDialog(_("Take in a folder, disc, DICOMDIR or zip file"), start))
        if look is not None:
            self.index((look.path,))

    @work(exclusive=True, group="choose")
    async def action_refresh(self) -> None:
        roots = await asyncio.to_thread(self.services.shelves.places)
        if not roots:
            self.action_add()
            return
        hidden = self.services.preferences.now.privacy
        names = [_("everything that was taken in"), *("***" if hidden else clean(str(root)) for root in roots)]
        chosen = await self.app.push_screen_wait(Choose(_("Look again at"), names))
        if chosen is not None:
            self.index(roots if chosen == 0 else (roots[chosen - 1],))

    def index(self, paths: Sequence[Path]) -> None:
        """Read what stands at `paths`, unless something is being read already."""
        if self._job is not None:
            self.notify(_("Something is being read already; esc stops it."), severity="warning", markup=False)
            return
        self._report = None
        self._reloaded_at = self.services.monotonic()
        self.query_one("#progress", ProgressLine).progress = None
        self._job = self.services.shelves.start_indexing(paths, self._tell_progress, self._tell_end)
        self._show_progress()

    def _tell_progress(self, progress: Progress) -> None:
        """Called from the job's thread."""
        self.post_message(self.Indexed(progress))

    def _tell_end(self, outcome: "IndexReport | ConsoleError") -> None:
        """Called from the job's thread."""
        self.post_message(self.IndexEnded(outcome))

    def stop_indexing(self) -> bool:
        """Stop reading; what was read stays. False when nothing was being read."""
        if self._job is None:
            return False
        self._job.cancel()
        return True

    @on(Indexed)
    def index_grows(self, event: Indexed) -> None:
        event.stop()
        self.query_one("#progress", ProgressLine).progress = event.progress
        now = self.services.monotonic()
        if now - self._reloaded_at > _RELOAD_SECONDS:
            self._reloaded_at = now
            self._reload()

    @on(IndexEnded)
    def index_stands(self, event: IndexEnded) -> None:
        event.stop()
        self._job = None
        self._show_progress()
        self._reload()
        if not isinstance(event.outcome, IndexReport):
            self.console_app.show_error(event.outcome)
            return
        report = self._report = event.outcome
        form = ngettext("{count} file read", "{count} files read", report.read)
        parts = [form.format(count=report.read)]
        if report.unchanged:
            parts.append(_("{count} unchanged").format(count=report.unchanged))
        if report.removed:
            parts.append(_("{count} gone").format(count=report.removed))
        if report.problems:
            form = ngettext("{count} problem (p lists it)", "{count} problems (p lists them)", len(report.problems))
            parts.append(form.format(count=len(report.problems)))
        if report.cancelled:
            parts.insert(0, _("Stopped; u goes on"))
        severity: Literal["warning", "information"] = (
            "warning" if report.problems or report.cancelled else "information"
        )
        self.notify(" · ".join(parts), severity=severity, timeout=8, markup=False)
        self.console_app.note("index built", files=str(report.files), problems=str(len(report.problems)))

    def action_problems(self) -> None:
        problems = self._report.problems if self._report is not None else ()
        if not problems:
            self.notify(_("Nothing went wrong when the index was built last."), markup=False)
            return
        hidden = self.services.preferences.now.privacy
        lines = [Line(clean(problem.what), dim="***" if hidden else clean(problem.path)) for problem in problems]
        self.app.push_screen(ListPanel(_("What could not be read"), lines))

    def _show_progress(self) -> None:
        for line in self.query("#progress").results(ProgressLine):
            line.display = self._job is not None
