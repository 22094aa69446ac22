"""The completion gate: what keeps an inspection from being sealed."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from console.inspection.gaps import gaps, gaps_by_section
from console.model.checks import Status
from console.model.forms import Column, FormItem, FormSection, ItemKind, When
from console.model.inspections import Action, Answer, Attachment, Entry, Inspection, Notice, Permission, Stage, Verdict
from console.model.sentence import Words
from tests.unit.inspection.visits import FORM, found, visit

DAY = date(2026, 11, 20)
PHOTO = Attachment("0" * 64, "a.jpg", 3, "image/jpeg", datetime(2026, 11, 20, tzinfo=UTC))
DONE = Answer(verdict=Verdict.PASS)


def complete(entry: Entry, **more: object) -> Inspection:
    """An inspection with one entry, and everything around it in order."""
    whole = visit(stage=Stage.REVIEW)
    return replace(
        whole,
        entries=(entry,),
        notice=Notice(DAY, "letter", "Wang", "2026-11-23"),
        permission=Permission(DAY, "Wang"),
        conclusion="In order.",
        **more,  # type: ignore[arg-type]  # fields of Inspection
    )


def entry(kind: ItemKind = ItemKind.VERDICT, answer: Answer = DONE, **more: object) -> Entry:
    item = FormItem("it", kind, Words("It"), **more)  # type: ignore[arg-type]  # fields of FormItem
    return Entry("disks/it", FormSection("disks", Words("S"), (item,)), item, answer=answer)


def said(inspection: Inspection) -> list[str]:
    return [str(gap.what) for gap in gaps(inspection)]


def test_what_is_complete_has_no_gap() -> None:
    assert said(complete(entry())) == []


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (entry(answer=Answer()), ["It: not answered."]),
        (entry(answer=Answer(verdict=Verdict.NA)), ["It: a note is needed."]),
        (entry(answer=Answer(verdict=Verdict.NA, note="no such room")), []),
        (entry(answer=Answer(verdict=Verdict.NA), note_when=When.NEVER), ["It: a note is needed."]),
        (entry(answer=replace(DONE, carried=True)), ["It: taken over from the last inspection and not confirmed."]),
        (entry(note_when=When.ALWAYS), ["It: a note is needed."]),
        (entry(attach_when=When.ALWAYS), ["It: a photo or file is needed."]),
        (entry(attach_when=When.ALWAYS, answer=replace(DONE, attachments=(PHOTO,))), []),
        (entry(attach_when=When.FAIL), []),
        (entry(ItemKind.FILE, Answer()), ["It: not answered."]),
        (entry(ItemKind.FILE, Answer(attachments=(PHOTO,))), []),
        (entry(ItemKind.NUMBER, Answer(entered="12", number=12.0)), []),
        (entry(ItemKind.TEXT, Answer(entered=" ")), ["It: not answered."]),
        (entry(required=False, answer=Answer()), []),
        (
            entry(ItemKind.MEASURED, Answer(verdict=Verdict.UNKNOWN)),
            ["It: the check could not find out; look, and write what you saw."],
        ),
        (entry(ItemKind.MEASURED, Answer(verdict=Verdict.UNKNOWN, note="looked: fine")), []),
    ],
)
def test_each_thing_that_is_missing_is_named(broken: Entry, says: list[str]) -> None:
    assert said(complete(broken)) == says


def test_an_unknown_verdict_blocks_where_nothing_is_required_too() -> None:
    assert said(complete(entry(ItemKind.MEASURED, Answer(verdict=Verdict.UNKNOWN), required=False))) != []


def test_what_a_check_found_not_to_apply_needs_no_words_of_a_person() -> None:
    measured = Answer(verdict=Verdict.NA, findings=(found(Status.NA),))
    assert said(complete(entry(ItemKind.MEASURED, measured))) == []
    assert said(complete(entry(ItemKind.MEASURED, replace(measured, findings=())))) == ["It: a note is needed."]


def test_a_failed_item_needs_an_action_with_owner_and_day() -> None:
    failed = entry(answer=Answer(verdict=Verdict.FAIL, note="broken"))
    action = Action("a1", complete(failed).id, "disks/it", "mend it")
    assert said(complete(failed)) == ["It: failed, and no action was opened."]
    assert said(complete(failed, actions=(action,))) == ["It: its action has no owner or no day."]
    assert said(complete(failed, actions=(replace(action, owner="Li", due=DAY),))) == []
    never = entry(answer=Answer(verdict=Verdict.FAIL, note="broken"), action_when=When.NEVER)
    assert said(complete(never)) == []


def test_rows_of_a_table_need_their_columns() -> None:
    table = entry(
        ItemKind.TABLE,
        Answer(verdict=Verdict.PASS, rows=({"name": "Li"}, {"name": " "})),
        columns=(Column("name", Words("Name"), True),),
    )
    assert said(complete(table)) == ["It: row 2 lacks Name."]


def test_notice_permission_and_conclusion_are_asked_of_the_quarterly_form_only() -> None:
    bare = replace(complete(entry()), notice=None, permission=None, conclusion="")
    assert [gap.entry for gap in gaps(bare)] == ["notice", "permission", "conclusion"]
    assert said(replace(bare, form=replace(FORM, quarterly=False))) == []
    # A reason stands for both.
    overridden = replace(bare, permission=Permission(DAY, "", override="urgent"), conclusion="x")
    assert said(overridden) == []


def test_gaps_come_in_the_forms_order_and_are_counted_by_section() -> None:
    whole = visit(stage=Stage.IN_PROGRESS)
    counts = gaps_by_section(whole)
    order = [each.id for each in whole.entries]
    places = [order.index(gap.entry) for gap in gaps(whole) if gap.entry in order]
    assert places == sorted(places)
    assert counts["disks"] == 3
    assert counts["displays"] == 2
    assert counts[""] == 3
    assert sum(counts.values()) == len(gaps(whole))
