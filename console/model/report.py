"""Nouns of the printed report: an inspection with everything that stands in its PDF besides the record itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from console.model.checks import Status
from console.model.inspections import Inspection
from console.model.sentence import NO_WORDS, NOTHING, Said

Point = tuple[datetime, float]
"""A moment, with zone, and the value measured then."""


@dataclass(frozen=True)
class ChartSeries:
    """One quantity over time, with what is expected of it."""

    title: Said
    """What was measured and where: "Space used on /data, pacs-a"."""
    unit: str
    """"%", "bytes", "s", "count" or any other; "bytes" is printed as GB or TB."""
    points: tuple[Point, ...]
    """Oldest first."""
    limit: float | None = None
    """A line that must not be passed, in the unit."""
    limit_name: Said = NOTHING
    forecast: tuple[Point, ...] = ()
    """Where it goes if it grows as it did, drawn dashed."""
    forecast_early: tuple[Point, ...] = ()
    forecast_late: tuple[Point, ...] = ()
    """Edges of the range that the forecast stands in; same moments as `forecast`."""
    note: Said = NO_WORDS
    """One sentence below: what the forecast says, or why there is none."""


@dataclass(frozen=True)
class RunCounts:
    """How many findings of each status one run of the checks had."""

    at: datetime
    counts: Mapping[Status, int]


@dataclass(frozen=True)
class Report:
    """Everything that is printed."""

    inspection: Inspection
    charts: tuple[ChartSeries, ...] = ()
    runs: tuple[RunCounts, ...] = ()
    """The history of the checks, oldest first; empty for no such chart."""
    attachments: Mapping[str, Path] = field(default_factory=dict)
    """Where the file of each SHA-256 lies. One that is missing here is listed, and said to be missing."""
    practice: bool = False
    """Of the practice site: every page says so."""
    audit_lines: int = 0
    audit_head: str = ""
    """Of the audit log now; a sealed inspection prints those of its seal instead."""
    team: str = ""
    """Who serves the hospital: the company's name, printed where this side signs."""


@dataclass(frozen=True)
class Written:
    """What came of writing a report."""

    pages: int
    seconds: float
    sha256: str
    """Of the file."""
    size: int
    """Bytes."""
    missing_glyphs: tuple[str, ...] = ()
    """Characters that no font has; the report shows 〔U+1F642〕 in their place and lists them on its last page."""
    pdfa: bool = True
    """It was validated as PDF/A-2b."""
    reproducible: bool = True
    """The same report gives the same bytes again."""
    problem: str = ""
    """One translated sentence when it is not PDF/A; empty otherwise."""
    peak_bytes: int = 0
    """Memory that the process had at most; 0 where the system does not say."""


@dataclass(frozen=True)
class Stopped:
    """No report was written: it was cancelled, or something was wrong."""

    title: str
    detail: str
    """One translated sentence."""
    cancelled: bool = False
