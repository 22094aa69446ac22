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

import numpy as np
from numpy.typing import NDArray

from console.dicom.feed import CACHE_BYTES, Frame, FrameFeed, FrameReader
from console.dicom.reader import PictureReader
from console.errors import ConsoleError
from console.graphics.encoder import Encoder, Painting
from console.graphics.texts import CellText
from console.look import Look, started
from console.model.cine import Player
from console.model.picture import PictureInfo
from console.model.view import ViewState
from console.painter import Painter
from console.pictures import Pictures
from console.wishes import Wishes

REFINE_SECONDS = 0.15
"""A picture that nobody has changed for so long is painted again with more care, where the encoder can."""
WHOLE_CACHE = CACHE_BYTES
"""Bytes of decoded frames for a picture that is looked at alone."""


_EARLY_FRAMES = 4
"""Frames that are painted ahead of the one that is due, while there is time."""

_EARLY_SECONDS = 0.015
"""Time that must be left until the next frame is due: more than painting takes."""


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


class Playback(Wishes):
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
        cache_bytes: int = WHOLE_CACHE,
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
        self._look = self._start_look = started(info)
        self._first_window = None
        self._keys = frozenset()
        self._choices = ()
        self._first_stored: NDArray[np.generic] | None = None
        self._painted = None
        self._rough = False
        self._refine_at = 0.0
        self._outstanding = False
        self._suspended = False
        self._plays_again = False
        self._closed = False
        self._condition = threading.Condition(threading.RLock())
        self._feed = FrameFeed(frames or reader, info, self._wake, cache_bytes)
        self._thread = threading.Thread(target=self._run, name="playback", daemon=True)
        self._thread.start()

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
                early = None
                while job is None and early is None:
                    if self._closed:
                        return
                    early = self._early_job()
                    if early is None:
                        self._condition.wait(self._patience())
                        job = self._next_job()
                number, frame, look, still = job or early  # type: ignore[misc]  # the loop ends with one of them
                self._outstanding = self._outstanding or job is not None
                state = self._state(number)
            shot = self._make(number, frame, look, state, still)
            with self._condition:
                if self._closed:
                    return
                if job is None:
                    # The painter keeps it; one that cannot be painted would be tried again at once.
                    if shot.error is not None:
                        self._condition.wait(self._patience())
                    continue
            self._deliver(shot)

    def _next_job(self) -> tuple[int, Frame, Look, bool] | None:
        """The frame to paint now, and whether with care; None when nothing is due or ready, or a shot is on its way."""
        if self._closed or self._suspended or self._outstanding or self._look.columns <= 0 or self._look.rows <= 0:
            return None
        number = self._player.frame()
        frame = self._feed.want(number)
        if frame is None and self._player.playing and self._painted is not None:
            passed = self._player.passed(number)
            late = next((between for between in passed if self._feed.held(between) is not None), None)
            if late is not None:
                number, frame = late, self._feed.want(late)
                self._feed.want(self._player.frame())
        if frame is None:
            return None
        if isinstance(frame, np.ndarray) and self._first_stored is None:
            self._start(frame)
        still = self._painted == (number, self._look)
        if still and (not self._rough or self._player.playing or time.monotonic() < self._refine_at):
            return None
        self._painted = (number, self._look)
        self._rough = not still and self._painter.refines
        self._refine_at = time.monotonic() + REFINE_SECONDS
        return number, frame, self._look, still

    def _early_job(self) -> tuple[int, Frame, Look, bool] | None:
        """A frame that will be due soon and can be painted now; None when there is no time, or none is missing."""
        until = self._player.until_next() if self._painted is not None and not self._suspended else None
        if until is None or until < _EARLY_SECONDS:
            return None
        for number in self._player.ahead(self._player.frame(), _EARLY_FRAMES):
            if not self._painter.keeps(number, self._look):
                frame = self._feed.held(number)
                return (number, frame, self._look, False) if isinstance(frame, np.ndarray) else None
        return None

    def _start(self, stored: NDArray[np.generic]) -> None:
        """The first pixels are here: choose the window, and play when that is wished."""
        self._first_stored = stored
        if self.info.grayscale is not None:
            self._choices = self._pictures.windows(self.info, stored)
            self._first_window = self._pictures.first_window(self.info, stored)
            if self._look.window is None:
                self._look = replace(self._look, window=self._first_window)
        if self._autoplay:
            self._player.play()

    def _patience(self) -> float | None:
        if self._suspended or self._outstanding:
            return None
        until = self._player.until_next()
        if until is None and self._rough:
            until = self._refine_at - time.monotonic()
        # A frame that is due but not decoded wakes us through the feed; do not spin meanwhile.
        return None if until is None else max(until, 0.002)

    def _make(self, number: int, frame: Frame, look: Look, state: ViewState, still: bool) -> Shot:
        if isinstance(frame, ConsoleError):
            return Shot(self.info, number, self._painter.sorry(frame, look), frame, state)
        texts = partial(self._texts_of, state, look.columns, look.rows)
        try:
            painting = self._painter.paint(number, frame, look, texts, still=still)
            return Shot(self.info, number, painting, None, state)
        except ConsoleError as error:  # a mask frame or an overlay that cannot be read
            return Shot(self.info, number, self._painter.sorry(error, look), error, state)

    # Small parts

    def _wake(self) -> None:
        with self._condition:
            self._condition.notify_all()

    def _stored(self, number: int) -> NDArray[np.generic]:
        """The values of a mask frame: those that are held, else read anew. Raises ConsoleError."""
        frame = self._feed.held(number)
        if isinstance(frame, np.ndarray):
            return frame
        return self._pictures.reader.frame_now(self.info, number)

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
            zoom=self._look.zoom,
            texts=self._look.texts,
            presentation=self._look.whole,
            orientation=self._painter.orientation(self._look),
            actual=self._look.actual,
            subtracted=self._subtracted(number),
            way=player.way,
            trim=player.trim,
            state=self.info.description.state if self.info.description is not None else "",
            key=number in self._keys,
        )
