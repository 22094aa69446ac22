"""As whom a host is asked, and what stays hidden from that account: said once, so that nobody wonders later.

Being no root is right and no fault. What cannot be seen is NA with its reason, never a guess.
"""

from collections.abc import Sequence

from console.checks.kind import Asked, Kind
from console.checks.kinds.uptime import ask_system, hosts
from console.checks.parsers.system import SystemFacts, system_of
from console.i18n import N_
from console.model.checks import Status, Verdict
from console.model.sentence import Sentence, Value


def judge(asked: Asked) -> Sequence[Verdict]:
    """Who asks, and a verdict for each thing that this account does not see."""
    raw = asked.answer
    facts = system_of(raw)
    values: dict[str, Value] = {
        "host": asked.target.thing.label,
        "user": facts.user,
        "release": facts.release or facts.kernel,
        "kernel": facts.kernel,
    }
    source = N_("{host} is asked as {user}: {release}, {kernel}.")
    if facts.root:
        source = N_("{host} is asked as {user}, who may do everything: an account with fewer rights is enough.")
    user = Sentence(N_("{user}"), values)
    return [Verdict("account", Status.OK, Sentence(source, values), user), *_hidden(facts, raw.system, values)]


def _hidden(facts: SystemFacts, system: str, values: dict[str, Value]) -> Sequence[Verdict]:
    found: list[tuple[str, str]] = []
    if facts.hidden and not facts.root:
        found.append(("processes", N_("Processes of other accounts are hidden on {host} (hidepid).")))
    if system != "windows" and not facts.root:
        found.append(("port-owners", N_("Which process a port of {host} belongs to is known to root only.")))
    if system != "windows" and not facts.tools & {"chronyc", "timedatectl", "ntpq"}:
        found.append(("time", N_("{host} has no program that tells whether its clock is kept right.")))
    return [Verdict(item, Status.NA, Sentence(source, values)) for item, source in found]


KIND = Kind("system", hosts, judge, ask_system)
