"""One inspection: its course and sections at the left, items in the middle, all about one item at the right."""

from collections.abc import Callable
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Input, Static

from console import inspectionsteps as steps
from console.i18n import _
from console.inspectionsteps import CoursePart
from console.model.inspections import Entry, Gap, Inspection
from console.model.text import clean
from console.screens.base import bindings_of
from console.screens.dialogs.ask import AskText, Choose
from console.screens.inspections import items
from console.screens.inspections.advising import Advising
from console.screens.inspections.fields import NOTE_IN_LINE, Fields
from console.screens.inspections.handing import Handing
from console.services import Services
from console.widgets.bars import Key
from console.widgets.cursor_list import CursorList
from console.widgets.line_list import LineList
from console.widgets.progress_line import ProgressLine
from console.widgets.row_table import RowTable

WIDE = 118
"""Columns from which all about an item has room beside the list."""
_PLACE_SECONDS = 0.5


class FormScreen(Fields, Advising, Handing):
    """A form being filled in. What is shown stands on the disk."""

    SCOPE: ClassVar[str] = "inspection"
    BINDINGS = bindings_of("inspection")

    def __init__(self, services: Services, inspection: Inspection) -> None:
        super().__init__(services)
        self.inspection = inspection
        self._section = items.COURSE
        self._gaps: tuple[Gap, ...] = ()
        self._course: tuple[CoursePart, ...] = ()
        self._entries: list[Entry] = []
        self._reading = False
        """On a narrow terminal: all about the item stands in place of the list."""
        self._place: Timer | None = None
        """Keeps where the operator stands, a moment after the last step."""

    def body(self) -> ComposeResult:
        ellipsis = self.console_app.symbols.ellipsis
        yield Static("", id="inspection-head", markup=False)
        with Horizontal(id="inspection-room"):
            with Vertical(id="sections-pane"):
                yield LineList("sections", ellipsis=ellipsis, choosable=True)
            with Container(id="pair"):
                yield RowTable("items", ellipsis=ellipsis)
                yield LineList("about-item", ellipsis=ellipsis)
        with Horizontal(id="fields"):
            yield Static(_("Value"), id="value-label", markup=False)
            yield Input(id="value", select_on_focus=False)
            yield Static("", id="unit", markup=False)
            yield Static(_("Note"), id="note-label", markup=False)
            yield Input(id="note", max_length=NOTE_IN_LINE)
        yield ProgressLine(id="progress")

    # Start and drawing

    def on_mount(self) -> None:
        super().on_mount()
        self._place = self.set_interval(_PLACE_SECONDS, self._remember, pause=True)
        cursor = self.inspection.cursor
        found = next((each for each in self.inspection.entries if each.id == cursor), None)
        if found is not None and not self.inspection.sealed:
            self._section = found.section.id
        self.show(cursor)
        self._lay_out()
        self.query_one("#items").focus()

    async def retranslate(self) -> None:
        here = self._key
        await super().retranslate()
        self.show(here)
        self._lay_out()
        self.query_one("#items").focus()

    def show(self, key: str = "") -> None:
        """Draw everything from the inspection as it stands; the cursor goes to the row of `key`, or stays."""
        if not self.query("#items"):
            return
        here = key or self._key
        symbols = self.console_app.symbols
        self._gaps = () if self.inspection.sealed else steps.gaps(self.inspection)
        self._course = steps.course(self.inspection, self._gaps)
        missing = {} if self.inspection.sealed else steps.gaps_by_section(self.inspection)
        lines = items.section_lines(self.inspection, missing, symbols)
        at = next((place for place, line in enumerate(lines) if line.key == self._section), 0)
        self.query_one("#sections", LineList).show(lines, at)
        head = items.head(self.inspection, len(self._gaps), self.size.width - 2, symbols)
        self.query_one("#inspection-head", Static).update(head)
        self._draw_items(here)
        self.refresh_bars()

    def _draw_items(self, key: str) -> None:
        table, symbols = self.query_one("#items", RowTable), self.console_app.symbols
        self._entries = [each for each in self.inspection.entries if each.section.id == self._section]
        if self._section == items.COURSE:
            rows = [items.course_row(part, symbols) for part in self._course]
            columns = items.course_columns()
        else:
            places = any(entry.target for entry in self._entries)
            past = self.inspection.past
            before = any(entry.id in past for entry in self._entries)
            rows = [
                items.entry_row(entry, past.get(entry.id, ()), self._gaps, symbols, places=places, before=before)
                for entry in self._entries
            ]
            columns = items.entry_columns(places=places, before=before)
        table.show_all(columns, rows)
        table.put_cursor(next((place for place, row in enumerate(rows) if row.key == key), 0))
        self._draw_about()

    def _draw_about(self) -> None:
        about, symbols = self.query_one("#about-item", LineList), self.console_app.symbols
        width = max(about.size.width or self.size.width - 30, 20)
        entry = self.entry
        if entry is None:
            about.show(items.course_detail(self.inspection, self._gaps, width, symbols))
        else:
            about.show(items.entry_detail(entry, self.inspection, self._gaps, width, symbols))

    @property
    def _key(self) -> str:
        """What the cursor stands on: an entry or a part of the course."""
        found = self.query("#items").results(RowTable)
        table = next(iter(found), None)
        return table.item_key(table.cursor) if table is not None and table.item_count() else ""

    @property
    def entry(self) -> Entry | None:
        """The item under the cursor; None on the course."""
        key = self._key
        return next((entry for entry in self._entries if entry.id == key), None)

    # Moving about

    @on(CursorList.Moved, "#sections")
    def section_moved(self, event: CursorList.Moved) -> None:
        event.stop()
        sections = self.query_one("#sections", LineList)
        self._section = sections.item_key(sections.cursor)
        self._draw_items("")
        self.refresh_bars()

    @on(CursorList.Chosen, "#sections")
    def section_chosen(self, event: CursorList.Chosen) -> None:
        event.stop()
        self.query_one("#items").focus()

    @on(CursorList.Moved, "#items")
    def item_moved(self, event: CursorList.Moved) -> None:
        event.stop()
        self._draw_about()
        self.refresh_bars()
        if self._place is not None:
            self._place.reset()
            self._place.resume()

    @on(CursorList.Chosen, "#items")
    def item_chosen(self, event: CursorList.Chosen) -> None:
        event.stop()
        self.action_open()

    def action_section(self, step: int) -> None:
        """The next section, or the one before."""
        sections = self.query_one("#sections", LineList)
        sections.put_cursor((sections.cursor + step) % sections.item_count())
        self._section = sections.item_key(sections.cursor)
        self._draw_items("")
        self.query_one("#items").focus()
        self.refresh_bars()

    def jump(self, entry_id: str) -> None:
        """The cursor onto an item, or onto a part of the course."""
        entry = next((each for each in self.inspection.entries if each.id == entry_id), None)
        self._section = entry.section.id if entry is not None else items.COURSE
        self.show(entry_id or "begin")
        self.query_one("#items").focus()
        if self._place is not None:
            self._place.reset()
            self._place.resume()

    def go_on(self) -> None:
        """The next item of the section; behind the last one the next section."""
        table = self.query_one("#items", RowTable)
        if table.cursor + 1 < table.item_count():
            table.action_move(1)
        elif self._section != items.COURSE:
            self.action_section(1)
        table.focus()

    @work(exclusive=True, group="ask")
    async def action_gaps(self) -> None:
        """What is missing; enter jumps there."""
        if not self._gaps:
            self.notify(_("Nothing is missing."), markup=False)
            return
        gaps = self._gaps
        names = [clean(str(gap.what)) for gap in gaps]
        at = next((place for place, gap in enumerate(gaps) if gap.entry == self._key), 0)
        chosen = await self.app.push_screen_wait(Choose(_("{count} missing").format(count=len(gaps)), names, at))
        if chosen is not None:
            self.jump(gaps[chosen].entry)

    # The course

    def action_open(self) -> None:
        """Answer the item, or do the part of the course."""
        if self._section != items.COURSE:
            self.action_answer()
            return
        todo: dict[str, Callable[[], object]] = {
            "notice": self.notice,
            "permission": self.permission,
            "begin": self.begin,
            "fill": self.action_fill,
            "items": self._first_gap,
            "actions": self._look_at_actions,
            "recommendations": self.recommendations,
            "conclusion": self.conclusion,
            "pages": self.action_pages,
            "review": self.look_through,
            "seal": self.seal,
            "archive": self.put_away,
        }
        key = self._key
        if key.startswith("sign-"):
            self.signature(key.removeprefix("sign-"))
        elif key in todo:
            todo[key]()

    def _first_gap(self) -> None:
        found = next((gap.entry for gap in self._gaps if "/" in gap.entry), "")
        first = self.inspection.entries[0].id if self.inspection.entries else ""
        if found or first:
            self.jump(found or first)

    def _look_at_actions(self) -> None:
        self.console_app.show_actions()

    def action_course(self) -> None:
        """Back to the course."""
        self._section = items.COURSE
        self.show("items")
        self.query_one("#items").focus()

    @work(exclusive=True, group="course")
    async def action_revise(self) -> None:
        """A new revision of what is sealed, with a reason that is printed."""
        if self.desk.read_only or not self.inspection.sealed:
            sentence = _("Only a sealed inspection is revised; a draft is corrected as it is.")
            self.notify(sentence, severity="warning", markup=False)
            return
        question = _("Why it is revised; the reason is printed:")
        reason = await self.app.push_screen_wait(AskText(_("Revision"), question))
        if not reason or not reason.strip():
            return
        made = await self.asked(self.desk.submit(self.desk.revise, self.inspection.id, reason.strip(), self.operator))
        if self.taken(made, "revised", amends=self.inspection.id):
            self.notify(_("Revision {revision} was begun.").format(revision=self.inspection.revision), markup=False)

    # Pages, export, leaving

    @work(exclusive=True, group="hand")
    async def action_pages(self) -> None:
        """The pages of the report, before it leaves the console."""
        await self.look_at_pages(self.inspection)

    @work(exclusive=True, group="hand")
    async def action_export(self) -> None:
        """Write the PDF or the archive."""
        await self.hand_over(self.inspection)

    def action_details(self) -> None:
        """All about the item; on a narrow terminal in place of the list."""
        self._reading = not self._reading
        self._lay_out()
        self.query_one("#about-item" if self._reading else "#items").focus()

    def action_back(self) -> None:
        if self.stop_printing():
            self.notify(_("Stopping …"), timeout=3, markup=False)
        elif self._reading or not self.query_one("#items").has_focus:
            self._reading = False
            self._lay_out()
            self.query_one("#items").focus()
        elif self._section != items.COURSE:
            self.action_course()
        else:
            self._leave()

    @work(exclusive=True, group="leave")
    async def _leave(self) -> None:
        self.dismiss()

    def on_unmount(self) -> None:
        Handing.on_unmount(self)
        self._remember()

    def _remember(self) -> None:
        """Where the operator stood, for the next time."""
        if self._place is not None:
            self._place.pause()
        entry = self.entry if self.query("#items") else None
        if entry is not None and not self.inspection.sealed and not self.desk.read_only:
            self.desk.submit(self.desk.remember, self.inspection.id, entry.id)

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        if self.query("#items"):
            self._lay_out()
            self.show()

    def _lay_out(self) -> None:
        wide = self.size.width >= WIDE
        self.query_one("#pair").set_class(wide, "wide")
        self.query_one("#items").display = wide or not self._reading
        self.query_one("#about-item").set_class(self._reading, "whole")
        self.query_one("#sections-pane").styles.width = 26 if wide else 20
        if self._editing is None:
            self.query_one("#fields").display = False
        # The room of the details is known once it was laid out.
        self.call_after_refresh(self._draw_about)

    def keys(self) -> tuple[Key, ...]:
        if self._editing is not None:
            return self.field_keys()
        on_course = self._section == items.COURSE
        of_items = {
            "screen.digit('1')", "screen.digit('2')", "screen.digit('3')", "screen.not_applicable", "screen.note",
            "screen.attach", "screen.todo", "screen.confirm", "screen.clear", "screen.details",
        }  # fmt: skip
        kept = [key for key in super().keys() if not (on_course and key.action in of_items)]
        entry = self.entry
        if entry is not None and entry.item.kind not in steps.JUDGED:
            kept = [key for key in kept if not key.action.startswith("screen.digit(")]
        if not self.inspection.sealed:
            kept = [key for key in kept if key.action != "screen.revise"]
        else:
            writing = {*of_items, "screen.fill", "screen.gaps"} - {"screen.details"}
            kept = [key for key in kept if key.action not in writing]
        return tuple(kept)
