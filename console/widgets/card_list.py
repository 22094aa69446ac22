"""A list of cards: a small picture and a few lines each, such as the series of a study."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from console.graphics.painting import Painting
from console.widgets.bars import fit
from console.widgets.cursor_list import CursorList
from console.widgets.frame_view import cell_style


@dataclass(frozen=True)
class Card:
    """One card: plain text, never markup."""

    key: str
    """What the card stands for; handed back when it is chosen."""
    lines: tuple[str, ...]
    """The first is its heading; those beyond its height are left out."""
    sign: str = ""
    """A word where the picture stands, for what has none."""


class CardList(CursorList):
    """Cards with a cursor. Pictures come later, when they are needed and ready."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"card-list--cursor", "card-list--resting", "card-list--dim"}

    @dataclass
    class Needed(Message):
        """The picture of a card is looked at and not here yet."""

        source: "CardList"
        key: str

        @property
        def control(self) -> "CardList":
            """The list, for selectors."""
            return self.source

    def __init__(self, widget_id: str, *, ellipsis: str = "…", columns: int = 10, rows: int = 4) -> None:
        super().__init__(widget_id, choosable=True)
        self._ellipsis = ellipsis
        self.picture_columns = columns
        """Cells that a picture is wide."""
        self.picture_rows = rows
        """Cells that a picture is high."""
        self._cards: Sequence[Card] = ()
        self._pictures: dict[str, Painting | None] = {}

    @property
    def item_height(self) -> int:
        return self.picture_rows + 1

    def item_count(self) -> int:
        return len(self._cards)

    def item_key(self, index: int) -> str:
        return self._cards[index].key

    def picture_size(self, columns: int, rows: int) -> None:
        """Pictures of another size from now on; those that are here are asked for again."""
        if (columns, rows) != (self.picture_columns, self.picture_rows):
            self.picture_columns, self.picture_rows = columns, rows
            self._pictures.clear()
            self.put_cursor(self.cursor)

    def show(self, cards: Sequence[Card], cursor: int = 0) -> None:
        """Show these cards, with the cursor on the one numbered `cursor` (from 0), or the nearest there is."""
        if list(cards) == list(self._cards):
            return
        keys = {card.key for card in cards}
        self._cards = cards
        self._pictures = {key: picture for key, picture in self._pictures.items() if key in keys}
        self.put_cursor(cursor)

    def put_picture(self, key: str, painting: Painting | None) -> None:
        """The picture of card `key`; None when there is none."""
        self._pictures[key] = painting
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.base_style
        line = y + self.scroll_offset.y
        index, part = divmod(line, self.item_height)
        if index >= len(self._cards):
            return Strip([Segment(" " * width, base)], width)
        card = self._cards[index]
        if part == self.item_height - 1:
            return Strip([Segment(" " * width, base)], width)
        style = base
        if index == self._cursor:
            kind = "cursor" if self.has_focus else "resting"
            style = style + self.get_component_rich_style(f"card-list--{kind}")
        elif part > 0:
            style = style + self.get_component_rich_style("card-list--dim")
        picture = self._picture_cells(card, part, base)
        text = card.lines[part] if part < len(card.lines) else ""
        room = max(width - self.picture_columns - 3, 0)
        shown = fit(text, room, self._ellipsis)
        tail = " " * max(room - cell_len(shown), 0)
        return Strip([Segment(" ", base), *picture, Segment(f" {shown}{tail} ", style)], width)

    def _picture_cells(self, card: Card, part: int, base: Style) -> list[Segment]:
        if card.sign:
            word = fit(card.sign, self.picture_columns, "") if part == self.picture_rows // 2 else ""
            left = (self.picture_columns - cell_len(word)) // 2
            padded = " " * left + word + " " * (self.picture_columns - cell_len(word) - left)
            return [Segment(padded, base + self.get_component_rich_style("card-list--dim"))]
        if card.key not in self._pictures:
            self._pictures[card.key] = None
            # Later: a message made while the screen draws would not reach the screen, which counts as its sender.
            self.call_later(self._tell, card.key)
        painting = self._pictures[card.key]
        if painting is None or painting.size != (self.picture_columns, self.picture_rows):
            return [Segment(" " * self.picture_columns, base)]
        return [Segment(run.text, cell_style(run.fg, run.bg)) for run in painting.cells(part)]

    def _tell(self, key: str) -> None:
        self.post_message(self.Needed(self, key))
