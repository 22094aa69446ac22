"""Photos for paper: as large as 200 dots an inch need, upright, and without what a camera adds (place, device).

The original stays where it is, under its SHA-256; the report holds a copy.
"""

import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from console.errors import ConsoleError
from console.i18n import _

DOTS_PER_INCH = 200
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP")
MOST_PIXELS_OF_JPEG = 600_000_000
"""A baseline JPEG is made smaller while it is read."""
MOST_PIXELS = {"JPEG": 60_000_000, "MPO": 60_000_000, "WEBP": 20_000_000}
"""Of those that have to be read whole: a progressive JPEG takes 5 bytes a pixel, WebP 20."""
_MOST_OF_OTHERS = 40_000_000
_MANY = 12_000_000
_one_large = threading.Lock()
"""Two large pictures are never unpacked at the same time."""
_HEIC = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"heif", b"avif", b"avis")


def check_photo(path: Path) -> None:
    """Say in one sentence why a photo cannot be printed, before it is attached. Reads it as the report would.

    Raises ConsoleError for what is no picture, is broken, too large, HEIC, or cannot be read.
    """
    with _telling(path), _opened(path) as image, _in_turn(image):
        image.draft("RGB", (64, 64))
        image.load()


def size_of(path: Path, width_mm: float, height_mm: float) -> tuple[int, int]:
    """Width and height in pixels that `scaled` would give, give or take one; reads the head of the file only.

    Raises ConsoleError as `check_photo` does, except for damage further behind.
    """
    with _telling(path), _opened(path) as image:
        width, height = (image.height, image.width) if _lies(image) else image.size
        box = _dots(width_mm), _dots(height_mm)
        scale = min(box[0] / width, box[1] / height, 1.0)
        return max(round(width * scale), 1), max(round(height * scale), 1)


def scaled(path: Path, width_mm: float, height_mm: float) -> tuple[bytes, int, int]:
    """A JPEG of the photo that fills at most this much paper at 200 dpi; its width and height in pixels.

    Raises ConsoleError as `check_photo` does.
    """
    box = _dots(width_mm), _dots(height_mm)
    with _telling(path), _opened(path) as image, _in_turn(image):
        # Turned by the camera's word: the box is for what is seen.
        inside = (box[1], box[0]) if _lies(image) else box
        image.draft("RGB", inside)
        image.thumbnail(inside, Image.Resampling.LANCZOS, reducing_gap=2.0)
        upright = ImageOps.exif_transpose(image)
        flat = _on_white(upright)
        out = BytesIO()
        flat.save(out, "JPEG", quality=QUALITY, optimize=False)
        return out.getvalue(), flat.width, flat.height


def _lies(image: Any) -> bool:
    """Whether the camera says that it was held upright: the picture lies on its side in the file."""
    return image.getexif().get(0x0112, 1) in (5, 6, 7, 8)


def _dots(length_mm: float) -> int:
    return round(length_mm / 25.4 * DOTS_PER_INCH)


def _on_white(image: Any) -> Any:
    """RGB or grey, what is transparent on white paper; 16-bit greys to 8 bits."""
    if image.mode in ("RGB", "L"):
        return image
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        low, high = image.getextrema()
        span = max(high - low, 1)
        return image.point(lambda value: (value - low) * 255 / span).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layered = image.convert("RGBA")
        paper = Image.new("RGBA", layered.size, "white")
        paper.alpha_composite(layered)
        return paper.convert("RGB")
    return image.convert("RGB")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of large pictures; ours are judged below
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            with Image.open(path, formats=list(FORMATS)) as image:
                _judge(path, image)
                yield image
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def _drafts(image: Any) -> bool:
    """Whether it is made smaller while it is read."""
    return image.format in ("JPEG", "MPO") and not image.info.get("progressive")


@contextmanager
def _in_turn(image: Any) -> Iterator[None]:
    if _drafts(image) or image.width * image.height < _MANY:
        yield
    else:
        with _one_large:
            yield


def _judge(path: Path, image: Any) -> None:
    pixels = image.width * image.height
    most = MOST_PIXELS_OF_JPEG if _drafts(image) else MOST_PIXELS.get(image.format or "", _MOST_OF_OTHERS)
    if pixels > most:
        sentence = _(
            "{file} has {width} × {height} pixels, more than this console reads for a report. Save a smaller copy, at "
            "most {most} million pixels, as JPEG."
        )
        said = sentence.format(file=path.name, width=image.width, height=image.height, most=most // 1_000_000)
        raise ConsoleError(_("The photo is too large"), said)


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    title = _("The photo cannot be used")
    try:
        yield
    except UnidentifiedImageError:
        if _is_heic(path):
            sentence = _(
                "{file} is HEIC, the format of iPhones, which cannot be printed. Save it as JPEG (on the phone: "
                "Settings, Camera, Formats, Most Compatible) and attach that."
            )
        else:
            sentence = _("{file} is no picture that can be printed (JPEG, PNG, WebP, TIFF, BMP). Save it as JPEG.")
        raise ConsoleError(title, sentence.format(file=path.name)) from None
    except MemoryError:
        sentence = _("{file} is too large for the memory of this machine. Save a smaller copy as JPEG.")
        raise ConsoleError(title, sentence.format(file=path.name)) from None
    except OSError as error:
        if error.errno is not None:
            sentence = _("{file} cannot be read: {reason}.")
            raise ConsoleError(title, sentence.format(file=path.name, reason=error.strerror or error)) from error
        raise _broken(title, path) from error
    except (ValueError, SyntaxError, EOFError, LookupError, ArithmeticError, struct.error) as error:
        # What Pillow's readers raise for damaged files is not one family.
        raise _broken(title, path) from error


def _broken(title: str, path: Path) -> ConsoleError:
    sentence = _("{file} is damaged and cannot be shown. Take the photo again, or attach another copy.")
    return ConsoleError(title, sentence.format(file=path.name))


def _is_heic(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            head = stream.read(32)
    except OSError:
        return False
    return head[4:8] == b"ftyp" and any(brand in head[8:32] for brand in _HEIC)
