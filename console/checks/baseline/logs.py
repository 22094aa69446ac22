"""How long log records are kept: 8.1.4.3 c), and the six months of the Cybersecurity Law.

A setting proves nothing; the date of the oldest record does. Where its text cannot be read, the last change of a
rotated file is a proof too: all its records are older than that.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from console.checks.baseline.judging import Facts, at_least, low, metric, verdict
from console.checks.baseline.sections import Section, denied
from console.checks.kind import NotKnown
from console.i18n import N_
from console.model.checks import Status, Verdict
from console.model.sentence import Sentence

_NAMES = {"system": N_("system log"), "login": N_("login log"), "audit": N_("audit log")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_OLDEST_BELIEVED = datetime(2000, 1, 1, tzinfo=UTC)


def retention(facts: Facts) -> Sequence[Verdict]:
    """The oldest record of system, login and audit log; one verdict each."""
    now = datetime.fromtimestamp(float(facts.part["now"].texts[0]), UTC)
    journal = facts.part["journal"]
    if not any(facts.part[name].lines or facts.part[name].denied for name in (*_NAMES, "journal")):
        raise NotKnown(Sentence(N_("No log files were found in /var/log.")))
    verdicts = []
    for item in ("system", "login", "audit"):
        section = facts.part[item]
        times = _times(section, now)
        if item != "audit":
            # Without a syslog the journal holds both.
            times += _journal(journal)
        verdicts.append(_judged(item, section, journal, [each for each in times if each <= now], now, facts))
    return verdicts


def _judged(
    item: str, section: Section, journal: Section, times: list[datetime], now: datetime, facts: Facts
) -> Verdict:
    name = Sentence(_NAMES[item])
    if not times:
        unseen = section.denied or (journal.denied if item != "audit" else [])
        if unseen:
            return Verdict(item, Status.UNKNOWN, denied(Section(denied=unseen)).why)
        if item == "audit":
            source = N_("There is no {name}: nothing is kept of what users did.")
            return verdict(facts.broken, source, item, "-", name=name)
        return verdict(Status.UNKNOWN, N_("No record of the {name} was found."), item, name=name)
    oldest = min(times)
    days = (now - oldest) / timedelta(days=1)
    status = at_least(days, facts.limits)
    if status is not Status.OK and (section.denied or (journal.denied and item != "audit")):
        # What cannot be read may reach further back.
        source = N_("The {name} is proven back to {day} ({days} d); older files may not be read by this account.")
        status = Status.UNKNOWN
    elif status is Status.OK:
        source = N_("The {name} reaches back to {day}, {days} days.")
    else:
        source = N_("The {name} reaches back to {day} only, {days} days.")
    said = verdict(status, source, item, f"{days:.0f}", name=name, day=f"{oldest:%Y-%m-%d}", days=f"{days:.0f}")
    return replace(said, expected=low(facts.limits), metrics=metric("oldest_days", days, "d", facts.limits))


def _times(section: Section, now: datetime) -> list[datetime]:
    """Of each file the time of its first record, else, for a rotated one, that of its last change."""
    found = []
    changed: datetime | None = None
    rotated = False
    for line in section.texts:
        if line.startswith("> "):
            first = _stamp(line[2:], changed or now)
            found += [first] if first is not None else [changed] if rotated and changed is not None else []
            changed = None
        else:
            if changed is not None and rotated:
                found.append(changed)
            seconds, path, _mode = line.split(" ", 2)
            changed = datetime.fromtimestamp(float(seconds), UTC) if seconds.isdigit() else None
            rotated = re.search(r"[.-]\d+(\.(gz|xz|bz2|zst))?$", path) is not None
    if changed is not None and rotated:
        found.append(changed)
    return [each for each in found if each > _OLDEST_BELIEVED]


def _stamp(text: str, changed: datetime) -> datetime | None:
    """The time at the head of a record: ISO 8601, `Nov 23 04:53:53`, or the seconds of an audit record."""
    text = text.strip()
    if text.isdigit() and 9 <= len(text) <= 11:
        return datetime.fromtimestamp(int(text), UTC)
    iso = re.match(r"(\d{4})[-/](\d\d)[-/](\d\d)", text)
    month = re.match(r"([A-Z][a-z]{2})\s+(\d{1,2})\s", text)
    try:
        if iso:
            return datetime(int(iso[1]), int(iso[2]), int(iso[3]), tzinfo=UTC)
        if month and month[1] in _MONTHS:
            # Such a stamp has no year: the last one that is not after the file's own last change.
            year, number, day = changed.year, _MONTHS.index(month[1]) + 1, int(month[2])
            when = datetime(year, number, day, tzinfo=UTC)
            return when if when <= changed + timedelta(days=1) else datetime(year - 1, number, day, tzinfo=UTC)
    except ValueError:
        return None
    return None


def _journal(section: Section) -> list[datetime]:
    """system@<id>-<number>-<microseconds, hexadecimal>.journal"""
    found = []
    for name in section.texts:
        match = re.fullmatch(r"system@[0-9a-f]+-[0-9a-f]+-([0-9a-f]{10,16})\.journal", name.strip())
        if match:
            found.append(datetime.fromtimestamp(int(match[1], 16) / 1e6, UTC))
    return [each for each in found if each > _OLDEST_BELIEVED]
