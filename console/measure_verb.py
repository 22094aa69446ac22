"""`cathlab measure FILE --frame N`: one shape on one frame, for scripts; with no screen."""

import json
import sys
from argparse import Namespace
from contextlib import closing
from pathlib import Path
from typing import Any

from console.dicom.measuring.catheter import read_size
from console.dicom.measuring.measure import measure as measured
from console.dicom.reader import PictureReader
from console.errors import UsageError
from console.i18n import _
from console.model.measuring import KnownObject, Measured, Point, Shape, ShapeKind
from console.pictures import Pictures, no_picture_sentence

_FLAGS = {
    "distance": ShapeKind.DISTANCE,
    "angle": ShapeKind.ANGLE,
    "cobb": ShapeKind.COBB,
    "polyline": ShapeKind.POLYLINE,
    "profile": ShapeKind.PROFILE,
    "vessel": ShapeKind.VESSEL,
}


def measure(options: Namespace, _home: Path) -> int:
    """Measure and say it; status 0 also where only pixels can be given, which is said."""
    shape = shape_of(options)
    known = known_of(options.catheter, options.filling) if options.catheter else None
    with closing(PictureReader()) as reader:
        pictures = Pictures(reader)
        picture = pictures.info(Path(options.file))
        if picture.frames == 0:
            raise UsageError(_("Nothing to measure"), no_picture_sentence(picture))
        stored = pictures.frame(picture, options.frame)
    found = measured(stored, picture, shape, known, options.frame)
    if options.json:
        sys.stdout.write(json.dumps(as_json(found), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in _lines(found)))
    return 0


def shape_of(options: Namespace) -> Shape:
    """The one shape of a command line. UsageError for coordinates that are none."""
    for flag, kind in _FLAGS.items():
        if (text := getattr(options, flag)) is not None:
            return Shape(kind, _points(text))
    word, _colon, text = options.roi.partition(":")
    kinds = {kind.value: kind for kind in (ShapeKind.RECTANGLE, ShapeKind.ELLIPSE, ShapeKind.POLYGON)}
    if word not in kinds:
        what = _("{text} is not rect:X1,Y1,X2,Y2, ellipse:X1,Y1,X2,Y2 or polygon:X1,Y1,…")
        raise UsageError(_("Cannot be measured"), what.format(text=options.roi))
    return Shape(kinds[word], _points(text))


def known_of(text: str, filling: str) -> KnownObject:
    """ "6F@X1,Y1,X2,Y2" as the catheter that the frame is calibrated on. UsageError otherwise."""
    size, _at, line = text.partition("@")
    millimetres, said = read_size(size)
    points = _points(line)
    if len(points) != 2:
        what = _("{text} is not SIZE@X1,Y1,X2,Y2: a size, and two points along the catheter's middle.")
        raise UsageError(_("Not calibrated"), what.format(text=text))
    return KnownObject(millimetres, said, (points[0], points[1]), filling)


def _points(text: str) -> tuple[Point, ...]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if not numbers or len(numbers) % 2:
        what = _("{text} is not X,Y pairs such as 10,20,30.5,40.")
        raise UsageError(_("Cannot be measured"), what.format(text=text or '""'))
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def as_json(found: Measured) -> dict[str, Any]:
    """The keys of DESIGN section 11, "measure"."""
    calibration = found.calibration
    document: dict[str, Any] = {
        "kind": found.kind.value,
        "value": found.value,
        "unit": found.unit,
        "pixels": found.pixels,
        "uncertainty_percent": found.uncertainty_percent,
        "calibration": {
            "source": calibration.source,
            "unit": calibration.unit,
            "row_spacing": calibration.row_spacing,
            "column_spacing": calibration.column_spacing,
            "warnings": list(calibration.warnings),
            "errors": list(calibration.errors),
        },
        "not_for_diagnosis": True,
    }
    if (region := found.statistics) is not None:
        document["statistics"] = {
            "mean": region.mean,
            "sd": region.sd,
            "min": region.minimum,
            "max": region.maximum,
            "area": region.area,
            "area_unit": region.area_unit,
            "count": region.count,
            "unit": region.unit,
            "histogram": list(region.histogram),
        }
    if (curve := found.curve) is not None:
        document["profile"] = {
            "positions": list(curve.positions),
            "values": list(curve.values),
            "unit": curve.unit,
            "fwhm": curve.fwhm,
        }
    if (segment := found.vessel) is not None:
        document["vessel"] = {
            "mld": segment.mld,
            "reference": segment.reference,
            "stenosis_percent": segment.stenosis_percent,
            "length": segment.length,
            "diameters": list(segment.diameters),
            "unit": segment.unit,
            "at": segment.centreline[segment.at],
            "assumed_blur_px": segment.blur_px,
        }
    return document


def _lines(found: Measured) -> list[str]:
    value = "" if found.value is None else f"{found.value:.2f}".rstrip("0").rstrip(".")
    source = _("not calibrated")
    if found.calibration.unit == "mm":
        source = _("calibration: {source}").format(source=found.calibration.source)
    lines = [" ".join(filter(None, (value + (found.unit if found.unit == "°" else f" {found.unit}"), f"({source})")))]
    if found.uncertainty_percent is not None:
        lines.append(_("uncertainty: {percent} %").format(percent=f"{found.uncertainty_percent:.1f}"))
    if (region := found.statistics) is not None:
        what = _("mean {mean}, SD {sd}, from {low} to {high}, {count} pixels")
        lines.append(
            what.format(
                mean=f"{region.mean:.2f}",
                sd=f"{region.sd:.2f}",
                low=f"{region.minimum:g}",
                high=f"{region.maximum:g}",
                count=region.count,
            )
        )
    if found.curve is not None and found.curve.fwhm is not None:
        what = _("full width at half maximum: {width} {unit}")
        lines.append(what.format(width=f"{found.curve.fwhm:.2f}", unit=found.curve.unit))
    if (segment := found.vessel) is not None:
        what = _("minimum diameter {mld} {unit}, reference {reference} {unit}, diameter stenosis {percent} %")
        lines.append(
            what.format(
                mld=f"{segment.mld:.2f}",
                reference=f"{segment.reference:.2f}",
                percent=f"{segment.stenosis_percent:.0f}",
                unit=segment.unit,
            )
        )
    lines += found.calibration.warnings
    lines.append(_("An engineer's tool: not for diagnosis."))
    return lines
