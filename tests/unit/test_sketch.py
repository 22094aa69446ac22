"""A measurement in the hand again: its points one after the other, then all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.model.measuring import ShapeKind
from console.model.sketch import taken_up

POINTS = ((3.0, 4.0), (10.0, 20.0), (30.0, 8.0))
steps = st.floats(-50, 50)


@given(steps, steps)
def test_after_the_last_point_all_move_together_and_keep_their_shape(across: float, down: float) -> None:
    sketch = taken_up(ShapeKind.ANGLE, 1, POINTS, 7)
    for held in (1, 2):
        sketch = sketch.next_point()
        assert (sketch.held, sketch.whole, sketch.cursor) == (held, False, POINTS[held])
    # WHEN tab goes on from the last THEN the whole is in the hand, led by its first point
    sketch = sketch.next_point()
    assert sketch.whole
    assert sketch.cursor == POINTS[0]
    moved = sketch.moved((POINTS[0][0] + across, POINTS[0][1] + down))
    for (x, y), (was_x, was_y) in zip(moved.points, POINTS, strict=True):
        assert (x - was_x, y - was_y) == pytest.approx((across, down), abs=1e-9)
    # AND one tab more takes the first point alone, where it is now
    again = moved.next_point()
    assert (again.held, again.whole, again.points) == (0, False, moved.points)


def test_a_single_point_is_the_whole() -> None:
    sketch = taken_up(ShapeKind.PROBE, 1, ((5.0, 6.0),), 1).next_point()
    assert not sketch.whole
    assert sketch.points == ((5.0, 6.0),)
