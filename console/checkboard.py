"""Where every question of the checklists stands: what was planned, is asked now, was answered, and what changed.

No thread, no file: `console.checkroom` feeds it the events of a run and what the history knows.
"""

import time
from collections.abc import Iterable
from datetime import date, datetime

from console.checks.compare import Change, change_of, compare
from console.checks.overlays import Overlays
from console.i18n import N_
from console.model.board import Board, BoardRow, RowState
from console.model.check_run import Answered, CheckRun, Ended, Planned, PlannedRow, RunEvent, Started
from console.model.checks import Finding, Status
from console.model.sentence import NOTHING, Sentence

Where = tuple[str, str]
"""Check and target."""


class CheckBoard:
    """The state behind the rows. One thread at a time."""

    def __init__(self) -> None:
        self.warnings: tuple[Sentence, ...] = ()
        """What the run that was planned last could not ask fully, and why."""
        self._findings: dict[Where, tuple[Finding, ...]] = {}
        self._planned: dict[Where, PlannedRow] = {}
        self._running: set[Where] = set()
        self._waiting: set[Where] = set()
        self._fresh: set[Where] = set()
        """What was answered since the console was opened."""
        self._before: dict[tuple[str, str, str], Finding] | None = None
        """What the rows are compared with; None for nothing."""
        self._rows: dict[Where, tuple[BoardRow, ...]] = {}
        """Rows as they were made, until something happens to them."""
        self._day: date | None = None
        self._began = 0.0
        self._total = 0
        self._going = False
        self.stopped = False
        """Whether the last run was stopped before its end."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every verdict on the board."""
        return tuple(finding for found in self._findings.values() for finding in found)

    # What happens

    def know(self, findings: Iterable[Finding]) -> None:
        """Begin with what an earlier run found."""
        known: dict[Where, list[Finding]] = {}
        for finding in findings:
            known.setdefault((finding.check, finding.target), []).append(finding)
        self._findings = {where: tuple(found) for where, found in known.items()}
        self._planned = {}
        self.redraw()

    def compare_with(self, run: CheckRun | None) -> tuple[Change, ...]:
        """Mark from now on what differs from a run that has its findings; the differences."""
        self.redraw()
        self._before = None if run is None else {finding.key: finding for finding in run.findings}
        return compare(self.findings, run.findings) if run is not None else ()

    def begin(self) -> None:
        """A run was started; its plan follows."""
        self._began = time.monotonic()
        self._going, self.stopped, self._total = True, False, 0
        self._running.clear()
        self._waiting.clear()

    def hear(self, event: RunEvent, now: datetime) -> None:
        """Take over what a run says; `now` dates the rows that it leaves out."""
        if isinstance(event, Planned):
            self._planned.update({(row.check, row.target): row for row in event.rows})
            self._waiting = {(row.check, row.target) for row in event.rows}
            self._total = len(event.rows)
            self.warnings = event.warnings
            self.redraw()
        elif isinstance(event, Started):
            self._running.add((event.check, event.target))
            self._rows.pop((event.check, event.target), None)
        elif isinstance(event, Answered):
            where = (event.check, event.target)
            self._running.discard(where)
            self._waiting.discard(where)
            self._fresh.add(where)
            self._findings[where] = event.findings
            self._rows.pop(where, None)
        elif isinstance(event, Ended):
            self._end(event.stopped, now)

    def redraw(self) -> None:
        """Make every row anew: the language, or what people said, is another."""
        self._rows = {}

    def _end(self, stopped: bool, now: datetime) -> None:
        self._going, self.stopped = False, stopped
        # A run that broke down answers no more: what it left open must not look like the green of last week.
        for where in self._waiting | self._running:
            self._findings.pop(where, None)
            self._rows.pop(where, None)
            if (row := self._planned.get(where)) is not None:
                self._findings[where] = (_left_out(row, now),)
        self._running.clear()
        self._waiting.clear()

    # What is shown

    def board(self, today: date, overlays: Overlays) -> Board:
        """All rows: those of the plan in its order, then what earlier runs know besides."""
        if today != self._day:
            self._day = today
            self.redraw()
        rows: list[BoardRow] = []
        for where in [*self._planned, *(where for where in self._findings if where not in self._planned)]:
            made = self._rows.get(where)
            if made is None:
                made = self._rows[where] = self._made(where, today, overlays)
            rows += made
        return Board(
            tuple(rows),
            running=self._going,
            stopped=self.stopped,
            done=self._total - len(self._running | self._waiting),
            total=self._total,
            elapsed_s=self.elapsed_s,
            measured_at=max((row.finding.measured_at for row in rows if row.finding is not None), default=None),
        )

    @property
    def elapsed_s(self) -> float:
        """Since when the run goes on; 0 when none does."""
        return time.monotonic() - self._began if self._going else 0.0

    def _made(self, where: Where, today: date, overlays: Overlays) -> tuple[BoardRow, ...]:
        if where in self._running or where in self._waiting:
            row = self._planned[where]
            state: RowState = "running" if where in self._running else "waiting"
            return (BoardRow(row.check, row.target, "", row.title, row.host, row.clause, state),)
        return tuple(self._row(finding, where, today, overlays) for finding in self._findings.get(where, ()))

    def _row(self, finding: Finding, where: Where, today: date, overlays: Overlays) -> BoardRow:
        overlay = overlays.of(finding.key, today)
        text, quiet = "", False
        if overlay is not None and finding.status not in (Status.OK, Status.NA):
            text, quiet = str(overlay.sentence), overlay.quiets
        change = None if self._before is None else change_of(finding, self._before.get(finding.key))
        return BoardRow(
            finding.check,
            finding.target,
            finding.item,
            finding.title,
            finding.host,
            finding.clause,
            "done" if where in self._fresh else "old",
            finding,
            change.kind if change is not None and change.kind != "gone" else "",
            text,
            quiet,
        )


def _left_out(row: PlannedRow, now: datetime) -> Finding:
    source = N_("The run ended before this was asked.")
    return Finding(
        row.check, row.target, "", Status.SKIPPED, Sentence(source), NOTHING, NOTHING, (), (), NOTHING,
        row.clause, (), now, 0.0, None, row.title, row.host,
    )  # fmt: skip
