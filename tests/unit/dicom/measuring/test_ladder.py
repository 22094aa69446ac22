"""The ladder of calibrations: every millimetre has a source, and headers that contradict themselves are an ERROR."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.dicom.geometry import Spacings, calibration
from console.dicom.measuring.isocentre import Isocentre, beam_angle, object_plane

TABLE = Isocentre(None, 785.0, 120.0, 100.0, 20.0)
"""An object 100 mm above a table whose top is 120 mm below the isocentre, seen 20 degrees from the vertical."""
SOD = 785.0 - (120.0 - 100.0) / math.cos(math.radians(20.0))
XA = Spacings("XA", None, "", (0.3, 0.3), None, 1000.0, None, TABLE)


def test_the_geometry_of_an_enhanced_object_gives_the_pixel_in_its_plane() -> None:
    # GIVEN distances of table and isocentre, and no other calibration
    # WHEN the ladder looks at them
    found = calibration(XA)
    # THEN a pixel is as large as C.8.19.6.9 says, and an object 50 mm off that depth is off by that share
    assert (found.source, found.unit) == ("enhanced", "mm")
    assert found.row_spacing == pytest.approx(0.3 * SOD / 1000.0, rel=1e-12)
    assert found.uncertainty_percent == pytest.approx(100 * 50 / SOD)
    assert found.errors == ()


@given(st.floats(400, 900), st.floats(-300, 300), st.floats(0, 300), st.floats(0, 60), st.floats(0.05, 0.5))
def test_an_object_on_the_isocentre_is_as_far_as_the_isocentre(
    iso: float, height: float, above: float, angle: float, imager: float
) -> None:
    # GIVEN any geometry whose object lies before the detector
    sod = iso - (height - above) / math.cos(math.radians(angle))
    plane = object_plane(Isocentre(None, iso, height, above, angle), (imager, imager), 1500.0)
    # THEN the spacing shrinks by SOD / SID, and never to something a detector could not have seen
    if not 0 < sod <= 1500:
        assert plane.spacing is None
    elif imager * sod / 1500 > 0:
        assert plane.spacing == pytest.approx((imager * sod / 1500, imager * sod / 1500))
    # AND at the isocentre itself the angle does not matter
    level = object_plane(Isocentre(None, iso, height, height, angle), (imager, imager), 1500.0)
    assert level.spacing == pytest.approx((imager * iso / 1500, imager * iso / 1500))


@pytest.mark.parametrize("angle", [60.5, 75.0, 90.0, 120.0])
def test_beyond_60_degrees_the_geometry_is_not_used(angle: float) -> None:
    steep = replace(XA, enhanced=replace(TABLE, beam_angle=angle, object_spacing=(0.23, 0.23)))
    found = calibration(steep)
    assert found.source == "detector"
    assert any("60" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("position", "primary", "secondary", "angle"),
    [("HFS", 30.0, 0.0, 30.0), ("FFP", 0.0, -45.0, 45.0), ("HFS", 60.0, 60.0, 75.52), ("HFDR", 90.0, 0.0, 0.0)],
)
def test_the_beam_angle_follows_from_the_arm_where_it_is_not_stated(
    position: str, primary: float, secondary: float, angle: float
) -> None:
    given_here = Isocentre(primary=primary, secondary=secondary, position=position)
    assert beam_angle(given_here) == pytest.approx(angle, abs=0.01)


def test_without_a_beam_angle_there_is_no_such_calibration() -> None:
    found = calibration(replace(XA, enhanced=replace(TABLE, beam_angle=None)))
    assert found.source == "detector"
    assert any("beam angle" in warning for warning in found.warnings)


def test_a_stated_object_spacing_has_to_agree_with_the_geometry() -> None:
    # GIVEN the spacing that the geometry gives, written beside it
    right = 0.3 * SOD / 1000
    assert calibration(replace(XA, enhanced=replace(TABLE, object_spacing=(right, right)))).source == "enhanced"
    # WHEN it is another one
    found = calibration(replace(XA, enhanced=replace(TABLE, object_spacing=(0.27, 0.27))))
    # THEN nobody can know which is true
    assert (found.source, found.unit) == ("none", "px")
    assert len(found.errors) == 1
    assert set(found.errors) <= set(found.warnings)


def test_a_fiducial_stands_above_the_geometry_and_the_geometry_above_the_rest() -> None:
    assert calibration(replace(XA, pixel_spacing=(0.22, 0.22), calibration_type="FIDUCIAL")).source == "fiducial"
    assert calibration(replace(XA, pixel_spacing=(0.23, 0.23), calibration_type="GEOMETRY")).source == "enhanced"
    assert calibration(replace(XA, ermf=1.3)).source == "enhanced"


CONTRADICTIONS = {
    "source behind the detector": Spacings("XA", None, "", (0.3, 0.3), None, 700.0, 1000.0),
    "picture smaller than object": Spacings("XA", None, "", (0.3, 0.3), 0.5),
    "factor against distances": Spacings("XA", None, "", (0.3, 0.3), 1.5, 1000.0, 900.0),
    "object larger than its picture": Spacings("XA", (0.4, 0.4), "GEOMETRY", (0.3, 0.3)),
    "calibrated but equal": Spacings("XA", (0.3, 0.3), "FIDUCIAL", (0.3, 0.3)),
    "spacing against distances": Spacings("XA", (0.2, 0.2), "GEOMETRY", (0.3, 0.3), None, 1000.0, 900.0),
    "pixels of two shapes": Spacings("XA", (0.2, 0.3), "", (0.3, 0.3)),
    "fiducial, source behind the detector": Spacings("XA", (0.2, 0.2), "FIDUCIAL", (0.3, 0.3), None, 700.0, 1000.0),
}


@pytest.mark.parametrize("given_here", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_header_that_contradicts_itself_is_an_error(given_here: Spacings) -> None:
    found = calibration(given_here)
    assert len(found.errors) == 1
    assert set(found.errors) <= set(found.warnings)


def test_a_header_that_is_only_poor_is_no_error() -> None:
    for given_here in (Spacings("XA", (0.2, 0.2)), Spacings("XA", None, "", (0.3, 0.3)), Spacings("XA", (0.0, 0.2))):
        found = calibration(given_here)
        assert found.warnings
        assert found.errors == ()


def test_what_assumes_a_depth_says_how_far_off_it_may_be() -> None:
    assert calibration(Spacings("XA", None, "", (0.3, 0.3), None, 1000.0, 750.0)).uncertainty_percent == pytest.approx(
        100 * 50 / 750
    )
    assert calibration(Spacings("CT", (0.7, 0.7))).uncertainty_percent is None


def test_oct_without_its_refractive_index_is_careful() -> None:
    assert calibration(Spacings("OCT", (0.01, 0.01), refractive_index="YES")).warnings == ()
    assert any("refractive" in warning for warning in calibration(Spacings("OCT", (0.01, 0.01))).warnings)


anything = st.one_of(st.none(), st.floats(), st.floats(0.01, 2000), st.sampled_from([0.0, -1.0, math.nan, 60.0]))
spacings = st.one_of(st.none(), st.lists(st.floats(), max_size=3), st.tuples(st.floats(0.1, 1), st.floats(0.1, 1)))


@given(
    spacings, st.sampled_from(["", "FIDUCIAL", "GEOMETRY"]), spacings, anything, anything, anything, spacings,
    anything, anything, anything, anything,
)  # fmt: skip
def test_whatever_the_header_says_mm_is_believable(
    spacing: list[float] | None, kind: str, imager: list[float] | None, ermf: float | None, sid: float | None,
    sod: float | None, stated: list[float] | None, iso: float | None, height: float | None, above: float | None,
    angle: float | None,
) -> None:  # fmt: skip
    found = calibration(
        Spacings("XA", spacing, kind, imager, ermf, sid, sod, Isocentre(stated, iso, height, above, angle))
    )
    assert set(found.errors) <= set(found.warnings)
    if found.unit == "px":
        assert (found.source, found.row_spacing, found.column_spacing) == ("none", None, None)
    else:
        assert found.source not in ("", "none")
        assert found.row_spacing is not None
        assert found.column_spacing is not None
        assert 0 < found.row_spacing <= 50
        assert 0 < found.column_spacing <= 50
        assert found.uncertainty_percent is None or found.uncertainty_percent > 0
