"""The fast header reader says what pydicom says, of every sample there is, and of damaged files what is left."""

import os
import random
import signal
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.uid import UID

from console.dicom.quick_header import Header, read_header
from console.dicom.quick_memory import ACTS, STRETCHES, WANTED
from console.dicom.quick_row import read_row, read_row_of
from console.dicom.rate import Timing, duration, rate
from console.model.index_row import IndexRow
from tests.support import need_samples

IMPLICIT, EXPLICIT, BIG, DEFLATED = (f"1.2.840.10008.1.2{ending}" for ending in ("", ".1", ".2", ".1.99"))
CONCEPT, CHARSET = 0x0040A043, 0x00080005
OURS_ONLY = {
    "barre_OT-PAL-8-face_headless.dcm": "no preamble, no meta group: pydicom wants force=True",
    "fo-dicom_GH177_D_CLUNIE_CT1_IVRLE_BigEndian_undefined_length.dcm": "UN of undefined length in big endian: OSError",
    "fo-dicom_GH340.dcm": "no preamble",
    "pydicom-data_1.2.4.81_JLSN_RGB_ILV0.dcm": "one byte too many before DICM",
    "rtstruct.dcm": "no preamble",
    "ExplVR_LitEndNoMeta.dcm": "no preamble, no meta group",
    "ExplVR_BigEndNoMeta.dcm": "no preamble, no meta group",
}
"""Files that pydicom refuses and we read, with the reason."""


def pydicom_files() -> list[Path]:
    """pydicom's own."""
    folder = Path(pydicom.__file__).parent / "data"
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc"))


def header_of(data: bytes) -> Header | None:
    return read_header(lambda offset, count: data[offset : offset + count], len(data))


def _at(data: bytes, offset: int, count: int) -> bytes:
    return data[offset : offset + count]


def raw_values(ds: Dataset) -> dict[int, bytes]:
    """The wanted elements of the top level as they lie in the file."""
    found = {}
    for tag in WANTED - {CONCEPT}:
        if tag in ds:
            value = ds.get_item(tag).value
            if isinstance(value, (list, MultiValue)):
                value = "\\".join(value)
            found[tag] = value.encode() if isinstance(value, str) else bytes(value or b"")
    return found


@contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """A hang becomes a failure."""

    def ring(_number: int, _frame: object) -> None:
        raise AssertionError(f"it took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def compare(path: Path) -> str:
    """ "same", or what differs, of one file; "neither" where it is no DICOM file."""
    data = path.read_bytes()
    ours = header_of(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ds = pydicom.dcmread(path, stop_before_pixels=True)
            theirs = raw_values(ds)
        except Exception as error:
            theirs, ds = {}, None
            if ours is not None and path.name not in OURS_ONLY:
                return f"only we read it: {error}"
    if ds is None:
        return "neither" if ours is None else "ours"
    if ours is None:
        return "only pydicom reads it"
    values = {tag: value for tag, value in ours.values.items() if tag != CONCEPT}
    # pydicom has parsed the character set already and cut its padding.
    values[CHARSET] = b"\\".join(part.strip() for part in values.get(CHARSET, b"").split(b"\\"))
    theirs.setdefault(CHARSET, b"")
    different = [f"{tag:08x}" for tag in theirs.keys() | values.keys() if theirs.get(tag) != values.get(tag)]
    return f"differs in {different}" if different else "same"


def test_every_value_of_pydicoms_test_files_is_the_one_that_pydicom_reads() -> None:
    # WHEN
    results = {path.name: compare(path) for path in pydicom_files()}
    # THEN
    assert {name: result for name, result in results.items() if result not in ("same", "neither", "ours")} == {}
    assert list(results.values()).count("same") > 90


def test_every_value_of_the_real_samples_is_the_one_that_pydicom_reads() -> None:
    samples = need_samples()
    results = {
        path.name: compare(path)
        for path in sorted(samples.rglob("*"))
        if path.is_file() and path.suffix not in (".md", ".tsv")
    }
    assert {name: result for name, result in results.items() if result not in ("same", "neither", "ours")} == {}
    assert list(results.values()).count("same") > 60


@pytest.mark.parametrize("where", ["pydicom", "samples"])
def test_the_pixel_data_lies_where_pydicom_finds_it(where: str) -> None:
    paths = pydicom_files() if where == "pydicom" else [path for path in need_samples().rglob("*.dcm")]
    compared = 0
    for path in paths:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                ds = pydicom.dcmread(path)
            except Exception:  # pydicom's own bad files: where it finds nothing, in whatever way, is nothing to compare
                continue
            if "PixelData" not in ds or ds.file_meta.get("TransferSyntaxUID") == DEFLATED:
                continue
        data, pixels = path.read_bytes(), ds.PixelData
        header = header_of(data)
        assert header is not None
        assert data[header.pixel_offset : header.pixel_offset + len(pixels)] == pixels, path.name
        if header.pixel_length >= 0:
            assert len(data[header.pixel_offset :][: header.pixel_length]) == len(pixels), path.name
        else:
            assert ds["PixelData"].is_undefined_length, path.name
        compared += 1
    assert compared > 20


# Files of our own


def dataset() -> Dataset:
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "SINGLE PLANE"]
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.12.1"
    ds.SOPInstanceUID = "1.2.3.4.5.6"
    ds.StudyDate, ds.StudyTime = "20261120", "093215.25"
    ds.AcquisitionDate, ds.AcquisitionTime = "20261120", "093500"
    ds.AccessionNumber, ds.Modality, ds.Manufacturer = "A1 ", "XA", "Acme"
    ds.PatientName, ds.PatientID, ds.PatientSex = "Zhang^Wei=张^伟", "P0017", "M"
    ds.StudyDescription, ds.SeriesDescription = "冠状动脉造影", "LCA"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2.3", "1.2.3.4"
    ds.SeriesNumber, ds.InstanceNumber, ds.NumberOfFrames = "3", "-1", "20"
    ds.FrameTime, ds.FrameIncrementPointer = "66.6", 0x00181063
    ds.PositionerPrimaryAngle, ds.PositionerSecondaryAngle = "-30.5", "15"
    ds.Rows, ds.Columns, ds.BitsAllocated, ds.BitsStored, ds.SamplesPerPixel = 64, 32, 8, 8, 1
    ds.PhotometricInterpretation, ds.PixelRepresentation, ds.HighBit = "MONOCHROME2", 0, 7
    return ds


def nested(ds: Dataset, depth: int = 3) -> Dataset:
    """A private sequence in `ds` whose items hold decoys of what the index wants."""
    inner = Dataset()
    inner.PatientName, inner.Rows, inner.StudyInstanceUID = "Decoy^Inner", 9999, "9.9.9"
    for _level in range(depth):
        above = Dataset()
        above.add_new(0x00091010, "SQ", Sequence([inner, inner]))
        above[0x00091010].is_undefined_length = True
        inner = above
    ds.add_new(0x00090010, "LO", "ACME")
    ds.add_new(0x00091010, "SQ", Sequence([inner]))
    ds[0x00091010].is_undefined_length = True
    for item in ds[0x00091010].value:
        item.is_undefined_length_sequence_item = True
    return ds


def written(ds: Dataset, syntax: str, pixels: bytes = b"\0" * 64 * 32 * 20) -> bytes:
    ds.PixelData = pixels
    ds["PixelData"].VR = "OB" if syntax != IMPLICIT else "OW"
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    meta.TransferSyntaxUID = UID(syntax)
    ds.file_meta = meta
    stream = BytesIO()
    dcmwrite(stream, ds, enforce_file_format=True)
    return stream.getvalue()


def row_of(data: bytes) -> IndexRow:
    row = read_row_of(lambda offset, count: data[offset : offset + count], len(data))
    assert row is not None
    return row


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG, DEFLATED])
def test_the_row_is_the_same_in_every_native_syntax_and_decoys_in_sequences_are_not_taken(syntax: str) -> None:
    # WHEN
    row = row_of(written(nested(dataset()), syntax))
    # THEN
    fps = rate(Timing(20, 0x00181063, 66.6), [])
    assert row._replace(pixel_offset=0, notes=()) == IndexRow(
        "1.2.840.10008.5.1.4.1.1.12.1", "1.2.3.4.5.6", "1.2.3", "1.2.3.4", syntax, "ISO_IR 192",
        "Zhang^Wei=张^伟".encode(), b"P0017", "", "M", "20261120", "093215.25", b"", b"A1",
        "冠状动脉造影".encode(), b"", b"", "XA", 3, b"LCA", b"", "", b"", b"Acme", b"", -1,
        20, 64, 32, 8, "MONOCHROME2", fps.fps, duration(fps, 20), -30.5, 15.0, "20261120093500",
        "ORIGINAL\\PRIMARY\\SINGLE PLANE", b"", 0, 64 * 32 * 20, (),
    )  # fmt: skip
    assert row.notes == (("deflated",) if syntax == DEFLATED else ())


def test_the_declared_syntax_is_not_believed_against_the_bytes() -> None:
    data = bytearray(written(dataset(), EXPLICIT))
    place = data.index(EXPLICIT.encode())
    data[place : place + len(EXPLICIT)] = b"1.2.840.10008.1.2.2"
    row = row_of(bytes(data))
    assert (row.patient_id, row.rows, row.notes) == (b"P0017", 64, ("syntax-mismatch",))


@pytest.mark.parametrize("keep_meta", [True, False])
def test_a_file_without_preamble_is_read(keep_meta: bool) -> None:
    data = written(dataset(), EXPLICIT)[132:]
    if not keep_meta:
        data = data[data.index(b"\x08\0\x05\0CS") :]
    row = row_of(data)
    assert (row.study, row.transfer_syntax) == ("1.2.3", EXPLICIT)
    assert "no-preamble" in row.notes


def test_values_that_lie_across_the_first_read_and_after_long_jumps_are_found() -> None:
    for filler in (16_000, 16_200, 16_384, 40_000, 300_000):
        ds = dataset()
        ds.add_new(0x00090010, "LO", "ACME")
        ds.add_new(0x00091001, "OB", b"\1" * filler)
        for syntax in (EXPLICIT, IMPLICIT):
            row = row_of(written(ds, syntax))
            assert (row.patient_name, row.columns, row.pixel_length) == ("Zhang^Wei=张^伟".encode(), 32, 40_960)


def test_a_file_that_ends_early_keeps_what_is_there_and_says_so() -> None:
    data = written(nested(dataset()), EXPLICIT)
    header = header_of(data)
    assert header is not None
    inside = data.index(b"Zhang^Wei") + 4
    assert row_of(data[:inside]).notes == ("truncated",)
    assert row_of(data[:inside]).modality == "XA"
    assert row_of(data[: header.pixel_offset + 100]).notes == ("truncated",)
    assert row_of(data).notes == ()


def test_stray_delimiters_zeros_and_an_item_without_vr_do_not_hide_what_follows() -> None:
    data = written(dataset(), EXPLICIT)
    place = data.index(b"\x10\0\x10\0PN")
    stray = data[:place] + struct.pack("<HHI", 0xFFFE, 0xE00D, 0) + data[place:]
    assert row_of(stray).patient_id == b"P0017"
    assert row_of(stray).notes == ("stray-delimiter",)
    bare = data[:place] + struct.pack("<HHI", 0x0009, 0x0001, 6) + b"ABCDEF" + data[place:]
    assert row_of(bare).patient_id == b"P0017"
    zeros = data[:place] + b"\0" * 64
    assert "zeros" in row_of(zeros).notes
    assert row_of(zeros).modality == "XA"


def test_a_sequence_of_unknown_representation_holds_implicit_elements() -> None:
    data = written(dataset(), EXPLICIT)
    place = data.index(b"\x10\0\x10\0PN")
    inner = struct.pack("<HHI", 0x0010, 0x0020, 6) + b"DECOY "
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF) + inner + struct.pack("<HHI", 0xFFFE, 0xE00D, 0)
    sequence = (
        struct.pack("<HH2sHI", 0x0009, 0x1002, b"UN", 0, 0xFFFFFFFF) + item + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    )
    assert row_of(data[:place] + sequence + data[place:]).patient_id == b"P0017"


def test_the_name_of_a_report_is_the_meaning_of_its_concept() -> None:
    path = Path(pydicom.__file__).parent / "data" / "test_files" / "reportsi.dcm"
    ds = pydicom.dcmread(path)
    row = read_row(str(path))[0]
    assert row is not None
    assert row.title.decode() == ds.ConceptNameCodeSequence[0].CodeMeaning
    assert row.frames == 0


def test_text_files_archives_and_noise_are_no_objects() -> None:
    noise = random.Random(1).randbytes(5000)
    for data in (b"", b"x", b"Hello, this is a letter. " * 100, zlib.compress(b"abc" * 1000), noise, b"PK\3\4" + noise):
        assert header_of(data) is None


def test_reading_changes_nothing_and_waits_for_no_pipe(tmp_path: Path) -> None:
    file = tmp_path / "a.dcm"
    file.write_bytes(written(dataset(), EXPLICIT))
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    row, trouble, size, mtime_ns = read_row(str(file))
    assert row is not None
    assert (trouble, size, mtime_ns) == ("", len(before[0]), before[1])
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with alarm(2):
        assert read_row(str(pipe))[:2] == (None, "pipe")
    with pytest.raises(OSError, match="No such file"):
        read_row(str(tmp_path / "gone"))


def test_what_is_remembered_of_other_files_changes_nothing() -> None:
    # GIVEN files of some series, whole and damaged, in any order
    ds = nested(dataset())
    ds.add_new(0x00180050, "DS", "0.625")
    ds.add_new(0x00190010, "LO", "ACME")
    for number in range(40):
        ds.add_new(
            0x00191000 + number, ("DS", "OB", "UN", "LO")[number % 4], b"1.25" if number % 4 in (1, 2) else "1.25"
        )
    dice = random.Random(8)
    files = []
    for turn in range(600):
        ds.InstanceNumber, ds.SeriesNumber, ds.PatientID = turn, turn // 50, f"P{turn // 100}"
        ds[0x00191000 + dice.choice((0, 4, 8))].value = f"{dice.random():.{dice.randint(1, 6)}f}"
        held = bytearray(written(ds, EXPLICIT, b"\0" * 64))
        for _hit in range(dice.choice((0, 0, 1, 3))):
            held[dice.randrange(132, len(held))] = dice.randrange(256)
        files.append(bytes(held[: dice.choice((len(held), len(held), dice.randrange(len(held))))]))
    dice.shuffle(files)
    # WHEN each is read after all the others
    after = [row_of_any(data) for data in files]
    assert STRETCHES
    # THEN it gives what it gives when it is the first
    for data, row in zip(files, after, strict=True):
        ACTS.clear()
        STRETCHES.clear()
        assert row_of_any(data) == row


def row_of_any(data: bytes) -> IndexRow | None:
    return read_row_of(partial(_at, data), len(data))


def test_damaged_files_never_raise_and_never_hang() -> None:
    # GIVEN whole files of all native syntaxes
    dice = random.Random(7)
    whole = [written(nested(dataset()), syntax, b"\0" * 512) for syntax in (IMPLICIT, EXPLICIT, BIG, DEFLATED)]
    for _turn in range(int(os.environ.get("CATHLAB_MUTATIONS", "2000"))):
        data = bytearray(dice.choice(whole))
        for _hit in range(dice.choice((1, 1, 2, 5, 20))):
            kind = dice.random()
            place = dice.randrange(len(data))
            if kind < 0.5:
                data[place] = dice.randrange(256)
            elif kind < 0.7:
                data[place : place + 4] = dice.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f"))
            elif kind < 0.85:
                del data[place : place + dice.randrange(1, 40)]
            else:
                data[place:place] = dice.randbytes(dice.randrange(1, 40))
            data = data or bytearray(b"\0")
        # WHEN, THEN
        with alarm(1):
            size = len(data)
            held = bytes(data)
            read_row_of(partial(_at, held), size)
