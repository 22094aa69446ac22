"""Value and note of an item, written in two fields below the list: tab goes on, leaving keeps what was typed."""

from textual import events, work
from textual.widgets import Input, Static

from console import inspectionsteps as steps
from console.i18n import _
from console.model.forms import ItemKind
from console.model.inspections import Entry, Gap, Verdict
from console.model.text import clean
from console.screens.inspections.answering import Answering
from console.widgets.bars import Key
from console.widgets.row_table import RowTable

NOTE_IN_LINE = 400
"""Characters of a note that the field takes; a longer one has a panel of its own."""


class Fields(Answering):
    """The part of the form's screen where one types."""

    _editing: Entry | None = None
    """The item whose value and note stand in the fields."""
    _gaps: tuple[Gap, ...] = ()

    def field_keys(self) -> tuple[Key, ...]:
        """What the bottom line offers meanwhile."""
        return (
            Key("tab", _("Next field"), "screen.leave_field('tab')"),
            Key("enter", _("Keep, next item"), "screen.leave_field('enter')"),
            Key("esc", _("Keep"), "screen.leave_field('escape')"),
        )

    def edit(self, field: str, begin_with: str = "") -> None:
        """Put the keyboard into the value or the note of the item under the cursor."""
        entry = self.entry
        if entry is None or self.barred():
            return
        typed = entry.item.kind in steps.TYPED
        many = "\n" in entry.answer.note or len(entry.answer.note) > NOTE_IN_LINE
        if (field == "note" and many) or (entry.item.kind is ItemKind.TEXT and "\n" in entry.answer.entered):
            self.action_long_note()
            return
        self._editing = entry
        value, note = self.query_one("#value", Input), self.query_one("#note", Input)
        value.value = begin_with or entry.answer.entered
        note.value = entry.answer.note if not many else ""
        note.disabled = many
        self.query_one("#unit", Static).update(clean(entry.item.unit))
        for widget in ("#value-label", "#value", "#unit"):
            self.query_one(widget).display = typed
        self.query_one("#fields").display = True
        chosen = value if field == "value" and typed else note
        chosen.focus()
        self.refresh_bars()
        if chosen is value:
            # Typing replaces what stands there, unless a digit has begun it.
            value.cursor_position = len(value.value)
            if not begin_with:
                value.action_select_all()

    def action_note(self) -> None:
        self.edit("note")

    async def on_key(self, event: events.Key) -> None:
        """Digits begin a value; in the fields tab goes on, and leaving them keeps what was typed."""
        focused = self.focused.id if self.focused is not None else ""
        if focused in ("value", "note"):
            if event.key in ("tab", "shift+tab", "enter", "escape", "up", "down"):
                event.stop()
                event.prevent_default()
                self._leave_field(focused, event.key)
            return
        entry = self.entry
        begins = event.character is not None and (event.character.isdigit() or event.character in "-－")
        if focused == "items" and entry is not None and entry.item.kind in steps.TYPED and begins:
            event.stop()
            event.prevent_default()
            self.edit("value", event.character or "")

    def action_leave_field(self, key: str) -> None:
        """A click on the key bar."""
        self._leave_field("note" if self.query_one("#note").has_focus else "value", key)

    @work(group="field")
    async def _leave_field(self, field: str, key: str) -> None:
        """Keep what was typed, then go where the key leads."""
        entry = self._editing
        if entry is None:
            self._close_fields()
            return
        kept = await self._keep_fields(entry)
        if not kept and key != "escape":
            return
        if field == "value" and key == "tab" and not self.query_one("#note", Input).disabled:
            self._editing = self.entry or entry
            self.query_one("#note").focus()
            return
        if field == "note" and key == "shift+tab" and self.query_one("#value").display:
            self.query_one("#value").focus()
            return
        self._close_fields()
        stands = self.inspection.entry(entry.id)
        if stands.answer.verdict is Verdict.FAIL and any(gap.entry == entry.id for gap in self._gaps):
            self.notify(_("Failed: t opens an action, with owner and day."), timeout=6, markup=False)
        if key in ("enter", "tab", "down"):
            self.go_on()
        elif key in ("up", "shift+tab"):
            self.query_one("#items", RowTable).action_move(-1)

    async def _keep_fields(self, entry: Entry) -> bool:
        """Value and note onto the disk, each by itself: a value that is not understood loses no note."""
        stands = self.inspection.entry(entry.id)
        note = self.query_one("#note", Input)
        well = True
        if not note.disabled and note.value != stands.answer.note.replace("\n", " "):
            well = await self.put(stands, note=note.value)
        value = self.query_one("#value", Input)
        if value.display and value.value != stands.answer.entered:
            well = await self.put(stands, entered=value.value) and well
        elif value.display and stands.answer.carried and value.value:
            await self.step(steps.confirm([entry.id], by=self.operator, at=self.services.clock()))
        return well

    def _close_fields(self) -> None:
        self._editing = None
        self.query_one("#fields").display = False
        self.query_one("#items").focus()
        self.refresh_bars()
