"""The cells of a picture, read back by a terminal of our own."""

import itertools
import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from console.graphics.blocks import GRID, BlockEncoder, Mode, encode
from console.graphics.palette import Depth
from console.graphics.texts import CellText

from . import shapes
from .ansi import Cell, Color, interpret, spread

Pixels = npt.NDArray[np.uint8]

MODES: tuple[Mode, ...] = ("half", "quadrant", "sextant", "braille", "ascii")
DEPTHS: tuple[Depth, ...] = ("true", "256", "16", "none")
TEXTS = (
    CellText(0, 0, "张^伟 P0017"),
    CellText(0, 26, "LAO 32 CRA 2", "dim"),
    CellText(5, 1, "0.31 mm/px · 探测器平面 · 未校准", "warning"),
    CellText(6, 2, "x̂́ 𠮷 ก้ é", "calm"),
    CellText(7, 39, "宽", "accent"),
)
CUBE = (0, 95, 135, 175, 215, 255)
VGA = {0: 0, 8: 85, 7: 170, 15: 255}


def rgb_of(color: Color) -> tuple[int, int, int]:
    """What a palette number looks like; independent of the tables under test."""
    if isinstance(color, tuple):
        return color
    assert color is not None
    if color >= 232:
        return (8 + 10 * (color - 232),) * 3
    if color >= 16:
        red, rest = divmod(color - 16, 36)
        return CUBE[red], CUBE[rest // 6], CUBE[rest % 6]
    return (VGA[color],) * 3


def noise(rows: int, columns: int, channels: int = 0, seed: int = 7) -> Pixels:
    shape = (rows, columns, channels) if channels else (rows, columns)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def smooth(rows: int, columns: int) -> Pixels:
    """A slope with a dark vessel and a black corner, as an angiogram has."""
    y, x = np.mgrid[0:rows, 0:columns] / max(rows, columns)
    picture = 60 + 150 * x + 30 * np.sin(4 * y) - 90 * np.exp(-(((y - x / 2 - 0.2) / 0.02) ** 2))
    picture[(x + y) < 0.15] = 0
    clipped: Pixels = np.clip(picture, 0, 255).astype(np.uint8)
    return clipped


def halves(cell: Cell) -> tuple[Color, Color]:
    """Colours of the upper and lower half of a cell."""
    return {"▀": (cell.fg, cell.bg), "▄": (cell.bg, cell.fg), " ": (cell.bg, cell.bg), "█": (cell.fg, cell.fg)}[
        cell.glyph
    ]


@given(
    picture=st.integers(1, 6).flatmap(
        lambda rows: arrays(np.uint8, (rows * 2, 9), elements=st.sampled_from([0, 7, 8, 99, 100, 255]))
    )
)
@settings(max_examples=60, deadline=None)
def test_in_truecolor_a_half_block_shows_both_grey_pixels_exactly(picture: Pixels) -> None:
    # WHEN any grey picture is drawn with half blocks
    drawn = encode(picture, 9, len(picture) // 2, "half", "true")
    # THEN every cell's two halves are the two pixels
    for row, line in enumerate(drawn.lines):
        for column, cell in enumerate(interpret(line)):
            upper, lower = (int(picture[2 * row + place, column]) for place in (0, 1))
            assert halves(cell) == ((upper,) * 3, (lower,) * 3)


@given(picture=arrays(np.uint8, (4, 8, 3), elements=st.sampled_from([0, 9, 10, 200, 255])))
@settings(max_examples=60, deadline=None)
def test_in_truecolor_a_half_block_shows_both_colour_pixels_exactly(picture: Pixels) -> None:
    drawn = encode(picture, 8, 2, "half", "true")
    for row, line in enumerate(drawn.lines):
        for column, cell in enumerate(interpret(line)):
            assert halves(cell) == tuple(tuple(map(int, picture[2 * row + place, column])) for place in (0, 1))


@pytest.mark.parametrize("channels", [0, 3])
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("mode", MODES)
def test_lines_and_cells_show_the_same_picture(mode: Mode, depth: Depth, channels: int) -> None:
    # GIVEN noise and flat parts, and texts with Chinese, marks and characters outside the basic plane
    across, down = GRID[mode]
    pixels = noise(9 * down, 41 * across, channels)
    pixels[: 2 * down, : 20 * across] = 255
    # WHEN it is drawn
    drawn = encode(pixels, 41, 9, mode, depth, TEXTS)
    # THEN bytes and runs are the same cells, and each row fills its width
    assert len(drawn.lines) == 9
    for row, line in enumerate(drawn.lines):
        cells = interpret(line)
        assert len(cells) == 41
        runs = drawn.cells(row)
        assert spread(list(runs)) == cells
        # AND no run is empty, not even under the second half of a wide character
        assert all(run.text for run in runs)


def two_tones(mode: Mode, pixels: Pixels, columns: int, rows: int, *, exact: bool) -> Iterator[tuple[Pixels, Pixels]]:
    """Each cell's pixels, and what is shown of them."""
    down = GRID[mode][1]
    drawn = BlockEncoder(mode, "true").encode(pixels, columns, rows, exact=exact)
    for row, line in enumerate(drawn.lines):
        for column, cell in enumerate(interpret(line)):
            wanted = pixels[down * row : down * (row + 1), 2 * column : 2 * column + 2]
            tones = (rgb_of(cell.fg)[0], rgb_of(cell.bg)[0])
            yield wanted, np.where(shapes.filled(cell.glyph, down), *tones).astype(np.uint8)


@pytest.mark.parametrize("mode", ["quadrant", "sextant"])
def test_two_tones_are_the_means_above_and_below_the_mean_of_the_cell(mode: Mode) -> None:
    # GIVEN a noisy picture
    for wanted, shown in two_tones(mode, noise(8 * GRID[mode][1], 40), 20, 8, exact=False):
        # WHEN one cell is fitted by hand THEN it is what is shown
        high = wanted > wanted.mean()
        for side in (high, ~high):
            assert set(shown[side].tolist()) == {int(wanted[side].mean() + 0.5)}


@pytest.mark.parametrize("mode", ["quadrant", "sextant"])
def test_a_still_is_fitted_as_well_as_two_tones_can(mode: Mode) -> None:
    # GIVEN noise, where the mean is often not the best place to split, and cells with few different values
    count = 2 * GRID[mode][1]
    pixels = np.vstack([noise(4 * GRID[mode][1], 40), noise(4 * GRID[mode][1], 40, seed=8) // 90 * 90])
    better = 0
    plain = [shown for _wanted, shown in two_tones(mode, pixels, 20, 8, exact=False)]
    for (wanted, shown), rough in zip(two_tones(mode, pixels, 20, 8, exact=True), plain, strict=True):
        # WHEN every way to give each pixel one of two tones is tried
        flat = wanted.reshape(-1).astype(float)
        least = min(
            sum(((flat[side] - flat[side].mean()) ** 2).sum() for side in (chosen, ~chosen) if side.any())
            for chosen in (np.array(bits, bool) for bits in itertools.product((False, True), repeat=count))
        )
        # THEN none is better, but for the rounding of the two tones
        error = float(((shown.reshape(-1) - flat) ** 2).sum())
        assert error <= least + count * 0.25 + 1e-6
        better += error < ((rough.reshape(-1) - flat) ** 2).sum()
    assert better > 10


@pytest.mark.parametrize("depth", ["true", "256", "16", "none"])
def test_braille_has_dots_along_an_edge_and_none_in_noise(depth: Depth) -> None:
    # GIVEN a dark vessel, 6 pixels wide, across a bright field with the noise of an X-ray
    rng = np.random.default_rng(3)
    picture = np.full((160, 160), 150.0)
    picture[77:83] = 60.0
    pixels = (picture + rng.normal(0, 4, picture.shape)).clip(0, 255).astype(np.uint8)
    drawn = encode(pixels, 80, 40, "braille", depth)
    dots = np.zeros(pixels.shape, bool)
    for row, line in enumerate(drawn.lines):
        for column, cell in enumerate(interpret(line)):
            dots[4 * row : 4 * row + 4, 2 * column : 2 * column + 2] = shapes.dots(cell.glyph)
            if depth == "true" and row != 19 and row != 20:
                # AND behind the dots stands the picture
                assert rgb_of(cell.bg)[0] == pytest.approx(150 * 5 / 8, abs=4)
    # THEN both walls are drawn through, where they are, and next to nothing elsewhere
    assert dots[75:79].any(axis=0).mean() > 0.95
    assert dots[81:85].any(axis=0).mean() > 0.95
    dots[74:86] = False
    assert dots.mean() < 0.01


def test_quadrants_of_a_colour_picture_keep_the_colours_of_both_sides() -> None:
    # GIVEN a red left and a blue right half of every cell
    pixels = np.zeros((4, 8, 3), np.uint8)
    pixels[:, 0::2] = (250, 10, 20)
    pixels[:, 1::2] = (5, 15, 90)
    # WHEN it is drawn THEN the red, which is the lighter, is the ink of the left half
    for line in encode(pixels, 4, 2, "quadrant", "true").lines:
        assert interpret(line) == [Cell("▌", (250, 10, 20), (5, 15, 90))] * 4


def test_256_colours_take_the_grey_nearest_in_luminance() -> None:
    # GIVEN every grey once
    pixels = np.arange(256, dtype=np.uint8).reshape(2, 128)
    # WHEN they are drawn with the palette
    cells = interpret(encode(pixels, 128, 1, "half", "256").lines[0])
    shown = [halves(cell) for cell in cells]
    # THEN none is further away than the nearest grey of the palette, and no entry that users change is used
    greys = [rgb_of(number)[0] for number in range(16, 256) if len(set(rgb_of(number))) == 1]
    for grey in range(256):
        color = shown[grey % 128][grey // 128]
        assert isinstance(color, int)
        assert color >= 16
        assert len(set(rgb_of(color))) == 1
        assert abs(rgb_of(color)[0] - grey) == min(abs(level - grey) for level in greys)


def test_256_colours_take_the_nearest_colour() -> None:
    # GIVEN random colours, saturated and nearly grey
    pixels = noise(2, 60, 3)
    pixels[1] = np.clip(pixels[1, :, :1].astype(int) + noise(1, 60, 3)[0] % 9, 0, 255)
    cells = interpret(encode(pixels, 60, 1, "half", "256").lines[0])
    palette = [rgb_of(number) for number in range(16, 256)]
    for column, cell in enumerate(cells):
        for place, color in enumerate(halves(cell)):
            wanted = [int(value) for value in pixels[place, column]]
            # THEN no entry of the palette is nearer
            off = sum((a - b) ** 2 for a, b in zip(rgb_of(color), wanted, strict=True))
            assert off == min(sum((a - b) ** 2 for a, b in zip(entry, wanted, strict=True)) for entry in palette)


def shown_greys(mode: Mode, depth: Depth, pixels: Pixels, columns: int, rows: int) -> npt.NDArray[np.float64]:
    """The picture as 16 colours, or ink and no ink, show it: 2 x 2 or 2 x 3 values a cell."""
    down = 3 if mode == "sextant" else 2
    out = np.zeros((rows * down, columns * 2))
    for row, line in enumerate(encode(pixels, columns, rows, mode, depth).lines):
        for column, cell in enumerate(interpret(line)):
            ink, ground = (255, 0) if depth == "none" else (rgb_of(cell.fg)[0], rgb_of(cell.bg)[0])
            filled = shapes.filled(cell.glyph, down)
            out[down * row : down * (row + 1), 2 * column : 2 * column + 2] = np.where(filled, ink, ground)
    return out


@pytest.mark.parametrize("depth", ["16", "none"])
@pytest.mark.parametrize("mode", ["half", "quadrant", "sextant"])
def test_dithering_keeps_the_local_brightness(mode: Mode, depth: Depth) -> None:
    # GIVEN a smooth picture
    columns, rows = 80, 40
    across, down = GRID[mode]
    pixels = smooth(rows * down, columns * across)
    # WHEN it is drawn with few levels and both are averaged over patches of 8 x 4 cells
    shown = shown_greys(mode, depth, pixels, columns, rows)
    patches = shown.reshape(rows // 4, -1, columns // 8, 16).mean(axis=(1, 3))
    wanted = pixels.astype(float).reshape(rows // 4, 4 * down, columns // 8, 8 * across).mean(axis=(1, 3))
    # THEN each patch is as bright as it was; four levels do better than two
    assert np.abs(patches - wanted).max() < (9 if depth == "16" else 16)
    assert np.abs(patches - wanted).mean() < (3 if depth == "16" else 5)


@pytest.mark.parametrize("mode", MODES)
def test_sixteen_colours_use_greys_and_no_bright_background(mode: Mode) -> None:
    # GIVEN a terminal such as the Linux console, which has no bright backgrounds
    across, down = GRID[mode]
    drawn = encode(noise(20 * down, 60 * across), 60, 20, mode, "16")
    # THEN only the four greys are inks and only black and light grey lie behind them
    cells = [cell for line in drawn.lines for cell in interpret(line)]
    assert {cell.fg for cell in cells} <= {0, 7, 8, 15}
    assert {cell.bg for cell in cells} <= {0, 7}


@pytest.mark.parametrize("mode", MODES)
def test_without_colours_no_escape_is_sent(mode: Mode) -> None:
    across, down = GRID[mode]
    drawn = encode(noise(9 * down, 41 * across), 41, 9, mode, "none", TEXTS)
    assert b"\x1b" not in b"".join(drawn.lines)
    assert {(run.fg, run.bg) for row in range(9) for run in drawn.cells(row)} == {(None, None)}


@pytest.mark.parametrize("depth", DEPTHS)
def test_ascii_pictures_hold_nothing_but_ascii(depth: Depth) -> None:
    drawn = encode(noise(20, 60), 60, 20, "ascii", depth)
    assert b"".join(drawn.lines).isascii()


def test_the_ascii_ramp_grows_denser_with_brightness() -> None:
    # GIVEN a slope from black to white
    pixels = np.tile(np.linspace(0, 255, 100).astype(np.uint8), (8, 1))
    drawn = encode(pixels, 100, 8, "ascii", "none")
    # THEN black is blank, white is the densest, and the mean over a column band never falls
    ramp = " .:-=+*#%@"
    steps = np.array([[ramp.index(character) for character in line.decode()] for line in drawn.lines])
    assert set(steps[:, 0]) == {0}
    assert set(steps[:, -1]) == {9}
    bands = steps[:, :96].reshape(8, 12, 8).mean(axis=(0, 2))
    assert (np.diff(bands) > 0).all()


@pytest.mark.parametrize("depth", ["true", "256", "16"])
@pytest.mark.parametrize("channels", [0, 3])
def test_a_colour_is_not_named_again_while_it_lasts(depth: Depth, channels: int) -> None:
    # GIVEN a flat picture with one step in the middle of its second row
    pixels = np.full((4, 100, 3) if channels else (4, 100), 255, np.uint8)
    pixels[2:, 50:] = 0
    first, second = encode(pixels, 100, 2, "half", depth).lines
    # THEN the flat row names its colours once, the other once more, and both are reset at the end
    assert len(re.findall(rb"\x1b\[[\d;]*m", first)) == 2
    assert len(re.findall(rb"\x1b\[[\d;]*m", second)) == 3
    assert first.endswith(b"\x1b[0m")
    assert second.endswith(b"\x1b[0m")


@pytest.mark.parametrize("wrong", [(107, 190), (108, 189), (108, 190, 4), (108,)])
def test_pixels_of_another_size_are_refused(wrong: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="want"):
        encode(np.zeros(wrong, np.uint8), 190, 54, "half", "true")


def test_pixels_that_are_not_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="float64"):
        encode(np.zeros((108, 190)), 190, 54, "half", "true")  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize("size", [(0, 0), (0, 3), (3, 0), (1, 1)])
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("mode", MODES)
def test_a_widget_without_room_is_no_error(mode: Mode, depth: Depth, size: tuple[int, int]) -> None:
    columns, rows = size
    across, down = GRID[mode]
    drawn = encode(np.zeros((rows * down, columns * across), np.uint8), columns, rows, mode, depth, TEXTS)
    assert [len(interpret(line)) for line in drawn.lines] == [columns] * rows
    assert [len(spread(list(drawn.cells(row)))) for row in range(rows)] == [columns] * rows


@pytest.mark.parametrize("channels", [0, 3])
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("mode", MODES)
def test_a_picture_stays_as_it_was_when_its_encoder_goes_on(mode: Mode, depth: Depth, channels: int) -> None:
    # GIVEN a picture that the screen still shows
    across, down = GRID[mode]
    encoder = BlockEncoder(mode, depth)
    source = noise(6 * down, 20 * across, channels, 1)
    first = encoder.encode(source, 20, 6, TEXTS)
    lines, runs = first.lines, [first.cells(row) for row in range(6)]
    # WHEN the same encoder makes others, of this and another size, and the source is overwritten
    encoder.encode(noise(6 * down, 20 * across, channels, 2), 20, 6)
    encoder.encode(noise(3 * down, 50 * across, channels, 3), 50, 3)
    source[...] = 0
    # THEN nothing of it has changed
    assert first.lines == lines
    assert [first.cells(row) for row in range(6)] == runs


def test_encoding_never_writes_into_the_frame() -> None:
    # GIVEN a cached frame that must not change
    pixels = noise(24, 20)
    pixels.flags.writeable = False
    for mode in MODES:
        across, down = GRID[mode]
        part = pixels[: 6 * down, : 10 * across]
        for depth in DEPTHS:
            encode(part, 10, 6, mode, depth, [CellText(0, 0, "text")])


def test_a_noisy_frame_is_not_larger_than_its_colours_demand() -> None:
    # GIVEN the worst case, where every cell changes both colours
    drawn = encode(noise(108, 190), 190, 54, "half", "true")
    # THEN a cell costs at most one sequence with both colours and its glyph
    assert sum(map(len, drawn.lines)) <= 190 * 54 * 39 + 54 * 4
