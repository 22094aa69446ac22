"""Makes the lines of the lists from what was read: one study after the other, only those that a run touched.

A study is made of its heads (the texts as they lie in the files) and of sums over its instances; nothing else goes in,
so that the same files give the same lines whatever way they came in. Studies whose texts their own vote does not decide
are read once more at the end of a run, with the votes of the other studies of their device.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from console.studies.database import damaged, transaction
from console.studies.importer import Head, read_head
from console.studies.lines import Line, Strand, Sum, study_lines
from console.studies.wording import Words, device_of

CHUNK = 1000
"""Studies of one transaction; between two the work can be stopped."""

_LARGEST = (1 << 63) - 1
_STUDIES = f"INSERT OR REPLACE INTO study VALUES ({', '.join('?' * 27)})"
_SERIES = f"INSERT OR REPLACE INTO series VALUES ({', '.join('?' * 15)})"
_HEADS = "SELECT h.study, h.id, h.series, h.raw, h.rowid FROM temp.now n CROSS JOIN head h ON h.study = n.study"
_SUMS = """
SELECT i.head, count(*), sum(i.frames), sum(i.size), i.id, min(i.number)
FROM temp.strand s CROSS JOIN instance i INDEXED BY instance_series ON i.series = s.series
GROUP BY s.study, s.series, i.head
"""
_COPIES = """
SELECT count(*) > count(DISTINCT i.uid) FROM temp.strand s
CROSS JOIN instance i INDEXED BY instance_series ON i.series = s.series
"""
_ONCE = """
SELECT total(files), count(*), total(frames), total(size) FROM
(SELECT count(*) AS files, max(i.frames) AS frames, sum(i.size) AS size
 FROM temp.strand s CROSS JOIN instance i INDEXED BY instance_series ON i.series = s.series
 WHERE s.study = ? AND s.series BETWEEN ? AND ? GROUP BY CASE i.uid WHEN '' THEN i.id ELSE i.uid END)
"""
_TWINS = """
SELECT DISTINCT a.uid FROM temp.now n CROSS JOIN study a ON a.id = n.study CROSS JOIN study b ON b.uid = a.uid
WHERE b.id != a.id AND a.uid != ''
"""
_TITLES = """
SELECT i.id, i.title_raw, i.head FROM temp.strand s CROSS JOIN instance i INDEXED BY instance_title
ON i.series = s.series WHERE i.title_raw IS NOT NULL AND s.study = ?
"""
_TITLED = """
SELECT DISTINCT s.study FROM temp.strand s CROSS JOIN instance i INDEXED BY instance_title
ON i.series = s.series WHERE i.title_raw IS NOT NULL
"""
_SWAYED = """
INSERT OR IGNORE INTO swayed SELECT device FROM study WHERE votes != '' AND id IN (SELECT study FROM temp.now)
"""
_UNSURE = "SELECT s.id, s.device, s.votes FROM study s JOIN swayed d ON d.device = s.device WHERE s.unsure"
_SHARED = "two-patients"


class Settler:
    """Settles studies on one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
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
        done = 0
        while chunk := self._numbers("SELECT study FROM touched LIMIT ?", CHUNK):
            if cancelled():
                return False
            self.settle_these(chunk)
            done += len(chunk)
            tick(done)
        return self._ask_devices(cancelled)

    def settle_these(self, studies: Sequence[int]) -> None:
        """Settle `studies` in one transaction, by their own votes."""
        with transaction(self._connection):
            self._settle(studies, {})

    def _settle(self, studies: Sequence[int], votes: Mapping[int, Mapping[str, float]]) -> None:
        run, many = self._connection.execute, self._connection.executemany
        these = [(study,) for study in sorted(studies)]
        run("DELETE FROM temp.now")
        many("INSERT INTO temp.now VALUES (?)", these)
        heads = self._heads()
        sums, copies = self._sums()
        titled = set(self._numbers(_TITLED))
        made = _Made()
        for (study,) in these:
            known = heads.get(study, {})
            strands: list[Strand] = []
            for number, one in known.items():
                if number in sums:
                    made.gone += [(row,) for row in one.rows[1:]]
                    strands.append(Strand(one.series, one.head, sums[number]))
                else:
                    made.gone += [(row,) for row in one.rows]
            if strands:
                titles = self._titles(study, known) if study in titled else []
                self._make(study, strands, titles, votes.get(study, {}), copies, made)
            else:
                made.lost.update(one.head.study for one in known.values())
        self._write(made)

    def _write(self, made: "_Made") -> None:
        run, many = self._connection.execute, self._connection.executemany
        run(_SWAYED)
        for table, column in (("study", "id"), ("series", "study"), ("touched", "study")):
            run(f"DELETE FROM {table} WHERE {column} IN (SELECT study FROM temp.now)")
        many("DELETE FROM head WHERE rowid = ?", made.gone)
        many(_STUDIES, made.studies)
        many(_SERIES, sorted(made.series, key=itemgetter(0)))
        many("INSERT OR IGNORE INTO swayed VALUES (?)", [(device,) for device in made.swayed])
        many("UPDATE instance SET title = ? WHERE id = ?", made.titles)
        self._mark_shared({*made.lost, *(uid for (uid,) in run(_TWINS))})

    def _make(
        self,
        study: int,
        strands: Sequence[Strand],
        titles: Sequence[tuple[int, bytes, str]],
        votes: Mapping[str, float],
        copies: bool,
        made: "_Made",
    ) -> None:
        words = Words([strand.head for strand in strands], [title[1:] for title in titles], votes)
        once = (lambda number: self._once(study, number)) if copies else None
        line, series = study_lines(study, strands, words, once)
        made.series += series
        if titles:
            made.titles += [(words.text(raw, charset), number) for number, raw, charset in titles]
        if words.plain:
            made.studies.append((*line, 0, "", 0))
            return
        device = device_of(strands[0].head)
        made.studies.append((*line, device, _written(words.votes()), not words.certain))
        made.swayed.add(device)

    def _heads(self) -> dict[int, dict[int, "_Known"]]:
        """The heads of each chosen study by number, ascending; the series of all are noted for the queries below."""
        found: dict[int, dict[int, _Known]] = {}
        strands: set[tuple[int, int]] = set()
        for study, number, series, raw, row in self._connection.execute(_HEADS):
            its = found.setdefault(study, {})
            if number in its:
                its[number].rows.append(row)
                continue
            head = read_head(number, study, series, raw)
            if head is None:
                raise damaged(self._connection)
            its[number] = _Known(series, head, [row])
            strands.add((study, series))
        self._connection.execute("DELETE FROM temp.strand")
        self._connection.executemany("INSERT INTO temp.strand VALUES (?, ?)", sorted(strands))
        return {study: dict(sorted(its.items())) if len(its) > 1 else its for study, its in found.items()}

    def _sums(self) -> tuple[dict[int, Sum], bool]:
        """What the instances of each head come to, and whether any SOP Instance UID stands there more than once."""
        run = self._connection.execute
        sums = {
            head: Sum(files, files, frames, size, first, number)
            for head, files, frames, size, first, number in run(_SUMS)
        }
        return sums, bool(run(_COPIES).fetchone()[0])

    def _once(self, study: int, series: int | None) -> Sum:
        between = (0, _LARGEST) if series is None else (series, series)
        files, instances, frames, size = self._connection.execute(_ONCE, (study, *between)).fetchone()
        return Sum(int(files), instances, int(frames), int(size))

    def _titles(self, study: int, heads: Mapping[int, "_Known"]) -> list[tuple[int, bytes, str]]:
        """Number, bytes and declared character set of the titles that are not plain."""
        rows = self._connection.execute(_TITLES, (study,))
        return [(number, raw, heads[head].head.charset) for number, raw, head in rows]

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

    def _ask_devices(self, cancelled: Callable[[], bool]) -> bool:
        """Read once more the studies that are not sure of their texts, where other studies of the device have voted."""
        run = self._connection.execute
        unsure = self._connection.execute(_UNSURE).fetchall()
        totals: dict[int, Counter[str]] = {device: Counter() for _study, device, _votes in unsure}
        if totals:
            for device, votes in run("SELECT device, votes FROM study WHERE votes != ''"):
                if device in totals:
                    totals[device].update(_read(votes))
        for at in range(0, len(unsure), CHUNK):
            if cancelled():
                return False
            chunk = unsure[at : at + CHUNK]
            others = {study: _others(totals[device], _read(votes)) for study, device, votes in chunk}
            with transaction(self._connection):
                self._settle(list(others), others)
        run("DELETE FROM swayed")
        return True

    def _numbers(self, query: str, *values: int) -> list[int]:
        return [number for (number,) in self._connection.execute(query, values)]


def _written(votes: Mapping[str, float]) -> str:
    """Votes as table study keeps them."""
    return "\n".join(f"{charset}={weight!r}" for charset, weight in votes.items())


def _read(votes: str) -> dict[str, float]:
    pairs = (line.rpartition("=") for line in votes.split("\n") if line)
    return {charset: float(weight) for charset, _sign, weight in pairs}


def _others(totals: Mapping[str, float], own: Mapping[str, float]) -> dict[str, float]:
    """The votes of a device's other studies."""
    rest = {charset: weight - own.get(charset, 0.0) for charset, weight in totals.items()}
    return {charset: weight for charset, weight in rest.items() if weight > 1e-9}


@dataclass(frozen=True)
class _Known:
    """One head as it stands in the index."""

    series: int
    head: Head
    rows: list[int]
    """Where it stands; each run that adds to a study writes it once more."""


@dataclass
class _Made:
    """What one transaction of settling writes."""

    studies: list[Line] = field(default_factory=list)
    series: list[Line] = field(default_factory=list)
    swayed: set[int] = field(default_factory=set)
    """Devices whose votes change."""
    titles: list[tuple[str, int]] = field(default_factory=list)
    gone: list[tuple[int]] = field(default_factory=list)
    """Rows of heads that no instance has any more, or that stand twice."""
    lost: set[str] = field(default_factory=set)
    """UIDs of studies that have no instance any more."""
