"""Makes a catalogue of the rows of the index, slice by slice, so that the screen is drawn meanwhile."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from console.model.studies import StudyLine
from console.studies.finding import Catalogue, Columns
from console.studies.haystack import Haystack
from console.studies.query import fold, number_of

CATALOGUE = (
    "SELECT id, date, time, size, patient_key, modalities, name_flag OR flags != '', frames > 0, sort_name, "
    "patient_id, description, hay FROM study ORDER BY date DESC, time DESC, id"
)
"""What a catalogue is made of, in its order."""

Row: TypeAlias = tuple[Any, ...]
"""As sqlite3 gives it."""

_SLICE = 500
"""Rows taken in one go, about 2 ms."""


def catalogue_of(rows: sqlite3.Cursor, fetch: Callable[[Sequence[int]], Sequence[StudyLine]]) -> Catalogue:
    """The catalogue of the rows that CATALOGUE asks for; `fetch` as for `Catalogue`."""
    shelf = _Shelf()
    while some := rows.fetchmany(_SLICE):
        shelf.add(some)
    return Catalogue(Haystack(shelf.lines()), shelf.columns(), fetch)


def parts_of(joined: str) -> tuple[str, ...]:
    r"""The values of a field that keeps several, SR\XA."""
    return tuple(part for part in joined.split("\\") if part)


class _Shelf:
    """The columns as far as they have been read."""

    def __init__(self) -> None:
        kinds = (np.int64, np.int32, np.int32, np.int64, np.int64, np.int32, np.bool_, np.bool_)
        self._numbers: list[list[Any]] = [[np.zeros(0, kind)] for kind in kinds]
        """For each column its slices, after an empty one that gives the type."""
        self._texts: tuple[list[str], ...] = ([], [], [])
        self._lines: list[bytes] = []
        self._sets: dict[str, int] = {}
        self._newest = ("", "")
        self._moment = 0

    def add(self, rows: Sequence[Row]) -> None:
        """Put the next rows behind the ones that are there."""
        ids, dates, times, sizes, patients, modalities, doubtful, pictures, *texts, hays = zip(*rows, strict=True)
        slices = (
            ids,
            [self._moment_of(moment) for moment in zip(dates, times, strict=True)],
            [number_of(date) for date in dates],
            sizes,
            [hash(patient) for patient in patients],
            [self._sets.setdefault(names, len(self._sets)) for names in modalities],
            doubtful,
            pictures,
        )
        for column, values in zip(self._numbers, slices, strict=True):
            column.append(np.array(values, column[0].dtype))
        for column, values in zip(self._texts, texts, strict=True):
            column.append(_joined(values))
        # A name is found without the caret between its parts, as it is typed.
        self._lines.append(fold(_joined(hays)).replace("^", "").encode(errors="replace"))

    def lines(self) -> bytes:
        """The lines that are searched."""
        return b"\n".join((b"", *self._lines, b""))

    def columns(self) -> Columns:
        """All columns."""
        ids, moments, dates, sizes, patients, modalities, doubtful, pictures = map(np.concatenate, self._numbers)
        names, patient_ids, descriptions = ("\n".join(column) for column in self._texts)
        return Columns(
            ids=ids,
            moments=moments,
            dates=dates,
            sizes=sizes,
            patients=patients,
            modalities=modalities,
            modality_sets=tuple(parts_of(names) for names in self._sets),
            doubtful=doubtful,
            pictures=pictures,
            names=names,
            patient_ids=fold(patient_ids),
            descriptions=fold(descriptions),
        )

    def _moment_of(self, moment: tuple[str, str]) -> int:
        self._moment += moment != self._newest
        self._newest = moment
        return self._moment


def _joined(texts: Sequence[str]) -> str:
    """Texts as lines of one string; a text with a line break in it must not become two."""
    joined = "\n".join(texts)
    if joined.count("\n") == len(texts) - 1:
        return joined
    return "\n".join(text.replace("\n", " ") for text in texts)
