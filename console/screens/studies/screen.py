"""Studies: patients, studies, series and objects of everything that was taken in, found while typing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from console.graphics.encoder import Encoder, Painting
from console.i18n import _, ngettext
from console.librarian import (
    Answer,
    Found,
    Instances,
    Librarian,
    Load,
    Misses,
    Near,
    Page,
    Paged,
    Question,
    Refused,
    Series,
    SeriesOf,
)
from console.model.studies import PatientLine, StudyLine
from console.screens.base import bindings_of
from console.screens.studies import texts
from console.screens.studies.choosing import Choosing
from console.screens.studies.exporting import Exporting
from console.screens.studies.indexing import Indexing
from console.screens.studies.narrowing import FILTERS, ORDERS, search_of
from console.screens.studies.side import SidePane
from console.services import Services
from console.thumbnails import Thumbnails
from console.widgets.bars import Key, fit
from console.widgets.card_list import CardList
from console.widgets.cursor_list import CursorList
from console.widgets.progress_line import ProgressLine
from console.widgets.row_table import Row, RowTable

_REST_SECONDS = 0.12
"""The series of a study are looked up when the cursor rests on it: typing and holding an arrow stay quick."""


class StudiesScreen(Choosing, SidePane, Indexing, Exporting):
    """The librarian's thread finds, this class shows."""

    SCOPE: ClassVar[str] = "studies"
    BINDINGS = bindings_of("studies")

    @dataclass
    class Answered(Message):
        """The librarian has an answer."""

        answer: Answer

    def __init__(self, services: Services, make_encoder: Callable[[], Encoder]) -> None:
        super().__init__(services)
        self._make_encoder = make_encoder
        self.marked = {}
        self._librarian: Librarian | None = None
        self._words = ""
        self._total = -1
        self._found: Found | None = None
        self._tally = ""
        self._rest: Timer | None = None
        """Runs until the cursor has rested long enough on a study."""
        self._lines: dict[str, StudyLine | PatientLine] = {}
        self._series = {}
        self._objects = {}

    def body(self) -> ComposeResult:
        symbols = self.console_app.symbols
        with Horizontal(id="search"):
            yield Static("/", id="slash", markup=False)
            yield Input(self._words, placeholder=_("name, pinyin, ID, accession, date, text"), id="wanted")
            yield Static("", id="tally", markup=False)
        with Horizontal(id="shelf"):
            with Vertical(id="found-pane"):
                yield Static("", id="empty", markup=False)
                yield RowTable("studies", ellipsis=symbols.ellipsis, waiting=symbols.ellipsis)
            with Vertical(id="side"):
                yield Static("", id="side-title", markup=False)
                yield CardList("series", ellipsis=symbols.ellipsis)
                yield RowTable("objects", ellipsis=symbols.ellipsis, waiting=symbols.ellipsis)
        yield Static("", id="detail", markup=False)
        yield ProgressLine(id="progress")
        yield ProgressLine(id="export")

    # Start and end

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#objects").display = False
        self.query_one("#studies").focus()
        self._lay_out()
        self._librarian = Librarian(self.services.shelves.home, self._deliver)
        self._thumbnails = Thumbnails(self.services.shelves.instance_file, self._make_encoder, self._picture)
        self._find()
        self._show_progress()
        self.show_export()

    def on_unmount(self) -> None:
        if self._librarian is not None:
            self._librarian.close()
        if self._thumbnails is not None:
            self._thumbnails.close()

    def _deliver(self, answer: Answer) -> None:
        """Called from the librarian's thread."""
        self.post_message(self.Answered(answer))

    def _picture(self, key: str, painting: Painting | None) -> None:
        """Called from the thread of the thumbnails."""
        self.post_message(self.Pictured(key, painting))

    def _ask(self, question: Question) -> None:
        if self._librarian is not None:
            self._librarian.ask(question)

    # Searching

    def _find(self, keep: int = 0) -> None:
        today = self.services.clock().date()
        patient = self._patient.key if self._patient is not None else ""
        self._ask(
            search_of(
                self._words,
                self._order,
                self._filter,
                patients=self._patients,
                patient=patient,
                today=today,
                keep=keep,
            )
        )

    def _reload(self) -> None:
        self._ask(Load(self._current.id if self._current is not None else 0))

    @on(Input.Changed, "#wanted")
    def typed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != self._words:
            self._words = event.value
            self._find()

    @on(Input.Submitted, "#wanted")
    def to_list(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one("#studies").focus()

    @on(Answered)
    def answered(self, event: Answered) -> None:
        event.stop()
        answer = event.answer
        if not self._is_composed:
            return
        if isinstance(answer, Found):
            self._show_found(answer)
        elif isinstance(answer, Paged):
            self.query_one("#studies", RowTable).put(answer.offset, self._rows(answer.lines))
        elif isinstance(answer, Series):
            self._show_series(answer)
        elif isinstance(answer, Instances):
            self._show_objects(answer)
        elif isinstance(answer, Misses):
            self._show_misses(answer)
        elif isinstance(answer, Refused):
            self.console_app.show_error(answer.error)

    # Showing

    def _show_found(self, answer: Found) -> None:
        self._near = False
        self._total = answer.total
        table = self.query_one("#studies", RowTable)
        self._lines.clear()
        columns = texts.patient_columns() if answer.search.patients else texts.study_columns()
        table.show(
            columns if answer.total else (), answer.total, answer.offset, self._rows(answer.lines), answer.cursor
        )
        if not answer.total and self._words.strip():
            self._ask(Near(answer.search.query))
        self._found = answer
        self._say_tally()
        self._say_empty(answer.studies)
        self._study_changed()

    def _show_misses(self, answer: Misses) -> None:
        if self._total or not answer.lines or not self._words.strip():
            return
        self._near = True
        self._lines = {str(miss.line.id): miss.line for miss in answer.lines}
        privacy = self.services.preferences.now.privacy
        rows = [texts.near_row(miss, privacy=privacy) for miss in answer.lines]
        self.query_one("#studies", RowTable).show(texts.near_columns(), len(rows), 0, rows, 0)
        self._say_empty(1)
        self._say_tally()
        self._study_changed()

    def _rows(self, lines: Sequence[StudyLine] | Sequence[PatientLine]) -> list[Row]:
        privacy, symbols = self.services.preferences.now.privacy, self.console_app.symbols
        rows = []
        for line in lines:
            if isinstance(line, StudyLine):
                marked = line.id in self.marked
                row = texts.study_row(line, marked=marked, privacy=privacy, symbols=symbols)
            else:
                row = texts.patient_row(line, privacy=privacy, symbols=symbols)
            self._lines[row.key] = line
            rows.append(row)
        return rows

    def _say_tally(self) -> None:
        answer = self._found
        if answer is None:
            return
        if answer.search.patients:
            count = ngettext("{count} patient", "{count} patients", answer.total)
        else:
            count = ngettext("{count} study", "{count} studies", answer.total)
        parts = [count.format(count=answer.total), _(ORDERS[self._order].name)]
        if self._filter:
            parts.append(_(FILTERS[self._filter].name))
        if self._near:
            parts.insert(0, _("nothing fits exactly"))
        if self._patient is not None and not self.services.preferences.now.privacy:
            parts.append(self._patient.patient_id)
        if self.marked:
            parts.append(_("{count} marked").format(count=len(self.marked)))
        symbols = self.console_app.symbols
        tally = fit(symbols.fold(" · ".join(parts)), max(self.size.width * 55 // 100 - 2, 10), symbols.ellipsis)
        if tally != self._tally:
            self._tally = tally
            self.query_one("#tally", Static).update(Text(tally, no_wrap=True), layout=False)

    def _say_empty(self, studies: int) -> None:
        empty = self.query_one("#empty", Static)
        nothing = self._total == 0 and not self._near
        # The list stays where it is: hidden it would lose the keys to the search.
        empty.display = nothing
        if not studies:
            sentence = _("Nothing is taken in yet. Press a to read a folder, a disc, a DICOMDIR or a zip file.")
        else:
            sentence = _("Nothing fits. Try part of the name, its pinyin initials, the ID or a date; esc clears.")
        if nothing:
            empty.update(sentence)

    @on(RowTable.Needed, "#studies")
    def more_rows(self, event: RowTable.Needed) -> None:
        event.stop()
        self._ask(Page(event.offset))

    @on(CursorList.Moved, "#studies")
    def cursor_moved(self, event: CursorList.Moved) -> None:
        event.stop()
        self._study_changed()

    def _study_changed(self) -> None:
        """The side pane and the line below follow the cursor."""
        table = self.query_one("#studies", RowTable)
        row = table.row(table.cursor)
        line = self._lines.get(row.key) if row is not None else None
        study = line if isinstance(line, StudyLine) else None
        if study != self._current:
            self._current = study
            self._close_objects()
            if study is None:
                self.query_one("#series", CardList).show(())
            if self._thumbnails is not None:
                self._thumbnails.forget_wishes()
            if self._rest is not None:
                self._rest.stop()
            if study is not None:
                self._rest = self.set_timer(_REST_SECONDS, partial(self._ask, SeriesOf(study.id)))
        self._say_detail()
        self.refresh_bars()

    def _say_detail(self) -> None:
        symbols = self.console_app.symbols
        privacy = self.services.preferences.now.privacy
        detail = texts.study_detail(self._current, privacy=privacy) if self._current is not None else ""
        width = max(self.size.width - 2, 20)
        shown = fit(symbols.fold(detail), width, symbols.ellipsis)
        self.query_one("#detail", Static).update(Text(shown, no_wrap=True), layout=False)
        title = ""
        if self._current is not None:
            count = self._current.series_count
            title = ngettext("{count} series", "{count} series", count).format(count=count)
        self.query_one("#side-title", Static).update(Text(symbols.fold(title), no_wrap=True), layout=False)

    # One step deeper

    @on(CursorList.Chosen, "#studies")
    def study_chosen(self, event: CursorList.Chosen) -> None:
        event.stop()
        line = self._lines.get(event.key)
        if isinstance(line, PatientLine):
            self._patient, self._patients, self._words = line, False, ""
            self.query_one("#wanted", Input).value = ""
            self._find()
        elif line is not None:
            self._at_side = True
            self._lay_out()
            self.query_one("#series").focus()

    def action_open(self) -> None:
        focused = self.focused
        wanted = focused if isinstance(focused, CursorList) else self.query_one("#studies", RowTable)
        wanted.action_choose()

    # Back

    def action_back(self) -> None:
        wanted = self.query_one("#wanted", Input)
        table = self.query_one("#studies", RowTable)
        if self._close_objects():
            return
        if self._at_side or not (table.has_focus or wanted.has_focus):
            self._at_side = False
            self._lay_out()
            table.focus()
        elif self._words:
            wanted.value = ""
            table.focus()
        elif wanted.has_focus:
            table.focus()
        elif self._patient is not None:
            self._patient, self._patients = None, True
            self._find()
        elif not (self.stop_export() or self.stop_indexing()) and self._filter:
            self._filter = 0
            self._find()

    # Around the screen

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        if not self._is_composed:
            return
        self._lay_out()
        self._say_detail()

    def keys(self) -> tuple[Key, ...]:
        some = self._total > 0 or self._near
        needs_some = ("screen.open", "screen.mark", "screen.export", "screen.objects", "screen.sort")
        return tuple(key for key in super().keys() if some or key.action not in needs_some)

    async def on_screen_resume(self) -> None:
        await super().on_screen_resume()
        self._show_progress()

    async def retranslate(self) -> None:
        # Whatever comes while everything is composed anew is asked for again afterwards.
        self._is_composed = False
        await super().retranslate()
        self._is_composed = True
        self._at_side = False
        self._current = None
        self.query_one("#objects").display = False
        self._lay_out()
        self._find()

    def privacy_changed(self) -> None:
        self._current = None
        self._find()
