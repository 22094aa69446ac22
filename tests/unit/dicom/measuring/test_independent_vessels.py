"""Vessels of known diameters against their shadows, drawn by code that shares nothing with the analysis.

Point spread 0.7 to 0.9 pixels (Gaussian sigma) beside the pixel itself, 3 mm of lumen at 0.2 mm a pixel.
"""

from dataclasses import replace

import numpy as np
import pytest

from console.dicom.measuring.lengths import Scale
from console.dicom.measuring.vessel import vessel
from console.errors import UsageError
from console.model.measuring import Vessel
from tests.unit.dicom.measuring.shadows import (
    NOISES,
    Axis,
    Bent,
    Exposure,
    Straight,
    chord,
    exposed,
    grid,
    hourglass,
)

SIZE, MM, HEALTHY = 180, 0.2, 3.0
LOW_DOSE = (1500.0, 3.0)
"""Photons a pixel, and the electronics' noise."""
STRAIGHT = Straight(90.3, 89.8, 37.0)
BENT = Bent(-9.8, 90.2, 100.0, 0.0)


CASES: dict[str, tuple[Axis, float, bool, Exposure]] = {
    "straight": (STRAIGHT, 0.0, False, Exposure(0.8, gradient=(0.4, -0.3), logarithmic=True, seed=21)),
    "bent with a branch, linear": (BENT, -0.004, True, Exposure(0.7, gradient=(-0.3, 0.5), logarithmic=False, seed=22)),
    "tapering with a branch, bright": (
        STRAIGHT, -0.004, True, Exposure(0.9, gradient=(0.2, 0.2), logarithmic=True, bright=True, seed=23),
    ),
}  # fmt: skip
PERCENTS = (30.0, 50.0, 70.0, 85.0)


def measured(case: str, noise: tuple[float, float], percent: float) -> Vessel:
    """A vessel of 3 mm that narrows over 10 mm, measured between points that miss its middle by a pixel."""
    axis, taper, branch, exposure = CASES[case]
    shape = hourglass(HEALTHY / 2 / MM, percent, 25.0, taper)
    depth = chord(axis, shape, SIZE, SIZE)
    if branch:
        # another one leaves beside the narrowing
        x, y = axis.at(-38.0)
        there, away = Straight(x, y, -15.0 if isinstance(axis, Bent) else 105.0).place(*grid(SIZE, SIZE))
        other = np.where(there > 0, 2 * np.sqrt(np.clip(4.0**2 - away**2, 0.0, None)), 0.0)
        depth = np.maximum(depth, other)
    frame = exposed(0.25 * MM * depth, replace(exposure, noise=noise))
    return vessel(frame, (axis.at(-52.0, 1.0), axis.at(0.0, -0.5), axis.at(52.0, -1.0)), Scale(MM, MM, "mm"))


@pytest.mark.parametrize("percent", PERCENTS)
@pytest.mark.parametrize("noise", NOISES[1:], ids=["middle", "high"])
@pytest.mark.parametrize("case", CASES)
def test_minimum_and_stenosis_are_those_of_the_phantom(case: str, noise: tuple[float, float], percent: float) -> None:
    found, axis = measured(case, noise, percent), CASES[case][0]
    assert found.mld == pytest.approx(HEALTHY * (1 - percent / 100), abs=0.15)
    assert found.stenosis_percent == pytest.approx(percent, abs=5)
    assert found.reference == pytest.approx(HEALTHY, abs=0.2)
    assert found.length == pytest.approx(104.0 * MM, rel=0.03)
    assert found.centreline[found.at] == pytest.approx(axis.at(0.0), abs=6)


def test_in_the_noise_of_1500_photons_most_throats_are_right_and_none_is_far_off() -> None:
    # GIVEN every case at a dose at which a throat of two pixels is hardly more than its noise
    off = []
    for case in CASES:
        for percent in PERCENTS:
            found = measured(case, LOW_DOSE, percent)
            off.append((abs(found.mld - HEALTHY * (1 - percent / 100)), abs(found.stenosis_percent - percent)))
    # THEN ten of twelve keep what the higher doses keep, and the others come near it
    assert sum(diameter <= 0.15 and stenosis <= 5 for diameter, stenosis in off) >= 10
    assert max(diameter for diameter, _stenosis in off) <= 0.25
    assert max(stenosis for _diameter, stenosis in off) <= 9


def test_a_point_spread_that_is_known_is_used_and_said() -> None:
    frame = exposed(0.05 * chord(STRAIGHT, 7.5, SIZE, SIZE), Exposure(1.2, NOISES[2]))
    found = vessel(frame, (STRAIGHT.at(-50.0), STRAIGHT.at(50.0)), Scale(MM, MM, "mm"), blur=1.2)
    assert found.blur_px == 1.2
    assert found.mld == pytest.approx(HEALTHY, abs=0.15)


@pytest.mark.parametrize("kind", ["flat", "ramp", "not numbers", "one pixel"])
def test_what_shows_no_vessel_gives_no_number(kind: str) -> None:
    frames = {
        "flat": np.full((128, 128), 7, np.uint8),
        "ramp": np.add.outer(np.arange(128), 2.0 * np.arange(128)),
        "not numbers": np.full((128, 128), np.nan),
        "one pixel": np.ones((1, 1), np.uint8),
    }
    with pytest.raises(UsageError):
        vessel(frames[kind], ((30.0, 30.0), (90.0, 90.0)), Scale(MM, MM, "mm"))
