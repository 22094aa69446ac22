"""Rules of GB/T 22239-2019 level 3 that a Linux host answers without root; a self-check, no assessment (测评).

`rule` names one of `RULES`. The clause says what has to be; it holds no numbers. What counts as long enough is the
site's own threshold: limits, `threshold`, and the further keys that a rule reads. `failed` is the status of a rule that
is not kept and has no number (WARN, or CRIT).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from console.checks.baseline import accounts, logs, services, sshd, system
from console.checks.baseline.judging import Facts
from console.checks.baseline.sections import sections_of
from console.checks.kind import Asked, Check, Kind, NotKnown, Target, Wanted, complete
from console.checks.raw import Probe
from console.i18n import N_
from console.model.checks import Status, Verdict
from console.model.sentence import Sentence
from console.model.site import Site


@dataclass(frozen=True)
class Rule:
    """What is asked, and who judges it."""

    judge: Callable[[Facts], Sequence[Verdict]]
    probes: tuple[str, ...]


RULES: Mapping[str, Rule] = {
    "uid0": Rule(accounts.uid0, ("baseline-accounts",)),
    "empty-passwords": Rule(accounts.empty_passwords, ("baseline-accounts",)),
    "password-age": Rule(accounts.password_age, ("baseline-accounts",)),
    "password-quality": Rule(accounts.password_quality, ("baseline-accounts",)),
    "lockout": Rule(accounts.lockout, ("baseline-accounts",)),
    "idle-exit": Rule(accounts.idle_exit, ("baseline-accounts",)),
    "sshd": Rule(sshd.sshd, ("baseline-sshd",)),
    "management": Rule(sshd.management, ("baseline-sshd", "baseline-services")),
    "clear-text": Rule(services.clear_text, ("baseline-services",)),
    "open-ports": Rule(services.open_ports, ("baseline-services",)),
    "audit": Rule(services.audit, ("baseline-services",)),
    "syslog": Rule(services.syslog, ("baseline-services",)),
    "log-retention": Rule(logs.retention, ("baseline-logs",)),
    "patches": Rule(system.patches, ("baseline-system",)),
    "labels": Rule(system.labels, ("baseline-system",)),
    "file-modes": Rule(system.modes, ("baseline-system",)),
}


def targets(check: Check, site: Site) -> Sequence[Target]:
    """Every host that can be asked."""
    return [Target(host.id, host.id, host) for host in site.hosts if host.via != "none"]


def probes(wanted: Wanted) -> tuple[Probe, ...]:
    """The probes of the rule; an unknown rule asks nothing and is told about when it is judged."""
    rule = RULES.get(str(wanted.check.params.get("rule", "")))
    return tuple(Probe(name, limit_s=15.0) for name in rule.probes) if rule is not None else ()


def judge(asked: Asked) -> Sequence[Verdict]:
    """What the rule says."""
    name = str(asked.check.params.get("rule", ""))
    rule = RULES.get(name)
    if rule is None:
        raise NotKnown(
            Sentence(N_("The catalogue names the rule {name}, which does not exist."), {"name": name or "-"})
        )
    for raw in asked.answers:
        if raw.system == "windows":
            return [Verdict("", Status.NA, Sentence(N_("This rule is for Linux; a Windows host has others.")))]
        complete(raw)
    return rule.judge(Facts(asked, tuple(sections_of(raw) for raw in asked.answers)))


KIND = Kind("baseline", targets, judge, probes)
