"""Whether a partition turned read-only, as a kernel does after a disk error: nothing is stored from then on.

Partitions that the host lists as `writable`, or that were writable at an earlier visit, are critical; another one is a
warning, since it may be meant so.
"""

from collections.abc import Sequence

from console.checks.kind import Asked, Kind, NotKnown
from console.checks.kinds.partitions import ask_disks, watched
from console.checks.kinds.uptime import hosts
from console.checks.parsers.disk import Mount, disks_of
from console.i18n import N_
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import Sentence
from console.model.site import Host


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict a partition."""
    host: Host = asked.target.thing
    disks = disks_of(asked.answer)
    mounts = watched(disks, host)
    for path in host.writable:
        found = disks.at(path)
        if found is not None and found not in mounts:
            mounts.append(found)
    verdicts = [_verdict(mount, asked, host) for mount in mounts]
    source = N_("{path} must be writable, and is not mounted.")
    verdicts += [
        Verdict(path, Status.CRIT, Sentence(source, {"path": path})) for path in host.writable if disks.at(path) is None
    ]
    if not verdicts:
        raise NotKnown(Sentence(N_("{host} shows no partition that could be judged."), {"host": host.label}))
    return verdicts


def _verdict(mount: Mount, asked: Asked, host: Host) -> Verdict:
    values = {"path": mount.path}
    if mount.read_only is None:
        source = N_("Windows does not say here whether {path} may be written to.")
        return Verdict(mount.path, Status.NA, Sentence(source, values))
    metric = Metric("writable", 0.0 if mount.read_only else 1.0)
    if not mount.read_only:
        return Verdict(
            mount.path, Status.OK, Sentence(N_("{path} is mounted for writing."), values), Sentence(N_("writable")),
            metrics=(metric,),
        )  # fmt: skip
    before = asked.past.samples(asked.check.id, asked.target.id, mount.path, "writable")
    expected = Sentence(N_("writable"))
    measured = Sentence(N_("read-only"))
    if mount.path in host.writable or any(sample.value > 0 for sample in before):
        source = N_("{path} has turned read-only: nothing can be stored there. The kernel does that after disk errors.")
        return Verdict(mount.path, Status.CRIT, Sentence(source, values), measured, expected, (metric,))
    source = N_("{path} is mounted read-only. If that is meant, put it under ignore_mounts.")
    return Verdict(mount.path, Status.WARN, Sentence(source, values), measured, expected, (metric,))


KIND = Kind("read_only", hosts, judge, ask_disks)
