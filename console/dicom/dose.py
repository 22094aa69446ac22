"""What a dose report comes to: totals for each plane and one line for each irradiation (PS3.16 TID 10001, 10011).

Concepts are found by their codes, wherever a vendor put them below their container.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from console.dicom.content import Code, Item, moment
from console.dicom.geometry import angles
from console.dicom.units import Measured, amount, total
from console.i18n import N_, _
from console.model.report_text import Amount, DoseEvent, DosePlane, DoseSummary, DoseTotal

_ACCUMULATED = ("113702", "113811")
"""Accumulated X-Ray Dose Data, CT Accumulated Dose Data."""
_EVENTS = ("113706", "113819")
"""Irradiation Event X-Ray Data, CT Acquisition."""


class _Total(NamedTuple):
    key: str
    label: str
    quantity: str
    """As units.amount; empty for numbers that are shown as they stand."""
    added: bool
    """Whether the planes may be added: times of two planes run side by side."""
    counts: str = ""
    """What a number without a unit counts."""


_TOTALS = {
    "113722": _Total("dap", N_("Dose area product"), "dap", True),
    "113725": _Total("rp", N_("Air kerma at the reference point"), "kerma", True),
    "113726": _Total("fluoro-dap", N_("Fluoroscopy: dose area product"), "dap", True),
    "113728": _Total("fluoro-rp", N_("Fluoroscopy: air kerma"), "kerma", True),
    "113730": _Total("fluoro-time", N_("Fluoroscopy: time"), "", False),
    "113727": _Total("acquisition-dap", N_("Acquisition: dose area product"), "dap", True),
    "113729": _Total("acquisition-rp", N_("Acquisition: air kerma"), "kerma", True),
    "113855": _Total("acquisition-time", N_("Acquisition: time"), "", False),
    "113731": _Total("frames", N_("Frames"), "", True, N_("frames")),
    "113812": _Total("events", N_("Irradiation events, as stated"), "", True, N_("events")),
    "113813": _Total("dlp", N_("Dose length product"), "dlp", True),
    "111637": _Total("agd", N_("Average glandular dose"), "kerma", False),
}
"""Concept codes (DCM) of accumulated values, in the order in which they are shown."""

_KINDS = {
    "P5-06000": N_("fluoroscopy"),
    "44491008": N_("fluoroscopy"),
    "113611": N_("acquisition"),
    "113612": N_("stepping acquisition"),
    "113613": N_("rotational acquisition"),
    "113804": N_("sequenced acquisition"),
    "P5-08001": N_("spiral acquisition"),
    "116152004": N_("spiral acquisition"),
    "113805": N_("constant angle acquisition"),
    "113806": N_("stationary acquisition"),
    "113807": N_("free acquisition"),
}
"""Irradiation Event Type and CT Acquisition Type (PS3.16 CID 10002, 10013)."""

_PLANES = {"113620": N_("plane A"), "113621": N_("plane B"), "113622": N_("single plane"), "113890": N_("all planes")}
"""Acquisition Plane (PS3.16 CID 10003)."""

_PLANE = "113764"
_Below = dict[str, list[Item]]


def dose_summary(items: Sequence[Item]) -> DoseSummary | None:
    """The summary of a dose report, None where the tree holds neither totals nor irradiation events."""
    planes: list[DosePlane] = []
    numbers: dict[str, list[list[Measured]]] = defaultdict(list)
    events: list[DoseEvent] = []
    for at, item in enumerate(items):
        if item.kind != "CONTAINER" or item.name.value not in (*_ACCUMULATED, *_EVENTS):
            continue
        below = _below(items, at)
        if item.name.value in _EVENTS:
            events.append(_event(below, len(events) + 1))
            continue
        planes.append(DosePlane(_plane(below), _totals(below)))
        for code in _TOTALS:
            found = [one for each in below.get(code, ()) for one in each.measured]
            if found:
                numbers[code].append(found)
    if not planes and not events:
        return None
    return DoseSummary(tuple(planes), _sums(numbers) if len(planes) > 1 else (), tuple(events))


def _below(items: Sequence[Item], at: int) -> _Below:
    """What stands below items[at], by concept code; private codes are left out."""
    found: _Below = defaultdict(list)
    for item in items[at + 1 :]:
        if item.depth <= items[at].depth:
            break
        if not item.name.scheme.startswith("99"):
            found[item.name.value].append(item)
    return found


def _totals(below: _Below) -> tuple[DoseTotal, ...]:
    totals = []
    for code, form in _TOTALS.items():
        for item in below.get(code, ()):
            found = amount(item.measured, form.quantity, _counted(form))
            if found is not None:
                totals.append(DoseTotal(form.key, _(form.label), found))
    return tuple(totals)


def _counted(form: _Total) -> str:
    return _(form.counts) if form.counts else ""


def _sums(numbers: dict[str, list[list[Measured]]]) -> tuple[DoseTotal, ...]:
    """Totals that every plane which has any states in one unit."""
    sums = []
    for code, form in _TOTALS.items():
        if form.added and len(numbers[code]) > 1:
            found = total([one for plane in numbers[code] for one in plane], form.quantity, _counted(form))
            if found is not None:
                sums.append(DoseTotal(form.key, _(form.label), found))
    return tuple(sums)


def _event(below: _Below, number: int) -> DoseEvent:
    return DoseEvent(
        number=number,
        plane=_plane(below),
        kind=_kind(below),
        started=_started(below),
        protocol=_text(below, "125203"),
        angles=_angles(below),
        kv=_amount(below, "113733"),
        ma=_amount(below, "113734"),
        ms=_amount(below, "113735") or _amount(below, "113824"),
        pulse=_amount(below, "113793"),
        dap=_amount(below, "122130", "dap"),
        rp=_amount(below, "113738", "kerma"),
        ctdi=_amount(below, "113830", "kerma"),
        dlp=_amount(below, "113838", "dlp"),
    )


def _amount(below: _Below, code: str, quantity: str = "") -> Amount | None:
    return amount([one for item in below.get(code, ()) for one in item.measured], quantity)


def _plane(below: _Below) -> str:
    found = below.get(_PLANE)
    return _said(_PLANES, found[0].code) if found else ""


def _said(words: dict[str, str], code: Code) -> str:
    """A usual code in the operator's language, another one as the report says it."""
    return _(words[code.value]) if code.value in words else code.text


def _text(below: _Below, code: str) -> str:
    found = below.get(code)
    return " ".join(found[0].text_lines("TextValue")).strip() if found else ""


def _started(below: _Below) -> str:
    found = below.get("111526")
    return moment(found[0].elements.text("DateTime")) if found else ""


def _kind(below: _Below) -> str:
    found = below.get("113721") or below.get("113820")
    return _said(_KINDS, found[0].code) if found else ""


def _angles(below: _Below) -> str:
    """Primary and secondary angle, and where a rotation ends."""
    start = angles(_degrees(below, "112011"), _degrees(below, "112012"))
    first, second = _degrees(below, "113739"), _degrees(below, "113740")
    end = angles(start.primary_deg if first is None else first, start.secondary_deg if second is None else second)
    if end.text == start.text or not end.text:
        return start.text
    return _("{start} to {end}").format(start=start.text, end=end.text)


def _degrees(below: _Below, code: str) -> float | None:
    """An angle, only where its unit says degrees."""
    for item in below.get(code, ()):
        for one in item.measured:
            number = one.decimal
            if number is not None and one.unit.casefold() in ("deg", "°", "degree", "degrees"):
                return float(number)
    return None
