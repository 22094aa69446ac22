"""Bytes of one file by position, never the whole of it: pixel data may be gigabytes on a slow share."""

import io
import os
import stat
from pathlib import Path
from typing import BinaryIO, Protocol


class Source(Protocol):
    """Where an object's bytes come from: a file, or the memory that a deflated dataset was expanded into."""

    @property
    def size(self) -> int:
        """Bytes there are."""

    def at(self, offset: int, count: int) -> bytes:
        """At most `count` bytes from `offset`; fewer at the end."""

    def stream(self) -> BinaryIO:
        """A buffered stream over the same bytes for reading headers; the caller closes it."""


class BoundedStream(io.BufferedReader):
    """A reader that asks for no more than is there.

    A length field that was hit by a bit flip says 4 GB; a plain read would first reserve that much memory.
    """

    def __init__(self, raw: io.RawIOBase, size: int) -> None:
        super().__init__(raw)
        self._size = size

    def read(self, size: int | None = -1, /) -> bytes:
        """As BufferedReader.read, limited to what remains."""
        if size is not None and size > 65536:
            size = min(size, max(0, self._size - self.tell()))
        return super().read(size)


class NotAFile(OSError):
    """A device, a socket or a named pipe, which could keep a reader waiting for ever."""


class FileSource:
    """A file on disk. It is opened for each frame anew, so that no lock is held on it between two looks."""

    def __init__(self, path: Path) -> None:
        # Opening a named pipe would wait for its writer.
        self._raw = io.FileIO(path, "rb", opener=_open_at_once)
        status = os.fstat(self._raw.fileno())
        if not stat.S_ISREG(status.st_mode):
            self._raw.close()
            raise NotAFile
        self.size = status.st_size
        self.mtime_ns = status.st_mtime_ns

    def at(self, offset: int, count: int) -> bytes:
        """At most `count` bytes from `offset`."""
        count = min(count, max(0, self.size - offset))
        if count <= 0:
            return b""
        self._raw.seek(offset)
        data = self._raw.read(count)
        while len(data) < count:
            more = self._raw.read(count - len(data))
            if not more:
                break
            data += more
        return data

    def stream(self) -> BinaryIO:
        """A buffered stream from the start of the file; closing it leaves this source open."""
        return BoundedStream(io.FileIO(os.dup(self._raw.fileno()), "rb"), self.size)

    def close(self) -> None:
        """Let the file go."""
        self._raw.close()


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


class MemorySource:
    """Bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def at(self, offset: int, count: int) -> bytes:
        """At most `count` bytes from `offset`."""
        return self._data[offset : offset + max(0, count)]

    def stream(self) -> BinaryIO:
        """A stream over the bytes."""
        return io.BytesIO(self._data)
