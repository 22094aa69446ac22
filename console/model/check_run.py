"""Nouns of a run of the checklists: what was chosen, what happens while it lasts, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from console.model.checks import Finding, Status
from console.model.sentence import Said, Sentence, Words


@dataclass(frozen=True)
class Selection:
    """What to ask. Empty tuples mean everything."""

    checks: tuple[str, ...] = ()
    """Ids of checks, or their beginnings up to a dot: "disk" means "disk.used" and "disk.inodes"."""
    hosts: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    """Ids of queues, logs, interfaces …"""


@dataclass(frozen=True)
class PlannedRow:
    """One question of a run before it is answered: a check and a target. Its answer may be several findings."""

    check: str
    target: str
    title: Words
    host: str
    clause: tuple[str, ...]


@dataclass(frozen=True)
class TrustQuestion:
    """A host that shows a key nobody has confirmed yet."""

    host: str
    """Id in the site file."""
    address: str
    port: int
    key_type: str
    """Such as "ssh-ed25519"."""
    fingerprint: str
    """"SHA256:…" as OpenSSH prints it."""
    key: str
    """The public key itself, base64: what is kept when the operator trusts it."""


@dataclass(frozen=True)
class Planned:
    """The run begins with these rows, all waiting."""

    rows: tuple[PlannedRow, ...]
    warnings: tuple[Sentence, ...] = ()
    """Preflight: missing privileges, checks of the catalogue that cannot be used."""


@dataclass(frozen=True)
class Started:
    """A row is being asked now."""

    check: str
    target: str


@dataclass(frozen=True)
class Answered:
    """A row has its findings, all of them."""

    check: str
    target: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Trust:
    """A host waits for the operator's word; its rows are UNKNOWN until it is asked again."""

    question: TrustQuestion


@dataclass(frozen=True)
class Ended:
    """The run is over; nothing comes after it."""

    run: int
    """Number in the history; 0 when it could not be written."""
    status: Status
    seconds: float
    stopped: bool
    problem: str = ""
    """A sentence when the run itself failed (no site, the process died); empty otherwise."""


RunEvent = Planned | Started | Answered | Trust | Ended


@dataclass(frozen=True)
class CheckRun:
    """A run as the history holds it."""

    id: int
    site: str
    started: datetime
    seconds: float
    status: Status
    """Worst of its findings; UNKNOWN for none."""
    stopped: bool
    operator: str
    """Empty for a run without a person, such as from cron."""
    counts: tuple[tuple[Status, int], ...]
    findings: tuple[Finding, ...] = ()
    """Empty where only the list of runs was asked for."""


@dataclass(frozen=True)
class CheckNote:
    """What the console knows of a check besides its findings, for the details."""

    title: Words
    rationale: Words
    remedy: Said
    privilege: Words
    clause: tuple[str, ...]
    standard: tuple[str, ...]
