"""How many inodes are left: "no space left" with gigabytes free. File systems that have none do not apply."""

from collections.abc import Sequence

from console.checks.kind import Asked, Kind, NotKnown
from console.checks.kinds.partitions import ask_disks, level, under, watched
from console.checks.kinds.uptime import hosts
from console.checks.parsers.disk import disks_of
from console.i18n import N_
from console.model.amounts import percent_text
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import Sentence, Value
from console.model.site import Host


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict a partition."""
    host: Host = asked.target.thing
    limits = asked.limits
    verdicts = []
    for mount in watched(disks_of(asked.answer), host):
        inodes = mount.inodes
        if (inodes is None and ":" in mount.path) or (inodes is not None and inodes.total == 0):
            source = N_("{path} counts no inodes.")
            verdicts.append(Verdict(mount.path, Status.NA, Sentence(source, {"path": mount.path})))
            continue
        if inodes is None:
            source = N_("{path} did not say how many inodes are left.")
            verdicts.append(Verdict(mount.path, Status.UNKNOWN, Sentence(source, {"path": mount.path})))
            continue
        values: dict[str, Value] = {
            "path": mount.path,
            "percent": percent_text(inodes.percent),
            "free": f"{inodes.free:,}",
        }
        summary = Sentence(N_("{path} has used {percent} of its inodes; {free} more files fit."), values)
        metric = Metric("inode_used_percent", inodes.percent, "%", limits.warn, limits.crit, 0.0, 100.0)
        measured = Sentence(N_("{percent}"), values)
        verdicts.append(Verdict(mount.path, level(inodes.percent, limits), summary, measured, under(limits), (metric,)))
    if not verdicts:
        raise NotKnown(Sentence(N_("{host} shows no partition that could be judged."), {"host": host.label}))
    return verdicts


KIND = Kind("inodes", hosts, judge, ask_disks)
