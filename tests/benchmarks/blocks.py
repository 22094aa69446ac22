"""Frames of 768x768 grey pixels to 190x54 cells: time beside textual-image, likeness beside chafa, in one run.

How alike a picture is to what it stands for is the structural similarity (Wang and others, 2004; 7 by 7 pixels, as
scikit-image has it), between the cells drawn back into 2 x 12 pixels each and the average of the areas of the same.
"""

import io
import shutil
import statistics
import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from console.graphics import resample
from console.graphics.encoder import Encoder, choose
from console.graphics.resample import Geometry
from console.graphics.terminal import unasked
from tests.benchmarks.figures import COLUMNS, ROWS, Figure, _timed
from tests.benchmarks.graphics import SIZE, _frames
from tests.unit.graphics import ansi, shapes

Grey = NDArray[np.float64]
MODES = ("half", "quadrant", "sextant", "braille")
CHAFA = {"half": "vhalf", "quadrant": "quad", "sextant": "sextant"}
_ROUNDS = 9
_FINE = 12
"""Rows of a cell that both halves and thirds divide."""


def blocks(folder: Path) -> list[Figure]:
    """Every way to draw with characters."""
    frames = _frames()
    found = []
    for mode in MODES:
        ours = _milliseconds(mode, frames)
        peer = _textual_image(frames[0])
        what = f"{mode} {SIZE}x{SIZE} to {COLUMNS}x{ROWS}"
        found.append(Figure(f"{what}: array to bytes", ours, "ms", 3.5, note="median"))
        found.append(Figure(f"{what}: textual-image / ours", peer / ours, "times", 20.0, True, f"{peer:.0f} ms"))
    if shutil.which("chafa") is not None:
        found += [_likeness(mode, frames[0], folder) for mode in CHAFA]
    return found


def _canvas(frame: NDArray[np.uint8], encoder: Encoder) -> NDArray[np.uint8]:
    """The frame stretched over all cells, as the peers do it."""
    width, height = encoder.pixel_size(COLUMNS, ROWS)
    aspect = height * encoder.canvas_aspect / width
    view = resample.fit(Geometry(SIZE, SIZE, width, height, aspect, encoder.canvas_aspect))
    return resample.resample(frame, view, width, height, aspect, encoder.canvas_aspect)


def _encoder(mode: str) -> Encoder:
    return choose(mode, unasked({"COLORTERM": "truecolor", "LANG": "C.UTF-8"}, (COLUMNS, ROWS)), "true")


def _milliseconds(mode: str, frames: list[NDArray[np.uint8]]) -> float:
    encoder = _encoder(mode)
    took = []
    for frame in frames * _ROUNDS:
        took.append(_timed(lambda: encoder.encode(_canvas(frame, encoder), COLUMNS, ROWS), 1))  # noqa: B023
    return statistics.median(took) * 1000


def _textual_image(frame: NDArray[np.uint8]) -> float:
    from rich.console import Console
    from textual_image.renderable.halfcell import Image as Peer

    picture = Image.fromarray(frame)
    terminal = Console(width=COLUMNS, height=ROWS, color_system="truecolor", force_terminal=True, file=io.StringIO())

    def draw() -> None:
        with terminal.capture() as capture:
            terminal.print(Peer(picture, width=COLUMNS, height=ROWS))
        capture.get()

    draw()
    return statistics.median(_timed(draw, 1) for _round in range(5)) * 1000


def _likeness(mode: str, frame: NDArray[np.uint8], folder: Path) -> Figure:
    """Ours, as a still and as it plays, against the better of chafa's default and its greatest effort."""
    picture = folder / "frame.png"
    Image.fromarray(frame).save(picture)
    wanted = np.asarray(
        Image.fromarray(frame).resize((COLUMNS * 2, ROWS * _FINE), Image.Resampling.BOX), dtype=np.float64
    )
    encoder = _encoder(mode)
    canvas = _canvas(frame, encoder)
    still, playing = (
        similarity(wanted, drawn(encoder.encode(canvas, COLUMNS, ROWS, still=kept).rows or ()))
        for kept in (True, False)
    )
    theirs = []
    for work in ("5", "9"):
        command = ["chafa", "-f", "symbols", "-c", "full", "-w", work, "-s", f"{COLUMNS}x{ROWS}", "--stretch"]
        command += ["--symbols", CHAFA[mode], str(picture)]
        printed = subprocess.run(command, capture_output=True, check=True).stdout
        theirs.append(similarity(wanted, drawn(_plain(printed))))
    note = f"ours {still:.4f} (playing {playing:.4f}), chafa {max(theirs):.4f}"
    return Figure(f"{mode}: likeness, ours less chafa's", min(still, playing) - max(theirs), "SSIM", 0.0, True, note)


def _plain(printed: bytes) -> list[bytes]:
    """chafa's lines without what it says to the cursor."""
    text = printed.replace(b"\x1b[?25l", b"").replace(b"\x1b[?25h", b"")
    if b"\x1b[7m" in text:
        raise ValueError("inverse video is not read here")
    lines = text.rstrip(b"\n").split(b"\n")
    if len(lines) != ROWS:
        raise ValueError(f"chafa drew {len(lines)} rows")
    return lines


def drawn(lines: tuple[bytes, ...] | list[bytes]) -> Grey:
    """The cells as pixels: 2 by 12 for each."""
    out = np.zeros((len(lines) * _FINE, COLUMNS * 2))
    for row, line in enumerate(lines):
        for column, cell in enumerate(ansi.interpret(line)):
            thirds = "SEXTANT" in shapes.name(cell.glyph)
            filled = np.repeat(shapes.filled(cell.glyph, 3 if thirds else 2), _FINE // (3 if thirds else 2), axis=0)
            top, left = row * _FINE, column * 2
            out[top : top + _FINE, left : left + 2] = np.where(filled, _grey(cell.fg), _grey(cell.bg))
    return out


def _grey(color: ansi.Color) -> float:
    if isinstance(color, int):
        raise ValueError("24 bits were asked for")
    return 0.0 if color is None else sum(color) / 3


def similarity(first: Grey, second: Grey) -> float:
    """Mean structural similarity of two grey pictures, 0 to 255."""
    area = 7 * 7

    def mean(values: Grey) -> Grey:
        found: Grey = np.lib.stride_tricks.sliding_window_view(values, (7, 7)).mean(axis=(2, 3))
        return found

    one, two = mean(first), mean(second)
    unbiased = area / (area - 1)
    spread_one = unbiased * (mean(first * first) - one * one)
    spread_two = unbiased * (mean(second * second) - two * two)
    both = unbiased * (mean(first * second) - one * two)
    low, high = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    alike = (2 * one * two + low) * (2 * both + high)
    return float((alike / ((one**2 + two**2 + low) * (spread_one + spread_two + high))).mean())
