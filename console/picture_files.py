"""Pictures as files: a frame, a cine, a contact sheet, as the screen shows them, with words on them or without.

Frames keep the matrix of the object (wide pixels become square). Every call may take seconds to minutes: never from the
event loop. `Stop` is asked and told between two frames.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from console.dicom.feed import FrameReader
from console.dicom.pipeline.renderer import Renderer
from console.errors import Cancelled, UsageError
from console.graphics.annotations import annotations
from console.graphics.drawing import draw
from console.graphics.palette import TONE_RGB
from console.graphics.turning import turned, turned_point
from console.i18n import _
from console.look import Look
from console.model.picture import PictureInfo
from console.model.view import UPRIGHT
from console.pictures import keep_records, visible_pixels
from console.report.fontfiles import shipped
from console.store.files import replace_file

MOST_BYTES = 768 * 1024 * 1024
"""Pixels of an animation that Pillow may have to hold at once."""
MOST_WEBP = 16_383
"""Pixels across or down that a WebP file can have."""
TILE = 256
"""Pixels of the longer side of a tile of a contact sheet."""
_GAP = 4

Bytes = NDArray[np.uint8]
Corners = tuple[Sequence[str], Sequence[str], Sequence[str], Sequence[str]]
"""Lines for the upper left, upper right, lower left and lower right corner."""
WordsOf = Callable[[int], Corners]
"""What is written into the corners of a frame."""
Step = Callable[[int, int], bool]
"""Told how many frames of how many are done; False stops the work."""

NO_WORDS: Corners = ((), (), (), ())


@dataclass(frozen=True)
class Film:
    """What is exported, and how it is shown."""

    info: PictureInfo
    frames: FrameReader
    """Where stored values come from."""
    look: Look
    words_of: WordsOf = lambda number: NO_WORDS
    lines: bool = False
    """With what a presentation state and the operator have drawn."""


def write_frame(film: Film, renderer: Renderer | None, number: int, path: Path) -> None:
    """Frame `number` as a PNG file, whole or not at all. Raises ConsoleError."""
    keep_records(path)
    stream = io.BytesIO()
    Image.fromarray(picture(film, renderer, number)).save(stream, "PNG")
    replace_file(path, stream.getvalue())


def write_cine(
    film: Film,
    renderer: Renderer | None,
    numbers: Sequence[int],
    durations_ms: Sequence[float],
    path: Path,
    step: Step,
) -> None:
    """Frames one after the other as an animation without end, whole or not at all: WebP where `path` ends so, else PNG.

    `durations_ms` says how long each frame stands. Raises Cancelled, UsageError for what does not fit, ConsoleError.
    """
    keep_records(path)
    webp = path.suffix.lower() == ".webp"
    first = picture(film, renderer, numbers[0])
    if webp and max(first.shape[:2]) > MOST_WEBP:
        raise UsageError(_("Too large"), _("A WebP file has at most {count} pixels a side.").format(count=MOST_WEBP))
    if first.nbytes * len(numbers) > MOST_BYTES:
        sentence = _("{count} frames are too many for one animation of this size; trim the cine first.")
        raise UsageError(_("Too large"), sentence.format(count=len(numbers)))

    def others() -> Iterator[Image.Image]:
        for done, number in enumerate(numbers[1:], 1):
            _go_on(step, done, len(numbers))
            yield Image.fromarray(picture(film, renderer, number))

    stream = io.BytesIO()
    times = [max(round(each), 1) for each in durations_ms]
    if webp:
        Image.fromarray(first).save(
            stream, "WEBP", save_all=True, append_images=others(), duration=times, loop=0, lossless=True, method=2
        )
    else:
        # Pillow looks at the frames of a PNG twice and keeps them all anyway.
        every = list(others())
        Image.fromarray(first).save(
            stream, "PNG", save_all=True, append_images=every, duration=times, loop=0, compress_level=3
        )
    _go_on(step, len(numbers), len(numbers))
    replace_file(path, stream.getvalue())


def write_sheet(film: Film, renderer: Renderer | None, numbers: Sequence[int], path: Path, step: Step) -> None:
    """Some frames side by side, each with its number, as a PNG file. Raises Cancelled, ConsoleError."""
    keep_records(path)
    across = max(int(np.ceil(np.sqrt(len(numbers)))), 1)
    tiles = []
    for done, number in enumerate(numbers):
        _go_on(step, done, len(numbers))
        tiles.append((number, _tile(film, renderer, number)))
    width = max(tile.width for _number, tile in tiles) + _GAP
    height = max(tile.height for _number, tile in tiles) + _GAP
    down = -(-len(tiles) // across)
    heads = film.words_of(numbers[0])[:2]
    head = 20 * max(map(len, heads)) + (_GAP if any(heads) else 0)
    sheet = Image.new("RGB", (across * width + _GAP, down * height + _GAP + head))
    write_words(sheet, (heads[0], heads[1], (), ()), 16)
    pen = ImageDraw.Draw(sheet)
    for place, (number, tile) in enumerate(tiles):
        left, top = _GAP + place % across * width, _GAP + head + place // across * height
        sheet.paste(tile, (left, top))
        pen.text((left + 4, top + 2), str(number), TONE_RGB["normal"], font(14), stroke_width=1, stroke_fill=(0, 0, 0))
    stream = io.BytesIO()
    sheet.save(stream, "PNG")
    _go_on(step, len(numbers), len(numbers))
    replace_file(path, stream.getvalue())


def evenly(first: int, last: int, count: int) -> list[int]:
    """`count` frames (or all, if there are fewer) from `first` to `last`, as far apart as they can be."""
    return sorted({round(number) for number in np.linspace(first, last, min(count, last - first + 1))})


def picture(film: Film, renderer: Renderer | None, number: int) -> Bytes:
    """Frame `number` with all that belongs on it: grey or RGB. Raises ConsoleError."""
    info, look = film.info, film.look
    stored = film.frames.frame(info, number)
    if renderer is None:
        pixels = visible_pixels(info, stored, look.window, look.inverted)
    else:
        pixels = renderer.visible(number, stored, look.whole)
    orientation = look.orientation if look.presentation.switched("spatial") else UPRIGHT
    pixels = _square(np.ascontiguousarray(turned(pixels, orientation)), info, orientation.rotation % 180 != 0)
    rows, columns = pixels.shape[:2]
    if film.lines:
        drawn = look.over(number)
        if info.description is not None and look.annotations:
            drawn = annotations(info.description, number) + drawn
        across, down = (columns, rows) if orientation.rotation % 180 == 0 else (rows, columns)
        wide, high = across / info.columns, down / info.rows

        def place(x: float, y: float) -> tuple[float, float]:
            return turned_point(x * wide, y * high, across, down, orientation)

        pixels = draw(pixels, drawn.strokes, place, max(min(rows, columns) // 400, 1))
        if drawn.labels:
            pixels = _labelled(pixels, [(place(*label.at), label.text) for label in drawn.labels])
    words = film.words_of(number)
    if any(words):
        image = Image.fromarray(pixels).convert("RGB")
        write_words(image, words, max(min(rows, columns) // 32, 9))
        pixels = np.asarray(image)
    return pixels


def write_words(image: Image.Image, words: Corners, size: int) -> None:
    """Lines into the corners of `image`, light with a dark edge, `size` pixels high; a line too long is cut."""
    pen, letters, high = ImageDraw.Draw(image), font(size), round(size * 1.25)
    for lines, right, bottom in zip(words, (False, True, False, True), (False, False, True, True), strict=True):
        kept = [line for line in lines if line]
        top = image.height - len(kept) * high - 4 if bottom else 4
        for place, line in enumerate(kept):
            shown = _cut(line, letters, image.width / 2 - 8)
            left = image.width - letters.getlength(shown) - 4 if right else 4
            at = (left, top + place * high)
            pen.text(at, shown, TONE_RGB["normal"], letters, stroke_width=max(size // 12, 1), stroke_fill=(0, 0, 0))


@lru_cache(maxsize=8)
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Letters of a height in pixels: those that ship with the console, which know Chinese, else Pillow's own."""
    for path in shipped():
        if path.is_file():
            return ImageFont.truetype(str(path), size)
    return ImageFont.load_default(size)


def _cut(line: str, letters: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float) -> str:
    if letters.getlength(line) <= width:
        return line
    while line and letters.getlength(line + "…") > width:
        line = line[:-1]
    return line + "…" if line else ""


def _labelled(pixels: Bytes, labels: Sequence[tuple[tuple[float, float], str]]) -> Bytes:
    image = Image.fromarray(pixels).convert("RGB")
    pen, size = ImageDraw.Draw(image), max(min(image.size) // 32, 9)
    for (x, y), text in labels:
        pen.text((x, y), text, TONE_RGB["accent"], font(size), stroke_width=1, stroke_fill=(0, 0, 0))
    return np.asarray(image)


def _square(pixels: Bytes, info: PictureInfo, on_its_side: bool) -> Bytes:
    """Pixels as wide as high, by enlarging the shorter side."""
    aspect = 1 / info.pixel_aspect if on_its_side else info.pixel_aspect
    rows, columns = pixels.shape[:2]
    if abs(aspect - 1) < 0.005 or not np.isfinite(aspect) or not 0.05 < aspect < 20:
        return pixels
    size = (columns, round(rows * aspect)) if aspect > 1 else (round(columns / aspect), rows)
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))


def _tile(film: Film, renderer: Renderer | None, number: int) -> Image.Image:
    bare = Film(film.info, film.frames, film.look, lines=film.lines)
    image = Image.fromarray(picture(bare, renderer, number))
    image.thumbnail((TILE, TILE))
    return image.convert("RGB")


def _go_on(step: Step, done: int, total: int) -> None:
    if not step(done, total):
        raise Cancelled(_("Stopped"), _("The export was stopped; nothing was written."))
