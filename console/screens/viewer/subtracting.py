"""The mask under the operator's hand: subtraction on and off, another mask frame, moved by parts of a pixel."""

from dataclasses import replace

from console.i18n import _
from console.model.pipeline import Presentation
from console.screens.viewer.controls import PlaybackControls

NUDGE = 0.25
"""Pixels that one key moves the mask."""
VISIBLE = (None, 10.0, 25.0, 50.0)
"""How much of the mask stays visible, in percent, one after the other; None is the header's."""


class Subtracting(PlaybackControls):
    """The part of the viewer that subtracts a mask."""

    def _present(self, **values: object) -> Presentation | None:
        playback = self.playback
        if playback is None or playback.info.description is None:
            return None
        wanted = replace(playback.presentation, **values)  # type: ignore[arg-type]  # fields of Presentation, by name
        playback.present(wanted)
        return wanted

    def action_subtract(self) -> None:
        """Subtract the mask, or show the frames as they stand."""
        if self.playback is not None:
            self._present(subtracted=not bool(self.playback.presentation.subtracted))

    def action_mask_here(self) -> None:
        """The frame that is shown becomes the mask."""
        if self.playback is None:
            return
        number = self.playback.state().frame
        if self._present(subtracted=True, mask_frames=(number,), shift=(0.0, 0.0)) is not None:
            self.notify(_("Frame {number} is the mask.").format(number=number), timeout=4, markup=False)

    def action_nudge(self, down: int, right: int) -> None:
        """Move the mask by a quarter of a pixel; 0, 0 puts it back."""
        if self.playback is None or not self.playback.presentation.subtracted:
            return
        before = self.playback.presentation.shift
        shift = (before[0] + down * NUDGE, before[1] + right * NUDGE) if down or right else (0.0, 0.0)
        self._present(shift=shift)
        said = _("mask moved by {down:+.2f} down, {right:+.2f} right").format(down=shift[0], right=shift[1])
        self.notify(said, timeout=2, markup=False)

    def action_visibility(self) -> None:
        """How much of the mask stays visible: none, a tenth, a quarter, half of it."""
        if self.playback is None or not self.playback.presentation.subtracted:
            return
        now = self.playback.presentation.visibility
        wanted = VISIBLE[(VISIBLE.index(now) + 1) % len(VISIBLE)] if now in VISIBLE else None
        self._present(visibility=wanted)
        share = _("as the header says") if wanted is None else f"{wanted:.0f} %"
        self.notify(_("mask visible: {share}").format(share=share), timeout=3, markup=False)
