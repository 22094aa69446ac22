"""What changed between two visits: new, worse, better, fixed, gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from console.model.checks import SEVERITY, Finding, Status

Kind = Literal["new", "worse", "better", "fixed", "gone"]
_FINE = (Status.OK, Status.NA)


@dataclass(frozen=True)
class Change:
    """One finding that is not what it was."""

    key: tuple[str, str, str]
    """Check, target, item."""
    kind: Kind
    before: Finding | None
    """None where nobody had asked before."""
    after: Finding | None
    """None where it is not asked any more."""


def compare(now: Iterable[Finding], before: Iterable[Finding]) -> tuple[Change, ...]:
    """The changes, worst first. Only verdicts are compared: a number may move without anything being new.

    new: it is wrong and was in order, or was not there; fixed: the other way round; worse and better: wrong before and
    after; gone: it was wrong and is not asked any more. What was skipped says nothing about either visit.
    """
    old = {finding.key: finding for finding in before if finding.status is not Status.SKIPPED}
    fresh = {finding.key: finding for finding in now if finding.status is not Status.SKIPPED}
    changes = [change for key, after in fresh.items() if (change := change_of(after, old.get(key))) is not None]
    changes += [
        Change(key, "gone", finding, None)
        for key, finding in old.items()
        if key not in fresh and finding.status not in _FINE
    ]
    return tuple(sorted(changes, key=lambda change: (_rank(change), change.key)))


def change_of(after: Finding, before: Finding | None) -> Change | None:
    """What became of one finding; None when its verdict is the same, or when it was skipped."""
    if Status.SKIPPED in (after.status, before.status if before is not None else None):
        return None
    key = after.key
    wrong = after.status not in _FINE
    if before is None or before.status in _FINE:
        return Change(key, "new", before, after) if wrong else None
    if not wrong:
        return Change(key, "fixed", before, after)
    step = SEVERITY.index(after.status) - SEVERITY.index(before.status)
    if step == 0:
        return None
    return Change(key, "worse" if step < 0 else "better", before, after)


def _rank(change: Change) -> int:
    finding = change.after or change.before
    return SEVERITY.index(finding.status) if finding is not None and change.kind != "gone" else len(SEVERITY)
