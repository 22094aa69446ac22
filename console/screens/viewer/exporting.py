"""Writing what the viewer shows as a picture file: what of it, where to, whether to replace, then the work itself."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from textual import on, work
from textual.message import Message
from textual.worker import Worker, get_current_worker

from console import picture_files
from console.errors import Cancelled, ConsoleError
from console.graphics.drawing import NOTHING
from console.i18n import _
from console.look import UNMARKED, Look
from console.model.picture import PictureInfo
from console.model.progress import Progress
from console.model.text import clean
from console.model.view import ViewState
from console.pages import PageReader
from console.picture_files import Corners, Film
from console.playback import Playback, Shot
from console.screens.base import ConsoleScreen
from console.screens.dialogs.ask import Choose, Confirm
from console.screens.dialogs.files import FileDialog
from console.screens.viewer.corners import file_lines
from console.services import Services
from console.widgets.progress_line import ProgressLine

Kind = Literal["frame", "apng", "webp", "sheet"]
KINDS: tuple[Kind, ...] = ("frame", "apng", "webp", "sheet")
SHEET_FRAMES = 20
"""Tiles of a contact sheet."""


@dataclass(frozen=True)
class Order:
    """One export, settled."""

    kind: Kind
    film: Film
    numbers: tuple[int, ...]
    durations_ms: tuple[float, ...]
    path: Path


class FrameExport(ConsoleScreen):
    """The part of the viewer that exports."""

    playback: Playback | None
    _info: PictureInfo | None = None
    """What is open; None while nothing is."""
    _shot: Shot | None = None
    """What is on the screen; None before the first frame."""
    _pages: PageReader | None = None
    """Where the frames come from, for the pages of a document; None for a picture."""
    _writer: Worker[None] | None = None
    """The export that goes on."""
    _writing_since = 0.0

    @dataclass
    class Exported(Message):
        """A file has been written."""

        path: Path
        sop_instance_uid: str

    @dataclass
    class NotExported(Message):
        """It could not be written."""

        error: ConsoleError

    @dataclass
    class Exporting(Message):
        """So many frames are done."""

        done: int
        total: int

    @work(exclusive=True, group="export")
    async def action_export(self) -> None:
        """The frame as it is seen, without words and lines."""
        await self._export("frame", annotated=False, identity=False)

    @work(exclusive=True, group="export")
    async def action_export_more(self) -> None:
        """Frame, cine or contact sheet, with what is asked for."""
        info = self._info
        if info is None or self.playback is None:
            return
        names = (
            _("This frame, PNG"),
            _("The cine, animated PNG"),
            _("The cine, animated WebP"),
            _("A contact sheet, PNG"),
        )
        kind = await self.app.push_screen_wait(Choose(_("Export"), names if info.frames > 1 else names[:1]))
        if kind is None:
            return
        inside = [_("The picture alone"), _("With annotations"), _("With annotations and identity"), _("With identity")]
        if self.services.preferences.now.privacy:
            inside = inside[:2]
        with_ = await self.app.push_screen_wait(Choose(_("What goes into it?"), inside))
        if with_ is not None:
            await self._export(KINDS[kind], annotated=with_ in (1, 2), identity=with_ in (2, 3))

    async def _export(self, kind: Kind, *, annotated: bool, identity: bool) -> None:
        info, shot, playback = self._info, self._shot, self.playback
        if info is None or shot is None or playback is None or (kind == "frame" and shot.error is not None):
            return
        look, now = playback.look, playback.state()
        # What was shown last may be older than the last key.
        state = replace(shot.state, trim=now.trim, way=now.way, speed=now.speed)
        if self._writer is not None and self._writer.is_running:
            self.notify(_("An export goes on; escape stops it."), markup=False)
            return
        titles = {"frame": _("Export the frame as PNG"), "sheet": _("Export a contact sheet")}
        title = titles.get(kind, _("Export the cine"))
        stem = _("frame") if self.services.preferences.now.privacy else Path(info.path).stem
        ending = ".webp" if kind == "webp" else ".png"
        name = f"{stem}-{shot.frame}{ending}" if kind == "frame" else f"{stem}{ending}"
        found = await self.app.push_screen_wait(FileDialog(title, Path.home(), save_as=name))
        if found is None:
            return
        if found.exists:
            question = _("{path} exists already. Replace it?").format(path=clean(str(found.path)))
            if await self.app.push_screen_wait(Confirm(_("Replace a file"), question, _("Yes, replace it"))) != 1:
                return
        film = Film(
            info,
            self._pages if self._pages is not None else self.services.pictures,
            _plain(look, annotated),
            partial(_words, info, state, annotated, identity),
            lines=annotated,
        )
        numbers = _numbers(kind, state, shot.frame)
        self._writing_since = self.services.monotonic()
        self._writer = self._write(Order(kind, film, numbers, _durations(info, state, numbers), found.path))

    @work(thread=True, exit_on_error=False, group="write", description="writing a picture file")
    def _write(self, order: Order) -> None:
        worker = get_current_worker()
        try:
            write(order, self.services, lambda done, total: self._told(worker, done, total))
            self.post_message(self.Exported(order.path, order.film.info.sop_instance_uid))
        except ConsoleError as error:
            self.post_message(self.NotExported(error))

    def _told(self, worker: Worker[None], done: int, total: int) -> bool:
        """Called from the writing thread."""
        self.post_message(self.Exporting(done, total))
        return not worker.is_cancelled

    def stop_export(self) -> bool:
        """Stop what is being written; False when nothing is."""
        if self._writer is None or not self._writer.is_running or self._writer.is_cancelled:
            return False
        self._writer.cancel()
        self.query_one(ProgressLine).display = False
        return True

    @on(Exporting)
    def show_exporting(self, event: Exporting) -> None:
        event.stop()
        if self._writer is None or self._writer.is_cancelled:
            return
        line = self.query_one(ProgressLine)
        line.display = True
        elapsed = self.services.monotonic() - self._writing_since
        line.progress = Progress(event.done, event.total, elapsed, _("Exporting; escape stops it"))

    @on(Exported)
    def exported(self, event: Exported) -> None:
        event.stop()
        self.query_one(ProgressLine).display = False
        self.console_app.note("frame exported", sop_instance_uid=event.sop_instance_uid)
        self.notify(_("Written: {path}").format(path=clean(str(event.path))), markup=False)

    @on(NotExported)
    def not_exported(self, event: NotExported) -> None:
        event.stop()
        self.query_one(ProgressLine).display = False
        if isinstance(event.error, Cancelled):
            self.notify(event.error.detail, markup=False)
        else:
            self.console_app.show_error(event.error)


def write(order: Order, services: Services, step: Callable[[int, int], bool]) -> None:
    """Do it; in a thread. Raises ConsoleError."""
    film = order.film
    renderer = None
    if not isinstance(film.frames, PageReader):
        renderer = services.pictures.renderer(film.info)
    if order.kind == "frame":
        picture_files.write_frame(film, renderer, order.numbers[0], order.path)
    elif order.kind == "sheet":
        picture_files.write_sheet(film, renderer, order.numbers, order.path, step)
    else:
        picture_files.write_cine(film, renderer, order.numbers, order.durations_ms, order.path, step)


def _plain(look: Look, annotated: bool) -> Look:
    return look if annotated else replace(look, drawn=NOTHING, by_frame=UNMARKED)


def _words(info: PictureInfo, state: ViewState, annotated: bool, identity: bool, number: int) -> Corners:
    return file_lines(info, replace(state, frame=number, key=False), annotations=annotated, identity=identity)


def _numbers(kind: Kind, state: ViewState, frame: int) -> tuple[int, ...]:
    """The frames of an export: of a cine those that are played, in their order."""
    first, last = state.trim
    if kind == "frame":
        return (frame,)
    if kind == "sheet":
        return tuple(picture_files.evenly(first, last, SHEET_FRAMES))
    onward = tuple(range(first, last + 1))
    if state.way == "reverse":
        return onward[::-1]
    return onward + onward[-2:0:-1] if state.way == "sweep" else onward


def _durations(info: PictureInfo, state: ViewState, numbers: tuple[int, ...]) -> tuple[float, ...]:
    """How long each frame stands at the speed in force, milliseconds."""
    times = info.rate.frame_times_ms
    whole = len(times) == info.frames
    usual = 1000.0 / info.rate.fps if info.rate.fps > 0 else 1000.0
    return tuple((times[number - 1] if whole else usual) / state.speed for number in numbers)
