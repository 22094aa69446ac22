"""Our pictures against DCMTK's: same file, same frame, same window, one grey level apart at most."""

import io
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian

from console.dicom.object import DicomObject, open_object
from console.dicom.pipeline.renderer import Renderer
from console.dicom.pixels import modality
from console.model.picture import Window
from console.model.pipeline import PLAIN, Presentation
from tests.support import need_program, need_samples
from tests.unit.dicom.pipeline.makers import renderer_of

NATIVE_PEER = (
    "broken/fo-dicom_OutOfBoundsOverlay.dcm",
    "broken/pydicom-data_bad_sequence.dcm",
    "charset/chrX2.dcm",
    "dicomdir/wg04-rle/IMAGES/RLE/CT1_RLE",
    "dicomdir/wg04-rle/IMAGES/RLE/CT2_RLE",
    "dicomdir/wg04-rle/IMAGES/RLE/MR3_RLE",
    "dicomdir/wg04-rle/IMAGES/RLE/NM1_RLE",
    "dicomdir/wg04-rle/IMAGES/RLE/XA1_RLE",
    "ivus-us/barre_NM-MONO2-16-13x-heart.dcm",
    "ivus-us/barre_US-MONO2-8-8x-execho.dcm",
    "sr/gsps_luts_target_image_weasis.dcm",
    "syntaxes/cornerstone_1.2.4.53_CTImage.dcm",
    "syntaxes/cornerstone_1.2.4.55_CTImage.dcm",
    "syntaxes/dicomparser_CT0012.fragmented_no_bot_jpeg_baseline.51.dcm",
    "syntaxes/dicomparser_CT0012.fragmented_no_bot_jpeg_lossless.70.dcm",
    "syntaxes/dicomparser_CT0012.not_fragmented_bot_jpeg_ls.80.dcm",
    "syntaxes/dicomparser_CT0012.not_fragmented_bot_rle.dcm",
    "syntaxes/fo-dicom_rle_fragments_D_CLUNIE_CT1.dcm",
    "syntaxes/pydicom_1.2.1.99_deflated_image_dfl.dcm",
    "syntaxes/pydicom_1.2.1_explicit_MR_small.dcm",
    "syntaxes/pydicom_1.2.5_rle_MR_small_RLE.dcm",
    "syntaxes/pydicom_1.2_implicit_MR_small_implicit.dcm",
    "xa/barre_XA-MONO2-8-12x-catheter_jpeg70.dcm",
    "xa/rf_rubo-0015_ge-drs_1024.dcm",
    "xa/rubo-0002_rca_96f_jpeg50.dcm",
    "xa/wg04_XA1_JLSL.dcm",
    "xa/wg04_XA1_UNC.dcm",
)
"""Monochrome samples that DCMTK's tools can decode by themselves."""
UNPACKED = (
    "xa/wg04_XA1_J2KR.dcm",
    "syntaxes/pydicom_1.2.4.90_j2k_MR_small_jp2klossless.dcm",
    "syntaxes/pydicom_1.2.4.90_pixelrep_J2K_pixelrep_mismatch.dcm",
)
"""JPEG 2000, which DCMTK cannot decode: it is given the same stored values uncompressed."""
AS_DCMTK = Presentation(subtracted=False, off=frozenset({"shutter"}))
"""dcmj2pnm knows neither masks nor shutters."""


def peer(path: Path, frame: int, options: Sequence[str]) -> npt.NDArray[np.uint8]:
    """What DCMTK makes of a frame."""
    syntax = dcmread(path, stop_before_pixels=True, force=True).file_meta.get("TransferSyntaxUID", "")
    program = need_program("dcml2pnm" if syntax.startswith("1.2.840.10008.1.2.4.8") else "dcmj2pnm")
    command = [program, "-q", "+F", str(frame), "+op", *options, str(path)]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.array(Image.open(io.BytesIO(done.stdout)))


def unpacked(path: Path, target: Path, stored: npt.NDArray[Any]) -> Path:
    """A copy of a file whose only frame is `stored`, uncompressed."""
    ds = dcmread(path)
    del ds.PixelData
    ds.PixelRepresentation = int(stored.dtype.kind == "i")
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.add_new(0x7FE00010, "OW", stored.astype(f"<{stored.dtype.kind}2").tobytes())
    ds.save_as(target, enforce_file_format=True)
    return target


def middle(opened: DicomObject) -> tuple[int, npt.NDArray[Any]]:
    number = (opened.info.frames + 1) // 2
    return number, opened.frame(number)


def farthest(ours: npt.NDArray[np.uint8], theirs: npt.NDArray[np.uint8]) -> int:
    assert ours.shape == theirs.shape
    return int(np.abs(ours.astype(int) - theirs.astype(int)).max())


@pytest.mark.parametrize("name", NATIVE_PEER + UNPACKED)
def test_every_monochrome_sample_is_within_one_grey_level_of_dcmtk(tmp_path: Path, name: str) -> None:
    # GIVEN the middle frame, through the header's window (if it has one) and one that cuts both ends off
    path = need_samples() / name
    opened = open_object(path)
    grayscale = opened.info.grayscale
    assert grayscale is not None
    number, stored = middle(opened)
    lossy = opened.info.transfer_syntax in ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51")
    lowest, highest = sorted(modality(np.array([stored.min(), stored.max()]), grayscale).tolist())
    center, width = round((lowest + highest) / 2 + 0.3, 1), max(round((highest - lowest) * 0.6, 1), 2.0)
    asked = [(Window(center, width, source="operator"), ["+Ww", str(center), str(width)])]
    theirs = unpacked(path, tmp_path / "native.dcm", stored) if name in UNPACKED else path
    if grayscale.windows and "WindowCenter" in dcmread(path, stop_before_pixels=True, force=True):
        asked.append((grayscale.windows[0], ["+Wi", "1"]))
    renderer = renderer_of(opened)
    for window, options in asked:
        # WHEN both render it
        settings = Presentation(voi=window, subtracted=False, off=AS_DCMTK.off)
        ours = renderer.visible(number, stored, settings)
        # THEN they differ by one grey level at most; lossy codecs by one stored value before the window
        limit = 1 + (int(np.ceil(255 / window.width)) if lossy else 0)
        assert farthest(ours, peer(theirs, number, options)) <= limit, options


@pytest.mark.parametrize("function", ["LINEAR", "SIGMOID"])
@pytest.mark.parametrize("inverse", [False, True])
def test_functions_and_polarity_are_dcmtks(function: str, inverse: bool) -> None:
    path = need_samples() / "xa" / "wg04_XA1_UNC.dcm"
    opened = open_object(path)
    window = Window(420, 350, function, source="operator")
    settings = Presentation(voi=window, inverted=inverse)
    options = ["+Ww", "420", "350", "+Wfl" if function == "LINEAR" else "+Wfs", *(["+Piv"] if inverse else [])]
    ours = renderer_of(opened).visible(1, opened.frame(1), settings)
    assert farthest(ours, peer(path, 1, options)) <= 1


def test_all_lossless_forms_of_the_sample_angiogram_are_the_same_picture() -> None:
    # GIVEN one angiogram uncompressed, JPEG-LS, JPEG 2000 and RLE
    samples = need_samples()
    names = (
        "xa/wg04_XA1_UNC.dcm",
        "xa/wg04_XA1_JLSL.dcm",
        "xa/wg04_XA1_J2KR.dcm",
        "dicomdir/wg04-rle/IMAGES/RLE/XA1_RLE",
    )
    pictures = []
    for name in names:
        opened = open_object(samples / name)
        pictures.append(renderer_of(opened).visible(1, opened.frame(1)))
    # THEN every byte of the picture is the same, and there is a picture
    assert np.ptp(pictures[0]) > 100
    assert all(np.array_equal(pictures[0], other) for other in pictures[1:])


def test_a_presentation_state_with_three_scrambled_tables_is_dcmtks_to_the_byte(tmp_path: Path) -> None:
    # GIVEN a state of modality, VOI and presentation tables that leave nothing in its place
    folder, program = need_samples() / "sr", need_program("dcmp2pgm")
    image, state = folder / "gsps_luts_target_image_weasis.dcm", folder / "gsps_luts_weasis.dcm"
    target = tmp_path / "peer.pgm"
    subprocess.run([program, "-q", "-p", state, image, target], check=True, capture_output=True)
    # WHEN it is applied
    opened = open_object(image)
    info = opened.under_state(state)
    assert info.description is not None
    ours = Renderer(info.description, opened.frame, opened.planes).visible(1, opened.frame(1), PLAIN)
    # THEN every byte is DCMTK's, and it is not what the image alone shows
    assert np.array_equal(ours, np.array(Image.open(target)))
    assert not np.array_equal(ours, renderer_of(opened).visible(1, opened.frame(1)))
