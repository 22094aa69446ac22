"""The list of inspections: from the index, which may be lost, old or damaged at any time."""

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from console.i18n import set_language
from console.inspection import lifecycle, listing
from console.inspection.records import Records
from console.model.inspections import Stage, Verdict
from console.store.documents import CheckedStorage
from tests.unit.inspection.homes import LOOK, NOON, NOTICE, SERIAL, answer, begun, new, records_of, sealed


def index_of(home: Path) -> Path:
    return home / "inspections" / "index.sqlite"


def test_the_list_says_what_the_records_say(tmp_path: Path) -> None:
    # GIVEN two inspections, one with an item passed and one failed
    records = records_of(tmp_path)
    first = begun(records, "2026Q3")
    records.change(first.id, lambda each: answer(each, LOOK, "", Verdict.FAIL))
    second = sealed(records, "2026Q4")
    # WHEN they are listed by another console
    lines = {line.id: line for line in records_of(tmp_path).lines()}
    # THEN each line says so
    assert (lines[first.id].passed, lines[first.id].failed, lines[first.id].stage) == (1, 1, Stage.IN_PROGRESS)
    assert (lines[second.id].stage, lines[second.id].quarter, lines[second.id].gaps) == (Stage.FINAL, "2026Q4", 0)
    assert lines[second.id].planned == date(2026, 11, 23)
    assert lines[second.id].site_name == "第一医院"
    assert lines[second.id].number == second.number


def test_the_list_speaks_the_language_in_use(tmp_path: Path) -> None:
    # GIVEN a list that was made in English WHEN the language changes THEN the titles do
    records = records_of(tmp_path)
    new(records)
    assert records.lines()[0].title == "Quarterly inspection"
    set_language("zh")
    assert records.lines()[0].title == "季度巡检"
    assert records_of(tmp_path).lines()[0].title == "季度巡检"


def test_a_change_is_in_the_list_at_once(tmp_path: Path) -> None:
    # GIVEN a list that is known to two consoles WHEN one of them changes a record
    records = records_of(tmp_path)
    reader = records_of(tmp_path, read_only=True)
    made = new(records)
    assert reader.lines()[0].stage is records.lines()[0].stage is Stage.PLANNED
    records.change(made.id, lambda each: lifecycle.announce(each, NOTICE))
    # THEN both see it
    assert reader.lines()[0].stage is records.lines()[0].stage is Stage.NOTIFIED


def test_only_what_changed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN five inspections in an index
    records = records_of(tmp_path)
    made = [new(records) for _each in range(5)]
    records.lines()
    read: list[Path] = []
    real = CheckedStorage.read

    def counted(storage: CheckedStorage) -> object:
        read.append(storage.path)
        return real(storage)

    fresh = records_of(tmp_path)
    fresh.change(made[2].id, lambda each: lifecycle.announce(each, NOTICE))
    monkeypatch.setattr(CheckedStorage, "read", counted)
    # WHEN a new console lists them THEN it reads the changed one alone, and then none
    assert len(records_of(tmp_path).lines()) == 5
    assert read == [records.path(made[2].id)]
    records_of(tmp_path).lines()
    assert len(read) == 1


def test_a_lost_index_is_built_again(tmp_path: Path) -> None:
    # GIVEN a list WHEN its index is deleted, cut, overwritten, or of another version
    records = records_of(tmp_path)
    made = {new(records).id for _each in range(3)}
    records.lines()
    index = index_of(tmp_path)
    whole = index.read_bytes()
    for damage in (None, b"", whole[:700], b"no database at all" * 100, whole[:200] + b"\xff" * (len(whole) - 200)):
        if damage is None:
            index.unlink()
        else:
            index.write_bytes(damage)
        # THEN the list is whole all the same, for a reader too, and the index is good again
        assert {line.id for line in records_of(tmp_path, read_only=True).lines()} == made
        assert {line.id for line in records_of(tmp_path).lines()} == made
        with sqlite3.connect(index) as connection:
            assert connection.execute("SELECT count(*) FROM line").fetchone() == (3,)
        connection.close()
    with sqlite3.connect(index) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    assert {line.id for line in records_of(tmp_path).lines()} == made


def test_a_removed_inspection_leaves_the_list(tmp_path: Path) -> None:
    # GIVEN two inspections in a list WHEN one draft's files are removed THEN one is left, in a new console too
    records = records_of(tmp_path)
    one, other = new(records), new(records)
    assert len(records.lines()) == 2
    for path in records.folder.glob(f"{one.id}*"):
        path.unlink()
    assert [line.id for line in records.lines()] == [other.id]
    assert [line.id for line in records_of(tmp_path).lines()] == [other.id]


def test_a_record_whose_file_is_gone_is_listed_from_the_one_before(tmp_path: Path) -> None:
    # GIVEN a record whose file was deleted by mistake, its generation before not
    told: list[str] = []
    records = records_of(tmp_path, told=told)
    made = begun(records)
    records.path(made.id).unlink()
    # WHEN the inspections are listed THEN it is there, and the operator hears of it
    assert [line.id for line in records.lines()] == [made.id]
    assert len(told) == 1
    assert "missing" in told[0]


def test_a_damaged_record_is_listed_with_the_reason_and_the_others_stay(tmp_path: Path) -> None:
    # GIVEN a record that cannot be read, nor the one before it
    records = records_of(tmp_path)
    bad, good = new(records), new(records)
    records.lines()
    records.path(bad.id).write_bytes(b"\x00" * 500)
    for path in records.folder.glob(f"{bad.id}.json.prev"):
        path.unlink()
    # WHEN they are listed, twice and by a new console THEN it stands first, with a sentence that names its file
    for each in (records, records, records_of(tmp_path)):
        first, second = each.lines()
        assert first.id == bad.id
        assert str(records.path(bad.id)) in first.damaged
        assert (second.id, second.damaged) == (good.id, "")


def test_foreign_files_are_not_listed(tmp_path: Path) -> None:
    # GIVEN files of others in the folder WHEN the inspections are listed THEN they are passed over
    records = records_of(tmp_path)
    made = new(records)
    for name in (
        "notes.json",
        "seals.json",
        f"{made.id}.json.damaged-20261123-101500",
        f".{made.id}.json.1.ab.cathlab-tmp",
    ):
        (records.folder / name).write_text("{}")
    assert [line.id for line in records.lines()] == [made.id]


def test_an_empty_home_has_an_empty_list(tmp_path: Path) -> None:
    # GIVEN a home without inspections WHEN it is listed THEN it is empty, and nothing is made
    assert records_of(tmp_path).lines() == ()
    assert Records(tmp_path, read_only=True).lines() == ()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_under_the_index_hides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN an index that cannot be written
    records = records_of(tmp_path)
    made = new(records)

    def full(*_arguments: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    fresh = records_of(tmp_path)
    monkeypatch.setattr(listing.Listing, "_write", full)
    # WHEN the inspections are listed THEN the list is whole
    assert [line.id for line in fresh.lines()] == [made.id]
    assert [line.id for line in fresh.lines()] == [made.id]


def test_the_newest_stands_first(tmp_path: Path) -> None:
    # GIVEN a report with a revision, and one without WHEN they are listed THEN the later revision stands first
    records = records_of(tmp_path)
    made = sealed(records, "2026Q3")
    revision = records.revise(made.id, "wrong serial number", "李工")
    records.change(revision.id, lambda each: answer(each, SERIAL, "SN-9"))
    order = [(line.number, line.revision) for line in records.lines()]
    assert order == [(made.number, 1), (made.number, 0)]
    assert revision.created is not None
    assert revision.created > NOON
