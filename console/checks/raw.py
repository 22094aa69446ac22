"""What is asked of a host and what comes back, before anyone understands it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from console.model.sentence import NOTHING, Sentence

Dialect = Literal["posix", "json"]
"""Text of a shell section (SSH, Linux bundle), or JSON (the local process, the Windows bundle)."""


@dataclass(frozen=True)
class Probe:
    """One read-only question to one host. Equal probes are asked once a run, whoever needs them."""

    name: str
    """Of the shell section data/probes/NAME.sh, of the local function and of the section in collect.ps1."""
    args: tuple[str, ...] = ()
    """Handed over as arguments, never pasted into a command."""
    limit_s: float = 10.0
    """Seconds it may take by itself."""


SYSTEM = Probe("system")
"""Who asks and what machine this is; access, uptime, load, memory and clock share its answer."""


@dataclass(frozen=True)
class Raw:
    """The answer to a probe, complete or not."""

    probe: Probe
    dialect: Dialect
    output: bytes = b""
    exit_status: int | None = None
    """None when it never ended."""
    trouble: Sentence = NOTHING
    """Why there is no answer or only a part of it: unreachable, refused, deadline, cut off. Empty when complete."""
    command: str = ""
    """What was run, for the evidence; without secrets."""
    tool: str = ""
    """By what way, such as "ssh inspector@10.0.0.2:22"."""
    started: datetime = field(default_factory=lambda: datetime.fromtimestamp(0).astimezone())
    """By this machine's clock, with zone."""
    seconds: float = 0.0
    system: Literal["", "linux", "windows"] = ""
    """System of the host that answered; empty when unknown."""
    truncated: bool = False
    """Output beyond the cap was dropped."""
