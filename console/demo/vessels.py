"""A left coronary tree on the beating heart, and the guide catheter in its ostium.

Main branches follow fixed anatomy, so that a clinician recognises LAD, LCX, diagonals, marginals and septals from any
angle; tortuosity and the small twigs come from the seed. All branches lie in one array of nodes, because a frame
moves, projects and draws them together.
"""

from dataclasses import dataclass

import numpy as np

from console.demo.heart import LONG_MM, Rhythm, surface
from console.demo.recipe import Floats, Recipe

NODE_MM = 0.75
"""Distance between nodes: under three pixels of a 512 matrix."""
_FORK = (98.0, 22.0, 1.03)
_OSTIUM_FROM_FORK = np.array([-9.0, 0.5, 4.5])
_CATHETER_FROM_OSTIUM = (
    (2.2, -0.1, -1.0), (0.0, 0.0, -0.2), (-5.5, -0.4, -0.2), (-10.5, -0.2, 0.6), (-14.5, 0.6, 5.5), (-15.5, 1.4, 13.5),
    (-14.0, 2.0, 25.0), (-11.0, 2.0, 40.0), (-6.0, 1.0, 58.0), (2.0, -2.0, 80.0), (12.0, -8.0, 105.0),
)  # fmt: skip


@dataclass(frozen=True)
class Branch:
    """One vessel as anatomy books describe it."""

    name: str
    family: int
    """Branches of one family never darken each other where they join; families add where they cross."""
    parent: str
    at: float
    """Where it leaves its parent, as a fraction of the parent's length."""
    path: tuple[tuple[float, float, float], ...]
    """The places it passes after that: theta and phi in degrees, rho."""
    diameter_mm: tuple[float, float]
    """At its origin and at its end."""
    wave_mm: float = 0.9
    """How far tortuosity moves it sideways."""


BRANCHES = (
    Branch("LAD", 0, "LM", 1.0, ((88, 10, 1.01), (73, -3, 1.0), (52, -12, 1.0), (32, -15, 1.0), (14, -12, 1.0),
                                 (0, 0, 1.01), (-13, 6, 1.0)), (3.7, 1.1)),
    Branch("D1", 0, "LAD", 0.24, ((71, 9, 1.0), (60, 22, 1.0), (46, 31, 1.0), (30, 36, 1.0)), (2.3, 0.7)),
    Branch("D2", 0, "LAD", 0.44, ((47, 2, 1.0), (37, 11, 1.0), (23, 16, 1.0)), (1.8, 0.6)),
    Branch("LCX", 1, "LM", 1.0, ((99, 38, 1.03), (98, 58, 1.02), (95, 84, 1.01), (94, 112, 1.0), (90, 138, 1.0),
                                 (80, 156, 1.0), (66, 164, 1.0)), (3.3, 1.0)),
    Branch("OM1", 1, "LCX", 0.24, ((86, 54, 1.0), (70, 66, 1.0), (53, 74, 1.0), (34, 82, 1.0)), (2.6, 0.8)),
    Branch("OM2", 1, "LCX", 0.50, ((82, 102, 1.0), (64, 112, 1.0), (46, 114, 1.0), (30, 122, 1.0)), (2.2, 0.7)),
    Branch("LA1", 1, "LCX", 0.16, ((108, 44, 1.04), (122, 58, 1.06), (134, 80, 1.02)), (1.3, 0.5)),
    Branch("S1", 2, "LAD", 0.22, ((70, -14, 0.94), (62, -34, 0.84), (56, -52, 0.76)), (1.5, 0.5)),
    Branch("S2", 2, "LAD", 0.36, ((55, -14, 0.93), (49, -34, 0.83), (45, -50, 0.76)), (1.3, 0.45)),
    Branch("S3", 2, "LAD", 0.50, ((42, -14, 0.92), (38, -34, 0.82)), (1.1, 0.45)),
    Branch("S4", 2, "LAD", 0.62, ((30, -16, 0.91), (27, -36, 0.82)), (0.9, 0.4)),
)  # fmt: skip


@dataclass(frozen=True)
class Span:
    """Where one vessel stands in the tree's arrays."""

    name: str
    family: int
    first: int
    stop: int


class Tree:
    """All nodes of the coronary tree, at rest and in motion."""

    def __init__(self, recipe: Recipe) -> None:
        random = np.random.RandomState([recipe.seed, 1])
        parts = [_left_main()]
        spans = [Span("LM", 0, 0, parts[0].count)]
        for branch in BRANCHES + _twigs(random):
            part = _grow(branch, parts[[span.name for span in spans].index(branch.parent)], random)
            part.narrow(recipe, branch.name)
            spans.append(Span(branch.name, branch.family, spans[-1].stop, spans[-1].stop + part.count))
            parts.append(part)
        self.spans = tuple(spans)
        self.theta, self.phi, self.rho = (np.concatenate([getattr(p, k) for p in parts]) for k in _PLACES)
        self.distance_mm = np.concatenate([part.distance_mm for part in parts])
        """Way of the blood from the ostium to each node."""
        self.radius_mm = np.concatenate([part.radius_mm for part in parts])
        self._origin = np.concatenate([part.origin_weight for part in parts])
        self._still = surface(self.theta, self.phi, self.rho, 0.0)
        self._rest = self._still.copy()
        main = slice(0, spans[0].stop)
        self._rest[main] = _ostium() + np.linspace(0.0, 1.0, spans[0].stop)[:, None] * -_OSTIUM_FROM_FORK
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
        for span in self.spans:
            if span.name == name:
                return span
        raise KeyError(name)


class Catheter:
    """The guide catheter: down the ascending aorta, a bend, and its tip in the ostium."""

    def __init__(self) -> None:
        path = _ostium() + np.array(_CATHETER_FROM_OSTIUM)
        self.rest = _even(_smooth(path, 60), 0.6)
        way = _length(self.rest)
        self._follow = 0.12 + 0.88 * np.exp(-((way / 26.0) ** 2))
        self.way_mm = way
        """Distance of each node from the tip."""

    def position(self, ostium: Floats) -> Floats:
        """Nodes (n, 3) when the ostium is there: the tip goes with it, the shaft hardly moves."""
        return np.asarray(self.rest + self._follow[:, None] * (ostium - _ostium()))


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

    def narrow(self, recipe: Recipe, name: str) -> None:
        """Put the recipe's stenoses of this vessel into its radius."""
        way = self.distance_mm - self.distance_mm[0]
        for stenosis in recipe.stenoses:
            if stenosis.vessel == name:
                off = np.clip((way - stenosis.position * way[-1]) / (0.5 * stenosis.length_mm), -1.0, 1.0)
                self.radius_mm = self.radius_mm * (1.0 - 0.005 * stenosis.percent * (1.0 + np.cos(np.pi * off)))


def _ostium() -> Floats:
    theta, phi, rho = _FORK
    fork = surface(np.radians([theta]), np.radians([phi]), np.array([rho]), 0.0)[0]
    return np.asarray(fork + _OSTIUM_FROM_FORK)


def _left_main() -> _Part:
    length = float(np.sqrt((_OSTIUM_FROM_FORK**2).sum()))
    count = round(length / NODE_MM) + 1
    theta, phi, rho = _FORK
    ones = np.ones(count)
    way = np.linspace(0.0, length, count)
    # The catheter's tip fills the first two millimetres.
    weight = np.clip((way - 1.6) / 1.2, 0.0, 1.0)
    return _Part(ones * np.radians(theta), ones * np.radians(phi), ones * rho, way, 2.1 - 0.01 * way, weight)


def _grow(branch: Branch, parent: _Part, random: np.random.RandomState) -> _Part:
    start = round(branch.at * (parent.count - 1))
    first = (np.degrees(parent.theta[start]), np.degrees(parent.phi[start]), parent.rho[start])
    places = _smooth(np.array([first, *branch.path]), 80)
    angles = np.radians(places[:, :2])
    way = _length(surface(angles[:, 0], angles[:, 1], places[:, 2], 0.0))
    count = max(round(way[-1] / NODE_MM), 4)
    even = np.linspace(0.0, way[-1], count)
    theta, phi = np.interp(even, way, angles[:, 0]), np.interp(even, way, angles[:, 1])
    rho = np.interp(even, way, places[:, 2])
    # Tortuosity: three waves across the course, none at the origin.
    grow_in = np.clip(even / 12.0, 0.0, 1.0) * branch.wave_mm
    for length in (34.0, 19.0, 9.5):
        share = grow_in * length / 34.0
        a, b, c = random.uniform(0.0, 2.0 * np.pi, 3)
        theta = theta + share * np.sin(2.0 * np.pi * even / length + a) / LONG_MM
        phi = phi + share * np.sin(2.0 * np.pi * even / length + b) / 42.0 / np.maximum(np.abs(np.sin(theta)), 0.35)
        rho = rho + 0.4 * share * np.sin(2.0 * np.pi * even / length + c) / 42.0
    thick, thin = branch.diameter_mm
    thick = min(thick, 1.9 * float(parent.radius_mm[start]))
    radius = 0.5 * (thin + (thick - thin) * (1.0 - even / even[-1]) ** 0.8)
    weight = np.clip((even + 0.3) / float(parent.radius_mm[start]), 0.0, 1.0)
    return _Part(theta, phi, rho, even + parent.distance_mm[start], radius, weight)


def _twigs(random: np.random.RandomState) -> tuple[Branch, ...]:
    """Small nameless branches, as many as make a tree look alive."""
    found = []
    for parent, family, places in (
        ("LAD", 2, ((55, 12), (38, -10), (24, 20), (10, -25))),
        ("D1", 1, ((56, 52), (42, 26))),
        ("D2", 1, ((30, 12),)),
        ("LCX", 0, ((78, 64), (104, 96), (76, 128), (74, 138))),
        ("OM1", 0, ((62, 52), (48, 94))),
        ("OM2", 0, ((58, 98), (42, 132))),
    ):
        for number, (theta, phi) in enumerate(places):
            at = (number + 0.6 + 0.5 * random.uniform()) / (len(places) + 0.6)
            jitter = random.uniform(-5.0, 5.0, 4)
            middle = (theta + jitter[0], phi + jitter[1], 1.0)
            end = (theta - 9.0 + jitter[2], phi * 1.08 + 2.0 * jitter[3], 1.0)
            path = (middle, end)
            found.append(Branch(f"{parent}-{number + 1}", family, parent, min(at, 0.9), path, (0.9, 0.35), 1.6))
    return tuple(found)


def _length(points: Floats) -> Floats:
    steps = np.sqrt((np.diff(points, axis=0) ** 2).sum(axis=1))
    return np.asarray(np.concatenate([[0.0], np.cumsum(steps)]))


def _even(points: Floats, step_mm: float) -> Floats:
    way = _length(points)
    even = np.linspace(0.0, way[-1], round(way[-1] / step_mm) + 1)
    return np.stack([np.interp(even, way, points[:, k]) for k in range(3)], axis=1)


def _smooth(points: Floats, between: int) -> Floats:
    """A Catmull-Rom curve through `points`, `between` samples from one to the next."""
    points = np.asarray(points, dtype=np.float64)
    ends = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
    t = np.linspace(0.0, 1.0, between, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(ends[:-3], ends[1:-2], ends[2:-1], ends[3:], strict=True):
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate([*pieces, points[-1:]])
