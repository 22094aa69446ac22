"""Whether programs can still have memory, and whether the host lives from its swap.

Used = total - available; "available" is the kernel's own estimate of what programs can have, not what happens to be
free: a cache is given back. Limits are percent. `swap_warn` and `swap_crit` of the entry are percent of the swap.
"""

from collections.abc import Sequence

from console.checks.kind import Asked, Kind, NotKnown
from console.checks.kinds.uptime import ask_system, hosts
from console.checks.parsers.system import Memory, system_of
from console.i18n import N_
from console.model.amounts import bytes_text, parse_percent, percent_text
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import NOTHING, Sentence, Value
from console.model.site import Limits


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict for the memory, one for the swap."""
    facts = system_of(asked.answer)
    if facts.memory is None:
        raise NotKnown(Sentence(N_("This host does not say how much memory it has.")))
    host = asked.target.thing.label
    return [_memory(facts.memory, asked.limits, host), _swap(facts.memory, _swap_limits(asked), host)]


def _swap_limits(asked: Asked) -> Limits:
    warn, crit = asked.check.params.get("swap_warn"), asked.check.params.get("swap_crit")
    return Limits(None if warn is None else parse_percent(warn), None if crit is None else parse_percent(crit))


def _memory(memory: Memory, limits: Limits, host: str) -> Verdict:
    used = 100 * (1 - min(memory.available, memory.total) / memory.total)
    values: dict[str, Value] = {
        "host": host,
        "used": percent_text(used),
        "available": bytes_text(memory.available),
        "total": bytes_text(memory.total),
    }
    source = N_("{host} uses {used} of its memory; {available} of {total} are available.")
    if memory.guessed:
        source = N_(
            "{host} uses {used} of its memory; {available} of {total} are free or cache (this old kernel does not say "
            "what is available)."
        )
    metric = Metric("used_percent", used, "%", limits.warn, limits.crit, 0.0, 100.0)
    available = Metric("available_bytes", float(memory.available), "bytes", maximum=float(memory.total))
    return Verdict(
        "memory",
        _status(used, limits),
        Sentence(source, values),
        Sentence(N_("{used}"), values),
        _under(limits),
        (metric, available),
    )


def _swap(memory: Memory, limits: Limits, host: str) -> Verdict:
    if memory.swap_total <= 0:
        return Verdict("swap", Status.NA, Sentence(N_("{host} has no swap."), {"host": host}))
    used = 100 * (1 - min(memory.swap_free, memory.swap_total) / memory.swap_total)
    values: dict[str, Value] = {"host": host, "used": percent_text(used), "total": bytes_text(memory.swap_total)}
    source = N_("{host} uses {used} of {total} swap.")
    metric = Metric("swap_used_percent", used, "%", limits.warn, limits.crit, 0.0, 100.0)
    summary = Sentence(source, values)
    return Verdict("swap", _status(used, limits), summary, Sentence(N_("{used}"), values), _under(limits), (metric,))


def _status(used: float, limits: Limits) -> Status:
    if limits.crit is not None and used >= limits.crit:
        return Status.CRIT
    return Status.WARN if limits.warn is not None and used >= limits.warn else Status.OK


def _under(limits: Limits) -> Sentence:
    if limits.warn is None:
        return NOTHING
    return Sentence(N_("under {limit}"), {"limit": percent_text(limits.warn)})


KIND = Kind("memory", hosts, judge, ask_system)
