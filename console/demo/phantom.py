"""A whole phantom run in one call: its frames, and the truth that a measuring tool should find in them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from console.demo.recipe import CArm, Recipe
from console.demo.scene import Scene
from console.demo.truth import describe


@dataclass(frozen=True)
class Phantom:
    """One finished run."""

    frames: NDArray[Any]
    """(frames, rows, columns), MONOCHROME2, uint8 or uint16 by the recipe's bits."""
    truth: dict[str, Any]
    """What a measuring tool should find; see `console.demo.truth.describe`."""


def phantom(seed: int = 17, frames: int = 60, size: int = 512, fps: float = 15.0) -> Phantom:
    """The usual run in one call: frames and truth of `Recipe` with these four values; `size` is a multiple of 32."""
    return phantom_of(Recipe(seed=seed, frames=frames, fps=fps, c_arm=CArm(size=size)))


def phantom_of(recipe: Recipe) -> Phantom:
    """Frames and truth of any recipe."""
    scene = Scene(recipe)
    return Phantom(np.stack([scene.frame(number) for number in range(recipe.frames)]), describe(scene))
