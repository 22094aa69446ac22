"""Threads that may be left behind: a host that never answers holds up neither the run nor the end of the program.

The pool of the standard library waits for its threads when the program ends, which a silent host would turn into a
program that cannot be left.
"""

import heapq
import itertools
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(order=True)
class _Job:
    at: float
    number: int
    key: Any = field(compare=False)
    limit_s: float = field(compare=False)
    work: Callable[[float], Any] = field(compare=False)


class Crew:
    """Runs pieces of work, several at a time, each within its own limit.

    One thread uses it: `put`, then `next` until `pending` is empty.
    """

    def __init__(self, size: int = 16, grace_s: float = 3.0) -> None:
        self._size = size
        self._grace_s = grace_s
        self._numbers = itertools.count()
        self._waiting: list[_Job] = []
        self._ready: queue.SimpleQueue[tuple[_Job, Any]] = queue.SimpleQueue()
        self._running: dict[int, tuple[_Job, float]] = {}

    def put(self, key: Any, limit_s: float, work: Callable[[float], Any], delay_s: float = 0.0) -> None:
        """Have `work` done in at most `limit_s` seconds; it is given its deadline (time.monotonic)."""
        heapq.heappush(self._waiting, _Job(time.monotonic() + delay_s, next(self._numbers), key, limit_s, work))

    @property
    def pending(self) -> int:
        """Pieces that wait or run."""
        return len(self._waiting) + len(self._running)

    def next(self, patience_s: float, begun: Callable[[Any], None]) -> tuple[Any, Any] | None:
        """The next (key, result) within `patience_s`, else None. The result is None for work that is given up.

        `begun` is called with the key of each piece that starts meanwhile. Work must not raise.
        """
        until = time.monotonic() + patience_s
        while True:
            now = time.monotonic()
            while self._waiting and self._waiting[0].at <= now and len(self._running) < self._size:
                job = heapq.heappop(self._waiting)
                self._running[job.number] = (job, now + job.limit_s + self._grace_s)
                begun(job.key)
                threading.Thread(target=self._do, args=(job, now + job.limit_s), name="check", daemon=True).start()
            late = next((number for number, (_, end) in self._running.items() if end <= now), None)
            if late is not None:
                job, _end = self._running.pop(late)
                return job.key, None
            wake = min([until, *(end for _, end in self._running.values()), *self._soonest()])
            try:
                job, result = self._ready.get(timeout=max(wake - now, 0.001))
            except queue.Empty:
                if time.monotonic() >= until:
                    return None
                continue
            if self._running.pop(job.number, None) is not None:
                return job.key, result

    def drop(self) -> list[Any]:
        """Give up everything; the keys of what was not done."""
        keys = [job.key for job in self._waiting] + [job.key for job, _ in self._running.values()]
        self._waiting.clear()
        self._running.clear()
        return keys

    def _soonest(self) -> list[float]:
        return [self._waiting[0].at] if self._waiting and len(self._running) < self._size else []

    def _do(self, job: _Job, deadline: float) -> None:
        result = None
        try:
            result = job.work(deadline)
        finally:
            self._ready.put((job, result))
