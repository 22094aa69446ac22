"""The way to draw, changed under encoders that are at work."""

from dataclasses import replace

import numpy as np
import pytest

from console.errors import UsageError
from console.graphics.choice import GraphicsChoice
from console.graphics.ramp import grey_levels, painted_ramp
from console.graphics.terminal import unasked
from tests.unit.graphics import undraw

TERMINAL = unasked({"COLORTERM": "truecolor", "LANG": "C.UTF-8"}, (80, 24), windows=False)


def test_an_encoder_follows_the_choice() -> None:
    choice = GraphicsChoice("half", TERMINAL, "true")
    encoder = choice.encoder()
    assert (encoder.name, encoder.pixel_size(10, 5)) == ("half", (10, 10))
    choice.use("quadrant")
    assert (encoder.name, encoder.pixel_size(10, 5)) == ("quadrant", (20, 10))


def test_a_canvas_that_was_cut_before_the_change_is_still_drawn() -> None:
    choice = GraphicsChoice("half", TERMINAL, "true")
    encoder = choice.encoder()
    width, height = encoder.pixel_size(10, 5)
    choice.use("quadrant")
    assert encoder.encode(np.zeros((height, width), np.uint8), 10, 5).size == (10, 5)


def test_a_font_of_another_size_gives_another_aspect() -> None:
    choice = GraphicsChoice("half", TERMINAL, "true")
    encoder = choice.encoder()
    assert choice.fit(80, 24, (10, 15))
    assert encoder.canvas_aspect == pytest.approx(0.75)
    assert not choice.fit(100, 30, (10, 15))
    # AND a system that does not say leaves it as it was
    assert not choice.fit(100, 30, None)


def test_an_unknown_way_is_refused_and_nothing_changes() -> None:
    choice = GraphicsChoice("half", TERMINAL, "true")
    with pytest.raises(UsageError):
        choice.use("oil")
    assert choice.encoder().name == "half"


@pytest.mark.parametrize(("depth", "least", "most"), [("true", 200, 256), ("256", 20, 30), ("16", 3, 6)])
def test_the_greys_that_are_counted_are_those_that_are_there(depth: str, least: int, most: int) -> None:
    choice = GraphicsChoice("half", TERMINAL, depth)  # type: ignore[arg-type]
    assert least <= grey_levels(painted_ramp(choice.encoder(), 80, 6)) <= most


@pytest.mark.parametrize(("mode", "most", "part"), [("half", 64, 0.85), ("kitty", 32, 0.6)])
def test_on_a_slow_line_a_frame_that_plays_has_fewer_greys_and_a_still_has_all(
    mode: str, most: int, part: float
) -> None:
    terminal = replace(TERMINAL, cell_pixels=(8, 16), kitty=True)
    choice = GraphicsChoice(mode, terminal, "true")
    encoder = choice.encoder()
    width, height = encoder.pixel_size(40, 12)
    # GIVEN noise around a slope
    slope = np.add.outer(np.arange(height), np.arange(width)) * 200.0 / (height + width)
    noise = np.random.default_rng(1).normal(20, 2 if mode == "half" else 6, slope.shape)
    frame = (slope + noise).clip(0, 255).astype(np.uint8)

    def sent(*, still: bool) -> tuple[int, int]:
        painting = encoder.encode(frame, 40, 12, still=still)
        if painting.rows is None:
            return len(np.unique(undraw.kitty(painting.blob)[1])), len(painting.blob)
        shown = {color for row in range(12) for run in painting.cells(row) for color in (run.fg, run.bg)}
        return len(shown), sum(map(len, painting.rows))

    many, all_bytes = sent(still=False)
    assert many > 150
    # WHEN the line turns out to be slow
    choice.slow = True
    few, bytes_now = sent(still=False)
    # THEN there are fewer greys and fewer bytes, and it is painted again once it stays
    assert few <= most
    assert bytes_now < part * all_bytes
    assert encoder.refines
    assert sent(still=True)[0] == many
