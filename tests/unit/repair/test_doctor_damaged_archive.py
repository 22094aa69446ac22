"""The damaged archive of the practice site: the doctor finds every row of the failure table, and nothing else."""

import hashlib
import json
from pathlib import Path

import pytest

from console.demo.damage import FOLDER, TRUTH, build_damaged, damaged_files, score
from console.model.diagnosis import DoctorReport
from console.repair.doctor.codes import CODES, REMEDIES
from tests.unit.repair.visits import visit

ELSEWHERE = {
    "unreadable", "breaks-reader", "silent-change", "pixels-changed", "header-changed", "gone", "cannot-decode",
    "decoders-disagree", "tool-dciodvfy", "tool-dcentvfy", "tool-dcmdump",
}  # fmt: skip
"""Codes that no file by itself can show: they need a file system, an earlier visit, decoding or another program."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice")
    build_damaged(folder)
    return folder


@pytest.fixture(scope="module")
def report(home: Path) -> DoctorReport:
    return visit(home / FOLDER)


def test_the_doctor_finds_every_damage_and_nothing_else(home: Path, report: DoctorReport) -> None:
    # GIVEN the damaged archive, WHEN the doctor has looked at it
    judged = score(home / FOLDER, home / TRUTH, [(one.path, one.code) for one in report.findings])
    # THEN nothing is missed, nothing is made up, and nothing was touched
    assert judged.missed == ()
    assert judged.false_alarms == ()
    assert judged.repaired == judged.spoiled == ()
    assert len(judged.found) >= 67


def test_every_code_that_a_file_can_show_lies_in_the_archive(home: Path) -> None:
    truth = json.loads((home / TRUTH).read_text("utf-8"))
    shown = {code for case in truth["cases"] for codes in case["codes"].values() for code in codes}
    assert shown == set(CODES) - ELSEWHERE


def test_what_the_doctor_offers_is_the_remedy_of_the_truth(home: Path, report: DoctorReport) -> None:
    # GIVEN the truth's remedies, of which some are a person's work
    truth = json.loads((home / TRUTH).read_text("utf-8"))
    wanted = {
        (path, code): case["remedy"]
        for case in truth["cases"]
        for path, those in case["codes"].items()
        for code in those
    }
    root = home / FOLDER
    for finding in report.findings:
        remedy = wanted[Path(finding.path).relative_to(root).as_posix(), finding.code]
        # THEN the doctor names the same, or none where none of ours helps
        assert finding.remedy in ({remedy} if remedy in REMEDIES else {""}), (
            finding.path,
            finding.code,
            finding.remedy,
        )


def test_the_archive_is_always_the_same_and_built_once(home: Path) -> None:
    # GIVEN an archive, WHEN it is computed again
    again = {name: hashlib.sha256(data).hexdigest() for name, data, _about in damaged_files()}
    # THEN the bytes are those on disk
    root = home / FOLDER
    assert again == {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_a_trainee_is_told_what_was_found_missed_made_up_and_repaired_right(tmp_path: Path) -> None:
    # GIVEN an archive, of which a trainee names two, one of them wrongly, repairs one and spoils another
    root = build_damaged(tmp_path)
    truth = json.loads((tmp_path / TRUTH).read_text("utf-8"))
    delimiter = next(case["damaged"] for case in truth["cases"] if case["case"] == "no-delimiter")
    native = next(case["damaged"] for case in truth["cases"] if case["case"] == "cut-native")
    mended = (root / delimiter).read_bytes() + bytes.fromhex("FEFFDDE000000000")
    (root / delimiter).write_bytes(mended)
    (root / native).write_bytes((root / native).read_bytes() + bytes(64 * 64 * 3 // 2))
    # WHEN it is judged
    judged = score(root, tmp_path / TRUTH, [(delimiter, "no-delimiter"), (native, "no-delimiter")])
    # THEN each stands where it belongs: zeros in the place of lost pixels are no repair
    assert judged.found == ((delimiter, "no-delimiter"),)
    assert judged.false_alarms == ((native, "no-delimiter"),)
    assert (native, "cut-native") in judged.missed
    assert judged.repaired == (delimiter,)
    assert judged.spoiled == (native,)
    # AND a second build leaves the trainee's work alone
    build_damaged(tmp_path)
    assert (root / delimiter).read_bytes() == mended
