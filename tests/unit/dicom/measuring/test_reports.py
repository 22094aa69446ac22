"""Measurements as structured reports: ours read by others, others' read by us, and what is no report."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import highdicom as hd
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import generate_uid

from console.dicom.measuring.measure import measure
from console.dicom.measuring.report_codes import PURPOSE
from console.dicom.measuring.report_in import read_report
from console.dicom.measuring.report_out import measurement_report
from console.dicom.object import open_object
from console.errors import ConsoleError, UsageError
from console.measurement_report import read_report as read_apart
from console.measurement_report import write_report as write_apart
from console.model.measuring import Instance, Measurement, Point, Shape, ShapeKind, Sheet
from tests.phantoms import cine_pixels, write_cine
from tests.support import need_program

AT = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
K = ShapeKind
SHAPES: dict[ShapeKind, tuple[Point, ...]] = {
    K.DISTANCE: ((10.25, 10.0), (30.0, 25.5)),
    K.POLYLINE: ((1.0, 1.0), (5.0, 5.0), (9.0, 2.0)),
    K.ANGLE: ((1.0, 1.0), (5.0, 5.0), (9.0, 2.0)),
    K.COBB: ((1.0, 1.0), (5.0, 5.0), (9.0, 2.0), (20.0, 3.0)),
    K.RECTANGLE: ((4.0, 4.0), (20.0, 30.0)),
    K.ELLIPSE: ((4.0, 4.0), (20.0, 30.0)),
    K.POLYGON: ((4.0, 4.0), (20.0, 30.0), (3.0, 20.0)),
    K.PROFILE: ((3.0, 3.0), (40.0, 50.0)),
    K.PROBE: ((9.0, 9.0),),
    K.ARROW: ((9.0, 9.0), (3.0, 3.0)),
    K.TEXT: ((9.0, 9.0),),
}


def measured(folder: Path, kinds: tuple[ShapeKind, ...] = tuple(SHAPES), **elements: Any) -> tuple[Path, Sheet]:
    """A cine and its sheet, with one measurement of each kind on the second frame."""
    path = folder / "run.dcm"
    write_cine(path, 3, **{"ImagerPixelSpacing": [0.3, 0.3], **elements})
    info = open_object(path).info
    frame = cine_pixels(3)[1]
    found = []
    for number, kind in enumerate(kinds, 1):
        shape = Shape(kind, SHAPES[kind])
        worth = measure(frame, info, shape, None, 2)
        found.append(Measurement(number, 2, shape, worth, "李工", AT, "近段 LAD"))
    return path, Sheet(Instance(info.sop_instance_uid, info.size, ""), tuple(found))


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path, sheet = measured(tmp_path)
    target = tmp_path / "report.dcm"
    target.write_bytes(measurement_report(path, sheet, "李工", AT))
    return target


def test_the_verifier_finds_no_error_and_dcmtk_reads_it(report: Path) -> None:
    checked = subprocess.run(
        [need_program("dciodvfy"), report], capture_output=True, text=True, timeout=60, check=False
    )
    assert "ComprehensiveSR" in checked.stderr
    assert [line for line in checked.stderr.splitlines() if line.startswith("Error")] == []
    dumped = subprocess.run([need_program("dsrdump"), "+Pl", report], capture_output=True, timeout=60, check=False)
    text = dumped.stdout.decode("utf-8")
    assert dumped.returncode == 0
    for part in ("张^伟", "PARTIAL", "UNVERIFIED", '"1 近段 LAD"', 'NUM:(,,"Cobb angle")', "not for diagnosis", "李工"):
        assert part in text, part
    assert "0.3 mm between rows" in text


def test_what_was_drawn_comes_back_point_by_point(report: Path, tmp_path: Path) -> None:
    _path, sheet = measured(tmp_path)
    found = read_report(report)
    assert [(one.shape, one.frame) for one in found] == [(one.shape, 2) for one in sheet.measurements]
    assert {one.instance for one in found} == {sheet.instance.sop_instance_uid}
    lengths = [one for one in found if one.shape.kind is K.DISTANCE]
    assert lengths[0].value == pytest.approx(sheet.measurements[0].found.value)
    assert lengths[0].unit == "mm"


def test_without_a_scale_no_number_of_the_report_is_in_millimetres(tmp_path: Path) -> None:
    path, sheet = measured(tmp_path, ImagerPixelSpacing=None)
    data = measurement_report(path, sheet, "Li", AT)
    (tmp_path / "report.dcm").write_bytes(data)
    assert b"mm" not in data.replace(b"Comprehensive", b"").replace(b"Comment", b"").replace(b"comm", b"")
    assert {one.unit for one in read_report(tmp_path / "report.dcm")} <= {"{pixels}", "{pixels}2", "deg", "1", ""}


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("ISO_IR 192", "Zhang^Wei=张^伟"),
        ("GB18030", "Zhang^Wei=张^伟"),
        ("ISO_IR 100", "M\xfcller^J\xf6rg"),
        (None, "PLAIN^NAME"),
    ],
)
def test_the_patient_is_carried_byte_for_byte(tmp_path: Path, charset: str | None, name: str) -> None:
    path, sheet = measured(tmp_path, (K.DISTANCE,), SpecificCharacterSet=charset, PatientName=name)
    target = tmp_path / "report.dcm"
    target.write_bytes(measurement_report(path, sheet, "李工", AT))
    raw = [pydicom.dcmread(each).get_item("PatientName").value for each in (path, target)]
    assert raw[0] == raw[1]
    assert str(pydicom.dcmread(target).PatientName) == name


def test_an_hd_tool_sees_planar_regions_with_their_statistics(report: Path) -> None:
    document = hd.sr.srread(report)
    content: Any = document.content
    groups = content.get_planar_roi_measurement_groups()
    assert len(groups) == 3
    assert {group.roi.graphic_type.value for group in groups} == {"POLYLINE", "ELLIPSE"}
    names = [measurement.name.meaning for measurement in groups[0].get_measurements()]
    assert names[0] == "Area"
    assert len(names) == 6


def test_a_hidden_measurement_is_not_reported_and_nothing_is_no_report(tmp_path: Path) -> None:
    path, sheet = measured(tmp_path, (K.DISTANCE,))
    from dataclasses import replace

    hidden = replace(sheet, measurements=(replace(sheet.measurements[0], hidden=True),))
    with pytest.raises(UsageError, match="not hidden"):
        measurement_report(path, hidden, "Li", AT)
    other = replace(sheet, instance=Instance("1.2.3", 1, ""))
    with pytest.raises(UsageError, match="not the object"):
        measurement_report(path, other, "Li", AT)


def test_the_screen_has_it_done_by_another_process(tmp_path: Path) -> None:
    path, sheet = measured(tmp_path)
    write_apart(path, sheet, tmp_path / "report.dcm", "Li", AT)
    assert read_apart(tmp_path / "report.dcm") == read_report(tmp_path / "report.dcm")
    with pytest.raises(ConsoleError, match="no structured report"):
        read_apart(path)


# Reports of others


def coded(value: str, scheme: str, meaning: str) -> Dataset:
    found = Dataset()
    found.CodeValue, found.CodingSchemeDesignator, found.CodeMeaning = value, scheme, meaning
    return found


def item(kind: str, concept: Dataset | None = None, relation: str = "CONTAINS", **elements: Any) -> Dataset:
    found = Dataset()
    found.ValueType, found.RelationshipType = kind, relation
    if concept is not None:
        found.ConceptNameCodeSequence = [concept]
    for keyword, value in elements.items():
        setattr(found, keyword, value)
    return found


def foreign(path: Path, graphic: str, data: list[float], kind: str = "SCOORD", code: str = "410668003") -> Path:
    """A report as another maker writes it: TID 300 directly in a group, coordinates below the number."""
    image = Dataset()
    image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.12.1", "1.2.9"
    image.ReferencedFrameNumber = 4
    picture = item("IMAGE", relation="SELECTED FROM", ReferencedSOPSequence=[image])
    where = item(kind, relation="INFERRED FROM", GraphicType=graphic, GraphicData=data, ContentSequence=[picture])
    value = Dataset()
    value.NumericValue, value.MeasurementUnitsCodeSequence = "12.5", [coded("mm", "UCUM", "mm")]
    number = item("NUM", coded(code, "SCT", "Length"), MeasuredValueSequence=[value], ContentSequence=[where])
    name = item("TEXT", coded("112039", "DCM", "Tracking Identifier"), TextValue="Lesion \x1b[31m1")
    group = item("CONTAINER", coded("125007", "DCM", "Measurement Group"), ContentSequence=[name, number])
    section = item("CONTAINER", coded("126010", "DCM", "Imaging Measurements"), ContentSequence=[group])
    ds = Dataset()
    ds.file_meta = pydicom.dataset.FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = pydicom.uid.ComprehensiveSRStorage
    ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    ds.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = pydicom.uid.ComprehensiveSRStorage, ds.file_meta.MediaStorageSOPInstanceUID
    ds.Modality, ds.ValueType, ds.ContentSequence = "SR", "CONTAINER", [section]
    ds.save_as(path, enforce_file_format=True)
    return path


@pytest.mark.parametrize(
    ("graphic", "data", "code", "kind", "points"),
    [
        ("POLYLINE", [1.5, 2.5, 5.5, 2.5], "410668003", K.DISTANCE, ((1, 2), (5, 2))),
        ("POLYLINE", [1.5, 2.5, 5.5, 2.5, 5.5, 9.5], "1483009", K.ANGLE, ((1, 2), (5, 2), (5, 9))),
        ("POLYLINE", [1.5, 1.5, 5.5, 1.5, 5.5, 9.5, 1.5, 1.5], "42798000", K.POLYGON, ((1, 1), (5, 1), (5, 9))),
        ("CIRCLE", [10.5, 10.5, 14.5, 10.5], "42798000", K.ELLIPSE, ((6, 6), (14, 14))),
        ("ELLIPSE", [6.5, 10.5, 14.5, 10.5, 10.5, 8.5, 10.5, 12.5], "42798000", K.ELLIPSE, ((6, 8), (14, 12))),
        ("POINT", [3.5, 4.5], "112031", K.PROBE, ((3, 4),)),
    ],
)
def test_what_another_maker_drew_is_the_same_shape_here(
    tmp_path: Path, graphic: str, data: list[float], code: str, kind: ShapeKind, points: tuple[Point, ...]
) -> None:
    (one,) = read_report(foreign(tmp_path / "a.dcm", graphic, data, code=code))
    assert (one.shape.kind, one.frame, one.instance, one.value, one.unit) == (kind, 4, "1.2.9", 12.5, "mm")
    assert one.shape.points == pytest.approx(np.array(points))
    assert one.name == "Lesion [31m1"


def test_an_ellipse_that_lies_askew_keeps_its_area(tmp_path: Path) -> None:
    (one,) = read_report(foreign(tmp_path / "a.dcm", "ELLIPSE", [2.5, 2.5, 10.5, 10.5, 7.5, 5.5, 5.5, 7.5]))
    assert one.shape.kind is K.POLYGON
    x, y = np.array(one.shape.points).T
    area = 0.5 * abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))
    assert area == pytest.approx(np.pi * np.hypot(4, 4) * np.hypot(1, 1), rel=0.01)


@pytest.mark.parametrize(
    ("graphic", "data", "kind", "what"),
    [
        ("POLYLINE", [1.0, 2.0, 3.0], "SCOORD", "damaged"),
        ("POLYLINE", [1.0, float("nan"), 3.0, 4.0], "SCOORD", "damaged"),
        ("POLYLINE", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "SCOORD3D", "in space"),
    ],
)
def test_coordinates_that_make_no_sense_here_are_a_sentence(
    tmp_path: Path, graphic: str, data: list[float], kind: str, what: str
) -> None:
    with pytest.raises(ConsoleError, match=what):
        read_report(foreign(tmp_path / "a.dcm", graphic, data, kind))


def test_a_region_made_by_a_library_is_read(tmp_path: Path) -> None:
    path, _sheet = measured(tmp_path, (K.DISTANCE,))
    image = pydicom.dcmread(path)
    image.StudyID = image.AccessionNumber = image.ReferringPhysicianName = image.StudyTime = None
    where = hd.sr.SourceImageForRegion(image.SOPClassUID, image.SOPInstanceUID, [3])
    ring = np.array([[1.5, 1.5], [9.5, 1.5], [9.5, 7.5], [1.5, 1.5]])
    group = hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        hd.sr.TrackingIdentifier(generate_uid(), "lesion"),
        hd.sr.ImageRegion(hd.sr.GraphicTypeValues.POLYLINE, ring, where),
        measurements=[hd.sr.Measurement(codes.SCT.Area, 24.0, codes.UCUM.SquareMillimeter)],
    )
    context = hd.sr.ObservationContext(
        observer_person_context=hd.sr.ObserverContext(
            codes.DCM.Person, hd.sr.PersonObserverIdentifyingAttributes("Doe^Jane")
        )
    )
    content = hd.sr.MeasurementReport(context, codes.SCT.Angiography, [group])
    document = hd.sr.ComprehensiveSR([image], content[0], generate_uid(), 1, generate_uid(), 1, manufacturer="Other")
    document.save_as(tmp_path / "other.dcm", enforce_file_format=True)
    (one,) = read_report(tmp_path / "other.dcm")
    assert (one.name, one.frame, one.value, one.unit) == ("lesion", 3, 24.0, "mm2")
    assert one.shape == Shape(K.POLYGON, ((1.0, 1.0), (9.0, 1.0), (9.0, 7.0)))


@pytest.mark.parametrize("data", [b"", b"no DICOM at all", b"\0" * 300])
def test_what_is_no_report_is_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.dcm").write_bytes(data)
    with pytest.raises(ConsoleError):
        read_report(tmp_path / "a.dcm")


def test_the_purpose_stands_in_every_group(report: Path) -> None:
    assert report.read_bytes().count(PURPOSE.encode()) >= len(SHAPES)
