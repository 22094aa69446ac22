"""From the beam's intensity to the stored value: the three relationships that Pixel Intensity Relationship knows.

Intensity is counted from 0 to 1, where 1 is what the brightest stored value stands for (PS3.3 C.8.7.1.1.2).
"""

import numpy as np
from numpy.typing import NDArray

from console.demo.recipe import Recipe
from console.demo.render import Image

BRIGHTEST = 0.92
"""Share of the open beam that becomes the largest stored value; what is brighter saturates."""
LOG_SPAN = 4.2
"""LOG: natural logarithms from the darkest to the brightest stored value."""
_GAMMA = 0.86
_LEVELS = 16384


class Tone:
    """The tone curve of one recipe, in both directions."""

    def __init__(self, recipe: Recipe) -> None:
        self._relationship = recipe.relationship
        self.largest = 2**recipe.bits - 1
        """The largest stored value."""
        self._dtype = np.dtype(np.uint8 if recipe.bits <= 8 else np.uint16)
        bright = (np.arange(_LEVELS) + 0.5) / _LEVELS
        self._display = np.rint(self.largest * bright**_GAMMA).astype(self._dtype)

    def levels(self, light: Image, field: NDArray[np.uint8]) -> NDArray[np.uint8] | NDArray[np.uint16]:
        """Stored values of what the detector saw; 0 where `field` says that nothing is lit."""
        if self._relationship == "DISP":
            place = light * np.float32(_LEVELS / BRIGHTEST)
            np.clip(place, 0.0, _LEVELS - 1.0, out=place)
            levels = self._display[place.astype(np.uint16)]
        else:
            intensity = light * np.float32(1.0 / BRIGHTEST)
            np.clip(intensity, np.float32(np.exp(-LOG_SPAN)), 1.0, out=intensity)
            if self._relationship == "LOG":
                intensity = 1.0 + np.log(intensity) * np.float32(1.0 / LOG_SPAN)
            levels = np.rint(intensity * np.float32(self.largest)).astype(self._dtype)
        levels *= field
        return np.asarray(levels)

    def table(self) -> list[int]:
        """The Modality LUT of LOG pictures: for each stored value the beam's intensity, 16 bits (PS3.3 C.11.1)."""
        stored = np.arange(self.largest + 1) / self.largest
        return [int(value) for value in np.rint(65535.0 * np.exp(LOG_SPAN * (stored - 1.0)))]
