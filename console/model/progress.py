"""Where a long piece of work stands: counts, rate, time left."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """One moment of a piece of work."""

    done: int
    total: int
    """0 while nobody knows."""
    elapsed_s: float
    what: str = ""
    """What is being worked on now, cleaned for display."""

    @property
    def fraction(self) -> float:
        """0 to 1; 0 while the total is unknown."""
        return min(self.done / self.total, 1.0) if self.total > 0 else 0.0

    @property
    def rate(self) -> float:
        """Items a second so far."""
        return self.done / self.elapsed_s if self.elapsed_s > 0 else 0.0

    @property
    def remaining_s(self) -> float | None:
        """Seconds left at this rate; None before a rate can be known."""
        if self.total <= 0 or self.done <= 0 or self.elapsed_s < 0.5:
            return None
        return (self.total - self.done) / self.rate


class Ticker:
    """Passes progress on by time, not by item: at most one report every `seconds`, the first after as long."""

    def __init__(
        self, seconds: float, tell: Callable[[int, str], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._tell = tell
        self._clock = clock
        self._last = clock()

    def __call__(self, count: int, what: str) -> None:
        """Report, if it is time."""
        now = self._clock()
        if now - self._last >= self._seconds:
            self._last = now
            self._tell(count, what)
