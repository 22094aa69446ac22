"""The only writer to the terminal: the interface's text in its order and at once, pictures in the gaps.

A thread of its own, in the place of Textual's. Text goes first; a picture is written whole where the line takes it
within `pace.LATENCY`, in pieces with the keys' answers between them where it does not. For each view one picture waits
at most, and none is queued.
"""

import os
import select
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, TypeAlias

from console.graphics.pace import Pace
from console.graphics.pieces import Picture, Uncut

BEGIN = b"\x1b[?2026h\x1b7"
"""A picture begins: no flicker where the terminal knows synchronized updates; the cursor is kept."""
END = b"\x1b8\x1b[?2026l"
ASK_ROW = 2
"""Row of the cursor when it is asked for: no key's sequence looks like that (ctrl+F3 is `CSI 1 ; 5 R`)."""

_QUESTIONS = 32
"""Questions are told apart by the cursor's column."""

_CHUNK = 64 * 1024
"""Bytes handed to the system at once."""
_WINDOWS_CHUNK = 8 * 1024
"""Characters, in a Windows console: larger writes stall Windows Terminal (microsoft/terminal 11794)."""

_MOST_TEXT = 8 * 1024 * 1024
"""Bytes of text that may wait for a terminal that has stopped reading before its writer is made to wait."""


_Portion: TypeAlias = tuple[bytes, int, Callable[[], None] | None, int]
"""What to write, the number of the question at its end or 0, whom to tell, and bytes that are fetched elsewhere."""


@dataclass
class _View:
    """What the writer knows of one view."""

    waiting: tuple[Picture | Uncut, Callable[[], None] | None] | None = None
    drawn: dict[int, bytes] = field(default_factory=dict)
    """Pieces that stand on the terminal, by their place in the picture."""


@dataclass
class _Current:
    """The picture under way."""

    view: object
    picture: Picture | Uncut
    done: Callable[[], None] | None
    at: int = 0
    """Pieces written."""


class Outlet(threading.Thread):
    """Writes to the terminal. Same methods as Textual's WriterThread, and those for pictures."""

    def __init__(self, file: IO[str]) -> None:
        super().__init__(daemon=True, name="terminal-output")
        self._file = file
        self._condition = threading.Condition()
        self._texts: list[bytes] = []
        self._text_bytes = 0
        self._views: OrderedDict[object, _View] = OrderedDict()
        self._current: _Current | None = None
        self._stopping = False
        self._broken = False
        self._holds = 0
        self._pace = Pace()
        self._asked = 0

    # As Textual knows it

    def write(self, text: str) -> None:
        """Have `text` written, after all text before it and before any picture."""
        with self._condition:
            while self._text_bytes > _MOST_TEXT and not (self._broken or self._stopping):
                self._condition.wait(0.1)
            if not self._broken:
                data = text.encode("utf-8", "replace")
                self._texts.append(data)
                self._text_bytes += len(data)
                self._condition.notify_all()

    def isatty(self) -> bool:
        """Textual wants to believe so."""
        return True

    def fileno(self) -> int:
        """Of the terminal."""
        return self._file.fileno()

    def flush(self) -> None:
        """Nothing is held back here."""

    def stop(self) -> None:
        """Write the text that is left, no more pictures, and end."""
        with self._condition:
            self._stopping = True
            self._condition.notify_all()
        self.join()

    # Pictures

    def paint(self, view: object, picture: Picture | Uncut, done: Callable[[], None] | None = None) -> None:
        """Have `picture` written for `view`, in the place of one that still waits. `done` is called when it is out."""
        with self._condition:
            self._views.setdefault(view, _View()).waiting = (picture, done)
            self._condition.notify_all()

    def waits(self, view: object) -> bool:
        """True while a picture of `view` has not been begun."""
        with self._condition:
            known = self._views.get(view)
            return known is not None and known.waiting is not None

    def forget(self, view: object) -> None:
        """Other output has been written where the picture stood: the next one is written whole."""
        with self._condition:
            if view in self._views:
                self._views[view].drawn.clear()

    def withdraw(self, view: object, erase: bytes = b"") -> None:
        """Nothing more of `view`; `erase` is written behind what is already under way."""
        with self._condition:
            self._views.pop(view, None)
            current = self._current
            if current is not None and current.view is view:
                if current.at and isinstance(current.picture, Picture):
                    erase = current.picture.abort + erase
                self._current = None
            if erase and not self._broken:
                self._texts.append(erase)
                self._text_bytes += len(erase)
            self._condition.notify_all()

    @contextmanager
    def held(self) -> Iterator[None]:
        """No picture begins or goes on while the compositor writes and says which of them it has hit."""
        with self._condition:
            self._holds += 1
        try:
            yield
        finally:
            with self._condition:
                self._holds -= 1
                self._condition.notify_all()

    # The line

    def measure(self, round_trip: float, *, asks: bool) -> None:
        """What the probe knows: seconds there and back, and whether this terminal answers at all."""
        with self._condition:
            self._pace.round_trip = round_trip
            self._pace.asks = asks

    def answered(self, column: int, row: int) -> bool:
        """The terminal has said where its cursor is, counted from 1; False when nobody here had asked."""
        if row != ASK_ROW:
            return False
        with self._condition:
            self._pace.answered(column)
            self._condition.notify_all()
            return True

    @property
    def rate(self) -> float:
        """Bytes a second that the terminal draws; 0 before it is known."""
        return self._pace.rate

    @property
    def round_trip(self) -> float:
        """The shortest time to an answer, in seconds."""
        return self._pace.round_trip

    # The thread

    def run(self) -> None:
        try:
            while (portion := self._next()) is not None:
                data, asks, finished, weight = portion
                begun = time.monotonic()
                if asks:
                    # Before it is written: what the write itself waits for is the line's time.
                    with self._condition:
                        self._pace.sent(asks, len(data) + weight)
                self._put(data)
                with self._condition:
                    self._pace.wrote(len(data), time.monotonic() - begun)
                if finished is not None:
                    finished()
        finally:
            with self._condition:
                self._broken = True
                self._texts.clear()
                self._condition.notify_all()

    def _next(self) -> _Portion | None:
        """What to write now; None at the end."""
        with self._condition:
            while True:
                if self._texts:
                    data = b"".join(self._texts)
                    self._texts.clear()
                    self._text_bytes = 0
                    self._condition.notify_all()
                    return data, 0, None, 0
                if self._stopping:
                    return None
                patience = None
                if not self._holds and (self._current is not None or self._begin()):
                    if self._pace.wants_echo():
                        number = self._number()
                        return b"\x1b7%b\x1b8" % _ask(number), number, None, 0
                    room = self._pace.room()
                    if room > 0:
                        portion = self._portion(room)
                        if portion is not None:
                            return portion
                        continue
                    patience = self._pace.patience()
                self._condition.wait(patience)

    def _begin(self) -> bool:
        """Take up the next picture, the views in turn."""
        for view, known in self._views.items():
            if known.waiting is not None:
                picture, done = known.waiting
                self._current, known.waiting = _Current(view, picture, done), None
                self._views.move_to_end(view)
                return True
        return False

    def _portion(self, room: int) -> _Portion | None:
        """As many pieces as there is room for, at least one; None when nothing of them has changed."""
        assert self._current is not None
        current, picture = self._current, self._current.picture
        drawn = self._views[current.view].drawn
        if isinstance(picture, Uncut):
            picture = Picture((picture.whole,)) if len(picture.whole) <= room else picture.cut()
            current.picture = picture
        parts: list[bytes] = []
        size = weight = picture.weight if current.at == 0 else 0
        while current.at < len(picture.pieces):
            piece = picture.pieces[current.at]
            if parts and size + len(piece) > room:
                break
            if current.at < picture.joined or drawn.get(current.at) != piece:
                parts.append(piece)
                size += len(piece)
                drawn[current.at] = piece
            current.at += 1
        done = None
        if current.at == len(picture.pieces):
            self._current, done = None, current.done
            for gone in [place for place in drawn if place >= current.at]:
                del drawn[gone]
        if not parts:
            return None if done is None else (b"", 0, done, 0)
        number = self._number() if self._pace.asks else 0
        return b"".join((BEGIN, *parts, _ask(number), END)), number, done, weight

    def _number(self) -> int:
        """Of the next question, from 1."""
        self._asked = self._asked % _QUESTIONS + 1
        return self._asked

    def _put(self, data: bytes) -> None:
        if os.name == "nt":
            text = data.decode("utf-8", "replace")
            for start in range(0, len(text), _WINDOWS_CHUNK):
                self._file.write(text[start : start + _WINDOWS_CHUNK])
                self._file.flush()
            return
        fd = self._file.fileno()
        view = memoryview(data)
        while view:
            try:
                written = os.write(fd, view[:_CHUNK])
            except BlockingIOError:
                select.select([], [fd], [], 1.0)
                continue
            view = view[written:]


def _ask(number: int) -> bytes:
    return b"\x1b[%d;%dH\x1b[6n" % (ASK_ROW, number) if number else b""
