"""The checklists behind the screens: the site, the run that goes on, and where every question stands.

Screens ask for the board and are told when there is a newer one. A run happens in a process of its own; reading the
site file and the history may block, and is never done on the event loop.
"""

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from console.checks.compare import compare
from console.checks.job import CheckJob
from console.checks.overlays import Overlays
from console.demo.ward import FAULTS, faults_on, switch
from console.errors import ConsoleError
from console.i18n import N_, _
from console.model.board import Board, BoardRow, ChangeKind, DueLine, Trend
from console.model.check_run import Answered, CheckRun, Ended, Planned, PlannedRow, RunEvent, Selection, Started, Trust, TrustQuestion
from console.model.checks import Finding, Status
from console.model.sentence import Sentence
from console.model.site import Site
from console.checks.transports.hostkeys import HostKeys
from console.site.secrets import Secrets
from console.site.reading import find_site, load_site, this_machine
from console.store.history import History

Key = tuple[str, str, str]


@dataclass(frozen=True)
class SiteState:
    """The site file as it was read last."""

    site: Site
    """This machine alone, where there is no site file or it cannot be used."""
    path: Path | None = None
    error: ConsoleError | None = None
    """Why the file cannot be used."""


class CheckRoom:
    """What may be asked of the checklists. `load`, `past`, `trend` and all that changes records may block."""

    def __init__(self, home: Path, *, read_only: bool = False, site_path: Path | None = None) -> None:
        self.home = home
        self.read_only = read_only
        self.overlays = Overlays(home, read_only=read_only)
        """What people said of findings."""
        self.questions: list[Trust] = []
        """Host keys that wait for the operator's word."""
        self.last_end: Ended | None = None
        self.state = SiteState(Site(""), site_path)
        self._asked_for = site_path
        self._passphrase = ""
        self._lock = threading.Lock()
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

    def load(self) -> None:
        """Read the site file and the newest verdicts of earlier runs. Blocks; never raises: `state.error` says why."""
        path = find_site(self.home, self._asked_for)
        try:
            site = this_machine() if path is None else load_site(path)
            error = None
        except ConsoleError as trouble:
            site, error = this_machine(), trouble
        findings: dict[Key, Finding] = {}
        before: CheckRun | None = None
        try:
            history = History(self.home)
            history.open()
            with closing(history):
                findings = {finding.key: finding for finding in history.standing(site.name)}
                before = self._visit_before(history, site.name)
            self.overlays.load()
        except ConsoleError as trouble:
            error = error or trouble
        known = {host.id for host in site.hosts} | {""}
        with self._lock:
            self.state = SiteState(site, path, error)
            self._before = before
            if self._job is None:
                self._findings = {key: found for key, found in findings.items() if found.host in known}
                self._changes = {}
                self._planned = {}
        self._tell()

    @staticmethod
    def _visit_before(history: History, site: str) -> CheckRun | None:
        """The newest finished whole run: what later findings are compared with."""
        for run in history.runs(20):
            if run.site == site and not run.stopped and run.seconds > 0:
                return replace(run, findings=history.findings(run.id))
        return None

    def changed(self) -> None:
        """Have every screen draw anew."""
        self._tell()

    # Beginning and changing a site

    def learn_this_machine(self) -> Proposal:
        """What runs on this machine, for the operator to confirm. Raises ConsoleError. Blocks for seconds."""
        return learn_local()

    def write_learned(self, accepted: Proposal) -> Path:
        """Make, or extend, the site file with what was confirmed. Raises SiteErrors, StoreError. Blocks."""
        path = self.home / SITE_FILE
        write_proposal(path, accepted)
        self.load()
        return path

    def example(self) -> str:
        """The example site file that ships. Raises ConsoleError."""
        return resource("examples/site.toml").read_text("utf-8")

    def write_example(self) -> Path:
        """Put the example into the home folder, where there is no site file. Raises StoreError. Blocks."""
        path = self.home / SITE_FILE
        write_new(path, self.example())
        self.load()
        return path

    # What people say, and what leaves

    def log_groups(self, log: str) -> tuple[LogGroup, ...]:
        """Groups of a log, those that nobody has read first. Raises StoreError. Blocks."""
        return LogLedger(self.home).groups(log)

    def review(self, log: str, group: LogGroup, verdict: str, note: str, operator: str) -> LogGroup:
        """Keep what a person says of a group. Raises StoreError. Blocks."""
        return LogLedger(self.home).review(log, group.shape, verdict, note, operator, datetime.now().astimezone())

    def reply(self, check: str, target: str, status: Status, note: str, operator: str) -> None:
        """Keep a person's answer to a question. Raises StoreError. Blocks."""
        Answers(self.home).give(check, target, status, note, operator, datetime.now().astimezone())

    def runs(self) -> tuple[CheckRun, ...]:
        """Earlier runs of this site, newest first. Raises StoreError. Blocks."""
        with closing(History(self.home)) as history:
            history.open()
            return tuple(run for run in history.runs(50) if run.site == self.state.site.name)

    def compare_with(self, run: CheckRun) -> tuple[Change, ...]:
        """What stands on the board against a run, which the board is compared with from now on. Blocks."""
        with closing(History(self.home)) as history:
            history.open()
            before = replace(run, findings=history.findings(run.id))
        with self._lock:
            self._before = before
            now = list(self._findings.values())
        changes = tuple(compare(now, before.findings))
        with self._lock:
            self._changes = {change.key: change.kind for change in changes if change.kind != "gone"}
        self._tell()
        return changes

    def export(self, form: str, path: Path, today: date) -> None:
        """Write what stands on the board: "md", "csv" or "json". Raises StoreError. Blocks."""
        board = self.board(today)
        findings = tuple(row.finding for row in board.rows if row.finding is not None)
        text = {"md": to_markdown, "csv": to_csv, "json": to_json}[form](self._as_run(findings))
        write_export(path, text)

    def note_of(self, check: str) -> Check | None:
        """The catalogue's entry of a check."""
        return self._catalogue.check(check)

    # The practice site

    def faults(self) -> tuple[tuple[str, str, str, bool], ...]:
        """Of the practice site: (id, what happens, what the checks should say, whether it is on). Blocks."""
        on = faults_on(self.home)
        return tuple((fault.id, fault.name, fault.shows, fault.id in on) for fault in FAULTS)

    def switch_fault(self, fault: str) -> None:
        """Turn a fault of the practice site on, or off again. Raises StoreError. Blocks."""
        switch(self.home, faults_on(self.home) ^ {fault})

    # Secrets and host keys

    @property
    def passphrase(self) -> str:
        """Of the vault, once it was opened in this session; it stands nowhere but in memory."""
        return self._passphrase

    def vault_is_locked(self) -> bool:
        """Whether there is a vault that was not opened yet. Blocks."""
        return not self._passphrase and Secrets(self.home).has_vault

    def open_vault(self, passphrase: str) -> None:
        """Remember the passphrase when it is the right one. Raises SecretError, StoreError. Blocks."""
        Secrets(self.home, lambda: passphrase).check_vault()
        self._passphrase = passphrase

    def trust(self, question: TrustQuestion) -> None:
        """Keep a host key that the operator has compared. Raises StoreError. Blocks."""
        HostKeys(self.home).trust(question)

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
            listeners = list(self._listeners)
        for heard in listeners:
            heard()

    # Running

    @property
    def running(self) -> bool:
        """Whether a run goes on."""
        return self._job is not None

    def run(self, selection: Selection, operator: str, passphrase: str = "") -> bool:
        """Start; False when a run goes on already."""
        with self._lock:
            if self._job is not None:
                return False
            self._job = CheckJob(self.home, self.state.path, selection, operator=operator, passphrase=passphrase)
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
            for change in compare(event.findings, old):
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
            nothing = Sentence("")
            self._findings[(*where, "")] = Finding(
                row.check, row.target, "", Status.SKIPPED, Sentence(source), nothing, nothing, (), (), nothing,
                row.clause, (), datetime.now().astimezone(), 0.0, None, row.title, row.host,
            )  # fmt: skip

    # What is shown

    def board(self, today: date) -> Board:
        """Where every question stands."""
        with self._lock:
            planned, findings = dict(self._planned), dict(self._findings)
            running, waiting = set(self._running), set(self._waiting)
            fresh, changes, job = set(self._fresh), dict(self._changes), self._job
            total, began, stopped, warnings = self._total, self._began, self._stopped, self._warnings
        by_place: dict[tuple[str, str], list[Finding]] = {}
        for finding in findings.values():
            by_place.setdefault((finding.check, finding.target), []).append(finding)
        rows: list[BoardRow] = []
        for where in [*planned, *(where for where in by_place if where not in planned)]:
            if where in running or where in waiting:
                row = planned[where]
                state = "running" if where in running else "waiting"
                rows.append(BoardRow(row.check, row.target, "", row.title, row.host, row.clause, state))  # type: ignore[arg-type]
                continue
            for finding in by_place.get(where, ()):
                rows.append(self._row(finding, fresh=where in fresh, change=changes.get(finding.key, ""), today=today))
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
        overlay = self.overlays.of(finding.key, today)
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

    def trend(self, finding: Finding, limit: int = 60) -> Trend | None:
        """The first metric of a finding over time; None where there is none. Blocks."""
        if not finding.metrics:
            return None
        metric = finding.metrics[0]
        try:
            history = History(self.home)
            history.open()
            with closing(history):
                samples = history.samples(*finding.key, metric.name)
        except ConsoleError:
            return None
        values = tuple(sample.value for sample in samples[-limit:]) or (metric.value,)
        title = " ".join(filter(None, (str(finding.title), finding.target, finding.item)))
        return Trend(title, values, metric.unit, str(finding.measured))

    def fullest(self, rows: Iterable[BoardRow]) -> Finding | None:
        """The finding about the partition that is fullest."""
        used = [
            (metric.value, row.finding)
            for row in rows
            if row.finding is not None
            for metric in row.finding.metrics
            if metric.name == "used_percent"
        ]
        return max(used, key=lambda pair: pair[0])[1] if used else None
