"""One run in the history: what is written while it goes on, and what happens when nothing can be written any more."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from console.errors import ConsoleError
from console.model.check_run import Selection
from console.model.checks import Finding, Status
from console.store.history import History


class RunBook:
    """The history of one run. A disk that fills up ends the writing, never the run: what is found is still told."""

    def __init__(self, history: History) -> None:
        self._history = history
        self.run = 0
        """Number of the run; 0 while nothing is written."""
        self.problem = ""
        """Why nothing is written any more."""

    def begin(self, site: str, started: datetime, operator: str, selection: Selection) -> None:
        """The run begins."""
        with self._kept():
            self.run = self._history.begin(site, started, operator, selection)

    def add(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Write findings; the same with the moment since when each has stood like that."""
        if not self.run:
            return tuple(finding.with_since(finding.measured_at) for finding in findings)
        dated = findings
        with self._kept():
            dated = tuple(
                finding.with_since(self._history.since(finding.key, finding.status) or finding.measured_at)
                for finding in findings
            )
            self._history.add(self.run, dated)
        return dated

    def end(self, seconds: float, status: Status, stopped: bool) -> None:
        """The run is over."""
        if self.run:
            with self._kept():
                self._history.end(self.run, seconds, status, stopped)

    @contextmanager
    def _kept(self) -> Iterator[None]:
        try:
            yield
        except ConsoleError as error:
            self.run, self.problem = 0, self.problem or error.detail
