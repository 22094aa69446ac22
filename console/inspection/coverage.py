"""Which quarters of the contract have their inspection (clause Q1: one on site each quarter, announced and signed)."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from console.model.inspections import Coverage, InspectionLine, Quarter, Stage
from console.model.site import Contract

_COVERAGE = {
    Stage.PLANNED: Coverage.MISSING,
    Stage.NOTIFIED: Coverage.NOTIFIED,
    Stage.PERMITTED: Coverage.PERMITTED,
    Stage.IN_PROGRESS: Coverage.PERMITTED,
    Stage.REVIEW: Coverage.DONE,
    Stage.FINAL: Coverage.SEALED,
    Stage.SIGNED_BY_US: Coverage.SEALED,
    Stage.SIGNED: Coverage.SIGNED,
    Stage.ARCHIVED: Coverage.SIGNED,
}
_RANK = (Coverage.MISSING, Coverage.NOTIFIED, Coverage.PERMITTED, Coverage.DONE, Coverage.SEALED, Coverage.SIGNED)
_LONGEST = 80
"""Quarters shown at most: a contract until 2206 is a slip of the finger."""


def quarter_of(day: date) -> str:
    """The calendar quarter of a day: "2026Q4"."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def quarter_ends(name: str) -> date:
    """The last day of a quarter. ValueError for what is no quarter such as "2026Q4"."""
    year, found, number = name.partition("Q")
    if not found or number not in ("1", "2", "3", "4") or not (len(year) == 4 and year.isascii() and year.isdigit()):
        raise ValueError(f"not a quarter: {name!r}")
    month = int(number) * 3
    return date(int(year) + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def quarters(
    contract: Contract,
    lines: Iterable[InspectionLine],
    today: date,
    *,
    forms: Collection[str] = ("quarterly",),
    site_name: str = "",
) -> tuple[Quarter, ...]:
    """The quarters of the contract, or of this year where the site file names no term, first one first.

    `forms` are the ids of those that are owed each quarter. `site_name` leaves out inspections of other sites. Of
    several inspections of a quarter the one that has come furthest counts: a revision that is being written does not
    take away what is signed.
    """
    best: dict[str, InspectionLine] = {}
    for line in lines:
        if line.form not in forms or line.damaged or (site_name and line.site_name != site_name):
            continue
        there = best.get(line.quarter)
        if there is None or _order(line) > _order(there):
            best[line.quarter] = line
    start = contract.start or date(today.year, 1, 1)
    end = contract.end or date(max(today.year, start.year), 12, 31)
    return tuple(_quarter(name, best.get(name), end, today) for name in _names(start, end))


def _names(start: date, end: date) -> list[str]:
    names: list[str] = []
    day = date(start.year, (start.month - 1) // 3 * 3 + 1, 1)
    while day <= end and len(names) < _LONGEST:
        names.append(quarter_of(day))
        day = quarter_ends(names[-1]) + timedelta(days=1)
    return names


def _quarter(name: str, line: InspectionLine | None, contract_ends: date, today: date) -> Quarter:
    left = (min(quarter_ends(name), contract_ends) - today).days
    coverage = _COVERAGE[line.stage] if line is not None else Coverage.MISSING
    if left < 0 and _RANK.index(coverage) < _RANK.index(Coverage.SEALED):
        coverage = Coverage.OVERDUE
    return Quarter(name, coverage, line.id if line is not None else "", left)


def _order(line: InspectionLine) -> tuple[int, int, date]:
    return _RANK.index(_COVERAGE[line.stage]), line.revision, line.planned
