"""What a host gave for all questions of a run."""

from dataclasses import dataclass

from console.checks.raw import Raw
from console.model.check_run import TrustQuestion
from console.model.checks import Verdict
from console.model.sentence import NOTHING, Sentence


@dataclass(frozen=True)
class HostAnswer:
    """The answers of one host, also when it gave none."""

    host: str
    """Id in the site file."""
    answers: tuple[Raw, ...]
    """One for each probe, in the order of the question; where there is no answer, its `trouble` says why."""
    findings: tuple[Verdict, ...] = ()
    """About the connection itself: a changed host key (CRIT), weak algorithms (WARN), the age of a bundle."""
    needs_trust: TrustQuestion | None = None
    """A host key that nobody has confirmed yet; then no login was tried."""
    trouble: Sentence = NOTHING
    """Why the host could not be asked at all; the answers carry the same sentence. Empty when it was asked."""
