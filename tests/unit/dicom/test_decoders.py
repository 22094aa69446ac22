"""Decoded pixels against independent decoders: DCMTK where it can, pydicom or a second library where it cannot."""

import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
import pytest
from imagecodecs import jpeg2k_decode, jpeg2k_encode, jpeg8_encode, jpegls_encode
from PIL import Image
from pydicom.encaps import generate_frames
from pydicom.pixels.processing import apply_color_lut
from pydicom.pixels.utils import iter_pixels

from console.dicom.decoders import available
from console.dicom.object import DicomObject, open_object
from console.dicom.reader import PictureReader
from console.errors import DecodeError, DicomReadError
from tests.support import need_program, need_samples
from tests.unit.dicom.builders import JPEG_BASELINE, even, picture, pydicom_file, rle, write, write_items, xa

Array = npt.NDArray[Any]
LOSSY = 2
"""Grey levels that two correct decoders of a lossy stream may differ by."""

# (sample, program of DCMTK that decompresses it, largest difference)
BY_DCMTK = [
    ("xa/rubo-0002_rca_96f_jpeg50.dcm", "dcmdjpeg", LOSSY),
    ("xa/barre_XA-MONO2-8-12x-catheter_jpeg70.dcm", "dcmdjpeg", 0),
    ("xa/wg04_XA1_JLSL.dcm", "dcmdjpls", 0),
    ("xa/wg04_XA1_UNC.dcm", "dcmconv", 0),
    ("xa/rf_rubo-0015_ge-drs_1024.dcm", "dcmconv", 0),
    ("ivus-us/acuson_us_8f_jpeg50_frametimevector.dcm", "dcmdjpeg", LOSSY),
    ("ivus-us/acuson_us_8f_implicit_frametimevector.dcm", "dcmconv", 0),
    ("ivus-us/barre_US-MONO2-8-8x-execho.dcm", "dcmconv", 0),
    ("ivus-us/barre_NM-MONO2-16-13x-heart.dcm", "dcmconv", 0),
    ("syntaxes/pydicom_1.2_implicit_MR_small_implicit.dcm", "dcmconv", 0),
    ("syntaxes/pydicom_1.2.1_explicit_MR_small.dcm", "dcmconv", 0),
    ("syntaxes/pydicom_1.2.1.99_deflated_image_dfl.dcm", "dcmconv", 0),
    ("syntaxes/pydicom_1.2.5_rle_MR_small_RLE.dcm", "dcmdrle", 0),
    ("syntaxes/pydicom_1.2.5_rgb2f_SC_rgb_rle_2frame.dcm", "dcmdrle", 0),
    ("syntaxes/dicomparser_CT0012.not_fragmented_bot_rle.dcm", "dcmdrle", 0),
    ("syntaxes/fo-dicom_rle_fragments_D_CLUNIE_CT1.dcm", "dcmdrle", 0),
    ("syntaxes/pydicom_1.2.4.50_rgb_SC_rgb_dcmtk_+eb+cr.dcm", "dcmdjpeg", LOSSY),
    ("syntaxes/pydicom_1.2.4.70_rgb_SC_rgb_jpeg_gdcm.dcm", "dcmdjpeg", 0),
    ("syntaxes/pydicom-hist_emri_8bit_jpeg_lossy_no_offset_table.dcm", "dcmdjpeg", LOSSY),
    ("syntaxes/dicomparser_CT0012.fragmented_no_bot_jpeg_baseline.51.dcm", "dcmdjpeg", LOSSY),
    ("syntaxes/dicomparser_CT0012.fragmented_no_bot_jpeg_lossless.70.dcm", "dcmdjpeg", 0),
    ("syntaxes/dicomparser_CT0012.not_fragmented_bot_jpeg_ls.80.dcm", "dcmdjpls", 0),
    ("syntaxes/cornerstone_1.2.4.53_CTImage.dcm", "dcmdjpeg", LOSSY),
    ("syntaxes/cornerstone_1.2.4.55_CTImage.dcm", "dcmdjpeg", LOSSY),
    ("syntaxes/pydicom-data_1.2.4.81_JLSN_RGB_ILV0.dcm", "dcmdjpls", 0),
]
# (sample, why not DCMTK): compared with pydicom's own decoders
BY_PYDICOM = [
    ("xa/wg04_XA1_J2KR.dcm", "Debian's DCMTK has no JPEG 2000"),
    ("syntaxes/pydicom_1.2.4.90_j2k_MR_small_jp2klossless.dcm", "Debian's DCMTK has no JPEG 2000"),
    ("ivus-us/barre_US-PAL-8-10x-echo_rle.dcm", "DCMTK's converters keep palette indices"),
    ("ivus-us/philips_us_palette_2f_rle.dcm", "DCMTK's converters keep palette indices"),
    ("syntaxes/cornerstone_palette16_TestPattern.dcm", "DCMTK's converters keep palette indices"),
    ("syntaxes/pydicom_1.2.1_ybr422_SC_ybr_full_422_uncompressed.dcm", "DCMTK's converters keep subsampled YBR"),
    ("syntaxes/pydicom-data_1.2.1_parametric_map_float.dcm", "DCMTK's converters know no float pictures"),
]
# Neither peer decodes these; each has a test of its own below.
BY_OTHERS = (
    "syntaxes/pydicom_1.2.4.90_pixelrep_J2K_pixelrep_mismatch.dcm",
    "syntaxes/pydicom-data_1.2.4.201_HTJ2KLossless_08_RGB.dcm",
    "syntaxes/pydicom-data_1.2.4.203_HTJ2K_08_RGB.dcm",
    "syntaxes/pydicom-data_1.2.8.1_liver_deflate.dcm",
)


def frames_of(opened: DicomObject) -> list[Array]:
    """Every frame."""
    return [opened.frame(number) for number in range(1, opened.info.frames + 1)]


def difference(frames: list[Array], wanted: list[Array]) -> int:
    """Largest difference over all frames, which must be as many and of the same shape."""
    assert len(frames) == len(wanted)
    assert len(frames) > 0
    largest = 0
    for frame, other in zip(frames, wanted, strict=True):
        assert frame.shape == other.shape
        largest = max(largest, int(np.abs(frame.astype(np.int64) - other.astype(np.int64)).max()))
    return largest


@pytest.mark.parametrize(("name", "program", "allowed"), BY_DCMTK)
def test_frames_equal_those_of_dcmtk(tmp_path: Path, name: str, program: str, allowed: int) -> None:
    # GIVEN a sample and its decompressed copy by DCMTK
    path = need_samples() / name
    plain = tmp_path / "plain.dcm"
    subprocess.run([need_program(program), str(path), str(plain)], check=True, capture_output=True)
    ds = pydicom.dcmread(plain)
    assert ds.file_meta.TransferSyntaxUID in ("1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.1.99")
    # WHEN all frames are decoded here
    opened = open_object(path)
    # THEN they are the same, bit for bit where the syntax is lossless
    assert difference(frames_of(opened), list(iter_pixels(ds))) <= allowed
    assert opened.info.frames == int(ds.get("NumberOfFrames", 1) or 1)


@pytest.mark.parametrize(("name", "reason"), BY_PYDICOM)
def test_frames_that_dcmtk_cannot_give_equal_those_of_pydicom(name: str, reason: str) -> None:
    assert reason
    path = need_samples() / name
    ds = pydicom.dcmread(path)
    wanted = list(iter_pixels(ds))
    if ds.PhotometricInterpretation == "PALETTE COLOR":
        looked_up = [apply_color_lut(frame, ds) for frame in wanted]
        wanted = [frame >> 8 if frame.dtype == np.uint16 else frame for frame in looked_up]
    assert difference(frames_of(open_object(path)), wanted) == 0


def test_every_sample_of_syntaxes_and_cines_is_compared_with_something() -> None:
    samples = need_samples()
    named = {name for name, *_rest in [*BY_DCMTK, *BY_PYDICOM]} | set(BY_OTHERS)
    there = {
        f"{folder}/{path.name}" for folder in ("xa", "ivus-us", "syntaxes") for path in (samples / folder).iterdir()
    }
    assert there == named


def test_j2k_with_a_sign_that_disagrees_with_the_header_is_read_as_meant() -> None:
    # GIVEN unsigned samples of 13 bits under a signed header
    path = need_samples() / "syntaxes/pydicom_1.2.4.90_pixelrep_J2K_pixelrep_mismatch.dcm"
    ds = pydicom.dcmread(path)
    raw = jpeg2k_decode(next(generate_frames(ds.PixelData, number_of_frames=1))).astype(np.int64)
    wanted = np.where(raw >= 1 << 12, raw - (1 << 13), raw)
    assert difference(frames_of(open_object(path)), [wanted]) == 0
    assert wanted.min() == -2000


def test_htj2k_equals_a_second_decoder_and_its_lossless_twin() -> None:
    samples = need_samples() / "syntaxes"
    lossless, lossy = (
        samples / f"pydicom-data_1.2.4.{name}.dcm" for name in ("201_HTJ2KLossless_08_RGB", "203_HTJ2K_08_RGB")
    )
    exact = frames_of(open_object(lossless))
    stream = next(generate_frames(pydicom.dcmread(lossless).PixelData, number_of_frames=1))
    with Image.open(BytesIO(stream)) as image:
        assert difference(exact, [np.asarray(image)]) == 0
    # THEN the lossy one is near everywhere: a decoder that wraps around at white is 255 levels off
    assert difference(frames_of(open_object(lossy)), exact) <= 4


def test_deflated_frames_equal_what_zlib_expands() -> None:
    # GIVEN a segmentation of three 1-bit frames, each a raw deflate stream
    path = need_samples() / "syntaxes/pydicom-data_1.2.8.1_liver_deflate.dcm"
    ds = pydicom.dcmread(path)
    wanted = [
        np.unpackbits(np.frombuffer(zlib.decompress(stream, wbits=-15), np.uint8), bitorder="little").reshape(512, 512)
        for stream in generate_frames(ds.PixelData, number_of_frames=3)
    ]
    assert difference(frames_of(open_object(path)), wanted) == 0
    # THEN the first is also that of the uncompressed file that ships with pydicom
    assert difference(frames_of(open_object(pydicom_file("liver_1frame.dcm"))), wanted[:1]) == 0


@pytest.mark.parametrize("name", ["xa", "ivus-us", "syntaxes", "charset", "sr", "broken", "dicomdir"])
def test_every_sample_gives_a_picture_or_a_sentence_through_the_real_reader(name: str) -> None:
    reader = PictureReader()
    told: dict[str, str] = {}
    try:
        for path in sorted((need_samples() / name).rglob("*")):
            if not path.is_file():
                continue
            try:
                info = reader.open(path)
                assert reader.header(path)
                for number in {1, info.frames} if info.frames else ():
                    assert reader.frame(info, number).shape[:2] == (info.rows, info.columns)
            except (DicomReadError, DecodeError) as error:
                told[path.name] = error.detail
            else:
                told[path.name] = "picture" if info.frames else "header"
    finally:
        reader.close()
    assert told
    # THEN only broken files are explained instead of shown, and none broke the helper
    unshown = [detail for detail in told.values() if detail not in ("picture", "header")]
    assert not unshown or name == "broken"
    assert all(detail.endswith(".") and "broke down" not in detail for detail in unshown)
    if name in ("xa", "ivus-us", "syntaxes"):
        assert set(told.values()) == {"picture"}


@pytest.mark.parametrize(
    "name",
    [
        "MR_small.dcm",
        "MR_small_RLE.dcm",
        "MR_small_jp2klossless.dcm",
        "SC_rgb_rle_2frame.dcm",
        "SC_rgb_small_odd_jpeg.dcm",
        "SC_jpeg_no_color_transform.dcm",
        "SC_jpeg_no_color_transform_2.dcm",
        "SC_rgb_dcmtk_+eb+cr.dcm",
        "SC_rgb_dcmtk_+eb+cy+n1.dcm",
        "SC_rgb_dcmtk_+eb+cy+n2.dcm",
        "SC_rgb_dcmtk_+eb+cy+np.dcm",
        "SC_rgb_dcmtk_+eb+cy+s2.dcm",
        "SC_rgb_dcmtk_+eb+cy+s4.dcm",
        "SC_rgb_jpeg_dcmtk.dcm",
        "SC_rgb_jpeg_dcmd.dcm",
        "SC_rgb_jpeg_app14_dcmd.dcm",
        "SC_rgb_jpeg_lossy_gdcm.dcm",
        "SC_rgb_gdcm_KY.dcm",
        "SC_ybr_full_422_uncompressed.dcm",
        "ExplVR_BigEnd.dcm",
        "MR_small_padded.dcm",
        "examples_jpeg2k.dcm",
        "examples_rgb_color.dcm",
        "examples_ybr_color.dcm",
        "examples_overlay.dcm",
        "rtdose_rle.dcm",
        "JPEG2000.dcm",
        "693_J2KI.dcm",
        "image_dfl.dcm",
    ],
)
def test_pydicoms_own_files_show_what_pydicom_shows(name: str) -> None:
    path = pydicom_file(name)
    ds = pydicom.dcmread(path)
    opened = open_object(path)
    assert difference(frames_of(opened), list(iter_pixels(ds))) <= LOSSY


@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("family", ["jpeg lossless", "jpeg-ls", "jpeg 2000"])
def test_lossless_streams_of_every_depth_are_bit_exact(tmp_path: Path, bits: int, family: str) -> None:
    # GIVEN noise, the hardest to compress, of 8, 12 and 16 bits
    dtype = np.uint8 if bits == 8 else np.uint16
    frame = np.random.default_rng(bits).integers(0, 1 << bits, (32, 48)).astype(dtype)
    if family == "jpeg lossless":
        stream, syntax = jpeg8_encode(frame, lossless=True, bitspersample=bits), "1.2.840.10008.1.2.4.70"
    elif family == "jpeg-ls":
        stream, syntax = jpegls_encode(frame), "1.2.840.10008.1.2.4.80"
    else:
        stream = jpeg2k_encode(frame, level=0, reversible=True, bitspersample=bits, codecformat="j2k")
        syntax = "1.2.840.10008.1.2.4.90"
    ds = xa(1, syntax=syntax, Rows=32, Columns=48, BitsAllocated=8 if bits == 8 else 16, BitsStored=bits)
    ds.HighBit = bits - 1
    opened = open_object(write_items(tmp_path / "a", ds, [b"", even(bytes(stream))]))
    assert difference(frames_of(opened), [frame]) == 0


@pytest.mark.parametrize(("photometric", "transformed"), [("YBR_FULL_422", True), ("RGB", False)])
def test_colour_of_a_jpeg_without_markers_follows_the_header(
    tmp_path: Path, photometric: str, transformed: bool
) -> None:
    # GIVEN a red picture whose stream says nothing about its colour space
    red = np.zeros((16, 16, 3), np.uint8)
    red[..., 0] = 255
    stream = jpeg8_encode(red, level=98, colorspace="RGB", outcolorspace="YCBCR" if transformed else "RGB")
    bare = _without_markers(bytes(stream), transformed)
    ds = xa(1, syntax=JPEG_BASELINE, SamplesPerPixel=3, PlanarConfiguration=0, PhotometricInterpretation=photometric)
    frame = open_object(write_items(tmp_path / "a", ds, [b"", even(bare)])).frame(1)
    assert difference([frame], [red]) <= 4


def _without_markers(stream: bytes, transformed: bool) -> bytes:
    """The stream without APPn segments and with component numbers instead of names."""
    kept, position = stream[:2], 2
    while stream[position + 1] != 0xDA:
        length = int.from_bytes(stream[position + 2 : position + 4], "big")
        segment = bytearray(stream[position : position + 2 + length])
        if segment[1] == 0xC0 and not transformed:
            segment[10], segment[13], segment[16] = 1, 2, 3
        if not 0xE0 <= segment[1] <= 0xEF:
            kept += bytes(segment)
        position += 2 + length
    scan = bytearray(stream[position:])
    if not transformed:
        scan[5], scan[7], scan[9] = 1, 2, 3
    return kept + bytes(scan)


# --- a machine where imagecodecs cannot be installed --------------------------------------------------------------


@pytest.fixture
def no_imagecodecs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing imagecodecs fails."""
    monkeypatch.setitem(sys.modules, "imagecodecs", None)


@pytest.mark.usefixtures("no_imagecodecs")
@pytest.mark.parametrize("name", ["SC_rgb_jpeg_gdcm.dcm", "JPEGLSNearLossless_16.dcm", "JPGExtended.dcm"])
def test_what_needs_imagecodecs_says_what_to_install(name: str) -> None:
    opened = open_object(pydicom_file(name))
    assert opened.info.rows > 0
    with pytest.raises(DecodeError, match=r"install cathlab-console\[codecs\]") as caught:
        opened.frame(1)
    assert opened.info.transfer_syntax_name in caught.value.detail
    assert caught.value.detail.count(".") >= 1


@pytest.mark.usefixtures("no_imagecodecs")
def test_without_imagecodecs_the_header_already_says_what_cannot_be_shown() -> None:
    info = open_object(pydicom_file("SC_rgb_jpeg_gdcm.dcm")).info
    assert any("cathlab-console[codecs]" in problem.what for problem in info.problems)
    assert available()["jpegls"] == ""
    assert available()["native"] == "numpy"


@pytest.mark.usefixtures("no_imagecodecs")
@pytest.mark.parametrize(
    "name",
    [
        "MR_small.dcm",
        "MR_small_RLE.dcm",
        "MR_small_jp2klossless.dcm",
        "SC_rgb_small_odd_jpeg.dcm",
        "SC_rgb_dcmtk_+eb+cr.dcm",
        "JPEG2000.dcm",
        "693_J2KI.dcm",
        "image_dfl.dcm",
    ],
)
def test_what_needs_no_imagecodecs_looks_the_same_without_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN the picture without imagecodecs
    path = pydicom_file(name)
    without = frames_of(open_object(path))
    # THEN it is that of imagecodecs
    monkeypatch.delitem(sys.modules, "imagecodecs")
    assert difference(without, frames_of(open_object(path))) <= 1


def test_the_helper_starts_without_imagecodecs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN an environment in which imagecodecs cannot be imported
    (tmp_path / "imagecodecs.py").write_text("raise ImportError('too old a system')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    reader = PictureReader()
    try:
        # THEN native and RLE pictures are shown, and the others explained
        native = reader.open(write(tmp_path / "native.dcm", xa(1), picture(1).tobytes()))
        assert np.array_equal(reader.frame(native, 1), picture(1))
        path = write_items(tmp_path / "rle.dcm", xa(1, syntax="1.2.840.10008.1.2.5"), [b"", rle(picture(2))])
        assert np.array_equal(reader.frame(reader.open(path), 1), picture(2))
        info = reader.open(pydicom_file("SC_rgb_jpeg_gdcm.dcm"))
        with pytest.raises(DecodeError, match=r"cathlab-console\[codecs\]"):
            reader.frame(info, 1)
    finally:
        reader.close()
