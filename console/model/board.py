"""What the checklists and the home page show: rows that wait, run, and have their verdict."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from console.model.checks import SEVERITY, Finding, Status
from console.model.sentence import Words

RowState = Literal["waiting", "running", "done", "old"]
"""old: the verdict of an earlier run, not asked again yet."""
ChangeKind = Literal["", "new", "worse", "better", "fixed"]


@dataclass(frozen=True)
class BoardRow:
    """One line of a checklist."""

    check: str
    target: str
    item: str
    title: Words
    host: str
    clause: tuple[str, ...]
    state: RowState
    finding: Finding | None = None
    change: ChangeKind = ""
    """Against the last visit."""
    overlay: str = ""
    """Acknowledged, or accepted risk: a short text with who and until when; empty otherwise."""
    quiet: bool = False
    """An overlay is in force: it counts no more among what is wrong, and its status stands as it is."""

    @property
    def key(self) -> str:
        """The same row in the next board."""
        return "\x1f".join((self.check, self.target, self.item))

    @property
    def status(self) -> Status | None:
        """The verdict, None before there is one."""
        return self.finding.status if self.finding is not None else None

    @property
    def rank(self) -> int:
        """Worst first; what has no verdict stands between warnings and OK."""
        if self.finding is None:
            return SEVERITY.index(Status.MANUAL)
        return SEVERITY.index(self.finding.status) + (len(SEVERITY) if self.quiet else 0)


@dataclass(frozen=True)
class DueLine:
    """Something that has to be done by a day."""

    what: str
    day: date
    kind: Literal["action", "calibration", "contract", "inspection", "other", "risk"]


@dataclass(frozen=True)
class Trend:
    """Values of one number over time, for a small chart."""

    title: str
    values: tuple[float, ...]
    """Oldest first."""
    unit: str
    latest: str
    """The last value as text."""
    outlook: str = ""
    """When it will be full, where that is known."""


@dataclass(frozen=True)
class Board:
    """All rows at one moment."""

    rows: tuple[BoardRow, ...] = ()
    """In the order of the plan."""
    running: bool = False
    stopped: bool = False
    done: int = 0
    total: int = 0
    """Questions of the run that goes on: answered, and all."""
    elapsed_s: float = 0.0
    measured_at: datetime | None = None
    """When the newest verdict was made."""

    def counts(self) -> Counter[Status]:
        """Verdicts by status; those that are acknowledged or accepted are left out."""
        return Counter(row.finding.status for row in self.rows if row.finding is not None and not row.quiet)

    def of_host(self, host: str) -> tuple[BoardRow, ...]:
        """The rows of one host; "" for what belongs to none."""
        return tuple(row for row in self.rows if row.host == host)


def worst_first(rows: Iterable[BoardRow]) -> list[BoardRow]:
    """The rows by severity, in the order of the plan within the same."""
    return sorted(rows, key=lambda row: row.rank)


def problems(rows: Sequence[BoardRow]) -> list[BoardRow]:
    """What is not in order, worst first: no OK, nothing that does not apply, nothing that somebody has taken on."""
    fine = (Status.OK, Status.NA)
    return worst_first(row for row in rows if row.finding is not None and not row.quiet and row.status not in fine)
