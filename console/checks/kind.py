"""What one kind of check is made of: which things it looks at, what it asks, and how it judges the answer.

A kind is one module in `console.checks.kinds` that ends with `KIND = Kind(...)`; the catalogue (data/checks/*.toml)
makes checks of it. Judging is pure: answers, limits and history go in, verdicts come out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from console.checks.raw import Probe, Raw
from console.model.checks import Status, Verdict
from console.model.sentence import NO_WORDS, Sentence, Words
from console.model.site import NO_LIMITS, Limits, Site


class NotKnown(Exception):
    """Raised while judging: the answer cannot be had or understood. Becomes UNKNOWN, with the sentence as reason."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True)
class Check:
    """One entry of the catalogue."""

    id: str
    """Such as "disk.used"."""
    kind: str
    """Name of the kind."""
    title: Words
    contract: tuple[str, ...] = ()
    """Clauses of the service contract."""
    standard: tuple[str, ...] = ()
    """Clauses of public standards."""
    threshold: str = ""
    """Name of the site's threshold that replaces `limits`, where site or host set it."""
    limits: Limits = NO_LIMITS
    """Built-in limits, in the quantity's own unit."""
    missing: Status = Status.UNKNOWN
    """What it means when nothing was there to judge."""
    timeout_s: float = 10.0
    roles: tuple[str, ...] = ()
    """Only hosts of these roles; empty means all."""
    hosts: tuple[str, ...] = ()
    """Only these hosts; empty means all."""
    system: str = ""
    """"linux" or "windows" where only one can answer; else empty."""
    mode: str = "auto"
    """"auto", "manual" or "hybrid"."""
    privilege: Words = NO_WORDS
    """What it needs beyond an ordinary account, in words."""
    rationale: Words = NO_WORDS
    remedy: Words = NO_WORDS
    params: Mapping[str, Any] = field(default_factory=dict)
    """Whatever else the kind understands, as the TOML holds it."""


@dataclass(frozen=True)
class Target:
    """One thing that a check looks at."""

    id: str
    """Id of the host, queue, log … in the site file."""
    host: str = ""
    """Host that is asked; empty when the console asks by itself or nobody is asked."""
    thing: Any = None
    """The noun of console.model.site that it is."""


class Sample(Protocol):
    """A value of the history."""

    @property
    def at(self) -> datetime: ...
    @property
    def value(self) -> float: ...


class Past(Protocol):
    """What earlier runs measured."""

    def samples(self, check: str, target: str, item: str, metric: str) -> Sequence[Sample]:
        """Values of a metric, oldest first."""
        ...


class NoPast:
    """A first visit."""

    def samples(self, check: str, target: str, item: str, metric: str) -> Sequence[Sample]:
        return ()


NO_PAST = NoPast()


class Vault(Protocol):
    """Where secrets come from."""

    def secret(self, name: str) -> str | None:
        """The password of that name; None when nobody knows it."""
        ...


@dataclass(frozen=True)
class Wanted:
    """What a kind is given when it says what to ask."""

    check: Check
    target: Target
    site: Site
    notes: Any = None
    """What the kind's `recall` brought."""


@dataclass(frozen=True)
class Asking:
    """What a kind that asks by itself (a web page, a DICOM node) is given."""

    check: Check
    target: Target
    site: Site
    deadline: float
    """time.monotonic() value after which nobody listens any more."""
    secrets: Vault


@dataclass(frozen=True)
class Asked:
    """What an evaluator is given. `answers` holds one Raw for each probe, in the order of `Kind.probes`."""

    check: Check
    target: Target
    site: Site
    answers: tuple[Raw, ...]
    limits: Limits
    """The check's, the site's or the host's own, whichever is nearest."""
    now: datetime
    """This machine's clock, with zone."""
    past: Past = NO_PAST
    notes: Any = None
    """What the kind's `recall` brought from the home folder: reviewed log groups, dates, answers of a person."""

    @property
    def answer(self) -> Raw:
        """The only answer, complete; NotKnown with the reason when it is not."""
        return complete(self.answers[0])


def unknown(why: Sentence, item: str = "") -> Verdict:
    """The verdict when the answer cannot be had."""
    return Verdict(item, Status.UNKNOWN, why)


def complete(raw: Raw) -> Raw:
    """`raw` itself, or NotKnown with the reason why it is not the whole answer."""
    if raw.trouble:
        raise NotKnown(raw.trouble)
    return raw


def _no_probes(wanted: "Wanted") -> tuple[Probe, ...]:
    return ()


@dataclass(frozen=True)
class Kind:
    """One kind of check."""

    name: str
    targets: Callable[[Check, Site], Sequence[Target]]
    """The things to look at; none means that the site has nothing of the sort, and no finding comes."""
    judge: Callable[[Asked], Sequence[Verdict]]
    """Pure. Raises NotKnown; ValueError and the like mean an answer that nobody understands. Never OK on nothing."""
    probes: Callable[["Wanted"], tuple[Probe, ...]] = _no_probes
    """What is asked of the target's host."""
    elsewhere: Callable[["Wanted"], tuple[tuple[str, Probe], ...]] | None = None
    """What is asked of other hosts, (host id, probe); their answers follow those of `probes`."""
    recall: Callable[["Wanted", Path], Any] | None = None
    """Brings what the home folder (second argument) remembers, before anything is asked; becomes `notes`."""
    keep: Callable[["Asked", Path], None] | None = None
    """Writes into the home folder what has to be remembered, after judging; whole or not at all."""
    ask: Callable[[Asking], Raw] | None = None
    """Asks by itself, within the deadline, in a thread that may be abandoned; one Raw becomes the only answer."""
    shown: Callable[[Raw], bytes] | None = None
    """What of an answer may stand in the evidence, where that is not all of it: log lines name patients."""
    again_after: timedelta | None = None
    """Ask a second time after so long and judge both answers (a queue that does not drain): answers = first, second."""
    confirm: bool = False
    """Ask once more before CRIT is believed (network checks flap)."""
