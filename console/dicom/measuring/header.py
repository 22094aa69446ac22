"""What the header says about millimetres: spacings for the ladder, and the regions of ultrasound, frame by frame."""

import math

from console.dicom.elements import Elements, tag_of
from console.dicom.geometry import Spacings, calibration
from console.dicom.measuring.isocentre import NOT_ENHANCED, Isocentre
from console.model.picture import Calibration, UltrasoundRegion

_MOST_FRAMES = 20_000
_MOST_REGIONS = 64
_MACROS = (
    "PixelMeasuresSequence",
    "ProjectionPixelCalibrationSequence",
    "XRayGeometrySequence",
    "FramePixelDataPropertiesSequence",
    "PositionerPositionSequence",
)
"""Functional groups that spacings follow from frame to frame (PS3.3 C.7.6.16.2, C.8.19.6)."""
_SHARED, _PER_FRAME = "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"
_REGIONS = "SequenceOfUltrasoundRegions"


def read_spacings(elements: Elements, frame: Elements | None = None) -> Spacings:
    """The values a calibration can come from; `frame` is one item of the per-frame groups, None for the first."""
    groups = [group for group in (elements.first_item(_SHARED), frame or elements.first_item(_PER_FRAME)) if group]

    def group_of(macro: str) -> Elements | None:
        return next((item for group in groups if (item := group.first_item(macro)) is not None), None)

    measures, geometry = group_of("PixelMeasuresSequence"), group_of("XRayGeometrySequence")
    properties = group_of("FramePixelDataPropertiesSequence")
    source = measures if measures is not None and "PixelSpacing" in measures else elements
    imager = elements.numbers("ImagerPixelSpacing")
    sid = elements.number("DistanceSourceToDetector")
    if properties is not None and "ImagerPixelSpacing" in properties:
        imager = properties.numbers("ImagerPixelSpacing")
    if geometry is not None and "DistanceSourceToDetector" in geometry:
        sid = geometry.number("DistanceSourceToDetector")
    return Spacings(
        modality=elements.code("Modality"),
        pixel_spacing=source.numbers("PixelSpacing"),
        calibration_type=(source if "PixelSpacingCalibrationType" in source else elements).code(
            "PixelSpacingCalibrationType"
        ),
        imager_spacing=imager,
        ermf=elements.number("EstimatedRadiographicMagnificationFactor"),
        sid=sid,
        sod=elements.number("DistanceSourceToPatient"),
        enhanced=_isocentre(
            elements, group_of("ProjectionPixelCalibrationSequence"), geometry, group_of("PositionerPositionSequence")
        ),
        aspect_ratio=elements.numbers("PixelAspectRatio"),
        refractive_index=elements.code("RefractiveIndexApplied"),
    )


def _isocentre(
    elements: Elements, table: Elements | None, geometry: Elements | None, position: Elements | None
) -> Isocentre:
    if table is None:
        return NOT_ENHANCED
    angles = position or elements
    return Isocentre(
        table.numbers("ObjectPixelSpacingInCenterOfBeam") or None,
        geometry.number("DistanceSourceToIsocenter") if geometry is not None else None,
        (table if "TableHeight" in table else elements).number("TableHeight"),
        table.number("DistanceObjectToTableTop"),
        table.number("BeamAngle"),
        angles.number("PositionerPrimaryAngle"),
        angles.number("PositionerSecondaryAngle"),
        elements.code("PatientPosition"),
    )


def frame_calibrations(elements: Elements, frames: int) -> tuple[Calibration, ...]:
    """One calibration a frame where they differ, else none; a frame without an item of its own is like the first."""
    items = _frame_items(elements, frames, _MACROS)
    if not items:
        return ()
    known: dict[tuple[bytes, ...], Calibration] = {}
    found = []
    for item in items:
        key = tuple(item.value_bytes(tag_of(macro)) if macro in item else b"-" for macro in _MACROS)
        one = known.get(key) if all(key) else None
        if one is None:
            one = known[key] = calibration(read_spacings(elements, item))
        found.append(one)
    found += [found[0]] * (frames - len(found))
    return tuple(found) if len(set(found)) > 1 else ()


def read_regions(elements: Elements) -> tuple[UltrasoundRegion, ...]:
    """The ultrasound regions of the object, or of one item of the functional groups (PS3.3 C.8.5.5)."""
    found = [region for item in elements.items(_REGIONS)[:_MOST_REGIONS] if (region := _region(item)) is not None]
    if not found and (shared := elements.first_item(_SHARED)) is not None and _REGIONS in shared:
        return read_regions(shared)
    return tuple(found)


def frame_regions(elements: Elements, frames: int) -> tuple[tuple[UltrasoundRegion, ...], ...]:
    """One set of regions a frame where frames have their own, else none."""
    items = _frame_items(elements, frames, (_REGIONS,))
    if not items:
        return ()
    all_frames = read_regions(elements)
    found = [read_regions(item) if _REGIONS in item else all_frames for item in items]
    return (*found, *([all_frames] * (frames - len(found))))


def _frame_items(elements: Elements, frames: int, macros: tuple[str, ...]) -> list[Elements]:
    if _PER_FRAME not in elements or not 2 <= frames <= _MOST_FRAMES:
        return []
    items = elements.items(_PER_FRAME)[:frames]
    return items if any(macro in item for item in items for macro in macros) else []


def _region(item: Elements) -> UltrasoundRegion | None:
    keywords = ("RegionLocationMinX0", "RegionLocationMinY0", "RegionLocationMaxX1", "RegionLocationMaxY1")
    left, top, right, bottom = (item.integer(keyword) for keyword in keywords)
    if left is None or top is None or right is None or bottom is None or right < left or bottom < top:
        return None
    units = (item.integer("PhysicalUnitsXDirection") or 0, item.integer("PhysicalUnitsYDirection") or 0)
    x, y = item.number("PhysicalDeltaX"), item.number("PhysicalDeltaY")
    deltas = (math.nan if x is None else x, math.nan if y is None else y)
    flags = item.integer("RegionFlags") or 0
    return UltrasoundRegion(
        left, top, right, bottom, units, deltas, item.integer("RegionSpatialFormat") or 0, bool(flags & 1)
    )
