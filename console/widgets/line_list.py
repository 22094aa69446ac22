"""A long list of lines that is drawn only where it is looked at: 20,000 elements cost no more than 20."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console.widgets.bars import fit


@dataclass(frozen=True)
class Line:
    """One line: plain text, never markup."""

    text: str
    indent: int = 0
    """Levels of nesting."""
    heading: bool = False


class LineList(ScrollView, can_focus=True):
    """Lines with a cursor."""

    COMPONENT_CLASSES = {"line-list--cursor", "line-list--heading"}
    ALLOW_SELECT = False
    BINDINGS = [
        Binding("up", "move(-1)", "", show=False, id="lines.up", tooltip="one line up"),
        Binding("down", "move(1)", "", show=False, id="lines.down", tooltip="one line down"),
        Binding("pageup", "page(-1)", "", show=False, id="lines.page_up", tooltip="one page up"),
        Binding("pagedown", "page(1)", "", show=False, id="lines.page_down", tooltip="one page down"),
        Binding("home", "move(-1000000)", "", show=False, id="lines.first", tooltip="first line"),
        Binding("end", "move(1000000)", "", show=False, id="lines.last", tooltip="last line"),
    ]

    @dataclass
    class Moved(Message):
        """The cursor stands on another line."""

        index: int

    def __init__(self, *, id: str | None = None, ellipsis: str = "…") -> None:
        super().__init__(id=id)
        self._lines: Sequence[Line] = ()
        self._cursor = 0
        self._ellipsis = ellipsis

    @property
    def cursor(self) -> int:
        """Index of the line under the cursor."""
        return self._cursor

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines, cursor on the first."""
        self._lines = lines
        self._cursor = 0
        self.virtual_size = Size(self.size.width, len(lines))
        self.scroll_to(0, 0, animate=False)
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
        if index == self._cursor and self.has_focus:
            style = style + self.get_component_rich_style("line-list--cursor")
        text = fit(" " * (1 + 2 * line.indent) + line.text, width, self._ellipsis)
        return Strip([Segment(text + " " * (width - cell_len(text)), style + Style(meta={"line": index}))], width)

    def action_move(self, step: int) -> None:
        self._move_to(self._cursor + step)

    def action_page(self, direction: int) -> None:
        self._move_to(self._cursor + direction * max(self.size.height - 1, 1))

    def on_click(self, event: events.Click) -> None:
        self._move_to(event.y + self.scroll_offset.y)

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
        if cell_len(line) + cell_len(word) <= cells or not line:
            line += word
        else:
            lines.append(line.rstrip())
            line = word.lstrip()
    return [*lines, line.rstrip()]
