"""Interface texts inside the picture: widths, clipping, overlaps, and what must never get through."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from console.dicom.text import clean
from console.graphics.blocks import GRID, BlockEncoder, Mode, encode
from console.graphics.palette import TONE_RGB, TONES, Depth, Tone
from console.graphics.texts import CellText, text_width

from .ansi import Cell, interpret, spread


def drawn_row(texts: list[CellText], columns: int, **options: bool) -> str:
    """Characters of row 0 of a black half-block picture with `texts`, wide ones once."""
    picture = BlockEncoder("half", "true", **options).encode(np.zeros((2, columns), np.uint8), columns, 1, texts)
    assert spread(list(picture.cells(0))) == interpret(picture.lines[0])
    assert len(interpret(picture.lines[0])) == columns
    return "".join(run.text for run in picture.cells(0))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("abcdef", "abcdef    "),
        ("abcdefghij", "abcdefghij"),
        ("abcdefghijk", "abcdefghi…"),
        ("张伟", "张伟      "),
        ("张伟李娜王", "张伟李娜王"),
        ("张伟李娜王芳", "张伟李娜… "),
        ("a张伟李娜王芳", "a张伟李娜…"),
        ("", " " * 10),
    ],
)
def test_a_text_is_clipped_by_cells_with_an_ellipsis(text: str, shown: str) -> None:
    assert drawn_row([CellText(0, 0, text)], 10) == shown


@pytest.mark.parametrize(
    ("column", "shown"), [(8, "        张"), (9, " " * 9 + "…"), (10, " " * 10), (99, " " * 10), (-3, "张" + " " * 8)]
)
def test_a_wide_character_is_whole_or_absent_at_the_edge(column: int, shown: str) -> None:
    assert drawn_row([CellText(0, column, "张")], 10) == shown


@pytest.mark.parametrize("row", [-1, 1, 50])
def test_a_text_outside_the_picture_draws_nothing(row: int) -> None:
    assert drawn_row([CellText(row, 0, "abc")], 10) == " " * 10


def test_a_text_over_a_wide_character_blanks_its_other_half() -> None:
    # GIVEN four wide characters in cells 0-7 WHEN one cell in the middle of two of them is covered
    under = CellText(0, 0, "张伟李娜")
    assert drawn_row([under, CellText(0, 3, "ab")], 8) == "张 ab 娜"
    assert drawn_row([under, CellText(0, 1, "a")], 8) == " a伟李娜"
    assert drawn_row([under, CellText(0, 7, "a")], 8) == "张伟李 a"
    assert drawn_row([under, CellText(0, 2, "王")], 8) == "张王李娜"
    assert drawn_row([under, CellText(0, 1, "王")], 8) == " 王 李娜"


def test_a_covered_character_outside_the_basic_plane_leaves_no_trace() -> None:
    # GIVEN characters that need four bytes and more WHEN one is covered THEN the others stay where they are
    assert drawn_row([CellText(0, 0, "𠮷𡈽ก้x"), CellText(0, 2, "ab")], 8) == "𠮷abก้x  "
    assert drawn_row([CellText(0, 0, "𠮷𡈽"), CellText(0, 0, "𡈽")], 4) == "𡈽𡈽"


@given(
    st.lists(st.tuples(st.integers(-2, 22), st.text(st.sampled_from("ab 张伟·𠮷é\u0301ก้한"), max_size=9)), max_size=5),
    st.integers(1, 20),
)
@settings(max_examples=150, deadline=None)
def test_no_pile_of_texts_makes_a_row_longer_or_shorter(pile: list[tuple[int, str]], columns: int) -> None:
    drawn_row([CellText(0, column, text) for column, text in pile], columns)


@given(st.text(st.sampled_from("aZ9 ^=,.张伟冠脉，。·é한ｱＡ"), max_size=30))
def test_widths_agree_with_the_library_that_lays_out_the_screen(text: str) -> None:
    assert text_width(text) == cell_len(text)


@pytest.mark.parametrize("bad", ["\x1b[2J", "a\nb", "\t", "\x9b31m", "\x7f", "\x01", "\u202egpj", "\u2028", "\ud800"])
def test_a_control_character_never_reaches_the_terminal(bad: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        drawn_row([CellText(0, 0, bad)], 10)


def test_whatever_the_file_reader_lets_through_can_be_drawn() -> None:
    # GIVEN every character of the planes in use, as a stranger's file may hold it WHEN it has been cleaned
    for start in (*range(0, 0x21000, 0x1000), 0x30000, 0xE0000, 0xF0000, 0x10F000):
        cleaned = clean("".join(map(chr, range(start, start + 0x1000))))
        # THEN it can stand in the picture, and its row is as wide as it should be
        drawn_row([CellText(0, 0, cleaned)], 9000)


def test_without_utf8_every_other_character_is_a_question_mark_of_its_width() -> None:
    assert drawn_row([CellText(0, 0, "张 é ok")], 12, utf8=False) == "?? ? ok     "
    assert drawn_row([CellText(0, 0, "张伟abcdef")], 7, utf8=False) == "????ab~"


def test_where_ambiguous_characters_are_wide_they_take_two_cells() -> None:
    # GIVEN "·" is of ambiguous width WHEN the terminal draws it in two cells
    picture = BlockEncoder("ascii", "none", ambiguous_wide=True).encode(
        np.zeros((1, 8), np.uint8), 8, 1, [CellText(0, 0, "a·b张伟c")]
    )
    # THEN the row holds one cell less for it, and the ellipsis, ambiguous too, is not used
    assert picture.lines == ("a·b张~ ".encode(),)
    assert text_width("a·b", ambiguous_wide=True) == 4


def luminance(color: tuple[int, int, int]) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [value / 255 for value in color]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("channels", [0, 3])
@pytest.mark.parametrize("mode", GRID)
@pytest.mark.parametrize("tone", TONES)
def test_every_tone_can_be_read_on_a_white_picture(tone: Tone, mode: Mode, channels: int) -> None:
    # GIVEN the brightest picture
    across, down = GRID[mode]
    pixels = np.full((down, 9 * across, 3) if channels else (down, 9 * across), 255, np.uint8)
    # WHEN a text stands on it
    cells = interpret(encode(pixels, 9, 1, mode, "true", [CellText(0, 0, "a张b", tone)]).lines[0])
    # THEN its contrast is at least 7:1 and the picture beside it is untouched
    for cell in cells[:4]:
        assert cell.fg == TONE_RGB[tone]
        assert isinstance(cell.bg, tuple)
        assert (luminance(TONE_RGB[tone]) + 0.05) / (luminance(cell.bg) + 0.05) >= 7
    white = 159 if mode == "braille" else 255  # behind dots the picture is darker, so that they are seen
    assert {cell.bg for cell in cells[4:]} == {(white,) * 3}


def test_the_picture_shines_through_darkly_behind_a_text() -> None:
    # GIVEN a picture that is black at the left and white at the right
    pixels = np.repeat(np.array([[0] * 3 + [255] * 3], np.uint8), 2, axis=0)
    cells = interpret(encode(pixels, 6, 1, "half", "true", [CellText(0, 0, "abcdef")]).lines[0])
    # THEN the text's background follows it
    assert [cell.bg for cell in cells] == [(0, 0, 0)] * 3 + [(30, 30, 30)] * 3


@pytest.mark.parametrize(("depth", "normal", "ground"), [("256", 254, 16), ("16", 15, 0)])
def test_with_a_palette_texts_stand_on_black(depth: Depth, normal: int, ground: int) -> None:
    cells = interpret(encode(np.full((2, 4), 255, np.uint8), 4, 1, "half", depth, [CellText(0, 1, "张")]).lines[0])
    assert cells[1:3] == [Cell("张", normal, ground), Cell("", normal, ground)]
