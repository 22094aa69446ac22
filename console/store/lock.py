"""One writer for a home folder: a second console opens it for reading and can say who holds it.

The system's own lock on `console.lock` decides, and it dies with its holder, however that ends. Who the holder is
stands in `console.holder`, a courtesy that a crash may leave behind; it is never believed without the lock.
(On Windows the locked file itself cannot be read by others, so the two are apart.)
"""

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from console.errors import StoreError
from console.store.disk import process_alive
from console.store.files import one_line, replace_file
from console.store.trouble import cannot_write

if TYPE_CHECKING:
    from filelock import FileLock

_PATIENCE_S = 0.25
_POLL_S = 0.01
_INTRODUCTION_S = 0.2
_INFO_LIMIT = 4096


@dataclass(frozen=True)
class Holder:
    """Who holds a home folder. All empty when somebody does, but has not said who."""

    pid: int = 0
    """Process id on `host`."""
    operator: str = ""
    """The operator's name, as far as that console knew it."""
    host: str = ""
    """Name of the machine."""
    since: str = ""
    """When it took the folder, ISO 8601 with zone."""


def _now() -> datetime:
    return datetime.now(UTC).astimezone()


class HomeLock:
    """The lock of one home folder. It is held as long as this object lives, unless it is released before."""

    def __init__(self, home: Path, clock: Callable[[], datetime] = _now) -> None:
        self._path = home / "console.lock"
        self._info = home / "console.holder"
        self._clock = clock
        self._lock: FileLock | None = None
        self._mine: Holder | None = None

    def acquire(self, operator: str = "") -> bool:
        """Take the folder and return True; False when another console has it (then open it for reading).

        Waits a quarter of a second at most. Raises StoreError when the lock file cannot be made.
        """
        if self._mine is not None:
            return True
        lock = self._take(_PATIENCE_S)
        if lock is None:
            return False
        since = self._clock().isoformat(timespec="seconds")
        self._lock, self._mine = lock, Holder(os.getpid(), one_line(operator), _host(), since)
        self._introduce()
        return True

    def name_operator(self, operator: str) -> None:
        """Tell others the operator's name, once it is known. Does nothing where the lock is not held."""
        if self._mine is not None:
            self._mine = replace(self._mine, operator=one_line(operator))
            self._introduce()

    def holder(self) -> Holder | None:
        """Who holds the folder now; None when nobody does (any more). Raises StoreError when nobody can say."""
        if self._mine is not None:
            return self._mine
        deadline = time.monotonic() + _INTRODUCTION_S
        while True:
            lock = self._take(0)
            if lock is not None:
                lock.release()
                return None
            info = self._read_info()
            if info is not None:
                return info
            if time.monotonic() > deadline:
                return Holder()
            # It has just taken the lock and is about to say who it is.
            time.sleep(_POLL_S)

    def release(self) -> None:
        """Give the folder back. Does nothing where the lock is not held."""
        lock, self._lock, self._mine = self._lock, None, None
        if lock is not None:
            self._forget()
            lock.release()

    def _take(self, patience: float) -> "FileLock | None":
        from filelock import FileLock, Timeout  # 60 ms, which a console that only shows a picture need not pay

        # Taken by the thread that starts the console, given back by the one that ends it.
        lock = FileLock(str(self._path), thread_local=False)
        try:
            lock.acquire(timeout=patience, poll_interval=_POLL_S)
        except Timeout:
            return None
        except OSError as error:
            raise cannot_write(self._path, error) from error
        return lock

    def _introduce(self) -> None:
        # First gone, then written: on a full disk nobody stands there rather than the one before.
        self._forget()
        if self._mine is not None:
            # The disk may be full, and the console is where the operator finds that out: the lock counts, not this.
            with suppress(StoreError):
                replace_file(self._info, json.dumps(asdict(self._mine), ensure_ascii=False).encode())

    def _forget(self) -> None:
        with suppress(OSError):
            os.unlink(self._info)

    def _read_info(self) -> Holder | None:
        """What the holder says of itself; None when it says nothing yet, or when its predecessor still stands there."""
        try:
            with self._info.open("rb") as stream:
                content = json.loads(stream.read(_INFO_LIMIT))
            pid, operator, host, since = (content[key] for key in ("pid", "operator", "host", "since"))
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None
        if not isinstance(pid, int) or (host == _host() and process_alive(pid) is False):
            return None
        return Holder(pid, one_line(str(operator)), one_line(str(host)), one_line(str(since)))


def _host() -> str:
    import platform  # 10 ms

    return platform.node()
