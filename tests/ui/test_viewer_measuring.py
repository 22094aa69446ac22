"""Measuring by keys and mouse: what is drawn is kept, values are exact, millimetres say where they come from."""

from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from console.app import ConsoleApp
from console.measuredesk import MeasureBook
from console.model.measuring import Measurement, ShapeKind
from console.screens.viewer.measured import TOOLS
from console.screens.viewer.measurements import MeasurementsScreen
from console.screens.viewer.screen import ViewerScreen
from tests.phantoms import write_cine
from tests.ui.conftest import Desk, screen_text, until
from tests.ui.test_viewer import opened, playback_of

SIZE = (80, 24)


def viewer(app: ConsoleApp) -> ViewerScreen:
    assert isinstance(app.screen, ViewerScreen)
    return app.screen


def book_of(app: ConsoleApp) -> MeasureBook:
    found = next(screen for screen in app.screen_stack if isinstance(screen, ViewerScreen))._book
    assert isinstance(found, MeasureBook)
    return found


async def ready(pilot: Pilot[int], app: ConsoleApp) -> None:
    await opened(pilot)
    await until(pilot, lambda: isinstance(viewer(app)._book, MeasureBook))


async def tool(pilot: Pilot[int], app: ConsoleApp, kind: ShapeKind) -> None:
    """Take a tool from the list."""
    await pilot.press("m")
    await until(pilot, lambda: bool(app.screen.query("#choices")))
    app.screen.query_one(OptionList).highlighted = [one for one, _name in TOOLS].index(kind)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and app.screen._sketch is not None)


async def kept(pilot: Pilot[int], app: ConsoleApp, count: int) -> tuple[Measurement, ...]:
    """What is in the book once there are so many."""
    await until(pilot, lambda: len(book_of(app).list()) == count)
    return book_of(app).list()


async def test_a_distance_is_drawn_by_keys_alone_and_kept_with_its_source(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a cine whose spacing is known at the detector only
    path = tmp_path / "run.dcm"
    write_cine(path, ImagerPixelSpacing=[0.3, 0.3])
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        await pilot.press("right", "right")
        # WHEN a distance is drawn: a point, under the loupe five pixels and three tenths to the right, another point
        await tool(pilot, app, ShapeKind.DISTANCE)
        assert "1/2" in screen_text(app)
        await pilot.press("enter", "v", "l", "l", "l", "l", "l", "right", "right", "right")
        await until(pilot, lambda: "1.59 mm" in screen_text(app))
        await pilot.press("enter")
        (one,) = await kept(pilot, app, 1)
        # THEN it has exactly that length, stands on the frame that was shown, and says where its millimetres come from
        assert one.found.value == pytest.approx(5.3 * 0.3)
        assert (one.found.unit, one.found.calibration.source, one.frame, one.operator) == ("mm", "detector", 3, "Li")
        await until(pilot, lambda: "1 1.59 mm (detector plane" in screen_text(app))
        # AND no other frame shows it
        await pilot.press("right")
        await until(pilot, lambda: "4/12" in screen_text(app))
        assert "1.59" not in screen_text(app)


async def test_without_a_scale_nothing_is_called_mm(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        await tool(pilot, app, ShapeKind.DISTANCE)
        await pilot.press("enter", "v", "l", "l", "l", "l", "enter")
        (one,) = await kept(pilot, app, 1)
        assert one.found.value == pytest.approx(4.0)
        assert one.found.unit == "px"
        await until(pilot, lambda: "1 4 px" in screen_text(app))
        assert "mm" not in screen_text(app)


async def test_a_region_has_the_numbers_of_its_pixels_however_the_picture_is_turned(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a picture that is turned, flipped and enlarged
    path = tmp_path / "run.dcm"
    pixels = write_cine(path, frames=1)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        await pilot.press("t", "x", "plus", "plus")
        # WHEN a rectangle is drawn with the mouse
        await tool(pilot, app, ShapeKind.RECTANGLE)
        await pilot.click("#picture", offset=(30, 6))
        await until(pilot, lambda: "2/2" in screen_text(app))
        before = viewer(app)._sketch
        await pilot.hover("#picture", offset=(40, 12))
        await until(pilot, lambda: viewer(app)._sketch != before)
        await pilot.click("#picture", offset=(45, 15))
        (one,) = await kept(pilot, app, 1)
        # THEN its statistics are those of the pixels whose centres lie inside, by numpy
        (x0, y0), (x1, y1) = one.shape.points
        columns = slice(int(np.ceil(min(x0, x1))), int(np.floor(max(x0, x1))) + 1)
        rows = slice(int(np.ceil(min(y0, y1))), int(np.floor(max(y0, y1))) + 1)
        inside = pixels[0, rows, columns].astype(float)
        found = one.found.statistics
        assert found is not None
        assert inside.size > 50
        assert (found.count, found.minimum, found.maximum) == (inside.size, inside.min(), inside.max())
        assert found.mean == pytest.approx(inside.mean())
        assert found.sd == pytest.approx(inside.std())


@pytest.mark.parametrize(
    ("kind", "points"),
    [
        (ShapeKind.POLYLINE, 3),
        (ShapeKind.ANGLE, 3),
        (ShapeKind.COBB, 4),
        (ShapeKind.ELLIPSE, 2),
        (ShapeKind.POLYGON, 3),
        (ShapeKind.PROFILE, 2),
        (ShapeKind.PROBE, 1),
        (ShapeKind.ARROW, 2),
    ],
)
async def test_every_shape_is_drawn_by_keys(desk: Desk, tmp_path: Path, kind: ShapeKind, points: int) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=2, ImagerPixelSpacing=[0.3, 0.3])
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        await tool(pilot, app, kind)
        ways = (("l", "l", "j"), ("j",), ("h", "h"), ())
        for way in ways[:points]:
            await pilot.press("enter", *way)
        if kind in (ShapeKind.POLYLINE, ShapeKind.POLYGON):
            await pilot.press("enter", "enter")
        (one,) = await kept(pilot, app, 1)
        assert one.shape.kind is kind
        assert (one.found.value is None) is (kind is ShapeKind.ARROW)
        await until(pilot, lambda: viewer(app)._sketch is None)


async def test_a_text_is_asked_for_and_a_cancelled_one_is_not_kept(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=1)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        await tool(pilot, app, ShapeKind.TEXT)
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.screen.query("#answer")))
        app.screen.query_one("#answer", Input).value = "dirty [b]lens[/b]"
        await pilot.press("enter")
        (one,) = await kept(pilot, app, 1)
        assert one.name == "dirty [b]lens[/b]"
        await until(pilot, lambda: "dirty [b]lens[/b]" in screen_text(app))


async def test_undo_and_redo_bring_back_exactly_what_was_there(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=1)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        for _time in range(2):
            await tool(pilot, app, ShapeKind.DISTANCE)
            await pilot.press("enter", "l", "enter")
        before = await kept(pilot, app, 2)
        await pilot.press("u")
        await kept(pilot, app, 1)
        await pilot.press("y")
        assert await kept(pilot, app, 2) == before
        # AND what stands out is taken out by the delete key, and comes back
        await pilot.press("delete")
        await kept(pilot, app, 1)
        await pilot.press("u")
        assert await kept(pilot, app, 2) == before


async def test_a_point_is_moved_with_the_mouse_and_by_keys(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=1)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        await tool(pilot, app, ShapeKind.DISTANCE)
        await pilot.press("enter", "l", "l", "l", "enter")
        (one,) = await kept(pilot, app, 1)
        # WHEN its second point is dragged
        view = viewer(app).view.region
        place = playback_of(app).view_point(one.shape.points[1][0] + 0.5, one.shape.points[1][1] + 0.5)
        assert place is not None
        at = (int(place[0] * view.width), int(place[1] * view.height))
        await pilot.mouse_down("#picture", offset=at)
        await until(pilot, lambda: viewer(app)._sketch is not None)
        await pilot.hover("#picture", offset=(at[0] + 4, at[1] + 3))
        await pilot.mouse_up("#picture", offset=(at[0] + 4, at[1] + 3))
        await until(pilot, lambda: book_of(app).list()[0].shape.points[1] != one.shape.points[1])
        dragged = book_of(app).list()[0]
        assert dragged.shape.points[0] == one.shape.points[0]
        # AND from the list it is taken up by keys: its first point goes one pixel down
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(app.screen, MeasurementsScreen))
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and app.screen._sketch is not None)
        await pilot.press("v", "j", "enter")
        await until(pilot, lambda: book_of(app).list()[0].shape.points[0] != one.shape.points[0])
        moved = book_of(app).list()[0].shape.points
        assert moved[0] == pytest.approx((one.shape.points[0][0], one.shape.points[0][1] + 1))
        assert moved[1] == dragged.shape.points[1]
        # AND behind its last point tab takes all of it: three pixels to the right, and not a hair longer
        before = book_of(app).list()[0]
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(app.screen, MeasurementsScreen))
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and app.screen._sketch is not None)
        await pilot.press("tab", "tab")
        await until(pilot, lambda: "all points together" in screen_text(app))
        await pilot.press("v", "l", "l", "l", "enter")
        await until(pilot, lambda: book_of(app).list()[0].shape.points != before.shape.points)
        after = book_of(app).list()[0]
        assert after.shape.points == pytest.approx([(x + 3, y) for x, y in before.shape.points])
        assert after.found.value == pytest.approx(before.found.value)


async def test_a_calibration_on_a_known_line_recomputes_and_marks(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=3, ImagerPixelSpacing=[0.3, 0.3])
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        await tool(pilot, app, ShapeKind.DISTANCE)
        await pilot.press("enter", "v", "l", "l", "l", "l", "enter")
        await kept(pilot, app, 1)
        # WHEN the run is calibrated on a line of ten pixels that is 5 mm long; a wrong size is asked for again
        await pilot.press("c")
        await until(pilot, lambda: bool(app.screen.query("#choices")))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and app.screen._sketch is not None)
        await pilot.press("enter", "v", *("l",) * 10, "enter")
        for answer in ("five", "5 mm"):
            await until(pilot, lambda: bool(app.screen.query("#answer")))
            screen = app.screen
            app.screen.query_one("#answer", Input).value = answer
            await pilot.press("enter")
            await until(pilot, lambda screen=screen: app.screen is not screen)  # type: ignore[misc]  # bound on purpose
        # THEN the badge says who calibrated on what, and the length has its new value with the old one in the list
        await until(pilot, lambda: "known length 5mm" in screen_text(app) and "0.5 mm/px" in screen_text(app))
        (one,) = book_of(app).list()
        assert one.found.value == pytest.approx(2.0)
        assert one.before == "1.2 mm (detector)"
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "before it was 1.2 mm" in screen_text(app))
        # AND back to the header it has the old one
        await pilot.press("escape", "c")
        await until(pilot, lambda: bool(app.screen.query("#choices")))
        app.screen.query_one(OptionList).highlighted = 2
        await pilot.press("enter")
        await until(pilot, lambda: book_of(app).list()[0].found.value == pytest.approx(1.2))


async def test_the_list_renames_hides_and_goes_to_the_frame(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=5)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        await pilot.press("right", "right")
        await tool(pilot, app, ShapeKind.RECTANGLE)
        await pilot.press("enter", "l", "j", "enter")
        await kept(pilot, app, 1)
        await pilot.press("home", "ctrl+g")
        await until(pilot, lambda: isinstance(app.screen, MeasurementsScreen))
        assert "SD" in screen_text(app)
        await pilot.press("r")
        await until(pilot, lambda: bool(app.screen.query("#answer")))
        app.screen.query_one("#answer", Input).value = "aorta"
        await pilot.press("enter")
        await until(pilot, lambda: book_of(app).list()[0].name == "aorta")
        await until(pilot, lambda: isinstance(app.screen, MeasurementsScreen) and "aorta" in screen_text(app))
        await pilot.press("h")
        await until(pilot, lambda: book_of(app).list()[0].hidden)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and "3/5" in screen_text(app))
        assert "aorta" not in screen_text(app)


async def test_what_cannot_be_measured_is_said_and_stays_in_the_hand(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a polygon that crosses itself
    path = tmp_path / "run.dcm"
    write_cine(path, frames=1)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        await tool(pilot, app, ShapeKind.POLYGON)
        await pilot.press("enter", "l", "l", "j", "j", "enter", "h", "h", "enter", "l", "l", "k", "k", "k", "enter")
        await until(pilot, lambda: "cross" in screen_text(app))
        # WHEN it is to be kept
        await pilot.press("enter")
        await until(pilot, lambda: viewer(app)._sketch is not None and not viewer(app)._weighing)
        # THEN nothing is kept, and the drawing goes on
        assert book_of(app).list() == ()
        await pilot.press("escape")
        await until(pilot, lambda: viewer(app)._sketch is None)


async def test_measurements_of_a_file_that_changed_are_not_shown(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=1)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        await tool(pilot, app, ShapeKind.DISTANCE)
        await pilot.press("enter", "l", "enter")
        await kept(pilot, app, 1)
    write_cine(path, frames=1, PatientID="P0018")
    again = desk.app(path)
    async with again.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await until(pilot, lambda: any("content has changed" in note.message for note in again._notifications))
        # WHEN something is to be measured all the same, it is asked
        await pilot.press("m")
        await until(pilot, lambda: "measure anew" in screen_text(again))
        again.screen.query_one(OptionList).highlighted = 1
        await pilot.press("enter")
        await until(pilot, lambda: "Distance" in screen_text(again))
        assert book_of(again).list() == ()


def test_every_shape_has_a_tool() -> None:
    assert {kind for kind, _name in TOOLS} == set(ShapeKind)


async def test_the_list_is_written_as_a_report_and_a_report_is_taken_in(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a distance on a frame
    path, target = tmp_path / "run.dcm", tmp_path / "out-sr.dcm"
    write_cine(path, frames=3, ImagerPixelSpacing=[0.3, 0.3])
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        await tool(pilot, app, ShapeKind.DISTANCE)
        await pilot.press("enter", "l", "l", "enter")
        (one,) = await kept(pilot, app, 1)
        # WHEN the list is exported as a structured report
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(app.screen, MeasurementsScreen))
        await pilot.press("e")
        await until(pilot, lambda: bool(app.screen.query("#choices")))
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.screen.query("#path")))
        app.screen.query_one("#path", Input).value = str(target)
        await pilot.press("enter")
        await until(pilot, target.exists, 30)
        await until(pilot, lambda: isinstance(app.screen, MeasurementsScreen))
        # AND taken out, and the report taken in again
        await pilot.press("delete")
        await kept(pilot, app, 0)
        await pilot.press("i")
        await until(pilot, lambda: bool(app.screen.query("#path")))
        await until(pilot, lambda: app.screen.query_one("#path", Input).value != "")
        app.screen.query_one("#path", Input).focus()
        app.screen.query_one("#path", Input).value = str(target)
        await pilot.press("enter")
        # THEN the shape is back, measured again, with what the report says of it
        (again,) = await kept(pilot, app, 1)
        assert again.shape.kind is one.shape.kind
        assert again.shape.points[1] == pytest.approx(one.shape.points[1], abs=1e-5)
        assert again.found.value == pytest.approx(one.found.value, abs=1e-5)
        assert again.name.startswith("SR: 1 (")
        assert again.name.endswith(" mm)")
