"""Home: what was looked at last, how to open something, and what this machine can show."""

from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from console import __version__
from console.i18n import _
from console.model.text import clean
from console.screens.base import ConsoleScreen, bindings_of
from console.screens.dialogs.files import FileDialog
from console.widgets.bars import Key


class HomeScreen(ConsoleScreen):
    """The first page."""

    SCOPE: ClassVar[str] = "home"
    PLACE: ClassVar[str] = "home"
    BINDINGS = bindings_of("home")

    def body(self) -> ComposeResult:
        with Horizontal(id="columns"):
            with Vertical(id="recent-pane") as pane:
                pane.border_title = Text(_("Last looked at"))
                yield OptionList(id="recent", markup=False)
                yield Static("", id="empty", markup=False)
            with Vertical(id="machine-pane") as pane:
                pane.border_title = Text(_("This console"))
                yield Static(self._machine(), id="machine", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self._list()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._list()

    async def retranslate(self) -> None:
        await super().retranslate()
        self._list()

    def privacy_changed(self) -> None:
        self._list()

    def keys(self) -> tuple[Key, ...]:
        some = bool(self.services.preferences.now.recent)
        return tuple(key for key in super().keys() if some or key.action != "screen.open_recent")

    def _list(self) -> None:
        lists = self.query("#recent").results(OptionList)
        recent = next(iter(lists), None)
        if recent is None:
            return
        paths = self.services.preferences.now.recent
        highlighted = recent.highlighted or 0
        recent.clear_options()
        recent.add_options([Option(self._line(Path(path)), id=path) for path in paths])
        recent.display = bool(paths)
        if paths:
            recent.highlighted = min(highlighted, len(paths) - 1)
        empty = self.query_one("#empty", Static)
        empty.display = not paths
        empty.update(_("Nothing yet. Press o to open a DICOM file, a folder or a disc."))

    def _line(self, path: Path) -> Text:
        hidden = self.services.preferences.now.privacy
        text = Text(clean(path.name) if not hidden else "***", no_wrap=True, overflow="ellipsis")
        if not hidden:
            text.append(f"  {clean(str(path.parent))}", "dim")
        return text

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
        path = await self.app.push_screen_wait(FileDialog(_("Open a DICOM file or folder"), start))
        if path is not None:
            self.console_app.open_paths((path,))

    def action_open_recent(self) -> None:
        recent = self.query_one("#recent", OptionList)
        if recent.highlighted is not None:
            recent.action_select()

    @on(OptionList.OptionSelected, "#recent")
    def open_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.console_app.open_paths((Path(event.option.id or ""),))

    def action_forget(self) -> None:
        recent = self.query_one("#recent", OptionList)
        paths = self.services.preferences.now.recent
        if recent.highlighted is not None and paths:
            gone = paths[recent.highlighted]
            self.console_app.change_setting(recent=tuple(path for path in paths if path != gone))
            self._list()
            self.refresh_bars()
