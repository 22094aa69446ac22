"""Pixels to cells: which glyph, which two colours.

Every function takes uint8 pixels, grey (h, w) or colour (h, w, 3), and gives arrays with one entry a cell.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import numpy.typing as npt

from console.graphics import palette
from console.graphics.palette import Bytes, Depth
from console.graphics.tokens import Ids, pack

RAMP = " .:-=+*#%@"
"""ASCII from dark to light, for light text on a dark screen."""

HALVES = " ▄▀█"
"""By mask: 2 the upper half, 1 the lower."""

QUADRANTS = " ▗▖▄▝▐▞▟▘▚▌▙▀▜▛█"
"""By mask: 8 upper left, 4 upper right, 2 lower left, 1 lower right."""

_SPACE = np.uint32(pack(b" "))
_UPPER = np.uint32(pack("▀".encode()))
_RAMP_INKS = np.array([7, 8, 8, 8, 7, 7, 7, 15, 15, 15], np.uint32)


@dataclass(frozen=True)
class Fitted:
    """One frame as cells, all arrays (rows, columns), free to be written to."""

    fg: Ids
    """Colour numbers of the glyphs."""
    bg: Ids
    """Colour numbers behind them."""
    glyphs: Ids
    """Packed glyphs."""


def ids(pixels: Bytes, depth: Depth) -> Ids:
    """Colour numbers of pixels: the grey or 0xRRGGBB at 24 bits, the nearest palette number at 256 colours."""
    if depth == "256":
        nearest = palette.grey_to_256().take(pixels) if pixels.ndim == 2 else palette.rgb_to_256(pixels)
        return nearest.astype(np.uint32)
    wide = pixels.astype(np.uint32)
    if pixels.ndim == 2:
        return wide
    return (wide[..., 0] << np.uint32(16)) | (wide[..., 1] << np.uint32(8)) | wide[..., 2]


def halves(pixels: Bytes, depth: Depth) -> Fitted:
    """Two pixels a cell, both shown exactly as far as the depth goes."""
    numbers = ids(pixels, depth)
    upper, lower = numbers[0::2].copy(), numbers[1::2].copy()
    return Fitted(upper, lower, np.where(upper == lower, _SPACE, _UPPER))


def solid(pixels: Bytes, depth: Depth) -> Fitted:
    """One pixel a cell: a blank of its colour."""
    numbers = ids(pixels, depth)
    return Fitted(np.zeros_like(numbers), numbers, np.full(numbers.shape, _SPACE))


def quadrants(pixels: Bytes, depth: Depth) -> Fitted:
    """Four pixels a cell: the mean of those above the cell's mean on the mean of the others.

    The exact least-squares split costs 2 ms more a frame of 190 x 54 cells for 0.1 to 0.3 dB.
    """
    corners = [pixels[0::2, 0::2], pixels[0::2, 1::2], pixels[1::2, 0::2], pixels[1::2, 1::2]]
    weights = [(palette.luminance(corner) if pixels.ndim == 3 else corner).astype(np.uint16) for corner in corners]
    total = weights[0] + weights[1] + weights[2] + weights[3]
    mask = np.zeros(total.shape, np.uint8)
    above, below = np.zeros(corners[0].shape, np.uint16), np.zeros(corners[0].shape, np.uint16)
    for corner, weight, bit in zip(corners, weights, (8, 4, 2, 1), strict=True):
        high = weight * np.uint16(4) > total
        mask |= high * np.uint8(bit)
        spread = high[..., None] if pixels.ndim == 3 else high
        above += corner * spread
        below += corner * ~spread
    ones = _ones().take(mask)
    if pixels.ndim == 3:
        ones = ones[..., None]
    # A cell of one tone has nothing above its mean: its glyph is a blank and its foreground is never seen.
    low = _mean(below, np.uint16(4) - ones)
    high_tone = np.where(ones == 0, low, _mean(above, np.maximum(ones, np.uint16(1))))
    return Fitted(ids(high_tone, depth), ids(low, depth), _packed(QUADRANTS).take(mask))


def few(pixels: Bytes, across: int, depth: Depth) -> Fitted:
    """`across` x 2 grey pixels a cell, dithered to the four greys of sixteen colours, or to ink and no ink."""
    levels = 4 if depth == "16" else 2
    step = palette.dither(pixels, levels).astype(np.intp)
    upper, lower = step[0::2], step[1::2]
    if across == 2:
        upper, lower = (row[:, 0::2] * levels + row[:, 1::2] for row in (upper, lower))
    picks = upper * levels**across + lower
    fg, bg, glyphs = (column.take(picks) for column in _best_cells(across * 2, levels))
    return Fitted(fg, bg, glyphs)


def ramp(pixels: Bytes, depth: Depth) -> Fitted:
    """One grey pixel a cell as an ASCII character, dithered between neighbours of the ramp."""
    step = palette.dither(pixels, len(RAMP))
    black = np.zeros(step.shape, np.uint32)
    fg = _RAMP_INKS.take(step) if depth == "16" else black.copy()
    return Fitted(fg, black, _packed(RAMP).take(step))


def _mean(total: npt.NDArray[np.uint16], count: npt.NDArray[np.uint16]) -> Bytes:
    """Rounded quotient."""
    return ((total + (count >> 1)) // count).astype(np.uint8)


@cache
def _packed(characters: str) -> Ids:
    return np.array([pack(character.encode()) for character in characters], np.uint32)


@cache
def _ones() -> npt.NDArray[np.uint16]:
    """Bits set in each mask."""
    return np.array([mask.bit_count() for mask in range(16)], np.uint16)


@cache
def _best_cells(pixels: int, levels: int) -> tuple[Ids, Ids, Ids]:
    """Foreground, background and glyph for every combination of `levels` grey levels in a cell of `pixels` pixels.

    With four levels they are the greys of sixteen colours, of which only black and light grey may stand behind a
    glyph; the combination of the two bright ones is therefore a compromise, the one of least squares.
    """
    characters = _packed(HALVES if pixels == 2 else QUADRANTS)
    # Earlier candidates win ties: blanks before glyphs, black before grey, the common ink before the others.
    inks, grounds, colors = ((2, 3, 1, 0), (0, 2), palette.GREYS_16) if levels == 4 else ((1,), (0,), (0, 0))
    candidates = list(product(range(2**pixels), grounds, inks))
    shown = np.array(
        [
            [ink if mask >> (pixels - 1 - place) & 1 else ground for place in range(pixels)]
            for mask, ground, ink in candidates
        ]
    )
    wanted = np.array(list(product(range(levels), repeat=pixels)))
    best = np.square(wanted[:, None, :] - shown[None, :, :]).sum(axis=2).argmin(axis=1)
    masks, ground, ink = (np.array(column)[best] for column in zip(*candidates, strict=True))
    numbers = np.array(colors, np.uint32)
    return numbers[ink], numbers[ground], characters[masks]
