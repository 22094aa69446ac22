"""Photos on the page: two beside each other, with captions below."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader

from console.report.flow import Drawn, Text
from console.report.style import FAINT, RULE, SHADE

WIDTH_MM, HEIGHT_MM = 84.0, 76.0
"""The most paper that a photo takes."""
_GAP = 5 * mm
_EMPTY = 30 * mm


@dataclass(frozen=True)
class Scaled:
    """A photo that is ready for paper."""

    data: bytes
    """JPEG."""
    width: int
    height: int
    """Pixels."""

    @property
    def paper(self) -> tuple[float, float]:
        """Width and height in points: fills its box in one direction, and is never enlarged beyond 120 dpi."""
        scale = min(WIDTH_MM * mm / self.width, HEIGHT_MM * mm / self.height, 72 / 120)
        return self.width * scale, self.height * scale


class Album(Drawn):
    """One line of photos."""

    def __init__(self, photos: Sequence[tuple[str, Scaled | None, tuple[Text, ...]]]) -> None:
        super().__init__()
        self.photos = photos
        """Key of the place, the photo or None for one that is missing, caption."""
        self.spaceAfter = 10

    def wrap(self, room: float, _height: float) -> tuple[float, float]:
        """As high as the highest photo and the longest caption."""
        self.column = (room - _GAP) / 2
        self.pictures = max(photo.paper[1] if photo else _EMPTY for _key, photo, _caption in self.photos)
        captions = [sum(text.wrap(self.column, 0)[1] for text in caption) for _key, _photo, caption in self.photos]
        # A caption of many thousand characters would leave no page for the photo.
        self.captions = min(max(captions), 110 * mm)
        return room, self.pictures + self.captions + 5

    def draw(self) -> None:
        """On the canvas."""
        canvas = self.canv
        for index, (key, photo, caption) in enumerate(self.photos):
            x = index * (self.column + _GAP)
            canvas.bookmarkHorizontal(key, 0, self.captions + self.pictures + 10)
            if photo is None:
                canvas.setFillColor(SHADE)
                canvas.setStrokeColor(FAINT)
                canvas.rect(x, self.captions + 5, self.column, self.pictures, stroke=1, fill=1)
            else:
                width, height = photo.paper
                y = self.captions + 5
                canvas.drawImage(ImageReader(BytesIO(photo.data)), x, y, width, height)
                canvas.setStrokeColor(RULE)
                canvas.setLineWidth(0.4)
                canvas.rect(x, y, width, height, stroke=1, fill=0)
            y = self.captions
            for text in caption:
                fits, _rest = text.cut(self.column, y)
                if fits is None:
                    break
                _width, height = fits.wrap(self.column, 0)
                y -= height
                fits.drawOn(canvas, x, y)
