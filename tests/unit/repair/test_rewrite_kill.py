"""kill -9 at every call to the system: the old file or the new one, and a job that goes on or is undone."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from console.model.repair import JobState
from console.repair import job, preparing, writing
from tests.unit.repair.jobs import COPIES, IN_PLACE, NAME, NEW_NAME, small, top, tree_hashes
from tests.unit.repair.rewrite_child import data_of, only_job

if sys.platform == "win32":
    pytest.skip("there is no fork there to kill a hundred processes with", allow_module_level=True)

CHECKOUT = Path(__file__).parents[3]
OLD = {"IM 1": small(1)}


@pytest.fixture(autouse=True)
def no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here cuts the power: what is written need not reach the disk."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


def run(what: str, folder: Path, *words: str) -> str:
    line = [sys.executable, "-B", "-m", "tests.unit.repair.rewrite_child", what, str(folder), *words]
    result = subprocess.run(line, cwd=CHECKOUT, capture_output=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr.decode()[-2000:]
    return result.stdout.decode()


def deaths(folder: Path, what: str) -> list[Path]:
    """The folders in which a process died at its first, second … call to the system; the last one lived."""
    steps = [[int(word) for word in line.split()] for line in run(what, folder).splitlines()]
    assert [alive for _step, alive in steps] == [0] * (len(steps) - 1) + [1]
    return [folder / str(step) for step, _alive in steps]


def is_old_or_new(folder: Path) -> set[str]:
    """Which there are, of the files of an archive; no third kind."""
    found = set()
    for name, old in OLD.items():
        data = (data_of(folder) / name).read_bytes()
        if data == old:
            found.add("old")
        else:
            assert top(data, NAME) == NEW_NAME, name
            found.add("new")
    return found


def settled(folder: Path, in_place: bool) -> None:
    """Go on with a job that died, or begin it; then it is whole."""
    home, name = folder / "home", only_job(folder)
    state = job.report(home, name).state
    if state is JobState.PLANNED:
        job.apply(home, name, IN_PLACE if in_place else COPIES)
    elif state is JobState.BROKEN_OFF:
        job.resume(home, name)
    report = job.report(home, name)
    assert report.state is JobState.APPLIED
    assert [outcome.state for outcome in report.files] == ["done"] * 2
    assert job.verify(home, name) == ()


def nothing_left_over(folder: Path) -> None:
    """No temporary file of the job, anywhere but its own lock."""
    names = [path.name for path in folder.rglob(".*") if path.is_file()]
    assert names == []


def put_back(folder: Path) -> None:
    """Undo a job that has begun; the archive is what it was, byte for byte."""
    home, name = folder / "home", only_job(folder)
    if job.report(home, name).state in (JobState.PLANNED, JobState.UNDONE):
        return
    assert job.undo(home, name).state is JobState.UNDONE
    nothing_left_over(folder)


def old_tree(folder: Path) -> dict[str, bytes]:
    data = data_of(folder)
    return {str(path.relative_to(data)): path.read_bytes() for path in data.rglob("*") if path.is_file()}


@pytest.mark.parametrize("what", ["apply", "copy"])
def test_a_kill_at_any_call_of_a_job_leaves_old_or_new_files(tmp_path: Path, what: str) -> None:
    # GIVEN a job of one file that changes and one that is made WHEN it dies at each of its calls to the system in turn
    seen = set()
    for number, folder in enumerate(deaths(tmp_path, what)):
        # THEN each file is the old or the new one
        kinds = is_old_or_new(folder)
        seen |= kinds
        assert what == "apply" or kinds == {"old"}
        # THEN the job goes on to its end, and is undone; every third is undone at once
        if number % 3:
            settled(folder, what == "apply")
            assert is_old_or_new(folder) == ({"new"} if what == "apply" else {"old"})
        put_back(folder)
        assert old_tree(folder) == OLD, folder
    assert seen == ({"old", "new"} if what == "apply" else {"old"})


def test_a_kill_at_any_call_of_an_undo_leaves_one_that_can_be_ended(tmp_path: Path) -> None:
    # GIVEN a job that was applied WHEN its undo dies at each of its calls to the system in turn
    for number, folder in enumerate(deaths(tmp_path, "undo")):
        is_old_or_new(folder)
        home, name = folder / "home", only_job(folder)
        state = job.report(home, name).state
        # THEN undo, and resume as well, bring it to its end
        if state is JobState.BROKEN_OFF and number % 2:
            assert job.resume(home, name).state is JobState.UNDONE
        elif state is not JobState.UNDONE:
            assert job.undo(home, name).state is JobState.UNDONE
        assert old_tree(folder) == OLD, folder
        nothing_left_over(folder)


def test_a_kill_while_a_job_is_gone_on_with_changes_nothing_of_that(tmp_path: Path) -> None:
    # GIVEN a job that died before its first file was moved WHEN going on with it dies at each call to the system
    for folder in deaths(tmp_path, "resume"):
        is_old_or_new(folder)
        # THEN going on once more ends it
        settled(folder, in_place=True)
        put_back(folder)
        assert old_tree(folder) == OLD, folder


def test_every_step_of_the_protocol_is_a_place_to_die_at(tmp_path: Path) -> None:
    # GIVEN every word that the protocol calls out while it applies
    sources = [Path(str(module.__file__)).read_text() for module in (job, preparing, writing)]
    words = sorted({word for source in sources for word in re.findall(r'reached\("([^"]+)"\)', source)})
    applying = [word for word in words if word not in ("undoing", "put back") and not word.startswith("undo")]
    assert len(applying) >= 12
    # WHEN a job dies at each of them
    run("words", tmp_path, *applying)
    for word in applying:
        folder = tmp_path / word.replace(" ", "-")
        # THEN the files are old until the first was moved, and the job goes on
        assert is_old_or_new(folder) <= {"old", "new"}
        before = tree_hashes(data_of(folder))
        home, name = folder / "home", only_job(folder)
        if word == "end":
            assert job.report(home, name).state is JobState.APPLIED
        else:
            assert job.resume(home, name).state is JobState.APPLIED
            with pytest.raises(Exception, match="applied already"):
                job.resume(home, name)
        assert (tree_hashes(data_of(folder)) == before) == (word == "end")
        put_back(folder)
        assert old_tree(folder) == OLD
