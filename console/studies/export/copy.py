"""Getting files onto a target: written under another name, flushed, read back, compared, and only then given theirs.

Several small files share one flush. A crash at any moment leaves complete, compared files and temporary names that say
whose they are (`console.store.disk.sweep`), never half a file under its final name. Nothing is ever written over.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from console.i18n import _
from console.store.disk import move, sweep, sync_folder, temporary_name, write_all
from console.studies.export.content import CHUNK, Content, SourceTrouble
from console.studies.export.medium import Flusher, open_fresh

_MOST_FILES = 256
_MOST_BYTES = 1 << 26
"""What waits for one flush: enough to make it worth while, little enough to lose."""
_PORTION = 1 << 25
"""Bytes of a large file that may be on their way: memory takes gigabytes at once, and a stick then needs minutes, in
which the bar would stand still and nothing could be stopped."""

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


class Stopped(Exception):
    """The operator stopped the export."""


class TargetGone(Exception):
    """What was written to is no longer what is there: the stick was pulled out, the share was taken away."""


@dataclass(frozen=True)
class Copied:
    """A file that stands on the target, read back and equal."""

    target: str
    """Below the target folder, with slashes."""
    size: int
    digest: str
    """SHA-256, hexadecimal."""


@dataclass(frozen=True)
class Failed:
    """A file that was not put on the target; nothing of it stands there."""

    target: str
    source: Path
    what: str


@dataclass(frozen=True)
class _Waiting:
    target: str
    temporary: Path
    size: int
    digest: str
    content: Content


class Copier:
    """Writes files below one folder. Raises Stopped, TargetGone, and OSError for what the target refuses."""

    def __init__(
        self,
        folder: Path,
        done: "Callable[[Copied | Failed], None]",
        moved: Callable[[int], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self._folder = folder
        self._done = done
        self._moved = moved
        self._cancelled = cancelled
        self._device = os.stat(folder).st_dev
        self._flusher = Flusher(folder)
        self._waiting: list[_Waiting] = []
        self._stack = ExitStack()
        self._folders: set[Path] = set()
        self.all_from_medium = True
        """Whether each file was read back from the medium, as far as the system tells."""
        self.all_equal = True
        """Whether each file was read back as it was written."""

    def __enter__(self) -> "Copier":
        return self

    def __exit__(self, *exception: object) -> None:
        """Remove what still bears a temporary name."""
        self._stack.close()

    def add(self, target: str, content: Content) -> None:
        """Write one file; it gets its name with the next flush. `done` hears of it then, or at once where it failed."""
        path = self._folder.joinpath(*target.split("/"))
        self._make(path.parent)
        temporary = self._stack.enter_context(temporary_name(path))
        try:
            size, digest = self._write(temporary, content)
        except SourceTrouble as trouble:
            os.unlink(temporary)
            self._done(Failed(target, content.source, str(trouble)))
            return
        self._waiting.append(_Waiting(target, temporary, size, digest, content))
        if len(self._waiting) >= _MOST_FILES or sum(one.size for one in self._waiting) >= _MOST_BYTES:
            self.flush()

    def compare(self, target: str, content: Content) -> None:
        """Look whether a file that already stands there is what would be written; `done` hears of it."""
        path = self._folder.joinpath(*target.split("/"))
        self._make(path.parent)
        digest = sha256()
        try:
            for data in content.chunks():
                self._go_on()
                digest.update(data)
                self._moved(len(data))
        except SourceTrouble as trouble:
            self._done(Failed(target, content.source, str(trouble)))
            return
        there, size = self._read_back(path)
        if there == digest.hexdigest():
            self._done(Copied(target, size, there))
        else:
            what = _("another file stands in its place on the target, and nothing is ever written over")
            self._done(Failed(target, content.source, what))

    def flush(self) -> None:
        """Put everything that waits on the medium, read it back, and give it its name."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        self._check_target()
        self._flusher.flush([one.temporary for one in waiting])
        for one in waiting:
            self._finish(one)
        self._stack.close()
        self._stack = ExitStack()

    def finish(self) -> None:
        """Put names and folders on the medium too; after this nothing is on its way any more."""
        self.flush()
        self._go_on()
        self.settle()

    def settle(self) -> None:
        """Put names on the medium, at a moment when nobody can stop it any more."""
        self._check_device()
        for folder in sorted(self._folders | {self._folder}):
            sync_folder(folder)
        self._flusher.flush([])

    def _finish(self, one: _Waiting) -> None:
        digest, _size = self._read_back(one.temporary)
        path = self._folder.joinpath(*one.target.split("/"))
        if digest != one.digest:
            self.all_equal = False
            what = _("was read back from the target with other content; the medium is not to be trusted")
        else:
            what = one.content.faults(one.temporary)
        if not what and os.path.lexists(path):
            what = _("another file stands in its place on the target, and nothing is ever written over")
        if what:
            os.unlink(one.temporary)
            self._done(Failed(one.target, one.content.source, what))
            return
        move(one.temporary, path)
        self._done(Copied(one.target, one.size, one.digest))

    def _write(self, temporary: Path, content: Content) -> tuple[int, str]:
        self._check_target()
        digest = sha256()
        size = 0
        descriptor = os.open(temporary, _CREATE, 0o666)
        try:
            for data in content.chunks():
                self._go_on()
                digest.update(data)
                write_all(descriptor, data)
                size += len(data)
                if size // _PORTION != (size - len(data)) // _PORTION:
                    os.fsync(descriptor)
                self._moved(len(data))
        finally:
            os.close(descriptor)
        return size, digest.hexdigest()

    def _read_back(self, path: Path) -> tuple[str, int]:
        digest = sha256()
        size = 0
        descriptor, fresh = open_fresh(path)
        try:
            while data := os.read(descriptor, CHUNK):
                self._go_on()
                digest.update(data)
                size += len(data)
                self._moved(len(data))
        finally:
            os.close(descriptor)
        # An empty file has no page that could be asked for.
        self.all_from_medium = self.all_from_medium and (fresh or not size)
        return digest.hexdigest(), size

    def _make(self, folder: Path) -> None:
        if folder in self._folders:
            return
        self._check_target()
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder)
        while folder not in self._folders and folder != self._folder:
            self._folders.add(folder)
            folder = folder.parent

    def _go_on(self) -> None:
        if self._cancelled():
            raise Stopped

    def _check_target(self) -> None:
        self._go_on()
        self._check_device()

    def _check_device(self) -> None:
        """A stick that is pulled leaves an empty folder on the disk below it, which takes files only too gladly."""
        try:
            if os.stat(self._folder).st_dev == self._device:
                return
        except OSError as error:
            raise TargetGone from error
        raise TargetGone
