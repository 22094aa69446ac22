"""How the operator wants the picture, and the paintings that follow from it: window, cut, scale, texts, encoding.

Wiring between console.pictures and console.graphics. One thread paints; any may ask how a look changes.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from console.dicom.pipeline.renderer import Renderer
from console.errors import ConsoleError
from console.graphics import resample
from console.graphics.annotations import annotations
from console.graphics.drawing import Drawn, Lettering, draw
from console.graphics.encoder import Encoder, Painting
from console.graphics.resample import Geometry, View
from console.graphics.texts import CellText
from console.graphics.turning import straight_point, turned, turned_point, turned_size
from console.look import Look, Loupe
from console.model.picture import PictureInfo
from console.model.pipeline import Orientation
from console.model.view import UPRIGHT
from console.pictures import visible_pixels

ENCODED_BYTES = 64 * 1024 * 1024
"""Finished paintings kept, so that the second loop of a cine costs almost nothing."""

ZOOM_STEP = 1.25
"""Factor of one zoom key press."""

LOUPE_SHARE = 0.4
"""Part of the view's smaller side that the loupe takes."""


class Painter:
    """Paints the frames of one picture, and keeps what it painted."""

    def __init__(self, info: PictureInfo, encoder: Encoder, renderer: Renderer | None = None) -> None:
        """`renderer` knows masks and overlays; without it they are left out."""
        self._info = info
        self._renderer = renderer
        self._encoder = encoder
        self._kept: OrderedDict[tuple[int, Look], Painting] = OrderedDict()
        self._bytes = 0
        self._annotated: dict[int, Drawn] = {}

    @property
    def refines(self) -> bool:
        """Whether `paint` takes more care of a still."""
        return self._encoder.refines

    def paint(
        self,
        number: int,
        stored: NDArray[np.generic],
        look: Look,
        texts: Callable[[], Sequence[CellText]],
        *,
        still: bool = False,
    ) -> Painting:
        """Frame `number`, whose stored values are given, as `look` wants it; `still` when it is looked at for a while.

        Raises ConsoleError where a mask frame or the overlays cannot be read.
        """
        key = (number, look)
        painting = None if still else self._kept.get(key)
        if painting is None:
            canvas, labels = self._canvas(self._visible(number, stored, look), number, look, still=still)
            words = (*labels, *(texts() if look.texts else ()))
            painting = self._encoder.encode(canvas, look.columns, look.rows, words, still=still)
            if not still:
                self._keep(key, painting)
        return painting

    def keeps(self, number: int, look: Look) -> bool:
        """Whether this painting is ready."""
        return (number, look) in self._kept

    def sorry(self, error: ConsoleError, look: Look) -> Painting:
        """A black picture with the reason on it, for a frame that cannot be shown."""
        width, height = self._encoder.pixel_size(look.columns, look.rows)
        text = CellText(look.rows // 2, 1, error.detail, "warning")
        return self._encoder.encode(np.zeros((height, width), np.uint8), look.columns, look.rows, (text,))

    def zoomed(self, look: Look, steps: float, across: float, down: float) -> Look:
        """`look` enlarged (or shrunk, to the whole picture) around a place in the view, in fractions of its size."""
        geometry = self._geometry(look)
        if geometry.empty:
            return look
        x, y = across * geometry.width, down * geometry.height
        before = self._view(look, geometry)
        view = resample.zoom(before, geometry, ZOOM_STEP**steps, x, y)
        if view.scale < geometry.fit_scale <= before.scale:
            view = resample.fit(geometry)
        return _looking(look, geometry, view, self._straight)

    def panned(self, look: Look, across: float, down: float) -> Look:
        """`look` moved by fractions of the view's width and height."""
        geometry = self._geometry(look)
        if geometry.empty:
            return look
        x, y = across * geometry.width, down * geometry.height
        moved = resample.pan(self._view(look, geometry), geometry, x, y)
        return _looking(look, geometry, moved, self._straight)

    def _visible(self, number: int, stored: NDArray[np.generic], look: Look) -> NDArray[np.uint8]:
        if self._renderer is None:
            return visible_pixels(self._info, stored, look.window, look.inverted)
        return self._renderer.visible(number, stored, look.whole)

    def actual(self, look: Look) -> Look:
        """One canvas pixel for each image column, around the same place."""
        geometry = self._geometry(look)
        if geometry.empty:
            return replace(look, actual=True)
        whole = _looking(look, geometry, self._view(look, geometry), self._straight)
        return replace(whole, actual=True, zoom=1.0 / geometry.fit_scale)

    def image_point(self, look: Look, across: float, down: float) -> tuple[float, float] | None:
        """The point of the stored picture under a place in the view (fractions); None before there is a view."""
        geometry = self._geometry(look)
        if geometry.empty:
            return None
        x, y = across * geometry.width, down * geometry.height
        return self._straight(look, *resample.to_image(self._view(look, geometry), geometry, x, y))

    def view_point(self, look: Look, x: float, y: float) -> tuple[float, float] | None:
        """The place in the view (fractions of width and height) of a point of the stored picture."""
        geometry = self._geometry(look)
        if geometry.empty:
            return None
        across, down = self._place(look, geometry)(x, y)
        return across / geometry.width, down / geometry.height

    def orientation(self, look: Look) -> Orientation:
        """How the picture is turned, unless the operator switched that off."""
        return look.orientation if look.presentation.switched("spatial") else UPRIGHT

    def drawn_on(self, number: int, look: Look) -> Drawn:
        """Everything that lies over a frame: what a presentation state drew, and what the operator did."""
        description = self._info.description
        if description is None or not look.annotations:
            return look.over(number)
        if number not in self._annotated:
            self._annotated[number] = annotations(description, number)
        return self._annotated[number] + look.over(number)

    def _canvas(
        self, pixels: NDArray[np.uint8], number: int, look: Look, *, still: bool
    ) -> tuple[NDArray[np.uint8], Sequence[CellText]]:
        """The array for the encoder, and the words that belong to places in it."""
        geometry = self._geometry(look)
        view = self._view(look, geometry)
        shown = turned(pixels, self.orientation(look))
        quick = self._encoder.refines and not still
        canvas = _resampled(shown, view, geometry, geometry.width, geometry.height, quick=quick)
        if geometry.empty:
            return canvas, ()
        drawn, place = self.drawn_on(number, look), self._place(look, geometry)
        canvas = draw(canvas, drawn.strokes, place)
        if look.loupe is not None:
            canvas = self._magnified(canvas, shown, view, geometry, look, look.loupe, drawn)
        return canvas, [self._word(label, place, geometry, look) for label in drawn.labels]

    def _magnified(
        self,
        canvas: NDArray[np.uint8],
        shown: NDArray[np.uint8],
        view: View,
        geometry: Geometry,
        look: Look,
        loupe: Loupe,
        drawn: Drawn,
    ) -> NDArray[np.uint8]:
        """`canvas` with a place of the picture larger, in a frame around that place, and what is drawn there."""
        side = LOUPE_SHARE * min(geometry.width, geometry.height * geometry.canvas_aspect)
        width, height = max(int(side), 3), max(int(side / geometry.canvas_aspect), 3)
        x, y = self._turn(look, loupe.x, loupe.y)
        near, inside = View(x, y, view.scale * loupe.factor), replace(geometry, width=width, height=height)
        glass = _resampled(shown, near, geometry, width, height)
        glass = draw(
            glass, drawn.strokes, lambda left, top: resample.to_canvas(near, inside, *self._turn(look, left, top))
        )
        if canvas.ndim == 3 and glass.ndim == 2:
            glass = np.repeat(glass[:, :, None], 3, axis=2)
        glass = np.array(glass)
        glass[[0, -1]] = glass[:, [0, -1]] = 255
        middle_x, middle_y = resample.to_canvas(view, geometry, x, y)
        left = min(max(round(middle_x - width / 2), 0), max(geometry.width - width, 0))
        top = min(max(round(middle_y - height / 2), 0), max(geometry.height - height, 0))
        canvas = np.array(canvas)
        part = canvas[top : top + height, left : left + width]
        part[:] = glass[: part.shape[0], : part.shape[1]]
        return canvas

    def _word(
        self, label: Lettering, place: Callable[[float, float], tuple[float, float]], geometry: Geometry, look: Look
    ) -> CellText:
        x, y = place(*label.at)
        column, row = x * look.columns / geometry.width, y * look.rows / geometry.height
        return CellText(
            min(max(int(row), -1), look.rows), min(max(int(column), 0), look.columns), label.text, label.tone
        )

    def _place(self, look: Look, geometry: Geometry) -> Callable[[float, float], tuple[float, float]]:
        """Where image points lie on the canvas."""
        view = self._view(look, geometry)
        return lambda x, y: resample.to_canvas(view, geometry, *self._turn(look, x, y))

    def _turn(self, look: Look, x: float, y: float) -> tuple[float, float]:
        return turned_point(x, y, self._info.columns, self._info.rows, self.orientation(look))

    def _straight(self, look: Look, x: float, y: float) -> tuple[float, float]:
        return straight_point(x, y, self._info.columns, self._info.rows, self.orientation(look))

    def _geometry(self, look: Look) -> Geometry:
        """Of the picture as it is turned."""
        width, height = self._encoder.pixel_size(look.columns, look.rows)
        columns, rows = turned_size(self._info.columns, self._info.rows, self.orientation(look))
        aspect = self._info.pixel_aspect
        if columns != self._info.columns or self.orientation(look).rotation % 180:
            aspect = 1.0 / aspect
        return Geometry(columns, rows, width, height, aspect, self._encoder.canvas_aspect)

    def _view(self, look: Look, geometry: Geometry) -> View:
        whole = resample.fit(geometry)
        if look.area is not None and look.presentation.switched("spatial") and not geometry.empty:
            return _over(look.area, partial(self._turn, look), geometry)
        x, y = (whole.center_x, whole.center_y) if look.center is None else self._turn(look, *look.center)
        return resample.clamp(View(x, y, 1.0 if look.actual else whole.scale * look.zoom), geometry)

    def _keep(self, key: tuple[int, Look], painting: Painting) -> None:
        if self._kept and next(reversed(self._kept))[1] != key[1]:
            self._kept.clear()
            self._bytes = 0
        self._kept[key] = painting
        self._bytes += painting.nbytes
        while self._bytes > ENCODED_BYTES and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].nbytes


def _resampled(
    pixels: NDArray[np.uint8], view: View, geometry: Geometry, width: int, height: int, *, quick: bool = False
) -> NDArray[np.uint8]:
    shape = geometry.pixel_aspect, geometry.canvas_aspect
    return resample.resample(pixels, view, width, height, *shape, quick=quick)


def _over(
    area: tuple[float, float, float, float],
    turn: Callable[[float, float], tuple[float, float]],
    geometry: Geometry,
) -> View:
    """The view that a part of the picture fills."""
    (x0, y0), (x1, y1) = turn(*area[:2]), turn(*area[2:])
    across, down = max(abs(x1 - x0), 1e-3), max(abs(y1 - y0), 1e-3)
    scale = min(geometry.width / across, geometry.height / (down * geometry.stretch))
    return resample.clamp(View((x0 + x1) / 2, (y0 + y1) / 2, scale), geometry)


def _looking(
    look: Look, geometry: Geometry, view: View, straight: Callable[[Look, float, float], tuple[float, float]]
) -> Look:
    """The zoom is kept relative to the whole picture, so that a resized view shows the same part."""
    zoom = view.scale / geometry.fit_scale
    whole = abs(zoom - 1) < 0.001
    center = None if whole else straight(look, view.center_x, view.center_y)
    return replace(look, zoom=1.0 if whole else zoom, center=center, area=None, actual=False)
