"""Turns a picture and the operator's wishes into paintings for the terminal, off the event loop.

One daemon thread: which frame is due (console.model.cine), its pixels (console.dicom.feed), its painting
(console.painter). The screen gets a finished `Shot` through a callback and says when it has painted it; until then no
other is made, so nothing queues up behind a slow line.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from console.dicom.feed import Frame, FrameFeed, FrameReader
from console.dicom.reader import PictureReader
from console.errors import ConsoleError
from console.graphics.encoder import Encoder, Painting
from console.graphics.texts import CellText
from console.model.cine import Player, next_speed
from console.model.picture import PictureInfo, Window
from console.model.pipeline import Presentation, Voi
from console.model.view import ViewState
from console.painter import Look, Painter
from console.pictures import Pictures


@dataclass(frozen=True)
class Shot:
    """One finished picture; a frame that cannot be shown is a black one with the reason written on it."""

    info: PictureInfo
    """Whose picture it is."""
    frame: int
    painting: Painting
    error: ConsoleError | None
    state: ViewState


TextsOf = Callable[[ViewState, int, int], Sequence[CellText]]
"""Corner texts for a state and a size in cells, columns and rows."""


class Playback:
    """One open picture. All methods return at once and may be called from any thread."""

    def __init__(
        self,
        reader: PictureReader,
        info: PictureInfo,
        make_encoder: Callable[[], Encoder],
        texts_of: TextsOf,
        deliver: Callable[[Shot], None],
        *,
        frames: FrameReader | None = None,
        autoplay: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`frames` gives them instead of `reader`, for what is shown like a picture and is none."""
        self.info = info
        self._texts_of = texts_of
        self._deliver = deliver
        self._pictures = Pictures(reader)
        self._renderer = self._pictures.renderer(info, self._stored) if frames is None else None
        self._painter = Painter(info, make_encoder(), self._renderer)
        self._player = Player(info.frames, info.rate, clock)
        self._autoplay = autoplay and info.is_cine
        self._look = Look()
        self._choices: tuple[Voi, ...] = ()
        self._first_stored: NDArray[np.generic] | None = None
        self._painted: tuple[int, Look] | None = None
        self._outstanding = False
        self._suspended = False
        self._plays_again = False
        self._closed = False
        self._condition = threading.Condition(threading.RLock())
        self._feed = FrameFeed(frames or reader, info, self._wake)
        self._thread = threading.Thread(target=self._run, name="playback", daemon=True)
        self._thread.start()

    # What the operator does

    def resize(self, columns: int, rows: int) -> None:
        """The view is `columns` x `rows` cells."""
        self._change(columns=columns, rows=rows)

    def toggle(self) -> None:
        """Play or pause."""
        if not self.info.is_cine:
            return
        with self._condition:
            self._autoplay = False
            if self._player.playing:
                self._player.pause()
            else:
                self._player.play()
            self._again()

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

    def next_window(self) -> None:
        """The next window of the header, then automatic, then the full range, and round again."""
        with self._condition:
            if self._choices:
                number = self._player.frame()
                current, choices = self._window(number), self._choices
                if self._renderer is not None and self._subtracted(number):
                    plain = replace(self._look.whole, difference=None)
                    choices = tuple(dict.fromkeys((self._renderer.difference(number, plain), *choices)))
                index = choices.index(current) if current in choices else -1
                self._use_voi(number, choices[(index + 1) % len(choices)])

    def set_window(self, window: Window) -> None:
        """Exactly this window: for the differences where a frame is subtracted."""
        with self._condition:
            self._use_voi(self._player.frame(), window)

    def adjust_window(self, center_steps: float, width_steps: float) -> None:
        """Shift centre and width by steps of a fiftieth of the width (at least one value).

        On a subtracted frame it is the window of the differences.
        """
        with self._condition:
            if self.info.grayscale is None:
                return
            number = self._player.frame()
            current = self._window(number)
            if not isinstance(current, Window):
                current = self._automatic()
                if current is None:
                    return
            step = max(current.width / 50.0, 1.0)
            width = max(current.width + width_steps * step, 1.0)
            center = current.center + center_steps * step
            self._use_voi(number, Window(center, width, current.function, "", "operator"))

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

    def turn(self, quarters: int = 1) -> None:
        """Turn the picture clockwise by quarters; the whole of it is shown again."""
        with self._condition:
            self._change(turns=(self._look.turns + quarters) % 4, zoom=1.0, center=None)

    def mirror(self) -> None:
        """Swap left and right."""
        self._change(mirrored=not self._look.mirrored, zoom=1.0, center=None)

    def actual(self) -> None:
        """One pixel of the picture on one of the view."""
        with self._condition:
            self._use(self._painter.actual(self._look))

    def zoom(self, steps: int, at: tuple[float, float] = (0.5, 0.5)) -> None:
        """Enlarge or shrink around `at`, a place in the view (0..1 across, 0..1 down)."""
        with self._condition:
            self._use(self._painter.zoomed(self._look, steps, *at))

    def pan(self, across: float, down: float) -> None:
        """Move the view by a fraction of its own width and height."""
        with self._condition:
            self._use(self._painter.panned(self._look, across, down))

    def fit(self) -> None:
        """The whole picture again."""
        self._change(zoom=1.0, center=None)

    def toggle_texts(self) -> None:
        """Corner texts on or off."""
        self._change(texts=not self._look.texts)

    def texts_changed(self) -> None:
        """The corner texts say something else now: another language, or privacy."""
        self._change(revision=self._look.revision + 1)

    # What the screen does

    def painted(self, shot: Shot, *, drawn: bool) -> None:
        """The screen has painted `shot`, or passed it over because the line was still busy (`drawn` False)."""
        with self._condition:
            self._outstanding = False
            if drawn:
                self._player.shown(shot.frame)
            elif not self._player.playing:
                self._painted = None
            self._condition.notify_all()

    def suspend(self) -> None:
        """Nobody looks: stand still until `resume`."""
        with self._condition:
            if not self._suspended:
                self._suspended, self._plays_again = True, self._player.playing
                self._player.pause()

    def resume(self) -> None:
        """Somebody looks again."""
        with self._condition:
            if self._suspended:
                self._suspended = False
                if self._plays_again:
                    self._player.play()
                self._again()

    def close(self) -> None:
        """End both threads; no shot is delivered afterwards."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
        self._feed.close()

    def state(self) -> ViewState:
        """What is seen now."""
        with self._condition:
            return self._state(self._player.frame())

    # The thread

    def _run(self) -> None:
        while True:
            with self._condition:
                job = self._next_job()
                while job is None:
                    if self._closed:
                        return
                    self._condition.wait(self._patience())
                    job = self._next_job()
                number, frame, look = job
                self._outstanding = True
                state = self._state(number)
            shot = self._make(number, frame, look, state)
            with self._condition:
                if self._closed:
                    return
            self._deliver(shot)

    def _next_job(self) -> tuple[int, Frame, Look] | None:
        """The frame to paint now; None when nothing is due, nothing is ready or the last shot is still on its way."""
        if self._closed or self._suspended or self._outstanding or self._look.columns <= 0 or self._look.rows <= 0:
            return None
        number = self._player.frame()
        frame = self._feed.want(number)
        if frame is None and self._player.playing and self._painted is not None:
            late = self._feed.latest(self._painted[0], number)
            if late is not None:
                number, frame = late, self._feed.want(late)
                self._feed.want(self._player.frame())
        if frame is None:
            return None
        if isinstance(frame, np.ndarray) and self._first_stored is None:
            self._start(frame)
        if self._painted == (number, self._look):
            return None
        self._painted = (number, self._look)
        return number, frame, self._look

    def _start(self, stored: NDArray[np.generic]) -> None:
        """The first pixels are here: choose the window, and play when that is wished."""
        self._first_stored = stored
        if self.info.grayscale is not None:
            self._choices = self._pictures.windows(self.info, stored)
            if self._look.window is None:
                self._look = replace(self._look, window=self._pictures.first_window(self.info, stored))
        if self._autoplay:
            self._player.play()

    def _patience(self) -> float | None:
        if self._suspended or self._outstanding:
            return None
        until = self._player.until_next()
        # A frame that is due but not decoded wakes us through the feed; do not spin meanwhile.
        return None if until is None else max(until, 0.002)

    def _make(self, number: int, frame: Frame, look: Look, state: ViewState) -> Shot:
        if isinstance(frame, ConsoleError):
            return Shot(self.info, number, self._painter.sorry(frame, look), frame, state)
        texts = partial(self._texts_of, state, look.columns, look.rows)
        try:
            return Shot(self.info, number, self._painter.paint(number, frame, look, texts), None, state)
        except ConsoleError as error:  # a mask frame or an overlay that cannot be read
            return Shot(self.info, number, self._painter.sorry(error, look), error, state)

    # Small parts

    def _change(self, **values: Any) -> None:
        with self._condition:
            self._use(replace(self._look, **values))

    def _use(self, look: Look) -> None:
        self._look = look
        self._condition.notify_all()

    def _again(self) -> None:
        """Something besides the pixels changed (playing, speed): paint once more so that the screen can say so."""
        self._painted = None
        self._condition.notify_all()

    def _wake(self) -> None:
        with self._condition:
            self._condition.notify_all()

    def _stored(self, number: int) -> NDArray[np.generic]:
        """The values of a mask frame: those that are held, else read anew. Raises ConsoleError."""
        frame = self._feed.held(number)
        if isinstance(frame, np.ndarray):
            return frame
        return self._pictures.reader.frame_now(self.info, number)

    def _subtracted(self, number: int) -> bool:
        return self._renderer is not None and self._renderer.subtracted(number, self._look.whole)

    def _use_voi(self, number: int, voi: Voi) -> None:
        """Show frames like `number`, subtracted or as they stand, with this."""
        if self._subtracted(number):
            self._change(presentation=replace(self._look.presentation, difference=voi))
        else:
            self._change(window=voi)

    def _window(self, number: int) -> Voi | None:
        """What frame `number` is shown with."""
        if self._renderer is not None and self._subtracted(number):
            return self._renderer.difference(number, self._look.whole)
        return self._look.window

    def _automatic(self) -> Window | None:
        automatic = [choice for choice in self._choices if isinstance(choice, Window)]
        return automatic[0] if automatic else None

    def _state(self, number: int) -> ViewState:
        player = self._player
        return ViewState(
            frame=number,
            playing=player.playing,
            speed=player.speed,
            requested_fps=player.requested_fps,
            achieved_fps=player.achieved_fps(),
            dropped=player.dropped,
            cached=self._feed.cached,
            window=self._window(number),
            inverted=self._look.inverted,
            turns=self._look.turns,
            mirrored=self._look.mirrored,
            zoom=self._look.zoom,
            texts=self._look.texts,
            presentation=self._look.whole,
        )
