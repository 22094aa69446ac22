"""The sheet that everything stands on: header, footer with page x of y, seal, audit head and code, and the marks that
no page may lack (draft, practice)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from itertools import groupby
from typing import Any

from reportlab.graphics.barcode import qrencoder
from reportlab.lib.units import mm
from reportlab.platypus.doctemplate import BaseDocTemplate, PageTemplate
from reportlab.platypus.flowables import Flowable
from reportlab.platypus.frames import Frame

from console.report.flow import Heading
from console.report.glyphs import BOLD, EVEN, REGULAR
from console.report.style import (
    ACCENT,
    BAD,
    BOTTOM,
    INK,
    LEFT,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    RIGHT,
    RULE,
    SOFT,
    TOP,
    WATERMARK,
    WIDTH,
)
from console.report.typecase import Typecase  # fmt: skip

CODE_SIZE = 17 * mm
"""Edge of the code in the footer."""


@dataclass
class Known:
    """What one pass over the pages learns for the next."""

    pages: int = 0
    places: dict[str, int] = field(default_factory=dict)
    """Page of each heading, and of each row that others name, by its key."""


@dataclass(frozen=True)
class Furniture:
    """What stands on every page; translated."""

    header_left: str
    header_right: str
    footer: tuple[str, ...]
    """Lines beside the code."""
    page_of: str
    """"Page {page} of {pages}"."""
    code: str
    """What the QR code says."""
    watermark: str = ""
    badge: str = ""
    """Stands in a frame at the top of every page."""


class Sheets(BaseDocTemplate):
    """A document of such pages. `build` it once a pass."""

    def __init__(
        self,
        stream: Any,
        case: Typecase,
        furniture: Furniture,
        before: Known,
        information: Mapping[str, Any],
        *,
        counting: bool = False,
    ) -> None:
        super().__init__(
            stream,
            pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
            leftMargin=LEFT,
            rightMargin=RIGHT,
            topMargin=TOP,
            bottomMargin=BOTTOM,
            initialFontName=case.name(REGULAR),
            initialFontSize=9.5,
            **information,
        )
        self.counting = counting
        """Only where what stands is asked for; nothing is drawn."""
        self.case, self.furniture, self.before, self.now = case, furniture, before, Known()
        frame = Frame(LEFT, BOTTOM, WIDTH, PAGE_HEIGHT - TOP - BOTTOM, 0, 0, 0, 0, id="body")
        self.addPageTemplates(PageTemplate(id="page", frames=[frame], onPage=_under, onPageEnd=_around))
        self._level = -1

    def afterFlowable(self, flowable: Flowable) -> None:
        """A heading was set: bookmark it, and remember its page."""
        if isinstance(flowable, Heading):
            self.canv.bookmarkHorizontal(flowable.key, 0, 30)
            # Viewers refuse an outline that goes down two levels at once.
            self._level = min(flowable.level, self._level + 1)
            title = self.case.shown(flowable.title)
            self.canv.addOutlineEntry(title, flowable.key, self._level, closed=flowable.level > 0)
            self.now.places[flowable.key] = self.page

    def afterPage(self) -> None:
        """Count."""
        self.now.pages = self.page


def _under(canvas: Any, sheets: Sheets) -> None:
    """What lies below the text."""
    canvas.counting, canvas.places = sheets.counting, sheets.now.places
    word = sheets.furniture.watermark
    if not word or sheets.counting:
        return
    case = sheets.case
    shown = case.shown(word)
    size = min(150.0, 0.9 * PAGE_WIDTH / max(case.width(BOLD, shown, 1.0), 1.0))
    canvas.saveState()
    canvas.translate(PAGE_WIDTH / 2, PAGE_HEIGHT / 2)
    canvas.rotate(52)
    canvas.setFillColor(WATERMARK)
    canvas.setFont(case.name(BOLD), size)
    canvas.drawCentredString(0, -size * 0.35, shown)
    canvas.restoreState()


def _around(canvas: Any, sheets: Sheets) -> None:
    """Header and footer."""
    if sheets.counting:
        return
    case, furniture = sheets.case, sheets.furniture
    canvas.saveState()
    top = PAGE_HEIGHT - 13 * mm
    _put(canvas, case, furniture.header_left, LEFT, top, WIDTH * 0.62)
    _put(canvas, case, furniture.header_right, PAGE_WIDTH - RIGHT, top, WIDTH * 0.36, align="right")
    if furniture.badge:
        shown = case.shown(furniture.badge)
        width = case.width(BOLD, shown, 9) + 12
        canvas.setStrokeColor(BAD)
        canvas.setLineWidth(1)
        canvas.roundRect(PAGE_WIDTH / 2 - width / 2, PAGE_HEIGHT - 10.5 * mm, width, 15, 2.5, stroke=1, fill=0)
        canvas.setFillColor(BAD)
        canvas.setFont(case.name(BOLD), 9)
        canvas.drawCentredString(PAGE_WIDTH / 2, PAGE_HEIGHT - 10.5 * mm + 4.3, shown)
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.6)
    canvas.line(LEFT, top - 5, PAGE_WIDTH - RIGHT, top - 5)
    base = BOTTOM - 5 * mm
    canvas.line(LEFT, base, PAGE_WIDTH - RIGHT, base)
    draw_code(canvas, furniture.code, LEFT, base - 2.5 * mm - CODE_SIZE, CODE_SIZE)
    y = base - 12
    for index, line in enumerate(furniture.footer):
        even = index > 0
        _put(canvas, case, line, LEFT + CODE_SIZE + 8, y, WIDTH * 0.7, face=EVEN if even else REGULAR, size=7)
        y -= 10
    page = furniture.page_of.format(page=sheets.page, pages=sheets.before.pages or sheets.page)
    _put(canvas, case, page, PAGE_WIDTH - RIGHT, base - 13, WIDTH * 0.2, align="right", size=9, face=BOLD, strong=True)
    canvas.restoreState()


def _put(
    canvas: Any,
    case: Typecase,
    text: str,
    x: float,
    y: float,
    room: float,
    *,
    align: str = "left",
    face: str = REGULAR,
    size: float = 8,
    strong: bool = False,
) -> None:
    """One line that is made smaller, then cut with an ellipsis, rather than run into its neighbour."""
    shown = case.shown(text)
    width = case.width(face, shown, size)
    if width > room:
        size = max(size * room / width, size * 0.8)
        shown = _shortened(case, face, shown, size, room)
    canvas.setFont(case.name(face), size)
    canvas.setFillColor(ACCENT if strong else SOFT)
    (canvas.drawRightString if align == "right" else canvas.drawString)(x, y, shown)


def _shortened(case: Typecase, face: str, shown: str, size: float, room: float) -> str:
    widths = case.widths(face, shown, size)
    if sum(widths) <= room + 0.01:
        return shown
    used, end = case.width(face, "…", size), 0
    while end < len(widths) and used + widths[end] <= room:
        used += widths[end]
        end += 1
    return shown[:end] + "…"


def need(case: Typecase, furniture: Furniture) -> None:
    """Have the letters of what stands on every page made."""
    for text in (furniture.header_left, furniture.header_right, *furniture.footer, furniture.page_of):
        for face in (REGULAR, EVEN, BOLD):
            case.need(face, text)
    for text in (furniture.watermark, furniture.badge):
        case.need(BOLD, text)


@lru_cache(maxsize=8)
def code_of(text: str) -> tuple[tuple[bool, ...], ...]:
    """The dark and light squares of a QR code, level M."""
    code: Any = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    # As UTF-8: left to itself the encoder takes a Chinese text for Japanese.
    code.addData(qrencoder.QR8bitByte(text))
    code.make()
    count = code.getModuleCount()
    return tuple(tuple(bool(code.isDark(row, column)) for column in range(count)) for row in range(count))


def draw_code(canvas: Any, text: str, x: float, y: float, edge: float) -> None:
    """A QR code of `text`, its lower left corner at (x, y). The file holds it once, however often it is drawn."""
    name = f"code{sha256(text.encode()).hexdigest()[:16]}"
    squares = code_of(text)
    if not canvas.hasForm(name):
        canvas.beginForm(name, 0, 0, len(squares), len(squares))
        path = canvas.beginPath()
        for row, line in enumerate(squares):
            start = 0
            for dark, run in groupby(line):
                width = len(list(run))
                if dark:
                    path.rect(start, len(squares) - row - 1, width, 1)
                start += width
        canvas.setFillColor(INK)
        canvas.drawPath(path, stroke=0, fill=1)
        canvas.endForm()
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(edge / len(squares), edge / len(squares))
    canvas.doForm(name)
    canvas.restoreState()
