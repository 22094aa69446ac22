"""Quarter turns and flips: a point must go where the pixel under it goes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from console.graphics.turning import (
    mirrored,
    rotated,
    straight_point,
    turned,
    turned_point,
    turned_size,
)
from console.model.pipeline import Orientation

ORIENTATIONS = st.builds(Orientation, st.sampled_from([0, 90, 180, 270]), st.booleans())


@given(ORIENTATIONS, st.integers(1, 7), st.integers(1, 7), st.data())
def test_a_point_goes_where_the_pixel_under_it_goes(
    orientation: Orientation, columns: int, rows: int, data: st.DataObject
) -> None:
    # GIVEN a picture whose pixels all differ, and the middle of one of them
    pixels = np.arange(columns * rows, dtype=np.uint8).reshape(rows, columns)
    column, row = data.draw(st.integers(0, columns - 1)), data.draw(st.integers(0, rows - 1))
    # WHEN both are turned
    shown = turned(pixels, orientation)
    x, y = turned_point(column + 0.5, row + 0.5, columns, rows, orientation)
    # THEN the point lies on the same pixel, and the way back is the inverse
    assert shown.shape[::-1] == turned_size(columns, rows, orientation)
    assert shown[int(y), int(x)] == pixels[row, column]
    assert straight_point(x, y, columns, rows, orientation) == (column + 0.5, row + 0.5)


@given(ORIENTATIONS, st.integers(-5, 5), st.booleans())
def test_turns_and_flips_are_those_of_the_screen_whatever_was_turned_before(
    before: Orientation, quarters: int, upside_down: bool
) -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    seen = turned(pixels, before)
    assert np.array_equal(turned(pixels, rotated(before, quarters)), np.rot90(seen, -quarters))
    flipped = seen[::-1] if upside_down else seen[:, ::-1]
    assert np.array_equal(turned(pixels, mirrored(before, upside_down=upside_down)), flipped)


def test_a_rotation_is_clockwise_and_comes_before_the_flip() -> None:
    pixels = np.array([[1, 2], [3, 4]], np.uint8)
    assert turned(pixels, Orientation(90)).tolist() == [[3, 1], [4, 2]]
    assert turned(pixels, Orientation(90, True)).tolist() == [[1, 3], [2, 4]]
