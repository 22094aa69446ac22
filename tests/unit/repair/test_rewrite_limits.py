"""Long reports, many edits, many files, two consoles at once: a job stays a matter of seconds, and of one."""

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from console.errors import UsageError
from console.model.repair import JobState
from console.repair import job, plan, preparing
from console.repair.remedies.catalogue import propose
from console.repair.remedies.remedy import Request
from console.repair.spans import flat, walk
from console.store.lock import HomeLock
from tests.unit.repair.jobs import COPIES, IN_PLACE, planned, plant, small, tree_hashes
from tests.unit.repair.test_rewrite_spans import synthetic_report


def test_every_text_of_a_long_report_is_rewritten_in_seconds(tmp_path: Path) -> None:
    # GIVEN a structured report of 35,000 spans with more than four thousand texts in GB18030
    data = synthetic_report(40_000).replace(b"ISO_IR 192", b"GB18030   ").replace(b"text", "导管".encode("gb18030"))
    path = tmp_path / "sr.dcm"
    path.write_bytes(data)
    home = tmp_path / "home"
    home.mkdir()
    assert sum(1 for _node in flat(walk(data).nodes)) > 35_000
    # WHEN all of them are written in UTF-8
    began = time.monotonic()
    found = propose("transcode-charset", Request((path,), {"SpecificCharacterSet": "ISO_IR 192"}))
    made = plan.make(home, found, operator="Li", why="test")
    report = job.apply(home, made.id, IN_PLACE)
    seconds = time.monotonic() - began
    # THEN it takes seconds, with all its checks
    assert report.problem == ""
    assert len(made.files[0].edits) > 4_000
    assert path.read_bytes().count("导管".encode()) == len(made.files[0].edits) - 1
    assert seconds < 25
    # THEN undo gives back the same bytes
    job.undo(home, made.id)
    assert path.read_bytes() == data


def test_three_hundred_files_are_changed_and_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN 300 files WHEN they are changed in one job, which tells how far it is
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)
    home = tmp_path / "home"
    home.mkdir()
    paths = plant(tmp_path / "data", *(f"{number // 50}/IM{number}" for number in range(300)))
    before = tree_hashes(tmp_path / "data")
    made = planned(home, *paths)
    told: list[tuple[int, int]] = []
    report = job.apply(home, made.id, IN_PLACE, progress=lambda done, total, _what: told.append((done, total)))
    # THEN all are done, and each was told
    assert (report.state, report.done) == (JobState.APPLIED, 300)
    assert told[-1] == (299, 300)
    # THEN undo gives back the tree
    assert job.undo(home, made.id).state is JobState.UNDONE
    assert tree_hashes(tmp_path / "data") == before


def test_two_consoles_never_work_on_one_job(tmp_path: Path) -> None:
    # GIVEN a job that another console works on
    home = tmp_path / "home"
    home.mkdir()
    (path,) = plant(tmp_path / "data", "IM1")
    made = planned(home, path)
    other = HomeLock(home / "repair" / made.id)
    assert other.acquire("Zhang")
    # WHEN it is applied, undone or gone on with THEN a sentence says so, and nothing is changed
    steps: list[Callable[[Path, str], object]] = [partial(job.apply, order=COPIES), job.undo, job.resume]
    for step in steps:
        with pytest.raises(UsageError, match="Another console works on"):
            step(home, made.id)
    assert path.read_bytes() == small()
    # WHEN that one has ended THEN it is applied
    other.release()
    assert job.apply(home, made.id, COPIES).state is JobState.APPLIED


def test_a_job_that_is_begun_twice_at_once_is_done_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a job whose first file is being backed up WHEN a second thread applies it too
    home = tmp_path / "home"
    home.mkdir()
    (path,) = plant(tmp_path / "data", "IM1")
    made = planned(home, path)
    refused: list[str] = []

    def second() -> None:
        try:
            job.apply(home, made.id, IN_PLACE)
        except UsageError as error:
            refused.append(error.detail)

    def reached(step: str) -> None:
        if step == "copied one":
            thread = threading.Thread(target=second)
            thread.start()
            thread.join()

    monkeypatch.setattr(preparing, "reached", reached)
    report = job.apply(home, made.id, IN_PLACE)
    # THEN the first goes on undisturbed, and the second is told
    assert (report.state, report.done) == (JobState.APPLIED, 1)
    assert len(refused) == 1
    assert "Another console" in refused[0]
    assert job.verify(home, made.id) == ()
