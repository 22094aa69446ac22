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


WAYS = ("loop", "sweep", "reverse")
"""How a cine goes: round and round, to and fro, backwards."""


class Player:
    """The clockwork of one cine: position, speed, way, trim, and the account of frames shown and dropped.

    Frames are counted from 1. A still (one frame, or no rate) never plays. While it stands it may stand outside the
    trimmed part; play then begins at its start.
    """

    def __init__(self, frames: int, rate: Rate, clock: Callable[[], float]) -> None:
        self.frames = max(frames, 1)
        self._clock = clock
        times = rate.frame_times_ms if len(rate.frame_times_ms) == self.frames else ()
        if not times and rate.fps > 0:
            times = (1000.0 / rate.fps,) * self.frames
        self._times = times if sum(times) > 0 else ()
        self.playing = False
        self.speed = 1.0
        self.way = "loop"
        """One of WAYS."""
        self.trim = (1, self.frames)
        """First and last frame that are played."""
        self._order: tuple[int, ...] = ()
        self._ends: tuple[float, ...] = ()
        self._arrange()
        self._index: int | None = 0
        """Place in the order while it stands; None outside of it."""
        self._number = 1
        self._from_ms = 0.0
        self._since = 0.0
        self._shown: deque[float] = deque()
        self._last_shown: int | None = None
        self.dropped = 0
        """Frames that were due while playing and never reached the screen, since play was last pressed."""

    @property
    def can_play(self) -> bool:
        """True when there is more than one frame and a rate to play them at."""
        return self.frames > 1 and bool(self._times)

    @property
    def requested_fps(self) -> float:
        """Frames a second that the file and the chosen speed ask for; 0 for a still."""
        return self.frames / sum(self._times) * 1000.0 * self.speed if self.can_play else 0.0

    def now(self) -> float:
        """A reading of the clock."""
        return self._clock()

    def frame(self) -> int:
        """The number of the frame that is due now."""
        return self._order[self._due()] if self.playing else self._number

    def until_next(self) -> float | None:
        """Seconds until another frame is due; None while paused."""
        if not self.playing:
            return None
        position = self._position()
        return max((self._ends[self._due()] - position) / 1000.0 / self.speed, 0.0)

    def play(self, now: float | None = None) -> None:
        """Start, or go on, from the frame that is shown; `now` is one reading of the clock for several cines."""
        if self.can_play and not self.playing:
            if self._index is None:
                self._index = 0
            self._from_ms = self._ends[self._index - 1] if self._index else 0.0
            self._since = self._clock() if now is None else now
            self.playing = True
            self._forget()

    def pause(self) -> None:
        """Stop on the frame that is due."""
        if self.playing:
            self._index = self._due()
            self._number = self._order[self._index]
            self.playing = False
            self._forget()

    def seek(self, number: int) -> None:
        """Stop and stand on frame `number`, wrapped into all frames."""
        self.playing = False
        self._stand((number - 1) % self.frames + 1)

    def set_speed(self, speed: float) -> None:
        """Play at `speed` times the file's rate, without a jump."""
        if self.playing:
            self._from_ms, self._since = self._position(), self._clock()
        self.speed = speed
        self._forget()

    def set_way(self, way: str) -> None:
        """Go on this way from the frame that is due."""
        self._rearrange(way, self.trim)

    def set_trim(self, first: int, last: int) -> None:
        """Play only frames `first` to `last`, in whichever order they are named."""
        ends = sorted(min(max(number, 1), self.frames) for number in (first, last))
        self._rearrange(self.way, (ends[0], ends[1]))

    def ahead(self, number: int, count: int) -> list[int]:
        """The frames that follow `number` on this way, `count` of them at most, each once."""
        if number not in self._order:
            return []
        at = self._order.index(number)
        turning = self._order[at + 1 :] + self._order[: at + 1]
        return list(dict.fromkeys(turning))[:count]

    def passed(self, number: int) -> list[int]:
        """The frames between the one shown last and `number`, which is due, the latest first, with `number`."""
        if self._last_shown is None or not self.playing:
            return [number]
        until, length = self._due(), len(self._order)
        return [self._order[(until - back) % length] for back in range((until - self._last_shown) % length)]

    def shown(self, number: int) -> None:
        """Note that frame `number` has been painted."""
        now = self._clock()
        if not self.playing:
            return
        length = len(self._order)
        start = self._due() if self._last_shown is None else self._last_shown + 1
        steps = next((step for step in range(length) if self._order[(start + step) % length] == number), None)
        if steps is None:
            return
        if self._last_shown is not None:
            # The same frame again is no lap around.
            same = self._order[self._last_shown] == number
            self.dropped += 0 if same else steps
            if same:
                self._shown.append(now)
                return
        self._shown.append(now)
        self._last_shown = (start + steps) % length

    def achieved_fps(self) -> float:
        """Frames a second that reached the screen lately; 0 while paused."""
        now = self._clock()
        while self._shown and now - self._shown[0] > _MEASURE_S:
            self._shown.popleft()
        if not self.playing or len(self._shown) < 2:
            return 0.0
        span = self._shown[-1] - self._shown[0]
        return (len(self._shown) - 1) / span if span > 0 else 0.0

    def _due(self) -> int:
        """The place in the order that is due while it plays."""
        return min(bisect_right(self._ends, self._position()), len(self._ends) - 1)

    def _position(self) -> float:
        elapsed = (self._clock() - self._since) * 1000.0 * self.speed
        return (self._from_ms + elapsed) % self._ends[-1]

    def _stand(self, number: int) -> None:
        self._number = number
        self._index = self._order.index(number) if number in self._order else None
        self._forget()

    def _rearrange(self, way: str, trim: tuple[int, int]) -> None:
        number, playing = self.frame(), self.playing
        self.playing = False
        self.way, self.trim = way, trim
        self._arrange()
        self._stand(number)
        if playing:
            self.play()

    def _arrange(self) -> None:
        """The frames in the order in which they are played, and when each of them ends."""
        first, last = self.trim
        onward = tuple(range(first, last + 1))
        back = tuple(range(last - 1, first, -1))
        self._order = {"sweep": onward + back, "reverse": onward[::-1]}.get(self.way, onward)
        times = [self._times[number - 1] for number in self._order] if self._times else []
        if times and sum(times) <= 0:
            times = [1.0] * len(times)
        self._ends = tuple(accumulate(times))

    def _forget(self) -> None:
        self._shown.clear()
        self._last_shown = None
        self.dropped = 0


def next_speed(speed: float, step: int) -> float:
    """The neighbour of `speed` in `SPEEDS`, `step` places faster (or slower when negative), stopping at the ends."""
    nearest = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - speed))
    return SPEEDS[min(max(nearest + step, 0), len(SPEEDS) - 1)]
