"""Answering items: verdicts by one key, values and notes in their fields, tables, files, actions."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path

from textual import work

from console import inspectionsteps as steps
from console.i18n import _, ngettext
from console.inspectionsteps import JUDGED, Step
from console.model.forms import ItemKind
from console.model.inspections import Attachment, Entry, Verdict
from console.model.text import clean
from console.screens.dialogs.ask import AskText, Choose
from console.screens.dialogs.files import FileDialog
from console.screens.dialogs.form import Form, FormField
from console.screens.inspections.notes import TextPanel
from console.screens.inspections.preparing import Preparing

NOTE_CHARACTERS = 20_000


class Answering(Preparing):
    """The part of the form's screen that takes answers."""

    @property
    def entry(self) -> Entry | None:
        """The item under the cursor; the screen knows which."""
        return None

    def go_on(self) -> None:
        """To the next item; the screen knows which."""

    def edit(self, field: str, begin_with: str = "") -> None:
        """Put the keyboard into "value" or "note"; the screen has both."""

    async def put(self, entry: Entry, **changes: object) -> bool:
        """Answer an item; False when that was refused."""
        return await self.step(steps.answer(entry.id, by=self.operator, at=self.services.clock(), **changes))

    # Verdicts

    @work(group="answer")
    async def verdict(self, entry: Entry, verdict: Verdict) -> None:
        """Give a verdict. What fails or does not apply needs a note, which is asked for at once."""
        if self.barred() or not await self.put(entry, verdict=verdict):
            return
        if steps.needs_note(entry.item, verdict) and not entry.answer.note.strip() and verdict is not Verdict.NONE:
            self.edit("note")
        elif verdict is not Verdict.NONE:
            self.go_on()

    def action_digit(self, digit: str) -> None:
        """1 pass, 2 fail, 3 does not apply; where a value is written, the digit begins it."""
        entry = self.entry
        if entry is None:
            return
        if entry.item.kind in steps.TYPED:
            self.edit("value", digit)
            return
        verdicts = {"1": Verdict.PASS, "2": Verdict.FAIL, "3": Verdict.NA}
        if digit not in verdicts:
            return
        if entry.item.kind in JUDGED or digit == "3":
            self.verdict(entry, verdicts[digit])
        else:
            self.notify(_("Enter answers this item; x says that it does not apply."), markup=False)

    def action_not_applicable(self) -> None:
        if self.entry is not None:
            self.verdict(self.entry, Verdict.NA)

    @work(group="answer")
    async def action_clear(self) -> None:
        """Take an answer back; the note stays."""
        entry = self.entry
        if entry is None or self.barred():
            return
        changes: dict[str, object] = {"verdict": Verdict.NONE}
        if entry.item.kind is ItemKind.TABLE:
            changes["rows"] = ()
        elif entry.item.kind not in JUDGED and entry.item.kind is not ItemKind.FILE:
            changes = {"entered": ""}
        await self.put(entry, **changes)

    @work(group="answer")
    async def action_confirm(self) -> None:
        """What was taken over from the last inspection is still so: this item, or all of the section."""
        entry = self.entry
        if entry is None or self.barred():
            return
        same = [each.id for each in self.inspection.entries if each.section.id == entry.section.id]
        carried = [each.id for each in self.inspection.entries if each.answer.carried and each.id in same]
        if not carried:
            self.notify(_("Nothing here was taken over; there is nothing to confirm."), markup=False)
            return
        chosen: int | None = 0 if entry.answer.carried else 1
        if entry.answer.carried and len(carried) > 1:
            choices = [
                _("This item is still so"),
                _("All {count} of the section are still so").format(count=len(carried)),
            ]
            chosen = await self.app.push_screen_wait(Choose(_("Taken over from the last inspection"), choices))
        if chosen is not None:
            confirmed = [entry.id] if chosen == 0 else carried
            await self.step(steps.confirm(confirmed, by=self.operator, at=self.services.clock()))

    # Values

    def action_answer(self) -> None:
        """Answer the item under the cursor in the way of its kind."""
        entry = self.entry
        if entry is None or self.barred():
            return
        kind = entry.item.kind
        if kind in steps.TYPED:
            self.edit("value")
        elif kind is ItemKind.CHOICE:
            self.choose(entry)
        elif kind is ItemKind.TABLE:
            self.table(entry)
        elif kind is ItemKind.FILE:
            self.action_attach()
        else:
            self.judge(entry)

    @work(exclusive=True, group="ask")
    async def judge(self, entry: Entry) -> None:
        """A verdict from a list, for who does not know the keys."""
        names = [_("Pass (1)"), _("Fail (2)"), _("Does not apply (3)"), _("Open again")]
        verdicts = (Verdict.PASS, Verdict.FAIL, Verdict.NA, Verdict.NONE)
        question = clean(str(entry.item.criterion))
        chosen = await self.app.push_screen_wait(Choose(clean(str(entry.item.title)), names, 0, question))
        if chosen is not None:
            self.verdict(entry, verdicts[chosen])

    @work(exclusive=True, group="ask")
    async def choose(self, entry: Entry) -> None:
        """One of the choices of the form."""
        names = [clean(str(choice)) for choice in entry.item.choices]
        current = next((at for at, each in enumerate(entry.item.choices) if each.en == entry.answer.entered), 0)
        chosen = await self.app.push_screen_wait(Choose(clean(str(entry.item.title)), names, current))
        if chosen is not None and await self.put(entry, entered=entry.item.choices[chosen].en):
            self.go_on()

    @work(exclusive=True, group="ask")
    async def table(self, entry: Entry) -> None:
        """Rows: look, add, change, leave out, one after the other; each is on the disk at once."""
        title = clean(str(entry.item.title))
        at = 0
        while True:
            rows = list(self.inspection.entry(entry.id).answer.rows)
            names = [", ".join(filter(None, (clean(cell) for cell in row.values()))) for row in rows]
            chosen = await self.app.push_screen_wait(Choose(title, [*names, _("Add a row")], min(at, len(rows))))
            if chosen is None:
                return
            at = chosen + 1 if chosen == len(rows) else chosen
            changed = await self._row(entry, rows[chosen] if chosen < len(rows) else {}, fresh=chosen == len(rows))
            if changed is None:
                continue
            rows[chosen : chosen + 1] = [changed] if any(changed.values()) else []
            await self.put(entry, rows=tuple(rows))

    async def _row(self, entry: Entry, row: Mapping[str, str], *, fresh: bool) -> dict[str, str] | None:
        if not fresh:
            choices = [_("Change"), _("Leave out")]
            what = await self.app.push_screen_wait(Choose(", ".join(filter(None, row.values())), choices))
            if what is None:
                return None
            if what == 1:
                return dict.fromkeys(row, "")
        fields = [
            FormField(column.id, clean(str(column.title)), required=column.required) for column in entry.item.columns
        ]
        return await self.app.push_screen_wait(Form(clean(str(entry.item.title)), fields, dict(row)))

    # Notes and files

    @work(exclusive=True, group="ask")
    async def action_long_note(self) -> None:
        """A note of many lines."""
        entry = self.entry
        if entry is None or self.barred():
            return
        title = clean(str(entry.item.title))
        panel = TextPanel(title, _("Note, as it is printed in the report:"), entry.answer.note, NOTE_CHARACTERS)
        text = await self.app.push_screen_wait(panel)
        if text is not None and text != entry.answer.note:
            await self.put(entry, note=text)

    @work(exclusive=True, group="ask")
    async def action_attach(self) -> None:
        """Put a photo or a file beside the item, or take one away."""
        entry = self.entry
        if entry is None or self.barred():
            return
        title = clean(str(entry.item.title))
        files = entry.answer.attachments
        if files:
            names = [_("Attach another file"), *(_("Take away {name}").format(name=clean(each.name)) for each in files)]
            chosen = await self.app.push_screen_wait(Choose(title, names))
            if chosen is None:
                return
            if chosen:
                gone = files[chosen - 1].sha256
                await self.step(steps.detach(entry.id, gone, by=self.operator, at=self.services.clock()))
                return
        kept = await self.asked_file(title)
        if kept is not None:
            await self.step(steps.attach(entry.id, kept, by=self.operator, at=self.services.clock()))

    async def asked_file(self, title: str) -> Attachment | None:
        """A file of the operator's choice, kept in the home folder; None when there is none, which was said."""
        look = await self.app.push_screen_wait(FileDialog(title, self._last_folder))
        if look is None or look.is_folder:
            return None
        self._last_folder = look.path.parent
        question = _("What it shows, or enter:")
        caption = await self.app.push_screen_wait(AskText(clean(look.path.name), question))
        if caption is None:
            return None
        self.notify(_("Taking over {name} …").format(name=clean(look.path.name)), timeout=3, markup=False)
        future = self.desk.submit(self.desk.attach, self.inspection.id, look.path, caption.strip())
        return await self.asked(future)

    _last_folder = Path.home()

    # Checks

    @work(exclusive=True, group="ask")
    async def action_fill(self) -> None:
        """Take over what the last check run found, with its evidence."""
        if self.barred():
            return
        filled = await self.asked(self.desk.submit(self.desk.fill, self.inspection.id))
        if filled is None:
            return
        changed, run, count = filled
        self.taken(changed, "filled", run=str(run))
        said = ngettext("Check run {run} filled in {count} item.", "Check run {run} filled in {count} items.", count)
        self.notify(said.format(run=run, count=count), markup=False)

    # Actions

    @work(exclusive=True, group="ask")
    async def action_todo(self) -> None:
        """What has to be done about the item, by whom and until when; or change and close what was opened."""
        entry = self.entry
        if entry is None or self.barred():
            return
        own = [each for each in self.inspection.actions if each.entry == entry.id and each.closed is None]
        if not own:
            await self._open_action(entry)
            return
        action = own[-1]
        choices = [_("Change it"), _("Close it, with what proves that it is done"), _("Take it back"),
                   _("Open another one")]  # fmt: skip
        chosen = await self.app.push_screen_wait(Choose(clean(action.what), choices))
        at = self.services.clock()
        if chosen == 0:
            values = {"what": action.what, "owner": action.owner, "on": action.due.isoformat() if action.due else ""}
            await self._ask_action(values, partial(steps.change_action, action.id), "changed")
        elif chosen == 1:
            evidence = await self.app.push_screen_wait(AskText(clean(action.what), _("What proves that it is done:")))
            if evidence:
                await self.step(steps.close_own_action(action.id, evidence, by=self.operator, at=at))
        elif chosen == 2:
            await self.step(steps.drop_action(action.id))
        elif chosen == 3:
            await self._open_action(entry)

    async def _open_action(self, entry: Entry) -> None:
        values = {"what": entry.answer.note.partition("\n")[0][:200], "owner": "", "on": ""}
        await self._ask_action(values, partial(steps.add_action, entry.id), "opened")

    async def _ask_action(
        self, values: dict[str, str], make: Callable[[str, str, date, datetime], Step], event: str
    ) -> None:
        fields = [
            FormField("what", _("What has to be done"), _("One sentence that stands in the report."), required=True),
            FormField("owner", _("Owner"), _("Who sees to it."), required=True),
            FormField("on", _("Due"), _("As 2026-11-20."), required=True),
        ]
        at = self.services.clock()

        def step_of(answer: Mapping[str, str], day: date, _proof: Attachment | None) -> Step:
            return make(answer["what"], answer["owner"], day, at)

        await self.asked_form(_("Action"), fields, values, f"action {event}", step_of)
