"""Actions across inspections: open until somebody closes them with evidence, whatever was sealed meanwhile."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from console.errors import StoreError, UsageError
from console.inspection import action_index
from console.inspection.actions import (
    ActionBook,
    actions_of,
    all_actions,
    assign,
    close,
    find,
    open_actions,
    overdue,
    with_open,
)
from console.inspection.records import Records
from console.model.inspections import Action, Attachment, Inspection
from console.store.documents import open_documents
from tests.unit.inspection.visits import NOON, sealed, visit

OLD, NEW = "a" * 32, "b" * 32
LOOK = "displays/look"
URGENT = Action("1" * 32, OLD, LOOK, "Replace the display", "Han", date(2026, 12, 1), NOON)
LATER = Action("2" * 32, NEW, LOOK, "Order a cable", "Li", date(2027, 1, 1), NOON)
PROOF = Attachment("ab" * 32, "note.pdf", 9, "application/pdf", NOON)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    (tmp_path / "home").mkdir()
    return Records(tmp_path / "home")


def with_actions(inspection_id: str, *actions: Action, quarter: str = "2026Q3") -> Inspection:
    return replace(visit(inspection_id, quarter), actions=actions)


def test_open_actions_of_all_inspections_come_with_the_most_urgent_first(records: Records) -> None:
    # GIVEN a sealed inspection with one action, and a draft with a later one and the copy of the first
    records.take_in(sealed(with_actions(OLD, URGENT)))
    records.take_in(with_actions(NEW, LATER, URGENT, quarter="2026Q4"))
    # THEN each is there once
    assert open_actions(records) == (URGENT, LATER)
    assert overdue(open_actions(records), date(2026, 12, 2)) == (URGENT,)
    assert overdue(open_actions(records), date(2026, 12, 1)) == ()


def test_an_action_of_a_sealed_inspection_is_closed_and_the_record_stays_as_it_is(records: Records) -> None:
    done = sealed(with_actions(OLD, URGENT))
    records.take_in(done)
    before = records.path(OLD).read_bytes()
    # WHEN it is closed with evidence
    closed = close(records, URGENT.id, by="Li", evidence=" Replaced ", at=NOON, attachments=(PROOF,))
    # THEN nobody has to see to it any more, what was done is kept, and the record did not change
    assert open_actions(Records(records.home)) == ()
    assert actions_of(Records(records.home), done) == (closed,)
    assert (closed.evidence, closed.closed_by, closed.attachments) == ("Replaced", "Li", (PROOF,))
    assert records.path(OLD).read_bytes() == before


def test_an_action_of_a_draft_is_closed_in_the_draft(records: Records) -> None:
    records.take_in(with_actions(NEW, LATER))
    close(records, LATER.id, by="Li", evidence="Ordered", at=NOON)
    assert records.open(NEW).actions[0].evidence == "Ordered"
    assert ActionBook(records.home).states() == {}
    assert open_actions(records) == ()


def test_an_action_is_closed_once_and_only_with_evidence(records: Records) -> None:
    records.take_in(sealed(with_actions(OLD, URGENT)))
    for evidence in ("", " \t "):
        with pytest.raises(UsageError, match="evidence"):
            close(records, URGENT.id, by="Li", evidence=evidence, at=NOON)
    with pytest.raises(UsageError, match="4000"):
        close(records, URGENT.id, by="Li", evidence="x" * 4001, at=NOON)
    close(records, URGENT.id, by="Li", evidence="Replaced", at=NOON)
    with pytest.raises(UsageError, match="closed on 2026-11-23 already: Replaced"):
        close(records, URGENT.id, by="Han", evidence="Again", at=NOON)


def test_an_action_gets_another_owner_and_another_day(records: Records) -> None:
    records.take_in(sealed(with_actions(OLD, URGENT)))
    assign(records, URGENT.id, owner=" Zhao ", due=date(2027, 2, 1))
    (now,) = open_actions(records)
    assert (now.owner, now.due, now.what) == ("Zhao", date(2027, 2, 1), URGENT.what)
    with pytest.raises(UsageError, match="owner"):
        assign(records, URGENT.id, owner=" ", due=date(2027, 2, 1))
    close(records, URGENT.id, by="Li", evidence="Replaced", at=NOON)
    with pytest.raises(UsageError, match="closed"):
        assign(records, URGENT.id, owner="Li", due=date(2027, 2, 1))


def test_an_action_is_found_by_the_beginning_of_its_id(records: Records) -> None:
    other = replace(LATER, id="1" * 31 + "3")
    records.take_in(sealed(with_actions(OLD, URGENT)))
    records.take_in(with_actions(NEW, other))
    assert find(records, other.id) == other
    for wrong, said in (("1", "Several"), ("9", "No action"), ("", "No action")):
        with pytest.raises(UsageError, match=said):
            find(records, wrong)


def test_a_draft_takes_over_what_is_open_from_before_as_it_stands_now(records: Records) -> None:
    # GIVEN an open action of last quarter, and one that is closed since
    shut = replace(URGENT, id="3" * 32, closed=NOON, evidence="Done")
    records.take_in(sealed(with_actions(OLD, URGENT, shut)))
    draft = with_actions(NEW, LATER, quarter="2026Q4")
    records.take_in(draft)
    # WHEN the draft takes them over
    taken = with_open(draft, all_actions(records))
    # THEN its own come first, then the open one; a closed one that it never had does not
    assert taken.actions == (LATER, URGENT)
    # AND when that one is closed it stays in the draft, closed
    records.take_in(taken)
    closed = close(records, URGENT.id, by="Li", evidence="Replaced", at=NOON)
    assert with_open(taken, all_actions(records)).actions == (LATER, closed)


def test_what_was_closed_in_the_draft_that_took_it_over_is_closed(records: Records) -> None:
    records.take_in(sealed(with_actions(OLD, URGENT)))
    closed = replace(URGENT, closed=NOON, closed_by="Li", evidence="Replaced")
    records.take_in(with_actions(NEW, closed, quarter="2026Q4"))
    assert open_actions(records) == ()
    assert actions_of(records, records.open(OLD)) == (closed,)


def test_an_action_whose_inspection_is_not_here_is_followed_all_the_same(records: Records) -> None:
    records.take_in(with_actions(NEW, URGENT, quarter="2026Q4"))
    assert open_actions(records) == (URGENT,)
    close(records, URGENT.id, by="Li", evidence="Replaced", at=NOON)
    assert open_actions(records) == ()


def test_actions_of_another_site_can_be_left_out(records: Records) -> None:
    records.take_in(with_actions(OLD, URGENT))
    records.take_in(replace(with_actions(NEW, LATER), site_name="Another hospital"))
    assert open_actions(records, "Hospital") == (URGENT,)
    assert all_actions(records, "Another hospital") == (LATER,)


def test_a_console_that_only_reads_closes_nothing(records: Records) -> None:
    records.take_in(sealed(with_actions(OLD, URGENT)))
    reader = Records(records.home, read_only=True)
    assert open_actions(reader) == (URGENT,)
    with pytest.raises(StoreError):
        close(reader, URGENT.id, by="Li", evidence="Replaced", at=NOON)
    assert open_actions(records) == (URGENT,)


def test_without_inspections_there_are_no_actions(records: Records) -> None:
    assert all_actions(records) == open_actions(records) == ()


def test_a_book_that_was_written_in_by_hand_is_still_read(records: Records) -> None:
    records.take_in(sealed(with_actions(OLD, URGENT)))
    close(records, URGENT.id, by="Li", evidence="Replaced", at=NOON)
    table = open_documents(records.home / "actions" / "2026.json").table("actions")
    table.insert({"id": 7, "what": ["rubbish"]})
    assert open_actions(records) == ()
    assert len(all_actions(records)) == 1


# The index


def test_records_that_did_not_change_are_not_read_again(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    records.take_in(sealed(with_actions(OLD, URGENT)))
    records.take_in(with_actions(NEW, LATER))
    assert open_actions(records) == (URGENT, LATER)
    read: list[Path] = []
    whole = action_index._read

    def reading(path: Path) -> tuple[Action, ...] | None:
        read.append(path)
        return whole(path)

    monkeypatch.setattr(action_index, "_read", reading)
    # WHEN nothing changed, and then one of two records
    assert open_actions(Records(records.home)) == (URGENT, LATER)
    assert read == []
    records.take_in(replace(with_actions(NEW, LATER), conclusion="More."))
    assert open_actions(Records(records.home)) == (URGENT, LATER)
    # THEN only that one is read
    assert [path.name for path in read] == [f"{NEW}.json"]


@pytest.mark.parametrize("content", [b"", b"rubbish" * 999, None])
def test_the_index_can_be_lost_or_damaged(records: Records, content: bytes | None) -> None:
    records.take_in(sealed(with_actions(OLD, URGENT)))
    assert open_actions(records) == (URGENT,)
    path = records.home / "actions" / action_index.NAME
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    assert open_actions(Records(records.home, read_only=True)) == (URGENT,)
    assert open_actions(Records(records.home)) == (URGENT,)
    assert open_actions(Records(records.home)) == (URGENT,)


def test_actions_of_a_record_that_is_gone_go_with_it(records: Records) -> None:
    records.take_in(with_actions(NEW, LATER))
    assert open_actions(records) == (LATER,)
    for path in records.folder.glob(f"{NEW}.json*"):
        path.unlink()
    assert open_actions(Records(records.home)) == ()


def test_a_damaged_record_does_not_hide_the_actions_of_the_others(records: Records) -> None:
    records.take_in(sealed(with_actions(OLD, URGENT)))
    records.take_in(with_actions(NEW, LATER))
    for path in records.folder.glob(f"{NEW}.json*"):
        path.write_bytes(b"rubbish")
    assert open_actions(Records(records.home)) == (URGENT,)
