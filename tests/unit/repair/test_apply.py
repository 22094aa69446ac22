"""A plan applied: in place with a ticket, or into copies; what was planned is there, and all else as it was."""

import hashlib
import os
import random
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from console.errors import Cancelled, UsageError
from console.model.repair import JobState
from console.repair import job
from console.repair import plan as planning
from console.repair.job import Order
from console.repair.remedies.remedy import FilePlan, NewFile
from tests.unit.repair.making import (
    NAME,
    PIXELS,
    SEQUENCE_END,
    edit,
    el,
    encapsulated,
    hidden,
    patch,
    planned,
    rename,
    said,
    state_of_tree,
    value,
    xa,
)

IN_PLACE, COPIES = Order(True, "T-1", "李工"), Order(operator="李工")
NAMES = [
    "plain.dcm",
    "冠脉 造影.dcm",
    "two  blanks .dcm",
    "new\nline.dcm",
    "deep/er/张^伟/IM 1",
    "a" * 250,
    "quote'\"\\.dcm",
]


def archive(folder: Path, names: list[str]) -> list[Path]:
    """Different objects under these names."""
    paths = [folder / name for name in names]
    for number, path in enumerate(paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(xa(b"WANG^" + b"WEI" * (number + 1)))
        os.utime(path, ns=(10**18 + number, 10**18 + number))
    return paths


def the_rest(data: bytes) -> bytes:
    """What no edit of the name may touch: the pixels and the private elements."""
    at = data.index(b"ACME 1.0")
    return data[at : at + 38] + data[-64:]


def test_in_place_the_files_are_the_new_ones_and_the_backup_the_old(tmp_path: Path) -> None:
    # GIVEN objects under awkward names
    home, data = tmp_path / "home", tmp_path / "data"
    paths = archive(data, NAMES)
    before = {path: path.read_bytes() for path in paths}
    modes = [0o640 if number % 2 else 0o600 for number in range(len(paths))]
    for path, mode in zip(paths, modes, strict=True):
        path.chmod(mode)
    # WHEN their name is changed in place
    plan = planned(home, *(rename(path) for path in paths))
    report = job.apply(home, plan.id, IN_PLACE)
    # THEN every file has the new name, the rest of it as it was, and its mode
    assert report.state is JobState.APPLIED
    assert report.done == len(NAMES)
    assert report.problem == ""
    for path, mode in zip(paths, modes, strict=True):
        assert value(path.read_bytes(), NAME) == b"LI^XIAOLONG^^DR "
        assert the_rest(path.read_bytes()) == the_rest(before[path])
        assert path.stat().st_mode & 0o777 == mode or sys.platform == "win32"
    # THEN the backup holds the old ones as they lay, nothing else lies about, and the job holds together
    kept = {path: Path(report.backup, path.relative_to(data)).read_bytes() for path in paths}
    assert kept == before
    assert hidden(data) == []
    assert job.verify(home, plan.id) == ()


def test_copies_lie_as_the_files_do_and_the_files_are_not_touched(tmp_path: Path) -> None:
    # GIVEN objects under awkward names
    home, data = tmp_path / "home", tmp_path / "data"
    paths = archive(data, NAMES)
    before = state_of_tree(data)
    # WHEN their name is changed without saying "in place"
    plan = planned(home, *(rename(path) for path in paths))
    report = job.apply(home, plan.id, COPIES)
    # THEN the files are what they were, to the moment, and the copies lie below the job's folder in the same way
    assert state_of_tree(data) == before
    assert report.state is JobState.APPLIED
    assert not report.in_place
    assert report.backup == ""
    for outcome in report.files:
        result = Path(outcome.result)
        assert result == home / "repair" / plan.id / "result" / Path(outcome.path).relative_to(data)
        assert value(result.read_bytes(), NAME) == b"LI^XIAOLONG^^DR "
    assert job.verify(home, plan.id) == ()


def test_the_report_holds_the_hashes_of_both_and_of_the_pixels(tmp_path: Path) -> None:
    # GIVEN an object WHEN its name is changed
    (path,) = archive(tmp_path / "data", ["one.dcm"])
    old = path.read_bytes()
    plan = planned(tmp_path / "home", rename(path))
    (outcome,) = job.apply(tmp_path / "home", plan.id, IN_PLACE).files
    # THEN the hashes are those of the files and of the pixels alone
    assert outcome.old_sha256 == hashlib.sha256(old).hexdigest()
    assert outcome.new_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert outcome.pixels_sha256 == hashlib.sha256(bytes(range(64))).hexdigest()


def test_in_place_needs_a_ticket(tmp_path: Path) -> None:
    # GIVEN a plan WHEN it is to be applied in place without a ticket THEN it says so and nothing happens
    (path,) = archive(tmp_path / "data", ["one.dcm"])
    before = state_of_tree(tmp_path / "data")
    plan = planned(tmp_path / "home", rename(path))
    for ticket in ("", "  "):
        with pytest.raises(UsageError, match="--ticket"):
            job.apply(tmp_path / "home", plan.id, Order(True, ticket))
    assert state_of_tree(tmp_path / "data") == before
    assert job.report(tmp_path / "home", plan.id).state is JobState.PLANNED


@pytest.mark.parametrize("order", [IN_PLACE, COPIES], ids=["in place", "copies"])
def test_applying_twice_is_refused(tmp_path: Path, order: Order) -> None:
    # GIVEN a job that was applied
    (path,) = archive(tmp_path / "data", ["one.dcm"])
    plan = planned(tmp_path / "home", rename(path))
    job.apply(tmp_path / "home", plan.id, order)
    before = state_of_tree(tmp_path)
    # WHEN it is applied again THEN it says that it was, and nothing changes
    with pytest.raises(UsageError, match="was applied already"):
        job.apply(tmp_path / "home", plan.id, order)
    assert {path: what for path, what in state_of_tree(tmp_path).items() if "lock" not in path} == {
        path: what for path, what in before.items() if "lock" not in path
    }


def test_a_second_plan_for_the_same_change_is_refused_by_what_stands_there(tmp_path: Path) -> None:
    # GIVEN two plans for the same file, one of them applied
    (path,) = archive(tmp_path / "data", ["one.dcm"])
    one, two = (planned(tmp_path / "home", rename(path)) for _number in range(2))
    assert one.id != two.id
    job.apply(tmp_path / "home", one.id, IN_PLACE)
    before = state_of_tree(tmp_path / "data")
    # WHEN the other is applied THEN the file is not the one that it was made for
    with pytest.raises(UsageError, match="changed since the plan"):
        job.apply(tmp_path / "home", two.id, IN_PLACE)
    assert state_of_tree(tmp_path / "data") == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks for a right to make links")
def test_a_symbolic_link_stays_one_and_the_file_behind_it_changes(tmp_path: Path) -> None:
    # GIVEN a link to an object, relative, in another folder
    (path,) = archive(tmp_path / "data", ["one.dcm"])
    link = tmp_path / "links" / "link.dcm"
    link.parent.mkdir()
    link.symlink_to("../data/one.dcm")
    # WHEN what the link names is changed in place, and named twice
    plan = planned(tmp_path / "home", rename(link), rename(path))
    report = job.apply(tmp_path / "home", plan.id, IN_PLACE)
    # THEN it was changed once, and the link is a link
    assert len(plan.files) == 1
    assert plan.files[0].named == str(link)
    assert report.done == 1
    assert link.is_symlink()
    assert value(path.read_bytes(), NAME) == b"LI^XIAOLONG^^DR "
    # WHEN it is undone THEN that holds too
    job.undo(tmp_path / "home", plan.id)
    assert link.is_symlink()
    assert link.read_bytes() == xa(b"WANG^WEI")


def test_of_a_file_with_two_names_only_the_one_that_was_meant_changes_and_the_plan_says_so(tmp_path: Path) -> None:
    # GIVEN an object with two names
    (path,) = archive(tmp_path / "data", ["one.dcm"])
    other = tmp_path / "data" / "other.dcm"
    os.link(path, other)
    # WHEN it is changed in place
    plan = planned(tmp_path / "home", rename(path))
    assert plan.files[0].links == 2
    assert any("hard links" in str(note) for note in plan.files[0].notes)
    job.apply(tmp_path / "home", plan.id, IN_PLACE)
    # THEN the other name still means the old bytes
    assert other.read_bytes() == xa(b"WANG^WEI")
    assert value(path.read_bytes(), NAME) == b"LI^XIAOLONG^^DR "


@pytest.mark.skipif(sys.platform != "linux", reason="file names of other systems are Unicode")
def test_a_name_that_is_no_unicode_is_a_name_all_the_same(tmp_path: Path) -> None:
    # GIVEN a file whose name is GBK bytes
    name = os.fsdecode("张伟.dcm".encode("gbk"))
    (path,) = archive(tmp_path / "data", [name])
    # WHEN it is changed and undone THEN both work
    plan = planned(tmp_path / "home", rename(path))
    assert job.apply(tmp_path / "home", plan.id, IN_PLACE).done == 1
    assert value(path.read_bytes(), NAME) == b"LI^XIAOLONG^^DR "
    job.undo(tmp_path / "home", plan.id)
    assert path.read_bytes() == xa(b"WANG^WEI")


def test_a_stopped_job_keeps_what_was_done_and_is_gone_on_with(tmp_path: Path) -> None:
    # GIVEN five objects, of which two are changed before the operator stops
    home, data = tmp_path / "home", tmp_path / "data"
    paths = archive(data, [f"{number}.dcm" for number in range(5)])
    plan = planned(home, *(rename(path) for path in paths))
    seen: list[int] = []
    before = state_of_tree(data)
    report = job.apply(
        home, plan.id, COPIES, lambda done, _total, _what: seen.append(done), lambda: bool(seen) and seen[-1] >= 2
    )
    # WHEN it is looked at THEN it says what was done, nothing half-done lies about
    assert report.state is JobState.PARTLY
    assert report.done == 2
    assert "stopped" in report.problem.lower()
    assert hidden(home / "repair" / plan.id / "result") == []
    # WHEN it is gone on with THEN all five are done, and the two were not done again
    first = Path(report.files[0].result).stat().st_mtime_ns
    again = job.resume(home, plan.id)
    assert again.state is JobState.APPLIED
    assert again.done == 5
    assert again.problem == ""
    assert Path(report.files[0].result).stat().st_mtime_ns == first
    assert state_of_tree(data) == before
    # WHEN it is gone on with once more THEN there is nothing left to do
    with pytest.raises(UsageError, match="applied already"):
        job.resume(home, plan.id)


def test_a_job_stopped_in_the_middle_of_a_file_leaves_that_file_as_it_was(tmp_path: Path) -> None:
    # GIVEN an object that is asked about several times while it is written
    home, data = tmp_path / "home", tmp_path / "data"
    (path,) = archive(data, ["one.dcm"])
    before = state_of_tree(data)
    plan = planned(home, rename(path))
    for most in range(1, 60):
        asked: list[int] = []

        def stop(most: int = most, asked: list[int] = asked) -> bool:
            asked.append(1)
            return len(asked) == most

        # WHEN the operator stops at each of these moments THEN the file is the old one, or the job was done by then
        with suppress(Cancelled):
            job.apply(home, plan.id, IN_PLACE, cancelled=stop)
        if job.report(home, plan.id).state is JobState.APPLIED:
            break
        assert state_of_tree(data) == before
        job.undo(home, plan.id)
        plan = planned(home, rename(path))
    else:
        pytest.fail("the job was never left in peace")


def test_a_stopped_job_in_place_is_undone(tmp_path: Path) -> None:
    # GIVEN a job in place that was stopped after two of five files
    home, data = tmp_path / "home", tmp_path / "data"
    paths = archive(data, [f"{number}.dcm" for number in range(5)])
    before = state_of_tree(data)
    plan = planned(home, *(rename(path) for path in paths))
    done: list[int] = []

    def count(number: int, _total: int, _what: str) -> None:
        done.append(number)

    report = job.apply(home, plan.id, IN_PLACE, count, lambda: len(done) >= 7)
    assert report.state is JobState.PARTLY
    assert 0 < report.done < 5
    # WHEN it is undone THEN the tree is what it was
    assert job.undo(home, plan.id).state is JobState.UNDONE
    assert state_of_tree(data) == before


def test_bytes_that_are_no_element_are_patched(tmp_path: Path) -> None:
    # GIVEN an object without its last delimiter
    path = tmp_path / "data" / "one.dcm"
    path.parent.mkdir()
    whole = xa(pixels=encapsulated(b"\xff\xd8abcd"))
    path.write_bytes(whole[:-8])
    # WHEN the delimiter is patched behind
    plan = planned(tmp_path / "home", FilePlan(path, patches=(patch(len(whole) - 8, 0, SEQUENCE_END),)))
    report = job.apply(tmp_path / "home", plan.id, IN_PLACE)
    # THEN the file is whole, byte by byte
    assert report.done == 1
    assert path.read_bytes() == whole


def test_a_file_is_made_and_nothing_that_stands_there_is_replaced(tmp_path: Path) -> None:
    # GIVEN a plan that makes two files, of which one turns up before it is applied
    home, data = tmp_path / "home", tmp_path / "data"
    data.mkdir()
    made = [NewFile(data / name, b"x" * 100, said("made")) for name in ("ONE", "TWO")]
    plan = planned(home, made=made)
    (data / "TWO").write_bytes(b"somebody's")
    # WHEN it is applied
    report = job.apply(home, plan.id, IN_PLACE)
    # THEN the first is there, the second is what somebody wrote, and the report says why
    assert (data / "ONE").read_bytes() == b"x" * 100
    assert (data / "TWO").read_bytes() == b"somebody's"
    assert report.state is JobState.PARTLY
    assert "exists already" in report.problem
    # WHEN it is undone THEN the first is gone and the second still there
    job.undo(home, plan.id)
    assert [path.name for path in data.iterdir()] == ["TWO"]


def test_another_object_never_takes_the_place_of_the_file(tmp_path: Path) -> None:
    # GIVEN a plan whose result is an object of its own
    home, data = tmp_path / "home", tmp_path / "data"
    (path,) = archive(data, ["one.dcm"])
    before = state_of_tree(data)
    changed = edit(path, NAME, b"LI^WEI", vr="PN")
    plan = planned(home, FilePlan(path, changed.edits, new_object=True))
    # WHEN it is applied in place THEN it lies in the job's folder, and the file stands as it was
    report = job.apply(home, plan.id, IN_PLACE)
    assert state_of_tree(data) == before
    assert report.done == 1
    assert Path(report.files[0].result).is_relative_to(home)


def test_an_empty_plan_is_kept_and_not_applied(tmp_path: Path) -> None:
    # GIVEN a plan without files WHEN it is applied THEN it says that there is nothing to do
    plan = planned(tmp_path / "home")
    with pytest.raises(UsageError, match="changes nothing"):
        job.apply(tmp_path / "home", plan.id, IN_PLACE)


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "nothing", "x" * 300, "a\nb"])
def test_what_is_no_job_is_said_to_be_none(tmp_path: Path, name: str) -> None:
    # GIVEN a home folder without jobs WHEN one is asked for THEN it says so in a sentence
    for ask in (job.report, job.undo, job.resume, job.verify, planning.load):
        with pytest.raises(UsageError, match="is no job"):
            ask(tmp_path, name)


def test_jobs_are_listed_newest_first_and_a_damaged_one_says_so(tmp_path: Path) -> None:
    # GIVEN two jobs, one of them applied, and one whose journal somebody changed
    home = tmp_path / "home"
    paths = archive(tmp_path / "data", ["1.dcm", "2.dcm", "3.dcm"])
    plans = [planned(home, rename(path)) for path in paths]
    job.apply(home, plans[0].id, IN_PLACE)
    job.apply(home, plans[1].id, COPIES)
    journal = home / "repair" / plans[1].id / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"begin"', b'"begun"', 1))
    # WHEN they are listed
    lines = {line.id: line for line in job.jobs(home)}
    # THEN each says how far it came
    assert [line.id for line in job.jobs(home)] == sorted(lines, reverse=True)
    assert lines[plans[0].id].state is JobState.APPLIED
    assert lines[plans[0].id].in_place
    assert lines[plans[2].id].state is JobState.PLANNED
    assert "was changed" in lines[plans[1].id].damaged


def test_verify_names_what_was_changed_after_the_job(tmp_path: Path) -> None:
    # GIVEN a job in place WHEN a file and a backup are changed afterwards
    home = tmp_path / "home"
    one, two = archive(tmp_path / "data", ["1.dcm", "2.dcm"])
    plan = planned(home, rename(one), rename(two))
    report = job.apply(home, plan.id, IN_PLACE)
    one.write_bytes(one.read_bytes() + b"\0")
    Path(report.backup, "2.dcm").unlink()
    # THEN verify names both
    wrong = job.verify(home, plan.id)
    assert len(wrong) == 2
    assert "1.dcm" in wrong[0]
    assert "2.dcm" in wrong[1]


def test_the_pixels_of_the_result_are_the_bytes_of_the_source(tmp_path: Path) -> None:
    # GIVEN 5 MB of pixels, more than is copied at a time
    pixels = random.Random(1).randbytes(5_000_002)
    path = tmp_path / "big.dcm"
    path.write_bytes(xa(pixels=el(PIXELS, "OW", pixels)))
    # WHEN the name in front of them becomes longer THEN they follow byte by byte
    plan = planned(tmp_path / "home", rename(path))
    assert job.apply(tmp_path / "home", plan.id, IN_PLACE).done == 1
    assert path.read_bytes().endswith(pixels)
