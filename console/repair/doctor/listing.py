"""Which files a visit looks at, one after the other: names are listed as they are reached, nothing is opened.

Links are followed, each folder once, so that one that leads above itself ends. Pipes, sockets and devices would keep
whoever opens them waiting for ever: in a folder they are passed over, where they were named it is said.
"""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from console.i18n import N_
from console.repair.doctor.codes import Found


class Listed(NamedTuple):
    """A file, or what kept it from being one."""

    path: str
    size: int = 0
    mtime_ns: int = 0
    named: bool = False
    """Whether it was named itself, and not only the folder that it lies in."""
    trouble: Found | None = None


def files_of(paths: Sequence[Path]) -> Iterator[Listed]:
    """The files that are named, and those below the folders that are named, each once, folders in order."""
    seen: set[tuple[int, int]] = set()
    files: set[str] = set()
    for path in paths:
        name = os.fspath(path)
        try:
            status = os.stat(name)
        except OSError as error:
            yield Listed(name, named=True, trouble=denied(error))
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _below(name, seen, files if len(paths) > 1 else None)
        elif not stat.S_ISREG(status.st_mode):
            yield Listed(name, named=True, trouble=Found("unreadable", N_("It is a device, a pipe or a socket.")))
        elif name not in files:
            files.add(name)
            yield Listed(name, status.st_size, status.st_mtime_ns, True)


def denied(error: OSError) -> Found:
    """What the system said when it refused."""
    if isinstance(error, FileNotFoundError):
        return Found("unreadable", N_("It is not there, or not any more."))
    if error.errno == errno.ELOOP:
        return Found("unreadable", N_("It is a link that leads to itself."))
    reason = error.strerror or type(error).__name__
    return Found("unreadable", N_("The system says: {reason}."), {"reason": reason})


def _below(root: str, seen: set[tuple[int, int]], files: set[str] | None) -> Iterator[Listed]:
    todo = [root]
    while todo:
        folder = todo.pop()
        try:
            status = os.stat(folder)
            # Windows gives folders no number on some shares.
            if status.st_ino and (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError as error:
            yield Listed(folder, trouble=denied(error))
            continue
        folders: list[str] = []
        for entry in entries:
            if entry.name.startswith("."):
                continue
            try:
                if entry.is_dir():
                    folders.append(entry.path)
                    continue
                if not entry.is_file():
                    if entry.is_symlink():
                        entry.stat()  # says why it leads nowhere
                    continue
                found = entry.stat()
            except OSError as error:
                if entry.is_symlink() or not isinstance(error, FileNotFoundError):
                    yield Listed(entry.path, trouble=denied(error))
                continue
            if files is not None:
                if entry.path in files:
                    continue
                files.add(entry.path)
            yield Listed(entry.path, found.st_size, found.st_mtime_ns)
        todo += reversed(folders)
