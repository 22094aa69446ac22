"""Planar measurements out of structured reports, ours and others': TID 1500 with TID 1501, 1410 and 300 (PS3.16).

A report comes from a stranger: nothing in it is taken for true but where somebody drew, and what they wrote beside it.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from console.errors import DicomReadError, UsageError
from console.i18n import _
from console.model.measuring import Point, Reported, Shape, ShapeKind
from console.plain import clean

_MOST_ITEMS, _MOST_POINTS, _DEEPEST = 50_000, 10_000, 24
_LARGEST = 64 * 1024 * 1024
_GROUPS = (("125007", "DCM"),)
"""Measurement Group."""
_TRACKING = ("112039", "DCM")
_ELLIPSE_POINTS = 72
_ANGLES = ("1483009", "285285000", "110859")
_SHAPE = ("shape", "99CATHLAB")
_UNREADABLE = (
    ValueError,
    KeyError,
    AttributeError,
    TypeError,
    IndexError,
    EOFError,
    NotImplementedError,
    RecursionError,
)
"""What highdicom and pydicom raise, by what a stranger's report does wrong: NotImplementedError among it, for graphic
types that highdicom does not know."""


@dataclass
class _Group:
    """What one group of a report holds."""

    name: str = ""
    shape: str = ""
    numbers: list[tuple[str, float, str]] = field(default_factory=list)
    """(code, value, unit)."""
    drawn: list[tuple[str, tuple[Point, ...], str, int]] = field(default_factory=list)
    """(graphic type, points, instance, frame)."""


def read_report(path: Path) -> tuple[Reported, ...]:
    """The planar measurements of a report, in its order; empty where it holds none.

    DicomReadError where the file cannot be read; UsageError where it is no structured report, or what it holds was
    drawn in space instead of on a picture.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise UsageError(_("Too large"), _("{name} is too large for a report.").format(name=path.name))
        dataset = pydicom.dcmread(path, force=True)
        if dataset.get("Modality") != "SR" or "ContentSequence" not in dataset:
            what = _("{name} is no structured report with a content tree.").format(name=path.name)
            raise UsageError(_("No measurements"), what)
        return tuple(_measurements(dataset, path.name))
    except (OSError, InvalidDicomError) as error:
        raise DicomReadError(
            _("Cannot be read"), _("{name} cannot be read as DICOM.").format(name=path.name)
        ) from error
    except _UNREADABLE as error:
        what = _("The content tree of {name} is damaged.").format(name=path.name)
        raise DicomReadError(_("Cannot be read"), what) from error


def _measurements(dataset: Dataset, name: str) -> Iterator[Reported]:
    seen = in_space = 0
    waiting = [(dataset, 0)]
    while waiting:
        item, depth = waiting.pop()
        seen += 1
        if seen > _MOST_ITEMS or depth > _DEEPEST:
            raise ValueError("no report is so large")
        if item.get("ValueType") == "CONTAINER" and _code(item) in _GROUPS:
            group = _Group()
            in_space += _collect(item, group, 0)
            if (found := _reported(group)) is not None:
                yield found
        else:
            waiting += [(child, depth + 1) for child in reversed(item.get("ContentSequence") or [])]
    if in_space:
        what = _("{name} holds {count} measurements in space (SCOORD3D); only those on a picture can be taken in.")
        raise UsageError(_("In space"), what.format(name=name, count=in_space))


def _collect(item: Dataset, group: _Group, depth: int) -> int:
    """Everything below a group; how much of it was drawn in space."""
    if depth > _DEEPEST:
        raise ValueError("no group is so deep")
    in_space = 0
    for child in (item.get("ContentSequence") or [])[:_MOST_ITEMS]:
        kind = child.get("ValueType")
        if kind == "TEXT" and _code(child) == _TRACKING:
            group.name = clean(str(child.get("TextValue") or ""))[:200]
        elif kind == "TEXT" and _code(child) == _SHAPE:
            group.shape = str(child.get("TextValue") or "")
        elif kind == "NUM":
            _number(child, group)
        elif kind == "SCOORD":
            _coordinates(child, group)
        elif kind == "SCOORD3D":
            in_space += 1
        in_space += _collect(child, group, depth + 1)
    return in_space


def _number(item: Dataset, group: _Group) -> None:
    values = item.get("MeasuredValueSequence") or []
    if not values:
        return
    value = float(values[0].NumericValue)
    units = values[0].get("MeasurementUnitsCodeSequence") or []
    unit = str(units[0].get("CodeValue") or "") if units else ""
    if math.isfinite(value):
        group.numbers.append((_code(item)[0], value, clean(unit)[:16]))


def _coordinates(item: Dataset, group: _Group) -> None:
    data = [float(value) for value in item.get("GraphicData") or []]
    if not data or len(data) % 2 or len(data) > 2 * _MOST_POINTS or not all(map(math.isfinite, data)):
        raise ValueError("these are no coordinates")
    if item.get("PixelOriginInterpretation") == "VOLUME":
        return
    instance, frame = "", 1
    for child in item.get("ContentSequence") or []:
        if child.get("ValueType") == "IMAGE" and child.get("ReferencedSOPSequence"):
            image = child.ReferencedSOPSequence[0]
            instance = str(image.get("ReferencedSOPInstanceUID") or "")
            frames = image.get("ReferencedFrameNumber")
            frame = (
                int(frames if not isinstance(frames, list | pydicom.multival.MultiValue) else frames[0])
                if frames
                else 1
            )
    # From the corner of the first pixel to its middle.
    points = tuple((x - 0.5, y - 0.5) for x, y in zip(data[::2], data[1::2], strict=True))
    group.drawn.append((str(item.get("GraphicType") or ""), points, instance, frame))


def _reported(group: _Group) -> Reported | None:
    """The group as one shape; None where nothing was drawn that we know."""
    if not group.drawn:
        return None
    graphic, points, instance, frame = group.drawn[0]
    code, value, unit = group.numbers[0] if group.numbers else ("", None, "")
    lines = [drawn for drawn in group.drawn if drawn[0] == "POLYLINE" and len(drawn[1]) == 2]
    shape: Shape | None
    if len(lines) == 2 == len(group.drawn) and code in _ANGLES:
        shape = Shape(ShapeKind.COBB, (*lines[0][1], *lines[1][1]))
    else:
        shape = _shape(graphic, points, group.shape, code)
    if shape is None or not instance or frame < 1:
        return None
    return Reported(group.name, frame, shape, value, unit, instance)


def _shape(graphic: str, points: tuple[Point, ...], said: str, code: str) -> Shape | None:
    if graphic == "POINT" and len(points) == 1:
        return Shape(ShapeKind.TEXT if said == "text" else ShapeKind.PROBE, points)
    if graphic == "CIRCLE" and len(points) == 2:
        (x, y), radius = points[0], math.dist(*points)
        return Shape(ShapeKind.ELLIPSE, ((x - radius, y - radius), (x + radius, y + radius)))
    if graphic == "ELLIPSE" and len(points) == 4:
        return _ellipse(points)
    if graphic != "POLYLINE" or len(points) < 2:
        return None
    if len(points) > 3 and points[0] == points[-1]:
        if said == ShapeKind.RECTANGLE and len(points) == 5:
            return Shape(ShapeKind.RECTANGLE, (points[0], points[2]))
        return Shape(ShapeKind.POLYGON, points[:-1])
    if len(points) == 2:
        of_two = (ShapeKind.PROFILE, ShapeKind.VESSEL, ShapeKind.ARROW)
        return Shape(next((kind for kind in of_two if said == kind), ShapeKind.DISTANCE), points)
    if len(points) == 3 and code in _ANGLES:
        return Shape(ShapeKind.ANGLE, points)
    return Shape(ShapeKind.POLYLINE, points)


def _ellipse(points: tuple[Point, ...]) -> Shape:
    """By the ends of its axes; one that lies askew as a polygon."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = points
    x, y = (ax + bx) / 2, (ay + by) / 2
    first, second = ((bx - ax) / 2, (by - ay) / 2), ((dx - cx) / 2, (dy - cy) / 2)
    askew = 1e-6 * max(math.hypot(*first), math.hypot(*second))
    for wide, high in ((first, second), (second, first)):
        if abs(wide[1]) <= askew and abs(high[0]) <= askew:
            return Shape(
                ShapeKind.ELLIPSE, ((x - abs(wide[0]), y - abs(high[1])), (x + abs(wide[0]), y + abs(high[1])))
            )
    turns = [2 * math.pi * step / _ELLIPSE_POINTS for step in range(_ELLIPSE_POINTS)]
    around = tuple(
        (
            x + first[0] * math.cos(turn) + second[0] * math.sin(turn),
            y + first[1] * math.cos(turn) + second[1] * math.sin(turn),
        )
        for turn in turns
    )
    return Shape(ShapeKind.POLYGON, around)


def _code(item: Dataset) -> tuple[str, str]:
    """The concept's value and scheme."""
    names = item.get("ConceptNameCodeSequence") or []
    if not names:
        return "", ""
    return str(names[0].get("CodeValue") or ""), str(names[0].get("CodingSchemeDesignator") or "")
