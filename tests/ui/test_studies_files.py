"""The studies screen over real files: taking in, series with thumbnails, opening, zip members, export."""

import zipfile
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from console.app import ConsoleApp
from console.screens.dialogs.ask import Choose
from console.screens.dialogs.files import FileDialog
from console.screens.dialogs.listing import Decide, ListPanel
from console.screens.studies.screen import StudiesScreen
from console.screens.viewer.screen import ViewerScreen
from console.studies.build import build_index
from console.widgets.card_list import CardList
from console.widgets.row_table import RowTable
from tests.phantoms import write_cine
from tests.ui.conftest import Desk, screen_text, until
from tests.ui.test_studies import LARGE, SMALL, at_studies, names
from tests.unit.dicom.made_reports import encapsulated, pdf, save


@pytest.fixture
def disc(tmp_path: Path) -> Path:
    """A disc with one patient's two runs of a series and a report."""
    folder = tmp_path / "disc"
    folder.mkdir()
    for number in (1, 2):
        write_cine(
            folder / f"run{number}.dcm",
            SOPInstanceUID=f"1.2.3.1.{number}",
            InstanceNumber=str(number),
            PositionerPrimaryAngle="32",
            PositionerSecondaryAngle="2",
            SeriesDescription="LCA",
            SeriesNumber="3",
            StudyInstanceUID="1.2.3",
            SeriesInstanceUID="1.2.3.1",
        )
    ds = encapsulated(pdf(), StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.3.9", PatientID="P0017", SeriesNumber="9")
    save(folder / "report.dcm", ds)
    return folder


def take_in(desk: Desk, *paths: Path) -> None:
    build_index(desk.services.home, paths, lambda progress: None, lambda: False, 1)


async def test_a_folder_is_taken_in_from_the_screen_with_progress_and_a_word_at_the_end(desk: Desk, disc: Path) -> None:
    (disc / "letter.txt").write_text("not DICOM")
    app = desk.app()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await at_studies(pilot, "Press a to read a folder")
        # WHEN
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, FileDialog))
        app.screen.query_one("#path", Input).value = str(disc)
        app.screen.query_one("#path", Input).focus()
        await pilot.press("enter")
        await pilot.pause(0.2)
        await pilot.press("ctrl+o")
        # THEN
        await until(pilot, lambda: isinstance(app.screen, StudiesScreen) and len(names(app)) == 1, 30)
        await until(pilot, lambda: any("4 files read" in toast.message for toast in app._notifications), 30)
        assert not app.screen.query_one("#progress").display
        # AND once more: nothing has changed
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("enter")
        await until(pilot, lambda: any("4 unchanged" in toast.message for toast in app._notifications), 30)


async def test_a_series_shows_what_it_is_and_its_picture(desk: Desk, disc: Path) -> None:
    take_in(desk, disc)
    app = desk.app()
    async with app.run_test(size=(180, 40)) as pilot:
        screen = await at_studies(pilot, "张伟")
        await until(pilot, lambda: "#3 LCA" in screen_text(app))
        text = screen_text(app)
        assert "LAO 32 CRA 2" in text
        assert "2 pictures · 24 frames" in text
        assert "64×64" in text
        assert "Encapsulated PDF" in text
        cards = screen.query_one("#series", CardList)
        await until(pilot, lambda: "▀▀▀" in screen_text(app), 20)
        assert cards.item_count() == 2


async def test_enter_goes_to_the_series_and_opens_its_pictures_and_escape_comes_back(desk: Desk, disc: Path) -> None:
    take_in(desk, disc)
    app = desk.app()
    async with app.run_test(size=SMALL) as pilot:
        screen = await at_studies(pilot, "张伟")
        await pilot.press("enter")
        await until(pilot, lambda: "LCA" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and "file 1/2" in screen_text(app))
        assert "F4" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        # AND the second series is the document
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and "page 1 of 2" in screen_text(app), 20)


async def test_the_objects_of_a_series_are_listed_and_opened_one_by_one(desk: Desk, disc: Path) -> None:
    take_in(desk, disc)
    app = desk.app()
    async with app.run_test(size=LARGE) as pilot:
        screen = await at_studies(pilot, "张伟")
        await until(pilot, lambda: "#3 LCA" in screen_text(app))
        await pilot.press("t")
        objects = screen.query_one("#objects", RowTable)
        await until(pilot, lambda: objects.display and objects.item_count() == 2)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and "file 1/2" in screen_text(app))
        await pilot.press("escape", "escape")
        await until(pilot, lambda: app.screen is screen and not objects.display)


async def test_a_member_of_a_zip_file_opens_like_any_other(desk: Desk, disc: Path, tmp_path: Path) -> None:
    packed = tmp_path / "sent.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(disc / "run1.dcm", "a/run1.dcm")
    take_in(desk, packed)
    app = desk.app()
    async with app.run_test(size=LARGE) as pilot:
        await at_studies(pilot, "张伟")
        await until(pilot, lambda: "#3 LCA" in screen_text(app))
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and "1/12" in screen_text(app), 20)
        # AND the list of pictures looked at last can open it again
        assert desk.services.preferences.now.recent[0].endswith("sent.zip/a/run1.dcm")


async def test_what_could_not_be_read_is_listed(desk: Desk, disc: Path) -> None:
    (disc / "broken.zip").write_bytes(b"PK\3\4" + b"x" * 200)
    app = desk.app()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        screen = await at_studies(pilot, "Press a")
        screen.index((disc,))
        await until(pilot, lambda: any("1 problem (p lists it)" in toast.message for toast in app._notifications), 30)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, ListPanel))
        assert "zip file is damaged" in screen_text(app)


def contents(folder: Path, pattern: str) -> list[bytes]:
    """What the files below a folder hold, whatever they are called."""
    return sorted(path.read_bytes() for path in folder.rglob(pattern))


async def choose(pilot: Pilot[int], word: str) -> None:
    """Take the choice that holds `word`."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(pilot, lambda: isinstance(app.screen, Choose) and word in screen_text(app))
    options = app.screen.query_one(OptionList)
    place = next(
        index for index in range(options.option_count) if word in str(options.get_option_at_index(index).prompt)
    )
    options.highlighted = place
    await pilot.press("enter")


async def export_to(pilot: Pilot[int], target: Path, how: str) -> None:
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await pilot.press("e")
    await choose(pilot, "another folder")
    await until(pilot, lambda: isinstance(app.screen, FileDialog))
    app.screen.query_one("#path", Input).value = str(target)
    app.screen.query_one("#path", Input).focus()
    await pilot.press("enter")
    await until(pilot, lambda: "This folder is empty" in screen_text(app))
    await pilot.press("ctrl+o")
    await choose(pilot, how)
    await until(pilot, lambda: isinstance(app.screen, Decide), 20)


async def test_a_study_is_exported_after_its_plan_was_read_and_never_by_enter_alone(
    desk: Desk, disc: Path, tmp_path: Path
) -> None:
    take_in(desk, disc)
    target = tmp_path / "stick"
    target.mkdir()
    app = desk.app()
    async with app.run_test(size=LARGE) as pilot:
        screen = await at_studies(pilot, "张伟")
        await export_to(pilot, target, "with DICOMDIR (for")
        assert "3 files" in screen_text(app)
        # WHEN enter alone is pressed
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen)
        # THEN nothing was written
        assert list(target.iterdir()) == []
        # WHEN it is confirmed
        await export_to(pilot, target, "with DICOMDIR (for")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ListPanel), 30)
        # THEN it is there, and the last word says whether the medium may be taken out
        assert (target / "DICOMDIR").is_file()
        assert contents(target, "IM*") == contents(disc, "*.dcm")
        await until(pilot, lambda: "read back" in screen_text(app))


async def test_a_plan_that_cannot_be_carried_out_offers_only_the_way_back(
    desk: Desk, disc: Path, tmp_path: Path
) -> None:
    take_in(desk, disc)
    app = desk.app()
    async with app.run_test(size=LARGE) as pilot:
        await at_studies(pilot, "张伟")
        inside = disc / "inside"
        inside.mkdir()
        await export_to(pilot, inside, "with DICOMDIR (for")
        assert app.screen.query_one(OptionList).option_count == 1
