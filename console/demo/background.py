"""The chest around the vessels: lung, ribs, spine, heart shadow, diaphragm, and the collimator in front of it all.

Thickness is millimetres of water along the beam, counted from clear lung. What does not move is drawn once, the bones
on half the grid because they are blurred anyway; heart and diaphragm are smooth and are drawn for every phase of the
beat on a quarter of the grid.
"""

import numpy as np
from numpy.typing import NDArray

from console.demo.heart import APEX, BASE, GROOVE, LONG_MM, SIDE, Clock, Rhythm
from console.demo.recipe import CArm, Floats, Recipe
from console.demo.render import Image, blur, ellipsoid, enlarge, tubes

COARSE = 4
"""The moving anatomy is computed on a grid this many times coarser."""
FINE = 2
"""The bones are computed on a grid this many times coarser."""
_MIDLINE = np.array([-27.0, -88.0, 0.0])
_UPRIGHT = np.eye(3)


class Chest:
    """Everything but vessels and catheter, for one recipe; a C-arm that turns asks `turn` before each frame."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        random = np.random.RandomState([recipe.seed, 2])
        size = recipe.c_arm.size
        self._lung = self._marked_lung(random)
        self._diaphragm_texture = blur(
            random.standard_normal((size // COARSE,) * 2).astype(np.float32), 5.0 * size / 512
        )
        self.field, self.blades = collimator(size)
        """Where the detector is lit (1, else 0), and what the blades let through (0 to 1)."""
        self.turn(recipe.c_arm)

    def turn(self, arm: CArm) -> None:
        """Look from where `arm` stands."""
        self._arm, self._view = arm, arm.axes()
        self._coarse_u, self._coarse_v = plane(arm, COARSE)
        self._line = plane(arm, 1)[0][0]
        u, v = plane(arm, FINE)
        still = enlarge(self._tissue(u, v) + self._spine(u, v) + self._ribs(), FINE)
        # A lung's depth is not known to a flat texture: it moves past as what lies 45 mm behind the isocentre does.
        size = arm.size
        away = 45.0 * np.sin(np.radians(arm.primary_deg - self._recipe.c_arm.primary_deg)) / arm.mm_per_pixel
        start = round(away) % (2 * size)
        self.still: Image = still + np.take(self._lung, np.arange(start, start + size), axis=1, mode="wrap")
        """Thickness of what does not move, float32 (rows, columns)."""

    def moving(self, clock: Clock) -> tuple[Image, Image]:
        """Thickness of heart and diaphragm at one moment, and of the heart's muscle alone, on the coarse grid."""
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
        soft = self._arm.size / 512
        return np.asarray(blur(muscle, 2.4 * soft) + blur(liver, 1.6 * soft), dtype=np.float32), muscle

    def stain(self, picture: Image, per_mm: float, clock: Clock, rhythm: Rhythm, ostium: Floats, muscle: Image) -> None:
        """Add contrast outside the vessels to `picture`, in place; a millimetre of water is worth `per_mm`.

        It spills from the `ostium` (its place in the patient now) into the root of the aorta, and late in the run it
        stains the `muscle`.
        """
        late = float(np.clip(rhythm.concentration(np.array([260.0]), clock.seconds)[0], 0.0, 1.0))
        if late > 0.01:
            picture += enlarge(muscle * np.float32(late * 0.035 * per_mm), COARSE)
        strength = rhythm.injecting(clock.seconds) * (1.0 - 0.75 * clock.squeeze)
        if strength < 0.01:
            return
        right, up, _ = self._view
        x = float((ostium * right).sum()) - 5.0 - 2.0 * clock.squeeze
        y = float((ostium * up).sum()) + 1.0 + 7.0 * clock.squeeze
        across = np.exp(-np.square((self._line - x) / 5.5))
        down = np.exp(-np.square((-self._line - y) / 4.2)) * (24.0 * strength * per_mm)
        rows, columns = (slice(*np.flatnonzero(np.abs(part) > 1e-4)[[0, -1]]) for part in (down, across))
        picture[rows, columns] += down[rows, None] * across[None, columns]

    def _tissue(self, u: Image, v: Image) -> Image:
        side, down = u / 70.0, -v / 70.0
        return np.asarray(16.0 + 9.0 * np.square(np.maximum(-side, 0.0)) + 5.0 * down + 4.0 * side)

    def _spine(self, u: Image, v: Image) -> Image:
        right, up, _ = self._view
        across = u - np.float32((_MIDLINE * right).sum()) + np.float32(0.03) * v
        along = v - np.float32((_MIDLINE * up).sum())
        off = (np.abs(across) - 18.0 + 1.5 * np.cos(along * (4.0 * np.pi / 26.0))) / 1.6
        body = 1.0 / (1.0 + np.exp(np.minimum(off, 60.0)))
        ring = np.mod(along / 26.0, 1.0)
        disc = np.exp(-np.square((ring - 0.5) / 0.075))
        plates = np.exp(-np.square((np.abs(ring - 0.5) - 0.14) / 0.03))
        pedicle = np.exp(-np.square((np.abs(across) - 11.0) / 3.2) - np.square((ring - 0.92) / 0.12))
        vertebra = body * (38.0 - 9.0 * disc + 5.0 * plates + 7.0 * pedicle)
        muscle = 20.0 * np.exp(-(np.square(across / 36.0) ** 2))
        return np.asarray(vertebra + muscle, dtype=np.float32)

    def _ribs(self) -> Image:
        size = self._arm.size // FINE
        around = np.radians(np.linspace(-165.0, 165.0, 400 // FINE))
        heights = 31.0 * np.arange(-6, 11)[:, None] - 34.0 * (1.0 - np.cos(around)) - 30.0 * np.sin(np.abs(around)) ** 2
        cage = np.empty((*heights.shape, 3))
        cage[..., 0], cage[..., 1] = -27.0 + 126.0 * np.sin(around), -6.0 - 92.0 * np.cos(around)
        cage[..., 2] = heights
        x, y, spacing = (value.reshape(-1) for value in self._arm.project(cage))
        x, y, spacing = (x - (FINE - 1) / 2.0) / FINE, (y - (FINE - 1) / 2.0) / FINE, spacing * FINE
        # Cartilage in front is nearly as clear as muscle.
        bone = np.tile(1.0 - 0.75 / (1.0 + np.exp(-(np.abs(around) - 2.2) / 0.12)), len(heights))
        joined = np.ones(x.size, np.bool_)
        joined[len(around) - 1 :: len(around)] = False
        outer = tubes(size, x, y, 4.6 / spacing, bone * spacing, joined[:-1])
        inner = tubes(size, x, y, 3.4 / spacing, bone * spacing, joined[:-1])
        return blur((outer - 0.80 * inner) * np.float32(1.1), 3.2 * size / 512)

    def _marked_lung(self, random: np.random.RandomState) -> Image:
        """Clouds and vessels of the lung, followed by their mirror image so that the picture has no seam."""
        size = self._recipe.c_arm.size
        step = self._recipe.c_arm.mm_per_pixel
        cloud = np.zeros((size // 8, size // 8), np.float32)
        for factor, amount in ((8, 4.5), (4, 3.2), (2, 1.9), (1, 0.9)):
            count = size // 8 // factor
            noise = random.standard_normal((count, count)).astype(np.float32)
            cloud += np.float32(amount) * enlarge(noise, factor)
        # Lung vessels fan out from behind the heart, ever thinner.
        lines, count = 110, 40
        angle = random.uniform(-np.pi, np.pi, (lines, 1))
        turn = angle + random.uniform(-0.9, 0.9, (lines, 1))
        turn = turn + np.cumsum(random.uniform(-0.16, 0.16, (lines, count)), axis=1)
        begin = random.uniform(6.0, 55.0, (lines, 1)) / step
        middle = (size - 1) / 2.0
        x = middle - 20.0 / step + begin * np.cos(angle) + np.cumsum(np.cos(turn), axis=1) * 0.9 / step
        y = middle - 10.0 / step + begin * np.sin(angle) + np.cumsum(np.sin(turn), axis=1) * 0.9 / step
        first = random.uniform(0.7, 1.7, (lines, 1))
        radius = (first + (0.4 - first) * np.linspace(0.0, 1.0, count)) / step
        joined = np.ones(lines * count, np.bool_)
        joined[count - 1 :: count] = False
        x, y, radius = ((value / FINE).reshape(-1) for value in (x, y, radius))
        marks = tubes(size // FINE, x, y, radius, np.full(lines * count, 0.8 * step * FINE), joined[:-1])
        lung = enlarge(enlarge(cloud, 8 // FINE) + blur(marks, 1.3 * size / FINE / 512), FINE)
        return np.concatenate([lung, lung[:, ::-1]], axis=1)


def plane(arm: CArm, factor: int) -> tuple[Image, Image]:
    """Millimetres to the right and up, seen at the isocentre, of a grid that is `factor` times coarser."""
    line = (np.arange(arm.size) - (arm.size - 1) / 2.0) * arm.mm_per_pixel
    line = line.reshape(-1, factor).mean(axis=1).astype(np.float32)
    u, v = np.meshgrid(line, -line)
    return u, v


def collimator(size: int) -> tuple[NDArray[np.uint8], Image]:
    """The round-cornered field of the detector (1, else 0), and what the blades let through (0 to 1)."""
    place = (np.arange(size) - (size - 1) / 2.0) / size
    across, down = np.square(place)[None, :], np.square(place)[:, None]
    field = (across + down < 0.553**2) & (np.maximum(across, down) < 0.4965**2)

    def edge(distance: Floats) -> Floats:
        return np.asarray(1.0 / (1.0 + np.exp(-distance / 0.0022)))

    opened = (edge(0.482 - place) * edge(place + 0.489))[:, None] * (edge(place + 0.478) * edge(0.484 - place))[None, :]
    return field.astype(np.uint8), np.asarray(0.05 + 0.95 * opened, dtype=np.float32)
