"""What a terminal of little colour can show: the nearest palette entry, ordered dithering, tones for texts.

All mappings work on whole arrays; nothing here loops over pixels.
"""

from functools import cache, lru_cache
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Depth: TypeAlias = Literal["true", "256", "16", "none"]
"""Colours of the terminal: 24-bit, the 256 palette of xterm, the 16 of the PC, or no colour sequence at all."""

Tone: TypeAlias = Literal["normal", "dim", "warning", "calm", "accent"]
"""What a text in the picture means to say; the colour follows from it."""

Color: TypeAlias = tuple[int, int, int] | int | None
"""(red, green, blue), a palette number, or the terminal's own colour."""

Bytes: TypeAlias = npt.NDArray[np.uint8]

TONES: tuple[Tone, ...] = ("normal", "dim", "warning", "calm", "accent")

TONE_RGB: dict[Tone, tuple[int, int, int]] = {
    "normal": (228, 228, 228),
    "dim": (168, 168, 168),
    "warning": (255, 175, 0),
    "calm": (135, 215, 135),
    "accent": (135, 215, 255),
}
"""At least 7:1 against the darkened picture (no channel above 30) that texts stand on, by the WCAG formula."""

TONE_256: dict[Tone, int] = {"normal": 254, "dim": 248, "warning": 214, "calm": 114, "accent": 117}
"""The same colours in the 256 palette."""

TONE_16: dict[Tone, int] = {"normal": 15, "dim": 7, "warning": 11, "calm": 10, "accent": 14}

GREYS_16 = (0, 8, 7, 15)
"""The greys of the 16 colours from dark to light; VGA shows them as 0, 85, 170, 255, the others come close."""

BLACK_256 = 16

_CUBE = np.array([0, 95, 135, 175, 215, 255])


def _nearest(levels: npt.NDArray[np.int64], values: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """For each value the place of the nearest level; the first of two that are as near."""
    nearest: npt.NDArray[np.intp] = np.abs(values[:, None] - levels[None, :]).argmin(axis=1)
    return nearest


@cache
def _greys() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Palette numbers of black, the cube's greys, white and the 24-step ramp, and their levels.

    Never 0-15, which users change.
    """
    numbers = np.array([16, 59, 102, 145, 188, 231, *range(232, 256)])
    return numbers, np.concatenate([_CUBE, np.arange(8, 239, 10)])


@cache
def grey_to_256() -> Bytes:
    """256 palette numbers, one a grey level: the nearest grey of the palette."""
    numbers, levels = _greys()
    return numbers[_nearest(levels, np.arange(256))].astype(np.uint8)


@cache
def _sum_to_grey() -> tuple[Bytes, npt.NDArray[np.int32]]:
    """Palette number and level of the grey nearest to a colour, by the sum of its channels.

    Of all greys the one nearest to the mean of the channels lies nearest to the colour.
    """
    numbers, levels = _greys()
    places = _nearest(levels * 3, np.arange(766))
    return numbers[places].astype(np.uint8), levels[places].astype(np.int32)


@cache
def _cube_steps() -> tuple[Bytes, npt.NDArray[np.int32]]:
    """For each channel value the nearest of the cube's six steps, and the square of the distance to it."""
    steps = _nearest(_CUBE, np.arange(256))
    return steps.astype(np.uint8), np.square(_CUBE[steps] - np.arange(256)).astype(np.int32)


def rgb_to_256(pixels: Bytes) -> Bytes:
    """Palette numbers (rows, columns) of colours (rows, columns, 3): nearest of the colour cube and the greys."""
    to_step, to_square = _cube_steps()
    to_grey, to_level = _sum_to_grey()
    steps = to_step.take(pixels)
    cube = np.uint8(16) + np.uint8(36) * steps[..., 0] + np.uint8(6) * steps[..., 1] + steps[..., 2]
    squares = to_square.take(pixels)
    off_cube = squares[..., 0] + squares[..., 1] + squares[..., 2]
    total = pixels.sum(axis=-1, dtype=np.uint16)
    away = pixels - to_level.take(total)[..., None]
    away *= away
    off_grey = away[..., 0] + away[..., 1] + away[..., 2]
    return np.where(off_grey <= off_cube, to_grey.take(total), cube)


def luminance(pixels: Bytes) -> Bytes:
    """Grey (rows, columns) of colours (rows, columns, 3), weights of ITU-R BT.601; equal channels keep their value."""
    wide = pixels.astype(np.uint32)
    grey = (wide[..., 0] * 19595 + wide[..., 1] * 38470 + wide[..., 2] * 7471 + 32768) >> 16
    return grey.astype(np.uint8)


@cache
def _bayer() -> npt.NDArray[np.uint16]:
    """8x8 ordered thresholds, 2 to 254 in steps of 4 (Bayer 1973)."""
    matrix = np.zeros((1, 1), np.int64)
    for _step in range(3):
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    return (matrix * 4 + 2).astype(np.uint16)


@lru_cache(maxsize=8)
def _thresholds(rows: int, columns: int) -> npt.NDArray[np.uint16]:
    """The Bayer tile repeated over a whole picture."""
    return np.tile(_bayer(), (-(-rows // 8), -(-columns // 8)))[:rows, :columns].copy()


@cache
def _scaled(levels: int) -> npt.NDArray[np.uint16]:
    """Grey 0-255 as a level times 256."""
    return (np.arange(256) * (levels - 1) * 256 // 255).astype(np.uint16)


def dither(pixels: Bytes, levels: int) -> Bytes:
    """Levels 0 to `levels` - 1 whose local mean is the grey: ordered, so that a still area stays still in a cine."""
    value = _scaled(levels).take(pixels)
    value += _thresholds(pixels.shape[0], pixels.shape[1])
    return (value >> 8).astype(np.uint8)
