"""The export as the console runs it: in a process of its own, with progress, an end, and a way to stop it."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from console.i18n import set_language
from console.model.export import ExportReport
from console.model.progress import Progress
from console.studies.export.job import ExportJob
from tests.unit.store.processes import CHECKOUT
from tests.unit.studies.export.objects import plan_of, run_file


def test_a_job_reports_progress_and_ends_once(tmp_path: Path) -> None:
    # GIVEN a plan WHEN it runs as a job
    plan = plan_of([run_file(tmp_path / "in", number) for number in range(1, 4)], tmp_path / "out")
    moments: list[Progress] = []
    reports: list[ExportReport] = []
    job = ExportJob(plan)
    job.start(moments.append, reports.append)
    report = job.wait(60)
    # THEN it ends once, complete, with its progress at the end
    assert report is not None
    assert reports == [report]
    assert report.complete
    assert moments[-1].fraction == 1.0
    assert (tmp_path / "out" / "SHA256SUMS").exists()
    # THEN stopping it afterwards is harmless
    job.cancel()


def test_a_job_that_is_stopped_leaves_a_target_that_says_so(tmp_path: Path) -> None:
    # GIVEN a job with enough to do that progress is heard
    plan = plan_of([run_file(tmp_path / "in", 1, pixels=bytes(200 << 20))], tmp_path / "out")
    heard = threading.Event()
    job = ExportJob(plan)
    # WHEN it is stopped at the first word of it
    job.start(lambda progress: heard.set(), lambda report: None)
    assert heard.wait(60)
    job.cancel()
    report = job.wait(60)
    # THEN it says so, and nothing half-written is left
    assert report is not None
    assert report.cancelled
    assert not report.complete
    assert sorted(path.name for path in (tmp_path / "out").rglob("*") if path.is_file()) == ["INCOMPLETE.TXT"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_process_that_dies_is_a_report_like_any_other(tmp_path: Path) -> None:
    # GIVEN a job whose process is killed from outside
    plan = plan_of([run_file(tmp_path / "in", 1, pixels=bytes(200 << 20))], tmp_path / "out")
    heard = threading.Event()
    job = ExportJob(plan)
    job.start(lambda progress: heard.set(), lambda report: None)
    assert heard.wait(60)
    assert job.pid is not None
    os.kill(job.pid, signal.SIGKILL)
    report = job.wait(60)
    # THEN one sentence says that it broke down, and starting again finishes it
    assert report is not None
    assert not report.complete
    assert "broke down" in report.sentence
    again = plan_of([plan.files[0].source], tmp_path / "out")
    assert again.continues
    job = ExportJob(again)
    job.start(lambda progress: None, lambda report: None)
    report = job.wait(120)
    assert report is not None
    assert report.complete


def test_the_process_speaks_the_language_of_the_console(tmp_path: Path) -> None:
    set_language("zh")
    plan = plan_of([run_file(tmp_path / "in", 1)], tmp_path / "out")
    (tmp_path / "in" / "1-1.dcm").unlink()
    job = ExportJob(plan)
    job.start(lambda progress: None, lambda report: None)
    report = job.wait(60)
    assert report is not None
    assert not report.complete


def test_the_console_s_side_imports_no_pydicom() -> None:
    script = (
        "import sys, console.studies.export.job, console.studies.export.plan, console.studies.export.drives;"
        "sys.exit(any(name in sys.modules for name in ('pydicom', 'numpy', 'textual', 'rich', 'pypinyin', 'sqlite3')))"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, check=False).returncode == 0
