"""Export by keys: what was asked for is in the file, who the patient is only when asked."""

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from console import picture_files
from console.app import ConsoleApp
from console.screens.viewer.screen import ViewerScreen
from tests.phantoms import write_cine
from tests.ui.conftest import Desk, screen_text, until
from tests.ui.test_viewer import opened, playback_of

SIZE = (80, 24)


async def ask(pilot: Pilot[int], app: ConsoleApp, kind: int, inside: int, target: Path) -> None:
    """Order an export through the dialogs."""
    await pilot.press("ctrl+e")
    for choice in (kind, inside):
        await until(pilot, lambda: bool(app.screen.query("#choices")))
        screen = app.screen
        app.screen.query_one(OptionList).highlighted = choice
        await pilot.press("enter")
        await until(pilot, lambda screen=screen: app.screen is not screen)  # type: ignore[misc]  # bound on purpose
    await until(pilot, lambda: bool(app.screen.query("#path")))
    app.screen.query_one("#path", Input).value = str(target)
    await pilot.press("enter")


@pytest.mark.parametrize(("kind", "name"), [(1, "a.png"), (2, "a.webp")])
async def test_the_played_part_of_a_cine_becomes_an_animation(desk: Desk, tmp_path: Path, kind: int, name: str) -> None:
    path = tmp_path / "run.dcm"
    pixels = write_cine(path, WindowCenter=128, WindowWidth=256)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        playback_of(app).trim(3, 6)
        await ask(pilot, app, kind, 0, tmp_path / name)
        await until(pilot, (tmp_path / name).exists)
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen))
    with Image.open(tmp_path / name) as image:
        assert image.n_frames == 4  # type: ignore[attr-defined]  # of animations only
        image.seek(3)
        assert np.abs(np.asarray(image.convert("L")).astype(int) - pixels[5]).max() <= 1


async def test_the_patient_is_in_the_file_only_when_asked_and_never_under_privacy(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=1, size=256, WindowCenter=128, WindowWidth=256)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        shown = []
        for inside in range(4):
            target = tmp_path / f"{inside}.png"
            await ask(pilot, app, 0, inside, target)
            await until(pilot, target.exists)
            await until(pilot, lambda: isinstance(app.screen, ViewerScreen))
            with Image.open(target) as image:
                shown.append(np.asarray(image.convert("L")).astype(int))
        alone, annotated, both, identity = shown
        corner = np.s_[:64, :128]
        assert np.array_equal(annotated[corner], alone[corner])
        assert not np.array_equal(annotated, alone)
        for one in (both, identity):
            assert not np.array_equal(one[corner], alone[corner])
        assert np.array_equal(identity[-64:], alone[-64:])
        # WHEN privacy is on THEN identity cannot even be chosen, and the name of the file says nothing
        await pilot.press("f8", "ctrl+e")
        await until(pilot, lambda: bool(app.screen.query("#choices")))
        await pilot.press("enter")
        await until(pilot, lambda: "What goes into it" in screen_text(app))
        assert app.screen.query_one(OptionList).option_count == 2


async def test_an_export_is_stopped_by_escape_and_leaves_no_file(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path)
    gate, real = threading.Event(), picture_files.picture

    def slowly(*arguments: object) -> object:
        real_count.append(1)
        if len(real_count) > 2:
            assert gate.wait(10)
        return real(*arguments)  # type: ignore[arg-type]  # handed through

    real_count: list[int] = []
    monkeypatch.setattr(picture_files, "picture", slowly)
    app = desk.app(path)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await opened(pilot)
        await ask(pilot, app, 1, 0, tmp_path / "a.png")
        await until(pilot, lambda: "escape stops it" in screen_text(app))
        await pilot.press("escape")
        gate.set()
        await until(pilot, lambda: "was stopped" in screen_text(app))
        assert isinstance(app.screen, ViewerScreen)
        assert "escape stops it" not in screen_text(app)
    assert not (tmp_path / "a.png").exists()


async def test_a_contact_sheet_is_written(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await ask(pilot, app, 3, 1, tmp_path / "sheet.png")
        await until(pilot, (tmp_path / "sheet.png").exists)
    with Image.open(tmp_path / "sheet.png") as image:
        assert image.width == 4 * 68 + 4
