"""Photos on their way to paper."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from console.errors import ConsoleError
from console.report.photos import check_photo, scaled, size_of
from tests.unit.report.making import photo


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tiff", "bmp"])
def test_every_common_kind_becomes_a_jpeg_of_two_hundred_dots_an_inch(tmp_path: Path, suffix: str) -> None:
    # GIVEN a photo WHEN it is made ready for 84 mm of paper
    path = photo(tmp_path / f"a.{suffix}", 1600, 1200)
    check_photo(path)
    data, width, height = scaled(path, 84, 76)
    # THEN it is 84 mm at 200 dpi wide and keeps its shape
    assert (width, height) == (661, 496)
    assert data[:3] == b"\xff\xd8\xff"
    assert size_of(path, 84, 76) == (661, 496)


def test_a_small_photo_is_not_made_larger(tmp_path: Path) -> None:
    assert scaled(photo(tmp_path / "a.png", 40, 30), 84, 76)[1:] == (40, 30)


def test_a_photo_that_was_held_upright_stands_upright_and_loses_where_it_was_taken(tmp_path: Path) -> None:
    # GIVEN a picture whose left half is black, turned by a quarter in the camera's words, with a place in it
    pixels = np.full((300, 400, 3), 255, np.uint8)
    pixels[:, :200] = 0
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera of Li"
    path = tmp_path / "a.jpg"
    Image.fromarray(pixels).save(path, exif=exif)
    # WHEN it is made ready
    data, width, height = scaled(path, 84, 76)
    # THEN it is upright (black above), and nothing of the camera is left
    turned = Image.open(BytesIO(data))
    assert (width, height) == (300, 400) == size_of(path, 84, 76)
    assert turned.convert("L").getpixel((150, 50)) == 0
    assert not turned.getexif()


def test_what_is_transparent_is_white_paper(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(path)
    assert Image.open(BytesIO(scaled(path, 84, 76)[0])).convert("L").getpixel((25, 25)) == 255


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "I;16", "CMYK"])
def test_pictures_of_every_depth_are_printed(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("a.tiff" if mode == "CMYK" else "a.png")
    if mode == "I;16":
        Image.fromarray(np.linspace(0, 4000, 6400, dtype=np.uint16).reshape(80, 80)).save(path)
    else:
        Image.new("RGB", (80, 80), "red").convert(mode).save(path)
    assert scaled(path, 84, 76)[1:] == (80, 80)


def refusal(path: Path) -> str:
    """The sentence for a file that cannot be a photo; the report itself refuses it too."""
    with pytest.raises(ConsoleError) as caught:
        check_photo(path)
    with pytest.raises(ConsoleError):
        scaled(path, 84, 76)
    return caught.value.detail


def test_heic_is_refused_in_words_that_say_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "IMG_0001.HEIC"
    path.write_bytes(struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + bytes(100))
    said = refusal(path)
    assert "IMG_0001.HEIC" in said
    assert "JPEG" in said
    assert "HEIC" in said


def test_a_broken_photo_is_refused_before_it_is_attached(tmp_path: Path) -> None:
    path = photo(tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes()[:3000])
    assert "damaged" in refusal(path)
    path = photo(tmp_path / "b.png")
    path.write_bytes(path.read_bytes()[:3000])
    assert "damaged" in refusal(path)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.jpg"
    path.write_text("no picture")
    assert "no picture" in refusal(path)
    assert "cannot be read" in refusal(tmp_path / "gone.jpg")
    assert "cannot be read" in refusal(tmp_path)


def test_a_picture_of_billions_of_pixels_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    # GIVEN a PNG of a few bytes that says it has 100,000 x 100,000 pixels
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")))
    # WHEN it is to be attached THEN its size is named
    assert "100000 × 100000" in refusal(path)
