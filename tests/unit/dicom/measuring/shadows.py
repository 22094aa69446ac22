"""X-ray shadows of tubes whose sizes are known, drawn without a line of the code that measures them.

A tube follows a straight line or a circle, so that every place's distance from its axis is a formula. The beam is
weakened along chords (Beer and Lambert), at four by four places a pixel; the focal spot and the detector blur the
intensity with a Gaussian, done by a Fourier transform; then come the photons' own noise and the electronics'. Lengths
are pixels, a pixel's centre is a whole number, x to the right and y down.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FINE = 4
"""Places a pixel, across and down."""
NOISES = ((800.0, 4.0), (2500.0, 3.0), (10_000.0, 3.0))
"""Photons a pixel where nothing is in the way, and electronic noise in photons: low dose fluoroscopy to acquisition."""


@dataclass(frozen=True)
class Straight:
    """An axis through a point, at an angle (degrees, clockwise as y is down)."""

    x: float
    y: float
    degrees: float

    def place(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Way along the axis and distance from it."""
        cos, sin = math.cos(math.radians(self.degrees)), math.sin(math.radians(self.degrees))
        return (x - self.x) * cos + (y - self.y) * sin, np.abs((y - self.y) * cos - (x - self.x) * sin)

    def at(self, along: float, aside: float = 0.0) -> tuple[float, float]:
        """The point so far along the axis and so far beside it."""
        cos, sin = math.cos(math.radians(self.degrees)), math.sin(math.radians(self.degrees))
        return self.x + along * cos - aside * sin, self.y + along * sin + aside * cos


@dataclass(frozen=True)
class Bent:
    """An axis on a circle around a point; `degrees` is where way 0 lies."""

    x: float
    y: float
    radius: float
    degrees: float

    def place(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Way along the axis and distance from it."""
        turned = np.arctan2(y - self.y, x - self.x) - math.radians(self.degrees)
        along = (turned + math.pi) % (2 * math.pi) - math.pi
        return along * self.radius, np.abs(np.hypot(x - self.x, y - self.y) - self.radius)

    def at(self, along: float, aside: float = 0.0) -> tuple[float, float]:
        """The point so far along the axis and so far beside it."""
        turn, far = math.radians(self.degrees) + along / self.radius, self.radius + aside
        return self.x + far * math.cos(turn), self.y + far * math.sin(turn)


Axis = Straight | Bent
Radius = float | Callable[[Floats], Floats]


def grid(rows: int, columns: int) -> tuple[Floats, Floats]:
    """Places x, y at which the beam is followed."""
    step = (np.arange(FINE) + 0.5) / FINE - 0.5
    x = (np.arange(columns)[:, None] + step).ravel()
    y = (np.arange(rows)[:, None] + step).ravel()
    wide, high = np.meshgrid(x, y)
    return wide, high


def chord(axis: Axis, radius: Radius, rows: int, columns: int) -> Floats:
    """Length of the beam inside a tube at every place."""
    along, away = axis.place(*grid(rows, columns))
    size = radius(along) if callable(radius) else np.full_like(along, radius)
    found: Floats = 2 * np.sqrt(np.clip(size**2 - away**2, 0.0, None))
    return found


def hourglass(healthy: float, percent: float, half_length: float, taper: float = 0.0) -> Callable[[Floats], Floats]:
    """Radius of a vessel that narrows around way 0 by `percent`, on a cosine; `taper` is its change a pixel."""

    def radius(along: Floats) -> Floats:
        bump = np.where(np.abs(along) < half_length, 0.5 + 0.5 * np.cos(np.pi * along / half_length), 0.0)
        found: Floats = (healthy + taper * along) * (1 - percent / 100 * bump)
        return found

    return radius


@dataclass(frozen=True)
class Exposure:
    """How the beam becomes pixels."""

    sigma: float = 0.8
    """Gaussian point spread, pixels, beside the pixel's own square."""
    noise: tuple[float, float] = NOISES[1]
    gradient: tuple[float, float] = (0.0, 0.0)
    """Change of the background's attenuation from one side of the frame to the other, across and down."""
    logarithmic: bool = True
    """Stored values are the logarithm of the intensity, else the intensity itself."""
    bright: bool = False
    """What weakens the beam is bright."""
    seed: int = 1


def exposed(attenuation: Floats, exposure: Exposure) -> NDArray[np.uint16]:
    """Stored values of 12 bits for attenuation at every place (rows * FINE, columns * FINE)."""
    high, wide = attenuation.shape
    across, down = exposure.gradient
    tissue = np.linspace(-0.5, 0.5, wide)[None, :] * across + np.linspace(-0.5, 0.5, high)[:, None] * down
    intensity = np.exp(-attenuation - tissue)
    # Mirrored, so that the transform sees no edge where the frame ends.
    doubled = np.concatenate([intensity, intensity[::-1]])
    doubled = np.concatenate([doubled, doubled[:, ::-1]], axis=1)
    v, u = np.fft.fftfreq(2 * high)[:, None] * FINE, np.fft.rfftfreq(2 * wide)[None, :] * FINE
    spread = np.exp(-2 * (math.pi * exposure.sigma) ** 2 * (u**2 + v**2))
    soft = np.fft.irfft2(np.fft.rfft2(doubled) * spread, s=doubled.shape)[:high, :wide]
    pixels = soft.reshape(high // FINE, FINE, wide // FINE, FINE).mean(axis=(1, 3))
    random = np.random.default_rng(exposure.seed)
    photons, electronic = exposure.noise
    counted = random.poisson(pixels * photons) + random.normal(0.0, electronic, pixels.shape)
    counted = np.clip(counted, 1.0, None) / photons
    # 0.05 to 1.6 of the open beam over the range of 12 bits.
    share = np.log(counted / 0.05) / math.log(1.6 / 0.05) if exposure.logarithmic else counted / 1.6
    if exposure.bright:
        share = 1 - share
    stored: NDArray[np.uint16] = np.round(np.clip(share, 0.0, 1.0) * 4095).astype(np.uint16)
    return stored
