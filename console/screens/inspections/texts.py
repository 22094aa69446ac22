"""Rows and details of the inspections, in words: nothing here draws."""

from collections.abc import Sequence
from datetime import date

from rich.cells import cell_len

from console.i18n import _, ngettext
from console.inspectiondesk import COVERAGES
from console.inspectionsteps import STAGES
from console.model.checks import SEVERITY, Status
from console.model.inspections import (
    Action,
    Coverage,
    InspectionLine,
    Quarter,
)
from console.model.text import clean
from console.theme import Symbols
from console.widgets.bars import joined
from console.widgets.row_table import Column, Row, Tone

_GAP = "   "
_COVERAGE_SIGNS = {
    Coverage.SIGNED: Status.OK,
    Coverage.SEALED: Status.WARN,
    Coverage.OVERDUE: Status.CRIT,
}


def sign(status: Status, symbols: Symbols) -> str:
    """The symbol of a status."""
    return symbols.verdicts[SEVERITY.index(status)]


# Quarters


def quarter_strip(quarters: Sequence[Quarter], width: int, symbols: Symbols) -> str:
    """How the quarters of the contract stand, in one line: those around today when not all fit."""
    parts = [_quarter(quarter, symbols) for quarter in quarters]
    now = next((at for at, quarter in enumerate(quarters) if quarter.days_left >= 0), len(quarters) - 1)
    first, last = now, min(now + 1, len(parts))
    while parts and (first > 0 or last < len(parts)):
        # Grown towards the side that shows less, so that today stays in the middle.
        back = first > 0 and (last == len(parts) or now - first <= last - 1 - now)
        wider = (first - 1, last) if back else (first, last + 1)
        if cell_len(_GAP.join(parts[wider[0] : wider[1]])) > width - 6:
            break
        first, last = wider
    before = f"{symbols.ellipsis} " if first > 0 else ""
    after = f" {symbols.ellipsis}" if last < len(parts) else ""
    return symbols.fold(f"{before}{_GAP.join(parts[first:last])}{after}")


def _quarter(quarter: Quarter, symbols: Symbols) -> str:
    mark = sign(_COVERAGE_SIGNS.get(quarter.coverage, Status.SKIPPED), symbols)
    if quarter.days_left >= 0 and quarter.coverage not in (Coverage.SEALED, Coverage.SIGNED):
        running = quarter.days_left <= _QUARTER_DAYS
        mark = sign(Status.MANUAL if running else Status.SKIPPED, symbols)
        said = _(COVERAGES[quarter.coverage])
        if running:
            said = joined((said, days_left(quarter.days_left)), ", ")
        return f"{quarter.name} {mark} {said}"
    return f"{quarter.name} {mark} {_(COVERAGES[quarter.coverage])}"


_QUARTER_DAYS = 92


def days_left(days: int) -> str:
    """How long there is still time."""
    return ngettext("{days} day left", "{days} days left", days).format(days=days)


# The list


def list_columns() -> tuple[Column, ...]:
    """Of the list of inspections."""
    return (
        Column(_("Quarter"), 7),
        Column(_("Number"), 16, flex=3),
        Column(_("Form"), 12, flex=2, rank=2),
        Column(_("State"), 12, flex=1),
        Column(_("Pass"), 5, rank=3, right=True),
        Column(_("Fail"), 6, rank=3, right=True),
        Column(_("Missing"), 7, rank=1, right=True),
        Column(_("Planned"), 10, rank=4),
    )


def list_row(line: InspectionLine, symbols: Symbols) -> Row:
    """One inspection."""
    if line.damaged:
        return Row(("", clean(line.number or line.id), "", clean(line.damaged), "", "", "", ""), line.id,
                   sign(Status.CRIT, symbols), tone="bad")  # fmt: skip
    sealed = line.stage in SEALED
    number = f"{line.number} r{line.revision}" if line.revision else line.number
    cells = (
        line.quarter,
        clean(number),
        clean(line.title),
        _(STAGES[line.stage]),
        str(line.passed),
        str(line.failed),
        "" if sealed else str(line.gaps),
        f"{line.planned:%Y-%m-%d}",
    )
    mark = sign(Status.CRIT if line.failed else Status.OK if sealed else Status.MANUAL, symbols)
    return Row(cells, line.id, mark, tone="bad" if line.failed else "good" if sealed else "")


SEALED = ("final", "signed-by-us", "signed", "archived")
"""Stages in which nothing is missing any more."""


# Actions


def action_columns() -> tuple[Column, ...]:
    """Of the list of actions."""
    return (
        Column(_("Due"), 10),
        Column(_("What has to be done"), 20, flex=4),
        Column(_("Owner"), 8, flex=1),
        Column(_("Of item"), 12, flex=1, rank=2),
        Column(_("Closed"), 10, rank=1),
    )


def action_row(action: Action, today: date, symbols: Symbols) -> Row:
    """One action."""
    late = action.closed is None and action.due is not None and action.due < today
    status = Status.OK if action.closed is not None else Status.CRIT if late else Status.MANUAL
    cells = (
        action.due.isoformat() if action.due is not None else "-",
        clean(action.what),
        clean(action.owner) or "-",
        clean(action.entry.partition("/")[2] or action.entry),
        f"{action.closed:%Y-%m-%d}" if action.closed is not None else "",
    )
    tone: Tone = "quiet" if action.closed is not None else "bad" if late else ""
    return Row(cells, action.id, sign(status, symbols), tone=tone)
