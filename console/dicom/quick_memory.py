"""What the walk over headers remembers from file to file: what to do with an element, and stretches that come back.

Neighbours in a series share most of their bytes: of 181 elements of real series 5 to 18 differed. Equal bytes are equal
elements, so that nothing is assumed of a file: a stretch is compared as a whole before it is jumped.
"""

import struct
from collections.abc import Iterator

LONG = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
SHORT = frozenset((b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US").split())
VRS = LONG | SHORT

WANTED = frozenset(
    int(tag, 16)
    for tag in (
        "00080005 00080008 00080016 00080018 00080020 00080021 00080022 00080023 00080030 00080031 00080032 00080033 "
        "0008002a 00080050 00080060 00080070 00080080 00080090 00081010 00081030 0008103e 00081090 00082144 00100010 "
        "00100020 00100030 00100040 00180015 00180040 00181030 00181063 00181065 00181510 00181511 0020000d 0020000e "
        "00200010 00200011 00200013 00280002 00280004 00280008 00280009 00280010 00280011 00280100 00280101 0040a043 "
        "00420010 00700080"
    ).split()
)
"""Tags whose values the index needs; (0040,A043) is the sequence that names a report."""
CONCEPT = 0x0040A043
PIXELS = (0x7FE00008, 0x7FE00009, 0x7FE00010)

SKIP_SHORT, SKIP_LONG, TAKE_SHORT, TAKE_LONG, ODD = range(5)
VARIES = 8
"""Added to what is done with an element that was seen to differ between files: stretches end before it."""
ACTS: dict[bytes, int] = {}
"""What is done with an element, by the six bytes of its tag and VR."""
TAGS: dict[bytes, int] = {}
"""Tags of the wanted among them."""
STRETCHES: dict[bytes, tuple[bytes, dict[int, bytes]]] = {}
"""Elements as they lay in a file before, by their first eight bytes, and the wanted values in them."""
_MOST_ACTS = 20_000
_MOST_STRETCHES = 2_000
_LONGEST_STRETCH = 4096

head_of = struct.Struct("<6sH").unpack_from
long_of = struct.Struct("<I").unpack_from


def learn(key: bytes) -> int:
    """What to do with an element of this tag and VR; remembered."""
    tag = int.from_bytes(key[:2], "little") << 16 | int.from_bytes(key[2:4], "little")
    vr = key[4:]
    if tag >= PIXELS[0] or vr not in VRS or tag == CONCEPT:
        act = ODD
    elif tag in WANTED:
        act = TAKE_LONG if vr in LONG else TAKE_SHORT
        TAGS[key] = tag
    else:
        act = SKIP_LONG if vr in LONG else SKIP_SHORT
    if len(ACTS) >= _MOST_ACTS:
        ACTS.clear()
    ACTS[key] = act
    return act


def keep(stretch: bytes) -> None:
    """Remember a stretch of elements whose lengths are defined, and what is wanted of it."""
    if len(stretch) > _LONGEST_STRETCH:
        return
    if len(STRETCHES) >= _MOST_STRETCHES:
        # What differed between the files of one archive need not do so in those of the next.
        STRETCHES.clear()
        ACTS.clear()
    wanted = {TAGS[key]: stretch[at:after] for key, at, after in _elements(stretch) if key in TAGS}
    STRETCHES[stretch[:8]] = stretch, wanted


def tell_apart(known: bytes, found: bytes) -> None:
    """Note which element is the first that differs from the stretch that is known, and forget that one."""
    if known.startswith(found):
        return  # as far as the window shows it
    del STRETCHES[known[:8]]
    for key, _at, after in _elements(known):
        if known[:after] != found[:after]:
            if key in ACTS:
                ACTS[key] |= VARIES
            return


def _elements(stretch: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Tag and VR, begin and end of the value of each element."""
    place = 0
    while place < len(stretch):
        key, length = head_of(stretch, place)
        place += 8
        if key[4:] in LONG:
            length = long_of(stretch, place)[0]
            place += 4
        yield key, place, place + length
        place += length
