"""A trend of a few quarters, small enough for a line of a table."""

from collections.abc import Sequence

from console.report.flow import Drawn
from console.report.style import ACCENT, SOFT


class Spark(Drawn):
    """Values of a few quarters in one line of a table, the last one marked."""

    HEIGHT, _MOST = 15.0, 64.0

    def __init__(self, values: Sequence[float]) -> None:
        super().__init__()
        self.values = tuple(values)

    def wrap(self, room: float, _height: float, /) -> tuple[float, float]:
        """One line."""
        self.room = min(room, self._MOST)
        return room, self.HEIGHT

    def cut(self, room: float, height: float, /) -> "tuple[Spark | None, Spark | None]":
        """It is never cut."""
        return (self, None) if height >= self.HEIGHT else (None, self)

    def draw(self) -> None:
        """On the canvas."""
        canvas, low, high = self.canv, min(self.values), max(self.values)
        step = (self.room - 6) / max(len(self.values) - 1, 1)
        middle = self.HEIGHT / 2
        points = [
            (3 + index * step, middle if high == low else 3.5 + (value - low) / (high - low) * (self.HEIGHT - 7))
            for index, value in enumerate(self.values)
        ]
        path = canvas.beginPath()
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        canvas.setStrokeColor(SOFT)
        canvas.setLineWidth(0.9)
        canvas.drawPath(path, stroke=1, fill=0)
        canvas.setFillColor(SOFT)
        for x, y in points[:-1]:
            canvas.circle(x, y, 1.2, stroke=0, fill=1)
        canvas.setFillColor(ACCENT)
        canvas.circle(*points[-1], 2.0, stroke=0, fill=1)
