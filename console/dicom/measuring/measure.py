"""One shape on one frame, measured: where values, lengths and their calibration come together."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from console.dicom.measuring.catheter import calibrate
from console.dicom.measuring.lengths import PIXELS, REGIONS, angle, area, checked, length, scale_of
from console.dicom.measuring.regions import statistics
from console.dicom.measuring.sampling import profile
from console.dicom.measuring.vessel import vessel
from console.dicom.pixels import modality
from console.i18n import _
from console.model.measuring import KnownObject, Measured, Shape, ShapeKind
from console.model.picture import Calibration, PictureInfo

_REGIONAL = ("US", "IVUS", "OCT")
"""Modalities whose scale differs from one region of the frame to the next (PS3.3 C.8.5.5)."""


def measure(stored: NDArray[np.generic], info: PictureInfo, shape: Shape, known: KnownObject | None = None) -> Measured:
    """What a shape on a frame of stored values is worth.

    `known` calibrates on an object in the same frame and outranks the header. Regions are averaged in the units of
    the modality LUT where there is one, in stored values otherwise. UsageError for what cannot be measured.
    """
    rows, columns = stored.shape[:2]
    shape = checked(shape, columns, rows)
    values, unit = _values(stored, info)
    calibration, uncertainty = header_calibration(info), None
    if known is not None:
        line = checked(Shape(ShapeKind.DISTANCE, known.line), columns, rows).points
        known = replace(known, line=(line[0], line[1]))
        calibration, uncertainty = calibrate(values, known, calibration, info.pixel_aspect)
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


def header_calibration(info: PictureInfo) -> Calibration:
    """The file's own calibration, as far as it holds for the whole frame."""
    if info.modality in _REGIONAL:
        warning = _("The scale of ultrasound differs from region to region; lengths are given in pixels.")
        return Calibration("none", "px", None, None, (*info.calibration.warnings, warning))
    return info.calibration


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
