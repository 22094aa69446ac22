"""A remedy, step by step: what was found, what it does, what it needs, what would change; then it is done and proven.

Nothing is written before the step "write", and that is never the first choice.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from console.errors import ConsoleError
from console.i18n import N_, _, ngettext
from console.model.progress import Progress
from console.model.repair import JobReport, JobState, RemedyLine, RepairPlan
from console.model.text import clean
from console.repairs import Repairs
from console.screens.base import bindings_of
from console.screens.dialogs.ask import AskText
from console.screens.dialogs.files import FileDialog
from console.screens.dialogs.form import Form, FormField
from console.screens.repair import texts
from console.screens.repair.working import Working
from console.services import Services
from console.widgets.line_list import Line, LineList, wrap
from console.widgets.progress_line import ProgressLine

STEPS = (N_("files"), N_("what it does"), N_("plan"), N_("preview"), N_("write"), N_("proof"))
FILES, ABOUT, PLAN, PREVIEW, WRITE, PROOF = range(len(STEPS))
WIDE = 110
"""Columns from which the list of files has room beside the step."""


class WizardScreen(Working):
    """One remedy over some files."""

    SCOPE: ClassVar[str] = "wizard"
    BINDINGS = bindings_of("wizard")

    def __init__(self, services: Services, remedy: RemedyLine, paths: Sequence[Path], found: Sequence[Line]) -> None:
        """`found` says what is wrong with the files, for the first step."""
        super().__init__(services)
        self.remedy = remedy
        self.paths = tuple(paths)
        self.found = tuple(found)
        self.plan: RepairPlan | None = None
        self.report: JobReport | None = None
        self.at = FILES
        self._answers: dict[str, str] = {}
        self._why = ""
        self._choices: list[tuple[str, Callable[[], object]]] = []

    def stand_before(self, plan: RepairPlan) -> None:
        """Begin with the preview of a plan that was made before."""
        self.plan, self.at = plan, PREVIEW

    @property
    def desk(self) -> Repairs:
        """The repairs of the home folder."""
        return self.services.repairs

    def body(self) -> ComposeResult:
        ellipsis = self.console_app.symbols.ellipsis
        yield Static("", id="wizard-steps", markup=False)
        with Horizontal(id="wizard-room"):
            with Vertical(id="wizard-pane"):
                yield LineList("wizard-text", ellipsis=ellipsis)
            yield LineList("wizard-files", ellipsis=ellipsis)
        yield OptionList(id="choices", markup=False)
        yield ProgressLine(id="progress")

    def on_mount(self) -> None:
        super().on_mount()
        self._lay_out()
        self.show()

    async def retranslate(self) -> None:
        await super().retranslate()
        self._lay_out()
        self.show()

    def privacy_changed(self) -> None:
        self.show()

    # What each step shows

    def show(self) -> None:
        """The step that it stands on."""
        if not self.query("#wizard-text"):
            return
        symbols = self.console_app.symbols
        names = [_(name) for name in STEPS]
        head = f"{_(self.remedy.name)}   {texts.steps_line(names, self.at, symbols)}"
        self.query_one("#wizard-steps", Static).update(head)
        lines, self._choices = (self._files, self._about, self._planning, self._preview, self._writing, self._proof)[
            self.at
        ]()
        self.query_one("#wizard-text", LineList).show(lines)
        options = self.query_one("#choices", OptionList)
        options.clear_options()
        options.add_options([Option(Text(symbols.fold(name))) for name, _does in self._choices])
        options.highlighted = 0
        options.display = bool(self._choices)
        options.focus()
        privacy = self.services.preferences.now.privacy
        files = [Line(texts.name_of(str(path), privacy=privacy)) for path in self.paths[: texts.MOST]]
        self.query_one("#wizard-files", LineList).show(files)
        self.refresh_bars()

    _Step = tuple[list[Line], list[tuple[str, Callable[[], object]]]]

    @property
    def _width(self) -> int:
        return max(self.size.width - (34 if self.size.width >= WIDE else 4), 20)

    def _wrapped(self, text: str) -> list[Line]:
        symbols = self.console_app.symbols
        return [Line(part) for line in text.split("\n") for part in wrap(symbols.fold(line), self._width - 2)]

    def _files(self) -> "WizardScreen._Step":
        count = len(self.paths)
        form = ngettext("{count} file or folder is looked at.", "{count} files or folders are looked at.", count)
        lines = [Line(form.format(count=count), heading=True), *self.found]
        return lines, [(_("Go on: what it does"), self._next), (_("Leave"), self.action_leave_wizard)]

    def _about(self) -> "WizardScreen._Step":
        lines = [Line(_(self.remedy.name), heading=True), *self._wrapped(_(self.remedy.about)), Line("")]
        lines += self._wrapped(
            _("Pixel data are copied byte by byte and compared. What is not part of the plan stays as it is.")
        )
        lines += self._wrapped(_("First a plan is made, which writes nothing. You see every change before it is made."))
        return lines, [(_("Go on: make the plan"), self._ask), (_("Back"), self._before)]

    def _planning(self) -> "WizardScreen._Step":
        return self._wrapped(_("The plan is being made; nothing is changed.")), []

    def _preview(self) -> "WizardScreen._Step":
        assert self.plan is not None
        privacy = self.services.preferences.now.privacy
        lines = texts.plan_lines(self.plan, self._width, self.console_app.symbols, privacy=privacy)
        choices: list[tuple[str, Callable[[], object]]] = [(_("Leave; the plan is kept"), self.action_leave_wizard)]
        if self.plan.files or self.plan.made:
            where = clean(str(self.desk.result_folder(self.plan.id)))
            lines.append(Line(""))
            said = _("Written would be: corrected copies in {path}. The files themselves are not touched.")
            lines += self._wrapped(said.format(path=where))
            lines += self._wrapped(
                _("In place: the originals are kept in the home folder first; u of the job puts them back.")
            )
            if not self.desk.read_only:
                choices.append((_("Write corrected copies"), self._write_copies))
                if not any(planned.new_object for planned in self.plan.files):
                    choices.append((_("Replace the files in place (needs the number of the order)"), self._ask_ticket))
        choices.append((_("Back: other answers"), self._ask))
        return lines, choices

    def _writing(self) -> "WizardScreen._Step":
        return self._wrapped(_("Writing. Each file is compared before it counts; esc stops after the one at work.")), []

    def _proof(self) -> "WizardScreen._Step":
        assert self.report is not None
        privacy = self.services.preferences.now.privacy
        lines = texts.job_lines(
            self.report, _(self.remedy.name), self._width, self.console_app.symbols, privacy=privacy
        )
        choices: list[tuple[str, Callable[[], object]]] = [(_("Done"), self.action_leave_wizard)]
        if self.report.state is not JobState.UNDONE:
            choices.append((_("Write a report (PDF or Markdown)"), self.write_report))
            choices.append((_("Undo"), self._undo))
        return lines, choices

    # Steps

    @on(OptionList.OptionSelected, "#choices")
    def chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index < len(self._choices):
            self._choices[event.option_index][1]()

    def _to(self, step: int) -> None:
        self.at = step
        self.show()

    def _next(self) -> None:
        self._to(self.at + 1)

    def _before(self) -> None:
        self._to(max(self.at - 1, FILES))

    @work(exclusive=True, group="ask")
    async def _ask(self) -> None:
        """The remedy's questions and the reason, then the plan."""
        fields = [FormField("why", _("Why"), _("One sentence; it stands in the report of the job."), required=True)]
        for question in self.remedy.questions:
            if not question.key.endswith("HEX"):
                fields.append(
                    FormField(question.key, question.key, _(question.what), question.choices, question.required)
                )
        if self.remedy.free:
            hint = _("Keyword=VALUE, several divided by a semicolon: PatientName=Wang^Wei; PatientID=P0017")
            fields.append(FormField("set", _("New values"), hint, required=True))
        values = {"why": self._why, **self._answers}
        answer = await self.app.push_screen_wait(Form(_(self.remedy.name), fields, values))
        if answer is None:
            return
        self._why = answer.pop("why")
        self._answers = answer
        given = {key: value for key, value in answer.items() if value and key != "set"}
        words = [part.strip() for part in answer.get("set", "").split(";") if part.strip()]
        operator, why = self.services.preferences.now.operator, self._why

        def plan(tell: Callable[[Progress], None], stopped: Callable[[], bool]) -> object:
            values = {**given, **self.desk.answers(words)} if words else given
            return self.desk.plan(
                self.remedy.id, self.paths, values, operator=operator, why=why, progress=tell, cancelled=stopped
            )

        if self.begin_work(_("looking"), plan, self._planned):
            self._to(PLAN)

    def _planned(self, plan: object) -> None:
        assert isinstance(plan, RepairPlan)
        self.plan = plan
        self.console_app.note("repair planned", job=plan.id, remedy=plan.remedy, files=str(len(plan.files)))
        self._to(PREVIEW)

    def _write_copies(self) -> None:
        self._write(in_place=False, ticket="")

    @work(exclusive=True, group="ask")
    async def _ask_ticket(self) -> None:
        question = _("The files themselves are replaced. The number of the order that allows it:")
        ticket = await self.app.push_screen_wait(AskText(_("In place"), question))
        if ticket and ticket.strip():
            self._write(in_place=True, ticket=ticket.strip())

    def _write(self, *, in_place: bool, ticket: str) -> None:
        assert self.plan is not None
        job, operator = self.plan.id, self.services.preferences.now.operator

        def apply(tell: Callable[[Progress], None], stopped: Callable[[], bool]) -> object:
            return self.desk.apply(
                job, in_place=in_place, ticket=ticket, operator=operator, progress=tell, cancelled=stopped
            )

        if self.begin_work(_("writing"), apply, self._written):
            self.console_app.note("repair started", job=job, in_place=str(in_place), ticket=ticket)
            self._to(WRITE)

    def _written(self, report: object) -> None:
        assert isinstance(report, JobReport)
        self.report = report
        self.console_app.note("repair ended", job=report.id, state=report.state.value, files=str(report.done))
        self._to(PROOF)

    def _undo(self) -> None:
        assert self.report is not None
        job, operator = self.report.id, self.services.preferences.now.operator

        def undo(tell: Callable[[Progress], None], _stopped: Callable[[], bool]) -> object:
            return self.desk.undo(job, operator=operator, progress=tell)

        self.begin_work(_("putting back"), undo, self._written)

    def work_failed(self, error: ConsoleError) -> None:
        """What failed leads back to where it can be put right."""
        if self.at == PLAN:
            self._to(ABOUT)
        elif self.at == WRITE:
            self._to(PREVIEW)

    @work(exclusive=True, group="ask")
    async def write_report(self) -> None:
        """The report of the job, as a file of the operator's choice."""
        assert self.report is not None
        look = await self.app.push_screen_wait(
            FileDialog(_("Write the report (name.pdf or name.md)"), Path.home(), save_as=f"{self.report.id}.pdf")
        )
        if look is None or look.is_folder:
            return
        job, target = self.report.id, look.path

        def written(_tell: Callable[[Progress], None], _stopped: Callable[[], bool]) -> object:
            self.desk.write_report(job, target)
            return None

        self.begin_work(_("report"), written, lambda _none: self._say_written(target))

    def _say_written(self, target: Path) -> None:
        self.notify(_("Written: {path}").format(path=clean(str(target))), timeout=8, markup=False)

    def action_leave_wizard(self) -> None:
        if not self.working:
            self.dismiss()

    def action_back(self) -> None:
        if self.stop_work():
            return
        if self.at in (ABOUT, PREVIEW):
            self._to(FILES if self.at == ABOUT else ABOUT)
        else:
            self.dismiss()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        if self.query("#wizard-text"):
            self._lay_out()
            self.show()

    def _lay_out(self) -> None:
        self.query_one("#wizard-files").display = self.size.width >= WIDE
