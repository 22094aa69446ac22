"""A frame as the header describes it, and as a decoder returns it."""

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

Array = npt.NDArray[Any]


class CannotDecode(Exception):
    """One translated sentence: why this frame cannot be shown."""


@dataclass(frozen=True)
class FrameFormat:
    """What the header says about a frame (PS3.3 C.7.6.3)."""

    rows: int
    columns: int
    samples: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    photometric: str
    planar: bool = False
    """Planar Configuration is 1; only native frames are stored so."""
    floating: bool = False
    """Float or Double Float Pixel Data."""
    little_endian: bool = True

    @property
    def bits(self) -> int:
        """Bits of one native frame; 4:2:2 frames carry two samples a pixel."""
        samples = 2 if self.subsampled else self.samples
        return self.rows * self.columns * samples * self.bits_allocated

    @property
    def subsampled(self) -> bool:
        """Native chroma of every second pixel only."""
        return self.samples == 3 and self.photometric.endswith("_422")


@dataclass(frozen=True)
class Samples:
    """A decoded frame before colour conversion and masking."""

    values: Array
    """(rows, columns) or (rows, columns, 3)."""
    colour: str
    """MONOCHROME, PALETTE, RGB, YBR_FULL or YBR_PARTIAL."""
    bits: int
    """Precision of the stream; Bits Allocated for native frames."""
    by: str
    """Which decoder it was."""


def untransformed(colour: str, form: FrameFormat) -> str:
    """Colour of samples that no codec transforms: what the header says."""
    if colour == "RGB" and form.photometric.startswith("YBR"):
        return "YBR_PARTIAL" if form.photometric.startswith("YBR_PARTIAL") else "YBR_FULL"
    return colour
