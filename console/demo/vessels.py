"""Coronary trees on the beating heart, and the guide catheter in their ostium.

Main branches follow fixed anatomy (`console.demo.anatomy`), so that a clinician recognises them from any angle;
tortuosity and the small twigs come from the seed. All branches lie in one array of nodes, because a frame moves,
projects and draws them together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from console.demo.anatomy import ANATOMIES, Anatomy, Branch
from console.demo.heart import LONG_MM, Rhythm, surface
from console.demo.recipe import Floats, Recipe, Stenosis

NODE_MM = 0.75
"""Distance between nodes: under three pixels of a 512 matrix."""
THROAT_MM = 2.0
"""Length over which a stenosis is as narrow as it gets."""


@dataclass(frozen=True)
class Span:
    """Where one vessel stands in the tree's arrays."""

    name: str
    family: int
    first: int
    stop: int


@dataclass(frozen=True)
class Lesion:
    """A stenosis as it was drawn."""

    stenosis: Stenosis
    node: int
    """Node of the tree in the middle of its throat."""
    reference_mm: float
    """Diameter the vessel would have there without it."""
    minimal_mm: float
    """Diameter of the throat."""


class Tree:
    """All nodes of a coronary tree, at rest and in motion."""

    def __init__(self, recipe: Recipe) -> None:
        random = np.random.RandomState([recipe.seed, 1])
        anatomy = ANATOMIES[recipe.anatomy]
        parts = [_root(anatomy)]
        spans = [Span(anatomy.root, 0, 0, parts[0].count)]
        for branch in anatomy.branches + _twigs(anatomy, random):
            part = _grow(branch, parts[[span.name for span in spans].index(branch.parent)], random)
            spans.append(Span(branch.name, branch.family, spans[-1].stop, spans[-1].stop + part.count))
            parts.append(part)
        self.spans = tuple(spans)
        self.theta, self.phi, self.rho = (np.concatenate([getattr(p, k) for p in parts]) for k in _PLACES)
        self.distance_mm = np.concatenate([part.distance_mm for part in parts])
        """Way of the blood from the ostium to each node."""
        self.radius_mm = np.concatenate([part.radius_mm for part in parts])
        self.lesions = narrow(recipe.stenoses, self.spans, self.distance_mm, self.radius_mm)
        self._origin = np.concatenate([part.origin_weight for part in parts])
        self._still = surface(self.theta, self.phi, self.rho, 0.0)
        self._rest = self._still.copy()
        main = slice(0, spans[0].stop)
        way = -np.array(anatomy.ostium_from_fork)
        self._rest[main] = ostium_of(anatomy) + np.linspace(0.0, 1.0, spans[0].stop)[:, None] * way
        # The aortic root moves less than the groove the vessels lie in.
        self._follow = np.ones(len(self.theta))
        self._follow[main] = np.linspace(0.45, 1.0, spans[0].stop)

    def position(self, squeeze: float, breath_mm: float) -> Floats:
        """All nodes (n, 3) at one moment."""
        moved = surface(self.theta, self.phi, self.rho, squeeze) - self._still
        points = self._rest + self._follow[:, None] * moved
        points[:, 2] += breath_mm
        return np.asarray(points)

    def density(self, rhythm: Rhythm, seconds: float) -> Floats:
        """Contrast in each node, 0 to 1; a branch fades in as it leaves its parent's lumen, which is drawn already."""
        return np.asarray(rhythm.concentration(self.distance_mm, seconds) * self._origin)

    def span(self, name: str) -> Span:
        """The vessel called `name`; KeyError when the tree has none."""
        return span_of(self.spans, name)


def span_of(spans: Sequence[Span], name: str) -> Span:
    """The vessel called `name`; KeyError when there is none."""
    for span in spans:
        if span.name == name:
            return span
    raise KeyError(name)


def narrow(
    stenoses: Sequence[Stenosis], spans: Sequence[Span], distance_mm: Floats, radius_mm: Floats
) -> tuple[Lesion, ...]:
    """Put `stenoses` into `radius_mm` (changed in place); what became of each."""
    found = []
    for stenosis in stenoses:
        span = span_of(spans, stenosis.vessel)
        way = distance_mm[span.first : span.stop]
        # The throat stands on a node, so that the vessel there is as narrow as the recipe says.
        node = int(np.argmin(np.abs(way - way[0] - stenosis.position * (way[-1] - way[0]))))
        slope = 0.5 * (stenosis.length_mm - THROAT_MM)
        off = np.clip((np.abs(way - way[node]) - 0.5 * THROAT_MM) / slope, 0.0, 1.0)
        healthy = float(radius_mm[span.first + node])
        radius_mm[span.first : span.stop] *= 1.0 - 0.005 * stenosis.percent * (1.0 + np.cos(np.pi * off))
        tightest = float(radius_mm[span.first + node])
        found.append(Lesion(stenosis, span.first + node, 2.0 * healthy, 2.0 * tightest))
    return tuple(found)


class Catheter:
    """The guide catheter: down the ascending aorta, a bend, and its tip in the ostium."""

    def __init__(self, name: str) -> None:
        anatomy = ANATOMIES[name]
        self._ostium = ostium_of(anatomy)
        self.rest = evenly(smooth(self._ostium + np.array(anatomy.catheter), 60), 0.6)
        way = length(self.rest)
        self._follow = 0.12 + 0.88 * np.exp(-((way / 26.0) ** 2))
        self.way_mm = way
        """Distance of each node from the tip."""

    def position(self, ostium: Floats) -> Floats:
        """Nodes (n, 3) when the ostium is there: the tip goes with it, the shaft hardly moves."""
        return np.asarray(self.rest + self._follow[:, None] * (ostium - self._ostium))


_PLACES = ("theta", "phi", "rho")


@dataclass
class _Part:
    """A vessel while it grows."""

    theta: Floats
    phi: Floats
    rho: Floats
    distance_mm: Floats
    radius_mm: Floats
    origin_weight: Floats

    @property
    def count(self) -> int:
        return len(self.theta)


def ostium_of(anatomy: Anatomy) -> Floats:
    """Where the tree begins, at end-diastole."""
    theta, phi, rho = anatomy.fork
    fork = surface(np.radians([theta]), np.radians([phi]), np.array([rho]), 0.0)[0]
    return np.asarray(fork + np.array(anatomy.ostium_from_fork))


def _root(anatomy: Anatomy) -> _Part:
    """The piece from the ostium to the surface."""
    long = float(np.sqrt((np.array(anatomy.ostium_from_fork) ** 2).sum()))
    count = round(long / NODE_MM) + 1
    theta, phi, rho = anatomy.fork
    ones = np.ones(count)
    way = np.linspace(0.0, long, count)
    wide, less = anatomy.root_mm
    # The catheter's tip fills the first two millimetres.
    weight = np.clip((way - 1.6) / 1.2, 0.0, 1.0)
    radius = 0.5 * (wide - less * way)
    return _Part(ones * np.radians(theta), ones * np.radians(phi), ones * rho, way, radius, weight)


def _grow(branch: Branch, parent: _Part, random: np.random.RandomState) -> _Part:
    start = round(branch.at * (parent.count - 1))
    first = (np.degrees(parent.theta[start]), np.degrees(parent.phi[start]), parent.rho[start])
    places = smooth(np.array([first, *branch.path]), 80)
    angles = np.radians(places[:, :2])
    way = length(surface(angles[:, 0], angles[:, 1], places[:, 2], 0.0))
    count = max(round(way[-1] / NODE_MM), 4)
    even = np.linspace(0.0, way[-1], count)
    theta, phi = np.interp(even, way, angles[:, 0]), np.interp(even, way, angles[:, 1])
    rho = np.interp(even, way, places[:, 2])
    # Tortuosity: three waves across the course, none at the origin.
    grow_in = np.clip(even / 12.0, 0.0, 1.0) * branch.wave_mm
    for wave in (34.0, 19.0, 9.5):
        share = grow_in * wave / 34.0
        a, b, c = random.uniform(0.0, 2.0 * np.pi, 3)
        theta = theta + share * np.sin(2.0 * np.pi * even / wave + a) / LONG_MM
        phi = phi + share * np.sin(2.0 * np.pi * even / wave + b) / 42.0 / np.maximum(np.abs(np.sin(theta)), 0.35)
        rho = rho + 0.4 * share * np.sin(2.0 * np.pi * even / wave + c) / 42.0
    thick, thin = branch.diameter_mm
    thick = min(thick, 1.9 * float(parent.radius_mm[start]))
    radius = 0.5 * (thin + (thick - thin) * (1.0 - even / even[-1]) ** 0.8)
    weight = np.clip((even + 0.3) / float(parent.radius_mm[start]), 0.0, 1.0)
    return _Part(theta, phi, rho, even + parent.distance_mm[start], radius, weight)


def _twigs(anatomy: Anatomy, random: np.random.RandomState) -> tuple[Branch, ...]:
    found = []
    for parent, family, places in anatomy.twigs:
        for number, (theta, phi) in enumerate(places):
            at = (number + 0.6 + 0.5 * random.uniform()) / (len(places) + 0.6)
            jitter = random.uniform(-5.0, 5.0, 4)
            middle = (theta + jitter[0], phi + jitter[1], 1.0)
            end = (theta - 9.0 + jitter[2], phi * 1.08 + 2.0 * jitter[3], 1.0)
            path = (middle, end)
            found.append(Branch(f"{parent}-{number + 1}", family, parent, min(at, 0.9), path, (0.9, 0.35), 1.6))
    return tuple(found)


def length(points: Floats) -> Floats:
    """Way along `points` (n, 3) from the first to each."""
    steps = np.sqrt((np.diff(points, axis=0) ** 2).sum(axis=1))
    return np.asarray(np.concatenate([[0.0], np.cumsum(steps)]))


def evenly(points: Floats, step_mm: float) -> Floats:
    """The same curve with a point every `step_mm`."""
    way = length(points)
    even = np.linspace(0.0, way[-1], round(way[-1] / step_mm) + 1)
    return np.stack([np.interp(even, way, points[:, k]) for k in range(3)], axis=1)


def smooth(points: Floats, between: int) -> Floats:
    """A Catmull-Rom curve through `points`, `between` samples from one to the next."""
    points = np.asarray(points, dtype=np.float64)
    ends = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
    t = np.linspace(0.0, 1.0, between, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(ends[:-3], ends[1:-2], ends[2:-1], ends[3:], strict=True):
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate([*pieces, points[-1:]])
