"""What an object is, from headers right and wrong."""

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from imagecodecs import jpeg8_encode
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian

from console.dicom.object import DicomObject, open_object
from console.errors import DecodeError, DicomReadError
from tests.unit.dicom.builders import (
    JPEG_BASELINE,
    JPEG_LOSSLESS,
    RLE,
    even,
    picture,
    pydicom_file,
    rle,
    write,
    write_items,
    xa,
)

Array = npt.NDArray[Any]


def sentences(opened: DicomObject) -> str:
    """All problems in one text."""
    return " ".join(problem.what for problem in opened.info.problems)


def step(opened: DicomObject, stage: str) -> str:
    """What the pipeline says about a stage."""
    return " ".join(one.what for one in opened.info.pipeline if one.stage == stage)


def test_the_header_becomes_plain_values(tmp_path: Path) -> None:
    ds = xa(
        2,
        FrameTime="33.333",
        PositionerPrimaryAngle="-32",
        PositionerSecondaryAngle="2",
        ImagerPixelSpacing=[0.3, 0.3],
        DistanceSourceToDetector="1000",
        DistanceSourceToPatient="750",
        PatientBirthDate="19700102",
        StudyDate="20261120",
        StudyTime="101530.5",
        StudyDescription="Coronary angiography",
        InstanceNumber="7",
        WindowCenter=[128, 100],
        WindowWidth=[256, 50],
        WindowCenterWidthExplanation=["WIDE", "NARROW"],
    )
    info = open_object(write(tmp_path / "a", ds, picture(1).tobytes() * 2)).info
    assert info.rate.source == "FrameTime"
    assert info.rate.fps == pytest.approx(30.0003)
    assert info.duration_s == pytest.approx(0.066666)
    assert info.angles.text == "RAO 32 CRA 2"
    assert (info.calibration.source, info.calibration.unit) == ("sid-sod", "mm")
    assert info.calibration.row_spacing == pytest.approx(0.225)
    assert info.identity.patient_name == "Test^Phantom"
    assert info.identity.birth_date == "1970-01-02"
    assert (info.study_date, info.study_time, info.instance_number) == ("2026-11-20", "10:15:30", "7")
    assert info.grayscale is not None
    assert [(w.center, w.width, w.explanation) for w in info.grayscale.windows] == [
        (128, 256, "WIDE"),
        (100, 50, "NARROW"),
    ]
    assert info.problems == ()


def test_a_patient_named_with_markup_and_escape_is_text(tmp_path: Path) -> None:
    ds = xa(1)
    ds.PatientName = "[red]x[/foo]\x1b[31m\x9b"
    info = open_object(write(tmp_path / "a", ds, picture(1).tobytes())).info
    assert info.identity.patient_name == "[red]x[/foo][31m"


def test_a_gbk_name_without_a_label_is_repaired_and_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a", xa(1, PatientName="Aa^Bb"), picture(1).tobytes())
    path.write_bytes(path.read_bytes().replace(b"Aa^Bb ", "张^小".encode("gbk") + b" "))
    info = open_object(path).info
    assert info.identity.patient_name == "张^小"
    assert info.character_set.repaired
    assert any("GB18030" in problem.what for problem in info.problems)


# --- the file itself ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.dcm", b"", "is empty"),
        ("text.dcm", b"Dear colleague, please find attached the pictures of the patient.\n" * 9, "not a DICOM file"),
        ("zeros.dcm", bytes(4000), "not a DICOM file"),
        ("zip.dcm", b"PK\x03\x04" + bytes(range(256)) * 4, "not a DICOM file"),
        ("one.dcm", b"\x08", "not a DICOM file"),
    ],
)
def test_what_is_no_dicom_is_one_sentence(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(DicomReadError, match=words) as caught:
        open_object(path)
    assert name in caught.value.detail


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"])
def test_a_file_without_preamble_and_meta_group_is_read(tmp_path: Path, syntax: str) -> None:
    # GIVEN a bare dataset, explicit and implicit
    path = write(tmp_path / "a", xa(1, syntax=syntax), picture(1).tobytes())
    data = path.read_bytes()
    path.write_bytes(data[data.index(b"\x08\x00\x16\x00") :])
    opened = open_object(path)
    # THEN it is shown and said
    assert np.array_equal(opened.frame(1), picture(1))
    assert "no DICOM preamble and no file meta group" in sentences(opened)
    assert "was recognised" in sentences(opened)
    assert opened.info.transfer_syntax == syntax


def test_an_implicit_dataset_under_an_explicit_label_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a", xa(1, syntax=ImplicitVRLittleEndian), picture(1).tobytes())
    path.write_bytes(path.read_bytes().replace(b"1.2.840.10008.1.2\0", b"1.2.840.10008.1.2.1", 1)[:-1] + b"\0")
    data = path.read_bytes()
    assert b"1.2.840.10008.1.2.1" in data
    opened = open_object(pydicom_file("SC_rgb_jpeg.dcm"))
    assert "written as Implicit VR" in sentences(opened)
    assert opened.frame(1).shape == (256, 256, 3)


@pytest.mark.parametrize(
    ("big", "little"),
    [
        ("MR_small_bigendian.dcm", "MR_small.dcm"),
        ("rtdose_expb.dcm", "rtdose.dcm"),
        ("SC_rgb_small_odd_big_endian.dcm", "SC_rgb_small_odd.dcm"),
        ("liver_expb_1frame.dcm", "liver_1frame.dcm"),
    ],
)
def test_big_endian_files_show_what_their_little_endian_twins_show(big: str, little: str) -> None:
    one, other = open_object(pydicom_file(big)), open_object(pydicom_file(little))
    assert one.info.transfer_syntax == "1.2.840.10008.1.2.2"
    for number in range(1, other.info.frames + 1):
        assert np.array_equal(one.frame(number), other.frame(number))
        assert one.frame(number).dtype.isnative


def test_a_deflated_file_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a", xa(1, syntax=DeflatedExplicitVRLittleEndian), picture(1).tobytes())
    opened = open_object(path)
    assert np.array_equal(opened.frame(1), picture(1))
    assert opened.info.problems == ()
    assert len(opened.header()) > 10


def test_a_cut_deflated_file_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a", xa(1, 64, syntax=DeflatedExplicitVRLittleEndian), picture(1, 64).tobytes())
    path.write_bytes(path.read_bytes()[:-1000])
    opened = open_object(path)
    assert "deflated part of the file is cut off" in sentences(opened)
    assert opened.info.frames == 0


def test_a_deflated_bomb_is_refused(tmp_path: Path) -> None:
    # GIVEN a few hundred kilobytes that would expand to 272 MB
    path = write(tmp_path / "a", xa(1, syntax=DeflatedExplicitVRLittleEndian), picture(1).tobytes())
    data = path.read_bytes()
    start = 132 + 12 + int.from_bytes(data[140:144], "little")
    squeeze = zlib.compressobj(1, wbits=-15)
    bomb = b"".join(squeeze.compress(bytes(1 << 24)) for _each in range(17)) + squeeze.flush()
    path.write_bytes(data[:start] + bomb)
    with pytest.raises(DicomReadError, match="more than 256 MB"):
        open_object(path)


def test_an_icon_alone_is_explained(tmp_path: Path) -> None:
    icon = xa(1, 8)
    icon.PixelData = picture(1, 8).tobytes()
    icon["PixelData"].VR = "OB"
    del icon.file_meta
    ds = xa(1)
    ds.IconImageSequence = Sequence([icon])
    opened = open_object(write(tmp_path / "a", ds))
    assert opened.info.frames == 0
    assert "only an icon" in sentences(opened)


def test_an_object_without_pixels_has_no_rows() -> None:
    info = open_object(pydicom_file("reportsi.dcm")).info
    assert (info.rows, info.columns, info.frames, info.grayscale) == (0, 0, 0, None)
    assert info.problems == ()


def test_deeply_nested_sequences_are_no_crash(tmp_path: Path) -> None:
    # GIVEN ten thousand sequences, each in the one before, of undefined length
    head = write(tmp_path / "a", xa(1)).read_bytes()
    nest = b"\x40\x00\x30\xa7SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    (tmp_path / "a").write_bytes(head + nest * 10_000)
    opened = open_object(tmp_path / "a")
    assert "header is damaged" in sentences(opened)
    assert opened.info.modality == "XA"
    assert opened.header()


# --- the matrix --------------------------------------------------------------------------------------------------


def test_an_absurd_size_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    ds = xa(1, Rows=65535, Columns=65535)
    opened = open_object(write(tmp_path / "a", ds, picture(1).tobytes()))
    assert opened.info.frames == 0
    assert "more than 256 MB is refused" in sentences(opened)
    with pytest.raises(DecodeError, match="refused"):
        opened.frame(1)


@pytest.mark.parametrize(("keyword", "value"), [("Rows", 0), ("Columns", 0), ("Rows", None), ("SamplesPerPixel", 4)])
def test_a_matrix_that_cannot_be_is_one_sentence(tmp_path: Path, keyword: str, value: int | None) -> None:
    ds = xa(1)
    if value is None:
        delattr(ds, keyword)
    else:
        setattr(ds, keyword, value)
    opened = open_object(write(tmp_path / "a", ds, picture(1).tobytes()))
    assert opened.info.frames == 0
    assert len(opened.info.problems) == 1


@pytest.mark.parametrize("process", ["jpeg", "lossless"])
@pytest.mark.parametrize(("rows", "columns"), [(16, 32), (15, 16), (512, 512)])
def test_a_stream_of_another_size_than_the_header_is_refused(
    tmp_path: Path, process: str, rows: int, columns: int
) -> None:
    stream = even(bytes(jpeg8_encode(picture(1), lossless=process == "lossless")))
    syntax = JPEG_LOSSLESS if process == "lossless" else JPEG_BASELINE
    opened = open_object(write_items(tmp_path / "a", xa(1, syntax=syntax, Rows=rows, Columns=columns), [b"", stream]))
    with pytest.raises(DecodeError, match="has 16x16 pixels"):
        opened.frame(1)


def test_a_stream_of_more_bits_than_allocated_is_refused(tmp_path: Path) -> None:
    deep = (picture(1).astype(np.uint16) << 4).astype(np.uint16)
    stream = even(bytes(jpeg8_encode(deep, lossless=True, bitspersample=12)))
    opened = open_object(write_items(tmp_path / "a", xa(1, syntax=JPEG_LOSSLESS), [b"", stream]))
    with pytest.raises(DecodeError, match="12 bits a sample"):
        opened.frame(1)


def test_an_rle_frame_of_too_few_segments_is_refused(tmp_path: Path) -> None:
    ds = xa(1, syntax=RLE, BitsAllocated=16, BitsStored=16, HighBit=15)
    opened = open_object(write_items(tmp_path / "a", ds, [b"", rle(picture(1))]))
    with pytest.raises(DecodeError, match="damaged"):
        opened.frame(1)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("stored", [10, 12, 16])
def test_stored_values_are_masked_and_sign_extended(tmp_path: Path, stored: int, signed: bool) -> None:
    # GIVEN values in the low bits and an old overlay in the high ones
    rng = np.random.default_rng(stored)
    low, high = (-(1 << (stored - 1)), 1 << (stored - 1)) if signed else (0, 1 << stored)
    values = rng.integers(low, high, (16, 16))
    noise = rng.integers(0, 1 << (16 - stored), (16, 16)) if stored < 16 else np.zeros((16, 16), np.int64)
    words = ((values & ((1 << stored) - 1)) | (noise << stored)).astype("<u2")
    ds = xa(1, BitsAllocated=16, BitsStored=stored, HighBit=stored - 1, PixelRepresentation=int(signed))
    frame = open_object(write(tmp_path / "a", ds, words.tobytes(), "OW")).frame(1)
    # THEN the values come out as they were
    assert frame.dtype == (np.int16 if signed else np.uint16)
    assert np.array_equal(frame, values)


def test_a_high_bit_above_bits_stored_shifts_the_value_down(tmp_path: Path) -> None:
    values = np.arange(256).reshape(16, 16)
    ds = xa(1, BitsAllocated=16, BitsStored=12, HighBit=15)
    frame = open_object(write(tmp_path / "a", ds, (values << 4).astype("<u2").tobytes(), "OW")).frame(1)
    assert np.array_equal(frame, values)


@pytest.mark.parametrize(("allocated", "signed", "dtype"), [(32, True, np.int32), (32, False, np.uint32)])
def test_32_bit_values_are_kept(tmp_path: Path, allocated: int, signed: bool, dtype: type) -> None:
    values: Array = np.arange(256, dtype=dtype).reshape(16, 16) * np.asarray(10_000_000, dtype)
    ds = xa(
        1,
        BitsAllocated=allocated,
        BitsStored=allocated,
        HighBit=allocated - 1,
        PixelRepresentation=int(signed),
    )
    frame = open_object(write(tmp_path / "a", ds, values.tobytes(), "OW")).frame(1)
    assert frame.dtype == dtype
    assert np.array_equal(frame, values)


@pytest.mark.parametrize(("tag", "vr", "dtype"), [(0x7FE00008, "OF", np.float32), (0x7FE00009, "OD", np.float64)])
def test_float_pixels_are_kept(tmp_path: Path, tag: int, vr: str, dtype: type) -> None:
    values: Array = np.linspace(-1, 1, 256, dtype=dtype).reshape(16, 16)
    ds = xa(1, BitsAllocated=np.dtype(dtype).itemsize * 8, BitsStored=None, HighBit=None, PixelRepresentation=None)
    ds.add_new(tag, vr, values.tobytes())
    opened = open_object(write(tmp_path / "a", ds))
    assert opened.frame(1).dtype == dtype
    assert np.array_equal(opened.frame(1), values)


def colour(**elements: Any) -> Dataset:
    """An 8-bit colour object."""
    merged: dict[str, Any] = {"PhotometricInterpretation": "RGB", "PlanarConfiguration": 0, **elements}
    return xa(1, SamplesPerPixel=3, **merged)


def test_both_planar_configurations_show_the_same(tmp_path: Path) -> None:
    rgb = np.random.default_rng(5).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    one = write(tmp_path / "a", colour(), rgb.tobytes())
    two = write(tmp_path / "b", colour(PlanarConfiguration=1), rgb.transpose(2, 0, 1).tobytes())
    assert np.array_equal(open_object(one).frame(1), rgb)
    assert np.array_equal(open_object(two).frame(1), rgb)
    assert open_object(one).info.grayscale is None


def test_ybr_full_is_converted_by_the_published_formula(tmp_path: Path) -> None:
    # GIVEN the primary colours of PS3.3 C.7.6.3.1.2: red, green, blue, white, black, grey
    ybr = np.array([[76, 85, 255], [150, 44, 21], [29, 255, 107], [255, 128, 128], [0, 128, 128], [128, 128, 128]])
    wanted = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255] * 3, [0] * 3, [128] * 3])
    ds = colour(PhotometricInterpretation="YBR_FULL", Rows=1, Columns=6)
    frame = open_object(write(tmp_path / "a", ds, ybr.astype(np.uint8).tobytes())).frame(1)
    assert np.abs(frame[0].astype(int) - wanted).max() <= 1


def test_ybr_partial_uses_the_studio_range(tmp_path: Path) -> None:
    ds = colour(PhotometricInterpretation="YBR_PARTIAL_422", Rows=1, Columns=2)
    frame = open_object(write(tmp_path / "a", ds, bytes([16, 235, 128, 128]))).frame(1)
    assert frame.tolist() == [[[0, 0, 0], [255, 255, 255]]]


def test_subsampled_chroma_belongs_to_two_pixels(tmp_path: Path) -> None:
    ds = colour(PhotometricInterpretation="YBR_FULL_422", Rows=1, Columns=4)
    data = bytes([76, 76, 85, 255, 29, 29, 255, 107])
    frame = open_object(write(tmp_path / "a", ds, data)).frame(1)
    assert np.abs(frame[0].astype(int) - [[255, 0, 0], [255, 0, 0], [0, 0, 255], [0, 0, 255]]).max() <= 1


def test_full_size_data_under_a_subsampled_label_is_recognised(tmp_path: Path) -> None:
    ds = colour(PhotometricInterpretation="YBR_FULL_422", Rows=1, Columns=2)
    opened = open_object(write(tmp_path / "a", ds, bytes([76, 85, 255, 29, 255, 107])))
    assert np.abs(opened.frame(1)[0].astype(int) - [[255, 0, 0], [0, 0, 255]]).max() <= 1
    assert "not subsampled" in sentences(opened)


@pytest.mark.parametrize("bits", [8, 16])
def test_a_palette_becomes_rgb(tmp_path: Path, bits: int) -> None:
    # GIVEN a palette of four colours whose first input is 10; inputs outside are clamped
    ds = xa(1, Rows=1, Columns=6, PhotometricInterpretation="PALETTE COLOR")
    shift = bits - 8
    for name, values in (("Red", [0, 255, 0, 9]), ("Green", [0, 0, 255, 99]), ("Blue", [7, 0, 0, 255])):
        setattr(ds, f"{name}PaletteColorLookupTableDescriptor", [4, 10, bits])
        words = np.array(values, "<u2") << shift
        data = words.astype(np.uint8).tobytes() if bits == 8 else words.astype("<u2").tobytes()
        ds.add_new({"Red": 0x00281201, "Green": 0x00281202, "Blue": 0x00281203}[name], "OW", data)
    opened = open_object(write(tmp_path / "a", ds, bytes([0, 10, 11, 12, 13, 200])))
    assert opened.frame(1)[0].tolist() == [[0, 0, 7], [0, 0, 7], [255, 0, 0], [0, 255, 0], [9, 99, 255], [9, 99, 255]]


def test_a_palette_that_is_missing_is_one_sentence(tmp_path: Path) -> None:
    ds = xa(1, PhotometricInterpretation="PALETTE COLOR")
    opened = open_object(write(tmp_path / "a", ds, picture(1).tobytes()))
    assert "palette" in sentences(opened)
    with pytest.raises(DecodeError, match="palette"):
        opened.frame(1)


# --- the grayscale pipeline --------------------------------------------------------------------------------------


def modality_table() -> Sequence:
    """A Modality LUT Sequence of three entries."""
    item = Dataset()
    item.add_new(0x00283002, "US", [3, 1, 16])
    item.add_new(0x00283006, "US", [5, 50, 500])
    item.ModalityLUTType = "US"
    return Sequence([item])


@pytest.mark.parametrize("relationship", ["LOG", "DISP"])
@pytest.mark.parametrize("how", ["table", "slope"])
def test_xa_with_log_relationship_skips_its_modality_lut_and_says_why(
    tmp_path: Path, relationship: str, how: str
) -> None:
    ds = xa(1, PixelIntensityRelationship=relationship)
    if how == "table":
        ds.ModalityLUTSequence = modality_table()
    else:
        ds.RescaleSlope, ds.RescaleIntercept = "2", "-1024"
    opened = open_object(write(tmp_path / "a", ds, picture(1).tobytes()))
    grayscale = opened.info.grayscale
    assert grayscale is not None
    assert (grayscale.slope, grayscale.intercept, grayscale.modality_table) == (1.0, 0.0, None)
    assert relationship in step(opened, "modality-lut")
    assert "Skipped" in step(opened, "modality-lut")


@pytest.mark.parametrize(("relationship", "modality"), [("LIN", "XA"), (None, "XA"), ("LOG", "CT")])
def test_others_apply_their_modality_lut(tmp_path: Path, relationship: str | None, modality: str) -> None:
    ds = xa(1, Modality=modality, RescaleSlope="2", RescaleIntercept="-1024")
    if modality == "CT":
        ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    if relationship:
        ds.PixelIntensityRelationship = relationship
    opened = open_object(write(tmp_path / "a", ds, picture(1).tobytes()))
    assert opened.info.grayscale is not None
    assert (opened.info.grayscale.slope, opened.info.grayscale.intercept) == (2.0, -1024.0)


def test_a_modality_table_is_read(tmp_path: Path) -> None:
    ds = xa(1, PixelIntensityRelationship="LIN", ModalityLUTSequence=modality_table())
    grayscale = open_object(write(tmp_path / "a", ds, picture(1).tobytes())).info.grayscale
    assert grayscale is not None
    assert grayscale.modality_table is not None
    assert (grayscale.modality_table.first, grayscale.modality_table.values) == (1, (5, 50, 500))


@pytest.mark.parametrize(
    ("photometric", "shape", "inverted"),
    [("MONOCHROME2", None, False), ("MONOCHROME1", None, True), ("MONOCHROME2", "INVERSE", True)],
)
def test_polarity_comes_from_the_header(tmp_path: Path, photometric: str, shape: str | None, inverted: bool) -> None:
    ds = xa(1, PhotometricInterpretation=photometric)
    if shape:
        ds.PresentationLUTShape = shape
    grayscale = open_object(write(tmp_path / "a", ds, picture(1).tobytes())).info.grayscale
    assert grayscale is not None
    assert grayscale.inverted is inverted


@pytest.mark.parametrize(
    ("center", "width", "function"), [("40", "0", "LINEAR"), ("40", "-5", "SIGMOID"), ("40", "0.5", "")]
)
def test_a_window_that_cannot_be_used_is_left_out_with_a_sentence(
    tmp_path: Path, center: str, width: str, function: str
) -> None:
    ds = xa(1, WindowCenter=center, WindowWidth=width)
    if function:
        ds.VOILUTFunction = function
    opened = open_object(write(tmp_path / "a", ds, picture(1).tobytes()))
    assert opened.info.grayscale is not None
    assert opened.info.grayscale.windows == ()
    assert f"window 40/{width}" in sentences(opened)


def test_an_enhanced_object_takes_window_and_rescale_from_its_functional_groups(tmp_path: Path) -> None:
    voi, transform, measures, shared = Dataset(), Dataset(), Dataset(), Dataset()
    voi.WindowCenter, voi.WindowWidth = "100", "50"
    transform.RescaleSlope, transform.RescaleIntercept = "3", "-7"
    measures.PixelSpacing = [0.4, 0.4]
    shared.PixelValueTransformationSequence = Sequence([transform])
    shared.PixelMeasuresSequence = Sequence([measures])
    first = Dataset()
    first.FrameVOILUTSequence = Sequence([voi])
    ds = xa(2, Modality="CT")
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2.1"
    ds.SharedFunctionalGroupsSequence = Sequence([shared])
    ds.PerFrameFunctionalGroupsSequence = Sequence([first, Dataset()])
    info = open_object(write(tmp_path / "a", ds, picture(1).tobytes() * 2)).info
    assert info.grayscale is not None
    assert [(w.center, w.width) for w in info.grayscale.windows] == [(100, 50)]
    assert (info.grayscale.slope, info.grayscale.intercept) == (3, -7)
    assert info.calibration.row_spacing == 0.4


def test_every_stage_is_told_in_the_order_of_the_standard(tmp_path: Path) -> None:
    # GIVEN a mask that is meant to be used, two shutters and an overlay
    mask = Dataset()
    mask.MaskOperation = "AVG_SUB"
    mask.MaskFrameNumbers = 2
    ds = xa(2, MaskSubtractionSequence=Sequence([mask]), RecommendedViewingMode="SUB")
    ds.ShutterShape = ["CIRCULAR", "RECTANGULAR"]
    ds.CenterOfCircularShutter, ds.RadiusOfCircularShutter = [8, 8], 5
    ds.ShutterLeftVerticalEdge, ds.ShutterRightVerticalEdge = 2, 12
    ds.ShutterUpperHorizontalEdge, ds.ShutterLowerHorizontalEdge = 3, 13
    for tag, vr, value in ((0x10, "US", 16), (0x11, "US", 16), (0x50, "SS", [1, 1]), (0x3000, "OW", bytes(32))):
        ds.add_new(0x60000000 | tag, vr, value)
    opened = open_object(write(tmp_path / "a", ds, picture(1).tobytes() * 2))
    # THEN each says what it does
    assert "frames 2 (AVG_SUB)" in step(opened, "mask")
    assert "RECTANGULAR + CIRCULAR" in step(opened, "shutter")
    assert "Overlays drawn in white: 1" in step(opened, "overlay")
    # AND they stand in the order of PS3.4 figure N.2-1
    assert [one.stage for one in opened.info.pipeline] == [
        "decode", "padding", "modality-lut", "mask", "voi", "presentation", "shutter", "overlay",
        "annotation", "spatial",
    ]  # fmt: skip
    assert [one.stage for one in opened.info.pipeline if one.applied] == [
        "decode", "mask", "voi", "presentation", "shutter", "overlay",
    ]  # fmt: skip


def test_texts_of_two_character_sets_in_one_file_are_both_read(tmp_path: Path) -> None:
    # GIVEN a name in UTF-8 beside an institution in GBK, under a Latin label
    path = write(tmp_path / "a.dcm", xa(PatientName="NAME", InstitutionName="PLACE", SpecificCharacterSet="ISO_IR 100"))
    name, place = "张^三".encode(), "东莞市人民医院".encode("gbk")
    data = path.read_bytes().replace(b"PN\x04\0NAME", b"PN" + len(name + b" ").to_bytes(2, "little") + name + b" ")
    path.write_bytes(data.replace(b"LO\x06\0PLACE ", b"LO" + len(place).to_bytes(2, "little") + place))
    # WHEN it is opened
    opened = open_object(path)
    identity, said = opened.info.identity, sentences(opened)
    # THEN both are right, the name's other reading is kept, and the file says what was done
    assert (identity.patient_name, identity.institution) == ("张^三", "东莞市人民医院")
    assert identity.patient_name_other == "å¼\xa0^ä¸"
    assert "they are read as GB18030" in said
    assert "they are read as ISO_IR 192" in said


def test_a_name_that_fits_its_label_has_one_reading(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", xa(PatientName="Jérôme^Buc", SpecificCharacterSet="ISO_IR 100"))
    identity = open_object(path).info.identity
    assert (identity.patient_name, identity.patient_name_other) == ("Jérôme^Buc", "")
