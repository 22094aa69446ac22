"""The DICOMDIR: every object found by foreign readers, every name with the bytes and the label it has in its file."""

import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.fileset import FileSet
from pydicom.uid import generate_uid

from console.model.export import ExportItem, ExportOptions, ExportReport
from console.studies.export.plan import plan_export
from console.studies.export.run import run_export
from tests.support import need_program, need_samples
from tests.unit.dicom.builders import xa
from tests.unit.studies.export.objects import dataset, item_of, plan_of, run_file

_STORAGE = "1.2.840.10008.5.1.4.1.1."
_TITLE = dataset(CodeValue="121144", CodingSchemeDesignator="DCM", CodeMeaning="Document Title")
_MODIFIER = dataset(
    RelationshipType="HAS CONCEPT MOD",
    ValueType="TEXT",
    ConceptNameCodeSequence=[_TITLE],
    TextValue="modified",
)
_CHILD = dataset(RelationshipType="CONTAINS", ValueType="TEXT", ConceptNameCodeSequence=[_TITLE], TextValue="secret")
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "12.1": ("IMAGE", {}),
    "12.1.1": ("IMAGE", {}),
    "66.4": ("IMAGE", {}),
    "9.1.1": ("WAVEFORM", {}),
    "11.1": ("PRESENTATION", {"ReferencedSeriesSequence": [dataset(SeriesInstanceUID="1.2.3")]}),
    "88.67": ("SR DOCUMENT", {"ConceptNameCodeSequence": [_TITLE], "ContentSequence": [_MODIFIER, _CHILD]}),
    "88.59": ("KEY OBJECT DOC", {"ConceptNameCodeSequence": [_TITLE], "ContentSequence": [_CHILD]}),
    "104.1": ("ENCAP DOC", {"MIMETypeOfEncapsulatedDocument": "application/pdf"}),
    "66": ("RAW DATA", {}),
    "66.1": ("REGISTRATION", {}),
    "66.2": ("FIDUCIAL", {}),
    "67": ("VALUE MAP", {}),
    "481.2": ("RT DOSE", {}),
    "481.3": ("RT STRUCTURE SET", {}),
    "481.5": ("RT PLAN", {"RTPlanLabel": "PLAN"}),
    "481.4": ("RT TREAT RECORD", {}),
    "4.2": ("SPECTROSCOPY", {"DataPointRows": 1, "DataPointColumns": 2}),
}


def export(paths: list[Path], target: Path) -> ExportReport:
    """Export files."""
    return run_export(plan_of(paths, target), lambda progress: None, lambda: False)


def one_of_each_kind(folder: Path) -> list[Path]:
    """A file of every kind in KINDS, of one patient, without most of what a directory record asks for."""
    folder.mkdir()
    paths = []
    for number, (rest, (_record, elements)) in enumerate(KINDS.items()):
        ds = xa(SOPClassUID=_STORAGE + rest, SOPInstanceUID=f"1.2.3.{number}", **elements)
        ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2.4", f"1.2.5.{number}"
        ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
        path = folder / f"{number}.dcm"
        ds.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


def records(target: Path) -> list[Dataset]:
    """The records of a DICOMDIR in their order."""
    return list(pydicom.dcmread(target / "DICOMDIR").DirectoryRecordSequence)


def test_each_kind_gets_its_record_and_foreign_readers_take_it(tmp_path: Path) -> None:
    # GIVEN an object of each kind WHEN they are exported
    paths = one_of_each_kind(tmp_path / "in")
    report = export(paths, tmp_path / "out")
    # THEN each has the record of its kind
    assert not report.problems
    assert report.in_dicomdir == len(KINDS)
    found = Counter(record.DirectoryRecordType for record in records(tmp_path / "out"))
    expected = Counter(record for record, _elements in KINDS.values())
    assert found == expected + Counter({"PATIENT": 1, "STUDY": 1, "SERIES": len(KINDS)})
    # THEN pydicom finds and opens every one of them
    files = FileSet(tmp_path / "out" / "DICOMDIR")
    assert {instance.load().SOPInstanceUID for instance in files} == {f"1.2.3.{n}" for n in range(len(KINDS))}
    # THEN DCMTK and dicom3tools read it without a complaint
    assert complaints("dcmdump", "+E", tmp_path / "out" / "DICOMDIR") == []
    assert complaints("dcdirdmp", tmp_path / "out" / "DICOMDIR") == []
    # THEN of a report only what modifies its title stands in the record, and the files are as they were
    (document,) = [record for record in records(tmp_path / "out") if record.DirectoryRecordType == "SR DOCUMENT"]
    assert [item.TextValue for item in document.ContentSequence] == ["modified"]
    for path, file in zip(paths, plan_of(paths, tmp_path / "other").files, strict=True):
        assert (tmp_path / "out" / file.target).read_bytes() == path.read_bytes()


def complaints(*words: str | Path) -> list[str]:
    """What a program says of errors and warnings."""
    program = need_program(str(words[0]))
    result = subprocess.run([program, *words[1:]], capture_output=True, text=True, errors="replace", check=False)
    lines = (result.stderr + result.stdout).splitlines()
    return [line for line in lines if line.startswith(("E:", "W:", "F:", "Error", "Warning"))] + (
        [] if result.returncode == 0 else [f"status {result.returncode}"]
    )


def test_what_dcmmkdir_finds_is_what_stands_in_ours(tmp_path: Path) -> None:
    # GIVEN two patients with several objects, exported
    paths = [run_file(tmp_path / "in", number, patient) for patient in (1, 2) for number in (1, 2, 3)]
    export(paths, tmp_path / "out")
    # WHEN dcmmkdir makes a directory of the same files
    program = need_program("dcmmkdir")
    made = subprocess.run(
        [program, "+r", "+I", "-Nxc", "-Nec", "-Nrc", "+id", tmp_path / "out" / "DICOM", "+D", tmp_path / "THEIRS"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    theirs = pydicom.dcmread(tmp_path / "THEIRS").DirectoryRecordSequence
    # THEN both know the same objects, at the same places of the tree
    ours = records(tmp_path / "out")

    def shape(sequence: Any) -> Counter[tuple[str, str]]:
        keys = {"PATIENT": "PatientID", "STUDY": "StudyInstanceUID", "SERIES": "SeriesInstanceUID"}
        return Counter(
            (record.DirectoryRecordType, str(record.get(keys.get(record.DirectoryRecordType, "InstanceNumber"))))
            for record in sequence
        )

    assert shape(ours) == shape(theirs)
    # THEN our keys of the uppermost three levels say what theirs say
    for our, their in zip(sorted(ours, key=_key), sorted(theirs, key=_key), strict=True):
        for element in our:
            if element.tag.group != 4 and element.keyword in their:
                assert element.value == their[element.keyword].value, element.keyword


def _key(record: Dataset) -> str:
    keywords = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "ReferencedSOPInstanceUIDInFile")
    return f"{record.DirectoryRecordType} {[record.get(keyword) for keyword in keywords]}"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("ISO_IR 100", "王^小东".encode("gb18030")),
        ("", "王^小东".encode("gb18030")),
        ("ISO_IR 192", "王^小东".encode("gb18030")),
        ("GB18030", "王^小东".encode()),
        ("\\ISO 2022 IR 58", b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab="),
        ("ISO_IR 100", "Buc^Jérôme".encode("latin-1")),
    ],
)
def test_names_stand_with_their_bytes_and_their_label(tmp_path: Path, label: str, name: bytes) -> None:
    # GIVEN an object whose name has these bytes under this label
    path = run_file(tmp_path / "in", 1)
    ds = pydicom.dcmread(path)
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.PatientName = "@" * len(name)
    ds.add_new(0x00080005, "CS", label.split("\\") if "\\" in label else label)
    ds.save_as(path)
    path.write_bytes(path.read_bytes().replace(b"@" * len(name), name))
    # WHEN it is exported THEN the record has both as they stand
    export([path], tmp_path / "out")
    data = (tmp_path / "out" / "DICOMDIR").read_bytes()
    assert name in data
    patient = next(record for record in records(tmp_path / "out") if record.DirectoryRecordType == "PATIENT")
    declared = patient.get_item(0x00080005).value if 0x00080005 in patient else b""
    assert declared.strip() == label.encode()


def test_values_that_are_missing_are_invented_in_the_directory_alone(tmp_path: Path) -> None:
    # GIVEN an object with nothing but UIDs, as pydicom's FileSet refuses it
    ds = xa(PatientID=None, PatientName=None, Modality=None, SOPInstanceUID=generate_uid())
    ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid()
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    path = tmp_path / "bare.dcm"
    ds.save_as(path, enforce_file_format=True)
    with pytest.raises((AttributeError, ValueError)):
        FileSet().add(path)
    # WHEN it is exported
    report = export([path], tmp_path / "out")
    # THEN its records are valid, and the file is as it was
    assert not report.problems
    found = {record.DirectoryRecordType: record for record in records(tmp_path / "out")}
    assert found["PATIENT"].PatientID == "NOID00001"
    assert (found["STUDY"].StudyID, found["STUDY"].StudyDate) == ("ST00001", "19000101")
    assert found["SERIES"].SeriesNumber == 1
    assert found["IMAGE"].InstanceNumber == 1
    assert next((tmp_path / "out" / "DICOM").rglob("IM*")).read_bytes() == path.read_bytes()


def test_what_cannot_stand_in_it_is_named_with_the_reason(tmp_path: Path) -> None:
    # GIVEN a file without preamble, one without study, one of a maker's own class, and one that is no DICOM
    good = run_file(tmp_path / "in", 1)
    headless = tmp_path / "in" / "headless"
    headless.write_bytes(run_file(tmp_path / "in", 2).read_bytes()[132:])
    studyless = run_file(tmp_path / "in", 3)
    ds = pydicom.dcmread(studyless)
    del ds.StudyInstanceUID
    ds.save_as(studyless)
    private = run_file(tmp_path / "in", 4)
    ds = pydicom.dcmread(private)
    ds.SOPClassUID = "1.3.12.2.1107.5.9.1"
    ds.save_as(private)
    noise = tmp_path / "in" / "noise"
    noise.write_bytes(b"no DICOM" * 100)
    items = [item_of(good), item_of(private), item_of(studyless)]
    items += [
        ExportItem(path, "x", "1.2", name, _STORAGE + "12.1", name) for path, name in ((headless, "1"), (noise, "2"))
    ]
    # WHEN they are exported
    plan = plan_export(items, tmp_path / "out", ExportOptions())
    report = run_export(plan, lambda progress: None, lambda: False)
    # THEN all are copied, one stands in the directory, and each other has its reason
    assert report.files == 5
    assert report.complete
    assert report.in_dicomdir == 1
    assert {Path(problem.path).name: problem.what.partition(": ")[2] for problem in report.problems} == {
        "1-4.dcm": "is a kind of object that has no place in a DICOMDIR",
        "1-3.dcm": "has no StudyInstanceUID, without which nothing can stand in a DICOMDIR",
        "headless": "has no DICOM preamble",
        "noise": "is no DICOM object that can be read",
    }


def test_real_objects_are_all_found(tmp_path: Path) -> None:
    # GIVEN every sample that pydicom can open
    samples = need_samples()
    paths = []
    for path in sorted(samples.rglob("*")):
        if path.is_file() and "broken" not in path.parts and not path.name.startswith("DICOMDIR"):
            if path.read_bytes()[128:132] == b"DICM":
                paths.append(path)
    assert len(paths) > 40
    # WHEN they are exported
    plan = plan_of(paths, tmp_path / "out")
    report = run_export(plan, lambda progress: None, lambda: False)
    # THEN all are there, bit for bit, and foreign readers find every one of the directory
    assert report.complete
    for file in plan.files:
        assert (tmp_path / "out" / file.target).read_bytes() == file.source.read_bytes()
    instances = list(FileSet(tmp_path / "out" / "DICOMDIR"))
    assert len(instances) == report.in_dicomdir
    assert report.in_dicomdir >= len({item_of(path).sop_instance for path in paths}) - 4
    for instance in instances:
        assert instance.load().SOPInstanceUID == instance.ReferencedSOPInstanceUIDInFile
    assert [
        line for line in complaints("dcmdump", tmp_path / "out" / "DICOMDIR") if line.startswith(("E:", "F:"))
    ] == []
    # THEN the DICOMDIR's own checker of dicom3tools has nothing to say against its structure
    assert "Error" not in "".join(complaints("dcdirdmp", tmp_path / "out" / "DICOMDIR"))
