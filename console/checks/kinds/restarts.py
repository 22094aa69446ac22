"""Whether something fell and was set up again while nobody looked: the machine, or one of its expected services.

Three facts: how often the manager restarted a service (systemd from 235 counts; limits are that number), whether a
service runs since a moment after the last visit, and whether the machine's own start lies after the last visit. A
restart is WARN at most, unless the count passes `crit`: somebody may have meant it.
"""

from collections.abc import Sequence
from datetime import datetime

from console.checks.kind import Asked, Kind, NotKnown, Wanted
from console.checks.kinds.services import services_probe
from console.checks.kinds.uptime import hosts
from console.checks.parsers.services import Service, State, services_of
from console.checks.parsers.system import SystemFacts, system_of
from console.checks.raw import SYSTEM, Probe
from console.i18n import N_
from console.model.amounts import duration
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import Sentence, Value

_SLACK_S = 120.0
"""Between two reckonings of one moment: clocks are set, and an uptime is read a while after the clock."""


def probes(wanted: Wanted) -> tuple[Probe, ...]:
    """The machine, and its expected services where it has some."""
    return (SYSTEM, services_probe(wanted)) if wanted.target.thing.services else (SYSTEM,)


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict for the machine and one for each expected service that runs."""
    verdicts: list[Verdict] = []
    try:
        facts = system_of(asked.answers[0])
        verdicts.append(_machine(asked, facts))
    except NotKnown as error:
        # The services may be known all the same.
        verdicts.append(Verdict("", Status.UNKNOWN, error.why))
    if len(asked.answers) > 1:
        try:
            services = services_of(asked.answers[1]).services
        except NotKnown as error:
            services = {}
            verdicts.extend(Verdict(name, Status.UNKNOWN, error.why) for name in asked.target.thing.services)
        verdicts.extend(_service(asked, each) for each in services.values() if each.name in asked.target.thing.services)
    return verdicts


def _machine(asked: Asked, facts: SystemFacts) -> Verdict:
    if facts.now is None or facts.uptime is None:
        raise NotKnown(Sentence(N_("This host does not say since when it has been up.")))
    boot = facts.now - facts.uptime
    values: dict[str, Value] = {"host": asked.target.thing.label, "since": _moment(boot), "ago": duration(facts.uptime)}
    metric = Metric("booted_at", boot, "s")
    before = _before(asked, "", "booted_at")
    measured = Sentence(N_("{ago} ago"), values)
    if before is None:
        source = N_("{host} has been up since {since}; a first visit has nothing to compare that with.")
        return Verdict("", Status.OK, Sentence(source, values), measured, metrics=(metric,))
    value, at = before
    # A machine that was up at the last visit and has started since. A clock that was set moves the reckoned start as
    # well, but not to after the last visit.
    if boot > value + _SLACK_S and facts.uptime < (asked.now - at).total_seconds() + _SLACK_S:
        source = N_("{host} was restarted since the last visit, at {since} ({ago} ago).")
        return Verdict("", Status.WARN, Sentence(source, values), measured, metrics=(metric,))
    source = N_("{host} was not restarted since the last visit.")
    return Verdict("", Status.OK, Sentence(source, values), measured, metrics=(metric,))


def _service(asked: Asked, service: Service) -> Verdict:
    values: dict[str, Value] = {"name": service.name, "count": service.restarts or 0}
    if service.state not in (State.RUNS, State.DONE):
        source = N_("{name} is not running; the check of services says more.")
        return Verdict(service.name, Status.NA, Sentence(source, values))
    metrics: list[Metric] = []
    limits = asked.limits
    if service.restarts is not None:
        metrics.append(Metric("restarts", float(service.restarts), "count", limits.warn, limits.crit, 0.0))
    if service.started is not None:
        metrics.append(Metric("started_at", service.started, "s"))
        values["since"] = _moment(service.started)
    if not metrics:
        source = N_("The manager of this host does not say when {name} was started, nor how often.")
        return Verdict(service.name, Status.NA, Sentence(source, values))
    measured = Sentence(N_("{count} restarts"), values) if service.restarts is not None else Sentence(N_("running"))
    found = tuple(metrics)
    count = service.restarts or 0
    source = N_("{name} fell and was started again {count} times by the system's manager.")
    if limits.crit is not None and count >= limits.crit:
        return Verdict(service.name, Status.CRIT, Sentence(source, values), measured, metrics=found)
    if limits.warn is not None and count >= limits.warn:
        return Verdict(service.name, Status.WARN, Sentence(source, values), measured, metrics=found)
    before = _before(asked, service.name, "started_at")
    if before is not None and _since(asked, service, *before):
        source = N_("{name} was restarted since the last visit, at {since}.")
        return Verdict(service.name, Status.WARN, Sentence(source, values), measured, metrics=found)
    if service.started is not None:
        source = N_("{name} has been running since {since}, without a fall.")
    else:
        source = N_("{name} has not fallen since it was started.")
    if service.restarts is None:
        source = N_("{name} has been running since {since}; how often it fell before is not counted here.")
    return Verdict(service.name, Status.OK, Sentence(source, values), measured, metrics=found)


def _since(asked: Asked, service: Service, started: float, at: datetime) -> bool:
    """Whether it was started since the visit at `at`, which found it `started`; a clock that was set is no restart."""
    if service.started is None or service.age is None:
        return False
    return service.started > started + _SLACK_S and service.age < (asked.now - at).total_seconds() + _SLACK_S


def _before(asked: Asked, item: str, metric: str) -> tuple[float, datetime] | None:
    """What the last visit found, and when."""
    samples = asked.past.samples(asked.check.id, asked.target.id, item, metric)
    return (samples[-1].value, samples[-1].at) if samples else None


def _moment(seconds: float) -> str:
    """POSIX seconds as this machine's time of day. Raises ValueError or OverflowError for a nonsense number."""
    return f"{datetime.fromtimestamp(seconds).astimezone():%Y-%m-%d %H:%M}"


KIND = Kind("restarts", hosts, judge, probes)
