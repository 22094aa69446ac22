"""A text of many lines: a note of up to 20,000 characters, a conclusion."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Static, TextArea

from console.i18n import _
from console.screens.base import bindings_of
from console.screens.dialogs.panel import Panel


class TextPanel(Panel[str]):
    """Writes a text; what was written is handed back by escape too, so that nothing is lost by a wrong key."""

    BINDINGS = bindings_of("text")
    KIND: ClassVar[str] = "plain"

    def __init__(self, title: str, question: str, value: str, longest: int) -> None:
        """`longest` is the most characters that are taken; more stay in the field, with a sentence."""
        super().__init__(title)
        self._question = question
        self._value = value
        self._longest = longest

    def inside(self) -> ComposeResult:
        yield Static(self._question, markup=False)
        area = TextArea(self._value, id="text", tab_behavior="focus", soft_wrap=True)
        area.move_cursor(area.document.end)
        yield area
        yield Static("", id="problem", markup=False)

    def hint(self) -> str:
        return _("esc keeps it · ctrl+z takes the last change back")

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()

    def action_close(self) -> None:
        text = self.query_one(TextArea).text
        if len(text) > self._longest:
            sentence = _("The text has {count} characters; {limit} are the most.")
            self.query_one("#problem", Static).update(sentence.format(count=len(text), limit=self._longest))
            return
        self.answer(text)
