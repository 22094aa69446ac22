"""The cines of the practice site are DICOM that others accept: judged by DCMTK and pydicom."""

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

from console.demo import build
from console.demo.build import PracticeSite, build_practice, truth_of
from console.demo.cases import Item
from console.demo.contents import Angiogram
from console.demo.recipe import CArm, Recipe
from console.demo.scene import Scene
from tests.unit.demo.peers import dciodvfy, decoded
from tests.unit.demo.small import CINE, RECIPE

Truths = dict[Path, dict[str, Any]]


def path_of(files: dict[Path, Item], **wanted: object) -> Path:
    """The first cine whose recipe has these values."""
    for path, item in files.items():
        if isinstance(item.content, Angiogram) and all(
            getattr(item.content.recipe, key) == value for key, value in wanted.items()
        ):
            return path
    raise AssertionError(wanted)


def frames_of(files: dict[Path, Item], path: Path, numbers: range) -> list[NDArray[Any]]:
    content = files[path].content
    assert isinstance(content, Angiogram)
    scene = Scene(content.recipe)
    return [scene.frame(number) for number in numbers]


def test_dcmtk_decodes_every_frame_of_the_first_run_bit_for_bit(
    site: PracticeSite, scene: Scene, tmp_path: Path
) -> None:
    frames = decoded(site.pictures[0], tmp_path)
    assert frames.shape == (60, 512, 512)
    assert all((frames[number] == scene.frame(number)).all() for number in range(60))


@pytest.mark.parametrize("wanted", [{"bits": 12, "relationship": "LIN"}, {"mask_frames": (2, 3, 4)}], ids=str)
def test_dcmtk_decodes_twelve_bits_bit_for_bit(
    files: dict[Path, Item], tmp_path: Path, wanted: dict[str, object]
) -> None:
    path = path_of(files, **wanted)
    frames = decoded(path, tmp_path)
    assert frames.dtype == np.uint16
    assert 2048 < frames.max() <= 4095
    ours = frames_of(files, path, range(3))
    assert all((frames[number] == ours[number]).all() for number in range(3))


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
        scan = fragment[fragment.index(b"\xff\xda") + 4 :]
        assert scan[:4] == bytes([1, 1, scan[2], 1])
        way += len(fragment) + 8


def test_the_header_says_what_the_truth_says(files: dict[Path, Item], truths: Truths) -> None:
    for path, item in files.items():
        if not isinstance(item.content, Angiogram):
            continue
        ds, truth = dcmread(path, stop_before_pixels=True), truths[path]
        geometry = truth["geometry"]
        spacing = [float(value) for value in ds.ImagerPixelSpacing]
        assert spacing == pytest.approx([geometry["imager_pixel_spacing_mm"]] * 2, abs=1e-6)
        assert float(ds.DistanceSourceToDetector) == geometry["sid_mm"]
        assert float(ds.DistanceSourceToPatient) == geometry["sod_mm"]
        magnification = float(ds.EstimatedRadiographicMagnificationFactor)
        assert magnification == pytest.approx(geometry["sid_mm"] / geometry["sod_mm"], rel=1e-5)
        assert spacing[0] / magnification == pytest.approx(geometry["mm_per_pixel_at_isocentre"], rel=1e-5)
        assert float(ds.PositionerPrimaryAngle) == geometry["primary_deg"]
        assert float(ds.PositionerSecondaryAngle) == geometry["secondary_deg"]
        assert 1000.0 / float(ds.FrameTime) == pytest.approx(truth["fps"], rel=1e-5)
        assert ds[ds.FrameIncrementPointer].keyword == "FrameTime"
        assert (ds.Rows, ds.Columns, ds.NumberOfFrames) == (truth["rows"], truth["columns"], truth["frames"])
        assert ds.BitsStored == truth["pixels"]["bits_stored"]
        assert ds.PixelIntensityRelationship == truth["pixels"]["intensity_relationship"]
        assert ds.SOPInstanceUID == ds.file_meta.MediaStorageSOPInstanceUID == truth["sop_instance_uid"]
        assert truth["transfer_syntax"] == ds.file_meta.TransferSyntaxUID
        assert truth["file"] == path.name
        assert "PixelSpacing" not in ds


def test_the_first_run_is_the_one_that_every_tour_begins_with(site: PracticeSite, truths: Truths) -> None:
    ds, truth = dcmread(site.pictures[0], stop_before_pixels=True), truths[site.pictures[0]]
    assert site.pictures[0].name == "0001-LCA-RAO30-CAU15.dcm"
    assert (truth["geometry"]["primary_deg"], truth["geometry"]["secondary_deg"]) == (-30.0, -15.0)
    assert list(ds.RWavePointer) == truth["heart"]["r_wave_frames"] == [1, 13, 25, 37, 49]
    assert ds.SpecificCharacterSet == "ISO_IR 192"
    assert ds.PatientName.alphabetic == "Zhang^Wei"
    assert ds.PatientName.ideographic == "张^伟"
    assert ds.PatientID == "P0017"
    assert ds.InstitutionName == "练习医院"
    assert ds.QualityControlImage == "YES"
    assert "虚构" in ds.PatientComments


def test_the_rotation_has_an_angle_for_every_frame(files: dict[Path, Item], truths: Truths) -> None:
    [path] = [path for path in files if truths[path].get("geometry", {}).get("positioner_motion") == "DYNAMIC"]
    ds, angles = dcmread(path, stop_before_pixels=True), truths[path]["geometry"]["primary_deg_by_frame"]
    assert ds.PositionerMotion == "DYNAMIC"
    assert len(ds.PositionerPrimaryAngleIncrement) == len(ds.PositionerSecondaryAngleIncrement) == ds.NumberOfFrames
    turned = float(ds.PositionerPrimaryAngle) + np.array([float(value) for value in ds.PositionerPrimaryAngleIncrement])
    assert turned == pytest.approx(angles, abs=1e-5)
    assert (angles[0], angles[-1]) == (-50.0, 50.0)
    assert (np.diff(angles) > 0).all()


def test_the_planes_of_the_biplane_pair_name_each_other(files: dict[Path, Item], truths: Truths) -> None:
    pair = [path for path in files if truths[path].get("plane", "").startswith("BIPLANE")]
    first, second = (dcmread(path, stop_before_pixels=True) for path in pair)
    assert [first.ImageType[2], second.ImageType[2]] == ["BIPLANE A", "BIPLANE B"]
    for ds, other, path in ((first, second, pair[0]), (second, first, pair[1])):
        [reference] = ds.ReferencedImageSequence
        assert reference.ReferencedSOPInstanceUID == other.SOPInstanceUID == truths[path]["other_plane_uid"]
        assert reference.ReferencedSOPClassUID == other.SOPClassUID
    assert first.AcquisitionDate + first.AcquisitionTime == second.AcquisitionDate + second.AcquisitionTime
    assert first.StudyInstanceUID == second.StudyInstanceUID
    assert abs(float(first.PositionerPrimaryAngle) - float(second.PositionerPrimaryAngle)) == 90.0


def test_uids_are_made_of_uuids_and_valid(site: PracticeSite) -> None:
    ds = dcmread(site.pictures[0], stop_before_pixels=True)
    uids = [ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID, ds.file_meta.ImplementationClassUID]
    assert len(set(uids)) == 4
    for uid in uids:
        assert uid.startswith("2.25.")
        assert UID(uid).is_valid
        assert uuid.UUID(int=int(uid[5:])).version == 5


@pytest.mark.parametrize("bits", [8, 12])
def test_without_imagecodecs_the_frames_are_rle_and_the_truth_says_why(
    small: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bits: int
) -> None:
    # GIVEN a machine without imagecodecs
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    recipe = replace(RECIPE, bits=bits, relationship="DISP" if bits == 8 else "LOG")
    monkeypatch.setattr(build, "ITEMS", (replace(CINE, content=Angiogram(recipe)),))
    # WHEN the practice site is built
    site = build_practice(small, lambda done, total: None, lambda: False, 1)
    # THEN the file is RLE Lossless, complete and valid, and the truth says why
    ds, truth = dcmread(site.pictures[0]), json.loads(site.truth.read_text("utf-8"))
    assert ds.file_meta.TransferSyntaxUID == truth["transfer_syntax"] == "1.2.840.10008.1.2.5"
    assert "imagecodecs is not installed" in truth["transfer_syntax_reason"]
    scene = Scene(recipe)
    frames = decoded(site.pictures[0], tmp_path)
    assert all((frames[number] == scene.frame(number)).all() for number in range(8))
    assert (np.asarray(ds.pixel_array) == frames).all()
    assert dciodvfy(site.pictures[0]) == []


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(frames=3, fps=30.0, c_arm=CArm(primary_deg=45.0, secondary_deg=25.0, size=256)),
        Recipe(frames=3, fps=7.5, c_arm=CArm(primary_deg=0.0, secondary_deg=0.0, size=128), relationship="LIN"),
        Recipe(frames=3, c_arm=CArm(size=128), anatomy="right", stenoses=(), bits=12, relationship="LOG"),
    ],
    ids=["fine", "slow", "right"],
)
def test_other_recipes_give_valid_files_too(small: Path, monkeypatch: pytest.MonkeyPatch, recipe: Recipe) -> None:
    monkeypatch.setattr(build, "ITEMS", (replace(CINE, content=Angiogram(recipe)),))
    site = build_practice(small, lambda done, total: None, lambda: False)
    assert dciodvfy(site.pictures[0]) == []
    ds = dcmread(site.pictures[0])
    assert (ds.Rows, ds.Columns, ds.NumberOfFrames) == (recipe.c_arm.size, recipe.c_arm.size, 3)
    assert truth_of(site.pictures[0]) == site.truth


def test_importing_the_generator_of_pictures_does_not_load_pydicom() -> None:
    program = "import sys, console.demo.scene, console.demo.make\nsys.stdout.write(' '.join(sys.modules))"
    root = Path(__file__).parents[3]
    loaded = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert not {"pydicom", "imagecodecs", "PIL", "textual"} & set(loaded.stdout.split())
