"""`cathlab measure` as a script uses it, on a run of the practice hospital whose truth is known."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.phantoms import write_cine
from tests.practice import put_practice_site

ROOT = str(Path(__file__).parents[2])


def measure(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "console", "measure", *words],
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": ROOT},
    )


def document(*words: str) -> dict[str, Any]:
    result = measure(*words, "--json")
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The first run of the practice hospital, and its truth."""
    home = tmp_path_factory.mktemp("practice")
    picture = put_practice_site(home)
    return picture, json.loads(picture.with_suffix(".json").read_text("utf-8"))


def test_lengths_are_those_of_the_geometry_with_their_source(run: tuple[Path, dict[str, Any]]) -> None:
    # GIVEN a run with SID, SOD and Imager Pixel Spacing
    picture, truth = run
    millimetres = truth["geometry"]["mm_per_pixel_at_isocentre"]
    # WHEN a hundred columns are measured
    found = document(str(picture), "--frame", "2", "--distance", "100,50,200,50")
    # THEN they are as long as the geometry says, within 0.1 %, and the source stands beside them
    assert found["value"] == pytest.approx(100 * millimetres, rel=1e-3)
    assert (found["unit"], found["pixels"]) == ("mm", 100.0)
    assert found["calibration"]["source"] in ("ermf", "sid-sod")
    assert found["not_for_diagnosis"] is True


def test_a_catheter_calibrates_the_frame(run: tuple[Path, dict[str, Any]]) -> None:
    picture, truth = run
    shaft = truth["catheter"]["measured"][0]
    middle = shaft["middle"]
    near = [point for point in shaft["centerline"] if abs(point[1] - middle[1]) < 14 and min(point) > 1]
    line = ",".join(f"{value}" for point in (near[0], near[-1]) for value in point)
    size = f"{truth['catheter']['french']:g}F"
    found = document(
        str(picture), "--frame", str(shaft["frame"]), "--distance", "100,50,200,50", "--catheter", f"{size}@{line}",
        "--filling", "saline",
    )  # fmt: skip
    assert found["calibration"]["source"] == "user"
    assert found["value"] == pytest.approx(100 * shaft["mm_per_pixel"], rel=0.03)
    assert 3 < found["uncertainty_percent"] < 12


def test_a_stenosis_is_found_where_it_is(run: tuple[Path, dict[str, Any]]) -> None:
    # GIVEN the narrowing of the practice run, in the frame that shows it best
    picture, truth = run
    lesion = truth["stenoses"][0]
    way = next(vessel["points"] for vessel in truth["vessels"] if vessel["name"] == lesion["vessel"])
    throat = lesion["places"]["throat"]["at"]
    at = min(range(len(way)), key=lambda each: abs(way[each]["x"] - throat[0]) + abs(way[each]["y"] - throat[1]))
    ends = [way[max(at - 4, 0)], way[at], way[min(at + 4, len(way) - 1)]]
    line = ",".join(f"{point['x']},{point['y']}" for point in ends)
    # WHEN the vessel around it is measured
    found = document(str(picture), "--frame", str(lesion["frame"]), "--vessel", line)
    # THEN it stands where it was drawn, within 5 points and 0.15 mm, with the assumption beside it
    segment = found["vessel"]
    assert segment["stenosis_percent"] == pytest.approx(lesion["diameter_percent"], abs=5)
    assert segment["mld"] == pytest.approx(lesion["minimal_mm"], abs=0.15)
    assert segment["at"] == pytest.approx(throat, abs=3)
    assert segment["assumed_blur_px"] > 0
    assert segment["unit"] == "mm"


def test_statistics_are_those_of_the_stored_pixels(tmp_path: Path) -> None:
    # GIVEN a file without any spacing
    path = tmp_path / "cine.dcm"
    stored = write_cine(path, 3)[1]
    # WHEN a region of its second frame is averaged
    found = document(str(path), "--frame", "2", "--roi", "rect:10,20,29.4,39.6")
    # THEN it is what numpy says, and nothing is called a millimetre
    part = stored[20:40, 10:30]
    region = found["statistics"]
    assert region["count"] == part.size
    assert region["mean"] == pytest.approx(part.mean(), rel=1e-12)
    assert region["sd"] == pytest.approx(part.std(), rel=1e-12)
    assert (region["min"], region["max"], region["unit"]) == (part.min(), part.max(), "stored")
    assert found["unit"] == "px²"
    said = measure(str(path), "--distance", "0,0,30,40")
    assert said.stdout.startswith("50 px (not calibrated)")
    assert "mm" not in said.stdout


def test_profiles_polylines_and_angles(tmp_path: Path) -> None:
    path = str(tmp_path / "cine.dcm")
    write_cine(tmp_path / "cine.dcm", 1)
    assert document(path, "--polyline", "0,0,3,4,3,14")["value"] == pytest.approx(15.0)
    angle = document(path, "--angle", "10,0,0,0,0,10")
    assert (angle["value"], angle["unit"], angle["pixels"]) == (pytest.approx(90.0), "°", None)
    assert document(path, "--cobb", "0,0,10,0,0,5,10,15")["value"] == pytest.approx(45.0)
    curve = document(path, "--profile", "0,8,40,8")["profile"]
    assert len(curve["positions"]) == len(curve["values"]) == 161
    assert curve["positions"][-1] == pytest.approx(40.0)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--distance", "1,2,3"), "X,Y pairs"),
        (("--distance", "a,b,c,d"), "X,Y pairs"),
        (("--distance", "1,2,nan,4"), "outside the frame"),
        (("--distance", "1,2,1,2"), "no length"),
        (("--distance", "1,2,900,2"), "outside the frame"),
        (("--roi", "circle:1,2,3,4"), "rect:"),
        (("--roi", "polygon:1,1,9,9,9,1,1,9"), "crosses itself"),
        (("--distance", "1,2,9,9", "--catheter", "6F"), "X,Y pairs"),
        (("--distance", "1,2,9,9", "--catheter", "6@1,2,9,9"), "not a size"),
        (("--distance", "1,2,9,9", "--catheter", "6F@1,2"), "SIZE@"),
        (("--distance", "1,2,9,9", "--catheter", "6F@1,2,3,4"), "shorter than 8 pixels"),
        (("--distance", "1,2,9,9", "--frame", "9"), "9"),
        (("--vessel", "1,2,9,9"), "shorter than 12 pixels"),
        ((), "required"),
    ],
)
def test_bad_input_is_one_sentence_and_no_number(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    write_cine(tmp_path / "cine.dcm", 2)
    result = measure(str(tmp_path / "cine.dcm"), *words)
    assert result.returncode in (1, 2)
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
