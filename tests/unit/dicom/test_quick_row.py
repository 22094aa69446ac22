"""Each value of a row of the index is what pydicom and the viewer say, of every sample and every pydicom test file."""

import math
import os
import random
import struct
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset

from console.dicom.object import open_object
from console.dicom.quick_row import read_row, read_row_of
from console.dicom.quick_walk import FIRST
from console.dicom.rate import Timing, duration, rate
from console.errors import ConsoleError
from tests.support import need_samples
from tests.unit.dicom.builders import write, xa
from tests.unit.dicom.test_mutations import mutate

ENHANCED = "pydicom:enhanced"
TIMING = ("fps", "duration_s", "primary_deg", "secondary_deg")
REFUSED = {
    "barre_OT-PAL-8-face_headless.dcm": "no preamble, no meta group: pydicom wants force=True",
    "fo-dicom_GH177_D_CLUNIE_CT1_IVRLE_BigEndian_undefined_length.dcm": "UN of undefined length in big endian: OSError",
    "fo-dicom_GH340.dcm": "no preamble: pydicom wants force=True",
    "pydicom-data_1.2.4.81_JLSN_RGB_ILV0.dcm": "one byte too many before DICM: pydicom wants force=True and misreads",
    "rtstruct.dcm": "no preamble: pydicom wants force=True",
    "ExplVR_LitEndNoMeta.dcm": "no preamble, no meta group: pydicom wants force=True",
    "ExplVR_BigEndNoMeta.dcm": "no preamble, no meta group: pydicom wants force=True",
}
"""Files that pydicom refuses and we read, with the reason; nothing can be compared there."""

TEXTS = {
    "sop_class": "SOPClassUID",
    "sop_instance": "SOPInstanceUID",
    "study": "StudyInstanceUID",
    "series": "SeriesInstanceUID",
    "charset": "SpecificCharacterSet",
    "birth_date": "PatientBirthDate",
    "sex": "PatientSex",
    "study_date": "StudyDate",
    "study_time": "StudyTime",
    "body_part": "BodyPartExamined",
    "photometric": "PhotometricInterpretation",
    "image_type": "ImageType",
}
BYTES = {
    "patient_name": "PatientName",
    "patient_id": "PatientID",
    "study_id": "StudyID",
    "accession": "AccessionNumber",
    "study_description": "StudyDescription",
    "institution": "InstitutionName",
    "referring": "ReferringPhysicianName",
    "series_description": "SeriesDescription",
    "protocol": "ProtocolName",
    "station": "StationName",
    "manufacturer": "Manufacturer",
    "model": "ManufacturerModelName",
}
NUMBERS = {"series_number": "SeriesNumber", "instance_number": "InstanceNumber"}


def raw(ds: Dataset, keyword: str) -> bytes:
    """The value as it lies in the file, padding removed. pydicom has parsed the character set already."""
    if keyword not in ds:
        return b""
    value = ds.get_item(keyword).value
    if not isinstance(value, bytes):
        value = value if isinstance(value, str) else "\\".join(str(part) for part in value or ())
    return (value.encode() if isinstance(value, str) else value).strip(b"\0 ")


def text(ds: Dataset, keyword: str) -> str:
    return raw(ds, keyword).decode("latin-1")


def number(ds: Dataset, keyword: str) -> float | None:
    """The first value of a number that stands as text."""
    try:
        found = float(text(ds, keyword).split("\\")[0])
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def expected(ds: Dataset, pixels: bool) -> dict[str, Any]:
    """The row that pydicom's values make, but for notes, the place of the pixels and what the viewer is asked."""
    found: dict[str, Any] = {field: text(ds, keyword) for field, keyword in TEXTS.items()}
    found |= {field: raw(ds, keyword) for field, keyword in BYTES.items()}
    for field, keyword in NUMBERS.items():
        value = number(ds, keyword)
        found[field] = None if value is None else int(value)
    found["modality"] = text(ds, "Modality").upper()
    found["sop_class"] = found["sop_class"] or str(ds.file_meta.get("MediaStorageSOPClassUID", ""))
    found["sop_instance"] = found["sop_instance"] or str(ds.file_meta.get("MediaStorageSOPInstanceUID", ""))
    found["rows"], found["columns"] = int(ds.get("Rows") or 0), int(ds.get("Columns") or 0)
    found["bits"] = int(ds.get("BitsStored") or 0)
    pictured = pixels and found["rows"] and found["columns"]
    found["frames"] = max(int(number(ds, "NumberOfFrames") or 1), 1) if pictured else 0
    found["acquired"] = acquired(ds)
    found["title"] = title(ds)
    return found


def acquired(ds: Dataset) -> str:
    whole = "".join(filter(str.isdigit, text(ds, "AcquisitionDateTime").split(".")[0]))
    if len(whole) >= 8:
        return whole[:14]
    for what in ("Acquisition", "Content", "Series"):
        date = "".join(filter(str.isdigit, text(ds, f"{what}Date")))
        if len(date) >= 8:
            return date[:8] + "".join(filter(str.isdigit, text(ds, f"{what}Time").split(".")[0]))[:6]
    return ""


def title(ds: Dataset) -> bytes:
    named = ds.get("ConceptNameCodeSequence")
    meaning = raw(named[0], "CodeMeaning") if named else b""
    return raw(ds, "DocumentTitle") or meaning or raw(ds, "ContentLabel")


def timing(ds: Dataset, frames: int) -> tuple[float, float]:
    """Rate and duration by the viewer's own rule, from pydicom's values."""
    pointer = ds.get("FrameIncrementPointer")
    try:
        vector = [float(part) for part in text(ds, "FrameTimeVector").split("\\")]
    except ValueError:
        vector = []
    asked = (number(ds, "FrameTime"), vector, number(ds, "RecommendedDisplayFrameRate"), number(ds, "CineRate"))
    found = rate(Timing(frames, pointer if isinstance(pointer, int) else None, *asked), [])
    return found.fps, duration(found, frames)


def differences(path: Path) -> str:
    """ "same", "neither" where it is no DICOM file, "refused" where pydicom gives up, else what differs."""
    row, trouble, size, mtime_ns = read_row(str(path))
    assert (trouble, size, mtime_ns) == ("", path.stat().st_size, path.stat().st_mtime_ns)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ds = pydicom.dcmread(path, stop_before_pixels=True)
        except (pydicom.errors.InvalidDicomError, OSError, EOFError):
            return "neither" if row is None else "refused"
        if row is None:
            return "neither" if not len(ds) else "only pydicom reads it"
        wanted = expected(ds, row.pixel_length != 0)
        syntax = str(ds.file_meta.get("TransferSyntaxUID", "") or row.transfer_syntax)
        wanted["transfer_syntax"] = syntax
        if ENHANCED in row.notes:
            info = open_object(path).info
            angles = (info.angles.primary_deg, info.angles.secondary_deg)
            wanted |= dict(zip(TIMING, (info.rate.fps, info.duration_s, *angles), strict=True))
        else:
            speed = timing(ds, row.frames) if row.frames > 1 else (0.0, 0.0)
            keys = ("PositionerPrimaryAngle", "PositionerSecondaryAngle")
            sides = [number(ds, key) if row.modality in ("XA", "RF", "XRF") else None for key in keys]
            wanted |= dict(zip(TIMING, (*speed, *sides), strict=True))
    ours = row._asdict()
    assert set(ours) - set(wanted) == {"pixel_offset", "pixel_length", "notes"}, "a field that nothing compares"
    wrong = {field: (ours[field], value) for field, value in wanted.items() if ours[field] != value}
    return f"ours, theirs: {wrong}" if wrong else "same"


def own_files() -> list[Path]:
    folder = Path(pydicom.__file__).parent / "data"
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")]


def samples() -> list[Path]:
    return [path for path in need_samples().rglob("*") if path.is_file() and path.suffix not in (".md", ".tsv")]


@pytest.mark.parametrize(("paths", "least"), [(own_files, 90), (samples, 60)], ids=["pydicom", "samples"])
def test_every_field_of_every_row_is_what_pydicom_says(paths: Callable[[], list[Path]], least: int) -> None:
    # WHEN
    results = {path.name: differences(path) for path in sorted(paths())}
    # THEN nothing differs, and only the files that are named may go uncompared
    wrong = {name: result for name, result in results.items() if result not in ("same", "neither", "refused")}
    assert wrong == {}
    assert {name for name, result in results.items() if result == "refused"} <= set(REFUSED)
    assert list(results.values()).count("same") > least


@pytest.mark.parametrize("paths", [own_files, samples], ids=["pydicom", "samples"])
def test_the_list_and_the_viewer_agree_on_rate_and_angles(paths: Callable[[], list[Path]]) -> None:
    # The viewer counts the frames that are there; the index believes the header. Where they count the same, all agrees.
    compared = 0
    for path in paths():
        row = read_row(str(path))[0]
        if row is None or row.frames < 1:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                info = open_object(path).info
            except ConsoleError:
                continue
        if info.frames == row.frames:
            mine = (row.fps, row.duration_s, row.primary_deg, row.secondary_deg)
            viewer = (info.rate.fps, info.duration_s, info.angles.primary_deg, info.angles.secondary_deg)
            assert mine == viewer, path.name
            compared += 1
    assert compared > 30


# Values that are wrong on purpose


def cine(path: Path, **elements: str) -> Path:
    """A cine of three frames whose values stand exactly as given, which pydicom would refuse to write."""
    right: dict[str, Any] = {
        "InstanceNumber": 7,
        "NumberOfFrames": 3,
        "FrameTime": 40,
        "FrameTimeVector": [0, 50, 60],
        "CineRate": 9,
        "RecommendedDisplayFrameRate": 8,
        "PositionerPrimaryAngle": 10,
        "PositionerSecondaryAngle": 5,
    }
    write(path, xa(**right), bytes(3 * 16 * 16))
    data = path.read_bytes()
    for keyword, text in elements.items():
        tag = tag_for_keyword(keyword)
        assert tag is not None
        at = data.index(struct.pack("<HH", tag >> 16, tag & 0xFFFF) + dictionary_VR(tag).encode()) + 6
        end = at + 2 + int.from_bytes(data[at : at + 2], "little")
        value = (text + " " * (len(text) % 2)).encode()
        data = data[:at] + struct.pack("<H", len(value)) + value + data[end:]
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "elements",
    [
        {},
        {"PositionerPrimaryAngle": "nan"},
        {"PositionerPrimaryAngle": "1e400"},
        {"PositionerPrimaryAngle": "200"},
        {"PositionerPrimaryAngle": "left"},
        {"PositionerSecondaryAngle": "12\\x"},
        {"FrameTime": "33.3\\x"},
        {"FrameTime": "\\40"},
        {"FrameTime": "0", "RecommendedDisplayFrameRate": "12"},
        {"FrameTime": "-4", "CineRate": "7"},
        {"FrameTime": "nan", "FrameTimeVector": "0\\50\\60"},
        {"FrameTime": "x", "FrameTimeVector": "0\\\\50\\60"},
        {"NumberOfFrames": "3.0"},
        {"NumberOfFrames": "3\\1"},
    ],
    ids=str,
)
def test_a_value_that_cannot_be_true_is_taken_as_the_viewer_takes_it(tmp_path: Path, elements: dict[str, str]) -> None:
    path = cine(tmp_path / "a.dcm", **elements)
    # WHEN
    row, info = read_row(str(path))[0], open_object(path).info
    # THEN
    assert row is not None
    assert (row.frames, row.fps, row.duration_s) == (info.frames, info.rate.fps, info.duration_s)
    assert (row.primary_deg, row.secondary_deg) == (info.angles.primary_deg, info.angles.secondary_deg)


@pytest.mark.parametrize("vr", [b"LO", b"UN"])
def test_a_value_on_the_border_of_the_first_read_is_whole(tmp_path: Path, vr: bytes) -> None:
    # GIVEN a file whose elements are pushed over the border of the first read, two bytes further each time
    path = write(tmp_path / "a.dcm", xa(StudyDescription="D" * 60), bytes(16 * 16))
    data = path.read_bytes()
    whole = read_row(str(path))[0]
    assert whole is not None
    at = data.index(b"\x08\0\x30\x10LO")
    if vr == b"UN":
        # Its length takes four bytes.
        data = data[: at + 4] + b"UN\0\0" + struct.pack("<I", 60) + data[at + 8 :]
    for size in range(FIRST - len(data), FIRST, 2):
        filler = b"\x08\0\x01\x10OB\0\0" + struct.pack("<I", size) + bytes(size)
        pushed = data[:at] + filler + data[at:]
        # WHEN
        row = read_row_of(partial(_slice, pushed), len(pushed))
        # THEN
        assert row is not None
        assert row._replace(pixel_offset=0) == whole._replace(pixel_offset=0), size


def _slice(data: bytes, offset: int, count: int) -> bytes:
    return data[offset : offset + count]


@pytest.mark.parametrize(("written", "taken"), [("3.0", 3), ("+7", 7), ("3.5", None), ("x", None), ("9" * 12, None)])
def test_a_number_of_an_instance_is_whole_or_none(tmp_path: Path, written: str, taken: int | None) -> None:
    row = read_row(str(cine(tmp_path / "a.dcm", InstanceNumber=written)))[0]
    assert row is not None
    assert row.instance_number == taken


def test_an_enhanced_object_without_a_file_of_its_own_says_that_its_groups_were_not_read(tmp_path: Path) -> None:
    # GIVEN an enhanced XA object, as a file and as a member of a zip file would come
    path = write(tmp_path / "a.dcm", xa(frames=3, SOPClassUID="1.2.840.10008.5.1.4.1.1.12.1.1"), bytes(3 * 16 * 16))
    data = path.read_bytes()
    # WHEN
    member = read_row_of(lambda offset, count: data[offset : offset + count], len(data))
    row = read_row(str(path))[0]
    # THEN
    assert row is not None
    assert member is not None
    assert (ENHANCED in row.notes, "enhanced-unread" in member.notes) == (True, True)


def test_damaged_samples_never_raise_and_never_hang(tmp_path: Path) -> None:
    # GIVEN damaged copies of pydicom's own files
    dice = random.Random(11)
    whole = [path.read_bytes() for path in own_files() if path.stat().st_size < 200_000 and path.suffix == ".dcm"]
    target, damaged, slowest = tmp_path / "a.dcm", 0, 0.0
    for _turn in range(int(os.environ.get("CATHLAB_MUTATIONS", "300"))):
        target.write_bytes(mutate(dice.choice(whole), dice))
        # WHEN
        begun = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            row = read_row(str(target))[0]
        slowest = max(slowest, time.process_time() - begun)
        damaged += row is not None and bool({"damaged", "truncated"} & set(row.notes))
    # THEN nothing was raised, none took a second, and the faults were not all harmless
    assert slowest < 1
    assert damaged
