"""What stands in front of the data set: preamble, mark, file meta group (PS3.10 7.1)."""

import re
from typing import NamedTuple

from console.i18n import N_
from console.repair.doctor.codes import Found
from console.repair.sniffing import ENOUGH, scores

_MARK = b"DICM"
_FAR = 4096
"""How far behind the start a displaced mark is looked for."""
_LONG = (b"OB", b"OW", b"UN", b"UT", b"SQ")

_BEGINNINGS = re.compile(rb"\x08\x00[\x00-\x18]\x00(?:UL|CS|DA|TM|UI)")


class Envelope(NamedTuple):
    """What was found of it."""

    start: int
    """Where the data set begins."""
    shift: int
    """Bytes that stand in front of the preamble, or, below 0, that are missing of it."""
    meta: dict[int, bytes]
    """Values of group 2 by tag, without padding."""
    found: tuple[Found, ...]
    is_dicom: bool
    """Whether anything here looks like DICOM."""

    @property
    def syntax(self) -> str:
        """Transfer Syntax UID as the file says; empty where it does not."""
        return self.meta.get(0x00020010, b"").decode("latin-1")


def envelope_of(data: bytes) -> Envelope:
    """Look at the first bytes of a file."""
    found: list[Found] = []
    begins, shift = _front(data)
    if shift > 0:
        detail = N_("The mark DICM stands at {place} instead of 128: {count} bytes too many.")
        found.append(Found("bytes-before", detail, {"place": begins - 4, "count": shift}, 0))
    elif shift < 0:
        detail = N_("{count} bytes of 132 are missing in front of the file meta information.")
        found.append(Found("no-preamble", detail, {"count": -shift}, 0))
    meta, ends, stated = _group(data, begins)
    if not meta:
        likely = is_element(data, begins)
        if not likely and shift < 0 and (place := _displaced(data)):
            detail = N_("The data set begins at byte {place}.")
            found = [Found("bytes-before", detail, {"place": place}, 0), *found]
            begins = shift = place
            likely = True
        if shift == 0:
            found.append(Found("no-meta", N_("Behind the mark the data set begins at once."), {}, begins))
        else:
            found.append(Found("no-meta", "", {}, begins))
        return Envelope(begins, shift, meta, tuple(found) if likely or shift == 0 else (), likely or shift == 0)
    if stated is None:
        found.append(Found("no-meta-length", "", {}, begins, 0x00020000))
    elif begins + stated[1] + stated[0] != ends:
        values = {"stated": stated[0], "actual": ends - begins - stated[1]}
        found.append(
            Found("meta-length", N_("It says {stated} bytes and there are {actual}."), values, begins, 0x20000)
        )
    if not meta.get(0x00020010):
        found.append(Found("no-syntax", "", {}, begins, 0x00020010))
    return Envelope(ends, shift, meta, tuple(found), True)


def is_element(data: bytes, at: int) -> bool:
    """Whether an element of a data set begins at `at`, in any encoding: a low group, and a length that fits."""
    head = bytes(data[at : at + 12])
    if len(head) < 8 or not any(head):
        return False
    for order in ("little", "big"):
        group, number = int.from_bytes(head[:2], order), int.from_bytes(head[2:4], order)
        if group not in (0x0004, 0x0008, 0x0010) or number > 0x3000:
            continue
        if head[4:6].isalpha() and head[4:6].isupper():
            return True
        length = int.from_bytes(head[4:8], order)
        if length <= min(len(data) - at - 8, 1 << 20) and length != 0 and not length & 1:
            following = bytes(data[at + 8 + length : at + 10 + length])
            if following and int.from_bytes(following, order) in (group, 0x0008, 0x0010):
                return True
    return False


def _displaced(data: bytes) -> int:
    """Where a data set without an envelope begins behind stray bytes; 0 where none does."""
    for found in _BEGINNINGS.finditer(bytes(data[:_FAR])):
        if found.start() and scores(data, found.start())[False, True] >= ENOUGH:
            return found.start()
    return 0


def _front(data: bytes) -> tuple[int, int]:
    """Where group 2, or without it the data set, begins; how far that is from where it should be (132)."""
    if data[128:132] == _MARK and not (is_element(data, 0) and not _is_meta(data, 132)):
        return 132, 0
    if data[:2] == b"\2\0" and _is_meta(data, 0):
        return 0, -132
    at = bytes(data[:_FAR]).find(_MARK)
    while at >= 0:
        if _is_meta(data, at + 4):
            return at + 4, at - 128
        at = bytes(data[:_FAR]).find(_MARK, at + 1)
    return 0, -132


def _is_meta(data: bytes, at: int) -> bool:
    """Whether the file meta group begins at `at`: explicit VR little endian, as it always is."""
    return data[at : at + 2] == b"\2\0" and bytes(data[at + 4 : at + 6]).isalpha()


def _group(data: bytes, at: int) -> tuple[dict[int, bytes], int, tuple[int, int] | None]:
    """Group 2 by tag, where it ends, and what its length element says, with the size of that element."""
    values: dict[int, bytes] = {}
    stated: tuple[int, int] | None = None
    size = len(data)
    while data[at : at + 2] == b"\2\0":
        head = bytes(data[at : at + 12])
        vr = head[4:6]
        if len(head) < 8 or not vr.isalpha():
            break
        long = vr in _LONG
        value = at + (12 if long else 8)
        length = int.from_bytes(head[8:12] if long else head[6:8], "little")
        if value + length > size:
            break
        tag = 0x00020000 | int.from_bytes(head[2:4], "little")
        raw = bytes(data[value : value + min(length, 1 << 16)])
        if tag == 0x00020000 and length == 4:
            stated = int.from_bytes(raw, "little"), value + length - at
        values[tag] = raw.rstrip(b"\0 ")
        at = value + length
    return values, at, stated
