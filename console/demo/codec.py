"""How frames are compressed: JPEG Lossless as cath labs write it, RLE where this machine has nothing better.

JPEG Lossless, first-order prediction (1.2.840.10008.1.2.4.70), is the syntax of cath-lab media (PS3.11 F). Where
imagecodecs is not installed, RLE Lossless is written, which pydicom can do by itself. The same frame gives the same
bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
RLE_LOSSLESS = "1.2.840.10008.1.2.5"

Frame = NDArray[Any]


@dataclass(frozen=True)
class FrameEncoder:
    """How frames are compressed on this machine."""

    transfer_syntax: str
    """Transfer Syntax UID of what `encode` gives."""
    reason: str
    """Why this one, for the truth file."""
    encode: Callable[[Frame], bytes]
    """One frame (rows, columns), uint8 or uint16, to its fragment, without loss."""


def frame_encoder(bits: int = 8) -> FrameEncoder:
    """The best lossless encoder this machine has for grey frames of `bits` stored bits."""
    try:
        from imagecodecs import jpeg8_encode
    except ImportError:
        return FrameEncoder(RLE_LOSSLESS, "imagecodecs is not installed, so RLE Lossless was written", encode_rle)

    def encode(frame: Frame) -> bytes:
        return bytes(jpeg8_encode(frame, lossless=True, predictor=1, bitspersample=bits))

    return FrameEncoder(JPEG_LOSSLESS, "JPEG Lossless is what cath labs write on their media", encode)


def rle_encoder() -> FrameEncoder:
    """RLE Lossless, as ultrasound devices like it."""
    return FrameEncoder(RLE_LOSSLESS, "RLE Lossless is common for ultrasound cines", fast_rle)


def fast_rle(frame: Frame) -> bytes:
    """As `encode_rle`, in a tenth of the time where imagecodecs is installed."""
    try:
        from imagecodecs import packbits_encode
    except ImportError:
        return encode_rle(frame)
    # A segment for each byte of each sample, the highest byte first; no run crosses the end of a row (PS3.5 G.3, G.4).
    planes = [frame] if frame.ndim == 2 else [frame[:, :, sample] for sample in range(frame.shape[2])]
    segments = []
    for plane in planes:
        raw = np.ascontiguousarray(plane.astype(plane.dtype.newbyteorder(">"))).view(np.uint8)
        raw = raw.reshape(*plane.shape, plane.dtype.itemsize)
        for byte in range(plane.dtype.itemsize):
            rows = np.ascontiguousarray(raw[:, :, byte])
            packed = b"".join(packbits_encode(row) for row in rows)
            segments.append(packed + b"\0" * (len(packed) % 2))
    places = np.cumsum([64, *map(len, segments[:-1])])
    header = np.zeros(16, "<u4")
    header[0], header[1 : 1 + len(places)] = len(segments), places
    return header.tobytes() + b"".join(segments)


def encode_rle(frame: Frame) -> bytes:
    """One frame as RLE Lossless (PS3.5 G): (rows, columns), uint8 or uint16, or (rows, columns, 3) of uint8."""
    from pydicom.pixels.encoders.base import RLELosslessEncoder

    samples = 1 if frame.ndim == 2 else 3
    bits = 8 * frame.dtype.itemsize
    return RLELosslessEncoder.encode(
        np.ascontiguousarray(frame),
        rows=frame.shape[0],
        columns=frame.shape[1],
        samples_per_pixel=samples,
        bits_allocated=bits,
        bits_stored=bits,
        pixel_representation=0,
        photometric_interpretation="MONOCHROME2" if samples == 1 else "RGB",
        planar_configuration=0,
        number_of_frames=1,
        encoding_plugin="pydicom",
    )
