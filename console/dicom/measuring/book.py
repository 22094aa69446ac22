"""What may be done with a sheet of measurements, as pure functions: each gives the next sheet, none changes one.

A `Steps` keeps the sheets before and after, so that undo and redo bring back exactly what was there.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from console.errors import UsageError
from console.i18n import _
from console.model.measuring import Measured, Measurement, Point, Shape, Sheet, Steps, UserCalibration
from console.plain import clean

MOST_STEPS = 200
"""Steps that can be undone."""
MOST_MEASUREMENTS = 2000
LONGEST_NAME = 200
Measure = Callable[[int, Shape, UserCalibration | None], Measured]
"""(frame, shape, calibration in force): what it is worth. UsageError where it cannot be measured."""


def done(steps: Steps, sheet: Sheet) -> Steps:
    """`sheet` as the next step; what had been undone cannot come back. The same sheet again is no step."""
    if sheet == steps.now:
        return steps
    return Steps(sheet, (*steps.past, steps.now)[-MOST_STEPS:])


def undone(steps: Steps) -> Steps:
    """One step back; the same where there is none."""
    if not steps.past:
        return steps
    return Steps(_numbered(steps.past[-1], steps.now), steps.past[:-1], (*steps.future, steps.now))


def redone(steps: Steps) -> Steps:
    """One step forth; the same where nothing was undone."""
    if not steps.future:
        return steps
    return Steps(steps.future[-1], (*steps.past, steps.now), steps.future[:-1])


def _numbered(sheet: Sheet, later: Sheet) -> Sheet:
    """A number that was given once is not given again after an undo."""
    return replace(sheet, last_number=max(sheet.last_number, later.last_number))


def measurement(sheet: Sheet, number: int) -> Measurement:
    """The measurement of that number. UsageError where there is none."""
    for one in sheet.measurements:
        if one.number == number:
            return one
    what = _("There is no measurement {number} here.").format(number=number)
    raise UsageError(_("No such measurement"), what)


def added(
    sheet: Sheet, frame: int, shape: Shape, found: Measured, operator: str, at: datetime, name: str = ""
) -> Sheet:
    """With one more measurement, whose number is the highest. UsageError where there are too many."""
    if len(sheet.measurements) >= MOST_MEASUREMENTS:
        what = _("There are {count} measurements on this object. Remove some first.")
        raise UsageError(_("Too many measurements"), what.format(count=len(sheet.measurements)))
    number = sheet.last_number + 1
    one = Measurement(number, frame, shape, found, operator, at, _name(name))
    return replace(sheet, measurements=(*sheet.measurements, one), last_number=number)


def moved(sheet: Sheet, number: int, points: tuple[Point, ...], measure: Measure, operator: str, at: datetime) -> Sheet:
    """With one measurement on other points, measured there. UsageError where it cannot be measured there."""
    old = measurement(sheet, number)
    shape = replace(old.shape, points=points)
    if shape == old.shape:
        return sheet
    found = measure(old.frame, shape, sheet.calibration)
    new = replace(old, shape=shape, found=found, operator=operator, at=at, recomputed=None, before="")
    return _with(sheet, new)


def renamed(sheet: Sheet, number: int, name: str) -> Sheet:
    """With another name."""
    return _with(sheet, replace(measurement(sheet, number), name=_name(name)))


def hidden(sheet: Sheet, number: int, hide: bool) -> Sheet:
    """With one measurement hidden or shown."""
    return _with(sheet, replace(measurement(sheet, number), hidden=hide))


def removed(sheet: Sheet, number: int) -> Sheet:
    """Without it."""
    gone = measurement(sheet, number)
    return replace(sheet, measurements=tuple(one for one in sheet.measurements if one is not gone))


def calibrated(sheet: Sheet, calibration: UserCalibration | None, measure: Measure, at: datetime) -> Sheet:
    """Under another calibration of the run (None: the header's); what changes by it is marked with its value before.

    UsageError where a measurement cannot be measured under it; nothing is changed then.
    """
    found = []
    for one in sheet.measurements:
        again = measure(one.frame, one.shape, calibration)
        if (again.value, again.unit, said(again)) == (one.found.value, one.found.unit, said(one.found)):
            found.append(replace(one, found=again))
        else:
            found.append(replace(one, found=again, recomputed=at, before=said(one.found)))
    return replace(sheet, measurements=tuple(found), calibration=calibration)


def said(found: Measured) -> str:
    """A value with its unit and where its millimetres come from, for a list: "41.2 mm (sid-sod)"."""
    if found.value is None:
        return ""
    value = number_text(found.value)
    if found.unit == "°":
        return f"{value}°"
    source = f" ({found.calibration.source})" if found.unit in ("mm", "mm²") else ""
    return f"{value} {found.unit}{source}"


def number_text(value: float) -> str:
    """At most three decimals, without zeros at the end."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _with(sheet: Sheet, new: Measurement) -> Sheet:
    kept = (new if one.number == new.number else one for one in sheet.measurements)
    return replace(sheet, measurements=tuple(kept))


def _name(name: str) -> str:
    return clean(name).strip()[:LONGEST_NAME]
