"""Rows of the reader made ready for the tables, without a database: what the reader processes do to spare the writer.

What does not change inside a series is kept once, as a head, and what thousands of files have in common once, as a
form; an instance names both by a hash, so that nothing has to be looked up.
"""

import marshal
import os
from collections.abc import Sequence
from hashlib import blake2b
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from console.model.index_row import IndexRow

Item: TypeAlias = tuple["IndexRow | tuple[Any, ...]", int, str, str, int, int]
"""A row, the number and the path of its folder (or zip file), its name in it, its size, its mtime_ns."""

HeadRow: TypeAlias = tuple[int, int, int, bytes]
"""Number, study, series and bytes of a head."""

FormRow: TypeAlias = tuple[Any, ...]
"""Number and values of a form, in the order of its table."""

InstanceRow: TypeAlias = tuple[Any, ...]
"""Values of table instance."""

Prepared: TypeAlias = tuple[list[int], list[HeadRow], list[FormRow], list[InstanceRow], list[InstanceRow]]
"""The studies that some files belong to; heads and forms that the Preparer has not handed out before; the instances
with the columns EVERY; those with SOME too."""

NOTHING: Prepared = ([], [], [], [], [])

EVERY = (
    "series, head, form, uid, number, frames, duration_s, primary_deg, secondary_deg, acquired, pix, dir, name, size, "
    "mtime_ns"
)
"""The columns of table instance that each one has."""
SOME = "title, title_raw, notes"
"""Those that are empty for most."""

_MOST_HEADS = 200_000
_MOST_FORMS = 20_000
_OWN_BITS = 43
_HEAD = slice(2, 25)
"""Of an IndexRow what makes a head."""
_form_of = itemgetter(0, 27, 28, 29, 30, 4, 31, 36, 39)
"""Of an IndexRow what makes a form."""
_values_of = itemgetter(1, 25, 26, 32, 33, 34, 35, 38)
"""Of an IndexRow what goes into the columns of EVERY, uid to pix."""


class Head(NamedTuple):
    """The part of an IndexRow, in its order, that the instances of a series share. Texts are raw bytes."""

    study: str
    series: str
    transfer_syntax: str
    charset: str
    patient_name: bytes
    patient_id: bytes
    birth_date: str
    sex: str
    study_date: str
    study_time: str
    study_id: bytes
    accession: bytes
    study_description: bytes
    institution: bytes
    referring: bytes
    modality: str
    series_number: int | None
    series_description: bytes
    protocol: bytes
    body_part: str
    station: bytes
    manufacturer: bytes
    model: bytes


def number_of(key: bytes) -> int:
    """The number by which the index knows what `key` identifies: 63 bits of its hash."""
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big") >> 1


def number_within(study: int, key: bytes) -> int:
    """The same for a part of a study: 20 bits of the study's number and 43 of the hash.

    So what belongs to one study lies together in every table and index, whatever order it came in.
    """
    return study >> _OWN_BITS << _OWN_BITS | number_of(key) & (1 << _OWN_BITS) - 1


def folder_number(path: str) -> int:
    """The number of a folder, or of a zip file."""
    return number_of(os.fsencode(path))


def storable(name: str) -> str | bytes:
    """A path or file name as SQLite can keep it: bytes where it is not Unicode (a GBK name on a disc of old)."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name)
    return name


def stored(value: str | bytes) -> str:
    """The path or file name that `storable` made `value` of."""
    return value if isinstance(value, str) else os.fsdecode(value)


class Preparer:
    """Makes rows ready; remembers the heads and forms it has handed out."""

    def __init__(self) -> None:
        self._heads: dict[int, tuple[int, int, int]] = {}
        self._forms: dict[tuple[Any, ...], int] = {}
        self._new_heads: list[HeadRow] = []
        self._new_forms: list[FormRow] = []

    def prepare(self, items: Sequence[Item]) -> Prepared:
        """Make `items` ready for the tables."""
        if not items:
            return NOTHING
        # Column by column, which takes half the time of row by row.
        rows, folders, paths, names, sizes, times = zip(*items, strict=True)
        columns = list(zip(*rows, strict=True))
        # Within one run Python's own hash tells heads apart, and it costs a tenth of the lasting one.
        quick = list(map(hash, zip(*columns[_HEAD], strict=True)))
        if not (all(columns[2]) and all(columns[3])):
            quick = list(map(hash, zip(quick, folders, strict=True)))
        heads = list(map(self._heads.get, quick))
        forms = list(map(self._forms.get, zip(*_form_of(columns), strict=True)))
        if None in heads or None in forms:
            for at, row in enumerate(rows):
                heads[at] = heads[at] or self._head(quick[at], row, paths[at])
                forms[at] = forms[at] or self._form(row)
        if not "".join(names).isascii():
            names = tuple(map(storable, names))
        studies, series, numbers = zip(*heads, strict=True)
        instances = list(zip(series, numbers, forms, *_values_of(columns), folders, names, sizes, times, strict=True))
        others: list[InstanceRow] = []
        if any(columns[37]) or any(columns[40]):
            pairs = list(zip(instances, rows, strict=True))
            others = [(*one, *_title(row[37]), "\\".join(row[40])) for one, row in pairs if row[37] or row[40]]
            instances = [one for one, row in pairs if not (row[37] or row[40])]
        prepared = (list(set(studies)), self._new_heads, self._new_forms, instances, others)
        self._new_heads, self._new_forms = [], []
        return prepared

    def _head(self, quick: int, row: tuple[Any, ...], folder_path: str) -> tuple[int, int, int]:
        known = self._heads.get(quick)
        if known is None:
            if len(self._heads) >= _MOST_HEADS:
                self._heads.clear()
            study, series, number, raw = head_numbers(row[_HEAD], folder_path)
            self._new_heads.append((number, study, series, raw))
            known = self._heads[quick] = (study, series, number)
        return known

    def _form(self, row: tuple[Any, ...]) -> int:
        values = _form_of(row)
        form = self._forms.get(values)
        if form is None:
            if len(self._forms) >= _MOST_FORMS:
                self._forms.clear()
            form = self._forms[values] = number_of(marshal.dumps(values, 2))
            self._new_forms.append((form, *values))
        return form


def _title(raw: bytes) -> tuple[str, bytes | None]:
    """A title, and its bytes where it has to be decoded with the texts of its study."""
    return (raw.decode("ascii"), None) if raw.isascii() and b"\x1b" not in raw else ("", raw)


def head_numbers(head: tuple[Any, ...], folder_path: str) -> tuple[int, int, int, bytes]:
    """Numbers of the study, of the series and of the head itself, and its bytes.

    Where a UID is missing the folder stands in its place, so that such files still appear together.
    """
    study_uid, series_uid = head[0].encode(), head[1].encode()
    if not (study_uid and series_uid):
        folder = b"\0" + os.fsencode(folder_path)
        study_uid, series_uid = study_uid or folder, series_uid or folder
    study = number_of(study_uid + b"\0" + head[5])
    series = number_within(study, study.to_bytes(8) + series_uid)
    raw = marshal.dumps(head, 2)
    return study, series, _head_number(study, series, raw), raw


def _head_number(study: int, series: int, raw: bytes) -> int:
    return number_within(study, study.to_bytes(8) + series.to_bytes(8) + raw)


def read_head(number: int, study: int, series: int, raw: bytes) -> Head | None:
    """The head that lies in `raw`; None where the bytes are not those that were written."""
    if _head_number(study, series, raw) != number:
        return None
    return Head._make(marshal.loads(raw))
