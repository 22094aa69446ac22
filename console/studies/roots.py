"""What the operator names to be taken in: folders, single files, DICOMDIR media, zip files."""

import os
import sqlite3
import stat
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from console.model.index_report import IndexProblem
from console.studies.database import transaction
from console.studies.media import DIRECTORY_CLASS, is_directory_name
from console.studies.places import is_zip_name
from console.studies.problems import NO_PATH, VANISHED, code_of, problem
from console.studies.rows import storable, stored

_COUNTING_S = 1.5
_ZIP_BEGINS = (b"PK\3\4", b"PK\5\6")


@dataclass(frozen=True)
class Root:
    """One thing to take in."""

    kind: str
    """folder | file | dicomdir | zip."""
    path: str
    """The folder that is walked, or the zip file."""
    only: str = ""
    """The one file of it, for kind "file"."""

    @property
    def name(self) -> str:
        """The path under which it is known."""
        return os.path.join(self.path, self.only) if self.only else self.path

    def covers(self, path: str) -> bool:
        """Whether everything at `path` is looked at with this one."""
        return not self.only and (path == self.path or path.startswith(os.path.join(self.path, "")))


def find_roots(paths: Sequence[Path]) -> tuple[list[Root], list[IndexProblem]]:
    """What `paths` name, what lies inside another of them left out, and what is wrong with the rest."""
    found: list[Root] = []
    wrong: list[IndexProblem] = []
    for path in paths:
        name = os.path.abspath(path)
        try:
            found.append(_look(name))
        except OSError as error:
            code = code_of(error)
            wrong.append(problem(name, NO_PATH if code == VANISHED else code))
    distinct = list(dict.fromkeys(found))
    return [
        root for root in distinct if not any(other is not root and other.covers(root.name) for other in distinct)
    ], wrong


def _look(name: str) -> Root:
    status = os.stat(name)
    if stat.S_ISDIR(status.st_mode):
        return Root("folder", name)
    folder, file = os.path.split(name)
    if is_directory_name(file):
        return Root("dicomdir", folder)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "no file, no folder")
    with open(name, "rb") as stream:
        begins = stream.read(4)
    if begins in _ZIP_BEGINS or is_zip_name(file):
        return Root("zip", name)
    from console.studies.objects import read_file

    row, _code = read_file(name, deep=False)
    if row is not None and row[0] == DIRECTORY_CLASS:
        return Root("dicomdir", folder)
    return Root("file", folder, file)


def register(connection: sqlite3.Connection, root: Root) -> tuple[int, int]:
    """Make `root` known: its number, and the files it had at the last complete run.

    A folder inside one that is known already belongs to that; one around others takes them over.
    """
    rows = [(number, stored(path), kind, files) for number, path, kind, files in connection.execute(_ROOTS)]
    for number, path, kind, files in rows:
        if path == root.name:
            return number, files
        if Root(kind, path).covers(root.name) and kind in ("folder", "dicomdir"):
            return number, 0
    inner = [number for number, path, _kind, _files in rows if root.covers(path)]
    with transaction(connection):
        cursor = connection.execute(_NEW_ROOT, (storable(root.name), root.kind, _now()))
        new = int(cursor.lastrowid or 0)
        for number in inner:
            connection.execute("UPDATE dir SET root = ? WHERE root = ?", (new, number))
            connection.execute("DELETE FROM root WHERE id = ?", (number,))
    return new, 0


def note_state(connection: sqlite3.Connection, name: str, state: str) -> None:
    """Note how a run over a root ended that did not see all of it: "gone" or "part"."""
    connection.execute("UPDATE root SET state = ? WHERE path = ?", (state, storable(name)))


def note_complete(connection: sqlite3.Connection, name: str, files: int, whole: bool) -> None:
    """Note that all of a root was looked at; not `whole` where folders could not be read."""
    values = (_now(), "" if whole else "part", files, storable(name))
    connection.execute("UPDATE root SET scanned = ?, state = ?, files = ? WHERE path = ?", values)


def count_files(root: Root, cancelled: Callable[[], bool]) -> int:
    """How many files lie there, for the progress of a first run; 0 where counting takes long."""
    if root.only or root.kind == "zip":
        return 0
    ends = time.monotonic() + _COUNTING_S
    count, todo = 0, [root.path]
    while todo:
        if cancelled() or time.monotonic() > ends:
            return 0
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
                    else:
                        count += 1
        except OSError:
            continue  # the walk will say what is wrong with it
    return count


_ROOTS = "SELECT id, path, kind, files FROM root ORDER BY id"
_NEW_ROOT = "INSERT INTO root(path, kind, added, scanned, state, device, files) VALUES (?, ?, ?, '', 'part', 0, 0)"


def _now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).astimezone().isoformat(timespec="seconds")
