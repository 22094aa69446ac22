"""Trends: what was measured over the quarters, with forecasts, and the history of the checks."""

from dataclasses import replace

from reportlab.platypus.flowables import CondPageBreak

from console.i18n import _
from console.report.charts import Chart, RunHistory
from console.report.manuscript import Manuscript
from console.report.style import BODY, CELL, SMALL, STRONG


def write(manuscript: Manuscript) -> None:
    """The chapter; none where nothing was measured."""
    series = [one for one in manuscript.report.charts if one.points]
    runs = manuscript.report.runs
    if not series and not runs:
        return
    manuscript.chapter(_("Trends"), "trends")
    manuscript.add(
        manuscript.text(
            _(
                "A full line is what was measured, a dotted one the limit. A dashed line goes on as it grew so far, "
                "and the grey range says how sure that is."
            ),
            SMALL,
        )
    )
    for one in series:
        # Title, chart and sentence stay together.
        manuscript.add(CondPageBreak(Chart.HEIGHT + 45))
        manuscript.add(manuscript.text(str(one.title), replace(STRONG, before=8, after=3)))
        manuscript.add(Chart(manuscript.case, one))
        if one.note:
            manuscript.add(manuscript.text(str(one.note), replace(CELL, after=10)))
    if runs:
        manuscript.add(CondPageBreak(RunHistory.HEIGHT + 45))
        manuscript.add(manuscript.text(_("Findings of the last check runs"), replace(STRONG, before=8, after=3)))
        manuscript.add(RunHistory(manuscript.case, runs))
        manuscript.add(manuscript.text("", BODY))
