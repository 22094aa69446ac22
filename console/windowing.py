"""The part of an open picture that its operator changes, and the windows and tables it is shown with.

Every call returns at once, takes the lock that the painting thread holds too, and may come from any thread.
"""

import math
import threading
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from console.dicom.feed import FrameFeed
from console.dicom.pipeline.renderer import Renderer
from console.dicom.pixels import automatic_window, modality, padding
from console.look import Look
from console.model.cine import Player
from console.model.picture import Grayscale, PictureInfo, Window
from console.model.pipeline import Voi
from console.painter import Painter


class Windowing:
    """How values become grey, as the operator wants it."""

    info: PictureInfo
    _condition: threading.Condition
    _look: Look
    _painter: Painter
    _player: Player
    _renderer: Renderer | None
    _feed: FrameFeed
    _choices: tuple[Voi, ...]
    _autoplay: bool
    _painted: tuple[int, Look] | None
    _start_look: Look
    """What the header, or the presentation state, says of the view."""
    _first_window: Voi | None
    """What the header, or the presentation state, says of the window; None before the first pixels are here."""
    _keys: frozenset[int]
    """Frames that are key images."""

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

    @property
    def windows(self) -> tuple[Voi, ...]:
        """The windows and tables to choose from, in the order of `next_window`; empty for colour."""
        with self._condition:
            return self._choices

    def automatic(self) -> None:
        """The window that fits the values of the frame that is due."""
        with self._condition:
            number = self._player.frame()
            frame = self._feed.held(number)
            if self.info.grayscale is not None and isinstance(frame, np.ndarray) and not self._subtracted(number):
                # A million values are enough, and the operator waits for it.
                step = math.ceil(math.sqrt(max(frame.size / 1_000_000, 1.0)))
                self._use_voi(number, automatic_window(frame[::step, ::step], self.info.grayscale))

    def window_over(self, first: tuple[float, float], second: tuple[float, float]) -> bool:
        """The window that fits the values between two points of the picture; False where there are none to fit.

        A subtracted frame has no stored values to fit.
        """
        with self._condition:
            number = self._player.frame()
            frame = self._feed.held(number)
            if self.info.grayscale is None or not isinstance(frame, np.ndarray) or self._subtracted(number):
                return False
            window = region_window(frame, self.info.grayscale, (*first, *second))
            if window is not None:
                self._use_voi(number, window)
            return window is not None

    def set_window(self, window: Voi) -> None:
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

    def _change(self, **values: Any) -> None:
        with self._condition:
            self._use(replace(self._look, **values))

    def _use(self, look: Look) -> None:
        self._look = look
        self._condition.notify_all()

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


def region_window(
    stored: NDArray[np.generic], grayscale: Grayscale, box: tuple[float, float, float, float]
) -> Window | None:
    """The window that fits the pixels between two points (x0, y0, x1, y1) of the frame; None where there are none."""
    rows, columns = stored.shape[:2]
    left, right = (min(max(edge, 0.0), float(columns)) for edge in sorted(box[::2]))
    top, bottom = (min(max(edge, 0.0), float(rows)) for edge in sorted(box[1::2]))
    part = stored[math.floor(top) : math.ceil(bottom), math.floor(left) : math.ceil(right)]
    if not part.size:
        return None
    # A window needs no more than a million values to be found, and the operator waits for it.
    step = math.ceil(math.sqrt(part.size / 1_000_000)) if part.size > 1_000_000 else 1
    some = part[::step, ::step]
    hidden = padding(some, grayscale)
    shown = some.reshape(-1) if hidden is None else some[~hidden]
    values = np.asarray(modality(shown[np.isfinite(shown)], grayscale), np.float64)
    if not values.size:
        return None
    low, high = (float(value) for value in np.percentile(values, (0.5, 99.5)))
    if stored.dtype.kind == "f":
        return Window((low + high) / 2, max(high - low, 1e-9), "LINEAR_EXACT", "", "region")
    return Window((low + high + 1) / 2, max(high - low + 1, 1.0), "LINEAR", "", "region")
