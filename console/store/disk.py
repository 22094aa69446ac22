"""The few steps on the disk that everything of ours is made of, in the order that a crash cannot hurt.

Here and nowhere else stands what differs between systems: hard links, syncing a folder, a file held by a virus scanner.
"""

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

_TEMPORARY = ".cathlab-tmp"
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_WINDOWS = os.name == "nt"
_WINDOWS_ATTEMPTS = 40
_WINDOWS_PAUSE_S = 0.05
_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EACCES)
_ABANDONED_S = 60.0

_Result = TypeVar("_Result")


@contextmanager
def temporary_name(path: Path) -> Iterator[Path]:
    """A name for a temporary file beside `path`; whatever still bears it at the end is removed."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}{_TEMPORARY}")
    try:
        yield temporary
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def fill(path: Path, data: bytes) -> None:
    """Create `path` with `data`, on the disk when this returns. Only its owner may read it."""
    descriptor = os.open(path, _CREATE, 0o600)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move(source: Path, target: Path) -> None:
    patiently(lambda: os.replace(source, target))


def double(source: Path, raw: bytes, target: Path) -> None:
    """Make `target` the same as `source`, whose bytes are `raw`, in one step; `source` stays where it is."""
    with temporary_name(target) as temporary:
        try:
            os.link(source, temporary)
        except OSError:
            # FAT and exFAT (most USB sticks) and some shares have no hard links.
            fill(temporary, raw)
        # Where both names already mean one file, rename(2) does nothing and leaves the temporary name behind;
        # temporary_name removes it.
        move(temporary, target)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` safe from a power cut, where the system and its file systems know how."""
    if _WINDOWS:
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte of `data`: a disk that is nearly full takes a part first and refuses the rest."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sweep(folder: Path) -> int:
    """Remove the temporary files that a crash left in `folder` (not below it) and return how many.

    A file whose writer lives stays. Where the system cannot say whether it does (Windows), age decides: no write takes
    a minute. Should a writer lose its file all the same, its write fails in words and the old content stands.
    """
    swept = 0
    with suppress(FileNotFoundError, PermissionError), os.scandir(folder) as entries:
        for entry in entries:
            pid = _writer(entry.name)
            if pid is None:
                continue
            with suppress(OSError):
                age = time.time() - entry.stat(follow_symlinks=False).st_mtime
                alive = process_alive(pid)
                if alive is False or (alive is None and age > _ABANDONED_S):
                    os.unlink(entry.path)
                    swept += 1
    return swept


def process_alive(pid: int) -> bool | None:
    """True or False for a process of this machine; None on Windows, where asking with os.kill would end it."""
    if _WINDOWS:
        return None
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def patiently(action: Callable[[], _Result]) -> _Result:
    """Do it again for a while on Windows, where a virus scanner or a reader may hold a file for a moment."""
    for _attempt in range(_WINDOWS_ATTEMPTS if _WINDOWS else 0):
        try:
            return action()
        except PermissionError:
            time.sleep(_WINDOWS_PAUSE_S)
    return action()


def _writer(name: str) -> int | None:
    """The process that made the temporary file called `name`; None when it is not one of ours."""
    parts = name.removesuffix(_TEMPORARY).rsplit(".", 2)
    if not (name.startswith(".") and name.endswith(_TEMPORARY) and len(parts) == 3):
        return None
    return int(parts[1]) if parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 12 else None
