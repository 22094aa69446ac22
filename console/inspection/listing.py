"""The list of inspections: an index over their files, which can be dropped at any time.

    HOME/inspections/index.sqlite

A file counts as known while its size, time and number on the disk are as they were. Nobody has to keep the index up to
date: whoever asks for the list reads what changed.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from console.errors import StoreError
from console.i18n import _
from console.inspection.layout import FORMAT, NOT_READ, version_of
from console.model.inspections import InspectionLine, Stage
from console.model.sentence import Words
from console.plain import clean
from console.store.documents import CheckedStorage
from console.store.files import previous_of
from console.store.trouble import cannot_read, too_new

NAME = "index.sqlite"
"""Below HOME/inspections."""

_VERSION = 1
_APPLICATION = 0x43415449  # "CATI"
_BUSY_S = 5.0
_TABLE = """
CREATE TABLE line(
  id TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL, inode INTEGER NOT NULL,
  number TEXT NOT NULL, form TEXT NOT NULL, title_en TEXT NOT NULL, title_zh TEXT NOT NULL, site TEXT NOT NULL,
  quarter TEXT NOT NULL, planned TEXT NOT NULL, stage TEXT NOT NULL, revision INTEGER NOT NULL,
  passed INTEGER NOT NULL, failed INTEGER NOT NULL, gaps INTEGER NOT NULL
) WITHOUT ROWID
"""
_COLUMNS = (
    "id, size, mtime, inode, number, form, title_en, title_zh, site, quarter, planned, stage, revision, passed, "
    "failed, gaps"
)

Mark = tuple[int, int, int]
"""Size, time of change (ns) and number of a file: another one is another state."""


@dataclass(frozen=True)
class Row:
    """What the index holds of one inspection."""

    mark: Mark
    number: str
    form: str
    title: Words
    site: str
    quarter: str
    planned: date
    stage: Stage
    revision: int
    passed: int
    failed: int
    gaps: int

    def line(self, inspection_id: str) -> InspectionLine:
        """As the list shows it, in the language in use."""
        return InspectionLine(
            inspection_id, self.number, self.form, str(self.title), self.site, self.quarter, self.planned, self.stage,
            self.revision, self.passed, self.failed, self.gaps,
        )  # fmt: skip


class Listing:
    """The list of one home folder. Callers take turns (see `Records`)."""

    def __init__(self, folder: Path, read_only: bool, tell: Callable[[str], None]) -> None:
        self._folder = folder
        self._path = folder / NAME
        self._read_only = read_only
        self._tell = tell
        self._rows: dict[str, Row] | None = None

    def lines(self) -> tuple[InspectionLine, ...]:
        """All inspections, the newest first. Raises StoreError when the folder cannot be read."""
        marks = marks_of(self._folder)
        if self._rows is None:
            self._rows = self._stored()
        known = self._rows
        rows = {key: row for key, row in known.items() if marks.get(key) == row.mark}
        damaged: list[InspectionLine] = []
        fresh: dict[str, Row] = {}
        for key in marks.keys() - rows.keys():
            try:
                row, whole = self._read(key, marks[key])
            except StoreError as error:
                damaged.append(_damaged_line(key, error.detail))
                continue
            rows[key] = row
            if whole:
                fresh[key] = row
        gone = known.keys() - rows.keys()
        # What was read from an earlier generation is read again next time: somebody may have put things right.
        self._rows = {key: row for key, row in rows.items() if key in fresh or key in known}
        if fresh or gone:
            self._store(fresh, gone)
        lines = [*damaged, *(row.line(key) for key, row in rows.items())]
        return tuple(sorted(lines, key=_newest, reverse=True))

    def _read(self, key: str, mark: Mark) -> tuple[Row, bool]:
        """What the file of an inspection says, and whether it is the newest state. Raises StoreError."""
        path = self._folder / f"{key}.json"
        storage = CheckedStorage(path, read_only=True, tell=self._tell)
        tables = storage.read()
        try:
            if tables is None:
                raise KeyError(key)
            if version_of(tables) > FORMAT:
                raise too_new(path)
            return _row(tables, mark), not storage.recovered
        except NOT_READ as error:
            sentence = _("{path} is damaged, and there is no earlier version that can be read.")
            raise StoreError(_("Cannot be read"), sentence.format(path=path)) from error

    def _stored(self) -> dict[str, Row]:
        """What the index holds; nothing when it is not there, damaged, or of another version."""
        if not self._path.exists():
            return {}
        with suppress(sqlite3.Error, ValueError, TypeError), closing(self._connect()) as connection:
            if _version(connection) == (_APPLICATION, _VERSION):
                return {row[0]: _stored_row(row) for row in connection.execute(f"SELECT {_COLUMNS} FROM line")}
        return {}

    def _store(self, fresh: Mapping[str, Row], gone: Iterable[str]) -> None:
        """Keep what was read. Where that cannot be (a full disk), the next one reads the files again."""
        if self._read_only:
            return
        try:
            self._write(fresh, gone)
        except sqlite3.Error:
            for suffix in ("", "-wal", "-shm", "-journal"):
                with suppress(OSError):
                    os.unlink(f"{self._path}{suffix}")
            with suppress(sqlite3.Error):
                self._write(self._rows or {}, ())

    def _write(self, fresh: Mapping[str, Row], gone: Iterable[str]) -> None:
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            if _version(connection) != (_APPLICATION, _VERSION):
                connection.execute("DROP TABLE IF EXISTS line")
                connection.execute(_TABLE)
                connection.execute(f"PRAGMA application_id={_APPLICATION}")
                connection.execute(f"PRAGMA user_version={_VERSION}")
                fresh = {**(self._rows or {}), **fresh}
            connection.executemany("DELETE FROM line WHERE id = ?", [(key,) for key in gone])
            values = ", ".join("?" * len(_COLUMNS.split(",")))
            rows = [_values(key, row) for key, row in fresh.items()]
            connection.executemany(f"INSERT OR REPLACE INTO line({_COLUMNS}) VALUES({values})", rows)
            connection.execute("COMMIT")
        with suppress(OSError):
            os.chmod(self._path, 0o600)

    def _connect(self) -> sqlite3.Connection:
        if self._read_only:
            place = f"{self._path.absolute().as_uri()}?mode=ro"
            return sqlite3.connect(place, uri=True, isolation_level=None, timeout=_BUSY_S)
        return sqlite3.connect(self._path, isolation_level=None, timeout=_BUSY_S)


def marks_of(folder: Path) -> dict[str, Mark]:
    """By id: the state of each inspection's file, or of the one before where it is missing. Raises StoreError."""
    found: dict[str, Mark] = {}
    earlier: dict[str, Mark] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                key, _dot, rest = entry.name.partition(".")
                if not is_id(key) or rest not in ("json", "json.prev"):
                    continue
                (found if rest == "json" else earlier)[key] = _mark(entry.stat())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise cannot_read(folder, error) from error
    return {**earlier, **found}


def mark_of(path: Path) -> Mark | None:
    """The state of one file, or of the generation before it; None when there is neither."""
    for each in (path, previous_of(path)):
        with suppress(OSError):
            return _mark(os.stat(each))
    return None


def is_id(text: str) -> bool:
    """Whether `text` may be an inspection's id: 32 hexadecimal digits."""
    return len(text) == 32 and _HEX.issuperset(text)


_HEX = frozenset("0123456789abcdef")


def _mark(found: os.stat_result) -> Mark:
    # SQLite's whole numbers end at 63 bits, those of some file systems at 64.
    return found.st_size, found.st_mtime_ns, found.st_ino & 0x7FFF_FFFF_FFFF_FFFF


def _row(tables: Mapping[str, Any], mark: Mark) -> Row:
    head, summary = tables["inspection"]["1"], tables["summary"]["1"]
    title = summary["title"]
    return Row(
        mark, clean(str(head["number"])), str(summary["form"]), Words(str(title["en"]), str(title["zh"])),
        clean(str(head["site_name"])), str(head["quarter"]), date.fromisoformat(head["planned"]), Stage(head["stage"]),
        int(head["revision"]), int(summary["passed"]), int(summary["failed"]), int(summary["gaps"]),
    )  # fmt: skip


def _stored_row(row: tuple[Any, ...]) -> Row:
    number, form, title_en, title_zh, site, quarter, planned, stage, *counts = row[4:]
    mark = (int(row[1]), int(row[2]), int(row[3]))
    return Row(
        mark, number, form, Words(title_en, title_zh), site, quarter, date.fromisoformat(planned), Stage(stage), *counts
    )


def _values(key: str, row: Row) -> tuple[Any, ...]:
    return (
        key, *row.mark, row.number, row.form, row.title.en, row.title.zh, row.site, row.quarter,
        row.planned.isoformat(), row.stage.value, row.revision, row.passed, row.failed, row.gaps,
    )  # fmt: skip


def _damaged_line(key: str, why: str) -> InspectionLine:
    return InspectionLine(key, key[:8], "", "", "", "", date.min, Stage.PLANNED, 0, 0, 0, 0, why)


def _newest(line: InspectionLine) -> tuple[bool, date, str, int, str]:
    return bool(line.damaged), line.planned, line.number, line.revision, line.id


def _version(connection: sqlite3.Connection) -> tuple[int, int]:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    return int(application), int(connection.execute("PRAGMA user_version").fetchone()[0])
