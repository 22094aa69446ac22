"""The string of bytes that is searched gives what plain Python gives, however it is cut and whatever it remembers."""

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.studies import haystack
from console.studies.haystack import Haystack

ALPHABET = "ab1张玮|\U00020000"


def stack(lines: list[str]) -> Haystack:
    return Haystack(("\n" + "".join(f"{line}\n" for line in lines)).encode())


@settings(deadline=None)
@given(
    st.lists(st.text(ALPHABET, max_size=12), max_size=12),
    st.lists(st.text(ALPHABET, min_size=1, max_size=5), min_size=1, max_size=8),
    st.sampled_from((4, 16, 1 << 19)),
    st.sampled_from((0, 3, 1000)),
    st.sampled_from((0.0, 0.02, 1.0)),
)
def test_rows_and_places_are_those_of_plain_python(
    lines: list[str], words: list[str], block: int, narrow: int, common: float
) -> None:
    # GIVEN lines, cut in blocks smaller than a word or larger than everything
    with patch.multiple(haystack, _BLOCK=block, _NARROW=narrow, _COMMON=common):
        hay = stack(lines)
        assert [hay.line(row) for row in range(len(hay))] == lines
        # WHEN words are looked for one after the other, each remembered
        for word in words:
            # THEN rows and places are right
            assert hay.holding(word).tolist() == [word in line for line in lines]
            wanted = word.encode()
            places = [at for at in range(len(hay.text)) if hay.text.startswith(wanted, at)]
            assert hay.places(wanted).tolist() == places
            assert hay.rows_of(hay.places(wanted)).tolist() == [hay.text[:at].count(b"\n") - 1 for at in places]


@given(st.lists(st.text(ALPHABET, max_size=12), min_size=1, max_size=8), st.text("ab1", min_size=1, max_size=3))
def test_the_beginning_of_a_word_is_where_no_letter_or_digit_stands_before_it(lines: list[str], word: str) -> None:
    hay = stack(lines)
    wanted = [
        any(line.startswith(word, at) and not (line[:at][-1:].isascii() and line[:at][-1:].isalnum())
            for at in range(len(line)))
        for line in lines
    ]  # fmt: skip
    everywhere = hay.holding(word) | True
    assert hay.beginning(word, everywhere).tolist() == wanted
    assert hay.beginning(word).tolist() == wanted


def test_a_place_may_be_asked_for_across_the_end_of_a_line() -> None:
    assert stack(["ab", "abc", "xab", "ab"]).places(b"\nab\n").tolist() == [0, 11]


def test_what_is_remembered_is_bounded_and_cannot_be_written_to() -> None:
    hay = stack(["one", "two"])
    for number in range(100):
        hay.holding(f"word{number}")
    assert sum(hay.knows(f"word{number}") for number in range(100)) == haystack._REMEMBERED
    assert hay.knows("word99")
    with pytest.raises(ValueError, match="read-only"):
        hay.holding("word99")[0] = True


def test_half_a_character_finds_nothing() -> None:
    assert not stack(["张"]).holding("\udce5").any()
