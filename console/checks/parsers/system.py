"""The probe "system" of either dialect as facts (data/probes/system.sh, console/checks/local/system.py)."""

from dataclasses import dataclass
from typing import Any

from console.checks.parsers.reading import told
from console.checks.raw import Raw

_KIB = 1024


@dataclass(frozen=True)
class Memory:
    """Sizes in bytes."""

    total: int
    available: int
    """What programs can still have; where the kernel does not say (before Linux 3.14): free, buffers and cache."""
    guessed: bool
    """Whether `available` is such a sum."""
    swap_total: int
    swap_free: int


@dataclass(frozen=True)
class SystemFacts:
    """What a host says of itself. None is what it did not say."""

    now: float | None
    """POSIX seconds by its own clock."""
    whole_seconds: bool
    """Whether `now` was cut to whole seconds."""
    kernel: str
    host: str
    user: str
    root: bool
    """Whether the account has all rights (uid 0, Administrators)."""
    release: str
    uptime: float | None
    """Seconds."""
    load: tuple[float, float, float] | None
    """Of 1, 5 and 15 minutes; Windows has none."""
    cpus: int
    """Zero when it is not known."""
    cpu_percent: float | None
    memory: Memory | None
    tools: frozenset[str]
    hidden: bool
    """Whether processes of other accounts are hidden from this one."""


def system_of(raw: Raw) -> SystemFacts:
    """Facts of an answer. Raises NotKnown when there is none; ValueError, LookupError or TypeError for another text."""
    value = told(raw)
    return _of_text(value) if isinstance(value, str) else _of_object(value)


def _of_text(text: str) -> SystemFacts:
    facts: dict[str, str] = {}
    sizes: dict[str, int] = {}
    tools: set[str] = set()
    whole = hidden = False
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        if word == "mem":
            name, _, size = rest.partition(":")
            sizes[name] = int(size.split()[0]) * _KIB
        elif word == "tool":
            tools.add(rest)
        elif line == "!hidden processes":
            hidden = True
        elif line == "end":
            whole = True
        else:
            facts.setdefault(word, rest)
    if not whole or "kernel" not in facts:
        raise ValueError("not an answer of system.sh")
    load = [float(part) for part in facts.get("load", "").split()[:3]]
    return SystemFacts(
        now=float(facts["now"]) if facts.get("now", "").isdigit() else None,
        whole_seconds=True,
        kernel=facts["kernel"],
        host=facts.get("host", ""),
        user=facts.get("user", "") or facts.get("uid", ""),
        root=facts.get("uid") == "0",
        release=facts.get("release", ""),
        uptime=float(facts["uptime"].split()[0]) if facts.get("uptime") else None,
        load=(load[0], load[1], load[2]) if len(load) == 3 else None,
        cpus=int(facts.get("cpus") or 0),
        cpu_percent=None,
        memory=_memory(sizes),
        tools=frozenset(tools),
        hidden=hidden,
    )


def _memory(sizes: dict[str, int]) -> Memory | None:
    if not sizes.get("MemTotal"):
        return None
    guessed = "MemAvailable" not in sizes
    if guessed:
        available = sizes["MemFree"] + sizes.get("Buffers", 0) + sizes.get("Cached", 0)
    else:
        available = sizes["MemAvailable"]
    return Memory(sizes["MemTotal"], available, guessed, sizes.get("SwapTotal", 0), sizes.get("SwapFree", 0))


def _of_object(value: dict[str, Any]) -> SystemFacts:
    memory = value.get("memory")
    percent, uptime = value.get("cpu_percent"), value.get("uptime")
    return SystemFacts(
        now=float(value["now"]),
        whole_seconds=False,
        kernel=str(value["kernel"]),
        host=str(value.get("host", "")),
        user=str(value.get("user", "")),
        root=value.get("admin") is True,
        release=str(value.get("release", "")),
        uptime=None if uptime is None else float(uptime),
        load=None,
        cpus=int(value.get("cpus") or 0),
        cpu_percent=None if percent is None else float(percent),
        memory=None if not memory else _windows_memory(memory),
        tools=frozenset(),
        hidden=False,
    )


def _windows_memory(memory: dict[str, Any]) -> Memory | None:
    total = int(memory["total"])
    swap_total, swap_free = int(memory.get("swap_total") or 0), int(memory.get("swap_free") or 0)
    return Memory(total, int(memory["available"]), False, swap_total, swap_free) if total > 0 else None
