"""The index as a file: opening it, and saying in words why it cannot be opened.

`HOME/index.sqlite` is written ahead (WAL), so that the lists read on while a run writes. Whatever is wrong with the
file, the answer is one sentence; a damaged one is set aside and a new one begun, since all of it lies in the files.
"""

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from console.errors import StoreError
from console.i18n import _
from console.studies.schema import APPLICATION, DERIVED, INDICES, TABLES, VERSION

NAME = "index.sqlite"
"""File name in the home folder."""

_BUSY_S = 5.0
_CACHE_KB = 8192
_PAGE = 16384
_READ = ("study", "series", "instance", "form", "head", "dir", "other", "root")
"""Tables of which a row is read before the file is trusted."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)


class DamagedIndex(StoreError):
    """The file is no index that can be read; a run sets it aside and builds a new one."""


def index_path(home: Path) -> Path:
    """Where the index of a home folder lies."""
    return home / NAME


def open_index(home: Path, read_only: bool = False) -> sqlite3.Connection:
    """The index of `home`, in autocommit mode; made where there is none.

    With `read_only` nothing is created, an index that is not there is an empty one, and a home folder that cannot be
    written will do. Raises StoreError with one sentence; DamagedIndex where only a new one will help.
    """
    path = index_path(home)
    with telling(path):
        if not read_only:
            return _prepared(_connect(str(path)), path)
        if not path.exists():
            return empty_index()
        try:
            return _checked(_connect(f"file:{_quoted(path)}?mode=ro"), path)
        except sqlite3.OperationalError as error:
            if _code(error) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY) or _has_log(path):
                raise
            # Beside a file on a write-protected stick no lock can be laid; nobody can change it either.
            return _checked(_connect(f"file:{_quoted(path)}?mode=ro&immutable=1"), path)


def empty_index() -> sqlite3.Connection:
    """An index of nothing, in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    _lay_out(connection)
    return connection


def set_aside(home: Path) -> str:
    """Take a damaged index out of the way, its log with it; the file name under which it is kept, empty for none."""
    from console.store.disk import patiently
    from console.store.files import set_aside_name

    path = index_path(home)
    aside = set_aside_name(path, "damaged")
    try:
        patiently(lambda: os.replace(path, aside))
    except FileNotFoundError:
        aside = Path()
    except OSError as error:
        from console.store.trouble import cannot_write

        raise cannot_write(path, error) from error
    for suffix in ("-wal", "-shm"):
        with suppress(OSError):
            os.unlink(f"{path}{suffix}")
    return aside.name


def roots(home: Path) -> tuple[Path, ...]:
    """What was taken in: folders, media and zip files, in the order in which they were. Raises StoreError."""
    from console.studies.rows import stored

    with telling(index_path(home)), closing(open_index(home, read_only=True)) as connection:
        return tuple(Path(stored(path)) for (path,) in connection.execute("SELECT path FROM root ORDER BY id"))


def forget_derived(connection: sqlite3.Connection) -> None:
    """Empty the tables that settling makes, and note all studies for it."""
    with transaction(connection):
        for table in DERIVED:
            connection.execute(f"DELETE FROM {table}")
        connection.execute("INSERT INTO touched SELECT DISTINCT study FROM head")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """All that happens inside, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@contextmanager
def telling(path: Path) -> Generator[None]:
    """Turn what SQLite raises into a StoreError that names `path` and says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise _trouble(path, error) from error


def _connect(place: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        place, uri=place.startswith("file:"), isolation_level=None, timeout=_BUSY_S, check_same_thread=False
    )
    connection.execute(f"PRAGMA cache_size=-{_CACHE_KB}")
    return connection


def _prepared(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """A connection that may write: checked, in WAL mode, its tables made where the file is new."""
    try:
        if not _number(connection, "schema_version"):
            with suppress(OSError):
                os.chmod(path, 0o600)
            # Large pages: a first import sorts and writes them twice as fast.
            connection.execute(f"PRAGMA page_size={_PAGE}")
            connection.execute("PRAGMA journal_mode=WAL")
            # Two processes may begin a new index at once: the second finds it made when its turn comes.
            with transaction(connection):
                if not _number(connection, "user_version"):
                    _lay_out(connection)
        _checked(connection, path)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
    except (sqlite3.Error, StoreError):
        connection.close()
        raise
    return connection


def _lay_out(connection: sqlite3.Connection) -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    for name, on in INDICES.items():
        connection.execute(f"CREATE INDEX {name} {on}")
    connection.execute(f"PRAGMA application_id={APPLICATION}")
    connection.execute(f"PRAGMA user_version={VERSION}")


def _checked(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """`connection`, if what it leads to is an index of a version we know."""
    try:
        version = _number(connection, "user_version")
        ours = _number(connection, "application_id") == APPLICATION
        if ours and version > VERSION:
            from console.store.trouble import too_new

            raise too_new(path)
        if not ours or version != VERSION:
            raise _damaged(path)
        connection.execute(f"SELECT {', '.join(f'(SELECT 1 FROM {table} LIMIT 1)' for table in _READ)}").fetchone()
    except (sqlite3.Error, StoreError):
        connection.close()
        raise
    return connection


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(os.fsencode(path.absolute().as_posix()))


def _has_log(path: Path) -> bool:
    try:
        return os.stat(f"{path}-wal").st_size > 0
    except OSError:
        return False


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 where it has none."""
    return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def damaged(connection: sqlite3.Connection) -> DamagedIndex:
    """The error for an index whose file is whole while what stands in it is not."""
    return _damaged(Path(connection.execute("PRAGMA database_list").fetchone()[2]))


def _damaged(path: Path) -> DamagedIndex:
    sentence = _("{path} is damaged or no index of ours. Build it anew: take the folders in again.")
    return DamagedIndex(_("The index cannot be read"), sentence.format(path=path))


def _trouble(path: Path, error: sqlite3.Error) -> StoreError:
    code = _code(error)
    # Without a code, a text that is no UTF-8 any more, or one of Python's own complaints about what it was given.
    if code in _DAMAGED or not isinstance(error, sqlite3.OperationalError) or str(error).startswith("Could not decode"):
        return _damaged(path)
    title = _("The index cannot be used")
    # A limit on the size of files is no full disk to SQLite, but it is to whoever has to make room.
    if code == sqlite3.SQLITE_FULL or getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_WRITE:
        sentence = _(
            "{file} could not be written because the disk that holds {folder} is full or a size limit is reached; "
            "what was taken in before stays. Free some space there and begin again."
        )
    elif code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        sentence = _("{file} in {folder} is held by another program. Close it, or wait, and try again.")
    elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH):
        sentence = _(
            "{file} in {folder} cannot be opened or written: the folder is missing or write-protected, or this account "
            "has no right to. Have the right granted, or choose another folder with --home."
        )
    else:
        sentence = _("{file} in {folder} cannot be used: {reason}. Check the disk and try again.")
    return StoreError(title, sentence.format(file=path.name, folder=path.parent, reason=error))
