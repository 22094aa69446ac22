"""What leaves the console: the report's pages, first on the screen, then as a file; the archive; and what comes in."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from console.i18n import _, language, ngettext
from console.model.inspections import Inspection
from console.model.progress import Progress
from console.model.report import Stopped, Written
from console.model.text import clean, size_text
from console.screens.dialogs.ask import Choose
from console.screens.dialogs.files import FileDialog
from console.screens.dialogs.listing import ListPanel
from console.screens.inspections.pages import PagesScreen
from console.screens.inspections.saving import Saving
from console.screens.studies.exporting import drive_text
from console.widgets.bars import joined
from console.widgets.line_list import Line, wrap
from console.widgets.progress_line import ProgressLine

if TYPE_CHECKING:
    from console.report.job import ReportJob

LANGUAGES = {"zh": "中文", "en": "English"}
"""Languages of a report, each in its own words."""


@dataclass(frozen=True)
class _Wish:
    """What a report is printed for."""

    inspection: Inspection
    target: Path
    kind: str
    """pages | pdf | zip"""
    zip_target: Path | None = None


class Handing(Saving):
    """The part of the inspections' screens that makes reports and archives."""

    _job: "ReportJob | None" = None
    _wish: _Wish | None = None

    @dataclass
    class Printing(Message):
        """The report goes on."""

        progress: Progress

    @dataclass
    class Printed(Message):
        """The report is over."""

        result: Written | Stopped

    # Making the report

    async def look_at_pages(self, inspection: Inspection) -> None:
        """The report's pages on the screen; nothing leaves the home folder."""
        target = await self.asked(self.desk.submit(self.desk.preview_path, inspection.id))
        if target is not None:
            await self._print(_Wish(inspection, target, "pages"), language())

    async def hand_over(self, inspection: Inspection) -> None:
        """Ask what is to be written and where to, then write it."""
        kinds = [
            _("PDF, for the signature"),
            _("Archive (zip): PDF, data, evidence, files; can be taken in elsewhere"),
        ]
        kind = await self.app.push_screen_wait(
            Choose(_("Export {number}").format(number=clean(inspection.number)), kinds)
        )
        if kind is None:
            return
        codes = sorted(LANGUAGES, key=lambda code: code != language())
        said = await self.app.push_screen_wait(Choose(_("Language of the report"), [LANGUAGES[code] for code in codes]))
        if said is None:
            return
        ending = ".zip" if kind else ".pdf"
        target = await self._target(file_name(inspection) + ending)
        if target is None:
            return
        if kind:
            printed = await self.asked(self.desk.submit(self.desk.preview_path, f"{inspection.id}-archive"))
            if printed is not None:
                await self._print(_Wish(inspection, printed, "zip", target), codes[said])
        else:
            await self._print(_Wish(inspection, target, "pdf"), codes[said])

    async def _target(self, name: str) -> Path | None:
        """Where to: a stick or disk that is plugged in, or another folder."""
        drives = [each for each in await asyncio.to_thread(self.services.shelves.drives) if each.answers]
        usable = [each for each in drives if each.writable and not each.read_only]
        names = [*(drive_text(drive) for drive in usable), _("another folder …")]
        chosen = await self.app.push_screen_wait(Choose(_("Export to"), names)) if usable else 0
        if chosen is None:
            return None
        start = usable[chosen].path if chosen < len(usable) else Path.home()
        look = await self.app.push_screen_wait(FileDialog(_("Export to"), start, save_as=name))
        if look is None:
            return None
        path = look.path
        if look.exists and not await self._replace(path):
            return None
        return path

    async def _replace(self, path: Path) -> bool:
        question = _("{path} exists already. It is replaced once the new file is complete.").format(
            path=clean(str(path))
        )
        choices = [_("No, go back"), _("Replace it")]
        return await self.app.push_screen_wait(Choose(_("Replace the file"), choices, 0, question)) == 1

    async def _print(self, wish: _Wish, report_language: str) -> None:
        if self._job is not None:
            self.notify(_("A report is being made; esc stops it."), severity="warning", markup=False)
            return
        team = self.services.preferences.now.team
        job = await self.asked(self.desk.submit(self.desk.print, wish.inspection, wish.target, report_language, team))
        if job is None or self._job is not None:
            return
        self._job, self._wish = job, wish
        line = self.query_one("#progress", ProgressLine)
        line.progress = None
        line.display = True
        job.start(self._tell_progress, self._tell_done)

    def _tell_progress(self, progress: Progress) -> None:
        """Called from the job's thread."""
        self.post_message(self.Printing(progress))

    def _tell_done(self, result: Written | Stopped) -> None:
        """Called from the job's thread."""
        self.post_message(self.Printed(result))

    def stop_printing(self) -> bool:
        """Stop the report; False when none is being made."""
        if self._job is None:
            return False
        self._job.cancel()
        return True

    def on_unmount(self) -> None:
        self.stop_printing()

    @on(Printing)
    def printing(self, event: Printing) -> None:
        event.stop()
        self.query_one("#progress", ProgressLine).progress = event.progress

    @on(Printed)
    async def printed(self, event: Printed) -> None:
        event.stop()
        wish, self._job, self._wish = self._wish, None, None
        self.query_one("#progress", ProgressLine).display = False
        result = event.result
        if isinstance(result, Stopped):
            if result.cancelled:
                self.notify(result.detail, markup=False)
            else:
                from console.errors import StoreError

                self.console_app.show_error(StoreError(result.title, result.detail))
            return
        if wish is None:
            return
        if wish.kind == "pages":
            self.app.push_screen(
                PagesScreen(self.services, wish.target, self.console_app.make_encoder, wish.inspection)
            )
        elif wish.kind == "pdf":
            self.console_app.note("report exported", inspection=wish.inspection.id, sha256=result.sha256)
            self._say_written(wish.target, result, [])
        else:
            self._pack(wish, result)

    @work(exclusive=True, group="pack")
    async def _pack(self, wish: _Wish, result: Written) -> None:
        """The archive around the report."""
        assert wish.zip_target is not None
        done = await self.asked(self.desk.submit(self.desk.export, wish.inspection.id, wish.zip_target, wish.target))
        if done is None:
            return
        self.console_app.note("inspection exported", inspection=wish.inspection.id, sha256=done.sha256)
        lines = [
            Line(clean(str(done.path)), heading=True),
            Line(
                joined(
                    (
                        ngettext("{count} file", "{count} files", done.members).format(count=done.members),
                        size_text(done.size),
                        _("read back and compared"),
                    )
                )
            ),
            Line(f"SHA-256 {done.sha256}"),
        ]
        self._say_written(done.path, result, lines)

    def _say_written(self, path: Path, result: Written, lines: list[Line]) -> None:
        pages = ngettext("{count} page", "{count} pages", result.pages).format(count=result.pages)
        said = lines or [
            Line(clean(str(path)), heading=True),
            Line(joined((pages, size_text(result.size), "PDF/A-2b" if result.pdfa else ""))),
            Line(f"SHA-256 {result.sha256}"),
        ]
        if result.missing_glyphs:
            sentence = _("No font has these characters; the report shows their codes instead: {characters}")
            said += [Line(part) for part in wrap(sentence.format(characters=" ".join(result.missing_glyphs)), 76)]
        if result.problem:
            said += [Line(part) for part in wrap(result.problem, 76)]
        self.app.push_screen(ListPanel(_("Written"), said))


def file_name(inspection: Inspection) -> str:
    """A name for the report's file that every file system takes: the number, with its revision."""
    name = re.sub(r'[\\/:*?"<>|\s]+', "-", clean(inspection.number)).strip("-.") or inspection.id
    return f"{name}-r{inspection.revision}" if inspection.revision else name
