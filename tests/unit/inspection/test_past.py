"""What earlier inspections say about the same items."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from console.inspection.past import carried, earlier_ones, past_of, trend
from console.model.inspections import EMPTY, Answer, Entry, Inspection, Past, Stage, Verdict
from tests.unit.inspection.visits import BACKUP, FORM, SERIAL, Memory, answer, line_of, visit

QUARTERS = ("2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3")


def sealed(quarter: str, hours: float, revision: int = 0, **more: object) -> Inspection:
    """A sealed visit that says how old the backup was."""
    values = {"disks/backup-age": answer(Verdict.PASS, f"{hours:g} h", hours)}
    made = visit(f"{quarter}-{revision}", quarter, stage=Stage.SIGNED, revision=revision, answers=values)
    return replace(made, **more)  # type: ignore[arg-type]


def changed(inspection: Inspection, entry_id: str, change: Callable[[Entry], Entry]) -> Inspection:
    entries = tuple(change(each) if each.id == entry_id else each for each in inspection.entries)
    return replace(inspection, entries=entries)


def test_the_last_four_quarters_stand_beside_a_value_oldest_first() -> None:
    # GIVEN five sealed quarters, and the present one
    shelf = Memory(*(sealed(quarter, hours) for hours, quarter in enumerate(QUARTERS)), visit())
    # WHEN the past of the present one is asked for
    past = past_of(shelf, visit())
    # THEN the last four speak, of the items that were answered
    assert list(past) == ["disks/backup-age"]
    assert [each.quarter for each in past["disks/backup-age"]] == list(QUARTERS[1:])
    assert past["disks/backup-age"][-1] == Past("2026Q3", 4, "4 h", Verdict.PASS)
    # AND no more than those four were opened
    assert shelf.opened == [f"{quarter}-0" for quarter in QUARTERS[1:]]


def test_drafts_other_sites_other_forms_and_later_quarters_do_not_speak() -> None:
    shelf = Memory(
        sealed("2026Q1", 1, stage=Stage.REVIEW),
        sealed("2026Q2", 2, site_name="Another hospital"),
        sealed("2026Q3", 3, form=replace(FORM, id="other")),
        sealed("2027Q1", 4),
        sealed("2026Q4", 5),
    )
    assert past_of(shelf, visit()) == {}


def test_a_damaged_record_is_left_out() -> None:
    class Damaged(Memory):
        def lines(self) -> tuple:  # type: ignore[type-arg]
            return tuple(replace(each, damaged="unreadable") for each in super().lines())

    assert past_of(Damaged(sealed("2026Q3", 3)), visit()) == {}


def test_of_a_quarter_with_a_revision_the_revision_speaks() -> None:
    shelf = Memory(sealed("2026Q3", 30, revision=1), sealed("2026Q3", 3))
    assert [each.entered for each in past_of(shelf, visit())["disks/backup-age"]] == ["30 h"]


def test_a_revision_does_not_look_back_at_what_it_amends() -> None:
    shelf = Memory(sealed("2026Q4", 4), sealed("2026Q3", 3))
    revision = replace(visit("new"), revision=1, amends="2026Q4-0")
    assert [each.quarter for each in past_of(shelf, revision)["disks/backup-age"]] == ["2026Q3"]


def test_each_visit_of_a_form_that_is_not_owed_each_quarter_speaks() -> None:
    # GIVEN two acceptance tests in one quarter, and a third one today
    form = replace(FORM, id="acceptance", quarterly=False)
    visits = [
        replace(
            visit(f"{day}", "2026Q4", stage=Stage.SIGNED, form=form, planned=date(2026, 11, day)), number=f"A-{day}"
        )
        for day in (3, 9)
    ]
    today = replace(visit("today", form=form), planned=date(2026, 11, 23))
    # THEN both earlier ones come before it, and none before the first
    assert [each.id for each in earlier_ones(Memory(*visits, today), today)] == ["3", "9"]
    assert earlier_ones(Memory(*visits, today), visits[0]) == ()


@pytest.mark.parametrize(
    ("past", "now", "numbers", "change", "direction"),
    [
        ((10.0, 20.0), 26.0, (10, 20, 26), 6, 1),
        ((20.0,), 14.0, (20, 14), -6, -1),
        ((20.0,), 20.0, (20, 20), 0, 0),
        ((20.0,), None, (20,), None, 0),
        ((20.0, None), 14.0, (20, 14), None, 0),
        ((), 14.0, (14,), None, 0),
    ],
)
def test_a_trend_is_the_numbers_and_the_last_change(
    past: tuple[float | None, ...], now: float | None, numbers: tuple[float, ...], change: float | None, direction: int
) -> None:
    before = [Past("", each, "", Verdict.NONE) for each in past]
    found = trend(replace(EMPTY, number=now), before)
    assert (found.numbers, found.change, found.direction) == (numbers, change, direction)


def test_static_data_is_taken_over_and_marked_and_results_are_not() -> None:
    # GIVEN a sealed quarter with a serial number, a remark, a verdict and a number
    values = {
        "displays/serial": replace(answer(Verdict.NONE, "SN-1", note="on the back"), carried=False),
        "displays/remark": answer(entered="scratched"),
        "displays/look": answer(Verdict.PASS),
        "disks/backup-age": answer(Verdict.PASS, "3 h", 3),
    }
    before = visit("old", "2026Q3", stage=Stage.SIGNED, answers=values)
    # WHEN the next inspection begins
    taken = carried(Memory(before), visit())
    # THEN the serial number alone is offered, marked, without the old note and without who typed it
    assert taken.entry("displays/serial").answer == Answer(entered="SN-1", carried=True)
    others = [each for each in taken.entries if each.id != "displays/serial"]
    assert all(each.answer == EMPTY for each in others)


def test_what_is_entered_already_is_never_replaced_by_what_is_carried() -> None:
    before = visit("old", "2026Q3", stage=Stage.SIGNED, answers={"displays/serial": answer(entered="SN-1")})
    now = visit(answers={"displays/serial": answer(entered="SN-2")})
    assert carried(Memory(before), now) == now


def test_what_the_form_asks_differently_by_now_is_not_carried() -> None:
    before = visit("old", "2026Q3", stage=Stage.SIGNED, answers={"displays/serial": answer(entered="SN-1")})
    now = changed(visit(), "displays/serial", lambda each: replace(each, item=replace(BACKUP, carry=True)))
    assert carried(Memory(before), now) == now


def test_without_an_earlier_inspection_nothing_is_carried() -> None:
    assert carried(Memory(), visit()) == visit()
    assert SERIAL.carry
    assert line_of(visit()).stage is Stage.IN_PROGRESS
