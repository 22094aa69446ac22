"""The file of the practice site is DICOM that others accept: judged by dciodvfy, DCMTK and pydicom."""

import json
import subprocess
import sys
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.encaps import generate_fragments, parse_basic_offsets
from pydicom.uid import UID

from console.demo import build, cases
from console.demo.build import PracticeSite, build_practice, truth_of
from console.demo.recipe import CArm, Recipe
from console.demo.scene import Scene
from tests.support import need_program


def dciodvfy(path: Path) -> list[str]:
    """What David Clunie's validator says about a file."""
    result = subprocess.run([need_program("dciodvfy"), str(path)], capture_output=True, text=True, check=False)
    lines = (result.stdout + result.stderr).splitlines()
    assert "XAImage" in lines
    return [line for line in lines if line.startswith(("Error", "Warning"))]


def decoded(program: str, path: Path, folder: Path) -> NDArray[np.uint8]:
    """The frames of `path` after DCMTK has decompressed them."""
    plain = folder / "plain.dcm"
    subprocess.run([need_program(program), str(path), str(plain)], check=True)
    return np.asarray(dcmread(plain).pixel_array, dtype=np.uint8)


def truth_of_first(site: PracticeSite) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(site.truth.read_text("utf-8"))
    return found


def test_dcmtk_decodes_every_frame_bit_for_bit(site: PracticeSite, scene: Scene, tmp_path: Path) -> None:
    frames = decoded("dcmdjpeg", site.pictures[0], tmp_path)
    assert frames.shape == (60, 512, 512)
    assert all((frames[number] == scene.frame(number)).all() for number in range(60))


def test_the_standards_validator_has_nothing_to_complain(site: PracticeSite) -> None:
    assert [line for path in site.pictures for line in dciodvfy(path)] == []


def test_each_frame_is_one_fragment_that_the_offset_table_finds(site: PracticeSite) -> None:
    ds = dcmread(site.pictures[0])
    assert ds.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.70"
    offsets = parse_basic_offsets(ds.PixelData)
    fragments = list(generate_fragments(ds.PixelData))[1:]
    assert len(offsets) == len(fragments) == ds.NumberOfFrames == 60
    way = 0
    for offset, fragment in zip(offsets, fragments, strict=True):
        assert offset == way
        # A lossless Huffman frame (SOF3) with one component, whose scan uses selection value 1.
        assert fragment[fragment.index(b"\xff\xc3") + 4 :][:6] == bytes([8, 2, 0, 2, 0, 1])
        assert fragment[fragment.index(b"\xff\xda") + 4 :][:4] == bytes(
            [1, 1, fragment[fragment.index(b"\xff\xda") + 6], 1]
        )
        way += len(fragment) + 8


def test_the_header_says_what_the_truth_says(site: PracticeSite) -> None:
    ds, truth = dcmread(site.pictures[0]), truth_of_first(site)
    geometry = truth["geometry"]
    assert [float(value) for value in ds.ImagerPixelSpacing] == [geometry["imager_pixel_spacing_mm"]] * 2
    assert float(ds.DistanceSourceToDetector) == geometry["sid_mm"]
    assert float(ds.DistanceSourceToPatient) == geometry["sod_mm"]
    assert float(ds.EstimatedRadiographicMagnificationFactor) == pytest.approx(geometry["magnification"])
    assert float(ds.ImagerPixelSpacing[0]) / float(ds.EstimatedRadiographicMagnificationFactor) == pytest.approx(
        geometry["mm_per_pixel_at_isocentre"], rel=1e-5
    )
    assert (float(ds.PositionerPrimaryAngle), float(ds.PositionerSecondaryAngle)) == (-30.0, -15.0)
    assert (geometry["primary_deg"], geometry["secondary_deg"]) == (-30.0, -15.0)
    assert 1000.0 / float(ds.FrameTime) == pytest.approx(truth["fps"], rel=1e-6)
    assert ds[ds.FrameIncrementPointer].keyword == "FrameTime"
    assert list(ds.RWavePointer) == truth["heart"]["r_wave_frames"] == [1, 13, 25, 37, 49]
    assert ds.SOPInstanceUID == ds.file_meta.MediaStorageSOPInstanceUID == truth["sop_instance_uid"]
    assert truth["transfer_syntax"] == ds.file_meta.TransferSyntaxUID
    assert truth["file"] == site.pictures[0].name
    assert "PixelSpacing" not in ds


def test_the_patient_is_plainly_invented_and_named_in_chinese(site: PracticeSite) -> None:
    ds = dcmread(site.pictures[0])
    assert ds.SpecificCharacterSet == "ISO_IR 192"
    assert ds.PatientName.alphabetic == "Zhang^Wei"
    assert ds.PatientName.ideographic == "张^伟"
    assert ds.PatientID == "P0017"
    assert ds.InstitutionName == "练习医院"
    assert ds.QualityControlImage == "YES"
    assert "虚构" in ds.PatientComments


def test_uids_are_made_of_uuids_and_valid(site: PracticeSite) -> None:
    ds = dcmread(site.pictures[0])
    uids = [ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID, ds.file_meta.ImplementationClassUID]
    assert len(set(uids)) == 4
    for uid in uids:
        assert uid.startswith("2.25.")
        assert UID(uid).is_valid
        assert uuid.UUID(int=int(uid[5:])).version == 5


def test_without_imagecodecs_the_frames_are_rle_and_the_truth_says_why(
    small: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # GIVEN a machine without imagecodecs
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    # WHEN the practice site is built
    site = build_practice(small, lambda done, total: None, lambda: False)
    # THEN the file is RLE Lossless, complete and valid, and the truth says why
    ds, truth = dcmread(site.pictures[0]), truth_of_first(site)
    assert ds.file_meta.TransferSyntaxUID == truth["transfer_syntax"] == "1.2.840.10008.1.2.5"
    assert "imagecodecs is not installed" in truth["transfer_syntax_reason"]
    scene = Scene(Recipe(frames=8, c_arm=CArm(size=128)))
    frames = decoded("dcmdrle", site.pictures[0], tmp_path)
    assert all((frames[number] == scene.frame(number)).all() for number in range(8))
    assert (np.asarray(ds.pixel_array) == frames).all()
    assert dciodvfy(site.pictures[0]) == []


@pytest.mark.parametrize(("size", "fps", "angles"), [(256, 30.0, (45.0, 25.0)), (128, 7.5, (0.0, 0.0))])
def test_other_recipes_give_valid_files_too(
    small: Path, monkeypatch: pytest.MonkeyPatch, size: int, fps: float, angles: tuple[float, float]
) -> None:
    recipe = Recipe(frames=3, fps=fps, c_arm=CArm(primary_deg=angles[0], secondary_deg=angles[1], size=size))
    monkeypatch.setattr(build, "RUNS", (replace(cases.RUNS[0], recipe=recipe),))
    site = build_practice(small, lambda done, total: None, lambda: False)
    assert dciodvfy(site.pictures[0]) == []
    ds = dcmread(site.pictures[0])
    assert (ds.Rows, ds.Columns, ds.NumberOfFrames) == (size, size, 3)
    assert truth_of(site.pictures[0]) == site.truth
