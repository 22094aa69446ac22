"""An X-ray radiation dose report (PS3.3 A.35.8) as TID 10001 lays it out (PS3.16), for one visit to the lab.

Accumulated values are the sums of the irradiation events, to the last digit; so a reader that adds up the events must
find what the report says.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from console.demo.angiogram import MAKER, XA_IMAGE
from console.demo.cases import Item, fixed_uid
from console.demo.contents import DoseReport, Exposure
from console.demo.header import EXPLICIT_LITTLE, file_bytes, new_dataset
from console.demo.made import Made
from console.demo.radiation import Dose, dose_of
from console.demo.report_items import Code, code, container, content_item, moment, number, template, text, uid_reference

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

DOSE_SR = "1.2.840.10008.5.1.4.1.1.88.67"

_STUDY: Code = ("113014", "DCM", "Study")
_SINGLE_PLANE: Code = ("113622", "DCM", "Single Plane")
_REFERENCE_POINT: Code = ("113860", "DCM", "15cm from Isocenter toward Source")
_EVENT_TYPES: dict[str, Code] = {
    "fluoroscopy": ("44491008", "SCT", "Fluoroscopy"),
    "acquisition": ("113611", "DCM", "Stationary Acquisition"),
    "rotation": ("113613", "DCM", "Rotational Acquisition"),
}


@dataclass(frozen=True)
class _Event:
    exposure: Exposure
    dose: Dose
    uid: str


def make(item: Item, content: DoseReport) -> Made:
    """Write the report."""
    events = [
        _Event(
            exposure,
            dose_of(exposure.recipe, exposure.kind == "fluoroscopy"),
            fixed_uid("irradiation", item.study.study_id, place),
        )
        for place, exposure in enumerate(content.exposures, 1)
    ]
    ds = new_dataset(item, DOSE_SR, "SR", MAKER)
    ds.ReferencedPerformedProcedureStepSequence = []
    ds.CompletionFlag = "COMPLETE"
    ds.VerificationFlag = "UNVERIFIED"
    ds.PerformedProcedureCodeSequence = []
    ds.ContentTemplateSequence = [template("10001")]
    _evidence(ds, item, content)
    root = container("113701", "X-Ray Radiation Dose Report")
    for element in root:
        ds[element.tag] = element
    del ds.RelationshipType
    ds.ContentSequence = _report(item, events)
    return Made(file_bytes(ds, EXPLICIT_LITTLE), EXPLICIT_LITTLE, "Reports are not compressed", _truth(events))


def _report(item: Item, events: list[_Event]) -> "list[Dataset]":
    """TID 10001 Projection X-Ray Radiation Dose."""
    procedure = code("HAS CONCEPT MOD", ("121058", "DCM", "Procedure reported"), ("113704", "DCM", "Projection X-Ray"))
    intent = ("261004008", "SCT", "Diagnostic Intent")
    procedure.ContentSequence = [code("HAS CONCEPT MOD", ("363703001", "SCT", "Has Intent"), intent)]
    scope = code("HAS OBS CONTEXT", ("113705", "DCM", "Scope of Accumulation"), _STUDY)
    study = ("110180", "DCM", "Study Instance UID")
    scope.ContentSequence = [uid_reference("HAS PROPERTIES", study, item.uid("study"))]
    device = ("121007", "DCM", "Device")
    return [
        procedure,
        code("HAS OBS CONTEXT", ("121005", "DCM", "Observer Type"), device),
        uid_reference("HAS OBS CONTEXT", ("121012", "DCM", "Device Observer UID"), fixed_uid("device", MAKER.serial)),
        text("HAS OBS CONTEXT", ("121013", "DCM", "Device Observer Name"), MAKER.station),
        text("HAS OBS CONTEXT", ("121014", "DCM", "Device Observer Manufacturer"), "cathlab-console"),
        text("HAS OBS CONTEXT", ("121015", "DCM", "Device Observer Model Name"), MAKER.model),
        text("HAS OBS CONTEXT", ("121016", "DCM", "Device Observer Serial Number"), MAKER.serial),
        scope,
        _accumulated(events),
        *(_irradiation(item, event) for event in events),
        code(
            "CONTAINS",
            ("113854", "DCM", "Source of Dose Information"),
            ("113856", "DCM", "Automated Data Collection"),
        ),
    ]


def _accumulated(events: list[_Event]) -> "Dataset":
    """TID 10002 with TID 10004: what the patient received in all."""
    totals = _totals(events)
    found = container("113702", "Accumulated X-Ray Dose Data")
    found.ContentTemplateSequence = [template("10002")]
    found.ContentSequence = [
        code("HAS CONCEPT MOD", ("113764", "DCM", "Acquisition Plane"), _SINGLE_PLANE),
        number("113722", "Dose Area Product Total", totals["dose_area_product_total_gym2"], "Gy.m2"),
        number("113725", "Dose (RP) Total", totals["dose_rp_total_gy"], "Gy"),
        number("113726", "Fluoro Dose Area Product Total", totals["fluoro_dose_area_product_total_gym2"], "Gy.m2"),
        number("113728", "Fluoro Dose (RP) Total", totals["fluoro_dose_rp_total_gy"], "Gy"),
        number("113730", "Total Fluoro Time", totals["total_fluoro_time_s"], "s"),
        number(
            "113727", "Acquisition Dose Area Product Total", totals["acquisition_dose_area_product_total_gym2"], "Gy.m2"
        ),
        number("113729", "Acquisition Dose (RP) Total", totals["acquisition_dose_rp_total_gy"], "Gy"),
        number("113855", "Total Acquisition Time", totals["total_acquisition_time_s"], "s"),
        code("CONTAINS", ("113780", "DCM", "Reference Point Definition"), _REFERENCE_POINT),
    ]
    return found


def _irradiation(item: Item, event: _Event) -> "Dataset":
    """TID 10003 with 10003A, B and C: one press of the pedal."""
    exposure, dose, arm = event.exposure, event.dose, event.exposure.recipe.c_arm
    kind = "rotation" if exposure.recipe.sweep_deg and exposure.kind == "acquisition" else exposure.kind
    found = container("113706", "Irradiation Event X-Ray Data")
    found.ContentTemplateSequence = [template("10003")]
    plane = code("HAS CONCEPT MOD", ("113764", "DCM", "Acquisition Plane"), _SINGLE_PLANE)
    parts = [
        plane,
        uid_reference("CONTAINS", ("113769", "DCM", "Irradiation Event UID"), event.uid),
        moment("CONTAINS", ("111526", "DCM", "DateTime Started"), item.study.date + exposure.time),
        code("CONTAINS", ("113721", "DCM", "Irradiation Event Type"), _EVENT_TYPES[kind]),
        text("CONTAINS", ("125203", "DCM", "Acquisition Protocol"), "Coro 15 fps" if exposure.instance else "Fluoro"),
        code("CONTAINS", ("113780", "DCM", "Reference Point Definition"), _REFERENCE_POINT),
        number("122130", "Dose Area Product", dose.area_product_gym2, "Gy.m2"),
        number("113738", "Dose (RP)", dose.reference_gy, "Gy"),
        number("112011", "Positioner Primary Angle", arm.primary_deg, "deg"),
        number("112012", "Positioner Secondary Angle", arm.secondary_deg, "deg"),
    ]
    if kind == "rotation":
        last = exposure.recipe.arm(exposure.recipe.frames - 1)
        parts += [
            number("113739", "Positioner Primary End Angle", last.primary_deg, "deg"),
            number("113740", "Positioner Secondary End Angle", last.secondary_deg, "deg"),
        ]
    if exposure.kind == "fluoroscopy":
        pulsed = ("113631", "DCM", "Pulsed")
        parts.append(code("CONTAINS", ("113732", "DCM", "Fluoro Mode"), pulsed))
    parts += [
        number("113791", "Pulse Rate", exposure.recipe.fps, "{pulse}/s"),
        number("113768", "Number of Pulses", dose.pulses, "1"),
        number("113733", "KVP", dose.kvp, "kV"),
        number("113734", "X-Ray Tube Current", dose.tube_current_ma, "mA"),
        number("113735", "Exposure Time", round(dose.pulse_ms * dose.pulses, 3), "ms"),
        number("113793", "Pulse Width", dose.pulse_ms, "ms"),
        number("113736", "Exposure", round(dose.tube_current_ma * dose.pulse_ms * dose.pulses, 3), "uA.s"),
        number("113750", "Distance Source to Detector", arm.sid_mm, "mm"),
        number("113748", "Distance Source to Isocenter", arm.sod_mm, "mm"),
        code("CONTAINS", ("123014", "DCM", "Target Region"), ("80891009", "SCT", "Heart")),
    ]
    if exposure.instance is not None:
        parts.append(_picture(item, exposure.instance))
    found.ContentSequence = parts
    return found


def _totals(events: list[_Event]) -> dict[str, float]:
    def sums(kind: str | None) -> tuple[float, float, float]:
        chosen = [event.dose for event in events if kind in (None, event.exposure.kind)]
        return (
            round(sum(dose.area_product_gym2 for dose in chosen), 9),
            round(sum(dose.reference_gy for dose in chosen), 6),
            round(sum(dose.seconds for dose in chosen), 3),
        )

    whole, fluoroscopy, acquisition = sums(None), sums("fluoroscopy"), sums("acquisition")
    return {
        "dose_area_product_total_gym2": whole[0],
        "dose_rp_total_gy": whole[1],
        "fluoro_dose_area_product_total_gym2": fluoroscopy[0],
        "fluoro_dose_rp_total_gy": fluoroscopy[1],
        "total_fluoro_time_s": fluoroscopy[2],
        "acquisition_dose_area_product_total_gym2": acquisition[0],
        "acquisition_dose_rp_total_gy": acquisition[1],
        "total_acquisition_time_s": acquisition[2],
    }


def _truth(events: list[_Event]) -> dict[str, Any]:
    return {
        "template": "10001",
        "totals": _totals(events),
        "events": [
            {
                "kind": event.exposure.kind,
                "uid": event.uid,
                "dose_area_product_gym2": event.dose.area_product_gym2,
                "dose_rp_gy": event.dose.reference_gy,
                "pulses": event.dose.pulses,
                "primary_deg": event.exposure.recipe.c_arm.primary_deg,
                "secondary_deg": event.exposure.recipe.c_arm.secondary_deg,
            }
            for event in events
        ],
    }


def _evidence(ds: "Dataset", item: Item, content: DoseReport) -> None:
    """The pictures that the report names (PS3.3 C.17.2.3)."""
    from pydicom.dataset import Dataset

    named = [
        replace(item, series_number=place[0], instance_number=place[1])
        for place in (exposure.instance for exposure in content.exposures)
        if place is not None
    ]
    series = []
    for uid in dict.fromkeys(shown.uid("series") for shown in named):
        one = Dataset()
        one.SeriesInstanceUID = uid
        one.ReferencedSOPSequence = [_reference(shown) for shown in named if shown.uid("series") == uid]
        series.append(one)
    study = Dataset()
    study.StudyInstanceUID = item.uid("study")
    study.ReferencedSeriesSequence = series
    ds.CurrentRequestedProcedureEvidenceSequence = [study]


def _reference(shown: Item) -> "Dataset":
    from pydicom.dataset import Dataset

    image = Dataset()
    image.ReferencedSOPClassUID = XA_IMAGE
    image.ReferencedSOPInstanceUID = shown.uid("instance")
    return image


def _picture(item: Item, place: tuple[int, int]) -> "Dataset":
    found = content_item("CONTAINS", "IMAGE", ("113795", "DCM", "Acquired Image"))
    found.ReferencedSOPSequence = [_reference(replace(item, series_number=place[0], instance_number=place[1]))]
    return found
