"""What every list shares: a cursor, keys, messages; only the lines that are looked at are drawn."""

from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip


class CursorList(ScrollView, can_focus=True):
    """A column of items of equal height, one of them under the cursor. Subclasses draw them and know their keys."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "", show=False, id="lines.up", tooltip="one line up"),
        Binding("down", "move(1)", "", show=False, id="lines.down", tooltip="one line down"),
        Binding("pageup", "page(-1)", "", show=False, id="lines.page_up", tooltip="one page up"),
        Binding("pagedown", "page(1)", "", show=False, id="lines.page_down", tooltip="one page down"),
        Binding("home", "move(-1000000000)", "", show=False, id="lines.first", tooltip="first line"),
        Binding("end", "move(1000000000)", "", show=False, id="lines.last", tooltip="last line"),
        Binding("enter", "choose", "", show=False, id="lines.choose", tooltip="takes the line"),
    ]

    @dataclass
    class Moved(Message):
        """The cursor stands on another item."""

        source: "CursorList"
        index: int

        @property
        def control(self) -> "CursorList":
            """The list, for selectors."""
            return self.source

    @dataclass
    class Chosen(Message):
        """The operator took an item."""

        source: "CursorList"
        key: str

        @property
        def control(self) -> "CursorList":
            """The list, for selectors."""
            return self.source

    def __init__(self, widget_id: str, *, choosable: bool = False) -> None:
        super().__init__(id=widget_id)
        self.base_style = Style()
        """How text is drawn here, while lines are being drawn."""
        self._choosable = choosable
        self._cursor = 0

    @property
    def cursor(self) -> int:
        """Index of the item under the cursor."""
        return self._cursor

    @property
    def item_height(self) -> int:
        """Lines that one item takes."""
        return 1

    def item_count(self) -> int:
        """How many items there are."""
        return 0

    def item_key(self, index: int) -> str:
        """What item `index` stands for; empty where it cannot be taken."""
        return ""

    def item_at(self, y: int) -> int:
        """The item drawn on line `y` of the widget; it may be one behind the last."""
        return (y + self.scroll_offset.y) // self.item_height

    def put_cursor(self, cursor: int) -> None:
        """The items are others now: the cursor goes to `cursor` (from 0), or the nearest there is."""
        self._cursor = max(min(cursor, self.item_count() - 1), 0)
        self._measure()
        self._scroll_to_cursor()
        self.refresh()

    def on_resize(self, _event: events.Resize) -> None:
        self._measure()

    def action_move(self, step: int) -> None:
        self._move_to(self._cursor + step)

    def action_page(self, direction: int) -> None:
        self._move_to(self._cursor + direction * max(self.size.height // self.item_height - 1, 1))

    def action_choose(self) -> None:
        if self._choosable and self._cursor < self.item_count() and (key := self.item_key(self._cursor)):
            self.post_message(self.Chosen(self, key))

    def on_click(self, event: events.Click) -> None:
        index = self.item_at(event.y)
        if index < self.item_count():
            self._move_to(index)
            self.action_choose()

    def content_height(self) -> int:
        """Lines of all items, and of what stands above them."""
        return self.item_count() * self.item_height

    def _measure(self) -> None:
        size = Size(self.scrollable_content_region.width, self.content_height())
        if size != self.virtual_size:
            # Set as usual it would lay out and paint the whole screen again, at each key of a search.
            self.set_reactive(ScrollView.virtual_size, size)
            self._scroll_update(size)

    def _scroll_to_cursor(self) -> None:
        place = Region(0, self._cursor * self.item_height, 1, self.item_height)
        self.scroll_to_region(place, animate=False, force=True)

    def item_line(self, index: int) -> int:
        """The line of the widget on which item `index` begins; it may lie outside."""
        return index * self.item_height - self.scroll_offset.y

    def render_lines(self, crop: Region) -> list[Strip]:
        # Asked for once, not for each line: it is put together from the styles of all parents.
        self.base_style = self.rich_style
        return super().render_lines(crop)

    def _move_to(self, index: int) -> None:
        if not self.item_count():
            return
        before, offset = self._cursor, self.scroll_offset
        self._cursor = min(max(index, 0), self.item_count() - 1)
        self._scroll_to_cursor()
        if self.scroll_offset == offset:
            # Two items change; painting the whole list again would take most of the time of a key.
            width = self.size.width
            for item in (before, self._cursor):
                self.refresh(Region(0, max(self.item_line(item), 0), width, self.item_height))
        else:
            self.refresh()
        self.post_message(self.Moved(self, self._cursor))
