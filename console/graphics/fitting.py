"""Pixels to cells: which glyph, which two colours.

Every function takes uint8 pixels, grey (h, w) or colour (h, w, 3), and gives arrays with one entry a cell.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TypeAlias

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


def _sextant(mask: int) -> str:
    """Row by row, 32 the upper left (U+1FB00 to U+1FB3B, which leave out what blocks already had)."""
    old = {0: " ", 0b101010: "▌", 0b010101: "▐", 63: "█"}
    bits = int(f"{mask:06b}"[::-1], 2)
    return old.get(mask) or chr(0x1FB00 + bits - 1 - (bits > 21) - (bits > 42))


def _braille(mask: int) -> str:
    """Row by row, 1 the upper left; Unicode counts the first three rows by columns (U+2800)."""
    places = (0, 3, 1, 4, 2, 5, 6, 7)
    return chr(0x2800 + sum(1 << places[place] for place in range(8) if mask >> place & 1)) if mask else " "


SEXTANTS = "".join(map(_sextant, range(64)))
BRAILLE = "".join(map(_braille, range(256)))
TWO_TONES = {2: HALVES, 4: QUADRANTS, 6: SEXTANTS}
"""Characters of two tones, by the pixels they have."""
_EDGE, _LEAST_EDGE = 3, 0.02
"""An edge is so many times as steep as the middle of all places, and changes the brightness by no less than a hundredth
from one pixel to the next."""
_SHADOW = 16 * 24
"""What is darker than this many grey levels (times 16) counts as no brighter: there noise is all there is."""

Wide: TypeAlias = npt.NDArray[np.uint16]
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


def two_tones(pixels: Bytes, depth: Depth, down: int, *, exact: bool = False) -> Fitted:
    """2 x `down` pixels a cell (2 for quadrants, 3 for sextants): one tone for some of them, one for the others.

    They are split at the cell's mean, or, where `exact`, so that the squares of the errors are least: 2 ms more for
    190 x 54 cells and 0.1 to 0.3 dB better, for a picture that stays.
    """
    parts = [pixels[y::down, x::2] for y in range(down) for x in (0, 1)]
    weights = [(palette.luminance(part) if pixels.ndim == 3 else part).astype(np.uint16) for part in parts]
    count = len(parts)
    if exact:
        split = _best_split(weights)
        sides = [weight > split for weight in weights]
    else:
        total = np.add.reduce(weights)
        sides = [weight * np.uint16(count) > total for weight in weights]
    mask = np.zeros(weights[0].shape, np.uint8)
    above, below = np.zeros(parts[0].shape, np.uint16), np.zeros(parts[0].shape, np.uint16)
    for place, (part, high) in enumerate(zip(parts, sides, strict=True)):
        mask |= high * np.uint8(1 << (count - 1 - place))
        spread = high[..., None] if pixels.ndim == 3 else high
        above += part * spread
        below += part * ~spread
    ones = _ones().take(mask)
    if pixels.ndim == 3:
        ones = ones[..., None]
    # A cell of one tone has nothing above its mean: its glyph is a blank and its foreground is never seen.
    low = _mean(below, np.uint16(count) - ones)
    high_tone = np.where(ones == 0, low, _mean(above, np.maximum(ones, np.uint16(1))))
    return Fitted(ids(high_tone, depth), ids(low, depth), _packed(TWO_TONES[count]).take(mask))


def _best_split(weights: list[Wide]) -> Wide:
    """The largest of the darker values of each cell, where the two means differ least from what they stand for."""
    ordered = np.sort(np.stack(weights), axis=0)
    sums = np.cumsum(ordered, axis=0, dtype=np.float32)
    count, total = len(weights), sums[-1]
    gains = [
        np.square(sums[low - 1]) / np.float32(low) + np.square(total - sums[low - 1]) / np.float32(count - low)
        for low in range(1, count)
    ]
    best = np.argmax(gains, axis=0)
    split: Wide = np.take_along_axis(ordered, best[None], axis=0)[0]
    return split


def edges(pixels: Bytes, depth: Depth) -> Fitted:
    """2 x 4 pixels a cell: its mean, darkened, and light braille dots where the picture has an edge.

    An edge is a place where the brightness changes more than to either side of it, and several times as much as the
    middle of all places, which is noise.
    """
    grey = palette.luminance(pixels) if pixels.ndim == 3 else pixels
    dots = _outlines(grey)
    mask = np.zeros((grey.shape[0] // 4, grey.shape[1] // 2), np.uint8)
    total = np.zeros((*mask.shape, *pixels.shape[2:]), np.uint16)
    for place in range(8):
        y, x = divmod(place, 2)
        mask |= dots[y::4, x::2] * np.uint8(1 << place)
        total += pixels[y::4, x::2]
    ground = (total * np.uint16(5) >> 6).astype(np.uint8)
    ink = ground + np.uint8(96)
    if depth in ("16", "none"):
        black = np.zeros(mask.shape, np.uint32)
        return Fitted(black + np.uint32(palette.GREYS_16[-1]), black, _packed(BRAILLE).take(mask))
    return Fitted(ids(ink, depth), ids(ground, depth), _packed(BRAILLE).take(mask))


def _outlines(grey: Bytes) -> npt.NDArray[np.bool_]:
    """Where the edges are."""
    if not grey.size:
        return np.zeros(grey.shape, np.bool_)
    padded = np.pad(grey, 2, mode="edge").astype(np.int16)
    smooth = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    smooth = smooth[:-2] + 2 * smooth[1:-1] + smooth[2:]
    across = np.abs(smooth[1:-1, 2:] - smooth[1:-1, :-2])
    down = np.abs(smooth[2:, 1:-1] - smooth[:-2, 1:-1])
    # In proportion to the brightness: what takes a tenth of the rays away does so in shadow as well.
    steep = ((across + down).astype(np.float32) / (smooth[1:-1, 1:-1] + np.float32(_SHADOW))).astype(np.float32)
    sample = steep[::4, ::2]
    sample = sample[sample > 0]  # not what is black all over
    least = max(float(np.median(sample)) * _EDGE if sample.size else 0.0, _LEAST_EDGE)
    around = np.pad(steep, 1)
    sideways = (steep >= around[1:-1, :-2]) & (steep > around[1:-1, 2:])
    upright = (steep >= around[:-2, 1:-1]) & (steep > around[2:, 1:-1])
    found: npt.NDArray[np.bool_] = (steep > least) & np.where(across >= down, sideways, upright)
    return found


def few(pixels: Bytes, across: int, down: int, depth: Depth) -> Fitted:
    """`across` x `down` grey pixels a cell, dithered to the four greys of sixteen colours, or to ink and no ink."""
    levels = 4 if depth == "16" else 2
    step = palette.dither(pixels, levels).astype(np.intp)
    picks = np.zeros((step.shape[0] // down, step.shape[1] // across), np.intp)
    for y in range(down):
        for x in range(across):
            picks = picks * levels + step[y::down, x::across]
    fg, bg, glyphs = (column.take(picks) for column in _best_cells(across * down, levels))
    return Fitted(fg, bg, glyphs)


def ramp(pixels: Bytes, depth: Depth) -> Fitted:
    """One grey pixel a cell as an ASCII character, dithered between neighbours of the ramp."""
    step = palette.dither(pixels, len(RAMP))
    black = np.zeros(step.shape, np.uint32)
    fg = _RAMP_INKS.take(step) if depth == "16" else black.copy()
    return Fitted(fg, black, _packed(RAMP).take(step))


def _mean(total: Wide, count: Wide) -> Bytes:
    """Rounded quotient."""
    return ((total + (count >> 1)) // count).astype(np.uint8)


@cache
def _packed(characters: str) -> Ids:
    return np.array([pack(character.encode()) for character in characters], np.uint32)


@cache
def _ones() -> Wide:
    """Bits set in each mask."""
    return np.array([mask.bit_count() for mask in range(64)], np.uint16)


@cache
def _best_cells(pixels: int, levels: int) -> tuple[Ids, Ids, Ids]:
    """Foreground, background and glyph for every combination of `levels` grey levels in a cell of `pixels` pixels.

    With four levels they are the greys of sixteen colours, of which only black and light grey may stand behind a
    glyph; the combination of the two bright ones is therefore a compromise, the one of least squares.
    """
    characters = _packed(TWO_TONES[pixels])
    # Earlier candidates win ties: blanks before glyphs, black before grey, the common ink before the others.
    inks, grounds, colors = ((2, 3, 1, 0), (0, 2), palette.GREYS_16) if levels == 4 else ((1,), (0,), (0, 0))
    candidates = list(product(range(2**pixels), grounds, inks))
    shown = np.array(
        [
            [ink if mask >> (pixels - 1 - place) & 1 else ground for place in range(pixels)]
            for mask, ground, ink in candidates
        ],
        np.int8,
    )
    wanted = np.array(list(product(range(levels), repeat=pixels)), np.int8)
    best = np.square(wanted[:, None, :] - shown[None, :, :]).sum(axis=2, dtype=np.uint8).argmin(axis=1)
    masks, ground, ink = (np.array(column)[best] for column in zip(*candidates, strict=True))
    numbers = np.array(colors, np.uint32)
    return numbers[ink], numbers[ground], characters[masks]
