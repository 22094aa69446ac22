"""Plans, progress and reports as lines of JSON between the console and the process that exports."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from console.model.export import (
    ExportOptions,
    ExportPlan,
    ExportProblem,
    ExportReport,
    Medium,
    PlannedFile,
    PlannedPatient,
)


def line(kind: str, content: object) -> bytes:
    """One line. File names that are not UTF-8 travel with their lone surrogates."""
    return json.dumps({kind: content}, ensure_ascii=True, default=str).encode("ascii") + b"\n"


def plan_out(plan: ExportPlan) -> dict[str, Any]:
    """A plan as plain values. Files, of which there may be 100,000, become short lists."""
    content = {name: value for name, value in vars(plan).items() if name != "files"}
    content["files"] = [[*vars(file).values()] for file in plan.files]
    return {
        name: asdict(value) if hasattr(value, "__dataclass_fields__") else _plain(value)
        for name, value in content.items()
    }


def plan_in(content: Mapping[str, Any]) -> ExportPlan:
    """The plan that `plan_out` gave."""
    options = dict(content["options"])
    options["key_folder"] = _path(options["key_folder"])
    medium = dict(content["medium"])
    medium["root"] = Path(medium["root"])
    return ExportPlan(
        **{
            **content,
            "target": Path(content["target"]),
            "options": ExportOptions(**options),
            "files": tuple(PlannedFile(Path(values[0]), *values[1:]) for values in content["files"]),
            "patients": tuple(PlannedPatient(**patient) for patient in content["patients"]),
            "medium": Medium(**medium),
            "left_out": tuple(ExportProblem(**problem) for problem in content["left_out"]),
            "notes": tuple(content["notes"]),
            "suggestion": _path(content["suggestion"]),
        }
    )


def report_out(report: ExportReport) -> dict[str, Any]:
    """A report as plain values."""
    return asdict(report)


def report_in(content: Mapping[str, Any]) -> ExportReport:
    """The report that `report_out` gave."""
    return ExportReport(
        **{
            **content,
            "target": Path(content["target"]),
            "problems": tuple(ExportProblem(**problem) for problem in content["problems"]),
            "warnings": tuple(content["warnings"]),
            "key_list": _path(content["key_list"]),
            "patients": tuple(PlannedPatient(**patient) for patient in content["patients"]),
        }
    )


def _plain(value: object) -> object:
    return (
        [asdict(one) if hasattr(one, "__dataclass_fields__") else one for one in value]
        if isinstance(value, tuple)
        else value
    )


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
