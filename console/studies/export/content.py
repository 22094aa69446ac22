"""What a target file is made of: the bytes of a source that must not change while they are read."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from console.i18n import _

CHUNK = 1 << 20


class SourceTrouble(Exception):
    """A source that cannot be exported; the text is a sentence without the file's name, translated."""


class Content(Protocol):
    """The bytes of one target file."""

    @property
    def source(self) -> Path:
        """Where they come from."""

    def chunks(self) -> Iterator[bytes]:
        """The bytes, once. Raises SourceTrouble, at the latest after the last one."""

    def faults(self, written: Path) -> str:
        """What is wrong with the copy that stands at `written`, in one sentence; empty when nothing is."""


class PlainContent:
    """A file as it is. It must be the one that the plan saw, and still be it at the end."""

    def __init__(self, source: Path, size: int, mtime_ns: int) -> None:
        self.source = source
        self._expected = (size, mtime_ns)

    def chunks(self) -> Iterator[bytes]:
        """The bytes of the file."""
        with opened(self.source) as descriptor:
            before = self._facts(descriptor)
            if before[:2] != self._expected:
                raise SourceTrouble(_("was changed since the export was planned; plan it again"))
            count = 0
            try:
                while data := os.read(descriptor, CHUNK):
                    count += len(data)
                    yield data
            except OSError as error:
                raise unreadable(error) from error
            if count != before[0] or self._facts(descriptor) != before:
                raise SourceTrouble(_("was changed while it was copied; export it again"))

    def faults(self, written: Path) -> str:
        """Nothing: its checksum says all."""
        return ""

    def _facts(self, descriptor: int) -> tuple[int, int, int, int]:
        """Size and time of the file that is open, and that the name still means this file."""
        try:
            status, named = os.fstat(descriptor), os.stat(self.source)
        except OSError as error:
            raise unreadable(error) from error
        if (status.st_dev, status.st_ino) != (named.st_dev, named.st_ino):
            raise SourceTrouble(_("was replaced while it was copied; export it again"))
        return status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev


class BytesContent:
    """A file that we make ourselves."""

    def __init__(self, data: bytes) -> None:
        self.source = Path()
        self._data = data

    def chunks(self) -> Iterator[bytes]:
        """The bytes."""
        yield self._data

    def faults(self, written: Path) -> str:
        """Nothing: its checksum says all."""
        return ""


class opened:  # reads as a word of the language: with opened(path) as descriptor
    """A file open for reading and nothing else; never waits for the writer of a named pipe."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def __enter__(self) -> int:
        flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOATIME", 0)
        try:
            try:
                self._descriptor = os.open(self._path, flags)
            except PermissionError:
                # Only the owner may leave the time of access alone.
                self._descriptor = os.open(self._path, flags & ~getattr(os, "O_NOATIME", 0))
            if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
                os.close(self._descriptor)
                raise SourceTrouble(_("is not a file"))
        except OSError as error:
            raise unreadable(error) from error
        return self._descriptor

    def __exit__(self, *exception: object) -> None:
        os.close(self._descriptor)


def unreadable(error: OSError) -> SourceTrouble:
    """The trouble that an error of the system is."""
    if error.errno == errno.ENOENT:
        return SourceTrouble(_("is no longer there"))
    return SourceTrouble(_("cannot be read: {reason}").format(reason=error.strerror or type(error).__name__))
