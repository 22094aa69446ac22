"""What keys and mouse do to the picture: each action is one call of the playback."""

from collections.abc import Callable, Iterator

from textual import on

from console.playback import Playback
from console.screens.viewer.pointing import Pointing
from console.widgets.frame_view import FrameView


class PlaybackControls(Pointing):
    """The part of the viewer between the operator's hand and the playback."""

    def everyone(self) -> Iterator[Playback]:
        """The cines that go together, the one with the keys first."""
        if self.playback is not None:
            yield self.playback

    def owns(self, source: str) -> bool:
        """Whether a view is the one with the keys."""
        return True

    def activate(self, view: str) -> None:
        """Give the keys to another picture."""

    def action_play(self) -> None:
        if self.playback is None:
            return
        wanted, now = not self.playback.state().playing, self.playback.now()
        self._together(lambda playback: playback.play(wanted, now), align=wanted)
        if not wanted:
            self._together(lambda playback: None, align=True)

    def action_step(self, count: int) -> None:
        if self.playback is not None:
            self.playback.step(count)
            self._together(lambda playback: None, align=True)

    def action_seek(self, number: int) -> None:
        if self.playback is not None:
            self.playback.seek(number)
            self._together(lambda playback: None, align=True)

    def action_speed(self, step: int) -> None:
        self._together(lambda playback: playback.speed(step))

    def _together(self, act: Callable[[Playback], None], *, align: bool = False) -> None:
        """Do the same to all cines; with `align` the others go to the frame of the first before."""
        first = None
        for playback in self.everyone():
            if first is None:
                first = playback.state().frame
            elif align:
                playback.seek(first)
            act(playback)

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
        if self.playback is None or not self.owns(event.source):
            return
        if not event.panning and self.mouse_at(event.at):
            return
        view = self.query_one(f"#{event.source}", FrameView).size
        if event.panning:
            self.playback.pan(-event.across / max(view.width, 1), -event.down / max(view.height, 1))
        else:
            self.playback.adjust_window(2 * event.down, event.across)

    @on(FrameView.Pressed)
    def pressed(self, event: FrameView.Pressed) -> None:
        event.stop()
        if event.down and not self.owns(event.source):
            self.activate(event.source)
            return
        self.mouse_pressed(event.at, event.down)

    @on(FrameView.Pointed)
    def pointed(self, event: FrameView.Pointed) -> None:
        event.stop()
        if not self.points and self.owns(event.source):
            self.mouse_at(event.at)

    @on(FrameView.Scrolled)
    def scrolled(self, event: FrameView.Scrolled) -> None:
        event.stop()
        if self.playback is not None and self.owns(event.source):
            self.playback.zoom(event.steps, event.at)
