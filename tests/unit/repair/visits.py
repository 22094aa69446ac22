"""Visits of the doctor as the tests make them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from console.demo.damage_kit import Kit
from console.model.diagnosis import DoctorReport
from console.model.progress import Progress
from console.repair.doctor.baseline import Baseline
from console.repair.doctor.examine import examine
from console.repair.doctor.file import look_at

TODAY = date(2026, 11, 20)


def quiet(moment: Progress) -> None:
    """Progress that nobody looks at."""


def never() -> bool:
    """Nobody stops it."""
    return False


def visit(
    *paths: Path,
    decode: bool = False,
    baseline: Baseline | None = None,
    tools: bool = False,
    cancelled: Callable[[], bool] = never,
) -> DoctorReport:
    """The report on files and folders."""
    return examine(paths, quiet, cancelled, decode=decode, baseline=baseline, tools=tools, today=TODAY)


def codes(report: DoctorReport) -> set[tuple[str, str]]:
    """File name and code of every finding."""
    return {(Path(finding.path).name, finding.code) for finding in report.findings}


def codes_of(data: bytes) -> set[str]:
    """What is said of the bytes of one file."""
    return {found.code for found in look_at("x.dcm", data, TODAY).found}


_KIT: list[Kit] = []


def kit(number: int = 1) -> Kit:
    """Makes sound objects; the picture in them is computed once for all tests."""
    if not _KIT:
        _KIT.append(Kit())
    _KIT[0].number = number
    return _KIT[0]
