"""The studies screen: found while typing, opened with enter, whatever the index holds."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from console.app import ConsoleApp
from console.i18n import set_language
from console.screens.dialogs.ask import Choose
from console.screens.studies.screen import StudiesScreen
from console.widgets.row_table import RowTable
from tests.archives import Study, fill, invent
from tests.ui.conftest import Desk, bars, screen_text, until

SMALL, LARGE = (80, 24), (130, 36)

WARD = (
    Study(
        1,
        "Zhang^Wei=张^伟",
        "P0017",
        "2026-11-20",
        "09:32:15",
        ("XA",),
        "冠状动脉造影",
        "A001",
        size=5_000_000,
        frames=9,
    ),
    Study(2, "Zhang^Min=张^敏", "P0071", "2026-11-19", "10:00:00", ("XA", "SR"), "PCI", "A002", frames=4),
    Study(3, "曾^小贤", "Z0003", "2025-03-02", "08:00:00", ("CT",), "冠脉CTA", "A003", name_other="ÔøÐ¡", name_flag=1),
    Study(4, "[red]x[/foo]", "R0004", "2024-01-01", "", ("US",), "", "A004"),
    Study(5, "Müller^Jérôme", "M0005", "2023-06-07", "", ("ECG",), "", "A005"),
)


async def at_studies(pilot: Pilot[int], expected: str = "") -> StudiesScreen:
    """Go to the studies and wait until they are listed."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(pilot, lambda: app.started)
    await pilot.press("f4")
    await until(pilot, lambda: isinstance(app.screen, StudiesScreen) and expected in screen_text(app))
    assert isinstance(app.screen, StudiesScreen)
    return app.screen


def names(app: object) -> list[str]:
    """What stands in the first column, top to bottom."""
    assert isinstance(app, ConsoleApp)
    table = app.screen.query_one("#studies", RowTable)
    rows = [table.row(index) for index in range(min(table.item_count(), 50))]
    return [row.cells[0] for row in rows if row is not None]


async def typed(pilot: Pilot[int], words: str, result: Sequence[str]) -> None:
    """Type into the search and wait for exactly these names."""
    await pilot.press("slash")
    pilot.app.screen.query_one("#wanted", Input).value = words
    await until(pilot, lambda: names(pilot.app) == list(result))


async def test_an_empty_index_says_which_key_begins(desk: Desk) -> None:
    app = desk.app()
    async with app.run_test(size=SMALL) as pilot:
        await at_studies(pilot, "Press a to read a folder")
        assert "Export" not in bars(app)[1]


async def test_studies_stand_newest_first_and_a_name_with_brackets_is_shown_as_it_is(desk: Desk) -> None:
    fill(desk.services.home, WARD)
    app = desk.app()
    async with app.run_test(size=LARGE) as pilot:
        await at_studies(pilot, "张伟")
        assert names(app) == ["张伟", "张敏", "曾小贤", "[red]x[/foo]", "Müller Jérôme"]
        assert "5 studies · newest first" in screen_text(app)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("张", ["张伟", "张敏"]),
        ("zw", ["张伟"]),
        ("zengxiaoxian", ["曾小贤"]),
        ("zxx", ["曾小贤"]),
        ("müller", ["Müller Jérôme"]),
        ("A002", ["张敏"]),
        ("2025-03", ["曾小贤"]),
        ("张 SR", ["张敏"]),
        ("[red]", ["[red]x[/foo]"]),
    ],
)
async def test_a_study_is_found_by_what_the_ward_says(desk: Desk, words: str, found: list[str]) -> None:
    fill(desk.services.home, WARD)
    app = desk.app()
    async with app.run_test(size=LARGE) as pilot:
        await at_studies(pilot, "张伟")
        await typed(pilot, words, found)


async def test_a_number_with_two_digits_swapped_is_offered_with_the_reason(desk: Desk) -> None:
    fill(desk.services.home, WARD[:1])
    app = desk.app()
    async with app.run_test(size=LARGE) as pilot:
        await at_studies(pilot, "张伟")
        await pilot.press("slash")
        await pilot.press(*"p0071")
        await until(pilot, lambda: "nothing fits exactly" in screen_text(app))
        assert names(app) == ["张伟"]
        assert "swapped" in screen_text(app)
        # WHEN the number is given up, everything is there again
        await pilot.press("escape")
        await until(pilot, lambda: "1 study · newest first" in screen_text(app))


async def test_nothing_near_says_what_to_try(desk: Desk) -> None:
    fill(desk.services.home, WARD)
    app = desk.app()
    async with app.run_test(size=SMALL) as pilot:
        await at_studies(pilot, "张伟")
        await pilot.press("slash")
        await pilot.press(*"qqqqqqqqqqq")
        await until(pilot, lambda: "Nothing fits." in screen_text(app))


async def test_the_other_reading_of_a_doubtful_name_stands_below(desk: Desk) -> None:
    fill(desk.services.home, WARD)
    app = desk.app()
    async with app.run_test(size=LARGE) as pilot:
        await at_studies(pilot, "张伟")
        await pilot.press("down", "down")
        await until(pilot, lambda: "also read as ÔøÐ¡" in screen_text(app))
        assert re.search("⚑ 曾小贤", screen_text(app))


async def test_privacy_hides_who_it_is_in_list_line_and_marks(desk: Desk) -> None:
    fill(desk.services.home, WARD)
    app = desk.app()
    async with app.run_test(size=LARGE) as pilot:
        await at_studies(pilot, "张伟")
        await pilot.press("down", "down")
        await pilot.press("f8")
        await until(pilot, lambda: "张伟" not in screen_text(app) and "***" in screen_text(app))
        for secret in ("P0017", "A001", "曾", "Ôø"):
            assert secret not in screen_text(app)


async def test_order_and_filter_are_chosen_from_lists(desk: Desk) -> None:
    fill(desk.services.home, WARD)
    app = desk.app()
    async with app.run_test(size=LARGE) as pilot:
        await at_studies(pilot, "张伟")
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: "by name" in screen_text(app))
        await until(pilot, lambda: names(app)[-1] == "张伟")
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("down", "down", "down", "down", "enter")
        await until(pilot, lambda: names(app) == ["张敏", "张伟"])
        # AND escape takes the filter off again
        await pilot.press("escape")
        await until(pilot, lambda: len(names(app)) == 5)


async def test_patients_are_listed_and_entered(desk: Desk) -> None:
    twice = replace(WARD[0], id=9, date="2022-02-02", accession="A009")
    fill(desk.services.home, (*WARD, twice))
    app = desk.app()
    async with app.run_test(size=LARGE) as pilot:
        await at_studies(pilot, "张伟")
        await pilot.press("g")
        await until(pilot, lambda: "5 patients" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: "2 studies" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: "5 patients" in screen_text(app))


async def test_marks_stay_while_the_list_changes_and_are_counted(desk: Desk) -> None:
    fill(desk.services.home, WARD)
    app = desk.app()
    async with app.run_test(size=LARGE) as pilot:
        screen = await at_studies(pilot, "张伟")
        await pilot.press("space", "down", "space")
        await until(pilot, lambda: "2 marked" in screen_text(app))
        await typed(pilot, "曾", ["曾小贤"])
        assert [study.patient_id for study in screen.chosen_studies()] == ["P0017", "Z0003"]
        await pilot.press("escape")
        await until(pilot, lambda: len(names(app)) == 5)
        assert screen_text(app).count("●") == 2


async def test_the_language_changes_under_the_list(desk: Desk) -> None:
    fill(desk.services.home, WARD)
    app = desk.app()
    async with app.run_test(size=LARGE) as pilot:
        await at_studies(pilot, "张伟")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "姓名" in screen_text(app) and "张伟" in screen_text(app))
    set_language("en")


async def test_three_thousand_studies_scroll_to_the_last_and_back(desk: Desk) -> None:
    fill(desk.services.home, invent(3000))
    app = desk.app()
    async with app.run_test(size=SMALL) as pilot:
        screen = await at_studies(pilot, "3000 studies")
        table = screen.query_one("#studies", RowTable)
        await pilot.press("end")
        await until(pilot, lambda: table.row(2999) is not None)
        await pilot.press("home")
        await until(pilot, lambda: table.cursor == 0 and table.row(0) is not None)


async def test_below_a_hundred_columns_the_series_take_the_place_of_the_list_and_give_it_back(desk: Desk) -> None:
    fill(desk.services.home, WARD)
    app = desk.app()
    async with app.run_test(size=SMALL) as pilot:
        screen = await at_studies(pilot, "张伟")
        assert not screen.query_one("#side").display
        await pilot.press("enter")
        await until(pilot, lambda: screen.query_one("#side").display)
        assert not screen.query_one("#found-pane").display
        await pilot.press("escape")
        await until(pilot, lambda: screen.query_one("#studies").has_focus)
        assert screen.query_one("#found-pane").display
