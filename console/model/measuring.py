"""Nouns of measuring: shapes on a frame, and what was found in them.

Positions are (x, y) with the centre of the first pixel at (0, 0), x to the right, y down; they need not be whole
numbers. Values depend on the frame and its calibration alone, never on how it is shown.
"""

from dataclasses import dataclass
from datetime import datetime
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
    PROBE = "probe"
    """One point: the value of the pixel that it lies in."""
    ARROW = "arrow"
    """Two points: the tip, and where the arrow begins. It measures nothing."""
    TEXT = "text"
    """One point; its name is what stands there. It measures nothing."""


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
    """Length, area, angle, or a pixel's value; None where nothing is measured (arrows, texts)."""
    unit: str
    """"mm", "px", "mm²", "px²", "°" or the unit of the values; empty where nothing is measured."""
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


@dataclass(frozen=True)
class Instance:
    """Which object was measured, so that another one is never taken for it."""

    sop_instance_uid: str
    size: int
    """Bytes of the file."""
    sha256: str
    """Of the whole file, hexadecimal."""


@dataclass(frozen=True)
class UserCalibration:
    """A calibration that the operator made on an object of known size; it holds for the run."""

    known: KnownObject
    frame: int
    """Where it was made, from 1."""
    calibration: Calibration
    operator: str
    at: datetime


@dataclass(frozen=True)
class Measurement:
    """One shape on one frame, with what it was worth when it was last measured."""

    number: int
    """Its number in the book, from 1; never given again."""
    frame: int
    """From 1."""
    shape: Shape
    found: Measured
    operator: str
    at: datetime
    """When it was drawn or last moved."""
    name: str = ""
    """What the operator calls it; of a text, what it says."""
    hidden: bool = False
    recomputed: datetime | None = None
    """When another calibration gave it its present value; None while it has the one it was drawn with."""
    before: str = ""
    """The value, unit and source that it had before that: "41.2 mm (sid-sod)"."""


@dataclass(frozen=True)
class Sheet:
    """Everything measured on one instance."""

    instance: Instance
    measurements: tuple[Measurement, ...] = ()
    """In the order of their numbers."""
    calibration: UserCalibration | None = None
    """The operator's own, in force for the whole run; None for the header's."""
    last_number: int = 0
    """The highest number that was ever given."""


@dataclass(frozen=True)
class Steps:
    """A sheet with the way back and the way forth."""

    now: Sheet
    past: tuple[Sheet, ...] = ()
    """Earlier sheets, the last one latest."""
    future: tuple[Sheet, ...] = ()
    """Sheets that were undone, the last one to come first."""


@dataclass(frozen=True)
class Reported:
    """One measurement that a structured report holds: somebody else's words, until it is measured again."""

    name: str
    frame: int
    """From 1."""
    shape: Shape
    value: float | None
    """As the report says; None where it gives no number."""
    unit: str
    """As the report says: "mm", "{pixels}", "deg"."""
    instance: str
    """SOP Instance UID of the picture."""
