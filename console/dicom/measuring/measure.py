"""One shape on one frame, measured: where values, lengths and their calibration come together."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from console.dicom.measuring.catheter import calibrate
from console.dicom.measuring.lengths import PIXELS, REGIONS, angle, area, checked, length, scale_of
from console.dicom.measuring.regions import statistics
from console.dicom.measuring.sampling import profile
from console.dicom.measuring.ultrasound import calibration_of
from console.dicom.measuring.vessel import vessel
from console.dicom.pixels import modality
from console.errors import UsageError
from console.i18n import _
from console.model.measuring import KnownObject, Measured, Point, Shape, ShapeKind
from console.model.picture import Calibration, PictureInfo

_REGIONAL = ("US", "IVUS")
"""Modalities whose scale differs from one region of the frame to the next (PS3.3 C.8.5.5)."""


NOT_MEASURED = Calibration("none", "px", None, None)
"""Beside values that no length goes into."""


def measure(
    stored: NDArray[np.generic],
    info: PictureInfo,
    shape: Shape,
    known: KnownObject | None = None,
    number: int = 1,
    made: Calibration | None = None,
) -> Measured:
    """What a shape on frame `number` (from 1), an array of stored values, is worth.

    `known` calibrates on an object in the same frame and outranks the header; `made` is a calibration that was made
    before, on a frame of the same run. Regions are averaged in the units of the modality LUT where there is one, in
    stored values otherwise. UsageError for what cannot be measured.
    """
    rows, columns = stored.shape[:2]
    shape = checked(shape, columns, rows)
    if shape.kind in (ShapeKind.ARROW, ShapeKind.TEXT):
        return Measured(shape.kind, None, "", None, NOT_MEASURED)
    values, unit = _values(stored, info)
    if shape.kind is ShapeKind.PROBE:
        return Measured(shape.kind, _at(values, shape.points[0]), unit, None, NOT_MEASURED)
    if known is not None:
        calibration = calibrated(stored, info, known, number)
    elif made is not None:
        calibration = made
    else:
        calibration = header_calibration(info, number, shape)
    uncertainty = calibration.uncertainty_percent
    if shape.kind in (ShapeKind.ANGLE, ShapeKind.COBB):
        return Measured(shape.kind, angle(shape, _aspect(info, calibration)), "°", None, calibration)
    scale = scale_of(calibration)
    if shape.kind in REGIONS:
        found = statistics(values, shape, scale, unit)
        # Both sides of an area are as uncertain as a length.
        twice = None if uncertainty is None else 2 * uncertainty
        return Measured(shape.kind, found.area, found.area_unit, area(shape, PIXELS), calibration, twice, found)
    if shape.kind is ShapeKind.VESSEL:
        segment = vessel(values, shape.points, scale)
        pixels = segment.mld * length(shape.points, PIXELS) / length(shape.points, scale)
        return Measured(shape.kind, segment.mld, scale.unit, pixels, calibration, uncertainty, vessel=segment)
    curve = profile(values, shape.points[0], shape.points[1], scale) if shape.kind is ShapeKind.PROFILE else None
    return Measured(
        shape.kind,
        length(shape.points, scale),
        scale.unit,
        length(shape.points, PIXELS),
        calibration,
        uncertainty,
        curve=curve,
    )


def calibrated(stored: NDArray[np.generic], info: PictureInfo, known: KnownObject, number: int = 1) -> Calibration:
    """The calibration on a known object in frame `number`, its uncertainty with it. UsageError where none is seen."""
    rows, columns = stored.shape[:2]
    line = checked(Shape(ShapeKind.DISTANCE, known.line), columns, rows)
    known = replace(known, line=(line.points[0], line.points[1]))
    header = header_calibration(info, number, line)
    found, error = calibrate(_values(stored, info)[0], known, header, _aspect(info, header))
    return replace(found, uncertainty_percent=error)


def header_calibration(info: PictureInfo, number: int, shape: Shape) -> Calibration:
    """The file's own calibration of frame `number` (from 1), as far as it holds for the shape.

    UsageError for a shape across regions of ultrasound with different scales.
    """
    regions = info.frame_regions[number - 1] if number <= len(info.frame_regions) else info.regions
    if regions or info.modality in _REGIONAL:
        return calibration_of(regions, shape)
    return info.frame_calibrations[number - 1] if number <= len(info.frame_calibrations) else info.calibration


def _at(values: NDArray[np.floating | np.integer], point: Point) -> float:
    """The value of the pixel that a point lies in."""
    if values.ndim != 2:
        raise UsageError(_("Cannot be measured"), _("A pixel in colour has no single value."))
    column, row = (math.floor(place + 0.5) for place in point)
    found = float(values[min(max(row, 0), values.shape[0] - 1), min(max(column, 0), values.shape[1] - 1)])
    if not math.isfinite(found):
        raise UsageError(_("Cannot be measured"), _("The value of this pixel is not a number."))
    return found


def _aspect(info: PictureInfo, calibration: Calibration) -> float:
    if calibration.row_spacing and calibration.column_spacing:
        return calibration.row_spacing / calibration.column_spacing
    return info.pixel_aspect


def _values(stored: NDArray[np.generic], info: PictureInfo) -> tuple[NDArray[np.floating | np.integer], str]:
    grayscale = info.grayscale
    plain = grayscale is None or (
        grayscale.modality_table is None and grayscale.slope == 1.0 and grayscale.intercept == 0.0
    )
    if grayscale is None or plain:
        return stored, "stored"  # type: ignore[return-value]  # pixels are numbers
    return modality(stored, grayscale), "rescaled"
