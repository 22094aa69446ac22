"""Frames that need no codec of others: native, run-length encoded, deflated one by one."""

import zlib

import numpy as np

from console.dicom import syntaxes
from console.dicom.frames import FrameBytes
from console.dicom.samples import Array, CannotDecode, FrameFormat, Samples, untransformed
from console.i18n import _


def native(frame: FrameBytes, form: FrameFormat) -> Samples:
    """Uncompressed samples of 1 to 32 bits, or floats (PS3.5 8.1.1). Raises ValueError where bytes are missing."""
    colour = {"PALETTE COLOR": "PALETTE"}.get(form.photometric, "MONOCHROME" if form.samples == 1 else "RGB")
    if form.bits_allocated == 1:
        bits = np.unpackbits(np.frombuffer(frame.data, np.uint8), bitorder="little")
        values: Array = bits[frame.first_bit : frame.first_bit + form.rows * form.columns].reshape(
            form.rows, form.columns
        )
        return Samples(values, colour, 1, "numpy")
    kind = "f" if form.floating else "u"
    dtype = np.dtype(f"{kind}{form.bits_allocated // 8}").newbyteorder("<" if form.little_endian else ">")
    flat = np.frombuffer(frame.data, dtype)
    if not form.little_endian or not dtype.isnative:
        flat = flat.astype(dtype.newbyteorder("="))
    if form.samples == 1:
        return Samples(flat.reshape(form.rows, form.columns), colour, form.bits_allocated, "numpy")
    if form.subsampled:
        values = _unfold_422(flat, form)
    elif form.planar:
        values = flat.reshape(form.samples, form.rows, form.columns).transpose(1, 2, 0)
    else:
        values = flat.reshape(form.rows, form.columns, form.samples)
    return Samples(values, untransformed(colour, form), form.bits_allocated, "numpy")


def _unfold_422(flat: Array, form: FrameFormat) -> Array:
    """Y1 Y2 Cb Cr for two pixels (PS3.3 C.7.6.3.1.2) to three samples each; chroma belongs to both."""
    pairs = flat.reshape(form.rows, form.columns // 2, 4)
    values = np.empty((form.rows, form.columns // 2, 2, 3), flat.dtype)
    values[..., 0] = pairs[..., :2]
    values[..., 1:] = pairs[..., np.newaxis, 2:]
    return values.reshape(form.rows, form.columns, 3)


def rle(data: bytes, form: FrameFormat) -> Samples:
    """Run-length encoded planes of bytes (PS3.5 annex G), by pydicom. Raises ValueError where they are damaged."""
    from pydicom.pixels.decoders.rle import _rle_decode_frame

    if not syntaxes.is_rle_header(data[:64]):
        raise CannotDecode(_("The frame is no {name} stream.").format(name=syntaxes.name_of(syntaxes.RLE)))
    if form.bits_allocated % 8:
        raise CannotDecode(_("RLE frames of {bits} bits a sample are not shown.").format(bits=form.bits_allocated))
    planes = _rle_decode_frame(data, form.rows, form.columns, form.samples, form.bits_allocated)
    flat = np.frombuffer(planes, np.dtype(f"<u{form.bits_allocated // 8}"))
    values = flat.reshape(form.samples, form.rows, form.columns)
    colour = {"PALETTE COLOR": "PALETTE"}.get(form.photometric, "MONOCHROME" if form.samples == 1 else "RGB")
    shaped = values[0] if form.samples == 1 else values.transpose(1, 2, 0)
    return Samples(shaped, untransformed(colour, form), form.bits_allocated, "pydicom")


def deflated(data: bytes, form: FrameFormat) -> Samples:
    """Deflated Image Frame Compression (PS3.5 A.4.14): each frame is one raw deflate stream of a native frame."""
    size = (form.bits + 7) // 8
    expander = zlib.decompressobj(-zlib.MAX_WBITS)
    plain = expander.decompress(data, size + 2)
    if len(plain) < size:
        raise CannotDecode(_("The compressed frame ends too early."))
    return native(FrameBytes(plain[:size]), form)
