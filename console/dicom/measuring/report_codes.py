"""What the measurements of a structured report are called: the Standard's codes, and ours where it has none."""

from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from console.model.measuring import ShapeKind

SCHEME = "99CATHLAB"
"""Coding scheme of what the Standard has no code for."""
PURPOSE = "Engineering measurements, not for diagnosis"
REGIONS = (ShapeKind.RECTANGLE, ShapeKind.ELLIPSE, ShapeKind.POLYGON)
PIXEL = Code("{pixels}", "UCUM", "pixels")
SQUARE_PIXEL = Code("{pixels}2", "UCUM", "square pixels")
UNITS = {
    "mm": codes.UCUM.Millimeter,
    "px": PIXEL,
    "mm²": codes.UCUM.SquareMillimeter,
    "px²": SQUARE_PIXEL,
    "°": codes.UCUM.Degree,
}
VALUE = Code("pixel-value", SCHEME, "Pixel value")
COUNT = Code("pixel-count", SCHEME, "Number of pixels")
FWHM = Code("fwhm", SCHEME, "Full width at half maximum")
REFERENCE = Code("reference-diameter", SCHEME, "Interpolated reference diameter")
SCALE = Code("scale", SCHEME, "Source of the scale")
KIND = Code("shape", SCHEME, "Shape")
LENGTHS = {
    ShapeKind.DISTANCE: codes.DCM.Distance,
    ShapeKind.PROFILE: codes.DCM.Distance,
    ShapeKind.POLYLINE: codes.DCM.PathLength,
}
ANGLES = {ShapeKind.ANGLE: codes.SCT.Angle, ShapeKind.COBB: codes.SCT.CobbAngle}
