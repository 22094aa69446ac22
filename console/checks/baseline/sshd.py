"""Rules about the SSH server: 8.1.4.1 b) c) and 8.1.4.4 c).

Its effective configuration needs root. Without, the files are read in sshd's own way (the first value counts, Include
where it stands, Match later), and each sentence says that they are files.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch

from console.checks.baseline.judging import Facts, listed, verdict
from console.checks.baseline.sections import Section, Sections, denied
from console.checks.kind import NotKnown
from console.i18n import N_
from console.model.checks import Status, Verdict
from console.model.sentence import Sentence

_WEAK_CIPHERS = re.compile(r"(3des|arcfour|blowfish|cast128|rijndael-cbc|aes\d+-cbc|none)")
_WEAK_MACS = re.compile(r"(md5|-96|ripemd)")
_WEAK_KEX = re.compile(r"(group1-sha1|group14-sha1|exchange-sha1)")
_MAIN = "/etc/ssh/sshd_config"


@dataclass(frozen=True)
class Rules:
    """What the server obeys, as far as it can be known."""

    values: dict[str, str]
    """Keys in small letters; of each the first value."""
    matched: dict[str, list[str]]
    """Values inside Match blocks, which may hold for some."""
    effective: bool
    """True for what `sshd -T` says, False for files."""
    version: tuple[int, int]
    """Of OpenSSH; (0, 0) when it is not known."""


def sshd(facts: Facts) -> Sequence[Verdict]:
    """Root, empty passwords, tries, idle time, algorithms; one verdict each."""
    rules = rules_of(facts.part)
    if rules is None:
        return [verdict(Status.NA, N_("There is no SSH server configuration on this host."))]
    return [_root(rules, facts), _empty(rules), _tries(rules, facts), _idle(rules, facts), _algorithms(rules, facts)]


def management(facts: Facts) -> Sequence[Verdict]:
    """Something restricts from where the server is managed; whether it is tight enough is for a person."""
    ssh, services = facts.parts
    rules = rules_of(ssh)
    found = []
    if rules is not None:
        found += [key for key in ("allowusers", "allowgroups") if rules.values.get(key)]
    hosts = services["hosts"]
    found += [f"hosts.deny: {line.strip()}" for file, line in hosts.lines if file.endswith("hosts.deny")]
    walls = ("firewalld.service", "ufw.service", "nftables.service", "iptables.service")
    units = [line.split() for line in services["units"].texts]
    found += [unit[0] for unit in units if unit[0] in walls and "ActiveState=active" in unit]
    if found:
        source = N_("Access is restricted by {what}; whether the addresses are the right ones is for a person.")
        return [verdict(Status.OK, source, measured=found[0][:20], what=listed(found, 4))]
    if hosts.denied or services["units"].missing:
        source = N_("No restriction was found, but not everything can be seen: {what}.")
        unseen = [*hosts.denied, *services["units"].missing]
        return [verdict(Status.UNKNOWN, source, what=listed(unseen))]
    source = N_("Nothing restricts from where this server is managed: no AllowUsers, hosts.deny or firewall.")
    return [verdict(facts.broken, source, measured="-")]


def rules_of(part: Sections) -> Rules | None:
    """The rules; None where no SSH server is set up. Raises NotKnown when they cannot be read."""
    found = re.search(r"OpenSSH_(\d+)\.(\d+)", " ".join(part["version"].texts))
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    effective = part["effective"].texts
    if effective:
        values: dict[str, str] = {}
        for line in effective:
            key, _blank, value = line.strip().partition(" ")
            values.setdefault(key.lower(), value.strip())
        return Rules(values, {}, True, version)
    files = part["files"]
    if _MAIN in files.missing:
        return None
    if files.denied:
        raise denied(files)
    if not files.lines:
        raise NotKnown(Sentence(N_("The rules of the SSH server are empty, or were not shown.")))
    return _of_files(files, version)


def _of_files(files: Section, version: tuple[int, int]) -> Rules:
    values: dict[str, str] = {}
    matched: dict[str, list[str]] = {}
    in_match = False
    for line in _expanded(files):
        key, value = _split(line)
        if key == "match":
            in_match = value.lower() != "all"
        elif in_match:
            matched.setdefault(key, []).append(value)
        else:
            values.setdefault(key, value)
    return Rules(values, matched, False, version)


def _expanded(files: Section) -> list[str]:
    lines = []
    for file, line in files.lines:
        if file != _MAIN:
            continue
        key, value = _split(line)
        if key != "include":
            lines.append(line)
            continue
        for pattern in value.split():
            whole = pattern if pattern.startswith("/") else f"/etc/ssh/{pattern}"
            # A Match inside an included file ends with it.
            lines += [text for name, text in files.lines if name != _MAIN and fnmatch(name, whole)] + ["Match all"]
    return lines


def _split(line: str) -> tuple[str, str]:
    key, _sign, value = re.sub(r"^(\w+)\s*(=|\s)\s*", r"\1 ", line.strip()).partition(" ")
    return key.lower(), value.strip().strip('"')


def _source(rules: Rules) -> Sentence:
    if rules.effective:
        return Sentence(N_("sshd -T"))
    return Sentence(N_("the files; sshd -T needs root"))


def _root(rules: Rules, facts: Facts) -> Verdict:
    value = rules.values.get("permitrootlogin", "").lower()
    if not value:
        if rules.version == (0, 0):
            source = N_("PermitRootLogin is not set, and what that means depends on a version that nobody told.")
            return verdict(Status.UNKNOWN, source, "root")
        # OpenSSH 7.0 changed its default.
        value = "prohibit-password" if rules.version >= (7, 0) else "yes"
    sometimes = [each.lower() for each in rules.matched.get("permitrootlogin", [])]
    status = facts.broken if "yes" in (value, *sometimes) else Status.OK
    if status is not Status.OK:
        source = N_("root may log in with a password over SSH (PermitRootLogin {value}; {way}).")
    else:
        source = N_("root may not log in with a password over SSH (PermitRootLogin {value}; {way}).")
    return verdict(status, source, "root", value, value=value, way=_source(rules))


def _empty(rules: Rules) -> Verdict:
    values = [rules.values.get("permitemptypasswords", "no"), *rules.matched.get("permitemptypasswords", [])]
    status = Status.CRIT if "yes" in map(str.lower, values) else Status.OK
    source = N_("PermitEmptyPasswords is {value} ({way}).")
    value = "yes" if status is Status.CRIT else "no"
    return verdict(status, source, "empty-passwords", value, value=value, way=_source(rules))


def _tries(rules: Rules, facts: Facts) -> Verdict:
    # Six is OpenSSH's default in all versions.
    value = rules.values.get("maxauthtries", "6")
    most = int(facts.asked.check.params.get("max_tries", 6))
    status = Status.OK if value.isdigit() and 0 < int(value) <= most else facts.broken
    source = N_("One SSH connection may try {value} passwords, {most} are allowed (MaxAuthTries; {way}).")
    return verdict(status, source, "tries", value, value=value, most=str(most), way=_source(rules))


def _idle(rules: Rules, facts: Facts) -> Verdict:
    interval = _duration(rules.values.get("clientaliveinterval", "0"))
    count = _duration(rules.values.get("clientalivecountmax", "3"))
    most = int(facts.asked.check.params.get("max_idle_s", 900))
    if not interval:
        source = N_("SSH connections that broke off stay open (ClientAliveInterval 0; {way}).")
        return verdict(facts.broken, source, "idle", "0", way=_source(rules))
    seconds = interval * max(count, 1)
    status = Status.OK if seconds <= most else facts.broken
    source = N_("SSH gives a broken connection up after {seconds} s ({most} s allowed; {way}).")
    return verdict(status, source, "idle", str(seconds), seconds=str(seconds), most=str(most), way=_source(rules))


def _duration(text: str) -> int:
    """sshd's own form: 300, 5m, 1h30m."""
    unit = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
    return sum(int(digits) * unit[letter] for digits, letter in re.findall(r"(\d+)([smhd]?)", text.lower()))


def _algorithms(rules: Rules, facts: Facts) -> Verdict:
    weak = []
    for key, pattern in (("ciphers", _WEAK_CIPHERS), ("macs", _WEAK_MACS), ("kexalgorithms", _WEAK_KEX)):
        value = rules.values.get(key, "")
        # "-name" takes an algorithm away from the defaults.
        names = [] if value.startswith("-") else value.lstrip("+^").split(",")
        weak += [name for name in names if name and pattern.search(name.removesuffix("@openssh.com").split("-etm")[0])]
    if "1" in rules.values.get("protocol", "").replace(" ", "").split(","):
        weak.insert(0, "SSH-1")
    if weak:
        source = N_("The SSH server still offers weak algorithms: {names} ({way}).")
        return verdict(facts.broken, source, "algorithms", weak[0], names=listed(weak), way=_source(rules))
    if not rules.effective and rules.version < (7, 0):
        source = N_("Which algorithms OpenSSH {version} offers by itself is not seen in its files.")
        number = ".".join(map(str, rules.version)) if rules.version != (0, 0) else "?"
        return verdict(Status.UNKNOWN, source, "algorithms", version=number)
    source = N_("The SSH server names no weak algorithms ({way}).")
    return verdict(Status.OK, source, "algorithms", way=_source(rules))
