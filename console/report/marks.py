"""Signs that stand beside a word: told apart by shape alone, so that a black and white print loses nothing."""

from typing import Any

from console.model.checks import Status
from console.model.inspections import Verdict
from console.report.style import BAD, DOUBT, GOOD, INK, PAPER, SOFT

PASS, FAIL, UNKNOWN, NA, OPEN, WARN, NOTE = "pass", "fail", "unknown", "na", "open", "warn", "note"

OF_VERDICT = {
    Verdict.PASS: PASS,
    Verdict.FAIL: FAIL,
    Verdict.NA: NA,
    Verdict.UNKNOWN: UNKNOWN,
    Verdict.NONE: OPEN,
}
OF_STATUS = {
    Status.OK: PASS,
    Status.WARN: WARN,
    Status.CRIT: FAIL,
    Status.UNKNOWN: UNKNOWN,
    Status.NA: NA,
    Status.MANUAL: OPEN,
    Status.SKIPPED: NA,
}


def draw(canvas: Any, mark: str, x: float, middle: float, size: float) -> None:
    """Draw a sign as high as the letters of `size`, its left edge at `x`, its middle at `middle`."""
    radius = size * 0.44
    centre = x + radius + 0.3
    canvas.saveState()
    canvas.setLineWidth(size * 0.1)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    _DRAWN[mark](canvas, centre, middle, radius)
    canvas.restoreState()


def _pass(canvas: Any, x: float, y: float, r: float) -> None:
    """A tick in an open ring."""
    canvas.setStrokeColor(GOOD)
    canvas.circle(x, y, r, stroke=1, fill=0)
    _stroke(canvas, [(x - 0.48 * r, y + 0.02 * r), (x - 0.12 * r, y - 0.38 * r), (x + 0.5 * r, y + 0.4 * r)])


def _fail(canvas: Any, x: float, y: float, r: float) -> None:
    """A white cross on a full disc."""
    canvas.setFillColor(BAD)
    canvas.setStrokeColor(PAPER)
    canvas.circle(x, y, r * 1.08, stroke=0, fill=1)
    _stroke(canvas, [(x - 0.4 * r, y - 0.4 * r), (x + 0.4 * r, y + 0.4 * r)])
    _stroke(canvas, [(x - 0.4 * r, y + 0.4 * r), (x + 0.4 * r, y - 0.4 * r)])


def _warn(canvas: Any, x: float, y: float, r: float) -> None:
    """A full triangle with a white stroke."""
    canvas.setFillColor(BAD)
    canvas.setStrokeColor(PAPER)
    _area(canvas, [(x - 1.1 * r, y - 0.9 * r), (x + 1.1 * r, y - 0.9 * r), (x, y + 1.05 * r)])
    _stroke(canvas, [(x, y + 0.42 * r), (x, y - 0.22 * r)])
    _stroke(canvas, [(x, y - 0.58 * r), (x, y - 0.6 * r)])


def _unknown(canvas: Any, x: float, y: float, r: float) -> None:
    """A question mark in an open diamond."""
    canvas.setStrokeColor(DOUBT)
    d = 1.15 * r
    path = canvas.beginPath()
    path.moveTo(x, y + d)
    for across, up in ((d, 0), (0, -d), (-d, 0)):
        path.lineTo(x + across, y + up)
    path.close()
    canvas.drawPath(path, stroke=1, fill=0)
    hook = canvas.beginPath()
    hook.moveTo(x - 0.28 * r, y + 0.3 * r)
    hook.curveTo(x - 0.2 * r, y + 0.66 * r, x + 0.38 * r, y + 0.6 * r, x + 0.28 * r, y + 0.22 * r)
    hook.curveTo(x + 0.22 * r, y + 0.04 * r, x, y + 0.04 * r, x, y - 0.18 * r)
    canvas.drawPath(hook, stroke=1, fill=0)
    _stroke(canvas, [(x, y - 0.5 * r), (x, y - 0.52 * r)])


def _na(canvas: Any, x: float, y: float, r: float) -> None:
    """A stroke."""
    canvas.setStrokeColor(SOFT)
    _stroke(canvas, [(x - 0.7 * r, y), (x + 0.7 * r, y)])


def _open(canvas: Any, x: float, y: float, r: float) -> None:
    """An empty box."""
    canvas.setStrokeColor(SOFT)
    canvas.rect(x - 0.8 * r, y - 0.8 * r, 1.6 * r, 1.6 * r, stroke=1, fill=0)


def _note(canvas: Any, x: float, y: float, r: float) -> None:
    """A full dot."""
    canvas.setFillColor(INK)
    canvas.circle(x, y, r * 0.35, stroke=0, fill=1)


def _stroke(canvas: Any, points: list[tuple[float, float]]) -> None:
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    canvas.drawPath(path, stroke=1, fill=0)


def _area(canvas: Any, points: list[tuple[float, float]]) -> None:
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


_DRAWN = {PASS: _pass, FAIL: _fail, UNKNOWN: _unknown, NA: _na, OPEN: _open, WARN: _warn, NOTE: _note}
