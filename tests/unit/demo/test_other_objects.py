"""ECG, dose reports, PDF, presentation state and screens of the practice site: what the truth says stands in them."""

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from console.demo.cases import Item
from console.demo.contents import Angiogram, Capture, DoseReport, Electrocardiogram, Paper, Presentation
from console.demo.lettering import text_mask, write
from tests.support import need_program

Truths = dict[Path, dict[str, Any]]


def of_kind(files: dict[Path, Item], kind: type) -> list[Path]:
    return [path for path, item in files.items() if isinstance(item.content, kind)]


# --- ECG ------------------------------------------------------------------------------------------------------------


def test_the_ecg_beats_where_the_truth_says(files: dict[Path, Item], truths: Truths) -> None:
    for path in of_kind(files, Electrocardiogram):
        ds, truth = dcmread(path), truths[path]
        [group] = ds.WaveformSequence
        samples = np.frombuffer(group.WaveformData, "<i2").reshape(group.NumberOfWaveformSamples, 12)
        assert group.NumberOfWaveformChannels == len(truth["leads"]) == 12
        assert float(group.SamplingFrequency) == truth["sampling_hz"]
        step = float(group.ChannelDefinitionSequence[0].ChannelSensitivity)
        assert step == truth["microvolt_per_step"]
        # WHEN the R waves are looked for in lead II by their height alone
        second = samples[:, 1] * step / 1000.0
        high = np.flatnonzero(second > 0.6)
        waves = np.split(high, np.flatnonzero(np.diff(high) > 50) + 1)
        found = [int(wave[np.argmax(second[wave])]) for wave in waves]
        # THEN they are where the truth says, at its rate and height
        assert np.abs(np.array(found) - np.array(truth["r_peak_samples"])).max() <= 2
        rate = 60.0 * truth["sampling_hz"] / np.diff(found).mean()
        assert rate == pytest.approx(truth["heart_rate_bpm"], rel=0.01)
        for column, name in enumerate(truth["leads"]):
            height = abs(samples[truth["r_peak_samples"][0], column]) * step / 1000.0
            assert height == pytest.approx(truth["r_peak_mv"][name], abs=1e-3)


def test_the_limb_leads_obey_einthoven(files: dict[Path, Item], truths: Truths) -> None:
    [group] = dcmread(of_kind(files, Electrocardiogram)[0]).WaveformSequence
    samples = np.frombuffer(group.WaveformData, "<i2").reshape(-1, 12).astype(int)
    first, second, third, right, left, foot = samples[:, :6].T
    assert np.abs(first + third - second).max() <= 2
    assert np.abs(right + left + foot).max() <= 3
    codes = [channel.ChannelSourceSequence[0].CodeValue for channel in group.ChannelDefinitionSequence]
    assert codes == ["2:1", "2:2", "2:61", "2:62", "2:63", "2:64", "2:3", "2:4", "2:5", "2:6", "2:7", "2:8"]


# --- dose reports ---------------------------------------------------------------------------------------------------


def numbers(items: list[Dataset]) -> dict[str, float]:
    """Measured values by meaning, of one container."""
    return {
        item.ConceptNameCodeSequence[0].CodeMeaning: float(item.MeasuredValueSequence[0].NumericValue)
        for item in items
        if item.ValueType == "NUM"
    }


def containers(ds: Dataset, code: str) -> list[list[Dataset]]:
    return [
        list(item.ContentSequence)
        for item in ds.ContentSequence
        if item.ValueType == "CONTAINER" and item.ConceptNameCodeSequence[0].CodeValue == code
    ]


def test_dcmtk_reads_the_dose_reports_without_a_complaint(files: dict[Path, Item]) -> None:
    for path in of_kind(files, DoseReport):
        result = subprocess.run([need_program("dsrdump"), "+Pt", str(path)], capture_output=True, check=True)
        # It says which character sets it cannot check or does not know.
        said = [line for line in result.stderr.splitlines() if b"Character" not in line]
        assert said == []
        shown = result.stdout.decode("utf-8", "replace")
        assert "X-Ray Radiation Dose SR Document" in shown
        assert "TID 10001" in shown


def test_the_accumulated_dose_is_the_sum_of_the_events(files: dict[Path, Item], truths: Truths) -> None:
    for path in of_kind(files, DoseReport):
        ds, truth = dcmread(path), truths[path]
        assert ds.CompletionFlag == "COMPLETE"
        [accumulated] = containers(ds, "113702")
        events = [numbers(event) for event in containers(ds, "113706")]
        total = numbers(accumulated)
        assert len(events) == len(truth["events"]) >= 2
        assert total["Dose Area Product Total"] == pytest.approx(sum(event["Dose Area Product"] for event in events))
        assert total["Dose (RP) Total"] == pytest.approx(sum(event["Dose (RP)"] for event in events))
        assert total["Dose (RP) Total"] == truth["totals"]["dose_rp_total_gy"]
        assert total["Fluoro Dose (RP) Total"] + total["Acquisition Dose (RP) Total"] == pytest.approx(
            total["Dose (RP) Total"]
        )
        # A diagnostic angiogram: some tens of mGy to a gray, some Gy.cm2 to a hundred.
        assert 0.01 < total["Dose (RP) Total"] < 1.0
        assert 1.0 < total["Dose Area Product Total"] * 1e4 < 100.0


def test_the_dose_report_agrees_with_the_pictures_that_it_names(files: dict[Path, Item]) -> None:
    cines = {}
    for path in of_kind(files, Angiogram):
        ds = dcmread(path, stop_before_pixels=True)
        cines[ds.SOPInstanceUID] = ds
    for path in of_kind(files, DoseReport):
        report = dcmread(path)
        named = 0
        for event in containers(report, "113706"):
            for item in event:
                if item.ValueType == "IMAGE":
                    cine, values = cines[item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID], numbers(event)
                    assert cine.StudyInstanceUID == report.StudyInstanceUID
                    assert values["Positioner Primary Angle"] == float(cine.PositionerPrimaryAngle)
                    assert values["Number of Pulses"] == cine.NumberOfFrames
                    assert values["Dose Area Product"] * 1e5 == pytest.approx(
                        float(cine.ImageAndFluoroscopyAreaDoseProduct), abs=1e-6
                    )
                    named += 1
        assert named == sum(cine.StudyInstanceUID == report.StudyInstanceUID for cine in cines.values())


# --- report, state, screen ------------------------------------------------------------------------------------------


def test_the_pdf_has_the_pages_and_words_of_the_truth(files: dict[Path, Item], truths: Truths) -> None:
    [path] = of_kind(files, Paper)
    ds, truth = dcmread(path), truths[path]
    data = ds.EncapsulatedDocument[: ds.EncapsulatedDocumentLength]
    assert hashlib.sha256(data).hexdigest() == truth["document_sha256"]
    assert len(data) == truth["document_bytes"]
    pdf = pypdfium2.PdfDocument(data)
    assert len(pdf) == truth["pages"] == 2
    words = pdf[0].get_textpage().get_text_range()
    for line in truth["text"]:
        assert " ".join(line.split()) in " ".join(words.split())
    # The heading is ink on paper, not empty space: its box holds black and white.
    page = np.asarray(pdf[0].render(scale=2).to_pil().convert("L"))
    heading = page[120:175, 110:660]
    assert 0.05 < (heading < 128).mean() < 0.5
    picture = np.asarray(pdf[1].render(scale=1).to_pil().convert("L"))[70:450, 110:480]
    assert picture.std() > 30
    assert ds.DocumentTitle == truth["title"] == "冠状动脉造影报告"


def test_the_presentation_state_points_at_the_catheter_of_its_cine(files: dict[Path, Item], truths: Truths) -> None:
    [path] = of_kind(files, Presentation)
    ds, truth = dcmread(path), truths[path]
    shown = next(other for other in files if truths[other]["sop_instance_uid"] == truth["of_sop_instance_uid"])
    [series] = ds.ReferencedSeriesSequence
    assert series.SeriesInstanceUID == truths[shown]["series_instance_uid"]
    assert series.ReferencedImageSequence[0].ReferencedSOPInstanceUID == truth["of_sop_instance_uid"]
    [window] = ds.SoftcopyVOILUTSequence
    assert (float(window.WindowCenter), float(window.WindowWidth)) == (
        truth["window"]["center"],
        truth["window"]["width"],
    )
    [note] = ds.GraphicAnnotationSequence[0].TextObjectSequence
    assert note.UnformattedTextValue == truth["note"]
    middle = truths[shown]["catheter"]["measured"][0]["middle"]
    assert [value - 1.0 for value in note.AnchorPoint] == pytest.approx(middle, abs=1e-3)


def test_screens_carry_their_words_in_the_pixels(files: dict[Path, Item], truths: Truths) -> None:
    for path in of_kind(files, Capture):
        ds, truth = dcmread(path), truths[path]
        picture = np.asarray(ds.pixel_array)
        assert picture.shape == (truth["rows"], truth["columns"], 3)
        assert ds.BurnedInAnnotation == "YES"
        for number, line in enumerate(truth["burned_in_text"]):
            mask = text_mask(line, 2)
            window = picture[52 + 24 * number :, 24:][: mask.shape[0], : mask.shape[1], 1]
            assert ((window > 200) == mask).all(), line


def test_letters_are_drawn_where_they_are_told_to() -> None:
    picture = np.zeros((20, 40), np.uint8)
    write(picture, "I", 10, 5, 9)
    rows, columns = np.nonzero(picture)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (5, 11, 11, 13)
    assert set(np.unique(picture)) == {0, 9}
