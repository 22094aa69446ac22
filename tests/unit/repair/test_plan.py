"""A plan: made without a byte written but its own, read again as it was, previewed as it will be."""

import hashlib
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.errors import Cancelled, StoreError, UsageError
from console.model.repair import Edit
from console.repair import plan as planning
from console.repair.plan import folder_of, load, make
from console.repair.plan_json import plan_from_json, plan_to_json
from console.repair.remedies.remedy import FilePlan, Proposal, Refusal
from tests.unit.repair.making import (
    CHARSET,
    NAME,
    PATIENT_ID,
    REFERENCES,
    ROWS,
    edit,
    patch,
    planned,
    rename,
    said,
    state_of_tree,
    value,
    xa,
)
from tests.unit.repair.test_apply import NAMES, archive

NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


def test_making_a_plan_writes_the_plan_and_nothing_else(tmp_path: Path) -> None:
    # GIVEN an archive WHEN a plan for all of it is made
    data, home = tmp_path / "data", tmp_path / "home"
    paths = archive(data, NAMES)
    before = state_of_tree(data)
    plan = planned(home, *(rename(path) for path in paths))
    # THEN the archive is what it was, and the home folder holds one file
    assert state_of_tree(data) == before
    assert [path.name for path in home.rglob("*") if path.is_file()] == ["plan.json"]
    if sys.platform != "win32":
        assert folder_of(home, plan.id).stat().st_mode & 0o077 == 0


def test_a_plan_is_read_again_as_it_was(tmp_path: Path) -> None:
    # GIVEN a plan with edits, patches, notes and refusals under awkward names
    paths = archive(tmp_path / "data", NAMES)
    files = [
        replace(rename(paths[0]), doubtful=frozenset((0,))),
        FilePlan(paths[1], patches=(patch(0, 4, b"\xff\0\0\0"), patch(9, 0, b"x")), notes=(said("stays"),)),
        edit(paths[2], 0x00091001, b"\xff\x00"),
        edit(paths[3], NAME, None, place=((0x00081110, 0),)),
        FilePlan(tmp_path / "gone", ()),
    ]
    plan = planned(tmp_path / "home", *files)
    # WHEN it is read again THEN it is the same, byte for byte of every value
    assert load(tmp_path / "home", plan.id) == plan
    assert plan_from_json(plan_to_json(plan)) == plan
    assert len(plan.files) == 4
    assert plan.files[0].changes[0].doubtful
    assert len(plan.refused) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="file names of other systems are Unicode")
def test_a_plan_for_a_name_that_is_no_unicode_is_read_again(tmp_path: Path) -> None:
    # GIVEN a file whose name is GBK bytes WHEN its plan is read again THEN it is the same file
    (path,) = archive(tmp_path / "data", [os.fsdecode("张伟.dcm".encode("gbk"))])
    plan = planned(tmp_path / "home", rename(path))
    assert Path(load(tmp_path / "home", plan.id).files[0].path) == path


def test_the_preview_shows_before_and_after_and_the_bytes_where_texts_are_in_doubt(tmp_path: Path) -> None:
    # GIVEN a Chinese name under a wrong label
    name = "王^伟".encode("gbk")
    (path,) = archive(tmp_path / "data", ["1.dcm"])
    path.write_bytes(xa(name, charset=b"ISO_IR 100"))
    new = FilePlan(
        path,
        (
            Edit((), CHARSET, "CS", b"ISO_IR 100", b"GB18030 "),
            Edit((), NAME, "PN", name, "李^伟".encode("gb18030")),
            Edit((), ROWS, "US", b"\x08\0", b"\x10\0"),
            Edit((), 0x00081030, "LO", None, b"PCI "),
            Edit((), PATIENT_ID, "LO", b"P0017 ", None),
        ),
        doubtful=frozenset((1,)),
    )
    # WHEN a plan is made
    plan = planned(tmp_path / "home", new)
    changes = {change.tag: change for change in plan.files[0].changes}
    # THEN each line says what stands there under the old label, and what will under the new one
    assert (changes[CHARSET].before, changes[CHARSET].after) == ("ISO_IR 100", "GB18030")
    assert changes[NAME].after == "李^伟"
    assert changes[NAME].doubtful
    assert bytes.fromhex(changes[NAME].before_hex.replace(" ", "")) == name
    assert (changes[ROWS].before, changes[ROWS].after) == ("8", "16")
    assert (changes[0x00081030].before, changes[0x00081030].after) == ("", "PCI")
    assert (changes[PATIENT_ID].before, changes[PATIENT_ID].after) == ("P0017", "")


def test_a_nested_change_shows_where_it_is(tmp_path: Path) -> None:
    # GIVEN a change inside a sequence WHEN a plan is made THEN the preview names the way to it
    (path,) = archive(tmp_path / "data", ["1.dcm"])
    place = ((REFERENCES, 0),)
    plan = planned(tmp_path / "home", edit(path, 0x00081155, b"1.2.3.10", vr="UI", place=place))
    (change,) = plan.files[0].changes
    assert change.place == place
    assert (change.before, change.after) == ("1.2.3.9", "1.2.3.10")


def test_an_evil_value_is_shown_letter_by_letter(tmp_path: Path) -> None:
    # GIVEN a name with an escape sequence WHEN a plan is made THEN the preview holds no control character
    (path,) = archive(tmp_path / "data", ["1.dcm"])
    path.write_bytes(xa(b"A\x1b]0;evil\x07\r\n"))
    plan = planned(tmp_path / "home", rename(path))
    assert all(letter.isprintable() for change in plan.files[0].changes for letter in change.before)


def test_one_file_under_several_names_is_planned_once(tmp_path: Path) -> None:
    # GIVEN a file, a link to it, and the way to it through the folder above WHEN a plan is made THEN it is in it once
    (path,) = archive(tmp_path / "data", ["1.dcm"])
    link = tmp_path / "link"
    link.symlink_to(path)
    around = tmp_path / "data" / ".." / "data" / "1.dcm"
    plan = planned(tmp_path / "home", rename(link), rename(path), rename(around))
    assert [file.path for file in plan.files] == [str(path)]


def test_refusals_of_the_remedy_stand_in_the_plan(tmp_path: Path) -> None:
    # GIVEN a proposal that refuses a file WHEN a plan is made THEN it says so, and how many need nothing
    proposal = Proposal("fix-meta-uid", refused=(Refusal(tmp_path / "x", said("no")),), unchanged=7)
    plan = make(tmp_path, proposal, operator="Li", why="")
    assert (plan.refused[0].path, plan.unchanged) == (str(tmp_path / "x"), 7)


def test_ids_are_unique_also_when_the_clock_stands_still_or_is_set_back(tmp_path: Path) -> None:
    # GIVEN a clock that stands still WHEN several plans are made THEN each has its own id
    made = [make(tmp_path, Proposal("x"), operator="Li", why="", clock=lambda: NOON).id for _turn in range(5)]
    assert len(set(made)) == 5
    assert all(name.startswith("20261120-120000-x") for name in made)


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a limit of two files WHEN a plan for three is made THEN it says how many there may be
    monkeypatch.setattr(planning, "MOST_FILES", 2)
    files = tuple(FilePlan(tmp_path / str(number)) for number in range(3))
    with pytest.raises(UsageError, match="3 files are too many for one job; 2 are the most"):
        make(tmp_path, Proposal("x", files), operator="Li", why="")


def test_a_plan_can_be_stopped_and_leaves_nothing(tmp_path: Path) -> None:
    # GIVEN a plan over five files that the operator stops at the third
    paths = archive(tmp_path / "data", [f"{number}.dcm" for number in range(5)])
    told: list[tuple[int, int, str]] = []
    with pytest.raises(Cancelled):
        make(
            tmp_path / "home", Proposal("x", tuple(rename(path) for path in paths)), operator="Li", why="",
            progress=lambda *words: told.append(words), cancelled=lambda: len(told) >= 3,
        )  # fmt: skip
    # THEN it told how far it was, and no job is there
    assert told == [(0, 5, "0.dcm"), (1, 5, "1.dcm"), (2, 5, "2.dcm")]
    assert not (tmp_path / "home").exists()


def test_a_home_folder_that_takes_nothing_is_a_sentence(tmp_path: Path) -> None:
    # GIVEN a home folder whose place for jobs is a file WHEN a plan is made THEN it says so
    (tmp_path / "repair").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be made"):
        make(tmp_path, Proposal("x"), operator="Li", why="")


def test_what_the_operator_typed_cannot_break_a_line(tmp_path: Path) -> None:
    # GIVEN a reason with control characters WHEN a plan is made THEN they do not reach the journal or the report
    plan = make(tmp_path, Proposal("x"), operator="L\x1bi\n", why="be\r\ncause\x07")
    assert plan.operator.isprintable()
    assert plan.why.isprintable()


def test_a_plan_holds_what_proves_the_file(tmp_path: Path) -> None:
    # GIVEN an object WHEN a plan is made THEN size, moment, inode and hash of the file stand in it
    (path,) = archive(tmp_path / "data", ["1.dcm"])
    (file,) = planned(tmp_path / "home", rename(path)).files
    found = path.stat()
    assert (file.size, file.mtime_ns, file.inode) == (found.st_size, found.st_mtime_ns, found.st_ino)
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert value(path.read_bytes(), NAME) == file.edits[0].old
