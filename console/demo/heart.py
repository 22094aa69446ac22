"""How the heart moves and how contrast travels: functions of time, in millimetres and seconds.

The surface is half an ellipsoid whose long axis points to the apex. A place on it is (theta, phi, rho): theta is the
angle from the apex (90 degrees is the groove between atria and ventricles), phi turns around the axis (0 is the front
groove of the LAD, 90 the side wall), rho is the depth (1 is the surface). Systole shortens the long axis towards a
nearly still apex, narrows the ventricle and twists it.
"""

from dataclasses import dataclass

import numpy as np

from console.demo.recipe import Floats, Recipe

APEX = np.array([0.62, 0.58, -0.53]) / np.sqrt(0.62**2 + 0.58**2 + 0.53**2)
"""Direction of the apex: left, front, down."""
LONG_MM = 88.0
"""Centre of the base to the apex at end-diastole."""
WIDE_MM = 40.0
"""Radius at the base at end-diastole."""
BASE = -42.0 * APEX + np.array([3.0, 2.0, -19.0])
"""Centre of the base at end-diastole, seen from the isocentre."""
_SHORTENING = 0.11
_NARROWING = 0.13
_TWIST = 0.16
_SWING = np.array([1.5, 2.5, 0.5])


def _frame_of_axis() -> tuple[Floats, Floats]:
    groove = np.array([-0.1, 0.75, 0.65])
    groove = groove - APEX * (groove * APEX).sum()
    groove = groove / np.sqrt((groove * groove).sum())
    return groove, np.cross(APEX, groove)


GROOVE, SIDE = _frame_of_axis()
"""Directions of phi = 0 and phi = 90 degrees."""


def smoothstep(low: float, high: float, value: Floats | float) -> Floats:
    """0 below `low`, 1 above `high`, smooth in between."""
    x = np.clip((np.asarray(value, dtype=np.float64) - low) / (high - low), 0.0, 1.0)
    return np.asarray(x * x * (3.0 - 2.0 * x), dtype=np.float64)


def contraction(phase: Floats | float) -> Floats:
    """0 at end-diastole to 1 at end-systole, for a phase of the beat in 0 to 1 counted from the R wave.

    A quick systole, a quick early filling, a long rest, and the small last filling by the atria.
    """
    return smoothstep(0.03, 0.34, phase) - 0.90 * smoothstep(0.38, 0.58, phase) - 0.10 * smoothstep(0.84, 0.98, phase)


def surface(theta: Floats, phi: Floats, rho: Floats, squeeze: float) -> Floats:
    """Points (n, 3) of the heart at contraction `squeeze` (0 to 1); angles in radians."""
    long_mm = LONG_MM * (1.0 - _SHORTENING * squeeze)
    wide_mm = WIDE_MM * (1.0 - _NARROWING * squeeze)
    turned = phi + _TWIST * squeeze * np.clip(1.0 - theta / (0.55 * np.pi), 0.0, 1.0)
    centre = BASE + APEX * (LONG_MM * _SHORTENING * squeeze) + _SWING * squeeze
    across = (wide_mm * rho * np.sin(theta))[:, None]
    return np.asarray(
        centre
        + (long_mm * rho * np.cos(theta))[:, None] * APEX
        + across * (np.cos(turned)[:, None] * GROOVE + np.sin(turned)[:, None] * SIDE)
    )


@dataclass(frozen=True)
class Clock:
    """The moment of one frame: what beat, breath and bolus are doing."""

    seconds: float
    squeeze: float
    """Contraction, 0 to 1."""
    breath_mm: float
    """How far the diaphragm has pushed the heart to the head."""


class Rhythm:
    """Beat, breath and bolus of one recipe."""

    def __init__(self, recipe: Recipe) -> None:
        self.period_s = 60.0 / recipe.heart_rate
        self._recipe = recipe
        last = max(recipe.frames / recipe.fps, recipe.injection_s[1]) + 1.0
        # An injection may have begun before the first frame.
        self._times = np.arange(min(0.0, recipe.injection_s[0]), last, 0.005)
        # Coronary flow is mostly diastolic: the contracting wall closes its own vessels.
        pace = 1.25 - 0.75 * contraction(np.mod(self._times, self.period_s) / self.period_s)
        self._travel = np.concatenate([[0.0], np.cumsum(pace[:-1]) * 0.005 * recipe.flow_mm_s])

    def clock(self, frame: int) -> Clock:
        """The moment of `frame`, counted from 0."""
        seconds = frame / self._recipe.fps
        # Rounded, so that the same phase of another beat is the same number and its picture need not be computed again.
        phase = round(float(np.mod(seconds, self.period_s) / self.period_s), 9) % 1.0
        breath = self._recipe.breath_mm * float(np.sin(2.0 * np.pi * seconds / self._recipe.breath_period_s + 0.8))
        return Clock(seconds, 0.0 if self._recipe.anatomy == "thigh" else float(contraction(phase)), breath)

    def injecting(self, seconds: float) -> float:
        """How strongly contrast leaves the catheter at this moment, 0 to 1."""
        start, stop = self._recipe.injection_s
        return float(smoothstep(start - 0.07, start + 0.13, seconds) - smoothstep(stop - 0.05, stop + 0.35, seconds))

    def concentration(self, distance_mm: Floats, seconds: float) -> Floats:
        """Contrast (0 to 1) at each distance from the ostium; front and tail spread as they travel."""
        start, stop = self._recipe.injection_s
        now, first, last = np.interp([seconds, start, stop], self._times, self._travel)
        head = (now - first - distance_mm) / (5.0 + 0.10 * distance_mm)
        tail = (now - last - distance_mm) / (16.0 + 0.30 * distance_mm)
        if seconds <= start:
            return np.zeros_like(distance_mm)
        # Contrast that has mixed with blood leaves more slowly than it came: the tail thins out.
        return np.asarray(0.5 * (1.0 + np.tanh(head)) * (1.0 - 0.5 * (1.0 + np.tanh(tail)) * 0.93))
