"""Whether the clocks agree: pictures, reports and logs of several servers are put in order by them.

Offset = clock of the host - clock of this machine, both at the middle of the question; known to half the question's
length, and half a second more where the host tells whole seconds. Limits are seconds. A clock that went back since the
last visit is told, this machine's own included: then ages of backups and logs mean nothing.
"""

from collections.abc import Sequence

from console.checks.kind import Asked, Kind, NotKnown, Wanted
from console.checks.kinds.uptime import hosts
from console.checks.parsers.system import SystemFacts, system_of
from console.checks.parsers.time_sync import Keeping, keeping_of
from console.checks.raw import SYSTEM, Probe, Raw
from console.i18n import N_
from console.model.amounts import duration
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import NOTHING, Sentence, Value

_BACK_S = 5.0
"""Steps back of less are corrections."""
_UNSURE_S = 0.5
"""Half of the second that `date` cuts off."""


def probes(wanted: Wanted) -> tuple[Probe, ...]:
    """Its clock, and who keeps it."""
    return SYSTEM, Probe("time-sync", limit_s=8.0)


def judge(asked: Asked) -> Sequence[Verdict]:
    """The offset, and whether anybody keeps the clock."""
    system, sync = asked.answers
    return [_offset(asked, system), _kept(asked, sync)]


def _offset(asked: Asked, raw: Raw) -> Verdict:
    try:
        facts = system_of(raw)
    except NotKnown as error:
        return Verdict("offset", Status.UNKNOWN, error.why)
    host = asked.target.thing
    if facts.now is None:
        source = N_("{host} does not say what time it has.")
        return Verdict("offset", Status.UNKNOWN, Sentence(source, {"host": host.label}))
    history = Metric("host_time", facts.now, "s")
    back = _gone_back(asked, facts, host.label)
    if back:
        return Verdict("offset", Status.CRIT, back, Sentence(N_("set back")), metrics=(history,))
    if host.via == "bundle":
        source = N_("A file that was carried here cannot tell the offset: compare the clock of {host} by eye.")
        return Verdict("offset", Status.MANUAL, Sentence(source, {"host": host.label}), metrics=(history,))
    if host.via == "local":
        source = N_("{host} is this machine, whose clock the others are held against.")
        return Verdict("offset", Status.OK, Sentence(source, {"host": host.label}), metrics=(history,))
    return _measured(asked, raw, facts, history)


def _measured(asked: Asked, raw: Raw, facts: SystemFacts, history: Metric) -> Verdict:
    assert facts.now is not None
    cut = _UNSURE_S if facts.whole_seconds else 0.0
    offset = facts.now + cut - (raw.started.timestamp() + raw.seconds / 2)
    unsure = cut + raw.seconds / 2
    size = abs(offset)
    limits = asked.limits
    values: dict[str, Value] = {
        "host": asked.target.thing.label,
        "offset": duration(size),
        "unsure": f"{unsure:.1f}",
    }
    metrics = (Metric("offset_s", offset, "s", limits.warn, limits.crit), history)
    if limits.crit is not None and size - unsure >= limits.crit:
        status = Status.CRIT
    elif limits.warn is not None and size - unsure >= limits.warn:
        status = Status.WARN
    elif limits.warn is not None and unsure >= limits.warn:
        source = N_("{host} took so long to answer that its clock is known to {unsure} s only.")
        return Verdict("offset", Status.UNKNOWN, Sentence(source, values), metrics=metrics)
    else:
        status = Status.OK
    if status is Status.OK:
        source = N_("The clock of {host} agrees with this machine's, to {offset} (± {unsure} s).")
    elif offset > 0:
        source = N_("The clock of {host} is {offset} ahead of this machine's (± {unsure} s).")
    else:
        source = N_("The clock of {host} is {offset} behind this machine's (± {unsure} s).")
    expected = Sentence(N_("under {time}"), {"time": duration(limits.warn)}) if limits.warn is not None else NOTHING
    return Verdict("offset", status, Sentence(source, values), duration(offset), expected, metrics)


def _gone_back(asked: Asked, facts: SystemFacts, host: str) -> Sentence:
    """What went back since the last visit; nothing when nothing did."""
    assert facts.now is not None
    samples = asked.past.samples(asked.check.id, asked.target.id, "offset", "host_time")
    if not samples:
        return NOTHING
    ours = (samples[-1].at - asked.now).total_seconds()
    if ours > _BACK_S:
        source = N_("The clock of this machine was set back: the last visit lies {time} in its future. Set it first.")
        return Sentence(source, {"time": duration(ours)})
    if asked.target.thing.via == "bundle":
        return NOTHING  # it may have been collected before the last visit
    theirs = samples[-1].value - facts.now
    if theirs > _BACK_S:
        source = N_("The clock of {host} was set back since the last visit: it shows {time} less than then.")
        return Sentence(source, {"host": host, "time": duration(theirs)})
    return NOTHING


def _kept(asked: Asked, raw: Raw) -> Verdict:
    expected = Sentence(N_("synchronized"))
    try:
        keeping = keeping_of(raw)
    except NotKnown as error:
        return Verdict("sync", Status.UNKNOWN, error.why, expected=expected)
    values: dict[str, Value] = {
        "host": asked.target.thing.label,
        "tool": keeping.tool,
        "server": keeping.source or "-",
    }
    if keeping.synchronized:
        source = N_("{tool} keeps the clock of {host} right (server: {server}).")
        return Verdict("sync", Status.OK, Sentence(source, values), Sentence(N_("synchronized")), expected)
    source = N_("Nothing keeps the clock of {host}: {tool} is not synchronized (server: {server}).")
    return Verdict(
        "sync",
        Status.WARN,
        Sentence(source, values),
        Sentence(N_("not synchronized")),
        expected,
        remedy=_remedy(keeping),
    )


def _remedy(keeping: Keeping) -> Sentence:
    if keeping.tool == "w32time":
        return Sentence(N_("On the server: w32tm /query /configuration, then w32tm /resync"))
    if keeping.tool == "chrony":
        return Sentence(N_("On the server: chronyc sources -v; the firewall must let UDP 123 out"))
    if keeping.tool == "ntp":
        return Sentence(N_("On the server: ntpq -pn; the firewall must let UDP 123 out"))
    return Sentence(N_("On the server: timedatectl timesync-status; sudo timedatectl set-ntp true"))


KIND = Kind("clock", hosts, judge, probes)
