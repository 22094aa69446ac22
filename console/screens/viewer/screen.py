"""The viewer: one DICOM object as a picture or a cine, with window, zoom, corner texts and header."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from console.errors import Cancelled, ConsoleError
from console.graphics.encoder import Encoder
from console.graphics.texts import CellText
from console.i18n import _, ngettext
from console.model.picture import PictureInfo
from console.model.progress import Ticker
from console.model.text import clean
from console.model.view import ViewState
from console.pictures import export_png, find_files, no_picture_sentence
from console.playback import Playback, Shot
from console.screens.base import ConsoleScreen, bindings_of
from console.screens.dialogs.ask import Confirm
from console.screens.dialogs.error import ErrorPanel
from console.screens.dialogs.files import FileDialog
from console.screens.dialogs.progress import ProgressPanel
from console.screens.viewer.controls import PlaybackControls
from console.screens.viewer.corners import calibration_badge, cine_line, corner_texts
from console.screens.viewer.header import HeaderScreen
from console.services import Services
from console.widgets.bars import Key, fit, joined, side_by_side
from console.widgets.frame_view import FrameView

_LOOK_SECONDS = 0.5
"""A search that lasts longer than this shows its progress, this often."""

_LINE_SECONDS = 0.25
"""How often the line below a playing cine changes: readable, and next to nothing to draw."""


class ViewerScreen(PlaybackControls, ConsoleScreen):
    """Shows the files at and below some paths, one at a time.

    Workers read, the playback's thread draws, this class decides.
    """

    SCOPE: ClassVar[str] = "viewer"
    PLACE: ClassVar[str] = "home"
    BINDINGS = bindings_of("viewer")

    @dataclass
    class Found(Message):
        """The files below the path are known."""

        files: tuple[Path, ...]

    @dataclass
    class Looked(Message):
        """The search for files goes on."""

        count: int
        name: str

    @dataclass
    class Opened(Message):
        """A file's header has been read."""

        info: PictureInfo

    @dataclass
    class Failed(Message):
        """Something could not be read or written."""

        error: ConsoleError

    @dataclass
    class Drawn(Message):
        """The playback has a picture."""

        shot: Shot

    @dataclass
    class Exported(Message):
        """A PNG has been written."""

        path: Path

    def __init__(self, services: Services, paths: Sequence[Path], make_encoder: Callable[[], Encoder]) -> None:
        super().__init__(services)
        self._paths = paths
        self._make_encoder = make_encoder
        self._files: tuple[Path, ...] = ()
        self._index = 0
        self._info: PictureInfo | None = None
        self._shot: Shot | None = None
        self._progress: ProgressPanel | None = None
        self._said = ""

    def body(self) -> ComposeResult:
        yield FrameView("picture")
        yield Static("", id="cine", markup=False)
        with Horizontal(id="foot"):
            yield Static("", id="badge", markup=False)
            yield Static("", id="purpose", markup=False)

    # Opening

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(_LINE_SECONDS, self._say_state)
        self._say(_("opening {name} …").format(name=clean(self._paths[0].name)))
        self._find()

    def on_unmount(self) -> None:
        self._stop()

    @work(thread=True, exclusive=True, exit_on_error=False, group="find", description="looking for files")
    def _find(self) -> None:
        worker = get_current_worker()
        tell = Ticker(_LOOK_SECONDS, lambda count, name: self.post_message(self.Looked(count, name)))
        try:
            self.post_message(self.Found(find_files(self._paths, lambda: worker.is_cancelled, tell)))
        except ConsoleError as error:
            self.post_message(self.Failed(error))

    @work(thread=True, exclusive=True, exit_on_error=False, group="open", description="reading a header")
    def _open(self, path: Path) -> None:
        try:
            self.post_message(self.Opened(self.services.pictures.info(path)))
        except ConsoleError as error:
            self.post_message(self.Failed(error))

    @on(Looked)
    def show_progress(self, event: Looked) -> None:
        event.stop()
        if self._progress is None:
            self._progress = ProgressPanel(_("Looking for pictures"), self._stop_looking, self.services.monotonic)
            self.app.push_screen(self._progress)
        self._progress.show(event.count, 0, clean(event.name))

    def _stop_looking(self) -> None:
        self.workers.cancel_group(self, "find")

    @on(Found)
    def list_files(self, event: Found) -> None:
        event.stop()
        self._looked()
        self._files = event.files
        self._show_file(0)

    def _looked(self) -> None:
        if self._progress is not None:
            self._progress.dismiss(None)
            self._progress = None

    def _show_file(self, index: int) -> None:
        """Nothing of the file before may stand beside the name of the next."""
        self._stop()
        self._index, self._info = index, None
        self.query_one(FrameView).clear()
        self.query_one("#badge", Static).update("")
        self._say(_("opening {name} …").format(name=clean(self._files[index].name)))
        self._open(self._files[index])

    @on(Opened)
    def show_picture(self, event: Opened) -> None:
        event.stop()
        if Path(event.info.path) != self._files[self._index]:
            return
        self._info = event.info
        if event.info.frames == 0:
            self.query_one(FrameView).clear()
            self._say(no_picture_sentence(event.info))
        else:
            self._start(event.info)
        self._say_badge()
        self.refresh_bars()
        self.console_app.remember(Path(event.info.path))
        self.console_app.note("picture opened", sop_instance_uid=event.info.sop_instance_uid)

    @on(Failed)
    def show_error(self, event: Failed) -> None:
        event.stop()
        self._looked()
        if isinstance(event.error, Cancelled):
            self.action_back()
            return
        self._say(event.error.detail)
        self.app.push_screen(ErrorPanel(event.error), self._after_error)

    def _after_error(self, _answer: None) -> None:
        if self._info is None and len(self._files) < 2:
            self.action_back()

    def _start(self, info: PictureInfo) -> None:
        playback = Playback(
            self.services.reader,
            info,
            self._make_encoder,
            partial(self._texts_of, info),
            self._deliver,
            autoplay=self.services.preferences.now.autoplay,
        )
        self.playback = playback
        self._resize()

    def _stop(self) -> None:
        if self.playback is not None:
            self.playback.close()
        self.playback, self._shot = None, None

    # Drawing

    def _deliver(self, shot: Shot) -> None:
        """Called from the playback's thread."""
        self.post_message(self.Drawn(shot))

    @on(Drawn)
    def draw(self, event: Drawn) -> None:
        event.stop()
        playback, shot = self.playback, event.shot
        if playback is None or shot.info is not playback.info:
            return
        view = self.query_one(FrameView)
        view.playing = shot.state.playing
        drawn = view.show(shot.painting)
        playback.painted(shot, drawn=drawn)
        first = self._shot is None
        self._shot = shot
        if first or not shot.state.playing:
            self._say_state()
        if first and shot.error is not None and playback.info.frames == 1:
            self.app.push_screen(ErrorPanel(shot.error))

    @on(FrameView.Resized)
    def resized(self, event: FrameView.Resized) -> None:
        event.stop()
        self._resize()

    def _resize(self) -> None:
        size = self.query_one(FrameView).size
        if self.playback is not None and size:
            self.playback.resize(size.width, size.height)

    def _texts_of(self, info: PictureInfo, state: ViewState, columns: int, rows: int) -> Sequence[CellText]:
        """Called from the playback's thread, with the object whose pixels it paints."""
        privacy = self.services.preferences.now.privacy
        return corner_texts(info, state, columns, rows, privacy=privacy, ellipsis=self.console_app.symbols.ellipsis)

    def _say_state(self) -> None:
        if self.playback is None or self._info is None or self._shot is None:
            return
        state = self.playback.state()
        error = self._shot.error
        self._say(error.detail if error is not None else cine_line(self._info, state))

    def _say(self, sentence: str) -> None:
        which = ""
        if len(self._files) > 1:
            which = _("file {index}/{count}").format(index=self._index + 1, count=len(self._files))
        symbols, width = self.console_app.symbols, max(self.size.width - 2, 20)
        line = side_by_side(symbols.fold(sentence), which, width, symbols.ellipsis)
        if line != self._said:
            self._said = line
            self.query_one("#cine", Static).update(Text(line, no_wrap=True))

    def _say_badge(self) -> None:
        if self._info is None:
            return
        badge, careful = calibration_badge(self._info.calibration)
        line = self.query_one("#badge", Static)
        line.set_class(careful, "careful")
        notes = [badge]
        if self._info.character_set.repaired:
            notes.append(_("name decoded against its label"))
        if self._info.problems:
            count = len(self._info.problems)
            sentence = ngettext("{count} problem, see header", "{count} problems, see header", count)
            notes.append(sentence.format(count=count))
        symbols, width = self.console_app.symbols, max(self.size.width - 4, 20)
        left, right = symbols.fold(joined(notes)), _("engineering check, not for diagnosis")
        if cell_len(left) + cell_len(right) > width:
            right = _("not for diagnosis")
        line.update(Text(fit(left, width - cell_len(right), symbols.ellipsis), no_wrap=True))
        self.query_one("#purpose", Static).update(right)

    # Keys

    def keys(self) -> tuple[Key, ...]:
        cine = self._info is not None and self._info.is_cine
        return tuple(key for key in super().keys() if cine or key.action != "screen.play")

    # Other screens

    def action_header(self) -> None:
        if self._info is not None:
            self.app.push_screen(HeaderScreen(self.services, self._info))

    def action_file(self, step: int) -> None:
        if len(self._files) > 1:
            self._show_file((self._index + step) % len(self._files))

    @work(exclusive=True, group="export")
    async def action_export(self) -> None:
        info, state = self._info, self.playback.state() if self.playback is not None else None
        if info is None or state is None:
            return
        name = f"{Path(info.path).stem}-{state.frame}.png"
        path = await self.app.push_screen_wait(FileDialog(_("Export the frame as PNG"), Path.home(), save_as=name))
        if path is None:
            return
        if path.exists():
            question = _("{path} exists already. Replace it?").format(path=path)
            if await self.app.push_screen_wait(Confirm(_("Replace a file"), question, _("Yes, replace it"))) != 1:
                return
        self._write_png(info, state, path)

    @work(thread=True, exit_on_error=False, group="write", description="writing a PNG file")
    def _write_png(self, info: PictureInfo, state: ViewState, path: Path) -> None:
        try:
            export_png(self.services.pictures, info, state.frame, state.window, state.inverted, path)
            self.post_message(self.Exported(path))
        except ConsoleError as error:
            self.post_message(self.Failed(error))

    @on(Exported)
    def exported(self, event: Exported) -> None:
        event.stop()
        uid = self._info.sop_instance_uid if self._info is not None else ""
        self.console_app.note("frame exported", sop_instance_uid=uid)
        self.notify(_("Written: {path}").format(path=event.path), markup=False)

    def action_back(self) -> None:
        self._stop()
        self.dismiss()

    # Around the screen

    def on_screen_suspend(self) -> None:
        if self.playback is not None:
            self.playback.suspend()

    async def on_screen_resume(self) -> None:
        await super().on_screen_resume()
        if self.playback is not None:
            self.playback.resume()

    async def retranslate(self) -> None:
        """Only words change; the picture goes on playing."""
        if self.playback is not None:
            self.playback.texts_changed()
        self._say_state()
        self._say_badge()
        self.refresh_bars()

    def privacy_changed(self) -> None:
        if self.playback is not None:
            self.playback.texts_changed()
