"""Lengths, angles and areas: the shapes' own geometry, whatever is drawn."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.dicom.measuring.lengths import PIXELS, Scale, angle, area, checked, length, scale_of
from console.errors import UsageError
from console.model.measuring import Point, Shape, ShapeKind
from console.model.picture import Calibration

POINTS = st.tuples(st.floats(0, 500), st.floats(0, 500))
TALL = Scale(0.2, 0.5, "mm")


def shape(kind: ShapeKind, *points: Point) -> Shape:
    return Shape(kind, points)


def test_a_length_counts_columns_and_rows_by_their_own_spacing() -> None:
    # GIVEN pixels that are 0.2 mm wide and 0.5 mm high
    # THEN ten columns are 2 mm, ten rows 5 mm, and both together the hypotenuse
    assert length(((0, 0), (10, 0)), TALL) == pytest.approx(2.0)
    assert length(((0, 0), (0, 10)), TALL) == pytest.approx(5.0)
    assert length(((0, 0), (10, 10)), TALL) == pytest.approx(math.hypot(2, 5))
    assert length(((0, 0), (3, 4), (3, 14)), PIXELS) == pytest.approx(15.0)


def test_row_spacing_is_the_first_of_the_two_and_counts_downwards() -> None:
    calibration = Calibration("pixel-spacing", "mm", 0.5, 0.2)
    assert scale_of(calibration) == TALL


@pytest.mark.parametrize(
    "calibration", [Calibration("none", "px", None, None), Calibration("none", "px", 0.5, 0.5)], ids=["none", "px"]
)
def test_without_a_source_there_are_no_millimetres(calibration: Calibration) -> None:
    assert scale_of(calibration).unit == "px"
    assert length(((0, 0), (10, 0)), scale_of(calibration)) == 10


@given(POINTS, POINTS, POINTS, st.floats(0, 2 * math.pi), st.floats(0.1, 5))
def test_an_angle_is_the_same_wherever_and_however_large_it_is_drawn(
    one: Point, vertex: Point, other: Point, turn: float, zoom: float
) -> None:
    # GIVEN an angle whose arms have a length
    if min(math.dist(one, vertex), math.dist(other, vertex)) < 1:
        return
    before = angle(shape(ShapeKind.ANGLE, one, vertex, other), 1.0)
    # WHEN it is turned and enlarged
    cos, sin = zoom * math.cos(turn), zoom * math.sin(turn)
    moved = [(x * cos - y * sin, x * sin + y * cos) for x, y in (one, vertex, other)]
    # THEN it is the same
    assert angle(shape(ShapeKind.ANGLE, *moved), 1.0) == pytest.approx(before, abs=1e-4)


def test_angles_of_pixels_that_are_not_square_are_those_of_the_object() -> None:
    # GIVEN pixels twice as high as wide: two columns to the right are as far as one row down
    assert angle(shape(ShapeKind.ANGLE, (2, 0), (0, 0), (2, 1)), 2.0) == pytest.approx(45.0)
    assert angle(shape(ShapeKind.ANGLE, (2, 0), (0, 0), (2, 1)), 1.0) == pytest.approx(26.565, abs=1e-3)


def test_a_cobb_angle_does_not_ask_which_way_the_lines_were_drawn() -> None:
    steep = (0.0, 0.0), (10.0, 10.0)
    for first in (steep, steep[::-1]):
        for second in (((0.0, 50.0), (10.0, 50.0)), ((10.0, 50.0), (0.0, 50.0))):
            assert angle(shape(ShapeKind.COBB, *first, *second), 1.0) == pytest.approx(45.0)


def test_areas_are_those_of_the_drawn_shape() -> None:
    corners = (2.0, 3.0), (12.0, 23.0)
    assert area(shape(ShapeKind.RECTANGLE, *corners), TALL) == pytest.approx(2.0 * 10.0)
    assert area(shape(ShapeKind.ELLIPSE, *corners), TALL) == pytest.approx(math.pi * 1.0 * 5.0)
    triangle = (0.0, 0.0), (10.0, 0.0), (0.0, 10.0)
    assert area(shape(ShapeKind.POLYGON, *triangle), TALL) == pytest.approx(2.0 * 5.0 / 2)
    assert area(shape(ShapeKind.POLYGON, *triangle[::-1]), TALL) == pytest.approx(2.0 * 5.0 / 2)


@pytest.mark.parametrize(
    ("drawn", "says"),
    [
        (shape(ShapeKind.DISTANCE, (5, 5), (5, 5)), "no length"),
        (shape(ShapeKind.DISTANCE, (5, 5)), "takes 2 points, not 1"),
        (shape(ShapeKind.POLYLINE, (5, 5)), "2 points or more"),
        (shape(ShapeKind.DISTANCE, (5, 5), (64, 5)), "outside the frame"),
        (shape(ShapeKind.DISTANCE, (5, 5), (-0.6, 5)), "outside the frame"),
        (shape(ShapeKind.DISTANCE, (5, 5), (math.nan, 5)), "outside the frame"),
        (shape(ShapeKind.ANGLE, (5, 5), (5, 5), (9, 9)), "two arms"),
        (shape(ShapeKind.COBB, (5, 5), (6, 6), (9, 9), (9, 9)), "two arms"),
        (shape(ShapeKind.RECTANGLE, (5, 5), (5, 9)), "no area"),
        (shape(ShapeKind.ELLIPSE, (5, 5), (9, 5)), "no area"),
        (shape(ShapeKind.POLYGON, (1, 1), (5, 5), (9, 9)), "no area"),
        (shape(ShapeKind.POLYGON, (1, 1), (9, 9), (9, 1), (1, 9)), "crosses itself"),
        (shape(ShapeKind.POLYGON, (1, 1), (9, 1), (9, 9), (5, 1), (1, 9)), "crosses itself"),
    ],
    ids=lambda value: "" if isinstance(value, Shape) else value,
)
def test_what_cannot_be_measured_is_refused_in_a_sentence(drawn: Shape, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        checked(drawn, 64, 64)


def test_points_on_the_border_pixels_are_taken() -> None:
    drawn = shape(ShapeKind.DISTANCE, (-0.5, -0.5), (63.5, 63.5))
    assert checked(drawn, 64, 64) is drawn
