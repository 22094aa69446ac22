"""What every file was at an earlier visit: its SHA-256 and that of its pixel data, in the home folder.

Nothing else finds a bit that turned by itself: 390 of 400 random flips pass every parser. What changed stays known as
it was until the change is accepted, so that a finding is not lost by looking twice.
"""

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from console.errors import StoreError
from console.i18n import N_, _
from console.repair.doctor.codes import Found
from console.repair.doctor.reading import Seen

NAME = "doctor-baseline.sqlite"
"""In the home folder."""
_FORMAT = 1
_WAIT_S = 5.0
_COMMIT_EVERY = 1000
_TABLE = (
    "CREATE TABLE IF NOT EXISTS file (path BLOB PRIMARY KEY, size INTEGER, mtime_ns INTEGER, sha256 BLOB, pixels BLOB, "
    "seen INTEGER) WITHOUT ROWID"
)
_KNOWN = "SELECT size, mtime_ns, sha256, pixels, seen FROM file WHERE path = ?"
_PUT = "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?)"


class Known(NamedTuple):
    """A file as it was."""

    size: int
    mtime_ns: int
    sha256: bytes
    pixels: bytes
    seen: int
    """Seconds since 1970."""


class Baseline:
    """The catalogue. For one thread; close it."""

    def __init__(self, path: Path, *, accept: bool = False) -> None:
        """Open or make the catalogue at `path`. `accept` takes what changed as right from now on. Raises StoreError."""
        self._path = path
        self._accept = accept
        self._pending = 0
        try:
            self._base = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
            (version,) = self._base.execute("PRAGMA user_version").fetchone()
            if version > _FORMAT:
                raise _newer(path)
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("CREATE TEMP TABLE visited (path BLOB PRIMARY KEY) WITHOUT ROWID")
            self._base.execute("BEGIN IMMEDIATE")
            self._base.execute(_TABLE)
            self._base.execute(f"PRAGMA user_version = {_FORMAT}")
        except sqlite3.Error as error:
            raise _broken(path, error) from error

    def compare(self, path: str, seen: Seen) -> list[Found]:
        """What changed about a file since it was first seen. A file that is new is taken in."""
        if not seen.sha256:
            return []
        key = os.fsencode(os.path.abspath(path))
        try:
            row = self._base.execute(_KNOWN, (key,)).fetchone()
            self._base.execute("INSERT OR IGNORE INTO visited VALUES (?)", (key,))
            known = None if row is None else Known(*row)
            found = [] if known is None else _changes(known, seen)
            if known is None or self._accept or known.sha256 == seen.sha256:
                self._put(key, seen)
        except sqlite3.Error as error:
            raise _broken(self._path, error) from error
        return found

    def gone(self, roots: Sequence[Path]) -> Iterator[tuple[str, Found]]:
        """Files below the folders that were visited which the catalogue knows and which are not there."""
        try:
            query = "SELECT path, seen FROM file WHERE path NOT IN (SELECT path FROM visited) ORDER BY path"
            for key, when in self._base.execute(query).fetchall():
                path = os.fsdecode(key)
                if _below(path, roots) and not os.path.lexists(path):
                    yield path, Found("gone", N_("It was there on {day}."), {"day": _day(when)})
                    if self._accept:
                        self._base.execute("DELETE FROM file WHERE path = ?", (key,))
        except sqlite3.Error as error:
            raise _broken(self._path, error) from error

    def close(self) -> None:
        """Keep what was taken in."""
        try:
            if self._base.in_transaction:
                self._base.execute("COMMIT")
            self._base.close()
        except sqlite3.Error as error:
            raise _broken(self._path, error) from error

    def _put(self, key: bytes, seen: Seen) -> None:
        self._base.execute(_PUT, (key, seen.size, seen.mtime_ns, seen.sha256, seen.pixels, int(time.time())))
        self._pending += 1
        if self._pending >= _COMMIT_EVERY:
            # A visit that is killed keeps what it has done.
            self._base.execute("COMMIT")
            self._base.execute("BEGIN IMMEDIATE")
            self._pending = 0


def _changes(known: Known, seen: Seen) -> list[Found]:
    if known.sha256 == seen.sha256:
        return []
    values = {"day": _day(known.seen), "before": known.sha256.hex()[:16], "now": seen.sha256.hex()[:16]}
    detail = N_("First seen on {day}. SHA-256 was {before}…, is {now}….")
    if (known.size, known.mtime_ns) == (seen.size, seen.mtime_ns):
        return [Found("silent-change", detail, values)]
    if known.pixels != seen.pixels:
        return [Found("pixels-changed", detail, values)]
    return [Found("header-changed", detail, values)]


def _below(path: str, roots: Sequence[Path]) -> bool:
    places = (os.path.abspath(root) for root in roots)
    return any(path == place or path.startswith(os.path.join(place, "")) for place in places)


def _day(seconds: int) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(seconds))


def _newer(path: Path) -> StoreError:
    sentence = _("{path} was written by a newer version of this console. Use that version, or another home folder.")
    return StoreError(_("Written by a newer version"), sentence.format(path=path))


def _broken(path: Path, error: sqlite3.Error) -> StoreError:
    if "locked" in str(error):
        sentence = _("Another visit is writing into the catalogue {path}. Wait until it has ended.")
        return StoreError(_("The catalogue of files is in use"), sentence.format(path=path))
    sentence = _("The catalogue {path} cannot be used ({reason}). Move it away, and the next visit begins a new one.")
    return StoreError(_("The catalogue of files cannot be used"), sentence.format(path=path, reason=error))
