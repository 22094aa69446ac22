"""Which frame of a cine is due, and how fast frames really arrive.

Pure arithmetic on a clock that is handed in: no threads, no pixels, no screen (PS3.3 C.7.6.5, Cine Module).
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from itertools import accumulate

from console.model.picture import Rate

SPEEDS = (0.125, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0)
"""Speeds the operator can choose, as a multiple of the file's own rate."""

_MEASURE_S = 2.0
"""The achieved rate is counted over this many seconds: short enough to follow, long enough not to flicker."""


class Player:
    """The clockwork of one cine: position, speed, and the account of frames shown and dropped.

    Frames are counted from 1. A still (one frame, or no rate) never plays.
    """

    def __init__(self, frames: int, rate: Rate, clock: Callable[[], float]) -> None:
        self.frames = max(frames, 1)
        self._clock = clock
        times = rate.frame_times_ms if len(rate.frame_times_ms) == self.frames else ()
        if not times and rate.fps > 0:
            times = (1000.0 / rate.fps,) * self.frames
        self._ends = tuple(accumulate(times))
        self.playing = False
        self.speed = 1.0
        self._position_ms = 0.0
        self._since = 0.0
        self._shown: deque[float] = deque()
        self._last_shown: int | None = None
        self.dropped = 0
        """Frames that were due while playing and never reached the screen, since play was last pressed."""

    @property
    def can_play(self) -> bool:
        """True when there is more than one frame and a rate to play them at."""
        return self.frames > 1 and bool(self._ends) and self._ends[-1] > 0

    @property
    def requested_fps(self) -> float:
        """Frames a second that the file and the chosen speed ask for; 0 for a still."""
        return self.frames / self._ends[-1] * 1000.0 * self.speed if self.can_play else 0.0

    def frame(self) -> int:
        """The number of the frame that is due now."""
        if not self._ends or self._ends[-1] <= 0:
            return int(self._position_ms) + 1
        return min(bisect_right(self._ends, self._position()), self.frames - 1) + 1

    def until_next(self) -> float | None:
        """Seconds until another frame is due; None while paused."""
        if not self.playing:
            return None
        position = self._position()
        index = min(bisect_right(self._ends, position), self.frames - 1)
        return max((self._ends[index] - position) / 1000.0 / self.speed, 0.0)

    def play(self) -> None:
        """Start, or go on, from the frame that is shown."""
        if self.can_play and not self.playing:
            self._since = self._clock()
            self.playing = True
            self._forget()

    def pause(self) -> None:
        """Stop on the frame that is due."""
        if self.playing:
            self.seek(self.frame())

    def seek(self, number: int) -> None:
        """Stop and stand on frame `number`, wrapped into the loop."""
        index = (number - 1) % self.frames
        self.playing = False
        timed = bool(self._ends) and self._ends[-1] > 0
        self._position_ms = (self._ends[index - 1] if index else 0.0) if timed else float(index)
        self._forget()

    def set_speed(self, speed: float) -> None:
        """Play at `speed` times the file's rate, without a jump."""
        if self.playing:
            self._position_ms, self._since = self._position(), self._clock()
        self.speed = speed
        self._forget()

    def shown(self, number: int) -> None:
        """Note that frame `number` has been painted."""
        now = self._clock()
        if self.playing:
            if self._last_shown is not None:
                self.dropped += max((number - self._last_shown) % self.frames - 1, 0)
            self._shown.append(now)
        self._last_shown = number

    def achieved_fps(self) -> float:
        """Frames a second that reached the screen lately; 0 while paused."""
        now = self._clock()
        while self._shown and now - self._shown[0] > _MEASURE_S:
            self._shown.popleft()
        if not self.playing or len(self._shown) < 2:
            return 0.0
        span = self._shown[-1] - self._shown[0]
        return (len(self._shown) - 1) / span if span > 0 else 0.0

    def _position(self) -> float:
        if not self.playing:
            return self._position_ms
        elapsed = (self._clock() - self._since) * 1000.0 * self.speed
        return (self._position_ms + elapsed) % self._ends[-1]

    def _forget(self) -> None:
        self._shown.clear()
        self._last_shown = None
        self.dropped = 0


def next_speed(speed: float, step: int) -> float:
    """The neighbour of `speed` in `SPEEDS`, `step` places faster (or slower when negative), stopping at the ends."""
    nearest = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - speed))
    return SPEEDS[min(max(nearest + step, 0), len(SPEEDS) - 1)]
