"""What only several files together show: one UID twice, one study under two patients, gaps, DICOMDIR against folder.

The facts lie in a nameless database that the system removes with the process, so that memory does not grow with the
archive.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import groupby
from typing import Any, NamedTuple

from console.i18n import N_
from console.model.sentence import Sentence
from console.repair.doctor.codes import Found
from console.repair.doctor.file import Facts

_KEEP = 512
_MOST_OTHERS = 20
_COLUMNS = ("instance", "study", "series", "patient_id", "name", "birth", "sex", "day", "study_id", "accession")
_COMPARED = (
    ("name", N_("Patient's Name")),
    ("birth", N_("Patient's Birth Date")),
    ("sex", N_("Patient's Sex")),
    ("day", N_("Study Date")),
    ("study_id", N_("Study ID")),
    ("accession", N_("Accession Number")),
)
_MOST_HOLES = 2
"""Times as many numbers missing as there: beyond that nobody counted by one."""


class Across(NamedTuple):
    """A finding about several files."""

    order: int
    """The place of the first of them."""
    path: str
    found: Found
    others: tuple[str, ...]


class Comparison:
    """Facts of all files, compared at the end. Close it."""

    def __init__(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        self._cancelled = cancelled
        self._base = sqlite3.connect("", isolation_level=None)
        self._base.execute("PRAGMA journal_mode = OFF")
        self._base.execute("BEGIN")
        names = ", ".join(_COLUMNS)
        self._base.execute(f"CREATE TABLE file (place INTEGER, path BLOB, number INTEGER, begins, ends, {names})")
        self._base.execute("CREATE TABLE directory (place INTEGER, path BLOB, files TEXT)")
        self._waiting: list[tuple[object, ...]] = []

    def add(self, order: int, path: str, facts: Facts) -> None:
        """Take in a file; `order` is its place among all of them."""
        if facts.directory is not None:
            row = (order, os.fsencode(path), "\n".join(facts.directory.files))
            self._base.execute("INSERT INTO directory VALUES (?, ?, ?)", row)
            return
        values = [getattr(facts, name) for name in _COLUMNS]
        self._waiting.append((order, os.fsencode(path), facts.number, facts.pixels_at, facts.pixels_end, *values))
        if len(self._waiting) >= _KEEP:
            self._write()

    def findings(self) -> Iterator[Across]:
        """Everything that the files show together."""
        self._write()
        self._base.execute("CREATE INDEX by_instance ON file (instance)")
        self._base.execute("CREATE INDEX by_study ON file (study)")
        self._base.execute("CREATE INDEX by_path ON file (path)")
        yield from self._twice()
        yield from self._patients()
        yield from self._studies()
        yield from self._series()
        yield from self._gaps()
        yield from self._directories()

    def alone(self, path: str) -> bool:
        """Whether a file is the only one of its study here, or belongs to none."""
        self._write()
        query = "SELECT count(*) FROM file WHERE study != '' AND study IN (SELECT study FROM file WHERE path = ?)"
        (count,) = self._base.execute(query, (os.fsencode(path),)).fetchone()
        return int(count) < 2

    def studies(self) -> Iterator[tuple[int, list[str]]]:
        """Each study: the place of its first file, and the paths of all."""
        self._write()
        rows = self._base.execute("SELECT study, place, path FROM file WHERE study != '' ORDER BY study, place")
        for _study, group in groupby(rows, key=lambda row: row[0]):
            files = list(group)
            yield files[0][1], [os.fsdecode(path) for _name, _place, path in files]

    def close(self) -> None:
        """Forget everything."""
        self._base.close()

    def _write(self) -> None:
        if self._waiting:
            places = ", ".join("?" * len(self._waiting[0]))
            self._base.executemany(f"INSERT INTO file VALUES ({places})", self._waiting)
            self._waiting.clear()

    def _rows(self, query: str, *values: object) -> Iterator[tuple[object, ...]]:
        yield from self._base.execute(query, values)

    def _twice(self) -> Iterator[Across]:
        several = "SELECT instance FROM file WHERE instance != '' GROUP BY instance HAVING count(*) > 1"
        for (instance,) in self._base.execute(several).fetchall():
            query = "SELECT place, path, begins, ends FROM file WHERE instance = ? ORDER BY place"
            rows = self._base.execute(query, (instance,)).fetchall()
            order, paths = rows[0][0], [os.fsdecode(row[1]) for row in rows]
            if len({os.path.realpath(path) for path in paths}) == 1:
                continue
            wholes = {self._hash(path, 0, -1) for path in paths}
            if len(wholes) == 1:
                code = "same-twice"
            else:
                pixels = {
                    self._hash(path, row[2], row[3]) if row[2] >= 0 else b""
                    for path, row in zip(paths, rows, strict=True)
                }
                same = len(pixels) == 1 and pixels != {b""}
                code = "same-uid-header" if same else "same-uid-content"
            values = {"instance": instance, "count": len(paths)}
            found = Found(code, N_("{instance} stands in {count} files."), values, -1, 0x00080018)
            yield Across(order, paths[0], found, tuple(paths[1 : _MOST_OTHERS + 1]))

    def _hash(self, path: str, begins: int, ends: int) -> bytes:
        """SHA-256 of a part of a file, to its end for -1; its name where it cannot be read any more."""
        digest = sha256()
        try:
            with open(path, "rb") as stream:
                stream.seek(begins)
                left = ends - begins if ends >= 0 else 1 << 62
                while left > 0 and not self._cancelled() and (chunk := stream.read(min(left, 1 << 20))):
                    digest.update(chunk)
                    left -= len(chunk)
        except OSError:
            return os.fsencode(path)
        return digest.digest()

    def _patients(self) -> Iterator[Across]:
        several = (
            "SELECT study FROM file WHERE study != '' AND patient_id != '' "
            "GROUP BY study HAVING count(DISTINCT patient_id) > 1"
        )
        for (study,) in self._base.execute(several).fetchall():
            firsts = "SELECT min(place), path, patient_id, count(*) FROM file WHERE study = ? AND patient_id != '' "
            rows = self._base.execute(firsts + "GROUP BY patient_id ORDER BY count(*) DESC, 1", (study,)).fetchall()
            # The fewer files are more likely the strays: they are what is shown.
            stray = rows[-1]
            query = "SELECT path FROM file WHERE study = ? AND patient_id != ? ORDER BY place LIMIT ?"
            others = self._base.execute(query, (study, stray[2], _MOST_OTHERS)).fetchall()
            values = {"study": study, "patients": ", ".join(str(row[2]) for row in rows[:5]), "count": len(rows)}
            detail = N_("Study {study} stands under the Patient IDs {patients}.")
            found = Found("study-two-patients", detail, values, -1, 0x00100020)
            yield Across(stray[0], os.fsdecode(stray[1]), found, tuple(os.fsdecode(path) for (path,) in others))

    def _studies(self) -> Iterator[Across]:
        for name, words in _COMPARED:
            several = (
                f"SELECT study, patient_id FROM file WHERE study != '' AND {name} != '' "
                f"GROUP BY study, patient_id HAVING count(DISTINCT {name}) > 1"
            )
            for study, patient in self._base.execute(several).fetchall():
                firsts = (
                    f"SELECT min(place), path, {name}, count(*) FROM file WHERE study = ? AND patient_id = ? AND "
                    f"{name} != '' GROUP BY {name} ORDER BY count(*) DESC, 1"
                )
                rows = self._base.execute(firsts, (study, patient)).fetchall()
                stray = rows[-1]
                values = {"study": study, "attribute": Sentence(words), "count": len(rows)}
                values |= {"one": str(rows[0][2])[:64], "other": str(stray[2])[:64]}
                detail = N_('{attribute} is "{one}" and "{other}" in study {study}.')
                others = tuple(os.fsdecode(row[1]) for row in rows[:-1])[:_MOST_OTHERS]
                yield Across(stray[0], os.fsdecode(stray[1]), Found("study-differs", detail, values), others)

    def _series(self) -> Iterator[Across]:
        several = "SELECT series FROM file WHERE series != '' GROUP BY series HAVING count(DISTINCT study) > 1"
        for (series,) in self._base.execute(several).fetchall():
            query = "SELECT min(place), path, study FROM file WHERE series = ? GROUP BY study ORDER BY count(*) DESC, 1"
            rows = self._base.execute(query, (series,)).fetchall()
            values = {"series": series, "count": len(rows)}
            found = Found("study-differs", N_("Series {series} stands in {count} studies."), values, -1, 0x0020000E)
            others = tuple(os.fsdecode(row[1]) for row in rows[:-1])[:_MOST_OTHERS]
            yield Across(rows[-1][0], os.fsdecode(rows[-1][1]), found, others)

    def _gaps(self) -> Iterator[Across]:
        query = (
            "SELECT series, number, place, path FROM file WHERE series != '' AND number >= 0 ORDER BY series, number"
        )
        for series, rows in groupby(self._base.execute(query), key=lambda row: row[0]):
            first: tuple[Any, ...] | None = None
            numbers: list[int] = []
            for row in rows:
                first = first or row
                if not numbers or numbers[-1] != row[1]:
                    numbers.append(row[1])
            assert first is not None
            missing = numbers[-1] - numbers[0] + 1 - len(numbers)
            if len(numbers) < 3 or not 0 < missing <= _MOST_HOLES * len(numbers):
                continue
            there = set(numbers)
            holes = [number for number in range(numbers[0], numbers[-1]) if number not in there]
            values = {"series": series, "missing": ", ".join(map(str, holes[:8])), "count": missing}
            detail = N_("Series {series} lacks the numbers {missing} ({count} in all); they may never have been made.")
            yield Across(first[2], os.fsdecode(first[3]), Found("instance-gap", detail, values, -1, 0x00200013), ())

    def _directories(self) -> Iterator[Across]:
        for order, raw, listed in self._base.execute("SELECT place, path, files FROM directory").fetchall():
            path = os.fsdecode(raw)
            root = os.path.dirname(path)
            names = listed.split("\n") if listed else []
            there = {name: actual for name in names if (actual := _under(root, name))}
            missing = [name for name in names if name not in there]
            if missing:
                values = {"first": missing[0], "count": len(missing), "files": len(names)}
                detail = N_("{count} of {files} files are not there; the first is {first}.")
                yield Across(order, path, Found("directory-file-missing", detail, values), ())
            known = {os.path.realpath(actual) for actual in there.values()}
            strays: list[str] = []
            for (other,) in self._rows("SELECT path FROM file ORDER BY place"):
                name = os.fsdecode(other)  # type: ignore[arg-type]
                if name.startswith(os.path.join(root, "")) and os.path.realpath(name) not in known:
                    strays.append(name)
            if strays and names:
                values = {"first": os.path.relpath(strays[0], root), "count": len(strays)}
                detail = N_("{count} files beside it are not listed; the first is {first}.")
                found = Found("directory-file-unlisted", detail, values)
                yield Across(order, path, found, tuple(strays[:_MOST_OTHERS]))


def _under(root: str, name: str) -> str:
    """The file that a file id means, whatever the case of its letters on this disk; empty where it is not there."""
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return ""
    for spelled in (parts, [part.lower() for part in parts]):
        path = os.path.join(root, *spelled)
        if os.path.isfile(path):
            return path
    place = root
    for part in parts:
        try:
            with os.scandir(place) as entries:
                # Discs write "IM1." and "IM1;1" for IM1.
                found = next((entry.path for entry in entries if _same(entry.name, part)), "")
        except OSError:
            return ""
        if not found:
            return ""
        place = found
    return place if os.path.isfile(place) else ""


def _same(name: str, component: str) -> bool:
    return name.split(";")[0].rstrip(".").upper() == component.upper()
