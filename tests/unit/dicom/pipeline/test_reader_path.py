"""The pipeline through the helper process, the painter and the command line: what the operator really gets."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from console.dicom.reader import PictureReader
from console.errors import DicomReadError
from console.graphics.encoder import choose
from console.graphics.terminal import unasked
from console.model.picture import Window
from console.model.pipeline import Presentation
from console.painter import Look, Painter
from console.pictures import Pictures
from tests.unit.dicom.pipeline.makers import Array, dataset, grey_object, overlay
from tests.unit.dicom.pipeline.test_state import state


@pytest.fixture
def pictures() -> Iterator[Pictures]:
    """The console's end of a helper process."""
    reader = PictureReader()
    yield Pictures(reader)
    reader.close()


def run_with_mask(path: Path) -> Path:
    """Three frames of 8 x 8: flat, flat, and one with a vessel; SUB; a shutter; windows with names."""
    frames = np.full((3, 8, 8), 1000, np.uint16)
    frames[2, 4] = 600
    mask = dataset(MaskOperation="AVG_SUB", MaskFrameNumbers=[1, 2], ApplicableFrameRange=[3, 3])
    grey_object(
        path, frames, 12, MaskSubtractionSequence=[mask], RecommendedViewingMode="SUB",
        PixelIntensityRelationship="LOG",
        WindowCenter=["2048", "1000"], WindowWidth=["4096", "1000"], WindowCenterWidthExplanation=["WIDE", "NARROW"],
        ShutterShape="RECTANGULAR", ShutterLeftVerticalEdge=2, ShutterRightVerticalEdge=7,
        ShutterUpperHorizontalEdge=1, ShutterLowerHorizontalEdge=8,
    )  # fmt: skip
    return path


def cathlab(*words: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "console", "--lang", "en", *map(str, words)], capture_output=True)


def rendered(path: Path, *words: object) -> Array:
    """What `cathlab render` writes as PNG."""
    done = cathlab("render", path, "--graphics", "png", *words)
    assert done.returncode == 0, done.stderr
    return np.array(Image.open(io.BytesIO(done.stdout)))


def test_the_helper_sends_everything_that_the_pipeline_needs(pictures: Pictures, tmp_path: Path) -> None:
    info = pictures.info(run_with_mask(tmp_path / "run.dcm"))
    assert info.description is not None
    assert info.description.masks[0].frames == (1, 2)
    assert info.description.shutter is not None
    renderer = pictures.renderer(info)
    assert renderer is not None
    # Flat minus flat is mid-grey, the vessel is darker, the shutter black
    shown = renderer.visible(3, pictures.frame(info, 3))
    assert shown[0].tolist() == [0, *[128] * 6, 0]
    assert shown[4, 3] < 90


def test_overlays_and_states_come_through_the_helper(pictures: Pictures, tmp_path: Path) -> None:
    path = tmp_path / "image"
    grey_object(path, np.zeros((1, 8, 8), np.uint8), 8)
    plane = np.zeros((8, 8), np.uint8)
    plane[2, 2] = 1
    info = pictures.reader.under_state(pictures.info(path), state(tmp_path / "state", plane=plane))
    assert pictures.visible(info, pictures.frame(info, 1), None)[2, 2] == 255
    with pytest.raises(DicomReadError, match="other images"):
        pictures.reader.under_state(pictures.info(path), state(tmp_path / "other", of="9.9"))


def test_planes_of_the_file_are_asked_from_the_helper(pictures: Pictures, tmp_path: Path) -> None:
    from tests.unit.dicom.builders import write, xa

    ds = xa(1, Rows=8, Columns=8)
    plane = np.zeros((8, 8), np.uint8)
    plane[5, 6] = 1
    overlay(ds, 0x6000, plane)
    info = pictures.info(write(tmp_path / "a", ds, bytes(64)))
    found = pictures.reader.planes(info, 1, (0x6000,))
    assert np.array_equal(found, plane)
    assert not pictures.reader.planes(info, 1, (0x6002,)).any()


def test_the_painter_paints_what_the_pipeline_says_without_new_keys(pictures: Pictures, tmp_path: Path) -> None:
    # GIVEN the look that the viewer opens with
    info = pictures.info(run_with_mask(tmp_path / "run.dcm"))
    terminal = unasked({"COLORTERM": "truecolor", "LANG": "C.UTF-8"}, (8, 4))
    painter = Painter(info, choose("half", terminal, "true"), pictures.renderer(info))
    stored = pictures.frame(info, 3)
    look = Look(8, 4, pictures.first_window(info, stored))
    # WHEN it is painted, and once more without subtraction
    subtracted = painter.paint(3, stored, look, tuple)
    plain = painter.paint(3, stored, Look(8, 4, look.window, presentation=Presentation(subtracted=False)), tuple)
    # THEN the two differ
    assert subtracted.rows is not None
    assert subtracted.rows != plain.rows
    assert b"128;128;128" in b"".join(subtracted.rows)


def test_render_has_an_option_for_each_stage(tmp_path: Path) -> None:
    path = run_with_mask(tmp_path / "run.dcm")
    # The header's wish, subtracted
    assert rendered(path, "--frame", 3)[0].tolist() == [0, *[128] * 6, 0]
    # Without mask, through the named window, the shutter open
    plain = rendered(path, "--frame", 3, "--no-mask", "--voi", "narrow", "--no-shutter")
    assert plain[0, 0] == 128
    assert plain[4, 0] == round((600 - 999.5) / 999 * 255 + 127.5)
    assert np.array_equal(plain, rendered(path, "--frame", 3, "--no-mask", "--voi", 2, "--no-shutter", "--no-overlay"))
    # The frame itself as its mask leaves nothing, moved by two rows it leaves the vessel twice
    assert set(rendered(path, "--frame", 3, "--mask", 3, "--no-shutter").reshape(-1).tolist()) == {128}
    moved = rendered(path, "--frame", 3, "--mask", 3, "--shift", "2,0", "--no-shutter", "--window", "0.5,1000")
    assert moved[4, 0] < 128 < moved[6, 0]
    assert set(moved[[0, 2, 5, 7]].reshape(-1).tolist()) == {128}


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--voi", "LUNG"], "no window or table LUNG"),
        (["--mask", "9"], "there is no frame 9"),
        (["--mask", "x"], "no frame number"),
        (["--shift", "1"], "not DOWN,RIGHT"),
        (["--shift", "nan,1"], "1000 pixels"),
        (["--mask", "1", "--no-mask"], "not allowed"),
        (["--state", "nowhere.dcm"], "does not exist"),
    ],
)
def test_what_render_cannot_do_is_one_sentence(tmp_path: Path, words: list[str], part: str) -> None:
    done = cathlab("render", run_with_mask(tmp_path / "run.dcm"), "--graphics", "png", *words)
    assert done.returncode
    assert part in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_a_state_turns_the_rendered_picture(tmp_path: Path) -> None:
    path = tmp_path / "image"
    frames = np.zeros((1, 8, 8), np.uint8)
    frames[0, 0, 0] = 255
    grey_object(path, frames, 8)
    turned = rendered(path, "--state", state(tmp_path / "state", ImageRotation=90, ImageHorizontalFlip="N"))
    assert turned[0, 7] == 255
    assert turned.sum() == 255


def test_info_lists_every_stage_with_its_numbers(tmp_path: Path) -> None:
    path = run_with_mask(tmp_path / "run.dcm")
    document = json.loads(cathlab("info", path, "--json").stdout)
    told = {step["stage"]: step for step in document["pipeline"]}
    assert [step["stage"] for step in document["pipeline"]][:4] == ["decode", "padding", "modality-lut", "mask"]
    assert told["voi"]["parameters"]["window_center"] == 2048.0
    assert told["shutter"]["parameters"]["left_right_upper_lower"] == "2, 7, 1, 8"
    assert not told["mask"]["applied"]
    assert "frame 1" in told["mask"]["what"]
    text = cathlab("info", path).stdout.decode()
    assert "shutter_shape=RECTANGULAR" in text
    assert "skipped" in text


def test_the_operators_window_counts_for_frames_as_they_stand(pictures: Pictures, tmp_path: Path) -> None:
    info = pictures.info(run_with_mask(tmp_path / "run.dcm"))
    renderer = pictures.renderer(info)
    assert renderer is not None
    mine = Presentation(voi=Window(1000, 2, source="operator"))
    assert renderer.visible(1, pictures.frame(info, 1), mine)[0, 3] == 255
    assert renderer.window(1, pictures.frame(info, 1), mine) == mine.voi
    assert renderer.window(3, pictures.frame(info, 3), mine) == Window(0.5, 2048, source="automatic")
