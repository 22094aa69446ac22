"""Vessels of phantoms whose diameters are known, at three noise levels."""

import numpy as np
import pytest

from console.demo.recipe import Recipe, Stenosis
from console.demo.scene import Scene
from console.demo.truth import describe
from console.dicom.measuring.lengths import PIXELS, Scale
from console.dicom.measuring.vessel import BLUR_PX, vessel
from console.dicom.measuring.ways import resampled, way_between
from console.errors import UsageError


@pytest.mark.parametrize("percent", [30.0, 50.0, 70.0])
@pytest.mark.parametrize("photons", [800.0, 2200.0, 6000.0])
def test_minimum_diameter_and_stenosis_are_those_of_the_phantom(percent: float, photons: float) -> None:
    # GIVEN a narrowing of known size in a phantom that shares no code with the analysis; its detector blurs by 0.62
    # pixels, and the analysis assumes another number
    recipe = Recipe(photons=photons, frames=35, breath_mm=0.0, stenoses=(Stenosis("LAD", 0.34, percent, 9.0),))
    scene = Scene(recipe)
    truth = describe(scene)
    lesion = truth["stenoses"][0]
    way = np.array([(p["x"], p["y"]) for v in truth["vessels"] if v["name"] == "LAD" for p in v["points"]])
    at = int(np.hypot(*(way - lesion["places"]["throat"]["at"]).T).argmin())
    points = tuple((float(x), float(y)) for x, y in way[[at - 4, at, at + 4]])
    # WHEN the segment around it is measured
    size = lesion["mm_per_pixel"]
    found = vessel(scene.frame(lesion["frame"] - 1), points, Scale(size, size, "mm"))
    # THEN
    assert found.mld == pytest.approx(lesion["minimal_mm"], abs=0.15)
    assert found.stenosis_percent == pytest.approx(percent, abs=5)
    assert found.reference == pytest.approx(lesion["reference_mm"], abs=0.2)
    assert found.centreline[found.at] == pytest.approx(lesion["places"]["throat"]["at"], abs=4)
    assert BLUR_PX != 0.62


def test_the_edges_lie_a_diameter_apart_and_count_rows_and_columns_by_their_spacing() -> None:
    # GIVEN a straight horizontal vessel, 8 rows thick, in pixels that are half as high as wide
    fine = np.arange(800.0) / 10 - 0.45
    chord = np.sqrt(np.clip(16.0 - (fine - 40.0) ** 2, 0.0, None)).reshape(80, 10).mean(axis=1)
    frame = np.tile((200.0 - 20.0 * chord)[:, None], (1, 120))
    found = vessel(frame, ((20.0, 40.0), (100.0, 40.0)), Scale(0.4, 0.2, "mm"), blur=0.3)
    # THEN its diameter is that of its rows, its length that of its columns
    assert found.mld == pytest.approx(8 * 0.2, rel=0.04)
    assert found.reference == pytest.approx(8 * 0.2, rel=0.04)
    assert found.length == pytest.approx(80 * 0.4, rel=0.02)
    left, right = np.array(found.left), np.array(found.right)
    assert np.hypot(*(left - right).T) == pytest.approx(8.0, rel=0.05)


def test_where_there_is_no_vessel_there_is_no_number() -> None:
    noise = np.random.default_rng(4).normal(100, 6, (128, 128))
    with pytest.raises(UsageError, match="No vessel"):
        vessel(noise, ((30.0, 30.0), (90.0, 90.0)), PIXELS)
    with pytest.raises(UsageError, match="shorter than"):
        vessel(noise, ((30.0, 30.0), (34.0, 30.0)), PIXELS)
    with pytest.raises(UsageError, match="colour"):
        vessel(np.zeros((64, 64, 3)), ((5.0, 5.0), (50.0, 50.0)), PIXELS)
    with pytest.raises(UsageError, match="pixels apart"):
        vessel(np.zeros((2000, 2000)), ((5.0, 5.0), (1900.0, 1900.0)), PIXELS)


def test_the_way_follows_a_bent_vessel_and_keeps_its_ends() -> None:
    # GIVEN a quarter of a circle of radius 50, dark on a bright ground
    y, x = np.mgrid[0:100, 0:100].astype(np.float64)
    frame = 200.0 - 80.0 * np.exp(-0.5 * ((np.hypot(x - 20, y - 20) - 50.0) / 2.0) ** 2)
    way = way_between(frame, ((70.0, 20.0), (20.0, 70.0)))
    # THEN the way is never more than a pixel from it, begins and ends where it was told, and is as long as the arc
    assert abs(np.hypot(way[:, 0] - 20, way[:, 1] - 20) - 50).max() < 1.0
    assert way[0] == pytest.approx((70, 20), abs=0.01)
    assert way[-1] == pytest.approx((20, 70), abs=0.01)
    assert np.hypot(*np.diff(way, axis=0).T).sum() == pytest.approx(np.pi / 2 * 50, rel=0.02)


def test_a_way_in_equal_steps_stays_the_same_way() -> None:
    way = resampled(np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 4.0], [3.0, 14.0]]), 0.5)
    assert len(way) == 31
    assert np.hypot(*np.diff(way[:10], axis=0).T) == pytest.approx(0.5)
    assert way[10] == pytest.approx((3, 4))
