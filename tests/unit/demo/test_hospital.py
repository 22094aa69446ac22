"""The practice hospital as an archive: who is in it, what its files say, and no fault that the truth does not name."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from console.demo import texts
from console.demo.build import PracticeSite
from console.demo.cases import Item
from console.demo.hospital import ITEMS, PATIENTS
from tests.unit.demo.peers import dciodvfy, name_by_dcmtk

Truths = dict[Path, dict[str, Any]]
Headers = dict[Path, Dataset]

_ZERO = ("Warning - Value is zero for value",)
"""A C-arm that turns about one axis has zeros for the other, which the validator mentions."""


@pytest.fixture(scope="session")
def headers(site: PracticeSite) -> Headers:
    return {path: dcmread(path, stop_before_pixels=True) for path in site.pictures}


def raw(path: Path, keyword: str) -> bytes:
    """An element's bytes as they stand in the file, without padding."""
    element = dcmread(path, stop_before_pixels=True).get_item(keyword)
    assert element is not None
    assert isinstance(element.value, bytes)
    return element.value.rstrip(b" \0")


def declared_in(ds: Dataset) -> str:
    """Specific Character Set with its backslashes, empty where it is missing."""
    value = ds.get("SpecificCharacterSet", "")
    return value if isinstance(value, str) else "\\".join(value)


def test_there_are_twenty_patients_and_not_too_many_frames(headers: Headers) -> None:
    assert len({raw(path, "PatientID") for path in headers}) == len(PATIENTS) == 20
    frames = sum(int(ds.get("NumberOfFrames", 1)) for ds in headers.values() if "Rows" in ds)
    assert frames == sum(item.frames for item in ITEMS)
    assert 600 <= frames <= 1500
    assert len({ds.SOPInstanceUID for ds in headers.values()}) == len(ITEMS)


def test_every_kind_of_lesson_is_there(headers: Headers) -> None:
    kinds = Counter(ds.Modality for ds in headers.values())
    assert set(kinds) == {"XA", "US", "CT", "ECG", "SR", "DOC", "PR", "OT"}
    assert kinds["XA"] >= 20
    assert kinds["CT"] >= 10
    cines = [ds for ds in headers.values() if ds.Modality == "XA"]

    def has(**wanted: object) -> int:
        return sum(all(ds.get(key) == value for key, value in wanted.items()) for ds in cines)

    assert has(Rows=512, BitsStored=8, CineRate=15) >= 20
    assert has(Rows=1024, BitsStored=12, BitsAllocated=16, CineRate=30) == 1
    assert has(PixelIntensityRelationship="LOG") == 2
    assert has(RecommendedViewingMode="SUB") == 1
    assert has(PositionerMotion="DYNAMIC") == 1
    assert {(float(ds.PositionerPrimaryAngle) > 0, float(ds.PositionerSecondaryAngle) > 0) for ds in cines} == {
        (a, b) for a in (True, False) for b in (True, False)
    }
    assert max(Counter(ds.StudyInstanceUID for ds in cines).values()) >= 4
    years = {ds.StudyDate[:4] for ds in headers.values()}
    assert len(years) >= 6


def test_the_first_picture_is_the_left_coronary_artery_of_the_first_patient(site: PracticeSite) -> None:
    assert site.pictures[0].relative_to(site.overview.parent).as_posix() == (
        "pictures/P0017/20261120/0001-LCA-RAO30-CAU15.dcm"
    )


def test_names_and_numbers_invite_to_mistakes_as_real_ones_do() -> None:
    names = Counter(patient.name for patient in PATIENTS)
    assert [name for name, count in names.items() if count > 1] == ["Zhang^Wei=张^伟"]
    ids = {patient.patient_id for patient in PATIENTS}
    assert {"P0017", "P0071", "P0123", "P0132", "0000456", "0004560"} <= ids
    assert any("=欧阳^" in name for name in names)
    assert any("=司徒^" in name for name in names)
    assert "Müller^Jérôme" in names
    # Beyond what GB2312, and beyond what two bytes of GB18030, can write.
    assert any(len(letter.encode("gb18030")) == 4 for name in names for letter in name)
    assert any(ord(letter) > 0xFFFF for name in names for letter in name)


def test_every_text_reads_as_the_truth_says(headers: Headers, files: dict[Path, Item], truths: Truths) -> None:
    for path, ds in headers.items():
        truth, study = truths[path], files[path].study
        expected = {
            "PatientName": truth["patient"]["name_in_file"],
            "StudyDescription": truth["study"]["description"],
            "SeriesDescription": files[path].series_description,
        }
        actual = truth["character_set"]["actual"]
        codec = {"ISO_IR 192": "utf-8", "GB18030": "gb18030", "GBK": "gbk", "ISO_IR 100": "latin-1"}.get(actual)
        for keyword, text in expected.items():
            data = raw(path, keyword)
            read = data.decode(codec) if codec else data.replace(b"\x1b$)A", b"").decode("gb2312")
            assert read == text, (path, keyword)
        assert declared_in(ds) == study.charset.declared == truth["character_set"]["declared"]


def test_rightly_labelled_names_read_so_with_dcmtk_and_pydicom(headers: Headers, truths: Truths) -> None:
    seen = set()
    for path, ds in headers.items():
        label = truths[path]["character_set"]
        if not label["right"] or (label["declared"], truths[path]["patient"]["patient_id"]) in seen:
            continue
        seen.add((label["declared"], truths[path]["patient"]["patient_id"]))
        name = truths[path]["patient"]["name_in_file"]
        assert name_by_dcmtk(path) == name
        if label["declared"] != texts.IR58.declared:
            # pydicom leaves the escapes of ISO 2022 IR 58 in the text.
            assert str(ds.PatientName) == name
    assert {declared for declared, _patient in seen} == {"ISO_IR 192", "GB18030", "ISO_IR 100", "\\ISO 2022 IR 58"}


def test_escapes_come_back_after_every_delimiter() -> None:
    # The Standard's own example (PS3.5 K.2), without its empty last group
    expected = b"Wang^XiaoDong=\x1b$)A\xcd\xf5^\x1b$)A\xd0\xa1\xb6\xab"
    assert texts.encode("Wang^XiaoDong=王^小东", texts.IR58.actual) == expected


def test_the_truth_lists_every_fault_and_no_other(headers: Headers, truths: Truths, site: PracticeSite) -> None:
    # GIVEN what is wrong with each file, found without asking the truth what was planned
    codecs = {"": "ascii", "ISO_IR 100": "latin-1", "ISO_IR 192": "utf-8", "GB18030": "gb18030"}
    for path, ds in headers.items():
        truth, found = truths[path], set()
        declared, data = declared_in(ds), raw(path, "PatientName")
        if declared in codecs:
            read = data.decode(codecs[declared], "replace")
        else:
            read = data.replace(b"\x1b$)A", b"").decode("gb2312")
        if read != truth["patient"]["name_in_file"]:
            found.add("wrong-character-set" if declared else "missing-character-set")
        if raw(path, "PatientID").decode("ascii") != truth["patient"]["patient_id"]:
            found.add("wrong-patient")
        # THEN these are the faults of its truth
        assert {fault["code"] for fault in truth["faults"]} == found, path
        assert all(fault["what"].endswith(".") for fault in truth["faults"])
    # AND the overview names the same
    overview = json.loads(site.overview.read_text("utf-8"))
    named = [(fault["file"], fault["code"]) for fault in overview["faults"]]
    home = site.overview.parent
    assert named == [
        (path.relative_to(home).as_posix(), fault["code"]) for path in site.pictures for fault in truths[path]["faults"]
    ]
    assert {code for _file, code in named} == {"wrong-character-set", "missing-character-set", "wrong-patient"}


def test_one_study_stands_under_two_patient_ids(headers: Headers) -> None:
    owners: dict[str, set[str]] = {}
    for ds in headers.values():
        owners.setdefault(ds.StudyInstanceUID, set()).add(ds.PatientID)
    assert sorted(map(len, owners.values()))[-2:] == [1, 2]


def test_the_overview_knows_every_file_and_patient(site: PracticeSite, headers: Headers) -> None:
    overview = json.loads(site.overview.read_text("utf-8"))
    home = site.overview.parent
    assert [home / file["file"] for file in overview["files"]] == list(site.pictures)
    assert {patient["patient_id"] for patient in overview["patients"]} == {patient.patient_id for patient in PATIENTS}
    assert overview["frames"] == sum(int(ds.get("NumberOfFrames", 1)) for ds in headers.values() if "Rows" in ds)
    for ds in headers.values():
        assert any(ds.StudyInstanceUID in patient["studies"] for patient in overview["patients"])


def test_the_standards_validator_finds_no_error(site: PracticeSite, truths: Truths) -> None:
    for path in site.pictures:
        if truths[path]["character_set"]["right"]:
            assert [line for line in dciodvfy(path) if not line.startswith(_ZERO)] == [], path


def test_what_is_mislabelled_is_wrong_in_nothing_but_its_characters(site: PracticeSite, truths: Truths) -> None:
    for path in site.pictures:
        if not truths[path]["character_set"]["right"]:
            said = [line for line in dciodvfy(path) if line.startswith("Error")]
            assert [line for line in said if "haracter" not in line and "invalid data values" not in line] == [], path


def test_the_archive_looks_like_one(site: PracticeSite) -> None:
    home = site.overview.parent
    places = [path.relative_to(home).parts for path in site.pictures]
    assert {parts[0] for parts in places} == {"pictures"}
    old = [parts for parts in places if parts[1] == "archive"]
    assert len(old) >= 5
    assert all("." not in parts[-1] and parts[-1].startswith(parts[3]) for parts in old)
    assert all(path.with_suffix(".json").is_file() for path in site.pictures)
