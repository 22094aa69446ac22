"""Lines and words over a picture: annotations, a rectangle that is being drawn, shapes that are measured.

Points are continuous image coordinates as in console.graphics.resample; whoever draws says where they lie on the
canvas, so that the same strokes serve the screen and a picture file.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from console.graphics.palette import TONE_RGB, Bytes, Tone

Point = tuple[float, float]
"""x, y."""

_FAR = 30_000.0
"""Canvas points further out than this are pulled in: a point may come from a file."""


@dataclass(frozen=True)
class Stroke:
    """One line through points, or one point where it has only one."""

    points: tuple[Point, ...]
    closed: bool = False
    filled: bool = False
    tone: Tone = "accent"


@dataclass(frozen=True)
class Lettering:
    """A text that begins at a point."""

    at: Point
    text: str
    """Without control characters."""
    tone: Tone = "accent"


@dataclass(frozen=True)
class Drawn:
    """What lies over a picture."""

    strokes: tuple[Stroke, ...] = ()
    labels: tuple[Lettering, ...] = ()

    def __add__(self, other: "Drawn") -> "Drawn":
        return Drawn(self.strokes + other.strokes, self.labels + other.labels)

    def __bool__(self) -> bool:
        return bool(self.strokes or self.labels)


NOTHING = Drawn()


def draw(canvas: Bytes, strokes: Sequence[Stroke], place: Callable[[float, float], Point], width: int = 1) -> Bytes:
    """`canvas` in RGB with the strokes over it, `width` canvas pixels wide; `place` maps image points to the canvas."""
    if not strokes:
        return canvas
    rgb = canvas if canvas.ndim == 3 else np.repeat(canvas[:, :, None], 3, axis=2)
    image = Image.fromarray(np.ascontiguousarray(rgb))
    pen = ImageDraw.Draw(image)
    for stroke in strokes:
        points = [_near(*place(x, y)) for x, y in stroke.points]
        if len(points) == 1:
            (x, y), reach = points[0], 2 * width
            pen.line([(x - reach, y), (x + reach, y)], TONE_RGB[stroke.tone], width)
            pen.line([(x, y - reach), (x, y + reach)], TONE_RGB[stroke.tone], width)
        elif stroke.filled and len(points) > 2:
            pen.polygon(points, TONE_RGB[stroke.tone])
        elif points:
            pen.line([*points, points[0]] if stroke.closed else points, TONE_RGB[stroke.tone], width)
    return np.asarray(image)


def _near(x: float, y: float) -> Point:
    # Pillow addresses pixels by their centres, we by their corners.
    return min(max(x - 0.5, -_FAR), _FAR), min(max(y - 0.5, -_FAR), _FAR)


def rectangle(x0: float, y0: float, x1: float, y1: float, tone: Tone = "accent") -> Stroke:
    """The outline between two corners."""
    return Stroke(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), closed=True, tone=tone)


def ellipse(center: Point, half_major: Point, half_minor: Point, filled: bool = False) -> Stroke:
    """An ellipse by its centre and the vectors from there to the ends of its axes."""
    steps = 72
    turns = [2 * math.pi * step / steps for step in range(steps)]
    return Stroke(
        tuple(
            (
                center[0] + half_major[0] * math.cos(turn) + half_minor[0] * math.sin(turn),
                center[1] + half_major[1] * math.cos(turn) + half_minor[1] * math.sin(turn),
            )
            for turn in turns
        ),
        closed=True,
        filled=filled,
    )
