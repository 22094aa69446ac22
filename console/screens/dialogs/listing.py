"""A panel with a list to scroll: problems, what a plan holds, a report."""

from collections.abc import Sequence

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from console.i18n import _
from console.screens.dialogs.panel import Panel
from console.widgets.line_list import Line, LineList


class ListPanel(Panel[None]):
    """Lines to read."""

    def __init__(self, title: str, lines: Sequence[Line]) -> None:
        super().__init__(title)
        self._lines = lines

    def inside(self) -> ComposeResult:
        yield LineList("listing")

    def hint(self) -> str:
        return _("↑↓ move · y copy · esc close")

    def on_mount(self) -> None:
        self.query_one(LineList).show(self._lines)
        self.query_one(LineList).focus()

    def text(self) -> str:
        return text_of(self._lines)


class Decide(Panel[bool]):
    """Lines to read, then yes or no; the answer is never yes by enter alone."""

    def __init__(self, title: str, lines: Sequence[Line], yes: str) -> None:
        """An empty `yes` leaves only the way back."""
        super().__init__(title)
        self._lines = lines
        self._yes = yes

    def inside(self) -> ComposeResult:
        yield LineList("listing")
        choices = [_("No, go back"), *([self._yes] if self._yes else [])]
        yield OptionList(*(Option(Text(choice)) for choice in choices), id="choices", markup=False)

    def hint(self) -> str:
        return _("↑↓ move · tab list or answer · enter choose · esc cancel")

    def on_mount(self) -> None:
        self.query_one(LineList).show(self._lines)
        self.query_one(OptionList).focus()

    def text(self) -> str:
        return text_of(self._lines)

    @on(OptionList.OptionSelected, "#choices")
    def accept(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.answer(event.option_index == 1)


def text_of(lines: Sequence[Line]) -> str:
    """The lines as y copies them."""
    return "\n".join("  ".join(filter(None, (line.text, line.dim, line.right))) for line in lines)
