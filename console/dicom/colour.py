"""From samples to what leaves the reader: stored grey values, or RGB ready for display (PS3.3 C.7.6.3)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from console.dicom.samples import FrameFormat, Samples

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Palette:
    """A palette (PS3.3 C.7.9): input `first` maps to entry 0."""

    first: int
    entries: npt.NDArray[np.uint8]
    """(entries, 3), scaled to 8 bits."""


def stored_values(values: Array, form: FrameFormat, native: bool) -> Array:
    """Stored values of a grey frame: shifted down to bit 0, other bits dropped, sign extended.

    Old equipment keeps overlays in the bits beyond Bits Stored, so they may not reach the grayscale pipeline. Shape
    stays; the type is the smallest integer of the sign and Bits Allocated.
    """
    if values.dtype.kind == "f":
        return np.ascontiguousarray(values)
    width = 8 if form.bits_allocated <= 8 else 16 if form.bits_allocated <= 16 else 32
    unsigned = np.dtype(f"u{width // 8}")
    # A cast between integers keeps the low bits, which is two's complement for decoders that return signed samples.
    result = np.ascontiguousarray(values).astype(unsigned, copy=False)
    shift = form.high_bit + 1 - form.bits_stored if native else 0
    if shift > 0:
        result = result >> unsigned.type(shift)
    if form.bits_stored < width:
        mask = unsigned.type((1 << form.bits_stored) - 1)
        if not native or result.size == 0 or int(result.max()) > int(mask) or form.signed:
            result = result & mask
    if not form.signed:
        return result
    if form.bits_stored < width:
        sign = unsigned.type(1 << (form.bits_stored - 1))
        result = (result ^ sign) - sign
    return result.view(np.dtype(f"i{width // 8}"))


def to_rgb(samples: Samples, form: FrameFormat, palette: Palette | None) -> npt.NDArray[np.uint8]:
    """(rows, columns, 3) uint8 RGB of a colour frame."""
    if samples.colour == "PALETTE" and palette is not None:
        index = stored_values(samples.values, form, True).astype(np.int64) - palette.first
        return palette.entries[np.clip(index, 0, len(palette.entries) - 1)]
    values = samples.values
    if samples.bits > 8 or values.dtype != np.uint8:
        bits = max(8, min(samples.bits, form.bits_stored))
        values = (values >> (bits - 8)).clip(0, 255).astype(np.uint8)
    if samples.colour.startswith("YBR"):
        return ybr_to_rgb(values, samples.colour == "YBR_PARTIAL")
    return np.ascontiguousarray(values)


def ybr_to_rgb(values: npt.NDArray[np.uint8], partial: bool = False) -> npt.NDArray[np.uint8]:
    """YBR_FULL (or YBR_PARTIAL, 16-235) samples as RGB (PS3.3 C.7.6.3.1.2), rounded to nearest."""
    y = values[..., 0].astype(np.float32)
    b = values[..., 1].astype(np.float32) - 128
    r = values[..., 2].astype(np.float32) - 128
    if partial:
        y = (y - 16) * np.float32(255 / 219)
        b *= np.float32(255 / 224)
        r *= np.float32(255 / 224)
    rgb = np.empty((*values.shape[:-1], 3), np.float32)
    rgb[..., 0] = y + 1.402 * r
    rgb[..., 1] = y - 0.344136 * b - 0.714136 * r
    rgb[..., 2] = y + 1.772 * b
    return (rgb + 0.5).clip(0, 255).astype(np.uint8)
