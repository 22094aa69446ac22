"""Lines over a picture, and what a presentation state draws."""

import numpy as np
import pytest

from console.graphics.annotations import annotations
from console.graphics.drawing import NOTHING, Drawn, Stroke, draw, rectangle
from console.model.pipeline import Description, DisplayedArea, GraphicObject, Orientation, TextObject


def shown(*strokes: Stroke) -> set[tuple[int, int]]:
    """The pixels (column, row) of a black canvas of 20x20 that the strokes have coloured."""
    canvas = draw(np.zeros((20, 20), np.uint8), strokes, lambda x, y: (x, y))
    return {(int(x), int(y)) for y, x in np.argwhere(canvas.any(axis=2))}


def test_a_rectangle_colours_the_pixels_under_its_edges_and_no_others() -> None:
    # GIVEN corners in the middles of pixels
    found = shown(rectangle(2.5, 3.5, 6.5, 5.5))
    # THEN exactly the outline is there
    outline = {(x, y) for x in range(2, 7) for y in (3, 5)} | {(x, 4) for x in (2, 6)}
    assert found == outline


def test_what_lies_far_outside_draws_nothing_and_does_no_harm() -> None:
    assert shown(Stroke(((1e12, -1e12), (1e12, 1e12)))) == set()
    canvas = np.zeros((4, 4), np.uint8)
    assert draw(canvas, (), lambda x, y: (x, y)) is canvas


def test_pixel_units_begin_at_half_and_display_units_span_the_displayed_area() -> None:
    # GIVEN a state that shows columns 11 to 30 and rows 21 to 60 of 100x80, turned a quarter
    area = DisplayedArea((11, 21), (30, 60))
    description = Description(
        80,
        100,
        1,
        orientation=Orientation(90),
        area=area,
        graphics=(
            GraphicObject("POLYLINE", ((0.5, 0.5), (100.5, 80.5))),
            GraphicObject("POINT", ((0.0, 0.0),), "DISPLAY"),
        ),
        texts=(TextObject("two\r\nlines", anchor=(10.5, 20.5)), TextObject("nowhere")),
    )
    # WHEN they become strokes
    drawn = annotations(description, 1)
    # THEN the line spans the picture
    assert drawn.strokes[0].points == ((0.0, 0.0), (100.0, 80.0))
    # AND the upper left of what is seen is the lower left of the area as it is stored
    assert drawn.strokes[1].points == ((10.0, 60.0),)
    assert [(label.at, label.text) for label in drawn.labels] == [((10.0, 20.0), "two  lines")]


@pytest.mark.parametrize(
    "graphic",
    [
        GraphicObject("CIRCLE", ((50.5, 40.5), (60.5, 40.5))),
        GraphicObject("ELLIPSE", ((40.5, 40.5), (60.5, 40.5), (50.5, 30.5), (50.5, 50.5))),
    ],
)
def test_a_circle_lies_at_its_radius_around_its_centre(graphic: GraphicObject) -> None:
    (stroke,) = annotations(Description(80, 100, 1, graphics=(graphic,)), 1).strokes
    distances = [np.hypot(x - 50, y - 40) for x, y in stroke.points]
    assert distances == pytest.approx([10.0] * len(distances))


def test_a_smooth_line_goes_through_its_points() -> None:
    points = ((1.5, 1.5), (5.5, 9.5), (12.5, 3.5), (17.5, 7.5))
    (stroke,) = annotations(Description(80, 100, 1, graphics=(GraphicObject("INTERPOLATED", points),)), 1).strokes
    for x, y in points:
        assert min(np.hypot(x - 0.5 - px, y - 0.5 - py) for px, py in stroke.points) < 1e-9


def test_a_frame_without_annotations_has_none() -> None:
    assert annotations(Description(8, 8, 1), 1) is NOTHING
    assert not Drawn()
