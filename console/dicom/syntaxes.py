"""Transfer syntaxes: how they are called, and which one the bytes themselves speak for."""

import struct

from pydicom.uid import UID

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
GE_PRIVATE = "1.2.840.113619.5.2"
"""Implicit VR little endian with big endian pixel data, written by old GE equipment."""
RLE = "1.2.840.10008.1.2.5"
DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
NATIVE = (IMPLICIT, EXPLICIT, BIG_ENDIAN, DEFLATED, GE_PRIVATE)
_VIDEO = tuple(f"1.2.840.10008.1.2.4.{number}" for number in range(100, 109))
_OWN_NAMES = {
    GE_PRIVATE: "GE Implicit VR Little Endian, Big Endian Pixel Data",
    DEFLATED_FRAMES: "Deflated Image Frame Compression",
}
_VRS = "AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV".split()
_JPEG = {
    0xC0: "1.2.840.10008.1.2.4.50",
    0xC1: "1.2.840.10008.1.2.4.51",
    0xC2: "1.2.840.10008.1.2.4.55",
    0xC3: "1.2.840.10008.1.2.4.70",
    0xF7: "1.2.840.10008.1.2.4.80",
}


def name_of(uid: str) -> str:
    """The registered name, or the UID itself."""
    return _OWN_NAMES.get(uid) or str(UID(uid).name)


def is_video(uid: str) -> bool:
    """MPEG-2, MPEG-4, HEVC: one stream for all frames."""
    return uid.split(".F")[0] in _VIDEO or uid in _VIDEO


def encoding_of(head: bytes) -> tuple[bool, bool] | None:
    """(implicit VR, little endian) that the first bytes of a dataset speak for; None when they are no dataset."""
    if len(head) < 8:
        return None
    little = struct.unpack("<H", head[:2])[0] <= struct.unpack(">H", head[:2])[0]
    group = struct.unpack("<H" if little else ">H", head[:2])[0]
    if group > 0x7FE1:
        return None
    vr = head[4:6].decode("latin-1")
    return vr not in _VRS, little


def compression_of(start: bytes) -> str:
    """The transfer syntax that the first bytes of a frame speak for; empty when unknown."""
    if start.startswith((b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  ")):
        return "1.2.840.10008.1.2.4.90"
    if is_rle_header(start):
        return RLE
    if not start.startswith(b"\xff\xd8\xff"):
        return ""
    position = 2
    while position + 4 <= len(start) and start[position] == 0xFF:
        marker = start[position + 1]
        if marker in _JPEG:
            return _JPEG[marker]
        position += 2 + int(struct.unpack(">H", start[position + 2 : position + 4])[0])
    return _JPEG[0xC0]


def is_rle_header(start: bytes) -> bool:
    """Whether the bytes are the header of an RLE frame (PS3.5 G.5): count, offsets from 64 ascending, zeros."""
    if len(start) < 64:
        return False
    count, *offsets = struct.unpack("<16I", start[:64])
    used, unused = offsets[:count], offsets[count:]
    return 1 <= count <= 15 and used[0] == 64 and sorted(used) == used and not any(unused)
