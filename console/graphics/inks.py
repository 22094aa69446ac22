"""What colour numbers mean at each depth: their bytes, their colours, the tones of texts and what lies under a text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from console.graphics import palette
from console.graphics.palette import Color, Depth, Tone
from console.graphics.tokens import Ids, LineWriter, PaletteWriter, PlainWriter, RgbWriter


@dataclass(frozen=True)
class Inks:
    """One way to number colours. The writer owns buffers, so a set belongs to one thread."""

    writer: LineWriter
    color: Callable[[int], Color]
    """What a number stands for."""
    tones: Mapping[Tone, int]
    """Numbers of the colours of texts."""
    plate: Callable[[Ids, Ids], Ids]
    """Background under a text, from the foreground and background numbers of the picture there: black, or the picture
    so dark that every tone stands out."""


def grey_inks(depth: Depth) -> Inks:
    """Numbers for grey pictures: the grey itself, the palette number at 256 and 16 colours."""
    if depth == "true":
        tones = {tone: 256 + index for index, tone in enumerate(palette.TONES)}
        colors = [(grey, grey, grey) for grey in range(256)] + [palette.TONE_RGB[tone] for tone in palette.TONES]
        codes = [f"2;{red};{green};{blue}" for red, green, blue in colors]
        writer = PaletteWriter([f"38;{code}" for code in codes], [f"48;{code}" for code in codes])
        return Inks(writer, colors.__getitem__, tones, _dark_grey)
    if depth == "256":
        writer = PaletteWriter([f"38;5;{number}" for number in range(256)], [f"48;5;{number}" for number in range(256)])
        return Inks(writer, _number, palette.TONE_256, _constant(palette.BLACK_256))
    if depth == "16":
        # The Linux console makes 90-97 bold and stays bold at 30-37, so the dark ones say 22 as well. Backgrounds
        # above 7 are never used: it has none.
        foreground = [f"22;{30 + number}" if number < 8 else f"{82 + number}" for number in range(16)]
        background = [f"{40 + number % 8}" for number in range(16)]
        return Inks(PaletteWriter(foreground, background), _number, palette.TONE_16, _constant(0))
    return Inks(PlainWriter(), _nothing, dict.fromkeys(palette.TONES, 0), _constant(0))


def rgb_inks() -> Inks:
    """Numbers 0xRRGGBB, for colour pictures on a 24-bit terminal."""
    tones = {tone: red << 16 | green << 8 | blue for tone, (red, green, blue) in palette.TONE_RGB.items()}
    return Inks(RgbWriter(), _split, tones, _dark_rgb)


def _dark_grey(fg: Ids, bg: Ids) -> Ids:
    """An eighth of the mean, at most 31."""
    return (fg >> np.uint32(4)) + (bg >> np.uint32(4))


def _dark_rgb(fg: Ids, bg: Ids) -> Ids:
    """An eighth of the mean in each channel, at most 30."""
    mask = np.uint32(0x0F0F0F)
    return ((fg >> np.uint32(4)) & mask) + ((bg >> np.uint32(4)) & mask)


def _constant(number: int) -> Callable[[Ids, Ids], Ids]:
    return lambda fg, _bg: np.full(fg.shape, number, np.uint32)


def _number(number: int) -> Color:
    return number


def _nothing(_number: int) -> Color:
    return None


def _split(number: int) -> Color:
    return number >> 16, number >> 8 & 255, number & 255
