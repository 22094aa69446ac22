"""kill -9 whenever the protocol reaches a step of a job over several files; and what somebody does before it goes on.

Every single call to the system is the matter of test_rewrite_kill; here each step of each of several files is, in
place, into copies and back, and the order in which these were done.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from console.errors import ConsoleError, StoreError
from console.model.repair import JobState
from console.repair import job
from console.repair.journal import Journal
from tests.unit.repair.making import NAME, hidden, planned, rename, state_of_tree, value, xa
from tests.unit.repair.test_apply import COPIES, IN_PLACE, archive

if sys.platform == "win32":
    pytest.skip("there is no fork there to kill a hundred processes with", allow_module_level=True)

CHECKOUT = Path(__file__).parents[3]
FILES = ["冠脉 1.dcm", "deep/two  blanks.dcm", "new\nline.dcm"]
NEW = b"LI^XIAOLONG^^DR "
HOOKED = ("console.repair.writing", "console.repair.preparing", "console.repair.job")


def job_of(folder: Path) -> str:
    """The one job of a folder."""
    (name,) = os.listdir(folder / "home" / "repair")
    return name


def prepare(folder: Path, what: str) -> None:
    """An archive, a plan over all of it, and for an undo the job done."""
    folder.mkdir()
    plan = planned(folder / "home", *(rename(path) for path in archive(folder / "data", FILES)))
    if what == "undo":
        job.apply(folder / "home", plan.id, IN_PLACE)
    elif what == "undo of copies":
        job.apply(folder / "home", plan.id, COPIES)


def act(folder: Path, what: str) -> None:
    """What is killed."""
    name = job_of(folder)
    if what.startswith("undo"):
        job.undo(folder / "home", name)
    else:
        job.apply(folder / "home", name, IN_PLACE if what == "in place" else COPIES)


def hook(stop: int) -> list[str]:
    """Have the process die at the `stop`-th step; the steps that were reached."""
    steps: list[str] = []

    def reached(step: str) -> None:
        steps.append(step)
        if len(steps) == stop:
            os.kill(os.getpid(), signal.SIGKILL)

    for module in HOOKED:
        setattr(importlib.import_module(module), "reached", reached)  # noqa: B010 - mypy would not let it be assigned
    return steps


def main(folder: Path, what: str) -> None:
    """In folders 0, 1, 2 …: nobody dies in the first, which tells the steps; then one process dies at each of them."""
    # What was written outlives a kill without reaching the disk.
    setattr(os, "fsync", lambda _descriptor: None)  # noqa: B010 - as above
    prepare(folder / "0", what)
    steps = hook(0)
    act(folder / "0", what)
    for number in range(1, len(steps) + 1):
        hook(0)
        prepare(folder / str(number), what)
        pid = os.fork()
        if pid == 0:
            hook(number)
            act(folder / str(number), what)
            os._exit(1)
        assert os.waitpid(pid, 0)[1] == signal.SIGKILL, steps[number - 1]
    sys.stdout.write(json.dumps(steps))


@pytest.mark.parametrize("what", ["in place", "copies", "undo", "undo of copies"])
def test_a_kill_at_any_step_of_any_file_leaves_old_or_new_files_and_a_job_that_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    # GIVEN a job over three files WHEN a process dies at each step of the protocol in turn
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    line = [sys.executable, "-B", "-m", "tests.unit.repair.test_kill", str(tmp_path), what]
    told = subprocess.run(line, cwd=CHECKOUT, capture_output=True, timeout=120, check=False)
    assert told.returncode == 0, told.stderr.decode()[-2000:]
    steps: list[str] = json.loads(told.stdout)
    # THEN there are many of them, each file's among them
    assert len(steps) >= (6 if what.startswith("undo") else 27)
    for number, step in enumerate(steps, 1):
        folder = tmp_path / str(number)
        home, data, name = folder / "home", folder / "data", job_of(folder)
        olds = [xa(b"WANG^" + b"WEI" * (count + 1)) for count in range(len(FILES))]
        kinds = []
        # THEN every file is the old or the new one, whole, and those that were done come first
        for path, old in zip([data / each for each in FILES], olds, strict=True):
            raw = path.read_bytes()
            assert raw == old or value(raw, NAME) == NEW, step
            kinds.append("old" if raw == old else "new")
        assert kinds == sorted(kinds), step  # "new" stands before "old": in order, and back from the end
        # WHEN the job is gone on with
        state = job.report(home, name).state
        if state is JobState.BROKEN_OFF:
            after = job.resume(home, name)
            assert after.state is (JobState.UNDONE if what.startswith("undo") else JobState.APPLIED), step
        elif state is JobState.PLANNED:
            act(folder, what)
        # THEN no temporary file is left, and going on a second time changes nothing
        done = state_of_tree(data)
        assert hidden(data) == [], step
        assert hidden(home / "repair" / name) in ([], [".lock"]), step
        with pytest.raises(ConsoleError):
            job.resume(home, name)
        assert state_of_tree(data) == done
        assert job.verify(home, name) == ()
        # THEN it is undone to the bytes and the moments of the beginning
        if job.report(home, name).state is JobState.APPLIED:
            job.undo(home, name)
        for count, (path, old) in enumerate(zip([data / each for each in FILES], olds, strict=True)):
            assert path.read_bytes() == old, step
            assert path.stat().st_mtime_ns == 10**18 + count, step


def killed(tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str, Path]:
    """A job in place over one file that "died" at a step: home, job, file."""

    class Dead(BaseException):
        """Nobody catches it, as nobody catches a kill."""

    def reached(now: str) -> None:
        if now == step:
            raise Dead

    (path,) = archive(tmp_path / "data", ["1.dcm"])
    plan = planned(tmp_path / "home", rename(path))
    with monkeypatch.context() as patched:
        for module in HOOKED:
            patched.setattr(importlib.import_module(module), "reached", reached)
        with pytest.raises(Dead):
            job.apply(tmp_path / "home", plan.id, IN_PLACE)
    return tmp_path / "home", plan.id, path


@pytest.mark.parametrize("step", ["intent", "copied", "ready", "replaced"])
@pytest.mark.parametrize("how", ["changed", "gone"])
def test_a_file_that_somebody_changed_after_the_kill_is_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, how: str
) -> None:
    # GIVEN a job that died, and somebody who changed or removed the file since
    home, name, path = killed(tmp_path, step, monkeypatch)
    kept = path.read_bytes()
    if how == "changed":
        path.write_bytes(kept + b"\0\0")
    else:
        path.unlink()
    before = {place: what for place, what in state_of_tree(tmp_path / "data").items() if "part" not in place}
    # WHEN it is gone on with or undone THEN it stops, names the file, and touches nothing of it
    for action in (job.resume, job.undo):
        with pytest.raises(ConsoleError, match=r"1\.dcm|a person has to look"):
            action(home, name)
        after = {place: what for place, what in state_of_tree(tmp_path / "data").items() if "part" not in place}
        assert after == before
    assert job.report(home, name).state is JobState.STOPPED
    # WHEN the person put it right THEN the job can be undone
    path.write_bytes(kept)
    job.undo(home, name)
    assert path.read_bytes() == xa()
    assert hidden(tmp_path / "data") == []


def test_a_kill_in_the_middle_of_the_backup_leaves_a_whole_backup_after_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a job that died when one of its originals was copied
    home, name, path = killed(tmp_path, "copied one", monkeypatch)
    backup = home / "repair" / name / "orig" / "1.dcm"
    backup.write_bytes(b"half")
    # WHEN it is gone on with THEN the backup is made anew
    report = job.resume(home, name)
    assert report.state is JobState.APPLIED
    assert backup.read_bytes() == xa()
    assert value(path.read_bytes(), NAME) == NEW


def test_a_torn_line_of_the_journal_is_a_step_that_was_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a job that was applied, whose journal is cut at every byte of its lines about the file
    (path,) = archive(tmp_path / "data", ["1.dcm"])
    home = tmp_path / "home"
    plan = planned(home, rename(path))
    job.apply(home, plan.id, IN_PLACE)
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    journal = home / "repair" / plan.id / "journal.jsonl"
    whole, new = journal.read_bytes(), path.read_bytes()
    at = whole.index(b'"done"')
    for end in range(whole.rindex(b"\n", 0, at) + 1, len(whole), 7):
        journal.write_bytes(whole[:end])
        # WHEN it is gone on with THEN it finds by the hash that the file is the new one, and ends
        if job.report(home, plan.id).state is JobState.BROKEN_OFF:
            assert job.resume(home, plan.id).state is JobState.APPLIED
        assert path.read_bytes() == new
        assert [line["what"] for line in Journal(journal.parent).lines][-2:] == ["done", "end"]


def test_a_job_whose_journal_somebody_changed_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a job that died, and a journal that somebody changed
    home, name, _path = killed(tmp_path, "ready", monkeypatch)
    journal = home / "repair" / name / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"undo":[', b'"undo":[ ', 1))
    before = state_of_tree(tmp_path / "data")
    # WHEN anything is asked of it THEN it says that the journal was changed
    for action in (job.resume, job.undo, job.report, job.verify):
        with pytest.raises(StoreError, match="was changed"):
            action(home, name)
    assert state_of_tree(tmp_path / "data") == before


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
