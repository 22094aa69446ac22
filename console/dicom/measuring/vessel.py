"""A segment of a vessel: its diameters, the narrowest place, and what it would be without the narrowing.

An engineer's check of a picture and its calibration, not a diagnosis. The reference is interpolated over the healthy
parts on either side (PS3.17 T.4.2).

On phantoms of healthy diameters of 2.4 to 4 mm at 0.15 to 0.3 mm a pixel, with a Gaussian point spread of 0.6 to 1.0
pixels, narrowed by 30 to 85 %, straight and bent, with a branch or none, the minimum is within 0.15 mm and the stenosis
within 5 points in 37 of 37 at 10,000 photons a pixel, 44 of 46 at 2,500 and 28 of 37 at 800, where throats are few
pixels wide.
"""

import numpy as np
from numpy.typing import NDArray

from console.dicom.measuring.lengths import Scale
from console.dicom.measuring.sampling import Floats
from console.dicom.measuring.tubes import Sections, Tubes, fit, sections
from console.dicom.measuring.ways import resampled, way_between
from console.errors import UsageError
from console.i18n import _
from console.model.measuring import Point, Vessel

BLUR_PX = 0.8
"""Point spread that is assumed (Gaussian sigma), pixels, on top of the pixel itself."""
_BLURS = (0.6, 0.8, 1.1)
"""Point spreads that are tried."""
_SCALES = (4.0, 6.0, 9.0, 13.0, 19.0, 28.0)
"""Diameters that are tried first, pixels."""
_EXPLAINED = 0.35
_SHORTEST = 12.0
_NEAR = 0.6
"""Along the way, the lines of so many pixels around one are read with it (Gaussian sigma)."""


def vessel(values: NDArray[np.generic], points: tuple[Point, ...], scale: Scale, blur: float | None = None) -> Vessel:
    """The segment from the first point to the last on a frame (rows, columns) whose vessel is dark, or bright.

    `blur` is the point spread (Gaussian sigma) in pixels where it is known; else it is the one of `_BLURS` that
    explains the segment best.

    UsageError where no vessel is seen between the points, or where they are too near or too far from each other.
    """
    if values.ndim != 2:
        raise UsageError(_("Cannot be measured"), _("A frame in colour shows no shadow of a vessel."))
    if min(values.shape) < 2 or not np.isfinite(values).all():
        raise UsageError(_("Cannot be measured"), _("Some values of the frame are not numbers, or it is one pixel."))
    way = way_between(values, points)
    if len(way) < 2 * _SHORTEST:
        what = _("The segment is shorter than {count} pixels. Set its ends farther apart.")
        raise UsageError(_("Cannot be measured"), what.format(count=f"{_SHORTEST:g}"))
    first, across = _wide(values, way, blur or BLUR_PX)
    if first.explained < _EXPLAINED:
        what = _("No vessel is seen between the points. Set them on its middle, in a frame where it is filled.")
        raise UsageError(_("Cannot be measured"), what)
    width = 2 * float(np.median(first.radii))
    # Once more along the middle that was seen, with lines that reach just beyond the vessel.
    middle = resampled(_moved(across, _steady(first.shifts)), 0.5)
    lines = _together(sections(values, middle, 0.5 * width + 4 * (blur or BLUR_PX) + 2))
    most = max(0.2 * width, 1.0)

    def fitted(spread: float) -> Tubes:
        return fit(lines, spread, 0.4, 0.75 * width, most, together=True)

    # A segment says little about the point spread: half of it is believed.
    spread = blur or (BLUR_PX + max(_BLURS, key=lambda each: fitted(each).explained)) / 2
    found = fitted(spread)
    return _result(lines, found, scale, spread)


def _wide(values: NDArray[np.generic], way: Floats, blur: float) -> tuple[Tubes, Sections]:
    """The vessel at the scale that explains most."""
    tried = []
    for scale in _SCALES:
        lines = sections(values, way, 0.9 * scale + 3)
        found = fit(_together(lines), blur, 0.2 * scale, 0.75 * scale, max(0.4 * scale, 2.0), together=True)
        tried.append((found.explained, found, lines))
    _best, found, lines = max(tried, key=lambda each: each[0])
    return found, lines


def _together(lines: Sections) -> Sections:
    """Each line averaged with its neighbours along the way, half a pixel apart."""
    reach = round(3 * _NEAR * 2)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (2 * _NEAR)) ** 2)
    padded = np.pad(lines.values, ((reach, reach), (0, 0)), "edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, taps.size, axis=0)
    return Sections(windows @ (taps / taps.sum()), lines.places, lines.centres, lines.normals)


def _steady(shifts: Floats) -> Floats:
    """Without the jumps of single lines."""
    padded = np.pad(shifts, 4, "edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 9)
    found: Floats = np.median(windows, axis=1)
    return found


def _moved(lines: Sections, shifts: Floats) -> Floats:
    moved: Floats = lines.centres + lines.normals * shifts[:, None]
    return moved


def _result(lines: Sections, found: Tubes, scale: Scale, blur: float) -> Vessel:
    radii = found.radii
    # A diameter across pixels that are not square is as long as its direction says.
    along = np.hypot(lines.normals[:, 0] * scale.x, lines.normals[:, 1] * scale.y)
    diameters = 2 * radii * along
    walked = np.concatenate([[0.0], np.cumsum(np.hypot(*(np.diff(lines.centres, axis=0) * (scale.x, scale.y)).T))])
    inner = slice(4, -4) if len(diameters) > 24 else slice(None)
    at = int(np.argmin(diameters[inner])) + (inner.start or 0)
    reference = _reference(walked, diameters, at)
    smallest = float(diameters[at])
    return Vessel(
        smallest,
        reference,
        max(100.0 * (1.0 - smallest / reference), 0.0),
        float(walked[-1]),
        tuple(diameters.tolist()),
        at,
        scale.unit,
        _points(_moved(lines, found.shifts)),
        _points(_moved(lines, found.shifts + radii)),
        _points(_moved(lines, found.shifts - radii)),
        blur,
    )


def _points(line: Floats) -> tuple[Point, ...]:
    return tuple((float(x), float(y)) for x, y in line)


def _reference(walked: Floats, diameters: Floats, at: int) -> float:
    """The diameter at place `at` by a straight line through what lies beside the narrowing.

    The narrowing reaches to either side until the vessel is as wide as half of all places are. The line is the median
    of all lines through two places (Theil and Sen), which a branch that leaves there does not lift.
    """
    usual = float(np.median(diameters))
    beside = np.ones(diameters.size, bool)
    for step in (-1, 1):
        place = at
        while 0 <= place < diameters.size and diameters[place] < usual:
            beside[place] = False
            place += step
    if beside.sum() < max(0.2 * diameters.size, 6):
        beside = diameters >= usual
    x, y = walked[beside][:: max(int(beside.sum()) // 120, 1)], diameters[beside][:: max(int(beside.sum()) // 120, 1)]
    one, other = np.triu_indices(x.size, 1)
    slope = float(np.median((y[other] - y[one]) / np.maximum(x[other] - x[one], 1e-9)))
    level = float(np.median(y - slope * x))
    return max(level + slope * float(walked[at]), float(diameters[at]))
