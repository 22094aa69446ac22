"""What the truth files say is found in the pixels of the finished files, measured by simple means after DCMTK."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread

from console.demo.cases import Item
from console.demo.contents import Angiogram, Echo, Slice
from console.dicom.reader import PictureReader
from tests.unit.demo.measuring import darkness, half_maximum_width, profile, relative_diameter, values_at
from tests.unit.demo.peers import decoded

Truths = dict[Path, dict[str, Any]]


def of_kind(files: dict[Path, Item], kind: type) -> list[Path]:
    return [path for path, item in files.items() if isinstance(item.content, kind)]


@pytest.fixture(scope="module")
def pixels(files: dict[Path, Item], tmp_path_factory: pytest.TempPathFactory) -> dict[Path, NDArray[Any]]:
    """Some frames of every picture by DCMTK: first, last and the one whose vessels are filled, by number from 1."""
    folder = tmp_path_factory.mktemp("plain")
    return {path: decoded(path, folder) for path, item in files.items() if item.frames}


def test_our_decoders_and_dcmtk_agree_on_every_file(files: dict[Path, Item], pixels: dict[Path, NDArray[Any]]) -> None:
    reader = PictureReader()
    try:
        for path, frames in pixels.items():
            info = reader.open(path)
            assert info.frames == len(frames)
            for number in sorted({1, (len(frames) + 1) // 2, len(frames)}):
                ours = np.asarray(reader.frame(info, number))
                if ours.ndim == 2:
                    ours = ours.astype(frames.dtype)
                assert (ours == frames[number - 1]).all(), (path, number)
    finally:
        reader.close()


def test_catheters_measure_their_french_size(
    files: dict[Path, Item], truths: Truths, pixels: dict[Path, NDArray[Any]]
) -> None:
    for path in of_kind(files, Angiogram):
        catheter = truths[path]["catheter"]
        assert catheter["outer_diameter_mm"] == pytest.approx(catheter["french"] / 3.0, abs=1e-5)
        for place in catheter["measured"]:
            first, second = np.array(place["edges"])
            true = float(np.hypot(*(second - first)))
            assert true == pytest.approx(place["width_px"], abs=0.01)
            assert true * place["mm_per_pixel"] == pytest.approx(catheter["outer_diameter_mm"], rel=0.002)
            margin = min(*place["middle"], *(truths[path]["rows"] - 1 - np.array(place["middle"])))
            if margin < 3 * true:
                continue
            # A few millimetres along the shaft, because one line of one frame has its noise.
            width = half_maximum_width(pixels[path][place["frame"] - 1], place, along=3.0)
            assert width == pytest.approx(true, rel=0.13), (path, place["frame"], place["filling"])


def test_stenoses_narrow_as_much_as_the_truth_says(
    files: dict[Path, Item], truths: Truths, pixels: dict[Path, NDArray[Any]]
) -> None:
    # GIVEN the three visits of one patient, in order
    visits = [path for path in of_kind(files, Angiogram) if truths[path]["patient"]["patient_id"] == "P0315"]
    assert [truths[path]["stenoses"][0]["diameter_percent"] for path in visits] == [30.0, 50.0, 70.0]
    for path in visits:
        [stenosis] = truths[path]["stenoses"]
        percent = stenosis["diameter_percent"]
        assert stenosis["minimal_mm"] == pytest.approx((1.0 - percent / 100.0) * stenosis["reference_mm"], rel=1e-3)
        assert stenosis["minimal_px"] * stenosis["mm_per_pixel"] == pytest.approx(stenosis["minimal_mm"], rel=1e-3)
        # WHEN the throat and the healthy vessel on both sides are measured by densitometry
        frame = pixels[path][stenosis["frame"] - 1]
        reach = 1.25 * stenosis["reference_px"]
        found = {name: relative_diameter(frame, place, reach) for name, place in stenosis["places"].items()}
        reference = 0.5 * (found["proximal"] + found["distal"])
        # THEN their ratio is the stenosis of the truth
        assert 100.0 * (1.0 - found["throat"] / reference) == pytest.approx(percent, abs=6.0), path


def test_the_mask_is_without_contrast_and_what_is_left_after_it_is_the_vessels(
    files: dict[Path, Item], truths: Truths, pixels: dict[Path, NDArray[Any]]
) -> None:
    [path] = [path for path in of_kind(files, Angiogram) if truths[path]["mask"]]
    ds, truth, frames = dcmread(path, stop_before_pixels=True), truths[path], pixels[path].astype(float)
    # GIVEN the header's mask module, which is the truth's
    [mask] = ds.MaskSubtractionSequence
    numbers = truth["mask"]["mask_frames"]
    assert (mask.MaskOperation, list(mask.MaskFrameNumbers)) == ("AVG_SUB", numbers)
    assert list(mask.MaskSubPixelShift) == truth["mask"]["sub_pixel_shift"] == [0.0, 0.0]
    assert list(mask.ApplicableFrameRange) == [max(numbers) + 1, ds.NumberOfFrames]
    # WHEN the mask frames are averaged and subtracted
    average = frames[np.array(numbers) - 1].mean(axis=0)
    vessel = [point for vessel in truth["vessels"][:2] for point in vessel["points"]]
    x, y = (np.array([point[axis] for point in vessel]) for axis in "xy")
    inside = (y > 60) & (y < 450)

    def left_over(number: int) -> float:
        return float(np.mean(values_at(frames[number - 1] - average, x[inside], y[inside])))

    # THEN nothing is left before the contrast comes, and the vessel afterwards
    noise = np.std((frames[0] - average)[200:300, 60:120])
    assert all(abs(left_over(number)) < noise for number in range(1, max(numbers) + 1))
    assert max(numbers) < truth["mask"]["first_contrast_frame"]
    assert left_over(truth["vessels_frame"]) < -10.0 * noise
    # AND bone and flesh are gone
    rest = (frames[truth["vessels_frame"] - 1] - average)[420:470, 380:440]
    assert abs(rest.mean()) < 0.5 * noise


def test_the_lookup_table_leads_back_to_the_beam(
    files: dict[Path, Item], truths: Truths, pixels: dict[Path, NDArray[Any]]
) -> None:
    logs = [path for path in of_kind(files, Angiogram) if truths[path]["pixels"]["modality_lut"]]
    assert len(logs) == 2
    for path in logs:
        ds, truth = dcmread(path, stop_before_pixels=True), truths[path]
        [table] = ds.ModalityLUTSequence
        entries = 2**ds.BitsStored
        assert list(table.LUTDescriptor) == [entries, 0, 16]
        values = np.array(table.LUTData)
        assert values.tolist() == truth["pixels"]["modality_lut"]
        # GIVEN that pixels are logarithms of the intensity, THEN equal steps of them are equal factors
        assert values[-1] == 65535
        upper = values[entries // 2 :].astype(float)
        stride = entries // 16
        factors = np.log(upper[stride:] / upper[:-stride])
        assert factors == pytest.approx(4.2 * stride / (entries - 1), rel=0.01)
        # AND a wall of the same thickness takes the same share of the light, in bright places and in dark ones
        for place in truth["catheter"]["measured"][:1]:
            first, second = np.array(place["edges"])
            size = float(np.hypot(*(second - first)))
            frame = values[pixels[path][place["frame"] - 1]]
            way, light = profile(frame, np.array(place["middle"]), (second - first) / size, 1.4 * size, 2.0)
            assert darkness(way, np.log(light)).max() > 0.2


def test_the_ventricle_of_the_echo_is_as_wide_as_the_truth_says(
    files: dict[Path, Item], truths: Truths, pixels: dict[Path, NDArray[Any]]
) -> None:
    [path] = of_kind(files, Echo)
    ds, truth = dcmread(path, stop_before_pixels=True), truths[path]
    for region, true in zip(ds.SequenceOfUltrasoundRegions, truth["regions"], strict=True):
        assert (region.PhysicalUnitsXDirection, region.PhysicalUnitsYDirection) == (3, 3)
        assert region.PhysicalDeltaX * 10.0 == pytest.approx(true["mm_per_pixel"])
        assert (region.RegionLocationMinX0, region.RegionLocationMaxY1) == (true["x0"], true["y1"])
        assert region.RegionDataType == true["data_type"]
    assert float(ds.FrameTime) == pytest.approx(1000.0 / truth["fps"])
    assert ds.PhotometricInterpretation == "RGB"
    for place in truth["left_ventricle"]:
        (left, row), (right, _row) = place["edges"]
        grey = pixels[path][place["frame"] - 1].min(axis=2).astype(float)
        lines = grey[round(row) - 6 : round(row) + 7].mean(axis=0)
        middle, half = (left + right) / 2, (right - left) / 2
        # The wall is brighter than half way between cavity and wall from the edge on.
        cavity = lines[round(middle - 0.6 * half) : round(middle + 0.6 * half)].mean()
        wall = np.mean(
            [lines[round(left) - 12 : round(left) - 5].mean(), lines[round(right) + 6 : round(right) + 13].mean()]
        )
        inside = np.flatnonzero(lines[round(left) - 14 : round(right) + 15] < 0.5 * (cavity + wall))
        width = (inside.max() - inside.min() + 1) * truth["mm_per_pixel"]
        assert width == pytest.approx(place["inner_width_mm"], abs=2.0), place["moment"]
    widths = [place["inner_width_mm"] for place in truth["left_ventricle"]]
    assert widths[0] > 1.25 * widths[1]
    coloured = [int(np.ptp(frame[180:400, 250:400].astype(int), axis=2).max()) for frame in pixels[path]]
    assert max(coloured) > 120


def test_the_rods_of_the_tomogram_have_their_density_and_size(
    files: dict[Path, Item], truths: Truths, pixels: dict[Path, NDArray[Any]]
) -> None:
    heights = []
    for path in of_kind(files, Slice):
        ds, truth = dcmread(path, stop_before_pixels=True), truths[path]
        hounsfield = pixels[path][0] * float(ds.RescaleSlope) + float(ds.RescaleIntercept)
        rows, columns = np.mgrid[0 : ds.Rows, 0 : ds.Columns]
        assert [float(value) for value in ds.PixelSpacing] == [truth["pixel_spacing_mm"]] * 2
        for rod in truth["rods"]:
            x, y = rod["middle"]
            away = np.hypot(columns - x, rows - y)
            inner = hounsfield[away < 0.35 * rod["diameter_px"]]
            assert inner.mean() == pytest.approx(rod["hounsfield"], abs=8.0), rod["name"]
            assert inner.std() == pytest.approx(truth["noise_hu"], rel=0.25)
            around = hounsfield[(away > 0.58 * rod["diameter_px"]) & (away < 0.68 * rod["diameter_px"])]
            if abs(rod["hounsfield"] + 60.0) < 100.0:
                continue
            # The size of a disc by what it adds to the sum.
            excess = (hounsfield - np.median(around))[away < 0.65 * rod["diameter_px"]].sum()
            area = excess / (rod["hounsfield"] - np.median(around))
            assert 2.0 * np.sqrt(area / np.pi) == pytest.approx(rod["diameter_px"], rel=0.04), rod["name"]
        assert float(ds.ImagePositionPatient[2]) == float(ds.SliceLocation) == truth["slice_location_mm"]
        heights.append(truth["slice_location_mm"])
    assert np.diff(heights) == pytest.approx(10.0)
    assert len({dcmread(path, stop_before_pixels=True).FrameOfReferenceUID for path in of_kind(files, Slice)}) == 1
