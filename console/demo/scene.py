"""A coronary angiogram that was never taken: pictures computed from a recipe, frame by frame.

The chain is that of the machine: thickness along the beam, attenuation (Beer-Lambert), scatter and veiling glare,
quanta, the blur of the detector, and the tone curve of the display. Nothing is drawn by hand, so what is measured in
the picture can be compared with what was put into it.
"""

import numpy as np
from numpy.typing import NDArray

from console.demo.background import COARSE, Chest
from console.demo.heart import Clock, Rhythm
from console.demo.recipe import Floats, Recipe
from console.demo.render import Canvas, Image, blur, enlarge, shrink
from console.demo.vessels import Catheter, Tree

WATER_PER_MM = 0.0195
"""Attenuation of tissue for a hardened beam of about 75 kV."""
CONTRAST_PER_MM = 0.27
"""Attenuation of undiluted contrast (about 350 mg iodine a millilitre)."""
WALL_PER_MM = 0.80
"""Attenuation of the catheter's braided, radio-opaque wall."""
_GLARE = 0.09
_SCATTER = 0.035
_TONE = 0.86
_BRIGHTEST = 0.92
_BLUR = 0.62
_LEVELS = 16384
_NOISE_FIELDS = 4


class Scene:
    """One recipe, ready to give any of its frames in any order."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.rhythm = Rhythm(recipe)
        self.tree = Tree(recipe)
        self.catheter = Catheter()
        self._chest = Chest(recipe)
        bright = (np.arange(_LEVELS) + 0.5) / _LEVELS
        self._tone: NDArray[np.uint8] = np.rint(255.0 * bright**_TONE).astype(np.uint8)
        self._families = self._family_of_each_node()
        random = np.random.RandomState([recipe.seed, 3])
        size = recipe.c_arm.size
        self._noise = [random.standard_normal((size, size)).astype(np.float32) for _ in range(_NOISE_FIELDS)]

    def frame(self, number: int, noise: bool = True) -> NDArray[np.uint8]:
        """Frame `number` (from 0) as uint8 (rows, columns); without `noise` it is the mean of endless repetitions."""
        clock = self.rhythm.clock(number)
        points = self.tree.position(clock.squeeze, clock.breath_mm)
        moving = self._chest.moving(clock, self.rhythm, points[0])
        water = self._chest.still + enlarge(moving, COARSE)
        depth = np.float32(WATER_PER_MM) * water + self._vessels(clock, points) + self._catheter(clock, points[0])
        light = np.exp(-depth) * self._chest.blades
        light = self._glare(light)
        if noise:
            light += self._quanta(light, number)
        light = blur(light, _BLUR * self.recipe.c_arm.size / 512)
        level = np.clip(light * np.float32(_LEVELS / _BRIGHTEST), 0.0, _LEVELS - 1.0).astype(np.uint16)
        return np.asarray(self._tone[level] * self._chest.field)

    def _vessels(self, clock: Clock, points: Floats) -> Image:
        recipe, tree = self.recipe, self.tree
        x, y, spacing = recipe.c_arm.project(points)
        density = tree.density(self.rhythm, clock.seconds)
        weight = spacing * density * _lengthening(points, x, y, spacing)
        total: Image = np.zeros((recipe.c_arm.size, recipe.c_arm.size), np.float32)
        for joined in self._families:
            canvas = Canvas(recipe.c_arm.size)
            canvas.tubes(x, y, tree.radius_mm / spacing, weight, joined)
            total += canvas.image()
        return total * np.float32(CONTRAST_PER_MM)

    def _catheter(self, clock: Clock, ostium: Floats) -> Image:
        recipe = self.recipe
        points = self.catheter.position(ostium)
        x, y, spacing = recipe.c_arm.project(points)
        weight = spacing * _lengthening(points, x, y, spacing)
        joined = np.ones(len(x) - 1, np.bool_)
        outer, inner = Canvas(recipe.c_arm.size), Canvas(recipe.c_arm.size)
        outer.tubes(x, y, 0.5 * recipe.catheter_mm / spacing, weight, joined)
        inner.tubes(x, y, 0.5 * recipe.lumen_mm / spacing, weight, joined)
        filled = np.float32(CONTRAST_PER_MM * self.rhythm.injecting(clock.seconds))
        wall, lumen = np.float32(WALL_PER_MM), inner.image()
        return np.asarray(wall * (outer.image() - lumen) + filled * lumen)

    def _glare(self, light: Image) -> Image:
        wide = shrink(light, 8)
        for _ in range(2):
            wide = blur(wide, 4.0)
        mean = np.float32(light.mean())
        return light * np.float32(1.0 - _GLARE) + np.float32(_GLARE) * enlarge(wide, 8) + np.float32(_SCATTER) * mean

    def _quanta(self, light: Image, number: int) -> Image:
        random = np.random.RandomState([self.recipe.seed, 4, number])
        size = self.recipe.c_arm.size
        down, right = random.randint(0, size, 2)
        # A few fields of white noise, each time shifted and turned, are as good as fresh ones and much cheaper.
        field = np.roll(self._noise[number % _NOISE_FIELDS], (int(down), int(right)), (0, 1))
        field = np.flip(field, int(random.randint(0, 2)))
        quanta = self.recipe.photons * (512.0 / size) ** 2
        return np.sqrt(light) * field * np.float32(1.0 / np.sqrt(quanta))

    def _family_of_each_node(self) -> list[NDArray[np.bool_]]:
        count = len(self.tree.distance_mm)
        families = []
        for family in sorted({span.family for span in self.tree.spans}):
            joined = np.zeros(count - 1, np.bool_)
            for span in self.tree.spans:
                if span.family == family:
                    joined[span.first : span.stop - 1] = True
            families.append(joined)
        return families


def _lengthening(points: Floats, x: Floats, y: Floats, spacing: Floats) -> Floats:
    """How much longer the beam's way through a tube becomes because the tube is seen obliquely, at most twice."""
    step = np.gradient(points, axis=0)
    real = np.sqrt((step * step).sum(axis=1))
    seen = np.hypot(np.gradient(x), np.gradient(y)) * spacing
    return np.asarray(np.clip(real / np.maximum(seen, 1e-6), 1.0, 2.0))
