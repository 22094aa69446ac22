"""Frames ahead of the player: the nearest first, bounded in bytes, an error in the place of its frame."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from console.dicom.feed import FrameFeed
from console.dicom.reader import PictureReader
from console.errors import DecodeError
from console.model.picture import PictureInfo
from tests.phantoms import write_cine


class SlowReader(PictureReader):
    """Hands out a frame each time the test opens the gate, and remembers the order in which they were asked for."""

    def __init__(self, fails: int = 0) -> None:
        super().__init__()
        self.asked: list[int] = []
        self.gate = threading.Semaphore(0)
        self.arrived = threading.Semaphore(0)
        self._fails = fails

    def frame(self, info: PictureInfo, number: int, deadline: float = 5.0) -> NDArray[Any]:
        self.asked.append(number)
        self.arrived.release()
        assert self.gate.acquire(timeout=10)
        if number == self._fails:
            raise DecodeError("Damaged", f"Frame {number} is damaged.")
        return np.full((100, 100), number, np.uint8)


@pytest.fixture
def info(tmp_path: Path) -> PictureInfo:
    path = tmp_path / "run.dcm"
    write_cine(path, frames=12)
    reader = PictureReader()
    try:
        return reader.open(path)
    finally:
        reader.close()


def run(feed_of: Callable[[Callable[[], None]], FrameFeed]) -> tuple[FrameFeed, threading.Semaphore]:
    ready = threading.Semaphore(0)
    return feed_of(ready.release), ready


def let(reader: SlowReader, ready: threading.Semaphore, count: int) -> None:
    """Let `count` frames through and wait until each is held."""
    for _frame in range(count):
        assert reader.arrived.acquire(timeout=10)
        reader.gate.release()
        assert ready.acquire(timeout=10)


def test_the_frame_the_player_wants_comes_next_wherever_it_jumps(info: PictureInfo) -> None:
    reader = SlowReader()
    feed, ready = run(lambda tell: FrameFeed(reader, info, tell))
    let(reader, ready, 2)
    # WHEN the player jumps while frame 3 is being decoded
    assert reader.arrived.acquire(timeout=10)
    assert feed.want(9) is None
    reader.gate.release()
    assert ready.acquire(timeout=10)
    let(reader, ready, 2)
    # THEN the frames around the new place come next
    assert reader.asked[:5] == [1, 2, 3, 9, 10]
    frame = feed.want(9)
    assert isinstance(frame, np.ndarray)
    assert frame[0, 0] == 9
    feed.close()
    reader.gate.release(20)


def test_a_whole_cine_is_decoded_once_and_then_nobody_works(info: PictureInfo) -> None:
    reader = SlowReader()
    feed, ready = run(lambda tell: FrameFeed(reader, info, tell))
    let(reader, ready, 12)
    for number in range(1, 13):
        assert feed.want(number) is not None
    assert not reader.arrived.acquire(timeout=0.2)
    assert sorted(reader.asked) == list(range(1, 13))
    assert feed.cached == 12
    feed.close()


def test_the_cache_keeps_to_its_bytes_and_to_what_lies_ahead(info: PictureInfo) -> None:
    # GIVEN room for four frames of 10,000 bytes
    reader = SlowReader()
    feed, ready = run(lambda tell: FrameFeed(reader, info, tell, cache_bytes=40_000))
    let(reader, ready, 4)
    assert not reader.arrived.acquire(timeout=0.2)
    # WHEN the player goes on THEN the frames behind it make room for those ahead
    feed.want(3)
    let(reader, ready, 2)
    assert feed.cached == 4
    assert reader.asked == [1, 2, 3, 4, 5, 6]
    for number in (3, 4, 5, 6):
        assert feed.want(number) is not None, number
    feed.close()
    reader.gate.release(20)


def test_a_damaged_frame_is_its_error_and_the_others_are_there(info: PictureInfo) -> None:
    reader = SlowReader(fails=2)
    feed, ready = run(lambda tell: FrameFeed(reader, info, tell))
    let(reader, ready, 3)
    assert isinstance(feed.want(2), DecodeError)
    assert isinstance(feed.want(3), np.ndarray)
    feed.close()
    reader.gate.release(20)


def test_a_cine_that_goes_backwards_is_read_backwards_and_keeps_what_comes_next(info: PictureInfo) -> None:
    # GIVEN room for three frames, and a player that stands on frame 8 and goes backwards
    reader = SlowReader()
    feed, ready = run(lambda tell: FrameFeed(reader, info, tell, cache_bytes=30_000))
    assert reader.arrived.acquire(timeout=10)
    feed.want(8)
    feed.go(backwards=True)
    reader.gate.release()
    assert ready.acquire(timeout=10)
    # WHEN it reads on THEN the frames before 8 come next, and frame 1 gives way to them
    let(reader, ready, 3)
    assert reader.asked == [1, 8, 7, 6]
    assert [number for number in range(1, 13) if feed.held(number) is not None] == [6, 7, 8]
    feed.close()
    reader.gate.release(20)


def test_closing_ends_the_thread_even_while_a_frame_is_on_its_way(info: PictureInfo) -> None:
    reader = SlowReader()
    feed, _ready = run(lambda tell: FrameFeed(reader, info, tell))
    assert reader.arrived.acquire(timeout=10)
    feed.close()
    reader.gate.release()
    feed._thread.join(timeout=10)
    assert not feed._thread.is_alive()
    assert feed.cached == 0
