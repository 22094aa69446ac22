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

    frames: NDArray[np.uint8]
    """(frames, rows, columns), MONOCHROME2, ready for display."""
    truth: dict[str, Any]
    """What a measuring tool should find; see `console.demo.truth.describe`."""


def phantom(seed: int = 17, frames: int = 60, size: int = 512, fps: float = 15.0) -> Phantom:
    """The usual run in one call: frames and truth of `Recipe` with these four values; `size` is a multiple of 32."""
    scene = Scene(Recipe(seed=seed, frames=frames, fps=fps, c_arm=CArm(size=size)))
    return Phantom(np.stack([scene.frame(number) for number in range(frames)]), describe(scene))
