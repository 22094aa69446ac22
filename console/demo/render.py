"""Drawing primitives of the X-ray picture: thickness of tubes, smooth fields, detector blur. Arrays in, arrays out.

Thickness images are float32 (rows, columns) in millimetres along the beam.
"""

import numpy as np
from numpy.typing import NDArray

from console.demo.recipe import Floats

Image = NDArray[np.float32]

_MARGIN = 32


class Canvas:
    """A thickness image that tubes are drawn into; where tubes overlap the thicker counts, as in a joined lumen."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._stride = size + 2 * _MARGIN
        self._data: Image = np.zeros((self._stride, self._stride), np.float32)

    def image(self) -> Image:
        """The picture without the drawing margin (a view)."""
        return self._data[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]

    def tubes(self, x: Floats, y: Floats, radius: Floats, weight: Floats, joined: NDArray[np.bool_]) -> None:
        """Draw round tubes through the nodes `x`, `y` (pixels).

        `radius` is in pixels, `weight` turns a chord of one pixel into thickness (mm per pixel, foreshortening and
        concentration), one each a node; `joined[i]` says that node i and i + 1 belong to the same vessel.
        """
        keep = joined & (np.maximum(weight[1:], weight[:-1]) > 1e-4)
        half_x, half_y = 0.5 * np.diff(x), 0.5 * np.diff(y)
        half = np.sqrt(half_x**2 + half_y**2)
        mid_x, mid_y = 0.5 * (x[1:] + x[:-1]), 0.5 * (y[1:] + y[:-1])
        thick, load = 0.5 * (radius[1:] + radius[:-1]), 0.5 * (weight[1:] + weight[:-1])
        # A tube much thinner than a pixel is drawn wider and fainter: the same shadow, without gaps between samples.
        drawn = np.maximum(thick, 0.75)
        load = load * (thick / drawn) ** 2
        reach = np.ceil(drawn + half + 1.0).astype(np.int64)
        inside = self._size + _MARGIN
        values = [value.astype(np.float32) for value in (mid_x, mid_y, half_x, half_y, half, drawn, load)]
        for low, high in ((0, 3), (3, 4), (4, 6), (6, 9), (9, 13), (13, 18), (18, _MARGIN - 1)):
            chosen = keep & (reach > low) & (reach <= high)
            chosen &= (mid_x > high - _MARGIN) & (mid_x < inside - high - 1)
            chosen &= (mid_y > high - _MARGIN) & (mid_y < inside - high - 1)
            if chosen.any():
                self._stamp(high, [value[chosen] for value in values])

    def _stamp(self, reach: int, segments: list[Image]) -> None:
        x, y, half_x, half_y, half, radius, load = segments
        span = np.arange(-reach, reach + 1, dtype=np.float32)
        column, row = np.rint(x), np.rint(y)
        off_x = (column - x)[:, None, None] + span[None, None, :]
        off_y = (row - y)[:, None, None] + span[None, :, None]
        long = np.maximum(half, np.float32(1e-3))
        unit_x, unit_y = (half_x / long)[:, None, None], (half_y / long)[:, None, None]
        along = np.abs(off_x * unit_x + off_y * unit_y) - half[:, None, None]
        across = off_x * unit_y - off_y * unit_x
        away = across * across + np.square(np.maximum(along, np.float32(0.0)))
        hit = away < np.square(radius + np.float32(0.5))[:, None, None]
        tube = np.broadcast_to(radius[:, None, None], hit.shape)[hit]
        chord = _mean_chord(np.sqrt(away[hit]), tube)
        where = (row.astype(np.int64) + _MARGIN) * self._stride + column.astype(np.int64) + _MARGIN
        steps = span.astype(np.int64)
        index = where[:, None, None] + (steps[:, None] * self._stride + steps[None, :])[None]
        heavy = np.broadcast_to(load[:, None, None], hit.shape)[hit]
        np.maximum.at(self._data.reshape(-1), index[hit], chord * heavy)


def _mean_chord(away: Image, radius: Image) -> Image:
    """Chord of a round tube, averaged over a pixel whose centre lies `away` from its axis (exact across the tube)."""

    def area(place: Image) -> Image:
        x = np.clip(place, -radius, radius)
        return np.asarray(x * np.sqrt(radius * radius - x * x) + radius * radius * np.arcsin(x / radius))

    return area(away + np.float32(0.5)) - area(away - np.float32(0.5))


def blur(image: Image, sigma: float) -> Image:
    """Gaussian blur by `sigma` pixels, edges repeated."""
    reach = max(1, int(np.ceil(3.0 * sigma)))
    taps = np.exp(-0.5 * (np.arange(reach + 1) / sigma) ** 2)
    taps = (taps / (taps[0] + 2.0 * taps[1:].sum())).astype(np.float32)
    result = image
    for axis in (0, 1):
        pads = [(0, 0), (0, 0)]
        pads[axis] = (reach, reach)
        wide = np.pad(result, pads, mode="edge")
        count = result.shape[axis]

        def shifted(offset: int, wide: Image = wide, axis: int = axis, count: int = count) -> Image:
            window = slice(reach + offset, reach + offset + count)
            return wide[window, :] if axis == 0 else wide[:, window]

        total = shifted(0) * taps[0]
        for step in range(1, reach + 1):
            total += (shifted(-step) + shifted(step)) * taps[step]
        result = total
    return result


def enlarge(image: Image, factor: int) -> Image:
    """`image` made `factor` times larger with a smooth (cubic B-spline) surface; pixel centres stay aligned."""
    result = image
    # Columns first, while the picture is still small.
    for axis in (1, 0):
        count = result.shape[axis]
        place = (np.arange(count * factor) + 0.5) / factor - 0.5
        whole = np.floor(place).astype(np.int64)
        t = (place - whole).astype(np.float32)
        weights = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
        shape = (-1, 1) if axis == 0 else (1, -1)
        larger = None
        for offset, weight in zip((-1, 0, 1, 2), weights, strict=True):
            part = np.take(result, np.clip(whole + offset, 0, count - 1), axis=axis)
            part = part * (weight / 6.0).reshape(shape).astype(np.float32)
            larger = part if larger is None else larger + part
        assert larger is not None
        result = larger
    return result


def shrink(image: Image, factor: int) -> Image:
    """Mean of each `factor` by `factor` block."""
    rows, columns = image.shape
    total = np.zeros((rows // factor, columns // factor), np.float32)
    for down in range(factor):
        strip = image[down::factor]
        for right in range(factor):
            total += strip[:, right::factor]
    return np.asarray(total / np.float32(factor * factor), dtype=np.float32)


def ellipsoid(u: Image, v: Image, centre: Floats, axes: Floats, radii: Floats, view: tuple[Floats, ...]) -> Image:
    """Chord (mm) of parallel beams through an ellipsoid.

    `u`, `v` are the picture's coordinates in mm (right, up); `axes` (3, 3) holds the ellipsoid's directions in its
    rows, `radii` their half lengths; `view` is `CArm.axes()`.
    """
    right, up, towards = (np.array([(axis * line).sum() for line in axes]) / radii for axis in view)
    middle = np.array([(centre * line).sum() for line in axes]) / radii
    px, py, pz = (u * np.float32(right[k]) + v * np.float32(up[k]) - np.float32(middle[k]) for k in range(3))
    a = np.float32((towards**2).sum())
    b = px * np.float32(towards[0]) + py * np.float32(towards[1]) + pz * np.float32(towards[2])
    c = px * px + py * py + pz * pz - np.float32(1.0)
    return np.asarray(np.float32(2.0) / a * np.sqrt(np.maximum(b * b - a * c, np.float32(0.0))))
