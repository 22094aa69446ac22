"""Walks folders and says what is new, changed or gone since the index was built. Reads names, sizes and times only.

A folder whose names, sizes and times are those that the index remembers (one hash of them all) costs its stat calls and
one look-up. Others are compared file by file. Nothing is opened but folders and the directories of zip files.
"""

import errno
import os
import sqlite3
import stat
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.studies import problems
from console.studies.found import Batch as Batch
from console.studies.found import File, Found
from console.studies.found import Folder as Folder
from console.studies.lister import digest_of, list_folder
from console.studies.places import is_zip_name
from console.studies.problems import BadArchive, code_of, is_passing
from console.studies.rows import folder_number, storable, stored

if TYPE_CHECKING:
    from console.studies.ahead import Ahead

BATCH = 64
"""Files that a reader is given at a time."""

_ALONE = 5000
"""Unchanged files after which a second process pays."""
_SHARED = 8
"""Folders that the second process is given at a time."""
_LEAST = 8
"""A file of fewer bytes holds no element."""
_NO_FILES = ("/proc", "/sys", "/dev")
"""Trees of Linux whose files are no files."""
_DIR = "SELECT digest, zips, device FROM dir WHERE id = ?"
_ZIP = "SELECT files FROM dir WHERE id = ? AND device = ? AND mtime_ns = ? AND digest != x''"
_INSTANCES = "SELECT id, name, size, mtime_ns FROM instance WHERE dir = ?"
_OTHERS = "SELECT name, size, mtime_ns FROM other WHERE dir = ?"


class RootGone(Exception):
    """The medium went away."""


class Walk:
    """One walk over one root. Iterate over it for the batches; `found` fills meanwhile."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        root: str,
        only: str = "",
        skipped: frozenset[str] = frozenset(),
        helped: bool = False,
    ) -> None:
        """`root` is a folder or a zip file; `only` names one file in it, to which all is confined.

        `helped` lets a second process list folders where there are many.
        """
        self._connection = connection
        self._root = root
        self._only = only
        self._skipped = skipped
        self._device: int | None = None
        self._seen: set[tuple[int, int]] = set()
        self._links: list[str] = []
        self._helped = helped
        self._ahead: Ahead | None = None
        self._own: set[str] = set()
        """Folders that the other process could not take."""
        self.found = Found()
        self.visited: set[int] = set()
        """Numbers of the folders that were listed as a whole."""
        self.kept: list[str] = []
        """Folders that could not be listed: what the index knows of them and below them stays."""
        self.now = root
        """The folder that is being looked at."""

    def __iter__(self) -> Generator[Batch]:
        if os.path.isfile(self._root):
            yield from self._zip(self._root, None)
            return
        todo = [self._root]
        try:
            while todo or self._links or (self._ahead is not None and self._ahead.waiting):
                if self._helped and not self._only:
                    self._share(todo)
                if not todo and not self._links:
                    continue
                if not todo:
                    # Links last, so that what can be reached without one is indexed under its own path.
                    self._links.sort(reverse=True)
                    todo.append(self._links.pop())
                path = todo.pop()
                if path in _NO_FILES or path in self._skipped:
                    continue
                self.now = path
                try:
                    folder = self._list(path, todo)
                except OSError as error:
                    self._unlisted(path, code_of(error))
                    continue
                if folder is not None:
                    yield from self._compare(folder)
        finally:
            if self._ahead is not None:
                self._ahead.close()
                self._ahead = None

    def _share(self, todo: list[str]) -> None:
        """Let the other process look at some of `todo`, and take what it said of others."""
        if self._ahead is None:
            if self.found.unchanged < _ALONE or len(todo) < _SHARED:
                return
            from console.studies.ahead import Ahead

            self._ahead = Ahead()
        for path, known in self._ahead.told(wait=not todo and not self._links):
            if known is None or not self._same(path, known.digest, known.device, known.inode, known.files):
                self._own.add(path)
                todo.append(path)
            else:
                todo += [os.path.join(path, os.fsdecode(name)) for name in known.folders]
        while self._ahead.free and len(todo) > _SHARED:
            # From the front, where the widest folders wait; what has to be looked at here stands at the end.
            some = [path for path in todo[:_SHARED] if path not in self._own and path not in self._skipped]
            kept = [path for path in todo[:_SHARED] if path in self._own]
            if not some:
                return
            todo[:_SHARED] = kept
            self._ahead.ask(some)

    def _same(self, path: str, digest: bytes, device: int, inode: int, files: int) -> bool:
        """Take a folder as unchanged, if it is and nothing about it needs a second look."""
        number = folder_number(path)
        row = self._connection.execute(_DIR, (number,)).fetchone()
        if row is None or row[0] != digest or row[1] or (inode and (device, inode) in self._seen) or row[2] != device:
            return False
        self._seen.add((device, inode))
        self.visited.add(number)
        self.found.files += files
        self.found.unchanged += files
        return True

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
        device, inode, mtime_ns, files, folders, links = list_folder(path)
        if self._device is None:
            self._device = device
        if inode:
            if (device, inode) in self._seen:
                self._twice(path)
                return None
            self._seen.add((device, inode))
        if self._only:
            files = [file for file in files if file[0] == self._only]
            folders = []
            links = [self._only] if self._only in links else []
        todo += [os.path.join(path, name) for name in folders]
        for name in links:
            self._follow(path, name, files)
        bare = not (files or folders or links)
        return Folder(folder_number(path), path, False, device, mtime_ns, files, bare=bare)

    def _follow(self, path: str, name: str, files: list[File]) -> None:
        """Where a link leads to: a file belongs to `files`, a folder is looked at last."""
        try:
            status = os.stat(os.path.join(path, name))
        except OSError as error:
            if error.errno == errno.ELOOP:
                self.found.trouble.append((os.path.join(path, name), problems.LOOP))
            return
        if stat.S_ISDIR(status.st_mode):
            self._links.append(os.path.join(path, name))
        elif stat.S_ISREG(status.st_mode):
            files.append((name, status.st_size, status.st_mtime_ns))

    def _twice(self, path: str) -> None:
        """A link, or a folder mounted twice, leads where the walk was: worth a word where it leads above itself."""
        target = os.path.realpath(path)
        above = os.path.realpath(os.path.dirname(path))
        if above == target or above.startswith(_below(target)):
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
            folder.digest = digest_of(files)
        row = self._connection.execute(_DIR, (folder.number,)).fetchone()
        if row is not None and folder.bare and row[2] != folder.device and self._was_full(folder):
            # An empty folder on another disk than before is where something used to be mounted.
            self.found.trouble.append((folder.path, problems.EMPTIED))
            self.kept.append(folder.path)
            return
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
        from console.studies.archive import members  # zipfile, which a run without zip files need not load

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


def _below(folder: str) -> str:
    """What the paths of everything below `folder` begin with."""
    return folder if folder.endswith(os.sep) else folder + os.sep
