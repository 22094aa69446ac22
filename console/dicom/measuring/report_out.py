"""Measurements as a DICOM Structured Report: TID 1500 "Measurement Report" (PS3.16) in a Comprehensive SR.

Lines, angles, probes and profiles are groups of TID 1501 with the coordinates beside the number; regions are planar
ROIs of TID 1410. Lengths are in millimetres only where the calibration says so, else in pixels, and each group says in
words where its scale comes from. The report is preliminary, not verified, and says that it is not for diagnosis.

Coordinates of a report count from the corner of the first pixel (PS3.3 C.18.6.1.2), ours from its middle.
"""

import io
import warnings
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pydicom
from highdicom import sr
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import generate_uid
from pydicom.valuerep import DA, TM

from console import __version__
from console.dicom.measuring.report_codes import (
    ANGLES,
    COUNT,
    FWHM,
    KIND,
    LENGTHS,
    PURPOSE,
    REFERENCE,
    REGIONS,
    SCALE,
    UNITS,
    VALUE,
)
from console.errors import DicomReadError, UsageError
from console.i18n import _
from console.model.measuring import Measured, Measurement, Point, ShapeKind, Sheet


def measurement_report(source: Path, sheet: Sheet, operator: str, at: datetime, *, hidden: bool = False) -> bytes:
    """The report about a sheet as the bytes of a DICOM file; `source` is the object that was measured.

    Hidden measurements are left out unless `hidden`. DicomReadError where the object cannot be read; UsageError where
    there is nothing to report, the object is not the one that was measured, or its identity cannot be carried exactly.
    """
    found = [one for one in sheet.measurements if hidden or not one.hidden]
    if not found:
        raise UsageError(_("Nothing to report"), _("There is no measurement that is not hidden."))
    image = _header(source)
    if str(image.get("SOPInstanceUID", "")) != sheet.instance.sop_instance_uid:
        what = _("{name} is not the object that was measured.").format(name=source.name)
        raise UsageError(_("Another file"), what)
    for needed in ("StudyInstanceUID", "SeriesInstanceUID", "SOPClassUID"):
        if not image.get(needed):
            what = _("{name} has no {keyword}, which a report must name.")
            raise UsageError(_("Nothing to report"), what.format(name=source.name, keyword=needed))
    charset = image.get("SpecificCharacterSet")
    if not charset and "SpecificCharacterSet" in image:
        # An empty one is none.
        del image.SpecificCharacterSet
    with warnings.catch_warnings():
        # Names that do not follow PS3.5 6.2.1 are the source's, and are carried as they are.
        warnings.simplefilter("ignore")
        report = _report(image, found, _spoken(operator, image) or "unknown", at)
        if charset:
            report.SpecificCharacterSet = charset
        elif "SpecificCharacterSet" in report:
            del report.SpecificCharacterSet
        stream = io.BytesIO()
        report.save_as(stream, enforce_file_format=True)
    data = stream.getvalue()
    _same_identity(image, data)
    return data


def _header(source: Path) -> Dataset:
    try:
        return pydicom.dcmread(source, stop_before_pixels=True, force=True)
    except (OSError, InvalidDicomError, ValueError, KeyError, AttributeError, EOFError) as error:
        what = _("{name} cannot be read as DICOM.").format(name=source.name)
        raise DicomReadError(_("Cannot be read"), what) from error


def _report(image: Dataset, found: Sequence[Measurement], operator: str, at: datetime) -> sr.ComprehensiveSR:
    context = sr.ObservationContext(
        observer_person_context=sr.ObserverContext(
            codes.DCM.Person, sr.PersonObserverIdentifyingAttributes(operator if "^" in operator else f"{operator}^")
        ),
        observer_device_context=sr.ObserverContext(
            codes.DCM.Device,
            sr.DeviceObserverIdentifyingAttributes(
                generate_uid(None), "cathlab", "Cathlab Console", "Cathlab Console", __version__
            ),
        ),
    )
    modality = str(image.get("Modality", ""))
    procedure = codes.SCT.Angiography if modality in ("XA", "XRF") else Code("363679005", "SCT", "Imaging")
    content = sr.MeasurementReport(
        context,
        procedure,
        [_group(one, image) for one in found],
        codes.DCM.ImagingMeasurementReport,
    )
    for keyword in _ASKED_FOR:
        # Type 2 attributes may be absent from an old object; a report has them, empty.
        if keyword not in image:
            setattr(image, keyword, None)
    report = sr.ComprehensiveSR(
        [image],
        content[0],
        series_instance_uid=generate_uid(None),
        series_number=int(image.get("SeriesNumber") or 0) + 9000,
        sop_instance_uid=generate_uid(None),
        instance_number=1,
        manufacturer="Cathlab Console",
        manufacturer_model_name="Cathlab Console",
        software_versions=__version__,
        device_serial_number="none",
        series_description=PURPOSE,
        is_complete=False,
        is_final=False,
        is_verified=False,
        institution_name=str(image.get("InstitutionName") or "") or None,
    )
    report.ContentDate, report.ContentTime = DA(at.date()), TM(at.time().replace(microsecond=0, tzinfo=None))
    return report


_ASKED_FOR = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate",
    "StudyTime", "ReferringPhysicianName",
)  # fmt: skip


def _group(
    one: Measurement, image: Dataset
) -> sr.MeasurementsAndQualitativeEvaluations | sr.PlanarROIMeasurementsAndQualitativeEvaluations:
    """One measurement as a group of the report."""
    said = f"{one.number} {_spoken(one.name, image)}".strip()
    tracking = sr.TrackingIdentifier(generate_uid(None), said)
    frames = [one.frame] if int(image.get("NumberOfFrames") or 1) > 1 else None
    where = sr.SourceImageForRegion(image.SOPClassUID, image.SOPInstanceUID, frames)
    group: sr.MeasurementsAndQualitativeEvaluations | sr.PlanarROIMeasurementsAndQualitativeEvaluations
    if one.shape.kind in REGIONS:
        graphic, points = _outline(one.shape.kind, one.shape.points)
        group = sr.PlanarROIMeasurementsAndQualitativeEvaluations(
            tracking, sr.ImageRegion(graphic, points, where), measurements=_region_numbers(one.found)
        )
    else:
        coordinates = [_coordinates(points, where) for points in _lines(one.shape.kind, one.shape.points)]
        group = sr.MeasurementsAndQualitativeEvaluations(
            tracking, measurements=_numbers(one.found, coordinates) or None
        )
        if one.found.value is None:
            comment = sr.TextContentItem(codes.DCM.Comment, said, sr.RelationshipTypeValues.CONTAINS)
            comment.ContentSequence = sr.ContentSequence(coordinates)
            for item in coordinates:
                item.RelationshipType = "INFERRED FROM"
            group[0].ContentSequence.append(comment)
    texts = [(KIND, one.shape.kind.value), (SCALE, _scale(one.found, image))]
    for name, text in texts:
        group[0].ContentSequence.append(sr.TextContentItem(name, text, sr.RelationshipTypeValues.CONTAINS))
    return group


def _numbers(found: Measured, coordinates: Sequence[sr.CoordinatesForMeasurement]) -> list[sr.Measurement]:
    """What was measured along lines and at points, the first number with the coordinates."""
    numbers: list[tuple[Code, float, Code, Code | None]] = []
    if found.vessel is not None:
        vessel, unit = found.vessel, UNITS[found.vessel.unit]
        numbers = [
            (codes.SCT.VesselLumenDiameter, vessel.mld, unit, codes.SCT.Minimum),
            (REFERENCE, vessel.reference, unit, None),
            (codes.SCT.LumenDiameterStenosis, vessel.stenosis_percent, codes.UCUM.Percent, None),
            (codes.SCT.Length, vessel.length, unit, None),
        ]
    elif found.value is not None:
        name = LENGTHS.get(found.kind) or ANGLES.get(found.kind) or VALUE
        numbers = [(name, found.value, UNITS.get(found.unit, codes.UCUM.NoUnits), None)]
        if found.curve is not None and found.curve.fwhm is not None:
            numbers.append((FWHM, found.curve.fwhm, UNITS[found.curve.unit], None))
    return [
        sr.Measurement(
            name, _decimal(value), unit, derivation=derivation, referenced_coordinates=coordinates if at == 0 else None
        )
        for at, (name, value, unit, derivation) in enumerate(numbers)
    ]


def _region_numbers(found: Measured) -> list[sr.Measurement]:
    assert found.statistics is not None
    region = found.statistics
    numbers = [sr.Measurement(codes.SCT.Area, _decimal(region.area), UNITS[region.area_unit])]
    for value, derivation in (
        (region.mean, codes.SCT.Mean),
        (region.sd, codes.SCT.StandardDeviation),
        (region.minimum, codes.SCT.Minimum),
        (region.maximum, codes.SCT.Maximum),
    ):
        numbers.append(sr.Measurement(VALUE, _decimal(value), codes.UCUM.NoUnits, derivation=derivation))
    return [*numbers, sr.Measurement(COUNT, float(region.count), codes.UCUM.NoUnits)]


def _decimal(value: float) -> float:
    """As a Decimal String can say it: sixteen characters (PS3.5 6.2)."""
    return float(f"{value:.9g}")


def _lines(kind: ShapeKind, points: tuple[Point, ...]) -> list[tuple[Point, ...]]:
    """The two lines of a Cobb angle apart, everything else as one."""
    return [points[:2], points[2:]] if kind is ShapeKind.COBB else [points]


def _coordinates(points: tuple[Point, ...], where: sr.SourceImageForRegion) -> sr.CoordinatesForMeasurement:
    graphic = sr.GraphicTypeValues.POINT if len(points) == 1 else sr.GraphicTypeValues.POLYLINE
    return sr.CoordinatesForMeasurement(graphic, np.array(points) + 0.5, where)


def _outline(kind: ShapeKind, points: tuple[Point, ...]) -> tuple[sr.GraphicTypeValues, np.ndarray]:
    """A region as the report draws it: closed lines, or the ends of an ellipse's axes, the longer one first."""
    corners = np.array(points) + 0.5
    if kind is ShapeKind.ELLIPSE:
        (x0, y0), (x1, y1) = corners
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        axes = [[(x0, y), (x1, y)], [(x, y0), (x, y1)]]
        if abs(y1 - y0) > abs(x1 - x0):
            axes.reverse()
        return sr.GraphicTypeValues.ELLIPSE, np.array([*axes[0], *axes[1]])
    if kind is ShapeKind.RECTANGLE:
        (x0, y0), (x1, y1) = corners
        corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    return sr.GraphicTypeValues.POLYLINE, np.vstack([corners, corners[:1]])


def _scale(found: Measured, image: Dataset) -> str:
    """Where millimetres come from, in words for a reader of the report."""
    scale = found.calibration
    if scale.unit != "mm" or scale.row_spacing is None or scale.column_spacing is None:
        text = "not calibrated, lengths in pixels"
    else:
        text = f"{scale.source}: {scale.row_spacing:.6g} mm between rows, {scale.column_spacing:.6g} mm between columns"
        if found.uncertainty_percent is not None:
            text += f"; uncertainty {found.uncertainty_percent:.1f} %"
    return f"{text}. {PURPOSE}."


def _spoken(text: str, image: Dataset) -> str:
    """Our own words as far as the object's character set has them."""
    encodings = pydicom.charset.convert_encodings(image.get("SpecificCharacterSet") or "ISO_IR 6")
    for encoding in encodings:
        try:
            text.encode(encoding)
        except (UnicodeEncodeError, LookupError):
            continue
        return text
    return text.encode("ascii", "replace").decode()


def _same_identity(image: Dataset, data: bytes) -> None:
    """UsageError unless the report holds the patient's and the study's own bytes."""
    report = pydicom.dcmread(io.BytesIO(data))
    for keyword in (
        "PatientName",
        "PatientID",
        "PatientBirthDate",
        "PatientSex",
        "AccessionNumber",
        "StudyInstanceUID",
    ):
        if _bytes(image, keyword) != _bytes(report, keyword):
            what = _("{keyword} cannot be written into a report as the object has it; repair the object first.")
            raise UsageError(_("Nothing to report"), what.format(keyword=keyword))


def _bytes(dataset: Dataset, keyword: str) -> bytes:
    """What stands in the file, without padding."""
    tag = pydicom.datadict.tag_for_keyword(keyword)
    if tag is None or tag not in dataset:
        return b""
    raw = dataset.get_item(tag)
    value = raw.value
    if isinstance(value, bytes):
        return value.rstrip(b" \0")
    if getattr(value, "original_string", None) is not None:
        value = value.original_string
    if isinstance(value, bytes):
        return value.rstrip(b" \0")
    encodings = pydicom.charset.convert_encodings(dataset.get("SpecificCharacterSet") or "ISO_IR 6")
    return pydicom.charset.encode_string(str(value or ""), encodings).rstrip(b" \0")
