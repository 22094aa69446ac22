"""Read only what the index needs of a header, as fast as plain Python can: one look-up an element.

Explicit VR little endian, which nearly all files are, goes through a loop whose only question is a dictionary's: what
is to be done with these six bytes of tag and VR? Every other encoding walks one element at a time. Deflated datasets
and members of zip files come as a stream that can only be read forward. Pixel data is located, never read. Wanted
values and what was odd are handed on; `console.dicom.quick_row` makes a row of them.
"""

import struct
from typing import NamedTuple

from console.dicom.inflating import Inflated
from console.dicom.quick_memory import LONG, SHORT, VRS
from console.dicom.quick_walk import FIRST, UNKNOWN_SIZE, Cut, Lost, ReadAt, Walk

_long = struct.Struct("<I").unpack_from
IMPLICIT = "1.2.840.10008.1.2"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
_IMPLICIT_LABELS = (IMPLICIT, "1.2.840.113619.5.2")


class Header(NamedTuple):
    """What stands in a header."""

    values: dict[int, bytes]
    """Raw values of WANTED by tag; that of a report's concept name is its meaning."""
    little: bool
    """Byte order of the values."""
    transfer_syntax: str
    """As declared; empty where the file does not say."""
    implicit: bool
    sop_class: str
    """Media Storage SOP Class UID of the file meta group; empty where there is none."""
    sop_instance: str
    """Media Storage SOP Instance UID of the file meta group."""
    pixel_tag: int
    """0 where there is no pixel data."""
    pixel_offset: int
    """Position of its value; for a deflated dataset that in the expanded stream."""
    pixel_length: int
    """-1 for encapsulated frames."""
    notes: list[str]
    """Codes of what is odd."""
    certain: bool
    """The file says DICM."""


def read_header(read_at: ReadAt, size: int) -> Header | None:
    """The header of a file of `size` bytes; None where it is no DICOM object.

    Never raises for damaged content: what stands before the damage is kept and `notes` says so.
    """
    head = read_at(0, FIRST)
    notes: list[str] = []
    start, certain = 132, True
    if head[128:132] != b"DICM":
        place = head[:4096].find(b"DICM")
        if place >= 0 and head[place + 4 : place + 6] == b"\2\0":
            start = place + 4
            notes.append("no-preamble")
        else:
            start, certain = 0, False
            if not _begins(head):
                return None
            notes.append("no-preamble")
    meta, start = _meta(head, start)
    declared = _uid(meta.get(0x00020010, b""))
    if declared == DEFLATED:
        return _deflated(read_at, start, size, meta, notes)
    return _dataset(read_at, head, start, size, meta, declared, notes, certain)


def _dataset(
    read_at: ReadAt,
    head: bytes,
    start: int,
    size: int,
    meta: dict[int, bytes],
    declared: str,
    notes: list[str],
    certain: bool,
) -> Header | None:
    first = head[start : start + 8]
    if len(first) < 8 and start < size:
        first = read_at(start, 8)
    implicit, little = _encoding_of(first)
    if declared and len(first) == 8:
        expected = (declared in _IMPLICIT_LABELS, declared != BIG_ENDIAN)
        if expected != (implicit, little):
            notes.append("syntax-mismatch")
    elif not declared:
        notes.append("no-syntax")
    walk = Walk(read_at, size, head)
    found = (0, 0, 0)
    try:
        if implicit or not little:
            found = walk.slowly(start, implicit, little)
        else:
            found = walk.explicit(start)
    except Cut:
        # Where a stream ends is known only there: behind its last element it ends as it should.
        if not (size == UNKNOWN_SIZE and not read_at(walk.place, 1) and read_at(walk.place - 1, 1)):
            notes.append("truncated")
    except Lost:
        notes.append("damaged")
    notes += walk.notes
    tag, offset, length = found
    values = walk.values
    if not certain and not (meta or len(values) >= 3):
        return None
    if not values and not meta:
        return None
    if tag and length != -1 and offset + length > size:
        notes.append("truncated")
    return Header(
        values,
        little,
        declared,
        implicit,
        _uid(meta.get(0x00020002, b"")),
        _uid(meta.get(0x00020003, b"")),
        tag,
        offset,
        length,
        notes,
        certain,
    )


def _uid(value: bytes) -> str:
    return value.decode("latin-1").strip("\0 ")


def _begins(head: bytes) -> bool:
    """Whether a file without any DICM mark may begin with a dataset: a low group, then a VR or a small length."""
    if len(head) < 8:
        return False
    implicit, little = _encoding_of(head[:8])
    group = int.from_bytes(head[:2], "little" if little else "big")
    if group not in (0x0002, 0x0004, 0x0008):
        return False
    return not implicit or int.from_bytes(head[4:8], "little" if little else "big") <= 0x10000


def _encoding_of(first: bytes) -> tuple[bool, bool]:
    """(implicit VR, little endian) that the first element speaks for."""
    little = first[:2] <= b"\xff\xff" and int.from_bytes(first[:2], "little") <= int.from_bytes(first[:2], "big")
    return first[4:6] not in VRS, little


def _meta(head: bytes, start: int) -> tuple[dict[int, bytes], int]:
    """The file meta group (explicit VR little endian) by tag, and where the dataset begins; no length is trusted."""
    found: dict[int, bytes] = {}
    place = start
    while head[place : place + 2] == b"\2\0" and place + 8 <= len(head):
        vr = head[place + 4 : place + 6]
        if vr in LONG:
            if place + 12 > len(head):
                break
            length, value = _long(head, place + 8)[0], place + 12
        elif vr in SHORT:
            length, value = int.from_bytes(head[place + 6 : place + 8], "little"), place + 8
        else:
            length, value = _long(head, place + 4)[0], place + 8
        if length > len(head):
            break
        found[0x00020000 | int.from_bytes(head[place + 2 : place + 4], "little")] = head[value : value + length]
        place = value + length
    return found, place


def _deflated(read_at: ReadAt, start: int, size: int, meta: dict[int, bytes], notes: list[str]) -> Header | None:
    """A dataset that is compressed as a whole (PS3.5 A.5): expanded as far as the walk gets."""
    stream = Inflated(read_at, start, size)
    header = _dataset(stream.read_at, stream.read_at(0, FIRST), 0, UNKNOWN_SIZE, meta, "", notes, True)
    if header is None:
        return None
    kept = [note for note in header.notes if note != "no-syntax"]
    return header._replace(transfer_syntax=DEFLATED, notes=[*kept, "deflated"])
