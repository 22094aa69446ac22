"""Whether the services that the site file names are running.

Only expected ones are asked for. "Not installed" is an answer of its own: a name with a mistake in it looks like that.
`changing` of the catalogue's entry is the status of one that starts or stops just now.
"""

from collections.abc import Mapping, Sequence

from console.checks.kind import Asked, Check, Kind, Target, Wanted
from console.checks.parsers.services import Service, State, services_of
from console.checks.raw import Probe
from console.i18n import N_
from console.model.checks import Status, Verdict
from console.model.sentence import Sentence, Value
from console.model.site import Site

_STATUS = {
    State.RUNS: Status.OK,
    State.DONE: Status.OK,
    State.CHANGING: Status.WARN,
    State.STOPPED: Status.CRIT,
    State.FAILED: Status.CRIT,
    State.ABSENT: Status.CRIT,
    State.UNKNOWN: Status.UNKNOWN,
}
_SAID: Mapping[State, tuple[str, str]] = {
    State.RUNS: (N_("{name} is running."), N_("running")),
    State.DONE: (N_("{name} has done its work and counts as active."), N_("done")),
    State.CHANGING: (N_("{name} is starting or stopping: {said}."), N_("changing")),
    State.STOPPED: (N_("{name} is stopped: {said}."), N_("stopped")),
    State.FAILED: (N_("{name} has failed: {said}."), N_("failed")),
    State.ABSENT: (N_("{name} is not installed on {host}; or the site file has another name for it."), N_("absent")),
    State.UNKNOWN: (N_("{name}: not known. {why}"), N_("not known")),
}
_EXPECTED = Sentence(N_("running"))


def targets(check: Check, site: Site) -> Sequence[Target]:
    """Hosts that can be asked and have expected services."""
    return [Target(host.id, host.id, host) for host in site.hosts if host.services and host.via != "none"]


def probes(wanted: Wanted) -> tuple[Probe, ...]:
    """One question for all services of the host."""
    return (services_probe(wanted),)


def services_probe(wanted: Wanted) -> Probe:
    """The question that this kind and "restarts" share."""
    return Probe("services", tuple(wanted.target.thing.services), limit_s=15.0)


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict for each expected service; one that is missing from the answer is UNKNOWN."""
    facts = services_of(asked.answer)
    host = asked.target.thing
    return [_verdict(name, facts.services.get(name), host.label, facts.manager) for name in host.services]


def _verdict(name: str, service: Service | None, host: str, manager: str) -> Verdict:
    if service is None:
        source = N_("{host} said nothing of {name}.")
        return Verdict(name, Status.UNKNOWN, Sentence(source, {"host": host, "name": name}), expected=_EXPECTED)
    source, word = _SAID[service.state]
    values: dict[str, Value] = {"name": name, "host": host, "said": service.said, "why": service.trouble}
    status = _STATUS[service.state]
    summary = Sentence(source, values)
    if status is Status.OK and service.starts_by_itself is False and manager == "systemd":
        # After the next power cut it stays down.
        status = Status.WARN
        summary = Sentence(N_("{name} is running, but does not start by itself after a reboot."), values)
    return Verdict(name, status, summary, Sentence(word), _EXPECTED, remedy=_remedy(service, manager))


def _remedy(service: Service, manager: str) -> Sentence:
    """What to run; each manager has its own commands."""
    values: dict[str, Value] = {"name": service.name}
    if service.state in (State.RUNS, State.DONE) and manager == "systemd":
        return Sentence(N_("Let it start with the system: sudo systemctl enable {name}"), values)
    if manager == "systemd":
        source = N_(
            "Look first: journalctl -u {name} -n 50 --no-pager; systemctl status {name}. Then, agreed with the "
            "department: sudo systemctl restart {name}"
        )
    elif manager == "sysv":
        source = N_("Look at its log first, then, agreed with the department: sudo service {name} restart")
    else:
        source = N_(
            "Look first: Get-Service '{name}'; Get-WinEvent -LogName System -MaxEvents 50. Then, agreed with the "
            "department, in an administrator's PowerShell: Start-Service '{name}'"
        )
    return Sentence(source, values)


KIND = Kind("services", targets, judge, probes)
