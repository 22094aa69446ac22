"""One study as the lists show it, made of its heads and of sums over its instances. No database here.

Where the files of a study disagree, the most frequent value that is not empty stands, the smaller one of two that are
equally frequent: the same files always give the same line.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from console.model.text import clean
from console.studies.importer import Head
from console.studies.wording import Words, found_by, hay, iso_date, iso_time, patient_key, spoken

Line: TypeAlias = tuple[Any, ...]
"""The values of one row, in the order of its table."""

_PATIENT_LEVEL = slice(3, 15)


class Sum(NamedTuple):
    """What instances come to."""

    files: int
    instances: int
    """Distinct SOP Instance UIDs; one without counts for itself."""
    frames: int
    size: int
    first: int = 0
    number: int | None = None
    """Instance Number of `first`, the smallest."""


class Strand(NamedTuple):
    """One head of a study and what its instances come to."""

    series: int
    head: Head
    sum: Sum


Once: TypeAlias = Callable[[int | None], Sum]
"""Sums over a series, or over the study for None, each SOP Instance UID counted once."""


def study_lines(study: int, strands: Sequence[Strand], words: Words, once: Once | None) -> tuple[Line, list[Line]]:
    """The row of table study and those of table series. `strands` are all of one study and not empty.

    `once` is needed where an instance may be there more than once; else sums can simply be added.
    """
    total = once(None) if once is not None else _total(strands)
    if len(strands) == 1:
        strand = strands[0]
        series = [_series_line(study, strand.series, strands, words, total)]
        return _study_line(study, strands, total, words, 1), series
    by_series: dict[int, list[Strand]] = {}
    for strand in strands:
        by_series.setdefault(strand.series, []).append(strand)
    series = [
        _series_line(study, number, some, words, once(number) if once is not None else _total(some))
        for number, some in by_series.items()
    ]
    return _study_line(study, strands, total, words, len(by_series)), series


def _total(strands: Sequence[Strand]) -> Sum:
    sums = [strand.sum for strand in strands]
    if len(sums) == 1:
        return sums[0]
    files, frames, size = (
        sum(column) for column in zip(*((one.files, one.frames, one.size) for one in sums), strict=True)
    )
    return Sum(files, files, frames, size)


def _study_line(study: int, strands: Sequence[Strand], total: Sum, words: Words, series_count: int) -> Line:
    modalities = "\\".join(sorted({mode for strand in strands if (mode := _plain(strand.head[15]))}))
    head, differing = strands[0].head, ""
    if len(strands) > 1:
        level = head[_PATIENT_LEVEL]
        if any(strand.head[_PATIENT_LEVEL] != level for strand in strands):
            head = _merged(strands)
            differing = _differing(strands, words, head)
    text, charset = words.text, head[3]
    name = words.name(head[4], charset)
    other = name.other or differing
    patient_id, study_id, accession = text(head[5], charset), text(head[10], charset), text(head[11], charset)
    date, description = iso_date(head[8]), text(head[12], charset)
    searched = (
        patient_id,
        accession,
        date,
        date.replace("-", ""),
        modalities.replace("\\", " "),
        description,
        study_id,
    )
    flags = "names-differ" if differing else ""
    if not head[0]:
        flags = f"{flags}\\no-uid" if flags else "no-uid"
    if total.files != total.instances:
        flags = f"{flags}\\copies" if flags else "copies"
    return (
        study,
        head[0],
        patient_key(head),
        name.text,
        other,
        name.flag,
        patient_id,
        iso_date(head[6]),
        _plain(head[7]),
        date,
        iso_time(head[9]),
        accession,
        study_id,
        description,
        text(head[13], charset),
        words.name(head[14], charset).text,
        modalities,
        series_count,
        total.instances,
        total.frames,
        total.size,
        found_by(name.text)[1],
        hay(name.text, other, searched),
        flags,
    )


def _series_line(study: int, series: int, strands: Sequence[Strand], words: Words, total: Sum) -> Line:
    if len(strands) == 1:
        _series, head, first = strands[0]
    else:
        head = _merged(strands)
        sums = (strand.sum for strand in strands)
        first = min(sums, key=lambda one: (one.number is None, one.number or 0, one.first))
    text, charset = words.text, head[3]
    return (
        series,
        study,
        head[1],
        head[16],
        _plain(head[15]),
        text(head[17], charset),
        text(head[18], charset),
        _plain(head[19]),
        text(head[20], charset),
        text(head[21], charset),
        text(head[22], charset),
        total.instances,
        total.frames,
        total.size,
        first.first,
    )


def _merged(strands: Sequence[Strand]) -> Head:
    """One head that stands for all: of each value the most frequent that is not empty."""
    return Head._make(
        _frequent([(value, strand.sum.files) for value, strand in zip(column, strands, strict=True)])
        for column in zip(*(strand.head for strand in strands), strict=True)
    )


def _frequent(values: Sequence[tuple[Any, int]]) -> Any:
    counts: Counter[Any] = Counter()
    for value, files in values:
        if value not in ("", b"", None):
            counts[value] += files
    return min(counts, key=lambda value: (-counts[value], value)) if counts else values[0][0]


def _differing(strands: Sequence[Strand], words: Words, chosen: Head) -> str:
    """Another name that stands in the study; empty for none."""
    name = spoken(words.name(chosen.patient_name, chosen.charset).text).lower()
    others = {words.name(strand.head.patient_name, strand.head.charset).text for strand in strands}
    return min((other for other in others if other and spoken(other).lower() != name), default="")


def _plain(value: str) -> str:
    return value if value.isprintable() else clean(value)
