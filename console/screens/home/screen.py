"""Home: what was looked at last, how to open something, and what this machine can show."""

from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from console import __version__
from console.i18n import _
from console.model.text import clean
from console.screens.base import ConsoleScreen, bindings_of
from console.screens.dialogs.files import FileDialog
from console.services import Services
from console.widgets.bars import Key
from console.widgets.line_list import Line, LineList


class HomeScreen(ConsoleScreen):
    """The first page."""

    SCOPE: ClassVar[str] = "home"
    BINDINGS = bindings_of("home")

    def __init__(self, services: Services, *, waiting: bool = False) -> None:
        super().__init__(services)
        self._waiting = waiting
        """True until the screen is first looked at: a picture given on the command line comes before it."""

    def compose(self) -> ComposeResult:
        if not self._waiting:
            yield from super().compose()

    def body(self) -> ComposeResult:
        with Horizontal(id="columns"):
            with Vertical(id="recent-pane") as pane:
                pane.border_title = Text(_("Last looked at"))
                yield LineList("recent", choosable=True, ellipsis=self.console_app.symbols.ellipsis)
                yield Static("", id="empty", markup=False)
            with Vertical(id="machine-pane") as pane:
                pane.border_title = Text(_("This console"))
                yield Static(self._machine(), id="machine", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self._list()

    async def on_screen_resume(self) -> None:
        if self._waiting and self.console_app.started:
            self._waiting = False
            await self.recompose()
        self.refresh_bars()
        self._list()
        if self.console_app.started:
            self.console_app.ask_operator()

    async def retranslate(self) -> None:
        await super().retranslate()
        self._list()

    def privacy_changed(self) -> None:
        self._list()

    def keys(self) -> tuple[Key, ...]:
        some = bool(self.services.preferences.now.recent)
        return tuple(key for key in super().keys() if some or key.action != "screen.open_recent")

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
        for recent in self.query(LineList):
            recent.action_choose()

    @on(LineList.Chosen)
    def open_chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        self.console_app.open_paths((Path(event.key),))

    def action_forget(self) -> None:
        paths = self.services.preferences.now.recent
        for recent in self.query(LineList):
            if recent.cursor < len(paths):
                kept = (*paths[: recent.cursor], *paths[recent.cursor + 1 :])
                self.console_app.change_setting(recent=kept)
                self._list()
                self.refresh_bars()
