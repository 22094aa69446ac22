"""What the chapters of a report are written with: the record, the letters, numbers of chapters, pictures and proofs."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reportlab.lib.colors import Color
from reportlab.platypus.flowables import CondPageBreak, Flowable

from console.i18n import _
from console.model.inspections import Attachment, Entry, Inspection
from console.model.report import Report
from console.report.flow import Heading, Span, Text
from console.report.glyphs import BOLD
from console.report.grid import Cell, Grid, Row
from console.report.proofs import Proofs
from console.report.sheet import Known
from console.report.style import BODY, CELL, H1, H2, H3, HEAD, LABEL, Style
from console.report.text import paragraphs
from console.report.typecase import Typecase

_ROOM_BELOW = (165.0, 130.0, 95.0)
"""A heading of each level is not set unless this much of the page is left, in points: something stands below it."""
PICTURES = ("image/jpeg", "image/png", "image/webp", "image/tiff", "image/bmp")
"""Attachments of these kinds are printed."""


@dataclass
class Composition:
    """Headings, paragraphs and grids of a document, one after the other."""

    case: Typecase
    known: Known
    story: list[Flowable] = field(default_factory=list)
    contents: list[tuple[int, str, str]] = field(default_factory=list)
    """Level, title and key of each heading so far."""
    _chapter: int = 0
    _appendix: int = 0

    def add(self, *flowables: Flowable) -> None:
        """Append to the story."""
        self.story.extend(flowables)

    def text(self, text: str | Sequence[Span], style: Style = BODY, mark: str = "") -> Text:
        """A paragraph."""
        return Text(self.case, text, style, mark)

    def lines(self, text: str, style: Style) -> tuple[Text, ...]:
        """What a person wrote, a paragraph for each of its lines."""
        return tuple(self.text(line, style) for line in paragraphs(text))

    def chapter(self, title: str, key: str) -> None:
        """A numbered heading of the first level."""
        self._chapter += 1
        self.add(CondPageBreak(_ROOM_BELOW[0]))
        self._heading(f"{self._chapter}  {title}", H1, key, 0)

    def appendix(self, title: str, key: str) -> None:
        """The same with a letter."""
        letter = chr(65 + self._appendix)
        self._appendix += 1
        self.add(CondPageBreak(_ROOM_BELOW[0]))
        self._heading(_("Appendix {letter}  {title}").format(letter=letter, title=title), H1, key, 0)

    def section(self, title: str, key: str, number: str = "") -> None:
        """A heading of the second level."""
        self.add(CondPageBreak(_ROOM_BELOW[1]))
        self._heading(f"{number}  {title}" if number else title, H2, key, 1)

    def group(self, title: str, key: str) -> None:
        """A heading of the third level; the contents leave it out."""
        self.add(CondPageBreak(_ROOM_BELOW[2]))
        self.add(Heading(self.case, title, H3, key, 2))

    @property
    def chapter_number(self) -> int:
        """Of the chapter that is being written."""
        return self._chapter

    def _heading(self, title: str, style: Style, key: str, level: int) -> None:
        self.contents.append((level, title, key))
        self.add(Heading(self.case, title, style, key, level))

    def row(self, *cells: str | Cell | list[Text] | tuple[Cell, ...], style: Style = CELL) -> Row:
        """A row of a grid from texts."""
        return Row(tuple(self._cell(cell, style) for cell in cells))

    def head(self, *titles: str, right: Sequence[int] = ()) -> Row:
        """The head of a grid; columns whose number is in `right` are set flush right."""
        cells = []
        for index, title in enumerate(titles):
            align = "right" if index in right else "left"
            cells.append((self.text(title, _aligned(HEAD, align)),))
        return Row(tuple(cells), head=True)

    def wide(self, *texts: Cell, start: int = 1, bar: Color | None = None) -> Row:
        """A row that belongs to the one above and takes the whole width from column `start`."""
        return Row((tuple(texts),), wide=True, start=start, rule=False, bound=True, bar=bar)

    def facts(self, facts: Sequence[tuple[str, str]], *, columns: Sequence[float] = (0.24, 0.76)) -> Grid:
        """Labels and what they stand for; empty ones are left out."""
        rows = [
            Row(((self.text(label, LABEL),), self.lines(value, CELL) or (self.text("–", CELL),)))
            for label, value in facts
            if value
        ]
        return Grid(columns, rows)

    def _cell(self, cell: str | Cell | list[Text] | tuple[Cell, ...], style: Style) -> tuple[Cell, ...]:
        if isinstance(cell, str):
            return (self.text(cell, style),)
        return tuple(cell) if isinstance(cell, list | tuple) else (cell,)


@dataclass(kw_only=True)
class Manuscript(Composition):
    """One pass of composing an inspection's report. What is the same in each pass is made from the report alone."""

    report: Report
    proofs: Proofs
    pictures: list[tuple[str, Attachment, str]] = field(default_factory=list)
    """Number, file and where it belongs, of the photos of the appendix."""
    files: list[tuple[Attachment, str]] = field(default_factory=list)
    """Every attachment with where it belongs."""

    @property
    def inspection(self) -> Inspection:
        """The record."""
        return self.report.inspection

    def attach(self, attachment: Attachment, where: str) -> str:
        """Take a file into the appendix; "Photo 3" for one that is printed there, empty for the others."""
        self.files.append((attachment, where))
        if attachment.media not in PICTURES:
            return ""
        number = str(len(self.pictures) + 1)
        self.pictures.append((number, attachment, where))
        return number


def bold(text: str) -> Span:
    """A span in the heavier face."""
    return Span(text, BOLD)


def place_of(entry: Entry) -> str:
    """What an entry is about, for captions and lists."""
    title = str(entry.item.title)
    return f"{title} · {entry.target_name or entry.target}" if entry.target else title


def _aligned(style: Style, align: str) -> Style:
    return replace(style, align=align)
