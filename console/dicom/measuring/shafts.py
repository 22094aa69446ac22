"""The outer radius of a catheter's shaft from all pixels around it: a wall, what fills it, and how the beam is blurred.

The shaft is a round tube whose bore holds contrast, saline or air. Its shadow is a sum of two chords, the wall's and
the bore's, blurred by a Gaussian and by the pixel's own square (console.dicom.measuring.tubes). Radius, bore, blur and
the bend of the axis are found at once from the pixels as they stand, without resampling, by damped least squares
(Levenberg and Marquardt). What is known of catheters and X-ray systems beforehand is part of the sum: where a shadow
does not tell radius and bore apart, the standard error says so.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from console.dicom.measuring.sampling import Floats
from console.dicom.measuring.shaft_ways import BLUR, BORE, FILLINGS, Start, traced
from console.dicom.measuring.tubes import shaded

EMPTY = (0.0, 0.1)
"""What a bore with saline or air weakens the beam by, against the wall, and its spread."""
FILLED = (-0.2, 0.8)
"""The logarithm of that for a bore with contrast, and its spread: walls are made to be seen, but contrast is denser."""
_BORES, _BLURS, _RATIOS = (0.6, 0.94), (0.3, 2.0), ((-0.4, 0.5), (-2.0, 2.0))
_ROUNDS = 40
_STARTS = 3
_DEPTHS = (0.35, 0.12, 0.9)
"""What a shaft may take from the beam, as logarithms: the blur of a beam is not quite that of its logarithm."""
_CHOICE = 1.3
"""By so much the error grows because one of several fillings and depths was chosen (measured on phantoms)."""
_FEWEST = 100
"""Pixels that a fit takes."""
_EVIDENT = 6.0
"""By so much twice the logarithm of a likelihood has to be better before something less usual is believed."""
_INEXACT = 0.15
"""Of the shadow, so much may differ from its model at each pixel."""
_MODEL = 0.012
"""Relative error that remains where noise is gone: a shaft is not quite round, nor a point spread quite Gaussian."""


@dataclass(frozen=True)
class Shaft:
    """What was found."""

    radius: float
    """Outer, pixels."""
    error: float
    """Standard error of the radius, pixels."""
    explained: float
    """Share of the variation around the shaft, less the background's, that the shadow explains."""
    cost: float
    """How badly it fits, to compare fits of the same pixels."""


@dataclass(frozen=True)
class _Band:
    """Pixels around a line: way from -1 to 1, place beside it, value; and half the line's length in pixels."""

    along: Floats
    beside: Floats
    values: Floats
    half: float


def shaft(
    frame: NDArray[np.generic], one: Floats, other: Floats, smallest: float, largest: float, filling: str = ""
) -> Shaft | None:
    """The shaft below the line between two points x, y of a frame, whose radius lies between the two given.

    `filling` is "contrast", "saline" or empty where nobody says. Values may be intensities or their logarithms. None
    where nothing varies across the line.
    """
    fillings = [each for each in FILLINGS if not filling or each[0] == (filling == "contrast")]
    starts = [
        start
        for radius in _radii(smallest, largest)
        for start in traced(frame, one, other, radius, _reach(largest, radius), fillings)
    ]
    kept = _unlike(sorted(starts, key=lambda start: -start.gain / start.total))
    # The same pixels for every start, so that fits compare.
    band = _band(frame, one, other, kept[0].bend, _reach(largest, max(start.radius for start in kept)))
    if band.values.size < _FEWEST or _even(band):
        return None
    best, start = min(
        ((_fitted(band, start, smallest, largest, _DEPTHS[0]), start) for start in kept),
        key=lambda each: each[0].cost,
    )
    # Stored values may be intensities, whose logarithm is the sum of what lies in the way.
    bands = [band]
    if float(band.values.min()) > 0:
        bands.append(replace(band, values=np.log(band.values)))
    for number, each in enumerate(bands):
        for depth in _DEPTHS if number else _DEPTHS[1:]:
            found = _fitted(each, start, smallest, largest, depth)
            if found.cost < best.cost - _EVIDENT:
                best = found
    return best


def _even(band: _Band) -> bool:
    """Whether nothing is there but a background that changes evenly."""
    flat = _background(band)
    plain = band.values - flat @ (flat.T @ band.values)
    return float(np.abs(plain).max()) <= 1e-6 * float(np.abs(band.values).max())


def _radii(smallest: float, largest: float) -> Floats:
    steps = max(math.ceil(math.log(largest / smallest) / math.log(1.12)), 2)
    found: Floats = np.geomspace(smallest, largest, steps + 1, dtype=np.float64)
    return found


def _reach(largest: float, radius: float) -> float:
    return min(largest, 1.6 * radius) + 4.0


def _unlike(starts: list[Start]) -> list[Start]:
    """The best starts, no two with nearly the same radius and filling."""
    kept: list[Start] = []
    for start in starts:
        if all(abs(start.radius / other.radius - 1) > 0.1 or start.filled != other.filled for other in kept):
            kept.append(start)
    return kept[:_STARTS]


def _band(frame: NDArray[np.generic], one: Floats, other: Floats, bend: Floats, reach: float) -> _Band:
    """The pixels whose centres lie near the axis, as they stand."""
    rows, columns = frame.shape
    half = float(np.hypot(*(other - one))) / 2
    ahead = (other - one) / (2 * half)
    middle = (one + other) / 2
    more = reach + float(np.abs(bend).sum())
    left, top = np.maximum(np.floor(np.minimum(one, other) - more), 0).astype(int)
    right = min(math.ceil(max(one[0], other[0]) + more), columns - 1)
    bottom = min(math.ceil(max(one[1], other[1]) + more), rows - 1)
    y, x = np.mgrid[top : bottom + 1, left : right + 1].astype(np.float64)
    along = ((x - middle[0]) * ahead[0] + (y - middle[1]) * ahead[1]) / half
    beside = (y - middle[1]) * ahead[0] - (x - middle[0]) * ahead[1]
    near = (np.abs(along) <= 1) & (np.abs(beside - np.polynomial.polynomial.polyval(along, bend)) <= reach)
    values = frame[top : bottom + 1, left : right + 1].astype(np.float64)
    return _Band(along[near], beside[near], values[near], half)


def _fitted(band: _Band, start: Start, smallest: float, largest: float, depth: float) -> Shaft:
    """The shaft that explains the pixels best, from a start."""
    filled = start.filled
    # The logarithm of the radius, so that steps are shares; bore, blur, filling, then the bend.
    guess = np.concatenate([[math.log(start.radius), BORE[0], BLUR[0], start.ratio], start.bend])
    bent = [30.0] * start.bend.size
    low, high = _RATIOS[filled]
    least = np.array([math.log(smallest) - 0.1, _BORES[0], _BLURS[0], low, *(-each for each in bent)])
    most = np.array([math.log(largest) + 0.1, _BORES[1], _BLURS[1], high, *bent])
    steps = np.array([1e-3, 2e-3, 5e-3, 5e-3, *([5e-3] * start.bend.size)])
    flat = _background(band)
    plain = band.values - flat @ (flat.T @ band.values)
    whole = max(float(plain @ plain), 1e-12)
    dof = max(band.values.size - guess.size - flat.shape[1] - 1, 1)
    left = _left(band, flat, plain, guess, filled, depth)
    # A model is never exact: what is known beforehand counts against so much of the shadow at the least.
    floor = _INEXACT**2 * whole / band.values.size
    noise = max(float(left @ left) / dof, floor)
    damping = 1e-2
    for _round in range(_ROUNDS):
        slope = np.stack(
            [(_left(band, flat, plain, guess + step, filled, depth) - left) / step.sum() for step in np.diag(steps)]
        )
        weight, away = _prior(guess, filled)
        normal = slope @ slope.T + noise * np.diag(weight)
        wanted = slope @ left + noise * weight * away
        better = False
        for _try in range(6):
            move = np.linalg.solve(normal + damping * np.diag(np.diag(normal) + 1e-9 * whole), -wanted)
            tried = np.clip(guess + move, least, most)
            there = _left(band, flat, plain, tried, filled, depth)
            if _cost(there, tried, noise, filled) < _cost(left, guess, noise, filled):
                better = True
                break
            damping *= 4
        if not better:
            break
        moved = np.abs(tried - guess)
        guess, left, damping = tried, there, damping / 5
        noise = max(float(left @ left) / dof, floor)
        if moved[0] < 2e-4 and moved[1:4].max() < 5e-3:
            break
    spread = noise * np.linalg.inv(normal + 1e-9 * np.diag(np.diag(normal) + 1e-9 * whole))
    radius = math.exp(guess[0])
    error = radius * math.hypot(_CHOICE * math.sqrt(max(float(spread[0, 0]), 0.0)), _MODEL)
    weight, away = _prior(guess, filled)
    # Likelihoods of one set of pixels, whatever the noise is: so that logarithms compare with what they come from.
    cost = dof * math.log(float(left @ left) / whole + 1e-12) + float(weight @ away**2)
    return Shaft(radius, error, _explained(band, guess[4:], plain, left), cost)


def _explained(band: _Band, bend: Floats, plain: Floats, left: Floats) -> float:
    """Of what varies across the shaft once its lines are averaged, the share that the shadow explains."""
    beside = band.beside - np.polynomial.polynomial.polyval(band.along, bend)
    strip = np.floor(2 * (beside - beside.min())).astype(np.intp)
    count = np.maximum(np.bincount(strip), 1)
    before = float((np.bincount(strip, plain) ** 2 / count).sum())
    noise = float(left @ left) / left.size * count.size
    after = float((np.bincount(strip, left) ** 2 / count).sum())
    # Noise alone would leave so much: a shadow that does not rise above it is none.
    return max(1 - (after + noise) / max(before, 1e-12), 0.0)


def _prior(guess: Floats, filled: bool) -> tuple[Floats, Floats]:
    """What is known beforehand of bore, blur and filling: weights, and how far a guess is from it."""
    weight, away = np.zeros(guess.size), np.zeros(guess.size)
    for at, (usual, spread) in enumerate((BORE, BLUR, FILLED if filled else EMPTY), 1):
        weight[at], away[at] = 1 / spread**2, guess[at] - usual
    return weight, away


def _cost(left: Floats, guess: Floats, noise: float, filled: bool) -> float:
    weight, away = _prior(guess, filled)
    return float(left @ left) + noise * float(weight @ away**2)


def _background(band: _Band) -> Floats:
    """What changes evenly, orthonormal."""
    far = float(np.abs(band.beside).max())
    v = band.beside / far
    ones = np.ones_like(v)
    found: Floats = np.linalg.qr(np.stack([ones, v, band.along, v * band.along, v**2, band.along**2], axis=1))[0]
    return found


def _left(band: _Band, flat: Floats, plain: Floats, guess: Floats, filled: bool, depth: float) -> Floats:
    """What the best shadow leaves of values without background, at a guess of radius, bore, blur, filling and bend."""
    radius, bore, blur = math.exp(guess[0]), float(guess[1]), float(guess[2])
    ratio = math.exp(guess[3]) if filled else float(guess[3])
    bend = guess[4:]
    slant = np.polynomial.polynomial.polyval(band.along, np.polynomial.polynomial.polyder(bend)) / band.half
    away = np.abs(band.beside - np.polynomial.polynomial.polyval(band.along, bend)) / np.hypot(1.0, slant)
    fine = np.arange(0.0, float(away.max()) + 0.1, 0.05)
    shadow = np.interp(away, fine, shaded(fine, radius, radius * bore, ratio, blur, depth))
    shadow -= flat @ (flat.T @ shadow)
    left: Floats = plain - shadow * (float(shadow @ plain) / max(float(shadow @ shadow), 1e-12))
    return left
