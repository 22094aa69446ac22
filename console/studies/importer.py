"""Rows of the reader become rows of the index, a million of them in little memory.

What does not change inside a series is kept once, as a head; an instance names its head by a hash of it, so that
nothing has to be looked up. Rows gather and are written in one transaction each; what such a transaction holds is
either wholly in the index or not at all, however the process ends.
"""

import marshal
import os
import sqlite3
from collections.abc import Iterable
from hashlib import blake2b
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from console.studies.database import transaction
from console.studies.schema import INDICES

if TYPE_CHECKING:
    from console.model.index_row import IndexRow

Item: TypeAlias = tuple["IndexRow | tuple[Any, ...]", int, str, str, int, int]
"""A row, the number and the path of its folder (or zip file), its name in it, its size, its mtime_ns."""

BATCH = 4000
"""Rows that gather before they are written."""
COMMIT = 10 * BATCH
"""Rows of one transaction when they come faster than any reader reads."""
_MOST_HEADS = 300_000
_MOST_FOLDERS = 150_000
_OWN_BITS = 43
_FOLDERS = (
    "INSERT INTO dir VALUES (?, ?, ?, 0, x'', 0, 0, 0) ON CONFLICT DO UPDATE SET root = excluded.root, digest = x''"
)
_COMPLETE = "UPDATE dir SET digest = ?, mtime_ns = ?, files = ?, zips = ?, device = ? WHERE id = ?"
_HEADS = "INSERT INTO head VALUES (?, ?, ?, ?)"
_FRESH_HEADS = "INSERT INTO fresh VALUES (?, ?, ?, ?)"
_TOUCH_GONE = (
    "INSERT OR IGNORE INTO touched SELECT s.study FROM instance i JOIN series s ON s.id = i.series WHERE i.id = ?"
)
_TOUCH_FOLDER = (
    "INSERT OR IGNORE INTO touched SELECT DISTINCT s.study FROM instance i JOIN series s ON s.id = i.series "
    "WHERE i.dir = ?"
)
_OTHERS = "INSERT OR REPLACE INTO other(dir, name, size, mtime_ns, what) VALUES (?, ?, ?, ?, ?)"
_EVERY = (
    "series, head, uid, sop_class, number, frames, rows, columns, bits, photometric, fps, duration_s, acquired, "
    "image_type, ts, pix, pixlen, dir, name, size, mtime_ns"
)
_SOME = "primary_deg, secondary_deg, title, title_raw, notes"
_values = itemgetter(1, 0, 25, 26, 27, 28, 29, 30, 31, 32, 35, 36, 4, 38, 39)
"""Of an IndexRow what goes into the columns of _EVERY, uid to pixlen."""


def _insert(columns: str) -> str:
    return f"INSERT INTO instance({columns}) VALUES ({', '.join('?' * (columns.count(',') + 1))})"


_PLAIN_INSTANCES, _INSTANCES = _insert(_EVERY), _insert(f"{_EVERY}, {_SOME}")


class Head(NamedTuple):
    """The part of an IndexRow, in its order, that the instances of a series share. Texts are raw bytes."""

    study: str
    series: str
    transfer_syntax: str
    charset: str
    patient_name: bytes
    patient_id: bytes
    birth_date: str
    sex: str
    study_date: str
    study_time: str
    study_id: bytes
    accession: bytes
    study_description: bytes
    institution: bytes
    referring: bytes
    modality: str
    series_number: int | None
    series_description: bytes
    protocol: bytes
    body_part: str
    station: bytes
    manufacturer: bytes
    model: bytes


def number_of(key: bytes) -> int:
    """The number by which the index knows what `key` identifies: 63 bits of its hash."""
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big") >> 1


def number_within(study: int, key: bytes) -> int:
    """The same for a part of a study: 20 bits of the study's number and 43 of the hash.

    So what belongs to one study lies together in every table and index, whatever order it came in.
    """
    return study >> _OWN_BITS << _OWN_BITS | number_of(key) & (1 << _OWN_BITS) - 1


def folder_number(path: str) -> int:
    """The number of a folder, or of a zip file."""
    return number_of(os.fsencode(path))


def storable(name: str) -> str | bytes:
    """A path or file name as SQLite can keep it: bytes where it is not Unicode (a GBK name on a disc of old)."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name)
    return name


def stored(value: str | bytes) -> str:
    """The path or file name that `storable` made `value` of."""
    return value if isinstance(value, str) else os.fsdecode(value)


class Importer:
    """Takes rows in, any order, any number. Not `bulk`: the indices are kept while it works."""

    def __init__(self, connection: sqlite3.Connection, bulk: bool = False) -> None:
        self._connection = connection
        self._bulk = bulk
        self._begun = False
        self._known: dict[int, tuple[int, int]] = {}
        self._plain: list[tuple[Any, ...]] = []
        self._instances: list[tuple[Any, ...]] = []
        self._heads: list[tuple[int, int, int, bytes]] = []
        self._others: list[tuple[int, str | bytes, int, int, str]] = []
        self._folders: list[tuple[int, int, str | bytes]] = []
        self._complete: list[tuple[bytes, int, int, int, int, int]] = []
        self._gone_others: list[tuple[int, str | bytes]] = []
        self._gone: list[tuple[int]] = []

    def add(self, items: Iterable[Item]) -> None:
        """Objects, each with the file it was read from."""
        known, enter = self._known.get, self._enter
        plain, others = self._plain.append, self._instances.append
        for row, folder, folder_path, name, size, mtime_ns in items:
            head: tuple[Any, ...] = row[2:25]
            # Within one run Python's own hash tells heads apart, and it costs a tenth of the lasting one.
            quick = hash(head)
            if not (head[0] and head[1]):
                quick ^= folder
            pair = known(quick) or enter(quick, head, folder_path)
            kept = name if name.isascii() else storable(name)
            every = pair + _values(row) + (folder, kept, size, mtime_ns)
            if row[33] is None and row[34] is None and not row[37] and not row[40]:
                plain(every)
            else:
                ascii_title = row[37].isascii() and b"\x1b" not in row[37]
                title, raw = (row[37].decode("ascii"), None) if ascii_title else ("", row[37])
                others((*every, row[33], row[34], title, raw, "\\".join(row[40])))

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
        touched = {head[1] for head in self._heads}
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
            many(_PLAIN_INSTANCES, self._plain)
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
        self._plain.clear()
        self._instances.clear()
        self._others.clear()
        self._folders.clear()
        self._gone.clear()
        self._gone_others.clear()
        self._complete.clear()
        if not self._bulk:
            # Heads name the studies that a transaction touches: the next one has to name its own.
            self._known.clear()
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

    def _enter(self, quick: int, head: tuple[Any, ...], folder_path: str) -> tuple[int, int]:
        if len(self._known) >= _MOST_HEADS:
            self._known.clear()
        study, series, number, raw = head_numbers(head, folder_path)
        self._heads.append((number, study, series, raw))
        known = self._known[quick] = (series, number)
        return known


def head_numbers(head: tuple[Any, ...], folder_path: str) -> tuple[int, int, int, bytes]:
    """Numbers of the study, of the series and of the head itself, and its bytes.

    Where a UID is missing the folder stands in its place, so that such files still appear together.
    """
    study_uid, series_uid = head[0].encode(), head[1].encode()
    if not (study_uid and series_uid):
        folder = b"\0" + os.fsencode(folder_path)
        study_uid, series_uid = study_uid or folder, series_uid or folder
    study = number_of(study_uid + b"\0" + head[5])
    series = number_within(study, b"%d\0" % study + series_uid)
    raw = marshal.dumps(head, 2)
    return study, series, number_within(study, b"%d\0%d\0" % (study, series) + raw), raw


def read_head(number: int, study: int, series: int, raw: bytes) -> Head | None:
    """The head that lies in `raw`; None where the bytes are not those that were written."""
    if number_within(study, b"%d\0%d\0" % (study, series) + raw) != number:
        return None
    return Head._make(marshal.loads(raw))


def import_rows(
    connection: sqlite3.Connection, rows: Iterable[tuple["IndexRow", str, str, int, int]], root: int = 0
) -> int:
    """Take in (row, folder or zip file, name in it, size, mtime_ns) from anywhere; returns how many.

    The caller settles afterwards. Into an empty index the rows go before its largest indices are built, which is
    several times as fast when they come in random order.
    """
    importer = Importer(connection, bulk=is_empty(connection))
    folders: dict[str, int] = {}

    def number(path: str) -> int:
        folder = folders.get(path)
        if folder is None:
            if len(folders) >= _MOST_FOLDERS:
                folders.clear()
            folder = folders[path] = folder_number(path)
            importer.add_folder(folder, root, path)
        return folder

    count = 0
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        importer.add((row, number(path), path, name, size, mtime_ns) for row, path, name, size, mtime_ns in batch)
        count += len(batch)
        importer.write(commit=count % COMMIT == 0)
    importer.finish()
    return count


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
