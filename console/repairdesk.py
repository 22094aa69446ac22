"""The repairs behind screens and verbs: the doctor's visit, plans, jobs, reports, and the search for what is lost.

Calls block; a screen makes them in a thread. Nothing here knows a terminal.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from console.errors import ConsoleError
from console.i18n import _
from console.model.clock import local_now
from console.model.diagnosis import DoctorReport
from console.model.progress import Progress
from console.model.repair import JobLine, JobReport, Lead, RemedyLine, RemedyQuestion, RepairPlan
from console.model.studies import NearMiss, StudyLine
from console.repair import job as jobs
from console.repair import plan as planning
from console.repair.doctor.baseline import NAME as BASELINE
from console.repair.doctor.baseline import Baseline
from console.repair.doctor.examine import examine
from console.repair.job import Order
from console.repair.lost import Clues, find_lost
from console.repair.preparing import RESULT
from console.repair.remedies.catalogue import REMEDIES, propose
from console.repair.remedies.remedy import Request
from console.repair.remedies.values import answers_of
from console.repair.reporting import STATES, how_to_undo, markdown, remedy_name
from console.store.files import replace_file
from console.store.trouble import only_reading
from console.studies.export.dicomdir import Directory
from console.studies.finding import Catalogue
from console.studies.library import Library
from console.studies.near import near
from console.studies.query import parse

Tell = Callable[[Progress], object]
Stopped = Callable[[], bool]

_MOST_STUDIES = 300


def _silent(_progress: Progress) -> None:
    """Nobody listens."""


def _never() -> bool:
    return False


class RepairDesk:
    """The repairs of one home folder."""

    def __init__(self, home: Path, *, read_only: bool, clock: Callable[[], datetime] = local_now) -> None:
        self.home = home
        self.read_only = read_only
        """True when another console holds the home folder: then nothing is planned or written."""
        self._clock = clock

    # Looking

    def examine(
        self, paths: Sequence[Path], progress: Tell = _silent, cancelled: Stopped = _never, *, decode: bool = False,
        compare: bool = False, tools: bool = False,
    ) -> DoctorReport:  # fmt: skip
        """Look at files; nothing is changed. `compare` holds them against the last visit. Raises ConsoleError."""
        if not compare:
            return examine(paths, progress, cancelled, decode=decode, tools=tools)
        if self.read_only:
            raise only_reading(self.home / BASELINE)
        with closing(Baseline(self.home / BASELINE)) as baseline:
            return examine(paths, progress, cancelled, decode=decode, baseline=baseline, tools=tools)

    def remedies(self) -> tuple[RemedyLine, ...]:
        """Every remedy, and what it asks."""
        return tuple(
            RemedyLine(
                remedy.id, remedy.name, remedy.about,
                tuple(RemedyQuestion(each.key, each.what, each.required, each.choices) for each in remedy.questions),
                remedy.free,
            )
            for remedy in REMEDIES.values()
        )  # fmt: skip

    def answers(self, words: Iterable[str]) -> dict[str, str]:
        """New values written as Keyword=VALUE. Raises UsageError for one without "=", or two that contradict."""
        return answers_of(word.strip() for word in words)

    def find_lost(self, clues: Mapping[str, str], cancelled: Stopped = _never) -> tuple[Lead, ...]:
        """Studies that may be the lost one, by name, patient_id, accession, birth_date, date. Raises ConsoleError."""
        with closing(Library(self.home)) as library:
            library.open()
            wanted = Clues(**{key: value.strip() for key, value in clues.items() if value.strip()})
            return find_lost(_Index(library.reload()), wanted, cancelled)

    # Plans and jobs

    def plan(
        self, remedy: str, paths: Sequence[Path], answers: Mapping[str, str], *, why: str, operator: str,
        progress: Tell = _silent, cancelled: Stopped = _never,
    ) -> RepairPlan:  # fmt: skip
        """Make a plan and keep it; no file is changed. Raises ConsoleError."""
        self._may_write()
        told = _counting(progress)
        proposal = propose(remedy, Request(tuple(paths), dict(answers), told, cancelled, Directory))
        return planning.make(
            self.home, proposal, operator=operator, why=why, clock=self._clock, progress=told, cancelled=cancelled
        )

    def apply(
        self, job: str, *, in_place: bool, ticket: str, operator: str, progress: Tell = _silent,
        cancelled: Stopped = _never,
    ) -> JobReport:  # fmt: skip
        """Apply a plan. Raises ConsoleError before anything was written."""
        self._may_write()
        order = Order(in_place, ticket, operator)
        return jobs.apply(self.home, job, order, _counting(progress), cancelled, self._clock)

    def resume(self, job: str, *, operator: str, progress: Tell = _silent, cancelled: Stopped = _never) -> JobReport:
        """Go on with a job that was broken off. Raises ConsoleError."""
        self._may_write()
        return jobs.resume(self.home, job, _counting(progress), cancelled, self._clock)

    def undo(self, job: str, *, operator: str, progress: Tell = _silent) -> JobReport:
        """Put back what a job wrote. Raises ConsoleError."""
        self._may_write()
        return jobs.undo(self.home, job, _counting(progress), self._clock)

    def jobs(self) -> tuple[JobLine, ...]:
        """All jobs, the newest first."""
        return jobs.jobs(self.home)

    def report(self, job: str) -> JobReport:
        """What came of a job. Raises ConsoleError."""
        return jobs.report(self.home, job)

    def reports(self, ids: Sequence[str]) -> dict[str, JobReport]:
        """What came of several jobs; those that cannot be read are left out."""
        found = {}
        for job in ids:
            with suppress(ConsoleError):
                found[job] = jobs.report(self.home, job)
        return found

    def verify(self, job: str) -> tuple[str, ...]:
        """Every difference between a job's journal and the disk. Raises ConsoleError."""
        return jobs.verify(self.home, job)

    def write_report(self, job: str, target: Path) -> None:
        """Write the report of a job: PDF where the name ends so, else Markdown. Raises ConsoleError."""
        report = self.report(job)
        if target.suffix.lower() == ".pdf":
            # Fonts and layout take half a second to load, which nothing else needs.
            from console.report.job_report import JobWords, write_job_report

            words = JobWords(remedy_name(report.plan.remedy), _(STATES[report.state]), how_to_undo(report))
            write_job_report(report, words, target)
        else:
            replace_file(target, markdown(report).encode())

    def result_folder(self, job: str) -> Path:
        """Where corrected copies of a job lie."""
        return planning.folder_of(self.home, job) / RESULT

    def _may_write(self) -> None:
        if self.read_only:
            raise only_reading(self.home / planning.FOLDER)


class _Index:
    """The catalogue of the studies as the search for the lost one asks it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def find(self, text: str) -> Sequence[StudyLine]:
        """The studies that hold every word, the newest first."""
        return self._catalogue.page(self._catalogue.find(parse(text)), 0, _MOST_STUDIES)

    def near(self, text: str) -> Sequence[NearMiss]:
        """What comes near where nothing fits."""
        return near(self._catalogue, parse(text))


def _counting(progress: Tell) -> Callable[[int, int, str], None]:
    """Progress by file, with the time since the first."""
    began = time.monotonic()

    def told(done: int, total: int, what: str) -> None:
        progress(Progress(done, total, time.monotonic() - began, what))

    return told
