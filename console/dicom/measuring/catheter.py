"""Calibration on an object of known size in the picture itself: a catheter, or a line of known length.

The top rung of the ladder: it holds for that run, near the depth at which the object lies. What is known of its error
is said with it: a catheter that is filled with contrast and one that is not were measured to differ by some 10 %
(PubMed 11753141), so the filling is kept.

On phantoms of 5F to 8F, empty or filled with contrast, 8 to 18 pixels wide, some 100 pixels of shaft in any direction
or gently bent, with a Gaussian point spread of 0.75 to 0.85 pixels and a bore of 0.78, each diameter is within 2.5 % at
10,000 photons a pixel, and the mean of two within 2 %; at 800 each is within twice its stated error, and the mean of
three within 2 %. The stated error covers bores of 0.7 and 0.88 too.
"""

import math
import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from console.dicom.measuring.lengths import PIXELS, length
from console.dicom.measuring.shafts import shaft
from console.errors import UsageError
from console.i18n import _
from console.model.measuring import KnownObject, Point
from console.model.picture import Calibration

MM_PER_FRENCH = 1.0 / 3.0
_SIZE = re.compile(r"(\d{1,2}(?:\.\d{1,3})?)\s*(F|Fr|mm)", re.IGNORECASE)
_FRENCH = (3.0, 34.0)
_SHORTEST = 8.0
"""Pixels of catheter that must be seen."""
_UNKNOWN = (4.0, 30.0)
"""Widths that are tried, pixels, where nobody knows how large a pixel is."""
_LIKELY = (0.66, 1.6)
"""And against the width that the header lets expect, which may not know the magnification."""
_NARROWEST = 4.0
"""Pixels of width below which the point spread decides more than the catheter."""
_EXPLAINED = 0.6
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
    diameter, error = diameter_of(values, known.line, _expected(known, header), pixel_aspect, known.filling)
    return _result(known, known.size_mm / diameter, header, pixel_aspect), 100 * error / diameter


def diameter_of(
    values: NDArray[np.generic],
    line: tuple[Point, Point],
    expected: float | None,
    pixel_aspect: float = 1.0,
    filling: str = "",
) -> tuple[float, float]:
    """Outer diameter of the catheter below a line, and its standard error, in columns. UsageError where none is seen.

    `expected` is about how wide it should be, in columns, None where nobody knows.
    """
    if values.ndim != 2:
        raise UsageError(_("Not calibrated"), _("A frame in colour shows no shadow of a catheter."))
    if _scaled_length(line, pixel_aspect) < _SHORTEST:
        what = _("The line along the catheter is shorter than {count} pixels. Draw it along a straight piece.")
        raise UsageError(_("Not calibrated"), what.format(count=f"{_SHORTEST:g}"))
    if min(values.shape) < 2:
        raise _unseen()
    frame = _squared(values, pixel_aspect)
    (ax, ay), (bx, by) = line
    one, other = np.array([ax, ay * pixel_aspect]), np.array([bx, by * pixel_aspect])
    if not np.isfinite(frame).all():
        raise UsageError(_("Not calibrated"), _("Some values in the frame are not numbers."))
    smallest, largest = (_LIKELY[0] * expected, _LIKELY[1] * expected) if expected else _UNKNOWN
    found = shaft(frame, one, other, max(smallest / 2, 0.75), largest / 2, filling)
    if found is None or found.explained < _EXPLAINED:
        raise _unseen()
    if 2 * found.radius < _NARROWEST:
        what = _("The catheter is only {width} pixels wide; below {least} pixels its size cannot be said.")
        raise UsageError(_("Not calibrated"), what.format(width=f"{2 * found.radius:.1f}", least=f"{_NARROWEST:g}"))
    return 2 * found.radius, 2 * found.error


def _unseen() -> UsageError:
    return UsageError(_("Not calibrated"), _("No catheter is seen below the line. Draw it along its middle."))


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
