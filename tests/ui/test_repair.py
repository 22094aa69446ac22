"""The repair screen: the doctor's visit, a remedy step by step, jobs and their undo."""

import hashlib
import re
import shutil
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from console.app import ConsoleApp
from console.model.repair import JobState
from console.screens.dialogs.ask import AskText, Choose
from console.screens.dialogs.files import FileDialog
from console.screens.dialogs.form import Form
from console.screens.dialogs.listing import Decide, ListPanel
from console.screens.repair.screen import RepairScreen
from console.screens.repair.wizard import PREVIEW, PROOF, WizardScreen
from tests.practice import put_practice_site
from tests.ui.conftest import Desk, screen_text, until

SIZE = (120, 36)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An object without its preamble."""
    folder = tmp_path / "cases"
    folder.mkdir()
    sound = put_practice_site(tmp_path / "practice")
    data = sound.read_bytes()
    (folder / "headless.dcm").write_bytes(data[132:])
    return folder


def sums(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def unbroken(app: ConsoleApp) -> str:
    """What stands on the screen without its frames and line ends: where a path ends a line differs by machine."""
    return re.sub(r"[│\s]+", " ", screen_text(app))


def mark_of(path: Path) -> bytes:
    return path.read_bytes()[128:132]


async def at_repair(pilot: Pilot[int], app: ConsoleApp) -> RepairScreen:
    await until(pilot, lambda: app.services.checkroom.ready)
    await pilot.press("f5")
    await until(pilot, lambda: isinstance(app.screen, RepairScreen))
    assert isinstance(app.screen, RepairScreen)
    return app.screen


async def looked_at(pilot: Pilot[int], app: ConsoleApp, path: Path) -> RepairScreen:
    screen = await at_repair(pilot, app)
    screen.scan((path,))
    await until(pilot, lambda: screen.found is not None and not screen.working, 30)
    return screen


def wizard(app: ConsoleApp) -> WizardScreen:
    assert isinstance(app.screen, WizardScreen), app.screen
    return app.screen


async def to_preview(pilot: Pilot[int], app: ConsoleApp) -> None:
    """Through the first steps of a remedy, with a reason."""
    await until(pilot, lambda: isinstance(app.screen, WizardScreen))
    await pilot.press("enter")
    await until(pilot, lambda: "make the plan" in screen_text(app))
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, Form))
    app.screen.query_one("#field-0", Input).value = "the PACS refuses it"
    app.screen.query_one(OptionList).focus()
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, WizardScreen) and app.screen.at == PREVIEW, 20)


def offered(app: ConsoleApp) -> list[str]:
    options = app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(at).prompt) for at in range(options.option_count)]


async def choose(pilot: Pilot[int], app: ConsoleApp, words: str) -> None:
    """Take the choice that holds these words."""
    names = offered(app)
    at = next(place for place, name in enumerate(names) if words in name)
    app.screen.query_one(OptionList).focus()
    await pilot.press("home", *["down"] * at, "enter")


async def test_what_is_wrong_is_grouped_and_explained(desk: Desk, folder: Path) -> None:
    # GIVEN a file without preamble
    before = sums(folder)
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        # WHEN the folder is looked at by keyboard
        await at_repair(pilot, app)
        assert "nothing is changed" in screen_text(app)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, FileDialog))
        app.screen.query_one("#path", Input).value = str(folder)
        app.screen.query_one("#path", Input).focus()
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("enter")
        # THEN what is wrong stands there in words, with what helps, and no file was touched
        await until(pilot, lambda: "healthy" in screen_text(app), 30)
        assert "preamble" in screen_text(app)
        assert "headless.dcm" in screen_text(app)
        assert "Rebuild preamble" in screen_text(app)
        assert sums(folder) == before


async def test_a_remedy_makes_copies_and_undo_removes_them(desk: Desk, folder: Path) -> None:
    app = desk.app()
    before = sums(folder)
    async with app.run_test(size=SIZE) as pilot:
        screen = await looked_at(pilot, app, folder)
        keys = [line.key for line in screen.query_one("#groups").lines]  # type: ignore[attr-defined]
        screen._group = "no-preamble"
        assert "no-preamble" in keys
        screen._draw()
        await pilot.press("r")
        await to_preview(pilot, app)
        # THEN the preview says what will be written where, and the first choice writes nothing
        await until(pilot, lambda: "+ 350 bytes" in screen_text(app))
        assert "not touched" in screen_text(app)
        assert offered(app)[0].startswith("Leave")
        # WHEN copies are written
        await choose(pilot, app, "corrected copies")
        await until(pilot, lambda: isinstance(app.screen, WizardScreen) and app.screen.at == PROOF, 20)
        # THEN the copy is the sound file again, and the file itself stands as it was
        job = wizard(app).report
        assert job is not None
        assert job.state is JobState.APPLIED
        copy = Path(job.files[0].result)
        assert mark_of(copy) == b"DICM"
        assert sums(folder) == before
        # WHEN it is undone THEN the copy is gone
        await choose(pilot, app, "Undo")
        await until(pilot, lambda: not copy.exists() and not wizard(app).working, 20)
        await until(pilot, lambda: "undone" in screen_text(app))
        await choose(pilot, app, "Done")
        await until(pilot, lambda: isinstance(app.screen, RepairScreen) and bool(screen.jobs))
        screen._group = "="
        screen._draw()
        await until(pilot, lambda: "undone" in screen_text(app))


async def test_in_place_asks_for_a_ticket_and_undo_puts_the_bytes_back(desk: Desk, folder: Path) -> None:
    app = desk.app()
    before = sums(folder)
    async with app.run_test(size=SIZE) as pilot:
        screen = await looked_at(pilot, app, folder)
        screen._group = "no-preamble"
        screen._draw()
        await pilot.press("r")
        await to_preview(pilot, app)
        # WHEN no ticket is given THEN nothing is written
        await choose(pilot, app, "in place")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, WizardScreen))
        assert sums(folder) == before
        # WHEN one is given THEN the file is replaced
        await choose(pilot, app, "in place")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press(*"T17", "enter")
        await until(pilot, lambda: isinstance(app.screen, WizardScreen) and app.screen.at == PROOF, 20)
        assert mark_of(folder / "headless.dcm") == b"DICM"
        await choose(pilot, app, "Done")
        await until(pilot, lambda: isinstance(app.screen, RepairScreen))
        # WHEN the job is undone from the list, after a question THEN every byte is as it was
        screen._group = "="
        await until(pilot, lambda: bool(screen.jobs))
        screen._draw()
        await until(pilot, lambda: "applied, in p" in screen_text(app))
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, Decide))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RepairScreen))
        assert sums(folder) != before
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, Decide))
        await pilot.press("down", "enter")
        await until(pilot, lambda: sums(folder) == before, 20)


async def test_a_plan_can_be_left_and_applied_later(desk: Desk, folder: Path, tmp_path: Path) -> None:
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await looked_at(pilot, app, folder)
        screen._group = "no-preamble"
        screen._draw()
        await pilot.press("r")
        await to_preview(pilot, app)
        await choose(pilot, app, "Leave")
        await until(pilot, lambda: isinstance(app.screen, RepairScreen))
        screen._group = "="
        await until(pilot, lambda: bool(screen.jobs))
        screen._draw()
        # WHEN the plan is opened THEN it can be read, reported and applied
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ListPanel) and "preamble" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, RepairScreen))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await choose(pilot, app, "Apply")
        await until(pilot, lambda: isinstance(app.screen, WizardScreen) and app.screen.at == PREVIEW)
        # WHEN the file was changed meanwhile THEN it is refused, and stays as it is
        other = (folder / "headless.dcm").read_bytes() + b"\0\0"
        (folder / "headless.dcm").write_bytes(other)
        await choose(pilot, app, "corrected copies")
        await until(pilot, lambda: "Make the plan again" in unbroken(app), 20)
        assert (folder / "headless.dcm").read_bytes() == other


async def test_a_report_is_written_as_markdown(desk: Desk, folder: Path, tmp_path: Path) -> None:
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await looked_at(pilot, app, folder)
        screen._group = "no-preamble"
        screen._draw()
        await pilot.press("r")
        await to_preview(pilot, app)
        await choose(pilot, app, "corrected copies")
        await until(pilot, lambda: isinstance(app.screen, WizardScreen) and app.screen.at == PROOF, 20)
        await choose(pilot, app, "report")
        await until(pilot, lambda: isinstance(app.screen, FileDialog))
        target = tmp_path / "job.md"
        await pilot.pause()
        app.screen.query_one("#path", Input).value = str(target)
        app.screen.query_one("#path", Input).focus()
        await pilot.press("enter")
        await until(pilot, target.exists, 20)
        text = target.read_text("utf-8")
        assert "the PACS refuses it" in text
        assert hashlib.sha256((folder / "headless.dcm").read_bytes()).hexdigest() in text


async def test_privacy_hides_names_of_files_and_values(desk: Desk, folder: Path) -> None:
    shutil.move(folder / "headless.dcm", folder / "ZhangWei.dcm")
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await looked_at(pilot, app, folder)
        screen._group = "no-preamble"
        screen._draw()
        assert "ZhangWei" in screen_text(app)
        await pilot.press("f8")
        await until(pilot, lambda: "ZhangWei" not in screen_text(app))


async def test_another_console_only_looks(desk: Desk, folder: Path) -> None:
    desk.services.repairs.read_only = True
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await looked_at(pilot, app, folder)
        screen._group = "no-preamble"
        screen._draw()
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, WizardScreen))
        await pilot.press("enter")
        await until(pilot, lambda: "make the plan" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Form))
        app.screen.query_one("#field-0", Input).value = "why"
        app.screen.query_one(OptionList).focus()
        await pilot.press("enter")
        await until(pilot, lambda: "another console" in unbroken(app).lower(), 20)
