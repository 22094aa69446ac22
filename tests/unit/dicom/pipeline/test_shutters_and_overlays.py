"""Shutters and overlays against pictures written out letter by letter."""

from pathlib import Path

import numpy as np
import pytest

from console.dicom.object import open_object
from console.dicom.pipeline.overlays import on_frame, packed_bits
from console.dicom.pipeline.shutters import hidden
from console.model.pipeline import Overlay, Presentation, Shutter
from tests.unit.dicom.builders import write, xa
from tests.unit.dicom.pipeline.makers import Array, dataset, grey_object, overlay, renderer_of


def drawn(covered: Array) -> list[str]:
    """A # where a shutter hides a pixel."""
    return ["".join("#" if pixel else "." for pixel in row) for row in covered]


RECTANGLE = Shutter(rectangle=(2, 4, 2, 3))
CIRCLE = Shutter(circle=(3, 3, 2))
TRIANGLE = Shutter(polygon=((1, 1), (1, 5), (5, 1)))


@pytest.mark.parametrize(
    ("shutter", "wanted"),
    [
        (RECTANGLE, ["######", "#...##", "#...##", "######", "######"]),
        (CIRCLE, ["##.###", "#...##", ".....#", "#...##", "##.###"]),
        (TRIANGLE, [".....#", "....##", "...###", "..####", ".#####"]),
        (
            Shutter(rectangle=(2, 4, 2, 3), circle=(3, 3, 2), polygon=((1, 1), (1, 5), (5, 1))),
            ["######", "#...##", "#..###", "######", "######"],
        ),
        (Shutter(rectangle=(-5, 100, 2, 900)), ["######", "......", "......", "......", "......"]),
    ],
)
def test_what_lies_outside_of_any_shape_is_hidden(shutter: Shutter, wanted: list[str]) -> None:
    assert drawn(hidden(shutter, 5, 6)) == wanted


def test_a_circle_is_round_on_the_patient_where_pixels_are_tall() -> None:
    # GIVEN pixels twice as high as wide, and a radius that counts along a row (PS3.3 C.7.6.11)
    covered = hidden(Shutter(circle=(3, 4, 3)), 5, 7, aspect=2.0)
    assert drawn(covered) == ["#######", "#.....#", ".......", "#.....#", "#######"]


def test_a_shutter_of_the_header_is_closed_with_its_value_and_can_be_opened(tmp_path: Path) -> None:
    # GIVEN a white frame under a rectangular and a circular shutter whose value is a quarter of white
    opened = grey_object(
        tmp_path / "a", np.full((1, 6, 6), 255, np.uint8), 8, ShutterShape=["RECTANGULAR", "CIRCULAR"],
        ShutterLeftVerticalEdge=2, ShutterRightVerticalEdge=5, ShutterUpperHorizontalEdge=2,
        ShutterLowerHorizontalEdge=5, CenterOfCircularShutter=[3, 3], RadiusOfCircularShutter=2,
        ShutterPresentationValue=0x4000,
    )  # fmt: skip
    renderer, stored = renderer_of(opened), opened.frame(1)
    shown = renderer.visible(1, stored)
    assert drawn(shown != 255) == ["######", "#...##", "#....#", "#...##", "##.###", "######"]
    assert set(shown[shown != 255].tolist()) == {0x40}
    # WHEN the operator opens it
    open_ = renderer.visible(1, stored, Presentation(off=frozenset({"shutter"})))
    assert (open_ == 255).all()


def test_frames_of_an_enhanced_object_have_shutters_of_their_own(tmp_path: Path) -> None:
    def group(right: int) -> object:
        shutter = dataset(
            ShutterShape="RECTANGULAR", ShutterLeftVerticalEdge=1, ShutterRightVerticalEdge=right,
            ShutterUpperHorizontalEdge=1, ShutterLowerHorizontalEdge=2,
        )  # fmt: skip
        return dataset(FrameDisplayShutterSequence=[shutter])

    opened = grey_object(
        tmp_path / "a", np.full((2, 2, 4), 255, np.uint8), 8, PerFrameFunctionalGroupsSequence=[group(1), group(3)]
    )
    renderer = renderer_of(opened)
    assert renderer.visible(1, opened.frame(1))[0].tolist() == [255, 0, 0, 0]
    assert renderer.visible(2, opened.frame(2))[0].tolist() == [255, 255, 255, 0]


CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]])


@pytest.mark.parametrize(
    ("origin", "wanted"),
    [
        ((1, 1), [".#...", "###..", ".#...", "....."]),
        ((2, 3), [".....", "...#.", "..###", "...#."]),
        ((0, 0), ["##...", "#....", ".....", "....."]),
        ((4, 5), [".....", ".....", ".....", "....."]),
        ((3, 5), [".....", ".....", ".....", "....#"]),
        ((900, -900), ["....."] * 4),
    ],
)
def test_a_plane_lies_where_its_origin_says_and_is_cut_at_the_edges(
    tmp_path: Path, origin: tuple[int, int], wanted: list[str]
) -> None:
    # GIVEN a black frame of 4 x 5 and a cross of 3 x 3
    ds = xa(1, Rows=4, Columns=5)
    overlay(ds, 0x6002, CROSS, origin)
    opened = open_object(write(tmp_path / "a", ds, bytes(20)))
    # WHEN it is rendered THEN the cross is white, and cut off at the edges
    shown = renderer_of(opened).visible(1, opened.frame(1))
    assert drawn(shown) == wanted
    assert set(shown.reshape(-1).tolist()) <= {0, 255}
    off = renderer_of(opened).visible(1, opened.frame(1), Presentation(off=frozenset({"overlay"})))
    assert not off.any()


def test_frames_of_an_overlay_follow_each_other_without_padding_from_the_frame_it_begins_on(tmp_path: Path) -> None:
    # GIVEN three planes of 9 bits from frame 2 on, each with one other bit
    ds = xa(5, Rows=3, Columns=3)
    planes = np.zeros((3, 3, 3), np.uint8)
    for at in range(3):
        planes[at, at, 2 - at] = 1
    overlay(ds, 0x6000, planes, first_frame=2)
    opened = open_object(write(tmp_path / "a", ds, bytes(45)))
    renderer = renderer_of(opened)
    shown = [drawn(renderer.visible(number, opened.frame(number))) for number in range(1, 6)]
    nothing = ["...", "...", "..."]
    assert shown == [nothing, ["..#", "...", "..."], ["...", ".#.", "..."], ["...", "...", "#.."], nothing]


def test_a_plane_in_the_bits_of_the_pixels_is_found_and_does_not_disturb_them(tmp_path: Path) -> None:
    # GIVEN 12-bit pixels with a plane in bit 15 of the second frame
    values = np.full((2, 3, 4), 100, np.uint16)
    cells = values.copy()
    cells[1, 2, 1] |= 1 << 15
    ds = xa(2, Rows=3, Columns=4, BitsAllocated=16, BitsStored=12, HighBit=11, WindowCenter="100", WindowWidth="200")
    for place, value in ((0x10, 3), (0x11, 4), (0x100, 16), (0x102, 15)):
        ds.add_new(0x60000000 | place, "US", value)
    ds.add_new(0x60000050, "SS", [1, 1])
    opened = open_object(write(tmp_path / "a", ds, cells.astype("<u2").tobytes(), "OW"))
    assert np.array_equal(opened.frame(2), values[1])
    renderer = renderer_of(opened)
    assert drawn(renderer.visible(2, opened.frame(2)) == 255) == ["....", "....", ".#.."]
    assert drawn(renderer.visible(1, opened.frame(1)) == 255) == ["....", "....", "...."]


def test_overlays_stay_visible_where_the_shutter_is_closed(tmp_path: Path) -> None:
    # GIVEN PS3.4 N.2.3.1 note 1
    ds = xa(1, Rows=4, Columns=5, ShutterShape="RECTANGULAR", ShutterLeftVerticalEdge=1, ShutterRightVerticalEdge=1)
    ds.ShutterUpperHorizontalEdge = ds.ShutterLowerHorizontalEdge = 1
    overlay(ds, 0x6000, CROSS, (2, 2))
    opened = open_object(write(tmp_path / "a", ds, b"\x80" * 20))
    assert drawn(renderer_of(opened).visible(1, opened.frame(1)) == 255) == [".....", "..#..", ".###.", "..#.."]


def test_missing_bits_of_a_plane_are_not_drawn() -> None:
    plane = Overlay(0x6000, 3, 3)
    assert packed_bits(b"\xff", plane, 1).sum() == 8
    assert packed_bits(b"\xff", plane, 5).sum() == 0
    assert on_frame(packed_bits(b"\xff\xff", plane, 1), plane, 2, 2).all()
