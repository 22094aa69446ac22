"""What all rules of the baseline share: limits in both directions, and the status of a rule that is not kept."""

from dataclasses import dataclass

from console.checks.baseline.sections import Sections
from console.checks.kind import Asked
from console.i18n import N_
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import NOTHING, Sentence, Value
from console.model.site import Limits


@dataclass(frozen=True)
class Facts:
    """What a rule is given."""

    asked: Asked
    parts: tuple[Sections, ...]
    """One for each probe of the rule."""

    @property
    def part(self) -> Sections:
        """The only one."""
        return self.parts[0]

    @property
    def limits(self) -> Limits:
        """The check's, or nearer ones."""
        return self.asked.limits

    @property
    def broken(self) -> Status:
        """What it means when a rule without a number is not kept: `failed` in the catalogue, WARN or CRIT."""
        return Status.CRIT if self.asked.check.params.get("failed") == "CRIT" else Status.WARN


def at_most(value: float, limits: Limits) -> Status:
    """More is worse: WARN from `warn`, CRIT from `crit`."""
    if limits.crit is not None and value >= limits.crit:
        return Status.CRIT
    return Status.WARN if limits.warn is not None and value >= limits.warn else Status.OK


def at_least(value: float, limits: Limits) -> Status:
    """Less is worse: WARN below `warn`, CRIT below `crit`."""
    if limits.crit is not None and value < limits.crit:
        return Status.CRIT
    return Status.WARN if limits.warn is not None and value < limits.warn else Status.OK


def low(limits: Limits) -> Sentence:
    """The threshold of `at_least`, for the column of what was expected."""
    return Sentence(N_("{number} or more"), {"number": f"{limits.warn:g}"}) if limits.warn is not None else NOTHING


def high(limits: Limits) -> Sentence:
    """The threshold of `at_most`."""
    return Sentence(N_("under {number}"), {"number": f"{limits.warn:g}"}) if limits.warn is not None else NOTHING


def verdict(status: Status, source: str, item: str = "", measured: str = "", **values: Value) -> Verdict:
    """A verdict without numbers; `source` is marked with N_ where it stands."""
    short = Sentence(N_("{value}"), {"value": measured}) if measured else NOTHING
    return Verdict(item, status, Sentence(source, values), short)


def metric(name: str, value: float, unit: str, limits: Limits) -> tuple[Metric, ...]:
    """The number that was held against the limits."""
    return (Metric(name, value, unit, limits.warn, limits.crit),)


def listed(names: list[str], most: int = 6) -> str:
    """Names for a sentence, not all of a long list."""
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")
