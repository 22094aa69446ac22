"""A report in a process of its own."""

import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from console.model.progress import Progress
from console.model.report import Report, Stopped, Written
from console.report.build import write_report
from console.report.job import ReportJob
from tests.unit.report import making

PATIENCE = 60.0


def done(job: ReportJob) -> Written | Stopped:
    """What came of it, in good time."""
    result = job.wait(PATIENCE)
    assert result is not None
    return result


def test_the_process_writes_what_would_be_written_here_and_says_how_far_it_is(tmp_path: Path) -> None:
    # GIVEN a report with read-only mappings in it, as the store gives them
    report = making.report(tmp_path)
    report = replace(report, attachments=MappingProxyType(dict(report.attachments)))
    steps: list[Progress] = []
    results: list[Written | Stopped] = []
    # WHEN it is printed by a process
    job = ReportJob(report, tmp_path / "a.pdf", "zh", 1_795_000_000)
    job.start(steps.append, results.append)
    result = done(job)
    # THEN the bytes are those of this process, each step was told, and the end once
    assert isinstance(result, Written)
    assert results == [result]
    assert result.sha256 == write_report(report, tmp_path / "b.pdf", "zh", 1_795_000_000).sha256
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    assert [step.done for step in steps] == [0, 1, 2, 3, 4]
    assert all(step.total == 5 and step.what for step in steps)


def test_what_cannot_be_written_comes_back_as_a_sentence(tmp_path: Path) -> None:
    job = ReportJob(Report(making.inspection()), tmp_path / "gone" / "a.pdf", "en")
    job.start(lambda progress: None, lambda result: None)
    result = done(job)
    assert isinstance(result, Stopped)
    assert not result.cancelled
    assert "gone" in result.detail


def test_a_report_that_is_cancelled_leaves_the_old_file(tmp_path: Path) -> None:
    # GIVEN an old report, and a new one that has begun
    (tmp_path / "a.pdf").write_bytes(b"old")
    job = ReportJob(making.report(tmp_path), tmp_path / "a.pdf", "en")
    begun = threading.Event()
    job.start(lambda progress: begun.set(), lambda result: None)
    assert begun.wait(PATIENCE)
    # WHEN it is cancelled, twice
    job.cancel()
    job.cancel()
    # THEN it says so and the old one stands
    result = done(job)
    assert isinstance(result, Stopped)
    assert result.cancelled
    assert (tmp_path / "a.pdf").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".jpg") == ["a.pdf"]


@pytest.mark.skipif(sys.platform == "win32", reason="there a process is ended in another way")
def test_a_process_that_dies_is_said_in_words(tmp_path: Path) -> None:
    job = ReportJob(making.report(tmp_path), tmp_path / "a.pdf", "en")
    begun = threading.Event()
    job.start(lambda progress: begun.set(), lambda result: None)
    assert begun.wait(PATIENCE)
    assert job.pid is not None
    os.kill(job.pid, signal.SIGKILL)
    result = done(job)
    assert isinstance(result, Stopped)
    assert "broke down" in result.detail
    assert not (tmp_path / "a.pdf").exists()
