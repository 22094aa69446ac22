"""Where the picture lies on the canvas, what is drawn there, and that both ways between the two agree."""

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.graphics.resample import (
    CLOSEST,
    Geometry,
    View,
    clamp,
    fit,
    pan,
    place,
    resample,
    to_canvas,
    to_image,
    zoom,
)

Pixels = npt.NDArray[np.uint8]

sides = st.integers(1, 1200)
aspects = st.sampled_from([0.5, 0.8, 1.0, 1.2, 2.0])
geometries = st.builds(Geometry, sides, sides, st.integers(1, 400), st.integers(1, 300), aspects, aspects)
views = st.builds(View, st.floats(-500, 1700), st.floats(-500, 1700), st.floats(0.001, 200))


@given(geometries, views, st.floats(-50, 450), st.floats(-50, 350))
@settings(max_examples=300, deadline=None)
def test_a_point_of_the_canvas_comes_back_from_the_image(geometry: Geometry, view: View, x: float, y: float) -> None:
    there = to_image(view, geometry, x, y)
    assert to_canvas(view, geometry, *there) == pytest.approx((x, y), abs=1e-6)


@given(geometries, views, st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=300, deadline=None)
def test_a_point_of_the_image_comes_back_from_the_canvas(geometry: Geometry, view: View, x: float, y: float) -> None:
    point = x * geometry.columns, y * geometry.rows
    assert to_image(view, geometry, *to_canvas(view, geometry, *point)) == pytest.approx(point, abs=1e-6)


@given(geometries, views)
@settings(max_examples=300, deadline=None)
def test_the_picture_never_leaves_the_canvas(geometry: Geometry, view: View) -> None:
    # WHEN any view, however far out, is placed
    placed = place(view, geometry)
    x0, y0, x1, y1 = placed.box
    # THEN it shows a real part of the picture on real pixels of the canvas
    assert 0 <= placed.left < placed.left + placed.width <= geometry.width
    assert 0 <= placed.top < placed.top + placed.height <= geometry.height
    assert 0 <= x0 < x1 <= geometry.columns
    assert 0 <= y0 < y1 <= geometry.rows
    # AND a side with black beside it shows the picture to its ends, centred to the pixel
    if placed.width < geometry.width:
        assert (x0, x1) == pytest.approx((0, geometry.columns))
        assert abs(2 * placed.left + placed.width - geometry.width) <= 1
    if placed.height < geometry.height:
        assert (y0, y1) == pytest.approx((0, geometry.rows))
        assert abs(2 * placed.top + placed.height - geometry.height) <= 1


@given(geometries, views)
@settings(max_examples=200, deadline=None)
def test_clamping_twice_changes_nothing(geometry: Geometry, view: View) -> None:
    once = clamp(view, geometry)
    again = clamp(once, geometry)
    assert (again.center_x, again.center_y, again.scale) == pytest.approx((once.center_x, once.center_y, once.scale))


@given(geometries)
@settings(max_examples=200, deadline=None)
def test_fit_shows_all_of_the_picture_in_its_true_shape(geometry: Geometry) -> None:
    placed = place(fit(geometry), geometry)
    # THEN everything is visible and one side touches
    assert placed.box == pytest.approx((0, 0, geometry.columns, geometry.rows))
    assert placed.width == geometry.width or placed.height == geometry.height
    # AND the shape on the screen is that of the picture, within half a canvas pixel at each edge
    true = geometry.rows * geometry.pixel_aspect / geometry.columns
    low = (placed.height - 1) * geometry.canvas_aspect / (placed.width + 1)
    high = (placed.height + 1) * geometry.canvas_aspect / max(placed.width - 1, 0.5)
    assert low <= true * 1.0001 or placed.height == 1
    assert high >= true * 0.9999 or placed.width == 1


@given(
    st.builds(
        Geometry,
        st.integers(800, 1200),
        st.integers(800, 1200),
        st.integers(1, 400),
        st.integers(1, 200),
        aspects,
        aspects,
    ),
    st.floats(4, 20),
    st.floats(0.5, 1.5),
    st.floats(0, 1),
    st.floats(0, 1),
)
@settings(max_examples=200, deadline=None)
def test_zooming_keeps_the_point_under_the_mouse(
    geometry: Geometry, scale: float, factor: float, x: float, y: float
) -> None:
    # GIVEN a view so far inside a large picture that none of its edges comes into the canvas
    before = View(geometry.columns / 2, geometry.rows / 2, scale)
    point = x * geometry.width, y * geometry.height
    # WHEN it is zoomed in or out around a point
    after = zoom(before, geometry, factor, *point)
    # THEN the same image point lies under it
    assert after.scale == pytest.approx(scale * factor)
    assert to_image(after, geometry, *point) == pytest.approx(to_image(before, geometry, *point), abs=1e-6)


def test_zoom_stops_at_the_whole_picture_and_at_the_closest() -> None:
    geometry = Geometry(512, 512, 190, 108)
    assert zoom(fit(geometry), geometry, 0.01).scale == pytest.approx(108 / 512)
    assert zoom(fit(geometry), geometry, 1e6).scale == CLOSEST
    # GIVEN a picture smaller than the canvas THEN it may still be shown at one pixel each
    small = Geometry(20, 20, 190, 108)
    assert zoom(fit(small), small, 0.01).scale == 1.0


def one_to_one(geometry: Geometry) -> View:
    """Each image column once, around the middle."""
    middle = fit(geometry)
    return clamp(View(middle.center_x, middle.center_y, 1.0), geometry)


def test_panning_goes_as_far_as_the_picture_and_no_further() -> None:
    # GIVEN a picture at one pixel each, four times as wide as the canvas
    geometry = Geometry(400, 400, 100, 100)
    view = one_to_one(geometry)
    assert (view.center_x, view.center_y, view.scale) == (200, 200, 1.0)
    # WHEN panned THEN the canvas moves over the picture by as many pixels
    moved = pan(view, geometry, 30, -20)
    assert place(moved, geometry).box == (180, 130, 280, 230)
    # AND ends at its corner
    assert place(pan(view, geometry, 1e9, 1e9), geometry).box == (300, 300, 400, 400)
    # AND down by canvas pixels too where those are taller than wide
    tall = Geometry(400, 400, 100, 50, 1.0, 2.0)
    assert place(pan(one_to_one(tall), tall, 0, 10), tall).box == (150, 170, 250, 270)
    # AND a picture that fits does not move at all
    assert pan(fit(geometry), geometry, 50, 50) == fit(geometry)


@pytest.mark.parametrize("channels", [0, 3])
def test_at_one_to_one_the_pixels_are_shown_as_they_are(channels: int) -> None:
    shape = (60, 80, 3) if channels else (60, 80)
    pixels = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)
    shown = resample(pixels, View(30.0, 25.0, 1.0), 40, 30)
    assert (shown == pixels[10:40, 10:50]).all()


@pytest.mark.parametrize("channels", [0, 3])
def test_shrinking_by_a_whole_number_is_the_mean_of_the_pixels(channels: int) -> None:
    # GIVEN noise WHEN it is shown at a quarter
    shape = (64, 96, 3) if channels else (64, 96)
    pixels = np.random.default_rng(4).integers(0, 256, shape, dtype=np.uint8)
    shown = resample(pixels, View(48, 32, 0.25), 24, 16)
    # THEN every canvas pixel is the mean of its sixteen; the two directions are rounded one after the other
    mean = pixels.reshape(16, 4, 24, 4, *shape[2:]).mean(axis=(1, 3))
    assert np.abs(shown - mean).max() <= 1


def test_a_bright_point_is_not_lost_when_shrinking() -> None:
    # GIVEN one white pixel, as thin as a guide wire WHEN the picture shrinks fourfold
    pixels = np.zeros((512, 512), np.uint8)
    pixels[301, 77] = 255
    shown = resample(pixels, View(256, 256, 0.25), 128, 128)
    # THEN it is a sixteenth as bright in its place, where picking pixels would have lost it
    assert shown[75, 19] == 16
    assert shown.sum() == 16


def test_growing_is_smooth_and_keeps_to_the_range() -> None:
    # GIVEN an edge WHEN it is magnified ten times
    pixels = np.zeros((10, 10), np.uint8)
    pixels[:, 5:] = 200
    shown = resample(pixels, View(5, 5, 10), 100, 100).astype(int)
    # THEN the middle row rises in small steps, not in one
    assert np.abs(np.diff(shown[50])).max() < 40
    assert shown[50, 10] == 0
    assert shown[50, 90] == 200


@pytest.mark.parametrize("canvas_aspect", [1.0, 2.0])
@pytest.mark.parametrize("pixel_aspect", [1.0, 0.5, 1.2])
def test_a_circle_stays_round_on_the_screen(pixel_aspect: float, canvas_aspect: float) -> None:
    # GIVEN a disc that is round when its pixels have their true shape
    y, x = np.mgrid[0:400, 0:400] + 0.5
    disc = np.where(np.hypot(x - 200, (y - 200) * pixel_aspect) < 90, 255, 0).astype(np.uint8)
    # WHEN it is fitted into a canvas whose pixels have theirs
    geometry = Geometry(400, 400, 300, 150, pixel_aspect, canvas_aspect)
    shown = resample(disc, fit(geometry), 300, 150, pixel_aspect, canvas_aspect)
    # THEN it is as wide as high on the screen
    across = (shown > 127).any(axis=0).sum()
    down = (shown > 127).any(axis=1).sum() * canvas_aspect
    assert across == pytest.approx(down, abs=2 * max(canvas_aspect, 1))


@given(st.integers(2, 60), st.integers(2, 60), views, st.integers(1, 80), st.integers(1, 80), aspects, aspects)
@settings(max_examples=150, deadline=None)
def test_what_is_drawn_is_where_the_coordinates_say(
    columns: int, rows: int, view: View, width: int, height: int, pixel_aspect: float, canvas_aspect: float
) -> None:
    # GIVEN a picture whose brightness is its own x coordinate, and one that is white
    slope = np.tile((np.arange(columns) * 4).astype(np.uint8), (rows, 1))
    geometry = Geometry(columns, rows, width, height, pixel_aspect, canvas_aspect)
    shown = resample(slope, view, width, height, pixel_aspect, canvas_aspect)
    white = resample(np.full_like(slope, 255), view, width, height, pixel_aspect, canvas_aspect)
    placed = place(view, geometry)
    # THEN black is exactly what lies outside the placement
    inside = np.zeros((height, width), bool)
    inside[placed.top : placed.top + placed.height, placed.left : placed.left + placed.width] = True
    assert ((white > 0) == inside).all()
    # AND the brightness at a canvas pixel's centre is the image x that the transform gives, away from the ends
    for column in range(placed.left, placed.left + placed.width):
        x = to_image(view, geometry, column + 0.5, placed.top + 0.5)[0]
        reach = max(2.0, 2 * (placed.box[2] - placed.box[0]) / placed.width)
        if reach < x < columns - reach:
            step = (placed.box[2] - placed.box[0]) / placed.width
            assert abs(float(shown[placed.top, column]) / 4 - (x - 0.5)) <= 0.6 + step / 2


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 0), (1, 1), (1, 2000), (2000, 1)])
def test_pictures_and_canvases_of_no_size_are_no_error(shape: tuple[int, int]) -> None:
    pixels = np.full(shape, 9, np.uint8)
    for width, height in ((0, 0), (0, 4), (4, 0), (1, 1), (190, 108)):
        geometry = Geometry(shape[1], shape[0], width, height)
        shown = resample(pixels, fit(geometry), width, height)
        assert shown.shape == (height, width)
        assert (shown.max() == 9) if shown.size and pixels.size else not shown.any()


def test_without_pixels_there_are_no_coordinates_but_views_still_move() -> None:
    for geometry in (Geometry(0, 0, 190, 108), Geometry(512, 512, 0, 0)):
        pan(zoom(one_to_one(geometry), geometry, 2.0), geometry, 5, 5)
        with pytest.raises(ValueError, match="coordinates"):
            to_image(fit(geometry), geometry, 0, 0)


def test_rounding_never_moves_the_picture_by_more_than_half_a_canvas_pixel() -> None:
    # GIVEN a picture whose edges fall between canvas pixels
    geometry = Geometry(500, 333, 190, 108)
    view = fit(geometry)
    exact = (geometry.width - geometry.columns * view.scale) / 2
    assert not math.isclose(exact, round(exact))
    assert abs(to_canvas(view, geometry, 0, 0)[0] - exact) <= 0.5
    assert abs(to_canvas(view, geometry, 500, 333)[0] - (190 - exact)) <= 0.5
