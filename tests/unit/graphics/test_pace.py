"""How much may be under way, on lines whose speed and length the test decides."""

import pytest

from console.graphics.pace import LATENCY, LEAST, Pace


class Line:
    """A line of `rate` bytes a second and `trip` seconds there and back; time passes only in `run`."""

    def __init__(self, rate: float, trip: float) -> None:
        self.now = 100.0
        self.rate, self.trip = rate, trip
        self.pace = Pace(clock=lambda: self.now)
        self._free = 0.0
        self._coming: list[tuple[float, int]] = []
        self._number = 0
        self.drawn = 0

    @property
    def waiting(self) -> float:
        """Seconds until everything sent so far is drawn."""
        return max(self._free - self.now, 0.0)

    def run(self, seconds: float) -> float:
        """Send as much as the pace allows; the longest that anything sent then would have waited."""
        worst, end = 0.0, self.now + seconds
        while self.now < end:
            while self._coming and self._coming[0][0] <= self.now:
                self.pace.answered(self._coming.pop(0)[1])
            room = 54 if self.pace.wants_echo() else self.pace.room()
            if room > 0:
                self._number = self._number % 32 + 1
                self.pace.sent(self._number, room)
                self._free = max(self._free, self.now) + room / self.rate
                self.drawn += room
                self._coming.append((self._free + self.trip, self._number))
                worst = max(worst, self.waiting)
            self.now += 0.001
        return worst


@pytest.mark.parametrize(("rate", "trip"), [(1e6, 0.001), (1e6, 0.08), (20e6, 0.002), (2e5, 0.02)])
def test_the_line_is_used_well_and_never_holds_more_than_a_moment(rate: float, trip: float) -> None:
    # GIVEN a line that is known after a while
    line = Line(rate, trip)
    line.run(3.0)
    # WHEN it is used for some seconds
    before = line.drawn
    worst = line.run(5.0)
    # THEN nearly all of it is used, and what comes next is drawn soon
    assert (line.drawn - before) / (5.0 * rate) > (0.85 if trip < 0.05 else 0.7)
    assert worst < LATENCY + 2 * trip + 2 * LEAST / rate + 0.01
    # AND its speed is known; that of a long line, which is never quite full, only within a factor of two
    assert line.pace.rate == pytest.approx(rate, rel=0.15 if trip < 0.05 else 0.6)


def test_an_answer_that_nobody_waits_for_changes_nothing() -> None:
    pace = Pace(clock=lambda: 1.0)
    pace.sent(1, 50_000)
    pace.answered(7)
    assert pace.under_way == 50_000


def test_an_answer_stands_for_those_before_it_that_were_lost() -> None:
    pace = Pace(clock=lambda: 1.0)
    pace.sent(1, 5_000)
    pace.sent(2, 5_000)
    pace.answered(2)
    assert pace.under_way == 0


def test_a_terminal_that_never_answers_is_no_longer_asked() -> None:
    now = [10.0]
    pace = Pace(clock=lambda: now[0])
    pace.sent(1, 1_000_000)
    assert pace.room() <= 0
    now[0] += 3.0
    # THEN the next picture is sent all the same, without a question
    assert pace.room() > 0
    assert not pace.asks


def test_a_terminal_that_was_stopped_is_asked_again_when_it_goes_on() -> None:
    now = [10.0]
    pace = Pace(clock=lambda: now[0])
    pace.sent(1, 1_000)
    pace.answered(1)
    pace.sent(2, 1_000_000)
    now[0] += 60.0
    assert pace.room() > 0
    assert pace.asks
