"""Frames of 768x768 grey pixels to terminal bytes, beside chafa (a whole process) and textual-image, in one run."""

import io
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from console.graphics.encoder import Encoder, choose
from console.graphics.terminal import unasked
from tests.benchmarks.figures import Figure, _timed
from tests.phantoms import cine_pixels

SIZE, CELL = 768, (8, 16)
COLUMNS, ROWS = SIZE // CELL[0], SIZE // CELL[1]
_ROUNDS = 11


def graphics(folder: Path) -> list[Figure]:
    """Sixel and kitty."""
    frames = _frames()
    terminal = replace(unasked({"LANG": "C.UTF-8"}, (COLUMNS, ROWS)), cell_pixels=CELL, sixel=True, sixel_colors=256)
    picture = folder / "frame.png"
    Image.fromarray(frames[0]).save(picture)
    sixel, kitty = (choose(name, terminal, "true") for name in ("sixel", "kitty"))
    return [*_sixel(frames, sixel, picture), *_kitty(frames, kitty)]


def _frames() -> list[NDArray[np.uint8]]:
    """Different frames with the noise of an X-ray."""
    plain = cine_pixels(4, SIZE, SIZE)
    noise = np.random.default_rng(7)
    return [(frame + noise.normal(0, 6, frame.shape)).clip(0, 255).astype(np.uint8) for frame in plain]


def _sixel(frames: list[NDArray[np.uint8]], encoder: Encoder, picture: Path) -> list[Figure]:
    from textual_image._sixel import image_to_sixels

    ours, sizes = _ours(encoder, frames)
    grey = Image.fromarray(frames[0])
    theirs = statistics.median(_timed(lambda: image_to_sixels(grey), 1) for _round in range(5)) * 1000
    found = [
        Figure("sixel 768x768, 24 greys: array to bytes", ours, "ms", 10.0, note="median"),
        Figure("sixel 768x768, 24 greys: bytes", max(sizes) / 1000, "kB", 350.0),
        Figure("sixel 768x768: textual-image / ours", theirs / ours, "times", 15.0, True, f"{theirs:.0f} ms"),
    ]
    chafa = shutil.which("chafa")
    if chafa is not None:
        # Told nothing it would assume other cells: this is the same number of pixels.
        shape = ["-f", "sixels", "-s", "96x96", "--font-ratio", "1/1", "--stretch"]
        command = [chafa, *shape, str(picture)]
        took = [_timed(lambda: subprocess.run(command, capture_output=True, check=True), 1) for _round in range(9)]
        peer = statistics.median(took) * 1000
        what = "sixel 768x768: chafa, whole process / ours"
        found.append(Figure(what, peer / ours, "times", 3.0, True, f"{peer:.0f} ms"))
    return found


def _kitty(frames: list[NDArray[np.uint8]], encoder: Encoder) -> list[Figure]:
    from textual_image.renderable.tgp import Image as Peer

    ours, sizes = _ours(encoder, frames)
    grey = Image.fromarray(frames[0])

    def theirs() -> None:
        with patch.object(sys, "__stdout__", io.StringIO()):
            Peer(grey)._send_image_to_terminal(SIZE, SIZE)

    peer = statistics.median(_timed(theirs, 1) for _round in range(5)) * 1000
    note = f"median, {max(sizes) / 1000:.0f} kB"
    return [
        Figure("kitty 768x768: array to bytes", ours, "ms", 8.0, note=note),
        Figure("kitty 768x768: textual-image / ours", peer / ours, "times", 5.0, True, f"{peer:.0f} ms"),
    ]


def _ours(encoder: Encoder, frames: list[NDArray[np.uint8]]) -> tuple[float, list[int]]:
    """Median milliseconds for a frame, each as cold as in a player, and the bytes of each."""
    sizes = [len(encoder.encode(frame, COLUMNS, ROWS).blob) for frame in frames]
    took = []
    for frame in frames * _ROUNDS:
        began = time.perf_counter()
        encoder.encode(frame, COLUMNS, ROWS)
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1000, sizes
