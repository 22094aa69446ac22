"""Inspections (F6): the quarters of the contract, every inspection, and the actions that are still open."""

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from console.i18n import _, ngettext
from console.inspectiondesk import Overview, planned_day, quarter_end, quarter_now
from console.model.forms import Form
from console.model.inspections import Action
from console.model.text import clean
from console.screens.base import bindings_of
from console.screens.dialogs.ask import Choose
from console.screens.dialogs.files import FileDialog
from console.screens.dialogs.form import Form as FormPanel
from console.screens.dialogs.form import FormField
from console.screens.dialogs.listing import ListPanel
from console.screens.inspections import texts
from console.screens.inspections.acting import Acting
from console.screens.inspections.form import FormScreen
from console.screens.inspections.handing import Handing
from console.services import Services
from console.widgets.bars import Key, joined
from console.widgets.cursor_list import CursorList
from console.widgets.line_list import Line, wrap
from console.widgets.progress_line import ProgressLine
from console.widgets.row_table import RowTable


class InspectionsScreen(Acting, Handing):
    """What was inspected, what is owed, what has to be done."""

    SCOPE: ClassVar[str] = "inspections"
    BINDINGS = bindings_of("inspections")

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self.overview = Overview()
        self._read = False
        self._actions: tuple[Action, ...] | None = None
        """What stands in the list instead of inspections; None for these."""

    def body(self) -> ComposeResult:
        yield Static("", id="quarters", markup=False)
        with Vertical(id="inspections-pane"):
            yield Static("", id="nothing", markup=False)
            yield RowTable("inspections", ellipsis=self.console_app.symbols.ellipsis)
        yield Static("", id="said", markup=False)
        yield ProgressLine(id="progress")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#inspections").focus()
        self.refresh_list()

    async def on_screen_resume(self) -> None:
        await super().on_screen_resume()
        self.refresh_list()

    async def retranslate(self) -> None:
        await super().retranslate()
        self.query_one("#inspections").focus()
        self._draw()
        self.refresh_list()

    @work(exclusive=True, group="list")
    async def refresh_list(self) -> None:
        """Read the list again, off the event loop."""
        site = self.services.checkroom.state.site
        found = await self.asked(self.desk.submit(self.desk.overview, site))
        if found is None:
            return
        if self._actions is not None:
            self._actions = await self.asked(self.desk.submit(self.desk.all_actions)) or ()
        self.overview, self._read = found, True
        self._draw()
        while self.desk.notices:
            self.notify(self.desk.notices.pop(0), severity="warning", timeout=12, markup=False)

    # Showing

    def _draw(self) -> None:
        if not self.query("#inspections"):
            return
        symbols, today = self.console_app.symbols, self.services.clock().date()
        strip = texts.quarter_strip(self.overview.quarters, self.size.width - 2, symbols)
        self.query_one("#quarters", Static).update(strip)
        table = self.query_one("#inspections", RowTable)
        here = table.item_key(table.cursor) if table.item_count() else ""
        if self._actions is None:
            rows = [texts.list_row(line, symbols) for line in self.overview.lines]
            columns = texts.list_columns()
        else:
            rows = [texts.action_row(action, today, symbols) for action in self._actions]
            columns = texts.action_columns()
        table.show_all(columns if rows else (), rows)
        table.put_cursor(next((at for at, row in enumerate(rows) if row.key == here), 0))
        nothing = self.query_one("#nothing", Static)
        nothing.display = self._read and not rows
        nothing.update(
            _("No inspection yet. Press n to begin one.") if self._actions is None else _("No action was opened yet.")
        )
        self.query_one("#said", Static).update(symbols.fold(self._said(today)))
        self.refresh_bars()

    def _said(self, today: date) -> str:
        count = len(self.overview.actions)
        late = sum(action.due is not None and action.due < today for action in self.overview.actions)
        parts = [ngettext("{count} open action", "{count} open actions", count).format(count=count)]
        if late:
            parts.append(_("{count} overdue").format(count=late))
        if self.overview.problems:
            wrong = len(self.overview.problems)
            form = ngettext("{count} problem in a form (w)", "{count} problems in forms (w)", wrong)
            parts.append(form.format(count=wrong))
        return joined(parts)

    @property
    def current(self) -> str:
        """Id of the inspection or the action under the cursor."""
        table = self.query_one("#inspections", RowTable)
        return table.item_key(table.cursor) if table.item_count() else ""

    # Opening and beginning

    @on(CursorList.Chosen, "#inspections")
    def row_chosen(self, event: CursorList.Chosen) -> None:
        event.stop()
        self.action_open()

    @work(exclusive=True, group="open")
    async def action_open(self) -> None:
        """Open the inspection, or see to the action."""
        key = self.current
        if not key:
            return
        if self._actions is not None:
            await self.see_to(next(action for action in self._actions if action.id == key))
            return
        damaged = next((line.damaged for line in self.overview.lines if line.id == key), "")
        if damaged and not await self._restore(key, damaged):
            return
        found = await self.asked(self.desk.submit(self.desk.open, key))
        if found is not None:
            self.app.push_screen(FormScreen(self.services, found))

    async def _restore(self, key: str, damaged: str) -> bool:
        """Of a damaged record: put back the version before, once the operator says so."""
        choices = [_("No, go back"), _("Put back the version before; the damaged file is kept beside it")]
        if self.desk.read_only or await self.app.push_screen_wait(Choose(_("Damaged"), choices, 0, damaged)) != 1:
            return False
        found = await self.asked(self.desk.submit(self.desk.restore, key))
        if found is not None:
            self.console_app.note("inspection.restored", inspection=key)
        return found is not None

    @work(exclusive=True, group="open")
    async def action_new(self) -> None:
        """Begin an inspection: which form, which quarter, which day."""
        if self.desk.read_only:
            sentence = _("Another console holds the home folder; this one only reads.")
            self.notify(sentence, severity="warning", markup=False)
            return
        wrong = self.services.checkroom.state.error
        if wrong is not None:
            # Items are asked for each host and display: without a site that can be read the form would lack them.
            self.console_app.show_error(wrong)
            return
        forms = self.overview.forms
        names = [clean(str(form.title)) for form in forms]
        chosen = await self.app.push_screen_wait(Choose(_("Which form"), names)) if forms else None
        if chosen is None:
            return
        form = forms[chosen]
        today = self.services.clock().date()
        quarter = next((each.name for each in self.overview.quarters if each.days_left >= 0), quarter_now(today))
        if form.quarterly:
            owed = [each.name for each in self.overview.quarters if not each.inspection]
            offered = list(dict.fromkeys([quarter, *owed]))
            at = await self.app.push_screen_wait(Choose(_("For which quarter"), offered))
            if at is None:
                return
            quarter = offered[at]
        day = await self._planned(form, quarter, today)
        if day is None:
            return
        site = self.services.checkroom.state.site
        made = await self.asked(
            self.desk.submit(self.desk.new, form, site, quarter if form.quarterly else quarter_now(day), day,
                             self.services.preferences.now.operator)
        )  # fmt: skip
        if made is not None:
            self.console_app.note("inspection.created", inspection=made.id, form=form.id, quarter=made.quarter)
            self.app.push_screen(FormScreen(self.services, made))

    async def _planned(self, form: Form, quarter: str, today: date) -> date | None:
        offered = planned_day(quarter_end(quarter), today) if form.quarterly else today
        wrong = ""
        while True:
            fields = [FormField("on", _("Day of the visit"), _("As 2026-11-20."), required=True)]
            values = {"on": offered.isoformat()}
            answer = await self.app.push_screen_wait(FormPanel(clean(str(form.title)), fields, values, wrong))
            if answer is None:
                return None
            try:
                return datetime.strptime(answer["on"], "%Y-%m-%d").replace(tzinfo=UTC).date()
            except ValueError:
                wrong = _("{text} is no date. Write it as 2026-11-20.").format(text=clean(answer["on"])[:40])

    # Actions

    @work(exclusive=True, group="actions")
    async def action_actions(self) -> None:
        """Actions instead of inspections, and back."""
        if self._actions is None:
            found = await self.asked(self.desk.submit(self.desk.all_actions))
            if found is None:
                return
            self._actions = found
        else:
            self._actions = None
        self.query_one("#inspections", RowTable).put_cursor(0)
        self._draw()

    def show_actions(self) -> None:
        """The actions, whatever was shown."""
        if not self.query("#inspections"):
            self._actions = ()
        elif self._actions is None:
            self.action_actions()

    # Handing over, taking in, verifying

    @work(exclusive=True, group="hand")
    async def action_export(self) -> None:
        """Write the report or the archive of the inspection under the cursor."""
        if self._actions is not None or not self.current:
            return
        found = await self.asked(self.desk.submit(self.desk.open, self.current))
        if found is not None:
            await self.hand_over(found)

    @work(exclusive=True, group="hand")
    async def action_import(self) -> None:
        """Take in an archive from another console."""
        look = await self.app.push_screen_wait(FileDialog(_("Take in an archive"), Path.home()))
        if look is None or look.is_folder:
            return
        take = False
        merged = await self.asked(self.desk.submit(self.desk.take_in, look.path))
        if merged is not None and merged.aside is not None:
            choices = [_("Keep the draft that is here"), _("Take the other one; the one here is kept aside")]
            take = await self.app.push_screen_wait(Choose(_("Two drafts"), choices, 0, merged.what)) == 1
            if take:
                merged = await self.asked(self.desk.submit(partial(self.desk.take_in, look.path, take=True)))
        if merged is not None:
            self.console_app.note("inspection.imported", inspection=merged.id, outcome=merged.outcome.value)
            self.app.push_screen(ListPanel(_("Taken in"), [Line(part) for part in wrap(merged.what, 76)]))
        self.refresh_list()

    @work(exclusive=True, group="hand")
    async def action_verify(self) -> None:
        """Verify every seal; any change is named."""
        self.notify(_("Verifying every seal …"), timeout=3, markup=False)
        broken = await self.aside(self.desk.verify)
        if broken is None:
            return
        lines = [
            Line(part, heading=at == 0)
            for each in broken
            for at, part in enumerate([clean(each.number) or each.id, *wrap(clean(str(each.what)), 74)])
        ]
        title = _("Seals") if broken else _("Every seal is whole.")
        self.app.push_screen(ListPanel(title, lines or [Line(_("Every seal is whole."))]))

    def action_notes(self) -> None:
        """What is wrong with forms of the home folder."""
        lines = [
            Line(part, 0 if at == 0 else 1)
            for each in self.overview.problems
            for at, part in enumerate(wrap(f"{each.file}:{each.line} {each.key}: {each.what}", 74))
        ]
        self.app.push_screen(ListPanel(_("Forms"), lines or [Line(_("Nothing to note."))]))

    def action_back(self) -> None:
        if self.stop_printing():
            self.notify(_("Stopping …"), timeout=3, markup=False)
        elif self._actions is not None:
            self.action_actions()

    def keys(self) -> tuple[Key, ...]:
        kept = super().keys()
        if self._actions is not None or not self.overview.lines:
            kept = tuple(key for key in kept if key.action not in ("screen.export",))
        if not self.query("#inspections") or not self.current:
            kept = tuple(key for key in kept if key.action != "screen.open")
        return kept
