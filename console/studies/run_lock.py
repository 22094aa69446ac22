"""One index run at a time in a home folder: the second one is told who is at work.

The lock is SQLite's own on a small file beside the index: it dies with its holder, works on every system, and costs a
millisecond where a library for it costs sixty to load. Who holds it stands in the same file and can be read meanwhile.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from console.errors import StoreError
from console.i18n import _
from console.studies.database import telling

_NAME = "index.run"
_PATIENCE_S = 0.25


class RunLock:
    """The right to write the index of one home folder, as long as this object holds it."""

    def __init__(self, home: Path) -> None:
        self._path = home / _NAME
        self._connection: sqlite3.Connection | None = None

    def acquire(self) -> None:
        """Take it. Raises StoreError with one sentence when another run has it, or the folder cannot be written."""
        with telling(self._path):
            connection = sqlite3.connect(self._path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
            try:
                connection.execute("PRAGMA synchronous=OFF")
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("CREATE TABLE IF NOT EXISTS holder(pid INTEGER NOT NULL)")
                connection.execute("DELETE FROM holder")
                connection.execute("INSERT INTO holder VALUES (?)", (os.getpid(),))
                connection.execute("COMMIT")
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                connection.close()
                if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                raise self._taken() from None
            except sqlite3.DatabaseError:
                # Not a lock file any more, whatever happened to it: nobody can hold it.
                connection.close()
                self._path.unlink(missing_ok=True)
                self.acquire()
                return
        self._connection = connection

    def release(self) -> None:
        """Give it back. Harmless where it is not held."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _taken(self) -> StoreError:
        sentence = _("Process {pid} builds the index in {folder} already. Wait until it is done, or stop it.")
        return StoreError(_("Index at work"), sentence.format(folder=self._path.parent, pid=self._holder() or "?"))

    def _holder(self) -> int:
        try:
            with closing(sqlite3.connect(f"file:{self._path.as_posix()}?mode=ro", uri=True, timeout=0)) as connection:
                row = connection.execute("SELECT pid FROM holder").fetchone()
        except sqlite3.Error:
            return 0
        return int(row[0]) if row else 0
