"""Catheters of known size against their shadows, drawn by code that shares nothing with the analysis.

Point spread 0.75 to 0.85 pixels (Gaussian sigma) beside the pixel itself; 8 to 18 pixels wide, some 100 of
shaft; the drawn line up to 2 pixels off at either end.
"""

import numpy as np
import pytest
from numpy.typing import NDArray

from console.dicom.measuring.catheter import calibrate, diameter_of
from console.errors import UsageError
from console.model.measuring import KnownObject, Point
from console.model.picture import Calibration
from tests.unit.dicom.measuring.shadows import NOISES, Axis, Bent, Exposure, Straight, chord, exposed

SIZE = 140
FILLINGS = {"saline": (0.16, 0.0), "air": (0.16, -0.02), "contrast": (0.20, 0.20)}
"""Attenuation a millimetre of the wall and of what fills the bore, against the tissue around."""
WAYS: tuple[tuple[Axis, tuple[float, float]], ...] = (
    (Straight(70.2, 69.9, 33.0), (1.5, -2.0)),
    (Straight(70.4, 70.3, 90.0), (-2.0, -1.0)),
    (Straight(69.8, 70.1, 141.0), (2.0, 2.0)),
    (Bent(-430.0, 70.3, 500.0, 0.0), (0.5, 1.0)),
)
Shot = tuple[NDArray[np.uint16], tuple[Point, Point], float]


def shot(french: float, filling: str, way: int, exposure: Exposure, mm: float = 0.16, bore: float = 0.78) -> Shot:
    """A frame, the line that an operator draws, and the true outer diameter in pixels."""
    axis, (first, last) = WAYS[way]
    radius = french / 6 / mm
    wall, inside = FILLINGS[filling]
    outer, inner = (chord(axis, size, SIZE, SIZE) for size in (radius, radius * bore))
    frame = exposed((wall * (outer - inner) + inside * inner) * mm, exposure)
    half = 55.0 if isinstance(axis, Straight) else 42.0
    return frame, (axis.at(-half, first), axis.at(half, last)), 2 * radius


def exposures(photons: tuple[float, float]) -> list[Exposure]:
    """One for each way: logarithmic or not, dark or bright, on slanting backgrounds."""
    return [
        Exposure(0.75, photons, (0.4, -0.3), True, False, 11),
        Exposure(0.8, photons, (-0.2, 0.5), False, False, 12),
        Exposure(0.85, photons, (0.3, 0.3), True, True, 13),
        Exposure(0.8, photons, (0.5, 0.0), True, False, 14),
    ]


@pytest.mark.parametrize("french", [5.0, 6.0, 7.0, 8.0])
@pytest.mark.parametrize("filling", FILLINGS)
def test_a_catheter_calibrates_within_two_per_cent(french: float, filling: str) -> None:
    # GIVEN the same catheter in two of four directions at an acquisition's dose
    sizes = []
    for way, exposure in list(enumerate(exposures(NOISES[2])))[int(french) % 2 :: 2]:
        frame, line, _truth = shot(french, filling, way, exposure)
        said = "contrast" if filling == "contrast" else "saline"
        # WHEN the header, which lets expect it 10 % too narrow, is overruled by the catheter
        header = Calibration("detector", "mm", 0.178, 0.178)
        known = KnownObject(french / 3, f"{french:g}F", line, said)
        found, error = calibrate(frame, known, header)
        assert found.column_spacing is not None
        sizes.append(found.column_spacing)
        # THEN each is within what is said of its error, which is neither nothing nor everything
        assert abs(100 * (found.column_spacing / 0.16 - 1)) < 2 * error
        assert found.column_spacing == pytest.approx(0.16, rel=0.025), (way, french, filling)
        assert 1.0 < error < 6.0
    # AND a pixel is as large as it is
    assert np.mean(sizes) == pytest.approx(0.16, rel=0.02)


@pytest.mark.parametrize("photons", NOISES[:2], ids=["fluoroscopy", "between"])
@pytest.mark.parametrize("filling", FILLINGS)
def test_at_less_dose_the_stated_error_covers_the_truth(photons: tuple[float, float], filling: str) -> None:
    # GIVEN less light, so that a single line says less
    off = []
    for way, exposure in list(enumerate(exposures(photons)))[1:]:
        frame, line, truth = shot(6.0, filling, way, exposure)
        said = "contrast" if filling == "contrast" else "saline"
        found, error = diameter_of(frame, line, truth * 0.9, filling=said)
        # THEN each is within twice its own error, which stays useful
        assert abs(found - truth) < 2 * error < 0.16 * truth
        off.append(found / truth - 1)
    # AND all together within two per cent
    assert abs(np.mean(off)) < 0.02


@pytest.mark.parametrize("bore", [0.70, 0.88])
@pytest.mark.parametrize("filling", FILLINGS)
def test_a_bore_that_is_not_the_usual_one_is_covered_by_the_error(bore: float, filling: str) -> None:
    frame, line, truth = shot(7.0, filling, 0, Exposure(0.8, NOISES[2], (0.2, 0.2), seed=5), bore=bore)
    found, error = diameter_of(frame, line, truth)
    assert abs(found - truth) < 2 * error
    assert found == pytest.approx(truth, rel=0.06)


def test_nobody_needs_to_know_how_wide_it_should_be() -> None:
    for filling in ("saline", "contrast"):
        frame, line, truth = shot(6.0, filling, 0, Exposure(0.8, NOISES[2], (0.2, -0.2), seed=6))
        found, _error = diameter_of(frame, line, None)
        assert found == pytest.approx(truth, rel=0.03)


def test_pixels_twice_as_high_as_wide_change_nothing() -> None:
    # GIVEN a frame whose rows were taken two by two
    frame, line, truth = shot(8.0, "contrast", 0, Exposure(0.8, NOISES[2], seed=7))
    halved = frame.reshape(SIZE // 2, 2, SIZE).mean(axis=1)
    squeezed = tuple((x, (y - 0.5) / 2) for x, y in line)
    # WHEN they count double
    found, _error = diameter_of(halved, (squeezed[0], squeezed[1]), truth, pixel_aspect=2.0, filling="contrast")
    # THEN the catheter is as wide in columns as before
    assert found == pytest.approx(truth, rel=0.04)


@pytest.mark.parametrize("kind", ["noise", "flat", "ramp", "not numbers", "one pixel"])
def test_what_shows_no_catheter_gives_no_number(kind: str) -> None:
    # GIVEN frames without a shadow
    frames = {
        "noise": np.random.default_rng(2).normal(1000, 60, (SIZE, SIZE)),
        "flat": np.full((SIZE, SIZE), 7, np.uint8),
        "ramp": np.add.outer(np.arange(SIZE), 2.0 * np.arange(SIZE)),
        "not numbers": np.full((SIZE, SIZE), np.nan),
        "one pixel": np.ones((1, 1), np.uint8),
    }
    # THEN there is a sentence
    with pytest.raises(UsageError):
        diameter_of(frames[kind], ((30.0, 30.0), (110.0, 90.0)), 9.0)


def test_a_shaft_of_less_than_four_pixels_is_refused_or_its_error_covers_it() -> None:
    frame, line, truth = shot(5.0, "contrast", 0, Exposure(0.8, NOISES[1], seed=8), mm=0.5)
    assert truth < 4
    with pytest.raises(UsageError, match="4 pixels"):
        diameter_of(frame, line, truth)
