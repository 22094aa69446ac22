"""Days on which something runs out: certificates, licences, calibrations, the contract.

Nobody is asked; the site file knows. `of` says whose days: "dues", "displays" or "contract". Limits are days that are
left: WARN under `warn`, CRIT under `crit`, so that 0 means overdue. The last day itself still counts.
"""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from console.checks.kind import Asked, Check, Kind, Target
from console.i18n import N_
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import Sentence
from console.model.site import Contract, Display, Due, Site

_CALIBRATED = ("diagnostic", "modality", "clinical")
"""Roles of displays that somebody looks at pictures on."""


def targets(check: Check, site: Site) -> Sequence[Target]:
    """Dues, displays or the contract."""
    of = check.params.get("of", "dues")
    if of == "displays":
        return [Target(each.id, "", each) for each in site.displays if each.role in _CALIBRATED]
    if of == "contract":
        has = site.contract.number or site.contract.end or site.contract.start
        return [Target("contract", "", site.contract)] if has else []
    return [Target(due.id, "", due) for due in site.dues]


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict; a day that nobody entered is a question to a person."""
    what, day = _subject(asked.target.thing)
    if day is None:
        source = N_("{what}: no date stands in the site file. Enter it, or say that there is none.")
        return [Verdict("", Status.MANUAL, Sentence(source, {"what": what}), Sentence(N_("no date")))]
    days = (day - today(asked.now, asked.site.timezone)).days
    limits = asked.limits
    values = {"what": what, "day": day.isoformat(), "days": str(abs(days))}
    if days < 0:
        summary = Sentence(N_("{what}: overdue since {day}, for {days} days."), values)
    elif days == 0:
        summary = Sentence(N_("{what}: today is the last day."), values)
    else:
        summary = Sentence(N_("{what}: {day}, in {days} days."), values)
    status = Status.OK
    if limits.crit is not None and days < limits.crit:
        status = Status.CRIT
    elif days < 0 or (limits.warn is not None and days < limits.warn):
        status = Status.WARN
    expected = Sentence(N_("{days} d or more"), {"days": f"{limits.warn or 0:g}"})
    metric = Metric("days_left", float(days), "d", limits.warn, limits.crit)
    return [Verdict("", status, summary, Sentence(N_("{days} d"), {"days": str(days)}), expected, (metric,))]


def today(now: datetime, timezone: str) -> date:
    """The day it is at the site; this machine's where the zone is not known to it."""
    try:
        return now.astimezone(ZoneInfo(timezone)).date() if timezone else now.date()
    except (LookupError, ValueError, OSError):
        # Windows brings no zones of its own.
        return now.date()


def _subject(thing: Due | Display | Contract) -> tuple[str | Sentence, date | None]:
    if isinstance(thing, Due):
        return thing.what or thing.id, thing.date
    if isinstance(thing, Display):
        words = " ".join(filter(None, (thing.maker, thing.model, thing.serial and f"#{thing.serial}", thing.room)))
        return Sentence(
            N_("calibration of {display}"), {"display": thing.name or words or thing.id}
        ), thing.calibration_due
    return Sentence(N_("contract {number}"), {"number": thing.number or "-"}), thing.end


KIND = Kind("dates", targets, judge)
