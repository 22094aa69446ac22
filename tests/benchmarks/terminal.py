"""The way to the terminal: processor time of a frame, and what a line of a given speed makes of a cine.

The terminal is a pseudo-terminal whose reader takes so many bytes a second, no more, and answers questions when it has
come to them, as a terminal at the end of a slow line does.
"""

import fcntl
import os
import re
import select
import statistics
import struct
import termios
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import psutil

from tests.benchmarks.figures import COLUMNS, CONSOLE, ROWS, Figure, _environ, _sample
from tests.terminal import Session
from tests.unit.dicom.pipeline.makers import grey_object

CELL = (7, 14)
"""Pixels of a cell: the picture is 756 pixels high, as in knowledge of the field's usual window."""
_SECONDS = 20.0
_STATE = re.compile(r"target (\d+\.?\d*) fps · (\d+\.?\d*) shown(?: · (\d+) dropped)?")
_ESCAPES = re.compile(rb"\x1b\[[0-9;?>=$]*[ -/]*[@-~]|\x1b[78=>]|\x1b[P_][^\x1b]*\x1b\\")
_QUESTION = re.compile(rb"\x1b\[(\d+);(\d+)H\x1b\[6n")
_TICK = 0.004


class Line:
    """The console at the end of a line of `rate` bytes a second; 0 is as fast as it can be read."""

    def __init__(self, words: Sequence[str], rate: float) -> None:
        self._session = Session([*CONSOLE, *words], COLUMNS, ROWS + 4, _environ())
        self.master = self._session.master
        size = struct.pack("HHHH", ROWS + 4, COLUMNS, COLUMNS * CELL[0], (ROWS + 4) * CELL[1])
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)
        self._rate = rate
        self.pid = self._session.process.pid
        self.total = 0
        """Bytes read."""
        self._kept = bytearray()
        self._stop = threading.Event()
        self._changed = threading.Condition(threading.RLock())
        self._said = (0.0, 0)
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "Line":
        self._session.read(0.3)
        self._session.wait_for(" fps ", 20)  # the probe's questions are answered at full speed
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._session.close()

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self.master, keys.encode())

    def mark(self) -> int:
        """A place in what was read."""
        with self._changed:
            return self.total

    def wait_for(self, pattern: bytes, since: int, seconds: float) -> float | None:
        """Seconds until `pattern` was read after the mark `since`; None when it was not."""
        begun = time.perf_counter()
        with self._changed:
            while True:
                start = max(len(self._kept) - (self.total - since), 0)
                if pattern in self._kept[start:]:
                    return time.perf_counter() - begun
                left = seconds - (time.perf_counter() - begun)
                if left <= 0:
                    return None
                self._changed.wait(left)

    def state(self) -> tuple[float, int]:
        """Frames a second and frames dropped, as the console said last: it says so again only when they change."""
        with self._changed:
            at = self._kept.rfind(b" fps ")
            if at >= 0:
                text = _ESCAPES.sub(b"", bytes(self._kept[max(at - 100, 0) : at + 300])).decode("utf-8", "replace")
                said = _STATE.findall(text)
                self._said = (float(said[-1][1]), int(said[-1][2] or 0)) if said else self._said
            return self._said

    def _read(self) -> None:
        due = time.perf_counter()
        allowed, tail = 0.0, b""
        while not self._stop.is_set():
            if self._rate:
                now = time.perf_counter()
                allowed = min(allowed + (now - due) * self._rate, self._rate * 2 * _TICK + 4096)
                due = now
                if allowed < 512:
                    time.sleep(_TICK / 2)
                    continue
            if not select.select([self.master], [], [], 0.05)[0]:
                continue
            try:
                data = os.read(self.master, int(min(allowed, 65536)) if self._rate else 65536)
            except OSError:
                return
            allowed -= len(data)
            tail += data
            with self._changed:
                self.total += len(data)
                self._kept += data
                if len(self._kept) > 24_000_000:
                    self.state()
                    del self._kept[:12_000_000]
                self._changed.notify_all()
            for question in _QUESTION.finditer(tail):
                os.write(self.master, b"\x1b[%b;%bR" % question.groups())
            tail = tail[max(tail.rfind(b"n") + 1, len(tail) - 16) :]


def terminal(folder: Path) -> list[Figure]:
    """Processor time of a frame, two lines with two cines, and the window under the hand, in three ways to draw."""
    sample, _frames = _sample(folder)
    large = folder / "large.dcm"
    noise = np.random.default_rng(7)
    ramp = np.add.outer(np.arange(1024), np.arange(1024)) * 1.6 + 300
    frames = [(ramp + noise.normal(0, 40, ramp.shape)).clip(0, 4095).astype(np.uint16) for _frame in range(30)]
    grey_object(large, np.stack(frames), 12, WindowCenter="2000", WindowWidth="3500", FrameTime="33.3")
    figures = []
    for mode, most in (("half", 6.0), ("sixel", 14.0), ("kitty", 14.0)):
        figures.append(_processor(folder, sample, mode, most))
        for path, what in ((sample, "96-frame sample"), (large, "1024x1024 12-bit")):
            figures += _fast(folder, path, what, mode)
            figures += _slow(folder, path, what, mode)
        figures.append(_drag(folder, large, mode))
    large.unlink()
    return figures


def _line(folder: Path, path: Path, mode: str, rate: float) -> Line:
    return Line(["--home", str(folder / "home"), "--graphics", mode, "view", str(path)], rate)


def _processor(folder: Path, path: Path, mode: str, most: float) -> Figure:
    """Of the process that draws, while every frame is encoded for the first time; then from the cache."""
    with _line(folder, path, mode, 0) as line:
        time.sleep(2.0)
        line.send("\x1b[H")
        time.sleep(0.5)
        line.send("i ")  # other paintings: none of them is in the cache
        each = []
        for _loop in range(2):
            used, begun = sum(psutil.Process(line.pid).cpu_times()[:2]), time.perf_counter()
            time.sleep(3.0)
            elapsed = time.perf_counter() - begun
            fps, _dropped = line.state()
            each.append((sum(psutil.Process(line.pid).cpu_times()[:2]) - used) / max(fps * elapsed, 1) * 1000)
    note = f"{each[1]:.1f} ms from the cache"
    return Figure(f"terminal: {mode}, processor of a frame at {COLUMNS}x{ROWS}", each[0], "ms", most, note=note)


def _fast(folder: Path, path: Path, what: str, mode: str) -> list[Figure]:
    with _line(folder, path, mode, 20e6) as line:
        time.sleep(3.0)
        before, begun, size = line.state()[1], time.perf_counter(), line.mark()
        time.sleep(_SECONDS)
        elapsed = time.perf_counter() - begun
        fps, dropped = line.state()
        rate = (line.mark() - size) / elapsed
    share = (dropped - before) / (30.0 * elapsed) * 100
    note = f"{fps:.1f} fps, {rate / 1e6:.1f} MB/s"
    return [Figure(f"terminal: {mode}, {what}, 20 MB/s: frames dropped", share, "%", 2.0, note=note)]


def _slow(folder: Path, path: Path, what: str, mode: str) -> list[Figure]:
    with _line(folder, path, mode, 1e6) as line:
        time.sleep(4.0)
        begun, size, took = time.perf_counter(), line.mark(), []
        while time.perf_counter() - begun < _SECONDS:
            mark = line.mark()
            line.send("\x1b[19~")
            answer = line.wait_for(b"privacy", mark, 3.0)
            took.append(3000.0 if answer is None else answer * 1000)
            time.sleep(0.7)
            line.send("\x1b[19~")
            time.sleep(0.9)
        rate = (line.mark() - size) / (time.perf_counter() - begun)
        fps, _dropped = line.state()
    worst, note = max(took), f"median {statistics.median(took):.0f} ms of {len(took)} keys, {fps:.1f} fps"
    return [
        Figure(f"terminal: {mode}, {what}, 1 MB/s: a key's answer", worst, "ms", 100.0, note=note),
        Figure(f"terminal: {mode}, {what}, 1 MB/s: use of the line", rate / 1e6 * 100, "%", 85.0, True),
    ]


def _drag(folder: Path, path: Path, mode: str) -> Figure:
    took = []
    with _line(folder, path, mode, 0) as line:
        line.send("\x1b[H")
        time.sleep(1.5)
        line.send("\x1b[<0;60;20M")
        for step in range(100):
            time.sleep(0.02)
            mark = line.mark()
            line.send(f"\x1b[<32;{60 + step % 60};{20 + step // 7 % 20}M")
            answer = line.wait_for(b"\x1b[6n\x1b8\x1b[?2026l", mark, 1.0)
            if answer is not None:
                took.append(answer * 1000)
    within = sorted(took)[int(len(took) * 0.95)] if took else 1000.0
    note = f"median {statistics.median(took):.1f} ms, {len(took)} of 100 drew" if took else "nothing was drawn"
    return Figure(f"terminal: {mode}, drag of a window, 95th of 100", within, "ms", 50.0, note=note)
