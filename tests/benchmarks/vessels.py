"""The analysis of a vessel and of a catheter on a frame of 1024x1024 pixels."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from console.dicom.measuring.catheter import diameter_of
from console.dicom.measuring.lengths import Scale
from console.dicom.measuring.vessel import vessel
from tests.benchmarks.figures import Figure
from tests.unit.dicom.measuring.shadows import NOISES, Exposure, Straight, chord, exposed, hourglass

_SIZE, _PART = 1024, 220
_RUNS = 9


def vessels(_folder: Path) -> list[Figure]:
    """A vessel of 3 mm with a narrowing of 70 %, and the shaft of a catheter, each with about 100 pixels of way."""
    axis = Straight(110.0, 110.0, 30.0)
    lumen = exposed(0.05 * chord(axis, hourglass(7.5, 70.0, 25.0), _PART, _PART), Exposure(0.8, NOISES[1]))
    shaft = exposed(0.035 * chord(axis, 5.0, _PART, _PART), Exposure(0.8, NOISES[1], seed=2))
    ends = (axis.at(-52.0), axis.at(52.0))
    far = ((ends[0][0] + 400, ends[0][1] + 400), (ends[1][0] + 400, ends[1][1] + 400))
    frame, other = _whole(lumen), _whole(shaft)
    return [
        _figure("vessel analysis: 1024x1024", lambda: vessel(frame, far, Scale(0.2, 0.2, "mm")), 0.5),
        _figure("catheter calibration: 1024x1024", lambda: diameter_of(other, far, 10.5), 1.5),
    ]


def _whole(part: np.ndarray[tuple[int, ...], np.dtype[np.uint16]]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint16]]:
    frame = np.full((_SIZE, _SIZE), int(np.median(part)), np.uint16)
    frame[400 : 400 + _PART, 400 : 400 + _PART] = part
    return frame


def _figure(what: str, act: Callable[[], object], limit: float) -> Figure:
    act()
    took = []
    for _run in range(_RUNS):
        begun = time.perf_counter()
        act()
        took.append(time.perf_counter() - begun)
    return Figure(what, statistics.median(took), "s", limit, note=f"slowest of {_RUNS}: {max(took):.2f} s")
