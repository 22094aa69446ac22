"""What cannot be right in a header: one sentence, and the picture goes on where it can."""

import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.sequence import Sequence as Items

from console.dicom.object import DicomObject, open_object
from console.dicom.pipeline.renderer import Renderer
from console.dicom.pipeline.shutters import hidden, polygon
from console.errors import DecodeError
from console.model.picture import Grayscale, Window
from console.model.pipeline import Mask, Presentation, Shutter
from tests.unit.dicom.builders import picture, write, xa
from tests.unit.dicom.pipeline.makers import dataset, described, grey_object, overlay, renderer_of


def sentences(opened: DicomObject) -> str:
    return " ".join(problem.what for problem in opened.info.problems)


def test_a_picture_of_one_pixel_goes_through_every_stage(tmp_path: Path) -> None:
    item = dataset(MaskOperation="AVG_SUB", MaskFrameNumbers=1, MaskSubPixelShift=[0.5, 0.5])
    opened = grey_object(
        tmp_path / "a", np.array([[[5]], [[9]]], np.uint16), 12, MaskSubtractionSequence=[item],
        RecommendedViewingMode="SUB", ShutterShape="CIRCULAR", CenterOfCircularShutter=[1, 1],
        RadiusOfCircularShutter=1,
    )  # fmt: skip
    shown = renderer_of(opened).visible(2, opened.frame(2))
    assert shown.shape == (1, 1)


def test_a_picture_of_16000_by_16000_is_refused_in_a_sentence_or_rendered(tmp_path: Path) -> None:
    # GIVEN a header of 16k x 16k in 16 bits without the pixels
    ds = xa(1, Rows=16000, Columns=16000, BitsAllocated=16, BitsStored=12, HighBit=11)
    opened = open_object(write(tmp_path / "a", ds, bytes(64), "OW"))
    assert "16000" in sentences(opened)
    assert opened.info.frames == 0
    # AND the stages do not mind the size themselves
    covered = hidden(Shutter(rectangle=(1, 16000, 2, 15999)), 16000, 16)
    assert covered.sum() == 32


@pytest.mark.parametrize("stored", [12, 16, 40])
def test_bits_stored_above_bits_allocated_are_said_and_the_picture_is_shown(tmp_path: Path, stored: int) -> None:
    ds = xa(1, BitsStored=stored, HighBit=stored - 1)
    opened = open_object(write(tmp_path / "a", ds, picture(1).tobytes()))
    assert f"Bits Stored is {stored}" in sentences(opened)
    assert np.array_equal(renderer_of(opened).visible(1, opened.frame(1)), picture(1))


@pytest.mark.parametrize(
    ("center", "width"),
    [("40", "0"), ("40", "-1"), ("NaN", "400"), ("40", "NaN"), ("inf", "10"), ("x", "10"), ("1e400", "5")],
)
def test_a_window_that_is_none_is_said_and_another_is_found(tmp_path: Path, center: str, width: str) -> None:
    ds = xa(1)
    path = write(tmp_path / "a", ds, picture(1).tobytes())
    ds.WindowCenter, ds.WindowWidth = "11111111", "22222222"
    data = write(path, ds).read_bytes()
    path.write_bytes(data.replace(b"11111111", center.encode().ljust(8)).replace(b"22222222", width.encode().ljust(8)))
    opened = open_object(path)
    assert "window" in sentences(opened)
    assert np.array_equal(renderer_of(opened).visible(1, opened.frame(1)), picture(1))


@pytest.mark.parametrize("width", [0.0, -5.0, math.nan, math.inf])
@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
def test_an_operators_window_that_is_none_still_gives_a_picture(width: float, function: str) -> None:
    description = described(Grayscale(12, False, False), 2, 2, 2, masks=(Mask("AVG_SUB", frames=(1,)),))
    renderer = Renderer(description, lambda number: np.ones((2, 2), np.uint16))
    window = Window(1.0, width, function)
    stored = np.arange(4, dtype=np.uint16).reshape(2, 2)
    for wishes in (Presentation(voi=window), Presentation(difference=window, subtracted=True)):
        assert renderer.visible(2, stored, wishes).dtype == np.uint8


@pytest.mark.parametrize("where", ["ModalityLUTSequence", "VOILUTSequence"])
def test_a_table_shorter_than_declared_is_said_and_not_used(tmp_path: Path, where: str) -> None:
    item = dataset(ModalityLUTType="US")
    item.add_new(0x00283002, "US", [256, 0, 16])
    item.add_new(0x00283006, "US", [1, 2, 3])
    opened = grey_object(tmp_path / "a", picture(1)[None], 8, **{where: [item]})
    assert "table of the header is damaged" in sentences(opened)
    assert np.array_equal(renderer_of(opened).visible(1, opened.frame(1)), picture(1))


def test_an_overlay_beyond_the_image_is_said_and_one_too_short_is_drawn_as_far_as_it_goes(tmp_path: Path) -> None:
    ds = xa(1, Rows=4, Columns=4)
    overlay(ds, 0x6000, np.ones((2, 2)), (5, 1))
    overlay(ds, 0x6002, np.ones((8, 8)), (1, 1))
    ds[0x60023000].value = b"\x0f\x00"
    overlay(ds, 0x6004, np.ones((2, 2)))
    ds[0x60040010].value = 0
    opened = open_object(write(tmp_path / "a", ds, bytes(16)))
    told = sentences(opened)
    assert "Overlay 6000 lies beside the image" in told
    assert "Overlay 6002 has 2 of 8 bytes" in told
    assert "Overlay 6004 has no size" in told
    shown = renderer_of(opened).visible(1, opened.frame(1))
    assert shown.tolist() == [[255] * 4, [0] * 4, [0] * 4, [0] * 4]


@pytest.mark.parametrize(
    "elements",
    [
        {"ShutterShape": "CIRCULAR"},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [1, 1], "RadiusOfCircularShutter": -3},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 1, 2, 2]},
        {"ShutterShape": "STAR"},
        {"ShutterShape": "RECTANGULAR", "ShutterLeftVerticalEdge": 9, "ShutterRightVerticalEdge": 2},
    ],
)
def test_a_shutter_without_values_hides_nothing_and_is_said(tmp_path: Path, elements: dict[str, Any]) -> None:
    opened = grey_object(tmp_path / "a", picture(1)[None], 8, **elements)
    assert "shutter" in sentences(opened)
    assert np.array_equal(renderer_of(opened).visible(1, opened.frame(1)), picture(1))


def test_corners_far_out_take_no_time_and_no_memory() -> None:
    far = ((-(10**8), -(10**8)), (-(10**8), 10**8), (10**8, 10**8), (10**8, -(10**8)))
    assert polygon(far, 4, 4).all()


@pytest.mark.parametrize("shift", [["x", "y"], None])
@pytest.mark.parametrize("operation", ["AVG_SUB", "TID", "REV_TID", "MAGIC"])
def test_a_mask_that_cannot_be_made_leaves_the_picture_as_it_stands(
    tmp_path: Path, operation: str, shift: object
) -> None:
    item = dataset(MaskOperation=operation, ApplicableFrameRange=[1])
    if shift:
        item.MaskSubPixelShift = [math.nan, 1.0]
    if operation == "AVG_SUB":
        item.MaskFrameNumbers = [77]
    if operation == "TID":
        item.TIDOffset = 30
    frames = np.stack([picture(1), picture(2)])
    opened = grey_object(tmp_path / "a", frames, 8, MaskSubtractionSequence=[item], RecommendedViewingMode="SUB")
    assert np.array_equal(renderer_of(opened).visible(2, opened.frame(2)), picture(2))
    [mask] = [step for step in opened.info.pipeline if step.stage == "mask"]
    assert not mask.applied
    assert mask.what


def test_a_mask_frame_of_another_size_is_not_subtracted(tmp_path: Path) -> None:
    # GIVEN a decoder that gives frames of unequal size
    description = described(Grayscale(8, False, False), 4, 4, 3, masks=(Mask("AVG_SUB", frames=(1,)),))
    renderer = Renderer(description, lambda number: np.zeros((2, 9), np.uint8))
    stored = np.full((4, 4), 77, np.uint8)
    assert (renderer.visible(2, stored, Presentation(subtracted=True)) == 77).all()


def test_a_mask_frame_that_cannot_be_decoded_is_the_error_of_the_frame() -> None:
    def broken(number: int) -> Any:
        raise DecodeError("Frame 1 cannot be shown", "The frame is damaged.")

    description = described(Grayscale(8, False, False), 4, 4, 3, masks=(Mask("AVG_SUB", frames=(1,)),))
    with pytest.raises(DecodeError, match="damaged"):
        Renderer(description, broken).visible(2, np.zeros((4, 4), np.uint8), Presentation(subtracted=True))


def test_functional_groups_that_end_too_early_are_said(tmp_path: Path) -> None:
    group = dataset(FrameVOILUTSequence=[dataset(WindowCenter="100", WindowWidth="50")])
    frames = np.stack([picture(1), picture(2), picture(3)])
    opened = grey_object(tmp_path / "a", frames, 8, PerFrameFunctionalGroupsSequence=[group])
    assert "describes 1 of 3 frames" in sentences(opened)
    assert renderer_of(opened).visible(3, opened.frame(3)).shape == (16, 16)


def test_ten_thousand_frames_with_windows_of_their_own_open_in_time(tmp_path: Path) -> None:
    groups = [
        dataset(FrameVOILUTSequence=[dataset(WindowCenter=str(number % 7 + 1), WindowWidth="50")])
        for number in range(10_000)
    ]
    ds = xa(10_000, Rows=2, Columns=2, Modality="XA")
    ds.PerFrameFunctionalGroupsSequence = Items(groups)
    path = write(tmp_path / "a", ds, bytes(40_000))
    begun = time.process_time()
    opened = open_object(path)
    took = time.process_time() - begun
    assert opened.info.description is not None
    windows = {frame.grayscale for frame in opened.info.description.per_frame}
    assert len(windows) == 7
    # The helper has five seconds for an answer.
    assert took < 4.0
