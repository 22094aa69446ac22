"""Values between pixel centres, and the width of what stands out on a line."""

import numpy as np
import pytest

from console.dicom.measuring.lengths import PIXELS, Scale
from console.dicom.measuring.sampling import bilinear, half_width, profile


def test_values_between_centres_change_evenly_and_centres_keep_theirs() -> None:
    frame = np.array([[0, 10], [20, 40]], np.uint16)
    x, y = np.array([0.0, 0.5, 1.0, 0.5, 9.0]), np.array([0.0, 0.0, 1.0, 0.5, -3.0])
    assert bilinear(frame, x, y).tolist() == [0.0, 5.0, 40.0, 17.5, 10.0]


def test_a_frame_of_one_pixel_has_one_value_everywhere() -> None:
    assert bilinear(np.array([[7]], np.uint8), np.array([0.0, 0.4]), np.array([0.0, -0.4])).tolist() == [7.0, 7.0]


@pytest.mark.parametrize("height", [-80.0, 80.0], ids=["dark", "bright"])
def test_the_width_of_a_bell_is_that_of_the_formula(height: float) -> None:
    # GIVEN a structure with a Gaussian profile on a sloping background, and a scale
    x = np.arange(101.0)
    row = 200 + 0.3 * x + height * np.exp(-0.5 * ((x - 50) / 6.0) ** 2)
    frame = np.tile(row, (5, 1))
    # WHEN the line runs across it
    curve = profile(frame, (0.0, 2.0), (100.0, 2.0), Scale(0.2, 0.2, "mm"))
    # THEN its width at half maximum is 2.3548 sigma
    assert curve.fwhm == pytest.approx(2.354820 * 6.0 * 0.2, rel=0.01)
    assert (curve.positions[0], curve.unit) == (0.0, "mm")
    assert curve.positions[-1] == pytest.approx(20.0)


def test_noise_alone_has_no_width() -> None:
    noise = np.random.default_rng(1).normal(100, 5, 400)
    flat = np.convolve(noise, np.ones(3) / 3, "same")[10:-10]
    assert half_width(np.full(100, 42.0)) is None
    assert half_width(flat) is None or abs(flat - flat.mean()).max() > 3 * flat[:50].std()


def test_a_structure_that_is_cut_off_has_no_width() -> None:
    x = np.arange(100.0)
    assert half_width(np.where(x > 60, 10.0, 100.0)) is None


def test_a_line_of_less_than_a_pixel_is_a_line() -> None:
    curve = profile(np.arange(16.0).reshape(4, 4), (1.0, 1.0), (1.25, 1.0), PIXELS)
    assert curve.values == pytest.approx((5.0, 5.25))
    assert curve.fwhm is None
