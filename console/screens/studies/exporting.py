"""Exporting marked studies: where to, how, what will happen, and then it happens."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from console.errors import ConsoleError
from console.i18n import N_, _, ngettext
from console.model.export import Drive, ExportOptions, ExportPlan, ExportReport
from console.model.progress import Progress
from console.model.studies import StudyLine
from console.model.text import clean, size_text
from console.screens.base import ConsoleScreen
from console.screens.dialogs.ask import Choose
from console.screens.dialogs.files import FileDialog
from console.screens.dialogs.listing import Decide, ListPanel
from console.screens.viewer.corners import HIDDEN, display_name
from console.widgets.bars import joined
from console.widgets.line_list import Line
from console.widgets.progress_line import ProgressLine

if TYPE_CHECKING:
    from console.shelves import ExportJob

KINDS = {
    "removable": N_("stick"),
    "fixed": N_("disk"),
    "network": N_("network"),
    "optical": N_("disc"),
    "unknown": N_("drive"),
}
"""Kinds of drives as the operator reads them."""

_MOST_LINES = 200
"""Files named in a plan or a report; the rest is counted."""


class Exporting(ConsoleScreen):
    """The part of the studies screen that copies studies to a folder or a stick; nothing is changed where they are."""

    _export: "ExportJob | None" = None

    marked: dict[int, StudyLine]
    """The studies chosen for export, in the order in which they were marked."""

    chosen_studies: Callable[[], tuple[StudyLine, ...]]
    """The marked studies, or the one under the cursor; the screen knows."""

    @dataclass
    class Copied(Message):
        """The export goes on."""

        progress: Progress

    @dataclass
    class ExportEnded(Message):
        """The export is over."""

        report: ExportReport

    @work(exclusive=True, group="export")
    async def action_export(self) -> None:
        studies = self.chosen_studies()
        if not studies or self._export is not None:
            return
        try:
            target = await self._target()
            options = await self._options() if target is not None else None
            if target is None or options is None:
                return
            plan = await asyncio.to_thread(self.services.shelves.plan_export, studies, target, options)
        except ConsoleError as error:
            self.console_app.show_error(error)
            return
        hidden = self.services.preferences.now.privacy
        title = _("Export {count} to {target}").format(count=_studies(len(studies)), target=clean(str(plan.target)))
        go = "" if plan.refused else _("Write it")
        if await self.app.push_screen_wait(Decide(title, plan_lines(plan, hidden=hidden), go)):
            self._start_export(plan)

    async def _target(self) -> Path | None:
        drives = await asyncio.to_thread(self.services.shelves.drives)
        names = [drive_text(drive) for drive in drives] + [_("another folder …")]
        chosen = await self.app.push_screen_wait(Choose(_("Export to"), names))
        if chosen is None:
            return None
        if chosen < len(drives):
            return drives[chosen].path
        look = await self.app.push_screen_wait(FileDialog(_("Export to a folder (ctrl+o takes it)"), Path.home()))
        return look.path if look is not None else None

    async def _options(self) -> ExportOptions | None:
        choices = (
            (_("unchanged, with DICOMDIR (for other hospitals and viewers)"), ExportOptions()),
            (_("unchanged, in folders named after patients"), ExportOptions(dicomdir=False, layout="names")),
            (_("de-identified (Basic Profile), with DICOMDIR"), ExportOptions(deidentify=True)),
            (
                _("de-identified, and the list of who is who into the home folder"),
                ExportOptions(deidentify=True, key_folder=self.services.home / "keys"),
            ),
        )
        chosen = await self.app.push_screen_wait(Choose(_("How"), [name for name, _options in choices]))
        return None if chosen is None else choices[chosen][1]

    def _start_export(self, plan: ExportPlan) -> None:
        self.query_one("#export", ProgressLine).progress = None
        self._export = self.services.shelves.start_export(plan, self._tell_copied, self._tell_exported)
        self.console_app.note("export started", files=str(len(plan.files)), deidentified=str(plan.options.deidentify))
        self.show_export()

    def _tell_copied(self, progress: Progress) -> None:
        """Called from the export's thread."""
        self.post_message(self.Copied(progress))

    def _tell_exported(self, report: ExportReport) -> None:
        """Called from the export's thread."""
        self.post_message(self.ExportEnded(report))

    def stop_export(self) -> bool:
        """Stop copying; the target says that it is incomplete. False when nothing was being copied."""
        if self._export is None:
            return False
        self._export.cancel()
        return True

    def show_export(self) -> None:
        """The progress of the export, while there is one."""
        for line in self.query("#export").results(ProgressLine):
            line.display = self._export is not None

    @on(Copied)
    def copied(self, event: Copied) -> None:
        event.stop()
        self.query_one("#export", ProgressLine).progress = event.progress

    @on(ExportEnded)
    def export_ended(self, event: ExportEnded) -> None:
        event.stop()
        self._export = None
        self.show_export()
        report = event.report
        self.console_app.note(
            "export ended", files=str(report.files), complete=str(report.complete), verified=str(report.verified)
        )
        self.app.push_screen(ListPanel(_("Export"), report_lines(report, hidden=self.services.preferences.now.privacy)))


def plan_lines(plan: ExportPlan, *, hidden: bool) -> list[Line]:
    """What will be written, and what must be known before."""
    files = ngettext("{count} file", "{count} files", len(plan.files)).format(count=len(plan.files))
    need = _("{bytes} needed, {free} free").format(
        bytes=size_text(plan.bytes_on_medium), free=size_text(plan.medium.free)
    )
    lines = [Line(joined((files, size_text(plan.bytes), need)))]
    if plan.refused:
        lines.append(Line(plan.refused, heading=True))
    if plan.suggestion is not None:
        lines.append(Line(_("A folder that would do: {path}").format(path=clean(str(plan.suggestion)))))
    if plan.continues:
        lines.append(Line(_("An export that was broken off there is continued; what stands is compared, not copied.")))
    lines.append(Line(_("Nothing is changed where the studies are. Nothing that stands there is replaced.")))
    lines += [Line(note, heading=True) for note in plan.notes]
    for patient in plan.patients:
        name = HIDDEN if hidden else joined((display_name(patient.name), patient.patient_id), "  ")
        lines.append(Line(name, indent=1, right=patient.new_name if plan.options.deidentify else ""))
    if plan.left_out:
        form = ngettext("{count} file is left out:", "{count} files are left out:", len(plan.left_out))
        lines.append(Line(form.format(count=len(plan.left_out)), heading=True))
        lines += _problems([(one.path, one.what) for one in plan.left_out], hidden)
    return lines


def report_lines(report: ExportReport, *, hidden: bool) -> list[Line]:
    """What came of an export: the last word first."""
    files = ngettext("{count} file", "{count} files", report.files).format(count=report.files)
    proof = _("read back and compared") if report.verified else _("not compared")
    if report.verified and report.from_medium:
        proof = _("read back from the medium and compared")
    lines = [Line(report.sentence, heading=True), Line(joined((files, size_text(report.bytes), proof)))]
    lines += [Line(warning) for warning in report.warnings]
    if report.key_list is not None:
        lines.append(Line(_("The list of who is who: {path}").format(path=clean(str(report.key_list)))))
    lines += _problems([(one.path, one.what) for one in report.problems], hidden)
    return lines


def _problems(problems: Sequence[tuple[str, str]], hidden: bool) -> list[Line]:
    lines = [
        Line(clean(what), indent=1, dim=HIDDEN if hidden and path else clean(path))
        for path, what in problems[:_MOST_LINES]
    ]
    more = len(problems) - len(lines)
    if more > 0:
        lines.append(Line(ngettext("and {count} more", "and {count} more", more).format(count=more), indent=1))
    return lines


def _studies(count: int) -> str:
    return ngettext("{count} study", "{count} studies", count).format(count=count)


def drive_text(drive: Drive) -> str:
    """A drive as the operator chooses it."""
    where = joined((_(KINDS[drive.kind]), drive.label, drive.file_system))
    if not drive.answers:
        return joined((clean(str(drive.path)), where, _("does not answer")))
    free = _("{free} free of {total}").format(free=size_text(drive.free), total=size_text(drive.total))
    barred = "" if drive.writable and not drive.read_only else _("cannot be written")
    return joined((clean(str(drive.path)), where, free, barred))
