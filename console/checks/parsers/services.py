"""The probe "services" of either dialect as facts (data/probes/services.sh, console/checks/local/services.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from console.checks.kind import NotKnown
from console.checks.parsers.reading import told
from console.checks.raw import Raw
from console.i18n import N_
from console.model.sentence import NOTHING, Sentence


class State(StrEnum):
    """What a service is doing, whichever manager says so."""

    RUNS = "runs"
    DONE = "done"
    """A one-shot that has done its work and is counted as active."""
    CHANGING = "changing"
    """Starting, stopping or reloading."""
    STOPPED = "stopped"
    FAILED = "failed"
    ABSENT = "absent"
    """No such service is installed."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Service:
    """One service."""

    name: str
    state: State
    said: str
    """The manager's own words, such as "failed (exit-code)"."""
    starts_by_itself: bool | None = None
    """At the start of the system; None when it is not known."""
    restarts: int | None = None
    """By the manager since it was last started by hand or at boot (systemd from 235); None when nobody counts."""
    started: float | None = None
    """POSIX seconds by the host's clock."""
    age: float | None = None
    """Seconds since then, which no step of a clock changes on Linux."""
    trouble: Sentence = NOTHING
    """Why it is not known."""


@dataclass(frozen=True)
class ServiceFacts:
    """All services that were asked for."""

    manager: str
    """"systemd", "sysv" or "windows"."""
    services: Mapping[str, Service]
    """By the name that was asked for."""


_SYSV = {0: State.RUNS, 1: State.FAILED, 2: State.FAILED, 3: State.STOPPED}
"""Exit statuses of `status` (LSB Core 20.2): 1 and 2 are dead with a file left behind, 4 is unknown."""
_ACTIVE = {
    "active": State.RUNS,
    "reloading": State.CHANGING,
    "activating": State.CHANGING,
    "deactivating": State.CHANGING,
    "inactive": State.STOPPED,
    "failed": State.FAILED,
    "maintenance": State.CHANGING,
}
_WINDOWS = {
    "running": State.RUNS,
    "stopped": State.STOPPED,
    "paused": State.STOPPED,
    **dict.fromkeys(
        ("start pending", "stop pending", "continue pending", "pause pending", "start_pending", "stop_pending",
         "continue_pending", "pause_pending"),
        State.CHANGING,
    ),
}  # fmt: skip


def services_of(raw: Raw) -> ServiceFacts:
    """Facts of an answer. Raises NotKnown when there is none; ValueError, LookupError or TypeError for another text."""
    value = told(raw)
    return _of_text(value) if isinstance(value, str) else _of_object(value)


def _of_text(text: str) -> ServiceFacts:
    head, sections, whole = _split(text)
    manager = next((line[8:] for line in head if line.startswith("manager ")), "")
    if not whole:
        raise ValueError("not an answer of services.sh")
    if not manager:
        raise NotKnown(Sentence(N_("This host has neither systemd nor /etc/init.d; nobody can tell its services.")))
    now, uptime = _number(head, "now "), _number(head, "uptime ")
    clock = None if now is None or uptime is None else (now, uptime)
    return ServiceFacts(manager, {name: _service(name, lines, clock) for name, lines in sections.items()})


def _split(text: str) -> tuple[list[str], dict[str, list[str]], bool]:
    head: list[str] = []
    sections: dict[str, list[str]] = {}
    lines, whole = head, False
    for line in text.splitlines():
        if line == "= end":
            whole = True
        elif line.startswith("= "):
            lines = sections.setdefault(line[2:], [])
        else:
            lines.append(line)
    return head, sections, whole


def _number(lines: list[str], mark: str) -> float | None:
    return next((float(line[len(mark) :].split()[0]) for line in lines if line.startswith(mark)), None)


def _service(name: str, lines: list[str], clock: tuple[float, float] | None) -> Service:
    if "!name" in lines:
        return Service(name, State.UNKNOWN, "", trouble=Sentence(N_("This is not a name that a service can have.")))
    sysv = next((line[5:] for line in lines if line.startswith("sysv ")), None)
    if sysv == "absent":
        return Service(name, State.ABSENT, sysv)
    if sysv is not None:
        code = int(sysv)
        source = N_("Its script answers {code}, which says nothing.")
        trouble = NOTHING if code in _SYSV else Sentence(source, {"code": str(code)})
        return Service(name, _SYSV.get(code, State.UNKNOWN), f"status {code}", trouble=trouble)
    facts = dict(line.split("=", 1) for line in lines if "=" in line)
    if "LoadState" not in facts:
        said = next((line for line in lines if line and not line.startswith("exit ")), "")
        source = N_("systemctl says: {said}")
        return Service(name, State.UNKNOWN, said, trouble=Sentence(source, {"said": said[:200] or "-"}))
    return _unit(name, facts, clock)


def _unit(name: str, facts: Mapping[str, str], clock: tuple[float, float] | None) -> Service:
    """A unit as `systemctl show` has it; `clock` is the host's time and how long it has been up."""
    if facts["LoadState"] == "not-found":
        return Service(name, State.ABSENT, "not-found")
    active, sub = facts.get("ActiveState", ""), facts.get("SubState", "")
    state = _ACTIVE.get(active, State.UNKNOWN)
    if active == "active" and sub == "exited":
        state = State.DONE
    if active == "activating" and sub == "auto-restart":
        # Between two falls; what it says of itself is "activating".
        state = State.FAILED
    result = facts.get("Result", "")
    said = f"{active} ({sub})" if result in ("", "success") else f"{active} ({sub}, {result})"
    if facts["LoadState"] == "masked":
        said = f"{said}, masked"
    micros = facts.get("ActiveEnterTimestampMonotonic", "")
    started = age = None
    if clock is not None and micros.isdigit() and int(micros) > 0 and state in (State.RUNS, State.DONE):
        age = max(0.0, clock[1] - int(micros) / 1e6)
        started = clock[0] - age
    file_state = facts.get("UnitFileState", "")
    by_itself = {"enabled": True, "disabled": False, "masked": False}.get(file_state)
    restarts = facts.get("NRestarts", "")
    return Service(
        name, state, said, by_itself, int(restarts) if restarts.isdigit() else None,
        started, age, NOTHING if state is not State.UNKNOWN else Sentence(N_("systemctl says: {said}"), {"said": said}),
    )  # fmt: skip


def _of_object(value: dict[str, Any]) -> ServiceFacts:
    found: dict[str, Service] = {}
    for each in value["services"]:
        name = str(each["name"])
        if not each["found"]:
            found[name] = Service(name, State.ABSENT, "")
            continue
        said = str(each["state"])
        state = _WINDOWS.get(said.lower(), State.UNKNOWN)
        code = each.get("exit_code")
        # 1077: nobody has tried to start it since the system began; an ending like any other.
        if state is State.STOPPED and code not in (None, 0, 1077):
            state, said = State.FAILED, f"{said} ({code})"
        source = N_("Windows says: {said}")
        started = each.get("started")
        found[name] = Service(
            name, state, said, str(each.get("start", "")).lower().startswith("auto"), None,
            None if started is None else float(started),
            None if started is None else max(0.0, float(value["now"]) - float(started)),
            NOTHING if state is not State.UNKNOWN else Sentence(source, {"said": said}),
        )  # fmt: skip
    return ServiceFacts("windows", found)
