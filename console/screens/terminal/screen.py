"""The terminal page: what was found, a grey ramp in the mode in use, other modes to try, what to switch on."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import Static

from console.graphics.encoder import Encoder
from console.graphics.ramp import grey_levels, painted_ramp
from console.screens.base import ConsoleScreen, bindings_of
from console.screens.terminal import texts
from console.services import Services
from console.widgets.frame_view import FrameView
from console.widgets.line_list import LineList

_SHOTS = 24
"""Ramps sent to measure the line."""
_SHOT_SECONDS = 0.05


class TerminalScreen(ConsoleScreen):
    """One list, and the ramp above it."""

    SCOPE: ClassVar[str] = "terminal"
    BINDINGS = bindings_of("terminal")

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._encoder: Encoder | None = None
        self._greys = 0
        self._shots = 0
        self._timer: Timer | None = None

    def body(self) -> ComposeResult:
        yield FrameView("ramp")
        yield Static("", id="ramp-caption", markup=False)
        yield LineList("found", choosable=True, ellipsis=self.console_app.symbols.ellipsis)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(LineList).focus()
        self._say()

    async def retranslate(self) -> None:
        await super().retranslate()
        self._draw()

    def graphics_changed(self) -> None:
        self._draw()

    @on(FrameView.Resized)
    def resized(self, event: FrameView.Resized) -> None:
        event.stop()
        self._draw()

    def _draw(self, shift: int = 0) -> None:
        """The ramp in the mode in force."""
        ramp = self.query_one(FrameView)
        if self._encoder is None:
            self._encoder = self.console_app.make_encoder()
        if not ramp.size:
            return
        painting = painted_ramp(self._encoder, ramp.size.width, ramp.size.height, shift)
        ramp.show(painting)
        if not shift:
            self._greys = grey_levels(painting)
            self._say()

    def _say(self) -> None:
        graphics, outlet = self.console_app.graphics, self.console_app.outlet
        if graphics is None:
            return
        measured = texts.Measured(
            graphics.name,
            graphics.wish,
            self._greys,
            outlet.round_trip if outlet is not None else 0.0,
            outlet.rate if outlet is not None else 0.0,
        )
        fold = self.console_app.symbols.fold
        self.query_one("#ramp-caption", Static).update(fold(texts.caption(measured)))
        found = self.query_one(LineList)
        found.show(texts.lines(graphics.terminal, graphics.depth, measured), found.cursor)

    def action_change(self) -> None:
        self.query_one(LineList).action_choose()

    @on(LineList.Chosen)
    def try_chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        if event.key in texts.MODES:
            self.console_app.use_graphics(event.key)
            self._say()

    def action_next_mode(self, step: int) -> None:
        graphics = self.console_app.graphics
        if graphics is not None:
            at = texts.MODES.index(graphics.wish) if graphics.wish in texts.MODES else 0
            self.console_app.use_graphics(texts.MODES[(at + step) % len(texts.MODES)])
            self._say()

    def action_measure(self) -> None:
        """Send ramp after ramp for a second, and see how fast they are drawn."""
        if self._timer is None:
            self._shots = _SHOTS
            self._timer = self.set_interval(_SHOT_SECONDS, self._shoot)

    def _shoot(self) -> None:
        self._shots -= 1
        self._draw(self._shots * 7)
        if self._shots <= 0 and self._timer is not None:
            self._timer.stop()
            self._timer = None
            self._draw()

    def action_back(self) -> None:
        self.dismiss()
