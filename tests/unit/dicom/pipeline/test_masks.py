"""Subtraction against small sums done by hand, and against the practice phantoms whose truth is known."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.dicom.object import DicomObject, open_object
from console.dicom.pipeline.masks import (
    Plan,
    average,
    composed,
    difference_window,
    logarithmic,
    plan,
    shifted,
    subtract,
)
from console.dicom.pipeline.renderer import Renderer
from console.dicom.pipeline.stages import stages
from console.model.picture import Grayscale, Window
from console.model.pipeline import PLAIN, FrameDescription, Mask, Presentation, RegionShift
from console.model.sentence import Sentence
from tests.unit.dicom.pipeline.makers import dataset, described, grey_object, renderer_of

LOG = Grayscale(12, False, False)
WANTED = Presentation(subtracted=True)


def way(mask: Mask, number: int, wishes: Presentation = WANTED, frames: int = 20, **more: Any) -> Plan:
    """The plan for a frame that is subtracted."""
    found = plan(described(LOG, frames=frames, masks=(mask,), **more), wishes, number)
    assert isinstance(found, Plan), str(found)
    return found


def refusal(mask: Mask | None, number: int, wishes: Presentation = WANTED, **more: Any) -> str:
    """Why a frame is not subtracted."""
    masks = () if mask is None else (mask,)
    found = plan(described(LOG, frames=20, masks=masks, **more), wishes, number)
    assert isinstance(found, Sentence)
    return str(found)


def test_avg_sub_takes_the_frames_that_the_header_names() -> None:
    mask = Mask("AVG_SUB", ((5, 10), (15, 20)), (1, 2, 3))
    assert way(mask, 5).mask == (1, 2, 3)
    assert way(mask, 16).mask == (1, 2, 3)
    assert "frame 12" in refusal(mask, 12)


def test_tid_looks_back_by_the_offset_and_forward_when_it_is_negative() -> None:
    # GIVEN PS3.3 C.7.6.10.1: the mask of a frame is the frame less the offset
    assert way(Mask("TID", tid_offset=3), 10).mask == (7,)
    assert way(Mask("TID", tid_offset=-2), 10).mask == (12,)
    assert "frame 0" in refusal(Mask("TID"), 1)


def test_rev_tid_goes_backwards_while_the_contrast_goes_forwards() -> None:
    # GIVEN MFN = (FCFN - offset) - (CFN - FCFN) with FCFN 10 and offset 2
    mask = Mask("REV_TID", ((10, 17),), tid_offset=2)
    assert [way(mask, number).mask for number in (10, 11, 15)] == [(8,), (7,), (3,)]
    assert "frame 0" in refusal(Mask("REV_TID", ((10, 20),), tid_offset=2), 18)
    assert "Applicable Frame Range" in refusal(Mask("REV_TID"), 10)


def test_contrast_frames_are_averaged_up_to_the_end_of_their_range() -> None:
    mask = Mask("AVG_SUB", ((5, 10),), (1,), averaged=3)
    assert way(mask, 6).contrast == (6, 7, 8)
    assert way(mask, 9).contrast == (9, 10)


def test_the_operators_mask_outranks_the_headers_and_frames_that_are_not_there_are_said() -> None:
    mask = Mask("AVG_SUB", ((5, 10),), (1, 2))
    assert way(mask, 7, Presentation(mask_frames=(4,))).mask == (4,)
    assert way(mask, 12, Presentation(mask_frames=(4,))).mask == (4,)
    assert "frame 99" in refusal(mask, 7, Presentation(mask_frames=(99,)))


def test_recommended_viewing_mode_decides_and_the_operator_overrules_it() -> None:
    mask = Mask("AVG_SUB", (), (1,))
    assert isinstance(plan(described(LOG, frames=20, masks=(mask,), viewing_mode="SUB"), PLAIN, 5), Plan)
    assert "without it" in refusal(mask, 5, PLAIN, viewing_mode="NAT")
    assert "operator" in refusal(mask, 5, Presentation(subtracted=False), viewing_mode="SUB")
    assert "operator" in refusal(mask, 5, Presentation(off=frozenset({"mask"})), viewing_mode="SUB")
    assert "choose a frame" in refusal(None, 5)


def test_an_enhanced_frame_has_its_own_shift_under_the_id_of_the_item() -> None:
    # GIVEN two items and a frame with a shift for each (PS3.17 FFF.2.3.3)
    mask = Mask("AVG_SUB", (), (1,), shift=(9.0, 9.0), item=2)
    frame = FrameDescription(LOG, shifts=((1, (5.0, 5.0)), (2, (0.5, -0.25))))
    found = way(mask, 3, Presentation(subtracted=True, shift=(0.0, 1.0)), per_frame=(frame,) * 20)
    assert found.shift == (0.5, 0.75)


@pytest.mark.parametrize("shared", [True, False])
def test_an_enhanced_object_says_its_shifts_in_functional_groups(tmp_path: Path, shared: bool) -> None:
    # GIVEN a shift under the id of the mask item, for all frames or for the second alone
    shift = dataset(SubtractionItemID=3, MaskSubPixelShift=[0.5, -1.5])
    group = dataset(FramePixelShiftSequence=[shift])
    item = dataset(MaskOperation="AVG_SUB", MaskFrameNumbers=1, SubtractionItemID=3, MaskVisibilityPercentage=40.0)
    groups = {"SharedFunctionalGroupsSequence": [group]}
    if not shared:
        groups = {"PerFrameFunctionalGroupsSequence": [dataset(), group]}
    frames = np.zeros((2, 4, 4), np.uint16)
    description = grey_object(tmp_path / "a", frames, 12, MaskSubtractionSequence=[item], **groups).info.description
    assert description is not None
    found = plan(description, WANTED, 2)
    assert isinstance(found, Plan)
    assert (found.shift, found.visible) == ((0.5, 1.5), 0.4)
    # AND the operator's shift is added, the operator's visibility counts instead
    found = plan(description, Presentation(subtracted=True, shift=(1.0, 1.0), visibility=0.0), 2)
    assert isinstance(found, Plan)
    assert (found.shift, found.visible) == ((1.5, 2.5), 0.0)


def test_a_shift_moves_the_mask_down_and_right_by_parts_of_a_pixel() -> None:
    # GIVEN one bright pixel at row 2, column 3
    mask = np.zeros((6, 8), np.float32)
    mask[2, 3] = 100.0
    # THEN whole pixels move it, and parts share it out, all of it
    assert shifted(mask, 1, 2)[3, 5] == 100
    assert shifted(mask, -2, 0)[0, 3] == 100
    quarter = shifted(mask, 0.25, 0.5)
    assert quarter[2:4, 3:5] == pytest.approx(np.array([[37.5, 37.5], [12.5, 12.5]]))
    assert quarter.sum() == pytest.approx(100)
    assert shifted(mask, -0.25, 0)[1:3, 3].tolist() == [25.0, 75.0]


@settings(max_examples=60, deadline=None)
@given(st.floats(-3, 3, width=32), st.floats(-3, 3, width=32))
def test_a_shift_of_a_plane_is_exact_inside(down: float, right: float) -> None:
    # GIVEN a slope, which bilinear interpolation cannot get wrong
    row, column = np.mgrid[0:20, 0:24].astype(np.float32)
    moved = shifted((3 * row + 5 * column).astype(np.float32), down, right)
    wanted = 3 * (row - down) + 5 * (column - right)
    assert moved[5:-5, 5:-5] == pytest.approx(wanted[5:-5, 5:-5], abs=1e-3)


def test_regions_move_on_their_own_and_the_last_one_counts() -> None:
    # GIVEN the whole frame by one column, and a corner of it not at all
    mask = np.tile(np.arange(8, dtype=np.float32), (8, 1))
    corner = ((1.0, 1.0), (1.0, 4.0), (4.0, 4.0), (4.0, 1.0))
    asked = Plan("AVG_SUB", (1,), (2,), (0, 0), 0, (RegionShift((0, 1)), RegionShift((0, 0), corner)))
    moved = composed(mask, asked)
    assert moved[0].tolist() == [0, 1, 2, 3, 3, 4, 5, 6]
    assert moved[7].tolist() == [0, 0, 1, 2, 3, 4, 5, 6]


def test_part_of_the_mask_stays_visible_without_changing_the_grey_of_the_background() -> None:
    contrast = np.full((2, 2), 100, np.float32)
    mask = np.array([[80, 120], [100, 100]], np.float32)
    assert subtract(contrast.copy(), mask, 0.0).tolist() == [[20, -20], [0, 0]]
    # 25 % of the mask's relief (-20, +20 around its mean) is added
    assert subtract(contrast.copy(), mask, 0.25).tolist() == [[15, -15], [0, 0]]
    assert subtract(contrast, mask, 1.0).tolist() == [[0, 0], [0, 0]]


def test_linear_values_are_subtracted_as_logarithms_and_logarithmic_ones_as_they_are() -> None:
    # GIVEN a vessel that lets half of the beam through, before a bright and before a dark background
    stored = np.array([[4000, 2000], [400, 200]], np.uint16)
    grayscale = Grayscale(12, False, False)
    straight = logarithmic(stored, grayscale, "LIN")
    # THEN it is as deep before both, which it is not in linear values
    depths = straight[:, 0] - straight[:, 1]
    assert depths[0] == pytest.approx(depths[1], rel=0.01)
    assert depths[0] > 100
    # AND the ends of the range stay where they are
    ends = logarithmic(np.array([[0, 4095]], np.uint16), grayscale, "LIN")
    assert ends.tolist() == [[0.0, pytest.approx(4095.0)]]
    for said in ("LOG", "DISP", ""):
        assert np.array_equal(logarithmic(stored, grayscale, said), stored)


def test_frames_of_unequal_size_are_left_out_of_a_mask() -> None:
    frames = [np.full((2, 2), 10, np.float32), np.full((3, 2), 99, np.float32), np.full((2, 2), 20, np.float32)]
    assert average(frames).tolist() == [[15, 15], [15, 15]]


def test_the_picture_of_a_difference_is_what_a_hand_would_calculate(tmp_path: Path) -> None:
    # GIVEN two mask frames (mean 1000), a frame with a vessel 200 below, and a window around 0
    frames = np.full((3, 4, 4), 1000, np.uint16)
    frames[0] -= 10
    frames[1] += 10
    frames[2, 1, 1] = 800
    item = dataset(MaskOperation="AVG_SUB", MaskFrameNumbers=[1, 2], ApplicableFrameRange=[3, 3])
    opened = grey_object(
        tmp_path / "a", frames, 12, MaskSubtractionSequence=[item], RecommendedViewingMode="SUB",
        PixelIntensityRelationship="LOG", WindowCenter="2048", WindowWidth="4096",
    )  # fmt: skip
    renderer = renderer_of(opened)
    wishes = Presentation(difference=Window(0.5, 401, source="operator"))
    # WHEN the frame is rendered
    shown = renderer.visible(3, opened.frame(3), wishes)
    # THEN no difference is mid-grey and the vessel black; the mask frames are shown as they stand
    assert shown[0, 0] == 128
    assert shown[1, 1] == 0
    assert renderer.visible(1, opened.frame(1), wishes)[0, 0] == round(990 * 255 / 4095)
    # AND the inspector says how
    told = {stage.stage: stage for stage in stages(renderer.description, wishes, 3)}
    assert told["mask"].applied
    assert told["mask"].parameters["mask_frame_numbers"] == "1, 2"
    assert "logarithmic already" in str(told["mask"].what)


def test_a_window_of_the_whole_picture_is_not_taken_for_the_difference() -> None:
    # GIVEN a window of the native picture, one around 0, and a presentation state's
    native = replace(LOG, windows=(Window(2048, 4096),))
    around = replace(LOG, windows=(Window(0, 800),))
    assert difference_window(described(native), 1) == (Window(0.5, 2048, source="automatic"), False)
    assert difference_window(described(around), 1) == (Window(0, 800), True)
    assert difference_window(described(native, state="PR"), 1) == (Window(2048, 4096), True)


def test_a_mask_frame_is_read_once_for_all_frames_and_again_only_when_it_is_moved() -> None:
    asked: list[int] = []

    def frame_of(number: int) -> Any:
        asked.append(number)
        return np.full((4, 4), number, np.uint16)

    mask = Mask("AVG_SUB", ((3, 9),), (1, 2))
    renderer = Renderer(described(LOG, frames=9, masks=(mask,)), frame_of)
    for number in (3, 4, 5):
        renderer.visible(number, np.full((4, 4), 50, np.uint16), WANTED)
    assert asked == [1, 2]
    renderer.visible(3, np.full((4, 4), 50, np.uint16), replace(WANTED, shift=(0.5, 0.0)))
    assert asked == [1, 2]


def test_the_logarithmic_phantom_is_not_mapped_twice_and_its_mask_leaves_the_vessel(tmp_path: Path) -> None:
    # GIVEN the practice run of the leg: LOG, a modality LUT back to the beam, and a mask
    from console.demo.contents import Angiogram
    from console.demo.hospital import ITEMS

    item = next(item for item in ITEMS if isinstance(item.content, Angiogram) and item.content.recipe.mask_frames)
    assert isinstance(item.content, Angiogram)
    opened, truth = built(item, tmp_path)
    description = opened.info.description
    assert description is not None
    assert description.relationship == "LOG"
    assert description.grayscale is not None
    assert description.grayscale.modality_table is None
    # WHEN the frame with most contrast is shown less the mask, and without
    number = truth["vessels_frame"]
    renderer = renderer_of(opened)
    wishes = Presentation(subtracted=True)
    stored = opened.frame(number)
    shown = renderer.visible(number, stored, wishes).astype(float)
    native = renderer.visible(number, stored, Presentation(subtracted=False))
    # THEN the native picture is one straight line through the window, nothing else
    window = description.grayscale.windows[0]
    wanted = ((stored.astype(float) - (window.center - 0.5)) / (window.width - 1) + 0.5) * 255
    assert np.abs(native - wanted.clip(0, 255)).max() <= 1
    # AND along the known vessel the difference is dark, beside it mid-grey
    points = [point for vessel in truth["vessels"][:2] for point in vessel["points"]]
    rows, columns = (np.array([round(point[axis]) for point in points]) for axis in "yx")
    inside = (rows > 60) & (rows < 450) & (columns > 5) & (columns < shown.shape[1] - 5)
    assert shown[rows[inside], columns[inside]].mean() < 100
    assert abs(shown[420:470, 380:440].mean() - 128) < 4


def built(item: Any, folder: Path) -> tuple[DicomObject, dict[str, Any]]:
    """One file of the practice site, opened, with its truth."""
    from console.demo import angiogram

    made = angiogram.make(item, item.content, lambda frame: None)
    path = folder / "made.dcm"
    path.write_bytes(made.data)
    return open_object(path), made.truth


def test_a_mask_that_moved_gives_the_known_vessel_when_it_is_shifted_back_as_the_standard_says(tmp_path: Path) -> None:
    # GIVEN bones of smooth relief and a vessel 200 deep; for the contrast frame the patient lies 2 rows lower and 3
    # columns further to the left than for the mask
    row, column = np.mgrid[0:80, 0:90].astype(np.float64)

    def bones(down: float, left: float) -> Any:
        return 2000 + 300 * np.sin((row - down) / 5) * np.cos((column + left) / 7)

    contrast = bones(2, 3)
    contrast[40:44, 20:70] -= 200
    frames = np.round(np.stack([bones(0, 0), contrast])).astype(np.uint16)

    def left_over(shift: list[float], folder: str) -> Any:
        item = dataset(MaskOperation="AVG_SUB", MaskFrameNumbers=1, MaskSubPixelShift=shift)
        opened = grey_object(
            tmp_path / folder, frames, 12, MaskSubtractionSequence=[item], PixelIntensityRelationship="LOG"
        )
        assert opened.info.description is not None
        found = plan(opened.info.description, WANTED, 2)
        assert isinstance(found, Plan)
        difference = subtract(frames[1].astype(np.float32), composed(frames[0].astype(np.float32), found), 0.0)
        return difference[8:-8, 8:-8]

    # WHEN the header says so: positive down, positive to the left (PS3.3 C.7.6.10.1.2)
    good = left_over([2.0, 3.0], "right")
    # THEN nothing is left but the vessel
    vessel = np.zeros_like(good)
    vessel[32:36, 12:62] = -200
    assert np.abs(good - vessel).max() <= 1.0
    # AND with any other sign the bones remain
    for wrong in ([2.0, -3.0], [-2.0, 3.0], [0.0, 0.0]):
        assert np.abs(left_over(wrong, f"{wrong}") - vessel).max() > 50
    # AND parts of a pixel work the same way
    assert np.abs(left_over([2.5, 3.0], "part") - vessel).max() < 60
