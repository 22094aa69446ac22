"""From the picture's matrix to the pixels that the widget can show: where it lies, how large, and back again.

Two coordinate systems, both continuous, y down, (0, 0) the upper left corner of the upper left pixel:

image   pixel (row r, column c) covers x from c to c + 1 and y from r to r + 1, its centre is (c + 0.5, r + 0.5)
canvas  the pixels an encoder asks for; a canvas pixel may be taller than wide, which `canvas_aspect` says
"""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from console.graphics.kernels import average, linear
from console.graphics.palette import Bytes

CLOSEST = 32.0
"""Canvas pixels of one image pixel at the largest zoom."""


@dataclass(frozen=True)
class View:
    """What part of the picture is looked at."""

    center_x: float
    """Image x in the middle of the canvas."""
    center_y: float
    """Image y in the middle of the canvas."""
    scale: float
    """Canvas pixels across for one image column; 1 shows every column once."""


@dataclass(frozen=True)
class Geometry:
    """A picture and the canvas it is shown on."""

    columns: int
    """Of the picture."""
    rows: int
    width: int
    """Of the canvas, in canvas pixels."""
    height: int
    pixel_aspect: float = 1.0
    """Height of an image pixel divided by its width."""
    canvas_aspect: float = 1.0
    """Height of a canvas pixel divided by its width, as the encoder says."""

    @property
    def empty(self) -> bool:
        """True when there is nothing to show or nowhere to show it."""
        return min(self.columns, self.rows, self.width, self.height) < 1

    @property
    def stretch(self) -> float:
        """Canvas pixels down for one image row, where one image column takes one canvas pixel across."""
        return self.pixel_aspect / self.canvas_aspect

    @property
    def fit_scale(self) -> float:
        """Scale at which the whole picture is just visible."""
        if self.empty:
            return 1.0
        return min(self.width / self.columns, self.height / (self.rows * self.stretch))


@dataclass(frozen=True)
class Placement:
    """Which part of the picture lands on which whole canvas pixels; drawing and measuring both follow it."""

    left: int
    top: int
    width: int
    height: int
    box: tuple[float, float, float, float]
    """Left, upper, right, lower of the visible part in image coordinates."""


def fit(geometry: Geometry) -> View:
    """The whole picture, as large as it goes."""
    return View(geometry.columns / 2, geometry.rows / 2, geometry.fit_scale)


def clamp(view: View, geometry: Geometry) -> View:
    """The nearest view that shows no more black than it must: a picture that is smaller than the canvas is centred.

    The scale stays between the whole picture (or 1, if that is smaller) and CLOSEST (or the whole picture).
    """
    whole = geometry.fit_scale
    scale = min(max(view.scale, min(whole, 1.0)), max(whole, CLOSEST))
    return View(
        _clamp_center(view.center_x, geometry.columns, geometry.width / scale),
        _clamp_center(view.center_y, geometry.rows, geometry.height / (scale * geometry.stretch)),
        scale,
    )


def zoom(view: View, geometry: Geometry, factor: float, x: float | None = None, y: float | None = None) -> View:
    """`factor` times larger; what lies under canvas point (x, y), by default the middle, stays there if it can."""
    x = geometry.width / 2 if x is None else x
    y = geometry.height / 2 if y is None else y
    before = clamp(view, geometry)
    scale = clamp(View(before.center_x, before.center_y, before.scale * factor), geometry).scale
    growth = 1 / before.scale - 1 / scale
    return clamp(
        View(
            before.center_x + (x - geometry.width / 2) * growth,
            before.center_y + (y - geometry.height / 2) * growth / geometry.stretch,
            scale,
        ),
        geometry,
    )


def pan(view: View, geometry: Geometry, right: float, down: float) -> View:
    """Look further to the right and down, in canvas pixels (negative: left and up), as far as the picture goes."""
    return clamp(
        View(
            view.center_x + right / view.scale,
            view.center_y + down / (view.scale * geometry.stretch),
            view.scale,
        ),
        geometry,
    )


def place(view: View, geometry: Geometry) -> Placement:
    """Where `view` puts the picture. Its edges go to the nearest whole canvas pixel, at least one pixel is shown.

    An empty geometry, which has no such place, is a ValueError; the coordinate functions follow it.
    """
    if geometry.empty:
        raise ValueError("a picture without pixels, or a canvas without, has no coordinates")
    view = clamp(view, geometry)
    left, width, x0, x1 = _axis(view.center_x, view.scale, geometry.columns, geometry.width)
    top, height, y0, y1 = _axis(view.center_y, view.scale * geometry.stretch, geometry.rows, geometry.height)
    return Placement(left, top, width, height, (x0, y0, x1, y1))


def to_image(view: View, geometry: Geometry, x: float, y: float) -> tuple[float, float]:
    """Image point under canvas point (x, y); outside the picture the same scale goes on."""
    place_ = place(view, geometry)
    x0, y0, x1, y1 = place_.box
    return (
        x0 + (x - place_.left) * (x1 - x0) / place_.width,
        y0 + (y - place_.top) * (y1 - y0) / place_.height,
    )


def to_canvas(view: View, geometry: Geometry, x: float, y: float) -> tuple[float, float]:
    """Canvas point of image point (x, y), the inverse of `to_image`."""
    place_ = place(view, geometry)
    x0, y0, x1, y1 = place_.box
    return (
        place_.left + (x - x0) * place_.width / (x1 - x0),
        place_.top + (y - y0) * place_.height / (y1 - y0),
    )


def resample(
    pixels: Bytes,
    view: View,
    width: int,
    height: int,
    pixel_aspect: float = 1.0,
    canvas_aspect: float = 1.0,
    *,
    quick: bool = False,
) -> Bytes:
    """The `height` x `width` canvas of `view`: averaged where it shrinks, smooth where it grows, black around it.

    `pixels` is uint8, grey (h, w) or RGB (h, w, 3), and so is the result, a new array. `quick` draws straight lines
    between the pixels where it grows, instead of curves: for a frame that is gone at once.
    """
    canvas = np.zeros((height, width, *pixels.shape[2:]), np.uint8)
    geometry = Geometry(pixels.shape[1], pixels.shape[0], width, height, pixel_aspect, canvas_aspect)
    if geometry.empty:
        return canvas
    placed = place(view, geometry)
    x0, y0, x1, y1 = placed.box
    inside = canvas[placed.top : placed.top + placed.height, placed.left : placed.left + placed.width]
    grows = placed.width >= x1 - x0 and placed.height >= y1 - y0
    if grows and quick:
        inside[:] = linear(pixels, placed.box, placed.width, placed.height)
        return canvas
    if not grows and placed.width <= x1 - x0 and placed.height <= y1 - y0:
        inside[:] = average(pixels, placed.box, placed.width, placed.height)
        return canvas
    # Up one way and down the other: a triangle averages down and is smooth up.
    kernel = Image.Resampling.BICUBIC if grows else Image.Resampling.BILINEAR
    image = Image.fromarray(np.ascontiguousarray(pixels))
    inside[:] = np.asarray(image.resize((placed.width, placed.height), kernel, box=placed.box))
    return canvas


def _clamp_center(center: float, size: int, visible: float) -> float:
    """Centre of a stretch of `visible` that stays inside 0..size, or lies around it when it is the longer."""
    if visible >= size:
        return size / 2
    return min(max(center, visible / 2), size - visible / 2)


def _axis(center: float, scale: float, size: int, canvas: int) -> tuple[int, int, float, float]:
    """First canvas pixel, count of canvas pixels, and the stretch of the picture they show."""
    edge = canvas / 2 - center * scale
    far = edge + size * scale
    # An end of the picture that is visible is visible whole; the rounding stretches it by half a canvas pixel at most.
    first, start = (min(math.floor(edge + 0.5), canvas - 1), 0.0) if edge >= 0 else (0, -edge / scale)
    last, end = (math.floor(far + 0.5), float(size)) if far <= canvas else (canvas, size - (far - canvas) / scale)
    return first, max(last, first + 1) - first, start, end
