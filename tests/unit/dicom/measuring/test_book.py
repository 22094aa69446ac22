"""Sheets of measurements as pure functions: what is done can be undone, and numbers never come back."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.dicom.measuring import book
from console.dicom.measuring.lengths import PIXELS, length, scale_of
from console.errors import UsageError
from console.inspection.codec import codec, to_plain
from console.model.measuring import (
    Instance,
    KnownObject,
    Measured,
    Shape,
    ShapeKind,
    Sheet,
    Statistics,
    Steps,
    UserCalibration,
)
from console.model.picture import Calibration

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
EMPTY = Sheet(Instance("1.2.3", 1000, "ab" * 32))
HEADER = Calibration("sid-sod", "mm", 0.2, 0.2)
MINE = UserCalibration(
    KnownObject(2.0, "6F", ((1.0, 1.0), (30.0, 1.0)), "contrast"), 3, Calibration("user", "mm", 0.25, 0.25), "Li", LATER
)


def measure(_frame: int, shape: Shape, mine: UserCalibration | None) -> Measured:
    calibration = mine.calibration if mine else HEADER
    scale = scale_of(calibration)
    return Measured(shape.kind, length(shape.points, scale), scale.unit, length(shape.points, PIXELS), calibration)


def line(x: float) -> Shape:
    return Shape(ShapeKind.DISTANCE, ((0.0, 0.0), (x, 0.0)))


def with_lines(*lengths: float) -> Sheet:
    sheet = EMPTY
    for each in lengths:
        sheet = book.added(sheet, 1, line(each), measure(1, line(each), None), "Wang", AT)
    return sheet


OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["add", "move", "rename", "hide", "remove", "calibrate", "undo", "redo"]),
              st.integers(0, 5), st.floats(1, 100)),
    max_size=25,
)  # fmt: skip


def apply(steps: Steps, what: str, which: int, x: float) -> Steps:
    sheet = steps.now
    if what == "undo":
        return book.undone(steps)
    if what == "redo":
        return book.redone(steps)
    if what == "add":
        return book.done(steps, book.added(sheet, 1, line(x), measure(1, line(x), sheet.calibration), "Wang", AT))
    if what == "calibrate":
        return book.done(steps, book.calibrated(sheet, MINE if which % 2 else None, measure, LATER))
    if not sheet.measurements:
        return steps
    number = sheet.measurements[which % len(sheet.measurements)].number
    done = {
        "move": lambda: book.moved(sheet, number, line(x).points, measure, "Li", LATER),
        "rename": lambda: book.renamed(sheet, number, f"{x}"),
        "hide": lambda: book.hidden(sheet, number, which % 2 == 0),
        "remove": lambda: book.removed(sheet, number),
    }
    return book.done(steps, done[what]())


@given(OPERATIONS)
def test_undo_brings_back_what_was_there_and_redo_what_was_undone(operations: list[tuple[str, int, float]]) -> None:
    # GIVEN anything an operator may do, in any order
    steps = Steps(EMPTY)
    for operation in operations:
        before = steps
        steps = apply(steps, *operation)
        # THEN one step back is the sheet before (but for the numbers that were given), one forth the one after
        if operation[0] not in ("undo", "redo") and steps is not before:
            back = book.undone(steps)
            assert back.now.measurements == before.now.measurements
            assert back.now.calibration == before.now.calibration
            assert book.redone(back).now == steps.now
        # AND numbers are given once, in ascending order, and values fit the calibration in force
        numbers = [one.number for one in steps.now.measurements]
        assert numbers == sorted(set(numbers))
        assert all(number <= steps.now.last_number for number in numbers)
        for one in steps.now.measurements:
            assert one.found == measure(1, one.shape, steps.now.calibration)
    # AND a sheet survives being written down
    assert codec(Sheet).read(to_plain(steps.now)) == steps.now


def test_a_number_that_was_undone_is_not_given_again() -> None:
    steps = book.done(Steps(EMPTY), with_lines(10))
    steps = book.undone(steps)
    assert steps.now.measurements == ()
    again = book.added(steps.now, 1, line(5), measure(1, line(5), None), "Wang", AT)
    assert again.measurements[0].number == 2


def test_a_later_calibration_recomputes_and_marks() -> None:
    # GIVEN a length by the header and a text that measures nothing
    text = Shape(ShapeKind.TEXT, ((1.0, 1.0),))
    sheet = book.added(with_lines(100), 1, text, Measured(ShapeKind.TEXT, None, "", None, HEADER), "Wang", AT, "tip")

    def both(frame: int, shape: Shape, mine: UserCalibration | None) -> Measured:
        if shape.kind is ShapeKind.TEXT:
            return Measured(shape.kind, None, "", None, HEADER)
        return measure(frame, shape, mine)

    # WHEN the operator calibrates on a catheter
    found = book.calibrated(sheet, MINE, both, LATER)
    # THEN the length has its new value, the old one with its source beside it, and the text is untouched
    length_now, text_now = found.measurements
    assert length_now.found.value == pytest.approx(25.0)
    assert length_now.found.calibration.source == "user"
    assert (length_now.recomputed, length_now.before) == (LATER, "20 mm (sid-sod)")
    assert (text_now.recomputed, text_now.before) == (None, "")
    # AND back to the header it has the old value again, and is marked again
    back = book.calibrated(found, None, both, LATER).measurements[0]
    assert back.found.value == pytest.approx(20.0)
    assert back.before == "25 mm (user)"
    # AND what is drawn anew is not marked
    moved = book.moved(found, 1, line(40).points, both, "Li", LATER).measurements[0]
    assert (moved.recomputed, moved.before, moved.operator) == (None, "", "Li")


def test_a_calibration_under_which_something_cannot_be_measured_changes_nothing() -> None:
    def refuses(_frame: int, _shape: Shape, _mine: UserCalibration | None) -> Measured:
        raise UsageError("no", "no")

    with pytest.raises(UsageError):
        book.calibrated(with_lines(10), MINE, refuses, LATER)


def test_what_is_not_there_is_refused_in_a_sentence() -> None:
    changes: tuple[Callable[[], object], ...] = (
        lambda: book.renamed(EMPTY, 1, "x"),
        lambda: book.removed(with_lines(5), 2),
        lambda: book.hidden(EMPTY, 0, True),
    )
    for change in changes:
        with pytest.raises(UsageError, match="no"):
            change()
    full = replace(EMPTY, measurements=with_lines(5).measurements * book.MOST_MEASUREMENTS)
    with pytest.raises(UsageError, match="Remove some"):
        book.added(full, 1, line(1), measure(1, line(1), None), "", AT)


def test_names_are_cleaned_and_bounded() -> None:
    sheet = book.renamed(with_lines(5), 1, "\x1b[31mLAD\n" + "x" * 500)
    assert "\x1b" not in sheet.measurements[0].name
    assert len(sheet.measurements[0].name) == book.LONGEST_NAME


def test_a_million_steps_keep_two_hundred() -> None:
    steps = Steps(with_lines(5))
    for number in range(300):
        steps = book.done(steps, book.renamed(steps.now, 1, str(number)))
    assert len(steps.past) == book.MOST_STEPS


@pytest.mark.parametrize(
    ("value", "unit", "source", "text"),
    [
        (41.25, "mm", "sid-sod", "41.25 mm (sid-sod)"), (12.0, "px", "none", "12 px"), (90.0, "°", "none", "90°"),
        (None, "", "none", ""), (-0.0001, "stored", "none", "0 stored"), (3.5, "mm²", "user", "3.5 mm² (user)"),
    ],
)  # fmt: skip
def test_a_value_is_said_with_its_unit_and_source(value: float | None, unit: str, source: str, text: str) -> None:
    calibration = Calibration(source, "mm" if unit.startswith("mm") else "px", None, None)
    assert book.said(Measured(ShapeKind.DISTANCE, value, unit, None, calibration)) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_statistics_survive_being_written_down(value: float) -> None:
    region = Statistics(value, abs(value), -value, value, 7, abs(value), "px²", "stored", (1, 2, 4))
    found = Measured(ShapeKind.ELLIPSE, value, "px²", value, HEADER, None, region)
    sheet = book.added(EMPTY, 2, Shape(ShapeKind.ELLIPSE, ((0.5, 1.25), (math.pi, 9.0))), found, "Wang", AT, "名")
    assert codec(Sheet).read(to_plain(sheet)) == sheet
