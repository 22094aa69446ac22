"""What keys and mouse do to the picture: each action is one call of the playback."""

from textual import on

from console.screens.viewer.pointing import Pointing
from console.widgets.frame_view import FrameView


class PlaybackControls(Pointing):
    """The part of the viewer between the operator's hand and the playback."""

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

    def action_level(self, steps: int) -> None:
        if self.playback is not None:
            self.playback.adjust_window(steps, 0)

    def action_contrast(self, steps: int) -> None:
        if self.playback is not None:
            self.playback.adjust_window(0, 2 * steps)

    def action_zoom(self, steps: int) -> None:
        if self.playback is not None and not self.sized_by_key(steps):
            self.playback.zoom(steps)

    def action_fit(self) -> None:
        if self.playback is not None:
            self.playback.fit()

    def action_actual(self) -> None:
        if self.playback is not None:
            self.playback.actual_size()

    def action_turn(self, quarters: int) -> None:
        if self.playback is not None:
            self.playback.turn(quarters)

    def action_flip(self, upside_down: bool) -> None:
        if self.playback is not None:
            self.playback.flip(upside_down=upside_down)

    def action_as_stored(self) -> None:
        if self.playback is not None:
            self.playback.as_stored()

    def action_pan(self, across: int, down: int) -> None:
        if self.playback is not None and not self.moved_by_key(across, down):
            self.playback.pan(across * 0.1, down * 0.1)

    def action_texts(self) -> None:
        if self.playback is not None:
            self.playback.toggle_texts()

    def action_annotations(self) -> None:
        if self.playback is not None:
            self.playback.toggle_annotations()

    @on(FrameView.Dragged)
    def dragged(self, event: FrameView.Dragged) -> None:
        event.stop()
        view = self.query_one(FrameView).size
        if self.playback is None or (not event.panning and self.mouse_at(event.at)):
            return
        if event.panning:
            self.playback.pan(-event.across / max(view.width, 1), -event.down / max(view.height, 1))
        else:
            self.playback.adjust_window(2 * event.down, event.across)

    @on(FrameView.Pressed)
    def pressed(self, event: FrameView.Pressed) -> None:
        event.stop()
        self.mouse_pressed(event.at, event.down)

    @on(FrameView.Pointed)
    def pointed(self, event: FrameView.Pointed) -> None:
        event.stop()
        if not self.points:
            self.mouse_at(event.at)

    @on(FrameView.Scrolled)
    def scrolled(self, event: FrameView.Scrolled) -> None:
        event.stop()
        if self.playback is not None:
            self.playback.zoom(event.steps, event.at)
