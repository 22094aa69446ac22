"""Subtraction, the panel of reasons, the way of a cine, key images: by keys, on real files."""

from pathlib import Path

import pytest

from console.key_images import KeyImages
from console.screens.viewer.screen import ViewerScreen
from tests.phantoms import write_cine
from tests.ui.conftest import Desk, screen_text, until
from tests.ui.test_viewer import opened, playback_of, viewer_of
from tests.ui.test_viewer_looking import after, bare, greys

SIZE = (80, 24)


async def test_the_frame_shown_becomes_the_mask_and_only_what_moved_is_seen(desk: Desk, tmp_path: Path) -> None:
    # GIVEN frames that differ by a square that moves
    path = tmp_path / "run.dcm"
    write_cine(path, frames=5, WindowCenter=128, WindowWidth=256)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await bare(desk, pilot)
        plain = greys(app)
        # WHEN the first frame is subtracted from itself THEN nothing is seen
        alone = (await after(pilot, "b"))[:, 20:60]
        assert alone.max() - alone.min() <= 1
        # WHEN another frame is shown THEN both places of the square are
        other = (await after(pilot, "end"))[:, 20:60]
        assert other.max() - other.min() > 40
        await pilot.press("o")
        await until(pilot, lambda: "subtracted, mask 1" in screen_text(app))
        # WHEN it is nudged THEN it says by how much, and 5 takes it back
        await pilot.press("6", "6", "8")
        await until(pilot, lambda: "shift +0.2 -0.1 px" in screen_text(app))
        assert playback_of(app).presentation.shift == (-0.1, 0.2)
        await pilot.press("9", "9", "7")
        await until(pilot, lambda: "mask 10 % visible" in screen_text(app))
        await pilot.press("5")
        await until(pilot, lambda: "shift" not in screen_text(app))
        # WHEN it is switched off THEN the frames stand as they are, and on again with the same mask
        await pilot.press("s")
        await until(pilot, lambda: "subtracted" not in screen_text(app))
        await pilot.press("s")
        await until(pilot, lambda: "subtracted, mask 1" in screen_text(app))
        await pilot.press("0", "home", "o")
        await until(pilot, lambda: "P0017" not in screen_text(app) and (greys(app) == plain).all())


async def test_subtraction_without_a_mask_says_what_to_do(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path)
    app = desk.app(path)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await opened(pilot)
        await pilot.press("s")
        await until(pilot, lambda: "There is no mask" in screen_text(app))
        await pilot.press("0", "6")
        await until(pilot, lambda: "describes no mask" in screen_text(app))
        assert playback_of(app).presentation.shift == (0.0, 0.0)


async def test_the_panel_says_of_each_stage_why_and_follows_what_is_done(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, WindowCenter=128, WindowWidth=256)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: "✓ VOI window" in screen_text(app) and "– mask" in screen_text(app))
        assert "The header describes no mask" in " ".join(screen_text(app).split())
        await pilot.press("b")
        await until(pilot, lambda: "✓ mask" in screen_text(app))
        await pilot.press("pagedown", "pagedown", "pagedown")
        await until(pilot, lambda: "rotation and flip" in screen_text(app))
        # WHEN the language changes THEN the reasons do too
        await pilot.press("question_mark")
        await until(pilot, lambda: "rotation and flip" not in screen_text(app))


async def test_a_stage_can_be_left_out_and_taken_in_again(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(
        path, frames=1, ShutterShape="RECTANGULAR", ShutterLeftVerticalEdge=20, ShutterRightVerticalEdge=40,
        ShutterUpperHorizontalEdge=20, ShutterLowerHorizontalEdge=40, WindowCenter=128, WindowWidth=256,
    )  # fmt: skip
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await bare(desk, pilot)
        shut = greys(app)
        assert (shut > 0).sum() < 800
        viewer_of(app).action_switch()
        await until(pilot, lambda: bool(app.screen.query("#choices")))
        await pilot.press("down", "down", "down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and (greys(app) > 0).sum() > 1400)
        assert playback_of(app).presentation.off == {"shutter"}


async def test_a_cine_goes_to_and_fro_backwards_and_only_its_trimmed_part(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        playback = playback_of(app)
        await pilot.press("z")
        await until(pilot, lambda: "to and fro" in screen_text(app))
        await pilot.press("z")
        await until(pilot, lambda: "backwards" in screen_text(app))
        await pilot.press("right", "right", "backslash", "right", "right", "backslash")
        await until(pilot, lambda: "frames 3 to 5" in screen_text(app))
        await pilot.press("space")
        seen: set[int] = set()

        def look() -> bool:
            seen.add(playback.state().frame)
            return seen >= {3, 4, 5} and playback.state().achieved_fps > 0

        await until(pilot, look)
        assert seen == {3, 4, 5}
        await pilot.press("space", "backslash")
        await until(pilot, lambda: "frames 3 to 5" not in screen_text(app))


async def test_key_images_are_marked_found_again_listed_and_kept(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("right", "right", "q")
        await until(pilot, lambda: "key image  3/12" in screen_text(app))
        await pilot.press("end", "q")
        await until(pilot, lambda: "key image  12/12" in screen_text(app))
        await pilot.press("ctrl+k")
        await until(pilot, lambda: "key image  3/12" in screen_text(app))
        await pilot.press("f7")
        await until(pilot, lambda: "frame 12  2026-11-20 10:32  Li" in screen_text(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and " 12/12" in screen_text(app))
        await pilot.press("q")
        await until(pilot, lambda: "key image" not in screen_text(app))
    # THEN another console finds what was kept
    kept = KeyImages(desk.services.home, read_only=True).of(playback_instance(path))
    assert [(one.frame, one.by) for one in kept] == [(3, "Li")]
    again = desk.app(path)
    async with again.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+k")
        await until(pilot, lambda: "key image  3/12" in screen_text(again))


def playback_instance(path: Path) -> str:
    import pydicom

    return str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID)


@pytest.mark.parametrize("keys", ["z", "backslash"])
async def test_a_single_picture_has_no_way_to_go(desk: Desk, tmp_path: Path, keys: str) -> None:
    path = tmp_path / "one.dcm"
    write_cine(path, frames=1)
    app = desk.app(path)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await opened(pilot)
        await pilot.press(keys)
        await until(pilot, lambda: "single picture" in screen_text(app))
