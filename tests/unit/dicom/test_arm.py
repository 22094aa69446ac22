"""Where the C-arm stood, frame by frame as far as the file says so."""

from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from console.dicom.object import open_object
from tests.phantoms import write_cine


def turned(primary: float, secondary: float) -> Dataset:
    """One item of the per-frame functional groups."""
    position, item = Dataset(), Dataset()
    position.PositionerPrimaryAngle, position.PositionerSecondaryAngle = primary, secondary
    item.PositionerPositionSequence = [position]
    return item


def test_each_frame_of_a_moving_arm_has_its_own_angles(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    write_cine(path, 3, PerFrameFunctionalGroupsSequence=[turned(-30, 0), turned(0, 10), turned(30, -20)])
    info = open_object(path).info
    assert [info.angles_on(frame).text for frame in (1, 2, 3)] == ["RAO 30", "AP CRA 10", "LAO 30 CAU 20"]
    assert info.angles.text == "RAO 30"


def test_a_frame_without_angles_of_its_own_has_none(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    write_cine(path, 3, PerFrameFunctionalGroupsSequence=[turned(-30, 0), turned(0, 10)])
    info = open_object(path).info
    assert info.angles_on(3).text == ""


@pytest.mark.parametrize("frames", [2, 3])
def test_an_arm_that_stands_still_is_said_once(tmp_path: Path, frames: int) -> None:
    path = tmp_path / "a.dcm"
    write_cine(path, frames, PerFrameFunctionalGroupsSequence=[turned(-30, 0)] * frames)
    info = open_object(path).info
    assert info.frame_angles == ()
    assert info.angles_on(frames).text == "RAO 30"


def test_increments_that_can_be_read_in_two_ways_make_no_angle_but_are_not_hidden(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    write_cine(
        path, 3, PositionerMotion="DYNAMIC", PositionerPrimaryAngle="-30", PositionerSecondaryAngle="0",
        PositionerPrimaryAngleIncrement=["0", "5", "5"],
    )  # fmt: skip
    info = open_object(path).info
    assert info.angles_on(3).text == info.angles.text == "RAO 30, first frame; the C-arm moves"
    assert info.angles.primary_deg == -30
