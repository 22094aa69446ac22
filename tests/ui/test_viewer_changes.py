"""What the operator does to a picture: turned, mirrored, one to one, a mask subtracted; and what is exported then."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from textual.pilot import Pilot
from textual.widgets import Input

from console.painter import Look, turned
from tests.phantoms import write_cine
from tests.ui.conftest import Desk, screen_text, until
from tests.ui.test_viewer import opened, playback_of

SIZE = (80, 24)


def test_a_picture_is_turned_clockwise_then_mirrored() -> None:
    pixels = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)
    assert turned(pixels, Look()).tolist() == [[1, 2, 3], [4, 5, 6]]
    assert turned(pixels, Look(turns=1)).tolist() == [[4, 1], [5, 2], [6, 3]]
    assert turned(pixels, Look(turns=3)).tolist() == [[3, 6], [2, 5], [1, 4]]
    assert turned(pixels, Look(turns=1, mirrored=True)).tolist() == [[1, 4], [2, 5], [3, 6]]


@pytest.fixture
def cine(tmp_path: Path) -> Path:
    path = tmp_path / "run.dcm"
    write_cine(path)
    return path


async def test_turning_and_mirroring_are_said_in_the_corner_and_taken_back(desk: Desk, cine: Path) -> None:
    app = desk.app(cine)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        # WHEN the picture is turned and mirrored THEN the corner says so
        await pilot.press("r", "m")
        await until(pilot, lambda: "turned 90 deg" in screen_text(app) and "mirrored" in screen_text(app))
        # WHEN it is turned all the way round and mirrored again THEN nothing is said any more
        await pilot.press("r", "r", "r", "m")
        await until(pilot, lambda: "turned" not in screen_text(app) and "mirrored" not in screen_text(app))


async def test_the_frame_that_is_shown_becomes_the_mask_and_is_moved(desk: Desk, cine: Path) -> None:
    app = desk.app(cine)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        playback = playback_of(app)
        assert not playback.presentation.subtracted
        # WHEN the second frame is taken as the mask THEN frames are shown less it
        await pilot.press("right", "b")
        await until(pilot, lambda: "mask 2" in screen_text(app))
        assert playback.presentation.mask_frames == (2,)
        # WHEN it is nudged THEN by a quarter of a pixel, and 5 puts it back
        await pilot.press("6", "2", "2")
        await until(pilot, lambda: playback.presentation.shift == (0.5, 0.25))
        await pilot.press("5")
        await until(pilot, lambda: playback.presentation.shift == (0.0, 0.0))
        await pilot.press("v")
        await until(pilot, lambda: playback.presentation.visibility == 10.0)
        # WHEN subtraction is switched off THEN the frame stands as it is
        await pilot.press("s")
        await until(pilot, lambda: "mask 2" not in screen_text(app))


async def test_the_export_is_what_the_screen_shows(desk: Desk, cine: Path, tmp_path: Path) -> None:
    app = desk.app(cine)
    plain, subtracted = tmp_path / "plain.png", tmp_path / "subtracted.png"
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await export(pilot, plain)
        # WHEN the frame itself is its own mask THEN nothing of it is left
        await pilot.press("b")
        await until(pilot, lambda: "mask 1" in screen_text(app))
        await export(pilot, subtracted)
    with Image.open(plain) as one, Image.open(subtracted) as two:
        assert np.asarray(one).std() > 1
        assert np.asarray(two).std() == 0


async def export(pilot: Pilot[int], path: Path) -> None:
    from console.screens.dialogs.files import FileDialog

    await pilot.press("e")
    await until(pilot, lambda: isinstance(pilot.app.screen, FileDialog))
    await pilot.pause()
    pilot.app.screen.query_one("#path", Input).value = str(path)
    pilot.app.screen.query_one("#path", Input).focus()
    await pilot.press("enter")
    await until(pilot, path.exists)


async def test_one_to_one_shows_a_pixel_on_a_pixel_of_the_view(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "large.dcm"
    write_cine(path)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        playback = playback_of(app)
        await pilot.press("1")
        await until(pilot, lambda: playback.state().zoom >= 1)
        one = playback.state().zoom
        await pilot.press("f")
        await until(pilot, lambda: playback.state().zoom == 1)
        info = playback.info
        # The view has 80 columns and 2 pixels a row: the smaller relation decides how the whole picture fits.
        assert one == pytest.approx(max(info.columns / 80, info.rows / (2 * 20), 1), rel=0.25)
