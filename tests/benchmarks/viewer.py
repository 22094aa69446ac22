"""The viewer under the hand: from a movement of the mouse on the terminal's wire to the new picture on it."""

import os
import select
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.benchmarks.figures import COLUMNS, ROWS, Figure, _viewer
from tests.terminal import Session
from tests.unit.dicom.pipeline.makers import grey_object

_END = b"\x1b8\x1b[?2026l"
"""Only the picture ends so; the compositor does not keep the cursor."""
_MOVES = 120
SIZE = 1024


def viewer(folder: Path) -> list[Figure]:
    """Drags of the window, the zoom, the mask and a point over a 1024x1024 12-bit cine at 190x54 cells."""
    noise = np.random.default_rng(7)
    ramp = np.add.outer(np.arange(SIZE), np.arange(SIZE)) * 1.6 + 300
    frames = [(ramp + noise.normal(0, 40, ramp.shape)).clip(0, 4095).astype(np.uint16) for _frame in range(3)]
    path = folder / "drag.dcm"
    grey_object(path, np.stack(frames), 12, WindowCenter="2000", WindowWidth="3500", FrameTime="66")
    with _viewer(folder, path) as session:
        session.wait_for("1/3", 20)
        session.send("\x1b[H")  # the first frame, and pause: nothing else may draw
        session.read(1.0)
        session.send(_mouse(0, 60, 20))
        figures = [_figure("drag of a window", session, lambda step: _mouse(32, 60 + step % 60, 20 + step // 7 % 20))]
        session.send(_mouse(0, 60, 20, up=True))
        session.send("0b")
        session.read(1.0)
        figures.append(_figure("mask nudged", session, lambda step: "6" if step % 40 < 20 else "4"))
        session.send("0t")
        session.read(1.0)
        figures.append(
            _figure("pan of a turned picture", session, lambda step: "+" if step < 6 else "hl"[step // 4 % 2])
        )
        session.send("0m")
        session.read(1.5)
        session.send("\r")
        session.read(1.0)
        session.send("\r")
        session.read(1.0)
        figures.append(
            _figure("a point dragged", session, lambda step: _mouse(35, 60 + step % 60, 20 + step // 7 % 20))
        )
        session.send("\x1b")
        session.read(0.5)
        session.send("\x11")
        session.finish()
    path.unlink()
    return figures


def _mouse(button: int, column: int, row: int, *, up: bool = False) -> str:
    """A report of the mouse as xterm sends it (SGR)."""
    return f"\x1b[<{button};{column};{row}{'m' if up else 'M'}"


def _figure(what: str, session: Session, act: Callable[[int], str]) -> Figure:
    took = []
    for step in range(_MOVES):
        session.read(0.02)
        begun, before = time.perf_counter(), len(session.output)
        session.send(act(step))
        while _END not in session.output[before:]:
            ready, _write, _error = select.select([session.master], [], [], 1.0)
            if not ready:
                break  # a movement that changes nothing
            session.output += os.read(session.master, 1 << 20)
        else:
            took.append((time.perf_counter() - begun) * 1000)
    within = sorted(took)[int(len(took) * 0.95)]
    note = f"median {statistics.median(took):.1f} ms, {len(took)} of {_MOVES} drew"
    return Figure(f"viewer: {what}, 1024x1024 at {COLUMNS}x{ROWS}, 95th of 100", within, "ms", 50.0, note=note)
