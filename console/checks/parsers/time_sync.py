"""The probe "time-sync" of either dialect: whether something keeps a clock right, and which program says so."""

import re
from dataclasses import dataclass

from console.checks.kind import NotKnown
from console.checks.parsers.reading import told
from console.checks.raw import Raw
from console.i18n import N_
from console.model.sentence import Sentence


@dataclass(frozen=True)
class Keeping:
    """What keeps the clock."""

    tool: str
    """"chrony", "ntp", "timedatectl" or "w32time"."""
    synchronized: bool
    source: str = ""
    """Address of the server, where it is told."""
    offset: float | None = None
    """Seconds, as the tool reckons it; positive when the clock is ahead."""


_CHRONY_OFFSET = re.compile(r"System time *: *([0-9.]+) seconds (fast|slow)")
_YES = re.compile(r"(?:NTPSynchronized=|NTP synchronized: |System clock synchronized: )(yes|no)")


def keeping_of(raw: Raw) -> Keeping:
    """Who keeps the clock. Raises NotKnown where nobody can tell, ValueError for a text that is something else."""
    value = told(raw)
    if not isinstance(value, str):
        return _windows(value)
    sections: dict[str, str] = {}
    here, daemons, whole = "", [], False
    for line in value.splitlines():
        if line == "= end":
            whole = True
        elif line.startswith("= "):
            here = line[2:]
        elif line.startswith("daemon "):
            daemons.append(line[7:])
        elif here:
            sections[here] = f"{sections.get(here, '')}{line}\n"
    if not whole:
        raise ValueError("not an answer of time-sync.sh")
    asked = (
        _chrony(sections.get("chrony")),
        _ntp(sections.get("ntp")),
        _timedatectl(sections.get("timedatectl")),
    )
    found = [keeping for keeping in asked if keeping is not None]
    if not found and daemons:
        source = N_("{daemon} runs, but no program here tells whether it succeeds.")
        raise NotKnown(Sentence(source, {"daemon": ", ".join(sorted(set(daemons)))}))
    if not found:
        raise NotKnown(Sentence(N_("No program on this host tells whether its clock is kept right.")))
    # The one that works decides: several may be installed and only one in use.
    return next((keeping for keeping in found if keeping.synchronized), found[0])


def _chrony(text: str | None) -> Keeping | None:
    if text is None or "Leap status" not in text:
        return None  # chronyd does not run: "506 Cannot talk to daemon"
    offset = _CHRONY_OFFSET.search(text)
    server = re.search(r"Reference ID *: *\S+ \(([^)]*)\)", text)
    ahead = None if offset is None else float(offset[1]) * (1 if offset[2] == "fast" else -1)
    leap = re.search(r"Leap status *: *(.+)", text)
    good = leap is not None and leap[1].strip() != "Not synchronised"
    return Keeping("chrony", good, server[1] if server else "", ahead)


def _ntp(text: str | None) -> Keeping | None:
    if text is None or "remote" not in text:
        return None
    row = next((line for line in text.splitlines() if line.startswith(("*", "o"))), None)
    if row is None:
        return Keeping("ntp", False)
    words = row[1:].split()
    # remote refid st t when poll reach delay offset jitter; offset in ms, positive when the server is ahead.
    return Keeping("ntp", True, words[0], -float(words[8]) / 1000)


def _timedatectl(text: str | None) -> Keeping | None:
    match = _YES.search(text or "")
    return None if match is None else Keeping("timedatectl", match[1] == "yes")


def _windows(value: dict[str, object]) -> Keeping:
    server = str(value.get("server") or "").partition(",")[0]
    kind = str(value["type"])
    if not value["running"] or kind == "NoSync":
        return Keeping("w32time", False, server)
    good, bad = value.get("good"), value.get("bad")
    if not isinstance(good, int | float):
        if isinstance(bad, int | float):
            return Keeping("w32time", False, server)
        raise NotKnown(Sentence(N_("The time service of Windows runs, but its log does not say whether it succeeds.")))
    return Keeping("w32time", not isinstance(bad, int | float) or good >= bad, server)
