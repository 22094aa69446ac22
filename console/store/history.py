"""What the checks found, run by run: SQLite that cron and console write at the same time, and that may be dropped.

A batch of findings is one transaction: it is in the history whole or not at all, however the process ends. A run that
never ended counts as stopped. Raw answers, which take most of the room, can be dropped after some months; verdicts and
numbers stay for the trends.
"""

import hashlib
import json
import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from console.errors import StoreError
from console.i18n import _
from console.model.check_run import CheckRun, Selection
from console.model.checks import Finding, Status
from console.model.finding_json import finding_from_json, finding_to_json
from console.store.history_file import connect, identity, is_damage, set_aside, trouble

NAME = "checks.sqlite"
"""In the home folder."""


@dataclass(frozen=True)
class Sample:
    """A value that was measured."""

    at: datetime
    value: float


class History:
    """The history of one home folder; one connection, for one thread. `open` it first. All calls may block."""

    def __init__(self, home: Path) -> None:
        self.path = home / NAME
        self.notice = ""
        """One translated sentence when a damaged history was set aside and begun anew; else empty."""
        self._site = ""
        self._connection: sqlite3.Connection | None = None
        self._seen: tuple[int, int] | None = None

    def open(self) -> None:
        """Open it, make it where it is missing. Raises StoreError with one sentence."""
        self._connection, notice = connect(self.path)
        self._seen = identity(self.path)
        self.notice = notice or self.notice

    def close(self) -> None:
        """Let go of the file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # The last one to close writes the log back, which a full disk refuses; it is done at the next opening.
            with suppress(sqlite3.Error):
                connection.close()

    def look_at(self, site: str) -> None:
        """Whose values `samples` and `since` give."""
        self._site = site

    # Writing

    def begin(self, site: str, started: datetime, operator: str, selection: Selection) -> int:
        """A run begins; its number, never given twice. Raises StoreError."""
        self._site = site
        with self._writing() as run:
            found = run(
                "INSERT INTO run(site, started, started_s, operator, selection) VALUES (?, ?, ?, ?, ?)",
                (_sound(site), started.isoformat(), started.timestamp(), _sound(operator), json.dumps(vars(selection))),
            )
            return int(found.lastrowid or 0)

    def add(self, run_id: int, findings: Iterable[Finding]) -> None:
        """Findings of a run, all of them or none. Raises StoreError, also when there is no such run."""
        with self._writing() as run:
            row = run("SELECT site FROM run WHERE id = ?", (run_id,)).fetchone()
            if row is None:
                sentence = _("{path} holds no run {run}: it was dropped meanwhile. Run the checks again.")
                raise StoreError(_("The history cannot be used"), sentence.format(path=self.path, run=run_id))
            for finding in findings:
                self._add(run, run_id, row[0], finding)

    def _add(self, run: Any, run_id: int, site: str, finding: Finding) -> None:
        key = tuple(_sound(part) for part in finding.key)
        whole = finding_to_json(finding)
        digests = []
        for proof in whole.pop("evidence"):
            output = proof.pop("output")
            head = _text(proof)
            digest = hashlib.sha256(f"{head}\n{output}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
            run("INSERT OR IGNORE INTO evidence VALUES (?, ?, ?, ?)", (run_id, digest, head, _text(output)))
            digests.append(digest)
        at = finding.measured_at
        found = run(
            "INSERT INTO finding(run, site, check_id, target, item, status, at, at_s, proofs, whole) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (run_id, site, *key, finding.status.value, at.isoformat(), at.timestamp(), json.dumps(digests),
             _text(whole)),
        )  # fmt: skip
        for metric in finding.metrics:
            # What is no number has no place in a trend.
            if math.isfinite(metric.value):
                run("INSERT OR REPLACE INTO metric VALUES (?, ?, ?)", (found.lastrowid, metric.name, metric.value))
        run("INSERT OR REPLACE INTO place VALUES (?, ?, ?, ?)", (site, *key[:2], run_id))

    def end(self, run_id: int, seconds: float, status: Status, stopped: bool) -> None:
        """A run is over; when this returns, not even a power cut takes it back. Raises StoreError."""
        with self._telling():
            self._now().execute("PRAGMA synchronous=FULL")
        try:
            with self._writing() as run:
                run(
                    "UPDATE run SET seconds = ?, status = ?, stopped = ? WHERE id = ?",
                    (seconds, status.value, int(stopped), run_id),
                )
        finally:
            if self._connection is not None:
                self._connection.execute("PRAGMA synchronous=NORMAL")

    def thin(self, before: datetime) -> int:
        """Drop the raw answers of runs that began before a moment; how many runs became smaller. Raises StoreError.

        Verdicts, numbers and the SHA-256 of each answer stay. The room is used by later runs.
        """
        with self._writing() as run:
            old = run("SELECT id FROM run WHERE started_s < ? AND thinned = 0", (before.timestamp(),)).fetchall()
            run("UPDATE run SET thinned = 1 WHERE started_s < ? AND thinned = 0", (before.timestamp(),))
            for (number,) in old:
                run("UPDATE evidence SET output = '\"\"' WHERE run = ?", (number,))
        return len(old)

    # Reading

    def runs(self, limit: int = 50, site: str = "") -> tuple[CheckRun, ...]:
        """The newest runs first, without their findings; of one site, or of all."""
        with self._reading() as run:
            rows = run(
                "SELECT id, site, started, seconds, status, stopped, operator FROM run WHERE ? IN ('', site) "
                "ORDER BY id DESC LIMIT ?",
                (_sound(site), limit),
            ).fetchall()
            query = "SELECT status, count(*) FROM finding WHERE run = ? GROUP BY status"
            counts = {row[0]: run(query, (row[0],)).fetchall() for row in rows}
        return tuple(
            CheckRun(
                number, site, datetime.fromisoformat(started), seconds, Status(status), bool(stopped), operator,
                tuple((Status(name), count) for name, count in counts[number]),
            )
            for number, site, started, seconds, status, stopped, operator in rows
        )  # fmt: skip

    def findings(self, run_id: int) -> tuple[Finding, ...]:
        """What a run found, in the order in which the answers came."""
        with self._reading() as run:
            return _findings(run, run("SELECT run, proofs, whole FROM finding WHERE run = ? ORDER BY id", (run_id,)))

    def standing(self, site: str) -> tuple[Finding, ...]:
        """Where every question of a site stands: of each check and target what the newest answer gave.

        A run of one check does not hide the others, and an item that is gone since does not stay.
        """
        query = (
            "SELECT f.run, f.proofs, f.whole FROM place p JOIN finding f "
            "ON f.run = p.run AND f.check_id = p.check_id AND f.target = p.target WHERE p.site = ? ORDER BY f.id"
        )
        with self._reading() as run:
            return _findings(run, run(query, (_sound(site),)))

    def samples(self, check: str, target: str, item: str, metric: str) -> Sequence[Sample]:
        """Values of a metric, oldest first."""
        query = (
            "SELECT f.at, m.value FROM finding f JOIN metric m ON m.finding = f.id "
            "WHERE f.site = ? AND f.check_id = ? AND f.target = ? AND f.item = ? AND m.name = ? ORDER BY f.at_s, f.id"
        )
        with self._reading() as run:
            key = (_sound(check), _sound(target), _sound(item))
            rows = run(query, (self._site_or_newest(), *key, metric)).fetchall()
        return [Sample(datetime.fromisoformat(at), value) for at, value in rows]

    def since(self, key: tuple[str, str, str], status: Status) -> datetime | None:
        """Since when the item has had this status without a break; None when its newest status is another.

        In the order in which it was written: a clock that was set back breaks nothing. What was skipped says nothing.
        """
        where = "FROM finding WHERE site = ? AND check_id = ? AND target = ? AND item = ?"
        with self._reading() as run:
            row = (self._site_or_newest(), *(_sound(part) for part in key))
            found = run(
                f"SELECT at {where} AND status = ? AND id > coalesce((SELECT id {where} AND status NOT IN (?, ?) "
                "ORDER BY id DESC LIMIT 1), 0) ORDER BY id LIMIT 1",
                (*row, status.value, *row, status.value, Status.SKIPPED.value),
            ).fetchone()
        return datetime.fromisoformat(found[0]) if found is not None else None

    def _site_or_newest(self) -> str:
        if not self._site:
            row = self._now().execute("SELECT site FROM run ORDER BY id DESC LIMIT 1").fetchone()
            self._site = row[0] if row is not None else ""
        return _sound(self._site)

    # The file

    def _now(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreError(_("Cannot be read"), _("{path} is not open.").format(path=self.path))
        return self._connection

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        connection = self._now()
        with self._telling():
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection.execute
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    # A full disk may have rolled it back already.
                    with suppress(sqlite3.Error):
                        connection.execute("ROLLBACK")

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        with self._telling():
            yield self._now().execute

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            said = trouble(self.path, error)
            if is_damage(error):
                # The next one who opens it would read its first page, find nothing wrong, and fail again.
                self.close()
                self.notice = set_aside(self.path, self._seen)
            raise said from error


def _findings(run: Any, rows: Iterable[tuple[int, str, str]]) -> tuple[Finding, ...]:
    found = []
    for number, proofs, whole in list(rows):
        # One that a later version wrote otherwise is left out; the file may be dropped at any time.
        with suppress(ValueError, LookupError, TypeError, AttributeError):
            evidence = []
            for digest in json.loads(proofs):
                query = "SELECT head, output FROM evidence WHERE run = ? AND digest = ?"
                head, output = run(query, (number, digest)).fetchone()
                proof = {**json.loads(head), "output": json.loads(output)}
                dropped = output == '""' and proof["sha256"] != _EMPTY
                evidence.append({**proof, "truncated": proof["truncated"] or dropped})
            found.append(finding_from_json({**json.loads(whole), "evidence": evidence}))
    return tuple(found)


_EMPTY = hashlib.sha256(b"").hexdigest()


def _text(values: Any) -> str:
    """Values as JSON that SQLite can hold: a path that is no Unicode is written in ASCII."""
    text = json.dumps(values, ensure_ascii=False)
    return text if _sound(text) == text else json.dumps(values)


def _sound(text: str) -> str:
    """A text that UTF-8 can carry; what is not Unicode in it becomes visible."""
    return text.encode("utf-8", "backslashreplace").decode()
