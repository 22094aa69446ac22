"""Decoded frames of one cine, filled ahead of the player and bounded in bytes.

One daemon thread asks the helper process for the frame that the player will want next. Nothing is ever queued: when
the operator jumps, the next frame fetched is one near the new place.
"""

import threading
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from console.errors import ConsoleError
from console.model.picture import PictureInfo

CACHE_BYTES = 160 * 1024 * 1024
"""Decoded frames kept for one picture: 640 frames of 512x512 8-bit, so most cines decode once."""

Frame = NDArray[np.generic] | ConsoleError
"""Pixels, or why there are none."""


class FrameReader(Protocol):
    """Where frames come from: the helper process, or the pages of a document."""

    def frame(self, info: PictureInfo, number: int) -> NDArray[np.generic]:
        """Frame `number` (from 1). Raises ConsoleError."""
        ...


class FrameFeed:
    """Frames by number (from 1), those near the player first. Thread-safe."""

    def __init__(
        self,
        reader: FrameReader,
        info: PictureInfo,
        ready: Callable[[], None],
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self._reader = reader
        self._info = info
        self._ready = ready
        self._cache_bytes = cache_bytes
        self._frames: dict[int, Frame] = {}
        self._bytes = 0
        self._position = 1
        self._condition = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._fill, name="frame-feed", daemon=True)
        self._thread.start()

    @property
    def cached(self) -> int:
        """How many frames are decoded and held."""
        return len(self._frames)

    def want(self, number: int) -> Frame | None:
        """Frame `number` if it is there; else None, and the feed turns to it (and to those behind it) next."""
        with self._condition:
            if self._position != number:
                self._position = number
                self._condition.notify_all()
            return self._frames.get(number)

    def held(self, number: int) -> Frame | None:
        """Frame `number` if it is there; the feed goes on where it was."""
        with self._condition:
            return self._frames.get(number)

    def latest(self, after: int, until: int) -> int | None:
        """The newest frame held in the stretch behind `after` up to `until`, going round the loop; None if none is."""
        with self._condition:
            stretch = (until - after) % self._info.frames
            for back in range(stretch):
                number = (until - back - 1) % self._info.frames + 1
                if number in self._frames:
                    return number
            return None

    def close(self) -> None:
        """Stop filling; the frame being decoded is dropped when it comes."""
        with self._condition:
            self._closed = True
            self._frames.clear()
            self._condition.notify_all()

    def _fill(self) -> None:
        while True:
            with self._condition:
                number = self._next()
                while number is None and not self._closed:
                    self._condition.wait()
                    number = self._next()
                if self._closed or number is None:
                    return
            frame = self._decode(number)
            with self._condition:
                if self._closed:
                    return
                self._keep(number, frame)
            self._ready()

    def _decode(self, number: int) -> Frame:
        try:
            return self._reader.frame(self._info, number)
        except ConsoleError as error:
            return error

    def _next(self) -> int | None:
        """The first missing frame from the player on, as far ahead as the cache holds; None when all is there."""
        frames = self._info.frames
        largest = self._bytes // len(self._frames) if self._frames else 0
        room = frames if largest == 0 else max(min(frames, self._cache_bytes // largest), 2)
        if len(self._frames) >= frames:
            return None
        for ahead in range(room):
            number = (self._position + ahead - 1) % frames + 1
            if number not in self._frames:
                return number
        return None

    def _keep(self, number: int, frame: Frame) -> None:
        self._frames[number] = frame
        self._bytes += _size(frame)
        while self._bytes > self._cache_bytes and len(self._frames) > 2:
            # Farthest ahead of the player is the same as just behind it: the frame needed last.
            farthest = max(self._frames, key=lambda held: (held - self._position) % self._info.frames)
            if farthest == number:
                break
            self._bytes -= _size(self._frames.pop(farthest))


def _size(frame: Frame) -> int:
    return frame.nbytes if isinstance(frame, np.ndarray) else 1024
