"""What the console remembers of logs: how far each was read, and what was found, in HOME/logs.sqlite.

Both advance in one transaction, and only from the place that the look began at: a run that is killed repeats its look
and counts nothing twice, and of two runs at once the second one's look is dropped whole. Lines may hold names of
patients; they stay in this file, which only its owner may read.
"""

import os
import sqlite3
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from json import dumps, loads
from pathlib import Path
from typing import Any

from console.checks.logs.shapes import OTHER
from console.errors import StoreError, UsageError
from console.i18n import _
from console.model.logs import LogGroup, Review, ReviewVerdict

NAME = "logs.sqlite"
MAX_GROUPS = 5000
"""Of one log; lines of further shapes are counted together."""

_APPLICATION = 0x43_4C_4F_47
_SCHEMA = 1
_BUSY_S = 10.0
_TABLES = (
    "CREATE TABLE log (id TEXT PRIMARY KEY, version INTEGER NOT NULL, state TEXT NOT NULL, looked_at TEXT NOT NULL)",
    "CREATE TABLE grp (log TEXT NOT NULL, shape TEXT NOT NULL, count INTEGER NOT NULL, new INTEGER NOT NULL,"
    " raised INTEGER NOT NULL, level TEXT NOT NULL, first_line TEXT NOT NULL, last_line TEXT NOT NULL,"
    " first_stamp TEXT NOT NULL, last_stamp TEXT NOT NULL, first_seen TEXT NOT NULL, last_seen TEXT NOT NULL,"
    " gap INTEGER NOT NULL, PRIMARY KEY (log, shape))",
    "CREATE TABLE review (id INTEGER PRIMARY KEY, log TEXT NOT NULL, shape TEXT NOT NULL, verdict TEXT NOT NULL,"
    " note TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL, count INTEGER NOT NULL)",
    "CREATE INDEX review_of ON review (log, shape, id)",
)
_GROUPS = (
    "SELECT g.shape, g.count, g.new, g.raised, g.level, g.first_line, g.last_line, g.first_stamp, g.last_stamp,"
    " g.first_seen, g.last_seen, g.gap, r.verdict, r.note, r.by, r.at, r.count FROM grp g LEFT JOIN review r ON r.id ="
    " (SELECT max(id) FROM review WHERE log = g.log AND shape = g.shape) WHERE g.log = ?"
)


@dataclass(frozen=True)
class Remembered:
    """What is known of a log before a look."""

    version: int = 0
    """Counts the looks; 0 for a log that was never looked at."""
    state: Mapping[str, Any] | None = None
    """Bookmarks, as `bookmark.State.to_json` or the journal's cursor."""
    looked_at: datetime | None = None
    groups: tuple[LogGroup, ...] = ()


class LogLedger:
    """The ledger of one home folder. Each call opens and closes the file, so any thread and process may use it."""

    def __init__(self, home: Path) -> None:
        self.path = home / NAME

    def recall(self, log: str) -> Remembered:
        """All that is known of a log. Raises StoreError."""
        if not self.path.exists():
            return Remembered()
        with self._opened() as connection:
            connection.execute("BEGIN")
            row = connection.execute("SELECT version, state, looked_at FROM log WHERE id = ?", (log,)).fetchone()
            groups = _groups(connection, log)
            connection.execute("ROLLBACK")
        if row is None:
            return Remembered(groups=groups)
        try:
            return Remembered(row[0], loads(row[1]), datetime.fromisoformat(row[2]), groups)
        except ValueError as error:
            raise damaged_state(log) from error

    def groups(self, log: str) -> tuple[LogGroup, ...]:
        """What was found in a log so far: not reviewed ones first, the critical ones before them. Raises StoreError."""
        return self.recall(log).groups

    def advance(
        self, log: str, before: Remembered, state: Mapping[str, Any], found: Sequence[Mapping[str, Any]], at: datetime
    ) -> bool:
        """Write the new bookmarks and add what was found (`Tally.groups`, and `gap` for lost lines), both or neither.

        False when another run was faster; then nothing is written, and the other has counted the same lines.
        Raises StoreError.
        """
        with self._opened() as connection, _transaction(connection):
            row = connection.execute("SELECT version FROM log WHERE id = ?", (log,)).fetchone()
            if (row[0] if row else 0) != before.version:
                return False
            connection.execute(
                "INSERT INTO log VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET version = excluded.version,"
                " state = excluded.state, looked_at = excluded.looked_at",
                (log, before.version + 1, dumps(state, ensure_ascii=False), at.isoformat()),
            )
            groups = merged(log, _groups(connection, log), found, at)
            connection.execute("UPDATE grp SET new = 0 WHERE log = ?", (log,))
            connection.executemany(
                "INSERT OR REPLACE INTO grp VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [_row(group) for group in groups if group.new],
            )
        return True

    def review(self, log: str, shape: str, verdict: ReviewVerdict | str, note: str, by: str, at: datetime) -> LogGroup:
        """Write a person's word on a group; earlier words are kept. Raises UsageError or StoreError."""
        if not by.strip():
            raise UsageError(_("Not reviewed"), _("Say who reviews: the word on a log is a person's."))
        said = ReviewVerdict(verdict)
        with self._opened() as connection, _transaction(connection):
            groups = {group.shape: group for group in _groups(connection, log)}
            group = groups.get(shape)
            if group is None:
                raise UsageError(_("Not reviewed"), _("The log has no such group of lines any more."))
            connection.execute(
                "INSERT INTO review (log, shape, verdict, note, by, at, count) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (log, shape, said.value, note.strip(), by.strip(), at.isoformat(), group.count),
            )
        return replace(group, review=Review(said, note.strip(), by.strip(), at, group.count))

    def reviews(self, log: str, shape: str) -> tuple[Review, ...]:
        """Every word on a group, oldest first. Raises StoreError."""
        if not self.path.exists():
            return ()
        with self._opened() as connection:
            rows = connection.execute(
                "SELECT verdict, note, by, at, count FROM review WHERE log = ? AND shape = ? ORDER BY id", (log, shape)
            ).fetchall()
        return tuple(_review(row) for row in rows)

    @contextmanager
    def _opened(self) -> Generator[sqlite3.Connection]:
        try:
            with closing(self._connect()) as connection:
                yield connection
        except sqlite3.Error as error:
            raise self._trouble(error) from error

    def _connect(self) -> sqlite3.Connection:
        try:
            # SQLite gives its side files the rights of the file itself.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            from console.store.trouble import cannot_write

            raise cannot_write(self.path, error) from error
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=_BUSY_S)
        try:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version > _SCHEMA:
                from console.store.trouble import too_new

                raise too_new(self.path)
            if not version:
                connection.execute("PRAGMA journal_mode=WAL")
                with _transaction(connection):
                    if not int(connection.execute("PRAGMA user_version").fetchone()[0]):
                        for statement in _TABLES:
                            connection.execute(statement)
                        connection.execute(f"PRAGMA application_id={_APPLICATION}")
                        connection.execute(f"PRAGMA user_version={_SCHEMA}")
            # What was said by a person must outlive a power cut.
            connection.execute("PRAGMA synchronous=FULL")
        except (sqlite3.Error, StoreError):
            connection.close()
            raise
        return connection

    def _trouble(self, error: sqlite3.Error) -> StoreError:
        code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
        where = {"path": str(self.path), "folder": str(self.path.parent), "reason": str(error)}
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            sentence = _(
                "{path} is damaged. Move it away and check again: every log is then read as on a first visit, and the "
                "reviews in it are lost."
            )
        elif code == sqlite3.SQLITE_FULL:
            sentence = _("{path} could not be written because the disk is full. Free some space in {folder}.")
        elif code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            sentence = _("{path} is held by another run of the checks. Try again in a moment.")
        else:
            sentence = _("{path} cannot be used: {reason}. Choose another folder with --home, or free this one.")
        return StoreError(_("The ledger of the logs cannot be used"), sentence.format(**where))


def damaged_state(log: str) -> StoreError:
    """The error for a bookmark that nobody understands."""
    sentence = _(
        "How far the log {log} was read cannot be understood. Move {file} out of the home folder: every log is then "
        "read as on a first visit."
    )
    return StoreError(_("The ledger of the logs cannot be used"), sentence.format(log=log, file=NAME))


def merged(
    log: str, known: Sequence[LogGroup], found: Sequence[Mapping[str, Any]], at: datetime
) -> tuple[LogGroup, ...]:
    """The groups after a look: what was found is added, everything else has nothing new. Worst first."""
    groups = {group.shape: replace(group, new=0) for group in known}
    for each in found:
        shape = str(each["shape"])
        if shape not in groups and len(groups) >= MAX_GROUPS:
            shape = OTHER
        old, count = groups.get(shape), int(each["count"])
        if old is None:
            groups[shape] = LogGroup(
                log, shape, count, count, bool(each["raised"]), str(each["level"]), str(each["first_line"]),
                str(each["last_line"]), str(each["first_stamp"]), str(each["last_stamp"]), at, at,
                bool(each.get("gap")),
            )  # fmt: skip
            continue
        groups[shape] = replace(
            old,
            count=old.count + count,
            new=old.new + count,
            raised=old.raised or bool(each["raised"]),
            level=str(each["level"]) or old.level,
            last_line=str(each["last_line"]),
            last_stamp=str(each["last_stamp"]) or old.last_stamp,
            last_seen=at,
        )
    return tuple(sorted(groups.values(), key=_rank))


def _rank(group: LogGroup) -> tuple[bool, bool, bool, int, str]:
    return group.reviewed, not group.raised, not group.new, -group.count, group.shape


def _groups(connection: sqlite3.Connection, log: str) -> tuple[LogGroup, ...]:
    found = []
    for row in connection.execute(_GROUPS, (log,)):
        shape, count, new, raised, level, first, last, first_stamp, last_stamp, first_seen, last_seen, gap = row[:12]
        review = _review(row[12:]) if row[12] is not None else None
        seen = datetime.fromisoformat(first_seen), datetime.fromisoformat(last_seen)
        found.append(
            LogGroup(
                log, shape, count, new, bool(raised), level, first, last, first_stamp, last_stamp, *seen, bool(gap),
                review,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=_rank))


def _review(row: Sequence[Any]) -> Review:
    verdict, note, by, at, count = row
    return Review(ReviewVerdict(verdict), note, by, datetime.fromisoformat(at), count)


def _row(group: LogGroup) -> tuple[Any, ...]:
    return (
        group.log, group.shape, group.count, group.new, group.raised, group.level, group.first_line, group.last_line,
        group.first_stamp, group.last_stamp, group.first_seen.isoformat(), group.last_seen.isoformat(), group.gap,
    )  # fmt: skip


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Generator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
