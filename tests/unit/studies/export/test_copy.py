"""What stands on the target, whatever happens in between: complete and compared, or said not to be."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from console.model.export import ExportPlan, ExportReport
from console.model.progress import Progress
from console.studies.export import copy, medium, wire
from console.studies.export.run import run_export
from tests.support import need_program
from tests.unit.store.processes import CHECKOUT
from tests.unit.store.test_full_disk import mounting
from tests.unit.studies.export.objects import plan_of, run_file, tree

LISTS = {"DICOMDIR", "README.TXT", "SHA256SUMS"}


def export(plan: ExportPlan) -> ExportReport:
    """Carry out a plan in this process."""
    return run_export(plan, lambda progress: None, lambda: False)


def sums_are_right(folder: Path) -> bool:
    """What sha256sum says, and that no file is missing from its list."""
    result = subprocess.run(
        [need_program("sha256sum"), "-c", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, capture_output=True
    )
    listed = {line.split("  ", 1)[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    return result.returncode == 0 and listed == set(tree(folder)) - {"SHA256SUMS"}


def in_child(plan: ExportPlan, call: int, what: str, argument: str = "", before: tuple[str, ...] = ()) -> Any:
    """Export in another process, to which `what` happens at the `call`th question whether it was cancelled."""
    plan_file = plan.target.parent / "plan.json"
    plan_file.write_text(json.dumps(wire.plan_out(plan), default=str))
    line = [sys.executable, "-B", "-m", "tests.unit.studies.export.child", str(plan_file), str(call), what, argument]
    result = subprocess.run([*before, *line], cwd=CHECKOUT, stdout=subprocess.PIPE, timeout=60, check=False)
    if what == "kill":
        return result.returncode
    assert result.returncode == 0
    return json.loads(result.stdout)


def questions(plan: ExportPlan, stop_at: int) -> tuple[ExportReport, int]:
    """Export, answering yes to the question number `stop_at`; the report, and how often was asked."""
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked == stop_at

    return run_export(plan, lambda progress: None, cancelled), asked


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    """Three patients with two objects each, one of them larger than a piece of copying."""
    paths = [run_file(tmp_path / "in", number, patient) for patient in (1, 2, 3) for number in (1, 2)]
    paths.append(run_file(tmp_path / "in", 3, 3, pixels=os.urandom(3 << 20)))
    return paths


def test_every_byte_arrives_and_is_listed(tmp_path: Path, sources: list[Path]) -> None:
    # GIVEN seven files WHEN they are exported
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_atime_ns) for path in sources}
    plan = plan_of(sources, tmp_path / "out")
    moments: list[Progress] = []
    report = run_export(plan, moments.append, lambda: False)
    # THEN each copy is the source, byte for byte, and sha256sum agrees
    for file in plan.files:
        assert (tmp_path / "out" / file.target).read_bytes() == before[file.source][0]
    assert sums_are_right(tmp_path / "out")
    assert set(os.listdir(tmp_path / "out")) == LISTS | {"DICOM"}
    # THEN the report says what is there
    assert (report.files, report.bytes) == (7, sum(len(data) for data, *_ in before.values()))
    assert report.complete
    assert report.verified
    assert report.safe_to_remove
    assert not report.problems
    assert "7 objects" in report.sentence
    # THEN the sources are as they were
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in sources} == {
        path: facts[:2] for path, facts in before.items()
    }
    # THEN the bar came to its end
    assert moments[-1].done == moments[-1].total == report.bytes


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what is in memory")
def test_what_is_in_memory_is_not_called_read_from_the_medium(
    tmp_path: Path, sources: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a system that does not throw away what it remembers
    monkeypatch.setattr(os, "posix_fadvise", lambda *_: None)
    # WHEN files are exported THEN the report says that it does not know
    report = export(plan_of(sources, tmp_path / "out"))
    assert report.verified
    assert not report.from_medium
    assert "its memory" in report.sentence


def test_a_target_that_gives_back_other_bytes_is_noticed(
    tmp_path: Path, sources: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a medium that changes a bit of what was written, as worn-out sticks do
    whole = medium.open_fresh

    def worn(path: Path) -> tuple[int, bool]:
        if ".IM00003." in path.name:
            data = bytearray(path.read_bytes())
            data[-1] ^= 1
            path.write_bytes(data)
        return whole(path)

    monkeypatch.setattr(copy, "open_fresh", worn)
    # WHEN files are exported
    report = export(plan_of(sources, tmp_path / "out"))
    # THEN that file is not there, is named, and nothing is called verified
    assert not report.complete
    assert not report.verified
    assert report.files == 6
    assert [Path(problem.path) for problem in report.problems] == [sources[-1]]
    assert "not to be trusted" in report.problems[0].what
    assert len(list((tmp_path / "out").rglob("IM*"))) == 6
    assert sums_are_right(tmp_path / "out")


def test_a_file_that_appears_in_the_way_is_not_written_over(
    tmp_path: Path, sources: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN another program that puts a file where one of ours is to stand, after the plan was made
    plan = plan_of(sources, tmp_path / "out")
    theirs = tmp_path / "out" / plan.files[0].target
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"theirs")
    # WHEN the plan is carried out THEN it is left alone and said
    report = export(plan)
    assert theirs.read_bytes() == b"theirs"
    assert not report.complete
    assert "nothing is ever written over" in report.problems[0].what


def test_a_source_that_changes_is_not_exported(tmp_path: Path, sources: list[Path]) -> None:
    # GIVEN a plan WHEN one source is changed, one replaced and one deleted before it is carried out
    plan = plan_of(sources, tmp_path / "out")
    with sources[0].open("ab") as stream:
        stream.write(b"more")
    data = sources[1].read_bytes()
    sources[1].rename(sources[1].with_suffix(".old"))
    sources[1].write_bytes(data)
    sources[2].unlink()
    report = export(plan)
    # THEN these three are named with the reason, and the others are there
    assert [Path(problem.path) for problem in report.problems] == sources[:3]
    assert ["changed" in problem.what for problem in report.problems] == [True, True, False]
    assert "no longer there" in report.problems[2].what
    assert report.files == 4
    assert not report.complete
    assert sums_are_right(tmp_path / "out")


def test_a_source_that_changes_while_it_is_copied_is_not_exported(tmp_path: Path, sources: list[Path]) -> None:
    # GIVEN a source that grows after its first piece was read
    plan = plan_of(sources[-1:], tmp_path / "out")
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        if asked == 5:
            with sources[-1].open("ab") as stream:
                stream.write(b"late")
        return False

    # WHEN it is exported THEN the copy is thrown away
    report = run_export(plan, lambda progress: None, cancelled)
    assert [("while it was copied" in problem.what) for problem in report.problems] == [True]
    assert list((tmp_path / "out" / "DICOM").rglob("IM*")) == []
    assert list((tmp_path / "out" / "DICOM").rglob(".*")) == []


def test_an_export_stops_at_once_wherever_it_is(tmp_path: Path, sources: list[Path]) -> None:
    # GIVEN an export that asks N times whether it was stopped
    asked = questions(plan_of(sources, tmp_path / "whole"), 0)[1]
    assert asked > 20
    for call in range(1, asked + 1):
        target = tmp_path / f"out{call}"
        # WHEN it is stopped at one of them
        report, _asked = questions(plan_of(sources, target), call)
        # THEN it says so, and the target says that it is not complete: no partial file, nothing half-written
        assert report.cancelled
        assert not report.complete
        assert "INCOMPLETE.TXT" in report.sentence
        names = {Path(name).name for name in tree(target)}
        assert "INCOMPLETE.TXT" in names
        assert not [name for name in names if name.startswith(".")]


def test_a_killed_export_is_gone_on_with(tmp_path: Path, sources: list[Path]) -> None:
    # GIVEN exports that were killed at several moments
    asked = questions(plan_of(sources, tmp_path / "whole"), 0)[1]
    whole = tree(tmp_path / "whole")
    reused = 0
    for call in range(2, asked, asked // 8):
        target = tmp_path / f"out{call}"
        assert in_child(plan_of(sources, target), call, "kill") == -9
        # THEN whatever bears its final name is complete
        for name, data in tree(target).items():
            if name.startswith("DICOM/") and not Path(name).name.startswith("."):
                assert data == whole[name]
        assert (target / "INCOMPLETE.TXT").exists()
        # WHEN the same export is started again in the same folder
        plan = plan_of(sources, target)
        assert plan.refused == ""
        assert plan.continues
        reused += sum(file.already for file in plan.files)
        report = export(plan)
        # THEN it is complete, and nothing of the first attempt lies about
        assert report.complete, report.problems
        assert sums_are_right(target)
        assert set(tree(target)) == set(whole)
    assert reused > 0


def test_another_selection_does_not_go_on_with_a_broken_export(tmp_path: Path, sources: list[Path]) -> None:
    questions(plan_of(sources, tmp_path / "out"), 30)
    plan = plan_of(sources[:3], tmp_path / "out")
    assert "broken off" in plan.refused
    assert plan.suggestion == tmp_path / "out" / "EXPORT1"


@pytest.mark.parametrize("way", ["limit", "tmpfs"])
def test_a_full_medium_is_one_sentence(tmp_path: Path, way: str, sources: list[Path]) -> None:
    # GIVEN a target with room for the small files only
    target = tmp_path / "out"
    target.mkdir()
    plan = plan_of(sources, target)
    world = mounting(target) if way == "tmpfs" else None
    before = tree(tmp_path / "in")
    # WHEN everything is exported to it
    if world is None:
        report = in_child(plan, 0, "limit", str(1 << 20))
    else:
        script = 'mount -t tmpfs -o size=512k tmpfs "$0" && "$@" && cp -r "$0" "$0-seen"'
        report = in_child(plan, 0, "none", before=(*world, "sh", "-c", script, str(target)))
        target = tmp_path / "out-seen"
    # THEN it stopped with one sentence that says what to do, and the sources are untouched
    assert not report["complete"]
    assert not report["verified"]
    assert [problem["path"] for problem in report["problems"]] == [""]
    assert ("is full" if world else "of this size") in report["sentence"]
    assert tree(tmp_path / "in") == before
    # THEN the target says that it is not complete, and nothing half-written lies about
    names = {Path(name).name for name in tree(target)}
    assert "INCOMPLETE.TXT" in names
    assert "SHA256SUMS" not in names
    assert not [name for name in names if name.startswith(".")]


def test_a_stick_that_is_pulled_out_is_noticed(tmp_path: Path, sources: list[Path]) -> None:
    # GIVEN a medium that goes away in the middle; the folder below it is still there and takes files
    target = tmp_path / "out"
    target.mkdir()
    world = mounting(target)
    if world is None:
        pytest.skip("needs the right to mount")
    asked = questions(plan_of(sources, tmp_path / "whole"), 0)[1]
    # WHEN it goes away at any moment
    answers = in_child(plan_of(sources, target), asked, "pull", before=tuple(world))
    assert len(answers) == asked - 1
    for complete, sentence, below in answers:
        # THEN one sentence says so, nothing is called complete, and nothing landed on the disk below
        assert not complete
        assert "pulled out" in sentence
        assert below == []


def test_a_target_without_rights_is_one_sentence(tmp_path: Path, sources: list[Path]) -> None:
    # GIVEN a target where a folder cannot be made, for root too
    target = tmp_path / "out"
    target.mkdir()
    plan = plan_of(sources, target)
    (target / "DICOM").write_bytes(b"a file that appeared meanwhile")
    # WHEN the export begins THEN it stops in words
    report = export(plan)
    assert not report.complete
    assert len(report.problems) == 1
    assert str(target) in report.sentence


def test_plans_and_reports_survive_the_pipe(tmp_path: Path, sources: list[Path]) -> None:
    plan = plan_of([*sources, *sources[:1]], tmp_path / "out\udcff")
    assert wire.plan_in(json.loads(json.dumps(wire.plan_out(plan), default=str))) == plan
    report = export(plan_of(sources, tmp_path / "out"))
    assert wire.report_in(json.loads(json.dumps(wire.report_out(report), default=str))) == report


def test_the_checksums_are_those_of_the_sources(tmp_path: Path, sources: list[Path]) -> None:
    plan = plan_of(sources, tmp_path / "out")
    export(plan)
    listed = (tmp_path / "out" / "SHA256SUMS").read_text().splitlines()
    for file in plan.files:
        assert f"{hashlib.sha256(file.source.read_bytes()).hexdigest()}  {file.target}" in listed
