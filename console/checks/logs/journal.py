"""A look at the journal of a systemd unit: entries since the last one that was read, as data/probes/journal.sh says.

An entry is worth grouping when the journal itself ranks it as an error, or when one of the words stands in it.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from console.checks.logs.looking import Request
from console.checks.logs.scan import Tally, words_of
from console.checks.logs.shapes import Rules

FIRST_ENTRIES = 5000
BUDGET_BYTES = 6 * 1024 * 1024
_ERROR = 3
_LEVELS = ("EMERG", "ALERT", "CRIT", "ERROR")
_NO_RIGHTS = ("insufficient permissions", "not seeing messages from other users", "Permission denied")


class NotAJournalAnswer(ValueError):
    """The answer is cut off or garbled."""


def arguments(unit: str, state: Mapping[str, Any] | None) -> tuple[str, ...]:
    """What journal.sh is given."""
    return unit, str((state or {}).get("cursor", "")), str(FIRST_ENTRIES), str(BUDGET_BYTES)


def look_of(
    output: str, unit: str, request: Request, state: Mapping[str, Any] | None, looked_ns: int
) -> dict[str, Any]:
    """The result of `looking` from what journal.sh said. NotAJournalAnswer when that is not whole."""
    lines = output.rstrip("\n").split("\n")
    if lines[-1] != "!end" and lines != ["!tool journalctl"]:
        raise NotAJournalAnswer("no end")
    cursor = str((state or {}).get("cursor", ""))
    tally = Tally(Rules(request.raise_, request.mute), "utf-8")
    words = words_of(request.words, request.raise_, "utf-8")
    troubles: list[dict[str, str]] = []
    gaps: list[dict[str, Any]] = []
    entries = read = 0
    last, left, found = cursor, 0, False
    fresh: list[Mapping[str, Any]] = []
    for line in lines:
        if not line.startswith("{"):
            if line == "!tool journalctl":
                troubles.append({"path": "journalctl", "why": "missing tool"})
            elif any(words in line for words in _NO_RIGHTS) and not troubles:
                troubles.append({"path": unit, "why": "Permission denied"})
            continue
        read += len(line)
        try:
            entry = json.loads(line)
        except ValueError:
            # The cap fell into this entry; the next look begins with it.
            left = 1
            break
        here = str(entry["__CURSOR"])
        entries += 1
        last = here
        if cursor and _same(here, cursor):
            # What came before it was read at another look: a stick carries it again.
            found, fresh = True, []
            continue
        fresh.append(entry)
    if cursor and not found and not troubles:
        gaps.append({"path": unit, "why": "gone", "bytes": 0})
        last = last if entries else ""
    for entry in fresh:
        told, priority = _line(entry)
        if priority <= _ERROR or any(word in told for word in words):
            tally.take([told])
    return {
        "files": [{"path": unit, "how": "journal", "from": 0, "to": entries, "left": left}] if entries else [],
        "groups": tally.groups(), "lines": tally.lines, "muted": tally.muted, "cut": 0, "read": read, "left": left,
        "skipped": 0, "older": 0, "first": not state, "gaps": gaps, "troubles": troubles,
        "state": {"cursor": last, "looked": looked_ns},
    }  # fmt: skip


def _same(one: str, other: str) -> bool:
    """Whether two cursors mean one entry: the file's own number and place may change when journals are tidied up."""

    def parts(cursor: str) -> dict[str, str]:
        return dict(part.split("=", 1) for part in cursor.split(";") if "=" in part)

    first, second = parts(one), parts(other)
    return one == other or all(first.get(key) == second.get(key) for key in ("b", "m", "t", "x"))


def _line(entry: Mapping[str, Any]) -> tuple[bytes, int]:
    """An entry as a line of a log, and its priority."""
    message = entry.get("MESSAGE") or ""
    # Text that is no UTF-8 comes as a list of bytes.
    raw = bytes(message) if isinstance(message, list) else str(message).encode("utf-8", "replace")
    moment = datetime.fromtimestamp(int(entry.get("__REALTIME_TIMESTAMP", 0)) / 1e6, UTC)
    digits = str(entry.get("PRIORITY", ""))
    priority = int(digits) if digits.isdigit() else 9
    level = f"{_LEVELS[priority]} " if priority <= _ERROR else ""
    head = f"{moment:%Y-%m-%d %H:%M:%S}Z {level}{entry.get('SYSLOG_IDENTIFIER', '')}: "
    return head.encode("utf-8", "replace") + raw.replace(b"\n", b" "), priority
