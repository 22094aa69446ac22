"""The bytes of one log file, packed or not, from any place in it."""

import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.checks.logs.bookmark import HEAD, TAIL, Bookmark, piece
from console.checks.logs.encodings import Readable
from console.checks.logs.names import PACKED

_STEP = 1024 * 1024
BROKEN = (OSError, EOFError, zlib.error)
"""What reading raises: the disk, a packed file that is cut off, one that is damaged."""


class Gunzip:
    """A gzip file unpacked block by block: never more than a block in memory, however well it was packed."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._unpacker = zlib.decompressobj(31)
        self._waiting = b""

    def readinto(self, buffer: memoryview, /) -> int:
        """As the unpacked file's own. EOFError where it is cut off, zlib.error where it is damaged."""
        if not len(buffer):
            return 0
        while True:
            if self._unpacker.eof:
                self._waiting = self._unpacker.unused_data.lstrip(b"\0") or self._more().lstrip(b"\0")
                if not self._waiting:
                    return 0
                self._unpacker = zlib.decompressobj(31)
            waiting = self._unpacker.unconsumed_tail or self._waiting or self._more()
            self._waiting = b""
            if not waiting:
                raise EOFError("a packed file that is cut off")
            data = self._unpacker.decompress(waiting, len(buffer))
            if data:
                buffer[: len(data)] = data
                return len(data)

    def _more(self) -> bytes:
        block = bytearray(65536)
        count = self._file.readinto(memoryview(block)) or 0
        return bytes(block[:count])


class LogFile:
    """One file, opened; what is true of it is asked of the open file, so a rename in between does no harm."""

    def __init__(self, path: str) -> None:
        """Raises OSError."""
        self.path = path
        self.packed = path.endswith(PACKED)
        self._file = io.FileIO(path, "r")
        found = os.fstat(self._file.fileno())
        self.inode = found.st_ino
        self.size = found.st_size
        """Bytes on the disk: for a packed file not those of the log."""
        self.mtime_ns = found.st_mtime_ns

    def close(self) -> None:
        self._file.close()

    def at(self, offset: int) -> Readable:
        """A stream from byte `offset` of the log. One at a time. Raises what `BROKEN` holds; EOFError when shorter."""
        if not self.packed:
            self._file.seek(offset)
            return self._file
        self._file.seek(0)
        stream = Gunzip(self._file)
        _skip(stream, offset)
        return stream

    def holds(self, mark: Bookmark) -> bool:
        """Whether the place that `mark` means lies in this file."""
        if not mark.offset:
            return False
        try:
            if not self.packed and self.size < mark.offset:
                return False
            if not mark.head.is_of(self.bytes(0, mark.head.length)):
                return False
            around = self.bytes(mark.offset - mark.tail.length, mark.tail.length + mark.behind.length)
            return mark.tail.is_of(around[: mark.tail.length]) and mark.behind.is_of(around[mark.tail.length :])
        except EOFError:
            return False

    def bytes(self, offset: int, count: int) -> bytes:
        """So many bytes from there on, or those that there are."""
        if not self.packed:
            self._file.seek(offset)
            return _read(self._file, count)
        self._file.seek(0)
        stream = Gunzip(self._file)
        _skip(stream, offset)
        return _read(stream, count)

    def mark(self, live: str, offset: int, *, inside: bool, complete: bool) -> Bookmark | None:
        """The bookmark for a place in this file; None when the file no longer reaches it."""
        length, back = min(HEAD, offset), min(TAIL, offset)
        head, around = self.bytes(0, length), self.bytes(offset - back, back + TAIL)
        if len(head) < length or len(around) < back:
            return None
        tail, behind = around[:back], around[back:]
        if not behind.strip(b"\0"):
            # Room that a program took in advance and will write into.
            behind = b""
        pieces = piece(head), piece(tail)
        return Bookmark(live, self.inode, offset, *pieces, self.mtime_ns, inside, complete, piece(behind))


@contextmanager
def opened(path: str | Path) -> Iterator[LogFile]:
    """A log file for as long as it is needed."""
    file = LogFile(str(path))
    try:
        yield file
    finally:
        file.close()


def _read(source: Readable, count: int) -> bytes:
    found = bytearray(count)
    view, have = memoryview(found), 0
    while have < count:
        came = source.readinto(view[have:]) or 0
        if not came:
            break
        have += came
    return bytes(found[:have])


def _skip(source: Readable, count: int) -> None:
    block = memoryview(bytearray(min(_STEP, max(count, 1))))
    while count:
        came = source.readinto(block[: min(count, len(block))]) or 0
        if not came:
            raise EOFError("shorter than it was")
        count -= came
