"""What the checks found, run by run: SQLite that cron and console write at the same time, and that may be dropped.

A batch of findings is one transaction: it is in the history whole or not at all, however the process ends. A run that
never ended counts as stopped.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console.errors import StoreError
from console.i18n import _
from console.model.check_run import CheckRun, Selection
from console.model.checks import Finding, Status
from console.model.finding_json import finding_from_json, finding_to_json

NAME = "checks.sqlite"
"""In the home folder."""
VERSION = 1
_BUSY_S = 10.0
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

_TABLES = """
CREATE TABLE IF NOT EXISTS run(
  id INTEGER PRIMARY KEY, site TEXT NOT NULL, started TEXT NOT NULL, operator TEXT NOT NULL,
  selection TEXT NOT NULL,   -- JSON: checks, hosts, targets; empty lists mean everything
  seconds REAL NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT 'UNKNOWN',
  stopped INTEGER NOT NULL DEFAULT 1   -- until it has ended
);
CREATE TABLE IF NOT EXISTS finding(
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  site TEXT NOT NULL, check_id TEXT NOT NULL, target TEXT NOT NULL, item TEXT NOT NULL, status TEXT NOT NULL,
  at TEXT NOT NULL, at_s REAL NOT NULL,
  whole TEXT NOT NULL        -- the finding as JSON
);
CREATE TABLE IF NOT EXISTS metric(
  finding INTEGER NOT NULL REFERENCES finding(id) ON DELETE CASCADE, name TEXT NOT NULL, value REAL NOT NULL,
  PRIMARY KEY(finding, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS finding_key ON finding(site, check_id, target, item, at_s);
CREATE INDEX IF NOT EXISTS finding_run ON finding(run);
"""


@dataclass(frozen=True)
class Sample:
    """A value that was measured."""

    at: datetime
    value: float


class History:
    """The history of one home folder; one connection, for one thread. `open` it first."""

    def __init__(self, home: Path) -> None:
        self.path = home / NAME
        self.notice = ""
        """Said once: a damaged history was set aside and begun anew."""
        self._site = ""
        self._connection: sqlite3.Connection | None = None

    def open(self) -> None:
        """Open it, make it where it is missing. Raises StoreError with one sentence."""
        with self._telling():
            try:
                self._connection = self._opened()
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
                    raise
                self._set_aside()
                self._connection = self._opened()

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def look_at(self, site: str) -> None:
        """Whose values `samples` and `since` give."""
        self._site = site

    # Writing

    def begin(self, site: str, started: datetime, operator: str, selection: Selection) -> int:
        """A run begins; its number."""
        self._site = site
        with self._writing() as run:
            found = run(
                "INSERT INTO run(site, started, operator, selection) VALUES (?, ?, ?, ?)",
                (site, started.isoformat(), operator, json.dumps(vars(selection))),
            )
            return int(found.lastrowid or 0)

    def add(self, run_id: int, findings: Iterable[Finding]) -> None:
        """Findings of a run, all of them or none."""
        with self._writing() as run:
            for finding in findings:
                at = finding.measured_at
                found = run(
                    "INSERT INTO finding(run, site, check_id, target, item, status, at, at_s, whole) "
                    "SELECT ?, site, ?, ?, ?, ?, ?, ?, ? FROM run WHERE id = ?",
                    (run_id, *finding.key, finding.status.value, at.isoformat(), at.timestamp(),
                     json.dumps(finding_to_json(finding), ensure_ascii=False), run_id),
                )  # fmt: skip
                for metric in finding.metrics:
                    run("INSERT OR REPLACE INTO metric VALUES (?, ?, ?)", (found.lastrowid, metric.name, metric.value))

    def end(self, run_id: int, seconds: float, status: Status, stopped: bool) -> None:
        """A run is over."""
        with self._writing() as run:
            run(
                "UPDATE run SET seconds = ?, status = ?, stopped = ? WHERE id = ?",
                (seconds, status.value, int(stopped), run_id),
            )

    # Reading

    def runs(self, limit: int = 50) -> tuple[CheckRun, ...]:
        """The newest runs first, without their findings."""
        with self._reading() as run:
            rows = run(
                "SELECT id, site, started, seconds, status, stopped, operator FROM run ORDER BY id DESC LIMIT ?",
                (limit,),
            ).fetchall()
            counts = {
                row[0]: run("SELECT status, count(*) FROM finding WHERE run = ? GROUP BY status", (row[0],)).fetchall()
                for row in rows
            }
        return tuple(
            CheckRun(
                number, site, datetime.fromisoformat(started), seconds, Status(status), bool(stopped), operator,
                tuple((Status(name), count) for name, count in counts[number]),
            )
            for number, site, started, seconds, status, stopped, operator in rows
        )  # fmt: skip

    def findings(self, run_id: int) -> tuple[Finding, ...]:
        """What a run found."""
        with self._reading() as run:
            return _findings(run("SELECT whole FROM finding WHERE run = ? ORDER BY id", (run_id,)))

    def standing(self, site: str) -> tuple[Finding, ...]:
        """Where every question of a site stands: of each check and target what the newest answer gave.

        A run of one check does not hide the others, and an item that is gone since does not stay.
        """
        query = (
            "SELECT whole FROM finding f WHERE site = ? AND run = (SELECT max(run) FROM finding g "
            "WHERE g.site = f.site AND g.check_id = f.check_id AND g.target = f.target) ORDER BY id"
        )
        with self._reading() as run:
            return _findings(run(query, (site,)))

    def samples(self, check: str, target: str, item: str, metric: str) -> Sequence[Sample]:
        """Values of a metric, oldest first."""
        query = (
            "SELECT f.at, m.value FROM finding f JOIN metric m ON m.finding = f.id "
            "WHERE f.site = ? AND f.check_id = ? AND f.target = ? AND f.item = ? AND m.name = ? ORDER BY f.at_s"
        )
        with self._reading() as run:
            rows = run(query, (self._site_or_newest(), check, target, item, metric)).fetchall()
        return [Sample(datetime.fromisoformat(at), value) for at, value in rows]

    def since(self, key: tuple[str, str, str], status: Status) -> datetime | None:
        """Since when the item has had this status without a break; None when its newest status is another."""
        query = (
            "SELECT status, at FROM finding WHERE site = ? AND check_id = ? AND target = ? AND item = ? "
            "ORDER BY at_s DESC"
        )
        found = None
        with self._reading() as run:
            for then, at in run(query, (self._site_or_newest(), *key)):
                if then != status.value:
                    break
                found = at
        return datetime.fromisoformat(found) if found is not None else None

    def _site_or_newest(self) -> str:
        if not self._site:
            row = self._now().execute("SELECT site FROM run ORDER BY id DESC LIMIT 1").fetchone()
            self._site = row[0] if row is not None else ""
        return self._site

    # The file

    def _now(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreError(_("Cannot be read"), _("{path} is not open.").format(path=self.path))
        return self._connection

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_BUSY_S, isolation_level=None)
        try:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version > VERSION:
                sentence = _(
                    "{path} was written by a newer version of the console; use that one, or another home folder."
                )
                raise StoreError(_("Newer history"), sentence.format(path=self.path))
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA synchronous=FULL")
            if version < VERSION:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version={VERSION}; COMMIT;")
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_aside(self) -> None:
        aside = self.path.with_name(f"{NAME}.damaged-{datetime.now(UTC):%Y%m%d-%H%M%S}")
        self.path.replace(aside)
        for end in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                self.path.with_name(NAME + end).unlink()
        sentence = _("The history of the checks was damaged; it lies at {path}, and a new one was begun.")
        self.notice = sentence.format(path=aside)

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        connection = self._now()
        with self._telling():
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection.execute
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        with self._telling():
            yield self._now().execute

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            sentence = _("{path}: {why}. Free space or rights may be missing; the findings are shown all the same.")
            raise StoreError(_("The history cannot be used"), sentence.format(path=self.path, why=error)) from error


def _findings(rows: Iterable[Sequence[str]]) -> tuple[Finding, ...]:
    found = []
    for (whole,) in rows:
        # One that a later version wrote otherwise is left out; the file may be dropped at any time.
        with suppress(ValueError, LookupError, TypeError, AttributeError):
            found.append(finding_from_json(json.loads(whole)))
    return tuple(found)
