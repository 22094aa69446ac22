"""What the operator wants of an open picture: each wish is one call, returns at once and changes the `Look`.

The thread that paints is in console.playback; both hold the same lock. Wishes may be called from any thread.
"""

from dataclasses import replace
from typing import Any

from console.dicom.pipeline.masks import item_for
from console.dicom.pipeline.stages import stages
from console.graphics.drawing import Drawn
from console.graphics.turning import mirrored, rotated
from console.look import ByFrame, Look, Loupe
from console.model.cine import WAYS, next_speed
from console.model.pipeline import Presentation, Stage
from console.windowing import Windowing

NUDGE = 0.1
"""Pixels that one key press moves the mask."""


class Wishes(Windowing):
    """The operator's half of a playback."""

    def resize(self, columns: int, rows: int) -> None:
        """The view is `columns` x `rows` cells."""
        self._change(columns=columns, rows=rows)

    def toggle(self) -> None:
        """Play or pause."""
        self.play(not self._player.playing)

    def play(self, wanted: bool, now: float | None = None) -> None:
        """Play or pause; `now` is one reading of the clock for cines that go together."""
        if not self.info.is_cine:
            return
        with self._condition:
            self._autoplay = False
            if wanted:
                self._player.play(now)
            else:
                self._player.pause()
            self._again()

    def now(self) -> float:
        """A reading of the clock that the cine goes by."""
        return self._player.now()

    def step(self, count: int) -> None:
        """Pause and move `count` frames."""
        with self._condition:
            self._autoplay = False
            self._player.seek(self._player.frame() + count)
            self._again()

    def seek(self, number: int) -> None:
        """Pause on frame `number`; 0 is the last."""
        with self._condition:
            self._autoplay = False
            self._player.seek(number)
            self._again()

    def speed(self, step: int) -> None:
        """Faster (1) or slower (-1)."""
        with self._condition:
            self._player.set_speed(next_speed(self._player.speed, step))
            self._again()

    @property
    def presentation(self) -> Presentation:
        """What is wanted of the pipeline now, window and polarity included."""
        with self._condition:
            return self._look.whole

    def present(self, presentation: Presentation) -> None:
        """Exactly this: window, polarity, mask, shift, stages switched off. Without a window the old one stays."""
        with self._condition:
            window = presentation.voi or self._look.window
            self._change(window=window, inverted=presentation.inverted, presentation=presentation)

    def invert(self) -> None:
        """Swap black and white."""
        self._change(inverted=not self._look.inverted)

    def zoom(self, steps: int, at: tuple[float, float] = (0.5, 0.5)) -> None:
        """Enlarge or shrink around `at`, a place in the view (0..1 across, 0..1 down)."""
        with self._condition:
            self._use(self._painter.zoomed(self._look, steps, *at))

    def pan(self, across: float, down: float) -> None:
        """Move the view by a fraction of its own width and height."""
        with self._condition:
            self._use(self._painter.panned(self._look, across, down))

    def turn(self, quarters: int) -> None:
        """What is on the screen, a quarter further clockwise for each."""
        with self._condition:
            self._change(orientation=rotated(self._look.orientation, quarters))

    def flip(self, *, upside_down: bool = False) -> None:
        """What is on the screen, left and right (or top and bottom) exchanged."""
        with self._condition:
            self._change(orientation=mirrored(self._look.orientation, upside_down=upside_down))

    def actual_size(self) -> None:
        """One pixel of the screen for each column of the picture."""
        with self._condition:
            self._use(self._painter.actual(self._look))

    def image_point(self, across: float, down: float) -> tuple[float, float] | None:
        """The point of the picture as it is stored under a place in the view; None before there is a view."""
        with self._condition:
            return self._painter.image_point(self._look, across, down)

    def view_point(self, x: float, y: float) -> tuple[float, float] | None:
        """The inverse of `image_point`."""
        with self._condition:
            return self._painter.view_point(self._look, x, y)

    def magnify(self, loupe: Loupe | None) -> None:
        """Show a place larger, or no longer."""
        self._change(loupe=loupe)

    @property
    def loupe(self) -> Loupe | None:
        """What is shown larger."""
        with self._condition:
            return self._look.loupe

    def draw(self, drawn: Drawn) -> None:
        """Lines and words to lie over the picture, in points of the picture as it is stored."""
        self._change(drawn=drawn)

    def draw_by_frame(self, frames: ByFrame) -> None:
        """Lines and words to lie over single frames."""
        self._change(by_frame=frames)

    def toggle_annotations(self) -> None:
        """What a presentation state has drawn: on or off."""
        with self._condition:
            self._change(annotations=not self._look.annotations)

    @property
    def look(self) -> Look:
        """Everything that is wished of the picture."""
        with self._condition:
            return self._look

    # Subtraction, and the other stages

    def stages(self) -> tuple[Stage, ...]:
        """What the frame that is due goes through, and why; nothing for what is no picture."""
        with self._condition:
            number, settings = self._player.frame(), self._look.whole
        description = self.info.description
        return () if description is None else stages(description, settings, number)

    def subtract(self) -> None:
        """Less the mask, or as it stands."""
        with self._condition:
            self.subtract_always(not self._subtracted(self._player.frame()))

    def subtract_always(self, wanted: bool) -> None:
        """Less the mask (True), or as it stands."""
        self._set(subtracted=wanted)

    def mask_here(self) -> None:
        """The frame that is due becomes the mask."""
        with self._condition:
            self._set(mask_frames=(self._player.frame(),), subtracted=True)

    def nudge(self, down: float, right: float) -> None:
        """Move the mask by so many steps of NUDGE."""
        with self._condition:
            shift = self._look.presentation.shift
            self._set(shift=(round(shift[0] + down * NUDGE, 6), round(shift[1] + right * NUDGE, 6)))

    def unshift(self) -> None:
        """The mask where the header puts it."""
        self._set(shift=(0.0, 0.0))

    def show_mask(self, percent: float) -> None:
        """Let more (or less) of the mask shine through."""
        with self._condition:
            now = self._look.presentation.visibility
            if now is None:
                mask = None
                if self.info.description is not None:
                    mask = item_for(self.info.description, self._player.frame())
                now = mask.visibility if mask is not None else 0.0
            self._set(visibility=min(max(now + percent, 0.0), 100.0))

    def switch(self, stage: str) -> None:
        """Leave out a stage of console.model.pipeline.SWITCHES, or take it in again."""
        with self._condition:
            self._set(off=self._look.presentation.off ^ {stage})

    def as_stored(self) -> None:
        """As the header, or the presentation state, wants it; what was drawn stays."""
        with self._condition:
            start = self._start_look
            choices = [self._first_window] if self._first_window is not None else []
            self._use(
                replace(
                    start,
                    columns=self._look.columns,
                    rows=self._look.rows,
                    texts=self._look.texts,
                    revision=self._look.revision,
                    drawn=self._look.drawn,
                    by_frame=self._look.by_frame,
                    window=choices[0] if choices else None,
                )
            )

    # The cine's way

    def next_way(self) -> None:
        """Round and round, to and fro, backwards."""
        with self._condition:
            way = WAYS[(WAYS.index(self._player.way) + 1) % len(WAYS)]
            self._player.set_way(way)
            self._feed.go(way == "reverse")
            self._again()

    def trim(self, first: int | None, last: int | None) -> None:
        """Play only a part; None leaves an end where it is, and both take the trim away."""
        with self._condition:
            now = (1, self.info.frames) if first is last is None else self._player.trim
            self._player.set_trim(now[0] if first is None else first, now[1] if last is None else last)
            self._again()

    def mark(self, frames: frozenset[int]) -> None:
        """The frames that are key images."""
        with self._condition:
            self._keys = frames
            self._change(revision=self._look.revision + 1)

    def fit(self) -> None:
        """The whole picture again."""
        self._change(zoom=1.0, center=None, area=None, actual=False)

    def toggle_texts(self) -> None:
        """Corner texts on or off."""
        self._change(texts=not self._look.texts)

    def texts_changed(self) -> None:
        """The corner texts say something else now: another language, or privacy."""
        self._change(revision=self._look.revision + 1)

    # Small parts

    def _set(self, **values: Any) -> None:
        """Change what is wanted of the pipeline."""
        with self._condition:
            self._change(presentation=replace(self._look.presentation, **values))

    def _again(self) -> None:
        """Something besides the pixels changed (playing, speed): paint once more so that the screen can say so."""
        self._painted = None
        self._condition.notify_all()
