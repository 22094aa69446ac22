"""The inspections at the keyboard: from the notice to a signed report, and what may go wrong on the way."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, TextArea

from console.app import ConsoleApp
from console.inspectiondesk import InspectionDesk
from console.model.inspections import Inspection, Stage, Verdict
from console.screens.dialogs.ask import AskText, Choose
from console.screens.dialogs.files import FileDialog
from console.screens.dialogs.form import Form
from console.screens.dialogs.listing import Decide, ListPanel
from console.screens.inspections.form import FormScreen
from console.screens.inspections.notes import TextPanel
from console.screens.inspections.pages import PagesScreen
from console.screens.inspections.screen import InspectionsScreen
from console.services import Services
from console.site.reading import load_site
from console.widgets.frame_view import FrameView
from tests.ui.conftest import Desk, bars, screen_text, until

SIZE = (120, 36)
SITE = """
[site]
name = "Ward"
contract = {{ number = "WB-1", from = {start}, to = {end} }}

[[host]]
id = "pacs-a"
via = "local"
"""
FORM = """
[form]
id = "short"
version = 1
quarterly = true
title = { en = "Short visit", zh = "简短巡检" }

[[section]]
id = "room"
title = { en = "Server room", zh = "机房" }

[[section.item]]
id = "fans"
kind = "verdict"
title = { en = "Fans run", zh = "风扇运转" }
criterion = { en = "no noise", zh = "无异响" }
clause = ["D1"]

[[section.item]]
id = "heat"
kind = "number"
title = { en = "Temperature", zh = "温度" }
unit = "C"
max = 27

[[section.item]]
id = "ups"
kind = "choice"
title = { en = "Battery", zh = "电池" }
choices = [{ en = "good", zh = "良好" }, { en = "worn", zh = "老化" }]

[[section.item]]
id = "photo"
kind = "file"
title = { en = "Photo", zh = "照片" }
required = false

[[section]]
id = "people"
title = { en = "People", zh = "人员" }

[[section.item]]
id = "who"
kind = "table"
title = { en = "Who took part", zh = "参加人员" }
columns = [{ id = "name", title = { en = "Name", zh = "姓名" }, required = true }]

[[section.item]]
id = "serial"
kind = "text"
title = { en = "Serial number", zh = "序列号" }
carry = true
"""
FANS, HEAT, UPS, PHOTO, WHO, SERIAL = "room/fans", "room/heat", "room/ups", "room/photo", "people/who", "people/serial"


def photo() -> bytes:
    """A small photo."""
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 30, 30)).save(stream, "JPEG")
    return stream.getvalue()


@pytest.fixture
def ward(desk: Desk) -> Desk:
    """A home with a site, and one short form."""
    home = desk.services.home
    (home / "site.toml").write_text(SITE.format(start="2026-07-01", end="2027-06-30"), "utf-8")
    (home / "forms").mkdir()
    (home / "forms" / "short.toml").write_text(FORM, "utf-8")
    wall = desk.services.clock
    inspections = InspectionDesk(home, read_only=False, clock=wall)
    return Desk(replace(desk.services, inspections=inspections), desk.clock)


def planned(services: Services, quarter: str = "2026Q4") -> Inspection:
    """A new inspection of the short form."""
    desk = services.inspections
    site = load_site(services.home / "site.toml")
    form = next(form for form in desk.overview(site).forms if form.id == "short")
    return desk.new(form, site, quarter, date(2026, 11, 23), "Li")


def form_of(app: ConsoleApp) -> FormScreen:
    assert isinstance(app.screen, FormScreen), app.screen
    return app.screen


def on_disk(app: ConsoleApp) -> Inspection:
    """The inspection of the screen as its file holds it."""
    screen = next(screen for screen in app.screen_stack if isinstance(screen, FormScreen))
    return app.services.inspections.open(screen.inspection.id)


def offered(app: ConsoleApp) -> list[str]:
    """What the list of a panel offers."""
    options = app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(at).prompt) for at in range(options.option_count)]


async def at_list(pilot: Pilot[int], app: ConsoleApp) -> None:
    await until(pilot, lambda: app.services.checkroom.ready)
    await pilot.press("f6")
    await until(pilot, lambda: isinstance(app.screen, InspectionsScreen) and bool(app.screen.overview.forms))


async def at_form(pilot: Pilot[int], app: ConsoleApp) -> None:
    await at_list(pilot, app)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, FormScreen))


async def fill(pilot: Pilot[int], app: ConsoleApp, *values: str) -> None:
    """Fill in the form that is open, field by field, and take it over."""
    await until(pilot, lambda: isinstance(app.screen, Form))
    for place, value in enumerate(values):
        app.screen.query_one(f"#field-{place}", Input).value = value
    app.screen.query_one(OptionList).focus()
    await pilot.press("enter")
    await until(pilot, lambda: not isinstance(app.screen, Form))


async def begin(pilot: Pilot[int], app: ConsoleApp) -> None:
    """Notice, permission and beginning, by the course."""
    await pilot.press("enter")
    await fill(pilot, app, "2026-11-18", "telephone", "Dr Wang")
    await pilot.press("down", "enter")
    await fill(pilot, app, "2026-11-19", "Dr Wang", "letter", "")
    await pilot.press("down", "enter")
    await until(pilot, lambda: form_of(app).inspection.stage is Stage.IN_PROGRESS)


async def into(pilot: Pilot[int], app: ConsoleApp, entry: str) -> None:
    form_of(app).jump(entry)
    await until(pilot, lambda: form_of(app).entry is not None and form_of(app).entry.id == entry)  # type: ignore[union-attr]


def draft(services: Services) -> Inspection:
    """An inspection that was begun without leave, to answer items of."""
    from console import inspectionsteps as steps

    made = planned(services)
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    return services.inspections.change(made.id, steps.begin("urgent", by="Li", at=now))


def complete(services: Services) -> Inspection:
    """One that may be sealed."""
    from console import inspectionsteps as steps

    made = draft(services)
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    desk = services.inspections
    desk.change(made.id, steps.answer(FANS, by="Li", at=at, verdict=Verdict.PASS))
    desk.change(made.id, steps.answer(HEAT, by="Li", at=at, entered="23"))
    desk.change(made.id, steps.answer(UPS, by="Li", at=at, entered="good"))
    desk.change(made.id, steps.answer(WHO, by="Li", at=at, rows=({"name": "张伟"},)))
    desk.change(made.id, steps.answer(SERIAL, by="Li", at=at, entered="SN-1"))
    desk.change(made.id, steps.conclude("All well."))
    return desk.review(made.id, steps.review)


# The list


async def test_the_quarters_of_the_contract_stand_on_top(ward: Desk) -> None:
    # GIVEN a contract since July, of which nothing was inspected yet
    app = ward.app()
    async with app.run_test(size=SIZE) as pilot:
        # WHEN the inspections are opened
        await at_list(pilot, app)
        await until(pilot, lambda: "2026Q3" in screen_text(app))
        # THEN the quarter that is over is overdue, the one that runs is not planned, and what to do is said
        assert "2026Q3 ✗ overdue" in screen_text(app)
        assert "2026Q4 ○ not planned, 41 days left" in screen_text(app)
        assert "Press n to begin one" in screen_text(app)
        # AND the home page owes both
        await pilot.press("f2")
        await until(pilot, lambda: "2026Q4 inspection" in screen_text(app))
        assert "2026Q3 inspection" in screen_text(app)


async def test_an_inspection_is_begun_by_keyboard(ward: Desk) -> None:
    app = ward.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_list(pilot, app)
        # WHEN form, quarter and day are chosen
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        names = offered(app)
        for _step in range(names.index("Short visit")):
            await pilot.press("down")
        await pilot.press("enter")
        await until(pilot, lambda: "For which quarter" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Form))
        await fill(pilot, app, "2026-11-23")
        # THEN it stands on the disk, and its form is open on the course
        await until(pilot, lambda: isinstance(app.screen, FormScreen))
        lines = app.services.inspections.records.lines()
        assert [(line.quarter, line.planned, line.stage) for line in lines] == [
            ("2026Q4", date(2026, 11, 23), Stage.PLANNED)
        ]
        assert "Notice to the hospital" in screen_text(app)


async def test_a_site_file_that_cannot_be_read_begins_no_inspection(ward: Desk) -> None:
    # GIVEN a site file with a mistake: items for its hosts could not be asked
    (ward.services.home / "site.toml").write_text("[site]\nnme = 'x'\n", "utf-8")
    app = ward.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_list(pilot, app)
        await pilot.press("n")
        await until(pilot, lambda: "site.toml" in screen_text(app))
        assert app.services.inspections.records.lines() == ()


# The course


async def test_notice_permission_and_beginning_are_asked_in_their_order(ward: Desk) -> None:
    planned(ward.services)
    app = ward.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_form(pilot, app)
        # WHEN a permission is older than its notice THEN the form stays open and says why
        await pilot.press("enter")
        await fill(pilot, app, "2026-11-18", "telephone", "Dr Wang")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, Form))
        for place, value in enumerate(("2026-11-01", "Dr Wang")):
            app.screen.query_one(f"#field-{place}", Input).value = value
        app.screen.query_one(OptionList).focus()
        await pilot.press("enter")
        await until(pilot, lambda: "cannot be earlier" in screen_text(app))
        assert app.screen.query_one("#field-1", Input).value == "Dr Wang"
        # WHEN it is put right THEN the inspection can begin without a reason
        await fill(pilot, app, "2026-11-19")
        await pilot.press("down", "enter")
        await until(pilot, lambda: form_of(app).inspection.stage is Stage.IN_PROGRESS)
        assert on_disk(app).permission is not None
        assert on_disk(app).permission.override == ""  # type: ignore[union-attr]


async def test_without_permission_it_begins_only_with_a_reason(ward: Desk) -> None:
    planned(ward.services)
    app = ward.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_form(pilot, app)
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        # WHEN no reason is given THEN nothing begins
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, FormScreen))
        assert on_disk(app).stage is Stage.PLANNED
        # WHEN one is given THEN it is kept, to be printed
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press(*"fire", "enter")
        await until(pilot, lambda: on_disk(app).stage is Stage.IN_PROGRESS)
        assert on_disk(app).permission.override == "fire"  # type: ignore[union-attr]
        assert "begun without: fire" in screen_text(app)


# Answers


async def test_one_key_answers_and_every_answer_stands_on_the_disk(ward: Desk) -> None:
    draft(ward.services)
    app = ward.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_form(pilot, app)
        await into(pilot, app, FANS)
        # WHEN 2 is pressed THEN the item has failed, on the disk, and the note is asked for
        await pilot.press("2")
        await until(pilot, lambda: on_disk(app).entry(FANS).answer.verdict is Verdict.FAIL)
        await until(pilot, lambda: app.focused is not None and app.focused.id == "note")
        assert on_disk(app).entry(FANS).answer.by == "Li"
        # WHEN the note is written THEN enter keeps it and goes on to the number, whose digits begin the value
        await pilot.press(*"loud", "enter")
        await until(pilot, lambda: on_disk(app).entry(FANS).answer.note == "loud")
        await until(pilot, lambda: form_of(app).entry is not None and form_of(app).entry.id == HEAT)  # type: ignore[union-attr]
        await pilot.press("3")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "value")
        await pilot.press("1", "tab")
        # THEN 31 C has failed by its limit, and tab stands in the note
        await until(pilot, lambda: app.focused is not None and app.focused.id == "note")
        answer = on_disk(app).entry(HEAT).answer
        assert (answer.number, answer.verdict) == (31.0, Verdict.FAIL)
        assert bars(app)[1].strip().startswith("tab Next field")
        await pilot.press("escape")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "items")


async def test_a_value_that_is_not_understood_stays_in_its_field(ward: Desk) -> None:
    draft(ward.services)
    app = ward.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_form(pilot, app)
        await into(pilot, app, HEAT)
        # WHEN words stand where a number is wanted
        await pilot.press("enter")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "value")
        await pilot.press(*"warm", "enter")
        # THEN the field keeps them, and nothing was answered
        await until(pilot, lambda: "warm" in " ".join(note.message for note in app._notifications))
        assert app.focused is not None
        assert app.focused.id == "value"
        assert on_disk(app).entry(HEAT).answer.entered == ""
        # AND full-width digits are understood
        app.screen.query_one("#value", Input).value = "２３"
        await pilot.press("enter")
        await until(pilot, lambda: on_disk(app).entry(HEAT).answer.number == 23.0)


async def test_choices_tables_and_long_notes_have_their_own_panels(ward: Desk) -> None:
    draft(ward.services)
    app = ward.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_form(pilot, app)
        await into(pilot, app, UPS)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("down", "enter")
        await until(pilot, lambda: on_disk(app).entry(UPS).answer.entered == "worn")
        # A table: one row is added, and left out again
        await into(pilot, app, WHO)
        await pilot.press("enter")
        await until(pilot, lambda: "Add a row" in screen_text(app))
        await pilot.press("enter")
        await fill(pilot, app, "喆昇")
        await until(pilot, lambda: on_disk(app).entry(WHO).answer.rows == ({"name": "喆昇"},))
        await until(pilot, lambda: isinstance(app.screen, Choose) and "喆昇" in screen_text(app))
        await pilot.press("home", "enter")
        await until(pilot, lambda: "Leave out" in screen_text(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: on_disk(app).entry(WHO).answer.rows == ())
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, FormScreen))
        # A note of many lines is kept by escape; one that is too long stays in its field
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, TextPanel))
        app.screen.query_one(TextArea).text = "x" * 20_001
        await pilot.press("escape")
        await until(pilot, lambda: "20001 characters" in screen_text(app))
        app.screen.query_one(TextArea).text = "first\nsecond"
        await pilot.press("escape")
        await until(pilot, lambda: on_disk(app).entry(WHO).answer.note == "first\nsecond")


async def test_a_photo_is_kept_and_one_that_cannot_be_printed_is_refused(ward: Desk, tmp_path: Path) -> None:
    draft(ward.services)
    rack = photo()
    (tmp_path / "rack.jpg").write_bytes(rack)
    (tmp_path / "broken.jpg").write_bytes(rack[:300])
    app = ward.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_form(pilot, app)
        await into(pilot, app, PHOTO)
        for name, said in (("broken.jpg", "cannot be"), ("rack.jpg", "")):
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, FileDialog))
            app.screen.query_one("#path", Input).value = str(tmp_path / name)
            app.screen.query_one("#path", Input).focus()
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, AskText))
            await pilot.press("enter")
            if said:
                await until(pilot, lambda: "broken.jpg is damaged" in screen_text(app))
                await pilot.press("escape")
                await until(pilot, lambda: isinstance(app.screen, FormScreen))
                assert on_disk(app).entry(PHOTO).answer.attachments == ()
        await until(pilot, lambda: len(on_disk(app).entry(PHOTO).answer.attachments) == 1)
        kept = on_disk(app).entry(PHOTO).answer.attachments[0]
        assert app.services.inspections.records.attachment_path(kept.sha256).read_bytes() == rack


async def test_a_crash_and_a_new_start_stand_on_the_same_item(ward: Desk) -> None:
    draft(ward.services)
    app = ward.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_form(pilot, app)
        await into(pilot, app, UPS)
        # WHEN the console ends without leaving the form
        await until(pilot, lambda: on_disk(app).cursor == UPS)
    again = ward.app()
    async with again.run_test(size=SIZE) as pilot:
        await at_form(pilot, again)
        # THEN the next one opens it there
        await until(pilot, lambda: form_of(again).entry is not None)
        assert form_of(again).entry.id == UPS  # type: ignore[union-attr]


async def test_gaps_are_listed_and_jumped_to(ward: Desk) -> None:
    draft(ward.services)
    app = ward.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_form(pilot, app)
        before = len(form_of(app)._gaps)
        await pilot.press("g")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        said = offered(app)
        assert len(said) == before
        for _step in range(next(at for at, text in enumerate(said) if "Serial" in text)):
            await pilot.press("down")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, FormScreen) and form_of(app).entry is not None)
        assert form_of(app).entry.id == SERIAL  # type: ignore[union-attr]


async def test_a_failed_item_gets_an_action_that_follows_into_the_list(ward: Desk) -> None:
    draft(ward.services)
    app = ward.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_form(pilot, app)
        await into(pilot, app, FANS)
        await pilot.press("2")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "note")
        await pilot.press(*"loud", "escape")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "items")
        await pilot.press("t")
        await fill(pilot, app, "Change the fan", "Wang", "2026-11-30")
        await until(pilot, lambda: len(on_disk(app).actions) == 1)
        # THEN the list of actions has it, and it is closed with evidence
        form_of(app).console_app.show_actions()
        await until(pilot, lambda: isinstance(app.screen, InspectionsScreen) and "Change the fan" in screen_text(app))
        assert "1 open action" in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press(*"done", "enter")
        await until(pilot, lambda: "or enter for none" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: all(each.closed is not None for each in app.services.inspections.all_actions()))


# The end


async def test_it_is_sealed_after_a_question_and_signed_by_both(ward: Desk, tmp_path: Path) -> None:
    complete(ward.services)
    copy = tmp_path / "signed.pdf"
    copy.write_bytes(b"%PDF-1.7\nsigned\n%%EOF\n")
    app = ward.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_form(pilot, app)
        screen = form_of(app)
        await until(pilot, lambda: "nothing is missing" in screen_text(app))
        # WHEN seal is chosen THEN enter alone does nothing
        screen.show("seal")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Decide))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, FormScreen))
        assert not on_disk(app).sealed
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Decide))
        await pilot.press("down", "enter")
        await until(pilot, lambda: on_disk(app).sealed)
        # THEN no key changes an answer any more
        await into(pilot, app, FANS)
        await pilot.press("2")
        await until(pilot, lambda: any("sealed" in note.message for note in app._notifications))
        assert on_disk(app).entry(FANS).answer.verdict is Verdict.PASS
        # AND both sides sign, the hospital with its copy
        for side in ("us", "hospital"):
            form_of(app)._section = "="
            form_of(app).show(f"sign-{side}")
            await pilot.press("enter")
            await fill(pilot, app, "2026-11-20", side, "", str(copy) if side == "hospital" else "")
        await until(pilot, lambda: on_disk(app).stage is Stage.SIGNED)
        assert on_disk(app).signatures[1].attachment is not None
        # AND every seal is whole
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, InspectionsScreen))
        assert "2026Q4 ✓ signed" in screen_text(app)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(app.screen, ListPanel))
        assert "Every seal is whole" in screen_text(app)


async def test_a_seal_is_refused_while_something_is_missing(ward: Desk) -> None:
    draft(ward.services)
    app = ward.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_form(pilot, app)
        form_of(app).show("seal")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Decide))
        assert "Fans run: not answered" in screen_text(app)
        assert app.screen.query_one(OptionList).option_count == 1


async def test_a_sealed_inspection_is_revised_with_a_reason(ward: Desk) -> None:
    made = complete(ward.services)
    ward.services.inspections.seal(made.id, "Li")
    app = ward.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_form(pilot, app)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press(*"typo", "enter")
        await until(pilot, lambda: form_of(app).inspection.revision == 1)
        assert (on_disk(app).reason, on_disk(app).amends) == ("typo", made.id)
        assert app.services.inspections.open(made.id).sealed


async def test_pages_are_looked_at_and_the_report_is_written(ward: Desk, tmp_path: Path) -> None:
    complete(ward.services)
    app = ward.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_form(pilot, app)
        # WHEN the pages are asked for THEN they stand on the screen as pictures, and say that it is a draft
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, PagesScreen), 60)
        await until(pilot, lambda: app.screen.query_one(FrameView)._painting is not None, 30)
        await until(pilot, lambda: "page 1 of" in screen_text(app) and "draft" in screen_text(app), 30)
        await pilot.press("space")
        await until(pilot, lambda: "page 2 of" in screen_text(app), 30)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, FormScreen))
        # WHEN it is exported THEN the file is there, complete, and its sum is said
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("enter")
        await until(pilot, lambda: "Language of the report" in screen_text(app))
        await pilot.press("enter")
        target = tmp_path / "report.pdf"
        await to_file(pilot, app, target)
        await until(pilot, lambda: isinstance(app.screen, ListPanel), 60)
        await until(pilot, lambda: "SHA-256" in screen_text(app))
        assert "PDF/A-2b" in screen_text(app)
        assert target.read_bytes().startswith(b"%PDF")
        assert target.read_bytes().rstrip().endswith(b"%%EOF")


async def test_an_archive_goes_out_and_comes_in_elsewhere(ward: Desk, tmp_path: Path) -> None:
    made = complete(ward.services)
    app = ward.app()
    target = tmp_path / "visit.zip"
    async with app.run_test(size=SIZE) as pilot:
        await at_list(pilot, app)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "Language of the report" in screen_text(app))
        await pilot.press("enter")
        await to_file(pilot, app, target)
        await until(pilot, lambda: isinstance(app.screen, ListPanel), 60)
        with zipfile.ZipFile(target) as archive:
            names = archive.namelist()
            assert any(name.endswith(".pdf") for name in names)
            assert json.loads(archive.read(next(name for name in names if name.endswith("record.json"))))
        # WHEN it is taken in where it is already THEN nothing changes, which is said
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, InspectionsScreen))
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, FileDialog))
        app.screen.query_one("#path", Input).value = str(target)
        app.screen.query_one("#path", Input).focus()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ListPanel))
        assert len(app.services.inspections.records.lines()) == 1
    assert app.services.inspections.open(made.id) == made


async def to_file(pilot: Pilot[int], app: ConsoleApp, target: Path) -> None:
    """Choose "another folder" and name the file."""
    await until(pilot, lambda: isinstance(app.screen, FileDialog) or "Export to" in screen_text(app))
    if isinstance(app.screen, Choose):
        await pilot.press("end", "enter")
        await until(pilot, lambda: isinstance(app.screen, FileDialog))
    await pilot.pause()
    app.screen.query_one("#path", Input).value = str(target)
    app.screen.query_one("#path", Input).focus()
    await pilot.press("enter")


async def test_two_consoles_on_one_home_do_not_both_write(ward: Desk) -> None:
    # GIVEN a home that another console holds
    made = draft(ward.services)
    desk = InspectionDesk(ward.services.home, read_only=True, clock=ward.services.clock)
    reading = Desk(replace(ward.services, inspections=desk), ward.clock)
    app = reading.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_form(pilot, app)
        await into(pilot, app, FANS)
        # WHEN an item is answered THEN it is said that this one only reads
        await pilot.press("1")
        await until(pilot, lambda: any("only reads" in note.message for note in app._notifications))
    assert ward.services.inspections.open(made.id) == made


async def test_earlier_values_stand_beside_the_fields(ward: Desk) -> None:
    # GIVEN a sealed third quarter with 23 C
    from console import inspectionsteps as steps

    desk = ward.services.inspections
    earlier = planned(ward.services, "2026Q3")
    at = datetime(2026, 8, 20, 9, tzinfo=UTC)
    desk.change(earlier.id, steps.begin("urgent", by="Li", at=at))
    for entry, changes in (
        (FANS, {"verdict": Verdict.PASS}), (HEAT, {"entered": "23"}), (UPS, {"entered": "good"}),
        (WHO, {"rows": ({"name": "x"},)}), (SERIAL, {"entered": "SN-1"}),
    ):  # fmt: skip
        desk.change(earlier.id, steps.answer(entry, by="Li", at=at + timedelta(minutes=1), **changes))
    desk.change(earlier.id, steps.conclude("Well."))
    desk.review(earlier.id, steps.review)
    desk.seal(earlier.id, "Li")
    draft(ward.services)
    app = ward.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_form(pilot, app)
        await into(pilot, app, HEAT)
        # WHEN the number is given THEN the change stands beside it
        await pilot.press("2")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "value")
        await pilot.press("5", "escape")
        await until(pilot, lambda: "23 (+2)" in screen_text(app))
        # AND what was taken over is marked until somebody confirms it
        await into(pilot, app, SERIAL)
        await until(pilot, lambda: "SN-1 (taken" in screen_text(app))
        await pilot.press("c")
        await until(pilot, lambda: not on_disk(app).entry(SERIAL).answer.carried)
