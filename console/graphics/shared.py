"""Pictures handed to a terminal on the same machine through shared memory, instead of through the line.

The terminal removes each piece of memory when it has read it. What it does not read is removed here, so that no picture
stays behind: the oldest when there are more than a few, all of them at the end, and at the next start those of a
console that was killed.
"""

import itertools
import os
import re
import sys
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from weakref import finalize

FOLDER = Path("/dev/shm")
"""Where Linux shows shared memory as files (shm_overview(7))."""
_PREFIX = "cathlab-"
_NAME = re.compile(r"cathlab-(\d+)-\d+")
_MOST = 6
"""Pictures that may wait for the terminal."""
_PATIENCE = 2.0
"""Seconds for which they may."""


class _Piece(NamedTuple):
    name: str
    at: float


def available() -> bool:
    """Whether this system has shared memory that can be written like a file."""
    return sys.platform == "linux" and os.access(FOLDER, os.W_OK)


class SharedMemory:
    """The pieces of memory of one view."""

    _numbers = itertools.count(1)
    """Of all pieces of this process: two threads never get the same."""

    def __init__(self) -> None:
        self._pieces: deque[_Piece] = deque()
        # When nobody uses it any more, and when the program ends.
        finalize(self, _remove_all, self._pieces)

    def put(self, data: bytes) -> str | None:
        """The name of a new piece of memory that holds `data`, for its owner alone; None where there is no room."""
        name = f"{_PREFIX}{os.getpid()}-{next(SharedMemory._numbers)}"
        path = FOLDER / name
        try:
            with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(data)
        except OSError:
            _remove(path)
            return None
        self._pieces.append(_Piece(name, time.monotonic()))
        while len(self._pieces) > _MOST:
            _remove(FOLDER / self._pieces.popleft().name)
        return name

    def unread(self) -> int:
        """Pieces that the terminal has not read yet: how far it is behind. One that it never reads is given up."""
        while self._pieces and not (FOLDER / self._pieces[0].name).exists():
            self._pieces.popleft()
        while self._pieces and time.monotonic() - self._pieces[0].at > _PATIENCE:
            _remove(FOLDER / self._pieces.popleft().name)
        return len(self._pieces)

    def clear(self) -> None:
        """Remove what was not read."""
        _remove_all(self._pieces)


def sweep() -> None:
    """Remove what consoles that no longer run have left behind."""
    with suppress(OSError):
        for path in list(FOLDER.iterdir()) if available() else []:
            match = _NAME.fullmatch(path.name)
            if match is not None and path.stat().st_uid == os.getuid() and not _runs(int(match[1])):
                _remove(path)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _remove_all(pieces: deque[_Piece]) -> None:
    while pieces:
        _remove(FOLDER / pieces.popleft().name)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
