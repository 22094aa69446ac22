"""Millimetres only with a source, angles as clinicians say them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.dicom.geometry import Spacings, angles, calibration, pixel_aspect


def test_a_fiducial_outranks_everything() -> None:
    found = calibration(Spacings("XA", (0.2, 0.2), "FIDUCIAL", (0.3, 0.3), 1.5, 1000, 750))
    assert (found.source, found.unit, found.row_spacing, found.column_spacing) == ("fiducial", "mm", 0.2, 0.2)


@pytest.mark.parametrize(("kind", "source"), [("GEOMETRY", "geometry"), ("", "pixel-spacing")])
def test_a_corrected_pixel_spacing_outranks_magnification(kind: str, source: str) -> None:
    found = calibration(Spacings("XA", (0.21, 0.22), kind, (0.3, 0.3), 1.5, 1000, 750))
    assert (found.source, found.unit, found.row_spacing, found.column_spacing) == (source, "mm", 0.21, 0.22)


def test_pixel_spacing_equal_to_imager_spacing_is_the_detectors() -> None:
    found = calibration(Spacings("XA", (0.3, 0.3), "", (0.3, 0.3)))
    assert (found.source, found.unit, found.row_spacing) == ("detector", "mm", 0.3)
    assert any("at the detector" in warning for warning in found.warnings)


@pytest.mark.parametrize("kind", ["GEOMETRY", "FIDUCIAL"])
def test_a_calibration_type_does_not_make_detector_spacing_a_calibration(kind: str) -> None:
    found = calibration(Spacings("XA", (0.3, 0.3), kind, (0.3, 0.3)))
    assert found.source == "detector"
    assert any(kind in warning for warning in found.warnings)


def test_magnification_factor_divides_the_detector_spacing() -> None:
    found = calibration(Spacings("XA", None, "", (0.3, 0.3), 1.5))
    assert (found.source, found.unit) == ("ermf", "mm")
    assert found.row_spacing == pytest.approx(0.2)


def test_distances_give_the_magnification_where_no_factor_stands() -> None:
    found = calibration(Spacings("XA", (0.3, 0.3), "", (0.3, 0.3), None, 1000, 750))
    assert (found.source, found.unit) == ("sid-sod", "mm")
    assert found.row_spacing == pytest.approx(0.225)


def test_nothing_in_the_header_means_pixels() -> None:
    for modality in ("XA", "CT", "US", ""):
        found = calibration(Spacings(modality))
        assert (found.source, found.unit, found.row_spacing, found.column_spacing) == ("none", "px", None, None)


def test_distances_without_a_detector_spacing_are_no_calibration() -> None:
    assert calibration(Spacings("XA", sid=1000, sod=750)).unit == "px"


@pytest.mark.parametrize("modality", ["CT", "MR", "PT", "NM"])
def test_cross_sections_use_pixel_spacing_as_it_stands(modality: str) -> None:
    found = calibration(Spacings(modality, (0.7, 0.8)))
    assert (found.source, found.unit, found.row_spacing, found.column_spacing) == ("pixel-spacing", "mm", 0.7, 0.8)
    assert found.warnings == ()


def test_a_lone_pixel_spacing_of_a_projection_is_used_with_a_warning() -> None:
    found = calibration(Spacings("XA", (0.2, 0.2)))
    assert found.source == "pixel-spacing"
    assert len(found.warnings) == 1


@pytest.mark.parametrize(
    "spacing", [(0.0, 0.0), (-0.2, 0.2), (0.2,), (0.2, 0.2, 0.2), (math.nan, 0.2), (1e9, 1e9), (1e-9, 1e-9), (0.1, 9.0)]
)
@pytest.mark.parametrize("modality", ["XA", "CT"])
def test_a_pixel_spacing_that_cannot_be_true_is_never_mm(modality: str, spacing: tuple[float, ...]) -> None:
    found = calibration(Spacings(modality, spacing))
    assert found.unit == "px"
    assert len(found.warnings) == 1


@pytest.mark.parametrize(
    ("ermf", "sid", "sod"),
    [(None, 700, 1000), (0.5, None, None), (1.5, 1000, 900)],
    ids=["source behind the detector", "picture smaller than object", "factor against distances"],
)
def test_contradictions_are_named_and_never_mm(ermf: float | None, sid: float | None, sod: float | None) -> None:
    found = calibration(Spacings("XA", None, "", (0.3, 0.3), ermf, sid, sod))
    assert (found.source, found.unit) == ("none", "px")
    assert len(found.warnings) == 1


def test_an_object_spacing_larger_than_the_detectors_is_a_contradiction() -> None:
    found = calibration(Spacings("XA", (0.4, 0.4), "GEOMETRY", (0.3, 0.3)))
    assert found.unit == "px"
    assert len(found.warnings) == 1


@pytest.mark.parametrize(("sid", "sod"), [(0, 0), (-1, 700), (math.nan, 700), (1e9, 700)])
def test_distances_that_cannot_be_true_leave_the_detector_plane_with_a_warning(sid: float, sod: float) -> None:
    found = calibration(Spacings("XA", None, "", (0.3, 0.3), None, sid, sod))
    assert found.source == "detector"
    assert len(found.warnings) >= 2


number = st.one_of(st.none(), st.floats(), st.sampled_from([0.0, 0.2, 0.3, 1.0, 1.5, 750.0, 1000.0]))
pair = st.one_of(st.none(), st.tuples(st.floats(), st.floats()), st.sampled_from([(0.2, 0.2), (0.3, 0.3)]))


@given(
    st.sampled_from(["XA", "CT", "", "US"]),
    pair,
    st.sampled_from(["", "FIDUCIAL", "GEOMETRY", "X"]),
    pair,
    number,
    number,
    number,
)
def test_mm_always_has_a_source_and_a_believable_spacing(
    modality: str,
    spacing: tuple[float, float] | None,
    kind: str,
    imager: tuple[float, float] | None,
    ermf: float | None,
    sid: float | None,
    sod: float | None,
) -> None:
    found = calibration(Spacings(modality, spacing, kind, imager, ermf, sid, sod))
    if found.unit == "mm":
        assert found.source in ("fiducial", "enhanced", "geometry", "pixel-spacing", "ermf", "sid-sod", "detector")
        assert found.row_spacing is not None
        assert found.column_spacing is not None
        assert 0 < found.row_spacing <= 50
        assert 0 < found.column_spacing <= 50
    else:
        assert (found.source, found.unit) == ("none", "px")
        assert found.row_spacing is None
        assert found.column_spacing is None


@pytest.mark.parametrize(
    ("primary", "secondary", "text"),
    [
        (32, 2, "LAO 32 CRA 2"),
        (-32, 2, "RAO 32 CRA 2"),
        (-30.4, -24.6, "RAO 30 CAU 25"),
        (0, 25, "AP CRA 25"),
        (45, 0, "LAO 45"),
        (0, 0, "AP"),
        (0.5, 0, "LAO 1"),
        (None, 10, "CRA 10"),
        (None, None, ""),
        (400, math.nan, ""),
    ],
)
def test_angles_are_said_as_clinicians_say_them(primary: float | None, secondary: float | None, text: str) -> None:
    assert angles(primary, secondary).text == text


def test_impossible_angles_are_not_kept() -> None:
    assert angles(400, math.inf).primary_deg is None
    assert angles(math.nan, -10).secondary_deg == -10
    assert angles(math.nan, -10).primary_deg is None


@pytest.mark.parametrize(
    ("spacing", "ratio", "aspect"),
    [
        ((0.4, 0.2), None, 2.0),
        (None, (3, 4), 0.75),
        ((0.2, 0.2), (3, 4), 1.0),
        ((0, 0.2), None, 1.0),
        ((), (), 1.0),
        (None, (1, 1000), 1.0),
        ((math.nan, 1), None, 1.0),
    ],
)
def test_pixel_aspect_is_height_by_width(
    spacing: tuple[float, ...] | None, ratio: tuple[float, ...] | None, aspect: float
) -> None:
    assert pixel_aspect(spacing, ratio) == pytest.approx(aspect)
