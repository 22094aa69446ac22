"""What the report calls things, in the language in use."""

from datetime import date, datetime

from console.i18n import N_, _
from console.model.checks import Status
from console.model.inspections import Inspection, Past, Stage, Urgency, Verdict
from console.model.sentence import Said

_VERDICTS = {
    Verdict.PASS: N_("Passed"),
    Verdict.FAIL: N_("Failed"),
    Verdict.NA: N_("Not applicable"),
    Verdict.UNKNOWN: N_("Not known"),
    Verdict.NONE: N_("Not answered"),
}
_STATUSES = {
    Status.OK: N_("OK"),
    Status.WARN: N_("Warning"),
    Status.CRIT: N_("Critical"),
    Status.UNKNOWN: N_("Unknown"),
    Status.NA: N_("Not applicable"),
    Status.MANUAL: N_("By hand"),
    Status.SKIPPED: N_("Skipped"),
}
_STAGES = {
    Stage.PLANNED: N_("Planned"),
    Stage.NOTIFIED: N_("Hospital notified"),
    Stage.PERMITTED: N_("Permitted"),
    Stage.IN_PROGRESS: N_("In progress"),
    Stage.REVIEW: N_("Under review"),
    Stage.FINAL: N_("Final, sealed"),
    Stage.SIGNED_BY_US: N_("Signed by the service team"),
    Stage.SIGNED: N_("Signed by both sides"),
    Stage.ARCHIVED: N_("Archived"),
}
_URGENCIES = {
    Urgency.NOW: N_("At once"),
    Urgency.SOON: N_("Before the next inspection"),
    Urgency.LATER: N_("When convenient"),
}
CLAUSES = {
    "IMG": N_("Reading and measuring images"), "API": N_("Open interfaces"), "FIT": N_("Adaptation"),
    "LAW": N_("Licences"), "S1": N_("Terminals and assets"), "S2": N_("Updates"), "S3": N_("Image acquisition"),
    "S4": N_("Interfaces"), "S5": N_("Report forms"), "S6": N_("Guidance and training"),
    "S7": N_("Migration and server settings"), "P1": N_("Service staff"), "D1": N_("Services of the servers"),
    "D2": N_("Displays and graphics cards"), "D3": N_("Disk partitions"), "D4": N_("Backups and log files"),
    "D5": N_("Synchronisation of main and standby"), "D6": N_("Pending queues"), "D7": N_("Error logs"),
    "D8": N_("Application logs"), "D9": N_("Growth of the databases"), "D10": N_("Function of all modules"),
    "R1": N_("Data correction"), "R2": N_("Disaster response"), "T1": N_("Training"), "Q1": N_("Inspection"),
    "L1": N_("Response times"), "W1": N_("Person-days"), "N1": N_("Data standards"),
    "N2": N_("Information security"), "N3": N_("Signature and archive"), "O1": N_("Emergency plan"),
}  # fmt: skip
"""The clauses of the service contract, each in a few words."""


def verdict_word(verdict: Verdict) -> str:
    """Such as "Passed"."""
    return _(_VERDICTS[verdict])


def status_word(status: Status) -> str:
    """Such as "Critical"."""
    return _(_STATUSES[status])


def stage_word(stage: Stage) -> str:
    """Such as "Final, sealed"."""
    return _(_STAGES[stage])


def urgency_word(urgency: Urgency) -> str:
    """Such as "At once"."""
    return _(_URGENCIES[urgency])


def clause_text(clause: str) -> str:
    """A clause with what it is about, "D3 Disk partitions"; anything else unchanged."""
    return f"{clause} {_(CLAUSES[clause])}" if clause in CLAUSES else clause


def said(text: Said | str) -> str:
    """A text of either kind in the language in use."""
    return str(text)


def moment(at: datetime | None) -> str:
    """2026-11-20 10:15, in the zone it was written in."""
    return "" if at is None else at.strftime("%Y-%m-%d %H:%M")


def day(on: date | None) -> str:
    """2026-11-20."""
    return "" if on is None else on.isoformat()


def period(quarter: str) -> str:
    """ "2026Q4" with the days that it spans; anything else unchanged."""
    year, sign, number = quarter.partition("Q")
    if not (sign and year.isdigit() and number in ("1", "2", "3", "4")):
        return quarter
    first, last = 3 * int(number) - 2, 3 * int(number)
    end = 31 if last in (3, 12) else 30
    sentence = _("{year}, quarter {number} ({first} to {last})")
    return sentence.format(year=year, number=number, first=f"{year}-{first:02d}-01", last=f"{year}-{last:02d}-{end}")


def number_text(number: float | None, unit: str) -> str:
    """350 cd/m²; no more digits than were measured."""
    if number is None:
        return ""
    shown = f"{number:.10g}"
    return f"{shown} {unit.replace('m2', 'm²').replace('m3', 'm³')}".strip()


def past_text(past: Past | None, unit: str) -> str:
    """What was there last time: the value, else the verdict, else a dash."""
    if past is None:
        return "–"
    if past.number is not None:
        return number_text(past.number, unit)
    return verdict_word(past.verdict) if past.verdict is not Verdict.NONE else past.entered or "–"


def is_draft(inspection: Inspection) -> bool:
    """Nothing that is not sealed is a report yet."""
    return not inspection.sealed
