"""Calibration on an object of known size in the picture itself: a catheter, or a line of known length.

The top rung of the ladder: it holds for that run, near the depth at which the object lies. What is known of its error
is said with it: a catheter that is filled with contrast and one that is not were measured to differ by some 10 %
(PubMed 11753141), so the filling is kept.
"""

import math
import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from console.dicom.measuring.lengths import PIXELS, length
from console.dicom.measuring.sampling import Floats
from console.dicom.measuring.tubes import Sections, Tubes, fit, sections, template
from console.errors import UsageError
from console.i18n import _
from console.model.measuring import KnownObject, Point
from console.model.picture import Calibration

MM_PER_FRENCH = 1.0 / 3.0
_SIZE = re.compile(r"(\d{1,2}(?:\.\d{1,3})?)\s*(F|Fr|mm)", re.IGNORECASE)
_FRENCH = (3.0, 34.0)
_SHORTEST = 8.0
"""Pixels of catheter that must be seen."""
_UNKNOWN = (4.5, 6.5, 9.0, 13.0, 18.0, 26.0)
"""Widths that are tried, pixels, where nobody knows how large a pixel is."""
_BLURS = (0.6, 1.0, 1.5)
_BORE = 0.78
"""Inner by outer diameter. Guide catheters have 0.7 to 0.89, and a shadow alone does not tell: the pairs of radius and
bore that explain a line equally well lie apart by `_UNKNOWN_BORE`."""
_UNKNOWN_BORE = 0.04
_BLOCKS = 6
_EXPLAINED = 0.3
_DISAGREE = 0.1


def read_size(text: str) -> tuple[float, str]:
    """ "6F" or "2.00mm" as millimetres of outer diameter, and how it is written. UsageError otherwise."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise UsageError(_("No size"), _("{text} is not a size such as 6F or 2.00mm.").format(text=text))
    number, unit = float(found[1]), found[2].lower()
    if unit == "mm":
        millimetres, said = number, f"{number:g}mm"
    else:
        millimetres, said = number * MM_PER_FRENCH, f"{number:g}F"
    if not _FRENCH[0] * MM_PER_FRENCH <= millimetres <= _FRENCH[1] * MM_PER_FRENCH + 1e-9:
        what = _("A catheter of {size} does not exist; sizes are 3F to 34F, 1 mm to 11.3 mm.")
        raise UsageError(_("No size"), what.format(size=said))
    return millimetres, said


def calibrate(
    values: NDArray[np.generic], known: KnownObject, header: Calibration, pixel_aspect: float = 1.0
) -> tuple[Calibration, float]:
    """The calibration by a known object on a frame (rows, columns), and its relative standard error in per cent.

    `header` is what the file itself says: it tells about how wide the catheter should be, and a contradiction is a
    warning. UsageError where no catheter is seen.
    """
    if known.is_line:
        pixels = _scaled_length(known.line, pixel_aspect)
        if pixels < 1:
            raise UsageError(_("Not calibrated"), _("The line is shorter than a pixel. Draw it along a known length."))
        # The two ends were placed by hand, each to about half a pixel.
        return _result(known, known.size_mm / pixels, header, pixel_aspect), 100 * 0.5 * math.sqrt(2) / pixels
    diameter, error = diameter_of(values, known.line, _expected(known, header), pixel_aspect)
    return _result(known, known.size_mm / diameter, header, pixel_aspect), 100 * error / diameter


def diameter_of(
    values: NDArray[np.generic], line: tuple[Point, Point], expected: float | None, pixel_aspect: float = 1.0
) -> tuple[float, float]:
    """Outer diameter of the catheter below a line, and its standard error, in columns. UsageError where none is seen.

    `expected` is about how wide it should be, in columns, None where nobody knows.
    """
    if values.ndim != 2:
        raise UsageError(_("Not calibrated"), _("A frame in colour shows no shadow of a catheter."))
    if _scaled_length(line, pixel_aspect) < _SHORTEST:
        what = _("The line along the catheter is shorter than {count} pixels. Draw it along a straight piece.")
        raise UsageError(_("Not calibrated"), what.format(count=f"{_SHORTEST:g}"))
    frame = _squared(values, pixel_aspect)
    (ax, ay), (bx, by) = line
    ends = np.array([[ax, ay * pixel_aspect], [bx, by * pixel_aspect]])
    count = max(round(math.hypot(*(ends[1] - ends[0]))), 2) + 1
    way = ends[0] + (ends[1] - ends[0]) * np.linspace(0, 1, count)[:, None]
    # Each size with lines as wide as it needs: what lies beside the catheter must not decide.
    scales = (expected,) if expected else _UNKNOWN
    tried = []
    for scale in scales:
        lines = sections(frame, way, 1.1 * scale + 2)
        found = fit(lines, 1.0, max(0.33 * scale, 0.75), 0.75 * scale, 0.5 * scale, together=True)
        tried.append((found.explained, scale, lines, found))
    explained, scale, lines, first = max(tried, key=lambda each: each[0])
    if explained < _EXPLAINED:
        raise UsageError(_("Not calibrated"), _("No catheter is seen below the line. Draw it along its middle."))
    # Close around the shadow, where what lies behind it changes evenly.
    straight = _straightened(frame, lines, first, 1.2 * float(np.median(first.radii)) + 3)
    radius, blur = _outline(straight.values.mean(axis=0), straight.places, max(0.33 * scale, 0.75), 0.75 * scale)
    blocks = np.array_split(straight.values, min(_BLOCKS, max(count // 4, 2)))
    near = radius * np.geomspace(0.8, 1.25, 46)
    each = [_radius(block.mean(axis=0), straight.places, near, blur) for block in blocks]
    scatter = float(np.std(each, ddof=1)) / math.sqrt(len(each))
    return 2 * radius, 2 * math.hypot(scatter, _UNKNOWN_BORE * radius)


def _straightened(frame: NDArray[np.generic], lines: Sections, first: Tubes, reach: float) -> Sections:
    """The same lines, moved onto the catheter's middle, which may be a little bent; those that show something else go.

    Each round fits a bend to where the lines saw the middle, without those far from it, and looks again from there.
    """
    shifts, radius = first.shifts, float(np.median(first.radii))
    steps = np.arange(shifts.size, dtype=np.float64)
    centres, normals = lines.centres, lines.normals
    kept = np.ones(shifts.size, bool)
    for round_number in range(3):
        away = np.abs(shifts - np.median(shifts[kept]))
        kept &= away <= max(3 * float(np.median(away)), 0.5) if round_number == 0 else True
        for _again in range(3):
            bend = np.polynomial.Polynomial.fit(steps[kept], shifts[kept], min(3, int(kept.sum()) - 1))(steps)
            away = np.abs(shifts - bend)
            kept = away <= max(2.5 * float(np.median(away)), 0.15)
        centres = centres + normals * bend[:, None]
        moved = sections(frame, centres, reach)
        normals = moved.normals
        shifts = fit(moved, 0.8, 0.7 * radius, 1.4 * radius, 1.0, together=True).shifts
    middle = np.median(moved.values[kept], axis=0)
    alike = np.array([np.corrcoef(line, middle)[0, 1] for line in moved.values])
    good = kept & (alike >= 0.9 * np.median(alike[kept]))
    return replace(moved, values=moved.values[good], centres=centres[good], normals=normals[good])


def _outline(mean: Floats, places: Floats, smallest: float, largest: float) -> tuple[float, float]:
    """Radius and blur that explain a mean line best: one step after the other, ever smaller, from the best start."""
    left, radius, blur = min(
        (_unexplained(mean, places, float(radius), blur), float(radius), blur)
        for blur in _BLURS
        for radius in np.geomspace(smallest, largest, 40)
    )
    step = np.array([0.06 * radius, 0.2])
    while step[0] > 0.002 * radius:
        better = False
        for move in (np.array([step[0], 0.0]), np.array([0.0, step[1]])):
            for wider, softer in (np.array([radius, blur]) + move, np.array([radius, blur]) - move):
                if not 0.3 <= softer <= 3.0 or wider <= 0.5:
                    continue
                tried = _unexplained(mean, places, float(wider), float(softer))
                if tried < left:
                    left, radius, blur, better = tried, float(wider), float(softer), True
        if not better:
            step /= 2
    return radius, blur


def _radius(mean: Floats, places: Floats, radii: Floats, blur: float) -> float:
    left = np.array([_unexplained(mean, places, float(radius), blur) for radius in radii])
    at = int(np.clip(left.argmin(), 1, radii.size - 2))
    below, here, above = left[at - 1 : at + 2]
    bend = below - 2 * here + above
    step = 0.5 * (below - above) / bend if bend > 0 else 0.0
    return float(radii[at] + np.clip(step, -1, 1) * (radii[at + 1] - radii[at]))


def _unexplained(line: Floats, places: Floats, radius: float, blur: float) -> float:
    """Sum of squares that a wall and what fills it leave, on a background that changes evenly."""
    wall, bore = template(places, radius, blur), template(places, radius * _BORE, blur)
    basis = np.stack([np.ones(places.size), places, places**2, wall, bore], axis=1)
    answer, *_rest = np.linalg.lstsq(basis, line, rcond=None)
    return float(((line - basis @ answer) ** 2).sum())


def _squared(values: NDArray[np.generic], aspect: float) -> NDArray[np.generic]:
    """The frame with pixels as high as they are wide."""
    if abs(aspect - 1) < 1e-6:
        return values
    rows = values.shape[0]
    where = np.arange(0.0, (rows - 1) * aspect + 1e-9) / aspect
    above = np.minimum(where.astype(np.intp), rows - 2)
    part = (where - above)[:, None]
    squared: NDArray[np.generic] = values[above] * (1 - part) + values[above + 1] * part
    return squared


def _scaled_length(line: tuple[Point, Point], pixel_aspect: float) -> float:
    return length(line, replace(PIXELS, y=pixel_aspect))


def _expected(known: KnownObject, header: Calibration) -> float | None:
    spacing = header.column_spacing if header.unit == "mm" else None
    return known.size_mm / spacing if spacing else None


def _result(known: KnownObject, spacing: float, header: Calibration, pixel_aspect: float) -> Calibration:
    warnings = []
    if header.unit == "mm" and header.source != "detector" and header.column_spacing:
        off = spacing / header.column_spacing - 1
        if abs(off) > _DISAGREE:
            what = _("The calibration on {object} differs from the header's ({source}) by {percent} %.")
            warnings.append(what.format(object=known.said, source=header.source, percent=f"{100 * off:+.0f}"))
    warnings.append(_("Holds for this run, near the depth of the object it was made on."))
    if not known.is_line and not known.filling:
        warnings.append(
            _("Whether the catheter was filled with contrast is not said; that may change lengths by 10 %.")
        )
    return Calibration("user", "mm", spacing * pixel_aspect, spacing, tuple(warnings))
