"""What holds no frames is read in the viewer all the same: reports as lines, documents as pages."""

from pathlib import Path

from PIL import Image

from console.screens.viewer.screen import ViewerScreen
from console.widgets.frame_view import FrameView
from console.widgets.line_list import LineList
from tests.phantoms import write_cine
from tests.ui.conftest import Desk, screen_text, until
from tests.unit.dicom.made_reports import (
    accumulated,
    code,
    container,
    encapsulated,
    hemodynamic,
    irradiation,
    pdf,
    save,
    structured,
    text,
)

SIZE = (100, 30)


async def test_a_structured_report_is_read_as_lines_and_markup_in_it_is_text(desk: Desk, tmp_path: Path) -> None:
    # GIVEN
    finding = text("Finding", "[red]stenosis[/x] \x1b[31mof the LAD")
    path = save(tmp_path / "sr.dcm", structured(container(code("121070", meaning="Findings"), finding)))
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "Findings" in screen_text(app))
        shown = screen_text(app)
        # THEN
        assert "[red]stenosis[/x] [31mof the LAD" in shown
        assert app.screen.query_one(LineList).has_focus
        assert not app.screen.query_one(FrameView).display
        # AND the header is one key away, and back
        await pilot.press("d")
        await until(pilot, lambda: "ContentSequence" in screen_text(app) or "Content Sequence" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: "Findings" in screen_text(app))


async def test_privacy_hides_free_text_of_a_report(desk: Desk, tmp_path: Path) -> None:
    path = save(tmp_path / "sr.dcm", structured(text("Finding", "Zhang Wei has a stenosis")))
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "Zhang Wei has" in screen_text(app))
        await pilot.press("f8")
        await until(pilot, lambda: "Zhang Wei has" not in screen_text(app))
        assert "Finding" in screen_text(app)


async def test_a_dose_report_begins_with_its_totals_and_lists_its_irradiations(desk: Desk, tmp_path: Path) -> None:
    totals = accumulated("113622", c113722=("9.37e-06", "Gy.m2"))
    event = irradiation(c113733=("72", "kV"))
    path = save(tmp_path / "dose.dcm", structured(totals, event, sop_class="1.2.840.10008.5.1.4.1.1.88.67"))
    app = desk.app(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "0.0937 Gy·cm²" in screen_text(app))
        assert "72 kV" in screen_text(app)


async def test_the_pages_of_a_pdf_turn_with_the_arrows_zoom_and_are_exported(desk: Desk, tmp_path: Path) -> None:
    path = save(tmp_path / "report.dcm", encapsulated(pdf()))
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        # WHEN
        await until(pilot, lambda: "page 1 of 2" in screen_text(app))
        await pilot.press("right")
        # THEN
        await until(pilot, lambda: "page 2 of 2" in screen_text(app))
        await pilot.press("plus")
        await pilot.press("space")
        screen = app.screen
        assert isinstance(screen, ViewerScreen)
        assert screen.playback is not None
        assert not screen.playback.state().playing
        # AND
        await pilot.press("e")
        await until(pilot, lambda: app.screen is not screen)
        target = tmp_path / "page.png"
        app.screen.query_one("#path").value = str(target)  # type: ignore[attr-defined]  # an Input
        app.screen.query_one("#path").focus()
        await pilot.press("enter")
        await until(pilot, target.exists)
        with Image.open(target) as picture:
            assert picture.size[0] > 1000


async def test_pages_are_not_shown_while_privacy_is_on(desk: Desk, tmp_path: Path) -> None:
    path = save(tmp_path / "report.dcm", encapsulated(pdf()))
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "page 1 of 2" in screen_text(app))
        await pilot.press("f8")
        await until(pilot, lambda: "not shown while privacy is on" in screen_text(app))
        assert not app.screen.query_one(FrameView).display
        await pilot.press("f8")
        await until(pilot, lambda: "page 1 of 2" in screen_text(app))


async def test_walking_from_a_picture_to_a_waveform_and_back_shows_each_for_what_it_is(
    desk: Desk, tmp_path: Path
) -> None:
    write_cine(tmp_path / "1.dcm")
    save(tmp_path / "2.dcm", hemodynamic(500))
    save(tmp_path / "3.dcm", encapsulated(pdf()))
    app = desk.app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "1/12" in screen_text(app))
        await pilot.press("n")
        await until(pilot, lambda: "channel" in screen_text(app).lower())
        await pilot.press("n")
        await until(pilot, lambda: "page 1 of 2" in screen_text(app))
        await pilot.press("n")
        await until(pilot, lambda: "1/12" in screen_text(app))
        assert not app.screen.query_one(LineList).display


async def test_a_broken_document_says_why_in_its_place(desk: Desk, tmp_path: Path) -> None:
    path = save(tmp_path / "broken.dcm", encapsulated(b"%PDF-1.4 and nothing more"))
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "PDF" in screen_text(app))
