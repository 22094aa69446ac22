"""The lists of the studies screen: any length, asked for page by page, drawn where they are looked at."""

import numpy as np
import pytest
from rich.cells import cell_len
from textual import on
from textual.app import App, ComposeResult

from console.graphics.encoder import choose
from console.widgets.card_list import Card, CardList
from console.widgets.cursor_list import CursorList
from console.widgets.row_table import PAGE, Column, Row, RowTable
from tests.ui.conftest import TERMINAL

COLUMNS = (
    Column("姓名", 12, flex=3),
    Column("ID", 8, flex=1),
    Column("日期", 10, rank=1),
    Column("大小", 8, right=True, rank=2),
)


def row(index: int) -> Row:
    return Row((f"张^伟{index}", f"P{index:05d}", "2026-11-20", f"{index} kB"), str(index))


class Shelf(App[None]):
    """A table of 100,000 rows and a list of cards, nothing else."""

    def __init__(self, count: int = 100_000) -> None:
        super().__init__()
        self.count = count
        self.asked: list[int] = []
        self.pictures: list[str] = []
        self.chosen: list[str] = []
        self.answering = True

    def compose(self) -> ComposeResult:
        yield RowTable("rows")
        yield CardList("cards", rows=3, columns=6)

    def on_mount(self) -> None:
        self.query_one("#cards").display = False
        table = self.query_one(RowTable)
        table.focus()
        table.show(COLUMNS, self.count, 0, [row(index) for index in range(min(PAGE, self.count))], 0)

    @on(RowTable.Needed)
    def give_rows(self, event: RowTable.Needed) -> None:
        self.asked.append(event.offset)
        if self.answering:
            event.source.put(event.offset, [row(index) for index in range(event.offset, event.offset + event.count)])

    @on(CardList.Needed)
    def note_card(self, event: CardList.Needed) -> None:
        self.pictures.append(event.key)

    @on(CursorList.Chosen)
    def note_choice(self, event: CursorList.Chosen) -> None:
        self.chosen.append(event.key)


def lines(app: App[None]) -> list[str]:
    width, height = app.size
    return [strip.text for strip in app.screen._compositor.render_strips(app.size)[:height] if width]


async def test_the_end_of_a_hundred_thousand_rows_is_one_key_and_one_page_away() -> None:
    app = Shelf()
    async with app.run_test(size=(60, 12)) as pilot:
        # WHEN
        await pilot.press("end")
        await pilot.pause(0.1)
        # THEN the last row is under the cursor, the titles still stand, and nothing in between was asked for
        assert "张^伟99999" in lines(app)[-1]
        assert lines(app)[0].lstrip().startswith("姓名")
        assert app.asked == [99_900]


async def test_rows_that_are_not_here_yet_wait_visibly_and_cannot_be_taken() -> None:
    app = Shelf()
    app.answering = False
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("end")
        await pilot.pause(0.1)
        assert lines(app)[-1].split() == ["·"] * 4
        await pilot.press("enter")
        await pilot.pause()
        assert app.chosen == []
        # WHEN it comes after all
        app.query_one(RowTable).put(99_900, [row(index) for index in range(99_900, 100_000)])
        await pilot.press("enter")
        await pilot.pause()
        # THEN
        assert app.chosen == ["99999"]


@pytest.mark.parametrize(("width", "titles"), [(60, 4), (40, 3), (26, 2)])
async def test_columns_that_do_not_fit_are_left_out_the_least_needed_first(width: int, titles: int) -> None:
    app = Shelf()
    async with app.run_test(size=(width, 8)) as pilot:
        await pilot.pause()
        shown = lines(app)
        assert shown[0].split() == ["姓名", "ID", "日期", "大小"][:titles]
        assert all(cell_len(line) == width for line in shown)


async def test_the_columns_of_wide_and_narrow_names_stand_below_one_another() -> None:
    app = Shelf(2)
    async with app.run_test(size=(60, 6)) as pilot:
        table = app.query_one(RowTable)
        table.show(COLUMNS, 2, 0, [Row(("欧阳^震华", "A1", "", ""), "1"), Row(("Mu", "B2", "", ""), "2", mark="⚑")], 0)
        await pilot.pause()
        first, second = lines(app)[1:3]
        assert cell_len(first[: first.index("A1")]) == cell_len(second[: second.index("B2")])
        assert second.startswith(" ⚑ ")


async def test_a_page_down_keeps_the_cursor_in_sight_and_home_shows_the_first_row() -> None:
    app = Shelf(200)
    async with app.run_test(size=(60, 12)) as pilot:
        for key in ("pagedown", "pagedown", "pageup", "down", "up", "up"):
            await pilot.press(key)
            await pilot.pause(0.02)
            cursor = app.query_one(RowTable).cursor
            assert any(f"P{cursor:05d}" in line for line in lines(app)[1:]), (key, cursor)
        await pilot.press("home")
        await pilot.pause()
        assert "P00000" in lines(app)[1]


async def test_a_click_takes_the_row_under_the_mouse_and_the_titles_take_nothing() -> None:
    app = Shelf(20)
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.click(RowTable, offset=(4, 3))
        await pilot.click(RowTable, offset=(4, 0))
        await pilot.pause()
        assert app.chosen == ["2"]


async def test_only_cards_that_are_looked_at_ask_for_a_picture() -> None:
    app = Shelf()
    async with app.run_test(size=(40, 12)) as pilot:
        app.query_one(RowTable).display = False
        cards = app.query_one(CardList)
        cards.display = True
        cards.focus()
        # GIVEN 50 cards of four lines each, the third without a picture
        cards.show(
            [Card(str(index), (f"#{index} LCA", "96 帧"), sign="SR" if index == 2 else "") for index in range(50)]
        )
        await pilot.pause(0.1)
        # THEN three fit
        assert app.pictures == ["0", "1"]
        assert any("SR" in line for line in lines(app))
        await pilot.press("end")
        await pilot.pause(0.1)
        assert "49" in app.pictures
        assert "20" not in app.pictures


async def test_a_picture_that_comes_is_drawn_in_its_card_alone() -> None:
    app = Shelf()
    encoder = choose("half", TERMINAL, "true")
    async with app.run_test(size=(40, 12)) as pilot:
        app.query_one(RowTable).display = False
        cards = app.query_one(CardList)
        cards.display = True
        cards.show([Card("a", ("one",)), Card("b", ("two",))])
        await pilot.pause()
        # WHEN
        width, height = encoder.pixel_size(6, 3)
        noise = np.random.default_rng(1).integers(0, 255, (height, width), dtype=np.uint8)
        cards.put_picture("b", encoder.encode(noise, 6, 3))
        await pilot.pause()
        # THEN
        shown = lines(app)
        assert not any("▀" in line for line in shown[:4])
        assert all("▀" in line for line in shown[4:7])
        assert all(cell_len(line) == 40 for line in shown)
