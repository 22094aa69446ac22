"""The chest around the vessels: lung, ribs, spine, heart shadow, diaphragm, and the collimator in front of it all.

Thickness is millimetres of water along the beam, counted from clear lung. What does not move is drawn once at full
size; heart and diaphragm are smooth and are drawn for every frame on a quarter of the grid.
"""

import numpy as np
from numpy.typing import NDArray

from console.demo.heart import APEX, BASE, GROOVE, LONG_MM, SIDE, Clock, Rhythm
from console.demo.recipe import Floats, Recipe
from console.demo.render import Canvas, Image, blur, ellipsoid, enlarge

COARSE = 4
"""The moving anatomy is computed on a grid this many times coarser."""
_MIDLINE = np.array([-27.0, -88.0, 0.0])
_UPRIGHT = np.eye(3)


class Chest:
    """Everything but vessels and catheter, for one recipe."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._view = recipe.c_arm.axes()
        size, step = recipe.c_arm.size, recipe.c_arm.mm_per_pixel
        line = (np.arange(size) - (size - 1) / 2.0) * step
        self._u, self._v = np.meshgrid(line.astype(np.float32), -line.astype(np.float32))
        coarse = line.reshape(-1, COARSE).mean(axis=1).astype(np.float32)
        self._coarse_u, self._coarse_v = np.meshgrid(coarse, -coarse)
        random = np.random.RandomState([recipe.seed, 2])
        self.still = self._tissue() + self._spine() + self._ribs() + self._lung(random)
        """Thickness of what does not move, float32 (rows, columns)."""
        self.field, self.blades = self._collimator()
        """Where the detector is lit (1, else 0), and what the blades let through (0 to 1)."""
        self._diaphragm_texture = blur(random.standard_normal(self._coarse_u.shape).astype(np.float32), 5.0)

    def moving(self, clock: Clock, rhythm: Rhythm, ostium: Floats) -> Image:
        """Thickness of heart, diaphragm and loose contrast at one moment, on the coarse grid.

        `ostium` is its place in the patient at this moment: contrast spills from it into the root of the aorta.
        """
        u, v, view = self._coarse_u, self._coarse_v, self._view
        lift = np.array([0.0, 0.0, clock.breath_mm])
        shrink = 1.0 - 0.10 * clock.squeeze
        heart = np.stack([APEX, GROOVE, SIDE])
        left = BASE + 0.16 * LONG_MM * APEX + lift + 6.0 * clock.squeeze * APEX
        muscle = ellipsoid(u, v, left, heart, np.array([0.86 * LONG_MM, 45.0 * shrink, 45.0 * shrink]), view)
        right = BASE + np.array([-16.0, 22.0, -14.0]) + lift + 3.0 * clock.squeeze * APEX
        muscle = 0.46 * muscle + 0.26 * ellipsoid(u, v, right, heart, np.array([62.0, 38.0 * shrink, 46.0]), view)
        atria = BASE + np.array([-12.0, -22.0, 14.0]) + lift
        muscle += 0.26 * ellipsoid(u, v, atria, _UPRIGHT, np.array([42.0, 28.0, 30.0]), view)
        great = BASE + np.array([-20.0, 2.0, 62.0]) + 0.5 * lift
        muscle += 0.30 * ellipsoid(u, v, great, _UPRIGHT, np.array([24.0, 26.0, 62.0]), view)
        dome = np.array([38.0, 2.0, -152.0]) + 1.6 * lift
        liver = ellipsoid(u, v, dome, _UPRIGHT, np.array([96.0, 82.0, 96.0]), view)
        far = np.array([-84.0, -6.0, -142.0]) + 1.6 * lift
        liver += ellipsoid(u, v, far, _UPRIGHT, np.array([82.0, 78.0, 94.0]), view)
        liver = 46.0 * (1.0 - np.exp(-liver / 75.0)) * (1.0 + 0.25 * self._diaphragm_texture)
        soft = blur(muscle, 2.4) + blur(liver, 1.6)
        late = float(np.clip(rhythm.concentration(np.array([260.0]), clock.seconds)[0], 0.0, 1.0))
        soft += late * 0.035 * muscle
        return np.asarray(soft + self._spill(clock, rhythm, ostium), dtype=np.float32)

    def _spill(self, clock: Clock, rhythm: Rhythm, ostium: Floats) -> Image:
        strength = rhythm.injecting(clock.seconds) * (1.0 - 0.75 * clock.squeeze)
        right, up, _ = self._view
        x = float((ostium * right).sum()) - 5.0 - 2.0 * clock.squeeze
        y = float((ostium * up).sum()) + 1.0 + 7.0 * clock.squeeze
        far = np.square((self._coarse_u - x) / 5.5) + np.square((self._coarse_v - y) / 4.2)
        return np.asarray(24.0 * strength * np.exp(-far), dtype=np.float32)

    def _tissue(self) -> Image:
        side, down = self._u / 70.0, -self._v / 70.0
        return np.asarray(16.0 + 9.0 * np.square(np.maximum(-side, 0.0)) + 5.0 * down + 4.0 * side)

    def _spine(self) -> Image:
        right, up, _ = self._view
        across = self._u - np.float32((_MIDLINE * right).sum()) + np.float32(0.03) * self._v
        along = self._v - np.float32((_MIDLINE * up).sum())
        body = 1.0 / (1.0 + np.exp((np.abs(across) - 18.0 + 1.5 * np.cos(along * (4.0 * np.pi / 26.0))) / 1.6))
        ring = np.mod(along / 26.0, 1.0)
        disc = np.exp(-np.square((ring - 0.5) / 0.075))
        plates = np.exp(-np.square((np.abs(ring - 0.5) - 0.14) / 0.03))
        pedicle = np.exp(-np.square((np.abs(across) - 11.0) / 3.2) - np.square((ring - 0.92) / 0.12))
        vertebra = body * (38.0 - 9.0 * disc + 5.0 * plates + 7.0 * pedicle)
        muscle = 20.0 * np.exp(-(np.square(across / 36.0) ** 2))
        return np.asarray(vertebra + muscle, dtype=np.float32)

    def _ribs(self) -> Image:
        arm = self._recipe.c_arm
        outer, inner = Canvas(arm.size), Canvas(arm.size)
        around = np.radians(np.linspace(-165.0, 165.0, 400))
        joined = np.ones(len(around) - 1, np.bool_)
        for number in range(-6, 11):
            height = 31.0 * number - 34.0 * (1.0 - np.cos(around)) - 30.0 * np.sin(np.abs(around)) ** 2
            cage = np.stack([-27.0 + 126.0 * np.sin(around), -6.0 - 92.0 * np.cos(around), height], axis=1)
            x, y, spacing = arm.project(cage)
            # Cartilage in front is nearly as clear as muscle.
            bone = 1.0 - 0.75 / (1.0 + np.exp(-(np.abs(around) - 2.2) / 0.12))
            outer.tubes(x, y, 4.6 / spacing, bone * spacing, joined)
            inner.tubes(x, y, 3.4 / spacing, bone * spacing, joined)
        return blur((outer.image() - 0.80 * inner.image()) * np.float32(1.1), 3.2 * arm.size / 512)

    def _lung(self, random: np.random.RandomState) -> Image:
        size = self._recipe.c_arm.size
        step = self._recipe.c_arm.mm_per_pixel
        cloud = np.zeros((size, size), np.float32)
        for factor, amount in ((64, 4.5), (32, 3.2), (16, 1.9), (8, 0.9)):
            noise = random.standard_normal((size // factor, size // factor)).astype(np.float32)
            cloud += np.float32(amount) * enlarge(noise, factor)
        marks = Canvas(size)
        for _ in range(110):
            # Lung vessels fan out from behind the heart, ever thinner.
            angle = random.uniform(-np.pi, np.pi)
            count = 40
            turn = angle + random.uniform(-0.9, 0.9) + np.cumsum(random.uniform(-0.16, 0.16, count))
            begin = random.uniform(6.0, 55.0) / step
            middle = (size - 1) / 2.0
            x = middle - 20.0 / step + begin * np.cos(angle) + np.cumsum(np.cos(turn)) * 0.9 / step
            y = middle - 10.0 / step + begin * np.sin(angle) + np.cumsum(np.sin(turn)) * 0.9 / step
            radius = np.linspace(random.uniform(0.7, 1.7), 0.4, count) / step
            marks.tubes(x, y, radius, np.full(count, 0.8 * step), np.ones(count - 1, np.bool_))
        return cloud + blur(marks.image(), 1.6 * size / 512)

    def _collimator(self) -> tuple[NDArray[np.uint8], Image]:
        size = self._recipe.c_arm.size
        place = (np.arange(size) - (size - 1) / 2.0) / size
        x, y = np.meshgrid(place, place)
        field = (np.sqrt(x * x + y * y) < 0.553) & (np.maximum(np.abs(x), np.abs(y)) < 0.4965)

        def edge(distance: Floats) -> Floats:
            return np.asarray(1.0 / (1.0 + np.exp(-distance / 0.0022)))

        opened = edge(x + 0.478) * edge(0.484 - x) * edge(0.482 - y) * edge(y + 0.489)
        return field.astype(np.uint8), np.asarray(0.05 + 0.95 * opened, dtype=np.float32)
