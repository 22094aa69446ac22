"""Whether a host has more to do than it can: load of 5 minutes for each processor.

Limits are that ratio. Linux counts processes that wait for a disk or a dead share as well, so a high load with an idle
processor points there.
"""

from collections.abc import Sequence

from console.checks.kind import Asked, Kind, NotKnown
from console.checks.kinds.uptime import ask_system, hosts
from console.checks.parsers.system import system_of
from console.i18n import N_
from console.model.amounts import percent_text
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import NOTHING, Sentence, Value


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict for the host."""
    raw = asked.answer
    facts = system_of(raw)
    host = asked.target.thing.label
    if facts.load is None and raw.system == "windows":
        if facts.cpu_percent is None:
            return [Verdict("", Status.NA, Sentence(N_("Windows counts no load.")))]
        busy = percent_text(facts.cpu_percent)
        source = N_("Windows counts no load; the processors of {host} were {busy} busy at that moment.")
        metric = Metric("cpu_percent", facts.cpu_percent, "%", minimum=0.0, maximum=100.0)
        summary = Sentence(source, {"host": host, "busy": busy})
        return [Verdict("", Status.NA, summary, Sentence(N_("{busy}"), {"busy": busy}), metrics=(metric,))]
    if facts.load is None:
        raise NotKnown(Sentence(N_("This host does not say its load.")))
    if facts.cpus < 1:
        raise NotKnown(Sentence(N_("This host does not say how many processors it has.")))
    limits = asked.limits
    ratio = facts.load[1] / facts.cpus
    values: dict[str, Value] = {
        "host": host,
        "load": f"{facts.load[1]:.2f}",
        "cpus": facts.cpus,
        "ratio": f"{ratio:.2f}",
    }
    status = Status.OK
    if limits.crit is not None and ratio >= limits.crit:
        status = Status.CRIT
    elif limits.warn is not None and ratio >= limits.warn:
        status = Status.WARN
    source = N_("Load of {host}: {load} over 5 minutes on {cpus} processors, {ratio} for each.")
    expected = NOTHING
    if limits.warn is not None:
        expected = Sentence(N_("under {ratio} for each"), {"ratio": f"{limits.warn:g}"})
    metric = Metric("load_per_cpu", ratio, "", limits.warn, limits.crit, 0.0)
    return [Verdict("", status, Sentence(source, values), Sentence(N_("{ratio}"), values), expected, (metric,))]


KIND = Kind("load", hosts, judge, ask_system)
