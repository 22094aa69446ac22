"""Regions of ultrasound: each scale holds where it is said to hold, and nowhere else."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from console.dicom.measuring.measure import header_calibration
from console.dicom.measuring.ultrasound import calibration_of, region_spacing
from console.dicom.object import open_object
from console.errors import UsageError
from console.model.measuring import Point, Shape, ShapeKind
from console.model.picture import UltrasoundRegion
from tests.phantoms import write_cine

LEFT = UltrasoundRegion(0, 0, 49, 99, (3, 3), (0.01, 0.02))
RIGHT = UltrasoundRegion(60, 0, 99, 99, (3, 3), (0.03, 0.03))
MOTION = UltrasoundRegion(0, 100, 99, 149, (4, 3), (0.01, 0.02), 2)
FRAME = (LEFT, RIGHT, MOTION)


def line(*points: Point) -> Shape:
    return Shape(ShapeKind.DISTANCE if len(points) == 2 else ShapeKind.POLYLINE, points)


def test_a_shape_has_the_scale_of_its_region() -> None:
    found = calibration_of(FRAME, line((10, 10), (40, 80)))
    assert (found.source, found.unit) == ("region", "mm")
    assert (found.row_spacing, found.column_spacing) == pytest.approx((0.2, 0.1))
    assert calibration_of(FRAME, line((70, 10), (90, 80))).row_spacing == pytest.approx(0.3)


@pytest.mark.parametrize(
    "shape",
    [
        line((10, 10), (70, 10)),
        line((10, 10), (55, 10)),
        line((10, 10), (40, 10), (70, 10), (10, 20)),
        Shape(ShapeKind.RECTANGLE, ((10, 10), (90, 90))),
        line((10, 90), (10, 120)),
    ],
    ids=["two scales", "out of the region", "there and back", "around two", "into M mode"],
)
def test_across_unlike_regions_nothing_is_measured(shape: Shape) -> None:
    with pytest.raises(UsageError, match="within one region"):
        calibration_of(FRAME, shape)


def test_a_line_between_points_outside_that_crosses_a_region_is_refused() -> None:
    with pytest.raises(UsageError, match="within one region"):
        calibration_of(FRAME, line((55, 10), (110, 10)))


def test_m_mode_and_what_lies_outside_stay_pixels() -> None:
    for shape in (line((10, 110), (80, 140)), line((52, 10), (56, 80))):
        found = calibration_of(FRAME, shape)
        assert (found.source, found.unit, found.row_spacing) == ("none", "px", None)
        assert len(found.warnings) == 1


def test_an_inset_of_higher_priority_counts_before_what_lies_below_it() -> None:
    # GIVEN a small region of its own scale on a larger one of low priority
    whole = UltrasoundRegion(0, 0, 99, 99, (3, 3), (0.01, 0.01), 1, True)
    inset = UltrasoundRegion(20, 20, 40, 40, (3, 3), (0.05, 0.05))
    # THEN in the inset its own scale holds, beside it the large one, across its edge none
    assert calibration_of((whole, inset), line((22, 22), (38, 38))).row_spacing == pytest.approx(0.5)
    assert calibration_of((whole, inset), line((2, 2), (2, 90))).row_spacing == pytest.approx(0.1)
    for across in (line((2, 30), (30, 30)), line((2, 30), (90, 30))):
        with pytest.raises(UsageError):
            calibration_of((whole, inset), across)


def test_regions_of_the_same_scale_may_be_measured_across() -> None:
    twin = replace(LEFT, left=50, right=59)
    found = calibration_of((LEFT, twin), line((10, 10), (55, 10)))
    assert found.column_spacing == pytest.approx(0.1)
    assert len(found.warnings) == 1


@given(st.floats(), st.floats(), st.sampled_from([(3, 3), (3, 4), (0, 0), (2, 3)]), st.integers(0, 5))
def test_only_a_cross_section_in_centimetres_has_a_spacing(
    x: float, y: float, units: tuple[int, int], form: int
) -> None:
    found = region_spacing(UltrasoundRegion(0, 0, 9, 9, units, (x, y), form))
    if found is not None:
        assert units == (3, 3)
        assert form == 1
        assert found == pytest.approx((abs(y) * 10, abs(x) * 10))
        assert all(0 < value <= 10 and math.isfinite(value) for value in found)


def region_item(left: int, right: int, delta: float) -> Dataset:
    item = Dataset()
    item.RegionSpatialFormat, item.RegionDataType, item.RegionFlags = 1, 1, 0
    item.RegionLocationMinX0, item.RegionLocationMinY0 = left, 0
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = right, 63
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = 3
    item.PhysicalDeltaX = item.PhysicalDeltaY = delta
    return item


def test_regions_are_read_frame_by_frame(tmp_path: Path) -> None:
    # GIVEN an object whose second frame has a scale of its own
    own = Dataset()
    own.SequenceOfUltrasoundRegions = Sequence([region_item(0, 63, 0.05)])
    write_cine(
        tmp_path / "us.dcm", 3, Modality="US",
        SequenceOfUltrasoundRegions=Sequence([region_item(0, 30, 0.01), region_item(31, 63, 0.02)]),
        PerFrameFunctionalGroupsSequence=Sequence([Dataset(), own, Dataset()]),
    )  # fmt: skip
    # WHEN it is opened
    info = open_object(tmp_path / "us.dcm").info
    # THEN each frame has its scale, and where regions differ nothing is measured across
    across = line((5, 5), (60, 5))
    assert len(info.regions) == 2
    assert header_calibration(info, 2, across).column_spacing == pytest.approx(0.5)
    for number in (1, 3):
        with pytest.raises(UsageError):
            header_calibration(info, number, across)
        assert header_calibration(info, number, line((5, 5), (20, 5))).column_spacing == pytest.approx(0.1)


def test_ultrasound_without_regions_is_in_pixels(tmp_path: Path) -> None:
    write_cine(tmp_path / "us.dcm", 1, Modality="US", PixelSpacing=[0.2, 0.2])
    info = open_object(tmp_path / "us.dcm").info
    assert header_calibration(info, 1, line((5, 5), (20, 5))).unit == "px"


def test_a_table_that_moves_gives_each_frame_its_own_scale(tmp_path: Path) -> None:
    # GIVEN an enhanced object whose table rises between two frames
    def frame(height: float) -> Dataset:
        table = Dataset()
        table.TableHeight, table.DistanceObjectToTableTop, table.BeamAngle = height, 100.0, 0.0
        group = Dataset()
        group.ProjectionPixelCalibrationSequence = Sequence([table])
        return group

    shared, geometry, properties = Dataset(), Dataset(), Dataset()
    geometry.DistanceSourceToIsocenter, geometry.DistanceSourceToDetector = 785.0, 1000.0
    properties.ImagerPixelSpacing = [0.3, 0.3]
    shared.XRayGeometrySequence = Sequence([geometry])
    shared.FramePixelDataPropertiesSequence = Sequence([properties])
    write_cine(
        tmp_path / "exa.dcm", 2, SharedFunctionalGroupsSequence=Sequence([shared]),
        PerFrameFunctionalGroupsSequence=Sequence([frame(100.0), frame(50.0)]),
    )  # fmt: skip
    # WHEN both frames are measured
    info = open_object(tmp_path / "exa.dcm").info
    first, second = (header_calibration(info, number, line((5, 5), (20, 5))) for number in (1, 2))
    # THEN each has the spacing of its own height
    assert first.row_spacing == pytest.approx(0.3 * 0.785)
    assert second.row_spacing == pytest.approx(0.3 * 0.835)
    assert first == info.calibration


@pytest.mark.parametrize("spacing", [["a", "b"], ["0.2"], ["0", "0"], ["-0.2", "0.2"], ["NaN", "0.2"]])
def test_spacings_that_are_none_never_become_millimetres(tmp_path: Path, spacing: list[str]) -> None:
    # GIVEN a file whose Pixel Spacing is text, one axis, zero, negative or not a number
    text = "\\".join(spacing)
    write_cine(tmp_path / "bad.dcm", 1, Modality="CT", PixelSpacing=[1.11, 2.22])
    raw = (tmp_path / "bad.dcm").read_bytes()
    assert raw.count(b"1.11\\2.22 ") == 1
    (tmp_path / "bad.dcm").write_bytes(raw.replace(b"1.11\\2.22 ", text.encode().ljust(10)))
    # THEN it is measured in pixels, with the reason
    found = open_object(tmp_path / "bad.dcm").info.calibration
    assert found.unit == "px"
    assert found.warnings
