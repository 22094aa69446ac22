"""Several pictures side by side: they play together, and one of them has the keys."""

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import OptionList

from console.app import ConsoleApp
from console.screens.home.screen import HomeScreen
from console.screens.viewer.screen import ViewerScreen
from console.widgets.frame_view import FrameView
from tests.phantoms import write_cine
from tests.ui.conftest import Desk, screen_text, until
from tests.ui.test_viewer import opened, playback_of, viewer_of

SIZE = (80, 24)


async def choose(pilot: Pilot[int], app: ConsoleApp, layout: int) -> None:
    """Choose a layout from the list, and wait until every view of it has a picture."""
    await pilot.press("3")
    await until(pilot, lambda: bool(app.screen.query("#choices")))
    app.screen.query_one(OptionList).highlighted = layout
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and all_painted(app))


def views(app: ConsoleApp) -> list[FrameView]:
    return [view for view in app.screen.query(FrameView) if view.parent is not None and view.parent.display]


def all_painted(app: ConsoleApp) -> bool:
    return all(view._painting is not None and view._painting.size == tuple(view.size) for view in views(app))


def frames(app: ConsoleApp) -> list[int]:
    return [playback.state().frame for playback in viewer_of(app).everyone()]


def folder(tmp_path: Path, count: int) -> Path:
    for number in range(count):
        write_cine(tmp_path / "disc" / f"{number}.dcm", frames=6 + 2 * number, PatientID=f"ID-{number}", fps=30.0)
    return tmp_path / "disc"


async def test_plain_beside_subtracted_shows_both_and_they_step_together(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, WindowCenter=128, WindowWidth=256)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await choose(pilot, app, 1)
        assert len(views(app)) == 2
        playbacks = list(viewer_of(app).everyone())
        assert [one.state().subtracted for one in playbacks] == [False, True]
        await pilot.press("right", "right")
        await until(pilot, lambda: frames(app) == [3, 3] and screen_text(app).count("3/12") >= 2)
        # WHEN they play and stop THEN they stand on the same frame
        await pilot.press("space")
        await until(pilot, lambda: all(one.state().playing for one in playbacks))
        await until(pilot, lambda: frames(app)[0] > 5)
        await pilot.press("space")
        await until(pilot, lambda: not any(one.state().playing for one in playbacks))
        assert len(set(frames(app))) == 1
        # WHEN escape is pressed THEN one picture is left, and with it the viewer
        await pilot.press("escape")
        await until(pilot, lambda: len(views(app)) == 1 and all_painted(app))
        assert isinstance(app.screen, ViewerScreen)
        await until(pilot, lambda: not playbacks[1]._thread.is_alive())


async def test_four_files_are_shown_and_tab_gives_the_keys_to_the_next(desk: Desk, tmp_path: Path) -> None:
    app = desk.app(folder(tmp_path, 5))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await choose(pilot, app, 3)
        for number in range(4):
            assert f"ID-{number}" in screen_text(app), number
        assert "ID-4" not in screen_text(app)
        # WHEN tab gives the keys on THEN they work on that picture alone
        await pilot.press("tab")
        assert playback_of(app).info.frames == 8
        await pilot.press("i")
        assert [one.presentation.inverted for one in viewer_of(app).everyone()].count(True) == 1
        assert playback_of(app).presentation.inverted
        # WHEN frames are stepped THEN all go along, each round its own cine
        await pilot.press("end")
        await until(pilot, lambda: sorted(frames(app)) == sorted([8, (8 - 1) % 6 + 1, 8, 8]))
        # WHEN another file is taken THEN only this picture changes
        await pilot.press("n")
        await until(pilot, lambda: screen_text(app).count("ID-2") == 2 and "ID-0" in screen_text(app))
        await pilot.press("tab", "tab", "tab")
        assert playback_of(app).info.frames == 6


async def test_a_click_gives_the_keys_and_the_first_drag_after_it_changes_that_window(
    desk: Desk, tmp_path: Path
) -> None:
    app = desk.app(folder(tmp_path, 2))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await choose(pilot, app, 2)
        await pilot.click("#picture-2", offset=(10, 8))
        assert playback_of(app).info.frames == 8
        before = playback_of(app).state().window
        await pilot.mouse_down("#picture-2", offset=(10, 8))
        await pilot.hover("#picture-2", offset=(16, 8))
        await pilot.mouse_up("#picture-2", offset=(16, 8))
        assert playback_of(app).state().window != before
        others = [one for one in viewer_of(app).everyone() if one is not playback_of(app)]
        assert [one.state().window for one in others] == [before]


async def test_privacy_hides_the_patient_in_every_picture(desk: Desk, tmp_path: Path) -> None:
    app = desk.app(folder(tmp_path, 4))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await choose(pilot, app, 3)
        await pilot.press("f8")
        await until(pilot, lambda: "ID-" not in screen_text(app) and screen_text(app).count("***") == 4)


async def test_a_file_that_cannot_be_read_leaves_its_place_empty_and_says_why(desk: Desk, tmp_path: Path) -> None:
    place = folder(tmp_path, 1)
    (place / "z.dcm").write_bytes(b"\0" * 3000)
    app = desk.app(place)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await opened(pilot)
        await pilot.press("3")
        await until(pilot, lambda: bool(app.screen.query("#choices")))
        await pilot.press("end", "enter")
        await until(pilot, lambda: "z.dcm" in screen_text(app))
        await pilot.press("tab", "right")
        assert frames(app) == [2]


async def test_leaving_a_layout_ends_the_threads_of_all_pictures(desk: Desk, tmp_path: Path) -> None:
    app = desk.app(folder(tmp_path, 4))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await choose(pilot, app, 3)
        playbacks = list(viewer_of(app).everyone())
        assert len(playbacks) == 4
        await pilot.press("escape", "escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await until(pilot, lambda: not any(one._thread.is_alive() or one._feed._thread.is_alive() for one in playbacks))
        assert app.canvases == ()
