"""Rotation, flip and displayed area (PS3.3 C.10.4, C.10.6, PS3.4 N.2.3.3)."""

import numpy as np

from console.dicom.pixels import Array
from console.model.pipeline import DisplayedArea, Orientation


def oriented(pixels: Array, orientation: Orientation) -> Array:
    """`pixels`, grey or RGB, rotated clockwise and then flipped left to right; rows and columns may change places."""
    turned = np.rot90(pixels, -(orientation.rotation // 90) % 4)
    return turned[:, ::-1] if orientation.flip else turned


def displayed(pixels: Array, area: DisplayedArea | None) -> Array:
    """The part of the frame that a displayed area selects, before rotation; black where it lies outside the frame."""
    if area is None:
        return pixels
    rows, columns = pixels.shape[:2]
    (left, top), (right, bottom) = area.top_left, area.bottom_right
    if (left, top, right, bottom) == (1, 1, columns, rows):
        return pixels
    inside = pixels[max(top, 1) - 1 : max(bottom, 0), max(left, 1) - 1 : max(right, 0)]
    # An area that selects nothing selects everything; one that reaches far out is cut at the frame.
    return inside if inside.size else pixels
