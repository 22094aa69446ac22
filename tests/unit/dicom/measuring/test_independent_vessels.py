"""Vessels of known diameters against their shadows, drawn by code that shares nothing with the analysis.

Point spread 0.7 to 0.9 pixels (Gaussian sigma) beside the pixel itself, 3 mm of lumen at 0.2 mm a pixel.
"""

import numpy as np
import pytest

from console.dicom.measuring.lengths import Scale
from console.dicom.measuring.vessel import vessel
from console.errors import UsageError
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
DOSES = ((1500.0, 3.0), *NOISES[1:])
"""Photons a pixel, and the electronics' noise. With 800 some throats of few pixels are missed by 0.2 mm."""
STRAIGHT = Straight(90.3, 89.8, 37.0)
BENT = Bent(-9.8, 90.2, 100.0, 0.0)


@pytest.mark.parametrize("percent", [30.0, 50.0, 70.0, 85.0])
@pytest.mark.parametrize("noise", DOSES, ids=["low dose", "middle", "high"])
@pytest.mark.parametrize(
    ("axis", "taper", "branch", "exposure"),
    [
        (STRAIGHT, 0.0, False, Exposure(0.8, gradient=(0.4, -0.3), logarithmic=True, seed=21)),
        (BENT, -0.004, True, Exposure(0.7, gradient=(-0.3, 0.5), logarithmic=False, seed=22)),
        (STRAIGHT, -0.004, True, Exposure(0.9, gradient=(0.2, 0.2), logarithmic=True, bright=True, seed=23)),
    ],
    ids=["straight", "bent with a branch, linear", "tapering with a branch, bright"],
)
def test_minimum_and_stenosis_are_those_of_the_phantom(
    axis: Axis, taper: float, branch: bool, exposure: Exposure, noise: tuple[float, float], percent: float
) -> None:
    # GIVEN a vessel of 3 mm that narrows over 10 mm
    shape = hourglass(HEALTHY / 2 / MM, percent, 25.0, taper)
    depth = chord(axis, shape, SIZE, SIZE)
    if branch:
        # another one leaves beside the narrowing
        x, y = axis.at(-38.0)
        there, away = Straight(x, y, -15.0 if isinstance(axis, Bent) else 105.0).place(*grid(SIZE, SIZE))
        other = np.where(there > 0, 2 * np.sqrt(np.clip(4.0**2 - away**2, 0.0, None)), 0.0)
        depth = np.maximum(depth, other)
    frame = exposed(0.25 * MM * depth, Exposure(**{**exposure.__dict__, "noise": noise}))
    # WHEN it is measured between points that miss its middle by a pixel
    points = (axis.at(-52.0, 1.0), axis.at(0.0, -0.5), axis.at(52.0, -1.0))
    found = vessel(frame, points, Scale(MM, MM, "mm"))
    # THEN
    assert found.mld == pytest.approx(HEALTHY * (1 - percent / 100), abs=0.15)
    assert found.stenosis_percent == pytest.approx(percent, abs=5)
    assert found.reference == pytest.approx(HEALTHY, abs=0.2)
    assert found.length == pytest.approx(104.0 * MM, rel=0.03)
    assert found.centreline[found.at] == pytest.approx(axis.at(0.0), abs=6)


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
