"""What keys and mouse do to the picture: each action is one call of the playback."""

from textual import on
from textual.widget import Widget

from console.playback import Playback
from console.widgets.frame_view import FrameView


class PlaybackControls(Widget):
    """The part of the viewer between the operator's hand and the playback."""

    playback: Playback | None = None
    """The open picture; None while nothing is open."""

    def action_play(self) -> None:
        if self.playback is not None:
            self.playback.toggle()

    def action_step(self, count: int) -> None:
        if self.playback is not None:
            self.playback.step(count)

    def action_seek(self, number: int) -> None:
        if self.playback is not None:
            self.playback.seek(number)

    def action_speed(self, step: int) -> None:
        if self.playback is not None:
            self.playback.speed(step)

    def action_next_window(self) -> None:
        if self.playback is not None:
            self.playback.next_window()

    def action_invert(self) -> None:
        if self.playback is not None:
            self.playback.invert()

    def action_turn(self) -> None:
        if self.playback is not None:
            self.playback.turn()

    def action_mirror(self) -> None:
        if self.playback is not None:
            self.playback.mirror()

    def action_actual(self) -> None:
        if self.playback is not None:
            self.playback.actual()

    def action_level(self, steps: int) -> None:
        if self.playback is not None:
            self.playback.adjust_window(steps, 0)

    def action_contrast(self, steps: int) -> None:
        if self.playback is not None:
            self.playback.adjust_window(0, 2 * steps)

    def action_zoom(self, steps: int) -> None:
        if self.playback is not None:
            self.playback.zoom(steps)

    def action_fit(self) -> None:
        if self.playback is not None:
            self.playback.fit()

    def action_pan(self, across: int, down: int) -> None:
        if self.playback is not None:
            self.playback.pan(across * 0.1, down * 0.1)

    def action_texts(self) -> None:
        if self.playback is not None:
            self.playback.toggle_texts()

    @on(FrameView.Dragged)
    def dragged(self, event: FrameView.Dragged) -> None:
        event.stop()
        view = self.query_one(FrameView).size
        if self.playback is not None and event.panning:
            self.playback.pan(-event.across / max(view.width, 1), -event.down / max(view.height, 1))
        elif self.playback is not None:
            self.playback.adjust_window(2 * event.down, event.across)

    @on(FrameView.Scrolled)
    def scrolled(self, event: FrameView.Scrolled) -> None:
        event.stop()
        if self.playback is not None:
            self.playback.zoom(event.steps, event.at)
