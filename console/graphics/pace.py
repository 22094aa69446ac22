"""How much output may be under way to the terminal, learned from how soon it answers.

A kernel, an SSH channel and the terminal's own buffer swallow megabytes before a write ever blocks, and what lies in
them delays the next key's answer. So every portion ends with a question (DSR, `CSI 6 n`), and the next one is sent when
so little is unanswered that it will be drawn within `LATENCY`.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

LATENCY = 0.03
"""Seconds of output that may wait at the narrowest place of the line, on top of the line's own round trip."""

LEAST = 8 * 1024
"""Bytes that may always be under way: smaller portions cost more than they gain."""

_UNKNOWN = 64 * 1024
"""Bytes that may be under way before anything is known of the line."""

_SILENCE = 2.0
"""Seconds after which a question counts as never answered."""

_TELLING = 4 * 1024
"""Portions below this say nothing about the rate."""

_SMALL = 64
"""Bytes of a question with next to nothing before it: how long its answer takes is the line's round trip."""

_ECHO = 4.0
"""Seconds after which the round trip is looked at again."""

_TRUST = 6.0
"""Seconds for which it is believed."""

_NEW = 0.3
"""Weight of the newest round trip."""

_RECENT = 1.0
"""Seconds of which the best reading of the rate counts."""


class _Portion(NamedTuple):
    """One that was sent."""

    number: int
    at: float
    size: int
    ahead: int
    """Bytes under way with it."""
    delivered: int
    """Bytes answered for when it was sent."""
    since: float
    """When the last of these were."""


class Pace:
    """The account of portions sent and answered. Not thread-safe: its owner holds a lock."""

    def __init__(self, round_trip: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        """`round_trip` in seconds is what the probe measured; 0 for unknown."""
        self._clock = clock
        self._sent: deque[_Portion] = deque()
        self._echo_at = float("-inf")
        self._delivered = 0
        self._delivered_at = 0.0
        self._readings: deque[tuple[float, float]] = deque()
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
        return sum(portion.size for portion in self._sent)

    def sent(self, number: int, count: int) -> None:
        """A portion of `count` bytes, question `number` at its end, is being written."""
        if count < _SMALL and not self._sent:
            self._echo_at = self._clock()
        if self.asks:
            now = self._clock()
            since = self._delivered_at if self._sent else now
            self._sent.append(_Portion(number, now, count, self.under_way + count, self._delivered, since))

    def wants_echo(self) -> bool:
        """Whether a question by itself should be sent now, to learn the round trip while the line is empty."""
        return self.asks and not self._sent and self._clock() - self._echo_at > _ECHO

    def answered(self, number: int) -> None:
        """Question `number` has been answered, and with it those before; one that nobody waits for is passed over."""
        if all(portion.number != number for portion in self._sent):
            return
        now = self._clock()
        while True:
            asked, at, count, ahead, delivered, since = self._sent.popleft()
            if asked == number:
                break
            self._delivered += count
        idle = ahead == count
        self._ever = True
        elapsed = max(now - at, 1e-4)
        if count < _SMALL and idle:
            # Text may have lain before it, so that it counts fully only when it says the same again.
            self.round_trip = min(elapsed, 2 * self.round_trip) if self.round_trip else elapsed
        elif self.round_trip and elapsed < self.round_trip:
            self.round_trip = elapsed
        elif self.round_trip and self.rate and now - self._echo_at > _TRUST:
            # What the portions before it did not take: the line may never be idle enough for a question by itself.
            shorter = max(elapsed - ahead / self.rate, 1e-4)
            self.round_trip += _NEW * min(shorter - self.round_trip, 0.0)
        self._delivered += count
        self._delivered_at = now
        if count >= _TELLING:
            # All that was drawn while this portion was under way: answers that come in bursts do not disturb that.
            self._read(self._delivered - delivered, now - since)

    def wrote(self, count: int, seconds: float) -> None:
        """`count` bytes took so long to write: all that is known of a terminal that does not answer."""
        if not self.asks and count >= _TELLING and seconds > 0.005:
            self._read(count, seconds)

    def room(self) -> int:
        """Bytes that may be sent now; 0 or less: wait for an answer.

        Half of what may be under way at most, so that the line is not idle while an answer comes back.
        """
        self._give_up()
        if not self.asks:
            return _UNKNOWN if not self.rate else max(int(self.rate * LATENCY), LEAST)
        most = max(int(self.rate * (2 * self.round_trip + LATENCY)) if self.rate else _UNKNOWN, 2 * LEAST)
        return min(most - self.under_way, most // 2)

    def patience(self) -> float | None:
        """Seconds after which `room` is worth asking again although no answer came; None when nothing is awaited."""
        return max(self._sent[0].at + _SILENCE - self._clock(), 0.001) if self._sent else None

    def _read(self, count: int, seconds: float) -> None:
        """Bytes and the time in which they were drawn; the best of the last few, since a pause says nothing."""
        now = self._clock()
        self._readings.append((now, count / max(seconds, 1e-4)))
        while now - self._readings[0][0] > _RECENT and len(self._readings) > 1:
            self._readings.popleft()
        self.rate = max(reading for _at, reading in self._readings)

    def _give_up(self) -> None:
        """A terminal that was stopped goes on some day; one that never answered anything never will."""
        if self._sent and self._clock() - self._sent[0].at > _SILENCE:
            self._sent.clear()
            self.asks = self._ever
