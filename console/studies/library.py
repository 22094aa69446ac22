"""Reads the index for the lists: the catalogue of all studies to find in, and the lines of what was found.

A catalogue is plain memory and stays as it is; pages, series and instances are read from the index as it is now.
"""

import os
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType

from console.dicom.geometry import angles
from console.dicom.kinds import kind_of
from console.model.studies import InstanceLine, SeriesLine, StudyLine
from console.studies.database import index_path, open_index, telling
from console.studies.finding import Catalogue as Catalogue
from console.studies.loading import CATALOGUE, Row, catalogue_of, parts_of

_MOST_PARAMETERS = 500
"""Ids in one statement; SQLite takes 999 everywhere."""

_STUDY = (
    "id, uid, patient_key, name, name_other, name_flag, patient_id, birth_date, sex, date, time, accession, study_id, "
    "description, institution, referring, modalities, series_count, instance_count, frames, size, flags"
)
_SERIES = (
    "SELECT s.id, s.study, s.uid, s.number, s.modality, s.description, s.protocol, s.body_part, s.station, "
    "s.manufacturer, s.model, s.instance_count, s.frames, s.size, s.first_instance, coalesce(f.ts, '') "
    "FROM series s LEFT JOIN instance i ON i.id = s.first_instance LEFT JOIN form f ON f.id = i.form "
    "WHERE s.study = ? ORDER BY s.number IS NULL, s.number, s.modality, s.uid, s.id"
)
# SQLite takes the bare columns of an aggregate from the row that has the minimum.
_PICTURE = (
    "SELECT f.rows, f.columns, min(coalesce(i.number, 1e9)) FROM instance i JOIN form f ON f.id = i.form "
    "WHERE i.series = ? AND i.frames > 0 GROUP BY i.series"
)
_CINE = (
    "SELECT f.fps, min(coalesce(i.number, 1e9)) FROM instance i JOIN form f ON f.id = i.form "
    "WHERE i.series = ? AND f.fps > 0 GROUP BY i.series"
)
_DURATION = (
    "SELECT coalesce(sum(seconds), 0) FROM "
    "(SELECT max(duration_s) AS seconds FROM instance WHERE series = ? AND duration_s > 0 GROUP BY uid)"
)
_CLASSES = "SELECT DISTINCT f.sop_class FROM instance i JOIN form f ON f.id = i.form WHERE i.series = ?"
_ANGLES = (
    "SELECT primary_deg, secondary_deg FROM instance WHERE series = ? AND coalesce(primary_deg, secondary_deg) "
    "IS NOT NULL GROUP BY primary_deg, secondary_deg ORDER BY min(coalesce(number, 1e9)), primary_deg, secondary_deg"
)
_INSTANCES = (
    "SELECT i.id, i.series, i.uid, f.sop_class, i.number, i.frames, f.rows, f.columns, f.bits, f.photometric, f.ts, "
    "f.fps, i.duration_s, i.primary_deg, i.secondary_deg, i.acquired, i.title, d.path, i.name, i.size, "
    "CASE i.uid WHEN '' THEN 1 ELSE {copies} END, coalesce(s.modality, '') "
    "FROM instance i JOIN form f ON f.id = i.form "
    "LEFT JOIN dir d ON d.id = i.dir LEFT JOIN series s ON s.id = i.series "
)
_ALL = _INSTANCES.format(copies="count(*) OVER (PARTITION BY i.uid)") + (
    "WHERE i.series = ? ORDER BY i.number IS NULL, i.number, i.acquired, i.uid, i.id LIMIT ? OFFSET ?"
)
_ONE = (
    _INSTANCES.format(copies="(SELECT count(*) FROM instance c WHERE c.series = i.series AND c.uid = i.uid)")
    + "WHERE i.id = ?"
)


class Library:
    """One connection to the index, for reading. Several threads may use it; SQLite lets in one at a time."""

    def __init__(self, home: Path) -> None:
        """`home`: the home folder that holds the index."""
        self._home = home
        self._index: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        """What the connection leads to: device and number of the file; None where there was none."""
        self._catalogue: Catalogue | None = None
        self._version = -1

    def open(self) -> None:
        """Connect; an index that is not there is an empty one. Raises StoreError when it cannot be used."""
        if self._index is None:
            self._file = self._file_now()
            self._index = open_index(self._home, read_only=True)
            self._catalogue = None

    def close(self) -> None:
        """Disconnect."""
        if self._index is not None:
            self._index.close()
            self._index = None

    def __enter__(self) -> "Library":
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def reload(self) -> Catalogue:
        """The catalogue of what the index holds now; the same one while nothing has changed.

        Takes about 1 s for 100,000 studies, in steps of a few ms. Raises StoreError when the index cannot be read.
        """
        if self._file_now() != self._file:
            # It was made, or made anew, since the connection was opened.
            self.close()
        version = int(self._ask("PRAGMA data_version")[0][0])
        if self._catalogue is None or version != self._version:
            with self._telling() as index, closing(index.execute(CATALOGUE)) as rows:
                self._catalogue = catalogue_of(rows, self.studies)
            self._version = version
        return self._catalogue

    def _file_now(self) -> tuple[int, int] | None:
        try:
            status = index_path(self._home).stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    @contextmanager
    def _telling(self) -> Generator[sqlite3.Connection]:
        """The connection, opened if need be; what goes wrong with it is a StoreError."""
        self.open()
        assert self._index is not None
        with telling(index_path(self._home)):
            yield self._index

    def _ask(self, question: str, *values: int) -> list[Row]:
        with self._telling() as index:
            return index.execute(question, values).fetchall()

    def study(self, study_id: int) -> StudyLine | None:
        """One study; None when it is not in the index any more."""
        return next(iter(self.studies((study_id,))), None)

    def studies(self, ids: Sequence[int]) -> list[StudyLine]:
        """The studies with these ids, in this order; those that are gone are missing."""
        found: dict[int, StudyLine] = {}
        for begin in range(0, len(ids), _MOST_PARAMETERS):
            some = ids[begin : begin + _MOST_PARAMETERS]
            marks = ",".join("?" * len(some))
            for row in self._ask(f"SELECT {_STUDY} FROM study WHERE id IN ({marks})", *some):
                found[row[0]] = _study_of(row)
        return [found[number] for number in ids if number in found]

    def series(self, study_id: int) -> tuple[SeriesLine, ...]:
        """The series of a study, by their number."""
        return tuple(self._series_of(row) for row in self._ask(_SERIES, study_id))

    def instances(self, series_id: int, offset: int = 0, count: int = -1) -> tuple[InstanceLine, ...]:
        """The objects of a series by their number, from `offset` on; all of them without `count`."""
        rows = self._ask(_ALL, series_id, count, offset)
        return tuple(_instance_of(row) for row in rows)

    def instance(self, instance_id: int) -> InstanceLine | None:
        """One object; None when it is not in the index any more."""
        rows = self._ask(_ONE, instance_id)
        return next((_instance_of(row) for row in rows), None)

    def _series_of(self, row: Row) -> SeriesLine:
        *values, first_instance, transfer_syntax = row
        series, modality = row[0], row[4]
        kinds = {kind_of(sop_class, modality) for (sop_class,) in self._ask(_CLASSES, series)}
        height, width, _number = next(iter(self._ask(_PICTURE, series)), (0, 0, 0))
        fps, _number = next(iter(self._ask(_CINE, series)), (0.0, 0))
        ((duration,),) = self._ask(_DURATION, series)
        texts = (angles(primary, secondary).text for primary, secondary in self._ask(_ANGLES, series))
        words = tuple(dict.fromkeys(text for text in texts if text))
        kind = kinds.pop() if len(kinds) == 1 else ""
        values += (kind, transfer_syntax, height, width, fps, duration, words, first_instance)
        return SeriesLine(*values)


def _study_of(row: Row) -> StudyLine:
    *values, modalities, series_count, instance_count, frames, size, flags = row
    values += (parts_of(modalities), series_count, instance_count, frames, size, parts_of(flags))
    return StudyLine(*values)


def _instance_of(row: Row) -> InstanceLine:
    *values, primary, secondary, acquired, title, folder, name, size, copies, modality = row
    values.insert(4, kind_of(row[3], modality))
    values += (angles(primary, secondary).text, _moment(acquired), title, _path(folder), _path(name), size, copies)
    return InstanceLine(*values)


def _path(value: str | bytes | None) -> str:
    """A path of the index; what is no text on this system stands there as bytes."""
    return os.fsdecode(value or "")


def _moment(digits: str) -> str:
    """20261120093015 as 2026-11-20 09:30:15, as far as it goes."""
    day = "-".join(part for part in (digits[:4], digits[4:6], digits[6:8]) if part)
    clock = ":".join(part for part in (digits[8:10], digits[10:12], digits[12:14]) if part)
    return f"{day} {clock}".strip()
