"""`cathlab measure FILE`: one shape on one frame, or what was measured on the screen, for scripts."""

import json
import sys
from argparse import Namespace
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from console.dicom.measuring.measure import measure as measured
from console.dicom.reader import PictureReader
from console.errors import UsageError
from console.i18n import _
from console.measuredesk import known_object
from console.measurement_files import as_json, sheet_csv, sheet_json
from console.measurement_report import read_report, write_report
from console.measuring_store import MeasuringStore, digest_of
from console.model.clock import local_now
from console.model.measuring import (
    Instance,
    KnownObject,
    Measured,
    Measurement,
    Point,
    Reported,
    Shape,
    ShapeKind,
    Sheet,
)
from console.model.picture import PictureInfo
from console.pictures import Pictures, no_picture_sentence

_FLAGS = {
    "distance": ShapeKind.DISTANCE,
    "angle": ShapeKind.ANGLE,
    "cobb": ShapeKind.COBB,
    "polyline": ShapeKind.POLYLINE,
    "profile": ShapeKind.PROFILE,
    "vessel": ShapeKind.VESSEL,
    "probe": ShapeKind.PROBE,
}


def measure(options: Namespace, home: Path) -> int:
    """Measure and say it; status 0 also where only pixels can be given, which is said."""
    path = Path(options.file)
    if options.from_sr:
        return _say_report(options, path)
    with closing(PictureReader()) as reader:
        pictures = Pictures(reader)
        picture = pictures.info(path)
        if picture.frames == 0:
            raise UsageError(_("Nothing to measure"), no_picture_sentence(picture))
        if options.list:
            return _say_kept(options, home, picture)
        shape, known = shape_of(options), known_of(options)
        stored = pictures.frame(picture, options.frame)
    found = measured(stored, picture, shape, known, options.frame)
    at = local_now()
    sheet = Sheet(
        Instance(picture.sop_instance_uid, picture.size, digest_of(path) if options.sr or options.csv else ""),
        (Measurement(1, options.frame, shape, found, "", at),),
    )
    if options.sr:
        _write_sr(options, picture, sheet)
    if options.csv:
        sys.stdout.write(sheet_csv(sheet))
    elif options.json:
        sys.stdout.write(json.dumps(as_json(found), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in _lines(found)))
    return 0


def _say_kept(options: Namespace, home: Path, picture: PictureInfo) -> int:
    """What was measured on the screen and is kept in the home folder."""
    sheet, notice = MeasuringStore(home, read_only=True).load(picture.sop_instance_uid)
    if notice:
        sys.stderr.write(f"{notice}\n")
    if sheet is None or not sheet.measurements:
        raise UsageError(_("Nothing was measured"), _("Nothing was measured on this object in this home folder."))
    if (picture.size, digest_of(Path(picture.path))) != (sheet.instance.size, sheet.instance.sha256):
        what = _("{name} is not the file that was measured: its content has changed since.")
        raise UsageError(_("Another file"), what.format(name=Path(picture.path).name))
    if options.sr:
        _write_sr(options, picture, sheet)
    if options.csv:
        sys.stdout.write(sheet_csv(sheet))
    elif options.json:
        sys.stdout.write(json.dumps(sheet_json(sheet), ensure_ascii=False, indent=2) + "\n")
    else:
        for one in sheet.measurements:
            words = (str(one.number), _("frame {number}").format(number=one.frame), one.shape.kind.value, one.name)
            sys.stdout.write("  ".join(filter(None, (*words, _lines(one.found)[0]))) + "\n")
    return 0


def _write_sr(options: Namespace, picture: PictureInfo, sheet: Sheet) -> None:
    target = Path(options.sr)
    if target.exists():
        what = _("{path} exists already; name another file.")
        raise UsageError(_("Not written"), what.format(path=target))
    write_report(Path(picture.path), sheet, target, "", local_now())
    sys.stderr.write(_("Written: {path}").format(path=target) + "\n")


def _say_report(options: Namespace, path: Path) -> int:
    """What a structured report holds."""
    found = read_report(path)
    if options.json:
        sys.stdout.write(json.dumps([_reported(one) for one in found], ensure_ascii=False, indent=2) + "\n")
        return 0
    if not found:
        raise UsageError(_("No measurements"), _("{name} holds no measurements on a picture.").format(name=path.name))
    for one in found:
        value = f"{one.value:g} {one.unit}" if one.value is not None else ""
        words = (_("frame {number}").format(number=one.frame), one.shape.kind.value, one.name, value, one.instance)
        sys.stdout.write("  ".join(filter(None, words)) + "\n")
    return 0


def _reported(one: Reported) -> dict[str, object]:
    return {
        "name": one.name,
        "frame": one.frame,
        "kind": one.shape.kind.value,
        "points": [list(point) for point in one.shape.points],
        "value": one.value,
        "unit": one.unit,
        "sop_instance_uid": one.instance,
    }


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


def known_of(options: Namespace) -> KnownObject | None:
    """ "6F@X1,Y1,X2,Y2" as the catheter, or "10mm@..." as the line, that calibrates the frame. UsageError otherwise."""
    text = options.catheter or options.line
    if not text:
        return None
    size, _at, line = text.partition("@")
    points = _points(line)
    if len(points) != 2:
        what = _("{text} is not SIZE@X1,Y1,X2,Y2: a size, and two points along it.")
        raise UsageError(_("Not calibrated"), what.format(text=text))
    known = known_object(size, (points[0], points[1]), is_line=not options.catheter)
    return known if known.is_line else replace(known, filling=options.filling)


def _points(text: str) -> tuple[Point, ...]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if not numbers or len(numbers) % 2:
        what = _("{text} is not X,Y pairs such as 10,20,30.5,40.")
        raise UsageError(_("Cannot be measured"), what.format(text=text or '""'))
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _lines(found: Measured) -> list[str]:
    value = "" if found.value is None else f"{found.value:.2f}".rstrip("0").rstrip(".")
    value += found.unit if found.unit == "°" else f" {found.unit}"
    source = ""
    if found.calibration.unit == "mm":
        source = _("calibration: {source}").format(source=found.calibration.source)
    elif found.unit in ("px", "px²"):
        source = _("not calibrated")
    lines = [f"{value} ({source})" if source else value]
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
