"""When nothing is found, what was probably meant is offered, with the reason."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.studies.haystack import Haystack
from console.studies.library import Library
from console.studies.near import MOST, near
from console.studies.query import parse
from console.studies.slips import MISSING, OTHER, SURPLUS, SWAPPED, rows_with_slip, slip, slip_text
from tests.archives import Study, fill

WARD = (
    Study(1, "张^伟", "P0017", "2026-11-02", accession="2611000123", modalities=("XA",)),
    Study(2, "Müller^Hans", "0042", "2025-03-04", accession="A-558", modalities=("CT",)),
    Study(3, "林^小芳", "P20481", "2026-07-30", description="Angiography", modalities=("US",), frames=12),
    Study(4, "ZHANG^XIAODONG", "771-B", "2024-12-24", study_id="90210"),
    Study(5, "陈^思^", "P555", "2026-01-31"),
)


def offered(home: Path, text: str, studies: Sequence[Study] = WARD) -> list[tuple[int, str]]:
    """Number and reason of each near miss for what is typed, in order."""
    fill(home, studies)
    with Library(home) as library:
        catalogue = library.reload()
        assert catalogue.find(parse(text)).total == 0, "a near miss is for what finds nothing"
        return [(miss.line.id, miss.why) for miss in near(catalogue, parse(text))]


@pytest.mark.parametrize(
    ("text", "study", "why"),
    [
        ("P0071", 1, "ID p0071 ↔ P0017: two digits swapped"),
        ("P0107", 1, "ID p0107 ↔ P0017: two digits swapped"),
        ("P0018", 1, "ID p0018 ↔ P0017: one digit differs"),
        ("P017", 1, "ID p017 ↔ P0017: leading zeros differ"),
        ("000042", 2, "ID 000042 ↔ 0042: leading zeros differ"),
        ("A-0558", 2, "accession number a-0558 ↔ A-558: leading zeros differ"),
        ("P2481", 3, "ID p2481 ↔ P20481: one digit missing"),
        ("P00127", 1, "ID p00127 ↔ P0017: one digit too many"),
        ("P000017", 1, "ID p000017 ↔ P0017: leading zeros differ"),
        ("P17", 1, "ID p17 ↔ P0017: leading zeros differ"),
        ("P2O481", 3, "ID p2o481 ↔ P20481: one character differs"),
        ("0024", 2, "ID 0024 ↔ 0042: two digits swapped"),
        ("Ｐ００７１", 1, "ID p0071 ↔ P0017: two digits swapped"),
        ("2611000132", 1, "accession number 2611000132 ↔ 2611000123: two digits swapped"),
        ("2161000123", 1, "accession number 2161000123 ↔ 2611000123: two digits swapped"),
        ("261100123", 1, "accession number 261100123 ↔ 2611000123: one digit missing"),
        ("a-585", 2, "accession number a-585 ↔ A-558: two digits swapped"),
        ("90120", 4, "study ID 90120 ↔ 90210: two digits swapped"),
        ("2026-02-11", 1, "date 2026-02-11 ↔ 2026-11-02: day and month swapped"),
        ("2026-30-07", 3, "date 2026-30-07 ↔ 2026-07-30: day and month swapped"),
        ("20263007", 3, "date 2026-30-07 ↔ 2026-07-30: day and month swapped"),
        ("2062-07-30", 3, "date 2062-07-30 ↔ 2026-07-30: another year"),
        ("2027-11-02", 1, "date 2027-11-02 ↔ 2026-11-02: another year"),
        ("2026-01-13", 5, "date 2026-01-13 ↔ 2026-01-31: two digits swapped"),
        ("2026-07-29", 0, ""),
        ("2026-07-20", 3, "date 2026-07-20 ↔ 2026-07-30: one digit differs"),
        ("张玮", 1, "name 张玮 ↔ 张^伟: same pinyin"),
        ("章威", 1, "name 章威 ↔ 张^伟: same pinyin"),
        ("zangwei", 1, "name zangwei ↔ 张^伟: similar pinyin"),
        ("zhanwei", 1, "name zhanwei ↔ 张^伟: similar pinyin"),
        ("ninxiaohang", 3, "name ninxiaohang ↔ 林^小芳: similar pinyin"),
        ("宁小房", 3, "name 宁小房 ↔ 林^小芳: similar pinyin"),
        ("chengsi", 5, "name chengsi ↔ 陈^思^: similar pinyin"),
        ("伟张", 1, "name 伟张 ↔ 张^伟: surname and given name swapped"),
        ("weizhang", 1, "name weizhang ↔ 张^伟: surname and given name swapped"),
        ("xiaodongzhang", 4, "name xiaodongzhang ↔ ZHANG^XIAODONG: surname and given name swapped"),
        ("林大芳", 3, "name 林大芳 ↔ 林^小芳: one character differs"),
        ("林芳", 3, "name 林芳 ↔ 林^小芳: one character missing"),
        ("林小小芳", 3, "name 林小小芳 ↔ 林^小芳: one character too many"),
        ("林芳小", 3, "name 林芳小 ↔ 林^小芳: two characters swapped"),
        ("mueller", 2, "name mueller ↔ Müller^Hans: one letter too many"),
        ("mullre", 2, "name mullre ↔ Müller^Hans: two letters swapped"),
        ("muler", 2, "name muler ↔ Müller^Hans: one letter missing"),
        ("hanz", 2, "name hanz ↔ Müller^Hans: one letter differs"),
        ("zhagn", 1, "name zhagn ↔ 张^伟: two letters swapped"),
        ("angiografhy", 3, "description angiografhy ↔ Angiography: one letter differs"),
        ("qqqqqq", 0, ""),
        ("ab", 0, ""),
    ],
)
def test_each_slip_is_found_and_named(text: str, study: int, why: str, tmp_path: Path) -> None:
    misses = offered(tmp_path, text)
    assert (misses[0] if misses else (0, "")) == (study, why)


def test_one_wrong_word_beside_right_ones_is_found(tmp_path: Path) -> None:
    # GIVEN a name that is right and a date that is not, and somebody else on the day that was typed
    studies = (*WARD, Study(6, "王^强", "P9", "2026-02-11"))
    # THEN the right patient is offered for the date, and the other one for nothing
    assert offered(tmp_path, "张伟 2026-02-11", studies) == [
        (1, "date 2026-02-11 ↔ 2026-11-02: day and month swapped")
    ]  # fmt: skip


def test_two_wrong_words_are_looked_for_one_by_one(tmp_path: Path) -> None:
    assert {study for study, _why in offered(tmp_path, "张玮 P20418")} == {1, 3}


def test_filters_hold_unless_they_are_what_is_in_the_way(tmp_path: Path) -> None:
    fill(tmp_path, WARD)
    with Library(tmp_path) as library:
        catalogue = library.reload()
        # WHEN the words are right and a filter excludes the study
        outside = near(catalogue, replace(parse("林小芳"), modalities=("CT",)))
        # THEN the filter is the reason
        assert [(miss.line.id, miss.why) for miss in outside] == [(3, "not within the chosen filter")]
        # AND where a word is wrong, nothing beyond the filter is offered
        assert near(catalogue, replace(parse("P20418"), modalities=("CT",))) == ()
        assert [miss.line.id for miss in near(catalogue, replace(parse("P20418"), pictures=True))] == [3]


def test_the_likeliest_come_first_and_one_patient_does_not_fill_the_list(tmp_path: Path) -> None:
    # GIVEN a patient with 30 studies whose ID has another digit, one with two digits swapped, nine with a digit more
    studies = [Study(n, "Li^Na", "P1245", f"2026-01-{n:02d}") for n in range(1, 31)]
    studies += [Study(100 + n, "Wang^Bo", "P1234", date=f"2025-01-0{n}") for n in range(1, 3)]
    studies += [Study(200 + n, "Xu^Jia", f"P{n}1243", date="2020-05-05") for n in range(1, 10)]
    # WHEN an ID is typed that nobody has
    misses = [study for study, _why in offered(tmp_path, "P1243", studies)]
    # THEN ten are offered: the swapped digits first, then the newest, of one patient no more than three
    assert misses == [102, 101, 30, 29, 28, 201, 202, 203, 204, 205]
    assert len(misses) == MOST


def test_nothing_is_offered_while_something_fits_or_nothing_was_typed_or_the_operator_typed_on(tmp_path: Path) -> None:
    fill(tmp_path, WARD)
    with Library(tmp_path) as library:
        catalogue = library.reload()
        assert near(catalogue, parse("张伟")) == ()
        assert near(catalogue, parse("")) == ()
        assert near(catalogue, parse("张玮"), cancelled=lambda: True) == ()
        assert near(catalogue, parse("张玮"), cancelled=lambda: False)


# Slips as such

DIGITS = st.text("0123a", min_size=1, max_size=7)


@pytest.mark.parametrize(
    ("typed", "meant", "code", "words"),
    [
        ("0071", "0017", SWAPPED, "two digits swapped"),
        ("0018", "0017", OTHER, "one digit differs"),
        ("017", "0017", MISSING, "one digit missing"),
        ("00017", "0017", SURPLUS, "one digit too many"),
        ("hasn", "hans", SWAPPED, "two letters swapped"),
        ("han", "hans", MISSING, "one letter missing"),
        ("p0o1", "p001", OTHER, "one character differs"),
        ("林大芳", "林小芳", OTHER, "one character differs"),
    ],
)
def test_slips_have_names(typed: str, meant: str, code: str, words: str) -> None:
    assert slip(typed, meant) == code
    assert slip_text(typed, meant) == words


def test_the_likeliest_is_found_behind_any_number_of_newer_ones(tmp_path: Path) -> None:
    # GIVEN 500 newer studies that look alike at first sight
    studies = [Study(n, "张^伟民", f"X{n}17", "2026-05-05", accession=f"P17{n}") for n in range(2, 502)]
    fill(tmp_path, [*studies, Study(1, "张^伟", "P0017", "2020-01-01")])
    with Library(tmp_path) as library:
        catalogue = library.reload()
        # THEN the one that was meant comes first all the same
        for text in ("P00000017", "章玮", "zangwei", "weizhang", "伟张", "P0018"):
            assert near(catalogue, parse(text))[0].line.id == 1, text


@given(DIGITS, DIGITS)
def test_a_slip_is_one_change_and_nothing_else(typed: str, meant: str) -> None:
    chars = "0123a"
    changes = {
        OTHER: {meant[:at] + char + meant[at + 1 :] for at in range(len(meant)) for char in chars} - {meant},
        SURPLUS: {meant[:at] + char + meant[at:] for at in range(len(meant) + 1) for char in chars},
        MISSING: {meant[:at] + meant[at + 1 :] for at in range(len(meant))},
        SWAPPED: {meant[:at] + meant[at : at + 2][::-1] + meant[at + 2 :] for at in range(len(meant) - 1)} - {meant},
    }
    assert slip(typed, meant) == next((code for code, texts in changes.items() if typed in texts), "")


def kind(char: str) -> int:
    return 1 if char.isdigit() else 2 if char.isalpha() else 0


def slips_in(line: str, word: str) -> set[str]:
    """What slips of `word` a line holds: plain Python, every stretch of the line looked at."""
    found = set()
    for begin in range(len(line)):
        if begin and kind(line[begin - 1]) == kind(word[0]) != 0:
            continue
        for end in range(begin + len(word) - 1, min(begin + len(word) + 1, len(line)) + 1):
            beyond = line[end : end + 1]
            if word[-1].isdigit() and beyond.isdigit():
                continue
            code = slip(word, line[begin:end])
            if code in (MISSING, OTHER) and not all(map(kind, line[begin:end])):
                continue
            if code == MISSING and is_word_and_more(word, line[begin:end]):
                continue
            found.add(code)
    return found - {""}


def is_word_and_more(word: str, text: str) -> bool:
    """Whether the word as it is stands beside one more character, and so is found without near misses."""
    if text.startswith(word):
        return not word[-1].isdigit() or kind(text[-1]) != kind(word[-1])
    return text.endswith(word) and kind(text[0]) != kind(word[0])


@st.composite
def a_word_and_lines(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A word, and lines that hold it or something like it more often than chance would have it."""
    word = draw(st.text("01ab", min_size=3, max_size=7))
    changed = st.tuples(
        st.text("01a|", max_size=2), st.integers(0, len(word)), st.integers(0, 2), st.text("01ab", max_size=2)
    )
    like = changed.map(lambda c: c[0] + word[: c[1]] + c[3] + word[c[1] + c[2] :])
    ends = st.tuples(like, st.text("0a|", max_size=2)).map("".join)
    return word, draw(st.lists(st.one_of(st.text("01ab|", max_size=12), ends), min_size=1, max_size=6))


@given(a_word_and_lines())
def test_rows_with_a_slip_are_those_that_hold_one(given_lines: tuple[str, list[str]]) -> None:
    word, lines = given_lines
    # GIVEN lines, and a word that may stand in them with a slip
    haystack = Haystack(("\n" + "\n".join(lines) + "\n").encode())
    # WHEN all lines are looked through at once
    swapped, slipped = rows_with_slip(haystack, word)
    # THEN the rows are those where plain Python finds it
    assert swapped.tolist() == [row for row, line in enumerate(lines) if SWAPPED in slips_in(line, word)]
    others = {OTHER, MISSING, SURPLUS}
    assert slipped.tolist() == [row for row, line in enumerate(lines) if slips_in(line, word) & others]
