"""Where every question stands, fed with what a run says."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from console.checkboard import CheckBoard
from console.checks.overlays import Overlays
from console.model.board import Board
from console.model.check_run import Answered, CheckRun, Ended, Planned, PlannedRow, Started
from console.model.checks import Finding, Status
from console.model.sentence import NOTHING, Sentence, Words

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def row(check: str, target: str = "a") -> PlannedRow:
    return PlannedRow(check, target, Words(check), target, ("D1",))


def found(check: str, status: Status, target: str = "a", item: str = "") -> Finding:
    said = Sentence("said")
    return Finding(
        check, target, item, status, said, said, NOTHING, (), (), NOTHING, ("D1",), (), NOON, 0.1, None, Words(check),
        target,
    )  # fmt: skip


def ended(*, stopped: bool = False, problem: str = "") -> Ended:
    return Ended(1, Status.OK, 1.0, stopped, problem)


@pytest.fixture
def overlays(tmp_path: Path) -> Overlays:
    overlays = Overlays(tmp_path)
    overlays.load()
    return overlays


def statuses(board: Board) -> dict[tuple[str, str], Status | str]:
    return {(row.check, row.item): row.status or row.state for row in board.rows}


def test_rows_wait_run_and_have_their_verdicts_in_the_order_of_the_plan(overlays: Overlays) -> None:
    # GIVEN a run of three questions, of which the last was asked in an earlier run too
    state = CheckBoard()
    state.know([found("load", Status.OK), found("old", Status.WARN)])
    state.begin()
    state.hear(Planned((row("disk"), row("memory"), row("load"))), NOON)
    # WHEN one is being asked and one is answered with two findings
    state.hear(Started("disk", "a"), NOON)
    state.hear(Started("memory", "a"), NOON)
    two = found("memory", Status.OK, item="ram"), found("memory", Status.CRIT, item="swap")
    state.hear(Answered("memory", "a", two), NOON)
    board = state.board(TODAY, overlays)
    # THEN each says how it stands, no question shows an earlier verdict while it waits, and what was not asked stays
    assert [(row.check, row.item, row.status or row.state) for row in board.rows] == [
        ("disk", "", "running"), ("memory", "ram", Status.OK), ("memory", "swap", Status.CRIT),
        ("load", "", "waiting"), ("old", "", Status.WARN),
    ]  # fmt: skip
    assert (board.running, board.done, board.total) == (True, 1, 3)


@pytest.mark.parametrize("stopped", [True, False])
def test_what_a_run_left_open_is_no_old_green(overlays: Overlays, stopped: bool) -> None:
    # GIVEN two questions that were in order the last time
    state = CheckBoard()
    state.know([found("disk", Status.OK), found("load", Status.OK)])
    state.begin()
    state.hear(Planned((row("disk"), row("load"))), NOON)
    state.hear(Started("disk", "a"), NOON)
    # WHEN the run ends before either is answered
    state.hear(ended(stopped=stopped), NOON)
    board = state.board(TODAY, overlays)
    # THEN both say so
    assert statuses(board) == {("disk", ""): Status.SKIPPED, ("load", ""): Status.SKIPPED}
    assert (board.running, board.stopped) == (False, stopped)


def test_a_question_that_finds_less_than_before_keeps_no_row_of_what_is_gone(overlays: Overlays) -> None:
    state = CheckBoard()
    state.know([found("disk", Status.CRIT, item="/old"), found("disk", Status.OK, item="/")])
    state.begin()
    state.hear(Planned((row("disk"),)), NOON)
    state.hear(Answered("disk", "a", (found("disk", Status.OK, item="/"),)), NOON)
    assert statuses(state.board(TODAY, overlays)) == {("disk", "/"): Status.OK}


def test_changes_are_those_against_the_run_that_is_compared_with(overlays: Overlays) -> None:
    # GIVEN a board that is compared with the last run
    state = CheckBoard()
    state.know([found("a", Status.OK), found("b", Status.CRIT), found("c", Status.CRIT)])
    before = (found("a", Status.OK), found("b", Status.WARN), found("c", Status.OK))
    run = CheckRun(7, "Ward", NOON, 1.0, Status.OK, False, "", (), before)
    changes = state.compare_with(run)
    assert {(change.key[0], change.kind) for change in changes} == {("b", "worse"), ("c", "new")}
    # WHEN one of the rows is asked again and another one broke in the meantime
    state.hear(Answered("c", "a", (found("c", Status.OK),)), NOON)
    state.hear(Answered("a", "a", (found("a", Status.WARN),)), NOON)
    # THEN the marks follow
    assert {row.check: row.change for row in state.board(TODAY, overlays).rows} == {"a": "new", "b": "worse", "c": ""}
    # AND without a run to compare with there are none
    state.compare_with(None)
    assert {row.change for row in state.board(TODAY, overlays).rows} == {""}


def test_what_people_said_is_drawn_anew_and_ends_with_its_day(overlays: Overlays) -> None:
    # GIVEN a finding that somebody has taken on until today
    state = CheckBoard()
    state.know([found("disk", Status.CRIT)])
    assert not state.board(TODAY, overlays).rows[0].overlay
    overlays.accept_risk(("disk", "a", ""), "李工", "王主任", "a new disk comes", TODAY, NOON)
    # WHEN the rows are made anew
    state.redraw()
    # THEN it says so, today and no longer
    assert state.board(TODAY, overlays).rows[0].quiet
    assert not state.board(date(2026, 11, 21), overlays).rows[0].quiet
