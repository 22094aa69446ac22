"""Draws docs/screenshots/modes.png: one frame of the phantom in each way to draw, read back from what is sent.

    python -m scripts.modes

Every picture is made from the very bytes that a terminal gets: cells are filled as a terminal fills them, sixels and
kitty's pictures are decoded by code that shares nothing with what wrote them. Needs the test packages of a checkout.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from console.demo.phantom import phantom_of
from console.demo.recipe import CArm, Recipe
from console.graphics.encoder import Painting, choose
from console.graphics.palette import Bytes, Color
from console.graphics.resample import Geometry, View, fit, resample
from console.graphics.terminal import Terminal, unasked
from console.resources import fonts
from scripts.screenshots import BOXES, PAPER, TARGET, Rgb
from tests.unit.graphics import ansi, undraw

NAMES = {
    "half": "half blocks",
    "quadrant": "quadrants",
    "sextant": "sextants",
    "braille": "braille",
    "ascii": "ASCII",
    "sixel": "sixel",
    "kitty": "kitty",
}
COLUMNS, ROWS = 60, 30
"""Cells of each picture."""
CELL = (8, 16)
"""Pixels of one cell, across and down."""
FRAME = 24
"""The arteries are full of contrast."""
CLOSE = 3.0
"""How much nearer the lower row looks."""
LABEL = 30
"""Pixels for the words over each picture."""
GAP = 8
INK: Rgb = (218, 218, 218)


def terminal() -> Terminal:
    """One that knows every way to draw."""
    plain = unasked({"LANG": "C.UTF-8", "COLORTERM": "truecolor"}, (COLUMNS, ROWS), windows=False)
    return replace(plain, cell_pixels=CELL, sixel=True, sixel_colors=256, kitty=True)


def frame() -> Bytes:
    """A left coronary artery, uint8 (512, 512)."""
    run = phantom_of(Recipe(frames=FRAME + 1, c_arm=CArm(size=512)))
    found: Bytes = run.frames[FRAME].astype(np.uint8)
    return found


def paint(pixels: Bytes, mode: str, nearer: float = 1.0) -> Painting:
    """`pixels` as the console sends them to the terminal when they are a still."""
    encoder = choose(mode, terminal(), "true")
    width, height = encoder.pixel_size(COLUMNS, ROWS)
    geometry = Geometry(pixels.shape[1], pixels.shape[0], width, height, 1.0, encoder.canvas_aspect)
    whole = fit(geometry)
    view = View(whole.center_x, whole.center_y, whole.scale * nearer)
    canvas = resample(pixels, view, width, height, 1.0, encoder.canvas_aspect)
    return encoder.encode(canvas, COLUMNS, ROWS, still=True)


def seen(painting: Painting) -> Image.Image:
    """What the terminal shows of the bytes, RGB, COLUMNS x ROWS cells large."""
    size = COLUMNS * CELL[0], ROWS * CELL[1]
    if painting.rows is not None:
        return _cells(painting.rows)
    image = Image.new("RGB", size, PAPER)
    if painting.blob.startswith(b"\x1b_G"):
        shown = Image.fromarray(undraw.kitty(painting.blob)[1]).convert("RGB")
        image.paste(shown if shown.size == size else shown.resize(size, Image.Resampling.BILINEAR))
    else:
        percent = undraw.sixel(painting.blob)
        image.paste(Image.fromarray(np.rint(percent.clip(0, 100) * 2.55).astype(np.uint8)))
    return image


def _cells(rows: Sequence[bytes]) -> Image.Image:
    """Each cell in its two colours. A character without a shape of its own is an error: nothing is made up."""
    across, down = CELL
    image = Image.new("RGB", (COLUMNS * across, ROWS * down), PAPER)
    pen = ImageDraw.Draw(image)
    for row, line in enumerate(rows):
        for column, cell in enumerate(ansi.interpret(line)):
            left, top = column * across, row * down
            pen.rectangle((left, top, left + across - 1, top + down - 1), _rgb(cell.bg))
            for x0, y0, x1, y1 in () if cell.glyph == " " else BOXES[cell.glyph]:
                corners = (round(x0 * across), round(y0 * down), round(x1 * across) - 1, round(y1 * down) - 1)
                x0, y0, x1, y1 = corners
                pen.rectangle((left + x0, top + y0, left + max(x1, x0), top + max(y1, y0)), _rgb(cell.fg))
    return image


def _rgb(color: Color) -> Rgb:
    if color is None:
        return PAPER
    assert isinstance(color, tuple), "true colour was asked for"
    return color


def compare(pixels: Bytes) -> Image.Image:
    """The whole picture above, its middle below, one column for each way to draw."""
    width, height = COLUMNS * CELL[0], ROWS * CELL[1]
    step = width + GAP
    sheet = Image.new("RGB", (step * len(NAMES) - GAP, 2 * (LABEL + height) + GAP), PAPER)
    pen = ImageDraw.Draw(sheet)
    font = next((ImageFont.truetype(str(path), 17) for path in fonts() if path.is_file()), ImageFont.load_default(17))
    for place, mode in enumerate(NAMES):
        for row, nearer in enumerate((1.0, CLOSE)):
            painting = paint(pixels, mode, nearer)
            sent = len(painting.blob) or sum(map(len, painting.rows or ()))
            what = NAMES[mode] if nearer == 1 else f"{NAMES[mode]}, {nearer:g} times nearer"
            top = row * (LABEL + height + GAP)
            pen.text((place * step + 6, top + LABEL / 2), f"{what}, {sent / 1000:.0f} kB", INK, font, anchor="lm")
            sheet.paste(seen(painting), (place * step, top + LABEL))
    return sheet


def main(arguments: list[str] | None = None) -> int:
    """Make the picture and say where it is."""
    parser = argparse.ArgumentParser(description="Draws docs/screenshots/modes.png.")
    parser.add_argument("--into", type=Path, default=TARGET, metavar="FOLDER")
    path = parser.parse_args(arguments).into / "modes.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    compare(frame()).save(path, "PNG", optimize=True)
    print(f"{path}  {path.stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
