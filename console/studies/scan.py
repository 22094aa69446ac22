"""Walks folders and says what is new, changed or gone since the index was built. Reads names, sizes and times only.

A folder whose names, sizes and times are those that the index remembers (one hash of them all) costs its stat calls and
one look-up. Others are compared file by file. Nothing is opened but folders and the directories of zip files.
"""

import errno
import marshal
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TypeAlias

from console.studies import problems
from console.studies.archive import BadArchive, is_zip_name, members
from console.studies.importer import folder_number, storable, stored
from console.studies.problems import code_of, is_passing

BATCH = 64
"""Files that a reader is given at a time."""

_LEAST = 8
"""A file of fewer bytes holds no element."""
_NO_FILES = ("/proc", "/sys", "/dev")
"""Trees of Linux whose files are no files."""
_DIR = "SELECT digest, zips, device FROM dir WHERE id = ?"
_ZIP = "SELECT files FROM dir WHERE id = ? AND device = ? AND mtime_ns = ? AND digest != x''"
_INSTANCES = "SELECT id, name, size, mtime_ns FROM instance WHERE dir = ?"
_OTHERS = "SELECT name, size, mtime_ns FROM other WHERE dir = ?"
_BY_DESCRIPTOR = os.scandir in os.supports_fd and os.stat in os.supports_dir_fd

File: TypeAlias = tuple[str, int, int]
"""Name, size, mtime_ns (CRC-32 for a member of a zip file)."""


@dataclass
class Folder:
    """A folder, or a zip file, that was listed."""

    number: int
    path: str
    zipped: bool
    device: int
    mtime_ns: int
    files: list[File]
    digest: bytes = b""
    """Of its files; empty where only some of them were looked at."""
    zips: int = 0
    left: int = 0
    """Batches that are not back yet."""
    whole: bool = True
    """Nothing has to be tried again next time."""


@dataclass(frozen=True)
class Batch:
    """Files of one folder for a reader."""

    folder: Folder
    files: list[File]
    replaced: dict[str, list[int]]
    """Instances in the index that were read from an earlier state of these files."""


@dataclass
class Found:
    """What a walk found beside what is to be read. The caller takes it out of the lists as it likes."""

    files: int = 0
    """Files looked at; of a zip file its members."""
    unchanged: int = 0
    removed: int = 0
    trifles: int = 0
    """Files too small to be read."""
    gone_instances: list[int] = field(default_factory=list)
    gone_others: list[tuple[int, str | bytes]] = field(default_factory=list)
    others: list[tuple[int, File, str]] = field(default_factory=list)
    """(folder, file, code) of files that need no reader."""
    folders: list[Folder] = field(default_factory=list)
    """Folders that the index has to know before the batches of theirs."""
    complete: list[Folder] = field(default_factory=list)
    """Folders of which nothing is to be read, while something else changed."""
    trouble: list[tuple[str, str]] = field(default_factory=list)
    """(path, code) of what cannot be listed."""


class RootGone(Exception):
    """The medium went away."""


class Walk:
    """One walk over one root. Iterate over it for the batches; `found` fills meanwhile."""

    def __init__(
        self, connection: sqlite3.Connection, root: str, only: str = "", skipped: frozenset[str] = frozenset()
    ) -> None:
        """`root` is a folder or a zip file; `only` names one file in it, to which all is confined."""
        self._connection = connection
        self._root = root
        self._only = only
        self._skipped = skipped
        self._device: int | None = None
        self._seen: set[tuple[int, int]] = set()
        self._links: list[str] = []
        self.found = Found()
        self.visited: set[int] = set()
        """Numbers of the folders that were listed as a whole."""
        self.kept: list[str] = []
        """Folders that could not be listed: what the index knows of them and below them stays."""
        self.now = root
        """The folder that is being looked at."""

    def __iter__(self) -> Iterator[Batch]:
        if os.path.isfile(self._root):
            yield from self._zip(self._root, None)
            return
        todo = [self._root]
        while todo or self._links:
            if not todo:
                # Links last, so that what can be reached without one is indexed under its own path.
                self._links.sort(reverse=True)
                todo.append(self._links.pop())
            path = todo.pop()
            if path in _NO_FILES or path in self._skipped:
                continue
            self.now = path
            try:
                listed = self._list(path, todo)
            except OSError as error:
                self._unlisted(path, code_of(error))
                continue
            if listed is not None:
                yield from self._compare(listed)

    def still_there(self) -> bool:
        """Whether the root can be listed and lies on the disk on which it lay when the walk began."""
        try:
            status = os.stat(self._root)
            if stat.S_ISDIR(status.st_mode):
                with os.scandir(self._root) as entries:
                    next(entries, None)
        except OSError:
            return False
        return self._device in (None, status.st_dev)

    def gone(self) -> Iterator[tuple[int, str]]:
        """Folders and zip files, by number and path, that the index knows below the root and that are not there."""
        if self._only:
            return
        kept = tuple(_below(path) for path in self.kept)
        for number, value in self._connection.execute("SELECT id, path FROM dir").fetchall():
            if number not in self.visited:
                path = stored(value)
                inside = path == self._root or path.startswith(_below(self._root))
                if inside and path not in self.kept and not path.startswith(kept):
                    yield number, path

    def _list(self, path: str, todo: list[str]) -> Folder | None:
        """The files of a folder; its folders are added to `todo`. None for one that was listed already."""
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY) if _BY_DESCRIPTOR else -1
        try:
            status = os.stat(descriptor if _BY_DESCRIPTOR else path)
            if self._device is None:
                self._device = status.st_dev
            if status.st_ino:
                if (status.st_dev, status.st_ino) in self._seen:
                    self._twice(path)
                    return None
                self._seen.add((status.st_dev, status.st_ino))
            with os.scandir(descriptor if _BY_DESCRIPTOR else path) as entries:
                listed = list(entries)
                plain = [entry for entry in listed if entry.is_file(follow_symlinks=False)]
                files = _stats(plain)
                if len(plain) < len(listed):
                    self._others(path, listed, files, todo)
        finally:
            if descriptor >= 0:
                os.close(descriptor)
        if self._only:
            todo.clear()
            self._links.clear()
            files = [file for file in files if file[0] == self._only]
        return Folder(folder_number(path), path, False, status.st_dev, status.st_mtime_ns, files)

    def _others(self, path: str, listed: list["os.DirEntry[str]"], files: list[File], todo: list[str]) -> None:
        """Folders, and links to files and folders; pipes, sockets and devices are passed over."""
        for entry in listed:
            if entry.is_dir(follow_symlinks=False):
                todo.append(os.path.join(path, entry.name))
            elif entry.is_symlink():
                try:
                    status = entry.stat()
                except OSError as error:
                    if error.errno == errno.ELOOP:
                        self.found.trouble.append((os.path.join(path, entry.name), problems.LOOP))
                    continue
                if stat.S_ISDIR(status.st_mode):
                    self._links.append(os.path.join(path, entry.name))
                elif stat.S_ISREG(status.st_mode):
                    files.append((entry.name, status.st_size, status.st_mtime_ns))

    def _twice(self, path: str) -> None:
        """A link, or a folder mounted twice, leads where the walk was: worth a word where it leads above itself."""
        target = os.path.realpath(path)
        if os.path.realpath(os.path.dirname(path)).startswith((_below(target), target)):
            self.found.trouble.append((path, problems.LOOP))

    def _unlisted(self, path: str, code: str) -> None:
        if code != problems.DENIED and not self.still_there():
            raise RootGone
        if code != problems.VANISHED:
            self.found.trouble.append((path, code))
            self.kept.append(path)

    def _compare(self, folder: Folder) -> Iterator[Batch]:
        """What is to be read of a folder or zip file; what is as it was costs one look-up."""
        files = folder.files
        if not self._only:
            folder.digest = blake2b(marshal.dumps(files, 2), digest_size=16).digest()
        row = self._connection.execute(_DIR, (folder.number,)).fetchone()
        if row is not None and row[0] == folder.digest != b"":
            self.visited.add(folder.number)
            self.found.files += len(files)
            self.found.unchanged += len(files)
            if row[1]:
                self.found.files -= row[1]
                self.found.unchanged -= row[1]
                yield from self._zips(folder, {})
            if folder.zipped:
                self.found.complete.append(folder)
            return
        if row is not None and not (files or folder.zipped) and row[2] != folder.device and self._was_full(folder):
            # An empty folder on another disk than before is where something used to be mounted.
            self.found.trouble.append((folder.path, problems.EMPTIED))
            self.kept.append(folder.path)
            return
        self.found.folders.append(folder)
        if not self._only:
            self.visited.add(folder.number)
        yield from self._differences(folder, self._known(folder) if row is not None else {})

    def _differences(self, folder: Folder, known: dict[str, "_Known"]) -> Iterator[Batch]:
        found = self.found
        read: list[File] = []
        replaced: dict[str, list[int]] = {}
        zipped = folder.zipped
        for file in folder.files:
            name, size, mtime_ns = file
            if not zipped and is_zip_name(name):
                continue
            found.files += 1
            before = known.pop(name, None)
            if before is not None and before.size == size and before.mtime_ns == mtime_ns:
                found.unchanged += 1
            elif size < _LEAST:
                found.trifles += 1
                found.others.append((folder.number, file, problems.NOT_DICOM))
                found.gone_instances += before.instances if before is not None else ()
            else:
                read.append(file)
                if before is not None:
                    replaced[name] = before.instances
        folder.left = -(-len(read) // BATCH)
        yield from self._zips(folder, known)
        for name, before in known.items():
            found.removed += 1
            found.gone_instances += before.instances
            if not before.instances:
                found.gone_others.append((folder.number, storable(name)))
        if not read:
            found.complete.append(folder)
        for at in range(0, len(read), BATCH):
            chunk = read[at : at + BATCH]
            yield Batch(folder, chunk, {name: replaced[name] for name, _size, _time in chunk if name in replaced})

    def _known(self, folder: Folder) -> dict[str, "_Known"]:
        """What the index holds of a folder, by file name."""
        known: dict[str, _Known] = {}
        for number, name, size, mtime_ns in self._connection.execute(_INSTANCES, (folder.number,)):
            known.setdefault(stored(name), _Known(size, mtime_ns, [])).instances.append(number)
        for name, size, mtime_ns in self._connection.execute(_OTHERS, (folder.number,)):
            known[stored(name)] = _Known(size, mtime_ns, [])
        return {name: known[name] for name in known if name == self._only} if self._only else known

    def _was_full(self, folder: Folder) -> bool:
        """Whether the index knows anything of a folder, or below it."""
        below = _below(folder.path)
        rows = self._connection.execute("SELECT path FROM dir WHERE files > 0")
        return any((path := stored(value)) == folder.path or path.startswith(below) for (value,) in rows)

    def _zips(self, folder: Folder, known: dict[str, "_Known"]) -> Iterator[Batch]:
        """The zip files of a folder; those that stand in `known` are taken out of it."""
        if folder.zipped:
            return
        for file in folder.files:
            if is_zip_name(file[0]):
                folder.zips += 1
                before = known.pop(file[0], None)
                yield from self._zip(os.path.join(folder.path, file[0]), (folder.number, file), before)

    def _zip(self, path: str, parent: tuple[int, File] | None, before: "_Known | None" = None) -> Iterator[Batch]:
        """The members of a zip file. `parent` is where it lies, None where it is the root; `before` what was there."""
        self.now = path
        number = folder_number(path)
        try:
            status = os.stat(path)
            if self._device is None:
                self._device = status.st_dev
            row = self._connection.execute(_ZIP, (number, status.st_size, status.st_mtime_ns)).fetchone()
            if row is not None:
                self.visited.add(number)
                self.found.files += row[0]
                self.found.unchanged += row[0]
                return
            files = members(path)
        except BadArchive as bad:
            code = str(bad)
        except OSError as error:
            code = code_of(error)
            self._unlisted(path, code)
        else:
            if parent is not None and before is not None:
                self.found.gone_others.append((parent[0], storable(parent[1][0])))
                self.found.gone_instances += before.instances
            # The size takes the place of the device: together with the time it tells whether the file was changed.
            yield from self._compare(Folder(number, path, True, status.st_size, status.st_mtime_ns, files))
            return
        self.found.files += 1
        if is_passing(code):
            return
        if parent is None:
            self.found.trouble.append((path, code))
        else:
            self.found.others.append((*parent, code))


@dataclass(frozen=True)
class _Known:
    """What the index holds of one file."""

    size: int
    mtime_ns: int
    instances: list[int]


def _stats(entries: list["os.DirEntry[str]"]) -> list[File]:
    """Name, size and time of each; what vanished since it was listed is left out."""
    try:
        return [
            (entry.name, (status := entry.stat(follow_symlinks=False)).st_size, status.st_mtime_ns) for entry in entries
        ]
    except FileNotFoundError:
        files: list[File] = []
        for entry in entries:
            with suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                files.append((entry.name, status.st_size, status.st_mtime_ns))
        return files


def _below(folder: str) -> str:
    """What the paths of everything below `folder` begin with."""
    return folder if folder.endswith(os.sep) else folder + os.sep
