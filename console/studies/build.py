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
from datetime import UTC, datetime
from pathlib import Path

from console.errors import DicomReadError
from console.i18n import _
from console.model.progress import Progress, Ticker
from console.model.studies import IndexProblem, IndexReport
from console.model.text import clean
from console.store.trouble import cannot_write
from console.studies import problems
from console.studies.database import DamagedIndex, index_path, open_index, set_aside, telling, transaction
from console.studies.importer import mend
from console.studies.intake import Intake
from console.studies.problems import problem
from console.studies.roots import Root, count_files, find_roots, register
from console.studies.run_lock import RunLock
from console.studies.settle import Settler
from console.studies.tally import Tally
from console.studies.workers import Readers

_MOST_PROCESSES = 8
_REPORT_S = 0.1


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
        with telling(index_path(home)), _few_collections():
            if not roots:
                raise _nothing(home, paths, wrong)
            count = processes or min(_processors(), _MOST_PROCESSES)
            try:
                return _Run(home, roots, wrong, progress, cancelled, started).all(count)
            except (DamagedIndex, sqlite3.DatabaseError) as error:
                if not _is_damage(error):
                    raise
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
        with closing(open_index(self._home)) as connection, closing(Readers(processes - 1)) as readers:
            mend(connection)
            intake = Intake(connection, readers, self._cancelled, self._ticker)
            known = [register(connection, root) for root in self._roots]
            self._total = self._expected(known)
            whole = all([self._take_in(connection, intake, root, number) for root, (number, _files) in zip(self._roots, known, strict=True)])
            intake.finish()
            settled = self._settle(connection, intake)
            return self._report(connection, intake, not (whole and settled))
