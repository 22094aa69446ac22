"""The pictures of the README show the colours and characters that the screen has, each in its own cell."""

import unicodedata
from pathlib import Path

import pytest
from PIL import Image, ImageFont
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from scripts import screenshots
from scripts.screenshots import CELL, INK, PAPER, Fonts, draw, main

RED, GREEN, BLUE = (200, 10, 20), (10, 200, 20), (10, 20, 200)
ACROSS, DOWN = CELL


def style(ink: tuple[int, int, int] | None, paper: tuple[int, int, int] | None, *, reverse: bool = False) -> Style:
    def name(color: tuple[int, int, int] | None) -> str | None:
        return None if color is None else f"rgb({color[0]},{color[1]},{color[2]})"

    return Style(color=name(ink), bgcolor=name(paper), reverse=reverse)


@pytest.fixture(scope="module")
def fonts() -> Fonts:
    """Pillow's own font: what is drawn where does not depend on the fonts of the system."""
    font = ImageFont.load_default(14)
    return Fonts(font, font, font)


def drawn(fonts: Fonts, *parts: tuple[str, Style], columns: int = 8) -> Image.Image:
    return draw([Strip([Segment(text, how) for text, how in parts])], columns, fonts)


def colours(image: Image.Image, column: int, cells: int = 1, row: int = 0, half: str = "") -> set[object]:
    """The colours in a cell, or in its upper or lower half."""
    top, bottom = row * DOWN, (row + 1) * DOWN
    if half:
        top, bottom = (top, top + DOWN // 2) if half == "upper" else (top + DOWN // 2, bottom)
    part = image.crop((column * ACROSS, top, (column + cells) * ACROSS, bottom))
    return {color for _count, color in part.getcolors(ACROSS * cells * DOWN) or []}


def test_a_half_block_is_two_rectangles(fonts: Fonts) -> None:
    image = drawn(fonts, ("▀", style(RED, BLUE)), ("▄", style(RED, BLUE)))
    assert image.size == (8 * ACROSS, DOWN)
    assert colours(image, 0, half="upper") == {RED}
    assert colours(image, 0, half="lower") == {BLUE}
    assert colours(image, 1, half="upper") == {BLUE}
    assert colours(image, 1, half="lower") == {RED}


@pytest.mark.parametrize("char", sorted(screenshots.BOXES))
def test_every_block_covers_the_part_of_its_cell_that_its_name_says(fonts: Fonts, char: str) -> None:
    covered = {"█": 1.0, "▀": 0.5, "▄": 0.5, "▌": 0.5, "▐": 0.5, "▚": 0.5, "▞": 0.5, "▔": 0.125, "▕": 0.125}
    covered |= dict.fromkeys("▘▝▖▗", 0.25) | dict.fromkeys("▙▟▛▜", 0.75)
    covered |= {block: part / 8 for part, block in enumerate("▁▂▃▄▅▆▇", 1)}
    covered |= {block: part / 8 for part, block in enumerate("▏▎▍▌▋▊▉", 1)}
    name = unicodedata.name(char)
    parts = len(name.rpartition("-")[2])
    if "SEXTANT" in name:
        covered[char] = parts / 6
    elif "BRAILLE" in name:
        covered[char] = parts * 0.25 * 0.13  # each dot stands free in its eighth of the cell, a few pixels large
    image = drawn(fonts, (char, style(RED, BLUE)), columns=1)
    pixels = {color: count for count, color in image.getcolors(ACROSS * DOWN) or []}
    assert set(pixels) <= {RED, BLUE}
    assert pixels[RED] / (ACROSS * DOWN) == pytest.approx(
        covered[char], abs=0.02 * parts if "BRAILLE" in name else 0.06
    )


def test_letters_stay_in_their_cells_and_wide_ones_take_two(fonts: Fonts) -> None:
    image = drawn(fonts, ("W", style(RED, BLUE)), ("张", style(GREEN, RED)), ("█", style(BLUE, GREEN)))
    assert {RED, BLUE} <= colours(image, 0)
    assert not colours(image, 0) & {GREEN}
    # The wide one has its paper in both of its cells, and what follows stands behind it.
    assert RED in colours(image, 1)
    assert RED in colours(image, 2)
    assert BLUE not in colours(image, 1, cells=2)
    assert colours(image, 3) == {BLUE}


def test_each_line_stands_in_its_row(fonts: Fonts) -> None:
    strips = [Strip([Segment(" ", style(None, paper))]) for paper in (RED, GREEN, BLUE)]
    image = draw(strips, 2, fonts)
    assert image.size == (2 * ACROSS, 3 * DOWN)
    assert [colours(image, 0, row=row) for row in range(3)] == [{RED}, {GREEN}, {BLUE}]


def test_reverse_changes_the_colours_over_and_no_colour_is_that_of_the_theme(fonts: Fonts) -> None:
    image = drawn(fonts, (" ", style(RED, BLUE, reverse=True)), ("█", style(None, None)), (" ", style(None, None)))
    assert [colours(image, column) for column in range(3)] == [{RED}, {INK}, {PAPER}]


def test_the_lines_of_a_frame_meet_at_the_edges_of_their_cells(fonts: Fonts) -> None:
    image = draw([Strip([Segment(text, style(RED, BLUE))]) for text in ("╭─╮", "│ │", "╰─╯")], 3, fonts)
    middle_x, middle_y = (ACROSS - 1) // 2, (DOWN - 1) // 2
    right, bottom = 2 * ACROSS + middle_x, 2 * DOWN + middle_y
    # THEN one can walk along it from corner to corner without leaving it
    assert all(image.getpixel((x, y)) == RED for x in range(middle_x, right + 1) for y in (middle_y, bottom))
    assert all(image.getpixel((x, y)) == RED for y in range(middle_y, bottom + 1) for x in (middle_x, right))
    assert image.getpixel((0, 0)) == BLUE
    assert colours(image, 1, row=1) == {BLUE}


def test_without_a_chinese_font_one_sentence_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(screenshots, "FOLDERS", (str(tmp_path),))
    assert main(["home", "--into", str(tmp_path / "pictures")]) == 1
    assert "fonts-noto-cjk" in capsys.readouterr().err
    assert not (tmp_path / "pictures").exists()


def test_a_screen_that_does_not_exist_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["nowhere"])
    assert "no such screen: nowhere" in capsys.readouterr().err
