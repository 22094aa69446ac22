"""How a data set is written, by its bytes alone: explicit or implicit VR, little or big endian.

Twelve elements are read under each encoding; tags that ascend and that the dictionary knows count. A score is a hint:
whoever changes a file proves the encoding by a walk to its end (knowledge of PS3.5 7.1.2 and 7.1.3, and A.1-A.3).
"""

import mmap
from functools import lru_cache
from struct import Struct

from pydicom.datadict import dictionary_VR

LONG = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"))
"""Value representations with a length of 32 bits in explicit encoding (PS3.5 7.1.2)."""
SHORT = frozenset(
    ("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "PN", "SH", "SL", "SS", "ST", "TM", "UI",
     "UL", "US")
)  # fmt: skip
VRS = {vr.encode(): vr for vr in LONG | SHORT}
"""By the two bytes that stand in the file."""
ENOUGH = 4
"""Score from which an encoding is likely; the others have to stay below half of it."""

_ELEMENTS = 12
_EXPLICIT = (Struct(">HH2sH"), Struct("<HH2sH"))
_IMPLICIT = (Struct(">HHI"), Struct("<HHI"))
_WORD = (Struct(">I"), Struct("<I"))


def score(data: "bytes | bytearray | memoryview | mmap.mmap", at: int) -> int:
    """The best score of the encodings of a data set that begins at `at`."""
    return max(scores(data, at).values())


def scores(data: "bytes | bytearray | memoryview | mmap.mmap", at: int) -> dict[tuple[bool, bool], int]:
    """By (implicit, little): how many of the first elements read like a data set under that encoding."""
    return {
        (implicit, little): _score(data, at, implicit, little)
        for implicit, little in ((False, True), (True, True), (False, False))
    }


def sniff(data: "bytes | bytearray | memoryview | mmap.mmap", at: int) -> tuple[bool, bool] | None:
    """(implicit, little) of a data set that begins at `at`; None where the bytes do not say."""
    found = scores(data, at)
    best = max(found, key=lambda encoding: found[encoding])
    others = max(count for encoding, count in found.items() if encoding != best)
    if found[best] < ENOUGH or others * 2 > found[best]:
        return None
    group = int.from_bytes(bytes(data[at : at + 2]), "little" if best[1] else "big")
    return best if group in (2, 4, 8) else None


def _score(data: "bytes | bytearray | memoryview | mmap.mmap", at: int, implicit: bool, little: bool) -> int:
    size, last, found = len(data), -1, 0
    for _element in range(_ELEMENTS):
        if size - at < 8:
            break
        if implicit:
            group, element, length = _IMPLICIT[little].unpack_from(data, at)
            head = 8
        else:
            group, element, raw, length = _EXPLICIT[little].unpack_from(data, at)
            vr, head = VRS.get(raw), 8
            if vr is None:
                break
            if vr in LONG:
                if size - at < 12:
                    break
                length, head = _WORD[little].unpack_from(data, at + 8)[0], 12
        tag = group << 16 | element
        if tag <= last:
            break
        last = tag
        found += is_known(tag)
        if length == 0xFFFFFFFF:
            # Right so far; what stands inside is not looked at.
            break
        if at + head + length > size:
            break
        at += head + length
    return found


@lru_cache(maxsize=16384)
def is_known(tag: int) -> bool:
    """Whether the dictionary names a tag, or it is private or a group length."""
    if tag >> 16 & 1 or not tag & 0xFFFF:
        return True
    try:
        dictionary_VR(tag)
    except KeyError:
        return False
    return True


@lru_cache(maxsize=16384)
def is_sequence(tag: int) -> bool:
    """Whether the dictionary says that a tag is a sequence."""
    try:
        return dictionary_VR(tag) == "SQ"
    except KeyError:
        return False
