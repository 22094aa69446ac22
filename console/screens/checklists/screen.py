"""Checklists (F3): servers at the left, their questions in the middle, the proof at the right."""

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Input, Static

from console.i18n import _
from console.model.board import Board, BoardRow, Trend, worst_first
from console.model.check_run import Selection
from console.model.checks import Status
from console.screens.base import bindings_of
from console.screens.checklists import texts
from console.screens.checklists.deciding import Deciding
from console.screens.checklists.practising import Practising
from console.screens.checklists.running import Running
from console.screens.checklists.siting import Siting
from console.services import Services
from console.widgets.bars import Key
from console.widgets.cursor_list import CursorList
from console.widgets.line_list import LineList
from console.widgets.progress_line import ProgressLine
from console.widgets.row_table import PAGE, Row, RowTable

WIDE = 118
"""Columns from which the proof has room beside the list."""
_BEAT_SECONDS = 0.2
"""How often a board that changes is drawn: a hundred hosts tell more than an eye can follow."""


class ChecklistsScreen(Deciding, Practising, Siting, Running):
    """The checkroom knows, this class shows."""

    SCOPE: ClassVar[str] = "checks"
    BINDINGS = bindings_of("checks")

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self.board = Board()
        self.shown: list[BoardRow] = []
        """The rows of the list, in its order."""
        self._host = "*"
        self._only_problems = False
        self._by_clause = False
        self._words = ""
        self._reading = False
        """On a narrow terminal: the proof stands in place of the list."""
        self._trends: dict[str, Trend | None] = {}
        self._tick = 0
        self._wanted_row = ""
        """Key of the row that somebody asked for before the screen was there."""
        self._beat: Timer | None = None

    def body(self) -> ComposeResult:
        ellipsis = self.console_app.symbols.ellipsis
        yield Input(self._words, placeholder=_("part of a name, a host, a clause"), id="sift")
        with Horizontal(id="room"):
            with Vertical(id="hosts-pane"):
                yield LineList("hosts", ellipsis=ellipsis, choosable=True)
            with Vertical(id="checks-pane"):
                yield Static("", id="nothing", markup=False)
                yield RowTable("checks", ellipsis=ellipsis, waiting=ellipsis)
            with Vertical(id="proof-pane"):
                yield LineList("proof", ellipsis=ellipsis)
        yield Static("", id="said", markup=False)
        yield ProgressLine(id="progress")

    # Start and end

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#checks").focus()
        self.hear()
        self._beat = self.set_interval(_BEAT_SECONDS, self._draw, pause=True)
        self._lay_out()
        self._draw()
        if self._wanted_row:
            self.show_row(self._wanted_row)
            self._wanted_row = ""

    def on_unmount(self) -> None:
        Running.on_unmount(self)

    async def on_screen_resume(self) -> None:
        await super().on_screen_resume()
        self._draw()

    async def retranslate(self) -> None:
        await super().retranslate()
        self._lay_out()
        self._draw()

    # Showing

    @on(Running.Changed)
    def board_changed(self, event: Running.Changed) -> None:
        event.stop()
        if self._beat is not None and self.services.checkroom.running:
            self._beat.resume()
        elif self._told:
            self._draw()

    def _draw(self) -> None:
        """Everything again, from the board as it stands."""
        self._told = False
        # What nobody sees is drawn when it is looked at again.
        if self.app.screen is not self or not self.query("#checks"):
            return
        room = self.services.checkroom
        now = self.services.clock()
        self.board = room.board(now.date())
        self._tick += 1
        if not self.board.running:
            if self._beat is not None:
                self._beat.pause()
            self._trends.clear()
            self.run_ended()
        self._draw_hosts()
        self._draw_rows()
        self._draw_progress()
        self.refresh_bars()

    def _draw_hosts(self) -> None:
        hosts = self.query_one("#hosts", LineList)
        lines = texts.host_lines(self.services.checkroom.state.site, self.board, self.console_app.symbols)
        keys = [line.key for line in lines]
        wanted = f"={self._host}"
        hosts.show(lines, keys.index(wanted) if wanted in keys else 0)

    def _draw_rows(self) -> None:
        table = self.query_one("#checks", RowTable)
        before = self.current
        self.shown = self._sifted()
        symbols, now = self.console_app.symbols, self.services.clock()
        # A cursor that was never moved stays on the worst.
        place = (
            0
            if table.cursor == 0
            else next(
                (at for at, row in enumerate(self.shown) if before is not None and row.key == before.key), table.cursor
            )
        )
        place = min(place, max(len(self.shown) - 1, 0))
        offset = place // PAGE * PAGE
        table.show(texts.columns() if self.shown else (), len(self.shown), offset, self._rows(offset), place)
        self._say_nothing(bool(self.shown))
        said = texts.said(self.board, symbols, now, len(self.services.checkroom.notes))
        # It is one line high: to lay out the whole screen for it, five times a second, would hold up the keys.
        self.query_one("#said", Static).update(said, layout=False)
        self._draw_proof()

    def _rows(self, offset: int) -> list[Row]:
        """One page of the list: a hundred hosts have thousands of lines, and a screen shows forty."""
        symbols, now, all_hosts = self.console_app.symbols, self.services.clock(), self._host in ("*", "")
        page = self.shown[offset : offset + PAGE]
        return [texts.row_of(row, symbols, self._tick, now, all_hosts=all_hosts) for row in page]

    @on(RowTable.Needed, "#checks")
    def more_rows(self, event: RowTable.Needed) -> None:
        event.stop()
        self.query_one("#checks", RowTable).put(event.offset, self._rows(event.offset))

    def _sifted(self) -> list[BoardRow]:
        rows = self.board.rows if self._host == "*" else self.board.of_host(self._host)
        if self._only_problems:
            fine = (Status.OK, Status.NA)
            rows = tuple(row for row in rows if row.finding is None or (row.status not in fine and not row.quiet))
        words = self._words.casefold().split()
        if words:
            rows = tuple(row for row in rows if all(word in _hay(row) for word in words))
        if self._by_clause:
            return sorted(rows, key=lambda row: (row.clause[:1] or ("~",), row.rank))
        # While a run goes on a row stays where it is: one that jumps cannot be read.
        return list(rows) if self.board.running else worst_first(rows)

    def _say_nothing(self, some: bool) -> None:
        nothing = self.query_one("#nothing", Static)
        nothing.display = not some
        if some:
            return
        if self.board.rows:
            nothing.update(_("Nothing fits. f shows everything again, esc clears the search."))
        else:
            nothing.update(_("Nothing was checked yet. Press r to run the checks."))

    def _draw_progress(self) -> None:
        line = self.query_one("#progress", ProgressLine)
        line.display = self.board.running
        if self.board.running:
            line.progress = texts.progress_of(self.board)

    @property
    def current(self) -> BoardRow | None:
        """The row under the cursor."""
        table = self.query_one("#checks", RowTable)
        return self.shown[table.cursor] if table.cursor < len(self.shown) else None

    def _draw_proof(self) -> None:
        proof = self.query_one("#proof", LineList)
        row = self.current
        if row is None:
            proof.show(())
            return
        if row.finding is not None and row.key not in self._trends:
            self._trends[row.key] = None
            self.look_up_trend(row)
        width = max(proof.size.width or self.size.width - 26, 20)
        note = self.services.checkroom.note_of(row.check)
        rationale = str(note.rationale) if note is not None else ""
        lines = texts.detail(
            row,
            width,
            self.console_app.symbols,
            self._trends.get(row.key),
            rationale,
            self.services.clock(),
            privacy=self.services.preferences.now.privacy,
        )
        proof.show(lines, proof.cursor if self._proof_of == row.key else 0)
        self._proof_of = row.key

    _proof_of = ""

    def trend_found(self, key: str, trend: Trend | None) -> None:
        """History of a row, looked up in a thread."""
        self._trends[key] = trend
        if self.current is not None and self.current.key == key:
            self._draw_proof()

    # Moving about

    @on(CursorList.Moved, "#hosts")
    def host_moved(self, event: CursorList.Moved) -> None:
        event.stop()
        hosts = self.query_one("#hosts", LineList)
        self._host = hosts.item_key(hosts.cursor).removeprefix("=")
        self._draw_rows()

    @on(CursorList.Chosen, "#hosts")
    def host_chosen(self, event: CursorList.Chosen) -> None:
        event.stop()
        self.query_one("#checks").focus()

    @on(CursorList.Moved, "#checks")
    def row_moved(self, event: CursorList.Moved) -> None:
        event.stop()
        self._draw_proof()

    @on(CursorList.Chosen, "#checks")
    def row_chosen(self, event: CursorList.Chosen) -> None:
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        if self.current is None:
            return
        if self.query_one("#hosts").has_focus:
            self.query_one("#checks").focus()
            return
        self._reading = True
        self._lay_out()
        self.query_one("#proof").focus()

    def action_hosts(self) -> None:
        self._reading = False
        self._lay_out()
        self.query_one("#hosts").focus()

    def action_filter(self) -> None:
        sift = self.query_one("#sift", Input)
        sift.display = True
        sift.focus()

    @on(Input.Changed, "#sift")
    def sifting(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != self._words:
            self._words = event.value
            self._draw_rows()

    @on(Input.Submitted, "#sift")
    def sifted(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one("#checks").focus()

    def action_problems(self) -> None:
        self._only_problems = not self._only_problems
        self._draw_rows()
        self.notify(
            _("Only what is not in order.") if self._only_problems else _("Everything."), timeout=3, markup=False
        )

    def action_clauses(self) -> None:
        self._by_clause = not self._by_clause
        self._draw_rows()
        order = _("Ordered by clause of the contract.") if self._by_clause else _("The worst first.")
        self.notify(order, timeout=3, markup=False)

    def privacy_changed(self) -> None:
        self._draw()

    def action_back(self) -> None:
        table = self.query_one("#checks", RowTable)
        sift = self.query_one("#sift", Input)
        if self._reading or not (table.has_focus or sift.has_focus):
            self._reading = False
            self._lay_out()
            table.focus()
        elif sift.has_focus or self._words:
            sift.value = ""
            sift.display = False
            table.focus()
        elif self.stop_run():
            self.notify(_("Stopping …"), timeout=3, markup=False)
        elif self._only_problems:
            self.action_problems()

    def show_row(self, key: str) -> None:
        """Put the cursor on the row of that key, whatever was filtered."""
        self._host, self._words, self._only_problems = "*", "", False
        if not self.query("#checks"):
            # Seen for the first time: its parts come in a moment.
            self._wanted_row = key
            return
        self._draw()
        place = next((at for at, row in enumerate(self.shown) if row.key == key), 0)
        table = self.query_one("#checks", RowTable)
        table.put_cursor(place)
        table.focus()
        self._draw_proof()

    def board_changed_by_hand(self) -> None:
        """A person said something of a row."""
        self.services.checkroom.changed()
        self._draw()

    def run_again(self, row: BoardRow) -> None:
        """Ask one row again."""
        self.start_run(Selection(checks=(row.check,), targets=(row.target,)))

    # Running

    def action_run(self) -> None:
        host = self._host
        if host == "*":
            self.start_run(Selection())
        elif host:
            self.start_run(Selection(hosts=(host,)))
        else:
            targets = tuple(dict.fromkeys(row.target for row in self.board.of_host("")))
            self.start_run(Selection(targets=targets))

    def action_run_one(self) -> None:
        row = self.current
        if row is not None:
            self.run_again(row)

    # Around the screen

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        if self.query("#checks"):
            self._lay_out()
            self._draw_rows()

    def _lay_out(self) -> None:
        wide = self.size.width >= WIDE
        self.query_one("#proof-pane").display = wide or self._reading
        self.query_one("#checks-pane").display = wide or not self._reading
        self.query_one("#hosts-pane").styles.width = 24 if wide else 16
        self.query_one("#sift").display = bool(self._words)

    def keys(self) -> tuple[Key, ...]:
        some = bool(self.shown)
        needs_row = (
            "screen.open",
            "screen.run_one",
            "screen.acknowledge",
            "screen.copy",
            "screen.review",
            "screen.reply",
        )
        row = self.current if self.query("#checks") else None
        kept = [key for key in super().keys() if some or key.action not in needs_row]
        if row is None or not row.check.startswith("log"):
            kept = [key for key in kept if key.action != "screen.review"]
        if row is None or row.status is not Status.MANUAL:
            kept = [key for key in kept if key.action != "screen.reply"]
        if not self.services.practice:
            kept = [key for key in kept if key.action != "screen.faults"]
        return tuple(kept)


def _hay(row: BoardRow) -> str:
    return " ".join((str(row.title), row.title.en, row.check, row.target, row.item, *row.clause)).casefold()
