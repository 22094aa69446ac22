"""Pictures handed to a terminal on the same machine through shared memory, instead of through the line.

The terminal removes each piece of memory when it has read it. What it does not read is removed here, so that no picture
stays behind: the oldest when there are more than a few, all of them at the end, and at the next start those of a
console that was killed.
"""

import os
import re
import sys
from collections import deque
from contextlib import suppress
from pathlib import Path
from weakref import finalize

FOLDER = Path("/dev/shm")
"""Where Linux shows shared memory as files (shm_overview(7))."""
_PREFIX = "cathlab-"
_NAME = re.compile(r"cathlab-(\d+)-\d+")
_MOST = 6
"""Pictures that may wait for the terminal."""


def available() -> bool:
    """Whether this system has shared memory that can be written like a file."""
    return sys.platform == "linux" and os.access(FOLDER, os.W_OK)


class SharedMemory:
    """The pieces of memory of one view."""

    _count = 0

    def __init__(self) -> None:
        self._names: deque[str] = deque()
        # When nobody uses it any more, and when the program ends.
        finalize(self, _remove_all, self._names)

    def put(self, data: bytes) -> str | None:
        """The name of a new piece of memory that holds `data`, for its owner alone; None where there is no room."""
        SharedMemory._count += 1
        name = f"{_PREFIX}{os.getpid()}-{SharedMemory._count}"
        path = FOLDER / name
        try:
            with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(data)
        except OSError:
            _remove(path)
            return None
        self._names.append(name)
        while len(self._names) > _MOST:
            _remove(FOLDER / self._names.popleft())
        return name

    def unread(self) -> int:
        """Pieces that the terminal has not read yet: how far it is behind."""
        while self._names and not (FOLDER / self._names[0]).exists():
            self._names.popleft()
        return len(self._names)

    def clear(self) -> None:
        """Remove what was not read."""
        _remove_all(self._names)


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


def _remove_all(names: deque[str]) -> None:
    while names:
        _remove(FOLDER / names.popleft())


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
