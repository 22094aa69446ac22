"""Apply and undo give back the tree: every hash, every moment; and nothing of somebody else's is undone."""

import errno
import os
import random
import shutil
from pathlib import Path

import pytest

from console.errors import StoreError, UsageError
from console.model.repair import JobState
from console.repair import job, writing
from console.repair import plan as planning
from console.repair.job import Order
from console.repair.remedies import catalogue
from console.repair.remedies.remedy import Request
from console.repair.spans import walk
from tests.unit.repair.making import (
    NAME,
    PIXELS,
    ROWS,
    el,
    encapsulated,
    hidden,
    planned,
    real_samples,
    rename,
    state_of_tree,
    value,
    xa,
)
from tests.unit.repair.test_apply import COPIES, IN_PLACE, NAMES, archive


@pytest.mark.parametrize("order", [IN_PLACE, COPIES], ids=["in place", "copies"])
def test_apply_and_undo_give_back_the_tree_and_its_moments(tmp_path: Path, order: Order) -> None:
    # GIVEN objects under awkward names, with moments of their own
    home, data = tmp_path / "home", tmp_path / "data"
    paths = archive(data, NAMES)
    before = state_of_tree(data)
    # WHEN a job over all of them is applied and undone
    plan = planned(home, *(rename(path) for path in paths))
    job.apply(home, plan.id, order)
    report = job.undo(home, plan.id)
    # THEN the tree is what it was, and no copy of the job is left
    assert report.state is JobState.UNDONE
    assert state_of_tree(data) == before
    assert {outcome.state for outcome in report.files} == {"undone"}
    assert [path for path in (home / "repair" / plan.id).rglob("result/**/*") if path.is_file()] == []


REMEDIES = {
    "correct-attributes": {"PatientName": "Wang^Wei", "SeveralPatients": "yes"},
    "transcode-charset": {"SpecificCharacterSet": "ISO_IR 192"},
    "relabel-charset": {"SpecificCharacterSet": "GB18030"},
    "rebuild-meta": {},
    "restore-delimiter": {},
    "salvage-frames": {},
    "fix-meta-uid": {},
    "fill-from-sibling": {},
}


@pytest.mark.parametrize("remedy", REMEDIES)
def test_every_remedy_over_the_samples_gives_back_their_tree(tmp_path: Path, remedy: str) -> None:
    # GIVEN the samples up to 400 KB, and some that were damaged
    home, data = tmp_path / "home", tmp_path / "data"
    data.mkdir()
    home.mkdir()
    for number, sample in enumerate(real_samples(400_000)):
        shutil.copy2(sample, data / f"{number}-{sample.name}")
    whole = xa(pixels=encapsulated(b"\xff\xd8\xff\xe0abcd"))
    (data / "headless").write_bytes(xa()[132:])
    (data / "no delimiter").write_bytes(whole[:-8])
    (data / "other uid").write_bytes(xa().replace(b"1.2.3.4\0", b"1.2.3.5\0", 1))
    (data / "no birth date").write_bytes(xa().replace(el(0x00100030, "DA", b"19500131"), el(0x00100030, "DA")))
    frames = el(0x00280008, "IS", b"3 ") + el(ROWS, "US", b"\x08\0")
    three = xa(pixels=el(PIXELS, "OB", bytes(192))).replace(el(ROWS, "US", b"\x08\0"), frames)
    (data / "two of three frames").write_bytes(three[:-50])
    before = state_of_tree(data)
    # WHEN the remedy is applied in place to what it proposes, and undone
    proposal = catalogue.propose(remedy, Request((data,), REMEDIES[remedy]))
    plan = planning.make(home, proposal, operator="Li", why="test")
    assert plan.files
    report = job.apply(home, plan.id, IN_PLACE)
    assert report.problem == ""
    assert report.state is JobState.APPLIED
    assert job.verify(home, plan.id) == ()
    assert (state_of_tree(data) == before) == all(file.new_object for file in plan.files)
    assert job.undo(home, plan.id).state is JobState.UNDONE
    # THEN the tree is what it was
    assert state_of_tree(data) == before


@pytest.mark.parametrize("order", [IN_PLACE, COPIES], ids=["in place", "copies"])
def test_undo_leaves_alone_what_somebody_changed_since(tmp_path: Path, order: Order) -> None:
    # GIVEN a job over three files, of whose results somebody changed the first
    home, data = tmp_path / "home", tmp_path / "data"
    paths = archive(data, ["1.dcm", "2.dcm", "3.dcm"])
    plan = planned(home, *(rename(path) for path in paths))
    report = job.apply(home, plan.id, order)
    somebody = Path(report.files[0].result)
    somebody.write_bytes(somebody.read_bytes()[:-1] + b"!")
    before = state_of_tree(tmp_path / "data")
    # WHEN it is undone THEN it names that file, and touches none
    with pytest.raises(StoreError, match=r"1\.dcm"):
        job.undo(home, plan.id)
    assert state_of_tree(tmp_path / "data") == before
    # WHEN that one is put right again THEN it can be undone
    somebody.write_bytes(somebody.read_bytes()[:-1] + bytes([63]))
    assert job.undo(home, plan.id).state is JobState.UNDONE


def test_undo_of_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    # GIVEN a job whose file somebody removed WHEN it is undone THEN it says so; the backup is still there
    (path,) = archive(tmp_path / "data", ["1.dcm"])
    plan = planned(tmp_path / "home", rename(path))
    report = job.apply(tmp_path / "home", plan.id, IN_PLACE)
    path.unlink()
    with pytest.raises(StoreError, match=r"1\.dcm"):
        job.undo(tmp_path / "home", plan.id)
    assert Path(report.backup, "1.dcm").read_bytes() == xa()


def test_undo_needs_no_backup(tmp_path: Path) -> None:
    # GIVEN a job in place whose backup was lost WHEN it is undone THEN the recipe of the journal gives the old file
    home, data = tmp_path / "home", tmp_path / "data"
    paths = archive(data, ["1.dcm", "2.dcm"])
    before = state_of_tree(data)
    plan = planned(home, *(rename(path) for path in paths))
    report = job.apply(home, plan.id, IN_PLACE)
    shutil.rmtree(report.backup)
    job.undo(home, plan.id)
    assert state_of_tree(data) == before


def test_undo_twice_and_undo_of_nothing_are_refused(tmp_path: Path) -> None:
    # GIVEN a plan WHEN it is undone before it was applied, and twice after THEN it says why not
    (path,) = archive(tmp_path / "data", ["1.dcm"])
    plan = planned(tmp_path / "home", rename(path))
    with pytest.raises(UsageError, match="was not applied yet"):
        job.undo(tmp_path / "home", plan.id)
    job.apply(tmp_path / "home", plan.id, IN_PLACE)
    job.undo(tmp_path / "home", plan.id)
    with pytest.raises(UsageError, match="was undone already"):
        job.undo(tmp_path / "home", plan.id)
    # WHEN it is applied again THEN it asks for a new plan
    with pytest.raises(UsageError, match="Make a new plan"):
        job.apply(tmp_path / "home", plan.id, IN_PLACE)


def test_jobs_on_one_file_are_undone_newest_first(tmp_path: Path) -> None:
    # GIVEN two jobs on one file, one after the other
    home, data = tmp_path / "home", tmp_path / "data"
    (path,) = archive(data, ["1.dcm"])
    before = state_of_tree(data)
    first = planned(home, rename(path, b"FIRST "))
    job.apply(home, first.id, IN_PLACE)
    between = state_of_tree(data)
    second = planned(home, rename(path, b"SECOND"))
    job.apply(home, second.id, IN_PLACE)
    # WHEN the older one is undone first THEN that is refused, and nothing changes
    with pytest.raises(StoreError):
        job.undo(home, first.id)
    assert value(path.read_bytes(), NAME) == b"SECOND"
    # WHEN the newer is undone first THEN both can be
    job.undo(home, second.id)
    assert state_of_tree(data) == between
    job.undo(home, first.id)
    assert state_of_tree(data) == before


def test_undo_that_the_disk_refuses_leaves_the_new_file_and_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a job over three files, and a disk that is full when the second of them is to be put back
    home, data = tmp_path / "home", tmp_path / "data"
    paths = archive(data, ["1.dcm", "2.dcm", "3.dcm"])
    before = state_of_tree(data)
    plan = planned(home, *(rename(path) for path in paths))
    job.apply(home, plan.id, IN_PLACE)
    after = state_of_tree(data)
    count = 0
    real = writing._reserve

    def full(descriptor: int, size: int) -> None:
        nonlocal count
        count += 1
        if count == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor, size)

    with monkeypatch.context() as patched:
        patched.setattr(writing, "_reserve", full)
        with pytest.raises(StoreError, match="full"):
            job.undo(home, plan.id)
    # WHEN the tree is looked at THEN the third is old, the first two new, and nothing lies about
    now = state_of_tree(data)
    assert now[str(paths[2])] == before[str(paths[2])]
    assert [now[str(path)] for path in paths[:2]] == [after[str(path)] for path in paths[:2]]
    assert hidden(data) == []
    # WHEN it is gone on with THEN all are old
    assert job.resume(home, plan.id).state is JobState.UNDONE
    assert state_of_tree(data) == before


def test_undo_keeps_a_mode_that_was_set_meanwhile(tmp_path: Path) -> None:
    # GIVEN a job whose file somebody made read-only for others WHEN it is undone THEN that stays
    (path,) = archive(tmp_path / "data", ["1.dcm"])
    plan = planned(tmp_path / "home", rename(path))
    job.apply(tmp_path / "home", plan.id, IN_PLACE)
    path.chmod(0o640)
    job.undo(tmp_path / "home", plan.id)
    assert path.read_bytes() == xa()
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_file_that_somebody_writes_while_it_is_undone_keeps_what_he_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a job, and somebody who writes to its file just when that is put back
    (path,) = archive(tmp_path / "data", ["1.dcm"])
    plan = planned(tmp_path / "home", rename(path))
    job.apply(tmp_path / "home", plan.id, IN_PLACE)

    def meddle(step: str) -> None:
        if step == "undoing":
            path.write_bytes(xa(b"ZHAO^LEI"))

    monkeypatch.setattr(job, "reached", meddle)
    # WHEN it is undone THEN that is refused, and his bytes stand there
    with pytest.raises(StoreError, match=r"1\.dcm"):
        job.undo(tmp_path / "home", plan.id)
    assert path.read_bytes() == xa(b"ZHAO^LEI")
    assert hidden(tmp_path / "data") == []


def test_random_jobs_one_after_the_other_are_all_taken_back(tmp_path: Path) -> None:
    # GIVEN eight objects and six jobs on some of them, in place
    dice = random.Random(6)
    home, data = tmp_path / "home", tmp_path / "data"
    paths = archive(data, [f"{number}.dcm" for number in range(8)])
    states, jobs = [state_of_tree(data)], []
    for number in range(6):
        some = dice.sample(paths, dice.randint(1, 8))
        plan = planned(home, *(rename(path, b"N" * dice.randrange(2, 60, 2)) for path in some), record=number % 2 == 0)
        report = job.apply(home, plan.id, IN_PLACE)
        assert report.problem == ""
        jobs.append(plan.id)
        states.append(state_of_tree(data))
        assert all(walk(path.read_bytes()).trouble == "" for path in paths)
    # WHEN they are undone, newest first THEN each gives back what stood there before it
    for name in reversed(jobs):
        states.pop()
        job.undo(home, name)
        assert state_of_tree(data) == states[-1]
    assert os.listdir(data)
    assert hidden(data) == []
