"""Overlay planes 60xx (PS3.3 C.9.2, C.9.3): their bits, and where they lie on the frame."""

import numpy as np
import numpy.typing as npt

from console.dicom.pixels import Array, Bytes
from console.model.pipeline import Overlay

Bits = npt.NDArray[np.bool_]


def packed_bits(data: bytes, overlay: Overlay, frame: int) -> Bits:
    """Frame `frame` (from 1) of a plane with data of its own, (overlay rows, columns); what is missing is 0.

    Frames follow each other without padding, the first pixel in the least significant bit (PS3.5 8.1.2).
    """
    size = overlay.rows * overlay.columns
    first = (frame - 1) * size
    start, skip = divmod(first, 8)
    part = np.frombuffer(data[start : start + (skip + size + 7) // 8], np.uint8)
    bits = np.unpackbits(part, bitorder="little")[skip : skip + size]
    if len(bits) < size:
        bits = np.concatenate([bits, np.zeros(size - len(bits), np.uint8)])
    return bits.reshape(overlay.rows, overlay.columns).astype(np.bool_)


def embedded_bits(cells: Array, bit: int) -> Bits:
    """A plane that is kept in one bit of the pixel cells (retired, PS3.5 8.1.1); same shape as `cells`."""
    return (cells.view(np.dtype(f"u{cells.dtype.itemsize}")) >> bit & 1).astype(np.bool_)


def on_frame(bits: Bits, overlay: Overlay, rows: int, columns: int) -> Bits:
    """The plane on a frame of (rows, columns); what lies beyond the frame is cut off."""
    found = np.zeros((rows, columns), np.bool_)
    top, left = overlay.origin[0] - 1, overlay.origin[1] - 1
    upper, lower = max(top, 0), min(top + bits.shape[0], rows)
    first, last = max(left, 0), min(left + bits.shape[1], columns)
    if upper < lower and first < last:
        found[upper:lower, first:last] = bits[upper - top : lower - top, first - left : last - left]
    return found


def draw(pixels: Bytes, plane: Bits) -> Bytes:
    """`pixels` with the plane in white. `pixels` is overwritten."""
    np.copyto(pixels, np.uint8(255), where=plane if pixels.ndim == 2 else plane[..., None])
    return pixels
