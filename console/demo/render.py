"""Drawing primitives of the X-ray picture: thickness of tubes, smooth fields, detector blur. Arrays in, arrays out.

Thickness images are float32 (rows, columns) in millimetres along the beam.
"""

import numpy as np
from numpy.typing import NDArray

from console.demo.recipe import Floats

Image = NDArray[np.float32]

_MARGIN = 32


class Strokes:
    """Where round tubes cast their shadow: which pixels, how long the chord. Their filling may change ever after."""

    def __init__(self, size: int, x: Floats, y: Floats, radius: Floats, joined: NDArray[np.bool_]) -> None:
        """Tubes through the nodes `x`, `y` of a picture of `size` rows and columns, all in pixels.

        `joined[i]` says that node i and i + 1 belong to the same vessel.
        """
        self._size = size
        half_x, half_y = 0.5 * np.diff(x), 0.5 * np.diff(y)
        half = np.sqrt(half_x**2 + half_y**2)
        mid_x, mid_y = 0.5 * (x[1:] + x[:-1]), 0.5 * (y[1:] + y[:-1])
        thick = 0.5 * (radius[1:] + radius[:-1])
        # A tube much thinner than a pixel is drawn wider and fainter: the same shadow, without gaps between samples.
        drawn = np.maximum(thick, 0.75)
        faint = (thick / drawn) ** 2
        reach = np.ceil(drawn + half + 1.0).astype(np.int64)
        inside = size + _MARGIN
        values = [value.astype(np.float32) for value in (mid_x, mid_y, half_x, half_y, half, drawn, faint)]
        parts = [(np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(0, np.int32))]
        for low, high in ((0, 3), (3, 4), (4, 6), (6, 9), (9, 13), (13, 18), (18, _MARGIN - 1)):
            chosen = joined & (reach > low) & (reach <= high)
            chosen &= (mid_x > high - _MARGIN) & (mid_x < inside - high - 1)
            chosen &= (mid_y > high - _MARGIN) & (mid_y < inside - high - 1)
            if chosen.any():
                parts.append(self._stamp(high, np.flatnonzero(chosen), [value[chosen] for value in values]))
        index = np.concatenate([part[0] for part in parts])
        self._chord = np.concatenate([part[1] for part in parts])
        self._segment = np.concatenate([part[2] for part in parts])
        # Only the box around the tubes is worked on; what the margin holds belongs to nobody.
        stride = np.int32(size + 2 * _MARGIN)
        rows: NDArray[np.int32] = index // stride - np.int32(_MARGIN)
        columns: NDArray[np.int32] = index % stride - np.int32(_MARGIN)
        seen = (rows >= 0) & (rows < size) & (columns >= 0) & (columns < size)
        rows, columns = rows[seen], columns[seen]
        self._chord, self._segment = self._chord[seen], self._segment[seen]
        top, left = (int(place.min()) if place.size else 0 for place in (rows, columns))
        height, width = (
            int(place.max()) + 1 - low if place.size else 0 for place, low in ((rows, top), (columns, left))
        )
        self._box = (slice(top, top + height), slice(left, left + width))
        self._shape = (height, width)
        self._index: NDArray[np.int32] = (rows - np.int32(top)) * np.int32(width) + (columns - np.int32(left))

    def paint(self, weight: Floats, picture: Image) -> None:
        """Add the tubes to `picture`; where they overlap the thicker counts, as in a joined lumen.

        `weight` turns a chord of one pixel into thickness at each node (mm per pixel, foreshortening, concentration).
        """
        load = np.maximum(weight[1:], weight[:-1])
        load = np.where(load > 1e-4, 0.5 * (weight[1:] + weight[:-1]), 0.0).astype(np.float32)
        if not load.any():
            return
        canvas = np.zeros(self._shape, np.float32)
        np.maximum.at(canvas.reshape(-1), self._index, self._chord * load[self._segment])
        picture[self._box] += canvas

    def _stamp(
        self, reach: int, number: NDArray[np.intp], segments: list[Image]
    ) -> tuple[NDArray[np.int32], Image, NDArray[np.int32]]:
        x, y, half_x, half_y, half, radius, faint = segments
        span = np.arange(-reach, reach + 1, dtype=np.float32)
        column, row = np.rint(x), np.rint(y)
        off_x = (column - x)[:, None, None] + span[None, None, :]
        off_y = (row - y)[:, None, None] + span[None, :, None]
        long = np.maximum(half, np.float32(1e-3))
        unit_x, unit_y = (half_x / long)[:, None, None], (half_y / long)[:, None, None]
        along = np.abs(off_x * unit_x + off_y * unit_y) - half[:, None, None]
        across = off_x * unit_y - off_y * unit_x
        away = across * across + np.square(np.maximum(along, np.float32(0.0)))
        hit = np.flatnonzero(away < np.square(radius + np.float32(0.5))[:, None, None])
        which, place = np.divmod(hit, len(span) ** 2)
        chord = _mean_chord(np.sqrt(away.reshape(-1)[hit]), radius[which]) * faint[which]
        stride = self._size + 2 * _MARGIN
        where = (row.astype(np.int32) + _MARGIN) * stride + column.astype(np.int32) + _MARGIN
        steps = span.astype(np.int32)
        offset = (steps[:, None] * stride + steps[None, :]).reshape(-1)
        return where[which] + offset[place], chord, number[which].astype(np.int32)


def tubes(size: int, x: Floats, y: Floats, radius: Floats, weight: Floats, joined: NDArray[np.bool_]) -> Image:
    """Thickness of tubes that are drawn once; see `Strokes`."""
    picture: Image = np.zeros((size, size), np.float32)
    Strokes(size, x, y, radius, joined).paint(weight, picture)
    return picture


def _mean_chord(away: Image, radius: Image) -> Image:
    """Chord of a round tube, averaged over a pixel whose centre lies `away` from its axis (exact across the tube)."""

    def area(place: Image) -> Image:
        x = np.clip(place, -radius, radius)
        return np.asarray(x * np.sqrt(radius * radius - x * x) + radius * radius * np.arcsin(x / radius))

    return area(away + np.float32(0.5)) - area(away - np.float32(0.5))


def blur(image: Image, sigma: float) -> Image:
    """Gaussian blur by `sigma` pixels, edges repeated."""
    reach = max(1, int(3.0 * sigma))
    taps = np.exp(-0.5 * (np.arange(reach + 1) / sigma) ** 2)
    taps = (taps / (taps[0] + 2.0 * taps[1:].sum())).astype(np.float32)
    result, pair = image, np.empty(image.shape, np.float32)
    for axis in (0, 1):
        count = result.shape[axis]
        wide = _padded(result, reach, axis)
        total = np.empty(image.shape, np.float32)
        np.multiply(result, taps[0], out=total)
        for step in range(1, reach + 1):
            before, after = slice(reach - step, reach - step + count), slice(reach + step, reach + step + count)
            if axis == 0:
                np.add(wide[before], wide[after], out=pair)
            else:
                np.add(wide[:, before], wide[:, after], out=pair)
            pair *= taps[step]
            total += pair
        result = total
    return result


def _padded(image: Image, reach: int, axis: int) -> Image:
    """`image` with its first and last line repeated `reach` times."""
    rows, columns = image.shape
    if axis == 0:
        wide = np.empty((rows + 2 * reach, columns), np.float32)
        wide[:reach], wide[reach:-reach], wide[-reach:] = image[0], image, image[-1]
    else:
        wide = np.empty((rows, columns + 2 * reach), np.float32)
        wide[:, :reach], wide[:, reach:-reach], wide[:, -reach:] = image[:, :1], image, image[:, -1:]
    return wide


def enlarge(image: Image, factor: int) -> Image:
    """`image` made `factor` times larger with a smooth (cubic B-spline) surface; pixel centres stay aligned."""
    result = image
    # Columns first, while the picture is still small.
    for axis in (1, 0):
        count = result.shape[axis]
        wide = _padded(result, 2, axis)
        shape = [*result.shape]
        shape[axis] = count * factor
        larger = np.empty(shape, np.float32)
        total, part = np.empty(result.shape, np.float32), np.empty(result.shape, np.float32)
        for step in range(factor):
            place = (step + 0.5) / factor - 0.5
            first = 0 if place < 0 else 1
            t = place - np.floor(place)
            weights = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
            for offset, weight in enumerate(weights):
                window = slice(first + offset, first + offset + count)
                source = wide[window] if axis == 0 else wide[:, window]
                np.multiply(source, np.float32(weight / 6.0), out=part if offset else total)
                if offset:
                    total += part
            if axis == 0:
                larger[step::factor] = total
            else:
                larger[:, step::factor] = total
        result = larger
    return result


def shrink(image: Image, factor: int) -> Image:
    """Mean of each `factor` by `factor` block."""
    rows, columns = image.shape
    narrow = np.add.reduce(image.reshape(rows // factor, factor, columns), axis=1)
    total = np.add.reduce(narrow.reshape(rows // factor, columns // factor, factor), axis=2)
    return np.asarray(total * np.float32(1.0 / (factor * factor)), dtype=np.float32)


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
