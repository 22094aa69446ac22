"""Several pictures side by side that play together; one of them has the keys.

The picture with the keys is the viewer's own (`playback`, `_info`, `_shot`, `_index`); the others wait in `_others`,
and change places with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message

from console.errors import ConsoleError
from console.i18n import _
from console.key_images import KeyImage
from console.model.picture import PictureInfo
from console.pages import PageReader
from console.playback import WHOLE_CACHE, Playback, Shot
from console.screens.dialogs.ask import Choose
from console.screens.viewer.measuring import Measuring
from console.screens.viewer.reading import ReportReading
from console.widgets.frame_view import FrameView

VIEWS = ("picture", "picture-2", "picture-3", "picture-4")
"""Ids of the views, in the order in which they are filled."""


@dataclass
class Pane:
    """One picture that waits beside the one with the keys."""

    view: str
    index: int
    """Of its file."""
    info: PictureInfo | None = None
    playback: Playback | None = None
    shot: Shot | None = None
    pages: PageReader | None = None
    marked: tuple[KeyImage, ...] = ()


class Panes(Measuring, ReportReading):
    """The part of the viewer that has several pictures."""

    playback: Playback | None
    _files: tuple[Path, ...]
    _index: int
    _view: str = VIEWS[0]
    """Id of the view with the keys."""
    _others: tuple[Pane, ...] = ()

    @dataclass
    class BesideOpened(Message):
        """A file for another pane has been opened."""

        view: str
        info: PictureInfo

    @dataclass
    class BesideFailed(Message):
        """It could not be."""

        view: str
        error: ConsoleError

    def panes(self) -> ComposeResult:
        """The views."""
        with Container(id="panes"):
            for view in VIEWS:
                pane = Container(FrameView(view), classes="one-picture", id=f"pane-{view}")
                pane.display = view == VIEWS[0]
                yield pane

    @property
    def view(self) -> FrameView:
        """The view with the keys."""
        return self.query_one(f"#{self._view}", FrameView)

    def start_playback(self, info: PictureInfo, view: str, pages: PageReader | None, cache_bytes: int) -> Playback:
        """A playback that draws into a view; the viewer knows how."""
        raise AssertionError("the viewer makes playbacks")

    def everyone(self) -> Iterator[Playback]:
        """All cines, the one with the keys first."""
        for playback in (self.playback, *(pane.playback for pane in self._others)):
            if playback is not None:
                yield playback

    def owns(self, source: str) -> bool:
        return source in ("", self._view)

    # Layouts

    @work(exclusive=True, group="choose")
    async def action_layout(self) -> None:
        info = self._info
        if info is None or self.playback is None:
            return
        files = len(self._files)
        choices = [(_("One picture"), 1, False)]
        if info.frames > 1 and info.grayscale is not None:
            choices.append((_("Plain beside subtracted"), 2, True))
        if files > 1:
            choices.append((_("This and the next file"), 2, False))
        if files > 2:
            choices.append((_("This and the next three files"), 4, False))
        chosen = await self.app.push_screen_wait(Choose(_("Layout"), [name for name, _count, _same in choices]))
        if chosen is not None and self._info is info:
            _name, count, same = choices[chosen]
            self.lay_out(count, subtracted=same)

    def lay_out(self, count: int, *, subtracted: bool = False) -> None:
        """So many pictures: this one subtracted beside itself, or the files that follow it."""
        self.close_others()
        if self.playback is None or self._info is None:
            return
        self.end_pointing()
        if self._view != VIEWS[0]:
            self.playback.close()
            self._view, self._shot = VIEWS[0], None
            self.playback = self.start_playback(self._info, self._view, self._pages, WHOLE_CACHE)
        # All begin together, at the operator's word.
        self.playback.play(False)
        files = [self._index] if subtracted else [(self._index + at) % len(self._files) for at in range(1, count)]
        views = VIEWS[1 : 1 + len(dict.fromkeys(files))] if count > 1 else ()
        self._others = tuple(Pane(view, index) for view, index in zip(views, files, strict=False))
        self._show_panes()
        for pane in self._others:
            if subtracted:
                self._fill(pane, self._info)
                if pane.playback is not None:
                    self._subtract_beside(pane.playback)
            else:
                self._open_beside(pane.view, self._files[pane.index])

    def _subtract_beside(self, playback: Playback) -> None:
        assert self.playback is not None
        playback.present(self.playback.presentation)
        self.playback.subtract_always(False)
        playback.subtract_always(True)
        if not any(stage.stage == "mask" and stage.applied for stage in playback.stages()):
            playback.mask_here()

    def _show_panes(self) -> None:
        used = {self._view, *(pane.view for pane in self._others)}
        grid = self.query_one("#panes")
        grid.set_class(len(used) == 2, "two")
        grid.set_class(len(used) > 2, "four")
        for view in VIEWS:
            pane = self.query_one(f"#pane-{view}")
            pane.display = view in used
            pane.set_class(view == self._view and len(used) > 1, "active")

    @work(thread=True, exit_on_error=False, group="beside", description="reading a header")
    def _open_beside(self, view: str, path: Path) -> None:
        try:
            info = self.services.reader.open_now(self.services.shelves.real_file(path))
            self.post_message(self.BesideOpened(view, info))
        except ConsoleError as error:
            self.post_message(self.BesideFailed(view, error))

    @on(BesideOpened)
    def show_beside(self, event: BesideOpened) -> None:
        event.stop()
        pane = self._pane(event.view)
        if pane is None or pane.playback is not None:
            return
        if event.info.frames:
            self._fill(pane, event.info)
        else:
            self.notify(_("Beside it would be an object without a picture."), markup=False)

    @on(BesideFailed)
    def show_not_beside(self, event: BesideFailed) -> None:
        event.stop()
        if self._pane(event.view) is not None:
            self.notify(event.error.detail, severity="warning", markup=False)

    def _fill(self, pane: Pane, info: PictureInfo) -> None:
        pane.info = info
        pane.playback = self.start_playback(info, pane.view, None, WHOLE_CACHE // 4)
        if self.playback is not None:
            pane.playback.seek(self.playback.state().frame)

    def _pane(self, view: str) -> Pane | None:
        return next((pane for pane in self._others if pane.view == view), None)

    def close_others(self) -> None:
        """Only the picture with the keys stays."""
        for pane in self._others:
            if pane.playback is not None:
                pane.playback.close()
            self.query_one(f"#{pane.view}", FrameView).clear()
        self._others = ()

    # Which of them has the keys

    def next_pane(self) -> None:
        views = sorted((self._view, *(pane.view for pane in self._others)), key=VIEWS.index)
        self.activate(views[(views.index(self._view) + 1) % len(views)])

    def activate(self, view: str) -> None:
        """Give the keys to another picture, if it is there."""
        pane = self._pane(view)
        if pane is None or pane.playback is None or self.playback is None:
            return
        self.end_pointing()
        mine = Pane(self._view, self._index, self._info, self.playback, self._shot, self._pages, self._marked)
        self._others = tuple(mine if one is pane else one for one in self._others)
        self._view, self._index, self._info = pane.view, pane.index, pane.info
        self.playback, self._shot, self._pages, self._marked = pane.playback, pane.shot, pane.pages, pane.marked
        self._trimming = None
        self._show_panes()
        self._say_badge()
        self.refresh_bars()
        self.read_keys()
        self.read_measurements()

    def fit_views(self) -> None:
        """Tell every playback how large its view is."""
        sizes = [(self._view, self.playback), *((pane.view, pane.playback) for pane in self._others)]
        for view, playback in sizes:
            size = self.query_one(f"#{view}", FrameView).size
            if playback is not None and size:
                playback.resize(size.width, size.height)

    def drawn_beside(self, view: str, shot: Shot) -> None:
        """A picture without the keys has something to show."""
        pane = self._pane(view)
        if pane is None or pane.playback is None or shot.info is not pane.info:
            return
        widget = self.query_one(f"#{view}", FrameView)
        widget.playing = shot.state.playing
        pane.playback.painted(shot, drawn=widget.show(shot.painting))
        pane.shot = shot
