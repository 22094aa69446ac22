"""Calibrating on a catheter of known size, on phantoms whose truth is known."""

import math
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from console.demo.recipe import Recipe
from console.demo.scene import Scene
from console.demo.truth import catheter_at, full_frame
from console.dicom.measuring.catheter import calibrate, diameter_of, read_size
from console.errors import UsageError
from console.model.measuring import KnownObject, Point
from console.model.picture import Calibration

PLAIN = Calibration("none", "px", None, None)


@cache
def phantom(french: float, seed: int) -> Scene:
    return Scene(Recipe(seed=seed, french=french, lumen_mm=0.254 * french, frames=30))


def line_on(truth: dict[str, Any]) -> tuple[Point, Point]:
    """A straight line over the shaft, as an operator draws it."""
    middle = np.array(truth["middle"])
    near = [point for point in truth["centerline"] if np.abs(np.array(point) - middle).max() < 14 and min(point) > 1]
    return (near[0][0], near[0][1]), (near[-1][0], near[-1][1])


@pytest.mark.parametrize("french", [6.0, 7.0, 8.0])
@pytest.mark.parametrize("filled", [False, True], ids=["empty", "contrast"])
def test_the_diameter_of_a_catheter_is_found_within_its_stated_error(french: float, filled: bool) -> None:
    # GIVEN a phantom with a guide catheter, empty or filled with contrast
    scene = phantom(french, 17)
    number = full_frame(scene) if filled else 1
    truth = catheter_at(scene, number)
    # WHEN the operator draws a line along it and the header tells about how wide it should be
    said = "contrast" if filled else "saline"
    found, error = diameter_of(scene.frame(number - 1), line_on(truth), truth["width_px"] * 1.1, filling=said)
    # THEN the diameter is within 3 % of the truth, and the error that is stated covers that
    assert found == pytest.approx(truth["width_px"], rel=0.03)
    assert 0.02 * found < error < 0.06 * found


def test_millimetres_follow_from_the_size_and_a_header_that_disagrees_is_a_warning() -> None:
    scene = phantom(6.0, 17)
    truth = catheter_at(scene, 1)
    known = KnownObject(2.0, "6F", line_on(truth), "saline")
    # WHEN the header says nothing, the right thing, and something else
    nothing, _error = calibrate(scene.frame(0), known, PLAIN)
    right, _error = calibrate(
        scene.frame(0), known, Calibration("ermf", "mm", truth["mm_per_pixel"], truth["mm_per_pixel"])
    )
    wrong, _error = calibrate(scene.frame(0), known, Calibration("geometry", "mm", 0.35, 0.35))
    # THEN the catheter decides, and only the contradiction is called one
    for found in (nothing, right, wrong):
        assert (found.source, found.unit) == ("user", "mm")
        assert found.column_spacing == pytest.approx(truth["mm_per_pixel"], rel=0.03)
    assert not any("differs" in warning for warning in (*nothing.warnings, *right.warnings))
    assert any("geometry" in warning and "-1" in warning for warning in wrong.warnings)
    # AND without a word on the filling that is said
    unsaid, _error = calibrate(scene.frame(0), replace(known, filling=""), PLAIN)
    assert any("filled with contrast" in warning for warning in unsaid.warnings)


def test_a_line_of_known_length_needs_no_catheter() -> None:
    # GIVEN a frame with nothing on it, whose pixels are twice as high as wide
    frame = np.zeros((100, 100), np.uint8)
    down = KnownObject(20.0, "20mm", ((10.0, 10.0), (10.0, 30.0)), is_line=True)
    # WHEN 20 rows, as long as 40 columns, are 20 mm
    found, error = calibrate(frame, down, PLAIN, pixel_aspect=2.0)
    # THEN a column is half a millimetre and a row a whole one
    assert found.column_spacing == pytest.approx(0.5)
    assert found.row_spacing == pytest.approx(1.0)
    assert error == pytest.approx(100 * 0.5 * math.sqrt(2) / 40)


def test_where_no_catheter_is_seen_there_is_no_calibration() -> None:
    noise = np.random.default_rng(5).normal(128, 4, (200, 200))
    with pytest.raises(UsageError, match="No catheter is seen"):
        diameter_of(noise, ((50.0, 50.0), (90.0, 60.0)), 7.0)
    with pytest.raises(UsageError, match="shorter than 8 pixels"):
        diameter_of(noise, ((50.0, 50.0), (53.0, 50.0)), 7.0)
    with pytest.raises(UsageError, match="colour"):
        diameter_of(np.zeros((50, 50, 3)), ((5.0, 5.0), (40.0, 40.0)), 7.0)
    zero = KnownObject(10.0, "10mm", ((5.0, 5.0), (5.0, 5.0)), is_line=True)
    with pytest.raises(UsageError, match="shorter than a pixel"):
        calibrate(noise, zero, PLAIN)


@pytest.mark.parametrize(
    ("text", "millimetres", "said"),
    [
        ("6F", 2.0, "6F"),
        ("5 fr", 5 / 3, "5F"),
        ("2.00mm", 2.0, "2mm"),
        ("1.85 MM", 1.85, "1.85mm"),
        ("7.5F", 2.5, "7.5F"),
    ],
)
def test_sizes_are_french_or_millimetres(text: str, millimetres: float, said: str) -> None:
    found, written = read_size(text)
    assert found == pytest.approx(millimetres)
    assert written == said


@pytest.mark.parametrize("text", ["", "6", "F6", "six F", "2F", "40F", "0.5mm", "-6F", "6F@1", "nanF"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_size(text)
