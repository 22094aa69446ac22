"""How much output may be under way to the terminal, learned from how soon it answers.

A kernel, an SSH channel and the terminal's own buffer swallow megabytes before a write ever blocks, and what lies in
them delays the next key's answer. So every portion ends with a question (DSR, `CSI 6 n`), and the next one is sent when
so little is unanswered that it will be drawn within `LATENCY`.
"""

import time
from collections import deque
from collections.abc import Callable

LATENCY = 0.04
"""Seconds of output that may wait at the narrowest place of the line, on top of the line's own round trip."""

LEAST = 8 * 1024
"""Bytes that may always be under way: smaller portions cost more than they gain."""

_UNKNOWN = 64 * 1024
"""Bytes that may be under way before anything is known of the line."""

_SILENCE = 2.0
"""Seconds after which a question counts as never answered."""

_TELLING = 4 * 1024
"""Portions below this say nothing about the rate."""

_NEW = 0.3
"""Weight of the newest reading of the rate."""


class Pace:
    """The account of portions sent and answered. Not thread-safe: its owner holds a lock."""

    def __init__(self, round_trip: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        """`round_trip` in seconds is what the probe measured; 0 for unknown."""
        self._clock = clock
        self._sent: deque[tuple[float, int, bool]] = deque()
        self._answered_at = 0.0
        self._ever = False
        self.asks = True
        """False once the terminal has turned out not to answer: then writes that block are the only brake."""
        self.round_trip = round_trip
        """The shortest seen, in seconds."""
        self.rate = 0.0
        """Bytes a second that the terminal draws; 0 before it is known."""

    @property
    def under_way(self) -> int:
        """Bytes sent and not answered for."""
        return sum(count for _at, count, _idle in self._sent)

    def sent(self, count: int) -> None:
        """A portion of `count` bytes, a question at its end, has been written."""
        if self.asks:
            self._sent.append((self._clock(), count, not self._sent))

    def answered(self) -> None:
        """The oldest question has been answered."""
        if not self._sent:
            return
        now = self._clock()
        at, count, idle = self._sent.popleft()
        self._ever = True
        elapsed = now - at
        if not self.round_trip or elapsed < self.round_trip:
            self.round_trip = max(elapsed, 1e-4)
        span = elapsed - self.round_trip if idle else now - max(at, self._answered_at)
        if count >= _TELLING and span > 0:
            reading = count / max(span, 1e-4)
            self.rate = reading if not self.rate else (1 - _NEW) * self.rate + _NEW * reading
        self._answered_at = now

    def wrote(self, count: int, seconds: float) -> None:
        """`count` bytes took so long to write: all that is known of a terminal that does not answer."""
        if not self.asks and count >= _TELLING and seconds > 0.005:
            reading = count / seconds
            self.rate = reading if not self.rate else (1 - _NEW) * self.rate + _NEW * reading

    def room(self) -> int:
        """Bytes that may be sent now; 0 or less: wait for an answer.

        Half of what may be under way at most, so that the line is not idle while an answer comes back.
        """
        self._give_up()
        if not self.asks:
            return _UNKNOWN if not self.rate else max(int(self.rate * LATENCY), LEAST)
        most = max(int(self.rate * (self.round_trip + LATENCY)) if self.rate else _UNKNOWN, 2 * LEAST)
        return min(most - self.under_way, most // 2)

    def patience(self) -> float | None:
        """Seconds after which `room` is worth asking again although no answer came; None when nothing is awaited."""
        return max(self._sent[0][0] + _SILENCE - self._clock(), 0.001) if self._sent else None

    def _give_up(self) -> None:
        """A terminal that was stopped goes on some day; one that never answered anything never will."""
        if self._sent and self._clock() - self._sent[0][0] > _SILENCE:
            self._sent.clear()
            self.asks = self._ever
