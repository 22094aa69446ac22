"""Frames found in files that are right, wrong, cut off or unlabelled; each picture is told from every other."""

import struct
from pathlib import Path

import numpy as np
import pytest
from imagecodecs import jpeg8_encode

from console.dicom.frames import TableFrames
from console.dicom.object import DicomObject, open_object
from console.dicom.source import FileSource
from console.errors import DecodeError
from tests.unit.dicom.builders import (
    DELIMITER,
    ITEM,
    JPEG_BASELINE,
    JPEG_LOSSLESS,
    RLE,
    even,
    picture,
    pydicom_file,
    rle,
    write,
    write_items,
    xa,
)


def lossless(number: int, size: int = 16) -> bytes:
    """A JPEG Lossless frame."""
    return even(bytes(jpeg8_encode(picture(number, size), lossless=True)))


def shown(opened: DicomObject) -> list[int]:
    """Which pictures the frames show, 0 for none that we know."""
    known = {picture(number).tobytes(): number for number in range(1, 10)}
    return [known.get(opened.frame(number).tobytes(), 0) for number in range(1, opened.info.frames + 1)]


def sentences(opened: DicomObject) -> str:
    """All problems in one text."""
    return " ".join(problem.what for problem in opened.info.problems)


def table(items: list[bytes]) -> bytes:
    """A Basic Offset Table for frames of one item each."""
    offsets, at = [], 0
    for item in items:
        offsets.append(at)
        at += 8 + len(item)
    return struct.pack(f"<{len(offsets)}I", *offsets)


@pytest.mark.parametrize("with_table", [True, False])
def test_one_fragment_a_frame(tmp_path: Path, with_table: bool) -> None:
    items = [lossless(number) for number in (1, 2, 3)]
    head = table(items) if with_table else b""
    opened = open_object(write_items(tmp_path / "a", xa(3, syntax=JPEG_LOSSLESS), [head, *items]))
    assert shown(opened) == [1, 2, 3]
    assert sentences(opened) == ""


@pytest.mark.parametrize("with_table", [True, False])
def test_several_fragments_a_frame(tmp_path: Path, with_table: bool) -> None:
    # GIVEN frames cut into pieces of 100 bytes
    frames = [lossless(number) for number in (1, 2, 3)]
    pieces = [[frame[at : at + 100] for at in range(0, len(frame), 100)] for frame in frames]
    assert all(len(parts) > 2 for parts in pieces)
    offsets, at = [], 0
    for parts in pieces:
        offsets.append(at)
        at += sum(8 + len(part) for part in parts)
    head = struct.pack("<3I", *offsets) if with_table else b""
    items = [head, *(part for parts in pieces for part in parts)]
    # THEN the table or the start marks put them together
    opened = open_object(write_items(tmp_path / "a", xa(3, syntax=JPEG_LOSSLESS), items))
    assert shown(opened) == [1, 2, 3]


def test_an_extended_offset_table_is_followed(tmp_path: Path) -> None:
    # GIVEN frames in the opposite order of nothing but the table's word: it names each frame's place
    items = [lossless(number) for number in (1, 2, 3)]
    offsets = struct.unpack("<3I", table(items))
    ds = xa(3, syntax=JPEG_LOSSLESS)
    ds.ExtendedOffsetTable = struct.pack("<3Q", *offsets)
    ds.ExtendedOffsetTableLengths = struct.pack("<3Q", *(len(item) for item in items))
    path = write_items(tmp_path / "a", ds, [b"", *items])
    opened = open_object(path)
    assert isinstance(opened._matrix.frames, TableFrames)
    assert shown(opened) == [1, 2, 3]


@pytest.mark.parametrize("wrong", ["short", "beyond", "descending", "misplaced", "garbage"])
def test_a_table_that_lies_is_not_believed(tmp_path: Path, wrong: str) -> None:
    items = [lossless(number) for number in (1, 2, 3)]
    good = struct.unpack("<3I", table(items))
    heads = {
        "short": struct.pack("<2I", *good[:2]),
        "beyond": struct.pack("<3I", 0, good[1], 1 << 31),
        "descending": struct.pack("<3I", 0, good[2], good[1]),
        "misplaced": struct.pack("<3I", 0, good[1], good[2] + 2),
        "garbage": b"\xa5" * 12,
    }
    opened = open_object(write_items(tmp_path / "a", xa(3, syntax=JPEG_LOSSLESS), [heads[wrong], *items]))
    assert shown(opened) == [1, 2, 3]


def test_a_table_wrong_in_its_middle_costs_one_frame_and_shows_no_wrong_one(tmp_path: Path) -> None:
    # GIVEN a table whose first and last entries are right
    items = [lossless(number) for number in (1, 2, 3)]
    good = struct.unpack("<3I", table(items))
    head = struct.pack("<3I", 0, good[1] + 2, good[2])
    opened = open_object(write_items(tmp_path / "a", xa(3, syntax=JPEG_LOSSLESS), [head, *items]))
    # THEN the frame whose item is not there is refused, and the last is right
    with pytest.raises(DecodeError, match="offset table"):
        opened.frame(2)
    assert np.array_equal(opened.frame(3), picture(3))


def test_several_frames_in_one_fragment_are_cut_apart(tmp_path: Path) -> None:
    together = b"".join(lossless(number) for number in (1, 2, 3))
    opened = open_object(write_items(tmp_path / "a", xa(3, syntax=JPEG_LOSSLESS), [b"", together]))
    assert shown(opened) == [1, 2, 3]


@pytest.mark.parametrize(
    ("declared", "words"),
    [(5, "says 5 frames, but only 3"), (2, "says 2 frames, but 3 are there"), (1, "says 1 frames")],
)
@pytest.mark.parametrize("with_table", [True, False])
def test_a_wrong_number_of_frames_is_said_and_what_is_there_is_shown(
    tmp_path: Path, declared: int, words: str, with_table: bool
) -> None:
    items = [lossless(number) for number in (1, 2, 3)]
    ds = xa(1, syntax=JPEG_LOSSLESS, NumberOfFrames=declared)
    opened = open_object(write_items(tmp_path / "a", ds, [table(items) if with_table else b"", *items]))
    assert shown(opened) == [1, 2, 3]
    assert words in sentences(opened)


def test_a_cut_file_shows_its_whole_frames(tmp_path: Path) -> None:
    items = [lossless(number) for number in (1, 2, 3)]
    path = write_items(tmp_path / "a", xa(3, syntax=JPEG_LOSSLESS), [table(items), *items])
    path.write_bytes(path.read_bytes()[:-40])
    opened = open_object(path)
    assert shown(opened) == [1, 2]
    assert "cut off" in sentences(opened)


def test_a_missing_end_mark_is_said(tmp_path: Path) -> None:
    items = [lossless(number) for number in (1, 2)]
    opened = open_object(write_items(tmp_path / "a", xa(2, syntax=JPEG_LOSSLESS), [b"", *items], end=b""))
    assert shown(opened) == [1, 2]
    assert "end mark" in sentences(opened)


def test_a_missing_offset_table_item_is_no_lost_frame(tmp_path: Path) -> None:
    items = [lossless(number) for number in (1, 2)]
    opened = open_object(write_items(tmp_path / "a", xa(2, syntax=JPEG_LOSSLESS), items))
    assert shown(opened) == [1, 2]


def test_damage_between_fragments_ends_the_walk_with_a_sentence(tmp_path: Path) -> None:
    items = [lossless(number) for number in (1, 2, 3)]
    path = write_items(tmp_path / "a", xa(3, syntax=JPEG_LOSSLESS), [b"", *items])
    data = path.read_bytes()
    third = data.rindex(ITEM)
    path.write_bytes(data[:third] + b"\x00\x00\x00\x00" + data[third + 4 :])
    opened = open_object(path)
    assert shown(opened) == [1, 2]
    assert "damaged at byte" in sentences(opened)


def test_rle_frames_are_one_fragment_each(tmp_path: Path) -> None:
    items = [rle(picture(number)) for number in (1, 2)]
    opened = open_object(write_items(tmp_path / "a", xa(2, syntax=RLE), [b"", *items]))
    assert shown(opened) == [1, 2]


def test_an_rle_frame_in_several_fragments_is_put_together(tmp_path: Path) -> None:
    data = rle(picture(4))
    opened = open_object(write_items(tmp_path / "a", xa(1, syntax=RLE), [b"", data[:100], data[100:]]))
    assert shown(opened) == [4]


def test_native_frames_are_read_one_by_one(tmp_path: Path) -> None:
    data = b"".join(picture(number).tobytes() for number in (1, 2, 3))
    opened = open_object(write(tmp_path / "a", xa(3), data))
    assert shown(opened) == [1, 2, 3]
    assert opened.info.problems == ()


@pytest.mark.parametrize(
    ("declared", "words"),
    [(5, "says 5 frames, but only 3"), (2, "says 2 frames, but 3"), (None, "says 1 frames, but 3")],
)
def test_native_pixel_data_decides_how_many_frames_there_are(tmp_path: Path, declared: int | None, words: str) -> None:
    ds = xa(1) if declared is None else xa(1, NumberOfFrames=declared)
    data = b"".join(picture(number).tobytes() for number in (1, 2, 3))
    opened = open_object(write(tmp_path / "a", ds, data))
    assert shown(opened) == [1, 2, 3]
    assert words in sentences(opened)


def test_a_cut_native_file_shows_its_whole_frames(tmp_path: Path) -> None:
    data = b"".join(picture(number).tobytes() for number in (1, 2, 3))
    path = write(tmp_path / "a", xa(3), data)
    path.write_bytes(path.read_bytes()[:-1])
    opened = open_object(path)
    assert shown(opened) == [1, 2]
    assert "767 of 768 bytes" in sentences(opened)


def test_an_unreadable_number_of_frames_counts_what_is_there() -> None:
    # GIVEN pydicom's file whose Number of Frames is "1A"
    opened = open_object(pydicom_file("badVR.dcm"))
    assert opened.info.frames == 15
    assert "Number of Frames is no count" in sentences(opened)


def test_frames_of_one_bit_may_begin_inside_a_byte(tmp_path: Path) -> None:
    # GIVEN three frames of 5x5 bits, packed without padding
    frames = np.random.default_rng(3).integers(0, 2, (3, 5, 5), dtype=np.uint8)
    packed = np.packbits(frames.reshape(-1), bitorder="little").tobytes()
    ds = xa(3, 5, BitsAllocated=1, BitsStored=1, HighBit=0)
    opened = open_object(write(tmp_path / "a", ds, even(packed)))
    assert opened.info.frames == 3
    for number in (1, 2, 3):
        assert np.array_equal(opened.frame(number), frames[number - 1])


def test_a_compressed_file_declared_as_native_is_recognised(tmp_path: Path) -> None:
    # GIVEN encapsulated JPEG Lossless under Explicit VR Little Endian
    opened = open_object(write_items(tmp_path / "a", xa(1), [b"", lossless(6)]))
    assert shown(opened) == [6]
    assert "was recognised" in sentences(opened)
    assert opened.info.transfer_syntax == JPEG_LOSSLESS


def test_a_native_file_declared_as_compressed_is_recognised(tmp_path: Path) -> None:
    path = write(tmp_path / "a", xa(1), picture(6).tobytes())
    path.write_bytes(path.read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0", 1))
    opened = open_object(path)
    assert shown(opened) == [6]
    assert "not compressed" in sentences(opened)


def test_a_bare_jpeg_without_items_is_recognised(tmp_path: Path) -> None:
    data = lossless(6)
    path = write(tmp_path / "a", xa(1), data)
    wrong, right = b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.4.70"
    raw = path.read_bytes()
    raw = raw.replace(struct.pack("<2sH", b"UI", len(wrong)) + wrong, struct.pack("<2sH", b"UI", len(right)) + right)
    # the meta group grew by two bytes
    at = raw.index(b"\x02\x00\x00\x00UL\x04\x00") + 8
    raw = raw[:at] + struct.pack("<I", struct.unpack("<I", raw[at : at + 4])[0] + 2) + raw[at + 4 :]
    path.write_bytes(raw)
    opened = open_object(path)
    assert shown(opened) == [6]
    assert "not encapsulated" in sentences(opened)


def test_video_is_named_and_not_tried(tmp_path: Path) -> None:
    ds = xa(9, syntax="1.2.840.10008.1.2.4.102")
    opened = open_object(write_items(tmp_path / "a", ds, [b"", b"\0\0\1\x67" * 8]))
    assert opened.info.frames == 0
    assert "holds video" in sentences(opened)
    with pytest.raises(DecodeError, match="holds video"):
        opened.frame(1)


def test_opening_reads_item_headers_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN 200 frames without an offset table, and a count of what is read through the source
    items = [lossless(1, 64)] * 200
    path = write_items(tmp_path / "a", xa(200, 64, syntax=JPEG_LOSSLESS), [b"", *items], end=DELIMITER)
    read: list[int] = []
    original = FileSource.at

    def counted(self: FileSource, offset: int, count: int) -> bytes:
        data = original(self, offset, count)
        read.append(len(data))
        return data

    monkeypatch.setattr(FileSource, "at", counted)
    # WHEN the object is opened
    opened = open_object(path)
    # THEN a small part of the file was read
    assert opened.info.frames == 200
    assert sum(read) < path.stat().st_size // 50


def test_the_file_is_not_kept_open(tmp_path: Path) -> None:
    path = write(tmp_path / "a", xa(1), picture(1).tobytes())
    opened = open_object(path)
    opened.frame(1)
    descriptors = Path("/proc/self/fd")
    if descriptors.is_dir():
        names = {str(link.resolve()) for link in descriptors.iterdir() if link.exists()}
        assert str(path) not in names


def test_baseline_start_marks_are_found_behind_other_fragments(tmp_path: Path) -> None:
    # GIVEN two baseline frames, the second in two fragments, no table
    first, second = (even(bytes(jpeg8_encode(picture(n), level=95))) for n in (1, 2))
    items = [b"", first, second[:150], second[150:]]
    opened = open_object(write_items(tmp_path / "a", xa(2, syntax=JPEG_BASELINE), items))
    assert opened.info.frames == 2
    assert opened.frame(2).shape == (16, 16)
