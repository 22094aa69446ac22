"""Where each frame's bytes stand, without reading the pixel data: an object of 1,000 frames opens at once.

Native frames are arithmetic. Encapsulated frames (PS3.5 A.4) come from an offset table when there is one that proves
true, else from a walk over the item headers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from console.dicom.encapsulated import Fragment, Items, group, split, table_frames, walk
from console.dicom.source import Source
from console.i18n import _


@dataclass(frozen=True)
class FrameBytes:
    """One frame as it stands in the file."""

    data: bytes
    first_bit: int = 0
    """Bits to skip in the first byte; only frames of 1 bit a pixel can begin inside a byte."""


class FrameIndex(Protocol):
    """Frames by number."""

    @property
    def count(self) -> int:
        """Whole frames that are there."""

    @property
    def encapsulated(self) -> bool:
        """Whether frames stand in items, as compressed ones do."""

    @property
    def problems(self) -> Sequence[str]:
        """Sentences, translated."""

    def read(self, source: Source, number: int) -> FrameBytes:
        """The bytes of frame `number` (from 1). Raises ValueError where they are not what the index says."""


@dataclass
class NativeFrames:
    """Frames one after the other, all of one size."""

    offset: int
    frame_bits: int
    count: int
    problems: list[str] = field(default_factory=list)
    encapsulated: bool = False
    swapped: bool = False
    """8-bit samples stand in big endian words: each pair of bytes is exchanged."""

    def read(self, source: Source, number: int) -> FrameBytes:
        """The bytes that hold the frame."""
        first = (number - 1) * self.frame_bits
        start, skip = divmod(first, 8)
        count = (skip + self.frame_bits + 7) // 8
        if self.swapped:
            return FrameBytes(self._exchanged(source, start, count), skip)
        data = source.at(self.offset + start, count)
        if len(data) < count:
            raise ValueError(_("The file ends inside this frame."))
        return FrameBytes(data, skip)

    def _exchanged(self, source: Source, start: int, count: int) -> bytes:
        first = start & ~1
        words = source.at(self.offset + first, (start + count - first + 1) & ~1)
        if len(words) < start + count - first or len(words) % 2:
            raise ValueError(_("The file ends inside this frame."))
        pairs = bytearray(len(words))
        pairs[::2], pairs[1::2] = words[1::2], words[::2]
        return bytes(pairs[start - first : start - first + count])


@dataclass
class EncapsulatedFrames:
    """Frames made of fragments."""

    frames: list[tuple[Fragment, ...]]
    problems: list[str] = field(default_factory=list)
    encapsulated: bool = True

    @property
    def count(self) -> int:
        """Frames found."""
        return len(self.frames)

    def read(self, source: Source, number: int) -> FrameBytes:
        """The fragments of the frame, joined."""
        parts = [source.at(part.offset, part.length) for part in self.frames[number - 1]]
        if any(len(data) < part.length for data, part in zip(parts, self.frames[number - 1], strict=True)):
            raise ValueError(_("The file ends inside this frame."))
        return FrameBytes(parts[0] if len(parts) == 1 else b"".join(parts))


@dataclass
class TableFrames:
    """Frames whose places an offset table names; each item tag is verified when its frame is read."""

    starts: Sequence[int]
    """Position of each frame's first item tag."""
    ends: Sequence[int]
    """Position behind each frame's last fragment."""
    problems: list[str] = field(default_factory=list)
    encapsulated: bool = True

    @property
    def count(self) -> int:
        """Frames that the table names."""
        return len(self.starts)

    def read(self, source: Source, number: int) -> FrameBytes:
        """The fragments between the frame's start and the next one's."""
        start, end = self.starts[number - 1], self.ends[number - 1]
        items = walk(source, start, end)
        if not items.fragments or items.fragments[-1].end != end:
            raise ValueError(_("The offset table does not point at this frame."))
        return EncapsulatedFrames([tuple(items.fragments)]).read(source, 1)


def native_frames(source: Source, offset: int, length: int, frame_bits: int, declared: int | None) -> NativeFrames:
    """Index native pixel data of `length` bytes at `offset`.

    `declared` is Number of Frames: None where it is missing (one frame), 0 where it cannot be read.
    """
    problems: list[str] = []
    there = max(0, min(length, source.size - offset))
    count = there * 8 // frame_bits if frame_bits else 0
    wanted = 1 if declared is None else declared or count
    needed = (wanted * frame_bits + 7) // 8
    if there == length == needed + needed % 2:
        # The byte that makes the length even holds no frames, however small one is (PS3.5 8.1.1).
        count = min(count, wanted)
    if there < length:
        problems.append(
            _("The file is cut off: {there} of {length} bytes of pixel data are there, {count} whole frames.").format(
                there=there, length=length, count=count
            )
        )
    # A single byte of padding, or more of it than a frame needs, is no second frame unless the header is silent.
    if count < wanted and there == length:
        problems.append(_fewer(wanted, count))
    elif count > max(1, wanted):
        problems.append(_more(wanted, count))
    return NativeFrames(offset, frame_bits, count, problems)


def encapsulated_frames(
    source: Source, offset: int, declared: int | None, extended: tuple[bytes, bytes] = (b"", b"")
) -> EncapsulatedFrames | TableFrames:
    """Index encapsulated pixel data whose first item (the Basic Offset Table) stands at `offset`.

    `extended` holds the values of Extended Offset Table and its lengths (PS3.3 C.7.6.3.1.8).
    """
    wanted = 1 if declared is None else declared
    by_table = table_frames(source, offset, wanted, extended)
    if by_table is not None:
        return TableFrames(*by_table)
    items = walk(source, offset)
    problems = _item_problems(items)
    fragments = items.fragments[1:] if items.has_table else items.fragments
    frames = group(source, fragments, wanted)
    if len(frames) < wanted:
        frames = split(source, frames, wanted)
    if not wanted:
        return EncapsulatedFrames(frames, problems)
    if len(frames) < wanted:
        problems.append(_fewer(wanted, len(frames)))
    elif len(frames) > wanted:
        problems.append(_more(wanted, len(frames)))
    return EncapsulatedFrames(frames, problems)


def _item_problems(items: Items) -> list[str]:
    if items.unended:
        return [_("The end mark of the pixel data is missing; the file may be cut off.")]
    if items.cut:
        return [_("The file is cut off inside its pixel data; whole frames are shown.")]
    if items.damaged_at is not None:
        return [
            _("The pixel data is damaged at byte {position}; frames before it are shown.").format(
                position=items.damaged_at
            )
        ]
    return []


def _fewer(wanted: int, count: int) -> str:
    return _("The header says {wanted} frames, but only {count} are there.").format(wanted=wanted, count=count)


def _more(wanted: int, count: int) -> str:
    return _("The header says {wanted} frames, but {count} are there; all are shown.").format(
        wanted=wanted, count=count
    )
