"""Measurements out as files, and in from somebody's structured report."""

from functools import partial
from pathlib import Path

from textual import work

from console.i18n import _, ngettext
from console.measuredesk import MeasureBook
from console.measurement_files import write_csv, write_json
from console.measurement_report import read_report, write_report
from console.model.measuring import Reported
from console.model.text import clean
from console.screens.asking import Asking
from console.screens.dialogs.ask import Choose, Confirm
from console.screens.dialogs.files import FileDialog

_ENDINGS = ("-sr.dcm", ".json", ".csv")


class Exchange(Asking):
    """The part of the list that hands measurements on and takes them in."""

    book: MeasureBook

    def show_all(self) -> None:
        """The book has changed."""

    @work(exclusive=True, group="hand")
    async def action_export(self) -> None:
        """Write everything that is listed as a file for other programs."""
        sheet, info = self.book.sheet, self.book.info
        if not sheet.measurements:
            return
        kinds = (_("DICOM structured report (TID 1500)"), _("JSON document"), _("CSV table"))
        kind = await self.app.push_screen_wait(Choose(_("Export the measurements"), kinds))
        if kind is None:
            return
        stem = _("measurements") if self.services.preferences.now.privacy else Path(info.path).stem
        name = f"{stem}{_ENDINGS[kind]}"
        found = await self.app.push_screen_wait(FileDialog(_("Export the measurements"), Path.home(), save_as=name))
        if found is None:
            return
        if found.exists:
            question = _("{path} exists already. Replace it?").format(path=clean(str(found.path)))
            if await self.app.push_screen_wait(Confirm(_("Replace a file"), question, _("Yes, replace it"))) != 1:
                return
        operator = self.services.preferences.now.operator
        report = partial(write_report, Path(info.path), sheet, found.path, operator, self.services.clock())
        write = (report, partial(write_json, sheet, found.path), partial(write_csv, sheet, found.path))[kind]

        def written() -> bool:
            write()
            return True

        if await self.aside(written):
            self.console_app.note("measurements exported", sop_instance_uid=info.sop_instance_uid)
            self.notify(_("Written: {path}").format(path=clean(str(found.path))), markup=False)

    @work(exclusive=True, group="hand")
    async def action_take_in(self) -> None:
        """Draw what a structured report holds of this object, and measure it again."""
        look = await self.app.push_screen_wait(FileDialog(_("A structured report"), Path.home()))
        if look is None:
            return
        every = await self.aside(partial(read_report, look.path))
        if every is None:
            return
        here = [one for one in every if one.instance == self.book.info.sop_instance_uid]
        if not here:
            sentence = _("The report holds {count} measurements, none of them on this object.")
            self.notify(sentence.format(count=len(every)), severity="warning", markup=False)
            return
        kept = 0
        for one in here:
            added = await self.asked(self.services.measures.submit(self.book.add, one.frame, one.shape, said(one)))
            kept += added is not None
        self.show_all()
        sentence = ngettext("{count} measurement taken in.", "{count} measurements taken in.", kept)
        self.notify(sentence.format(count=kept), markup=False)


def said(one: Reported) -> str:
    """What a measurement of somebody else's is called: its name, and what it was worth there."""
    value = f"{one.value:.4g} {one.unit}" if one.value is not None else ""
    return " ".join(filter(None, ("SR:", one.name, f"({value})" if value else "")))
