"""Home (F2): the site in one look: what is wrong, what is due, how the disks fill, what was looked at last."""

from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from console import __version__
from console.errors import ConsoleError
from console.i18n import _
from console.model.board import Board, DueLine, Trend, problems
from console.model.check_run import Selection
from console.model.text import clean
from console.screens.base import bindings_of
from console.screens.checklists import texts
from console.screens.checklists.running import Running
from console.screens.dialogs.files import FileDialog
from console.screens.home.beginning import Beginning
from console.services import Services
from console.widgets.bars import Key, fit
from console.widgets.line_list import Line, LineList

_DUE_DAYS = 120
"""What is due later than that is not shown."""


class HomeScreen(Beginning, Running):
    """The first page."""

    SCOPE: ClassVar[str] = "home"
    BINDINGS = bindings_of("home")

    class TrendFound(Message):
        """The values of the fullest partition were looked up."""

        def __init__(self, key: object, trend: Trend | None) -> None:
            super().__init__()
            self.key = key
            self.trend = trend

    class OwedFound(Message):
        """Inspections and actions that are due were looked up."""

        def __init__(self, owed: tuple[DueLine, ...]) -> None:
            super().__init__()
            self.owed = owed

    def __init__(self, services: Services, *, waiting: bool = False) -> None:
        super().__init__(services)
        self._waiting = waiting
        """True until the screen is first looked at: a picture given on the command line comes before it."""
        self._board = Board()
        self._trend: Trend | None = None
        self._trend_of: object = None
        self._owed: tuple[DueLine, ...] = ()
        self._site: object = None
        """The site that `_owed` belongs to."""

    def compose(self) -> ComposeResult:
        if not self._waiting:
            yield from super().compose()

    def body(self) -> ComposeResult:
        ellipsis = self.console_app.symbols.ellipsis
        with Horizontal(classes="columns"):
            with Vertical(id="now-pane", classes="pane wide") as pane:
                pane.border_title = Text(_("Now"))
                yield LineList("now", choosable=True, ellipsis=ellipsis)
                yield Static("", id="sum", markup=False)
            with Vertical(id="due-pane", classes="pane") as pane:
                pane.border_title = Text(_("Due"))
                yield LineList("due", ellipsis=ellipsis)
                yield Static("", id="no-due", markup=False)
        with Horizontal(classes="columns", id="below"):
            with Vertical(id="recent-pane", classes="pane wide") as pane:
                pane.border_title = Text(_("Last looked at"))
                yield LineList("recent", choosable=True, ellipsis=ellipsis)
                yield Static("", id="empty", markup=False)
            with Vertical(id="machine-pane", classes="pane") as pane:
                pane.border_title = Text(_("This console"))
                yield Static(self._machine(), id="machine", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.hear()
        self._show()

    async def on_screen_resume(self) -> None:
        if self._waiting and self.console_app.started:
            self._waiting = False
            await self.recompose()
        self.refresh_bars()
        self._show()
        self._look_up_owed()
        if self.console_app.started:
            self.console_app.ask_operator()

    async def retranslate(self) -> None:
        await super().retranslate()
        self._show()

    def privacy_changed(self) -> None:
        self._show()

    def keys(self) -> tuple[Key, ...]:
        some = bool(self.services.preferences.now.recent)
        begins = self.begins
        begin = ("screen.begin('learn')", "screen.begin('example')", "screen.begin('pictures')")
        kept = []
        for key in super().keys():
            if key.action == "screen.open_recent" and not some:
                continue
            if key.action in begin and not begins:
                continue
            kept.append(key)
        return tuple(kept)

    # What is shown

    @on(Running.Changed)
    def board_changed(self, event: Running.Changed) -> None:
        event.stop()
        self.set_timer(0.2, self._show)

    def _show(self) -> None:
        self._told = False
        # What nobody sees is drawn when it is looked at again.
        if self.app.screen is not self or not self.query("#now"):
            return
        self._board = self.services.checkroom.board(self.services.clock().date())
        if self._site is not self.services.checkroom.state.site:
            self._site = self.services.checkroom.state.site
            self._look_up_owed()
        if not self._board.running and self.app.screen is self:
            self.run_ended()
        self._show_now()
        self._show_due()
        self._list()
        self._show_corner()
        self.refresh_bars()

    def _show_now(self) -> None:
        symbols, now = self.console_app.symbols, self.services.clock()
        privacy = self.services.preferences.now.privacy
        lines = self.beginning_lines()
        if not lines:
            for row in problems(self._board.rows):
                assert row.finding is not None
                mark = texts.sign(row.status, symbols)
                of_what = " ".join(filter(None, (row.target, row.item)))
                text = f"{mark} {clean(of_what)}  {symbols.fold(texts.summary_of(row.finding, privacy))}"
                lines.append(Line(text, right=texts.moment(row.finding.measured_at, now), key=row.key))
        shown = self.query_one("#now", LineList)
        # The heading above the three ways to begin is not one of them.
        shown.show(lines, max(shown.cursor, 1 if self.begins else 0))
        said = texts.said(self._board, symbols, now, 0)
        if self._board.running:
            said = _("checking: {done} of {total}").format(done=self._board.done, total=self._board.total)
        elif not self._board.rows and not self.begins:
            said = _("Nothing was checked yet. Press r to run the checks.")
        self.query_one("#sum", Static).update(said)

    def _show_due(self) -> None:
        today = self.services.clock().date()
        everything = sorted((*self._owed, *self.services.checkroom.dues()), key=lambda due: due.day)
        dues = [(due.what, due.day) for due in everything if (due.day - today).days <= _DUE_DAYS]
        lines = texts.due_lines(dues, today, self.console_app.symbols)
        self.query_one("#due", LineList).show(lines)
        self.query_one("#due").display = bool(lines)
        nothing = self.query_one("#no-due", Static)
        nothing.display = not lines
        nothing.update(_("Nothing is due in the next {days} days.").format(days=_DUE_DAYS))

    @work(thread=True, exclusive=True, exit_on_error=False, group="owed")
    def _look_up_owed(self) -> None:
        """Inspections and actions that are due; a damaged record is said where inspections are listed."""
        room, desk = self.services.checkroom, self.services.inspections
        with suppress(ConsoleError):
            # A site file that cannot be read says nothing of a contract.
            owed = desk.submit(desk.dues, room.state.site).result() if room.ready and room.state.error is None else ()
            self.post_message(self.OwedFound(owed))

    @on(OwedFound)
    def owed_found(self, event: OwedFound) -> None:
        event.stop()
        if self._owed != event.owed:
            self._owed = event.owed
            if self.query("#due"):
                self._show_due()

    def _show_corner(self) -> None:
        """How the fullest partition grows; what this console is, before there is anything to grow."""
        finding = self.services.checkroom.fullest(self._board.rows)
        if finding is not None and self._trend_of != (finding.key, finding.measured_at):
            self._trend_of = (finding.key, finding.measured_at)
            self._look_up()
        pane = self.query_one("#machine-pane")
        trend = self._trend if finding is not None else None
        pane.border_title = Text(_("Storage") if trend is not None else _("This console"))
        corner = self.query_one("#machine", Static)
        corner.update(self._machine() if trend is None else self._chart(trend))

    def _chart(self, trend: Trend) -> str:
        symbols = self.console_app.symbols
        width = max(self.query_one("#machine-pane").size.width - 6, 16)
        lines = [fit(clean(trend.title), width, symbols.ellipsis), "", texts.chart(trend.values, width, symbols)]
        return symbols.fold("\n".join((*lines, trend.latest, trend.outlook)))

    @work(thread=True, exclusive=True, exit_on_error=False, group="trend")
    def _look_up(self) -> None:
        finding = self.services.checkroom.fullest(self._board.rows)
        if finding is not None:
            room = self.services.checkroom
            trend = room.records.trend(room.state.site.name, finding)
            self.post_message(self.TrendFound(finding.key, trend))

    @on(TrendFound)
    def trend_found(self, event: TrendFound) -> None:
        event.stop()
        self._trend = event.trend
        if self.query("#machine"):
            self._show_corner()

    def _list(self) -> None:
        found = self.query("#recent").results(LineList)
        recent = next(iter(found), None)
        if recent is None:
            return
        paths = self.services.preferences.now.recent
        recent.show([self._line(Path(path)) for path in paths], recent.cursor)
        recent.display = bool(paths)
        empty = self.query_one("#empty", Static)
        empty.display = not paths
        empty.update(_("Nothing yet. Press o to open a DICOM file, a folder or a disc."))

    def _line(self, path: Path) -> Line:
        if self.services.preferences.now.privacy:
            return Line("***", key=str(path))
        return Line(clean(path.name), dim=clean(str(path.parent)), key=str(path))

    def _machine(self) -> str:
        return "\n".join(
            (f"{_('Cathlab Console')} {__version__}", *self.console_app.facts(), "", str(self.services.home))
        )

    # What the keys do

    def action_open_file(self) -> None:
        self._choose()

    @work(exclusive=True, group="choose")
    async def _choose(self) -> None:
        recent = self.services.preferences.now.recent
        start = Path(recent[0]).parent if recent else Path.home()
        look = await self.app.push_screen_wait(FileDialog(_("Open a DICOM file or folder"), start))
        if look is not None:
            self.console_app.open_paths((look.path,))

    def action_open_recent(self) -> None:
        focused = self.focused
        if isinstance(focused, LineList):
            focused.action_choose()

    @on(LineList.Chosen, "#recent")
    def open_chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        self.console_app.open_paths((Path(event.key),))

    @on(LineList.Chosen, "#now")
    def problem_chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        if self.begins:
            self.action_begin(event.key)
        else:
            self.console_app.show_check(event.key)

    def action_forget(self) -> None:
        paths = self.services.preferences.now.recent
        for recent in self.query("#recent").results(LineList):
            if recent.has_focus and recent.cursor < len(paths):
                kept = (*paths[: recent.cursor], *paths[recent.cursor + 1 :])
                self.console_app.change_setting(recent=kept)
                self._list()
                self.refresh_bars()

    def action_run(self) -> None:
        self.start_run(Selection())

    def action_stop(self) -> None:
        self.stop_run()
