"""Turn one frame's bytes into samples, with the decoder that is there.

imagecodecs comes first (libjpeg-turbo also for JPEG Lossless, CharLS, OpenJPEG, OpenJPH); without it Pillow covers
8-bit JPEG and JPEG 2000, pydicom RLE, and native frames need nothing. What cannot be shown is said in one sentence,
with what to install.
"""

from collections.abc import Callable
from io import BytesIO

import numpy as np

from console.dicom import syntaxes
from console.dicom.codestream import Codestream, examine
from console.dicom.frames import FrameBytes
from console.dicom.native import deflated, native, rle
from console.dicom.samples import Array, CannotDecode, FrameFormat, Samples, untransformed
from console.i18n import _

_FAMILIES = {
    "1.2.840.10008.1.2.4.50": "jpeg",
    "1.2.840.10008.1.2.4.51": "jpeg",
    "1.2.840.10008.1.2.4.53": "jpeg",
    "1.2.840.10008.1.2.4.55": "jpeg",
    "1.2.840.10008.1.2.4.57": "jpeg",
    "1.2.840.10008.1.2.4.70": "jpeg",
    "1.2.840.10008.1.2.4.80": "jpegls",
    "1.2.840.10008.1.2.4.81": "jpegls",
    "1.2.840.10008.1.2.4.90": "jpeg2000",
    "1.2.840.10008.1.2.4.91": "jpeg2000",
    "1.2.840.10008.1.2.4.201": "htj2k",
    "1.2.840.10008.1.2.4.202": "htj2k",
    "1.2.840.10008.1.2.4.203": "htj2k",
    syntaxes.RLE: "rle",
    syntaxes.DEFLATED_FRAMES: "deflate",
}
_LOSSLESS_JPEG = 0xC3
_JPEG_LS = 0xF7


def available() -> dict[str, str]:
    """Which decoder serves each family of transfer syntaxes; an empty text where none is there."""
    pillow = "Pillow" if _has_pillow() else ""
    if _codec("jpeg8_decode"):
        return dict.fromkeys(("jpeg", "jpegls", "jpeg2000", "htj2k"), "imagecodecs") | {
            "rle": "pydicom",
            "native": "numpy",
        }
    return {"jpeg": pillow, "jpegls": "", "jpeg2000": pillow, "htj2k": pillow, "rle": "pydicom", "native": "numpy"}


def decoder_for(syntax: str) -> str:
    """Who decodes a transfer syntax; empty when nothing here can. Pillow serves 8-bit JPEG only."""
    if syntax in syntaxes.NATIVE:
        return "numpy"
    family = _FAMILIES.get(syntax, "")
    if family == "deflate":
        return "zlib"
    who = available().get(family, "")
    lossless = syntax in ("1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70")
    return "" if who == "Pillow" and lossless else who


def missing_codec(syntax: str) -> str:
    """One sentence for a syntax that cannot be shown: what is missing."""
    name = syntaxes.name_of(syntax)
    if syntaxes.is_video(syntax):
        return _("The object holds video ({name}), which this console does not show.").format(name=name)
    if syntax in _FAMILIES:
        return _("{name} cannot be shown without imagecodecs: install cathlab-console[codecs].").format(name=name)
    return _("{name} is a transfer syntax that this console does not know.").format(name=name)


def decode(frame: FrameBytes, form: FrameFormat, syntax: str, encapsulated: bool) -> Samples:
    """The samples of one frame. Raises CannotDecode with a sentence, or whatever a codec raises for damaged data."""
    if not encapsulated:
        return native(frame, form)
    family = _FAMILIES.get(syntax, "")
    if family == "rle":
        return rle(frame.data, form)
    if family == "deflate":
        return deflated(frame.data, form)
    if not family:
        raise CannotDecode(missing_codec(syntax))
    stream = examine(frame.data)
    if stream is None:
        raise CannotDecode(_("The frame is no {name} stream.").format(name=syntaxes.name_of(syntax)))
    _agree(stream, form)
    samples = _decode_stream(frame.data, form, syntax, stream)
    expected = (form.rows, form.columns) if form.samples == 1 else (form.rows, form.columns, form.samples)
    if samples.values.shape != expected or samples.values.dtype.kind not in "ui":
        raise CannotDecode(_("The decoder's result does not fit the header; the frame is not shown."))
    return samples


def _agree(stream: Codestream, form: FrameFormat) -> None:
    if (stream.rows, stream.columns, stream.samples) != (form.rows, form.columns, form.samples):
        raise CannotDecode(
            _(
                "The compressed frame has {columns}x{rows} pixels of {samples} samples, but the header says "
                "{header_columns}x{header_rows} of {header_samples}."
            ).format(
                columns=stream.columns,
                rows=stream.rows,
                samples=stream.samples,
                header_columns=form.columns,
                header_rows=form.rows,
                header_samples=form.samples,
            )
        )
    if stream.bits > form.bits_allocated:
        raise CannotDecode(
            _("The compressed frame has {bits} bits a sample, but the header allocates {allocated}.").format(
                bits=stream.bits, allocated=form.bits_allocated
            )
        )


def _decode_stream(data: bytes, form: FrameFormat, syntax: str, stream: Codestream) -> Samples:
    """By what the stream is, not by its label: mislabelled JPEG families still decode."""
    colour = "MONOCHROME" if form.samples == 1 else "RGB"
    if form.photometric == "PALETTE COLOR":
        colour = "PALETTE"
    if stream.process == _JPEG_LS:
        values = _need("jpegls_decode", syntax)(data)
        return Samples(values, untransformed(colour, form), stream.bits, "CharLS")
    if stream.process:
        return _jpeg(data, form, syntax, stream, colour)
    if not stream.colour:
        colour = untransformed(colour, form)
    # OpenJPH is faster, but imagecodecs lets its irreversible results wrap around at white instead of clamping them.
    name = "htj2k_decode" if _FAMILIES[syntax] == "htj2k" and stream.reversible else "jpeg2k_decode"
    codec = _codec(name)
    if codec is not None:
        values = _from_signed(codec(data), form, stream)
        return Samples(values, colour, stream.bits, "OpenJPH" if name == "htj2k_decode" else "OpenJPEG")
    if _has_pillow() and (form.samples == 1 or stream.bits <= 8):
        return Samples(_pillow_jpeg2000(data, stream), colour, stream.bits, "Pillow")
    raise CannotDecode(missing_codec(syntax))


def _jpeg(data: bytes, form: FrameFormat, syntax: str, stream: Codestream, colour: str) -> Samples:
    """JPEG of any process. Markers inside the stream outrank the header, whose RGB is often a leftover."""
    lossless = stream.process == _LOSSLESS_JPEG
    ycbcr = stream.colour == "YBR" or (not stream.colour and form.photometric.startswith("YBR"))
    codec = _codec("jpeg8_decode")
    if codec is None:
        if lossless or stream.bits != 8 or not _has_pillow():
            raise CannotDecode(missing_codec(syntax))
        return Samples(_pillow_jpeg(data, form.samples, ycbcr), colour, 8, "Pillow")
    if form.samples == 1:
        values = codec(data)
    elif lossless:
        values = codec(data, colorspace="RGB", outcolorspace="RGB")
        colour = untransformed(colour, form)
    else:
        values = codec(data, colorspace="YCBCR" if ycbcr else "RGB", outcolorspace="RGB")
    return Samples(values, colour, stream.bits, "libjpeg-turbo")


def _from_signed(values: Array, form: FrameFormat, stream: Codestream) -> Array:
    """Repair a disagreement on the sign: the stream says unsigned, the header signed (or the reverse).

    The bit pattern is what was meant; it is extended from the precision of the stream.
    """
    if values.dtype.kind not in "ui" or stream.signed == form.signed or not form.signed:
        return values
    wide = values.astype(np.int32)
    sign = 1 << (stream.bits - 1)
    return ((wide & ((1 << stream.bits) - 1)) ^ sign) - sign


def _need(name: str, syntax: str) -> Callable[..., Array]:
    codec = _codec(name)
    if codec is None:
        raise CannotDecode(missing_codec(syntax))
    return codec


def _codec(name: str) -> Callable[..., Array] | None:
    """A decoder of imagecodecs, whose codecs are loaded one by one; None where it is not installed."""
    try:
        import imagecodecs
    except ImportError:
        return None
    found = getattr(imagecodecs, name, None)
    return found if callable(found) else None


def _has_pillow() -> bool:
    try:
        import PIL.Image  # noqa: F401
    except ImportError:
        return False
    return True


def _pillow_jpeg(data: bytes, samples: int, ycbcr: bool) -> Array:
    from PIL import Image

    with Image.open(BytesIO(data), formats=("JPEG",)) as image:
        if samples == 3 and not ycbcr and "adobe_transform" not in image.info:
            # Pillow takes unmarked streams for YCbCr; asking for YCbCr keeps the samples as they are.
            image.draft("YCbCr", image.size)
        return np.asarray(image)


def _pillow_jpeg2000(data: bytes, stream: Codestream) -> Array:
    """Pillow scales to 8 or 16 bits and shifts signed samples up; undo both."""
    from PIL import Image

    with Image.open(BytesIO(data), formats=("JPEG2000",)) as image:
        values = np.asarray(image)
    container = 8 if stream.bits <= 8 else 16
    values = (values.astype(np.int32) & ((1 << container) - 1)) >> (container - stream.bits)
    return values - (1 << (stream.bits - 1)) if stream.signed else values
