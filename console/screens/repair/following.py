"""What can be done with a job, and the search for the patient whom nobody finds."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from console.i18n import _
from console.model.progress import Progress
from console.model.repair import JobReport, JobState
from console.model.text import clean
from console.repairs import Repairs
from console.screens.dialogs.ask import Choose
from console.screens.dialogs.files import FileDialog
from console.screens.dialogs.form import Form, FormField
from console.screens.dialogs.listing import Decide, ListPanel
from console.screens.repair import texts
from console.screens.repair.wizard import WizardScreen
from console.screens.repair.working import Working
from console.widgets.line_list import Line, wrap

if TYPE_CHECKING:
    from textual.worker import Worker


class Following(Working):
    """The part of the repair screen about jobs that were planned or applied."""

    refresh_jobs: "Callable[[], Worker[None]]"
    """Reads the list of jobs again; the screen knows how."""

    @property
    def desk(self) -> Repairs:
        """The repairs of the home folder."""
        return self.services.repairs

    @property
    def job(self) -> JobReport | None:
        """The job under the cursor; the screen knows which."""
        return None

    @work(exclusive=True, group="ask")
    async def job_menu(self, job: JobReport) -> None:
        """What can be done with a job in its state."""
        choices: list[tuple[str, Callable[[], object]]] = [(_("Read the plan"), lambda: self._read(job))]
        if not self.desk.read_only:
            if job.state is JobState.PLANNED:
                choices.append((_("Apply the plan"), lambda: self._apply(job)))
            if job.state in (JobState.BROKEN_OFF, JobState.PARTLY):
                choices.append((_("Go on with it"), lambda: self._resume(job)))
            if job.state not in (JobState.PLANNED, JobState.UNDONE):
                choices.append((_("Undo"), self.action_undo))
        choices.append((_("Report"), self.action_report))
        chosen = await self.app.push_screen_wait(Choose(job.id, [name for name, _does in choices]))
        if chosen is not None:
            choices[chosen][1]()

    def _read(self, job: JobReport) -> None:
        privacy = self.services.preferences.now.privacy
        width = min(self.size.width * 5 // 6, 90) - 8
        self.app.push_screen(
            ListPanel(job.id, texts.plan_lines(job.plan, width, self.console_app.symbols, privacy=privacy))
        )

    def _apply(self, job: JobReport) -> None:
        """Back into the wizard, at the preview."""
        remedy = self.desk.known(job.plan.remedy)
        if remedy is None:
            return
        wizard = WizardScreen(self.services, remedy, [Path(each.path) for each in job.plan.files], [])
        wizard.stand_before(job.plan)
        self.app.push_screen(wizard)

    def _resume(self, job: JobReport) -> None:
        operator = self.services.preferences.now.operator

        def resume(tell: Callable[[Progress], None], stopped: Callable[[], bool]) -> object:
            return self.desk.resume(job.id, operator=operator, progress=tell, cancelled=stopped)

        self.begin_work(_("going on"), resume, lambda _report: self.refresh_jobs())

    @work(exclusive=True, group="undo")
    async def action_undo(self) -> None:
        """Put back what a job wrote, after a question."""
        job = self.job
        if job is None or job.state in (JobState.PLANNED, JobState.UNDONE):
            self.notify(_("There is nothing to undo here."), markup=False)
            return
        width = min(self.size.width * 5 // 6, 90) - 8
        lines = [Line(part) for part in wrap(texts.undo_text(job), width)]
        title = _("Undo {job}").format(job=job.id)
        if not await self.app.push_screen_wait(Decide(title, lines, _("Put everything back"))):
            return
        operator = self.services.preferences.now.operator

        def undo(tell: Callable[[Progress], None], _stopped: Callable[[], bool]) -> object:
            return self.desk.undo(job.id, operator=operator, progress=tell)

        if self.begin_work(_("putting back"), undo, lambda _report: self.refresh_jobs()):
            self.console_app.note("repair undone", job=job.id)

    @work(exclusive=True, group="ask")
    async def action_report(self) -> None:
        """The report of a job as PDF or Markdown."""
        job = self.job
        if job is None:
            return
        title = _("Write the report (name.pdf or name.md)")
        look = await self.app.push_screen_wait(FileDialog(title, Path.home(), save_as=f"{job.id}.pdf"))
        if look is None or look.is_folder:
            return
        target = look.path

        def written(_tell: Callable[[Progress], None], _stopped: Callable[[], bool]) -> object:
            self.desk.write_report(job.id, target)
            return None

        said = _("Written: {path}").format(path=clean(str(target)))
        self.begin_work(_("report"), written, lambda _none: self.notify(said, timeout=8, markup=False))

    # The lost patient

    @work(exclusive=True, group="ask")
    async def action_lost(self) -> None:
        """Look for a patient whom the ward cannot find, in every way that data get lost; read-only."""
        fields = [
            FormField("name", _("Name"), _("As the ward says it, in characters or pinyin.")),
            FormField("patient_id", _("Patient ID")),
            FormField("accession", _("Accession number")),
            FormField("birth_date", _("Date of birth"), _("As 1958-03-01.")),
            FormField("date", _("Day of the study"), _("As 2026-11-20.")),
        ]
        answer = await self.app.push_screen_wait(Form(_("Find a lost patient"), fields, {}))
        if answer is None or not any(answer.values()):
            return

        def look(_tell: Callable[[Progress], None], stopped: Callable[[], bool]) -> object:
            return self.desk.find_lost(answer, stopped)

        self.begin_work(_("looking"), look, self._leads)

    def _leads(self, found: object) -> None:
        assert isinstance(found, tuple)
        hidden = self.services.preferences.now.privacy
        lines = []
        for lead in found:
            name = texts.HIDDEN if hidden else clean(lead.line.name)
            number = texts.HIDDEN if hidden else clean(lead.line.patient_id)
            lines.append(Line(f"{name}  {number}", right=lead.line.date, heading=True))
            lines += [Line(str(why), indent=1) for why in (*lead.how, *lead.what)]
        if not lines:
            lines = [Line(_("Nothing like it in the index. Take in more folders with F4, or ask another node."))]
        self.app.push_screen(ListPanel(_("Find a lost patient"), lines))
