"""An angiogram that was never taken: pictures computed from a recipe, frame by frame.

The chain is that of the machine: thickness along the beam, attenuation (Beer-Lambert), scatter and veiling glare,
quanta, the blur of the detector, and the tone curve. Nothing is drawn by hand, so what is measured in the picture can
be compared with what was put into it.
"""

from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from console.demo.background import COARSE, Chest
from console.demo.heart import Clock, Rhythm
from console.demo.recipe import CArm, Floats, Recipe
from console.demo.render import Image, Strokes, blur, enlarge, shrink
from console.demo.thigh import LegVessels, Sheath, Thigh
from console.demo.tone import Tone
from console.demo.vessels import Catheter, Tree

WATER_PER_MM = 0.0195
"""Attenuation of tissue for a hardened beam of about 75 kV."""
CONTRAST_PER_MM = 0.27
"""Attenuation of undiluted contrast (about 350 mg iodine a millilitre)."""
WALL_PER_MM = 0.80
"""Attenuation of the catheter's braided, radio-opaque wall."""
_GLARE = 0.09
_SCATTER = 0.035
_BLUR = 0.62
_NOISE_FIELDS = 4
_NOISE_MARGIN = 128
_PHASES = 24
"""Phases of the beat that are kept, for a 512 matrix: a beat that is held at the same breath looks the same again."""

Frame = NDArray[Any]


class Background(Protocol):
    """What lies around the vessels."""

    field: NDArray[np.uint8]
    blades: Image
    still: Image

    def turn(self, arm: CArm) -> None:
        """Look from where `arm` stands."""

    def moving(self, clock: Clock) -> tuple[Image, Image]:
        """Thickness of what moves, and of its muscle alone, on the coarse grid."""

    def stain(self, picture: Image, per_mm: float, clock: Clock, rhythm: Rhythm, ostium: Floats, muscle: Image) -> None:
        """Add contrast outside the vessels to `picture`, in place; a millimetre of water is worth `per_mm`."""


@dataclass(frozen=True)
class _Phase:
    """All that depends on the shape of the moment alone, not on where the contrast has come to."""

    transmission: Image
    """Logarithm of what passes through all that holds no contrast; blades and the catheter's wall are part of it."""
    muscle: Image
    vessels: tuple[Strokes, ...]
    weight: Floats
    """Millimetres that a chord of one pixel is worth at each node of the tree."""
    lumen: Strokes
    lumen_weight: Floats
    ostium: Floats


class Scene:
    """One recipe, ready to give any of its frames in any order."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.rhythm = Rhythm(recipe)
        self.tone = Tone(recipe)
        self.tree: Tree | LegVessels
        self.catheter: Catheter | Sheath
        if recipe.anatomy == "thigh":
            self.tree, self.catheter = LegVessels(recipe), Sheath()
            self._background: Background = Thigh(recipe)
        else:
            self.tree, self.catheter = Tree(recipe), Catheter(recipe.anatomy)
            self._background = Chest(recipe)
        self._families = self._family_of_each_node()
        self._phases: OrderedDict[tuple[float, ...], _Phase] = OrderedDict()
        self._turned_to = recipe.c_arm

    def frame(self, number: int, noise: bool = True) -> Frame:
        """Frame `number` (from 0) as stored values, uint8 or uint16 (rows, columns).

        Without `noise` it is the mean of endless repetitions.
        """
        recipe, clock = self.recipe, self.rhythm.clock(number)
        size = recipe.c_arm.size
        phase = self._phase(clock, recipe.arm(number))
        iodine = np.zeros((size, size), np.float32)
        weight = phase.weight * self.tree.density(self.rhythm, clock.seconds)
        for family in phase.vessels:
            family.paint(weight, iodine)
        phase.lumen.paint(phase.lumen_weight * self.rhythm.injecting(clock.seconds), iodine)
        iodine *= np.float32(-CONTRAST_PER_MM)
        iodine += phase.transmission
        self._background.stain(iodine, -WATER_PER_MM, clock, self.rhythm, phase.ostium, phase.muscle)
        light = self._glare(np.exp(iodine, out=iodine))
        if noise:
            self._add_quanta(light, number)
        light = blur(light, _BLUR * size / 512)
        return self.tone.levels(light, self._background.field)

    def points(self, number: int) -> Floats:
        """All nodes of the tree (n, 3) in frame `number` (from 0)."""
        clock = self.rhythm.clock(number)
        return self.tree.position(clock.squeeze, clock.breath_mm)

    def _phase(self, clock: Clock, arm: CArm) -> _Phase:
        key = (clock.squeeze, clock.breath_mm, arm.primary_deg, arm.secondary_deg)
        found = self._phases.get(key)
        if found is None:
            found = self._phases[key] = self._new_phase(clock, arm)
            if len(self._phases) > _PHASES * (512 / arm.size) ** 2:
                self._phases.popitem(last=False)
        return found

    def _new_phase(self, clock: Clock, arm: CArm) -> _Phase:
        recipe, size = self.recipe, arm.size
        if arm != self._turned_to:
            self._background.turn(arm)
            self._turned_to = arm
        points = self.tree.position(clock.squeeze, clock.breath_mm)
        x, y, spacing = arm.project(points)
        radius = self.tree.radius_mm / spacing
        vessels = tuple(Strokes(size, x, y, radius, joined) for joined in self._families)
        weight = spacing * _lengthening(points, x, y, spacing)
        soft, muscle = self._background.moving(clock)
        through = enlarge(soft, COARSE)
        through += self._background.still
        through *= np.float32(-WATER_PER_MM)
        through += np.log(self._background.blades)
        shaft = self.catheter.position(points[0])
        x, y, spacing = arm.project(shaft)
        shaft_weight = spacing * _lengthening(shaft, x, y, spacing)
        joined = np.ones(len(x) - 1, np.bool_)
        lumen = Strokes(size, x, y, 0.5 * recipe.lumen_mm / spacing, joined)
        wall, hollow = np.zeros((size, size), np.float32), np.zeros((size, size), np.float32)
        Strokes(size, x, y, 0.5 * recipe.catheter_mm / spacing, joined).paint(shaft_weight, wall)
        lumen.paint(shaft_weight, hollow)
        through -= np.float32(WALL_PER_MM) * (wall - hollow)
        return _Phase(through, muscle, vessels, weight, lumen, shaft_weight, points[0])

    def _glare(self, light: Image) -> Image:
        wide = shrink(light, 8)
        for _ in range(2):
            wide = blur(wide, 4.0)
        wide *= np.float32(_GLARE)
        wide += np.float32(_SCATTER) * np.float32(light.mean())
        result = enlarge(wide, 8)
        light *= np.float32(1.0 - _GLARE)
        result += light
        return result

    def _add_quanta(self, light: Image, number: int) -> None:
        random = np.random.RandomState([self.recipe.seed, 4, number])
        size = self.recipe.c_arm.size
        down, right, flip = random.randint(0, _NOISE_MARGIN, 3)
        # A few fields of white noise, each time shifted and turned, are as good as fresh ones and much cheaper.
        field = _white_noise(size)[(number + self.recipe.seed) % _NOISE_FIELDS]
        field = np.flip(field[down : down + size, right : right + size], int(flip) % 2)
        quanta = self.recipe.photons * (512.0 / size) ** 2
        amount = np.sqrt(light)
        amount *= field
        amount *= np.float32(1.0 / np.sqrt(quanta))
        light += amount

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


@lru_cache(maxsize=2)
def _white_noise(size: int) -> tuple[Image, ...]:
    random = np.random.RandomState([size, 3])
    shape = (size + _NOISE_MARGIN, size + _NOISE_MARGIN)
    return tuple(random.standard_normal(shape).astype(np.float32) for _ in range(_NOISE_FIELDS))


def _lengthening(points: Floats, x: Floats, y: Floats, spacing: Floats) -> Floats:
    """How much longer the beam's way through a tube becomes because the tube is seen obliquely, at most twice."""
    step = np.gradient(points, axis=0)
    real = np.sqrt((step * step).sum(axis=1))
    seen = np.hypot(np.gradient(x), np.gradient(y)) * spacing
    return np.asarray(np.clip(real / np.maximum(seen, 1e-6), 1.0, 2.0))
