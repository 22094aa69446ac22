"""Choosing the way to draw, and what a widget may rely on."""

from dataclasses import replace

import numpy as np
import pytest

from console.errors import UsageError
from console.graphics.encoder import CHOICES, Colors, choose
from console.graphics.resample import Geometry, fit, resample, to_image
from console.graphics.terminal import Terminal
from console.graphics.texts import CellText

from .ansi import interpret, spread

XTERM = Terminal(
    columns=80,
    rows=24,
    utf8=True,
    ambiguous_wide=False,
    cell_pixels=None,
    name="XTerm(379)",
    color="true",
    sixel=True,
    kitty=True,
    synchronized=False,
    answered=True,
    round_trip_ms=0.5,
)


@pytest.mark.parametrize(
    ("requested", "name", "size", "aspect"),
    [
        ("auto", "half", (190, 108), 1.0),
        ("blocks", "half", (190, 108), 1.0),
        ("half", "half", (190, 108), 1.0),
        ("quadrant", "quadrant", (380, 108), 2.0),
        ("ascii", "ascii", (190, 54), 2.0),
    ],
)
def test_each_way_says_what_array_it_wants(requested: str, name: str, size: tuple[int, int], aspect: float) -> None:
    encoder = choose(requested, XTERM)
    assert encoder.name == name
    assert encoder.pixel_size(190, 54) == size
    assert encoder.canvas_aspect == aspect
    # WHEN it gets that array THEN it draws every cell
    painting = encoder.encode(np.zeros(size[::-1], np.uint8), 190, 54, [CellText(3, 5, "冠脉")])
    assert painting.rows is not None
    assert len(painting.rows) == 54
    assert painting.blob == b""
    assert spread(list(painting.cells(3))) == interpret(painting.rows[3])


def test_an_unknown_way_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        choose("oil", XTERM)
    assert "oil" in caught.value.detail
    assert all(choice in caught.value.detail for choice in CHOICES)


@pytest.mark.parametrize(
    ("terminal", "expected"),
    [
        (XTERM, "half"),
        (replace(XTERM, utf8=False), "ascii"),
        (replace(XTERM, ambiguous_wide=True, wide_blocks=True), "ascii"),
        (replace(XTERM, ambiguous_wide=True, wide_blocks=False), "half"),
    ],
)
def test_auto_draws_blocks_only_where_they_are_one_cell_wide(terminal: Terminal, expected: str) -> None:
    assert choose("auto", terminal).name == expected
    # AND what the operator asks for by name is used whatever the probe found
    assert choose("blocks", terminal).name == "half"


@pytest.mark.parametrize(
    ("colors", "found", "mark"),
    [
        ("auto", "true", b"[38;2;"),
        ("auto", "256", b"[38;5;"),
        ("auto", "16", b"\x1b[22;"),
        ("256", "true", b"[38;5;"),
        ("none", "true", b" "),
    ],
)
def test_colours_are_those_of_the_terminal_unless_forced(colors: Colors, found: Colors, mark: bytes) -> None:
    terminal = replace(XTERM, color=found)  # type: ignore[arg-type]  # "auto" and "none" are not passed here
    pixels = np.zeros((2, 4), np.uint8)
    pixels[0, 1] = 10
    rows = choose("half", terminal, colors).encode(pixels, 4, 1).rows
    assert rows is not None
    assert mark in rows[0]


@pytest.mark.parametrize(("cell", "aspect"), [((10, 20), 1.0), ((9, 20), 10 / 9), ((8, 13), 0.8125), ((10, 90), 1.0)])
def test_the_cells_of_the_font_give_the_shape_of_a_pixel(cell: tuple[int, int], aspect: float) -> None:
    # GIVEN a terminal that says how large its cells are; nonsense counts as 1:2
    assert choose("half", replace(XTERM, cell_pixels=cell)).canvas_aspect == pytest.approx(aspect)


@pytest.mark.parametrize("requested", ["half", "quadrant", "ascii"])
def test_a_click_on_a_cell_finds_the_pixel_that_is_drawn_there(requested: str) -> None:
    # GIVEN a bright square in a dark picture
    picture = np.zeros((400, 400), np.uint8)
    picture[100:140, 240:280] = 255
    encoder = choose(requested, XTERM)
    width, height = encoder.pixel_size(80, 24)
    geometry = Geometry(400, 400, width, height, 1.0, encoder.canvas_aspect)
    view = fit(geometry)
    painting = encoder.encode(resample(picture, view, width, height, 1.0, encoder.canvas_aspect), 80, 24)
    assert painting.rows is not None
    # WHEN every cell is clicked THEN it is bright where the click lands well inside the square, dark well outside
    hits = 0
    for row, line in enumerate(painting.rows):
        for column, cell in enumerate(interpret(line)):
            x, y = to_image(view, geometry, *encoder.cell_center(column, row))
            if abs(x - 260) < 10 and abs(y - 120) < 10:
                assert cell.bg == (255, 255, 255)
                hits += 1
            elif abs(x - 260) > 45 or abs(y - 120) > 45:
                assert cell.bg == (0, 0, 0)
    assert hits > 0
