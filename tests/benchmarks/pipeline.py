"""The grayscale pipeline: a 1024x1024 12-bit frame to 190x54 cells, plain and subtracted, and the drag of a window."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from console.dicom.pipeline.renderer import Renderer
from console.graphics import resample
from console.graphics.encoder import choose
from console.graphics.resample import Geometry
from console.graphics.terminal import unasked
from console.model.picture import Grayscale, Window
from console.model.pipeline import Description, Mask, Overlay, Presentation, Shutter
from tests.benchmarks.figures import COLUMNS, ROWS, Figure

SIZE = 1024
_RUNS = 25


def pipeline(_folder: Path) -> list[Figure]:
    """All of it. The pixels of every figure are resampled to the cells, but not encoded."""
    noise = np.random.default_rng(7)
    ramp = np.add.outer(np.arange(SIZE), np.arange(SIZE)) * 1.6 + 300
    frame, other = ((ramp + noise.normal(0, 40, ramp.shape)).clip(0, 4095).astype(np.uint16) for _each in range(2))
    grayscale = Grayscale(12, False, False, windows=(Window(2000, 3500),))
    whole = Description(
        SIZE, SIZE, 20, grayscale=grayscale, relationship="LIN", masks=(Mask("AVG_SUB", frames=(1,)),),
        shutter=Shutter(circle=(512, 512, 500)), overlays=(Overlay(0x6000, SIZE, SIZE, data=bytes(SIZE * SIZE // 8)),),
    )  # fmt: skip
    renderer = Renderer(whole, lambda number: other)
    bare = Renderer(Description(SIZE, SIZE, 20, grayscale=grayscale), lambda number: other)
    encoder = choose("half", unasked({"COLORTERM": "truecolor", "LANG": "C.UTF-8"}, (COLUMNS, ROWS)), "true")
    width, height = encoder.pixel_size(COLUMNS, ROWS)
    geometry = Geometry(SIZE, SIZE, width, height, 1.0, encoder.canvas_aspect)
    view = resample.fit(geometry)
    step = iter(range(10**6))

    def shown(one: Renderer, settings: Presentation) -> None:
        pixels = one.visible(5, frame, settings)
        resample.resample(pixels, view, width, height, 1.0, geometry.canvas_aspect)

    def dragged() -> Presentation:
        return Presentation(voi=Window(2000, 3500 - next(step), source="operator"), subtracted=False)

    def nudged() -> Presentation:
        return Presentation(subtracted=True, shift=(0.01 * (next(step) + 1), 0.25))

    subtracted = Presentation(subtracted=True)
    figures: list[tuple[str, Callable[[], None], float]] = [
        ("pipeline: 1024x1024 12-bit to 190x54", lambda: shown(bare, Presentation()), 8.0),
        ("pipeline: the same with shutter and overlay, window dragged", lambda: shown(renderer, dragged()), 8.0),
        ("pipeline: the same, subtracted in log space", lambda: shown(renderer, subtracted), 8.0),
        ("pipeline: the same, mask nudged by parts of a pixel", lambda: shown(renderer, nudged()), 50.0),
    ]
    return [_figure(what, act, limit) for what, act, limit in figures]


def _figure(what: str, act: Callable[[], None], limit: float) -> Figure:
    act()
    took = []
    for _run in range(_RUNS):
        begun = time.perf_counter()
        act()
        took.append((time.perf_counter() - begun) * 1000)
    note = f"95 of 100 within {sorted(took)[int(len(took) * 0.95)]:.1f} ms"
    return Figure(what, statistics.median(took), "ms", limit, note=note)
