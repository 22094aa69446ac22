"""PNG files made fast: frames are noisy, so nothing is looked for that repeats.

Each row is stored as differences from its left neighbour (filter type 1, Sub), and deflate codes those by frequency
alone: smaller than the lowest level of a general encoder, where noise has no matches, and several times as fast.
"""

import struct
import zlib

import numpy as np

from console.graphics.deflate import Deflater
from console.graphics.palette import Bytes

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _RGB = 0, 2


class PngWriter:
    """Writes pictures that are like one another. Keeps what it learned of the last: one object, one thread."""

    def __init__(self) -> None:
        self._deflater = Deflater()

    def write(self, pixels: Bytes, *, stored: bool = False) -> bytes:
        """A PNG of 8 bits a sample; `pixels` is uint8 (rows, columns) or (rows, columns, 3).

        `stored` leaves the bytes as they are, for whoever has not far to go.
        """
        rows, columns = pixels.shape[:2]
        colored = pixels.ndim == 3
        samples = 3 if colored else 1
        flat = np.ascontiguousarray(pixels).reshape(rows, columns * samples)
        raw = np.empty((rows, columns * samples + 1), np.uint8)
        raw[:, 0] = not stored
        if stored:
            raw[:, 1:] = flat
        else:
            raw[:, 1 : samples + 1] = flat[:, :samples]
            np.subtract(flat[:, samples:], flat[:, :-samples], out=raw[:, samples + 1 :])
        head = struct.pack(">IIBBBBB", columns, rows, 8, _RGB if colored else _GREY, 0, 0, 0)
        data = zlib.compress(raw.data, 0) if stored else self._deflater.compress(raw)
        return b"".join((_SIGNATURE, _chunk(b"IHDR", head), _chunk(b"IDAT", data), _chunk(b"IEND", b"")))


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(data, zlib.crc32(kind))
    return b"%b%b%b%b" % (struct.pack(">I", len(data)), kind, data, struct.pack(">I", check))
