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

from console.errors import ConsoleError
from console.graphics.encoder import Encoder
from console.graphics.texts import CellText
from console.i18n import _, ngettext
from console.model.picture import PictureInfo
from console.model.progress import Progress, Ticker
from console.model.view import ViewState
from console.pages import PageReader
from console.pictures import MOST_FILES, find_files, no_picture_sentence
from console.playback import WHOLE_CACHE, Playback, Shot
from console.screens.base import bindings_of
from console.screens.viewer.corners import calibration_badge, cine_line, corner_texts, shown_name
from console.screens.viewer.header import HeaderScreen
from console.screens.viewer.panes import Panes
from console.services import Preferences, Services
from console.widgets.bars import Key, fit, joined, side_by_side
from console.widgets.frame_view import FrameView
from console.widgets.line_list import LineList
from console.widgets.progress_line import ProgressLine

_LOOK_SECONDS = 0.5
"""A search that lasts longer than this shows its progress, this often."""

PICTURE_ACTIONS = frozenset(
    f"screen.{action}" for action in ("play", "next_window", "invert", "zoom(1)", "texts", "export", "measure")
)
"""What makes no sense for an object that holds no picture."""

_LINE_SECONDS = 0.25
"""How often the line below a playing cine changes: readable, and next to nothing to draw."""


class ViewerScreen(Panes):
    """Shows the files at and below some paths, one at a time.

    Workers read, the playback's thread draws, this class decides.
    """

    SCOPE: ClassVar[str] = "viewer"
    BINDINGS = bindings_of("viewer")

    @dataclass
    class Found(Message):
        """The files below the paths are known."""

        files: tuple[Path, ...]
        left_out: bool

    @dataclass
    class Looked(Message):
        """The search for files goes on."""

        count: int
        name: str

    @dataclass
    class Opened(Message):
        """A file's header has been read."""

        info: PictureInfo
        file: Path
        """As it was asked for; `info` names the real file where that is a member of a zip file."""

    @dataclass
    class Failed(Message):
        """Something could not be read or written."""

        error: ConsoleError
        file: Path | None = None
        """The file that was being opened; None for anything else."""

    @dataclass
    class Drawn(Message):
        """A playback has a picture."""

        shot: Shot
        view: str

    def __init__(self, services: Services, paths: Sequence[Path], make_encoder: Callable[[], Encoder]) -> None:
        super().__init__(services)
        self._paths = paths
        self._make_encoder = make_encoder
        self._files: tuple[Path, ...] = ()
        self._index = 0
        self._info = None
        self._shot = None
        self._began = services.monotonic()
        self._said = ""

    def body(self) -> ComposeResult:
        with Horizontal(id="stage"):
            yield from self.panes()
            why = LineList("why", ellipsis=self.console_app.symbols.ellipsis)
            why.display = why.can_focus = False
            yield why
        report = LineList("report", ellipsis=self.console_app.symbols.ellipsis)
        # Hidden lists would still take the keys that belong to the cine.
        report.display = report.can_focus = False
        yield report
        yield ProgressLine(id="progress")
        yield Static("", id="cine", markup=False)
        with Horizontal(id="foot"):
            yield Static("", id="badge", markup=False)
            yield Static("", id="purpose", markup=False)

    # Opening

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(_LINE_SECONDS, self._say_state)
        self._say(_("opening {name} …").format(name=self._file_name(self._paths[0])))
        self._find()

    def on_unmount(self) -> None:
        for playback in self.everyone():
            playback.close()

    def _file_name(self, path: Path | str) -> str:
        return shown_name(Path(path), self.services.preferences.now.privacy)

    @work(thread=True, exclusive=True, exit_on_error=False, group="find", description="looking for files")
    def _find(self) -> None:
        worker = get_current_worker()
        tell = Ticker(_LOOK_SECONDS, lambda count, name: self.post_message(self.Looked(count, name)))
        try:
            files = find_files(self._paths, lambda: worker.is_cancelled, tell)
            self.post_message(self.Found(files, len(files) >= MOST_FILES))
        except ConsoleError as error:
            self.post_message(self.Failed(error))

    @work(thread=True, exclusive=True, exit_on_error=False, group="open", description="reading a header")
    def _open(self, path: Path) -> None:
        worker = get_current_worker()
        try:
            if not worker.is_cancelled:
                self.post_message(self.Opened(self.services.pictures.info(self.services.shelves.real_file(path)), path))
        except ConsoleError as error:
            self.post_message(self.Failed(error, path))

    @on(Looked)
    def show_progress(self, event: Looked) -> None:
        event.stop()
        line = self.query_one(ProgressLine)
        line.display = True
        elapsed = self.services.monotonic() - self._began
        what = _("Looking for pictures: {name}").format(name=self._file_name(event.name))
        line.progress = Progress(event.count, 0, elapsed, what)

    @on(Found)
    def list_files(self, event: Found) -> None:
        event.stop()
        self.query_one(ProgressLine).display = False
        self._files = event.files
        if event.left_out:
            sentence = _("Only the first {count} files are shown; open a smaller folder for the others.")
            self.notify(sentence.format(count=len(event.files)), severity="warning", markup=False)
        self._show_file(0)

    def _show_file(self, index: int) -> None:
        """Nothing of the file before may stand beside the name of the next."""
        self._stop()
        self._index, self._info, self._report, self._pages = index, None, None, None
        self.query_one(LineList).remember(0)
        self._show_lines()
        self.view.clear()
        self.query_one("#badge", Static).update("")
        self._say(_("opening {name} …").format(name=self._file_name(self._files[index])))
        self._open(self._files[index])

    @on(Opened)
    def show_picture(self, event: Opened) -> None:
        event.stop()
        if event.file != self._files[self._index]:
            return
        self._info = event.info
        if event.info.frames == 0:
            self._say(no_picture_sentence(event.info))
            self.read_object(event.info, self._files)
        else:
            self._start(event.info)
        self._say_badge()
        self.refresh_bars()
        self.console_app.remember(event.file)
        self.console_app.note("picture opened", sop_instance_uid=event.info.sop_instance_uid)

    @on(Failed)
    def show_error(self, event: Failed) -> None:
        event.stop()
        self.query_one(ProgressLine).display = False
        if event.file is not None and event.file != self._files[self._index]:
            return
        if event.file is not None:
            self._say(event.error.detail)
        # Among many files one that cannot be read must not stop the walk: its sentence stands in its place.
        if event.file is None or len(self._files) < 2:
            self.console_app.show_error(event.error, self._after_error)

    def _after_error(self, _answer: None) -> None:
        if self._info is None and len(self._files) < 2:
            self.action_back()

    def _start(self, info: PictureInfo) -> None:
        self.playback = self.start_playback(info, self._view, self._pages, WHOLE_CACHE)
        self.fit_views()
        self.read_keys()
        self.read_measurements()

    def start_playback(self, info: PictureInfo, view: str, pages: PageReader | None, cache_bytes: int) -> Playback:
        """A playback that draws into a view."""
        playback = Playback(
            self.services.reader,
            info,
            self._make_encoder,
            partial(_texts_of, info, self.services.preferences, self.console_app.symbols.ellipsis),
            partial(self._deliver, view),
            frames=pages,
            autoplay=self.services.preferences.now.autoplay,
            cache_bytes=cache_bytes,
        )
        size = self.query_one(f"#{view}", FrameView).size
        if size:
            playback.resize(size.width, size.height)
        return playback

    def _stop(self) -> None:
        if self.playback is not None:
            self.playback.close()
        self.playback, self._shot = None, None

    # Drawing

    def _deliver(self, view: str, shot: Shot) -> None:
        """Called from the playback's thread."""
        self.post_message(self.Drawn(shot, view))

    @on(Drawn)
    def draw(self, event: Drawn) -> None:
        event.stop()
        if event.view != self._view:
            self.drawn_beside(event.view, event.shot)
            return
        playback, shot = self.playback, event.shot
        if playback is None or shot.info is not playback.info:
            return
        view = self.view
        view.playing = shot.state.playing
        drawn = view.show(shot.painting)
        playback.painted(shot, drawn=drawn)
        first = self._shot is None
        self._shot = shot
        if first or not shot.state.playing:
            self._say_state()
        if first and shot.error is not None and playback.info.frames == 1 and len(self._files) < 2:
            self.console_app.show_error(shot.error)

    @on(FrameView.Resized)
    def resized(self, event: FrameView.Resized) -> None:
        event.stop()
        self.fit_views()
        self._said = ""
        self._say_state()
        self._say_badge()

    def _say_state(self) -> None:
        if self.playback is None or self._info is None or self._shot is None:
            return
        self.say_why()
        if self._info.frame_calibrations:
            self._say_badge()
        state, error = self.playback.state(), self._shot.error
        if sketched := self.sketch_line():
            self._say(sketched)
        elif error is not None:
            self._say(error.detail)
        elif not state.playing and state.frame != self._shot.frame and self.is_current:
            self._say(_("frame {number} is being decoded …").format(number=state.frame))
        else:
            self._say(cine_line(self._info, state))

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
        frame = self._shot.frame if self._shot is not None else 1
        badge, careful = calibration_badge(self._info.calibration_on(frame), self.own_calibration)
        if self._info.frames == 0:
            badge = ""
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
        picture = self._info is None or self._info.frames > 0
        keys = super().keys()
        if not picture:
            return tuple(key for key in keys if key.action not in PICTURE_ACTIONS)
        return tuple(key for key in keys if cine or key.action != "screen.play")

    # Other screens

    def action_header(self) -> None:
        if self._info is not None:
            self.app.push_screen(HeaderScreen(self.services, self._info))

    def action_file(self, step: int) -> None:
        if len(self._files) > 1:
            self._show_file((self._index + step) % len(self._files))

    def action_back(self) -> None:
        if self.end_pointing() or self.stop_export():
            return
        if self._others:
            self.lay_out(1)
            return
        self._stop()
        self.answer()

    # Around the screen

    def on_screen_suspend(self) -> None:
        for playback in self.everyone():
            playback.suspend()

    async def on_screen_resume(self) -> None:
        await super().on_screen_resume()
        for playback in self.everyone():
            playback.resume()

    async def retranslate(self) -> None:
        """Only words change; the picture goes on playing."""
        for playback in self.everyone():
            playback.texts_changed()
        self._show_lines()
        self._say_state()
        self._say_badge()
        self.refresh_bars()

    def graphics_changed(self) -> None:
        for playback in self.everyone():
            playback.texts_changed()

    def privacy_changed(self) -> None:
        if self._report is not None and self._report.pages:
            self._show_file(self._index)
            return
        for playback in self.everyone():
            playback.texts_changed()
        self._show_lines()


def _texts_of(
    info: PictureInfo, preferences: Preferences, ellipsis: str, state: ViewState, columns: int, rows: int
) -> Sequence[CellText]:
    """Called from the playback's thread: no widget and no application, only the object whose pixels are painted."""
    return corner_texts(info, state, columns, rows, privacy=preferences.now.privacy, ellipsis=ellipsis)
