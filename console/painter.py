"""How the operator wants the picture, and the paintings that follow from it: window, cut, scale, texts, encoding.

Wiring between console.pictures and console.graphics. One thread paints; any may ask how a look changes.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from console.dicom.pipeline.renderer import Renderer
from console.errors import ConsoleError
from console.graphics import resample
from console.graphics.encoder import Encoder, Painting
from console.graphics.resample import Geometry, View
from console.graphics.texts import CellText
from console.model.picture import PictureInfo
from console.model.pipeline import PLAIN, Presentation, Voi
from console.pictures import visible_pixels

ENCODED_BYTES = 64 * 1024 * 1024
"""Finished paintings kept, so that the second loop of a cine costs almost nothing."""

ZOOM_STEP = 1.25
"""Factor of one zoom key press."""


@dataclass(frozen=True)
class Look:
    """How the operator wants the picture; two equal looks give equal paintings of the same frame."""

    columns: int = 0
    """Cells across; 0 before the view has a size."""
    rows: int = 0
    window: Voi | None = None
    """None for colour, and before the first pixels are here."""
    inverted: bool = False
    zoom: float = 1.0
    """1 shows the whole picture."""
    center: tuple[float, float] | None = None
    """Image point in the middle of the view; None is the middle of the picture."""
    turns: int = 0
    """Quarter turns clockwise, 0 to 3."""
    mirrored: bool = False
    """Left and right swapped, after the turn."""
    texts: bool = True
    presentation: Presentation = PLAIN
    """What is wanted of the pipeline beyond `window` and `inverted`: mask, shift, stages switched off."""
    revision: int = 0
    """Counts changes that only the corner texts show: language, privacy."""

    @property
    def whole(self) -> Presentation:
        """Everything that the pipeline needs to know."""
        return replace(self.presentation, voi=self.window, inverted=self.inverted)


class Painter:
    """Paints the frames of one picture, and keeps what it painted."""

    def __init__(self, info: PictureInfo, encoder: Encoder, renderer: Renderer | None = None) -> None:
        """`renderer` knows masks and overlays; without it they are left out."""
        self._info = info
        self._renderer = renderer
        self._encoder = encoder
        self._kept: OrderedDict[tuple[int, Look], Painting] = OrderedDict()
        self._bytes = 0

    def paint(
        self, number: int, stored: NDArray[np.generic], look: Look, texts: Callable[[], Sequence[CellText]]
    ) -> Painting:
        """Frame `number`, whose stored values are given, as `look` wants it.

        Raises ConsoleError where a mask frame or the overlays cannot be read.
        """
        key = (number, look)
        painting = self._kept.get(key)
        if painting is None:
            pixels = turned(self._visible(number, stored, look), look)
            canvas = self._canvas(pixels, look)
            painting = self._encoder.encode(canvas, look.columns, look.rows, texts() if look.texts else ())
            self._keep(key, painting)
        return painting

    def sorry(self, error: ConsoleError, look: Look) -> Painting:
        """A black picture with the reason on it, for a frame that cannot be shown."""
        width, height = self._encoder.pixel_size(look.columns, look.rows)
        text = CellText(look.rows // 2, 1, error.detail, "warning")
        return self._encoder.encode(np.zeros((height, width), np.uint8), look.columns, look.rows, (text,))

    def zoomed(self, look: Look, steps: int, across: float, down: float) -> Look:
        """`look` enlarged (or shrunk) around a place in the view, in fractions of its width and height."""
        geometry = self._geometry(look)
        if geometry.empty:
            return look
        x, y = across * geometry.width, down * geometry.height
        return _looking(look, geometry, resample.zoom(_view(look, geometry), geometry, ZOOM_STEP**steps, x, y))

    def panned(self, look: Look, across: float, down: float) -> Look:
        """`look` moved by fractions of the view's width and height."""
        geometry = self._geometry(look)
        if geometry.empty:
            return look
        x, y = across * geometry.width, down * geometry.height
        return _looking(look, geometry, resample.pan(_view(look, geometry), geometry, x, y))

    def actual(self, look: Look) -> Look:
        """`look` with one pixel of the picture on one of the view."""
        geometry = self._geometry(look)
        return look if geometry.empty else replace(look, zoom=max(1.0 / geometry.fit_scale, 1.0), center=None)

    def _visible(self, number: int, stored: NDArray[np.generic], look: Look) -> NDArray[np.uint8]:
        if self._renderer is None:
            return visible_pixels(self._info, stored, look.window, look.inverted)
        return self._renderer.visible(number, stored, look.whole)

    def _canvas(self, pixels: NDArray[np.uint8], look: Look) -> NDArray[np.uint8]:
        geometry = self._geometry(look)
        return resample.resample(
            pixels,
            _view(look, geometry),
            geometry.width,
            geometry.height,
            geometry.pixel_aspect,
            geometry.canvas_aspect,
        )

    def _geometry(self, look: Look) -> Geometry:
        width, height = self._encoder.pixel_size(look.columns, look.rows)
        info = self._info
        columns, rows, aspect = info.columns, info.rows, info.pixel_aspect
        if look.turns % 2:
            columns, rows, aspect = rows, columns, 1.0 / aspect
        return Geometry(columns, rows, width, height, aspect, self._encoder.canvas_aspect)

    def _keep(self, key: tuple[int, Look], painting: Painting) -> None:
        if self._kept and next(reversed(self._kept))[1] != key[1]:
            self._kept.clear()
            self._bytes = 0
        self._kept[key] = painting
        self._bytes += painting.nbytes
        while self._bytes > ENCODED_BYTES and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].nbytes


def turned(pixels: NDArray[np.uint8], look: Look) -> NDArray[np.uint8]:
    """Pixels (rows, columns) or (rows, columns, 3) turned clockwise, then mirrored, as `look` wants them."""
    if look.turns:
        pixels = np.rot90(pixels, -look.turns)
    return pixels[:, ::-1] if look.mirrored else pixels


def _view(look: Look, geometry: Geometry) -> View:
    whole = resample.fit(geometry)
    x, y = look.center if look.center is not None else (whole.center_x, whole.center_y)
    return resample.clamp(View(x, y, whole.scale * look.zoom), geometry)


def _looking(look: Look, geometry: Geometry, view: View) -> Look:
    """The zoom is kept relative to the whole picture, so that a resized view shows the same part."""
    zoom = view.scale / geometry.fit_scale
    whole = zoom < 1.001
    return replace(look, zoom=1.0 if whole else zoom, center=None if whole else (view.center_x, view.center_y))
