"""A run: plan, ask every host once, judge as answers come, write the history, tell whoever watches.

All waiting happens in threads that can be left behind (console.checks.crew). Judging and writing happen in the thread
that calls `Runner.run`.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from console.checks.access import ACCESS, access_verdicts
from console.checks.asking import ask_host
from console.checks.book import RunBook
from console.checks.catalogue import Catalogue
from console.checks.crew import Crew
from console.checks.judging import Judge
from console.checks.kind import Asking, Vault, unknown
from console.checks.plan import Row, plan, probes_of
from console.checks.preflight import warnings_of
from console.checks.raw import SYSTEM, Probe, Raw
from console.checks.transports.answer import HostAnswer
from console.checks.transports.hostkeys import HostKeys
from console.errors import ConsoleError
from console.i18n import N_
from console.model.check_run import Answered, CheckRun, Ended, Planned, RunEvent, Selection, Started, Trust
from console.model.checks import Finding, Status, Verdict, worst
from console.model.clock import local_now
from console.model.sentence import Sentence
from console.model.site import Host, Site
from console.store.history import History

HOST_BUDGET_S = 60.0
"""A host may take so long for all its questions, connecting included."""

CONNECT_S = 20.0
_HOSTS_AT_ONCE = 16
_CONFIRM_S = 5.0


Question = tuple[str, str, tuple[str, ...]]
"""Host, probe and its arguments: the same one with two limits is one question."""


def _question(host: str, probe: Probe) -> Question:
    return host, probe.name, probe.args


@dataclass
class _State:
    """What has been answered so far."""

    answers: dict[Question, Raw] = field(default_factory=dict)
    first: dict[tuple[str, str], tuple[Raw, ...]] = field(default_factory=dict)
    """First answers of rows that are asked twice."""
    open: dict[tuple[str, str], Row] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


@dataclass
class Runner:
    """Runs the checklists of one site."""

    home: Path
    site: Site
    catalogue: Catalogue
    secrets: Vault
    history: History
    host_keys: HostKeys
    hide: Callable[[str], str] = str
    """Takes every known secret out of a text."""
    operator: str = ""
    clock: Callable[[], datetime] = local_now
    budget_s: float = HOST_BUDGET_S

    def run(
        self, selection: Selection, on_event: Callable[[RunEvent], None], cancelled: Callable[[], bool]
    ) -> CheckRun:
        """Ask and judge everything of the selection; returns when the last row has its verdict.

        `on_event` is called in this thread. Raises StoreError when the history cannot be opened; a full disk later
        makes the run end with its problem, and the findings are still handed over.
        """
        began, started = time.monotonic(), self.clock()
        rows = plan(self.catalogue, self.site, selection, self.home)
        judge = Judge(self.site, self.history, self.clock, self.hide)
        state = _State(open={row.key: row for row in rows})
        warnings = warnings_of(self.catalogue, rows)
        if self.history.notice:
            warnings = (Sentence(N_("{why}"), {"why": self.history.notice}), *warnings)
        on_event(Planned(tuple(row.planned for row in rows), warnings))
        book = RunBook(self.history)
        book.begin(self.site.name, started, self.operator, selection)
        stopped = _Work(self, judge, state, on_event, book, cancelled).do(rows)
        status = worst(finding.status for finding in state.findings)
        seconds = time.monotonic() - began
        book.end(seconds, status, stopped)
        on_event(Ended(book.run, status, seconds, stopped, book.problem))
        counts = tuple((each, sum(f.status is each for f in state.findings)) for each in Status)
        return CheckRun(
            book.run, self.site.name, started, seconds, status, stopped, self.operator, counts, tuple(state.findings)
        )


class _Work:
    """The moving parts of one run."""

    def __init__(
        self,
        runner: Runner,
        judge: Judge,
        state: _State,
        on_event: Callable[[RunEvent], None],
        book: RunBook,
        cancelled: Callable[[], bool],
    ) -> None:
        self.runner = runner
        self.judge = judge
        self.state = state
        self.tell = on_event
        self.book = book
        self.cancelled = cancelled
        self.crew = Crew(_HOSTS_AT_ONCE)

    def do(self, rows: Sequence[Row]) -> bool:
        """Ask, judge, tell; True when it was stopped."""
        for row in rows:
            if row.trouble:
                self._answer(row, (unknown(row.trouble),), ())
            elif row.kind is not None and row.kind.ask is not None:
                self._ask(row)
            elif row.kind is not None and not row.probes:
                self._judge(row, ())
        for host in self._troubled_first():
            if probes := probes_of(rows, host.id):
                self._ask_host(host, probes)
        while self.crew.pending and self.state.open:
            if self.cancelled():
                self._close(Status.SKIPPED, Sentence(N_("The run was stopped before this was asked.")))
                return True
            done = self.crew.next(0.1, self._begun)
            if done is not None:
                (what, subject), result = done
                if what == "host":
                    host, probes, again = subject
                    self._host_done(host, probes, again, result)
                else:
                    self._row_done(subject, result, last=what == "again")
        # No row may vanish, whatever became of its answers.
        self._close(Status.UNKNOWN, Sentence(N_("The run ended before this was answered.")))
        return False

    def _troubled_first(self) -> list[Host]:
        """The hosts, those first that gave no answer the last time: their deadlines pass while the others work."""

        def silent(host: Host) -> bool:
            try:
                return self.runner.history.since((ACCESS.id, host.id, ""), Status.UNKNOWN) is not None
            except ConsoleError:
                return False

        return sorted(self.runner.site.hosts, key=silent, reverse=True)

    def _begun(self, key: tuple[str, Any]) -> None:
        what, subject = key
        if what == "row":
            self.tell(Started(*subject.key))
        elif what == "host":
            host, probes, _round = subject
            asked = {_question(host.id, probe) for probe in probes}
            for row in self.state.open.values():
                if any(_question(*question) in asked for question in row.probes):
                    self.tell(Started(*row.key))

    def _ask_host(self, host: Host, probes: tuple[Probe, ...], delay_s: float = 0.0, again: bool = False) -> None:
        limit = min(CONNECT_S + sum(probe.limit_s for probe in probes), self.runner.budget_s)
        runner = self.runner

        def work(deadline: float) -> HostAnswer:
            return ask_host(host, probes, runner.secrets, runner.host_keys, runner.home, deadline, self.cancelled)

        self.crew.put(("host", (host, probes, again)), limit, work, delay_s)

    def _ask(self, row: Row, delay_s: float = 0.0, again: bool = False) -> None:
        asks = row.kind.ask if row.kind is not None else None
        assert asks is not None
        runner = self.runner

        def work(deadline: float) -> Raw:
            return asks(Asking(row.check, row.target, runner.site, deadline, runner.secrets))

        self.crew.put(("again" if again else "row", row), row.check.timeout_s, work, delay_s)

    def _row_done(self, row: Row, raw: Raw | None, *, last: bool) -> None:
        if raw is None:
            source = N_("No answer within {seconds} s.")
            raw = Raw(
                Probe(row.check.kind), "json", trouble=Sentence(source, {"seconds": f"{row.check.timeout_s:g}"}),
                started=self.runner.clock(), seconds=row.check.timeout_s,
            )  # fmt: skip
        assert row.kind is not None
        if row.kind.confirm and not last:
            _asked, findings = self.judge.findings(row, (raw,))
            if any(finding.status is Status.CRIT for finding in findings):
                # A network that hiccups once is not down.
                self._ask(row, float(row.check.params.get("confirm_after_s", _CONFIRM_S)), again=True)
                return
        self._judge(row, (raw,))

    def _host_done(self, host: Host, probes: tuple[Probe, ...], again: bool, answer: HostAnswer | None) -> None:
        if answer is None:
            source = N_("{host} gave no answer in time; it was given up.")
            trouble = Sentence(source, {"host": host.label})
            now = self.runner.clock()
            raws = tuple(Raw(probe, "posix", trouble=trouble, started=now) for probe in probes)
            answer = HostAnswer(host.id, raws, ())
        if answer.needs_trust is not None:
            self.tell(Trust(answer.needs_trust))
        for probe, raw in zip(probes, answer.answers, strict=True):
            self.state.answers[_question(host.id, probe)] = raw
        access = self.state.open.get((ACCESS.id, host.id))
        if access is not None:
            self._answer(
                access, access_verdicts(host, answer), tuple(raw for raw in answer.answers if raw.probe == SYSTEM)
            )
        asked = {_question(host.id, probe) for probe in probes}
        for row in list(self.state.open.values()):
            if row.kind is not None and any(_question(*question) in asked for question in row.probes):
                self._maybe_judge(row, again)

    def _maybe_judge(self, row: Row, again: bool) -> None:
        found = [self.state.answers.get(_question(host, probe)) for host, probe in row.probes]
        raws = tuple(raw for raw in found if raw is not None)
        if len(raws) < len(found):
            return
        assert row.kind is not None
        if row.kind.again_after is None:
            self._judge(row, raws)
        elif row.key in self.state.first:
            if again:
                self._judge(row, (*self.state.first[row.key], *raws))
        elif any(raw.trouble for raw in raws):
            self._judge(row, raws)
        else:
            self.state.first[row.key] = raws
            for host_id in dict(row.probes):
                host = self.runner.site.host(host_id)
                assert host is not None
                mine = tuple(probe for where, probe in row.probes if where == host_id)
                self._ask_host(host, mine, row.kind.again_after.total_seconds(), again=True)

    def _judge(self, row: Row, raws: tuple[Raw, ...]) -> None:
        system = _system(raws)
        if row.check.system and system and system != row.check.system:
            source = N_("This check is for {system} only.")
            name = {"linux": "Linux", "windows": "Windows"}[row.check.system]
            self._answer(row, (Verdict("", Status.NA, Sentence(source, {"system": name})),), raws)
            return
        asked, findings = self.judge.findings(row, raws)
        assert row.kind is not None
        try:
            if row.kind.keep is not None:
                row.kind.keep(asked, self.runner.home)
        except ConsoleError as error:
            # What cannot be remembered would be found again, or lost: either way it is not known.
            why = Sentence(N_("{why}"), {"why": error.detail})
            findings = (
                *findings,
                self.judge.finding(row.check, row.target, unknown(why, "home"), raws, row.kind.shown),
            )
        self._done(row, findings)

    def _answer(self, row: Row, verdicts: tuple[Verdict, ...], raws: tuple[Raw, ...]) -> None:
        self._done(row, tuple(self.judge.finding(row.check, row.target, verdict, raws) for verdict in verdicts))

    def _done(self, row: Row, findings: tuple[Finding, ...]) -> None:
        dated = self.book.add(findings)
        self.state.open.pop(row.key, None)
        self.state.findings.extend(dated)
        self.tell(Answered(*row.key, dated))

    def _close(self, status: Status, why: Sentence) -> None:
        """A verdict for every row that is still open."""
        self.crew.drop()
        for row in list(self.state.open.values()):
            self._answer(row, (Verdict("", status, why),), ())


def _system(raws: Sequence[Raw]) -> str:
    """Which system answered; empty when nobody knows."""
    return next((raw.system for raw in raws if raw.system), "")


def run_checks(
    home: Path,
    site: Site,
    selection: Selection,
    on_event: Callable[[RunEvent], None],
    cancelled: Callable[[], bool],
    *,
    secrets: Vault | None = None,
    operator: str = "",
) -> CheckRun:
    """A whole run with what the home folder holds: catalogue, secrets, host keys, history."""
    from console.checks.catalogue import load
    from console.site.secrets import Redactor, Secrets

    redactor = Redactor()
    with ExitStack() as stack:
        history = History(home)
        history.open()
        stack.callback(history.close)
        runner = Runner(
            home, site, load(home), redactor.watching(secrets or Secrets(home)), history, HostKeys(home), redactor.text,
            operator,
        )  # fmt: skip
        return runner.run(selection, on_event, cancelled)
