"""The frame rate and who says so."""

import math

import pytest

from console.dicom.rate import FRAME_TIME, FRAME_TIME_VECTOR, Timing, duration, rate
from console.model.picture import Rate


def found(timing: Timing) -> tuple[Rate, list[str]]:
    """The rate and the sentences."""
    problems: list[str] = []
    return rate(timing, problems), problems


def test_a_single_frame_is_a_still() -> None:
    assert found(Timing(1, frame_time=33)) == (Rate(0.0, "still"), [])


def test_the_pointer_decides_between_time_and_vector() -> None:
    vector = (0.0, 100.0, 100.0)
    assert found(Timing(3, FRAME_TIME, 40.0, vector))[0].source == "FrameTime"
    assert found(Timing(3, FRAME_TIME_VECTOR, 40.0, vector))[0].source == "FrameTimeVector"
    assert found(Timing(3, None, 40.0, vector))[0] == Rate(25.0, "FrameTime")


def test_a_vector_gives_the_time_to_each_next_frame() -> None:
    # GIVEN PS3.3 C.7.6.5.1.2: the first entry is 0, each other the time since the frame before
    result, problems = found(Timing(4, FRAME_TIME_VECTOR, frame_times=(0, 50, 30, 40)))
    assert result.frame_times_ms == (50, 30, 40, 40)
    assert result.fps == pytest.approx(25)
    assert duration(result, 4) == pytest.approx(0.16)
    assert problems == []


def test_the_recommended_rate_and_the_cine_rate_follow_in_this_order() -> None:
    assert found(Timing(9, recommended=12, cine_rate=30))[0] == Rate(12, "RecommendedDisplayFrameRate")
    assert found(Timing(9, cine_rate=30))[0] == Rate(30, "CineRate")


def test_a_silent_header_means_an_assumed_rate() -> None:
    assert found(Timing(9)) == (Rate(15.0, "assumed"), [])


@pytest.mark.parametrize("bad", [0.0, -33.0, math.nan, math.inf, 0.5])
def test_a_frame_time_that_cannot_be_true_is_named_and_the_next_source_taken(bad: float) -> None:
    result, problems = found(Timing(9, frame_time=bad, cine_rate=25))
    assert result == Rate(25, "CineRate")
    assert len(problems) == 1
    assert "FrameTime" in problems[0]


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, 1001.0, math.inf])
def test_rates_that_cannot_be_true_end_at_the_assumed_one(bad: float) -> None:
    result, problems = found(Timing(9, recommended=bad, cine_rate=bad))
    assert result.source == "assumed"
    assert len(problems) == 2


@pytest.mark.parametrize("vector", [(0, 50), (0, 50, -1), (0, 50, math.nan), (0, 0, 0), (0, 50, 50, 50)])
def test_a_vector_that_does_not_fit_is_named_and_not_used(vector: tuple[float, ...]) -> None:
    result, problems = found(Timing(3, FRAME_TIME_VECTOR, frame_time=40, frame_times=vector))
    assert result == Rate(25.0, "FrameTime")
    assert len(problems) == 1


def test_duration_counts_every_frame_once() -> None:
    assert duration(Rate(1000 / 33, "FrameTime"), 96) == pytest.approx(3.168)
    assert duration(Rate(0.0, "still"), 1) == 0
