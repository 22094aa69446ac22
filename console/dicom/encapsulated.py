"""Items of encapsulated pixel data (PS3.5 A.4): walk their headers, find out which belong to one frame."""

import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from console.dicom.source import Source
from console.dicom.syntaxes import is_rle_header

_ITEM = b"\xfe\xff\x00\xe0"
_DELIMITER = b"\xfe\xff\xdd\xe0"
_FRAGMENT_LIMIT = 1_000_000
_SCAN = 1 << 20
_JPEG_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  ")


@dataclass(frozen=True)
class Fragment:
    """Bytes of one item, or of a part of it."""

    offset: int
    """Position of the first byte behind the item header."""
    length: int

    @property
    def end(self) -> int:
        """Position behind the last byte."""
        return self.offset + self.length


@dataclass(frozen=True)
class Items:
    """What a walk found."""

    fragments: list[Fragment]
    cut: bool
    """The file ends inside an item."""
    damaged_at: int | None
    """Where no item stands though one should."""
    has_table: bool = True
    """The first item is the Basic Offset Table; writers that leave it out begin with a frame."""
    unended: bool = False
    """Every item is whole, but the sequence delimiter is missing."""


def walk(source: Source, offset: int, end: int | None = None) -> Items:
    """The items from `offset` to `end`, or to the sequence delimiter; reads their headers only."""
    fragments: list[Fragment] = []
    limit = source.size if end is None else min(end, source.size)
    position = offset
    while position < limit and len(fragments) < _FRAGMENT_LIMIT:
        head = source.at(position, 8)
        if head[:4] == _DELIMITER:
            return Items(fragments, False, None, _has_table(source, fragments))
        if len(head) < 8:
            break
        length = struct.unpack("<I", head[4:])[0]
        if head[:4] != _ITEM or length == 0xFFFFFFFF:
            return Items(fragments, False, position, _has_table(source, fragments))
        if position + 8 + length > source.size:
            return Items(fragments, True, None, _has_table(source, fragments))
        fragments.append(Fragment(position + 8, length))
        position += 8 + length
    ends_well = end is not None or position == source.size
    return Items(fragments, not ends_well, None, _has_table(source, fragments), end is None and ends_well)


def _has_table(source: Source, fragments: Sequence[Fragment]) -> bool:
    return not (fragments and fragments[0].length and _is_start(source, fragments[0]))


def _is_start(source: Source, fragment: Fragment) -> bool:
    """Whether a fragment begins a frame: JPEG SOI, JPEG 2000 SOC or signature box, RLE header."""
    head = source.at(fragment.offset, min(64, fragment.length))
    return head.startswith(_JPEG_STARTS) or is_rle_header(head)


def table_frames(
    source: Source, offset: int, wanted: int, extended: tuple[bytes, bytes]
) -> tuple[Sequence[int], Sequence[int]] | None:
    """Starts and ends of the frames by the Extended or Basic Offset Table, or None when neither proves true.

    A table is believed when it names as many frames as the header, ascends, stays inside the file, and its first and
    last entries point at items.
    """
    head = source.at(offset, 8)
    if len(head) < 8 or head[:4] != _ITEM:
        return None
    (length,) = struct.unpack("<I", head[4:])
    base = offset + 8 + length
    if base > source.size:
        return None
    starts, ends = _extended(extended, base)
    if not starts:
        if length < 4 or length % 4 or length // 4 != wanted:
            return None
        starts = array(
            "Q", (base + entry for entry in struct.unpack(f"<{length // 4}I", source.at(offset + 8, length)))
        )
        ends = array("Q", [*starts[1:], 0])
    if len(starts) != wanted or starts[0] != base or any(b <= a for a, b in pairwise(starts)):
        return None
    last = walk(source, starts[-1], ends[-1] or None)
    if last.cut or last.damaged_at is not None or not last.fragments:
        return None
    ends[-1] = last.fragments[-1].end
    return starts, ends


def _extended(extended: tuple[bytes, bytes], base: int) -> tuple["array[int]", "array[int]"]:
    """Starts and ends by the Extended Offset Table; each frame is one fragment there."""
    offsets, lengths = extended
    count = len(offsets) // 8
    if not count or len(lengths) // 8 != count:
        return array("Q"), array("Q")
    starts = struct.unpack(f"<{count}Q", offsets[: count * 8])
    sizes = struct.unpack(f"<{count}Q", lengths[: count * 8])
    if max(starts) >= 1 << 62 or max(sizes) >= 1 << 62:
        return array("Q"), array("Q")
    # An odd length stands without its padding byte in the table, with it in the file.
    ends = (base + start + 8 + size + (size & 1) for start, size in zip(starts, sizes, strict=True))
    return array("Q", (base + start for start in starts)), array("Q", ends)


def group(source: Source, fragments: Sequence[Fragment], wanted: int) -> list[tuple[Fragment, ...]]:
    """Which fragments make one frame, when no table says so."""
    fragments = [fragment for fragment in fragments if fragment.length]
    if not fragments:
        return []
    if len(fragments) == wanted:
        return [(fragment,) for fragment in fragments]
    starts = [_is_start(source, fragment) for fragment in fragments]
    if not any(starts):
        return [tuple(fragments)] if wanted == 1 else [(fragment,) for fragment in fragments]
    frames: list[list[Fragment]] = []
    for fragment, begins in zip(fragments, starts, strict=True):
        if begins or not frames:
            frames.append([])
        frames[-1].append(fragment)
    return [tuple(frame) for frame in frames]


def split(source: Source, frames: list[tuple[Fragment, ...]], wanted: int) -> list[tuple[Fragment, ...]]:
    """Cut fragments that hold several frames at the end marks between them (EOI or EOC, then a start mark)."""
    if not frames or any(len(frame) > 1 for frame in frames):
        return frames
    parts = [part for (fragment,) in frames for part in _cut(source, fragment, wanted)]
    return [(part,) for part in parts]


def _cut(source: Source, fragment: Fragment, wanted: int) -> list[Fragment]:
    borders = [fragment.offset]
    position = fragment.offset
    while position < fragment.end and len(borders) <= wanted:
        chunk = source.at(position, min(_SCAN, fragment.end - position))
        found = chunk.find(b"\xff\xd9")
        while found >= 0:
            # One padding byte may stand between two frames.
            for gap in (2, 3):
                if (
                    source.at(position + found + gap, 8).startswith(_JPEG_STARTS)
                    and position + found < fragment.end - 8
                ):
                    borders.append(position + found + gap)
                    break
            found = chunk.find(b"\xff\xd9", found + 2)
        position += max(1, len(chunk) - 1)
    borders = sorted(set(borders))
    return [Fragment(a, b - a) for a, b in zip(borders, [*borders[1:], fragment.end], strict=True)]
