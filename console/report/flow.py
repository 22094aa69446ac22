"""What a page is filled with: texts that break well in Chinese and English, headings, rules, room.

reportlab's Paragraph cuts Chinese lines by rules of its own and knows one face a fragment; ours sets characters from
the faces of the report and splits between any two lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.colors import Color
from reportlab.platypus.flowables import Flowable

from console.report import marks
from console.report.breaking import break_lines
from console.report.style import BODY, RULE, Style
from console.report.text import printable
from console.report.typecase import Typecase

_WIDOW = 2
"""Fewer lines of a text than these do not stand alone on a page."""
_MARK_ROOM = 1.35
"""Room for a mark before the first line, in sizes."""


@dataclass(frozen=True)
class Span:
    """A piece of a text that is set in one way."""

    text: str
    face: str = ""
    """Empty for that of the style."""
    colour: Color | None = None
    link: str = ""
    """Key of the place in the document that it leads to."""


@dataclass(frozen=True)
class _Piece:
    text: str
    x: float
    span: Span


class Drawn(Flowable):
    """What draws itself, except in a pass that only counts pages."""

    def drawOn(self, canvas: Any, x: float, y: float, _sW: float = 0) -> None:
        """reportlab has found its place."""
        if not getattr(canvas, "counting", False):
            super().drawOn(canvas, x, y)


class Text(Drawn):
    """A paragraph of spans."""

    def __init__(self, case: Typecase, text: "str | Sequence[Span]", style: Style = BODY, mark: str = "") -> None:
        super().__init__()
        self.case, self.style, self.mark = case, style, mark
        spans = (Span(text),) if isinstance(text, str) else tuple(text)
        self.spans = tuple(
            Span(printable(span.text), span.face or style.face, span.colour, span.link) for span in spans
        )
        for span in self.spans:
            case.need(span.face, span.text)
        self.spaceBefore, self.spaceAfter = style.before, style.after
        self._lines: list[tuple[list[_Piece], float]] | None = None
        self._room = -1.0
        self._cut = False  # a part of a text has its lines and is never set again
        self.first = True
        """Whether this is the beginning of the text, not what went over to the next page."""

    @property
    def inset(self) -> float:
        """Where the lines begin, from the left."""
        return self.style.indent + (self.style.size * _MARK_ROOM if self.mark else 0.0)

    def wrap(self, room: float, _height: float) -> tuple[float, float]:
        """reportlab asks how high it is at this width."""
        if self._lines is None or (not self._cut and abs(room - self._room) > 0.01):
            self._lines, self._room = self._set(room - self.inset), room
        return room, len(self._lines) * self.style.leading

    def split(self, room: float, height: float) -> list[Flowable]:
        """The part that fits and the rest; nothing when too little fits."""
        self.wrap(room, height)
        assert self._lines is not None
        fit, all_lines = int((height + 0.01) // self.style.leading), len(self._lines)
        if fit >= all_lines:
            return [self]
        least = min(_WIDOW, all_lines)
        if all_lines - fit < _WIDOW:
            fit = all_lines - _WIDOW
        if fit < least:
            return []
        return [self._part(0, fit), self._part(fit, all_lines)]

    def cut(self, room: float, height: float) -> "tuple[Text | None, Text | None]":
        """The lines that fit into `height` and the others, whatever looks better."""
        self.wrap(room, height)
        assert self._lines is not None
        fit = int((height + 0.01) // self.style.leading)
        if fit >= len(self._lines):
            return self, None
        return (self._part(0, fit) if fit > 0 else None), (self._part(fit, len(self._lines)) if fit > 0 else self)

    def draw(self) -> None:
        """On the canvas, from (0, 0) upwards."""
        assert self._lines is not None
        style, canvas = self.style, self.canv
        y = len(self._lines) * style.leading
        if self.mark and self.first:
            marks.draw(canvas, self.mark, style.indent, y - style.leading * 0.5, style.size)
        for pieces, width in self._lines:
            y -= style.leading
            draw_line(self.case, canvas, pieces, self._from(width), y + style.leading * 0.28, style)

    def _from(self, width: float) -> float:
        left = self._room - width
        if self.style.align == "right":
            return left
        return (left + self.inset) / 2 if self.style.align == "centre" else self.inset

    def _part(self, start: int, end: int) -> "Text":
        assert self._lines is not None
        part = Text(self.case, self.spans, self.style, self.mark)
        part._lines, part._room = self._lines[start:end], self._room
        part.first = self.first and start == 0
        part.spaceBefore = self.spaceBefore if start == 0 else 0
        part.spaceAfter = self.spaceAfter if end == len(self._lines) else 0
        part._cut = True
        return part

    def _set(self, room: float) -> list[tuple[list[_Piece], float]]:
        style, case = self.style, self.case
        spans = [(case.shown(span.text), span) for span in self.spans]
        text = "".join(shown for shown, _span in spans)
        widths = [width for shown, span in spans for width in case.widths(span.face, shown, style.size)]
        lines = []
        for start, end in break_lines(text, widths, room):
            pieces, x, at = [], 0.0, 0
            for shown, span in spans:
                low, high = max(start, at), min(end, at + len(shown))
                if low < high:
                    pieces.append(_Piece(text[low:high], x, span))
                    x += sum(widths[low:high])
                at += len(shown)
            lines.append((pieces, x))
        return lines


def draw_line(case: Typecase, canvas: Any, pieces: Sequence[_Piece], x: float, y: float, style: Style) -> None:
    """One line of pieces with its base line at `y`."""
    for piece in pieces:
        words = canvas.beginText(x + piece.x, y)
        words.setFont(case.name(piece.span.face), style.size)
        words.setFillColor(piece.span.colour or style.colour)
        words.textOut(piece.text)
        canvas.drawText(words)
        if piece.span.link:
            width = case.width(piece.span.face, piece.text, style.size)
            box = (x + piece.x, y - 2, x + piece.x + width, y + style.size)
            canvas.linkRect("", piece.span.link, box, relative=1, Border="[0 0 0]")


class Heading(Text):
    """A text that bookmarks and the contents know."""

    def __init__(self, case: Typecase, text: str, style: Style, key: str, level: int) -> None:
        super().__init__(case, text, style)
        self.title, self.key, self.level = printable(text), key, level
        """`key` names the place in the document; `level` counts from 0."""

    def split(self, room: float, height: float) -> list[Flowable]:
        """A heading stays whole."""
        return []


class Line(Drawn):
    """A rule across the page."""

    def __init__(self, thickness: float = 0.6, colour: Color = RULE, before: float = 4, after: float = 6) -> None:
        super().__init__()
        self.thickness, self.colour = thickness, colour
        self.spaceBefore, self.spaceAfter = before, after

    def wrap(self, room: float, _height: float) -> tuple[float, float]:
        """As wide as there is room."""
        self.room = room
        return room, self.thickness

    def draw(self) -> None:
        """On the canvas."""
        self.canv.setStrokeColor(self.colour)
        self.canv.setLineWidth(self.thickness)
        self.canv.line(0, 0, self.room, 0)
