"""Deadlines that hold against any library: when the time is over, the connection is cut under its feet.

Several waits of an SSH library have no time limit at all, and those that have one follow the wall clock, which may be
set while they wait. Cutting the socket wakes all of them.
"""

import heapq
import itertools
import socket
import threading
import time
from contextlib import suppress


class Leash:
    """One connection with its deadline."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock: socket.socket | None = sock
        self.fired = False
        """True once the connection was cut because its time was over."""

    def cut(self) -> None:
        """Cut the connection, unless it was let go before."""
        sock, self._sock = self._sock, None
        if sock is not None:
            self.fired = True
            # The other side may have been quicker.
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def let_go(self) -> None:
        """The connection ended by itself; nothing is cut any more."""
        self._sock = None


class Reaper:
    """One thread that waits for all deadlines; it dies with the program."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._heap: list[tuple[float, int, Leash]] = []
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    def watch(self, sock: socket.socket, deadline: float) -> Leash:
        """Cut `sock` at `deadline` (time.monotonic) unless its leash is let go before."""
        leash = Leash(sock)
        with self._changed:
            heapq.heappush(self._heap, (deadline, next(self._numbers), leash))
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="reaper", daemon=True)
                self._thread.start()
            self._changed.notify()
        return leash

    def _watch(self) -> None:
        while True:
            with self._changed:
                while not self._heap or self._heap[0][0] > time.monotonic():
                    self._changed.wait(self._heap[0][0] - time.monotonic() if self._heap else None)
                _deadline, _number, leash = heapq.heappop(self._heap)
            leash.cut()


REAPER = Reaper()
"""The one of this process."""
