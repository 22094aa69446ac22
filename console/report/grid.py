"""Tables that break well: heads are repeated on every page, a row stays whole unless it is longer than a third of a
page, and a wide row (a note, a finding) keeps to the row that it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from reportlab.lib.colors import Color
from reportlab.platypus.flowables import Flowable

from console.report.flow import Drawn
from console.report.style import ACCENT, FAINT, RULE, SHADE

_WHOLE = 200.0
"""A row up to this height is never cut, in points."""
_PAD_X, _PAD_Y = 4.0, 2.6


class Cell(Protocol):
    """What may stand in a cell: texts, and a trend in one line."""

    def wrap(self, room: float, height: float, /) -> tuple[float, float]:
        """Width and height in points."""

    def cut(self, room: float, height: float, /) -> "tuple[Cell | None, Cell | None]":
        """What fits into `height`, and the rest."""

    def drawOn(self, canvas: Any, x: float, y: float, /) -> None:
        """Draw it with its lower left corner there."""


@dataclass(frozen=True)
class Row:
    """One row of a grid."""

    cells: tuple[tuple[Cell, ...], ...]
    """Texts below each other in each column; one cell that is `wide` begins in column `start` and takes the rest."""
    wide: bool = False
    start: int = 0
    head: bool = False
    shade: bool = False
    rule: bool = True
    """A fine line above."""
    bound: bool = False
    """It does not leave the row above alone at the end of a page."""
    anchor: str = ""
    """Key of the place, for links."""
    bar: Color | None = None
    """A coloured bar at its left edge."""
    pad: float | None = None
    """Room above and below; None for that of the grid."""


class Grid(Drawn):
    """Rows in columns."""

    def __init__(
        self,
        columns: Sequence[float],
        rows: Sequence[Row],
        *,
        before: float = 2,
        after: float = 8,
        heavy: bool = True,
        pad: float = _PAD_Y,
    ) -> None:
        super().__init__()
        self.columns = tuple(columns)
        """Shares of the width."""
        self.rows = tuple(rows)
        self.heavy = heavy
        """A strong line above and below."""
        self.pad = pad
        self.spaceBefore, self.spaceAfter = before, after
        self._heights: list[float] = []
        self._edges: list[float] = []

    def drawOn(self, canvas: Any, x: float, y: float, _sW: float = 0) -> None:
        """reportlab has found its place: rows that others name are remembered, also in a pass that only counts."""
        places = getattr(canvas, "places", None)
        if places is not None:
            places.update({row.anchor: canvas.getPageNumber() for row in self.rows if row.anchor})
        super().drawOn(canvas, x, y, _sW)

    def wrap(self, room: float, _height: float) -> tuple[float, float]:
        """reportlab asks how high it is at this width."""
        total, x, edges = sum(self.columns), 0.0, [0.0]
        for share in self.columns:
            x += room * share / total
            edges.append(x)
        self._edges = edges
        self._heights = [self._height(row) for row in self.rows]
        return room, sum(self._heights)

    def split(self, room: float, height: float) -> list[Flowable]:
        """The rows that fit and the others under the same head."""
        self.wrap(room, height)
        heads = [row for row in self.rows if row.head]
        used, fit = 0.0, 0
        while fit < len(self.rows) and used + self._heights[fit] <= height + 0.01:
            used += self._heights[fit]
            fit += 1
        if fit == len(self.rows):
            return [self]
        row, left = self.rows[fit], height - used
        if self._heights[fit] > _WHOLE and left > 60:
            upper, lower = self._cut(row, left)
            if upper is not None:
                return [self._with(self.rows[:fit], [upper]), self._with(heads, [lower, *self.rows[fit + 1 :]])]
        while fit > 0 and (self.rows[fit].bound or self.rows[fit - 1].head):
            fit -= 1
        if not any(not row.head for row in self.rows[:fit]):
            return []
        return [self._with(self.rows[:fit], []), self._with(heads, self.rows[fit:])]

    def draw(self) -> None:
        """On the canvas, from (0, 0) upwards."""
        canvas, right = self.canv, self._edges[-1]
        y = sum(self._heights)
        canvas.setLineCap(0)
        for index, (row, height) in enumerate(zip(self.rows, self._heights, strict=True)):
            if row.shade or row.head:
                canvas.setFillColor(SHADE)
                canvas.rect(0, y - height, right, height, stroke=0, fill=1)
            if row.bar is not None:
                canvas.setFillColor(row.bar)
                canvas.rect(self._left(row, 0) if row.wide else 0, y - height, 1.8, height, stroke=0, fill=1)
            if row.rule and index and not row.head:
                canvas.setStrokeColor(FAINT)
                canvas.setLineWidth(0.5)
                canvas.line(0, y, right, y)
            if row.anchor:
                canvas.bookmarkHorizontal(row.anchor, 0, y + 14)
            self._fill(row, y)
            y -= height
        if self.heavy:
            canvas.setStrokeColor(ACCENT)
            canvas.setLineWidth(0.9)
            canvas.line(0, sum(self._heights), right, sum(self._heights))
            canvas.setStrokeColor(RULE)
            canvas.setLineWidth(0.6)
            canvas.line(0, 0, right, 0)

    def _fill(self, row: Row, top: float) -> None:
        for index, cell in enumerate(row.cells):
            x, y = self._left(row, index) + _PAD_X, top - self._pad(row)
            room = self._room(row, index)
            for text in cell:
                _width, height = text.wrap(room, 0)
                y -= height
                text.drawOn(self.canv, x, y)

    def _pad(self, row: Row) -> float:
        return self.pad if row.pad is None else row.pad

    def _left(self, row: Row, index: int) -> float:
        return self._edges[row.start if row.wide else index]

    def _room(self, row: Row, index: int) -> float:
        right = self._edges[-1] if row.wide else self._edges[index + 1]
        return right - self._left(row, index) - 2 * _PAD_X

    def _height(self, row: Row) -> float:
        heights = [
            sum(text.wrap(self._room(row, index), 0)[1] for text in cell) for index, cell in enumerate(row.cells)
        ]
        return max(heights, default=0.0) + 2 * self._pad(row)

    def _cut(self, row: Row, height: float) -> tuple[Row | None, Row]:
        """A long row as what fits into `height` and the rest."""
        upper, lower = [], []
        for index, cell in enumerate(row.cells):
            left, room = height - 2 * self._pad(row), self._room(row, index)
            above: list[Cell] = []
            below: list[Cell] = []
            for text in cell:
                if below:
                    below.append(text)
                    continue
                fits, rest = text.cut(room, left)
                if fits is not None:
                    above.append(fits)
                    left -= fits.wrap(room, 0)[1]
                if rest is not None:
                    below.append(rest)
            upper.append(tuple(above))
            lower.append(tuple(below))
        if not any(upper):
            return None, row
        return replace(row, cells=tuple(upper)), replace(row, cells=tuple(lower), rule=False, bound=False, anchor="")

    def _with(self, first: Sequence[Row], then: Sequence[Row]) -> "Grid":
        part = Grid(self.columns, [*first, *then], heavy=self.heavy, pad=self.pad)
        part.spaceBefore, part.spaceAfter = self.spaceBefore, self.spaceAfter
        return part
