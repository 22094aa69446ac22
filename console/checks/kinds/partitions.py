"""How full each partition is: the contract says under 95 % for every one, so 95 is critical.

Percent is used / (used + free), as df shows it: the reserve of root counts as used. Partitions that the host lists are
looked at whatever they are, and missing ones are critical; `ignore_mounts` leaves others out.
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from console.checks.kind import Asked, Kind, NotKnown, Wanted
from console.checks.kinds.uptime import hosts
from console.checks.parsers.disk import Disks, Mount, disks_of
from console.checks.raw import Probe
from console.i18n import N_
from console.model.amounts import bytes_text, percent_text
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import NOTHING, Sentence, Value
from console.model.site import Host, Limits

DISK = Probe("disk", limit_s=20.0)
"""The question about all file systems; several checks share its answer."""


def ask_disks(wanted: Wanted) -> tuple[Probe, ...]:
    """All file systems at once."""
    return (DISK,)


def watched(disks: Disks, host: Host) -> list[Mount]:
    """The partitions to look at: those the host lists, and every other that keeps something and is not ignored."""
    listed = [found for path in host.mounts if (found := disks.at(path)) is not None]
    devices = {mount.device for mount in listed}
    others = []
    for mount in sorted(disks.mounts, key=lambda mount: len(mount.path)):
        if mount in listed or not mount.stores or any(fnmatchcase(mount.path, each) for each in host.ignore_mounts):
            continue
        if mount.device.startswith("/dev/") and mount.device in devices:
            continue  # the same one, bound to a second place
        devices.add(mount.device)
        others.append(mount)
    return [*listed, *others]


def missing(disks: Disks, host: Host) -> list[Verdict]:
    """A verdict for each partition that the host lists and that is not mounted."""
    source = N_("{path} is not mounted on {host}. What is written there goes to another disk.")
    return [
        Verdict(path, Status.CRIT, Sentence(source, {"path": path, "host": host.label}), Sentence(N_("not mounted")))
        for path in host.mounts
        if disks.at(path) is None
    ]


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict a partition."""
    host: Host = asked.target.thing
    disks = disks_of(asked.answer)
    verdicts = missing(disks, host)
    verdicts += [_verdict(mount, asked.limits) for mount in watched(disks, host)]
    if not verdicts:
        raise NotKnown(Sentence(N_("{host} shows no partition that could be judged."), {"host": host.label}))
    return verdicts


def _verdict(mount: Mount, limits: Limits) -> Verdict:
    if mount.space is None or mount.space.used + mount.space.free <= 0:
        source = N_("{path} gave no size.")
        return Verdict(mount.path, Status.UNKNOWN, Sentence(source, {"path": mount.path}))
    percent = mount.space.percent
    values: dict[str, Value] = {
        "path": mount.path,
        "percent": percent_text(percent),
        "free": bytes_text(mount.space.free),
    }
    metrics = (
        Metric("used_percent", percent, "%", limits.warn, limits.crit, 0.0, 100.0),
        Metric("used_bytes", float(mount.space.used), "bytes"),
        Metric("free_bytes", float(mount.space.free), "bytes"),
    )
    summary = Sentence(N_("{path} is {percent} full (used of used and free); {free} are free."), values)
    return Verdict(
        mount.path, level(percent, limits), summary, Sentence(N_("{percent}"), values), under(limits), metrics
    )


def level(value: float, limits: Limits) -> Status:
    """CRIT and WARN at their limits and beyond."""
    if limits.crit is not None and value >= limits.crit:
        return Status.CRIT
    return Status.WARN if limits.warn is not None and value >= limits.warn else Status.OK


def under(limits: Limits) -> Sentence:
    """What a percentage is held against."""
    limit = limits.crit if limits.crit is not None else limits.warn
    return Sentence(N_("under {limit}"), {"limit": percent_text(limit)}) if limit is not None else NOTHING


KIND = Kind("partitions", hosts, judge, ask_disks)
