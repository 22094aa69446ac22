"""A thigh and its arteries for digital subtraction: bone and muscle that lie still, a long vessel with branches.

The patient's axes are those of `console.demo.recipe`; the isocentre lies in the middle of the thigh, the knee at the
lower edge of the picture.
"""

from dataclasses import dataclass

import numpy as np

from console.demo.background import COARSE, FINE, collimator, plane
from console.demo.heart import Clock, Rhythm
from console.demo.recipe import CArm, Floats, Recipe
from console.demo.render import Image, blur, enlarge, tubes
from console.demo.vessels import Span, evenly, length, narrow, smooth, span_of

_NODE_MM = 1.0
_FILTER_MM = 7.0
_SHEATH = ((-3.0, 6.0, 78.0), (-6.0, 5.0, 92.0), (-10.0, 4.0, 108.0), (-15.0, 2.0, 130.0))


@dataclass(frozen=True)
class Artery:
    """One artery of the thigh."""

    name: str
    family: int
    parent: str
    at: float
    """Where it leaves its parent, as a fraction of the parent's length."""
    path: tuple[tuple[float, float, float], ...]
    """Places in the patient it passes after that, mm."""
    diameter_mm: tuple[float, float]


ARTERIES = (
    Artery("SFA", 0, "CFA", 1.0, ((2, 3, 40), (9, 0, 18), (14, -4, -8), (15, -9, -36), (10, -16, -62), (4, -24, -86),
                                  (1, -27, -112), (0, -26, -135)), (6.2, 5.0)),
    Artery("PFA", 1, "CFA", 1.0, ((-9, -4, 48), (-17, -10, 28), (-21, -15, 4), (-22, -19, -20), (-19, -21, -42)),
           (5.0, 1.4)),
    Artery("LCFA", 0, "PFA", 0.12, ((-20, 2, 54), (-34, 6, 46), (-44, 4, 26), (-50, 0, 2), (-52, -2, -24)), (2.8, 0.9)),
    Artery("MCFA", 2, "PFA", 0.18, ((-2, -16, 40), (14, -22, 30), (30, -22, 12)), (2.4, 0.8)),
    Artery("P1", 2, "PFA", 0.42, ((-30, -20, 12), (-42, -22, -8), (-46, -20, -34)), (1.9, 0.7)),
    Artery("P2", 0, "PFA", 0.62, ((-10, -26, -12), (2, -30, -34), (4, -30, -56)), (1.7, 0.6)),
    Artery("P3", 2, "PFA", 0.80, ((-30, -24, -44), (-36, -24, -66)), (1.5, 0.6)),
    Artery("M1", 1, "SFA", 0.22, ((20, 8, 4), (34, 12, -18), (40, 8, -44)), (1.7, 0.6)),
    Artery("DG", 1, "SFA", 0.52, ((24, -4, -52), (30, 2, -78), (30, 6, -104), (24, 10, -124)), (2.1, 0.9)),
    Artery("M2", 2, "SFA", 0.36, ((26, -12, -20), (36, -16, -40)), (1.3, 0.5)),
    Artery("K1", 1, "SFA", 0.84, ((12, -22, -96), (24, -14, -106), (32, -4, -112)), (1.5, 0.6)),
    Artery("K2", 2, "SFA", 0.87, ((-10, -22, -98), (-24, -12, -106), (-32, -2, -114)), (1.5, 0.6)),
)  # fmt: skip


class LegVessels:
    """All nodes of the thigh's arteries; they do not move."""

    def __init__(self, recipe: Recipe) -> None:
        random = np.random.RandomState([recipe.seed, 1])
        root = evenly(smooth(np.array([(-3.0, 6.0, 82.0), (-3.0, 5.0, 66.0), (-3.0, 4.0, 56.0)]), 20), _NODE_MM)
        points, spans = [root], [Span("CFA", 0, 0, len(root))]
        distance, radius = [length(root)], [np.full(len(root), 3.6)]
        fade = [np.ones(len(root))]
        for artery in ARTERIES:
            parent = [span.name for span in spans].index(artery.parent)
            start = round(artery.at * (len(points[parent]) - 1))
            wander = random.uniform(-1.8, 1.8, (len(artery.path), 3))
            path = np.concatenate([points[parent][start][None], np.array(artery.path, np.float64) + wander])
            grown = evenly(smooth(path, 40), _NODE_MM)
            way = length(grown)
            thick, thin = artery.diameter_mm
            spans.append(Span(artery.name, artery.family, spans[-1].stop, spans[-1].stop + len(grown)))
            points.append(grown)
            distance.append(way + distance[parent][start])
            radius.append(0.5 * (thin + (thick - thin) * (1.0 - way / way[-1]) ** 0.8))
            fade.append(np.clip((way + 0.3) / float(radius[parent][start]), 0.0, 1.0))
        self.spans = tuple(spans)
        self.distance_mm = np.concatenate(distance)
        """Way of the blood from the catheter's tip to each node."""
        self.radius_mm = np.concatenate(radius)
        self.lesions = narrow(recipe.stenoses, self.spans, self.distance_mm, self.radius_mm)
        self._points = np.concatenate(points)
        self._fade = np.concatenate(fade)

    def position(self, squeeze: float, breath_mm: float) -> Floats:
        """All nodes (n, 3); the same at every moment."""
        return self._points

    def density(self, rhythm: Rhythm, seconds: float) -> Floats:
        """Contrast in each node, 0 to 1."""
        return np.asarray(0.8 * rhythm.concentration(self.distance_mm, seconds) * self._fade)

    def span(self, name: str) -> Span:
        """The artery called `name`; KeyError when there is none."""
        return span_of(self.spans, name)


class Sheath:
    """The catheter in the common femoral artery."""

    def __init__(self) -> None:
        self.rest = evenly(smooth(np.array(_SHEATH), 40), 0.6)
        self.way_mm = length(self.rest)
        """Distance of each node from the tip."""

    def position(self, ostium: Floats) -> Floats:
        """Nodes (n, 3); the same at every moment."""
        return self.rest


class Thigh:
    """Muscle, fat and femur."""

    def __init__(self, recipe: Recipe) -> None:
        size = recipe.c_arm.size
        random = np.random.RandomState([recipe.seed, 2])
        texture = np.zeros((size // 8, size // 8), np.float32)
        for factor, amount in ((8, 2.2), (4, 1.6), (2, 0.9)):
            count = size // 8 // factor
            texture += np.float32(amount) * enlarge(random.standard_normal((count, count)).astype(np.float32), factor)
        self._texture = texture
        self.field, self.blades = collimator(size)
        """Where the detector is lit (1, else 0), and what the blades let through (0 to 1)."""
        self._nothing = np.zeros((size // COARSE, size // COARSE), np.float32)
        self.turn(recipe.c_arm)

    def turn(self, arm: CArm) -> None:
        """Look from where `arm` stands."""
        u, v = plane(arm, FINE)
        width = 88.0 + 0.16 * v
        across = np.square((u + 4.0) / width)
        flesh = 2.0 * 0.62 * width * np.sqrt(np.maximum(1.0 - across, 0.0))
        muscles = 7.0 * np.cos((u + 0.22 * v) / 13.0) * np.clip(1.0 - across, 0.0, 1.0)
        soft = blur(np.asarray(0.62 * flesh + muscles, np.float32), 2.5)
        self.still: Image = enlarge(soft + self._femur(arm), FINE) + enlarge(self._texture, 8) + np.float32(_FILTER_MM)
        """Thickness of what does not move, float32 (rows, columns)."""

    def moving(self, clock: Clock) -> tuple[Image, Image]:
        """Nothing moves."""
        return self._nothing, self._nothing

    def stain(self, picture: Image, per_mm: float, clock: Clock, rhythm: Rhythm, ostium: Floats, muscle: Image) -> None:
        """No contrast leaves the vessels."""

    def _femur(self, arm: CArm) -> Image:
        size = arm.size // FINE
        height = np.linspace(150.0, -96.0, 124)
        shaft = np.stack([-14.0 + 0.10 * height + 0.0009 * height**2, 4.0 - 0.0005 * height**2, height], axis=1)
        low = np.clip((-30.0 - height) / 66.0, 0.0, 1.0)
        outer = 13.5 + 16.0 * low**2.2
        total = np.zeros((size, size), np.float32)
        joined = np.ones(len(height) - 1, np.bool_)
        x, y, spacing = _fine(arm, shaft)
        bone = 1.3 - 0.45 * low
        total += tubes(size, x, y, outer / spacing, bone * spacing, joined)
        # The shaft's cortex is thick, that of the condyles thin; marrow is no denser than flesh.
        total -= tubes(size, x, y, np.maximum(outer - 6.5 + 5.0 * low, 1.0) / spacing, 0.72 * bone * spacing, joined)
        for side in (-21.0, 23.0):
            line = np.stack([np.full(9, shaft[-1, 0] + side), np.linspace(-22.0, 8.0, 9), np.full(9, -112.0)], axis=1)
            x, y, spacing = _fine(arm, line)
            total += tubes(size, x, y, 19.0 / spacing, np.full(9, 0.45) * spacing, np.ones(8, np.bool_))
        return blur(total, 1.4 * size / 256)


def _fine(arm: CArm, points: Floats) -> tuple[Floats, Floats, Floats]:
    """`CArm.project` on the grid of the bones."""
    x, y, spacing = arm.project(points)
    return (x - (FINE - 1) / 2.0) / FINE, (y - (FINE - 1) / 2.0) / FINE, spacing * FINE
