"""The pages of a report on the screen, before it is handed over."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Static

from console.errors import ConsoleError
from console.graphics.encoder import Encoder
from console.i18n import _
from console.model.inspections import Inspection
from console.model.text import clean
from console.pages import ReportPages
from console.playback import Playback, Shot
from console.screens.base import ConsoleScreen, bindings_of
from console.services import Services
from console.widgets.bars import joined
from console.widgets.frame_view import FrameView


class PagesScreen(ConsoleScreen):
    """One page at a time, enlarged as far as one likes."""

    SCOPE: ClassVar[str] = "pages"
    BINDINGS = bindings_of("pages")

    class Ready(Message):
        """A page was painted."""

        def __init__(self, shot: Shot) -> None:
            super().__init__()
            self.shot = shot

    class Opened(Message):
        """The file was read."""

        def __init__(self, pages: ReportPages) -> None:
            super().__init__()
            self.pages = pages

    class Failed(Message):
        """The file cannot be shown."""

        def __init__(self, error: ConsoleError) -> None:
            super().__init__()
            self.error = error

    def __init__(
        self, services: Services, path: Path, make_encoder: Callable[[], Encoder], inspection: Inspection
    ) -> None:
        super().__init__(services)
        self._path = path
        self._make_encoder = make_encoder
        self._inspection = inspection
        self._pages: ReportPages | None = None
        self._playback: Playback | None = None

    def body(self) -> ComposeResult:
        yield FrameView("picture")
        yield Static("", id="said", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self._open()

    def on_unmount(self) -> None:
        if self._playback is not None:
            self._playback.close()
        if self._pages is not None:
            self._pages.close()

    @work(thread=True, exclusive=True, exit_on_error=False, group="open")
    def _open(self) -> None:
        try:
            self.post_message(self.Opened(ReportPages(self._path)))
        except ConsoleError as error:
            self.post_message(self.Failed(error))

    @on(Failed)
    def not_shown(self, event: Failed) -> None:
        event.stop()
        self.console_app.show_error(event.error, lambda _none: self.action_back())

    @on(Opened)
    def opened(self, event: Opened) -> None:
        event.stop()
        self._pages = event.pages
        self._playback = Playback(
            self.services.reader, event.pages.info, self._make_encoder, lambda _state, _columns, _rows: (),
            self._deliver, frames=event.pages, autoplay=False,
        )  # fmt: skip
        size = self.query_one(FrameView).size
        self._playback.resize(size.width, size.height)

    def _deliver(self, shot: Shot) -> None:
        """Called from the thread that paints."""
        self.post_message(self.Ready(shot))

    @on(Ready)
    def paint(self, event: Ready) -> None:
        event.stop()
        drawn = self.query_one(FrameView).show(event.shot.painting)
        if self._playback is not None:
            self._playback.painted(event.shot, drawn=drawn)
        self._say(event.shot)

    def _say(self, shot: Shot) -> None:
        page = _("page {number} of {count}").format(number=shot.frame, count=shot.info.frames)
        zoom = f"{shot.state.zoom:.0%}" if shot.state.zoom > 1 else ""
        draft = "" if self._inspection.sealed else _("draft, not sealed")
        parts = (clean(self._inspection.number), page, zoom, draft)
        self.query_one("#said", Static).update(self.console_app.symbols.fold(joined(parts)))

    @on(FrameView.Resized)
    def resized(self, event: FrameView.Resized) -> None:
        event.stop()
        if self._playback is not None:
            self._playback.resize(event.columns, event.rows)

    @on(FrameView.Scrolled)
    def scrolled(self, event: FrameView.Scrolled) -> None:
        event.stop()
        if self._playback is not None:
            self._playback.zoom(event.steps, event.at)

    @on(FrameView.Dragged)
    def dragged(self, event: FrameView.Dragged) -> None:
        event.stop()
        size = self.query_one(FrameView).size
        if self._playback is not None and size:
            self._playback.pan(-event.across / size.width, -event.down / size.height)

    def graphics_changed(self) -> None:
        if self._playback is not None:
            self._playback.texts_changed()

    def action_page(self, step: int) -> None:
        if self._playback is not None:
            self._playback.step(step)

    def action_seek(self, number: int) -> None:
        if self._playback is not None:
            self._playback.seek(number)

    def action_zoom(self, steps: int) -> None:
        if self._playback is not None:
            self._playback.zoom(steps)

    def action_fit(self) -> None:
        if self._playback is not None:
            self._playback.fit()

    def action_pan(self, across: int, down: int) -> None:
        if self._playback is not None:
            self._playback.pan(across * 0.2, down * 0.2)

    def action_back(self) -> None:
        self.dismiss()
