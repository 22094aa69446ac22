"""The checklists behind the screens: the site, the run that goes on, and where every question stands.

Screens ask for the board and are told when there is a newer one. A run happens in a process of its own; reading the
site file and the history may block, and is never done on the event loop.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from console.checkdesk import CheckDesk
from console.checks.compare import Change
from console.checks.job import CheckJob
from console.checks.kind import Check
from console.demo.ward import FAULTS, faults_on, switch
from console.errors import ConsoleError
from console.i18n import N_, _
from console.model.board import Board, BoardRow, ChangeKind, DueLine, RowState
from console.model.check_run import Answered, CheckRun, Ended, Planned, PlannedRow, RunEvent, Selection, Started, Trust
from console.model.checks import Finding, Status, worst
from console.model.sentence import NOTHING, Sentence
from console.sitedesk import SiteDesk, SiteState

Key = tuple[str, str, str]


class CheckRoom:
    """What may be asked of the checklists. `load`, `past`, `trend` and all that changes records may block."""

    def __init__(
        self, home: Path, *, read_only: bool = False, site_path: Path | None = None, clock: Callable[[], datetime]
    ) -> None:
        self.home = home
        self.read_only = read_only
        """True when another console holds the home folder."""
        self.desk = SiteDesk(home, site_path, self.load)
        """The site file, its forms and secrets."""
        self.records = CheckDesk(home, read_only=read_only, clock=clock)
        """What people said, earlier runs, exports."""
        self.ready = False
        """True once the site file and the history were read."""
        self.questions: list[Trust] = []
        """Host keys that wait for the operator's word."""
        self.last_end: Ended | None = None
        self._clock = clock
        self._lock = threading.Lock()
        self._version = 0
        """Counts changes; the board that was drawn last is good until the next."""
        self._drawn: tuple[int, date, Board] | None = None
        self._kept: dict[tuple[str, str], tuple[BoardRow, ...]] = {}
        """Rows by check and target, until something happens to them."""
        self._listeners: list[Callable[[], None]] = []
        self._job: CheckJob | None = None
        self._began = 0.0
        self._planned: dict[tuple[str, str], PlannedRow] = {}
        self._running: set[tuple[str, str]] = set()
        self._waiting: set[tuple[str, str]] = set()
        self._findings: dict[Key, Finding] = {}
        self._fresh: set[tuple[str, str]] = set()
        """Check and target of what was answered in this session of the console."""
        self._changes: dict[Key, ChangeKind] = {}
        self._before: CheckRun | None = None
        self._warnings: tuple[str, ...] = ()
        self._stopped = False
        self._total = 0

    # The site and what is known already

    @property
    def state(self) -> SiteState:
        """The site as it was read last."""
        return self.desk.state

    def load(self) -> None:
        """Read the site file and where every question stood. Blocks; never raises: `trouble` says why."""
        state = self.desk.load()
        findings: dict[Key, Finding] = {}
        before: CheckRun | None = None
        self.trouble = state.error
        try:
            self.records.load()
            findings = {finding.key: finding for finding in self.records.standing(state.site.name)}
            runs = [run for run in self.records.runs(state.site.name) if not run.stopped]
            before = self.records.with_findings(runs[0]) if runs else None
        except ConsoleError as error:
            self.trouble = self.trouble or error
        known = {host.id for host in state.site.hosts} | {""}
        with self._lock:
            self._before = before
            if self._job is None:
                self._findings = {key: found for key, found in findings.items() if found.host in known}
                self._changes, self._planned = {}, {}
            self._kept = {}
            self.ready = True
        self._tell()

    trouble: ConsoleError | None = None
    """Why the site file or the history cannot be used."""

    def changed(self) -> None:
        """Have every screen draw anew."""
        self._kept = {}
        self._tell()

    # The practice site

    def faults(self) -> tuple[tuple[str, str, str, bool], ...]:
        """Of the practice site: (id, what happens, what the checks should say, whether it is on). Blocks."""
        on = faults_on(self.home)
        return tuple((fault.id, fault.name, fault.shows, fault.id in on) for fault in FAULTS)

    def switch_fault(self, fault: str) -> None:
        """Turn a fault of the practice site on, or off again. Raises StoreError. Blocks."""
        switch(self.home, faults_on(self.home) ^ {fault})

    # Listening

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Have `heard` called, from any thread, when the board changed; the result ends that."""
        with self._lock:
            self._listeners.append(heard)

        def deaf() -> None:
            with self._lock:
                if heard in self._listeners:
                    self._listeners.remove(heard)

        return deaf

    def _tell(self) -> None:
        self._version += 1
        with self._lock:
            listeners = list(self._listeners)
        for heard in listeners:
            heard()

    # Running

    @property
    def running(self) -> bool:
        """Whether a run goes on."""
        return self._job is not None

    def run(self, selection: Selection, operator: str) -> bool:
        """Start; False when a run goes on already."""
        with self._lock:
            if self._job is not None:
                return False
            self._job = CheckJob(
                self.home, self.state.path, selection, operator=operator, passphrase=self.desk.passphrase
            )
            self._began = time.monotonic()
            self._stopped = False
            self._total = 0
            self._running.clear()
            self._waiting.clear()
            self.questions.clear()
            self.last_end = None
        self._job.start(self._heard)
        self._tell()
        return True

    def stop(self) -> bool:
        """Stop the run; False when none goes on. What was answered stays, the rest is SKIPPED."""
        job = self._job
        if job is None:
            return False
        job.cancel()
        return True

    def close(self) -> None:
        """The console ends: so does the run."""
        self.stop()

    def _heard(self, event: RunEvent) -> None:
        """Called from the job's thread."""
        with self._lock:
            # A new one, so that a board that is being made does not put back what was true before.
            self._kept = dict(self._kept) if isinstance(event, Started | Answered) else {}
            if isinstance(event, Started | Answered):
                self._kept.pop((event.check, event.target), None)
            if isinstance(event, Planned):
                self._planned.update({(row.check, row.target): row for row in event.rows})
                self._waiting = {(row.check, row.target) for row in event.rows}
                self._total = len(event.rows)
                self._warnings = tuple(str(warning) for warning in event.warnings)
            elif isinstance(event, Started):
                self._running.add((event.check, event.target))
            elif isinstance(event, Answered):
                self._answered(event)
            elif isinstance(event, Trust):
                self.questions.append(event)
            else:
                self._end(event)
        self._tell()

    def _answered(self, event: Answered) -> None:
        where = (event.check, event.target)
        self._running.discard(where)
        self._waiting.discard(where)
        self._fresh.add(where)
        for key in [key for key in self._findings if key[:2] == where]:
            del self._findings[key]
        self._findings.update({finding.key: finding for finding in event.findings})
        if self._before is not None:
            old = [finding for finding in self._before.findings if (finding.check, finding.target) == where]
            for change in self.records.compared(event.findings, replace(self._before, findings=tuple(old))):
                if change.kind != "gone":
                    self._changes[change.key] = change.kind

    def _end(self, event: Ended) -> None:
        self._job = None
        self.last_end = event
        self._stopped = event.stopped
        # A run that broke down answers no more: what it left open must not look like the green of last week.
        for where in self._waiting | self._running:
            self._leave_out(where)
        self._running.clear()
        self._waiting.clear()

    def _leave_out(self, where: tuple[str, str]) -> None:
        row = self._planned.get(where)
        for key in [key for key in self._findings if key[:2] == where]:
            del self._findings[key]
        if row is not None:
            source = N_("The run ended before this was asked.")
            self._findings[(*where, "")] = Finding(
                row.check, row.target, "", Status.SKIPPED, Sentence(source), NOTHING, NOTHING, (), (), NOTHING,
                row.clause, (), self._clock(), 0.0, None, row.title, row.host,
            )  # fmt: skip

    # What is shown

    def board(self, today: date) -> Board:
        """Where every question stands. Made anew only when something changed: every bar of every screen asks."""
        version = self._version
        known = self._drawn
        if known is not None and known[:2] == (version, today):
            running = self._job is not None
            return replace(known[2], elapsed_s=time.monotonic() - self._began if running else 0.0)
        board = self._board(today)
        self._drawn = (version, today, board)
        return board

    @property
    def last_board(self) -> Board:
        """As it was drawn last; good enough for the top line while a run goes on."""
        return self._drawn[2] if self._drawn is not None else Board()

    def _board(self, today: date) -> Board:
        with self._lock:
            planned, findings = dict(self._planned), dict(self._findings)
            running, waiting = set(self._running), set(self._waiting)
            fresh, changes, job = set(self._fresh), dict(self._changes), self._job
            total, began, stopped, warnings = self._total, self._began, self._stopped, self._warnings
            kept = self._kept
        by_place: dict[tuple[str, str], list[Finding]] = {}
        for finding in findings.values():
            by_place.setdefault((finding.check, finding.target), []).append(finding)
        rows: list[BoardRow] = []
        for where in [*planned, *(where for where in by_place if where not in planned)]:
            made = kept.get(where)
            if made is None and (where in running or where in waiting):
                row = planned[where]
                state: RowState = "running" if where in running else "waiting"
                made = (BoardRow(row.check, row.target, "", row.title, row.host, row.clause, state),)
            elif made is None:
                made = tuple(
                    self._row(finding, fresh=where in fresh, change=changes.get(finding.key, ""), today=today)
                    for finding in by_place.get(where, ())
                )
            kept[where] = made
            rows += made
        measured = max((finding.measured_at for finding in findings.values()), default=None)
        return Board(
            tuple(rows),
            running=job is not None,
            stopped=stopped,
            done=total - len(running | waiting),
            total=total,
            elapsed_s=time.monotonic() - began if job is not None else 0.0,
            measured_at=measured,
            warnings=warnings,
        )

    def _row(self, finding: Finding, *, fresh: bool, change: ChangeKind, today: date) -> BoardRow:
        overlay = self.records.overlays.of(finding.key, today)
        text, quiet = "", False
        if overlay is not None and finding.status not in (Status.OK, Status.NA):
            text, quiet = str(overlay.sentence), overlay.quiets
        return BoardRow(
            finding.check,
            finding.target,
            finding.item,
            finding.title,
            finding.host,
            finding.clause,
            "done" if fresh else "old",
            finding,
            change,
            text,
            quiet,
        )

    def dues(self) -> tuple[DueLine, ...]:
        """What has to be done by a day, soonest first."""
        site = self.state.site
        lines = [DueLine(due.what, due.date, "other") for due in site.dues]
        for display in site.displays:
            if display.calibration_due is not None:
                name = " ".join(filter(None, (display.maker, display.model, display.serial and f"#{display.serial}")))
                what = _("{display} calibration").format(display=name or display.id)
                lines.append(DueLine(what, display.calibration_due, "calibration"))
        if site.contract.end is not None:
            lines.append(
                DueLine(_("Contract {number}").format(number=site.contract.number), site.contract.end, "contract")
            )
        return tuple(sorted(lines, key=lambda line: line.day))

    def fullest(self, rows: Iterable[BoardRow]) -> Finding | None:
        """The finding about the partition that is fullest."""
        used = [
            (metric.value, row.finding)
            for row in rows
            if row.finding is not None and row.check.startswith("disk.")
            for metric in row.finding.metrics
            if metric.name == "used_percent"
        ]
        return max(used, key=lambda pair: pair[0])[1] if used else None

    # Comparing and exporting

    def compare_with(self, run: CheckRun) -> tuple[Change, ...]:
        """What stands on the board against a run, which the board is compared with from now on. Raises StoreError."""
        before = self.records.with_findings(run)
        with self._lock:
            self._before = before
            now = tuple(self._findings.values())
        changes = self.records.compared(now, before)
        with self._lock:
            self._changes = {change.key: change.kind for change in changes if change.kind != "gone"}
            self._kept = {}
        self._tell()
        return changes

    def export(self, form: str, path: Path, operator: str) -> None:
        """Write what stands on the board: "md", "csv" or "json". Raises StoreError. Blocks."""
        with self._lock:
            findings = tuple(self._findings.values())
        counts = tuple((status, sum(found.status is status for found in findings)) for status in Status)
        status = worst(found.status for found in findings)
        now = self._clock()
        run = CheckRun(0, self.state.site.name, now, 0.0, status, self._stopped, operator, counts, findings)
        self.records.export(form, path.expanduser(), run)

    def note_of(self, check: str) -> Check | None:
        """The catalogue's entry of a check."""
        return self.records.note_of(check)
