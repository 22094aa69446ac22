"""The window of a picture: fitted, chosen from a list, or from a part of the picture."""

from textual import work

from console.i18n import N_, _
from console.model.picture import PictureInfo, Window
from console.model.pipeline import Voi
from console.screens.base import ConsoleScreen
from console.screens.dialogs.ask import Choose
from console.screens.viewer.controls import PlaybackControls
from console.screens.viewer.corners import voi_text

CT_PRESETS: tuple[tuple[str, float, float], ...] = (
    (N_("brain"), 40.0, 80.0),
    (N_("mediastinum"), 50.0, 350.0),
    (N_("abdomen"), 50.0, 400.0),
    (N_("lung"), -600.0, 1500.0),
    (N_("bone"), 500.0, 2000.0),
    (N_("vessels with contrast"), 200.0, 700.0),
)
"""Name, centre, width in HU: for computed tomography, whose values mean the same on every machine."""


def presets(info: PictureInfo) -> tuple[Voi, ...]:
    """Windows that go with the modality, named in the language in force."""
    if info.modality != "CT" or info.grayscale is None:
        return ()
    return tuple(Window(center, width, "LINEAR", _(name), "preset") for name, center, width in CT_PRESETS)


class WindowChoosing(PlaybackControls, ConsoleScreen):
    """The part of the viewer that finds a window."""

    def action_automatic(self) -> None:
        if self.playback is not None:
            self.playback.automatic()

    def action_region(self) -> None:
        if self.playback is None or self.playback.info.grayscale is None:
            self.notify(_("There is no window for colour."), markup=False)
        else:
            self.ask_rectangle(self._window_over)

    def _window_over(self, first: tuple[float, float], second: tuple[float, float]) -> None:
        if self.playback is not None and not self.playback.window_over(first, second):
            self.notify(
                _("No window from there: the part must lie in the picture, and the frame must not be subtracted."),
                severity="warning",
                markup=False,
            )

    @work(exclusive=True, group="choose")
    async def action_windows(self) -> None:
        playback = self.playback
        if playback is None:
            return
        choices = (*playback.windows, *presets(playback.info))
        if not choices:
            self.notify(_("There is no window for colour."), markup=False)
            return
        now = playback.state().window
        at = choices.index(now) if now in choices else 0
        chosen = await self.app.push_screen_wait(Choose(_("Window"), [voi_text(choice) for choice in choices], at))
        if chosen is not None and self.playback is playback:
            playback.set_window(choices[chosen])
