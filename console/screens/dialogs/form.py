"""A form: one line a field, the help of the field below, everything by keyboard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from console.i18n import _
from console.screens.dialogs.panel import Panel


@dataclass(frozen=True)
class FormField:
    """One line of a form, in the language in use."""

    key: str
    label: str
    help: str = ""
    """One sentence: what it is for, with an example."""
    choices: tuple[str, ...] = ()
    """What may be written, where only some words may."""
    required: bool = False
    secret: bool = False


class Form(Panel[dict[str, str]]):
    """Fields to fill in; the answer holds every field's text, also the empty ones."""

    def __init__(
        self,
        title: str,
        fields: Sequence[FormField],
        values: Mapping[str, str],
        wrong: str = "",
    ) -> None:
        """`wrong` is the sentence that refused these values before; empty at first."""
        super().__init__(title)
        self._fields = tuple(fields)
        self._values = dict(values)
        self._wrong = wrong

    def inside(self) -> ComposeResult:
        with VerticalScroll(id="form", can_focus=False):
            for place, field in enumerate(self._fields):
                with Horizontal(classes="field"):
                    mark = "*" if field.required else " "
                    yield Static(f"{mark} {field.label}", classes="label", markup=False)
                    yield Input(self._values.get(field.key, ""), password=field.secret, id=f"field-{place}")
        yield Static("", id="about", markup=False)
        yield Static(self._wrong, id="problem", markup=False)
        yield OptionList(Option(_("Take it over")), id="choices", markup=False)

    def hint(self) -> str:
        return _("tab next field · enter on the last line takes it over · esc cancel")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        about = self.query_one("#about", Static)
        place = self._place_of(event.widget.id)
        if place is None:
            about.update("")
            return
        field = self._fields[place]
        parts = [field.help, _("One of: {choices}").format(choices=", ".join(field.choices)) if field.choices else ""]
        about.update("  ".join(part for part in parts if part))

    @on(Input.Submitted)
    def next_field(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()

    @on(OptionList.OptionSelected, "#choices")
    def accept(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        values = {
            field.key: self.query_one(f"#field-{place}", Input).value.strip()
            for place, field in enumerate(self._fields)
        }
        for place, field in enumerate(self._fields):
            if field.required and not values[field.key]:
                self._refuse(place, _("{field} must be filled in.").format(field=field.label))
                return
            if field.choices and values[field.key] and values[field.key] not in field.choices:
                sentence = _("{field} must be one of: {choices}.")
                self._refuse(place, sentence.format(field=field.label, choices=", ".join(field.choices)))
                return
        self.answer(values)

    def _refuse(self, place: int, sentence: str) -> None:
        self.query_one("#problem", Static).update(sentence)
        self.query_one(f"#field-{place}", Input).focus()

    def _place_of(self, widget_id: str | None) -> int | None:
        if widget_id is None or not widget_id.startswith("field-"):
            return None
        return int(widget_id.removeprefix("field-"))
