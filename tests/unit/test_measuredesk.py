"""Books of measurements: kept at once, found again, and refused on a file that is not the one that was measured."""

import json
import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.dicom.measuring.measure import measure
from console.dicom.object import open_object
from console.errors import ConsoleError, StoreError, UsageError
from console.measuredesk import MeasureDesk
from console.measuring_store import FOLDER, MeasuringStore, path_of
from console.model.measuring import KnownObject, Point, Shape, ShapeKind
from console.model.picture import PictureInfo
from tests.phantoms import cine_pixels, write_cine
from tests.unit.dicom.infos import info_with

LINE = Shape(ShapeKind.DISTANCE, ((10.25, 10.5), (40.25, 50.5)))
BOX = Shape(ShapeKind.RECTANGLE, ((4.0, 8.0), (20.0, 30.0)))
KNOWN = KnownObject(20.0, "20mm", ((0.0, 5.0), (40.0, 5.0)), is_line=True)


def ticking() -> Callable[[], datetime]:
    times: Iterator[datetime] = iter(datetime(2026, 11, 23, tzinfo=UTC) + timedelta(minutes=n) for n in range(1000))
    return lambda: next(times)


class Bench:
    """A file, and a desk whose frames come straight from its pixels."""

    def __init__(self, folder: Path, *, read_only: bool = False, **elements: Any) -> None:
        self.path = folder / "run.dcm"
        self.home = folder / "home"
        if not self.path.exists():
            write_cine(self.path, 3, ImagerPixelSpacing=[0.3, 0.3], **elements)
        self.info: PictureInfo = open_object(self.path).info
        self.desk = MeasureDesk(
            self.home, lambda _info, number: cine_pixels(3)[number - 1], operator="Wang", read_only=read_only,
            clock=ticking(),
        )  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_what_was_measured_is_there_when_the_file_is_opened_again(bench: Bench) -> None:
    # GIVEN measurements on two frames, one renamed, one hidden, and a calibration
    book = bench.desk.open(bench.info)
    book.add(1, LINE, "LAD")
    book.add(2, BOX)
    book.add(3, Shape(ShapeKind.TEXT, ((5.0, 5.0),)), "tip")
    book.rename(1, "LAD proximal")
    book.hide(2)
    book.calibrate(1, KNOWN)
    # WHEN another console opens the file
    again = Bench(bench.path.parent).desk.open(bench.info)
    # THEN all of it is there, with operator, time and the calibration that was used
    assert again.sheet == book.sheet
    first, second, third = again.list()
    assert (first.name, first.operator) == ("LAD proximal", "Wang")
    assert first.found.value == pytest.approx(25.0)
    assert first.found.calibration.source == "user"
    assert (second.hidden, third.name) == (True, "tip")
    assert again.calibration is not None
    assert again.calibration.known == KNOWN
    assert [one.number for one in again.list(1)] == [1]
    assert [one.number for one in again.list(hidden=False)] == [1, 3]


def test_the_file_is_for_its_owner_and_names_no_patient(bench: Bench) -> None:
    bench.desk.open(bench.info).add(1, LINE)
    (path,) = (bench.home / FOLDER).iterdir()
    assert path == path_of(bench.home, bench.info.sop_instance_uid)
    assert bench.info.sop_instance_uid not in path.name
    text = path.read_text("utf-8")
    assert "Zhang" not in text
    assert "P0017" not in text
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_written_before_something_is_measured(bench: Bench) -> None:
    book = bench.desk.open(bench.info)
    assert book.value(1, LINE).value == pytest.approx(50 * 0.3)
    assert not book.undo()
    assert not (bench.home / FOLDER).exists()


def test_undo_and_redo_are_saved_too(bench: Bench) -> None:
    book = bench.desk.open(bench.info)
    book.add(1, LINE)
    book.add(1, BOX)
    book.remove(1)
    assert book.undo()
    assert [one.number for one in bench.desk.open(bench.info).list()] == [1, 2]
    assert book.undo()
    assert book.undo()
    assert bench.desk.open(bench.info).list() == ()
    assert book.redo()
    assert [one.number for one in bench.desk.open(bench.info).list()] == [1]


def test_moving_measures_again(bench: Bench) -> None:
    book = bench.desk.open(bench.info)
    book.add(2, BOX)
    before = book.list()[0].found
    (left, top), (right, bottom) = BOX.points
    after = book.move(1, ((left, top + 10), (right, bottom + 10))).found
    assert after.value == pytest.approx(before.value)
    assert after.statistics != before.statistics
    with pytest.raises(UsageError, match="outside the frame"):
        book.move(1, ((left + 500, top), (right + 500, bottom)))
    assert book.list()[0].shape.points == ((left, top + 10), (right, bottom + 10))


def test_a_later_calibration_is_undone_with_its_values(bench: Bench) -> None:
    book = bench.desk.open(bench.info)
    book.add(1, LINE)
    book.calibrate(1, KNOWN)
    marked = book.list()[0]
    assert marked.before == "15 mm (detector)"
    assert marked.recomputed is not None
    book.undo()
    assert book.list()[0].found.value == pytest.approx(15.0)
    assert book.calibration is None
    book.redo()
    book.uncalibrate()
    assert book.list()[0].before == "25 mm (user)"


@pytest.mark.parametrize("change", ["one byte", "longer"])
def test_an_instance_that_changed_is_refused_in_a_sentence(bench: Bench, change: str) -> None:
    # GIVEN a measured file whose content another program then changed, with the same times
    bench.desk.open(bench.info).add(1, LINE)
    raw = bytearray(bench.path.read_bytes())
    raw[-1] ^= 1
    bench.path.write_bytes(bytes(raw) + (b"" if change == "one byte" else b"\0\0"))
    os.utime(bench.path, ns=(bench.info.mtime_ns, bench.info.mtime_ns))
    other = open_object(bench.path).info
    # THEN its measurements are not shown, and that is said
    with pytest.raises(UsageError, match="not the file that was measured"):
        bench.desk.open(other)
    # AND whoever wants to measure it anew begins with an empty book; the old measurements stay beside it
    book = bench.desk.open(other, anew=True)
    assert book.list() == ()
    book.add(1, BOX)
    assert [one.shape for one in bench.desk.open(other).list()] == [BOX]
    assert any(".older-" in path.name for path in (bench.home / FOLDER).iterdir())


def test_a_file_that_changes_while_it_is_open_takes_no_more_measurements(bench: Bench) -> None:
    book = bench.desk.open(bench.info)
    book.add(1, LINE)
    bench.path.write_bytes(bench.path.read_bytes() + b"\0\0")
    with pytest.raises(UsageError, match="changed since it was opened"):
        book.add(1, BOX)
    assert len(book.list()) == 1


def test_what_cannot_be_saved_did_not_happen(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    book = bench.desk.open(bench.info)
    book.add(1, LINE)

    def full(*_any: object) -> None:
        raise StoreError("Not saved", "disk full")

    monkeypatch.setattr(MeasuringStore, "save", full)
    with pytest.raises(StoreError):
        book.add(1, BOX)
    assert len(book.list()) == 1
    assert not book.redo()


def test_a_console_that_only_reads_shows_and_changes_nothing(bench: Bench) -> None:
    bench.desk.open(bench.info).add(1, LINE)
    reader = Bench(bench.path.parent, read_only=True).desk.open(bench.info)
    assert len(reader.list()) == 1
    with pytest.raises(StoreError, match="another console"):
        reader.remove(1)
    assert len(reader.list()) == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [({"format": 2, "sheet": {}}, "newer version"), ({"format": 1, "sheet": {"instance": 7}}, "something other"),
     ([], "something other"), ({}, "something other")],
)  # fmt: skip
def test_a_file_of_something_else_is_left_alone(bench: Bench, content: object, says: str) -> None:
    from console.store.files import write_checked

    path = path_of(bench.home, bench.info.sop_instance_uid)
    path.parent.mkdir(parents=True)
    write_checked(path, json.dumps(content).encode())
    before = path.read_bytes()
    with pytest.raises(StoreError, match=says):
        bench.desk.open(bench.info)
    assert path.read_bytes() == before


def test_a_damaged_file_falls_back_to_the_one_before_and_says_so(bench: Bench) -> None:
    book = bench.desk.open(bench.info)
    book.add(1, LINE)
    book.add(1, BOX)
    path = path_of(bench.home, bench.info.sop_instance_uid)
    path.write_bytes(path.read_bytes()[:-20])
    again = bench.desk.open(bench.info)
    assert [one.shape for one in again.list()] == [LINE]
    assert "damaged" in again.notice


def test_what_holds_no_picture_or_no_uid_is_refused(bench: Bench) -> None:
    from dataclasses import replace

    for info in (replace(bench.info, frames=0), replace(bench.info, sop_instance_uid="")):
        with pytest.raises(UsageError):
            bench.desk.open(info)
    book = bench.desk.open(bench.info)
    for call in (
        lambda: book.add(4, LINE),
        lambda: book.add(1, Shape(ShapeKind.DISTANCE, ((1.0, 1.0), (1.0, 1.0)))),
        lambda: book.add(1, Shape(ShapeKind.DISTANCE, ((float("nan"), 1.0), (1.0, 1.0)))),
        lambda: book.calibrate(1, KnownObject(2.0, "2mm", ((5.0, 5.0), (5.0, 5.0)), is_line=True)),
    ):
        with pytest.raises(ConsoleError):
            call()
    assert book.list() == ()


# What is measured does not know how it is shown.

SIZE = 48
FRAME = np.random.default_rng(11).integers(0, 4096, (SIZE, SIZE)).astype(np.uint16)
POINTS = st.tuples(*[st.integers(0, 100 * (SIZE - 1)).map(lambda number: number / 100)] * 2)
TURNS = st.tuples(st.integers(0, 3), st.booleans())
KINDS = (ShapeKind.DISTANCE, ShapeKind.RECTANGLE, ShapeKind.ELLIPSE)


def turned(point: Point, quarter: int, flipped: bool) -> Point:
    """Where a point of FRAME lies after `np.rot90(FRAME, quarter)`, then a flip from left to right."""
    x, y = point
    for _step in range(quarter):
        x, y = y, SIZE - 1 - x
    return (SIZE - 1 - x if flipped else x), y


@settings(deadline=None)
@given(POINTS, POINTS, TURNS, st.sampled_from(KINDS))
def test_values_are_the_same_on_frames_that_were_turned_and_flipped(
    one: Point, other: Point, turn: tuple[int, bool], kind: ShapeKind
) -> None:
    # GIVEN a shape on a frame, and the same shape on the frame turned by quarters and flipped
    info = info_with(None)
    seen = np.rot90(FRAME, turn[0])
    seen = seen[:, ::-1] if turn[1] else seen
    try:
        before = measure(FRAME, info, Shape(kind, (one, other)))
    except UsageError:
        return
    after = measure(seen, info, Shape(kind, (turned(one, *turn), turned(other, *turn))))
    # THEN its length or area is the same, and its statistics are exactly those of the same pixels
    assert after.value == pytest.approx(before.value, rel=1e-9)
    if before.statistics is not None and after.statistics is not None:
        assert after.statistics.count == before.statistics.count
        assert after.statistics.mean == pytest.approx(before.statistics.mean, rel=1e-12)
        assert after.statistics.sd == pytest.approx(before.statistics.sd, rel=1e-9, abs=1e-9)
        assert (after.statistics.minimum, after.statistics.maximum) == (
            before.statistics.minimum, before.statistics.maximum,
        )  # fmt: skip


@settings(deadline=None)
@given(POINTS, POINTS, st.floats(0.1, 40), st.floats(-200, 200), st.floats(-200, 200))
def test_values_are_the_same_at_any_zoom_and_place_on_the_screen(
    one: Point, other: Point, zoom: float, left: float, top: float
) -> None:
    # GIVEN points that were placed on a screen at some zoom and brought back into the frame's own coordinates
    def through_the_screen(point: Point) -> Point:
        on_screen = ((point[0] + 0.5) * zoom + left, (point[1] + 0.5) * zoom + top)
        return (on_screen[0] - left) / zoom - 0.5, (on_screen[1] - top) / zoom - 0.5

    info = info_with(None)
    try:
        before = measure(FRAME, info, Shape(ShapeKind.DISTANCE, (one, other)))
        after = measure(FRAME, info, Shape(ShapeKind.DISTANCE, (through_the_screen(one), through_the_screen(other))))
    except UsageError:
        return
    # THEN the length is the same
    assert after.value == pytest.approx(before.value, rel=1e-6, abs=1e-6)


def test_a_probe_is_the_stored_value_whatever_the_window() -> None:
    info = info_with(None)
    found = measure(FRAME, info, Shape(ShapeKind.PROBE, ((7.4, 11.6),)))
    assert (found.value, found.unit) == (float(FRAME[12, 7]), "stored")
    assert measure(FRAME, info, Shape(ShapeKind.PROBE, ((-0.5, SIZE - 0.5),))).value == float(FRAME[SIZE - 1, 0])
    with pytest.raises(UsageError, match="colour"):
        measure(np.zeros((8, 8, 3), np.uint8), info, Shape(ShapeKind.PROBE, ((1.0, 1.0),)))
