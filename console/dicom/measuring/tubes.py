"""The shadow of a tube on a line across it: its middle and radius below the size of a pixel.

X-rays cross a round tube along chords 2 sqrt(r^2 - t^2); the system blurs that with a Gaussian, the detector averages
over a pixel. Such templates are held against each line at once, so that edges need not be guessed from gradients,
which a blur moves inwards on small tubes.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from console.dicom.measuring.sampling import Floats, bilinear

_FINE = 0.05
"""Step in which a template is computed, pixels."""
_SHIFT = 0.25
"""Step in which the middle of a tube is looked for, pixels."""
_GROWTH = 1.035
"""From one radius that is tried to the next."""
_TRUST = 0.8
"""By so much of itself the contrast of one vessel varies along it."""


@dataclass(frozen=True)
class Sections:
    """Values on lines across a way, one line a row."""

    values: Floats
    """(lines, places)."""
    places: Floats
    """Distance from the way, pixels; positive to its left as one walks it, y being down."""
    centres: Floats
    """(lines, 2): x, y of the way."""
    normals: Floats
    """(lines, 2): unit vectors along which `places` count."""


@dataclass(frozen=True)
class Tubes:
    """What was found on each line."""

    shifts: Floats
    """Of the middle from the way, pixels."""
    radii: Floats
    """Pixels."""
    contrast: Floats
    """Change of value per pixel of chord: negative for a dark tube."""
    explained: float
    """Of the lines' variation, the share that the tubes explain."""


def sections(values: NDArray[np.generic], way: Floats, reach: float) -> Sections:
    """Lines across a way (points x, y at equal steps), `reach` pixels to either side, two values a pixel."""
    ahead = np.gradient(way, axis=0)
    ahead /= np.maximum(np.hypot(ahead[:, 0], ahead[:, 1]), 1e-12)[:, None]
    normals = np.stack([ahead[:, 1], -ahead[:, 0]], axis=1)
    places = np.arange(-math.ceil(reach * 2), math.ceil(reach * 2) + 1) / 2.0
    x = way[:, :1] + normals[:, :1] * places
    y = way[:, 1:] + normals[:, 1:] * places
    return Sections(bilinear(values, x, y), places, way, normals)


def template(places: Floats, radius: float, blur: float) -> Floats:
    """Blurred chords of a tube of `radius` in the middle."""
    fine = _fine(places, blur)
    found: Floats = np.interp(places, fine, np.convolve(chords(fine, radius), _spread(blur), "same"))
    return found


def shaded(places: Floats, radius: float, bore: float, ratio: float, blur: float, depth: float) -> Floats:
    """The logarithm of the blurred beam behind a wall from `bore` to `radius` whose filling weakens `ratio` as much.

    It is the beam that is blurred, not its logarithm: `depth` is what the shaft takes from it where it takes most.
    """
    fine = _fine(places, blur)
    taken = chords(fine, radius) + (ratio - 1) * chords(fine, bore)
    most = depth / max(float(np.abs(taken).max()), 1e-9)
    soft = np.convolve(np.exp(-most * taken) - 1, _spread(blur), "same")
    found: Floats = np.interp(places, fine, -np.log1p(soft) / most)
    return found


def _fine(places: Floats, blur: float) -> Floats:
    reach = math.ceil((float(np.abs(places).max()) + 4 * blur + 2) / _FINE)
    return np.asarray(np.arange(-reach, reach + 1) * _FINE, dtype=np.float64)


def chords(fine: Floats, radius: float) -> Floats:
    """The mean chord over each step, not the chord at its middle: it is steep at the edge."""
    found: Floats = (_half_disc(fine + _FINE / 2, radius) - _half_disc(fine - _FINE / 2, radius)) / _FINE
    return found


def _spread(blur: float) -> Floats:
    """The Gaussian and the detector's pixel, one wide, as one kernel."""
    reached = math.ceil((4 * blur + 1) / _FINE)
    kernel = np.exp(-0.5 * (np.arange(-reached, reached + 1) * _FINE / blur) ** 2)
    box = np.ones(round(1 / _FINE) + 1)
    box[[0, -1]] = 0.5
    found: Floats = np.convolve(kernel / kernel.sum(), box / box.sum())
    return found


def _half_disc(t: Floats, radius: float) -> Floats:
    """Area of a disc left of `t`: the integral of its chords."""
    inside = np.clip(t / radius, -1.0, 1.0)
    area: Floats = radius**2 * (np.arcsin(inside) + inside * np.sqrt(1 - inside**2) + math.pi / 2)
    return area


@dataclass(frozen=True)
class _Bank:
    """Templates for every middle and radius that is tried, freed of what a sloping background explains."""

    shifts: Floats
    radii: Floats
    plain: Floats
    """(shifts, radii, places)."""
    norms: Floats
    """(shifts, radii): sums of squares."""
    flat: Floats
    """(places, 2): the background, orthonormal."""


@lru_cache(maxsize=24)
def _bank(count: int, step: float, blur: float, smallest: float, largest: float, most: float) -> _Bank:
    places = (np.arange(count) - count // 2) * step
    shifts = np.asarray(np.arange(-math.ceil(most / _SHIFT), math.ceil(most / _SHIFT) + 1) * _SHIFT, dtype=np.float64)
    steps = max(math.ceil(math.log(largest / smallest) / math.log(_GROWTH)), 2)
    radii: Floats = np.geomspace(smallest, largest, steps + 1, dtype=np.float64)
    fine = np.arange(-(count // 2) * step - most, (count // 2) * step + most + _FINE, _FINE)
    shapes = np.stack([template(fine, float(radius), blur) for radius in radii])
    plain = np.stack([[np.interp(places - shift, fine, shape) for shape in shapes] for shift in shifts])
    flat: Floats = np.linalg.qr(np.stack([np.ones(count), places], axis=1))[0].astype(np.float64)
    plain -= (plain @ flat) @ flat.T
    return _Bank(shifts, radii, plain, np.maximum((plain**2).sum(axis=2), 1e-12), flat)


def fit(found: Sections, blur: float, smallest: float, largest: float, most: float, *, together: bool) -> Tubes:
    """The tube on each line: radii from `smallest` to `largest`, its middle at most `most` pixels from the way.

    `together`: all lines cross one vessel, filled alike, so that a line whose contrast is far from that of the others
    is read with theirs; this is what tells a narrow tube from a pale one.
    """
    step = float(found.places[1] - found.places[0])
    bank = _bank(found.places.size, step, round(blur, 3), round(smallest, 3), round(largest, 3), round(most, 3))
    lines = found.values - (found.values @ bank.flat) @ bank.flat.T
    shape = bank.norms.shape
    hits = (bank.plain.reshape(-1, lines.shape[1]) @ lines.T).reshape(*shape, -1)
    contrast = hits / bank.norms[..., None]
    explained = hits * contrast
    best = _best(explained)
    sign = math.copysign(1.0, float(np.median(contrast[(*best, np.arange(lines.shape[0]))])))
    # Only tubes of the sign that most lines show: a neighbour of the other sign is something else.
    gain = np.where(contrast * sign > 0, explained, 0.0)
    if together:
        best = _best(gain)
        everyone = np.arange(lines.shape[0])
        shared = float(np.median(contrast[(*best, everyone)]))
        left = np.maximum((lines**2).sum(axis=1) - gain[(*best, everyone)], 0.0)
        noise = max(float(np.median(left)) / lines.shape[1], 1e-12)
        # The best contrast between what the line itself says and what all say, and what is gained with it.
        weight = bank.norms[..., None] / noise
        prior = 1.0 / (_TRUST * shared) ** 2
        contrast = (weight * contrast + prior * shared) / (weight + prior)
        gain = 2 * contrast * hits - contrast**2 * bank.norms[..., None] - noise * prior * (contrast - shared) ** 2
    best = _best(gain)
    shifts = _between(gain, best, 0, bank.shifts)
    radii = np.exp(_between(gain, best, 1, np.log(bank.radii)))
    everyone = np.arange(lines.shape[0])
    total = max(float((lines**2).sum()), 1e-12)
    return Tubes(shifts, radii, contrast[(*best, everyone)], float(gain[(*best, everyone)].sum()) / total)


def _best(gain: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    flat = gain.reshape(-1, gain.shape[2]).argmax(axis=0)
    shift, radius = np.unravel_index(flat, gain.shape[:2])
    return shift, radius


def _between(gain: Floats, best: tuple[NDArray[np.intp], NDArray[np.intp]], axis: int, grid: Floats) -> Floats:
    """Where the gain is highest between the steps of a grid: the top of the parabola through three of them."""
    everyone = np.arange(gain.shape[2])
    at = np.clip(best[axis], 1, grid.size - 2)

    def there(offset: int) -> Floats:
        place = (at + offset, best[1]) if axis == 0 else (best[0], at + offset)
        found: Floats = gain[(*place, everyone)]
        return found

    below, here, above = there(-1), there(0), there(1)
    bend = below - 2 * here + above
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(bend < 0, 0.5 * (below - above) / bend, 0.0)
    fine: Floats = grid[at] + np.clip(step, -1.0, 1.0) * (grid[1] - grid[0])
    return np.where(at == best[axis], fine, grid[best[axis]])
