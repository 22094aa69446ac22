"""What the operator types becomes terms: words, days, months, years, ranges."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.studies.query import Order, Query, Term, fold, number_of, parse


def today() -> date:
    return date(2026, 11, 20)


def terms(text: str) -> tuple[Term, ...]:
    return parse(text, today).terms


@pytest.mark.parametrize("text", ["", "   ", "\n", "|", "^", " ^ = ", ",", "..", "、；"])
def test_text_that_says_nothing_asks_for_everything(text: str) -> None:
    assert parse(text, today) == Query()
    assert parse(text, today).is_everything


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("张伟", ["张伟"]),
        ("张^伟", ["张伟"]),
        ("Zhang^Wei=张^伟", ["zhangwei", "张伟"]),
        ("ZHANG  wei", ["zhang", "wei"]),
        ("Zhang,Wei", ["zhang", "wei"]),
        ("张伟、李娜；2", ["张伟", "李娜", "2"]),
        ("p0017|xa", ["p0017", "xa"]),
        ("one\ntwo\x1bthree", ["one", "two", "three"]),
        ("Ｐ００１７　ＸＡ", ["p0017", "xa"]),
        ("冠脉CTA", ["冠脉cta"]),
        ("Große", ["grosse"]),
        ("xa xa", ["xa"]),
        ("[b]", ["[b]"]),
    ],
)
def test_words_are_folded_and_stripped_of_what_separates(text: str, words: list[str]) -> None:
    assert [term.text for term in terms(text)] == words


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-11-20", 20261120, 20261120),
        ("20261120", 20261120, 20261120),
        ("2026/11/20", 20261120, 20261120),
        ("2026.11.20", 20261120, 20261120),
        ("2026-1-5", 20260105, 20260105),
        ("2026年11月20日", 20261120, 20261120),
        ("２０２６－１１－２０", 20261120, 20261120),
        ("2026-11", 20261101, 20261130),
        ("2024-02", 20240201, 20240229),
        ("2026年11月", 20261101, 20261130),
        ("2026", 20260101, 20261231),
        ("2026年", 20260101, 20261231),
        ("today", 20261120, 20261120),
        ("今天", 20261120, 20261120),
        ("Yesterday", 20261119, 20261119),
        ("昨天", 20261119, 20261119),
        ("前天", 20261118, 20261118),
    ],
)
def test_a_word_that_names_days_fits_by_date_as_well(text: str, first: int, last: int) -> None:
    assert terms(text) == (Term(fold(text), first, last),)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-11-01..2026-11-20", 20261101, 20261120),
        ("2026-11-20..2026-11-01", 20261101, 20261120),
        ("2026-10..2026-11", 20261001, 20261130),
        ("2026~2027", 20260101, 20271231),
        ("2026-11-01至今天", 20261101, 20261120),
        ("2026-11-01…2026-11-20", 20261101, 20261120),
        ("2026-11-01 .. 2026-11-20", 20261101, 20261120),
        ("..2026-11-20", 0, 20261120),
        ("2026-11-01..", 20261101, 99_999_999),
        ("2026-11-01..202", 20261101, 99_999_999),
        ("2026-11-01..2026-1", 20260101, 20261101),
        ("昨天..", 20261119, 99_999_999),
    ],
)
def test_a_range_fits_by_date_alone_and_stays_open_while_it_is_typed(text: str, first: int, last: int) -> None:
    assert terms(text) == (Term("", first, last),)


@pytest.mark.parametrize(
    "text", ["2026-13-05", "2026-02-30", "20261320", "1799", "202611", "12345678", "a..b", "李至诚", "..x", "2026-00"]
)
def test_what_is_no_date_is_text(text: str) -> None:
    assert terms(text) == (Term(text),)


def test_a_range_does_not_swallow_its_neighbours() -> None:
    # GIVEN a name before an open range and a name behind one
    # THEN each stays a term of its own
    assert terms("张伟 ..2026-11-20") == (Term("张伟"), Term("", 0, 20261120))
    assert terms("2026-11-01.. 张伟") == (Term("", 20261101, 99_999_999), Term("张伟"))


@given(st.text())
def test_no_text_is_refused_and_no_term_can_cross_a_line_or_a_field(text: str) -> None:
    for term in terms(text):
        assert term.text or term.is_date
        assert not set(term.text) & set("\n|^ ")
        assert fold(term.text) == term.text


def test_an_order_that_does_not_exist_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="colour"):
        Order("colour")


def test_only_whole_dates_are_numbers() -> None:
    assert [number_of(text) for text in ("2026-11-20", "", "2026-11", "2026-1-123", "２０２６-11-20")] == [
        20261120, 0, 0, 0, 0,
    ]  # fmt: skip
