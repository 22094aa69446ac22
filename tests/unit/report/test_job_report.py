"""The report of a repair as PDF."""

import subprocess
from pathlib import Path

import pikepdf
import pytest

from console.errors import ConsoleError
from console.model.repair import Change, FileOutcome, JobReport, JobState, PlannedFile, Refused, RepairPlan
from console.model.sentence import Sentence
from console.report.job_report import JobWords, write_job_report
from tests.support import need_program

OLD, NEW = "a" * 64, "b" * 64


def report(files: int = 1) -> JobReport:
    """A job that changed a name in some files and left one alone."""
    change = Change(
        "/d/1.dcm",
        Sentence("{name}", {"name": "Patient's Name"}),
        (),
        0x00100010,
        "??",
        "张^伟堃",
        "d5 c5 5e",
        "e5 bc a0",
    )
    planned = tuple(
        PlannedFile(f"/d/{number}.dcm", f"/d/{number}.dcm", 10, 1, 2, OLD, 12, changes=(change,))
        for number in range(files)
    )
    plan = RepairPlan(
        "20261123-1-correct", "correct-attributes", "病区要求", "李工", "2026-11-23T10:00:00+08:00", planned,
        refused=(Refused("/d/x.dcm", Sentence("It is deflated: its bytes could not be kept.")),),
    )  # fmt: skip
    outcomes = tuple(FileOutcome(each.path, each.path, "done", OLD, NEW, "c" * 64) for each in planned)
    return JobReport(plan.id, JobState.APPLIED, plan, outcomes, True, "T-17", "/srv/cathlab/repair/1/orig")


WORDS = JobWords("Correct attributes", "applied", "cathlab repair undo puts every file back.")


def test_what_why_who_before_after_hashes_and_undo_can_be_read_in_it(tmp_path: Path) -> None:
    # GIVEN a job with a Chinese name WHEN its report is printed
    need_program("pdftotext")
    target = tmp_path / "job.pdf"
    write_job_report(report(), WORDS, target)
    # THEN everything stands in it as text, and it is PDF/A-2b
    text = subprocess.run(["pdftotext", "-layout", target, "-"], capture_output=True, check=True).stdout.decode()
    for said in ("张^伟堃", "d5 c5 5e", "病区要求", "李工", "T-17", OLD, NEW, "undo puts every file back", "/d/x.dcm"):
        assert said in text, said
    with pikepdf.open(target) as pdf, pdf.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "2"


def test_the_same_job_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = tmp_path / "1.pdf", tmp_path / "2.pdf"
    assert write_job_report(report(), WORDS, one, 1_700_000_000) == write_job_report(
        report(), WORDS, two, 1_700_000_000
    )
    assert one.read_bytes() == two.read_bytes()


def test_a_job_of_many_files_has_many_pages(tmp_path: Path) -> None:
    target = tmp_path / "job.pdf"
    write_job_report(report(60), WORDS, target)
    with pikepdf.open(target) as pdf:
        assert len(pdf.pages) > 5


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConsoleError):
        write_job_report(report(), WORDS, tmp_path / "gone" / "job.pdf")
