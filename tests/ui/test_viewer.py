"""The viewer on real files: what it draws, what its keys do."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from textual.pilot import Pilot
from textual.widgets import Input, Static

from console.app import ConsoleApp
from console.model.picture import Window
from console.playback import Playback
from console.screens.dialogs.error import ErrorPanel
from console.screens.home.screen import HomeScreen
from console.screens.viewer.header import HeaderScreen
from console.screens.viewer.screen import ViewerScreen
from console.widgets.frame_view import FrameView
from tests.phantoms import write_cine
from tests.ui.conftest import Desk, bars, screen_text, until

SIZE = (80, 24)


def viewer_of(app: ConsoleApp) -> ViewerScreen:
    assert isinstance(app.screen, ViewerScreen)
    return app.screen


def playback_of(app: ConsoleApp) -> Playback:
    playback = viewer_of(app).playback
    assert playback is not None
    return playback


async def opened(pilot: Pilot[int]) -> ConsoleApp:
    """Wait until the first frame is on the screen."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and "▀" in screen_text(app))
    return app


async def test_a_cine_shows_its_picture_its_patient_and_where_the_scale_comes_from(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a cine with a Chinese name, an angle and a detector spacing
    path = tmp_path / "run.dcm"
    write_cine(
        path,
        PositionerPrimaryAngle="32.1",
        PositionerSecondaryAngle="2.0",
        ImagerPixelSpacing=["0.308", "0.308"],
        StudyDescription="Coronary",
        SeriesDescription="LCA",
    )
    app = desk.app(path)
    # WHEN it is opened at 80x24
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        text = screen_text(app)
        # THEN everything the operator must know is there
        for part in (
            "张伟",
            "P0017",
            "1961-03-02",
            "XA  2026-11-20",
            "Coronary",
            "LCA",
            "LAO 32 CRA 2",
            "target 10 fps",
            "0.308 mm/px",
            "detector plane, not calibrated",
            "not for diagnosis",
        ):
            assert part in text, part
        # AND the scale is in the warning colour
        assert app.screen.query_one("#badge", Static).has_class("careful")


async def test_the_cells_on_the_screen_are_the_pixels_of_the_frame(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a 64x64 picture and a view of 80x19 cells, so 38 picture rows of half cells
    path = tmp_path / "run.dcm"
    pixels = write_cine(path, frames=1, WindowCenter=128, WindowWidth=256)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("o")
        await until(pilot, lambda: "P0017" not in screen_text(app))
        view = app.screen.query_one(FrameView)
        strip = view.render_line(view.size.height // 2)
        greys = [
            segment.style.color.triplet.red
            for segment in strip
            for _cell in segment.text
            if segment.style is not None and segment.style.color is not None and segment.style.color.triplet is not None
        ]
    # THEN the middle line brightens from left to right as the ramp in the file does, between its own values
    shown = [grey for grey in greys if grey > 0]
    assert len(shown) > 30
    assert shown == sorted(shown)
    middle = pixels[0, 30:34].mean(axis=0)
    assert abs(shown[0] - middle[0]) < 12
    assert abs(shown[-1] - middle[-1]) < 12


async def test_space_plays_and_the_arrows_step(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        playback = playback_of(app)
        assert not playback.state().playing
        await pilot.press("right", "right")
        await until(pilot, lambda: "3/12" in screen_text(app))
        await pilot.press("end")
        await until(pilot, lambda: "12/12" in screen_text(app))
        await pilot.press("right")
        await until(pilot, lambda: " 1/12" in screen_text(app))
        await pilot.press("space")
        await until(pilot, lambda: playback.state().playing and "playing" in screen_text(app))
        await pilot.press("up", "up")
        await until(pilot, lambda: playback.state().speed == 2.0)
        await until(pilot, lambda: playback.state().achieved_fps > 0)
        await pilot.press("space")
        await until(pilot, lambda: not playback.state().playing and "paused" in screen_text(app))


async def test_a_cine_starts_playing_by_itself_when_the_setting_says_so(desk: Desk, tmp_path: Path) -> None:
    desk.services.preferences.change(autoplay=True)
    path = tmp_path / "run.dcm"
    write_cine(path)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await until(pilot, lambda: playback_of(app).state().playing)


async def test_window_keys_and_mouse_change_what_is_seen(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a header with a window
    path = tmp_path / "run.dcm"
    write_cine(path, frames=1, WindowCenter=100, WindowWidth=200)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        playback = playback_of(app)
        first = playback.state().window
        assert isinstance(first, Window)
        assert (first.center, first.width, first.source) == (100.0, 200.0, "header")
        assert "W 200 C 100" in screen_text(app)
        # WHEN the next window is taken THEN it is another, and after all of them the first again
        seen: list[object] = [first]
        for _press in range(3):
            await pilot.press("w")
            await pilot.pause()
            window = playback.state().window
            if window == first:
                break
            assert window is not None
            seen.append(window)
        assert len(seen) >= 2
        # WHEN the keys and the mouse move it THEN centre and width follow, and it is called the operator's
        playback.set_window(first)
        await pilot.press("comma")
        moved = playback.state().window
        assert isinstance(moved, Window)
        assert (moved.center, moved.width, moved.source) == (104.0, 200.0, "operator")
        await pilot.press("apostrophe")
        wider = playback.state().window
        assert isinstance(wider, Window)
        assert wider.width == 208.0
        await pilot.mouse_down("#picture", offset=(10, 10))
        await pilot.hover("#picture", offset=(15, 10))
        await pilot.mouse_up("#picture", offset=(15, 10))
        dragged = playback.state().window
        assert isinstance(dragged, Window)
        assert dragged.width > wider.width
        assert dragged.center == wider.center


async def test_invert_zoom_and_pan_show_other_pixels_and_fit_comes_back(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=1)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        view = app.screen.query_one(FrameView)

        async def picture_after(*keys: str) -> bytes:
            before = view._painting
            await pilot.press(*keys)
            await until(pilot, lambda: view._painting is not before)
            painting = view._painting
            assert painting is not None
            assert painting.rows is not None
            return b"".join(painting.rows)

        await pilot.press("o")
        await until(pilot, lambda: "P0017" not in screen_text(app))
        plain = b"".join(view._painting.rows or ()) if view._painting is not None else b""
        inverted = await picture_after("i")
        assert inverted != plain
        assert await picture_after("i") == plain
        zoomed = await picture_after("plus")
        assert zoomed != plain
        assert await picture_after("j") != zoomed
        assert playback_of(app).state().zoom == pytest.approx(1.25)
        assert await picture_after("f") == plain


async def test_an_evil_name_is_shown_letter_by_letter_and_obeyed_by_nobody(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=1, PatientName="[red]x[/foo]\x1b[31m", SpecificCharacterSet="ISO_IR 100")
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        assert "[red]x[/foo][31m" in screen_text(app)
        await pilot.press("d")
        await until(pilot, lambda: "Patient's Name: [red]x[/foo][31m" in all_header_lines(app))
        await pilot.press("slash", *"[red]", "enter")
        await until(pilot, lambda: "[red]x[/foo]" in screen_text(app))
        assert "\x1b" not in screen_text(app)


def all_header_lines(app: ConsoleApp) -> str:
    assert isinstance(app.screen, HeaderScreen)
    return "\n".join(line.text for line in app.screen._shown)


async def test_the_header_says_why_and_can_be_searched(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, PositionerPrimaryAngle="32.1")
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, HeaderScreen) and "Why the picture" in screen_text(app))
        await until(pilot, lambda: "Positioner" in all_header_lines(app))
        await pilot.press("slash", *"positioner", "enter")
        await until(pilot, lambda: "(0018,1510) DS Positioner Primary Angle: 32.1" in screen_text(app))
        assert "Rows" not in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: "Why the picture" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen))


async def test_privacy_hides_the_patient_everywhere_at_once(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, AccessionNumber="ACC99", InstitutionName="City Hospital", ReferringPhysicianName="Doe^Jane")
    secrets = ("张", "Zhang", "P0017", "1961", "ACC99", "City Hospital", "Doe")
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        assert "P0017" in screen_text(app)
        await pilot.press("f8")
        await until(pilot, lambda: "P0017" not in screen_text(app) and "***" in screen_text(app))
        assert "privacy" in bars(app)[0]
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, HeaderScreen) and "Rows" in all_header_lines(app))
        for secret in secrets:
            assert secret not in all_header_lines(app), secret
        await pilot.press("f8")
        await until(pilot, lambda: "P0017" in all_header_lines(app))
    assert desk.services.preferences.now.privacy is False


async def test_the_language_changes_while_a_cine_plays(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        playback = playback_of(app)
        await pilot.press("space")
        await until(pilot, lambda: playback.state().playing)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "播放" in bars(app)[1] and "不作诊断" in screen_text(app))
        assert playback_of(app) is playback
        assert playback.state().playing
        assert desk.services.preferences.now.language == "zh"


async def test_export_writes_the_native_pixels_and_never_over_a_file_unasked(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    pixels = write_cine(path, frames=3, WindowCenter=128, WindowWidth=256)
    target = tmp_path / "out.png"
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("right")
        await until(pilot, lambda: "2/3" in screen_text(app))
        await pilot.press("e")
        await until(pilot, lambda: bool(app.screen.query("#path")))
        app.screen.query_one("#path", Input).value = str(target)
        await pilot.press("enter")
        await until(pilot, target.exists)
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen))
        with Image.open(target) as image:
            exported = np.asarray(image)
        assert exported.shape == (64, 64)
        assert np.abs(exported.astype(int) - pixels[1].astype(int)).max() <= 1
        # WHEN the same name is given again THEN "no" is what enter chooses, and the file stays
        target.write_bytes(b"mine")
        await pilot.press("e")
        await until(pilot, lambda: bool(app.screen.query("#path")))
        app.screen.query_one("#path", Input).value = str(target)
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.screen.query("#choices")))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen))
        assert target.read_bytes() == b"mine"


async def test_a_file_that_is_no_dicom_is_a_panel_and_then_the_home_page(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "notes.dcm"
    path.write_bytes(b"these are not the bytes you are looking for" * 10)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ErrorPanel) and "notes.dcm" in screen_text(app))
        assert "Traceback" not in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))


async def test_a_folder_shows_its_files_one_after_the_other(desk: Desk, tmp_path: Path) -> None:
    for number, name in enumerate(("A", "B", "C")):
        write_cine(tmp_path / "disc" / f"{name}.dcm", frames=1, PatientID=f"ID-{name}", InstanceNumber=number)
    (tmp_path / "disc" / "readme.txt").write_text("not a picture")
    app = desk.app(tmp_path / "disc")
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        assert "ID-A" in screen_text(app)
        assert "file 1/3" in screen_text(app)
        await pilot.press("n")
        await until(pilot, lambda: "ID-B" in screen_text(app))
        await pilot.press("p", "p")
        await until(pilot, lambda: "ID-C" in screen_text(app) and "file 3/3" in screen_text(app))


async def test_leaving_the_viewer_ends_its_threads(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        playback = playback_of(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await until(pilot, lambda: not playback._thread.is_alive() and not playback._feed._thread.is_alive())
        # AND the picture is the first of those last looked at
        assert desk.services.preferences.now.recent[0] == str(path)
        await until(pilot, lambda: "run.dcm" in screen_text(app))


async def test_a_long_search_shows_its_progress_and_stops_when_asked(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a folder on a medium so slow that each file takes a moment
    import threading

    from console import pictures

    for number in range(30):
        write_cine(tmp_path / "disc" / f"{number:02d}.dcm", frames=1)
    gate = threading.Event()
    looked: list[Path] = []

    def slowly(path: Path) -> bool:
        looked.append(path)
        gate.wait(0.1)
        return True

    monkeypatch.setattr(pictures, "looks_like_dicom", slowly)
    app = desk.app(tmp_path / "disc")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "Looking for pictures" in screen_text(app) and "/?" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        gate.set()
    # THEN it had not looked at all of them
    assert len(looked) < 30


async def test_nothing_of_a_picture_stays_when_the_next_file_cannot_be_read(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a good file and a broken one behind it
    write_cine(tmp_path / "disc" / "a.dcm", frames=1, PatientID="FIRST-1")
    (tmp_path / "disc" / "b.dcm").write_bytes(b"\0" * 2000)
    app = desk.app(tmp_path / "disc")
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("n")
        # THEN the sentence stands in the place of the picture, and the walk goes on
        await until(pilot, lambda: "b.dcm" in screen_text(app) and "file 2/2" in screen_text(app))
        assert isinstance(app.screen, ViewerScreen)
        assert "FIRST-1" not in screen_text(app)
        assert "▀" not in screen_text(app)
        await pilot.press("p")
        await until(pilot, lambda: "FIRST-1" in screen_text(app))


async def test_export_never_replaces_a_dicom_file_whatever_was_answered(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=1)
    before = path.read_bytes()
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("e")
        await until(pilot, lambda: bool(app.screen.query("#path")))
        app.screen.query_one("#path", Input).value = str(path)
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.screen.query("#choices")))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ErrorPanel) and "never replaced" in screen_text(app))
    assert path.read_bytes() == before


async def test_a_key_before_the_first_picture_is_not_overruled(desk: Desk, tmp_path: Path) -> None:
    desk.services.preferences.change(autoplay=True)
    path = tmp_path / "run.dcm"
    write_cine(path)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and viewer_of(app).playback is not None)
        playback_of(app).seek(5)
        await until(pilot, lambda: "5/12" in screen_text(app))
        assert not playback_of(app).state().playing
