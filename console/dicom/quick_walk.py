"""The walk over a dataset: from element to element, taking what the index wants and jumping the rest.

The hot loop is the one for explicit VR little endian. What is to be done with an element is asked of a dictionary, by
the six bytes of its tag and VR; stretches that lay in a file before, byte for byte, are jumped whole.
"""

import struct
from collections.abc import Callable
from typing import Literal

from console.dicom.quick_memory import (
    ACTS,
    CONCEPT,
    LONG,
    PIXELS,
    SHORT,
    STRETCHES,
    TAGS,
    VARIES,
    WANTED,
    head_of,
    keep,
    learn,
    long_of,
    tell_apart,
)

_MEANING = 0x00080104
_BEHIND = 0x7FE00010
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD

FIRST = 16384
"""Bytes of the first read: most headers of pictures fit."""
_MORE = 4096
"""Bytes read where a long value was jumped over."""
_LARGEST = 1 << 20
"""A wanted value longer than this is damage."""
_DEEPEST = 64
UNKNOWN_SIZE = 1 << 62
"""Of a deflated dataset."""

ReadAt = Callable[[int, int], bytes]
"""At most `count` bytes from `offset`; fewer only at the end."""


class Cut(Exception):
    """The file ends inside an element."""


class Lost(Exception):
    """The bytes are no elements any more."""


class Walk:
    """One walk over a dataset through a window of bytes."""

    def __init__(self, read_at: ReadAt, size: int, head: bytes) -> None:
        self._read_at = read_at
        self._size = size
        self._buffer = head
        self._base = 0
        self.place = 0
        """Where the element begins that is being looked at."""
        self.values: dict[int, bytes] = {}
        self.notes: list[str] = []

    def explicit(self, place: int) -> tuple[int, int, int]:
        """Explicit VR little endian from `place`: (tag, offset, length) of the pixel data, zeros without."""
        buffer, base, values, memo, tags = self._buffer, self._base, self.values, ACTS.get, TAGS
        p, end, stretches = place - base, len(buffer), STRETCHES.get
        while True:
            try:
                careful = False
                while not careful:
                    began = p
                    known = stretches(buffer[p : p + 8])
                    if known is not None:
                        if buffer.startswith(known[0], p):
                            values.update(known[1])
                            p += len(known[0])
                            began = end
                        else:
                            tell_apart(known[0], buffer[p : p + len(known[0])])
                    careful = True
                    while True:
                        key, length = head_of(buffer, p)
                        act = memo(key)
                        if act == 0:
                            p += 8 + length
                            continue
                        if act is None:
                            act = learn(key)
                        varies = act >= VARIES
                        if varies or act == 4:
                            if began < p:
                                keep(buffer[began:p])
                            act &= VARIES - 1
                        if act == 0:
                            p += 8 + length
                        elif act == 2:
                            q = p + 8
                            if q + length > end:
                                break
                            p = q + length
                            values[tags[key]] = buffer[q:p]
                        elif act == 4:
                            break
                        else:
                            length = long_of(buffer, p + 8)[0]
                            if length == _UNDEFINED:
                                break
                            q = p + 12
                            if act == 3:
                                if q + length > end:
                                    break
                                values[tags[key]] = buffer[q : q + length]
                            p = q + length
                        if varies:
                            careful = False
                            break
            except struct.error:
                # Ran off the window.
                if base + p == self._size:
                    return 0, 0, 0
            # There, and for sequences of undefined length, pixel data, delimiters, elements without VR: one with care.
            self._buffer, self._base = buffer, base
            if base + p > self._size:
                raise Cut
            after = self._one(base + p, False, True)
            if isinstance(after, tuple):
                return after
            buffer, base = self._buffer, self._base
            p, end = after - base, len(buffer)

    def slowly(self, place: int, implicit: bool, little: bool) -> tuple[int, int, int]:
        """Any encoding, one element at a time."""
        while True:
            if place >= self._size:
                if place > self._size:
                    raise Cut
                return 0, 0, 0
            after = self._one(place, implicit, little)
            if isinstance(after, tuple):
                return after
            place = after

    def _one(self, place: int, implicit: bool, little: bool) -> int | tuple[int, int, int]:
        """Take the element at `place`; where the next one begins, or where the pixel data lies, or that all is over."""
        self.place = place
        tag, vr, length, value = self._element(place, implicit, little)
        if tag in PIXELS:
            return tag, value, -1 if length == _UNDEFINED else length
        if tag > _BEHIND and tag >> 16 != 0xFFFE:
            return 0, 0, 0
        if tag == 0 and length == 0 and not vr.strip(b"\0"):
            self._note("zeros")
            return 0, 0, 0
        if tag >> 16 == 0xFFFE:
            self._note("stray-delimiter")
            return place + 8
        if tag == CONCEPT:
            self._concept(value, length, implicit, little)
        if length == _UNDEFINED:
            # What stands in an element of unknown representation is implicit little endian (PS3.5 6.2.2 note 4).
            unknown = vr == b"UN"
            inner_little = little or (unknown and self._bytes(value, 4) == b"\xfe\xff\x00\xe0")
            return self._sequence(value, implicit or unknown, inner_little, 0)
        if tag in WANTED and tag != CONCEPT:
            if length > _LARGEST:
                raise Lost
            data = self._bytes(value, length)
            if len(data) < length:
                raise Cut
            self.values[tag] = data
        return value + length

    def _element(self, place: int, implicit: bool, little: bool) -> tuple[int, bytes, int, int]:
        """(tag, VR, length, offset of the value); a VR that is no letters means an implicit element in between."""
        head = self._bytes(place, 12)
        if len(head) < 8:
            raise Cut
        order: Literal["little", "big"] = "little" if little else "big"
        tag = int.from_bytes(head[:2], order) << 16 | int.from_bytes(head[2:4], order)
        vr = head[4:6]
        if tag >> 16 == 0xFFFE or implicit:
            return tag, b"", int.from_bytes(head[4:8], order), place + 8
        if vr in LONG:
            if len(head) < 12:
                raise Cut
            return tag, vr, int.from_bytes(head[8:12], order), place + 12
        if vr in SHORT or (vr.isalpha() and vr.isupper()):
            return tag, vr, int.from_bytes(head[6:8], order), place + 8
        self._note("no-vr")
        return tag, b"", int.from_bytes(head[4:8], order), place + 8

    def _sequence(self, place: int, implicit: bool, little: bool, depth: int) -> int:
        """Where a sequence of undefined length ends."""
        if depth > _DEEPEST:
            raise Lost
        while True:
            tag, _vr, length, value = self._element(place, True, little)
            if tag == _SEQUENCE_END:
                return value
            if tag != _ITEM:
                raise Lost
            place = value + length if length != _UNDEFINED else self._item(value, implicit, little, depth)
            if place > self._size:
                raise Cut

    def _item(self, place: int, implicit: bool, little: bool, depth: int) -> int:
        """Where an item of undefined length ends. An item may be implicit inside an explicit file."""
        while True:
            tag, vr, length, value = self._element(place, implicit, little)
            if tag == _ITEM_END:
                return value
            if tag == _SEQUENCE_END:
                return place
            if length == _UNDEFINED:
                place = self._sequence(value, implicit or vr in (b"UN", b""), little, depth + 1)
            else:
                place = value + length
            if place > self._size:
                raise Cut

    def _concept(self, place: int, length: int, implicit: bool, little: bool) -> None:
        """The meaning of the first code of a report's name."""
        try:
            tag, _vr, _length, place = self._element(place, True, little)
            for _count in range(20):
                if tag not in (_ITEM, 0) and tag >> 16 == 0xFFFE:
                    return
                tag, _vr, length, value = self._element(place, implicit, little)
                if tag == _MEANING and length < 4096:
                    self.values[CONCEPT] = self._bytes(value, length)
                    return
                if length == _UNDEFINED:
                    return
                place = value + length
        except (Cut, Lost):
            return

    def _note(self, code: str) -> None:
        if code not in self.notes:
            self.notes.append(code)

    def _bytes(self, place: int, count: int) -> bytes:
        """At most `count` bytes from `place`; fewer at the end."""
        at = place - self._base
        if at < 0 or at + count > len(self._buffer):
            self._window(place, max(count, _MORE))
            at = 0
        return self._buffer[at : at + count]

    def _window(self, place: int, count: int) -> bytes:
        if place >= self._size:
            self._buffer, self._base = b"", place
        else:
            self._buffer, self._base = self._read_at(place, count), place
        return self._buffer
