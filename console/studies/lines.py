"""One study as the lists show it, made of its heads and of sums over its instances. No database here.

Where the files of a study disagree, the most frequent value that is not empty stands, the smaller one of two that are
equally frequent: the same files always give the same line.
"""

from collections import Counter
from collections.abc import Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from console.model.text import clean
from console.studies.rows import Head, read_head
from console.studies.wording import Words, device_of, found_by, hay, iso_date, iso_time, patient_key, spoken

Line: TypeAlias = tuple[Any, ...]
"""The values of one row, in the order of its table."""

Sums: TypeAlias = tuple[Any, ...]
"""What instances come to: files, distinct SOP Instance UIDs (one without counts for itself), frames, bytes; of a head
also the instance that has the smallest Instance Number, and that number (2^32 for none)."""

Job: TypeAlias = tuple[
    int, list[tuple[int, int, bytes, Sums]], list[tuple[int, bytes, int]], dict[str, float], dict[int, Sums]
]
"""A study to make lines of, in plain values that marshal can carry: its number; each head as (number, series, raw,
sums); titles that are not plain as (instance, raw, head); the votes of its device's other studies; where an instance is
there more than once, sums over each series, and over the study under 0, that count it once."""

Made: TypeAlias = tuple[Line, list[Line], list[tuple[str, int]], int]
"""The row of table study, those of table series, (title, instance), and the device where the study votes."""

_PATIENT_LEVEL = slice(3, 15)
_Strand: TypeAlias = tuple[int, Head, Sums]


def settle_study(job: Job) -> Made | None:
    """The lines of one study; None where a head is not what was written, since the index is damaged."""
    study, heads, raw_titles, votes, once = job
    strands: list[_Strand] = []
    for number, series, raw, sums in heads:
        head = read_head(number, study, series, raw)
        if head is None:
            return None
        strands.append((series, head, sums))
    titles: list[tuple[int, bytes, str]] = []
    if raw_titles:
        charsets = {one[0]: strand[1][3] for one, strand in zip(heads, strands, strict=True)}
        titles = [(instance, raw, charsets[number]) for instance, raw, number in raw_titles]
    words = Words([strand[1] for strand in strands], [title[1:] for title in titles], votes)
    total = once.get(0) or _total(strands)
    if len(strands) == 1:
        # One head, as most studies of one series have: its texts serve both lines.
        series, head, sums = strands[0]
        texts = words.texts(head)
        line = _study_line(study, strands, total, words, head, texts, "", 1)
        series_lines = [_series_line(study, series, sums[4], once.get(series) or sums, head, texts)]
    else:
        by_series: dict[int, list[_Strand]] = {}
        for strand in strands:
            by_series.setdefault(strand[0], []).append(strand)
        series_lines = []
        for series, some in by_series.items():
            head, first = some[0][1], some[0][2][4]
            if len(some) > 1:
                head, first = _merged(some), min((sums for _series, _head, sums in some), key=itemgetter(5))[4]
            series_lines.append(
                _series_line(study, series, first, once.get(series) or _total(some), head, words.texts(head))
            )
        head, differing = strands[0][1], ""
        level = head[_PATIENT_LEVEL]
        if any(strand[1][_PATIENT_LEVEL] != level for strand in strands):
            head = _merged(strands)
            differing = _differing(strands, words, head)
        line = _study_line(study, strands, total, words, head, words.texts(head), differing, len(by_series))
    titled = [(words.text(raw, charset), instance) for instance, raw, charset in titles]
    if words.plain:
        return (*line, 0, "", 0), series_lines, titled, 0
    device = device_of(strands[0][1])
    written = "\n".join([f"{charset}={weight!r}" for charset, weight in words.votes.items()])
    # What other studies made certain, they may make uncertain again.
    return (*line, device, written, int(bool(votes) or not words.certain)), series_lines, titled, device


def _total(strands: Sequence[_Strand]) -> Sums:
    if len(strands) == 1:
        return strands[0][2]
    return tuple(map(sum, zip(*[sums[:4] for _series, _head, sums in strands], strict=True)))


def _study_line(
    study: int,
    strands: Sequence[_Strand],
    total: Sums,
    words: Words,
    head: Head,
    texts: Sequence[str],
    differing: str,
    series_count: int,
) -> Line:
    patient_id, study_id, accession, description, institution = texts[:5]
    modalities = _plain(head[15])
    if len(strands) > 1:
        modalities = "\\".join(sorted({mode for _series, one, _sums in strands if (mode := _plain(one[15]))}))
    name = words.name(head[4], head[3])
    other = name.other or differing
    date = iso_date(head[8])
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
    if total[0] != total[1]:
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
        institution,
        words.name(head[14], head[3]).text,
        modalities,
        series_count,
        *total[1:4],
        found_by(name.text)[1],
        hay(name.text, other, searched),
        flags,
    )


def _series_line(study: int, series: int, first: int, total: Sums, head: Head, texts: Sequence[str]) -> Line:
    description, protocol, station, manufacturer, model = texts[5:]
    modality, body_part = _plain(head[15]), _plain(head[19])
    return (
        series,
        study,
        head[1],
        head[16],
        modality,
        description,
        protocol,
        body_part,
        station,
        manufacturer,
        model,
        *total[1:4],
        first,
    )


def _merged(strands: Sequence[_Strand]) -> Head:
    """One head that stands for all: of each value the most frequent that is not empty."""
    files = [sums[0] for _series, _head, sums in strands]
    return Head._make(
        column[0] if column.count(column[0]) == len(column) else _frequent(list(zip(column, files, strict=True)))
        for column in zip(*(head for _series, head, _sums in strands), strict=True)
    )


def _frequent(values: Sequence[tuple[Any, int]]) -> Any:
    counts: Counter[Any] = Counter()
    for value, files in values:
        if value not in ("", b"", None):
            counts[value] += files
    return min(counts, key=lambda value: (-counts[value], value)) if counts else values[0][0]


def _differing(strands: Sequence[_Strand], words: Words, chosen: Head) -> str:
    """Another name that stands in the study; empty for none."""
    name = spoken(words.name(chosen.patient_name, chosen.charset).text).lower()
    others = {words.name(head.patient_name, head.charset).text for _series, head, _sums in strands}
    return min((other for other in others if other and spoken(other).lower() != name), default="")


def _plain(value: str) -> str:
    return value if value.isprintable() else clean(value)
