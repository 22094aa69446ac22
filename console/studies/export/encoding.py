"""Elements as bytes: the few rules of PS3.5 7.1 by which a data set is written.

Values come as bytes that were read from a file or are plain ASCII, so nothing is decoded and encoded again on the way.
"""

import struct
from collections.abc import Iterable
from typing import NamedTuple

UNDEFINED = 0xFFFFFFFF
_LONG = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"))
_PADDED_WITH_NUL = frozenset(("UI", "OB", "UN"))
_ITEM = 0xFFFEE000


class Encoding(NamedTuple):
    """How the elements of a transfer syntax are written."""

    implicit: bool
    little: bool

    @property
    def order(self) -> str:
        """For struct."""
        return "<" if self.little else ">"

    def tag(self, tag: int) -> bytes:
        """The four bytes of a tag."""
        return struct.pack(self.order + "HH", tag >> 16, tag & 0xFFFF)

    def head(self, tag: int, vr: str, length: int) -> bytes:
        """What stands before a value of `length` bytes. Raises OverflowError where the VR cannot say that length."""
        if self.implicit or tag >> 16 == 0xFFFE:
            return self.tag(tag) + struct.pack(self.order + "I", length)
        if vr in _LONG:
            return self.tag(tag) + vr.encode("ascii") + struct.pack(self.order + "HI", 0, length)
        if length > 0xFFFF:
            raise OverflowError(f"{length} bytes in a value of VR {vr}")
        return self.tag(tag) + vr.encode("ascii") + struct.pack(self.order + "H", length)

    def element(self, tag: int, vr: str, value: bytes) -> bytes:
        """One element; an odd value is padded as its VR asks."""
        if len(value) & 1:
            value += b"\0" if vr in _PADDED_WITH_NUL else b" "
        return self.head(tag, vr, len(value)) + value

    def sequence(self, tag: int, items: Iterable[bytes]) -> bytes:
        """A sequence; each item is given as the bytes of its elements. All lengths are defined."""
        body = b"".join(self.item(item) for item in items)
        return self.head(tag, "SQ", len(body)) + body

    def item(self, elements: bytes) -> bytes:
        """One item."""
        return self.head(_ITEM, "", len(elements)) + elements

    def short(self, value: int) -> bytes:
        """A value of VR US."""
        return struct.pack(self.order + "H", value)

    def long(self, value: int) -> bytes:
        """A value of VR UL."""
        return struct.pack(self.order + "I", value)


EXPLICIT = Encoding(False, True)

IMPLEMENTATION_UID = "2.25.268832229902300562750605358892414546972"
"""Implementation Class UID of the files that this package writes."""
IMPLEMENTATION_VERSION = "CATHLAB_CONSOLE"


def file_head(elements: Iterable[tuple[int, str, bytes]]) -> bytes:
    """An empty preamble, DICM, and a file meta group (PS3.10 7.1) of `elements`, which are sorted and complete."""
    version = EXPLICIT.element(0x00020001, "OB", b"\0\1")
    group = version + b"".join(EXPLICIT.element(*element) for element in sorted(elements))
    length = EXPLICIT.element(0x00020000, "UL", EXPLICIT.long(len(group)))
    return bytes(128) + b"DICM" + length + group
