"""Simple measuring in pictures, written without a look at how they are made."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def values_at(image: NDArray[Any], x: Floats, y: Floats) -> Floats:
    """Bilinear samples."""
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    a, b = x - left, y - top
    grey = image.astype(np.float64)
    upper = grey[top, left] * (1 - a) + grey[top, left + 1] * a
    lower = grey[top + 1, left] * (1 - a) + grey[top + 1, left + 1] * a
    return np.asarray(upper * (1 - b) + lower * b)


def profile(image: NDArray[Any], at: Floats, normal: Floats, reach: float, along: float = 0.0) -> tuple[Floats, Floats]:
    """Places and values along `normal` through `at`; the mean of parallel lines up to `along` to either side."""
    way = np.linspace(-reach, reach, 401)
    beside = np.array([-normal[1], normal[0]])
    lines = []
    for off in np.linspace(-along, along, 7 if along else 1):
        start = at + off * beside
        lines.append(values_at(image, start[0] + way * normal[0], start[1] + way * normal[1]))
    return way, np.mean(lines, axis=0)


def darkness(way: Floats, values: Floats, edge: float = 0.78) -> Floats:
    """How far `values` lie below the straight line through what stands outside `edge` of the reach."""
    outside = np.abs(way) > edge * way[-1]
    return np.asarray(np.polyval(np.polyfit(way[outside], values[outside], 1), way) - values)


def half_maximum_width(image: NDArray[Any], place: dict[str, Any], along: float = 0.0) -> float:
    """Width in pixels of the dark object between the two edge points of `place`, along its normal."""
    first, second = np.array(place["edges"])
    size = float(np.hypot(*(second - first)))
    way, values = profile(image, np.array(place["middle"]), (second - first) / size, 1.4 * size, along)
    dark = darkness(way, values, 0.9)
    # Up to the first place on either side that is less than half as dark, whatever else lies further out.
    top = int(np.argmax(np.where(np.abs(way) < 0.5 * size, dark, 0.0)))
    half = dark[top] / 2
    first_in = top - int(np.argmax(dark[top::-1] < half)) + 1
    last_in = top + int(np.argmax(dark[top:] < half)) - 1
    left = np.interp(half, dark[first_in - 1 : first_in + 1], way[first_in - 1 : first_in + 1])
    right = np.interp(half, dark[last_in : last_in + 2][::-1], way[last_in : last_in + 2][::-1])
    return float(right - left)


def relative_diameter(image: NDArray[Any], place: dict[str, Any], reach: float) -> float:
    """Square root of a vessel's cross-section by densitometry: only the ratio of two of them means anything."""
    at, normal = np.array(place["at"]), np.array(place["normal"])
    way, values = profile(image, at, normal, reach, 1.2)
    dark = darkness(way, np.log(np.maximum(values, 1.0)))
    return float(np.sqrt(max(float(dark.sum()) * (way[1] - way[0]), 0.0)))
