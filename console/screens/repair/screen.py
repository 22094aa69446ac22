"""Repair (F5): what the doctor found, grouped; the jobs that were planned, applied and undone."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from console.errors import ConsoleError
from console.i18n import _, ngettext
from console.model.diagnosis import Diagnosis, DoctorReport
from console.model.progress import Progress
from console.model.repair import JobLine, JobReport, RemedyLine
from console.screens.base import bindings_of
from console.screens.dialogs.ask import Choose
from console.screens.dialogs.files import FileDialog
from console.screens.repair import texts
from console.screens.repair.following import Following
from console.screens.repair.wizard import WizardScreen
from console.services import Services
from console.widgets.bars import Key
from console.widgets.cursor_list import CursorList
from console.widgets.line_list import LineList
from console.widgets.progress_line import ProgressLine
from console.widgets.row_table import RowTable

WIDE = 118
"""Columns from which all about one line has room beside the list."""


class RepairScreen(Following):
    """Groups at the left, files or jobs in the middle, all about one of them beside or below."""

    SCOPE: ClassVar[str] = "repair"
    BINDINGS = bindings_of("repair")

    @dataclass
    class JobsRead(Message):
        """The list of jobs was read."""

        jobs: tuple[JobLine, ...]
        reports: dict[str, JobReport]

    @dataclass
    class JobsUnread(Message):
        """It cannot be read."""

        error: ConsoleError

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self.found: DoctorReport | None = None
        self.jobs: tuple[JobLine, ...] = ()
        self._group = texts.JOBS
        self._reports: dict[str, JobReport] = {}
        self._shown: list[Diagnosis] = []
        self._reading = False

    def body(self) -> ComposeResult:
        ellipsis = self.console_app.symbols.ellipsis
        with Horizontal(id="repair-room"):
            with Vertical(id="groups-pane"):
                yield LineList("groups", ellipsis=ellipsis, choosable=True)
            with Container(id="pair"):
                with Vertical(id="cases-pane"):
                    yield Static("", id="nothing", markup=False)
                    yield RowTable("cases", ellipsis=ellipsis)
                yield LineList("about-item", ellipsis=ellipsis)
        yield Static("", id="said", markup=False)
        yield ProgressLine(id="progress")

    def on_mount(self) -> None:
        super().on_mount()
        self._lay_out()
        self.query_one("#cases").focus()
        self.refresh_jobs()

    async def on_screen_resume(self) -> None:
        await super().on_screen_resume()
        self.refresh_jobs()

    async def retranslate(self) -> None:
        await super().retranslate()
        self._lay_out()
        self._draw()
        self.query_one("#cases").focus()

    def privacy_changed(self) -> None:
        self._draw()

    @work(thread=True, exclusive=True, exit_on_error=False, group="jobs")
    def refresh_jobs(self) -> None:
        """Read the list of jobs and the remedies, off the event loop."""
        try:
            self.desk.remedies()
            self.post_message(self.JobsRead(*self.desk.jobs()))
        except ConsoleError as error:
            self.post_message(self.JobsUnread(error))

    @on(JobsRead)
    def take_jobs(self, event: JobsRead) -> None:
        event.stop()
        self.jobs, self._reports = event.jobs, event.reports
        self._draw()

    @on(JobsUnread)
    def jobs_unread(self, event: JobsUnread) -> None:
        event.stop()
        self.console_app.show_error(event.error)

    # Showing

    def _draw(self) -> None:
        if not self.query("#cases"):
            return
        symbols = self.console_app.symbols
        lines = texts.groups(self.found, len(self.jobs), symbols)
        keys = [line.key for line in lines]
        if self._group not in keys:
            self._group = texts.JOBS
        self.query_one("#groups", LineList).show(lines, keys.index(self._group))
        self._draw_cases()
        said = texts.said(self.found, symbols) if self.found is not None else _("s looks at files; nothing is changed.")
        self.query_one("#said", Static).update(symbols.fold(said))
        self.refresh_bars()

    def _draw_cases(self) -> None:
        table, symbols = self.query_one("#cases", RowTable), self.console_app.symbols
        here = table.cursor
        privacy = self.services.preferences.now.privacy
        if self._group == texts.JOBS:
            rows = [texts.job_row(line, self._remedy_name(line.remedy), symbols) for line in self.jobs]
            columns = texts.job_columns()
        else:
            assert self.found is not None
            self._shown = [each for each in self.found.findings if each.code == self._group]
            rows = [texts.finding_row(each, place, symbols, privacy=privacy) for place, each in enumerate(self._shown)]
            columns = texts.finding_columns()
        table.show_all(columns if rows else (), rows)
        table.put_cursor(min(here, max(len(rows) - 1, 0)))
        nothing = self.query_one("#nothing", Static)
        nothing.display = not rows
        nothing.update(_("No job yet. s looks at files or folders and says what is wrong with them."))
        self._draw_about()

    def _draw_about(self) -> None:
        about, symbols = self.query_one("#about-item", LineList), self.console_app.symbols
        width = max(about.size.width or self.size.width - 30, 20)
        privacy = self.services.preferences.now.privacy
        case, job = self.case, self.job
        if case is not None:
            name = self._remedy_name(case.remedy)
            about.show(texts.finding_lines(case, name, width, symbols, privacy=privacy))
        elif job is not None:
            name = self._remedy_name(job.plan.remedy)
            about.show(texts.job_lines(job, name, width, symbols, privacy=privacy))
        else:
            about.show(())

    def _remedy_name(self, remedy_id: str) -> str:
        found = self.desk.known(remedy_id) if remedy_id else None
        return _(found.name) if found is not None else ""

    @property
    def case(self) -> Diagnosis | None:
        """The finding under the cursor."""
        table = self.query_one("#cases", RowTable)
        if self._group == texts.JOBS or table.cursor >= len(self._shown):
            return None
        return self._shown[table.cursor]

    @property
    def job(self) -> JobReport | None:
        """The job under the cursor."""
        table = self.query_one("#cases", RowTable)
        if self._group != texts.JOBS or table.cursor >= len(self.jobs):
            return None
        return self._reports.get(self.jobs[table.cursor].id)

    # Moving about

    @on(CursorList.Moved, "#groups")
    def group_moved(self, event: CursorList.Moved) -> None:
        event.stop()
        groups = self.query_one("#groups", LineList)
        self._group = groups.item_key(groups.cursor)
        self.query_one("#cases", RowTable).put_cursor(0)
        self._draw_cases()
        self.refresh_bars()

    @on(CursorList.Chosen, "#groups")
    def group_chosen(self, event: CursorList.Chosen) -> None:
        event.stop()
        self.query_one("#cases").focus()

    @on(CursorList.Moved, "#cases")
    def case_moved(self, event: CursorList.Moved) -> None:
        event.stop()
        self._draw_about()
        self.refresh_bars()

    @on(CursorList.Chosen, "#cases")
    def case_chosen(self, event: CursorList.Chosen) -> None:
        event.stop()
        self.action_open()

    def action_groups(self) -> None:
        self.query_one("#groups").focus()

    def action_open(self) -> None:
        """Put right what is wrong, or go on with a job."""
        if self.case is not None:
            self.action_remedy()
        elif self.job is not None:
            self.job_menu(self.job)

    # The doctor

    @work(exclusive=True, group="ask")
    async def action_scan(self) -> None:
        """Look at a file or a folder with all that is in it; read-only."""
        look = await self.app.push_screen_wait(FileDialog(_("Look at (ctrl+o takes the whole folder)"), Path.home()))
        if look is None:
            return
        choices = [
            _("Headers, structure and texts"),
            _("Also decode every picture (slow)"),
            _("Also compare with the last visit (checksums; finds silent changes)"),
        ]
        how = await self.app.push_screen_wait(Choose(_("How"), choices))
        if how is not None:
            self.scan((look.path,), decode=how == 1, compare=how == 2)

    def scan(self, paths: tuple[Path, ...], *, decode: bool = False, compare: bool = False) -> None:
        """Look at files; what is found is shown."""

        def look(tell: Callable[[Progress], None], stopped: Callable[[], bool]) -> object:
            return self.desk.examine(paths, tell, stopped, decode=decode, compare=compare)

        if self.begin_work(_("looking"), look, self._seen):
            self.console_app.note("doctor started", decode=str(decode), compare=str(compare))

    def _seen(self, report: object) -> None:
        assert isinstance(report, DoctorReport)
        self.found = report
        worst = texts.by_code(report)
        self._group = worst[0][0] if worst else texts.JOBS
        self._draw()
        if not worst:
            form = ngettext("{count} file, nothing wrong.", "{count} files, nothing wrong.", report.files)
            self.notify(form.format(count=report.files), markup=False)
        self.query_one("#cases").focus()

    # Remedies

    @work(exclusive=True, group="ask")
    async def action_remedy(self) -> None:
        """The remedy of what is under the cursor, over one file or all with the same trouble."""
        case = self.case
        if case is None:
            self._any_remedy()
            return
        remedy = self.desk.known(case.remedy) if case.remedy else None
        if remedy is None:
            sentence = _("No remedy of ours puts this right: fetch the object again from another source.")
            self.notify(sentence, timeout=8, markup=False)
            return
        same = [each for each in self._shown if each.remedy == case.remedy]
        paths = texts.paths_of(same)
        if len(paths) > 1:
            form = ngettext("All {count} file with this", "All {count} files with this", len(paths))
            chosen = await self.app.push_screen_wait(
                Choose(_(remedy.name), [_("This file"), form.format(count=len(paths))])
            )
            if chosen is None:
                return
            if chosen == 0:
                same, paths = [case], (case.path,)
        symbols, privacy = self.console_app.symbols, self.services.preferences.now.privacy
        lines = [
            line
            for each in same[:20]
            for line in texts.finding_lines(each, "", self.size.width - 36, symbols, privacy=privacy)[:4]
        ]
        self.app.push_screen(WizardScreen(self.services, remedy, [Path(path) for path in paths], lines))

    def action_any_remedy(self) -> None:
        self._any_remedy()

    @work(exclusive=True, group="ask")
    async def _any_remedy(self) -> None:
        """Any remedy, over files of the operator's choice."""
        remedies = self.desk.remedies()
        names = [_(remedy.name) for remedy in remedies]
        chosen = await self.app.push_screen_wait(Choose(_("Remedies"), names))
        if chosen is None:
            return
        remedy: RemedyLine = remedies[chosen]
        title = _("{remedy}: which file or folder (ctrl+o)").format(remedy=_(remedy.name))
        look = await self.app.push_screen_wait(FileDialog(title, Path.home()))
        if look is not None:
            self.app.push_screen(WizardScreen(self.services, remedy, [look.path], []))

    # Around the screen

    def action_back(self) -> None:
        if self.stop_work():
            return
        if self._reading or not self.query_one("#cases").has_focus:
            self._reading = False
            self._lay_out()
            self.query_one("#cases").focus()
        elif self._group != texts.JOBS:
            self._group = texts.JOBS
            self._draw()

    def action_details(self) -> None:
        self._reading = not self._reading
        self._lay_out()
        self.query_one("#about-item" if self._reading else "#cases").focus()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        if self.query("#cases"):
            self._lay_out()
            self._draw()

    def _lay_out(self) -> None:
        wide = self.size.width >= WIDE
        self.query_one("#pair").set_class(wide, "wide")
        self.query_one("#cases-pane").display = wide or not self._reading
        self.query_one("#about-item").set_class(self._reading, "whole")
        self.query_one("#groups-pane").styles.width = 38 if wide else 26
        # The room of the details is known once it was laid out.
        self.call_after_refresh(self._draw_about)

    def keys(self) -> tuple[Key, ...]:
        kept = super().keys()
        if not self.query("#cases"):
            return kept
        of_jobs = {"screen.undo", "screen.report"}
        if self.job is None:
            kept = tuple(key for key in kept if key.action not in of_jobs)
        if self.case is None:
            kept = tuple(key for key in kept if key.action != "screen.remedy")
        if self.case is None and self.job is None:
            kept = tuple(key for key in kept if key.action != "screen.open")
        return kept
