"""Nouns of measuring: shapes on a frame, and what was found in them.

Positions are (x, y) with the centre of the first pixel at (0, 0), x to the right, y down; they need not be whole
numbers. Values depend on the frame and its calibration alone, never on how it is shown.
"""

from dataclasses import dataclass
from enum import StrEnum

from console.model.picture import Calibration

Point = tuple[float, float]
"""x, y."""


class ShapeKind(StrEnum):
    """What is drawn."""

    DISTANCE = "distance"
    """Two points."""
    POLYLINE = "polyline"
    """Two points or more."""
    ANGLE = "angle"
    """An arm's end, the vertex, the other arm's end."""
    COBB = "cobb"
    """Two lines: four points. The angle between the lines, at most 90 degrees."""
    PROFILE = "profile"
    """Two points: the values between them."""
    RECTANGLE = "rect"
    """Two opposite corners."""
    ELLIPSE = "ellipse"
    """Two opposite corners of the rectangle around it."""
    POLYGON = "polygon"
    """Three points or more; it closes itself and may not cross itself."""
    VESSEL = "vessel"
    """Two points on a vessel, one at each end of the segment."""


@dataclass(frozen=True)
class Shape:
    """One shape on one frame."""

    kind: ShapeKind
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Statistics:
    """Of the pixels whose centres lie inside a region."""

    mean: float
    sd: float
    """Of the whole population, as numpy's std."""
    minimum: float
    maximum: float
    count: int
    """Pixels whose centres lie inside."""
    area: float
    """Of the shape itself, not of its pixels."""
    area_unit: str
    """"mm²" or "px²"."""
    unit: str
    """Of the values: "stored" or the modality LUT's."""
    histogram: tuple[int, ...] = ()
    """Counts in equal steps from minimum to maximum."""


@dataclass(frozen=True)
class Curve:
    """Values along a line."""

    positions: tuple[float, ...]
    """From the first point, in `unit`."""
    values: tuple[float, ...]
    unit: str
    """"mm" or "px"."""
    fwhm: float | None
    """Full width at half maximum of the one dark or bright structure on it; None where there is none."""


@dataclass(frozen=True)
class Vessel:
    """A segment of a vessel: an engineer's check, not a diagnosis."""

    mld: float
    """Minimum lumen diameter."""
    reference: float
    """Interpolated reference diameter where the minimum is (PS3.17 T.4.2)."""
    stenosis_percent: float
    """Diameter stenosis: 100 (1 - mld / reference)."""
    length: float
    """Of the segment's centreline."""
    diameters: tuple[float, ...]
    """Along the centreline, at equal steps."""
    at: int
    """Index of the minimum."""
    unit: str
    """"mm" or "px"."""
    centreline: tuple[Point, ...] = ()
    left: tuple[Point, ...] = ()
    """The edge left of the way, one point for each diameter."""
    right: tuple[Point, ...] = ()
    blur_px: float = 0.0
    """Point spread that was assumed (Gaussian sigma), pixels."""


@dataclass(frozen=True)
class Measured:
    """What came of one shape."""

    kind: ShapeKind
    value: float | None
    """Length, angle or mean; None where nothing can be said."""
    unit: str
    """"mm", "px", "°" or the unit of the values."""
    pixels: float | None
    """The length in pixels, whatever the calibration; None for angles."""
    calibration: Calibration
    uncertainty_percent: float | None = None
    """Relative uncertainty of lengths that follows from the calibration; None where it is not known."""
    statistics: Statistics | None = None
    curve: Curve | None = None
    vessel: Vessel | None = None


@dataclass(frozen=True)
class KnownObject:
    """What the operator calibrates on: a catheter of known size, or a line of known length."""

    size_mm: float
    said: str
    """As it was given: "6F" or "2.00mm"."""
    line: tuple[Point, Point]
    """Along the catheter's middle, or the line itself."""
    filling: str = ""
    """Of a catheter: "contrast", "saline" or empty for not said; the literature disagrees by 10 %, so it is kept."""
    is_line: bool = False
    """A line of known length instead of a catheter."""
