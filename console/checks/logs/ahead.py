"""Reading the next block of a long file while the last one is searched."""

import queue
import threading
import zlib
from types import TracebackType
from typing import Self

from console.checks.logs.encodings import Readable

AFTER = 8 * 1024 * 1024
"""Bytes that are read without a thread: most looks find less."""


class ReadAhead:
    """Blocks of a source, each in a buffer with `room` bytes before it for what was left of the block before."""

    def __init__(self, source: Readable, size: int, room: int) -> None:
        self._source = source
        self._room = room
        self._blocks = [bytearray(room + size), bytearray(room + size)]
        self._turn = 0
        self._read = 0
        self._thread: threading.Thread | None = None
        self._wanted: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._ready: queue.SimpleQueue[int | OSError | EOFError | zlib.error | None] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None:
            # The source is somebody else's: nobody may read in it any more when this returns.
            self._wanted.put(-1)
            self._thread.join()

    def next(self) -> tuple[bytearray, int]:
        """The next block, valid until the one after it is asked for, and its bytes; 0 at the end.

        Raises what the source raises.
        """
        if self._thread is None:
            block = self._blocks[0]
            count = self._fill(0)
            self._read += count
            if self._read >= AFTER and count:
                self._thread = threading.Thread(target=self._work, name="read-ahead", daemon=True)
                self._thread.start()
                self._wanted.put(1)
                self._turn = 1
            return block, count
        found = self._ready.get()
        if isinstance(found, Exception):
            raise found
        if found is None:
            raise EOFError("reading ended")
        block = self._blocks[self._turn]
        self._turn ^= 1
        if found:
            self._wanted.put(self._turn)
        return block, found

    def _fill(self, turn: int) -> int:
        return self._source.readinto(memoryview(self._blocks[turn])[self._room :]) or 0

    def _work(self) -> None:
        try:
            while (turn := self._wanted.get()) >= 0:
                self._ready.put(self._fill(turn))
        except (OSError, EOFError, zlib.error) as error:
            self._ready.put(error)
        finally:
            self._ready.put(None)
