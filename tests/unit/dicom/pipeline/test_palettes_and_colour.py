"""Palettes against entries written out by hand, and the ways in which colour is stored."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from console.dicom.object import open_object
from console.dicom.pipeline.palettes import expand
from console.errors import DecodeError
from console.model.pipeline import Presentation
from tests.unit.dicom.builders import JPEG_BASELINE, even, write, write_items, xa
from tests.unit.dicom.pipeline.makers import renderer_of


@pytest.mark.parametrize(
    ("words", "count", "entries"),
    [
        # discrete
        ([0, 3, 10, 20, 30], 3, [10, 20, 30]),
        # discrete, then a line of four entries from 10 to 50 (PS3.3 C.7.9.2.2: the end is the last of them)
        ([0, 1, 10, 1, 4, 50], 5, [10, 20, 30, 40, 50]),
        # down again, and a line that does not divide evenly
        ([0, 1, 0, 1, 3, 10, 1, 2, 0], 6, [0, 3, 7, 10, 5, 0]),
        # indirect: the two segments at byte 0 once more (offset in bytes, lower word first)
        ([0, 2, 5, 6, 1, 2, 10, 2, 2, 0, 0], 8, [5, 6, 8, 10, 5, 6, 8, 10]),
        # indirect: only the line at byte 8, which starts where the table is by then
        ([0, 2, 5, 6, 1, 2, 10, 2, 1, 8, 0], 6, [5, 6, 8, 10, 10, 10]),
        # a padding word behind the last entry
        ([0, 1, 7, 0], 1, [7]),
    ],
)
def test_segments_expand_to_the_entries_that_they_describe(words: list[int], count: int, entries: list[int]) -> None:
    assert expand(words, count) == entries


def test_segments_of_eight_bits_give_their_offset_in_four_bytes() -> None:
    assert expand([0, 2, 5, 6, 2, 1, 0, 0, 0, 0], 4, bits=8) == [5, 6, 5, 6]


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ([0, 9, 1], 9),  # cut off
        ([1, 4, 50], 4),  # a line from nowhere
        ([3, 1, 1], 1),  # no such segment
        ([0, 1, 1], 2),  # too few
        ([0, 3, 1, 2, 3], 2),  # too many
        ([0, 1, 1, 2, 1, 6, 0], 3),  # a copy of a copy, which is not allowed
        ([0, 1, 1, 2, 1, 60000, 9], 3),  # a copy of what is not there
        ([], 1),
    ],
)
def test_segments_that_cannot_be_are_refused(words: list[int], count: int) -> None:
    with pytest.raises(ValueError, match=r"palette|segments"):
        expand(words, count)


def palette_object(path: Path, **data: bytes) -> Path:
    """A 2 x 4 picture of indices 0 to 7 with a palette of 8 entries in segments of 16 bits."""
    ds = xa(1, Rows=2, Columns=4, PhotometricInterpretation="PALETTE COLOR")
    for at, name in enumerate(("Red", "Green", "Blue")):
        setattr(ds, f"{name}PaletteColorLookupTableDescriptor", [8, 0, 16])
        if data:
            ds.add_new(0x00281221 + at, "OW", data[name])
    return write(path, ds, bytes(range(8)))


def words(*values: int) -> bytes:
    return np.array(values, "<u2").tobytes()


def test_a_segmented_palette_colours_the_picture(tmp_path: Path) -> None:
    # GIVEN red rising in a line, green in two discrete halves, blue copied from itself
    path = palette_object(
        tmp_path / "a",
        Red=words(0, 1, 0, 1, 7, 0xFF00),
        Green=words(0, 8, 0xFF00, 0xFF00, 0xFF00, 0xFF00, 0, 0, 0, 0),
        Blue=words(0, 4, 0x1000, 0x2000, 0x3000, 0x4000, 2, 1, 0, 0),
    )
    rgb = open_object(path).frame(1).reshape(8, 3)
    # THEN every entry is the literal one
    assert rgb[:, 0].tolist() == [round(0xFF00 * at / 7) >> 8 for at in range(8)]
    assert rgb[:, 1].tolist() == [255] * 4 + [0] * 4
    assert rgb[:, 2].tolist() == [0x10, 0x20, 0x30, 0x40] * 2


def test_a_palette_that_is_missing_or_cut_off_is_one_sentence(tmp_path: Path) -> None:
    cut = words(0, 9, 1)
    for name, data in (("missing", {}), ("cut", {"Red": cut, "Green": cut, "Blue": cut})):
        opened = open_object(palette_object(tmp_path / name, **data))
        assert any("palette" in problem.what for problem in opened.info.problems)
        with pytest.raises(DecodeError, match="palette"):
            opened.frame(1)


RGB = np.array([[[255, 0, 0], [255, 0, 0]], [[0, 0, 255], [0, 0, 255]]], np.uint8)
YBR = [(76, 85, 255), (29, 255, 107)]
"""Red and blue in YBR_FULL (PS3.3 C.7.6.3.1.2)."""


@pytest.mark.parametrize(
    ("photometric", "planar", "data"),
    [
        ("RGB", 0, RGB.tobytes()),
        ("RGB", 1, RGB.transpose(2, 0, 1).tobytes()),
        ("YBR_FULL", 0, bytes([*YBR[0], *YBR[0], *YBR[1], *YBR[1]])),
        ("YBR_FULL", 1, bytes(part[at] for at in range(3) for part in (YBR[0], YBR[0], YBR[1], YBR[1]))),
        ("YBR_FULL_422", 0, bytes([76, 76, 85, 255, 29, 29, 255, 107])),
        ("YBR_PARTIAL_422", 0, bytes([81, 81, 90, 240, 41, 41, 240, 110])),
    ],
)
def test_every_way_to_store_colour_shows_the_same_colours(
    tmp_path: Path, photometric: str, planar: int, data: bytes
) -> None:
    ds = xa(1, Rows=2, Columns=2, SamplesPerPixel=3, PhotometricInterpretation=photometric, PlanarConfiguration=planar)
    opened = open_object(write(tmp_path / "a", ds, data))
    renderer = renderer_of(opened)
    shown = renderer.visible(1, opened.frame(1))
    assert np.abs(shown.astype(int) - RGB).max() <= 2
    inverse = renderer.visible(1, opened.frame(1), Presentation(inverted=True))
    assert np.array_equal(inverse, 255 - shown)
    stages = {step.stage: step.applied for step in opened.info.pipeline}
    assert stages["colour"]
    assert "voi" not in stages


@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_jpeg_with_chroma_of_every_subsampling_shows_the_same_colours(tmp_path: Path, subsampling: int) -> None:
    # GIVEN 4:4:4, 4:2:2 and 4:2:0, in areas larger than a block
    stream = io.BytesIO()
    wanted = RGB.repeat(32, axis=0).repeat(32, axis=1)
    Image.fromarray(wanted).save(stream, "JPEG", quality=95, subsampling=subsampling)
    ds = xa(1, 64, JPEG_BASELINE, SamplesPerPixel=3, PhotometricInterpretation="YBR_FULL_422", PlanarConfiguration=0)
    opened = open_object(write_items(tmp_path / "a", ds, [b"", even(stream.getvalue())]))
    shown = renderer_of(opened).visible(1, opened.frame(1)).astype(int)
    # THEN the middle of both areas has their colours, whatever the edge between them became
    assert np.abs(shown[8, 8] - wanted[8, 8]).max() <= 4
    assert np.abs(shown[-8, -8] - wanted[-8, -8]).max() <= 4


@pytest.mark.parametrize(("tag", "vr", "kind"), [(0x7FE00008, "OF", "<f4"), (0x7FE00009, "OD", "<f8")])
def test_float_pixels_are_windowed_and_their_padding_is_left_out(tmp_path: Path, tag: int, vr: str, kind: str) -> None:
    # GIVEN values of 0 to 1 with a padding value far above
    values = np.linspace(0, 1, 15).tolist()
    ds = xa(1, Rows=4, Columns=4, BitsAllocated=32 if vr == "OF" else 64, WindowCenter="0.5", WindowWidth="1")
    ds.VOILUTFunction = "LINEAR_EXACT"
    for keyword in ("BitsStored", "HighBit", "PixelRepresentation"):
        delattr(ds, keyword)
    ds.add_new(0x00280122 if vr == "OF" else 0x00280123, "FL" if vr == "OF" else "FD", 1e6)
    ds.add_new(tag, vr, np.array([*values, 1e6], kind).tobytes())
    ds.save_as(tmp_path / "a", enforce_file_format=True)
    opened = open_object(tmp_path / "a")
    # WHEN it is rendered
    shown = renderer_of(opened).visible(1, opened.frame(1)).reshape(-1)
    # THEN the values are grey and the padding, which would be white, is black
    wanted = np.clip(np.floor(np.array(values) * 255 + 0.5), 0, 255)
    assert np.abs(shown[:15] - wanted).max() <= 1
    assert shown[15] == 0
