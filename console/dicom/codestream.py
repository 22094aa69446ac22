"""What a compressed frame says about itself, read from its markers before any decoder touches it.

A frame whose own dimensions disagree with the header is refused here: it would be shown distorted, or make a decoder
reserve memory for a picture that is not there.
"""

import struct
from dataclasses import dataclass


@dataclass(frozen=True)
class Codestream:
    """The frame header of a JPEG, JPEG-LS or JPEG 2000 stream."""

    rows: int
    columns: int
    samples: int
    bits: int
    """Precision of the (deepest) component."""
    signed: bool = False
    """JPEG 2000 components are signed."""
    process: int = 0
    """JPEG: the SOF marker (0xC0 baseline, 0xC3 lossless, 0xF7 JPEG-LS); 0 for JPEG 2000."""
    colour: str = ""
    """JPEG: "RGB" or "YBR" when markers say so (JFIF, Adobe, component names); JPEG 2000: "RGB" when the stream itself
    carries a colour transform, which decoders undo."""
    reversible: bool = False
    """JPEG 2000: the 5-3 wavelet, whose result needs no rounding."""


def examine(data: bytes) -> Codestream | None:
    """The frame header of the stream, or None where there is none."""
    try:
        if data.startswith(b"\0\0\0\x0cjP  "):
            start = data.find(b"\xff\x4f\xff\x51")
            return _jpeg2000(data, start) if start >= 0 else None
        if data.startswith(b"\xff\x4f\xff\x51"):
            return _jpeg2000(data, 0)
        return _jpeg(data)
    except (struct.error, IndexError):
        return None


def _jpeg(data: bytes) -> Codestream | None:
    position = data.find(b"\xff\xd8\xff", 0, 16)
    if position < 0:
        return None
    position += 2
    colour = ""
    while position + 4 <= len(data):
        if data[position] != 0xFF:
            return None
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            position += 2
            continue
        if marker in (0xD9, 0xDA):
            return None
        (length,) = struct.unpack(">H", data[position + 2 : position + 4])
        body = data[position + 4 : position + 2 + length]
        if marker == 0xE0 and body.startswith(b"JFIF\0"):
            colour = colour or "YBR"
        elif marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
            colour = "YBR" if body[11] == 1 else "RGB"
        elif marker == 0xF7 or (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)):
            bits, rows, columns, samples = struct.unpack(">BHHB", body[:6])
            names = body[6 : 6 + 3 * samples : 3]
            if samples == 3 and names == b"RGB":
                colour = colour or "RGB"
            return Codestream(rows, columns, samples, bits, False, marker, colour if samples == 3 else "")
        position += 2 + length
    return None


def _jpeg2000(data: bytes, start: int) -> Codestream | None:
    (length,) = struct.unpack(">H", data[start + 4 : start + 6])
    siz = data[start + 6 : start + 4 + length]
    width, height, left, top = struct.unpack(">IIII", siz[2:18])
    (samples,) = struct.unpack(">H", siz[34:36])
    depths = siz[36 : 36 + 3 * samples : 3]
    spacing = siz[36 : 36 + 3 * samples]
    if not depths or len(depths) != samples or any(spacing[3 * i + 1 : 3 * i + 3] != b"\1\1" for i in range(samples)):
        return None
    position = start + 4 + length
    transform = reversible = False
    while position + 4 <= len(data) and data[position] == 0xFF and data[position + 1] not in (0x90, 0x93):
        if data[position + 1] == 0x52:
            transform, reversible = data[position + 8] == 1, data[position + 13] == 1
            break
        position += 2 + int(struct.unpack(">H", data[position + 2 : position + 4])[0])
    depth = max(depth & 0x7F for depth in depths) + 1
    signed = bool(depths[0] & 0x80)
    return Codestream(height - top, width - left, samples, depth, signed, 0, "RGB" if transform else "", reversible)
