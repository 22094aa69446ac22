"""Where millimetres come from, and which way the C-arm stood. No value is called mm without a source.

PS3.3 10.7 (Basic Pixel Spacing Calibration), C.8.7.5 (XA Positioner). DICOM spacings name the row spacing (vertical)
first (PS3.3 10.7.1.3).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from console.dicom.measuring.isocentre import NOT_ENHANCED, Isocentre, object_plane
from console.i18n import _
from console.model.picture import Angles, Calibration

PROJECTIONS = ("XA", "RF", "XRF", "DX", "CR", "MG", "IO", "PX", "DR")
"""Modalities whose object lies between source and detector and is magnified."""
_SMALLEST, _LARGEST = 0.001, 50.0
_EQUAL = 1e-4
"""Relative difference below which two spacings are the same number written twice."""
_AGREE = 0.05
"""Relative difference that ERMF and SID/SOD may have."""
_DEPTH_MM = 50.0
"""So far from the depth that was assumed an object in the chest may lie; lengths are off by that share of SOD."""
_USUAL_SOD = 750.0
_BY_DEPTH = ("enhanced", "geometry", "ermf", "sid-sod")
"""Rungs that assume a depth."""
_SHAPE = 0.1
"""Relative difference that two spacings may have in what they say about the height and width of a pixel."""
_CORRECTED = 0.15
"""Relative difference that a corrected Pixel Spacing may have from the magnification at the isocentre: the depth."""


@dataclass(frozen=True)
class Spacings:
    """The header's values that a calibration can come from; None or empty where absent."""

    modality: str = ""
    pixel_spacing: Sequence[float] | None = None
    """Pixel Spacing (0028,0030), mm: row, column."""
    calibration_type: str = ""
    """Pixel Spacing Calibration Type (0028,0A02): GEOMETRY, FIDUCIAL or empty."""
    imager_spacing: Sequence[float] | None = None
    """Imager Pixel Spacing (0018,1164), mm at the detector: row, column."""
    ermf: float | None = None
    """Estimated Radiographic Magnification Factor (0018,1114)."""
    sid: float | None = None
    """Distance Source to Detector (0018,1110), mm."""
    sod: float | None = None
    """Distance Source to Patient (0018,1111), mm."""
    enhanced: Isocentre = NOT_ENHANCED
    """Table and isocentre of an enhanced X-ray object."""
    aspect_ratio: Sequence[float] | None = None
    """Pixel Aspect Ratio (0028,0034): vertical, horizontal; what it says about the shape of a pixel."""
    refractive_index: str = ""
    """Refractive Index Applied (0052,003A) of an OCT object: YES, NO or empty."""


@dataclass
class _Notes:
    """What there is to say, while a rung is looked for."""

    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    sod: float | None = None

    def append(self, warning: str) -> None:
        self.warnings.append(warning)

    def contradict(self, error: str) -> None:
        self.warnings.append(error)
        self.errors.append(error)


def calibration(given: Spacings) -> Calibration:
    """The best rung of the ladder that the header supports, with every contradiction as a sentence.

    Fiducial, then the geometry of an enhanced object, then Pixel Spacing of type GEOMETRY or one that differs from
    Imager Pixel Spacing, then magnification (ERMF, or SID/SOD), then the detector plane, then none. Pixel Spacing
    equal to Imager Pixel Spacing is the detector plane (PS3.3 10.7.1.1). Values that cannot be true never become mm,
    nor does a spacing whose pixels have another shape than Pixel Aspect Ratio says (C.7.6.3.1.7).
    """
    found = _ladder(given)
    if found.row_spacing and found.column_spacing and (ratio := _ratio(given.aspect_ratio)):
        if abs(found.row_spacing / found.column_spacing / ratio - 1) > _SHAPE:
            what = _(
                "Pixel Aspect Ratio says a pixel is {ratio} times as high as wide, the spacings say {spacing} times."
            )
            shape = found.row_spacing / found.column_spacing
            said = what.format(ratio=f"{ratio:.3g}", spacing=f"{shape:.3g}")
            return Calibration("none", "px", None, None, (*found.warnings, said), (*found.errors, said))
    return found


def _ratio(values: Sequence[float] | None) -> float | None:
    if not values or len(values) != 2 or not all(math.isfinite(value) and value > 0 for value in values):
        return None
    return values[0] / values[1]


def _ladder(given: Spacings) -> Calibration:
    warnings = _Notes()
    spacing = _pair(given.pixel_spacing, "Pixel Spacing", warnings)
    imager = _pair(given.imager_spacing, "Imager Pixel Spacing", warnings)
    projection = given.modality in PROJECTIONS or imager is not None
    if not projection:
        if given.modality == "OCT" and spacing and given.refractive_index != "YES":
            warnings.append(_("The refractive index was not applied, or nobody says so: depths may be 30 to 40 % off."))
        return _result("pixel-spacing" if spacing else "none", spacing, warnings)
    kind = given.calibration_type.strip().upper()
    if spacing is not None and imager is not None and _same(spacing, imager):
        if kind in ("FIDUCIAL", "GEOMETRY"):
            warnings.contradict(
                _("Pixel Spacing is called {kind}, but equals Imager Pixel Spacing: it is the detector's.").format(
                    kind=kind
                )
            )
        spacing = None
    if spacing is None or kind != "FIDUCIAL":
        plane = object_plane(given.enhanced, imager, _believable(given.sid, 10_000))
        warnings.warnings += plane.warnings
        for error in plane.errors:
            warnings.contradict(error)
        if plane.errors:
            return _result("none", None, warnings)
        if plane.spacing is not None:
            warnings.sod = plane.sod
            return _result("enhanced", plane.spacing, warnings)
    if spacing is not None:
        return _from_pixel_spacing(spacing, imager, kind, given, warnings)
    return _from_detector(imager, given, warnings)


def _from_pixel_spacing(
    spacing: tuple[float, float],
    imager: tuple[float, float] | None,
    kind: str,
    given: Spacings,
    warnings: _Notes,
) -> Calibration:
    if imager is not None:
        if spacing[0] > imager[0] * (1 + _EQUAL) or spacing[1] > imager[1] * (1 + _EQUAL):
            warnings.contradict(
                _("Pixel Spacing is larger than Imager Pixel Spacing, but X-rays never make an object smaller.")
            )
            return _result("none", None, warnings)
        if abs(spacing[0] / spacing[1] / (imager[0] / imager[1]) - 1) > _SHAPE:
            what = _("Pixel Spacing and Imager Pixel Spacing disagree about the shape of a pixel.")
            warnings.contradict(what)
            return _result("none", None, warnings)
        factor, _rung, contradiction = _magnification(given, warnings)
        if factor is not None and not contradiction and abs(imager[0] / spacing[0] / factor - 1) > _CORRECTED:
            what = _("Magnification is {spacing} by Pixel Spacing, but {factor} by the distances or the factor.")
            warnings.contradict(what.format(spacing=f"{imager[0] / spacing[0]:.3g}", factor=f"{factor:.3g}"))
    if kind == "FIDUCIAL":
        return _result("fiducial", spacing, warnings)
    if kind == "GEOMETRY":
        return _result("geometry", spacing, warnings)
    if kind:
        warnings.append(_("Pixel Spacing Calibration Type {kind} is unknown.").format(kind=kind))
    if imager is None:
        warnings.append(_("The file does not say whether Pixel Spacing holds in the patient or at the detector."))
    return _result("pixel-spacing", spacing, warnings)


def _from_detector(imager: tuple[float, float] | None, given: Spacings, warnings: _Notes) -> Calibration:
    factor, source, contradiction = _magnification(given, warnings)
    if imager is None or contradiction:
        return _result("none", None, warnings)
    if factor is not None:
        return _result(source, (imager[0] / factor, imager[1] / factor), warnings)
    warnings.append(_("Lengths hold at the detector; in the patient they are shorter."))
    return _result("detector", imager, warnings)


def _magnification(given: Spacings, warnings: _Notes) -> tuple[float | None, str, bool]:
    """(factor, rung, contradiction) from ERMF and SID/SOD; impossible values are named and not used."""
    ermf = _positive(given.ermf, "Estimated Radiographic Magnification Factor", 10, warnings)
    sid = _positive(given.sid, "Distance Source to Detector", 10_000, warnings)
    sod = _positive(given.sod, "Distance Source to Patient", 10_000, warnings)
    if ermf is not None and ermf < 1:
        warnings.contradict(
            _(
                "Estimated Radiographic Magnification Factor is {value}, but X-rays never make an object smaller."
            ).format(value=f"{ermf:g}")
        )
        return None, "", True
    warnings.sod = sod
    ratio = sid / sod if sid is not None and sod is not None else None
    if ratio is not None and ratio < 1:
        warnings.contradict(
            _("The source is said to be {sod} mm from the patient, but only {sid} mm from the detector.").format(
                sod=f"{sod:g}", sid=f"{sid:g}"
            )
        )
        return None, "", True
    if ermf is not None and ratio is not None and abs(ermf - ratio) > _AGREE * ratio:
        warnings.contradict(
            _(
                "Magnification is {ermf} by Estimated Radiographic Magnification Factor, but {ratio} by the distances."
            ).format(ermf=f"{ermf:.3g}", ratio=f"{ratio:.3g}")
        )
        return None, "", True
    if ermf is not None:
        return ermf, "ermf", False
    return (ratio, "sid-sod", False) if ratio is not None else (None, "", False)


def _pair(values: Sequence[float] | None, name: str, warnings: _Notes) -> tuple[float, float] | None:
    if not values:
        return None
    if len(values) != 2 or not all(math.isfinite(value) for value in values):
        warnings.append(_("{name} is not two numbers; it is not used.").format(name=name))
        return None
    if not all(_SMALLEST <= value <= _LARGEST for value in values) or max(values) > 5 * min(values):
        warnings.append(
            _("{name} is {values} mm, which cannot be true; it is not used.").format(
                name=name, values=" x ".join(f"{value:g}" for value in values)
            )
        )
        return None
    return float(values[0]), float(values[1])


def _believable(value: float | None, limit: float) -> float | None:
    return value if value is not None and math.isfinite(value) and 0 < value <= limit else None


def _positive(value: float | None, name: str, limit: float, warnings: _Notes) -> float | None:
    if value is None:
        return None
    if not math.isfinite(value) or not 0 < value <= limit:
        warnings.append(
            _("{name} is {value}, which cannot be true; it is not used.").format(name=name, value=f"{value:g}")
        )
        return None
    return value


def _same(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(abs(a - b) <= _EQUAL * b for a, b in zip(one, other, strict=True))


def _result(source: str, spacing: tuple[float, float] | None, notes: _Notes) -> Calibration:
    warnings, errors = tuple(notes.warnings), tuple(notes.errors)
    if spacing is None:
        return Calibration("none", "px", None, None, warnings, errors)
    unsure = 100 * _DEPTH_MM / (notes.sod or _USUAL_SOD) if source in _BY_DEPTH else None
    return Calibration(source, "mm", spacing[0], spacing[1], warnings, errors, unsure)


def angles(primary: float | None, secondary: float | None) -> Angles:
    """C-arm angles in degrees with the words that clinicians use: LAO and CRA are positive, RAO and CAU negative.

    A primary angle of zero is AP; a secondary one of zero is not named. Angles beyond 180 degrees are no angles.
    """
    first = primary if primary is not None and abs(primary) <= 180 else None
    second = secondary if secondary is not None and abs(secondary) <= 180 else None
    words = [_side(first, "LAO", "RAO", "AP"), _side(second, "CRA", "CAU", "")]
    return Angles(first, second, " ".join(word for word in words if word))


def _side(angle: float | None, positive: str, negative: str, zero: str) -> str:
    if angle is None:
        return ""
    whole = math.floor(abs(angle) + 0.5)
    if whole == 0:
        return zero
    return f"{positive if angle > 0 else negative} {whole}"


def pixel_aspect(spacing: Sequence[float] | None, ratio: Sequence[float] | None) -> float:
    """Height of a pixel divided by its width, from a spacing (row, column) or Pixel AspectRatio (vertical, horizontal).

    1 where neither says anything that can be true.
    """
    for pair in (spacing, ratio):
        if pair and len(pair) == 2 and all(math.isfinite(value) and value > 0 for value in pair):
            aspect = pair[0] / pair[1]
            if 0.1 <= aspect <= 10:
                return aspect
    return 1.0
