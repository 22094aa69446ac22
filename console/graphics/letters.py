"""Texts drawn into the pixels of a picture, where cells of the terminal cannot stand over it."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from console.graphics.palette import TONE_RGB, Bytes
from console.graphics.texts import CellText, text_width

_PLATE = 4
"""The picture behind a text is darkened to this part of itself, and never lighter than `_DARKEST`."""
_DARKEST = 30
_GREYS = ("normal", "dim")
"""Tones that are grey."""


class Letters:
    """Draws the texts of one size of cells. Keeps what it has drawn: a corner says the same for many frames."""

    def __init__(self, fonts: Sequence[Path], cell: tuple[int, int]) -> None:
        """`fonts` are files, the first that exists is taken; `cell` is the width and height of a cell in pixels."""
        self._cell = cell
        size = max(round(min(cell[0] * 1.8, cell[1] * 0.75)), 6)
        self._font = _font(tuple(fonts), size)
        self._mask = lru_cache(maxsize=256)(self._drawn)

    def colored(self, texts: Sequence[CellText]) -> bool:
        """Whether a picture with these texts needs colour."""
        return any(text.tone not in _GREYS for text in texts)

    def draw(self, canvas: Bytes, texts: Sequence[CellText], columns: int, rows: int) -> Bytes:
        """A copy of `canvas`, grey (h, w) or (h, w, 3), with the texts at their cells; `canvas` itself without any."""
        if not texts:
            return canvas
        height, width = canvas.shape[:2]
        across, down = width / columns, height / rows
        out = np.array(canvas)
        for text in texts:
            column = max(text.column, 0)
            room = columns - column
            if not 0 <= text.row < rows or room <= 0 or not text.text:
                continue
            cells = min(text_width(text.text), room)
            mask = self._mask(text.text, max(round(cells * across), 1), max(round(down), 1))
            top, left = round(text.row * down), round(column * across)
            if column + cells >= columns - 1:
                # What stands at the right edge ends there: letters are narrower than cells.
                left = max(round((column + cells) * across) - mask.shape[1], left)
            part = out[top : top + mask.shape[0], left : left + mask.shape[1]]
            ink = mask[: part.shape[0], : part.shape[1]]
            plate = np.minimum(part // _PLATE, _DARKEST)
            red, green, blue = TONE_RGB[text.tone]
            if part.ndim == 2:
                part[:] = np.maximum(plate, (ink * np.uint16(green) >> 8).astype(np.uint8))
            else:
                tone = np.array([red, green, blue], np.uint16)
                part[:] = np.maximum(plate, (ink[:, :, None] * tone >> 8).astype(np.uint8))
        return out

    def _drawn(self, text: str, width: int, height: int) -> npt.NDArray[np.uint16]:
        """How much ink each pixel has, 0 to 256; a text that is too wide is made narrower."""
        long = max(int(self._font.getlength(text)) + 2, 1)
        image = Image.new("L", (long, height))
        ImageDraw.Draw(image).text((0, height / 2), text, 255, self._font, anchor="lm")
        if long > width:
            image = image.crop((0, 0, long, height)).resize((width, height), Image.Resampling.BILINEAR)
        ink: npt.NDArray[np.uint16] = np.asarray(image).astype(np.uint16)
        ink += ink >> 7
        return ink


@lru_cache(maxsize=16)
def _font(fonts: tuple[Path, ...], size: int) -> ImageFont.FreeTypeFont:
    for path in fonts:
        if path.is_file():
            return ImageFont.truetype(str(path), size)
    found = ImageFont.load_default(size)
    assert isinstance(found, ImageFont.FreeTypeFont)
    return found
