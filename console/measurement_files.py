"""Measurements as files for other programs: JSON with the keys of DESIGN section 11, CSV for spreadsheets."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from console.model.measuring import Measured, Measurement, Sheet, UserCalibration
from console.store.files import replace_file

COLUMNS = (
    "number", "name", "frame", "kind", "value", "unit", "uncertainty_percent", "pixels", "calibration_source",
    "row_spacing", "column_spacing", "mean", "sd", "min", "max", "count", "fwhm", "mld", "reference",
    "stenosis_percent", "operator", "time", "hidden", "recomputed", "before", "points", "not_for_diagnosis",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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


def sheet_json(sheet: Sheet) -> dict[str, Any]:
    """Everything that is kept of an object; times in ISO 8601 with zone."""
    return {
        "sop_instance_uid": sheet.instance.sop_instance_uid,
        "sha256": sheet.instance.sha256,
        "calibration": _calibration(sheet.calibration),
        "measurements": [_measurement(one) for one in sheet.measurements],
        "not_for_diagnosis": True,
    }


def _calibration(mine: UserCalibration | None) -> dict[str, Any] | None:
    if mine is None:
        return None
    return {
        "object": mine.known.said,
        "is_line": mine.known.is_line,
        "filling": mine.known.filling,
        "frame": mine.frame,
        "line": [list(point) for point in mine.known.line],
        "row_spacing": mine.calibration.row_spacing,
        "column_spacing": mine.calibration.column_spacing,
        "uncertainty_percent": mine.calibration.uncertainty_percent,
        "operator": mine.operator,
        "time": mine.at.isoformat(),
    }


def _measurement(one: Measurement) -> dict[str, Any]:
    return {
        "number": one.number,
        "name": one.name,
        "frame": one.frame,
        "points": [list(point) for point in one.shape.points],
        "operator": one.operator,
        "time": one.at.isoformat(),
        "hidden": one.hidden,
        "recomputed": one.recomputed.isoformat() if one.recomputed is not None else None,
        "before": one.before,
        **as_json(one.found),
    }


def sheet_csv(sheet: Sheet) -> str:
    """One line a measurement; no cell is taken for a formula by a spreadsheet."""
    stream = io.StringIO()
    lines = csv.DictWriter(stream, COLUMNS, lineterminator="\r\n")
    lines.writeheader()
    for one in sheet.measurements:
        whole = _measurement(one)
        statistics, vessel = whole.pop("statistics", {}), whole.pop("vessel", {})
        scale, profile = whole.pop("calibration"), whole.pop("profile", {})
        row = {
            **whole,
            "calibration_source": scale["source"],
            "row_spacing": scale["row_spacing"],
            "column_spacing": scale["column_spacing"],
            **{name: statistics.get(name) for name in ("mean", "sd", "min", "max", "count")},
            "fwhm": profile.get("fwhm"),
            **{name: vessel.get(name) for name in ("mld", "reference", "stenosis_percent")},
            "points": " ".join(f"{x:g},{y:g}" for x, y in one.shape.points),
        }
        lines.writerow({name: _cell(row.get(name)) for name in COLUMNS})
    return stream.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def write_json(sheet: Sheet, target: Path) -> None:
    """Raises StoreError; what stands at `target` is replaced: ask before."""
    replace_file(target, (json.dumps(sheet_json(sheet), ensure_ascii=False, indent=2) + "\n").encode())


def write_csv(sheet: Sheet, target: Path) -> None:
    """As UTF-8 with the mark that spreadsheets look for. Raises StoreError."""
    replace_file(target, sheet_csv(sheet).encode("utf-8-sig"))
