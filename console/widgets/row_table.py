"""A table of any length: only the rows that are looked at are asked for, and only they are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.cells import cell_len
from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip

from console.widgets.bars import fit
from console.widgets.cursor_list import CursorList

Tone = Literal["", "good", "careful", "bad", "quiet"]

PAGE = 100
"""Rows asked for at a time: more than a terminal is high."""
_KEPT_PAGES = 20
_MARK_CELLS = 3


@dataclass(frozen=True)
class Column:
    """One column. Columns that do not fit are left out, those of the highest rank first."""

    title: str
    width: int
    """Cells it needs."""
    flex: int = 0
    """Share of the cells that are left over."""
    rank: int = 0
    """0 stays always."""
    right: bool = False
    """Numbers stand at the right end."""


@dataclass(frozen=True)
class Row:
    """One row: plain text, never markup."""

    cells: tuple[str, ...]
    """One text a column."""
    key: str
    """What the row stands for; handed back when it is chosen."""
    mark: str = ""
    """One character in front: chosen for export, a name read against its label."""
    careful: bool = False
    """Drawn in the colour of warnings."""
    tone: Tone = ""
    """Colour of the mark in front: what it stands for."""


class RowTable(CursorList):
    """Rows under titles, with a cursor; rows come in pages when they are needed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row-table--cursor",
        "row-table--resting",
        "row-table--title",
        "row-table--careful",
        "row-table--good",
        "row-table--bad",
        "row-table--quiet",
    }

    @dataclass
    class Needed(Message):
        """Rows from `offset` on are looked at and not here yet."""

        source: "RowTable"
        offset: int
        count: int

        @property
        def control(self) -> "RowTable":
            """The table, for selectors."""
            return self.source

    def __init__(self, widget_id: str, *, ellipsis: str = "…", waiting: str = "·") -> None:
        super().__init__(widget_id, choosable=True)
        self._ellipsis = ellipsis
        self._waiting = waiting
        self._columns: tuple[Column, ...] = ()
        self._count = 0
        self._pages: dict[int, Sequence[Row]] = {}
        self._asked: set[int] = set()

    def item_count(self) -> int:
        return self._count

    def item_key(self, index: int) -> str:
        row = self.row(index)
        return row.key if row is not None else ""

    def row(self, index: int) -> Row | None:
        """Row `index` where it is here."""
        page = self._pages.get(index // PAGE)
        place = index % PAGE
        return page[place] if page is not None and place < len(page) else None

    @property
    def first_needed(self) -> int:
        """Where the page begins on which the cursor stands."""
        return self._cursor // PAGE * PAGE

    def show(self, columns: Sequence[Column], count: int, offset: int, rows: Sequence[Row], cursor: int) -> None:
        """Show `count` rows, of which those of the page beginning at `offset` are here."""
        self._columns = tuple(columns)
        self._count = count
        self._pages.clear()
        self._asked.clear()
        self._pages[offset // PAGE] = rows
        self.put_cursor(cursor)

    def show_all(self, columns: Sequence[Column], rows: Sequence[Row]) -> None:
        """Show `rows`, all of which are here."""
        self.show(columns, len(rows), 0, rows[:PAGE], 0)
        for offset in range(PAGE, len(rows), PAGE):
            self._pages[offset // PAGE] = rows[offset : offset + PAGE]

    def put(self, offset: int, rows: Sequence[Row]) -> None:
        """A page that was needed."""
        self._asked.discard(offset // PAGE)
        self._pages[offset // PAGE] = rows
        while len(self._pages) > _KEPT_PAGES:
            here = self._cursor // PAGE
            del self._pages[max(self._pages, key=lambda page: abs(page - here))]
        self.refresh()

    def put_row(self, index: int, row: Row) -> None:
        """Row `index` reads otherwise now: it was marked."""
        page, place = divmod(index, PAGE)
        rows = list(self._pages.get(page, ()))
        if place < len(rows):
            rows[place] = row
            self._pages[page] = rows
            self.refresh()

    def content_height(self) -> int:
        # One line more for the titles, which stay where they are.
        return self._count + 1

    def _scroll_to_cursor(self) -> None:
        # Line 0 of the widget is taken by the titles: the cursor must stand at least one line below the scroll offset.
        height = max(self.scrollable_content_region.height - 1, 1)
        top = self.scroll_offset.y
        wanted = min(max(top, self._cursor - height + 1), self._cursor)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)

    def item_line(self, index: int) -> int:
        return index + 1 - self.scroll_offset.y

    def item_at(self, y: int) -> int:
        return y - 1 + self.scroll_offset.y if y > 0 else self._count

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.base_style
        widths = self._widths(width - _MARK_CELLS - 1)
        if y == 0:
            titles = self._laid_out(tuple(column.title for column in self._columns), widths, " ")
            return Strip([Segment(titles, base + self.get_component_rich_style("row-table--title"))], width)
        index = y - 1 + self.scroll_offset.y
        if index >= self._count:
            return Strip([Segment(" " * width, base)], width)
        row = self.row(index)
        if row is None:
            self._ask(index // PAGE)
            row = Row((self._waiting,) * len(self._columns), "")
        style = base
        if row.careful:
            style = style + self.get_component_rich_style("row-table--careful")
        if index == self._cursor:
            kind = "cursor" if self.has_focus else "resting"
            style = style + self.get_component_rich_style(f"row-table--{kind}")
        text = self._laid_out(row.cells, widths, row.mark)
        if not row.tone or index == self._cursor:
            return Strip([Segment(text, style)], width)
        ends = 2 + len(row.mark)
        colour = style + self.get_component_rich_style(f"row-table--{row.tone}")
        if row.tone == "quiet":
            return Strip([Segment(text, colour)], width)
        return Strip([Segment(text[:ends], colour), Segment(text[ends:], style)], width)

    def _ask(self, page: int) -> None:
        if page not in self._asked:
            self._asked.add(page)
            # Later: a message made while the screen draws would not reach the screen, which counts as its sender.
            self.call_later(self._tell, page * PAGE)

    def _tell(self, offset: int) -> None:
        self.post_message(self.Needed(self, offset, PAGE))

    def _laid_out(self, cells: Sequence[str], widths: Sequence[int], mark: str) -> str:
        text = " " + mark + " " * max(_MARK_CELLS - 1 - cell_len(mark), 0)
        for column, cell, width in zip(self._columns, cells, widths, strict=False):
            if width:
                shown = fit(cell, width - 1, self._ellipsis)
                room = " " * max(width - 1 - cell_len(shown), 0)
                text += (room + shown if column.right else shown + room) + " "
        return fit(text, self.size.width) + " " * max(self.size.width - cell_len(text), 0)

    def _widths(self, room: int) -> list[int]:
        """Cells of each column, 0 for one that is left out; each holds one blank at its end."""
        kept = list(self._columns)
        while len(kept) > 1 and sum(column.width + 1 for column in kept) > room:
            worst = max(column.rank for column in kept)
            if not worst:
                break
            kept.remove(next(column for column in reversed(kept) if column.rank == worst))
        spare = max(room - sum(column.width + 1 for column in kept), 0)
        shares = sum(column.flex for column in kept) or 1
        return [column.width + 1 + spare * column.flex // shares if column in kept else 0 for column in self._columns]
