"""Rules about the system itself: patches 8.1.4.4 e), labels 8.1.4.2 g), modes of files 8.1.4.2 d)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from console.checks.baseline.judging import Facts, at_most, high, metric, verdict
from console.checks.kind import NotKnown
from console.i18n import N_
from console.model.checks import Status, Verdict
from console.model.sentence import Sentence

_MOST = {
    "/etc/passwd": 0o644, "/etc/group": 0o644, "/etc/shadow": 0o640, "/etc/gshadow": 0o640, "/etc/sudoers": 0o440,
    "/etc/crontab": 0o644, "/etc/ssh/sshd_config": 0o644, "/etc/audit/auditd.conf": 0o640,
    "/boot/grub/grub.cfg": 0o644, "/boot/grub2/grub.cfg": 0o644,
}  # fmt: skip
_HOST_KEY = 0o640
_NEEDED = ("/etc/passwd", "/etc/group", "/etc/shadow")


def patches(facts: Facts) -> Sequence[Verdict]:
    """When a package was last installed: a hint, since nobody asks a server whether others wait."""
    section = facts.part["patches"]
    now = datetime.fromtimestamp(float(facts.part["now"].texts[0]), UTC)
    rows = [line.split(None, 2) for line in section.texts]
    if not rows:
        source = N_("When this host was last patched cannot be told: {what} is missing.")
        raise NotKnown(Sentence(source, {"what": ", ".join(section.missing) or "rpm, dpkg"}))
    when = datetime.fromtimestamp(float(rows[-1][1]), UTC)
    days = (now - when) / timedelta(days=1)
    if days < -1:
        source = N_("The newest package was installed on {day}, after the host's own clock: the clock is wrong.")
        return [verdict(Status.UNKNOWN, source, day=f"{when:%Y-%m-%d}")]
    kernel = "".join(facts.part["kernel"].texts).strip() or "?"
    source = N_(
        "A package was last installed on {day}, {days} days ago; kernel {kernel}. A scan has to say what is missing."
    )
    said = verdict(
        at_most(days, facts.limits), source, "", f"{days:.0f}",
        day=f"{when:%Y-%m-%d}", days=f"{max(days, 0):.0f}", kernel=kernel,
    )  # fmt: skip
    return [replace(said, expected=high(facts.limits), metrics=metric("patch_age_days", days, "d", facts.limits))]


def labels(facts: Facts) -> Sequence[Verdict]:
    """SELinux enforces its labels."""
    rows = dict(line.strip().partition("=" if "=" in line else " ")[::2] for line in facts.part["selinux"].texts)
    state = rows.get("enforce") or rows.get("getenforce", "")
    if "kernel" not in facts.part or not facts.part["kernel"].lines:
        raise NotKnown(Sentence(N_("The host did not even tell its kernel.")))
    if state in ("1", "Enforcing"):
        return [verdict(Status.OK, N_("SELinux enforces its labels."), measured="enforcing")]
    if state in ("0", "Permissive"):
        return [verdict(facts.broken, N_("SELinux only warns (permissive)."), measured="permissive")]
    if rows.get("apparmor") == "Y":
        source = N_("SELinux is off; AppArmor is on, which confines programs but labels nothing.")
        return [verdict(facts.broken, source, measured="AppArmor")]
    return [verdict(facts.broken, N_("Neither SELinux nor AppArmor is on."), measured="-")]


def modes(facts: Facts) -> Sequence[Verdict]:
    """Files that decide about rights belong to root, and no one else writes them; one verdict each."""
    rows = {}
    for line in facts.part["modes"].texts:
        mode, owner, group, path = line.split(None, 3)
        rows[path] = (_bits(mode), owner, group)
    if not rows:
        raise NotKnown(Sentence(N_("The modes of none of the files were shown.")))
    verdicts = [_mode(path, *rows[path], facts.broken) for path in rows if path in _MOST or "_key" in path]
    for path in _NEEDED:
        if path not in rows:
            verdicts.append(verdict(Status.UNKNOWN, N_("{path} is not there, or cannot be seen."), path, path=path))
    return verdicts


def _mode(path: str, bits: int, owner: str, group: str, broken: Status) -> Verdict:
    most = _MOST.get(path, _HOST_KEY)
    value = f"{bits:04o} {owner}:{group}"
    expected = Sentence(N_("{mode}, root"), {"mode": f"{most:04o}"})
    values = {"path": path, "mode": f"{bits:04o}", "owner": owner}
    if bits & 0o002 or owner != "0":
        source = N_("{path} can be changed by others than root (mode {mode}, owner {owner}).")
        status = Status.CRIT
    elif bits & ~most:
        source = N_("{path} is more open than it should be (mode {mode}).")
        # Anyone may read the hashes, or the key that the server proves itself with.
        status = Status.CRIT if bits & 0o004 and not most & 0o004 else broken
    else:
        source = N_("{path} belongs to root with mode {mode}.")
        status = Status.OK
    return Verdict(path, status, Sentence(source, values), Sentence(N_("{value}"), {"value": value}), expected)


def _bits(mode: str) -> int:
    """The nine letters of ls as a number; ValueError for something else."""
    if len(mode) != 10:
        raise ValueError(mode)
    return sum(1 << (8 - place) for place, letter in enumerate(mode[1:]) if letter not in "-ST")
