"""A visit: every file that is named, looked at and compared; nothing is changed.

Files are listed, looked at and forgotten one after the other. A few small ones are looked at here, more in two
processes beside the console, which also keep it alive whatever stands in the files.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from console.errors import UsageError
from console.i18n import _, language
from console.model.diagnosis import Diagnosis, DoctorReport, Severity
from console.model.progress import Progress
from console.repair.doctor.across import Comparison
from console.repair.doctor.baseline import Baseline
from console.repair.doctor.codes import SIBLING, Found, diagnosis
from console.repair.doctor.crew import Batch, Crew
from console.repair.doctor.file import named_like_dicom
from console.repair.doctor.listing import Listed, files_of
from console.repair.doctor.reading import SMALL, Seen, see
from console.repair.doctor.tools import available, compared_by_tools
from console.repair.doctor.wire import Options

_FEW = 40
"""Files that are looked at here, where they are small: a process takes longer to start."""
_BATCH = 48
_BATCH_BYTES = 1 << 25
_PROCESSES = 2
_POLL_S = 0.05
_PROGRESS_S = 0.1

Tell = Callable[[Progress], object]


def examine(
    paths: Sequence[Path],
    progress: Tell,
    cancelled: Callable[[], bool],
    *,
    decode: bool = False,
    baseline: Baseline | None = None,
    tools: bool = False,
    today: date | None = None,
) -> DoctorReport:
    """Look at files and folders. What cannot be read is a finding; the visit goes on.

    `decode` decodes every frame; `baseline` compares with the last visit, takes in what is new, and is not closed;
    `tools` asks programs that are installed beside the console. `cancelled` is asked many times a second. Raises
    UsageError for no paths at all, StoreError where the baseline cannot be used.
    """
    if not paths:
        raise UsageError(_("Nothing is chosen"), _("Name the files or folders that are to be looked at."))
    asked = available() if tools else {}
    day = today or datetime.now().astimezone().date()
    each = tuple(program for name, program in asked.items() if name != "dcentvfy")
    options = Options(day.isoformat(), language(), baseline is not None, decode, each)
    visit = _Visit(paths, progress, cancelled, baseline)
    try:
        visit.run(options, day)
        if not visit.cancelled:
            visit.compare()
            if "dcentvfy" in asked:
                visit.ask_dcentvfy(asked["dcentvfy"])
        return visit.report(tuple(sorted(asked)))
    finally:
        visit.comparison.close()


class _Visit:
    """Counts, findings and progress of one visit."""

    def __init__(
        self, paths: Sequence[Path], progress: Tell, cancelled: Callable[[], bool], baseline: Baseline | None
    ) -> None:
        self._paths = paths
        self._progress = progress
        self._cancelled = cancelled
        self._baseline = baseline
        self._began = time.monotonic()
        self._told = self._began
        self._findings: list[tuple[int, Diagnosis]] = []
        self._ill: set[str] = set()
        self._done = self._files = self._foreign = self._unreadable = 0
        self._listed = 0
        self._named: set[str] = set()
        self.cancelled = False
        self.comparison = Comparison(cancelled)

    def run(self, options: Options, day: date) -> None:
        """Look at all files, each by itself."""
        files = self._regular()
        first: list[tuple[int, Listed]] = []
        for item in files:
            first.append(item)
            if len(first) > _FEW or item[1].size > SMALL:
                break
        else:
            if not options.decode and not options.tools:
                for place, file in first:
                    if self._stopped():
                        return
                    self._take(place, file.path, see(file.path, day, hashes=options.hashes))
                return
        self._share(_chain(first, files), options)

    def compare(self) -> None:
        """What files show together, and what is gone."""
        together = []
        for across in self.comparison.findings():
            together.append(across)
            if self._stopped():
                return
        if self._stopped():
            return
        for across in together:
            self._add(across.order, across.path, across.found, across.others)
        for at, (place, told) in enumerate(self._findings):
            if told.remedy == SIBLING and self.comparison.alone(told.path):
                self._findings[at] = (place, replace(told, remedy="", repairable=False))
        if self._baseline is not None:
            for path, found in self._baseline.gone(self._paths):
                self._add(self._listed, path, found, aside=True)

    def ask_dcentvfy(self, program: str) -> None:
        """Let dcentvfy compare the files of each study."""
        for order, path, found, others in compared_by_tools(program, self.comparison.studies(), self._cancelled):
            self._add(order, path, found, others)
        self._stopped()

    def report(self, tools: tuple[str, ...]) -> DoctorReport:
        """What the visit found."""
        self._tell(True)
        order = sorted(range(len(self._findings)), key=lambda at: self._findings[at][0])
        findings = tuple(self._findings[at][1] for at in order)
        seconds = time.monotonic() - self._began
        healthy = self._files - len(self._ill)
        return DoctorReport(
            self._files, max(healthy, 0), seconds, findings, self._unreadable, self._foreign, self.cancelled, tools
        )

    def _share(self, files: Iterator[tuple[int, Listed]], options: Options) -> None:
        crew = Crew(min(_PROCESSES, os.cpu_count() or 1), options)
        batches = _batches(files)
        more = True
        try:
            while more or crew.busy:
                while more and crew.takes_more:
                    batch = next(batches, None)
                    if batch is None:
                        more = False
                        break
                    crew.submit(batch)
                    if self._stopped():
                        return
                for answered, all_seen in crew.answers(_POLL_S):
                    for at, seen in enumerate(all_seen):
                        self._take(answered.first + at, answered.paths[at], seen)
                if self._stopped():
                    return
        finally:
            crew.close()

    def _regular(self) -> Iterator[tuple[int, Listed]]:
        """The files with their places; what is none is told at once."""
        for listed in files_of(self._paths):
            if listed.trouble is not None:
                self._unreadable += 1
                self._add(self._listed, listed.path, listed.trouble, aside=True)
                self._listed += 1
                continue
            if listed.named:
                self._named.add(listed.path)
            yield self._listed, listed
            self._listed += 1

    def _take(self, place: int, path: str, seen: Seen) -> None:
        self._done += 1
        codes = {one.code for one in seen.found}
        if "unreadable" in codes:
            self._unreadable += 1
        wanted = path in self._named or named_like_dicom(os.path.basename(path))
        if codes & {"not-dicom", "empty-file"} and not wanted:
            self._foreign += 1
            return
        self._files += 1
        if self._baseline is not None:
            seen.found += self._baseline.compare(path, seen)
        for found in seen.found:
            self._add(place, path, found)
        if seen.facts is not None:
            self.comparison.add(place, path, seen.facts)

    def _add(self, place: int, path: str, found: Found, others: tuple[str, ...] = (), *, aside: bool = False) -> None:
        """Keep a finding; one that stands `aside` is about what does not count among the files."""
        told = diagnosis(path, found, others)
        self._findings.append((place, told))
        if told.severity is not Severity.NOTE and not aside:
            self._ill.add(path)

    def _stopped(self) -> bool:
        self.cancelled = self.cancelled or self._cancelled()
        self._tell(False)
        return self.cancelled

    def _tell(self, last: bool) -> None:
        now = time.monotonic()
        if last or now - self._told >= _PROGRESS_S:
            self._told = now
            total = self._done if last else 0
            self._progress(Progress(self._done, total, now - self._began, ""))


def _chain(first: list[tuple[int, Listed]], rest: Iterator[tuple[int, Listed]]) -> Iterator[tuple[int, Listed]]:
    yield from first
    yield from rest


def _batches(files: Iterator[tuple[int, Listed]]) -> Iterator[Batch]:
    """Neighbours together, up to a number and an amount; a large file alone."""
    paths: list[str] = []
    begins = size = 0
    for place, file in files:
        if paths and (len(paths) >= _BATCH or size + file.size > _BATCH_BYTES or place != begins + len(paths)):
            yield Batch(begins, tuple(paths), size)
            paths, size = [], 0
        if not paths:
            begins = place
        paths.append(file.path)
        size += file.size
    if paths:
        yield Batch(begins, tuple(paths), size)
