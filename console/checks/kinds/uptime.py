"""How long a host has been up: one that restarted lately did so for a reason, one that never does has old patches.

Limits are seconds of uptime: WARN under `warn`, CRIT under `crit`. `longest` of the entry ("400d") is WARN from there
on.
"""

from collections.abc import Sequence

from console.checks.kind import Asked, Check, Kind, NotKnown, Target, Wanted
from console.checks.parsers.system import system_of
from console.checks.raw import SYSTEM, Probe
from console.i18n import N_
from console.model.amounts import duration, parse_seconds
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import NOTHING, Sentence, Value
from console.model.site import Site


def hosts(check: Check, site: Site) -> Sequence[Target]:
    """Every host that can be asked."""
    return [Target(host.id, host.id, host) for host in site.hosts if host.via != "none"]


def ask_system(wanted: Wanted) -> tuple[Probe, ...]:
    """The machine itself."""
    return (SYSTEM,)


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict for the host."""
    facts = system_of(asked.answer)
    if facts.uptime is None:
        raise NotKnown(Sentence(N_("This host does not say how long it has been up.")))
    limits = asked.limits
    up = duration(facts.uptime)
    values: dict[str, Value] = {"host": asked.target.thing.label, "uptime": up}
    metric = Metric("uptime_s", facts.uptime, "s", limits.warn, limits.crit, 0.0)
    longest = asked.check.params.get("longest")
    floor = Sentence(N_("{time} or more"), {"time": duration(limits.warn)}) if limits.warn is not None else NOTHING
    short = Sentence(N_("{host} was restarted {uptime} ago. If nobody did so on purpose, find out why."), values)
    if limits.crit is not None and facts.uptime < limits.crit:
        return [Verdict("", Status.CRIT, short, up, floor, (metric,))]
    if limits.warn is not None and facts.uptime < limits.warn:
        return [Verdict("", Status.WARN, short, up, floor, (metric,))]
    if longest is not None and facts.uptime >= (most := parse_seconds(longest)):
        source = N_("{host} has been up for {uptime} without a restart: its kernel has no newer patches than that.")
        remedy = Sentence(N_("Agree on a restart in a maintenance window, with the standby ready."))
        expected = Sentence(N_("under {time}"), {"time": duration(most)})
        return [Verdict("", Status.WARN, Sentence(source, values), up, expected, (metric,), remedy)]
    return [Verdict("", Status.OK, Sentence(N_("{host} has been up for {uptime}."), values), up, floor, (metric,))]


KIND = Kind("uptime", hosts, judge, ask_system)
