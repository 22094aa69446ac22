"""The header inspector: why the picture looks as it does, then every element, with a search."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input, Static

from console.errors import ConsoleError
from console.i18n import N_, _, ngettext
from console.model.picture import HeaderElement, PictureInfo
from console.model.text import clean, size_text, span_text
from console.screens.base import ConsoleScreen, bindings_of
from console.screens.viewer.corners import HIDDEN, shown_name
from console.services import Services
from console.widgets.bars import joined
from console.widgets.line_list import Line, LineList

IDENTIFYING = frozenset(
    """PatientName PatientID PatientBirthDate PatientBirthTime PatientSex PatientAge PatientAddress OtherPatientIDs
    OtherPatientNames PatientTelephoneNumbers PatientMotherBirthName IssuerOfPatientID OtherPatientIDsSequence
    AccessionNumber StudyID InstitutionName InstitutionAddress ReferringPhysicianName PerformingPhysicianName
    OperatorsName PhysiciansOfRecord NameOfPhysiciansReadingStudy RequestingPhysician AdmissionID EthnicGroup
    PatientComments MedicalRecordLocator MilitaryRank CountryOfResidence RegionOfResidence
    ScheduledPerformingPhysicianName PersonName ResponsiblePerson""".split()
)
"""Keywords whose values the privacy switch hides (from PS3.15 E.1, those a cath-lab file carries)."""

STAGES = {
    "decode": N_("decoding"),
    "state": N_("presentation state"),
    "padding": N_("pixel padding"),
    "modality-lut": N_("modality LUT"),
    "mask": N_("mask"),
    "voi": N_("VOI window"),
    "presentation": N_("presentation"),
    "shutter": N_("shutter"),
    "overlay": N_("overlay"),
    "colour": N_("colour"),
    "annotation": N_("annotations"),
    "spatial": N_("rotation and flip"),
}
"""The stages of the pipeline (PS3.4 N.2) as the operator reads them."""

RATE_SOURCES = {"assumed": N_("assumed"), "still": N_("still picture")}
"""Sources of a rate that are no DICOM keyword."""


def identifies(element: HeaderElement) -> bool:
    """Whether an element may say who the patient is: the patient group, names, free text, private elements."""
    group = int(element.tag[1:5], 16)
    return (
        element.keyword in IDENTIFYING
        or element.vr in ("PN", "LT", "ST", "UT")
        or group == 0x0010
        or bool(group % 2 and group > 8)
    )


class HeaderScreen(ConsoleScreen):
    """All elements of one file."""

    SCOPE: ClassVar[str] = "header"
    BINDINGS = bindings_of("header")

    @dataclass
    class Read(Message):
        """The elements are here."""

        elements: tuple[HeaderElement, ...]
        info: PictureInfo

    @dataclass
    class Failed(Message):
        """They could not be read."""

        error: ConsoleError

    def __init__(self, services: Services, info: PictureInfo) -> None:
        super().__init__(services)
        self._info = info
        self._elements: tuple[HeaderElement, ...] = ()
        self._shown: list[Line] = []

    def body(self) -> ComposeResult:
        yield Input(placeholder=_("search in tags, names and values"), id="filter")
        yield LineList("lines", ellipsis=self.console_app.symbols.ellipsis)
        yield Static("", id="whole", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#filter").display = False
        self.query_one(LineList).focus()
        self._show()
        self._read()

    @work(thread=True, exclusive=True, exit_on_error=False, group="header", description="reading a header")
    def _read(self) -> None:
        try:
            path = Path(self._info.path)
            self.post_message(self.Read(self.services.reader.header(path), self.services.pictures.info(path)))
        except ConsoleError as error:
            self.post_message(self.Failed(error))

    @on(Read)
    def show_elements(self, event: Read) -> None:
        event.stop()
        self._elements, self._info = event.elements, event.info
        self._show()

    @on(Failed)
    def show_error(self, event: Failed) -> None:
        event.stop()
        self.console_app.show_error(event.error)

    @on(Input.Changed, "#filter")
    def filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show()

    @on(Input.Submitted, "#filter")
    def filter_done(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(LineList).focus()

    @on(LineList.Moved)
    def show_whole(self, event: LineList.Moved) -> None:
        event.stop()
        if event.index >= len(self._shown):
            return
        line = self._shown[event.index]
        cut = cell_len(line.text) + 2 * line.indent + 2 > self.query_one(LineList).size.width
        self.query_one("#whole", Static).update(line.text if cut else "")

    def action_filter(self) -> None:
        field = self.query_one("#filter", Input)
        field.display = True
        field.focus()

    def action_copy(self) -> None:
        lines = self.query_one(LineList)
        if self._shown:
            self.app.copy_to_clipboard(self._shown[lines.cursor].text)
            self.notify(_("Copied."), markup=False)

    def action_back(self) -> None:
        field = self.query_one("#filter", Input)
        if field.display:
            field.value, field.display = "", False
            self.query_one(LineList).focus()
        else:
            self.answer()

    async def retranslate(self) -> None:
        self.query_one("#filter", Input).placeholder = _("search in tags, names and values")
        self._show()
        self.refresh_bars()
        # The explanations come from the helper process, which has to be asked again.
        self._read()

    def privacy_changed(self) -> None:
        self._show()

    def _show(self) -> None:
        wanted = self.query_one("#filter", Input).value.casefold().strip()
        lines = [
            *self._explanation(),
            Line(_("Elements"), heading=True),
            *(self._line(element) for element in self._elements),
        ]
        if wanted:
            lines = [line for line in lines if wanted in line.text.casefold()]
            if not lines:
                lines = [Line(_("Nothing holds “{text}”. Escape clears the search.").format(text=clean(wanted)))]
        fold = self.console_app.symbols.fold
        lines = [replace(line, text=fold(line.text)) for line in lines]
        self._shown = lines
        self.query_one(LineList).show(lines)
        self.query_one("#whole", Static).update("")

    def _explanation(self) -> list[Line]:
        info = self._info
        lines = [
            Line(_("Why the picture looks as it does"), heading=True),
            Line(f"{shown_name(Path(info.path), self.services.preferences.now.privacy)}  {size_text(info.size)}", 1),
            Line(f"{info.sop_class_name}  ·  {info.transfer_syntax_name}", 1),
        ]
        if info.frames:
            count = ngettext("{count} frame", "{count} frames", info.frames).format(count=info.frames)
            parts = [f"{info.columns} × {info.rows}", count]
            if info.frames > 1:
                source = _(RATE_SOURCES.get(info.rate.source, info.rate.source))
                parts += [f"{info.rate.fps:.3g} fps ({source})", span_text(info.duration_s)]
            lines.append(Line(joined(parts, "  ·  "), 1))
        used = info.character_set
        if used.declared:
            charset = _("texts: declared {declared}, read as {used}").format(declared=used.declared, used=used.used)
        else:
            charset = _("texts: no character set declared, read as {used}").format(used=used.used)
        lines.append(Line(charset, 1))
        for step in info.pipeline:
            stage = _(STAGES.get(step.stage, step.stage))
            lines.append(Line(_("{name}: {help}").format(name=stage, help=step.what), 1))
        lines += [Line(warning, 1) for warning in info.calibration.warnings]
        if info.problems:
            lines.append(Line(_("Problems"), heading=True))
            lines += [Line(problem.what, 1) for problem in info.problems]
        return lines

    def _line(self, element: HeaderElement) -> Line:
        value = element.value
        if value and self.services.preferences.now.privacy and identifies(element):
            value = HIDDEN
        return Line(f"{element.tag} {element.vr} {element.name}: {value}", element.depth)
