"""Statistics of regions, against counting the pixels one by one."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from console.dicom.measuring.lengths import PIXELS, Scale, _crosses_itself
from console.dicom.measuring.regions import statistics
from console.errors import UsageError
from console.model.measuring import Point, Shape, ShapeKind

SIZE = 24
FRAME = np.random.default_rng(3).integers(0, 4096, (SIZE, SIZE)).astype(np.uint16)
HUNDREDTHS = st.integers(0, 100 * (SIZE - 1)).map(lambda number: number / 100)
INSIDE = st.tuples(HUNDREDTHS, HUNDREDTHS)
WHOLE = st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1))


def one_by_one(shape: Shape) -> list[int]:
    """The values of all pixels whose centres lie inside, found without arrays."""
    return [int(FRAME[y, x]) for y in range(SIZE) for x in range(SIZE) if holds(shape, x, y)]


def holds(shape: Shape, x: float, y: float) -> bool:
    points = shape.points
    if shape.kind is ShapeKind.POLYGON:
        # The sum of the angles under which the sides are seen is a whole turn from inside, nothing from outside.
        turn = 0.0
        for (ax, ay), (bx, by) in zip(points, (*points[1:], points[0]), strict=True):
            one, other = complex(ax - x, ay - y), complex(bx - x, by - y)
            if one == 0 or other == 0:
                return True
            step = math.atan2((one.conjugate() * other).imag, (one.conjugate() * other).real)
            if abs(abs(step) - math.pi) < 1e-9:
                return True
            turn += step
        return abs(turn) > math.pi
    (ax, ay), (bx, by) = points
    if shape.kind is ShapeKind.RECTANGLE:
        return min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by)
    across, down = abs(bx - ax) / 2, abs(by - ay) / 2
    return ((x - (ax + bx) / 2) / across) ** 2 + ((y - (ay + by) / 2) / down) ** 2 <= 1 + 1e-9


@settings(deadline=None)
@given(st.sampled_from([ShapeKind.RECTANGLE, ShapeKind.ELLIPSE]), INSIDE | WHOLE, INSIDE | WHOLE)
def test_boxes_and_ellipses_hold_exactly_the_centres_inside(kind: ShapeKind, one: Point, other: Point) -> None:
    # GIVEN a region with an area
    assume(abs(one[0] - other[0]) > 0.01 and abs(one[1] - other[1]) > 0.01)
    _compare(Shape(kind, (one, other)))


@settings(deadline=None)
@given(st.lists(INSIDE | WHOLE, min_size=3, max_size=7))
def test_polygons_hold_exactly_the_centres_inside(points: list[Point]) -> None:
    assume(not _crosses_itself(points))
    _compare(Shape(ShapeKind.POLYGON, tuple(points)))


def _compare(shape: Shape) -> None:
    expected = one_by_one(shape)
    if not expected:
        with pytest.raises(UsageError, match="No pixel"):
            statistics(FRAME, shape, PIXELS)
        return
    found = statistics(FRAME, shape, PIXELS)
    assert found.count == len(expected)
    assert found.mean == pytest.approx(np.mean(expected), rel=1e-12)
    assert found.sd == pytest.approx(np.std(expected), rel=1e-9, abs=1e-9)
    assert (found.minimum, found.maximum) == (min(expected), max(expected))
    assert sum(found.histogram) == found.count


def test_a_region_that_reaches_over_the_frame_counts_what_is_there() -> None:
    found = statistics(FRAME, Shape(ShapeKind.RECTANGLE, ((-0.5, -0.5), (1.5, 1.5))), Scale(0.5, 0.25, "mm"))
    assert found.count == 4
    assert found.mean == FRAME[:2, :2].mean()
    assert found.area == pytest.approx(2 * 2 * 0.5 * 0.25)
    assert found.area_unit == "mm²"


def test_negative_and_large_values_lose_nothing() -> None:
    # GIVEN values whose sum would overflow their own type
    frame = np.full((400, 400), -32768, np.int16)
    found = statistics(frame, Shape(ShapeKind.RECTANGLE, ((0, 0), (399, 399))), PIXELS)
    assert (found.mean, found.sd, found.count) == (-32768.0, 0.0, 160_000)


def test_colour_and_values_that_are_no_numbers_are_refused() -> None:
    box = Shape(ShapeKind.RECTANGLE, ((0, 0), (3, 3)))
    with pytest.raises(UsageError, match="colour"):
        statistics(np.zeros((8, 8, 3), np.uint8), box, PIXELS)
    with pytest.raises(UsageError, match="not numbers"):
        statistics(np.full((8, 8), np.nan), box, PIXELS)
