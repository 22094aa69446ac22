"""The way a cine goes, its part that is played, and the frames that are marked as key images."""

from dataclasses import dataclass

from textual import on, work
from textual.message import Message

from console.errors import ConsoleError
from console.i18n import _
from console.key_images import KeyImage, KeyImages
from console.screens.dialogs.ask import Choose
from console.screens.viewer.masking import Masking


class CineKeys(Masking):
    """The part of the viewer that knows frames."""

    _marked: tuple[KeyImage, ...] = ()
    """Key images of what is open."""
    _trimming: int | None = None
    """The frame at which the part begins, until its end is named."""

    @dataclass
    class Marked(Message):
        """The key images of an instance are known."""

        instance: str
        keys: tuple[KeyImage, ...]

    @dataclass
    class NotMarked(Message):
        """They could not be read or kept."""

        error: ConsoleError

    def action_way(self) -> None:
        if self._is_cine() and self.playback is not None:
            self._together(lambda playback: playback.next_way())
            self.notify(
                {"loop": _("Round and round."), "sweep": _("To and fro."), "reverse": _("Backwards.")}[
                    self.playback.state().way
                ],
                markup=False,
            )

    def action_trim(self) -> None:
        """First press: the part begins here. Second: it ends here. Third: all frames again."""
        if not self._is_cine() or self.playback is None:
            return
        state = self.playback.state()
        if self._trimming is not None:
            first, self._trimming = self._trimming, None
            self._together(lambda playback: playback.trim(first, state.frame))
        elif state.trim != (1, self.playback.info.frames):
            self.action_untrim()
        else:
            self._trimming = state.frame
            sentence = _("The part begins at frame {frame}; go to its end and press again.")
            self.notify(sentence.format(frame=state.frame), markup=False)

    def action_untrim(self) -> None:
        self._trimming = None
        self._together(lambda playback: playback.trim(None, None))

    def _is_cine(self) -> bool:
        if self.playback is None:
            return False
        if self.playback.info.frames < 2 or not self.playback.info.is_cine:
            self.notify(_("This is a single picture, not a cine."), markup=False)
            return False
        return True

    # Key images

    def read_keys(self) -> None:
        """Find out what is marked in what has just been opened."""
        self._marked, self._trimming = (), None
        if self.playback is not None:
            self._read_keys(self.playback.info.sop_instance_uid)

    @work(thread=True, exclusive=True, exit_on_error=False, group="keys", description="reading key images")
    def _read_keys(self, instance: str) -> None:
        try:
            self.post_message(self.Marked(instance, KeyImages(self.services.home, read_only=True).of(instance)))
        except ConsoleError as error:
            self.post_message(self.NotMarked(error))

    @work(thread=True, exit_on_error=False, group="keys", description="keeping a key image")
    def _toggle_key(self, instance: str, frame: int) -> None:
        try:
            preferences = self.services.preferences
            kept = KeyImages(self.services.home, read_only=preferences.read_only)
            keys = kept.toggle(instance, frame, preferences.now.operator, self.services.clock())
            self.post_message(self.Marked(instance, keys))
        except ConsoleError as error:
            self.post_message(self.NotMarked(error))

    def action_key_image(self) -> None:
        if self.playback is not None:
            frame = self.playback.state().frame
            self.action_seek(frame)
            self._toggle_key(self.playback.info.sop_instance_uid, frame)

    @on(Marked)
    def show_marks(self, event: Marked) -> None:
        event.stop()
        if self.playback is not None and self.playback.info.sop_instance_uid == event.instance:
            self._marked = event.keys
            self.playback.mark(frozenset(key.frame for key in event.keys))

    @on(NotMarked)
    def show_no_marks(self, event: NotMarked) -> None:
        event.stop()
        self.console_app.show_error(event.error)

    def action_next_key(self) -> None:
        if self.playback is None:
            return
        frames = [key.frame for key in self._marked]
        if not frames:
            self.notify(_("No frame is marked as a key image; q marks the one shown."), markup=False)
            return
        now = self.playback.state().frame
        self.action_seek(next((frame for frame in frames if frame > now), frames[0]))

    @work(exclusive=True, group="choose")
    async def action_key_list(self) -> None:
        playback, marked = self.playback, self._marked
        if playback is None:
            return
        if not marked:
            self.action_next_key()
            return
        line = _("frame {frame}  {time}  {operator}")
        choices = [line.format(frame=key.frame, time=f"{key.at:%Y-%m-%d %H:%M}", operator=key.by) for key in marked]
        chosen = await self.app.push_screen_wait(Choose(_("Key images"), choices))
        if chosen is not None and self.playback is playback:
            self.action_seek(marked[chosen].frame)
