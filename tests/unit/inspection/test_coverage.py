"""Which quarters of a contract have their inspection."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.inspection.coverage import quarter_ends, quarter_of, quarters
from console.model.inspections import Coverage, InspectionLine, Stage
from console.model.site import Contract
from tests.unit.inspection.visits import FORM, line_of, visit

YEAR = Contract("WB-1", date(2026, 1, 1), date(2026, 12, 31))
TODAY = date(2026, 11, 23)


def line(quarter: str, stage: Stage, inspection_id: str = "a" * 32, revision: int = 0) -> InspectionLine:
    return line_of(visit(inspection_id, quarter, stage=stage, revision=revision))


def test_each_quarter_of_the_contract_says_how_it_stands() -> None:
    # GIVEN a year of which two quarters are sealed or signed, one was forgotten and one runs
    lines = [line("2026Q1", Stage.SIGNED, "a"), line("2026Q2", Stage.FINAL, "b"), line("2026Q4", Stage.NOTIFIED, "d")]
    # WHEN it is looked at in November
    found = quarters(YEAR, lines, TODAY)
    # THEN each has its word, the inspection that counts and the days that are left
    assert [(each.name, each.coverage, each.inspection, each.days_left) for each in found] == [
        ("2026Q1", Coverage.SIGNED, "a", -237),
        ("2026Q2", Coverage.SEALED, "b", -146),
        ("2026Q3", Coverage.OVERDUE, "", -54),
        ("2026Q4", Coverage.NOTIFIED, "d", 38),
    ]


@pytest.mark.parametrize(
    ("stage", "running", "over"),
    [
        (Stage.PLANNED, Coverage.MISSING, Coverage.OVERDUE),
        (Stage.PERMITTED, Coverage.PERMITTED, Coverage.OVERDUE),
        (Stage.IN_PROGRESS, Coverage.PERMITTED, Coverage.OVERDUE),
        (Stage.REVIEW, Coverage.DONE, Coverage.OVERDUE),
        (Stage.FINAL, Coverage.SEALED, Coverage.SEALED),
        (Stage.SIGNED_BY_US, Coverage.SEALED, Coverage.SEALED),
        (Stage.ARCHIVED, Coverage.SIGNED, Coverage.SIGNED),
    ],
)
def test_what_is_not_sealed_when_the_quarter_ends_is_overdue(stage: Stage, running: Coverage, over: Coverage) -> None:
    last_day = date(2026, 12, 31)
    for today, expected, left in ((last_day, running, 0), (last_day + timedelta(days=1), over, -1)):
        (*_before, found) = quarters(YEAR, [line("2026Q4", stage)], today)
        assert (found.coverage, found.days_left) == (expected, left)


def test_a_revision_that_is_being_written_does_not_take_away_what_is_signed() -> None:
    lines = [line("2026Q1", Stage.SIGNED, "old"), line("2026Q1", Stage.IN_PROGRESS, "new", 1)]
    for order in (lines, lines[::-1]):
        assert quarters(YEAR, order, TODAY)[0].inspection == "old"


def test_of_two_sealed_issues_the_later_revision_counts() -> None:
    lines = [line("2026Q1", Stage.FINAL, "old"), line("2026Q1", Stage.FINAL, "new", 1)]
    for order in (lines, lines[::-1]):
        assert quarters(YEAR, order, TODAY)[0].inspection == "new"


def test_other_forms_other_sites_and_damaged_records_do_not_count() -> None:
    other = visit("b" * 32, "2026Q4", stage=Stage.SIGNED, form=replace(FORM, id="training"))
    elsewhere = visit("c" * 32, "2026Q4", stage=Stage.SIGNED, site_name="Another hospital")
    broken = line_of(visit("d" * 32, "2026Q4", stage=Stage.SIGNED), damaged="unreadable")
    found = quarters(YEAR, [line_of(other), line_of(elsewhere), broken], TODAY, site_name="Hospital")
    assert found[-1].coverage is Coverage.MISSING


def test_a_contract_that_begins_and_ends_inside_quarters_owes_both() -> None:
    # GIVEN a contract from March to the next February
    contract = Contract("WB-2", date(2026, 3, 15), date(2027, 2, 20))
    found = quarters(contract, [], date(2026, 3, 20))
    # THEN the first and the last quarter are its own, and the last one ends with the contract
    assert [each.name for each in found] == ["2026Q1", "2026Q2", "2026Q3", "2026Q4", "2027Q1"]
    assert found[-1].days_left == (date(2027, 2, 20) - date(2026, 3, 20)).days


def test_without_a_term_the_quarters_of_this_year_are_shown() -> None:
    assert [each.name for each in quarters(Contract(), [], TODAY)] == ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]


def test_a_slip_in_the_contract_does_not_make_a_thousand_quarters() -> None:
    assert len(quarters(Contract("", date(2026, 1, 1), date(9999, 12, 31)), [], TODAY)) == 80
    assert quarters(Contract("", date(2027, 1, 1), date(2026, 1, 1)), [], TODAY) == ()


@given(st.dates(date(1900, 1, 1), date(9998, 12, 31)))
def test_every_day_lies_in_its_quarter(day: date) -> None:
    name = quarter_of(day)
    assert quarter_of(quarter_ends(name)) == name
    assert day <= quarter_ends(name) < day + timedelta(days=92)


@pytest.mark.parametrize("name", ["", "2026", "2026Q5", "2026Q0", "26Q1", "Q1", "2026q1", "２０２６Q1"])
def test_what_is_no_quarter_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="quarter"):
        quarter_ends(name)
