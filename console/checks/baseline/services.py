"""Rules about what runs and listens: 8.1.4.1 c), 8.1.4.3 a) c), 8.1.4.4 a) b)."""

from collections.abc import Sequence

from console.checks.baseline.judging import Facts, listed, verdict
from console.checks.baseline.sections import Sections, denied
from console.checks.kind import NotKnown
from console.i18n import N_
from console.model.checks import Status, Verdict
from console.model.sentence import Sentence
from console.model.site import Host

_CLEAR_PORTS = {21: "ftp", 23: "telnet", 512: "rexec", 513: "rlogin", 514: "rsh"}
_CLEAR_PROGRAMS = frozenset(
    "telnetd in.telnetd utelnetd rshd in.rshd rlogind in.rlogind rexecd in.rexecd vsftpd proftpd pure-ftpd ftpd "
    "in.ftpd wu-ftpd".split()
)
_CLEAR_UNITS = frozenset(
    "telnet.socket rsh.socket rlogin.socket rexec.socket vsftpd.service proftpd.service pure-ftpd.service".split()
)
_CLEAR_INETD = frozenset("telnet shell login exec ftp rsh rlogin rexec".split())
_SYSLOGS = ("rsyslogd", "syslog-ng", "syslogd", "metalog")


def clear_text(facts: Facts) -> Sequence[Verdict]:
    """telnet, rsh and ftp send passwords that anyone on the way can read."""
    part = facts.part
    ports = [port for address, port in _listening(part) if not _loopback(address)]
    found = [f"{_CLEAR_PORTS[port]} ({port})" for port in sorted(set(ports)) if port in _CLEAR_PORTS]
    found += [name for name in part["processes"].texts if name in _CLEAR_PROGRAMS]
    found += [words[0] for words in _units(part) if words[0] in _CLEAR_UNITS and "ActiveState=active" in words]
    found += _of_inetd(part)
    if found:
        source = N_("Services that send passwords in the clear are on: {names}.")
        return [verdict(Status.CRIT, source, measured=found[0], names=listed(found))]
    if not part["processes"].lines or part["inetd"].denied:
        source = N_("No telnet, rsh or ftp was found, but not everything can be seen: {what}.")
        unseen = [*part["processes"].denied, *part["inetd"].denied] or ["/proc"]
        return [verdict(Status.UNKNOWN, source, what=listed(unseen))]
    return [verdict(Status.OK, N_("telnet, rsh, rlogin, rexec and ftp are off."), measured="-")]


def _of_inetd(part: Sections) -> list[str]:
    found = []
    files: dict[str, list[str]] = {}
    for file, line in part["inetd"].lines:
        files.setdefault(file, []).append(line)
    for file, lines in files.items():
        if file.endswith("/inetd.conf"):
            found += [f"inetd {line.split()[0]}" for line in lines if line.split()[0] in _CLEAR_INETD]
            continue
        text = " ".join(" ".join(lines).split()).lower()
        name = text.partition("service ")[2].split(" ")[0]
        if name in _CLEAR_INETD and "disable = yes" not in text and "disable=yes" not in text:
            found.append(f"xinetd {name}")
    return found


def open_ports(facts: Facts) -> Sequence[Verdict]:
    """What listens to the network stands on the host's list of expected ports."""
    host = facts.asked.target.thing
    expected = set(host.ports) if isinstance(host, Host) else set()
    found = sorted({port for address, port in _listening(facts.part) if not _loopback(address)})
    if not expected:
        source = N_(
            "{count} ports listen ({ports}), and the site file lists none for this host: learn and confirm them."
        )
        return [verdict(Status.MANUAL, source, measured=str(len(found)), count=str(len(found)), ports=_numbers(found))]
    extra = [port for port in found if port not in expected]
    if extra:
        source = N_("{count} ports listen that the site file does not list for this host: {ports}.")
        more = Verdict(
            "", facts.broken, Sentence(source, {"count": str(len(extra)), "ports": _numbers(extra)}),
            Sentence(N_("{count} more"), {"count": str(len(extra))}),
            Sentence(N_("{value}"), {"value": _numbers(sorted(expected))}),
        )  # fmt: skip
        return [more]
    if not found:
        raise NotKnown(Sentence(N_("Nothing listens to the network at all, which a server that is asked cannot be.")))
    source = N_("All {count} ports that listen are expected: {ports}.")
    return [verdict(Status.OK, source, measured=str(len(found)), count=str(len(found)), ports=_numbers(found))]


def audit(facts: Facts) -> Sequence[Verdict]:
    """The kernel's audit daemon runs."""
    states = {words[0]: words[1:] for words in _units(facts.part)}
    auditd = states.get("auditd.service", [])
    processes = facts.part["processes"]
    if "auditd" in processes.texts or "ActiveState=active" in auditd:
        source = N_("auditd runs; which rules it has loaded needs root (auditctl -l).")
        return [verdict(Status.OK, source, measured="auditd")]
    if processes.denied and not auditd:
        raise denied(processes)
    if not processes.lines and not auditd:
        raise NotKnown(Sentence(N_("No process at all was shown.")))
    return [verdict(facts.broken, N_("auditd does not run: nobody records what users do."), measured="-")]


def syslog(facts: Facts) -> Sequence[Verdict]:
    """A syslog runs, and sends a copy to another machine, where an intruder does not reach it."""
    processes = facts.part["processes"]
    running = [name for name in processes.texts if name in _SYSLOGS]
    states = {words[0]: words[1:] for words in _units(facts.part)}
    running += [
        unit for unit in ("rsyslog.service", "syslog-ng.service") if "ActiveState=active" in states.get(unit, [])
    ]
    journal = "ActiveState=active" in states.get("systemd-journald.service", []) or any(
        name.startswith("systemd-journal") for name in processes.texts
    )
    if not (running or journal):
        if processes.denied:
            raise denied(processes)
        if not processes.lines:
            raise NotKnown(Sentence(N_("No process at all was shown.")))
        return [verdict(facts.broken, N_("No syslog runs on this host: neither rsyslog nor a journal."), measured="-")]
    name = running[0] if running else "systemd-journald"
    first = verdict(Status.OK, N_("{name} runs."), "running", name, name=name)
    return [first, _remote(facts)]


def _remote(facts: Facts) -> Verdict:
    section = facts.part["forwarding"]
    lines = [line.strip() for line in section.texts]
    found = [
        line for line in lines
        if "omfwd" in line or "omrelp" in line or _legacy(line) or (line.startswith("destination") and "tcp(" in line)
    ]  # fmt: skip
    item = "remote"
    if found:
        source = N_("Log records are also sent to another machine: {line}")
        return verdict(Status.OK, source, item, line=found[0][:120])
    if section.denied:
        return Verdict(item, Status.UNKNOWN, denied(section).why)
    source = N_("Log records stay on this machine alone, where an intruder can delete them.")
    return verdict(facts.broken, source, item, "-")


def _legacy(line: str) -> bool:
    """`*.* @@loghost:514`, rsyslog's and syslogd's old form."""
    words = line.split()
    return len(words) == 2 and "." in words[0] and words[1].startswith("@")


def _units(part: Sections) -> list[list[str]]:
    return [line.split() for line in part["units"].texts]


def _listening(part: Sections) -> list[tuple[str, int]]:
    """(address in hexadecimal, port) of every TCP socket that listens. Raises NotKnown when nobody can see them."""
    section = part["listening"]
    if section.denied:
        raise denied(section)
    if not any(line for _file, line in section.lines) and not section.lines:
        raise NotKnown(Sentence(N_("No listening port at all was shown.")))
    found = []
    for line in section.texts:
        address, _colon, port = line.strip().rpartition(":")
        found.append((address, int(port, 16)))
    return found


def _loopback(address: str) -> bool:
    """127.0.0.0/8 and ::1 as /proc writes them on machines that count bytes from the small end."""
    if len(address) == 8:
        return address.endswith("7F")
    return address in ("00000000000000000000000001000000",) or (
        address.startswith("0000000000000000FFFF0000") and address.endswith("7F")
    )


def _numbers(ports: Sequence[int]) -> str:
    return listed([str(port) for port in ports], 12)
