"""Builds or refreshes the index: walks what is named, reads what is new, takes out what is gone, settles the studies.

One process writes; others, where there are processors for them, only read and send rows. What was read is committed
every second, so that a run that is killed loses no more than that, and the next one goes on where it ended.
"""

import gc
import os
import sqlite3
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from console.errors import DicomReadError
from console.i18n import _
from console.model.index_report import IndexProblem, IndexReport
from console.model.progress import Progress, Ticker
from console.model.text import clean
from console.store.trouble import cannot_write
from console.studies import problems
from console.studies.database import DamagedIndex, index_path, open_index, set_aside, telling
from console.studies.importer import mend
from console.studies.intake import Intake
from console.studies.places import cache_folder
from console.studies.problems import problem
from console.studies.roots import Root, count_files, find_roots, note_complete, note_state, register
from console.studies.run_lock import RunLock
from console.studies.scan import RootGone, Walk
from console.studies.tally import limited, noted_problems, tally

_MOST_PROCESSES = 8
_REPORT_S = 0.1
_SETTLED_WHEN_STOPPED = 300


def build_index(
    home: Path,
    paths: Sequence[Path],
    progress: Callable[[Progress], object],
    cancelled: Callable[[], bool],
    processes: int | None = None,
) -> IndexReport:
    """Take `paths` (folders, files, DICOMDIR media, zip files) into the index of `home`; read-only to them.

    `processes` are those that read, this one included; None means one for each processor we may use. `progress` is told
    ten times a second, `cancelled` asked more often. Raises ConsoleError with one sentence when nothing at all can be
    taken in; what is wrong with single files stands in the report.
    """
    started = time.monotonic()
    roots, wrong = find_roots(paths)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(index_path(home), error) from error
    lock = RunLock(home)
    lock.acquire()
    try:
        with telling(index_path(home)), few_collections():
            if not roots:
                raise _nothing(home, paths, wrong)
            count = processes or min(_processors(), _MOST_PROCESSES)
            try:
                with telling(index_path(home)):
                    return _Run(home, roots, wrong, progress, cancelled, started).all(count)
            except DamagedIndex:
                aside = set_aside(home)
                wrong.append(problem(str(index_path(home)), f"{problems.REBUILT}:{aside}"))
                return _Run(home, roots, wrong, progress, cancelled, started).all(count)
    finally:
        lock.release()


class _Run:
    """One run over some roots."""

    def __init__(
        self,
        home: Path,
        roots: Sequence[Root],
        wrong: list[IndexProblem],
        progress: Callable[[Progress], object],
        cancelled: Callable[[], bool],
        started: float,
    ) -> None:
        self._home = home
        self._roots = roots
        self._problems = list(wrong)
        self._progress = progress
        self._cancelled = cancelled
        self._started = started
        self._ticker = Ticker(_REPORT_S, self._tell)
        self._total = 0

    def all(self, processes: int) -> IndexReport:
        """Do it."""
        with (
            closing(open_index(self._home)) as connection,
            closing(Intake(connection, processes - 1, self._cancelled, self._ticker)) as intake,
        ):
            mend(connection)
            known = [register(connection, root) for root in self._roots]
            self._total = self._expected([files for _number, files in known])
            whole = True
            for root, (number, _files) in zip(self._roots, known, strict=True):
                whole = self._take_in(connection, intake, root, number) and whole
            intake.finish()
            whole = self._settle(connection, processes - 1) and whole
            return self._report(connection, intake, not whole)

    def _expected(self, known: Sequence[int]) -> int:
        """Files that are probably there: as many as last time, or counted; 0 while nobody can say."""
        self._tell(0, _("counting"))
        counts = [files or count_files(root, self._cancelled) for root, files in zip(self._roots, known, strict=True)]
        return sum(counts) if all(counts) else 0

    def _take_in(self, connection: sqlite3.Connection, intake: Intake, root: Root, number: int) -> bool:
        """Walk and read one root; False when the operator stopped it."""
        files = intake.files
        skipped = frozenset((str(cache_folder(self._home)),))
        walk = Walk(connection, root.path, root.only, skipped, intake.helped)
        try:
            done = intake.take_in(walk, number)
        except RootGone:
            intake.finish()
            note_state(connection, root.name, "gone")
            self._problems.append(problem(root.name, problems.GONE))
            return True
        if done:
            note_complete(connection, root.name, intake.files - files, not walk.kept)
        return done

    def _settle(self, connection: sqlite3.Connection, helpers: int) -> bool:
        """Make the lines of what was read. Stopped, it still does so where that takes a moment."""
        if connection.execute("SELECT 1 FROM touched UNION ALL SELECT 1 FROM swayed LIMIT 1").fetchone() is None:
            return not self._cancelled()
        from console.studies.settle import Settler, settle_all

        if self._cancelled():
            settler = Settler(connection)
            if settler.waiting() <= _SETTLED_WHEN_STOPPED:
                settler.settle()
            return False
        words = _("putting the studies in order")
        return settle_all(connection, helpers, self._cancelled, lambda done: self._ticker(self._total, words))

    def _report(self, connection: sqlite3.Connection, intake: Intake, cancelled: bool) -> IndexReport:
        counted = tally(connection, self._roots, intake.changed)
        self._problems += [problem(path, code) for path, code in intake.trouble]
        return IndexReport(
            intake.files,
            *counted,
            time.monotonic() - self._started,
            limited(noted_problems(connection, self._roots), self._problems),
            cancelled,
            intake.read,
            intake.unchanged,
            intake.removed,
        )

    def _tell(self, done: int, what: str) -> None:
        elapsed = time.monotonic() - self._started
        self._progress(Progress(done, max(self._total, done) if self._total else 0, elapsed, clean(what)))


def _nothing(home: Path, paths: Sequence[Path], wrong: Sequence[IndexProblem]) -> DicomReadError:
    """The refusal where none of the named can be taken in; the index remembers which medium is not there."""
    if index_path(home).exists():
        with closing(open_index(home)) as connection:
            for path in paths:
                note_state(connection, os.path.abspath(path), "gone")
    first = wrong[0] if wrong else IndexProblem("", _("Name a folder, a file or a medium."))
    sentence = _("{path}: {reason}") if first.path else "{reason}"
    return DicomReadError(_("Nothing taken in"), sentence.format(path=first.path, reason=first.what))


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def few_collections() -> Generator[None]:
    """Let the garbage collector look seldom: a run makes millions of values and hardly any cycle."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
