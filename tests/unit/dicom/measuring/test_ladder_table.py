"""Every rung of the ladder of calibrations, and every rung below it that has to give way, as one table."""

import math
from dataclasses import replace

import numpy as np
import pytest

from console.dicom.geometry import Spacings, calibration
from console.dicom.measuring.catheter import calibrate
from console.dicom.measuring.isocentre import NOT_ENHANCED, Isocentre
from console.model.measuring import KnownObject
from console.model.picture import Calibration

TABLE = Isocentre(None, 785.0, 120.0, 100.0, 20.0)
SOD = 785.0 - (120.0 - 100.0) / math.cos(math.radians(20.0))
EVERYTHING = Spacings("XA", (0.23, 0.23), "FIDUCIAL", (0.3, 0.3), 1.3, 1000.0, 769.0, TABLE)
"""A header in which each rung has its values, none against another."""

RUNGS = [
    ("fiducial", EVERYTHING, 0.23, None),
    ("enhanced", replace(EVERYTHING, calibration_type="GEOMETRY"), 0.3 * SOD / 1000, 100 * 50 / SOD),
    ("geometry", replace(EVERYTHING, calibration_type="GEOMETRY", enhanced=NOT_ENHANCED), 0.23, 100 * 50 / 769),
    ("pixel-spacing", replace(EVERYTHING, calibration_type="", enhanced=NOT_ENHANCED), 0.23, None),
    ("ermf", Spacings("XA", (0.3, 0.3), "", (0.3, 0.3), 1.3, 1000.0, 769.0), 0.3 / 1.3, 100 * 50 / 769),
    ("ermf", Spacings("XA", None, "", (0.3, 0.3), 1.3, None, None), 0.3 / 1.3, 100 * 50 / 750),
    ("sid-sod", Spacings("XA", None, "", (0.3, 0.3), None, 1000.0, 769.0), 0.3 * 0.769, 100 * 50 / 769),
    ("detector", Spacings("XA", (0.3, 0.3), "", (0.3, 0.3)), 0.3, None),
    ("none", Spacings("XA", None, "", None, 1.3, 1000.0, 769.0), None, None),
    ("pixel-spacing", Spacings("CT", (0.7, 0.7)), 0.7, None),
    ("pixel-spacing", Spacings("MR", (0.7, 0.7)), 0.7, None),
]


@pytest.mark.parametrize(("source", "given", "spacing", "uncertainty"), RUNGS)
def test_the_highest_rung_that_the_header_supports_is_taken(
    source: str, given: Spacings, spacing: float | None, uncertainty: float | None
) -> None:
    found = calibration(given)
    assert (found.source, found.unit) == (source, "px" if spacing is None else "mm")
    assert found.row_spacing == (spacing if spacing is None else pytest.approx(spacing, rel=1e-9))
    assert found.column_spacing == found.row_spacing
    assert found.errors == ()
    expected = uncertainty if uncertainty is None else pytest.approx(uncertainty)
    assert found.uncertainty_percent == expected


def test_the_operators_own_calibration_stands_above_a_fiducial() -> None:
    header = calibration(EVERYTHING)
    known = KnownObject(25.0, "25mm", ((10.0, 10.0), (110.0, 10.0)), is_line=True)
    found, error = calibrate(np.zeros((120, 120), np.uint8), known, header)
    assert found.source == "user"
    assert found.column_spacing == pytest.approx(0.25)
    assert error == pytest.approx(0.707, abs=0.01)


CONTRADICTIONS = {
    "FIDUCIAL, but the detector's": (Spacings("XA", (0.3, 0.3), "FIDUCIAL", (0.3, 0.3)), "detector"),
    "GEOMETRY, but the detector's": (Spacings("XA", (0.3, 0.3), "GEOMETRY", (0.3, 0.3)), "detector"),
    "SOD above SID": (Spacings("XA", None, "", (0.3, 0.3), None, 700.0, 1000.0), "none"),
    "ERMF against SID by SOD": (Spacings("XA", None, "", (0.3, 0.3), 1.5, 1000.0, 900.0), "none"),
    "ERMF below 1": (Spacings("XA", None, "", (0.3, 0.3), 0.9), "none"),
    "another shape of pixel": (Spacings("XA", (0.23, 0.23), "GEOMETRY", (0.3, 0.3), aspect_ratio=(2, 1)), "none"),
    "spacing of another shape": (Spacings("CT", (0.8, 0.4), aspect_ratio=(1, 1)), "none"),
}


@pytest.mark.parametrize(("given", "source"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_contradiction_is_an_error_and_never_a_length_in_the_patient(given: Spacings, source: str) -> None:
    found = calibration(given)
    assert len(found.errors) == 1
    assert found.source == source
    assert (found.unit == "mm") == (source == "detector")


def test_an_aspect_ratio_that_agrees_changes_nothing() -> None:
    for ratio in ((4, 2), (2, 1), None, (), (0, 1), (math.nan, 1)):
        found = calibration(Spacings("CT", (0.8, 0.4), aspect_ratio=ratio))
        assert (found.source, found.errors) == ("pixel-spacing", ())


@pytest.mark.parametrize("angle", [0.0, 59.9, 60.0])
def test_up_to_60_degrees_the_beam_is_used(angle: float) -> None:
    given = replace(EVERYTHING, pixel_spacing=None, calibration_type="", enhanced=replace(TABLE, beam_angle=angle))
    assert calibration(given).source == "enhanced"


BAD = [(), (0.2,), (0.0, 0.2), (-0.2, 0.2), (math.nan, 0.2), (math.inf, 0.2), (1e-9, 1e-9), (1e9, 1e9), (0.2,) * 3]


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_a_spacing_that_cannot_be_true_is_no_rung(bad: tuple[float, ...]) -> None:
    # GIVEN such a spacing in each place
    for given in (Spacings("CT", bad), Spacings("XA", bad, "FIDUCIAL"), Spacings("XA", None, "", bad, 1.3)):
        found = calibration(given)
        # THEN lengths are pixels, and where there was something it is said
        assert found == Calibration("none", "px", None, None, found.warnings)
        assert bool(found.warnings) == bool(bad)
    # AND the rung below is taken where there is one
    assert calibration(Spacings("XA", bad, "FIDUCIAL", (0.3, 0.3), 1.5)).source == "ermf"
