"""Nouns of the checklists: what a check says about one thing, and what proves it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from console.model.sentence import NO_WORDS, NOTHING, Said, Sentence, Words


class Status(StrEnum):
    """Verdict of a check. The last three, and UNKNOWN, always carry a reason."""

    OK = "OK"
    WARN = "WARN"
    CRIT = "CRIT"
    UNKNOWN = "UNKNOWN"
    """It could not be known. Never green."""
    NA = "NA"
    """The question does not apply here."""
    MANUAL = "MANUAL"
    """A person has to look."""
    SKIPPED = "SKIPPED"
    """Not asked: the run was stopped, or the operator left it out."""


SEVERITY = (Status.CRIT, Status.UNKNOWN, Status.WARN, Status.MANUAL, Status.OK, Status.SKIPPED, Status.NA)
"""Worst first: what is not known outranks a warning."""


def worst(statuses: Iterable[Status]) -> Status:
    """The status that stands for several: the worst of them, UNKNOWN for none at all."""
    return min(statuses, key=SEVERITY.index, default=Status.UNKNOWN)


@dataclass(frozen=True)
class Metric:
    """One number that a check measured."""

    name: str
    """Field name such as "used_percent"; stable, scripts and history rely on it."""
    value: float
    unit: str = ""
    """"%", "bytes", "s", "count", "ms", "" (ratio)."""
    warn: float | None = None
    crit: float | None = None
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Evidence:
    """What was asked and what came back: proof for the person who signs."""

    command: str
    """The command, address or SQL as it was run, secrets taken out."""
    output: str
    """Raw answer as text, secrets taken out, capped; line breaks stay, other control characters do not."""
    sha256: str
    """Of the whole raw answer, before it was capped and decoded."""
    truncated: bool
    measured_at: datetime
    """When it was asked, with zone."""
    tool: str
    """By what way, such as "ssh inspector@10.0.0.2", and the console's version."""


@dataclass(frozen=True)
class Verdict:
    """What an evaluator says of one item: everything that is not known from the check and the answer."""

    item: str
    """What it is about within the target: a mount point, a service, a file. Empty when the target is all."""
    status: Status
    summary: Sentence
    """One sentence that stands alone."""
    measured: Sentence = NOTHING
    """The measured value, short, for a column of ten cells."""
    expected: Sentence = NOTHING
    """What it was held against, short."""
    metrics: tuple[Metric, ...] = ()
    remedy: Sentence = NOTHING
    """Instead of the check's own remedy, where the value decides what to do."""


@dataclass(frozen=True)
class Finding:
    """A verdict with where it comes from and what proves it. Identified by (check, target, item)."""

    check: str
    """Id in the catalogue, such as "disk.used"."""
    target: str
    """Id in the site file: a host, a queue, a log, an interface."""
    item: str
    status: Status
    summary: Sentence
    measured: Sentence
    expected: Sentence
    metrics: tuple[Metric, ...]
    evidence: tuple[Evidence, ...]
    remedy: Said
    """What to do; may hold a command to copy."""
    clause: tuple[str, ...]
    """Ids of the service contract, such as "D3"."""
    standard: tuple[str, ...]
    """Clauses of public standards, such as "GB/T 22239-2019 8.1.4.9 a)"."""
    measured_at: datetime
    seconds: float
    """How long the answer took."""
    since: datetime | None = None
    """Since when it has had this status without a break, as far as the history goes."""
    title: Words = NO_WORDS
    """The check's title."""
    host: str = ""
    """Id of the host that it was asked on or about; empty for what belongs to no host."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same finding in another run."""
        return self.check, self.target, self.item

    def with_since(self, since: datetime | None) -> "Finding":
        """The same finding, with the moment its status began."""
        return replace(self, since=since)
