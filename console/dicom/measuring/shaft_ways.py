"""Where the shaft of a catheter runs near a drawn line, roughly: where an exact fit begins (measuring.shafts).

Lines across the drawn one are held against shadows of one radius, with several fillings, at every place; the axis is
the smooth way through the places that explain most.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from console.dicom.measuring.sampling import Floats, bilinear
from console.dicom.measuring.tubes import template

BORE = (0.775, 0.045)
"""Inner by outer diameter, and its spread: guide and diagnostic catheters have 0.7 to 0.89;
the middle was chosen on phantoms."""
BLUR = (0.8, 0.15)
"""Point spread (Gaussian sigma) in pixels, and its spread."""
FILLINGS = ((False, 0.0), (True, -0.7), (True, -0.2), (True, 0.15), (True, 0.5))
"""Whether there is contrast, and what is tried first."""
_ASIDE = 5.0
"""So far from the drawn line the axis is looked for, pixels."""
_SHIFT = 0.25
_BLOCK = 6
BENT = 3
"""Degree of the curve that the axis follows."""


@dataclass(frozen=True)
class Start:
    """One guess of a shaft."""

    gain: float
    total: float
    radius: float
    filled: bool
    ratio: float
    bend: Floats
    """Of the axis, pixels beside the line, by rising powers of the way from -1 to 1."""


def traced(
    frame: NDArray[np.generic],
    one: Floats,
    other: Floats,
    radius: float,
    reach: float,
    fillings: list[tuple[bool, float]],
) -> list[Start]:
    """Where a shaft of that radius would lie, empty and filled, for the sign that explains most."""
    way = other - one
    half = float(np.hypot(*way)) / 2
    ahead = way / (2 * half)
    count = max(round(2 * half), 2) + 1
    blocks = max(count // _BLOCK, 2)
    places = np.arange(-math.ceil(2 * (reach + _ASIDE)), math.ceil(2 * (reach + _ASIDE)) + 1) / 2.0
    centres = one + way * np.linspace(0, 1, count)[:, None]
    x = centres[:, :1] - ahead[1] * places
    y = centres[:, 1:] + ahead[0] * places
    lines = np.stack([part.mean(axis=0) for part in np.array_split(bilinear(frame, x, y), blocks)])
    shifts = np.arange(-_ASIDE, _ASIDE + _SHIFT / 2, _SHIFT)
    gains, totals, signs = _gains(lines, places, shifts, radius, reach, fillings)
    middles = np.linspace(-1 + 1 / blocks, 1 - 1 / blocks, blocks)
    found: dict[bool, Start] = {}
    for filling, (filled, ratio) in enumerate(fillings):
        for sign in (-1.0, 1.0):
            gain = np.where(signs[filling] * sign > 0, gains[filling], 0.0)
            path = _smoothest(gain)
            score = float(gain[np.arange(blocks), path].sum())
            total = float(totals[np.arange(blocks), path].sum())
            if filled in found and found[filled].gain / found[filled].total >= score / max(total, 1e-12):
                continue
            bend = np.polynomial.polynomial.polyfit(middles, shifts[path], min(2, blocks - 1))
            bend = np.concatenate([bend, np.zeros(BENT + 1 - bend.size)])
            found[filled] = Start(score, max(total, 1e-12), radius, filled, ratio, bend)
    return list(found.values())


def _gains(
    lines: Floats, places: Floats, shifts: Floats, radius: float, reach: float, fillings: list[tuple[bool, float]]
) -> tuple[Floats, Floats, Floats]:
    """What each filling explains at each shift of each line, of what varies there, and the sign of its contrast."""
    window = np.arange(-math.ceil(2 * reach), math.ceil(2 * reach) + 1) / 2.0
    flat = np.linalg.qr(np.stack([np.ones(window.size), window, window**2], axis=1))[0]
    bore = template(window, radius * BORE[0], BLUR[0])
    wall = template(window, radius, BLUR[0]) - bore
    shapes = np.stack([wall + (math.exp(ratio) if filled else ratio) * bore for filled, ratio in fillings])
    shapes -= (shapes @ flat) @ flat.T
    shapes /= np.sqrt(np.maximum((shapes**2).sum(axis=1), 1e-12))[:, None]
    # Both ends of every window between the half pixels that the lines have.
    at = (shifts[:, None] + window[None, :] - places[0]) * 2
    left = np.clip(np.floor(at).astype(np.intp), 0, places.size - 2)
    part = at - left
    seen = lines[:, left] * (1 - part) + lines[:, left + 1] * part
    seen = seen - (seen @ flat) @ flat.T
    hits = np.einsum("kw,lsw->kls", shapes, seen)
    totals: Floats = (seen**2).sum(axis=2)
    return hits**2, totals, np.sign(hits)


def _smoothest(gain: Floats) -> NDArray[np.intp]:
    """The way through (lines, shifts) that gains most and moves at most a pixel from line to line."""
    step = round(1.0 / _SHIFT)
    score = gain[0]
    came = []
    for line in gain[1:]:
        padded = np.pad(score, step, constant_values=-np.inf)
        around = np.lib.stride_tricks.sliding_window_view(padded, 2 * step + 1)
        came.append(np.arange(score.size) + around.argmax(axis=1) - step)
        score = line + around.max(axis=1)
    path = [int(score.argmax())]
    for back in reversed(came):
        path.append(int(back[path[-1]]))
    return np.array(path[::-1], dtype=np.intp)
