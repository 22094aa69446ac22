"""Text that is safe to show, and numbers as the operator reads them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.model.text import clean, size_text, span_text


def test_what_a_terminal_would_obey_is_gone_and_what_a_reader_sees_stays() -> None:
    assert clean("[red]x[/foo]\x1b[31m\x07\x9b5m 张^伟 Müller") == "[red]x[/foo][31m5m 张^伟 Müller"
    assert clean("a\u202eb\u2066c\ufeffd") == "abcd"
    assert clean("one\r\ntwo\tthree\u2028four") == "one  two three four"


BIDI = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
"""The classes of characters that turn the direction of reading (UAX #9)."""


@given(st.text())
def test_nothing_that_moves_the_cursor_survives(text: str) -> None:
    shown = clean(text)
    assert all(unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp") for character in shown)
    assert all(unicodedata.bidirectional(character) not in BIDI for character in shown)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1_702_398, "1.7 MB"),
        (9_400_000_000, "9.4 GB"),
        (10**15, "1000 TB"),
    ],
)
def test_sizes_are_powers_of_a_thousand(size: int, text: str) -> None:
    assert size_text(size) == text


def test_spans_are_seconds_then_minutes() -> None:
    assert span_text(3.168) == "3.2 s"
    assert span_text(125) == "2:05 min"
