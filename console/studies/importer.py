"""Rows made ready become rows of the index, a million of them in little memory.

Rows gather and are written in one transaction each; what such a transaction holds is either wholly in the index or not
at all, however the process ends.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from console.studies.database import transaction
from console.studies.rows import EVERY, SOME, FormRow, HeadRow, InstanceRow, Prepared, Preparer, folder_number, storable
from console.studies.schema import INDICES

if TYPE_CHECKING:
    from console.model.index_row import IndexRow

BATCH = 4000
"""Rows that gather before they are written."""
COMMIT = 10 * BATCH
"""Rows of one transaction when they come faster than any reader reads."""
_MOST_FOLDERS = 150_000
_FOLDERS = (
    "INSERT INTO dir VALUES (?, ?, ?, 0, x'', 0, 0, 0) ON CONFLICT DO UPDATE SET root = excluded.root, digest = x''"
)
_COMPLETE = "UPDATE dir SET digest = ?, mtime_ns = ?, files = ?, zips = ?, device = ? WHERE id = ?"
_HEADS = "INSERT INTO head VALUES (?, ?, ?, ?)"
_FRESH_HEADS = "INSERT INTO fresh VALUES (?, ?, ?, ?)"
_FORMS = "INSERT OR IGNORE INTO form VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_TOUCH_GONE = (
    "INSERT OR IGNORE INTO touched SELECT s.study FROM instance i JOIN series s ON s.id = i.series WHERE i.id = ?"
)
_TOUCH_FOLDER = (
    "INSERT OR IGNORE INTO touched SELECT DISTINCT s.study FROM instance i JOIN series s ON s.id = i.series "
    "WHERE i.dir = ?"
)
_OTHERS = "INSERT OR REPLACE INTO other(dir, name, size, mtime_ns, what) VALUES (?, ?, ?, ?, ?)"


_AT_ONCE = 20
"""Rows of one statement, which takes a third less time than as many statements."""


def _insert(columns: str, rows: int = 1) -> str:
    values = f"({', '.join('?' * (columns.count(',') + 1))})"
    return f"INSERT INTO instance({columns}) VALUES {', '.join([values] * rows)}"


_TWENTY_INSTANCES, _PLAIN_INSTANCES, _INSTANCES = _insert(EVERY, _AT_ONCE), _insert(EVERY), _insert(f"{EVERY}, {SOME}")


class Importer:
    """Takes rows in, any order, any number. Not `bulk`: the indices are kept while it works."""

    def __init__(self, connection: sqlite3.Connection, bulk: bool = False) -> None:
        self._connection = connection
        self._bulk = bulk
        self._begun = False
        self._touched: set[int] = set()
        self._plain: list[InstanceRow] = []
        self._instances: list[InstanceRow] = []
        self._heads: list[HeadRow] = []
        self._forms: list[FormRow] = []
        self._others: list[tuple[int, str | bytes, int, int, str]] = []
        self._folders: list[tuple[int, int, str | bytes]] = []
        self._complete: list[tuple[bytes, int, int, int, int, int]] = []
        self._gone_others: list[tuple[int, str | bytes]] = []
        self._gone: list[tuple[int]] = []

    def take(self, prepared: Prepared | Sequence[Any]) -> None:
        """Objects that a Preparer, here or in a reader process, has made ready."""
        studies, heads, forms, plain, instances = prepared
        self._touched.update(studies)
        self._heads += heads
        self._forms += forms
        self._plain += plain
        self._instances += instances

    def add_other(self, folder: int, name: str, size: int, mtime_ns: int, what: str) -> None:
        """A file that holds no object for the index; `what` says why, see `console.studies.problems`."""
        self._others.append((folder, storable(name), size, mtime_ns, what))

    def remove(self, instances: Iterable[int]) -> None:
        """Take out instances, by their numbers."""
        self._gone.extend((instance,) for instance in instances)

    def remove_others(self, others: Iterable[tuple[int, str | bytes]]) -> None:
        """Take out files that hold no object, each by its folder and its `storable` name."""
        self._gone_others.extend(others)

    def remove_folder(self, folder: int) -> int:
        """Take out a folder and all of its files, at once; returns how many they were."""
        count = 0
        with transaction(self._connection):
            self._connection.execute(_TOUCH_FOLDER, (folder,))
            for statement in ("instance WHERE dir = ?", "other WHERE dir = ?", "dir WHERE id = ?"):
                count += self._connection.execute(f"DELETE FROM {statement}", (folder,)).rowcount
        return count - 1

    def complete(self, folder: int, digest: bytes, mtime_ns: int, files: int, zips: int, device: int) -> None:
        """All files of a folder are in, or will be with the next `write`; see table dir for the values."""
        self._complete.append((digest, mtime_ns, files, zips, device, folder))

    def add_folder(self, folder: int, root: int, path: str) -> None:
        """Make a folder known; harmless where it is."""
        self._folders.append((folder, root, storable(path)))

    @property
    def waiting(self) -> int:
        """Rows that `write` has not written yet."""
        return len(self._plain) + len(self._instances) + len(self._others) + len(self._gone) + len(self._gone_others)

    def write(self, commit: bool = True) -> set[int]:
        """Write what has gathered and return the studies that it adds to.

        Raises sqlite3.Error; then nothing of it, since the last commit, is in the index.
        """
        touched, self._touched = self._touched, set()
        if touched and self._bulk:
            self._begin()
        run, many = self._connection.execute, self._connection.executemany
        if not self._connection.in_transaction:
            run("BEGIN IMMEDIATE")
        try:
            many(_TOUCH_GONE, self._gone)
            many("DELETE FROM instance WHERE id = ?", self._gone)
            many("DELETE FROM other WHERE dir = ? AND name = ?", self._gone_others)
            many(_FOLDERS, self._folders)
            many(_FRESH_HEADS if self._bulk else _HEADS, self._heads)
            many(_FORMS, self._forms)
            even = len(self._plain) // _AT_ONCE * _AT_ONCE
            twenties = (self._plain[at : at + _AT_ONCE] for at in range(0, even, _AT_ONCE))
            many(_TWENTY_INSTANCES, (tuple(chain.from_iterable(rows)) for rows in twenties))
            many(_PLAIN_INSTANCES, self._plain[even:])
            many(_INSTANCES, self._instances)
            many(_OTHERS, self._others)
            many(_COMPLETE, self._complete)
            if not self._bulk:
                many("INSERT OR IGNORE INTO touched VALUES (?)", [(study,) for study in touched])
            if commit:
                run("COMMIT")
        except sqlite3.Error:
            if self._connection.in_transaction:
                run("ROLLBACK")
            raise
        self._heads.clear()
        self._forms.clear()
        self._plain.clear()
        self._instances.clear()
        self._others.clear()
        self._folders.clear()
        self._gone.clear()
        self._gone_others.clear()
        self._complete.clear()
        return touched

    def finish(self) -> None:
        """Write the rest, and build what a first import left out."""
        self.write()
        mend(self._connection)
        self._connection.execute("PRAGMA synchronous=NORMAL")

    def _begin(self) -> None:
        """Begin a first import: without the indices of the tables that only grow at their end."""
        if self._begun:
            return
        self._begun = True
        with transaction(self._connection):
            self._connection.execute("INSERT OR REPLACE INTO meta VALUES ('bulk', '1')")
            for name in INDICES:
                self._connection.execute(f"DROP INDEX IF EXISTS {name}")
        self._connection.execute("PRAGMA wal_autocheckpoint=4096")
        # A power cut may cost the index, which is built again then; a killed run costs nothing.
        self._connection.execute("PRAGMA synchronous=OFF")


def import_rows(
    connection: sqlite3.Connection, rows: Iterable[tuple["IndexRow", str, str, int, int]], root: int = 0
) -> int:
    """Take in (row, folder or zip file, name in it, size, mtime_ns) from anywhere; returns how many.

    The caller settles afterwards. Into an empty index the rows go before its largest indices are built, which is
    several times as fast when they come in random order.
    """
    return import_prepared(connection, _prepared(rows), root)


def import_prepared(
    connection: sqlite3.Connection, batches: Iterable[tuple[Iterable[tuple[str, int]], Prepared]], root: int = 0
) -> int:
    """The same of rows that were made ready elsewhere, with new folders and their numbers."""
    importer = Importer(connection, bulk=is_empty(connection))
    count = uncommitted = 0
    for folders, prepared in batches:
        for path, number in folders:
            importer.add_folder(number, root, path)
        importer.take(prepared)
        if importer.waiting >= BATCH:
            count += importer.waiting
            uncommitted += importer.waiting
            importer.write(commit=uncommitted >= COMMIT)
            uncommitted %= COMMIT
    count += importer.waiting
    importer.finish()
    return count


def _prepared(
    rows: Iterable[tuple["IndexRow", str, str, int, int]],
) -> Iterator[tuple[Iterable[tuple[str, int]], Prepared]]:
    preparer = Preparer()
    folders: dict[str, int] = {}
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        if len(folders) >= _MOST_FOLDERS:
            folders.clear()
        new = {path: folder_number(path) for _row, path, *_file in batch if path not in folders}
        folders |= new
        items = [(row, folders[path], path, name, size, time) for row, path, name, size, time in batch]
        yield new.items(), preparer.prepare(items)


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether the index holds no instance."""
    return connection.execute("SELECT 1 FROM instance LIMIT 1").fetchone() is None


def mend(connection: sqlite3.Connection) -> None:
    """Finish a first import, also one that was killed: build the indices it left out, note its studies for settling."""
    if connection.execute("SELECT 1 FROM meta WHERE key = 'bulk'").fetchone() is None:
        return
    with transaction(connection):
        # Sorted, so that settling meets them in its own order.
        connection.execute("INSERT INTO head SELECT * FROM fresh ORDER BY study")
        connection.execute("DELETE FROM fresh")
    for name, on in INDICES.items():
        connection.execute(f"CREATE INDEX IF NOT EXISTS {name} {on}")
    with transaction(connection):
        connection.execute("INSERT OR IGNORE INTO touched SELECT DISTINCT study FROM head")
        connection.execute("DELETE FROM meta WHERE key = 'bulk'")
