"""The checklists behind the screens: the site, the run that goes on, and where every question stands.

Screens ask for the board and are told when there is a newer one. A run happens in a process of its own; reading the
site file and the history may block, and is never done on the event loop.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from console.checkboard import CheckBoard
from console.checkdesk import CheckDesk
from console.checks.compare import Change
from console.checks.job import CheckJob
from console.checks.kind import Check
from console.demo.ward import FAULTS, faults_on, switch
from console.errors import ConsoleError
from console.i18n import _
from console.model.board import Board, BoardRow, DueLine
from console.model.check_run import CheckRun, Ended, RunEvent, Selection, Trust
from console.model.checks import Finding, Status, worst
from console.sitedesk import SiteDesk, SiteState


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
        self.trouble: ConsoleError | None = None
        """Why the site file or the history cannot be used."""
        self._clock = clock
        self._lock = threading.Lock()
        """Guards all that follows: a run tells of itself from a thread of its own."""
        self._state = CheckBoard()
        self._version = 0
        """Counts changes; the board that was drawn last is good until the next."""
        self._drawn: tuple[int, date, Board] | None = None
        self._listeners: list[Callable[[], None]] = []
        self._job: CheckJob | None = None

    # The site and what is known already

    @property
    def state(self) -> SiteState:
        """The site as it was read last."""
        return self.desk.state

    def load(self) -> None:
        """Read the site file and where every question stood. Blocks; never raises: `trouble` says why."""
        state = self.desk.load()
        findings: tuple[Finding, ...] = ()
        before: CheckRun | None = None
        trouble = state.error
        try:
            self.records.load()
            known = {host.id for host in state.site.hosts} | {""}
            findings = tuple(found for found in self.records.standing(state.site.name) if found.host in known)
            runs = [run for run in self.records.runs(state.site.name) if not run.stopped]
            before = self.records.with_findings(runs[0]) if runs else None
        except ConsoleError as error:
            trouble = trouble or error
        with self._lock:
            self.trouble = trouble
            self._state.compare_with(before)
            if self._job is None:
                self._state.know(findings)
            self.ready = True
        self._tell()

    def changed(self) -> None:
        """Have every screen draw anew."""
        with self._lock:
            self._state.redraw()
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
        with self._lock:
            self._version += 1
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
            self._state.begin()
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
            self._state.hear(event, self._clock())
            if isinstance(event, Trust):
                self.questions.append(event)
            elif isinstance(event, Ended):
                self._job = None
                self.last_end = event
        self._tell()

    # What is shown

    def board(self, today: date) -> Board:
        """Where every question stands. Made anew only when something changed: every bar of every screen asks."""
        with self._lock:
            version, known = self._version, self._drawn
            if known is not None and known[:2] == (version, today):
                return replace(known[2], elapsed_s=self._state.elapsed_s)
            board = self._state.board(today, self.records.overlays)
            self._drawn = (version, today, board)
        return board

    @property
    def last_board(self) -> Board:
        """As it was drawn last; good enough for the top line while a run goes on."""
        return self._drawn[2] if self._drawn is not None else Board()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the operator should know about the checks themselves: what was put aside, what cannot be asked, why."""
        with self._lock:
            warnings = self._state.warnings
        trouble = (str(self.trouble),) if self.trouble is not None else ()
        return tuple(dict.fromkeys((*trouble, *self.records.notices, *(str(warning) for warning in warnings))))

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
            changes = self._state.compare_with(before)
        self._tell()
        return changes

    def export(self, form: str, path: Path, operator: str) -> None:
        """Write what stands on the board: "md", "csv" or "json". Raises StoreError. Blocks."""
        with self._lock:
            findings, stopped = self._state.findings, self._state.stopped
        counts = tuple((status, sum(found.status is status for found in findings)) for status in Status)
        status = worst(found.status for found in findings)
        now = self._clock()
        run = CheckRun(0, self.state.site.name, now, 0.0, status, stopped, operator, counts, findings)
        self.records.export(form, path.expanduser(), run)

    def note_of(self, check: str) -> Check | None:
        """The catalogue's entry of a check."""
        return self.records.note_of(check)
