"""A long list of lines that is drawn only where it is looked at: 20,000 elements cost no more than 20."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console.widgets.bars import side_by_side

_CLOSING = "，。、；：）》」』”’…"
"""Chinese punctuation that may not begin a line; it hangs over the margin instead."""


@dataclass(frozen=True)
class Line:
    """One line: plain text, never markup."""

    text: str
    indent: int = 0
    """Levels of nesting."""
    heading: bool = False
    right: str = ""
    """Stands at the right end; the text gives way to it."""
    key: str = ""
    """What the line stands for; handed back when it is chosen."""
    dim: str = ""
    """Follows the text, less important."""


class LineList(ScrollView, can_focus=True):
    """Lines with a cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line-list--cursor",
        "line-list--resting",
        "line-list--heading",
        "line-list--dim",
    }
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "", show=False, id="lines.up", tooltip="one line up"),
        Binding("down", "move(1)", "", show=False, id="lines.down", tooltip="one line down"),
        Binding("pageup", "page(-1)", "", show=False, id="lines.page_up", tooltip="one page up"),
        Binding("pagedown", "page(1)", "", show=False, id="lines.page_down", tooltip="one page down"),
        Binding("home", "move(-1000000)", "", show=False, id="lines.first", tooltip="first line"),
        Binding("end", "move(1000000)", "", show=False, id="lines.last", tooltip="last line"),
        Binding("enter", "choose", "", show=False, id="lines.choose", tooltip="takes the line"),
    ]

    @dataclass
    class Moved(Message):
        """The cursor stands on another line."""

        index: int

    @dataclass
    class Chosen(Message):
        """The operator took a line."""

        key: str

    def __init__(self, widget_id: str, *, ellipsis: str = "…", choosable: bool = False) -> None:
        super().__init__(id=widget_id)
        self._choosable = choosable
        self._lines: Sequence[Line] = ()
        self._cursor = 0
        self._ellipsis = ellipsis

    @property
    def cursor(self) -> int:
        """Index of the line under the cursor."""
        return self._cursor

    def remember(self, cursor: int) -> None:
        """Put the cursor on line `cursor` of the lines that will be shown."""
        self._cursor = cursor

    def show(self, lines: Sequence[Line], cursor: int = 0) -> None:
        """Show these lines, with the cursor on the one numbered `cursor` (from 0), or the nearest there is."""
        self._lines = lines
        self._cursor = max(min(cursor, len(lines) - 1), 0)
        self.virtual_size = Size(self.size.width, len(lines))
        self.scroll_to_region(Region(0, self._cursor, 1, 1), animate=False, force=True)
        self.refresh()

    def on_resize(self, _event: events.Resize) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._lines))

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index = y + self.scroll_offset.y
        base = self.rich_style
        if index >= len(self._lines):
            return Strip([Segment(" " * width, base)], width)
        line = self._lines[index]
        style = base
        if line.heading:
            style = style + self.get_component_rich_style("line-list--heading")
        if index == self._cursor and (self.has_focus or self._choosable):
            kind = "cursor" if self.has_focus else "resting"
            style = style + self.get_component_rich_style(f"line-list--{kind}")
        text = " " * (1 + 2 * line.indent) + line.text
        whole = side_by_side(text + ("  " + line.dim if line.dim else ""), line.right, width - 1, self._ellipsis) + " "
        if not line.dim or index == self._cursor:
            return Strip([Segment(whole, style)], width)
        dim = style + self.get_component_rich_style("line-list--dim")
        return Strip([Segment(whole[: len(text)], style), Segment(whole[len(text) :], dim)], width)

    def action_move(self, step: int) -> None:
        self._move_to(self._cursor + step)

    def action_page(self, direction: int) -> None:
        self._move_to(self._cursor + direction * max(self.size.height - 1, 1))

    def action_choose(self) -> None:
        if self._choosable and self._lines:
            self.post_message(self.Chosen(self._lines[self._cursor].key))

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y
        if index < len(self._lines):
            self._move_to(index)
            self.action_choose()

    def _move_to(self, index: int) -> None:
        if not self._lines:
            return
        self._cursor = min(max(index, 0), len(self._lines) - 1)
        self.scroll_to_region(Region(0, self._cursor, 1, 1), animate=False, force=True)
        self.refresh()
        self.post_message(self.Moved(self._cursor))


def wrap(text: str, cells: int) -> list[str]:
    """`text` in lines of at most `cells` terminal cells, broken at blanks or between Chinese characters."""
    lines, line = [], ""
    for word in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+|\s+", text):
        if cell_len(line) + cell_len(word) <= cells or not line or word in _CLOSING:
            line += word
        else:
            lines.append(line.rstrip())
            line = word.lstrip()
    return [*lines, line.rstrip()]
