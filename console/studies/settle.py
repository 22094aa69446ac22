"""Makes the lines of the lists from what was read: one study after the other, only those that a run touched.

A study is made of its heads (the texts as they lie in the files) and of sums over its instances; nothing else goes in,
so that the same files give the same lines whatever way they came in. Studies whose texts their own vote does not decide
are read once more at the end of a run, with the votes of the other studies of their device.
"""

import sqlite3
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeAlias

from console.studies.database import damaged, transaction
from console.studies.lines import Job, Made, settle_study

CHUNK = 1000
"""Studies of one transaction; between two the work can be stopped."""

_MANY = 3000
"""Studies that are worth the start of another process."""
_LARGEST = (1 << 63) - 1
_STUDIES = f"INSERT INTO study VALUES ({', '.join('?' * 27)})"
_SERIES = f"INSERT INTO series VALUES ({', '.join('?' * 15)})"
_HEADS = "SELECT h.study, h.id, h.series, h.raw, h.rowid FROM temp.now n CROSS JOIN head h ON h.study = n.study"
# The bare i.id is that of the row with the minimum, of equal ones the first in the order of the index, by UID.
_SUMS = """
SELECT i.head, count(*), sum(i.frames), sum(i.size), i.id, min(ifnull(i.number, 4294967296))
FROM temp.strand s CROSS JOIN instance i INDEXED BY instance_series ON i.series = s.series
GROUP BY s.study, s.series, i.head
"""
_ANY_COPIES = """
SELECT count(*) > count(DISTINCT i.uid) FROM temp.strand s
CROSS JOIN instance i INDEXED BY instance_series ON i.series = s.series
"""
_COPIES = """
SELECT s.study FROM temp.strand s CROSS JOIN instance i INDEXED BY instance_series ON i.series = s.series
GROUP BY s.study HAVING count(*) > count(DISTINCT i.uid)
"""
_ONCE = """
SELECT sum(files), count(*), sum(frames), sum(size) FROM
(SELECT count(*) AS files, max(i.frames) AS frames, sum(i.size) AS size
 FROM temp.strand s CROSS JOIN instance i INDEXED BY instance_series ON i.series = s.series
 WHERE s.study = ? AND s.series BETWEEN ? AND ? GROUP BY CASE i.uid WHEN '' THEN i.id ELSE i.uid END)
"""
_TWINS = """
SELECT DISTINCT a.uid FROM temp.now n CROSS JOIN study a ON a.id = n.study CROSS JOIN study b ON b.uid = a.uid
WHERE b.id != a.id AND a.uid != ''
"""
_TITLES = """
SELECT s.study, i.id, i.title_raw, i.head FROM temp.strand s CROSS JOIN instance i INDEXED BY instance_title
ON i.series = s.series WHERE i.title_raw IS NOT NULL
"""
_SWAYED = """
INSERT OR IGNORE INTO swayed SELECT device FROM study WHERE votes != '' AND id IN (SELECT study FROM temp.now)
"""
_UNSURE = "SELECT s.id, s.device, s.votes FROM study s JOIN swayed d ON d.device = s.device WHERE s.unsure"
_SHARED = "two-patients"

Compute: TypeAlias = Callable[[list[Job]], Callable[[], list[Made | None]]]
"""Begins to work on studies, and returns how to get what was made of them. Several may be under way."""


def here(jobs: list[Job]) -> Callable[[], list[Made | None]]:
    """Work on studies in this process."""
    return lambda: [settle_study(job) for job in jobs]


class Settler:
    """Settles studies on one connection."""

    def __init__(self, connection: sqlite3.Connection, compute: Compute = here, ahead: int = 0) -> None:
        """`ahead` chunks are given to `compute` before the first of them has to be ready."""
        self._connection = connection
        self._compute = compute
        self._ahead = ahead
        strand = "strand(study INTEGER, series INTEGER, PRIMARY KEY(study, series)) WITHOUT ROWID"
        for table in (strand, "now(study INTEGER PRIMARY KEY)"):
            connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table}")

    def waiting(self) -> int:
        """How many studies wait to be settled."""
        return int(self._connection.execute("SELECT count(*) FROM touched").fetchone()[0])

    def settle(
        self, cancelled: Callable[[], bool] = lambda: False, tick: Callable[[int], object] = lambda done: None
    ) -> bool:
        """Settle all studies that wait, then those that the votes of their device may decide; False when stopped."""
        if not self._settle(((chunk, {}) for chunk in self._touched()), cancelled, tick):
            return False
        if not self._settle(self._undecided(), cancelled, tick):
            return False
        self._connection.execute("DELETE FROM swayed")
        return True

    def settle_these(self, studies: Sequence[int]) -> None:
        """Settle some studies, by their own votes, while rows still come in.

        What lost its last instance waits for the end: a reader takes the heads that it has sent to be there.
        """
        self._settle(iter([(sorted(studies), {})]), lambda: False, lambda done: None, coming=True)

    def _settle(
        self,
        chunks: Iterator[tuple[Sequence[int], Mapping[int, dict[str, float]]]],
        cancelled: Callable[[], bool],
        tick: Callable[[int], object],
        coming: bool = False,
    ) -> bool:
        done = 0
        under_way: deque[tuple[_Loaded, Callable[[], list[Made | None]]]] = deque()
        while True:
            if cancelled():
                return False
            chunk = next(chunks, None)
            if chunk is not None:
                loaded = self._load(*chunk, coming)
                under_way.append((loaded, self._compute(loaded.jobs)))
            if chunk is None or len(under_way) > self._ahead:
                if not under_way:
                    return True
                loaded, get = under_way.popleft()
                self._write(loaded, get())
                done += len(loaded.studies)
                tick(done)

    def _touched(self) -> Iterator[Sequence[int]]:
        last = -1
        while chunk := self._numbers("SELECT study FROM touched WHERE study > ? ORDER BY study LIMIT ?", last, CHUNK):
            last = chunk[-1]
            yield chunk

    def _load(self, studies: Sequence[int], votes: Mapping[int, dict[str, float]], coming: bool) -> "_Loaded":
        """All that is known of some studies, ascending by number; `coming`: more rows may come."""
        with transaction(self._connection):
            # Not for what is read: without a transaction each row of a temporary table would be one of its own.
            return self._loaded(studies, votes, coming)

    def _loaded(self, studies: Sequence[int], votes: Mapping[int, dict[str, float]], coming: bool) -> "_Loaded":
        run, many = self._connection.execute, self._connection.executemany
        self._choose(studies)
        heads: dict[int, dict[int, tuple[int, bytes]]] = defaultdict(dict)
        gone: list[tuple[int]] = []
        for study, number, series, raw, row in run(_HEADS):
            if number in heads[study]:
                gone.append((row,))
            heads[study][number] = (series, raw)
        run("DELETE FROM temp.strand")
        strands = {(study, series) for study, its in heads.items() for series, _raw in its.values()}
        many("INSERT INTO temp.strand VALUES (?, ?)", sorted(strands))
        sums = {head: (files, files, *rest) for head, files, *rest in run(_SUMS)}
        titles: dict[int, list[tuple[int, bytes, int]]] = defaultdict(list)
        for study, instance, raw, head in run(_TITLES):
            titles[study].append((instance, raw, head))
        copies = set(self._numbers(_COPIES)) if run(_ANY_COPIES).fetchone()[0] else set()
        jobs: list[Job] = []
        waiting: list[tuple[int]] = []
        for study in studies:
            its = sorted(heads[study].items())
            present = [(number, series, raw, sums[number]) for number, (series, raw) in its if number in sums]
            if len(present) < len(its) and coming:
                waiting.append((study,))
            elif len(present) < len(its):
                gone += self._rows(study, [number for number, _head in its if number not in sums])
            if present:
                once = self._once(study, {series for _number, series, _raw, _sum in present}) if study in copies else {}
                jobs.append((study, present, titles.get(study, []), votes.get(study, {}), once))
        return _Loaded(studies, jobs, gone, waiting)

    def _write(self, loaded: "_Loaded", made: Sequence[Made | None]) -> None:
        run, many = self._connection.execute, self._connection.executemany
        with transaction(self._connection):
            self._choose(loaded.studies)
            run(_SWAYED)
            here = {job[0] for job in loaded.jobs}
            lost = [study for study in loaded.studies if study not in here]
            uids = {uid for study in lost for (uid,) in run("SELECT uid FROM study WHERE id = ?", (study,))}
            for table, column in (("study", "id"), ("series", "study"), ("touched", "study")):
                run(f"DELETE FROM {table} WHERE {column} IN (SELECT study FROM temp.now)")
            many("INSERT INTO touched VALUES (?)", loaded.waiting)
            many("DELETE FROM head WHERE rowid = ?", loaded.gone)
            found = [one for one in made if one is not None]
            if len(found) < len(made):
                raise damaged(self._connection)
            many(_STUDIES, [line for line, _series, _titles, _device in found])
            many(_SERIES, sorted((line for one in found for line in one[1]), key=itemgetter(0)))
            many("INSERT OR IGNORE INTO swayed VALUES (?)", {(device,) for *_rest, device in found if device})
            many("UPDATE instance SET title = ? WHERE id = ?", [title for one in found for title in one[2]])
            self._mark_shared({*uids, *(uid for (uid,) in run(_TWINS))})

    def _choose(self, studies: Sequence[int]) -> None:
        self._connection.execute("DELETE FROM temp.now")
        self._connection.executemany("INSERT INTO temp.now VALUES (?)", [(study,) for study in studies])

    def _rows(self, study: int, heads: Sequence[int]) -> list[tuple[int]]:
        """Where the heads stand that no instance has any more."""
        return [
            (row,)
            for row, head in self._connection.execute("SELECT rowid, id FROM head WHERE study = ?", (study,))
            if head in heads
        ]

    def _once(self, study: int, series: set[int]) -> dict[int, tuple[int, int, int, int]]:
        """Sums over each series, and over the study under 0, each SOP Instance UID counted once."""
        ranges = {0: (0, _LARGEST), **{number: (number, number) for number in series}}
        run = self._connection.execute
        return {number: run(_ONCE, (study, *between)).fetchone() for number, between in ranges.items()}

    def _mark_shared(self, uids: set[str]) -> None:
        """Mark the studies whose UID stands under two patients, and take the mark from those whose twin is gone."""
        changed: list[tuple[str, int]] = []
        for uid in sorted(uids - {""}):
            twins = self._connection.execute("SELECT id, flags FROM study WHERE uid = ?", (uid,)).fetchall()
            for number, flags in twins:
                others = [flag for flag in flags.split("\\") if flag not in ("", _SHARED)]
                wanted = "\\".join([_SHARED, *others] if len(twins) > 1 else others)
                if wanted != flags:
                    changed.append((wanted, number))
        self._connection.executemany("UPDATE study SET flags = ? WHERE id = ?", changed)

    def _undecided(self) -> Iterator[tuple[Sequence[int], Mapping[int, dict[str, float]]]]:
        """Studies that are not sure of their texts, where other studies of the device have voted, with those votes."""
        unsure = self._connection.execute(_UNSURE).fetchall()
        totals: dict[int, dict[str, float]] = {device: {} for _study, device, _own in unsure}
        if totals:
            for device, votes in self._connection.execute("SELECT device, votes FROM study WHERE votes != ''"):
                if device in totals:
                    for charset, weight in _votes(votes).items():
                        totals[device][charset] = totals[device].get(charset, 0.0) + weight
        for at in range(0, len(unsure), CHUNK):
            others = {study: _others(totals[device], _votes(own)) for study, device, own in unsure[at : at + CHUNK]}
            yield sorted(others), others

    def _numbers(self, query: str, *values: int) -> list[int]:
        return [number for (number,) in self._connection.execute(query, values)]


def settle_all(
    connection: sqlite3.Connection,
    helpers: int,
    cancelled: Callable[[], bool] = lambda: False,
    tick: Callable[[int], object] = lambda done: None,
) -> bool:
    """Settle all studies that wait, with up to `helpers` other processes where they are many; False when stopped."""
    if not helpers or Settler(connection).waiting() < _MANY:
        return Settler(connection).settle(cancelled, tick)
    from console.studies.computing import Computing

    with closing(Computing(helpers)) as computing:
        return Settler(connection, computing, computing.ahead).settle(cancelled, tick)


def _votes(written: str) -> dict[str, float]:
    """What `console.studies.lines` wrote."""
    pairs = (line.rpartition("=") for line in written.split("\n") if line)
    return {charset: float(weight) for charset, _sign, weight in pairs}


def _others(totals: Mapping[str, float], own: Mapping[str, float]) -> dict[str, float]:
    """The votes of a device's other studies."""
    rest = {charset: weight - own.get(charset, 0.0) for charset, weight in totals.items()}
    return {charset: weight for charset, weight in rest.items() if weight > 1e-9}


@dataclass(frozen=True)
class _Loaded:
    """A chunk of studies on its way."""

    studies: Sequence[int]
    jobs: list[Job]
    gone: list[tuple[int]]
    """Rows of heads that no instance has any more, or that stand twice."""
    waiting: list[tuple[int]]
    """Studies that are to be settled again when all is in."""
