"""Where lines end."""

from hypothesis import given, settings
from hypothesis import strategies as st

from console.report.breaking import break_lines, is_wide


def lines(text: str, room: float) -> list[str]:
    """`text` in lines of so many cells: a Chinese character has two."""
    widths = [2.0 if is_wide(letter) else 1.0 for letter in text]
    return [text[start:end] for start, end in break_lines(text, widths, room)]


def test_english_breaks_between_words_and_no_line_begins_with_a_blank() -> None:
    assert lines("the quick brown  fox jumps", 10) == ["the quick", "brown  fox", "jumps"]


def test_chinese_breaks_anywhere_but_no_line_begins_with_a_closing_mark() -> None:
    assert lines("服务运行正常。备份", 12) == ["服务运行正", "常。备份"]


def test_no_line_ends_with_an_opening_mark() -> None:
    assert lines("检查结果（正常）", 10) == ["检查结果", "（正常）"]


def test_a_word_between_chinese_characters_stays_whole() -> None:
    assert lines("请重启orthanc服务", 12) == ["请重启", "orthanc服务"]


def test_a_path_that_fits_on_no_line_is_cut_behind_a_stroke() -> None:
    assert lines("/var/lib/orthanc/storage/archive", 20) == ["/var/lib/orthanc/", "storage/archive"]


def test_a_word_without_any_sign_is_cut_where_the_line_is_full() -> None:
    assert lines("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]


def test_a_line_narrower_than_one_character_still_goes_on() -> None:
    assert lines("导管室", 1) == ["导", "管", "室"]
    assert lines("", 10) == [""]


@settings(max_examples=60, deadline=None)
@given(st.text("ab /，。（导管室-", max_size=80), st.integers(2, 30))
def test_nothing_is_lost_but_blanks_and_no_line_is_too_wide(text: str, room: int) -> None:
    found = lines(text, room)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert all(sum(2 if is_wide(letter) else 1 for letter in line.rstrip()) <= room for line in found)
