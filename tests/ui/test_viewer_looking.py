"""Turning, flipping, scaling, windowing and the loupe, by keyboard and by mouse."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.cells import cell_len
from textual.pilot import Pilot

from console.app import ConsoleApp
from console.model.picture import Window
from console.model.pipeline import Orientation
from console.screens.viewer.screen import ViewerScreen
from console.widgets.frame_view import FrameView
from tests.phantoms import write_cine
from tests.ui.conftest import Desk, screen_text, until
from tests.ui.test_viewer import opened, playback_of

SIZE = (80, 24)


def greys(app: ConsoleApp) -> NDArray[np.int_]:
    """The picture on the screen as half cells: (2 x rows, columns) of their red parts."""
    view = app.screen.query_one(FrameView)
    painting = view._painting
    assert painting is not None
    lines: list[list[int]] = []
    for row in range(painting.size[1]):
        upper: list[int] = []
        lower: list[int] = []
        for text, foreground, background in painting.cells(row):
            for _cell in range(cell_len(text)):
                upper.append(foreground[0] if isinstance(foreground, tuple) else 0)
                lower.append(background[0] if isinstance(background, tuple) else 0)
        lines += [upper, lower]
    return np.array(lines)


async def bare(desk: Desk, pilot: Pilot[int]) -> ConsoleApp:
    """The first frame, without words on it."""
    app = await opened(pilot)
    await pilot.press("o")
    await until(pilot, lambda: "P0017" not in screen_text(app))
    return app


async def after(pilot: Pilot[int], *keys: str) -> NDArray[np.int_]:
    """The picture that follows from some keys."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    view = app.screen.query_one(FrameView)
    before = view._painting
    await pilot.press(*keys)
    await until(pilot, lambda: view._painting is not before)
    await pilot.pause()
    return greys(app)


async def test_turn_and_flip_show_the_picture_turned_and_flipped_and_say_so(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=1, WindowCenter=128, WindowWidth=256)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await bare(desk, pilot)
        plain = greys(app)[:, 20:60]
        # WHEN it is turned THEN the square picture is the same, turned; resampling may change a grey or two
        quarter = (await after(pilot, "t"))[:, 20:60]
        assert np.abs(quarter - np.rot90(plain, -1)).max() <= 2
        assert np.abs(quarter - plain).max() > 40
        both = (await after(pilot, "x"))[:, 20:60]
        assert np.abs(both - np.rot90(plain, -1)[:, ::-1]).max() <= 2
        await pilot.press("o")
        await until(pilot, lambda: "turned 90°" in screen_text(app) and "flipped" in screen_text(app))
        # WHEN everything is taken back THEN it stands as it is stored
        await pilot.press("0")
        await until(pilot, lambda: "turned" not in screen_text(app))
        assert playback_of(app).state().orientation == Orientation()


async def test_one_to_one_shows_one_column_a_cell_and_f_the_whole(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    pixels = write_cine(path, frames=1, size=200, WindowCenter=128, WindowWidth=256)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await bare(desk, pilot)
        shown = await after(pilot, "1")
        # THEN 80 columns from the middle stand there as they are
        assert np.array_equal(shown[:, :], pixels[0, 80:120, 60:140])
        await pilot.press("o")
        await until(pilot, lambda: "1:1" in screen_text(app))
        await pilot.press("f")
        await until(pilot, lambda: "zoom 1" in screen_text(app))


async def test_the_wheel_enlarges_what_lies_under_the_pointer(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=1)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await bare(desk, pilot)
        playback = playback_of(app)
        for _press in range(6):
            playback.zoom(1)
        at = (0.3, 0.6)
        before = playback.image_point(*at)
        playback.turn(1)
        playback.turn(-1)
        playback.zoom(3, at)
        assert before is not None
        assert playback.image_point(*at) == pytest.approx(before)
        # AND the way back from the picture to the view is the inverse, turned or not
        playback.turn(1)
        playback.flip()
        point = playback.image_point(0.25, 0.75)
        assert point is not None
        assert playback.view_point(*point) == pytest.approx((0.25, 0.75))


async def test_a_window_is_chosen_from_a_list_by_its_name(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(
        path,
        frames=1,
        WindowCenter=["100", "60"],
        WindowWidth=["200", "90"],
        WindowCenterWidthExplanation=["NORMAL", "HARD"],
    )
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("g")
        await until(pilot, lambda: bool(app.screen.query("#choices")))
        for part in ("W 200 C 100  NORMAL", "W 90 C 60  HARD", "automatic"):
            assert part in screen_text(app), part
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and "HARD" in screen_text(app))
        window = playback_of(app).state().window
        assert isinstance(window, Window)
        assert window.center == 60.0


async def test_computed_tomography_has_the_windows_of_its_modality(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "slice.dcm"
    write_cine(path, frames=1, Modality="CT", RescaleSlope=1, RescaleIntercept=-1024)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("g")
        await until(pilot, lambda: bool(app.screen.query("#choices")))
        await pilot.press("end", "up", "up", "enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and "lung" in screen_text(app))
        window = playback_of(app).state().window
        assert isinstance(window, Window)
        assert (window.center, window.width) == (-600.0, 1500.0)


async def test_a_rectangle_by_keys_or_mouse_gives_the_window_of_what_lies_in_it(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a bright square of 250 at columns 0 to 7, rows 8 to 23 of 64x64
    path = tmp_path / "run.dcm"
    write_cine(path, frames=1, WindowCenter=128, WindowWidth=256)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        playback = playback_of(app)
        # WHEN a rectangle is drawn over the square by mouse: the picture spans columns 20 to 59, 1.6 pixels a cell
        await pilot.press("r")
        await pilot.mouse_down("#picture", offset=(22, 4))
        await pilot.hover("#picture", offset=(24, 6))
        await pilot.mouse_up("#picture", offset=(24, 6))
        # THEN all of it becomes white, or nearly
        window = playback.state().window
        assert isinstance(window, Window)
        assert (window.center, window.width, window.source) == (250.5, 1.0, "region")
        await until(pilot, lambda: "from a part" in screen_text(app))
        # WHEN it is made with keys alone THEN it lies where they moved it, and escape leaves everything as it was
        await pilot.press("r", "h", "j", "minus", "enter")
        assert playback.state().window != window
        kept = playback.state().window
        await pilot.press("r", "l", "escape")
        assert playback.state().window == kept
        assert isinstance(app.screen, ViewerScreen)
        assert not playback.look.drawn


async def test_a_rectangle_beside_the_picture_is_refused_in_a_sentence(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=1)
    app = desk.app(path)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await opened(pilot)
        before = playback_of(app).state().window
        await pilot.press("r")
        await pilot.mouse_down("#picture", offset=(2, 4))
        await pilot.hover("#picture", offset=(6, 6))
        await pilot.mouse_up("#picture", offset=(6, 6))
        await until(pilot, lambda: "No window from there" in screen_text(app))
        assert playback_of(app).state().window == before


async def test_the_loupe_enlarges_a_place_follows_the_keys_and_escape_ends_it(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=1, size=512, WindowCenter=128, WindowWidth=256)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await bare(desk, pilot)
        plain = greys(app)
        glass = await after(pilot, "v")
        changed = np.argwhere(glass != plain)
        assert len(changed)
        # THEN it stands in the middle, and takes two fifths of the smaller side
        top, left = changed.min(axis=0)
        bottom, right = changed.max(axis=0)
        assert abs((left + right) / 2 - 40) <= 2
        assert abs((top + bottom) / 2 - 19) <= 2
        assert bottom - top + 1 == pytest.approx(0.4 * 38, abs=2)
        moved = await after(pilot, "l", "l", "l")
        assert np.argwhere(moved != plain)[:, 1].max() > right
        loupe = playback_of(app).loupe
        assert loupe is not None
        await pilot.press("plus")
        larger = playback_of(app).loupe
        assert larger is not None
        assert larger.factor > loupe.factor
        await pilot.press("escape")
        assert playback_of(app).loupe is None
        assert isinstance(app.screen, ViewerScreen)


async def test_a_picture_of_one_pixel_can_be_turned_zoomed_windowed_and_looked_at(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "dot.dcm"
    write_cine(path, frames=1, size=1)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and "zoom" in screen_text(app))
        for key in "t x plus plus minus 1 a v l j escape r enter f i i 0 s b 6 7".split():
            await pilot.press(key)
        assert isinstance(app.screen, ViewerScreen)
        assert playback_of(app).state().frame == 1
