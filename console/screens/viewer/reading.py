"""Objects that are no pictures, as lines to read: what matters first, then everything; documents as pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from textual import on, work
from textual.message import Message
from textual.worker import get_current_worker

from console.errors import ConsoleError
from console.i18n import _
from console.model.picture import PictureInfo
from console.model.report_text import Amount, DoseEvent, DoseSummary, Report, ReportLine
from console.pages import PageReader
from console.playback import Playback
from console.presentation_states import is_state, under_its_state
from console.screens.viewer.corners import HIDDEN
from console.screens.viewer.exporting import FrameExport
from console.widgets.bars import joined
from console.widgets.frame_view import FrameView
from console.widgets.line_list import Line, LineList


def report_lines(report: Report, *, privacy: bool) -> list[Line]:
    """The report for reading: overview, dose, content tree. With `privacy` nothing says who the patient is."""
    title = HIDDEN if privacy and report.title else report.title
    lines = [Line(joined((report.kind, title)), heading=True)]
    lines += [Line(problem, indent=1) for problem in report.problems]
    if privacy and report.pages:
        lines.append(Line(_("The pages may say who the patient is; they are not shown while privacy is on."), indent=1))
    lines += [_line(line, privacy) for line in report.overview]
    if report.dose is not None:
        lines += _dose(report.dose)
    if report.lines:
        lines.append(Line(""))
        lines.append(Line(_("Content"), heading=True))
        lines += [_line(line, privacy) for line in report.lines]
    return lines


def _line(line: ReportLine, privacy: bool) -> Line:
    text = HIDDEN if privacy and line.personal and line.text else line.text
    label = f"{line.label}: " if line.label and text else line.label
    return Line(f"{label}{text}", indent=line.depth + 1, heading=line.heading, dim=line.relation)


def _dose(dose: DoseSummary) -> list[Line]:
    lines = [Line(""), Line(_("Dose"), heading=True)]
    for plane in dose.planes:
        lines.append(Line(plane.plane or _("whole report"), indent=1))
        lines += [
            Line(total.label, indent=2, right=total.amount.text, dim=total.amount.stored) for total in plane.totals
        ]
    if dose.sums:
        lines.append(Line(_("all planes"), indent=1))
        lines += [Line(total.label, indent=2, right=total.amount.text) for total in dose.sums]
    if dose.events:
        lines.append(Line(""))
        lines.append(Line(_("Irradiations"), heading=True))
        lines += [_event(event) for event in dose.events]
    return lines


def _event(event: DoseEvent) -> Line:
    what = joined((f"{event.number}", event.plane, event.kind, event.angles, event.protocol), "  ")
    settings = joined([_text(amount) for amount in (event.kv, event.ma, event.ms or event.pulse)], " ")
    dose = joined([_text(amount) for amount in (event.dap, event.rp, event.ctdi, event.dlp)], "  ")
    return Line(joined((what, settings), "  "), indent=1, right=dose, dim=event.started[11:])


def _text(amount: Amount | None) -> str:
    return "" if amount is None else amount.text


class ReportReading(FrameExport):
    """The part of the viewer that shows what holds no frames."""

    playback: Playback | None
    _report: Report | None = None
    """What is open, as text; None for a picture."""
    _start: Callable[[PictureInfo], None]
    """Shows frames; the viewer knows how."""
    _say_badge: Callable[[], None]
    """Says below the picture where its scale comes from; the viewer knows how."""
    _say: Callable[[str], None]
    """Puts a sentence below the picture; the viewer knows how."""

    @dataclass
    class Readable(Message):
        """An object that is no picture has been read."""

        info: PictureInfo
        report: Report
        pages: PictureInfo | None
        """Its pages, as the frames of a picture; None where it has none."""

    @dataclass
    class StateApplied(Message):
        """The picture of a presentation state has been found."""

        state: PictureInfo
        picture: PictureInfo
        """As the state wants it shown."""

    @dataclass
    class NoPicture(Message):
        """It has not; the state is read as text."""

        state: PictureInfo
        error: ConsoleError

    @dataclass
    class Unreadable(Message):
        """It could not be read."""

        info: PictureInfo
        error: ConsoleError

    @work(thread=True, exclusive=True, exit_on_error=False, group="open", description="reading a report")
    def _read(self, info: PictureInfo) -> None:
        try:
            report = self.services.pictures.document(Path(info.path))
            pages = PageReader(self.services.reader).opened(info, report.pages) if report.pages else None
            self.post_message(self.Readable(info, report, pages))
        except ConsoleError as error:
            self.post_message(self.Unreadable(info, error))

    def read_object(self, info: PictureInfo, files: Sequence[Path]) -> None:
        """Show what holds no frames: a presentation state by its picture, everything else as text."""
        if is_state(info):
            self._find_picture(info, files)
        else:
            self._read(info)

    @work(thread=True, exclusive=True, exit_on_error=False, group="open", description="looking for a picture")
    def _find_picture(self, state: PictureInfo, files: Sequence[Path]) -> None:
        worker = get_current_worker()
        try:
            found = under_its_state(self.services.reader, Path(state.path), files, lambda: worker.is_cancelled)
            self.post_message(self.StateApplied(state, found))
        except ConsoleError as error:
            self.post_message(self.NoPicture(state, error))

    @on(StateApplied)
    def show_under_state(self, event: StateApplied) -> None:
        event.stop()
        if self._info is event.state:
            self._info = event.picture
            self._start(event.picture)
            self._say_badge()
            self.refresh_bars()

    @on(NoPicture)
    def no_picture(self, event: NoPicture) -> None:
        event.stop()
        if self._info is event.state:
            self.notify(event.error.detail, severity="warning", markup=False)
            self._read(event.state)

    @on(Readable)
    def show_report(self, event: Readable) -> None:
        event.stop()
        if self._info is not event.info:
            return
        self._report = event.report
        if event.pages is not None and not self.services.preferences.now.privacy:
            self._info = event.pages
            self._pages = PageReader(self.services.reader)
            self._start(event.pages)
        else:
            self._show_lines()
        self.refresh_bars()

    def _show_lines(self) -> None:
        lines = self.query_one(LineList)
        lines.display = lines.can_focus = self._report is not None and self.playback is None
        self.query_one("#stage").display = self.query_one(FrameView).display = not lines.display
        if self._report is not None and lines.display:
            lines.show(report_lines(self._report, privacy=self.services.preferences.now.privacy), lines.cursor)
            lines.focus()
            self._say(self._report.kind)

    @on(Unreadable)
    def not_readable(self, event: Unreadable) -> None:
        event.stop()
        if self._info is event.info:
            self._say(event.error.detail)
