"""Turns a picture and the operator's wishes into paintings for the terminal, off the event loop.

One daemon thread: which frame is due (console.model.cine), its pixels (console.dicom.feed), window and polarity
(console.pictures), cut and scaled to the view, encoded (console.graphics). The screen gets a finished `Shot` through a
callback and says when it has painted it; until then no other is made, so nothing queues up behind a slow line.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from console.dicom.feed import Frame, FrameFeed
from console.dicom.reader import PictureReader
from console.errors import ConsoleError
from console.graphics import resample
from console.graphics.encoder import Encoder, Painting
from console.graphics.resample import Geometry, View
from console.graphics.texts import CellText
from console.model.cine import Player, next_speed
from console.model.picture import PictureInfo, Window
from console.pictures import Pictures, Presentation, visible_pixels

ENCODED_BYTES = 64 * 1024 * 1024
"""Finished paintings kept, so that the second loop of a cine costs almost nothing."""

ZOOM_STEP = 1.25
"""Factor of one zoom key press."""


@dataclass(frozen=True)
class ViewState:
    """What the operator sees now, for the corner texts and the cine line."""

    frame: int
    playing: bool
    speed: float
    requested_fps: float
    achieved_fps: float
    dropped: int
    cached: int
    """Frames decoded and held."""
    window: Presentation | None
    inverted: bool
    zoom: float
    """1 shows the whole picture."""
    texts: bool


@dataclass(frozen=True)
class Shot:
    """One finished picture; a frame that cannot be shown is a black one with the reason written on it."""

    info: PictureInfo
    """Whose picture it is."""
    frame: int
    painting: Painting
    error: ConsoleError | None
    state: ViewState


@dataclass(frozen=True)
class _Wish:
    """How the operator wants the picture; two equal wishes give equal paintings of the same frame."""

    columns: int = 0
    rows: int = 0
    window: Presentation | None = None
    inverted: bool = False
    zoom: float = 1.0
    """1 shows the whole picture."""
    center: tuple[float, float] | None = None
    """Image point in the middle of the view; None is the middle of the picture."""
    texts: bool = True
    revision: int = 0
    """Counts changes that only the corner texts show: language, privacy."""


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
        autoplay: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.info = info
        self._encoder = make_encoder()
        self._texts_of = texts_of
        self._deliver = deliver
        self._pictures = Pictures(reader)
        self._player = Player(info.frames, info.rate, clock)
        self._autoplay = autoplay and info.is_cine
        self._wish = _Wish()
        self._choices: tuple[Presentation, ...] = ()
        self._first_stored: NDArray[np.generic] | None = None
        self._encoded: OrderedDict[tuple[int, _Wish], Painting] = OrderedDict()
        self._encoded_bytes = 0
        self._painted: tuple[int, _Wish] | None = None
        self._outstanding = False
        self._suspended = False
        self._plays_again = False
        self._closed = False
        self._condition = threading.Condition(threading.RLock())
        self._feed = FrameFeed(reader, info, self._wake)
        self._thread = threading.Thread(target=self._run, name="playback", daemon=True)
        self._thread.start()

    # What the operator does

    def resize(self, columns: int, rows: int) -> None:
        """The view is `columns` x `rows` cells."""
        self._change(columns=columns, rows=rows)

    def toggle(self) -> None:
        """Play or pause."""
        with self._condition:
            if self._player.playing:
                self._player.pause()
            else:
                self._player.play()
            self._again()

    def step(self, count: int) -> None:
        """Pause and move `count` frames."""
        with self._condition:
            self._player.seek(self._player.frame() + count)
            self._again()

    def seek(self, number: int) -> None:
        """Pause on frame `number`; 0 is the last."""
        with self._condition:
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
                current = self._wish.window
                index = self._choices.index(current) if current in self._choices else -1
                self._change(window=self._choices[(index + 1) % len(self._choices)])

    def set_window(self, window: Window) -> None:
        """Exactly this window."""
        self._change(window=window)

    def adjust_window(self, center_steps: float, width_steps: float) -> None:
        """Shift centre and width by steps of a fiftieth of the width (at least one value)."""
        with self._condition:
            if self.info.grayscale is None:
                return
            current = self._wish.window
            if not isinstance(current, Window):
                current = self._automatic()
                if current is None:
                    return
            step = max(current.width / 50.0, 1.0)
            width = max(current.width + width_steps * step, 1.0)
            center = current.center + center_steps * step
            self._change(window=Window(center, width, current.function, "", "operator"))

    def invert(self) -> None:
        """Swap black and white."""
        self._change(inverted=not self._wish.inverted)

    def zoom(self, steps: int, at: tuple[float, float] | None = None) -> None:
        """Enlarge or shrink around `at`, a place in the view (0..1 across, 0..1 down), or around the middle."""
        with self._condition:
            geometry = self._geometry(self._wish)
            if geometry.empty:
                return
            across, down = at if at is not None else (0.5, 0.5)
            view = resample.zoom(
                _view(self._wish, geometry), geometry, ZOOM_STEP**steps, across * geometry.width, down * geometry.height
            )
            self._look(view, geometry)

    def pan(self, across: float, down: float) -> None:
        """Move the view by a fraction of its own width and height."""
        with self._condition:
            geometry = self._geometry(self._wish)
            if not geometry.empty:
                view = _view(self._wish, geometry)
                self._look(resample.pan(view, geometry, across * geometry.width, down * geometry.height), geometry)

    def fit(self) -> None:
        """The whole picture again."""
        self._change(zoom=1.0, center=None)

    def toggle_texts(self) -> None:
        """Corner texts on or off."""
        self._change(texts=not self._wish.texts)

    def texts_changed(self) -> None:
        """The corner texts say something else now: another language, or privacy."""
        self._change(revision=self._wish.revision + 1)

    # What the screen does

    def painted(self, shot: Shot, *, drawn: bool) -> None:
        """The screen has painted `shot`, or passed it over because the line was still busy (`drawn` False)."""
        with self._condition:
            self._outstanding = False
            if drawn:
                self._player.shown(shot.frame)
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

    @property
    def stored(self) -> NDArray[np.generic] | None:
        """The stored values of the first frame that was decoded; None before."""
        return self._first_stored

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
                number, frame, wish = job
                self._outstanding = True
                state = self._state(number)
            shot = self._make(number, frame, wish, state)
            with self._condition:
                if self._closed:
                    return
            self._deliver(shot)

    def _next_job(self) -> tuple[int, Frame, _Wish] | None:
        """The frame to paint now; None when nothing is due, nothing is ready or the last shot is still on its way."""
        if self._closed or self._suspended or self._outstanding or self._wish.columns <= 0 or self._wish.rows <= 0:
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
        if self._painted == (number, self._wish):
            return None
        self._painted = (number, self._wish)
        return number, frame, self._wish

    def _start(self, stored: NDArray[np.generic]) -> None:
        """The first pixels are here: choose the window, and play when that is wished."""
        self._first_stored = stored
        if self.info.grayscale is not None:
            self._choices = self._pictures.windows(self.info, stored)
            if self._wish.window is None:
                self._wish = replace(self._wish, window=self._pictures.first_window(self.info, stored))
        if self._autoplay:
            self._player.play()

    def _patience(self) -> float | None:
        if self._suspended or self._outstanding:
            return None
        until = self._player.until_next()
        # A frame that is due but not decoded wakes us through the feed; do not spin meanwhile.
        return None if until is None else max(until, 0.002)

    def _make(self, number: int, frame: Frame, wish: _Wish, state: ViewState) -> Shot:
        if isinstance(frame, ConsoleError):
            return Shot(self.info, number, self._sorry(frame, wish), frame, state)
        key = (number, wish)
        painting = self._encoded.get(key)
        if painting is None:
            painting = self._encode(frame, wish, state)
            self._remember(key, painting)
        return Shot(self.info, number, painting, None, state)

    def _encode(self, stored: NDArray[np.generic], wish: _Wish, state: ViewState) -> Painting:
        pixels = visible_pixels(self.info, stored, wish.window, wish.inverted)
        geometry = self._geometry(wish)
        canvas = resample.resample(
            pixels,
            _view(wish, geometry),
            geometry.width,
            geometry.height,
            geometry.pixel_aspect,
            geometry.canvas_aspect,
        )
        texts = self._texts_of(state, wish.columns, wish.rows) if wish.texts else ()
        return self._encoder.encode(canvas, wish.columns, wish.rows, texts)

    def _sorry(self, error: ConsoleError, wish: _Wish) -> Painting:
        width, height = self._encoder.pixel_size(wish.columns, wish.rows)
        text = CellText(wish.rows // 2, 1, error.detail, "warning")
        return self._encoder.encode(np.zeros((height, width), np.uint8), wish.columns, wish.rows, (text,))

    def _remember(self, key: tuple[int, _Wish], painting: Painting) -> None:
        if self._encoded and next(reversed(self._encoded))[1] != key[1]:
            self._encoded.clear()
            self._encoded_bytes = 0
        self._encoded[key] = painting
        self._encoded_bytes += painting.nbytes
        while self._encoded_bytes > ENCODED_BYTES and len(self._encoded) > 1:
            self._encoded_bytes -= self._encoded.popitem(last=False)[1].nbytes

    # Small parts

    def _change(self, **values: object) -> None:
        with self._condition:
            self._wish = replace(self._wish, **values)  # type: ignore[arg-type]  # fields of _Wish by name
            self._condition.notify_all()

    def _again(self) -> None:
        """Something besides the pixels changed (playing, speed): paint once more so that the screen can say so."""
        self._painted = None
        self._condition.notify_all()

    def _wake(self) -> None:
        with self._condition:
            self._condition.notify_all()

    def _automatic(self) -> Window | None:
        automatic = [choice for choice in self._choices if isinstance(choice, Window)]
        return automatic[0] if automatic else None

    def _geometry(self, wish: _Wish) -> Geometry:
        width, height = self._encoder.pixel_size(wish.columns, wish.rows)
        info = self.info
        return Geometry(info.columns, info.rows, width, height, info.pixel_aspect, self._encoder.canvas_aspect)

    def _look(self, view: View, geometry: Geometry) -> None:
        """Keep the zoom relative to the whole picture, so that a resized view shows the same part."""
        zoom = view.scale / geometry.fit_scale
        whole = zoom < 1.001
        self._change(zoom=1.0 if whole else zoom, center=None if whole else (view.center_x, view.center_y))

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
            window=self._wish.window,
            inverted=self._wish.inverted,
            zoom=self._wish.zoom,
            texts=self._wish.texts,
        )


def _view(wish: _Wish, geometry: Geometry) -> View:
    whole = resample.fit(geometry)
    x, y = wish.center if wish.center is not None else (whole.center_x, whole.center_y)
    return resample.clamp(View(x, y, whole.scale * wish.zoom), geometry)
