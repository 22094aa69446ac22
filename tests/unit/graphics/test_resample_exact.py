"""What resampling does to every pixel, beside the same written out by its definition in plain sums."""

import time
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.graphics.encoder import choose
from console.graphics.resample import Geometry, Placement, View, fit, place, resample
from tests.unit.graphics.test_encoder import XTERM

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

EXACT = 1e-3
"""What floating point may add to a rounding of half a grey."""

seeds = st.integers(0, 10_000)


def noise(rows: int, columns: int, seed: int, color: bool = False) -> Pixels:
    shape = (rows, columns, 3) if color else (rows, columns)
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def edges(start: float, end: float, count: int) -> Floats:
    """Where `count` canvas pixels begin and end in the picture: count + 1 places."""
    return start + (end - start) * np.arange(count + 1) / count


def covered(start: float, end: float, count: int, size: int) -> Floats:
    """How much of each of `size` pixels lies in each canvas pixel, as shares of it: (count, size)."""
    at, pixel = edges(start, end, count), np.arange(size)
    shares = np.minimum(at[1:, None], pixel + 1) - np.maximum(at[:-1, None], pixel)
    return normal(np.clip(shares, 0, None))


def cubic(start: float, end: float, count: int, size: int) -> Floats:
    """Keys' cubic convolution with a = -1/2 at the middle of each canvas pixel: (count, size)."""
    at = edges(start, end, count)
    away = np.abs((at[1:] + at[:-1])[:, None] / 2 - np.arange(size) - 0.5)
    near = 1.5 * away**3 - 2.5 * away**2 + 1
    far = -0.5 * away**3 + 2.5 * away**2 - 4 * away + 2
    return normal(np.where(away < 1, near, np.where(away < 2, far, 0.0)))


def normal(weights: Floats) -> Floats:
    found: Floats = weights / weights.sum(axis=1, keepdims=True)
    return found


def by_hand(pixels: Pixels, down: Floats, across: Floats) -> Floats:
    once = np.tensordot(pixels.astype(float), across, axes=(1, 1)).clip(0, 255)  # (rows, colours if any, width)
    found: Floats = np.tensordot(down, np.moveaxis(once, -1, 1), axes=(1, 0)).clip(0, 255)
    return found


def inside(shown: Pixels, placed: Placement) -> Pixels:
    return shown[placed.top : placed.top + placed.height, placed.left : placed.left + placed.width]


@given(st.integers(1, 7), st.integers(1, 7), st.integers(1, 30), st.integers(1, 30), st.booleans(), seeds)
@settings(max_examples=120, deadline=None)
def test_shrinking_by_whole_numbers_is_the_average_of_the_area(
    across: int, down: int, width: int, height: int, color: bool, seed: int
) -> None:
    # GIVEN a picture whose pixels have a shape by which it shrinks by another whole number each way
    pixels = noise(height * down, width * across, seed, color)
    aspect = across / down
    geometry = Geometry(width * across, height * down, width, height, aspect)
    view, placed = fit(geometry), place(fit(geometry), geometry)
    assert (placed.width, placed.height) == (width, height)
    # WHEN it is shown THEN each canvas pixel is the average of what it covers, rounded once
    shown = resample(pixels, view, width, height, aspect)
    hand = by_hand(
        pixels, covered(0, pixels.shape[0], height, height * down), covered(0, width * across, width, width * across)
    )
    assert np.abs(shown - hand).max() <= 0.5 + EXACT


@given(
    st.integers(2, 90),
    st.integers(2, 90),
    st.integers(1, 40),
    st.integers(1, 40),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0.05, 1),
    st.booleans(),
    seeds,
)
@settings(max_examples=200, deadline=None)
def test_shrinking_is_the_average_of_the_area_of_any_view(
    columns: int, rows: int, width: int, height: int, x: float, y: float, scale: float, color: bool, seed: int
) -> None:
    # GIVEN any view, moved by any part of a pixel, that does not enlarge
    pixels = noise(rows, columns, seed, color)
    geometry = Geometry(columns, rows, width, height)
    view = View(x * columns, y * rows, scale)
    placed = place(view, geometry)
    x0, y0, x1, y1 = placed.box
    shrinks = placed.width <= x1 - x0 and placed.height <= y1 - y0
    if not shrinks or (placed.width, placed.height) == (x1 - x0, y1 - y0):
        return
    # WHEN it is shown THEN each canvas pixel is the mean of what it covers
    shown = inside(resample(pixels, view, width, height), placed)
    hand = by_hand(pixels, covered(y0, y1, placed.height, rows), covered(x0, x1, placed.width, columns))
    assert np.abs(shown - hand).max(initial=0) <= 0.5 + EXACT


@pytest.mark.parametrize(("size", "shown_as"), [(512, 400), (512, 340), (1024, 900)])
def test_shrinking_by_any_ratio_is_the_average_of_the_area(size: int, shown_as: int) -> None:
    # GIVEN thin lines WHEN they shrink a little THEN each canvas pixel has the share of the lines that it covers
    pixels = np.zeros((size, size), np.uint8)
    pixels[:, ::37] = 255
    shown = resample(pixels, fit(Geometry(size, size, shown_as, shown_as)), shown_as, shown_as)
    weights = covered(0, size, shown_as, size)
    assert np.abs(shown - by_hand(pixels, weights, weights)).max() <= 0.5 + EXACT


@given(st.integers(1, 60), st.integers(1, 60), st.floats(0.1, 1), st.integers(0, 255))
@settings(max_examples=60, deadline=None)
def test_a_flat_picture_stays_flat_at_any_size(columns: int, rows: int, part: float, grey: int) -> None:
    for factor in (part, 1 / part):
        width, height = max(round(columns * factor), 1), max(round(rows * factor), 1)
        geometry = Geometry(columns, rows, width, height)
        shown = inside(
            resample(np.full((rows, columns), grey, np.uint8), fit(geometry), width, height),
            place(fit(geometry), geometry),
        )
        assert np.all(shown == grey)


@given(
    st.integers(2, 24),
    st.integers(2, 24),
    st.integers(20, 120),
    st.integers(20, 120),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(1, 32),
    st.booleans(),
    seeds,
)
@settings(max_examples=200, deadline=None)
def test_growing_is_cubic_interpolation_at_the_place_of_each_canvas_pixel(
    columns: int, rows: int, width: int, height: int, x: float, y: float, scale: float, color: bool, seed: int
) -> None:
    # GIVEN any view that enlarges a picture so far from black and white that a curve through it stays between them
    pixels = noise(rows, columns, seed, color) // 2 + np.uint8(64)
    geometry = Geometry(columns, rows, width, height)
    view = View(x * columns, y * rows, scale)
    placed = place(view, geometry)
    x0, y0, x1, y1 = placed.box
    if placed.width < x1 - x0 or placed.height < y1 - y0:
        return
    # WHEN it is shown THEN each canvas pixel has the value of a smooth surface through the pixels
    shown = inside(resample(pixels, view, width, height), placed)
    hand = by_hand(pixels, cubic(y0, y1, placed.height, rows), cubic(x0, x1, placed.width, columns))
    assert np.abs(shown - hand).max() <= 1.2


def straight(start: float, end: float, count: int, size: int) -> Floats:
    """Straight lines from pixel to pixel, flat beyond the outermost: (count, size)."""
    at = edges(start, end, count)
    middle = ((at[1:] + at[:-1]) / 2 - 0.5).clip(0, size - 1)
    return normal((1 - np.abs(middle[:, None] - np.arange(size))).clip(min=0))


@given(
    st.integers(2, 24),
    st.integers(2, 24),
    st.integers(20, 120),
    st.integers(20, 120),
    st.floats(0, 1),
    st.floats(1, 32),
    st.booleans(),
    seeds,
)
@settings(max_examples=100, deadline=None)
def test_growing_quickly_draws_straight_lines_between_the_pixels(
    columns: int, rows: int, width: int, height: int, x: float, scale: float, color: bool, seed: int
) -> None:
    pixels = noise(rows, columns, seed, color)
    geometry = Geometry(columns, rows, width, height)
    view = View(x * columns, x * rows, scale)
    placed = place(view, geometry)
    x0, y0, x1, y1 = placed.box
    if placed.width < x1 - x0 or placed.height < y1 - y0:
        return
    shown = inside(resample(pixels, view, width, height, quick=True), placed)
    hand = by_hand(pixels, straight(y0, y1, placed.height, rows), straight(x0, x1, placed.width, columns))
    # A weight is a 256th at best, which two pixels far apart turn into half a grey, once each way; so does each sum.
    assert np.abs(shown - hand).max() <= 2


@given(st.integers(3, 12), st.floats(0.3, 1.0), st.floats(0, 6.28))
@settings(max_examples=60, deadline=None)
def test_growing_draws_a_smooth_shade_without_steps(factor: int, slow: float, phase: float) -> None:
    # GIVEN a wave of at least six pixels WHEN it grows
    def wave(at: Floats) -> Floats:
        found: Floats = 128 + 100 * np.sin(at * slow + phase)
        return found

    pixels = np.tile(np.rint(wave(np.arange(40, dtype=np.float64) + 0.5)).astype(np.uint8), (8, 1))
    shown = resample(pixels, View(20, 4, factor), 40 * factor, 8 * factor)
    # THEN between the pixels it is still the wave, where nearest pixels would be off by half a step, up to 50 greys
    place_of = (np.arange(40 * factor, dtype=np.float64) + 0.5) / factor
    middle = (place_of > 2) & (place_of < 38)
    assert np.abs(shown[4 * factor, middle] - wave(place_of[middle])).max() <= 6


def spread(weights: Floats, along: Floats) -> float:
    """Standard deviation of the places `along`, each with its weight."""
    mean = (weights * along).sum() / weights.sum()
    return float(np.sqrt((weights * (along - mean) ** 2).sum() / weights.sum()))


@given(
    st.sampled_from(["half", "quadrant", "ascii", "sixel", "kitty", "iterm"]),
    st.tuples(st.integers(5, 20), st.floats(1.2, 2.6)),
    st.integers(30, 240),
    st.integers(12, 70),
    st.floats(0.5, 2),
)
@settings(max_examples=80, deadline=None)
def test_a_disc_is_round_on_the_screen_in_every_way_to_draw(
    mode: str, cell: tuple[int, float], columns: int, rows: int, pixel_aspect: float
) -> None:
    # GIVEN a terminal with cells of any shape, and a disc that is round when its pixels have their true shape
    cell_pixels = cell[0], round(cell[0] * cell[1])
    encoder = choose(mode, replace(XTERM, cell_pixels=cell_pixels, sixel=True, kitty=True), "true")
    y, x = np.mgrid[0:300, 0:300] + 0.5
    disc = np.where(np.hypot(x - 150, (y - 150) * pixel_aspect) < 120 * min(pixel_aspect, 1), 255, 0).astype(np.uint8)
    # WHEN the whole picture is drawn into the array that this way wants
    width, height = encoder.pixel_size(columns, rows)
    geometry = Geometry(300, 300, width, height, pixel_aspect, encoder.canvas_aspect)
    shown = resample(disc, fit(geometry), width, height, pixel_aspect, encoder.canvas_aspect).astype(float)
    # THEN on the glass, where sixels have their own size and everything else fills its cells, it is as wide as high
    tall = 1.0 if mode == "sixel" else rows * cell_pixels[1] / height
    wide = 1.0 if mode == "sixel" else columns * cell_pixels[0] / width
    across = spread(shown.sum(axis=0), np.arange(width, dtype=np.float64) * wide)
    down = spread(shown.sum(axis=1), np.arange(height, dtype=np.float64) * tall)
    assert abs(across - down) <= 0.5 * max(wide, tall)


@pytest.mark.parametrize("quick", [False, True])
def test_a_turned_picture_is_as_soon_there_as_an_upright_one(quick: bool) -> None:
    # GIVEN a large picture and the view of it that a quarter turn is, which is not copied
    size = 600 if quick else 3000
    pixels = noise(size, size, 3)
    geometry = Geometry(size, size, 900, 900) if quick else Geometry(size, size, 80, 40)

    def seconds(turned: Pixels) -> float:
        began = time.perf_counter()
        resample(turned, fit(geometry), geometry.width, geometry.height, quick=quick)
        return time.perf_counter() - began

    # THEN turning costs a copy: row by row from all over the memory it would cost a thousand times as much
    upright = min(seconds(pixels) for _round in range(3))
    assert min(seconds(np.rot90(pixels)) for _round in range(3)) < 20 * upright
