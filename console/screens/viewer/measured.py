"""Measurements in words: a value with its unit and where its millimetres come from."""

from console.i18n import N_, _
from console.model.measuring import Measured, Measurement, ShapeKind, UserCalibration
from console.model.picture import Calibration
from console.widgets.bars import joined

TOOLS: tuple[tuple[ShapeKind, str], ...] = (
    (ShapeKind.DISTANCE, N_("Distance")),
    (ShapeKind.POLYLINE, N_("Length along a line")),
    (ShapeKind.ANGLE, N_("Angle")),
    (ShapeKind.COBB, N_("Cobb angle")),
    (ShapeKind.RECTANGLE, N_("Rectangle")),
    (ShapeKind.ELLIPSE, N_("Ellipse")),
    (ShapeKind.POLYGON, N_("Polygon")),
    (ShapeKind.PROFILE, N_("Profile")),
    (ShapeKind.PROBE, N_("Pixel value")),
    (ShapeKind.VESSEL, N_("Vessel (engineering check)")),
    (ShapeKind.ARROW, N_("Arrow")),
    (ShapeKind.TEXT, N_("Text")),
)
"""What can be drawn, most used first."""
SOURCES = {
    "user": N_("known object in the run"),
    "fiducial": N_("known object"),
    "enhanced": N_("enhanced geometry"),
    "geometry": N_("corrected by geometry"),
    "pixel-spacing": N_("pixel spacing"),
    "ermf": N_("magnification factor"),
    "sid-sod": N_("source distances"),
    "detector": N_("detector plane, not calibrated"),
    "region": N_("region of the ultrasound"),
    "none": N_("not calibrated"),
}
"""Where a scale comes from (DESIGN section 7)."""
_UNITS = {"stored": N_("stored value"), "rescaled": N_("rescaled value")}


def tool_name(kind: ShapeKind) -> str:
    """What a shape is called."""
    return _(dict(TOOLS)[kind])


def source_name(source: str) -> str:
    """Where a scale comes from, in words."""
    return _(SOURCES[source]) if source in SOURCES else source


def value_text(found: Measured, *, uncertainty: bool = False) -> str:
    """ "41.21 mm (source distances)": never a millimetre without its source; empty where nothing is measured."""
    if found.value is None:
        return ""
    if found.unit == "°":
        return f"{found.value:.1f}°"
    if found.unit in _UNITS:
        return f"{_digits(found.value)} {_(_UNITS[found.unit])}"
    text = f"{_digits(found.value)} {found.unit}"
    if uncertainty and found.uncertainty_percent is not None:
        text += f" ±{found.uncertainty_percent:.1f} %"
    return f"{text} ({source_name(found.calibration.source)})" if found.unit in ("mm", "mm²") else text


def _digits(value: float) -> str:
    """Four significant digits or more, and no more decimals than anybody can read."""
    if abs(value) >= 1000 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.2f}" if abs(value) < 100 else f"{value:.1f}"


def label_text(one: Measurement) -> str:
    """What stands beside a measurement on the picture; an asterisk where a later calibration changed its value."""
    if one.shape.kind is ShapeKind.TEXT:
        return one.name
    changed = "*" if one.recomputed is not None else ""
    return joined((f"{one.number}{changed}", one.name, value_text(one.found), *_more(one.found)), " ")


def _more(found: Measured) -> tuple[str, ...]:
    """The second figure of a shape that has one."""
    if found.vessel is not None:
        return (_("stenosis {percent:.0f} %").format(percent=found.vessel.stenosis_percent),)
    if found.statistics is not None:
        return (_("mean {value}").format(value=_digits(found.statistics.mean)),)
    if found.curve is not None and found.curve.fwhm is not None:
        return (_("half width {value} {unit}").format(value=_digits(found.curve.fwhm), unit=found.curve.unit),)
    return ()


def calibrated_text(mine: UserCalibration) -> str:
    """What the operator calibrated on, and who did it: "catheter 6F · contrast · Li"."""
    known = mine.known
    what = _("known length {said}") if known.is_line else _("catheter {said}")
    fillings = {"contrast": _("filled with contrast"), "saline": _("filled with saline"), "": ""}
    return joined((what.format(said=known.said), fillings.get(known.filling, known.filling), mine.operator))


def scale_text(calibration: Calibration) -> str:
    """ "0.231 mm/px ±1.8 %", or "px"."""
    if calibration.unit != "mm" or calibration.row_spacing is None or calibration.column_spacing is None:
        return "px"
    spacing = f"{calibration.row_spacing:.3g}"
    if abs(calibration.row_spacing - calibration.column_spacing) > 1e-6:
        spacing += f" × {calibration.column_spacing:.3g}"
    text = f"{spacing} mm/px"
    if calibration.uncertainty_percent is not None:
        text += f" ±{calibration.uncertainty_percent:.1f} %"
    return text
