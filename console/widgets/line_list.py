"""A long list of lines that is drawn only where it is looked at: 20,000 elements cost no more than 20."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from console.widgets.bars import side_by_side
from console.widgets.cursor_list import CursorList

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


class LineList(CursorList):
    """Lines with a cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line-list--cursor",
        "line-list--resting",
        "line-list--heading",
        "line-list--dim",
    }

    def __init__(self, widget_id: str, *, ellipsis: str = "…", choosable: bool = False) -> None:
        super().__init__(widget_id, choosable=choosable)
        self._lines: Sequence[Line] = ()
        self._ellipsis = ellipsis

    def item_count(self) -> int:
        return len(self._lines)

    @property
    def lines(self) -> Sequence[Line]:
        """What it shows, all of it."""
        return self._lines

    def item_key(self, index: int) -> str:
        return self._lines[index].key

    def remember(self, cursor: int) -> None:
        """Put the cursor on line `cursor` of the lines that will be shown."""
        self._cursor = cursor

    def show(self, lines: Sequence[Line], cursor: int = 0) -> None:
        """Show these lines, with the cursor on the one numbered `cursor` (from 0), or the nearest there is."""
        self._lines = lines
        self.put_cursor(cursor)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index = y + self.scroll_offset.y
        base = self.base_style
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


def wrap(text: str, cells: int) -> list[str]:
    """`text` in lines of at most `cells` terminal cells, broken at blanks or between Chinese characters."""
    lines, line = [], ""
    for word in _words(text, max(cells, 1)):
        if cell_len(line) + cell_len(word) <= cells or not line or word in _CLOSING:
            line += word
        else:
            lines.append(line.rstrip())
            line = word.lstrip()
    return [*lines, line.rstrip()]


def _words(text: str, cells: int) -> Iterator[str]:
    """Words, blanks and single Chinese characters; a word longer than a line, such as a path, comes in parts."""
    for word in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+|\s+", text):
        while cell_len(word) > cells:
            yield word[:cells]
            word = word[cells:]
        yield word
