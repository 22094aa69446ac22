"""The clockwork of a cine, on a clock that the test turns by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.model.cine import SPEEDS, Player, next_speed
from console.model.picture import Rate


class Clock:
    """Seconds, moved by the test."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def make(frames: int, rate: Rate) -> tuple[Player, Clock]:
    clock = Clock()
    return Player(frames, rate, clock), clock


def test_frames_follow_the_frame_time_and_the_loop_begins_again() -> None:
    # GIVEN ten frames of 100 ms, playing
    player, clock = make(10, Rate(10.0, "FrameTime"))
    player.play()
    # WHEN time passes THEN the frame due is floor(t / 100 ms), round and round
    seen = []
    clock.now += 0.001
    for _step in range(12):
        clock.now += 0.1
        seen.append(player.frame())
    assert seen[:8] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert seen[8:] == [10, 1, 2, 3]


def test_a_frame_time_vector_gives_each_frame_its_own_time() -> None:
    # GIVEN frames that stay 10, 500 and 90 ms
    player, clock = make(3, Rate(5.0, "FrameTimeVector", (10.0, 500.0, 90.0)))
    player.play()
    for after, frame in ((0.005, 1), (0.010, 2), (0.480, 2), (0.020, 3), (0.090, 1)):
        clock.now += after
        assert player.frame() == frame
    assert player.requested_fps == pytest.approx(5.0)


def test_stepping_pauses_and_wraps_both_ways() -> None:
    player, _clock = make(10, Rate(10.0, "FrameTime"))
    player.play()
    player.seek(player.frame() - 1)
    assert (player.frame(), player.playing) == (10, False)
    player.seek(player.frame() + 1)
    assert player.frame() == 1
    player.seek(0)
    assert player.frame() == 10


@given(st.integers(2, 400), st.floats(1.0, 60.0), st.integers(-1000, 1000))
def test_every_frame_that_is_sought_is_the_frame_shown(frames: int, fps: float, number: int) -> None:
    # Rounding of the accumulated times must never show a neighbour.
    player, _clock = make(frames, Rate(fps, "FrameTime"))
    player.seek(number)
    assert player.frame() == (number - 1) % frames + 1


def test_a_still_and_a_cine_without_a_rate_do_not_play_but_can_be_stepped() -> None:
    for frames, rate in ((1, Rate(0.0, "still")), (5, Rate(0.0, "still"))):
        player, clock = make(frames, rate)
        player.play()
        clock.now += 10
        assert not player.playing
        assert player.frame() == 1
    player.seek(3)
    assert player.frame() == 3


def test_changing_the_speed_does_not_jump() -> None:
    player, clock = make(100, Rate(10.0, "FrameTime"))
    player.play()
    clock.now += 2.05
    before = player.frame()
    player.set_speed(0.5)
    assert player.frame() == before
    clock.now += 1.0
    assert player.frame() == before + 5


def test_drops_are_the_frames_that_never_reached_the_screen() -> None:
    player, clock = make(10, Rate(10.0, "FrameTime"))
    player.play()
    for number in (1, 2, 5, 6, 1):
        player.shown(number)
        clock.now += 0.1
    # 3 and 4, then 7 to 10 going round
    assert player.dropped == 2 + 4


def test_the_achieved_rate_counts_what_was_shown_lately() -> None:
    player, clock = make(100, Rate(30.0, "FrameTime"))
    player.play()
    for number in range(1, 41):
        player.shown(number)
        clock.now += 0.1
    assert player.achieved_fps() == pytest.approx(10.0, rel=0.02)
    player.pause()
    assert player.achieved_fps() == 0.0


def test_until_next_is_the_time_to_the_next_frame_at_the_speed_in_force() -> None:
    player, clock = make(10, Rate(10.0, "FrameTime"))
    assert player.until_next() is None
    player.set_speed(2.0)
    player.play()
    clock.now += 0.02
    assert player.until_next() == pytest.approx(0.03)


def test_speeds_stop_at_both_ends() -> None:
    speed = 1.0
    for _step in range(20):
        speed = next_speed(speed, 1)
    assert speed == SPEEDS[-1]
    for _step in range(20):
        speed = next_speed(speed, -1)
    assert speed == SPEEDS[0]


def played(player: Player, clock: Clock, count: int) -> list[int]:
    """The frames due in the middle of each of `count` frame times of 100 ms."""
    player.play()
    clock.now += 0.05
    seen = []
    for _frame in range(count):
        seen.append(player.frame())
        clock.now += 0.1
    return seen


def test_a_cine_goes_to_and_fro_and_shows_its_ends_once() -> None:
    player, clock = make(4, Rate(10.0, "FrameTime"))
    player.set_way("sweep")
    assert played(player, clock, 9) == [1, 2, 3, 4, 3, 2, 1, 2, 3]


def test_a_cine_goes_backwards_from_where_it_stands() -> None:
    player, clock = make(5, Rate(10.0, "FrameTime"))
    player.seek(3)
    player.set_way("reverse")
    assert played(player, clock, 6) == [3, 2, 1, 5, 4, 3]


def test_a_trimmed_cine_plays_its_part_alone_but_every_frame_can_be_looked_at() -> None:
    player, clock = make(10, Rate(10.0, "FrameTime"))
    player.set_trim(6, 4)
    assert player.trim == (4, 6)
    player.seek(9)
    assert player.frame() == 9
    assert played(player, clock, 5) == [4, 5, 6, 4, 5]
    player.set_trim(-5, 99)
    assert player.trim == (1, 10)


def test_a_pause_on_the_way_back_goes_on_on_the_way_back() -> None:
    player, clock = make(5, Rate(10.0, "FrameTime"))
    player.set_way("sweep")
    assert played(player, clock, 7)[-1] == 3
    player.pause()
    assert player.frame() == 2
    assert played(player, clock, 3) == [2, 1, 2]


def test_drops_are_counted_along_the_way_the_cine_goes() -> None:
    player, clock = make(5, Rate(10.0, "FrameTime"))
    player.set_way("sweep")
    player.play()
    clock.now += 0.05
    for number in (1, 3, 5, 3, 2, 1):
        player.shown(number)
        clock.now += 0.1
    # 2, then 4, then 4 on the way back
    assert player.dropped == 3


@given(st.integers(2, 40), st.sampled_from(["loop", "sweep", "reverse"]), st.data())
def test_changing_way_or_trim_never_jumps_while_the_frame_is_in_the_part(
    frames: int, way: str, data: st.DataObject
) -> None:
    player, clock = make(frames, Rate(10.0, "FrameTime"))
    player.play()
    clock.now += data.draw(st.floats(0, 20))
    before = player.frame()
    player.set_way(way)
    assert player.frame() == before
    first, last = data.draw(st.integers(1, before)), data.draw(st.integers(before, frames))
    player.set_trim(first, last)
    assert player.frame() == before
    clock.now += data.draw(st.floats(0, 20))
    assert first <= player.frame() <= last


def test_cines_started_on_one_reading_of_the_clock_stay_together() -> None:
    clock = Clock()
    one, other = (Player(20, Rate(30.0, "FrameTime"), clock) for _each in range(2))
    now = clock()
    one.play(now)
    clock.now += 0.02
    other.play(now)
    for _step in range(200):
        clock.now += 0.0173
        assert one.frame() == other.frame()
