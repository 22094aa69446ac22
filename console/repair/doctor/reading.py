"""The bytes of one file for a look, and its hashes; runs in the console for a few small files, else beside it.

Small files are read whole. Large ones are mapped, in a process of their own: a file that is cut by somebody else while
it is mapped ends the process that reads it.
"""

import hashlib
import mmap
import os
import stat
import threading
from datetime import date
from typing import Any

from console.repair.doctor.codes import Found
from console.repair.doctor.file import Facts, Looked, look_at
from console.repair.doctor.listing import denied

SMALL = 1 << 22
"""Bytes up to which a file is read whole."""
_CHUNK = 1 << 20
_TWO = 1 << 23
"""Bytes of pixel data from which a second processor pays."""


class Seen:
    """What is known of a file after it was looked at."""

    __slots__ = ("facts", "found", "mtime_ns", "pixels", "sha256", "size")

    def __init__(self, found: list[Found], facts: Facts | None) -> None:
        self.found = found
        self.facts = facts
        self.size = 0
        self.mtime_ns = 0
        self.sha256 = b""
        """Of the whole file; empty where no hash was asked for, or none could be had."""
        self.pixels = b""
        """SHA-256 of the value of the pixel data; empty without."""


def see(path: str, today: date, *, hashes: bool = False) -> Seen:
    """Open a file, look, and let it go. Never raises for what stands in it or what becomes of it meanwhile."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        return Seen([denied(error)], None)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return Seen([Found("unreadable")], None)
        seen = _looked(path, descriptor, status.st_size, today)
        seen.size, seen.mtime_ns = status.st_size, status.st_mtime_ns
        if hashes and seen.facts is not None:
            seen.sha256, seen.pixels = _hashes(descriptor, seen.facts.pixels_at, seen.facts.pixels_end)
        return seen
    except OSError as error:
        return Seen([denied(error)], None)
    except (MemoryError, RecursionError):
        return Seen([Found("breaks-reader")], None)
    finally:
        os.close(descriptor)


def _looked(path: str, descriptor: int, size: int, today: date) -> Seen:
    looked: Looked
    if size <= SMALL:
        looked = look_at(path, _whole(descriptor, size), today)
    else:
        with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as data:
            # The tree holds positions only: nothing of it keeps the map open.
            looked = look_at(path, data, today)  # type: ignore[arg-type]
    return Seen(list(looked.found), looked.facts)


def _whole(descriptor: int, size: int) -> bytes:
    data = os.read(descriptor, size)
    while len(data) < size and (more := os.read(descriptor, size - len(data))):
        data += more
    return data


def _hashes(descriptor: int, begins: int, ends: int) -> tuple[bytes, bytes]:
    """SHA-256 of the file and of its pixel data, the latter on a second processor where that is worth it."""
    pixels: list[bytes] = [b""]
    helper = None
    if begins >= 0:

        def work() -> None:
            pixels[0] = _hash(descriptor, begins, ends)

        helper = threading.Thread(target=work, name="hash", daemon=True)
        helper.start() if ends - begins >= _TWO else helper.run()
    whole = _hash(descriptor, 0, 1 << 62)
    if helper is not None and helper.ident is not None:
        helper.join()
    return whole, pixels[0]


def _hash(descriptor: int, begins: int, ends: int) -> bytes:
    digest = hashlib.sha256()
    while begins < ends and (chunk := _at(descriptor, min(_CHUNK, ends - begins), begins)):
        digest.update(chunk)
        begins += len(chunk)
    return digest.digest()


if hasattr(os, "pread"):
    _at: Any = os.pread
else:
    _LOCK = threading.Lock()

    def _at(descriptor: int, count: int, offset: int) -> bytes:
        with _LOCK:
            os.lseek(descriptor, offset, os.SEEK_SET)
            return os.read(descriptor, count)
