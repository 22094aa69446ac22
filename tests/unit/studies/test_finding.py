"""Lists are right: filtered, sorted and paged as plain Python does it over the same studies."""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cmp_to_key
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.pinyin import sort_key
from console.studies.finding import Catalogue
from console.studies.library import Library
from console.studies.query import ORDERS, Order, Query, fold, parse
from tests.archives import Study, fill

ALL_ORDERS = [Order(key, reverse) for key in ORDERS for reverse in (False, True)]


@contextmanager
def shelved(studies: Sequence[Study]) -> Iterator[Catalogue]:
    """The catalogue of an index that holds these studies and nothing else."""
    home = Path(tempfile.mkdtemp(prefix="cathlab-"))
    try:
        fill(home, studies)
        with Library(home) as library:
            yield library.reload()
    finally:
        shutil.rmtree(home)


# The reference: no index, no numpy, no masks


def fits(study: Study, words: Sequence[str], modalities: set[str]) -> bool:
    """Whether every word is found in the study's texts, is its modality, or names its date."""
    line = fold(study.hay.replace("^", ""))
    return all(fits_word(study, line, word, modalities) for word in words)


def fits_word(study: Study, line: str, word: str, modalities: set[str]) -> bool:
    if ".." in word:
        begin, end = word.split("..")
        return bool(study.date) and begin <= study.date and (not end or study.date <= end)
    if re.fullmatch(r"\d{4}(-\d\d)?(-\d\d)?", word) and study.date.startswith(word):
        return True
    if word.upper() in modalities and len(word) > 1:
        return word.upper() in study.modalities or bool(re.search(rf"(?<![a-z0-9]){re.escape(word)}", line))
    return fold(word).replace("^", "") in line


def compare_natural(one: str, two: str) -> int:
    """Texts by character, numbers inside them by value; equal ones by the text itself."""
    pattern = re.compile(r"[0-9]+|[^0-9]")
    parts = [[(ord("0"), int(part)) if part.isdecimal() else (ord(part), 0) for part in pattern.findall(text)]
             for text in (one, two)]  # fmt: skip
    ours, theirs = (parts[0], one), (parts[1], two)
    return (ours > theirs) - (ours < theirs)


natural = cmp_to_key(compare_natural)


def in_order(studies: Sequence[Study], order: Order) -> list[Study]:
    """Ties newest first, no value last."""
    newest = sorted(sorted(studies, key=lambda study: study.id), key=lambda s: (s.date, s.time), reverse=True)
    has: dict[str, Callable[[Study], object]] = {
        "date": lambda s: s.date,
        "name": lambda s: sort_key(s.name),
        "id": lambda s: s.patient_id,
        "modality": lambda s: s.modalities,
        "description": lambda s: s.description,
        "size": lambda s: True,
    }
    key: dict[str, Callable[[Study], Any]] = {
        "date": lambda s: (s.date, s.time),
        "name": lambda s: (sort_key(s.name), natural(fold(s.patient_id))),
        "id": lambda s: natural(fold(s.patient_id)),
        "modality": lambda s: " ".join(s.modalities),
        "description": lambda s: fold(s.description),
        "size": lambda s: s.size,
    }
    first = [study for study in newest if has[order.key](study)]
    last = [study for study in newest if not has[order.key](study)]
    return sorted(first, key=key[order.key], reverse=order.reverse) + last


# Random archives

NAMES = (
    "张^伟",
    "张^玮",
    "Zhang^Wei",
    "ZHANG^WEI=张^伟",
    "李^娜",
    "曾^明",
    "Müller^Hans",
    "Xa^Bo",
    "",
    "O'Neill^Mary",
    "[b]^x",
)
IDS = ("P0017", "P17", "P9", "P10", "0017", "17", "", "A-3", "a2", "2026-7", "Ｐ18", "3xa")
DATES = ("2026-11-20", "2026-11-02", "2026-02-11", "2025-11-20", "2026-12-31", "")
DESCRIPTIONS = ("冠脉造影", "Coronary angio", "exam", "a|b\nc", "", "冠脉CTA", "2026-11", "us thrombus")
MODALITIES = ((), ("XA",), ("CT",), ("SR", "XA"), ("US",))


def an_archive() -> st.SearchStrategy[list[Study]]:
    study = st.builds(
        Study,
        id=st.integers(1, 2**62),
        name=st.sampled_from(NAMES),
        patient_id=st.sampled_from(IDS),
        date=st.sampled_from(DATES),
        time=st.sampled_from(("", "08:15:00", "23:59:59")),
        modalities=st.sampled_from(MODALITIES),
        description=st.sampled_from(DESCRIPTIONS),
        accession=st.sampled_from(("", "26110001", "26110010")),
        study_id=st.sampled_from(("", "1")),
        size=st.sampled_from((0, 5, 10**10)),
        frames=st.sampled_from((0, 96)),
        name_flag=st.sampled_from((0, 1, 2)),
        flags=st.sampled_from(((), ("copies",))),
    )
    return st.lists(study, max_size=25, unique_by=lambda study: study.id)


WORDS = (
    "张", "伟", "张伟", "张^伟", "zw", "zhangwei", "zhang", "wei", "zm", "cm", "müller", "muller", "xa", "ct", "us",
    "sr", "p0017", "17", "0", "1", "P1", "p18", "2026", "2026-11", "2026-11-20", "20261120", "2026-11-01..2026-11-20",
    "2026-02-11..", "..2026-02-11", "冠脉", "冠脉cta", "angio", "b", "c", "[b", "x", "qq", "261100", "o'neill",
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    an_archive(),
    st.lists(st.sampled_from(WORDS), max_size=3),
    st.sampled_from(ALL_ORDERS),
    st.sampled_from(((), ("XA",), ("CT", "US"))),
    st.sampled_from((("", ""), ("2026-01-01", ""), ("2026-02-11", "2026-11-02"), ("", "2025-12-31"))),
    st.booleans(),
    st.booleans(),
    st.integers(1, 4),
)
def test_lists_equal_plain_python_over_the_same_studies(
    studies: list[Study],
    words: list[str],
    order: Order,
    modalities: tuple[str, ...],
    days: tuple[str, str],
    doubtful: bool,
    pictures: bool,
    size: int,
) -> None:
    # GIVEN an archive, words, filters and an order; a date behind an open range would close it
    words = sorted(words, key=lambda word: word.endswith(".."))
    present = {name for study in studies for name in study.modalities}
    wanted = in_order(
        [
            study
            for study in studies
            if fits(study, words, present)
            and (not modalities or set(modalities) & set(study.modalities))
            and (days == ("", "") or (study.date and days[0] <= study.date <= (days[1] or "9999")))
            and (not doubtful or study.name_flag or study.flags)
            and (not pictures or study.frames)
        ],
        order,
    )
    query = replace(
        parse(" ".join(words)),
        modalities=modalities, first=days[0], last=days[1], doubtful=doubtful, pictures=pictures,
    )  # fmt: skip
    with shelved(studies) as catalogue:
        # WHEN the list is asked for
        hits = catalogue.find(query, order)
        pages = [catalogue.page(hits, offset, size) for offset in range(0, hits.total, size)]
        patients = catalogue.patient_page(catalogue.patients(query, order), 0, 100)
        # THEN it holds the same studies in the same order, and the pages are its parts
        assert [line.id for page in pages for line in page] == [study.id for study in wanted]
        assert hits.total == len(wanted)
        # AND patients stand in the order of their first study, each once, with all that is theirs
        keys = list(dict.fromkeys(study.patient_key for study in wanted))
        assert [line.key for line in patients] == keys
        for line in patients:
            theirs = [study for study in studies if study.patient_key == line.key]
            assert line.studies == len(theirs)
            assert line.modalities == tuple(sorted({name for study in theirs for name in study.modalities}))
            assert line.last_date == max(study.date for study in theirs)
            only = catalogue.find(Query(patient=line.key))
            assert set(only.ids.tolist()) == {study.id for study in theirs}


@settings(max_examples=60, deadline=None)
@given(an_archive(), st.sampled_from(WORDS), st.sampled_from(WORDS))
def test_typing_on_finds_what_a_fresh_search_finds(studies: list[Study], first: str, second: str) -> None:
    # GIVEN words typed key by key, which narrows what was found before
    text = f"{first} {second}"
    present = {name for study in studies for name in study.modalities}
    with shelved(studies) as catalogue:
        for typed in (text[:length] for length in range(len(text) + 1)):
            if ".." in typed or re.search(r"\d{4}", typed):
                continue
            # WHEN the list is asked for after each key
            found = catalogue.find(parse(typed)).ids.tolist()
            # THEN it is that of the words as they stand now
            wanted = in_order([study for study in studies if fits(study, typed.split(), present)], Order("date", True))
            assert found == [study.id for study in wanted], typed


# Single facts, by name


def found(studies: Sequence[Study], text: str) -> list[int]:
    with shelved(studies) as catalogue:
        return list(catalogue.find(parse(text)).ids.tolist())


def test_a_patient_is_found_by_hanzi_initials_full_pinyin_id_accession_date_and_description() -> None:
    studies = [
        Study(1, "曾^小明", "P0017", "2026-11-20", accession="A88", description="冠脉造影", modalities=("XA",)),
        Study(2, "Smith^John", "P0018", "2026-11-21", accession="A89", description="Echo", modalities=("US",)),
    ]
    for text in (
        "曾小明",
        "小明",
        "zxm",
        "cxm",
        "zengxiaoming",
        "XIAOMING",
        "p0017",
        "17",
        "a88",
        "2026-11-20",
        "冠脉",
    ):
        assert found(studies, text) == [1], text


def test_a_modality_finds_its_studies_and_those_who_are_called_so_but_not_what_merely_contains_it() -> None:
    studies = [
        Study(1, "Li^Na", modalities=("US",), date="2026-01-03"),
        Study(2, "Usha^Rani", modalities=("CT",), date="2026-01-02"),
        Study(3, "Wang^Bo", modalities=("CT",), description="thrombus", date="2026-01-01"),
    ]
    assert found(studies, "us") == [1, 2]
    assert found(studies, "ＵＳ") == [1, 2]
    assert found(studies, "mbus") == [3]


def test_what_was_kept_full_width_is_found_by_plain_letters_and_the_other_way_round() -> None:
    studies = [Study(1, patient_id="Ｐ００１７"), Study(2, patient_id="P0018")]
    assert found(studies, "p0017") == [1]
    assert found(studies, "Ｐ００１８") == [2]


def test_letters_that_python_calls_lower_but_not_folded_are_found() -> None:
    assert found([Study(1, "GROSSE^Anna"), Study(2, "Große^Anna")], "große") == [1, 2]


def test_ids_sort_by_their_numbers() -> None:
    studies = [Study(n, patient_id=text) for n, text in enumerate(("P10", "P9", "p009", "", "P9a", "P-1", "Pa"), 1)]
    with shelved(studies) as catalogue:
        page = catalogue.page(catalogue.find(Query(), Order("id")), 0, 10)
        assert [line.patient_id for line in page] == ["P-1", "p009", "P9", "P9a", "P10", "Pa", ""]


def test_names_sort_by_pinyin_whatever_they_are_written_in() -> None:
    studies = [Study(n, name) for n, name in enumerate(("张^伟", "ADAMS^Amy", "李^娜", "Wang^Bo", "曾^明", ""), 1)]
    with shelved(studies) as catalogue:
        page = catalogue.page(catalogue.find(Query(), Order("name")), 0, 10)
        assert [line.name for line in page] == ["ADAMS^Amy", "李^娜", "Wang^Bo", "曾^明", "张^伟", ""]


def test_a_study_has_its_place_among_what_was_found() -> None:
    with shelved([Study(n, date=f"2026-01-{n:02d}") for n in range(1, 6)]) as catalogue:
        hits = catalogue.find(Query())
        assert [hits.place_of(study) for study in (5, 1, 99)] == [0, 4, None]


@pytest.mark.parametrize("order", ALL_ORDERS)
def test_an_empty_index_has_empty_lists(order: Order, tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        catalogue = library.reload()
        assert len(catalogue) == 0
        for text in ("", "张", "xa", "2026", "..2026"):
            hits = catalogue.find(parse(text), order)
            assert (hits.total, catalogue.page(hits, 0, 50)) == (0, ())
            assert catalogue.patients(parse(text), order).total == 0
