"""Small questions: a line of text, one of several, yes or no."""

from collections.abc import Sequence

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from console.i18n import _
from console.screens.dialogs.panel import Panel


class AskText(Panel[str]):
    """One line of text; an empty one is an answer too."""

    def __init__(self, title: str, question: str, value: str = "", *, secret: bool = False) -> None:
        super().__init__(title)
        self._question = question
        self._value = value
        self._secret = secret

    def inside(self) -> ComposeResult:
        yield Static(self._question, markup=False)
        yield Input(self._value, password=self._secret, id="answer")

    def hint(self) -> str:
        return _("enter accept · esc cancel")

    @on(Input.Submitted, "#answer")
    def accept(self, event: Input.Submitted) -> None:
        event.stop()
        self.answer(event.value)


class Choose(Panel[int]):
    """One of several; the answer is its index."""

    def __init__(self, title: str, choices: Sequence[str], current: int = 0, question: str = "") -> None:
        super().__init__(title)
        self._choices = choices
        self._current = current
        self._question = question

    def inside(self) -> ComposeResult:
        if self._question:
            yield Static(self._question, markup=False)
        yield OptionList(*(Option(Text(choice)) for choice in self._choices), id="choices", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).highlighted = self._current

    def hint(self) -> str:
        return _("↑↓ move · enter choose · esc cancel")

    @on(OptionList.OptionSelected, "#choices")
    def accept(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.answer(event.option_index)


class Confirm(Choose):
    """Yes or no; "no" stands first, so that enter alone never does anything."""

    def __init__(self, title: str, question: str, yes: str, no: str = "") -> None:
        super().__init__(title, (no or _("No, go back"), yes), 0, question)
