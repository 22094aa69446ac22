"""Whether the processes that the site file names are running, for programs that are no services."""

import re
from collections import Counter
from collections.abc import Sequence

from console.checks.kind import Asked, Check, Kind, NotKnown, Target, Wanted
from console.checks.parsers.reading import told
from console.checks.raw import Probe, Raw
from console.i18n import N_
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import Sentence, Value
from console.model.site import Site

_ROW = re.compile(r" *(\d+) ([A-Za-z]) (.*)")
_KERNEL_LETTERS = 15
"""Letters of a process name that Linux keeps."""
_DEAD = "ZXx"
"""States of processes that have ended and are only still listed."""


def targets(check: Check, site: Site) -> Sequence[Target]:
    """Hosts that can be asked and have expected processes."""
    return [Target(host.id, host.id, host) for host in site.hosts if host.processes and host.via != "none"]


def probes(wanted: Wanted) -> tuple[Probe, ...]:
    """Names and numbers of all processes."""
    return (Probe("processes"),)


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict for each expected process."""
    alive, dead, hidden, windows = counted(asked.answer)
    host = asked.target.thing
    return [_verdict(name, host.label, alive, dead, hidden=hidden, windows=windows) for name in host.processes]


def counted(raw: Raw) -> tuple[Counter[str], Counter[str], bool, bool]:
    """Running processes by name, ended ones, whether others' are hidden, whether it is Windows.

    Raises NotKnown where no program can tell, ValueError for an answer without a process.
    """
    value = told(raw)
    alive: Counter[str] = Counter()
    dead: Counter[str] = Counter()
    if not isinstance(value, str):
        for name, count in value["processes"].items():
            alive[_plain(str(name), windows=True)] += int(count)
        if not alive:
            raise ValueError("no process at all")
        return alive, dead, False, True
    lines = value.splitlines()
    if "!tool ps" in lines:
        raise NotKnown(Sentence(N_("This host has neither /proc nor ps; its processes cannot be listed.")))
    for line in lines:
        if (row := _ROW.fullmatch(line)) is not None:
            # Worker threads of a kernel say more than their name; no site expects those.
            (dead if row[2] in _DEAD else alive)[row[3]] += int(row[1])
    if "= end" not in lines or not alive:
        raise ValueError("not an answer of processes.sh")
    return alive, dead, "!hidden" in lines, False


def _plain(name: str, *, windows: bool) -> str:
    """The name as it is compared: Windows knows no case, and people leave out ".exe"; Linux keeps 15 letters."""
    if windows:
        return name.lower().removesuffix(".exe")
    return name.encode()[:_KERNEL_LETTERS].decode("utf-8", "ignore")


def _verdict(name: str, host: str, alive: Counter[str], dead: Counter[str], *, hidden: bool, windows: bool) -> Verdict:
    key = _plain(name, windows=windows)
    count = alive[key]
    values: dict[str, Value] = {"name": name, "host": host, "count": count}
    expected = Sentence(N_("1 or more"))
    metric = Metric("processes", float(count), "count", minimum=0.0)
    if count:
        summary = Sentence(N_("{name} runs on {host}, {count} of it."), values)
        return Verdict(name, Status.OK, summary, Sentence(N_("{count}"), values), expected, (metric,))
    if hidden:
        source = N_("No {name} among the processes that this account may see; {host} hides the others (hidepid).")
        return Verdict(name, Status.UNKNOWN, Sentence(source, values), expected=expected)
    if dead[key]:
        source = N_("{name} has ended on {host} and was not cleared away (zombie).")
    else:
        source = N_("{name} does not run on {host}.")
    return Verdict(name, Status.CRIT, Sentence(source, values), Sentence(N_("{count}"), values), expected, (metric,))


KIND = Kind("processes", targets, judge, probes)
