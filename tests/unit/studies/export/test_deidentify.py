"""De-identified copies: nothing of the patient left at any depth, references whole, pixels bit for bit."""

import hashlib
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence as Items

from console.model.export import ExportOptions, ExportReport
from console.studies.export import profile
from console.studies.export.run import run_export
from tests.support import need_program, need_samples
from tests.unit.dicom.builders import pydicom_file, xa
from tests.unit.studies.export.objects import ANONYMOUS, dataset, plan_of, tree

SECRETS = {
    "PatientName": "Geheim^Anneliese", "PatientID": "KH-4711-X", "PatientBirthDate": "19530217", "PatientSex": "F",
    "PatientAge": "073Y", "PatientAddress": "Musterweg 17, Bad Secret", "PatientTelephoneNumbers": "+49 555 123456",
    "OtherPatientIDs": "ALT-998877", "OtherPatientNames": "Geheim-Frueher^Anna", "PatientMotherBirthName": "Mutterle",
    "PatientComments": "Schwester von Frau Geheim", "MedicalRecordLocator": "REGAL-7733", "EthnicGroup": "Friesisch",
    "Occupation": "Buchbinderin", "AdditionalPatientHistory": "Sturz 2019", "PatientInsurancePlanCodeSequence": None,
    "StudyDate": "20190411", "SeriesDate": "20190412", "AcquisitionDate": "20190413", "ContentDate": "20190414",
    "StudyTime": "101112", "SeriesTime": "101213", "AcquisitionTime": "101314", "ContentTime": "101415",
    "AcquisitionDateTime": "20190413101314", "InstanceCreationDate": "20190415", "InstanceCreationTime": "101516",
    "AccessionNumber": "ACC-556677", "StudyID": "STUDY-778", "InstitutionName": "Klinikum Bad Secret",
    "InstitutionAddress": "Klinikallee 1", "InstitutionalDepartmentName": "Kardiologie 3b",
    "ReferringPhysicianName": "Zuweiser^Karl", "ReferringPhysicianAddress": "Praxisweg 2",
    "PerformingPhysicianName": "Operateur^Ute", "PhysiciansOfRecord": "Oberarzt^Udo", "OperatorsName": "Mtra^Petra",
    "NameOfPhysiciansReadingStudy": "Befunder^Bert", "RequestingPhysician": "Anforderer^Anton",
    "StationName": "HKL-STATION-2", "DeviceSerialNumber": "SERIAL-313233", "StudyDescription": "Koro wegen Frau Geheim",
    "SeriesDescription": "LCA Geheim", "ProtocolName": "Protokoll Geheim", "ImageComments": "siehe Akte 4711",
    "RequestedProcedureDescription": "Koronarangiographie Geheim", "AdmissionID": "AUFNAHME-1",
    "CurrentPatientLocation": "Station 7, Zimmer 12", "RequestedProcedureID": "ANF-8899",
    "PerformedProcedureStepID": "PPS-8899", "PerformedProcedureStepStartDate": "20190416",
    "PerformedProcedureStepStartTime": "102030",
    "PerformedProcedureStepDescription": "PPS Geheim", "ContrastBolusAgent": "Kontrast fuer Geheim",
    "AcquisitionComments": "unruhig", "DerivationDescription": "aus Geheim", "PatientState": "nuechtern",
    "IssuerOfPatientID": "KH-SECRET", "FrameComments": "Bild Geheim", "DetectorID": "DET-99-1",
    "DateOfSecondaryCapture": "20190417", "ScheduledStudyStartDate": "20190418",
}  # fmt: skip
"""The attributes that matter most, taken by hand from PS3.15 Table E.1-1, each with a value that must not stay."""

REPLACED = {"PatientName": "ANON0001", "PatientID": "ANON0001"}
XA_STUDY, XA_SERIES, XA_OBJECT, FRAME_OF_REFERENCE = "1.2.826.7.1", "1.2.826.7.2", "1.2.826.7.3", "1.2.826.7.4"


def secret_object(path: Path, pixels: bytes = bytes(range(256)), **more: Any) -> Path:
    """An XA object with every secret at the top, in two nested levels, in private elements, curves and overlays."""
    ds = xa()
    for keyword, value in SECRETS.items():
        if value is not None:
            setattr(ds, keyword, value)
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPInstanceUID, ds.StudyInstanceUID, ds.SeriesInstanceUID = XA_OBJECT, XA_STUDY, XA_SERIES
    ds.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.UID(XA_OBJECT)
    ds.file_meta.SourceApplicationEntityTitle = "HKL_SECRET"
    ds.FrameOfReferenceUID = FRAME_OF_REFERENCE
    ds.BurnedInAnnotation = "NO"
    deep = dataset(
        PatientName="Geheim^Anneliese",
        RequestingPhysician="Anforderer^Anton",
        ReferencedSOPClassUID=ds.SOPClassUID,
        ReferencedSOPInstanceUID=XA_OBJECT,
    )
    deep.add_new(0x00091001, "LO", "Geheim private")
    # A sequence that the table does not name holds one that it does, and a date that it does.
    ds.ViewCodeSequence = Items(
        [
            dataset(
                CodeValue="R-102CD",
                CodingSchemeDesignator="SRT",
                CodeMeaning="cranial",
                ViewModifierCodeSequence=[deep],
            )
        ]
    )
    ds.ReferencedImageSequence = Items([deep])
    ds.RequestAttributesSequence = Items([dataset(RequestedProcedureID="ANF-8899", StudyInstanceUID=XA_STUDY)])
    ds.OriginalAttributesSequence = Items([dataset(ModifiedAttributesSequence=[deep])])
    block = ds.private_block(0x0009, "SECRET MAKER 1.0", create=True)
    block.add_new(0x01, "LO", "Geheim^Anneliese")
    ds.add_new(0x50003000, "OW", b"Geheim^Anneliese")
    ds.add_new(0x60000010, "US", 16)
    ds.add_new(0x60000011, "US", 16)
    ds.add_new(0x60000040, "CS", "G")
    ds.add_new(0x60000050, "SS", [1, 1])
    ds.add_new(0x60000100, "US", 1)
    ds.add_new(0x60000102, "US", 0)
    ds.add_new(0x60003000, "OW", b"Geheim  " * 4)
    for keyword, value in more.items():
        setattr(ds, keyword, value)
    ds.add_new(0x7FE00010, "OB", pixels)
    ds.add_new(0xFFFCFFFC, "OB", b"Geheim  ")
    ds.preamble = b"GEHEIM^ANNELIESE".ljust(128, b"\0")
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.save_as(path, enforce_file_format=True)
    return path


def export(paths: list[Path], target: Path, options: ExportOptions = ANONYMOUS) -> ExportReport:
    """Export files, de-identified."""
    return run_export(plan_of(paths, target, options), lambda progress: None, lambda: False)


def copies(target: Path) -> list[Path]:
    """The exported objects."""
    return sorted((target / "DICOM").rglob("IM*"))


def everything(ds: Dataset) -> Iterator[pydicom.DataElement]:
    """Every element at every depth, read by pydicom."""
    for element in ds:
        yield element
        if element.VR == "SQ":
            for item in element.value:
                yield from everything(item)


def test_nothing_of_the_patient_is_left(tmp_path: Path) -> None:
    # GIVEN an object full of secrets WHEN it is exported de-identified
    source = secret_object(tmp_path / "in" / "a.dcm")
    report = export([source], tmp_path / "out")
    assert report.complete, report.problems
    (copy,) = copies(tmp_path / "out")
    ds = pydicom.dcmread(copy)
    # THEN none of the sixty values is anywhere, at no depth, by pydicom's reading
    secrets = {value for value in SECRETS.values() if value and len(value) > 3}
    for element in everything(ds):
        assert not secrets & set(str(element.value).split("\\")), element
        if element.keyword in SECRETS and element.keyword not in REPLACED:
            assert element.value in (None, "", "REMOVED", "19000101", "000000", "19000101000000", "000Y"), element
    # THEN nor by a search through all bytes, the DICOMDIR's and the lists' included, in any case of letters
    for name, data in tree(tmp_path / "out").items():
        for word in (
            b"geheim",
            b"anneliese",
            b"kh-4711",
            b"akte 4711",
            b"19530217",
            b"secret",
            b"201904",
            b"acc-55",
            b"1.2.826.7",
        ):
            assert word not in data.lower(), (name, word)
    # THEN private elements, curves, overlays, padding and the preamble are gone
    assert not [element.tag for element in everything(ds) if element.tag.is_private]
    assert not [element.tag for element in ds if element.tag.group >> 8 in (0x50, 0x60) or element.tag.group > 0x7FE0]
    assert copy.read_bytes()[:132] == bytes(128) + b"DICM"
    assert "SourceApplicationEntityTitle" not in ds.file_meta
    # THEN it says what was done
    assert (str(ds.PatientName), ds.PatientID) == ("ANON0001", "ANON0001")
    assert (ds.PatientIdentityRemoved, ds.LongitudinalTemporalInformationModified) == ("YES", "REMOVED")
    (code,) = ds.DeidentificationMethodCodeSequence
    assert (code.CodeValue, code.CodingSchemeDesignator) == ("113100", "DCM")
    # THEN what is needed to read the picture stays, nested codes too
    assert ds.ViewCodeSequence[0].CodeMeaning == "cranial"
    assert (ds.Rows, ds.BitsStored, ds.BurnedInAnnotation, ds.SpecificCharacterSet) == (16, 8, "NO", "ISO_IR 192")


def test_the_table_covers_what_was_written_down_by_hand() -> None:
    # GIVEN the attributes above WHEN the table that ships is asked THEN it keeps none of them
    from pydicom.datadict import tag_for_keyword

    table = profile.load()
    for keyword in SECRETS:
        tag = tag_for_keyword(keyword)
        assert tag is not None
        assert table.action(tag) in "XZD", keyword
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID",
                    "ReferencedSOPInstanceUID", "IrradiationEventUID", "DeviceUID"):  # fmt: skip
        tag = tag_for_keyword(keyword)
        assert tag is not None
        assert table.action(tag) == "U", keyword
    for keyword in ("Rows", "SOPClassUID", "Modality", "PixelSpacing", "WindowCenter", "FrameTime", "KVP"):
        tag = tag_for_keyword(keyword)
        assert tag is not None
        assert table.action(tag) == "K", keyword
    assert len(table.actions) > 600


def test_references_hold_across_the_export_and_lead_nowhere_else(tmp_path: Path) -> None:
    # GIVEN two objects of a study, each referring to the first
    first = secret_object(tmp_path / "in" / "a.dcm")
    second = secret_object(tmp_path / "in" / "b.dcm", SOPInstanceUID=XA_OBJECT + ".9")
    # WHEN both are exported
    report = export([first, second], tmp_path / "out")
    assert report.complete, report.problems
    a, b = (pydicom.dcmread(path) for path in copies(tmp_path / "out"))
    # THEN new UIDs are the same where the old ones were, at every depth
    assert a.StudyInstanceUID == b.StudyInstanceUID
    assert a.SeriesInstanceUID == b.SeriesInstanceUID
    assert a.FrameOfReferenceUID == b.FrameOfReferenceUID
    assert a.SOPInstanceUID != b.SOPInstanceUID
    nested = b.ViewCodeSequence[0].ViewModifierCodeSequence[0]
    assert nested.ReferencedSOPInstanceUID == b.ReferencedImageSequence[0].ReferencedSOPInstanceUID == a.SOPInstanceUID
    assert nested.ReferencedSOPClassUID == a.SOPClassUID == "1.2.840.10008.5.1.4.1.1.12.1"
    for ds in (a, b):
        assert ds.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID
        assert re.fullmatch(r"2\.25\.[1-9]\d{1,38}", ds.SOPInstanceUID)
    # THEN another export gives others, so that the two cannot be brought together
    export([first], tmp_path / "again")
    assert pydicom.dcmread(copies(tmp_path / "again")[0]).StudyInstanceUID != a.StudyInstanceUID


def test_the_key_list_stays_at_home_and_only_when_asked_for(tmp_path: Path) -> None:
    # GIVEN an export with a key list
    source = secret_object(tmp_path / "in" / "a.dcm")
    report = export([source], tmp_path / "out", replace(ANONYMOUS, key_folder=tmp_path / "home"))
    # THEN it stands in the home folder, for its owner alone, and says who is who
    assert report.key_list is not None
    assert report.key_list.parent == tmp_path / "home"
    assert report.key_list.stat().st_mode & 0o077 == 0
    assert "ANON0001,KH-4711-X,Geheim^Anneliese" in report.key_list.read_text("utf-8-sig")
    # THEN without asking none is written
    assert export([source], tmp_path / "other").key_list is None


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2",
                                    "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.70"])  # fmt: skip
def test_pixels_are_the_same_bits_in_every_encoding(tmp_path: Path, syntax: str) -> None:
    # GIVEN the same object in this transfer syntax, its frames fragmented where it is encapsulated
    source = secret_object(tmp_path / "in" / "a.dcm")
    ds = pydicom.dcmread(source)
    for tag in (0x50003000, 0x60003000):
        del ds[tag]
    ds.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    pixels = bytes(range(256)) * 8
    if syntax.startswith("1.2.840.10008.1.2.4"):
        ds.NumberOfFrames = 2
        ds.PixelData = encapsulate([pixels, b"\xfe\xff\xdd\xe0" + pixels], fragments_per_frame=2)
        ds["PixelData"].is_undefined_length = True
    else:
        ds.NumberOfFrames = 8
        ds.PixelData = pixels
    ds["PixelData"].VR = "OB"
    little = syntax != "1.2.840.10008.1.2.2"
    list(everything(ds))  # read, so that numbers are written in the other byte order
    pydicom.dcmwrite(
        source, ds, implicit_vr=syntax == "1.2.840.10008.1.2", little_endian=little, force_encoding=not little
    )
    # WHEN it is exported THEN pydicom reads the same pixel bytes, and no name
    report = export([source], tmp_path / "out")
    assert report.complete, report.problems
    copy = pydicom.dcmread(copies(tmp_path / "out")[0])
    assert copy.PixelData == pydicom.dcmread(source).PixelData
    assert copy.file_meta.TransferSyntaxUID == syntax
    assert not [element for element in everything(copy) if "Geheim" in str(element.value)]
    assert copy.ViewCodeSequence[0].ViewModifierCodeSequence[0].ReferencedSOPInstanceUID == copy.SOPInstanceUID


@pytest.mark.parametrize(
    ("label", "codec"),
    [("GB18030", "gb18030"), ("ISO_IR 100", "gb18030"), ("ISO_IR 192", "utf-8"), ("ISO_IR 100", "utf-8")],
)
def test_a_chinese_name_that_would_stay_fails_its_file_under_any_label(tmp_path: Path, label: str, codec: str) -> None:
    # GIVEN an object that names the patient where the table does not look: a manufacturer's model name
    name = "欧阳晓东"
    raw, mark = name.encode(codec), b"@" * len(name.encode(codec))
    source = secret_object(tmp_path / "in" / "a.dcm", SpecificCharacterSet=label, PatientName=mark.decode())
    source.write_bytes(source.read_bytes().replace(mark, raw))
    assert export([source], tmp_path / "clean").complete
    source = secret_object(
        tmp_path / "in" / "b.dcm", SpecificCharacterSet=label, PatientName=mark.decode(),
        ManufacturerModelName="Model " + mark.decode(),
    )  # fmt: skip
    source.write_bytes(source.read_bytes().replace(mark, raw))
    # WHEN it is exported THEN it is not, the sentence says where the name would have stood, and nothing of it is there
    report = export([source], tmp_path / "out")
    assert not report.complete
    assert "ManufacturerModelName" in report.problems[0].what
    assert copies(tmp_path / "out") == []
    assert all(raw not in data for data in tree(tmp_path / "out").values())


@pytest.mark.parametrize(
    ("elements", "where"),
    [
        ({"ManufacturerModelName": "for Anneliese"}, "ManufacturerModelName"),
        ({"SoftwareVersions": "KH-4711-X"}, "SoftwareVersions"),
        ({"ImageType": ["DERIVED", "KH-4711-X"]}, "ImageType"),
        ({"ViewName": "klinikum bad secret"}, "ViewName"),
        ({"ViewCodeSequence": [dataset(CodeMeaning="born 19530217")]}, "CodeMeaning"),
        ({"ContextUID": XA_STUDY}, "ContextUID"),
    ],
)
def test_values_that_would_stay_fail_their_file(tmp_path: Path, elements: dict[str, Any], where: str) -> None:
    elements = {key: Items(value) if key.endswith("Sequence") else value for key, value in elements.items()}
    source = secret_object(tmp_path / "in" / "a.dcm", **elements)
    report = export([source], tmp_path / "out")
    assert [where in problem.what for problem in report.problems] == [True]
    assert copies(tmp_path / "out") == []


def test_a_comment_in_compressed_frames_fails_its_file(tmp_path: Path) -> None:
    # GIVEN a JPEG stream whose comment names the patient
    source = secret_object(tmp_path / "in" / "a.dcm")
    ds = pydicom.dcmread(source)
    ds.file_meta.TransferSyntaxUID = pydicom.uid.UID("1.2.840.10008.1.2.4.50")
    ds.PixelData = encapsulate([b"\xff\xd8\xff\xfe\0\x20Geheim^Anneliese" + bytes(100)])
    ds["PixelData"].is_undefined_length = True
    ds.save_as(source)
    # WHEN it is exported THEN it is not
    report = export([source], tmp_path / "out")
    assert "pictures' data" in report.problems[0].what
    assert copies(tmp_path / "out") == []


@pytest.mark.parametrize("keyword", ["BurnedInAnnotation", "RecognizableVisualFeatures"])
def test_pictures_that_show_the_patient_are_refused_unless_asked_for(tmp_path: Path, keyword: str) -> None:
    shown: dict[str, Any] = {keyword: "YES"}
    source = secret_object(tmp_path / "in" / "a.dcm", **shown)
    report = export([source], tmp_path / "out")
    assert "cannot be taken out" in report.problems[0].what
    # THEN asked for they go along, with a warning
    report = export([source], tmp_path / "asked", replace(ANONYMOUS, doubtful_pictures=True))
    assert report.complete
    assert any("look at every one" in warning for warning in report.warnings)


def test_damaged_objects_are_refused(tmp_path: Path) -> None:
    # GIVEN an object cut off in its pixels, and one cut off in its header
    whole = secret_object(tmp_path / "in" / "a.dcm").read_bytes()
    plan = plan_of([tmp_path / "in" / "a.dcm"], tmp_path / "x", ANONYMOUS)
    for name, data in (("pixels", whole[:-100]), ("header", whole[:900])):
        source = tmp_path / "in" / name
        source.write_bytes(data)
        status = source.stat()
        file = replace(plan.files[0], source=source, size=status.st_size, mtime_ns=status.st_mtime_ns)
        damaged = replace(plan, target=tmp_path / f"out-{name}", files=(file,))
        # WHEN they are exported THEN nothing of them is written
        report = run_export(damaged, lambda progress: None, lambda: False)
        assert len(report.problems) == 1
        assert copies(damaged.target) == []


def test_a_table_that_was_spoilt_stops_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from console.errors import ConsoleError

    for text in ("", "[actions]\n'0010,0010' = 'KEEP'\n[profile]\nedition='x'", "not toml ["):
        table = tmp_path / "table.toml"
        table.write_text(text)
        monkeypatch.setattr(profile, "resource", lambda name, table=table: table)
        with pytest.raises(ConsoleError, match="Put the file back"):
            profile.load()


def errors_of(path: Path) -> set[str]:
    """What dciodvfy says is wrong, without the values and offsets."""
    result = subprocess.run(
        [need_program("dciodvfy"), path], capture_output=True, text=True, errors="replace", check=False
    )
    found = [line for line in result.stderr.splitlines() if line.startswith("Error")]
    return {re.sub(r"<[^>]*>|0x[0-9a-f]+", "", line).strip() for line in found}


def test_the_standard_s_checker_finds_nothing_new(tmp_path: Path) -> None:
    # GIVEN real and generated images
    sources = [pydicom_file("CT_small.dcm"), pydicom_file("MR_small.dcm"), pydicom_file("JPEG2000.dcm")]
    report = export(sources, tmp_path / "out")
    assert report.complete, report.problems
    plan = plan_of(sources, tmp_path / "plan", ANONYMOUS)
    # WHEN dciodvfy looks at each before and after THEN nothing is wrong that was not wrong before
    for file in plan.files:
        assert errors_of(tmp_path / "out" / file.target) - errors_of(file.source) == set(), file.source


def test_real_objects_lose_their_patient_and_keep_their_pixels(tmp_path: Path) -> None:
    # GIVEN the samples that are whole
    samples = need_samples()
    folders = ("xa", "ivus-us", "syntaxes", "charset")
    sources = [path for folder in folders for path in sorted((samples / folder).glob("*.dcm"))]
    options = replace(ANONYMOUS, doubtful_pictures=True)
    plan = plan_of(sources, tmp_path / "out", options)
    report = run_export(plan, lambda progress: None, lambda: False)
    # THEN nearly all go through; those that do not say why
    assert len(report.problems) <= 4, report.problems
    assert report.files >= 38
    new = 0
    for file in plan.files:
        copy = tmp_path / "out" / file.target
        if not copy.exists():
            continue
        before, after = pydicom.dcmread(file.source, force=True), pydicom.dcmread(copy)
        # THEN the pixels are the same bits
        pixels = [
            hashlib.sha256(ds.PixelData if "PixelData" in ds else ds.get("FloatPixelData", b"")).hexdigest()
            for ds in (before, after)
        ]
        assert pixels[0] == pixels[1], file.source
        # THEN name, number and private elements are gone at every depth
        data = copy.read_bytes()
        assert str(after.PatientName).startswith("ANON")
        assert not [element for element in everything(after) if element.tag.is_private]
        if len(str(before.get("PatientID", ""))) > 5:
            assert str(before.PatientID).encode() not in data[: len(data) - len(after.get("PixelData", b""))]
        assert str(before.SOPInstanceUID).encode() not in data
        new += len(errors_of(copy) - errors_of(file.source))
    # THEN dciodvfy finds nothing wrong that was not wrong before
    assert new == 0
