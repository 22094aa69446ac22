"""Structured reports as lines: nothing left out, nothing invented, every number with its unit."""

import re
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from console.dicom.content import clock_time, moment
from console.dicom.object import open_object
from console.dicom.units import Measured, amount
from console.model.report_text import DoseSummary, Report, ReportLine
from tests.support import need_program, need_samples
from tests.unit.dicom.builders import pydicom_file
from tests.unit.dicom.made_reports import (
    DOSE_REPORT,
    accumulated,
    code,
    container,
    irradiation,
    item,
    large_dose_report,
    number,
    save,
    structured,
    text,
)

REAL = (
    "rdsr_pyskindose_P1.dcm",
    "rdsr_pyskindose_philips_allura_clarity_u104.dcm",
    "rdsr_pyskindose_siemens_axiom_artis.dcm",
)
FINDING = code("121071", "DCM", "Finding")


def read(path: Path, ds: Dataset | None = None) -> Report:
    """The report in a file, which holds `ds` where that is given."""
    return open_object(save(path, ds) if ds is not None else path).report()


def values(report: Report) -> dict[str, str]:
    """Texts by label; the last of each label."""
    return {line.label: line.text for line in report.lines}


def items_of(ds: Dataset, depth: int = 0) -> Iterator[tuple[int, Dataset]]:
    """All content items by pydicom's own reading, each before those below it."""
    yield depth, ds
    for below in ds.get("ContentSequence", []):
        yield from items_of(below, depth + 1)


def meaning(ds: Dataset) -> str:
    """Code Meaning of the concept name."""
    names = ds.get("ConceptNameCodeSequence")
    return str(names[0].get("CodeMeaning", "")).strip() if names else ""


# Real reports


@pytest.mark.parametrize("name", REAL)
def test_every_content_item_of_a_real_dose_report_is_a_line(name: str) -> None:
    # GIVEN a report of a real angiography system
    path = need_samples() / "sr" / name
    ds = pydicom.dcmread(path)
    # WHEN it is read
    lines = [line for line in read(path).lines if line.label]
    # THEN depth and name of every item are there in the order of the tree, and the numbers are as they stand
    assert [(line.depth, line.label) for line in lines] == [(depth, meaning(each)) for depth, each in items_of(ds)]
    for line, (_depth, each) in zip(lines, items_of(ds), strict=True):
        if each.ValueType == "NUM":
            measured = each.MeasuredValueSequence[0]
            assert line.text.split(" ", 1)[0] == measured.NumericValue.original_string.strip(), line
            unit = measured.MeasurementUnitsCodeSequence[0].CodeValue
            expected = "(no unit)" if unit == "1" else unit.replace("{", "").replace("}", "")
            assert line.text.split(" ", 1)[1] == expected, line


@pytest.mark.parametrize("name", REAL)
def test_the_summary_of_a_real_dose_report_equals_a_walk_with_pydicom(name: str) -> None:
    path = need_samples() / "sr" / name
    ds = pydicom.dcmread(path)
    summary = read(path).dose
    assert summary is not None
    containers = {"113702": [], "113706": []}  # type: dict[str, list[Dataset]]
    for below in ds.ContentSequence:
        concept = below.ConceptNameCodeSequence[0].CodeValue
        if concept in containers:
            containers[concept].append(below)

    def measured(ds: Dataset, concept: str) -> Decimal | None:
        for _depth, each in items_of(ds):
            if each.get("ValueType") == "NUM" and each.ConceptNameCodeSequence[0].CodeValue == concept:
                return Decimal(each.MeasuredValueSequence[0].NumericValue.original_string.strip())
        return None

    # THEN totals of every plane are those of the report, in Gy·cm², mGy and s
    keys = {
        "113722": ("dap", 4, "Gy·cm²"), "113725": ("rp", 3, "mGy"), "113726": ("fluoro-dap", 4, "Gy·cm²"),
        "113728": ("fluoro-rp", 3, "mGy"), "113730": ("fluoro-time", 0, "s"),
        "113727": ("acquisition-dap", 4, "Gy·cm²"), "113729": ("acquisition-rp", 3, "mGy"),
        "113855": ("acquisition-time", 0, "s"), "113731": ("frames", 0, "frames"),
    }  # fmt: skip
    assert len(summary.planes) == len(containers["113702"])
    for plane, ds_plane in zip(summary.planes, containers["113702"], strict=True):
        stated = {key: (power, unit, measured(ds_plane, each)) for each, (key, power, unit) in keys.items()}
        there = {key: entry for key, entry in stated.items() if entry[2] is not None}
        assert {total.key for total in plane.totals} == set(there)
        for total in plane.totals:
            power, unit, value = there[total.key]
            assert value is not None
            assert total.amount.value == float(value.scaleb(power)), total
            assert total.amount.unit == unit
    # THEN every irradiation is there with its own numbers
    assert len(summary.events) == len(containers["113706"]) > 0
    for event, ds_event in zip(summary.events, containers["113706"], strict=True):
        for found, concept, power in (
            (event.dap, "122130", 4),
            (event.rp, "113738", 3),
            (event.kv, "113733", 0),
            (event.ma, "113734", 0),
            (event.ms, "113735", 0),
            (event.pulse, "113793", 0),
        ):
            value = measured(ds_event, concept)
            assert (found is None) == (value is None)
            if found is not None and value is not None:
                assert found.value == float(value.scaleb(power)), event
        primary = measured(ds_event, "112011")
        assert primary is not None
        assert event.angles.startswith("AP" if abs(primary) < Decimal("0.5") else "LAO" if primary > 0 else "RAO")


def test_a_biplane_report_has_its_planes_and_their_sum() -> None:
    summary = read(need_samples() / "sr" / REAL[1]).dose
    assert summary is not None
    assert [plane.plane for plane in summary.planes] == ["plane A", "plane B"]
    sums = {total.key: total.amount.text for total in summary.sums}
    assert sums["dap"] == "0.0783913 Gy·cm²"
    # THEN times of two planes, which run side by side, are not added
    assert "fluoro-time" not in sums


# DCMTK reads the same reports

DSRDUMP = re.compile(r'^( *)<(?:[a-z. ]+ )?(\w+):\(,,"([^"]*)"\)(?:=(.*))?>', re.MULTILINE)


def dumped(path: Path) -> list[tuple[int, str, str, str]]:
    """Depth, value type, concept name and value of every item, as dsrdump writes them."""
    done = subprocess.run(
        [need_program("dsrdump"), "-q", "-Ee", "+Pl", str(path)],
        capture_output=True,
        text=True,
        check=True,
        errors="replace",
    )
    return [
        (len(found[1]) // 2, found[2], found[3], found[4] or "") for found in DSRDUMP.finditer(done.stdout)
    ]  # fmt: skip


def test_the_lines_agree_with_what_dcmtk_writes(tmp_path: Path) -> None:
    # GIVEN three real reports and one of ours
    ours = structured(
        container(FINDING, text("Report", "a stent in the LAD"), number(code("1", "99T", "Length"), "18.5", "mm")),
        item("PNAME", code("121008", "DCM", "Person Observer Name"), relation="HAS OBS CONTEXT", PersonName="Li^Wei"),
        item("CODE", code("2", "99T", "Result"), ConceptCodeSequence=[code("3", "99T", "patent")]),
        item("UIDREF", code("4", "99T", "Study"), UID="1.2.3"),
        StudyInstanceUID="1.2.3.5",
        SeriesInstanceUID="1.2.3.6",
        InstanceNumber="1",
        ContentDate="20261120",
        ContentTime="101530",
    )
    for path in (*(need_samples() / "sr" / name for name in REAL), save(tmp_path / "ours.dcm", ours)):
        # WHEN both read it
        theirs = dumped(path)
        lines = [line for line in read(path).lines if line.label]
        assert len(theirs) == len(lines) > 4
        for (depth, kind, name, value), line in zip(theirs, lines, strict=True):
            # THEN depth and names agree, texts and numbers too
            assert (line.depth, line.label) == (depth, name)
            if kind in ("TEXT", "UIDREF", "PNAME"):
                assert value.strip('"') == line.text
            elif kind == "NUM":
                assert value.split('"')[1] == line.text.split(" ")[0]
            elif kind == "CODE":
                assert value.rsplit(',"', 1)[1].rstrip('")') == line.text.rstrip(")")


# Made reports


def test_a_nested_report_keeps_its_depth_relations_and_state(tmp_path: Path) -> None:
    # GIVEN a verified report with nested findings, an inference and images
    image = Dataset()
    image.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.12.1"
    image.ReferencedSOPInstanceUID = "1.2.9"
    image.ReferencedFrameNumber = [3, 7]
    observer = Dataset()
    observer.VerifyingObserverName = "Zhao^Min"
    observer.VerifyingOrganization = "Cath lab"
    observer.VerificationDateTime = "20261120111500"
    measure = number(
        code("1", "99T", "Stenosis"),
        "70",
        "%",
        ContentSequence=[
            item("IMAGE", None, relation="INFERRED FROM", ReferencedSOPSequence=[image]),
            item("SCOORD", None, relation="SELECTED FROM", GraphicType="POLYLINE", GraphicData=[1.5, 2, 3, 4]),
        ],
    )
    ds = structured(
        container(FINDING, measure),
        item("DATE", code("2", "99T", "Day"), Date="20261120"),
        item("TIME", code("3", "99T", "Hour"), Time="101530.5"),
        VerificationFlag="VERIFIED",
        VerifyingObserverSequence=[observer],
        ContentDate="20261120",
        ContentTime="1015",
    )
    report = read(tmp_path / "sr.dcm", ds)
    # THEN the tree is there
    assert [(line.depth, line.heading, line.label, line.text, line.relation) for line in report.lines] == [
        (0, True, "Summary", "", ""),
        (1, True, "Finding", "", ""),
        (2, False, "Stenosis", "70 %", ""),
        (3, False, "Image", "X-ray angiography, frames 3, 7, 1.2.9", "inferred from"),
        (3, False, "Place in the image", "POLYLINE (1.5, 2) (3, 4) pixels", "selected from"),
        (1, False, "Day", "2026-11-20", ""),
        (1, False, "Hour", "10:15:30.5", ""),
    ]
    # THEN its state stands in front, and who verified it is known to be a person
    assert (report.kind, report.shows, report.title, report.pages) == ("Structured report", "report", "Summary", 0)
    assert report.overview == (
        ReportLine(0, False, "Document", "complete"),
        ReportLine(
            0, False, "Verification", "verified by Zhao^Min, Cath lab, 2026-11-20 11:15:00", personal=True
        ),
        ReportLine(0, False, "Written", "2026-11-20 10:15"),
    )  # fmt: skip


def test_items_that_point_at_one_another_are_named_and_never_followed(tmp_path: Path) -> None:
    # GIVEN two findings, each inferred from the other, and one inferred from nothing that is there
    def pointer(*position: int) -> Dataset:
        ds = Dataset()
        ds.RelationshipType = "INFERRED FROM"
        ds.ReferencedContentItemIdentifier = list(position)
        return ds

    first = text("First", "a", ContentSequence=[pointer(1, 2)])
    second = text("Second", "b", ContentSequence=[pointer(1, 1), pointer(1, 9)])
    report = read(tmp_path / "circle.dcm", structured(first, second))
    # THEN the circle is three lines
    assert [line.text for line in report.lines if line.relation] == [
        "see item 1.2: Second",
        "see item 1.1: First",
        "see item 1.9, which is not there",
    ]


def test_text_that_a_terminal_or_a_markup_would_obey_is_only_text(tmp_path: Path) -> None:
    # GIVEN a text with markup, an escape sequence, lines and a bidirectional control
    said = "[red]patent[/red] \x1b[31mLAD\x07\r\nsecond line\n\nfourth \u202eline"
    report = read(tmp_path / "sr.dcm", structured(text("[b]Name[/b]", said), SpecificCharacterSet="ISO_IR 192"))
    # THEN every line stays a line, the markup stays as it is, and nothing is left that a terminal obeys
    assert [(line.label, line.text) for line in report.lines[1:]] == [
        ("[b]Name[/b]", "[red]patent[/red] [31mLAD"),
        ("", "second line"),
        ("", ""),
        ("", "fourth line"),
    ]


def test_items_without_a_name_or_a_value_are_not_hidden(tmp_path: Path) -> None:
    empty = Dataset()
    empty.RelationshipType = "CONTAINS"
    report = read(
        tmp_path / "sr.dcm",
        structured(
            item("TEXT", None, TextValue="orphan"),
            item("TEXT", code("7", "99T", ""), TextValue="coded only"),
            item("CODE", code("8", "99T", "Empty")),
            item("HOLOGRAM", code("9", "99T", "New")),
            item("IMAGE", None),
            item(
                "NUM", code("10", "99T", "Gone"), NumericValueQualifierCodeSequence=[code("1", "DCM", "Not measured")]
            ),
            empty,
        ),
    )
    assert [(line.label, line.text) for line in report.lines[1:]] == [
        ("(without a name)", "orphan"),
        ("(7, 99T)", "coded only"),
        ("Empty", ""),
        ("New", "a value of the unknown type HOLOGRAM; the header lists it"),
        ("Image", "refers to nothing"),
        ("Gone", "Not measured"),
        ("(without a name)", "a value of the unknown type ?; the header lists it"),
    ]


def test_each_item_is_read_with_its_own_character_set(tmp_path: Path) -> None:
    # GIVEN a Latin report with one item in UTF-8 that says so
    chinese = text("Befund", "左冠状动脉", SpecificCharacterSet="ISO_IR 192")
    ds = structured(text("Bemerkung", "Müller"), chinese, SpecificCharacterSet="ISO_IR 100")
    report = read(tmp_path / "sr.dcm", ds)
    assert values(report)["Bemerkung"] == "Müller"
    assert values(report)["Befund"] == "左冠状动脉"
    assert report.problems == ()


def test_a_report_whose_label_is_wrong_is_read_by_its_bytes_and_says_so(tmp_path: Path) -> None:
    # GIVEN GB18030 texts, also in a concept name, under a label that says ASCII
    ds = structured(text("诊断结果", "前降支近段狭窄"), SpecificCharacterSet="GB18030")
    path = save(tmp_path / "sr.dcm", ds)
    path.write_bytes(path.read_bytes().replace(b"GB18030 ", b"ISO_IR 6"))
    report = read(path)
    assert values(report)["诊断结果"] == "前降支近段狭窄"
    assert report.problems == (
        "The texts do not fit the character set that the file declares; they are read as GB18030.",
    )


def test_a_number_never_stands_without_its_unit(tmp_path: Path) -> None:
    length = code("1", "99T", "Length")
    report = read(
        tmp_path / "sr.dcm",
        structured(
            number(length, "18.50", "mm"),
            number(length, "3", "1", "no units"),
            number(length, "7", None),
            number(length, "7.5", "{pulse}/s"),
            number(length, "1\\2", "mm"),
            number(length, "abc"[:0] or "1E400", "mm"),
        ),
    )
    assert [line.text for line in report.lines[1:]] == [
        "18.50 mm",
        "3 (no unit)",
        "7 (unit not stated)",
        "7.5 pulse/s",
        "1 mm",
        "2 mm",
        "1E400 mm",
    ]


def test_free_text_and_names_are_known_to_be_personal_and_device_names_are_not(tmp_path: Path) -> None:
    device = item("TEXT", code("121013", "DCM", "Device Observer Name"), TextValue="XA 1")
    report = read(
        tmp_path / "sr.dcm",
        structured(
            device,
            text("Finding", "Mr Zhang"),
            item("PNAME", code("121008", "DCM", "Person Observer Name"), PersonName="Li^Wei"),
            item("DATE", code("121031", "DCM", "Subject Birth Date"), Date="19600101"),
            number(code("1", "99T", "Length"), "3", "mm"),
        ),
    )
    assert [line.label for line in report.lines if line.personal] == [
        "Finding",
        "Person Observer Name",
        "Subject Birth Date",
    ]
    assert [line.label for line in report.overview if line.personal] == ["Observer"]


def test_continuous_text_and_references_of_the_document_are_said(tmp_path: Path) -> None:
    evidence, series = Dataset(), Dataset()
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", "1.2.3"
    series.SeriesInstanceUID, series.ReferencedSOPSequence = "1.2", [reference, reference]
    evidence.StudyInstanceUID, evidence.ReferencedSeriesSequence = "1.1", [series]
    ds = structured(
        item("CONTAINER", FINDING, ContinuityOfContent="CONTINUOUS"),
        CompletionFlag="PARTIAL",
        PreliminaryFlag="PRELIMINARY",
        CurrentRequestedProcedureEvidenceSequence=[evidence],
    )
    report = read(tmp_path / "sr.dcm", ds)
    assert report.lines[1].text == "continuous text"
    assert [(line.label, line.text) for line in report.overview] == [
        ("Document", "partial, preliminary"),
        ("Verification", "not verified"),
        ("Made from", "2 objects in 1 series"),
    ]


def test_a_tree_without_an_end_is_cut_with_a_sentence(tmp_path: Path) -> None:
    deepest = text("leaf", "x")
    for _level in range(100):
        deepest = container(FINDING, deepest)
    report = read(tmp_path / "deep.dcm", structured(deepest))
    assert report.lines[-1].text == "What stands below is nested too deeply and is not listed."
    assert 50 < len(report.lines) < 70


def test_a_damaged_branch_costs_only_itself(tmp_path: Path) -> None:
    # GIVEN a report in which an end mark was written over the first item of one container
    inner = container(code("5", "99T", "Broken"), text("lost", "x" * 100))
    path = save(tmp_path / "sr.dcm", structured(text("before", "a"), inner, text("after", "b")))
    data = path.read_bytes()
    at = data.index(b"\x40\x00\x30\xa7SQ", data.index(b"Broken")) + 12
    path.write_bytes(data[:at] + b"\xfe\xff\xdd\xe0\0\0\0\0" + data[at + 8 :])
    report = read(path)
    assert [line.text for line in report.lines] == [
        "", "a", "", "What stands below is damaged and cannot be read.", "b",
    ]  # fmt: skip


# Dose


def dose_of(path: Path, ds: Dataset) -> DoseSummary:
    summary = read(path, ds).dose
    assert summary is not None
    return summary


@pytest.mark.parametrize(
    ("number", "unit", "quantity", "shown"),
    [
        ("9.37e-06", "Gym2", "dap", "0.0937 Gy·cm²"),
        ("7.8391324289e-06", "Gy.m2", "dap", "0.0783913 Gy·cm²"),
        ("12.5", "dGy.cm2", "dap", "1.25 Gy·cm²"),
        ("125", "cGy.cm2", "dap", "1.25 Gy·cm²"),
        ("1250", "mGy.cm2", "dap", "1.25 Gy·cm²"),
        ("125", "uGy.m2", "dap", "1.25 Gy·cm²"),
        ("125", "µGy·m²", "dap", "1.25 Gy·cm²"),
        ("3", "R.cm2", "dap", "3 R.cm2"),
        ("0.00136", "Gy", "kerma", "1.36 mGy"),
        ("123456.789", "mGy", "kerma", "123457 mGy"),
        ("1234567.89", "mGy", "kerma", "1234568 mGy"),
        ("0.1", "Gy.cm", "dlp", "100 mGy·cm"),
        ("0", "Gy", "kerma", "0 mGy"),
        ("0.0", "Gy.m2", "dap", "0 Gy·cm²"),
        ("77.0", "kV", "", "77 kV"),
        ("-30", "deg", "", "-30°"),
        ("5", "1", "", "5 (no unit)"),
        ("5", "", "", "5 (unit not stated)"),
        ("500", "", "", "500 (unit not stated)"),
    ],
)
def test_a_number_is_converted_by_powers_of_ten_alone(number: str, unit: str, quantity: str, shown: str) -> None:
    found = amount([Measured(number, unit, "")], quantity)
    assert found is not None
    assert found.text == shown


@pytest.mark.parametrize("nonsense", ["", "NaN", "Infinity", "abc", "1E400", "--3", "1,5"])
def test_what_is_no_number_is_no_amount(nonsense: str) -> None:
    assert amount([Measured(nonsense, "Gy", "")], "kerma") is None


def test_several_values_of_one_quantity_are_a_range(tmp_path: Path) -> None:
    several = [number(code("113733", "DCM", "KVP"), value, "kV") for value in ("77", "70", "74.5")]
    mixed = [number(code("113734", "DCM", "Current"), "500", "mA"), number(code("113734", "DCM", "Current"), "1", "A")]
    summary = dose_of(tmp_path / "sr.dcm", structured(irradiation(*several, *mixed), sop_class=DOSE_REPORT))
    event = summary.events[0]
    assert event.kv is not None
    assert (event.kv.value, event.kv.highest, event.kv.text) == (70, 77, "70 to 77 kV")
    assert event.kv.stored == "77 kV, 70 kV, 74.5 kV"
    assert event.ma is not None
    assert event.ma.text == "500 mA, 1 A"


def test_two_planes_are_added_where_their_units_can_be(tmp_path: Path) -> None:
    ds = structured(
        accumulated("113620", c113722=("0.1", "Gy.m2"), c113725=("1.5", "Gy"), c113730=("60", "s")),
        accumulated("113621", c113722=("250", "dGy.cm2"), c113725=("2", "R"), c113730=("60", "s")),
        sop_class=DOSE_REPORT,
    )
    summary = dose_of(tmp_path / "sr.dcm", ds)
    assert [(total.key, total.amount.text) for total in summary.sums] == [("dap", "1025 Gy·cm²")]
    assert summary.sums[0].amount.stored == "0.1 Gy.m2 + 250 dGy.cm2"
    assert [total.amount.text for total in summary.planes[1].totals] == ["25 Gy·cm²", "2 R", "60 s"]


def test_angles_are_said_as_clinicians_say_them_and_a_rotation_from_where_to_where(tmp_path: Path) -> None:
    ds = structured(
        irradiation(c112011=("32.4", "deg"), c112012=("2", "deg")),
        irradiation(c112011=("-55", "deg"), c112012=("0", "deg"), c113739=("55", "deg")),
        irradiation(c112011=("0.55", "rad"), c112012=("0", "deg")),
        irradiation(),
        sop_class=DOSE_REPORT,
    )
    angles = [event.angles for event in dose_of(tmp_path / "sr.dcm", ds).events]
    assert angles == ["LAO 32 CRA 2", "RAO 55 to LAO 55", "", ""]


def test_a_ct_dose_report_has_length_product_and_dose_index(tmp_path: Path) -> None:
    spiral = item("CODE", code("113820", "DCM", "Type"), ConceptCodeSequence=[code("P5-08001", "SRT", "Spiral")])
    doses = container(
        code("113829", "DCM", "CT Dose"),
        number(code("113830", "DCM", "Mean CTDIvol"), "12.5", "mGy"),
        number(code("113838", "DCM", "DLP"), "431.25", "mGy.cm"),
    )
    ds = structured(
        container(
            code("113811", "DCM", "CT Accumulated Dose Data"),
            number(code("113812", "DCM", "Total Number of Irradiation Events"), "2", "{events}"),
            number(code("113813", "DCM", "CT Dose Length Product Total"), "431.25", "mGy.cm"),
        ),
        container(code("113819", "DCM", "CT Acquisition"), spiral, doses),
        sop_class=DOSE_REPORT,
    )
    summary = dose_of(tmp_path / "sr.dcm", ds)
    assert [(total.key, total.amount.text) for total in summary.planes[0].totals] == [
        ("events", "2 events"),
        ("dlp", "431.25 mGy·cm"),
    ]
    event = summary.events[0]
    assert event.kind == "spiral acquisition"
    assert event.ctdi is not None
    assert event.dlp is not None
    assert (event.ctdi.text, event.dlp.text) == ("12.5 mGy", "431.25 mGy·cm")


def test_private_codes_with_the_number_of_a_dose_are_no_dose(tmp_path: Path) -> None:
    fake = number(code("113722", "99MAKER", "Magic"), "5", "Gy.m2")
    plane = accumulated("113620")
    plane.ContentSequence.append(fake)
    assert dose_of(tmp_path / "sr.dcm", structured(plane, sop_class=DOSE_REPORT)).planes[0].totals == ()


def test_a_report_without_doses_has_no_summary_and_a_large_one_is_whole(tmp_path: Path) -> None:
    assert read(tmp_path / "sr.dcm", structured(text("Finding", "x"))).dose is None
    report = read(tmp_path / "large.dcm", large_dose_report(100))
    assert report.dose is not None
    assert len(report.dose.events) == 100
    assert len(report.lines) > 3000


# Moments


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("20261120", "2026-11-20"),
        ("20261120101530", "2026-11-20 10:15:30"),
        ("20261120101530.000000", "2026-11-20 10:15:30"),
        ("20261120101530.25+0800", "2026-11-20 10:15:30.25 +08:00"),
        ("202611201015", "2026-11-20 10:15"),
        ("2026", "2026"),
        ("", ""),
        ("last week", "last week"),
        ("2026112010153", "2026112010153"),
    ],
)
def test_dates_are_written_as_everywhere_and_others_as_they_stand(stored: str, shown: str) -> None:
    assert moment(stored) == shown


def test_times_are_written_as_everywhere() -> None:
    assert [clock_time(each) for each in ("101530", "1015", "10", "noon")] == ["10:15:30", "10:15", "10", "noon"]


def test_a_report_that_ships_with_pydicom_can_be_read() -> None:
    report = read(pydicom_file("test-SR.dcm"))
    assert report.shows == "report"
    assert len(report.lines) > 10


def test_a_content_tree_of_a_private_class_is_read_too(tmp_path: Path) -> None:
    ds = structured(text("Finding", "x"), sop_class="1.3.46.670589.11.0.0.12.4")
    report = read(tmp_path / "private.dcm", ds)
    assert (report.kind, report.shows) == ("Private object 1.3.46.670589.11.0.0.12.4", "report")
    assert values(report)["Finding"] == "x"
