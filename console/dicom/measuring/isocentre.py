"""Size of a pixel in the patient by the geometry of an enhanced X-ray object (PS3.3 C.8.19.6.9).

An object that lies `DistanceObjectToTableTop` above the table is as far from the source as the isocentre is, less
what the table stands off, along the beam: SOD = ISO - (TH - TO) / cos(beam angle). A pixel of the detector is worth
SOD / SID of itself there. Beyond a beam angle of 60 degrees that is not to be used (C.8.19.6.9.2).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from console.i18n import _

STEEPEST = 60.0
"""Degrees."""
_AGREE = 0.05
_LONGEST = 10_000.0
_LYING = ("HFS", "FFS", "HFP", "FFP")
_ON_THE_SIDE = ("HFDR", "HFDL", "FFDR", "FFDL")


@dataclass(frozen=True)
class Isocentre:
    """The values of the Projection Pixel Calibration and X-Ray Geometry macros; None where absent."""

    object_spacing: Sequence[float] | None = None
    """Object Pixel Spacing in Center of Beam (0018,9404), mm: row, column."""
    to_isocentre: float | None = None
    """Distance Source to Isocenter (0018,9402), mm: ISO."""
    table_height: float | None = None
    """Table Height (0018,1130), mm, the table top below the isocentre: TH."""
    to_table: float | None = None
    """Distance Object to Table Top (0018,9403), mm: TO."""
    beam_angle: float | None = None
    """Beam Angle (0018,9449), degrees between the beam and the vertical."""
    primary: float | None = None
    """Positioner Primary Angle, degrees, for the beam angle where it is not stated."""
    secondary: float | None = None
    """Positioner Secondary Angle, degrees."""
    position: str = ""
    """Patient Position (0018,5100)."""


NOT_ENHANCED = Isocentre()
"""Nothing is said."""


@dataclass(frozen=True)
class ObjectPlane:
    """What the geometry says."""

    spacing: tuple[float, float] | None = None
    """mm in the object's plane: row, column; None where nothing may be used."""
    sod: float | None = None
    """Distance from the source to the object, mm."""
    warnings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    """Contradictions."""


def beam_angle(given: Isocentre) -> float | None:
    """As stated, else by the angles of the C-arm for a patient who lies on the table (PS3.17 FFF.1.3), degrees."""
    if given.beam_angle is not None:
        return abs(given.beam_angle) if math.isfinite(given.beam_angle) and abs(given.beam_angle) <= 180 else None
    if given.primary is None or given.secondary is None:
        return None
    if not (math.isfinite(given.primary) and math.isfinite(given.secondary)):
        return None
    first, second = math.radians(given.primary), math.radians(given.secondary)
    if given.position in _LYING:
        share = abs(math.cos(first)) * abs(math.cos(second))
    elif given.position in _ON_THE_SIDE:
        share = abs(math.sin(first)) * abs(math.cos(second))
    else:
        return None
    return math.degrees(math.acos(min(share, 1.0)))


def object_plane(given: Isocentre, imager: tuple[float, float] | None, sid: float | None) -> ObjectPlane:
    """The size of a pixel where the object lies: computed, or as stated, which have to agree.

    `imager` is a believable Imager Pixel Spacing, `sid` a believable Distance Source to Detector, mm.
    """
    stated = _stated(given.object_spacing)
    geometry = (given.to_isocentre, given.table_height, given.to_table)
    if not given.object_spacing and all(value is None for value in geometry):
        return ObjectPlane()
    warnings: list[str] = []
    if given.object_spacing and stated is None:
        warnings.append(_("Object Pixel Spacing in Center of Beam cannot be true; it is not used."))
    angle = beam_angle(given)
    if angle is None:
        warnings.append(_("The beam angle is not stated, so the geometry of the table is not used."))
        return ObjectPlane(warnings=tuple(warnings))
    if angle > STEEPEST:
        what = _("The beam stands {angle} degrees from the vertical; beyond 60 the geometry is not used.")
        return ObjectPlane(warnings=(*warnings, what.format(angle=f"{angle:.0f}")))
    sod = _distance(given, angle)
    if sod is not None and sid is not None and sod > sid:
        what = _("By its geometry the object lies {sod} mm from the source, but the detector only {sid} mm.")
        return ObjectPlane(None, sod, tuple(warnings), (what.format(sod=f"{sod:.0f}", sid=f"{sid:g}"),))
    computed = None
    if sod is not None and sid is not None and imager is not None:
        computed = (imager[0] * sod / sid, imager[1] * sod / sid)
    if stated is not None and imager is not None and max(stated[0] / imager[0], stated[1] / imager[1]) > 1 + 1e-4:
        what = _("Object Pixel Spacing is larger than Imager Pixel Spacing, but X-rays never make an object smaller.")
        return ObjectPlane(None, sod, tuple(warnings), (what,))
    if stated is not None and computed is not None and _apart(stated, computed):
        what = _("Object Pixel Spacing in Center of Beam is {stated} mm, but the geometry says {computed} mm.")
        said = what.format(stated=f"{stated[0]:.4g}", computed=f"{computed[0]:.4g}")
        return ObjectPlane(None, sod, tuple(warnings), (said,))
    found = stated or computed
    if found is None and not warnings:
        warnings.append(_("The geometry of the table is not complete, so it is not used."))
    return ObjectPlane(found, sod if found else None, tuple(warnings))


def _distance(given: Isocentre, angle: float) -> float | None:
    iso, height, above = given.to_isocentre, given.table_height, given.to_table
    if iso is None or height is None or above is None:
        return None
    sod = iso - (height - above) / math.cos(math.radians(angle))
    return sod if math.isfinite(sod) and 0 < sod <= _LONGEST else None


def _stated(values: Sequence[float] | None) -> tuple[float, float] | None:
    if not values or len(values) != 2 or not all(math.isfinite(value) and 0.001 <= value <= 50 for value in values):
        return None
    return (float(values[0]), float(values[1])) if max(values) <= 5 * min(values) else None


def _apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return any(abs(a - b) > _AGREE * b for a, b in zip(one, other, strict=True))
