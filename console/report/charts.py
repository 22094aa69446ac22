"""Charts, drawn as lines: a quantity over time with its limit and forecast, and the history of the checks.

Nothing is told by colour alone: the limit is dotted, the forecast dashed in a grey range, the statuses differ in
hatching.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reportlab.lib.colors import HexColor

from console.model.checks import Status
from console.model.report import ChartSeries, Point, RunCounts
from console.report.flow import Drawn
from console.report.glyphs import BOLD, REGULAR
from console.report.scales import Scale, time_scale, value_scale, value_text
from console.report.style import ACCENT, BAD, DOUBT, FAINT, GOOD, INK, PAPER, RULE, SOFT
from console.report.typecase import Typecase
from console.report.words import status_word

_RANGE = HexColor("#e3e7ec")
_FEW = 16
"""Up to this many values each is a dot as well."""
_MOST_RUNS = 40
_LABEL = 7.4
STACK = (Status.OK, Status.WARN, Status.CRIT, Status.UNKNOWN)
"""From the bottom; what says nothing about the machines is not drawn."""


class Chart(Drawn):
    """One quantity."""

    HEIGHT = 138.0

    def __init__(self, case: Typecase, series: ChartSeries) -> None:
        super().__init__()
        self.case, self.series = case, series
        case.need(REGULAR, str(series.limit_name))
        self.spaceAfter = 4

    def wrap(self, room: float, _height: float) -> tuple[float, float]:
        """As wide as there is room."""
        self.room = room
        return room, self.HEIGHT

    def draw(self) -> None:
        """On the canvas."""
        series = self.series
        ahead = [*series.forecast, *series.forecast_early, *series.forecast_late]
        everything = [*series.points, *ahead]
        values = [value for _at, value in everything] + ([series.limit] if series.limit is not None else [])
        # A forecast beyond the limit says nothing more: full is full.
        top = max(value for _at, value in series.points)
        if series.limit is not None:
            values = [min(value, max(series.limit, top)) for value in values]
        upright = value_scale(values, series.unit)
        across = time_scale(min(at for at, _value in everything), max(at for at, _value in everything))
        plot = Plot(self.canv, self.case, across, upright, self.room, self.HEIGHT)
        plot.axes()
        plot.inside()
        if series.forecast_early and series.forecast_late:
            plot.area([*series.forecast_early, *reversed(series.forecast_late)])
            plot.grid()
        if series.forecast:
            plot.line(series.forecast, dash=(3, 2.4), width=1.0)
        plot.line(series.points)
        if len(series.points) <= _FEW:
            plot.dots(series.points)
        plot.outside()
        if series.limit is not None:
            plot.limit(series.limit, f"{series.limit_name} {value_text(series.limit, series.unit)}".strip())
        if ahead:
            plot.today(series.points[-1][0])
        plot.name(series.points[-1], value_text(series.points[-1][1], series.unit), series.limit)


class Plot:
    """A drawing area with its two axes."""

    def __init__(self, canvas: Any, case: Typecase, across: Scale, upright: Scale, width: float, height: float) -> None:
        self.canvas, self.case, self.across, self.upright = canvas, case, across, upright
        widest = max((case.width(REGULAR, label, _LABEL) for _value, label in upright.ticks), default=20)
        self.left, self.right = widest + 8, width - 14
        self.bottom, self.top = 16.0, height - 12

    def x(self, at: datetime) -> float:
        """Points from the left."""
        return self.left + self.across.at(at.timestamp()) * (self.right - self.left)

    def y(self, value: float) -> float:
        """Points from below."""
        return self.bottom + self.upright.at(value) * (self.top - self.bottom)

    def axes(self) -> None:
        """Grid lines, figures and months."""
        canvas = self.canvas
        for value, label in self.upright.ticks:
            self._say(label, self.left - 5, self.y(value) - 2.6, "right")
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.7)
        canvas.line(self.left, self.bottom, self.right, self.bottom)
        free = 0.0
        for value, label in self.across.ticks:
            x = self.left + self.across.at(value) * (self.right - self.left)
            canvas.line(x, self.bottom, x, self.bottom - 3)
            half = self.case.width(REGULAR, label, _LABEL) / 2
            if x - half > free and x + half < self.right + 14:
                self._say(label, x, self.bottom - 11, "centre")
                free = x + half + 4
        self.grid()

    def grid(self) -> None:
        """A fine line at each figure."""
        self.canvas.setStrokeColor(FAINT)
        self.canvas.setLineWidth(0.5)
        for value, _label in self.upright.ticks[1:]:
            self.canvas.line(self.left, self.y(value), self.right, self.y(value))

    def inside(self) -> None:
        """From here on nothing is drawn beyond the axes."""
        self.canvas.saveState()
        clip = self.canvas.beginPath()
        clip.rect(self.left - 2, self.bottom - 2, self.right - self.left + 4, self.top - self.bottom + 4)
        self.canvas.clipPath(clip, stroke=0, fill=0)

    def outside(self) -> None:
        """The end of `inside`."""
        self.canvas.restoreState()

    def line(self, points: Sequence[Point], dash: tuple[float, float] | None = None, width: float = 1.4) -> None:
        """A polyline."""
        canvas = self.canvas
        canvas.setStrokeColor(ACCENT)
        canvas.setLineWidth(width)
        canvas.setLineJoin(1)
        if dash is not None:
            canvas.setDash(*dash)
        path = canvas.beginPath()
        for index, (at, value) in enumerate(points):
            (path.lineTo if index else path.moveTo)(self.x(at), self.y(value))
        canvas.drawPath(path, stroke=1, fill=0)
        canvas.setDash()

    def area(self, points: Sequence[Point]) -> None:
        """A grey range."""
        path = self.canvas.beginPath()
        for index, (at, value) in enumerate(points):
            (path.lineTo if index else path.moveTo)(self.x(at), self.y(value))
        path.close()
        self.canvas.setFillColor(_RANGE)
        self.canvas.drawPath(path, stroke=0, fill=1)

    def dots(self, points: Sequence[Point]) -> None:
        """A dot for each value."""
        self.canvas.setFillColor(ACCENT)
        for at, value in points:
            self.canvas.circle(self.x(at), self.y(value), 1.7, stroke=0, fill=1)

    def limit(self, value: float, label: str) -> None:
        """A dotted line with its name above it."""
        canvas, y = self.canvas, self.y(value)
        canvas.setStrokeColor(BAD)
        canvas.setLineWidth(1.0)
        canvas.setDash(1.2, 2)
        canvas.line(self.left, y, self.right, y)
        canvas.setDash()
        self._say(label, self.left + 3, y + 2.6, "left", BAD)

    def today(self, at: datetime) -> None:
        """A fine upright line between what was measured and what is expected."""
        self.canvas.setStrokeColor(SOFT)
        self.canvas.setLineWidth(0.5)
        self.canvas.line(self.x(at), self.bottom, self.x(at), self.top)

    def name(self, point: Point, label: str, limit: float | None) -> None:
        """The last value, beside its point; below it where the limit runs close above."""
        x, y = self.x(point[0]), self.y(point[1])
        self.canvas.setFillColor(ACCENT)
        self.canvas.circle(x, y, 2.2, stroke=0, fill=1)
        width = self.case.width(BOLD, label, 8)
        left = min(max(x - width - 5, self.left + 2), self.right - width)
        crowded = limit is not None and -2 < self.y(limit) - y < 18
        base = y - 12 if crowded or y + 14 >= self.top + 10 else y + 5
        self.canvas.setFillColor(PAPER)
        self.canvas.rect(left - 1.5, base - 2, width + 3, 9.5, stroke=0, fill=1)
        self._say(label, left, base, "left", INK, BOLD, 8)

    def _say(
        self, text: str, x: float, y: float, align: str, colour: Any = SOFT, face: str = REGULAR, size: float = _LABEL
    ) -> None:
        shown = self.case.shown(text)
        width = self.case.width(face, shown, size)
        self.canvas.setFont(self.case.name(face), size)
        self.canvas.setFillColor(colour)
        self.canvas.drawString(x - {"left": 0.0, "centre": width / 2, "right": width}[align], y, shown)


class RunHistory(Drawn):
    """How many findings of each status the runs had, as stacked columns."""

    HEIGHT = 138.0

    def __init__(self, case: Typecase, runs: Sequence[RunCounts]) -> None:
        super().__init__()
        self.case, self.runs = case, tuple(runs)[-_MOST_RUNS:]
        for status in STACK:
            case.need(REGULAR, status_word(status))
        self.spaceAfter = 4

    def wrap(self, room: float, _height: float) -> tuple[float, float]:
        """As wide as there is room."""
        self.room = room
        return room, self.HEIGHT

    def draw(self) -> None:
        """On the canvas."""
        canvas, case = self.canv, self.case
        totals = [sum(run.counts.get(status, 0) for status in STACK) for run in self.runs]
        upright = value_scale([0, max([*totals, 1])], "count", 4)
        plot = Plot(canvas, case, Scale(0, 1, ()), upright, self.room, self.HEIGHT - 16)
        plot.axes()
        step = (plot.right - plot.left) / len(self.runs)
        width, free = min(step * 0.66, 22.0), 0.0
        for index, run in enumerate(self.runs):
            x, below = plot.left + (index + 0.5) * step, 0.0
            for status in STACK:
                count = run.counts.get(status, 0)
                if count:
                    bottom, top = plot.y(below), plot.y(below + count)
                    hatch(canvas, status, x - width / 2, bottom, width, top - bottom)
                    below += count
            label = run.at.strftime("%m-%d")
            half = case.width(REGULAR, label, _LABEL) / 2
            if x - half > free:
                canvas.setFont(case.name(REGULAR), _LABEL)
                canvas.setFillColor(SOFT)
                canvas.drawString(x - half, plot.bottom - 11, label)
                free = x + half + 4
        self._legend(plot.left)

    def _legend(self, x: float) -> None:
        canvas, case, y = self.canv, self.case, self.HEIGHT - 9
        for status in STACK:
            hatch(canvas, status, x, y, 12, 8)
            word = case.shown(status_word(status))
            canvas.setFont(case.name(REGULAR), 8)
            canvas.setFillColor(INK)
            canvas.drawString(x + 16, y + 0.8, word)
            x += 30 + case.width(REGULAR, word, 8)


def hatch(canvas: Any, status: Status, x: float, y: float, width: float, height: float) -> None:
    """A box filled as a status is: OK light, a warning striped, critical full, unknown crossed."""
    fills = {Status.OK: "#dcebe1", Status.WARN: "#ffffff", Status.CRIT: "#a3161f", Status.UNKNOWN: "#ffffff"}
    edge = {Status.OK: GOOD, Status.WARN: BAD, Status.CRIT: BAD, Status.UNKNOWN: DOUBT}[status]
    canvas.saveState()
    canvas.setFillColor(HexColor(fills[status]))
    canvas.rect(x, y, width, height, stroke=0, fill=1)
    if status in (Status.WARN, Status.UNKNOWN):
        clip = canvas.beginPath()
        clip.rect(x, y, width, height)
        canvas.clipPath(clip, stroke=0, fill=0)
        canvas.setStrokeColor(edge)
        canvas.setLineWidth(0.6)
        shift = -height
        while shift < width:
            canvas.line(x + shift, y, x + shift + height, y + height)
            if status is Status.UNKNOWN:
                canvas.line(x + shift, y + height, x + shift + height, y)
            shift += 3.0
    canvas.restoreState()
    canvas.setStrokeColor(edge)
    canvas.setLineWidth(0.5)
    canvas.rect(x, y, width, height, stroke=1, fill=0)
