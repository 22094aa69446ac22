"""The letters of one report: which are needed, the faces that are made of them, and how wide each is."""

from collections.abc import Callable
from io import BytesIO

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from console.report.fontfiles import Shelf
from console.report.glyphs import BOLD, EVEN, REGULAR, MadeFace, make_face
from console.report.text import printable

_ALWAYS = "".join(map(chr, range(0x20, 0x7F))) + "\u00a0〔〕第页共年月日·×—…–、，。：；（）“”≤≥<>±²°℃μ↑↓→"
"""What axes, page numbers and marks may need whatever the record says."""
_KINDS = (REGULAR, BOLD, EVEN)


class Typecase:
    """Collects characters while a report is composed, makes the faces, and measures texts with them."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._needed: dict[str, set[int]] = {kind: set(map(ord, _ALWAYS)) for kind in _KINDS}
        self._faces: dict[str, MadeFace] = {}
        self._widths: dict[str, dict[str, float]] = {}
        self._lost: frozenset[str] = frozenset()

    def need(self, kind: str, text: str) -> None:
        """Remember that a text will be set in a face. Without effect once the faces are made."""
        if not self._faces:
            self._needed[kind].update(map(ord, printable(text)))

    def cast(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """Make the faces of everything that was needed. ConsoleError when there is no font at all."""
        for kind in _KINDS:
            if stopped():
                return
            face = make_face(kind, self._needed[kind], self._shelf)
            if face.name not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(TTFont(face.name, BytesIO(face.data)))
            self._faces[kind] = face
            self._widths[kind] = {chr(code): width for code, width in face.widths.items()}
        self._lost = frozenset(chr(code) for face in self._faces.values() for code in face.missing)

    @property
    def missing(self) -> tuple[str, ...]:
        """Characters that no font has, in the order of their numbers."""
        return tuple(sorted(self._lost))

    def name(self, kind: str) -> str:
        """What reportlab calls the face."""
        return self._faces[kind].name

    def shown(self, text: str) -> str:
        """`text` as it is printed: a character that no font has becomes 〔U+1F642〕."""
        text = printable(text)
        if self._lost.isdisjoint(text):
            return text
        return "".join(f"〔U+{ord(letter):04X}〕" if letter in self._lost else letter for letter in text)

    def widths(self, kind: str, text: str, size: float) -> list[float]:
        """Width of each character of a `shown` text, in points."""
        known = self._widths[kind]
        return [known.get(letter, 0.5) * size for letter in text]

    def width(self, kind: str, text: str, size: float) -> float:
        """Width of a `shown` text, in points."""
        return sum(self.widths(kind, text, size))
