"""Backup files of a database: is there a new one, as large as the others, with its end, on another disk.

A dump that broke off looks like a backup until the day it is needed: its last lines say whether it is whole. Where a
format shows no end, that is said, and the size has to do; only a restored backup is a proof.
"""

from collections.abc import Sequence
from statistics import median

from console.checks.kind import Asked, Check, Kind, Target, Wanted
from console.checks.kinds.partitions import level
from console.checks.parsers.files import File, Listed, Lists, lists_of
from console.checks.raw import Probe
from console.i18n import N_
from console.model.amounts import bytes_text, duration
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import NOTHING, Sentence, Value
from console.model.site import Backup, Limits, Site

_SPREAD = 0.3
"""A backup that differs by more from the median of the others is looked at."""
_LEAST_OTHERS = 3
_PLANS = {"hourly": 3600.0, "weekly": 7 * 86400.0, "monthly": 31 * 86400.0}
"""Seconds between two backups of a schedule; a daily one is judged by the site's own threshold."""
_PACKED = (".zst", ".xz", ".bz2", ".lz4", ".zip", ".7z", ".xbstream", ".qp", ".gpg", ".enc")
"""Packed or sealed: the end of the dump inside cannot be seen."""
_ENDS = {
    b"-- PostgreSQL database dump complete": "pg_dump",
    b"-- PostgreSQL database cluster dump complete": "pg_dump",
    b"-- Dump completed": "mysqldump",
    b"completed OK!": "xtrabackup",
}
"""What stands at the end of a whole dump, and who writes it."""
_BEGINNINGS = {b"-- MySQL dump": "mysqldump", b"-- MariaDB dump": "mysqldump", b"/*!": "mysqldump"}


def targets(check: Check, site: Site) -> Sequence[Target]:
    """Databases whose backup files are named."""
    return [Target(d.id, d.backup.host, d) for d in site.databases if d.backup is not None and d.backup.host]


def _backup(target: Target) -> Backup:
    backup: Backup = target.thing.backup
    return backup


def ask(wanted: Wanted) -> tuple[Probe, ...]:
    """The files, and the ends of the newest; a Windows bundle carries the list alone."""
    backup = _backup(wanted.target)
    host = wanted.site.host(backup.host)
    if ":" in backup.files[:3] and host is not None and host.via == "bundle":
        return (Probe("files", (backup.files,), 20.0),)
    return (Probe("backup", (backup.files, backup.data), 30.0),)


def judge(asked: Asked) -> Sequence[Verdict]:
    """Verdicts for age, size, end and disk."""
    backup = _backup(asked.target)
    lists = lists_of(asked.answer)
    found = lists.of(backup.files).known()
    if not found.files:
        source = N_("No backup fits {pattern}: there is none.")
        return [Verdict("age", Status.CRIT, Sentence(source, {"pattern": backup.files}), Sentence(N_("none")))]
    newest = found.files[0]
    limits = asked.limits
    if backup.max_age_s is not None:
        # The plan of the site says when it is late; the second night missed is critical.
        limits = Limits(backup.max_age_s, backup.max_age_s * 2)
    elif backup.schedule in _PLANS:
        plan = _PLANS[backup.schedule]
        limits = Limits(plan + 7200, plan * 2 + 7200)
    verdicts = [_age(newest, lists.now, limits), _size(newest, found, backup), _end(newest, lists, backup)]
    if backup.other_disk:
        verdicts.append(_disk(lists, backup))
    return verdicts


def _age(newest: File, now: float, limits: Limits) -> Verdict:
    age = now - newest.mtime
    values: dict[str, Value] = {"name": newest.name, "age": duration(max(age, 0.0))}
    metric = Metric("age_s", age, "s", limits.warn, limits.crit)
    expected = Sentence(N_("under {time}"), {"time": duration(limits.warn)}) if limits.warn is not None else NOTHING
    if age < -300:
        source = N_("{name} is from the future: a clock is wrong, so its age is not known.")
        return Verdict("age", Status.WARN, Sentence(source, values), NOTHING, expected, (metric,))
    summary = Sentence(N_("The newest backup, {name}, is {age} old."), values)
    return Verdict("age", level(age, limits), summary, Sentence(N_("{age}"), values), expected, (metric,))


def _size(newest: File, found: Listed, backup: Backup) -> Verdict:
    values: dict[str, Value] = {
        "name": newest.name,
        "size": bytes_text(newest.size),
        "least": bytes_text(backup.min_bytes),
    }
    metric = Metric("size_bytes", float(newest.size), "bytes")
    measured = Sentence(N_("{size}"), values)
    if newest.size == 0 or newest.size < backup.min_bytes:
        source = N_("{name} has {size}; a backup has {least} at least.") if backup.min_bytes else N_("{name} is empty.")
        return Verdict("size", Status.CRIT, Sentence(source, values), measured, metrics=(metric,))
    others = [file.size for file in found.files[1:31]]
    if len(others) < _LEAST_OTHERS:
        source = N_("{name} has {size}; there are not enough others to compare with.")
        return Verdict("size", Status.OK, Sentence(source, values), measured, metrics=(metric,))
    usual = median(others)
    values["usual"] = bytes_text(usual)
    expected = Sentence(N_("{usual} ± 30 %"), values)
    if abs(newest.size - usual) > usual * _SPREAD:
        source = N_("{name} has {size}, the others have about {usual}: something is missing in it, or new.")
        status = Status.CRIT if newest.size < usual * (1 - 2 * _SPREAD) else Status.WARN
        return Verdict("size", status, Sentence(source, values), measured, expected, (metric,))
    source = N_("{name} has {size}, as the others have ({usual}).")
    return Verdict("size", Status.OK, Sentence(source, values), measured, expected, (metric,))


def _end(newest: File, lists: Lists, backup: Backup) -> Verdict:
    values: dict[str, Value] = {"name": newest.name}
    if "unreadable" in lists.extra:
        source = N_("{name} may not be read by this account, so its end was not seen.")
        return Verdict("end", Status.UNKNOWN, Sentence(source, values))
    head, tail = (bytes.fromhex(lists.extra.get(key, "")) for key in ("head", "tail"))
    if not tail:
        source = N_("The end of {name} was not looked at: too large to unpack, or listed only.")
        return Verdict("end", Status.NA, Sentence(source, values))
    writer = next((who for mark, who in _ENDS.items() if _ends_with(tail, mark)), "")
    if writer:
        values["writer"] = writer
        return Verdict("end", Status.OK, Sentence(N_("{name} has its end ({writer})."), values))
    custom = head.startswith(b"PGDMP") or backup.format == "other" or newest.name.endswith(_PACKED)
    if newest.name in ("xtrabackup_checkpoints", "xtrabackup_info") and b"to_lsn" in tail:
        return Verdict("end", Status.OK, Sentence(N_("{name} is complete up to its log sequence number."), values))
    if custom:
        source = N_("The format of {name} shows no end; only a restore (or pg_restore --list) proves it.")
        return Verdict("end", Status.NA, Sentence(source, values))
    text = (
        any(head.startswith(mark) for mark in _BEGINNINGS)
        or head.startswith(b"--")
        or newest.name.endswith((".sql", ".sql.gz"))
    )
    if text or backup.format in ("pg_dump", "mysqldump", "xtrabackup"):
        source = N_("{name} broke off: the line that ends a whole dump is missing. It cannot be restored completely.")
        return Verdict("end", Status.CRIT, Sentence(source, values))
    source = N_("{name} is of a kind whose end is not known; only a restore proves it.")
    return Verdict("end", Status.NA, Sentence(source, values))


def _ends_with(tail: bytes, mark: bytes) -> bool:
    """Whether the mark stands in the tail, and nothing but comments and psql's own words behind it."""
    _before, found, after = tail.rpartition(mark)
    lines = after.split(b"\n")[1:]
    return bool(found) and all(not line.strip() or line.startswith((b"--", b"\\")) for line in lines)


def _disk(lists: Lists, backup: Backup) -> Verdict:
    disk, data = lists.extra.get("disk", ""), lists.extra.get("data", "")
    if not backup.data:
        source = N_(
            "Whether the backup lies on another disk than the data is not known: the site file does not name the data."
        )
        return Verdict("disk", Status.NA, Sentence(source))
    if not disk or not data:
        raise_source = N_("The disks of backup and data could not be compared: {data} was not found.")
        return Verdict("disk", Status.UNKNOWN, Sentence(raise_source, {"data": backup.data}))
    values: dict[str, Value] = {"disk": disk, "data": data}
    if disk == data:
        source = N_("The backup lies on the same file system as the data ({disk}): a dead disk takes both.")
        return Verdict("disk", Status.WARN, Sentence(source, values), Sentence(N_("the same")))
    source = N_("The backup lies on {disk}, the data on {data}.")
    return Verdict("disk", Status.OK, Sentence(source, values), Sentence(N_("another")))


KIND = Kind("backups", targets, judge, ask)
