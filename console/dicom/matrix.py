"""The pixel matrix as the header describes it, checked before a byte of it is read."""

from dataclasses import dataclass, field

from console.dicom import syntaxes
from console.dicom.colour import Palette
from console.dicom.dataset import DOUBLE_PIXELS, FLOAT_PIXELS, UNDEFINED, DicomFile, PixelElement
from console.dicom.decoders import decoder_for, missing_codec
from console.dicom.elements import Elements
from console.dicom.encapsulated import Fragment, split, walk
from console.dicom.frames import EncapsulatedFrames, FrameIndex, encapsulated_frames, native_frames
from console.dicom.pipeline.palettes import read_palette
from console.dicom.samples import FrameFormat
from console.i18n import _

FRAME_LIMIT = 256 << 20
"""Bytes that one decoded frame may take."""


@dataclass
class Matrix:
    """What there is to show."""

    form: FrameFormat | None = None
    frames: FrameIndex | None = None
    syntax: str = ""
    """Transfer syntax that the frames are decoded with, which may not be the declared one."""
    palette: Palette | None = None
    refusal: str = ""
    """Why nothing can be shown, one sentence; empty when frames can be tried."""
    problems: list[str] = field(default_factory=list)


class _Refused(Exception):
    """One translated sentence."""


def read_matrix(file: DicomFile) -> Matrix:
    """Describe the pixels of a file. Never raises for wrong values; `refusal` and `problems` say what is wrong."""
    matrix = Matrix(syntax=file.syntax)
    pixels = file.pixels
    if pixels is None:
        matrix.refusal = _no_pixels(file.elements)
        return matrix
    if syntaxes.is_video(file.syntax):
        matrix.refusal = missing_codec(file.syntax)
        return matrix
    try:
        form = _format(file, pixels, matrix.problems)
        declared = _declared_frames(file.elements, matrix.problems)
        matrix.form, matrix.frames = _index(file, pixels, form, declared, matrix)
    except _Refused as error:
        matrix.refusal = str(error)
        return matrix
    matrix.problems.extend(matrix.frames.problems)
    if not matrix.frames.count:
        matrix.refusal = _("No whole frame is there.")
    elif matrix.frames.encapsulated and not decoder_for(matrix.syntax):
        matrix.problems.append(missing_codec(matrix.syntax))
    if matrix.form.photometric == "PALETTE COLOR":
        matrix.palette = read_palette(file.elements, matrix.form.signed)
        if matrix.palette is None:
            matrix.problems.append(_("The palette is missing or damaged."))
    return matrix


def _no_pixels(elements: Elements) -> str:
    icon = elements.first_item("IconImageSequence") if "IconImageSequence" in elements else None
    if icon is not None and "PixelData" in icon:
        return _(
            "The object holds only an icon (Icon Image Sequence), not the picture itself: whoever wrote it exported a "
            "reference."
        )
    return _("The object holds no picture.")


def _format(file: DicomFile, pixels: PixelElement, problems: list[str]) -> FrameFormat:
    elements = file.elements
    rows, columns = elements.integer("Rows"), elements.integer("Columns")
    if rows is None or columns is None or rows < 1 or columns < 1:
        raise _Refused(_("Rows or Columns is missing or no size."))
    samples = elements.integer("SamplesPerPixel")
    photometric = elements.code("PhotometricInterpretation")
    if samples is None:
        samples = 3 if photometric.startswith(("RGB", "YBR")) else 1
    if samples not in (1, 3):
        raise _Refused(_("Pictures of {samples} samples a pixel are not shown.").format(samples=samples))
    photometric = _photometric(photometric, samples, problems)
    floating = pixels.tag in (FLOAT_PIXELS, DOUBLE_PIXELS)
    allocated = {FLOAT_PIXELS: 32, DOUBLE_PIXELS: 64}.get(pixels.tag) or elements.integer("BitsAllocated")
    if allocated is None:
        allocated = elements.integer("BitsStored") or 0
        problems.append(_("Bits Allocated is missing; Bits Stored is taken for it."))
    if allocated not in ((32, 64) if floating else (1, 8, 16, 32)):
        raise _Refused(_("Pixels of {bits} bits allocated are not shown.").format(bits=allocated))
    stored, high = _bits(elements, allocated, problems)
    size = rows * columns * max(samples * max(8, allocated) // 8, 3 if photometric == "PALETTE COLOR" else 1)
    if size > FRAME_LIMIT:
        raise _Refused(
            _("One frame of {columns}x{rows} pixels would take {size} MB; more than {limit} MB is refused.").format(
                columns=columns, rows=rows, size=size >> 20, limit=FRAME_LIMIT >> 20
            )
        )
    return FrameFormat(
        rows=rows,
        columns=columns,
        samples=samples,
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=high,
        signed=elements.integer("PixelRepresentation") == 1,
        photometric=photometric,
        planar=elements.integer("PlanarConfiguration") == 1,
        floating=floating,
        little_endian=file.little_endian and file.syntax != syntaxes.GE_PRIVATE,
    )


def _photometric(photometric: str, samples: int, problems: list[str]) -> str:
    grey = ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")
    if samples == 1 and photometric not in grey:
        if photometric:
            what = _("Photometric Interpretation {value} does not fit one sample a pixel; MONOCHROME2 is taken.")
        else:
            what = _("Photometric Interpretation is missing; MONOCHROME2 is taken.")
        problems.append(what.format(value=photometric))
        return "MONOCHROME2"
    if samples == 3 and not photometric.startswith(("RGB", "YBR")):
        problems.append(
            _("Photometric Interpretation {value} does not fit three samples a pixel; RGB is taken.").format(
                value=photometric
            )
        )
        return "RGB"
    return photometric


def _bits(elements: Elements, allocated: int, problems: list[str]) -> tuple[int, int]:
    stored = elements.integer("BitsStored")
    if stored is None or not 1 <= stored <= allocated:
        if stored is not None:
            problems.append(
                _("Bits Stored is {stored}, but {allocated} bits are allocated; all of them are taken.").format(
                    stored=stored, allocated=allocated
                )
            )
        stored = allocated
    high = elements.integer("HighBit")
    if high is None or not stored - 1 <= high < allocated:
        if high is not None:
            problems.append(
                _("High Bit {high} does not fit {stored} bits stored; {taken} is taken.").format(
                    high=high, stored=stored, taken=stored - 1
                )
            )
        high = stored - 1
    return stored, high


def _declared_frames(elements: Elements, problems: list[str]) -> int | None:
    if "NumberOfFrames" not in elements or not elements.text("NumberOfFrames"):
        return None
    declared = elements.integer("NumberOfFrames")
    if declared is None or declared < 1:
        problems.append(_("Number of Frames is no count; the frames that are there are shown."))
        return 0
    return declared


def _index(
    file: DicomFile, pixels: PixelElement, form: FrameFormat, declared: int | None, matrix: Matrix
) -> tuple[FrameFormat, FrameIndex]:
    """The frame index, and the format as the length of the pixel data proves it."""
    source, offset = file.source, pixels.offset
    native = matrix.syntax in syntaxes.NATIVE
    head = source.at(offset, 64)
    if pixels.length == UNDEFINED or (not native and head.startswith(b"\xfe\xff\x00\xe0")):
        if native:
            matrix.syntax = _recognise(file, offset, matrix.problems)
        elements = file.elements
        extended = (elements.table_bytes("ExtendedOffsetTable"), elements.table_bytes("ExtendedOffsetTableLengths"))
        return form, encapsulated_frames(source, offset, declared, extended)
    length = pixels.length
    if not native and syntaxes.compression_of(head):
        matrix.problems.append(_("The compressed pixel data is not encapsulated."))
        whole = Fragment(offset, min(length, source.size - offset))
        return form, EncapsulatedFrames(split(source, [(whole,)], declared or 1))
    if not native:
        matrix.problems.append(_("The pixel data is not compressed, though its transfer syntax says so."))
        matrix.syntax = syntaxes.EXPLICIT
    form = _prove_subsampling(form, length, declared or 1, matrix.problems)
    frames = native_frames(source, offset, length, form.bits, declared)
    frames.swapped = not form.little_endian and pixels.vr == "OW" and form.bits_allocated == 8
    return form, frames


def _prove_subsampling(form: FrameFormat, length: int, frames: int, problems: list[str]) -> FrameFormat:
    """YBR_FULL_422 frames of full size are YBR_FULL: a decompressor forgot to change the label."""
    if not form.subsampled:
        return form
    full = form.rows * form.columns * 3 * form.bits_allocated // 8 * frames
    changed = FrameFormat(**{**form.__dict__, "photometric": form.photometric.removesuffix("_422")})
    if full <= length <= full + 1:
        problems.append(
            _("The pixel data is not subsampled, though the header says {value}.").format(value=form.photometric)
        )
        return changed
    if form.columns % 2:
        raise _Refused(_("Subsampled pixels need an even number of columns."))
    return form


def _recognise(file: DicomFile, offset: int, problems: list[str]) -> str:
    """The transfer syntax of encapsulated pixel data that is declared as native."""
    fragments = [part for part in walk(file.source, offset).fragments if part.length][:2]
    for part in fragments:
        found = syntaxes.compression_of(file.source.at(part.offset, min(part.length, 4096)))
        if found:
            problems.append(
                _(
                    "The pixel data is compressed, though the transfer syntax says it is not; {name} was recognised."
                ).format(name=syntaxes.name_of(found))
            )
            return found
    raise _Refused(_("The pixel data is encapsulated in a form that is not recognised."))
