"""Finds studies while the operator types: a snapshot of the index that answers in a few ms, exactly and completely.

Rows are studies, newest first; every answer is a set of rows (one truth value each) put into an order that is worked
out once. So nothing is cut short: totals are exact and every page is the right one, whatever the order.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from console.model.studies import PatientLine, StudyLine
from console.pinyin import fuzzy
from console.studies.haystack import Haystack, Mask, Rows
from console.studies.query import NEWEST_FIRST, Order, Query, Term, fold, number_of

_SLICE = 8192
"""Texts sorted in one go, about 10 ms: other threads (the screen) wait meanwhile."""
_NUMBER = re.compile("[0-9]+")
_AFTER_TAB = re.compile("\t[^\n]*")


@dataclass(frozen=True, eq=False)
class Columns:
    """What lists are sorted and filtered by, one value a study, newest study first."""

    ids: npt.NDArray[np.int64]
    """`StudyLine.id`."""
    moments: npt.NDArray[np.int32]
    """0 for the newest date and time, equal for equal ones."""
    dates: npt.NDArray[np.int32]
    """Study date as the number 20261120; 0 where there is none."""
    sizes: npt.NDArray[np.int64]
    """Bytes."""
    patients: npt.NDArray[np.int64]
    """Hash of the patient key in this process."""
    modalities: npt.NDArray[np.int32]
    """Number in `modality_sets`."""
    modality_sets: tuple[tuple[str, ...], ...]
    """The combinations that occur."""
    doubtful: Mask
    """Whether there is something to notice."""
    pictures: Mask
    """Whether there are frames."""
    names: str
    """Sort keys of the names, joined by newlines, as the others below: 100,000 strings would take ten times as much."""
    patient_ids: str
    descriptions: str


@dataclass(frozen=True, eq=False)
class Hits:
    """What was found, in order. Patients are called by their newest study."""

    ids: npt.NDArray[np.int64]
    """`StudyLine.id` of each."""

    @property
    def total(self) -> int:
        """How many were found."""
        return len(self.ids)

    def place_of(self, study: int) -> int | None:
        """Where a study stands, from 0; None when it was not found."""
        places = np.flatnonzero(self.ids == study)
        return int(places[0]) if len(places) else None


class Catalogue:
    """One state of the index. Never changes; several threads may ask, but pages belong to the library's thread."""

    def __init__(
        self, haystack: Haystack, columns: Columns, fetch: Callable[[Sequence[int]], Sequence[StudyLine]]
    ) -> None:
        """`fetch` gives the lines of studies by their ids, in that order, without those that are gone meanwhile."""
        self.haystack = haystack
        self.columns = columns
        self._fetch = fetch
        self._orders: dict[Order, Rows] = {}
        self._modalities = {
            fold(name): np.array([name in names for names in columns.modality_sets], np.bool_)
            for name in {name for names in columns.modality_sets for name in names}
        }
        keys, newest, numbers = np.unique(columns.patients, return_index=True, return_inverse=True)
        self._newest = newest.astype(np.int32)
        """Row of the newest study of each patient."""
        self._patients = numbers.astype(np.int32)
        """Number of the patient of each row."""
        self.patient_count = len(keys)
        """Patients in the index."""

    def __len__(self) -> int:
        """Studies in the index."""
        return len(self.columns.ids)

    def find(self, query: Query, order: Order = NEWEST_FIRST) -> Hits:
        """The studies that fit, all of them, in order."""
        return Hits(self.columns.ids[self._rows(query, order)])

    def patients(self, query: Query, order: Order = NEWEST_FIRST) -> Hits:
        """The patients with a study that fits, in the order of the first of those."""
        patients = self._patients[self._rows(query, order)]
        count = np.arange(len(patients), dtype=np.int32)
        first = np.full(self.patient_count, -1, np.int32)
        # Of several values for one patient the last one written stays, and that is the first one found.
        first[patients[::-1]] = count[::-1]
        return Hits(self.columns.ids[self._newest[patients[first[patients] == count]]])

    def page(self, hits: Hits, offset: int, count: int) -> tuple[StudyLine, ...]:
        """The lines `offset` to `offset + count` of what was found; studies that are gone meanwhile are missing."""
        return tuple(self._fetch(hits.ids[offset : offset + count].tolist()))

    def lines(self, rows: Rows) -> tuple[StudyLine, ...]:
        """The lines of some rows."""
        return tuple(self._fetch(self.columns.ids[rows].tolist()))

    def patient_page(self, hits: Hits, offset: int, count: int) -> tuple[PatientLine, ...]:
        """As `page`, for what `patients` found."""
        return tuple(self._patient(line) for line in self.page(hits, offset, count))

    def found(self, query: Query) -> Mask:
        """The rows that fit a query: its filters and every term."""
        mask = self.filtered(query)
        for term in sorted(query.terms, key=lambda term: not self.haystack.knows(term.text)):
            mask &= self.fitting(term, mask)
        return mask

    def filtered(self, query: Query) -> Mask:
        """The rows that pass the filters of a query, whatever its words say."""
        columns = self.columns
        mask = np.ones(len(self), np.bool_)
        if query.modalities:
            wanted = [bool(set(names) & set(query.modalities)) for names in columns.modality_sets]
            mask &= np.array(wanted, np.bool_)[columns.modalities]
        if query.first or query.last:
            last = number_of(query.last) or 99_999_999
            mask &= (columns.dates >= max(number_of(query.first), 1)) & (columns.dates <= last)
        if query.doubtful:
            mask &= columns.doubtful
        if query.pictures:
            mask &= columns.pictures
        if query.patient:
            mask &= columns.patients == hash(query.patient)
        return mask

    def fitting(self, term: Term, within: Mask | None = None) -> Mask:
        """The rows that fit one term: they hold its text, or their date lies in its range. `within` as for a haystack.

        A word that is a modality (ct, us) fits by modality, or at the beginning of a word: 冠脉CTA and a patient Usha
        are found, infarct and thrombus are not.
        """
        if term.text in self._modalities and len(term.text) > 1:
            mask = self.haystack.beginning(term.text, within) | self._modalities[term.text][self.columns.modalities]
        elif term.text:
            mask = self.haystack.holding(term.text, within)
        else:
            mask = np.zeros(len(self), np.bool_)
        if term.is_date:
            dates = self.columns.dates
            mask = mask | ((dates >= max(term.first, 1)) & (dates <= term.last))
        return mask

    @cached_property
    def spellings(self) -> Haystack:
        """The names by their pinyin or in Latin letters, without blanks. Made when first asked for."""
        return Haystack(f"\n{_AFTER_TAB.sub('', self.columns.names).replace(' ', '')}\n".encode(errors="replace"))

    @cached_property
    def sounds(self) -> Haystack:
        """The `spellings` with what is easily confused made equal."""
        return Haystack(fuzzy(self.spellings.text.decode()).encode())

    def _rows(self, query: Query, order: Order) -> Rows:
        mask = self.found(query)
        rows = self._order(order)
        return np.flatnonzero(mask).astype(np.int32) if rows is None else rows[mask[rows]]

    def _order(self, order: Order) -> Rows | None:
        """All rows in `order`; None for the order they have anyhow. Worked out when first asked for."""
        if order == NEWEST_FIRST:
            return None
        known = self._orders.get(order)
        if known is None:
            ranks, empty = self._ranks(order.key)
            if order.reverse:
                ranks = -ranks
            ranks = np.where(empty, np.iinfo(np.int32).max, ranks)
            known = self._orders[order] = np.argsort(ranks, kind="stable").astype(np.int32)
        return known

    def _ranks(self, key: str) -> tuple[npt.NDArray[np.int32], Mask]:
        """For each row its place by one key, equal for equal values, and whether it has no value."""
        columns = self.columns
        nothing = np.zeros(len(self), np.bool_)
        if key == "date":
            return -columns.moments, columns.dates == 0
        if key == "size":
            return np.unique(columns.sizes, return_inverse=True)[1].astype(np.int32), nothing
        if key == "modality":
            texts = [" ".join(names) for names in columns.modality_sets]
            return _ranks_of(texts)[columns.modalities], np.array([not text for text in texts])[columns.modalities]
        if key == "description":
            texts = _split(columns.descriptions, len(self))
            return _ranks_of(texts), _empty(texts)
        numbers = _split(columns.patient_ids, len(self))
        natural = [_natural(text) for text in numbers]
        if key == "id":
            return _ranks_of(natural), _empty(numbers)
        names = _split(columns.names, len(self))
        return _ranks_of([f"{name}\0{number}" for name, number in zip(names, natural, strict=True)]), _empty(names)

    def _patient(self, line: StudyLine) -> PatientLine:
        rows = np.flatnonzero(self.columns.patients == hash(line.patient_key))
        sets = {int(number) for number in np.unique(self.columns.modalities[rows])}
        modalities = {name for number in sets for name in self.columns.modality_sets[number]}
        return PatientLine(
            line.patient_key, line.name, line.name_flag, line.patient_id, line.birth_date, line.sex,
            len(rows), line.date, tuple(sorted(modalities)),
        )  # fmt: skip


def _split(joined: str, count: int) -> list[str]:
    return joined.split("\n") if count else []


def _empty(texts: Sequence[str]) -> Mask:
    return np.fromiter((not text for text in texts), np.bool_, len(texts))


def _natural(text: str) -> str:
    """A key that sorts numbers inside a text by their value: P9 before P10; 7 before 007."""
    return _NUMBER.sub(_by_length, text) + "\0" + text


def _by_length(number: re.Match[str]) -> str:
    digits = number[0].lstrip("0")
    return f"0{chr(len(digits) + 1)}{digits}"


def _ranks_of(texts: Sequence[str]) -> npt.NDArray[np.int32]:
    """For each text its place among the distinct ones in sorted order."""
    distinct = list(set(texts))
    bounds = [*range(0, len(distinct), _SLICE), len(distinct)]
    runs = [sorted(distinct[begin:end]) for begin, end in pairwise(bounds)]
    places = {text: place for place, text in enumerate(merge(*runs))}
    return np.fromiter(map(places.__getitem__, texts), np.int32, len(texts))
