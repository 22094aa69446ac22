"""Pipes to and from a child process, read with a deadline."""

import os
import queue
import select
import sys
import threading
import time
from typing import IO, Protocol


class Gone(Exception):
    """The other end closed the pipe."""


class TooLate(Exception):
    """The deadline passed before enough bytes came."""


class Channel(Protocol):
    """Both directions of one child."""

    def send(self, data: bytes) -> None:
        """Write a request. Raises Gone."""

    def read(self, count: int, ends: float) -> bytes:
        """Exactly `count` bytes before time.monotonic() reaches `ends`. Raises Gone, TooLate."""

    def close(self) -> None:
        """Close both pipes."""


if sys.platform != "win32":

    class PollChannel:
        """POSIX: waits in the system, so that even a child that cannot be killed costs no more than its deadline."""

        def __init__(self, to_child: IO[bytes], from_child: IO[bytes]) -> None:
            self._to_child = to_child
            self._from_child = from_child
            self._poll = select.poll()
            self._poll.register(from_child.fileno(), select.POLLIN | select.POLLHUP)

        def send(self, data: bytes) -> None:
            """Write a request; requests are far smaller than a pipe's buffer."""
            _send(self._to_child, data)

        def read(self, count: int, ends: float) -> bytes:
            """Exactly `count` bytes."""
            parts: list[bytes] = []
            while count:
                left = ends - time.monotonic()
                if left <= 0 or not self._poll.poll(left * 1000):
                    raise TooLate
                part = os.read(self._from_child.fileno(), min(count, 1 << 20))
                if not part:
                    raise Gone
                parts.append(part)
                count -= len(part)
            return b"".join(parts)

        def close(self) -> None:
            """Close both pipes."""
            _close(self._to_child, self._from_child)


class ThreadChannel:
    """Windows, where pipes cannot be waited for: a thread reads ahead."""

    def __init__(self, to_child: IO[bytes], from_child: IO[bytes]) -> None:
        self._to_child = to_child
        self._from_child = from_child
        self._chunks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._rest = b""
        threading.Thread(target=self._forward, name="picture-reader", daemon=True).start()

    def _forward(self) -> None:
        try:
            while chunk := os.read(self._from_child.fileno(), 1 << 20):
                self._chunks.put(chunk)
        except (OSError, ValueError):
            pass  # closed by close(); the empty chunk below says so
        self._chunks.put(b"")

    def send(self, data: bytes) -> None:
        """Write a request."""
        _send(self._to_child, data)

    def read(self, count: int, ends: float) -> bytes:
        """Exactly `count` bytes."""
        while len(self._rest) < count:
            try:
                chunk = self._chunks.get(timeout=max(0.0, ends - time.monotonic()))
            except queue.Empty:
                raise TooLate from None
            if not chunk:
                raise Gone
            self._rest += chunk
        data, self._rest = self._rest[:count], self._rest[count:]
        return data

    def close(self) -> None:
        """Close both pipes; the child is dead by now, so the thread's read has ended."""
        _close(self._to_child, self._from_child)


def connect(to_child: IO[bytes], from_child: IO[bytes]) -> Channel:
    """The channel that this system can wait on."""
    if sys.platform != "win32":
        return PollChannel(to_child, from_child)
    return ThreadChannel(to_child, from_child)


def _send(pipe: IO[bytes], data: bytes) -> None:
    try:
        pipe.write(data)
        pipe.flush()
    except (OSError, ValueError) as error:
        raise Gone from error


def _close(*pipes: IO[bytes]) -> None:
    for pipe in pipes:
        try:
            pipe.close()
        except OSError:
            continue  # unsent bytes for a dead child
