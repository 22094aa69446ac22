"""The history of the checks as a file: its tables, opening it, and saying in words why it cannot be opened.

It may be dropped at any time, so a damaged one is set aside whole and a new one begun. Cron and console have it open
at the same time; whoever finds it damaged second finds the new one in its place.
"""

import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from console.errors import StoreError
from console.i18n import _
from console.store.files import set_aside_name
from console.store.trouble import cannot_write, too_new

VERSION = 2
"""PRAGMA user_version of the layout below. A history with a higher number is left alone."""
APPLICATION = 0x43415443
"""PRAGMA application_id, "CATC": tells a history from any other SQLite file."""

_BUSY_S = 10.0
_POLL_S = 0.02
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)

_TABLES = """
CREATE TABLE run(
  id INTEGER PRIMARY KEY AUTOINCREMENT,   -- never given twice: people write it down
  site TEXT NOT NULL, started TEXT NOT NULL, started_s REAL NOT NULL, operator TEXT NOT NULL,
  selection TEXT NOT NULL,   -- JSON: checks, hosts, targets; empty lists mean everything
  seconds REAL NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT 'UNKNOWN',
  stopped INTEGER NOT NULL DEFAULT 1,     -- until it has ended
  thinned INTEGER NOT NULL DEFAULT 0      -- 1: the raw answers were dropped
);
CREATE TABLE finding(
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL,
  site TEXT NOT NULL, check_id TEXT NOT NULL, target TEXT NOT NULL, item TEXT NOT NULL, status TEXT NOT NULL,
  at TEXT NOT NULL, at_s REAL NOT NULL,
  proofs TEXT NOT NULL,      -- JSON: digests of its evidence
  whole TEXT NOT NULL        -- the finding as JSON, without its evidence
);
CREATE TABLE evidence(       -- one answer serves many findings of a run
  run INTEGER NOT NULL, digest TEXT NOT NULL, head TEXT NOT NULL, output TEXT NOT NULL, PRIMARY KEY(run, digest)
);
CREATE TABLE metric(
  finding INTEGER NOT NULL, name TEXT NOT NULL, value REAL NOT NULL, PRIMARY KEY(finding, name)
) WITHOUT ROWID;
CREATE TABLE place(          -- the run that answered a question last
  site TEXT NOT NULL, check_id TEXT NOT NULL, target TEXT NOT NULL, run INTEGER NOT NULL,
  PRIMARY KEY(site, check_id, target)
) WITHOUT ROWID;
CREATE INDEX finding_key ON finding(site, check_id, target, item, id, status, at, at_s);
CREATE INDEX finding_run ON finding(run, check_id, target, status)
"""


class DamagedHistory(StoreError):
    """The file is no history that can be read."""


def connect(path: Path) -> tuple[sqlite3.Connection, str]:
    """The history at `path`, in autocommit mode, and one sentence when a damaged one had to be set aside, else "".

    Raises StoreError with one sentence.
    """
    seen = identity(path)
    try:
        return _opened(path), ""
    except (sqlite3.Error, StoreError) as error:
        if isinstance(error, sqlite3.Error) and not is_damage(error):
            raise trouble(path, error) from error
        if isinstance(error, StoreError) and not isinstance(error, DamagedHistory):
            raise
    notice = set_aside(path, seen)
    try:
        return _opened(path), notice
    except sqlite3.Error as error:
        raise trouble(path, error) from error


def set_aside(path: Path, seen: tuple[int, int] | None) -> str:
    """Take a damaged history out of the way, its log with it; one sentence that says so.

    `seen` is the identity of the damaged file: another one in its place was begun by another process, and stays.
    """
    sentence = _("The history of the checks was damaged; it lies at {path}, and a new one was begun.")
    if seen is None or identity(path) != seen:
        return _("The history of the checks was damaged, and a new one was begun.")
    aside = set_aside_name(path, "damaged")
    try:
        os.replace(path, aside)
    except OSError as error:
        raise cannot_write(path, error) from error
    for suffix in ("-wal", "-shm"):
        with suppress(OSError):
            os.replace(f"{path}{suffix}", f"{aside}{suffix}")
    return sentence.format(path=aside)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether only a new file helps."""
    return _code(error) in _DAMAGED or str(error).startswith(("no such ", "Could not decode"))


def trouble(path: Path, error: sqlite3.Error) -> StoreError:
    """What SQLite says, as a sentence that names the file and says what to do."""
    title, code = _("The history cannot be used"), _code(error)
    if is_damage(error):
        sentence = _("{file} in {folder} is damaged. Start the checks again: it is set aside and a new one is begun.")
        return DamagedHistory(title, sentence.format(file=path.name, folder=path.parent))
    # A limit on the size of files is no full disk to SQLite, but it is to whoever has to make room.
    if code == sqlite3.SQLITE_FULL or getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_WRITE:
        sentence = _(
            "{file} could not be written because the disk that holds {folder} is full or a size limit is reached; "
            "what was kept before stays. Free some space there and run the checks again."
        )
    elif code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        sentence = _("{file} in {folder} is held by another program. Close it, or wait, and run the checks again.")
    elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH):
        sentence = _(
            "{file} in {folder} cannot be opened or written: the folder is missing or write-protected, or this account "
            "has no right to. Have the right granted, or choose another folder with --home."
        )
    else:
        sentence = _("{file} in {folder} cannot be used: {reason}. Check the disk and run the checks again.")
    return StoreError(title, sentence.format(file=path.name, folder=path.parent, reason=error))


def identity(path: Path) -> tuple[int, int] | None:
    """What tells the file at `path` from another one of the same name; None when there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
    ready = False
    try:
        if not _number(connection, "schema_version"):
            with suppress(OSError):
                os.chmod(path, 0o600)
            _write_ahead(connection)
            connection.execute("BEGIN IMMEDIATE")
            # Two processes may begin a new history at once: the second finds it made when its turn comes.
            if not _number(connection, "user_version"):
                _lay_out(connection)
            connection.execute("COMMIT")
        _check(connection, path)
        # Whatever a kill leaves is whole; `History.end` sees to it that a power cut takes no run that has ended.
        connection.execute("PRAGMA synchronous=NORMAL")
        ready = True
    finally:
        if not ready:
            connection.close()
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    ours = _number(connection, "application_id") == APPLICATION
    version = _number(connection, "user_version")
    if ours and version > VERSION:
        raise too_new(path)
    if not ours or version < VERSION:
        raise DamagedHistory(_("The history cannot be used"), _("{path} is no history.").format(path=path))
    for table in ("run", "finding", "evidence", "metric", "place"):
        connection.execute(f"SELECT * FROM {table} LIMIT 1").fetchone()


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn the log on; SQLite does not wait for another process that does the same, so we do."""
    until = time.monotonic() + _BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_POLL_S)
        else:
            return


def _lay_out(connection: sqlite3.Connection) -> None:
    for statement in _TABLES.split(";\n"):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id={APPLICATION}")
    connection.execute(f"PRAGMA user_version={VERSION}")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 where it has none."""
    return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
