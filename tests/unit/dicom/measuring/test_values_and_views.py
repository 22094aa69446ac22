"""Values depend on the picture and its calibration alone: not on how it is shown."""

import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from console.dicom.measuring.measure import measure
from console.graphics.encoder import choose
from console.graphics.terminal import unasked
from console.look import Look
from console.model.measuring import Measured, Shape, ShapeKind
from console.model.picture import Calibration, PictureInfo, Window
from console.model.pipeline import Orientation
from console.painter import Painter
from tests.unit.dicom.pipeline.makers import grey_object

PIXELS = np.random.default_rng(8).integers(0, 4096, (1, 60, 90)).astype(np.uint16)
ANISOTROPIC = Calibration("fiducial", "mm", 0.4, 0.25)
ORIENTATIONS = st.builds(Orientation, st.sampled_from([0, 90, 180, 270]), st.booleans())
LOOKS = st.builds(
    Look,
    columns=st.integers(20, 250),
    rows=st.integers(8, 80),
    window=st.builds(Window, st.floats(0, 4000), st.floats(1, 8000)),
    inverted=st.booleans(),
    zoom=st.floats(1, 40),
    center=st.none() | st.tuples(st.floats(0, 90), st.floats(0, 60)),
    orientation=ORIENTATIONS,
)


@cache
def info() -> PictureInfo:
    with TemporaryDirectory() as folder:
        found = grey_object(Path(folder) / "a", PIXELS, 12).info
    return replace(found, calibration=ANISOTROPIC, pixel_aspect=0.4 / 0.25)


@cache
def painter(graphics: str) -> Painter:
    terminal = unasked({"COLORTERM": "truecolor", "LANG": "C.UTF-8"}, (80, 24))
    return Painter(info(), choose(graphics, terminal, "true"))


@settings(max_examples=150, deadline=None)
@given(LOOKS, st.sampled_from(["half", "ascii"]), st.floats(0, 90), st.floats(0, 60))
def test_a_point_of_the_picture_comes_back_from_any_view(look: Look, graphics: str, x: float, y: float) -> None:
    # GIVEN a point of the stored picture
    place = painter(graphics).view_point(look, x, y)
    assert place is not None
    # WHEN it is shown, and picked there again
    back = painter(graphics).image_point(look, *place)
    # THEN it is the same point
    assert back is not None
    assert back == pytest.approx((x, y), abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(LOOKS, st.floats(0, 1), st.floats(0, 1))
def test_a_place_in_the_view_is_that_place_again(look: Look, across: float, down: float) -> None:
    point = painter("half").image_point(look, across, down)
    assert point is not None
    assert painter("half").view_point(look, *point) == pytest.approx((across, down), abs=1e-6)


def seen(look: Look, shape: Shape) -> Shape:
    """The shape as a hand picks it on a view: every point goes to the screen and comes back."""
    points = []
    for x, y in shape.points:
        place = painter("half").view_point(look, x + 0.5, y + 0.5)
        assert place is not None
        back = painter("half").image_point(look, *place)
        assert back is not None
        points.append((back[0] - 0.5, back[1] - 0.5))
    return replace(shape, points=tuple(points))


def measured(shape: Shape) -> Measured:
    return measure(PIXELS[0], info(), shape)


# Not on a pixel's centre, where the last bit decides who is inside.
PLACES = st.tuples(st.integers(2, 86), st.integers(2, 56)).map(lambda at: (at[0] + 0.37, at[1] + 0.41))


@settings(max_examples=80, deadline=None)
@given(LOOKS, st.sampled_from([ShapeKind.DISTANCE, ShapeKind.RECTANGLE, ShapeKind.ELLIPSE]), PLACES, PLACES)
def test_a_shape_that_is_picked_on_any_view_is_worth_the_same(
    look: Look, kind: ShapeKind, one: tuple[float, float], other: tuple[float, float]
) -> None:
    assume(abs(one[0] - other[0]) >= 2 and abs(one[1] - other[1]) >= 2)
    # GIVEN a shape, measured as it stands
    shape = Shape(kind, (one, other))
    plain = measured(shape)
    # WHEN it is picked on a view that is turned, flipped, zoomed, windowed and of any size
    there = measured(seen(look, shape))
    # THEN it has the same value, and the same pixels inside
    assert there.unit == plain.unit
    assert there.value == pytest.approx(plain.value, rel=1e-6)
    if plain.statistics is not None and there.statistics is not None:
        assert there.statistics.count == plain.statistics.count
        assert there.statistics.mean == plain.statistics.mean
        assert there.statistics.sd == plain.statistics.sd
        assert there.statistics.histogram == plain.statistics.histogram


@settings(max_examples=60, deadline=None)
@given(PLACES, PLACES)
def test_lengths_and_areas_are_the_calibrations_within_a_thousandth(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    assume(abs(one[0] - other[0]) >= 1 and abs(one[1] - other[1]) >= 1)
    # GIVEN pixels 0.4 mm high and 0.25 mm wide: the first of two spacings counts downwards
    across, down = abs(one[0] - other[0]) * 0.25, abs(one[1] - other[1]) * 0.4
    # THEN lengths and areas are those of the object
    assert measured(Shape(ShapeKind.DISTANCE, (one, other))).value == pytest.approx(math.hypot(across, down), rel=1e-9)
    assert measured(Shape(ShapeKind.RECTANGLE, (one, other))).value == pytest.approx(across * down, rel=1e-9)
    ellipse = measured(Shape(ShapeKind.ELLIPSE, (one, other))) if min(across / 0.25, down / 0.4) >= 2 else None
    if ellipse is not None:
        assert ellipse.value == pytest.approx(math.pi / 4 * across * down, rel=1e-9)
    triangle = Shape(ShapeKind.POLYGON, (one, other, (one[0], other[1])))
    if across > 1 and down > 1:
        assert measured(triangle).value == pytest.approx(across * down / 2, rel=1e-9)


def test_a_histogram_is_numpys() -> None:
    found = measured(Shape(ShapeKind.RECTANGLE, ((10, 5), (50, 40)))).statistics
    assert found is not None
    part = PIXELS[0, 5:41, 10:51].astype(float)
    counts, _edges = np.histogram(part, len(found.histogram), (part.min(), part.max()))
    assert found.histogram == tuple(counts.tolist())
    assert (found.minimum, found.maximum, found.count) == (part.min(), part.max(), part.size)
    assert found.mean == pytest.approx(part.mean(), rel=1e-12)
    assert found.sd == pytest.approx(part.std(), rel=1e-12)
