"""What people add to the checklists, and what leaves them: reviews, answers, comparisons, exports. Calls may block."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from console.checks.answers import Answers
from console.checks.catalogue import Catalogue, load
from console.checks.exports import to_csv, to_json, to_markdown
from console.checks.kind import Check
from console.checks.logs.ledger import LogLedger
from console.checks.overlays import Overlays
from console.errors import ConsoleError
from console.model.answers import Said
from console.model.board import Trend
from console.model.check_run import CheckRun
from console.model.checks import Finding
from console.model.logs import LogGroup, ReviewVerdict
from console.store.files import replace_file
from console.store.history import History

FORMS: dict[str, Callable[[CheckRun], str]] = {"md": to_markdown, "csv": to_csv, "json": to_json}
"""What a run can be exported as, by the ending of the file."""
Key = tuple[str, str, str]


class CheckDesk:
    """The records around the checks of one home folder."""

    def __init__(self, home: Path, *, read_only: bool, clock: Callable[[], datetime]) -> None:
        self.home = home
        self.read_only = read_only
        """True when another console holds the home folder."""
        self.overlays = Overlays(home, read_only=read_only)
        self._clock = clock
        self._catalogue: Catalogue | None = None
        self._put_aside = ""
        """What the history said about a damaged file."""

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences about damaged files, and about entries of the catalogue that cannot be used."""
        problems = self._catalogue.problems if self._catalogue is not None else ()
        return (*filter(None, (self.overlays.notice, self._put_aside)), *(str(problem) for problem in problems))

    def load(self) -> None:
        """Read catalogue and overlays. Raises StoreError."""
        self._catalogue = load(self.home)
        self.overlays.load()

    def note_of(self, check: str) -> Check | None:
        """The catalogue's entry of a check; does not block."""
        return self._catalogue.check(check) if self._catalogue is not None else None

    # What people say

    def acknowledge(self, key: Key, who: str, why: str, until: date) -> bool:
        """Somebody works on it. Raises UsageError, StoreError."""
        self.overlays.acknowledge(key, who, why, until, self._clock())
        return True

    def accept_risk(self, key: Key, who: str, agreed: str, why: str, expires: date) -> bool:
        """The hospital lives with it until a day. Raises UsageError, StoreError."""
        self.overlays.accept_risk(key, who, agreed, why, expires, self._clock())
        return True

    def take_back(self, key: Key, who: str) -> bool:
        """It counts again. Raises StoreError."""
        self.overlays.take_back(key, who, self._clock())
        return True

    def log_groups(self, log: str) -> tuple[LogGroup, ...]:
        """Groups of a log, those that nobody has read first. Raises StoreError."""
        return LogLedger(self.home).groups(log)

    def review(self, log: str, group: LogGroup, verdict: ReviewVerdict, note: str, operator: str) -> LogGroup:
        """Keep what a person says of a group. Raises UsageError, StoreError."""
        return LogLedger(self.home).review(log, group.shape, verdict, note, operator, self._clock())

    def reply(self, check: str, target: str, said: Said, note: str, evidence: str, operator: str) -> bool:
        """Keep a person's answer to a question; `evidence` is a path or empty. Raises UsageError, StoreError."""
        answers = Answers(self.home, read_only=self.read_only)
        path = Path(evidence).expanduser() if evidence else None
        answers.answer(check, target, said, by=operator, at=self._clock(), note=note, evidence=path)
        return True

    # Earlier runs

    def standing(self, site: str) -> tuple[Finding, ...]:
        """Where every question stood when it was asked last. Raises StoreError."""
        with closing(self._history()) as history:
            return history.standing(site)

    def runs(self, site: str) -> tuple[CheckRun, ...]:
        """Earlier runs of a site, newest first. Raises StoreError."""
        with closing(self._history()) as history:
            return history.runs(50, site)

    def with_findings(self, run: CheckRun) -> CheckRun:
        """A run of the list with what it found. Raises StoreError."""
        with closing(self._history()) as history:
            return replace(run, findings=history.findings(run.id))

    def trend(self, site: str, finding: Finding, limit: int = 60) -> Trend | None:
        """The first metric of a finding over time; None where there is none, or where the history cannot be read."""
        if not finding.metrics:
            return None
        metric = finding.metrics[0]
        try:
            with closing(self._history()) as history:
                history.look_at(site)
                samples = history.samples(*finding.key, metric.name)
        except ConsoleError:
            return None
        values = tuple(sample.value for sample in samples[-limit:]) or (metric.value,)
        title = " ".join(filter(None, (str(finding.title), finding.target, finding.item)))
        return Trend(title, values, metric.unit, str(finding.measured))

    def export(self, form: str, path: Path, run: CheckRun) -> None:
        """Write a run to a file of the operator's choice. Raises StoreError."""
        replace_file(path, FORMS[form](run).encode())

    def _history(self) -> History:
        history = History(self.home)
        history.open()
        self._put_aside = history.notice or self._put_aside
        return history
