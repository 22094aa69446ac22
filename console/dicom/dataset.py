"""Open a DICOM file as it is, not as it should be: headless, mislabelled, cut off, deflated, big endian.

What can be read is kept; each fault becomes one sentence. Pixel data is located, never read.
"""

import zlib
from dataclasses import dataclass, field
from typing import BinaryIO

from pydicom.dataelem import RawDataElement
from pydicom.filereader import data_element_generator
from pydicom.tag import BaseTag

from console.dicom import syntaxes
from console.dicom.elements import UNREADABLE, Elements, Raw
from console.dicom.source import MemorySource, Source
from console.errors import DicomReadError
from console.i18n import _

PIXEL_DATA = 0x7FE00010
FLOAT_PIXELS = 0x7FE00008
DOUBLE_PIXELS = 0x7FE00009
UNDEFINED = 0xFFFFFFFF
_DEFER = 1 << 16
_INFLATED_LIMIT = 1 << 28


@dataclass(frozen=True)
class PixelElement:
    """Where the pixel data stands."""

    tag: int
    """Pixel Data, Float Pixel Data or Double Float Pixel Data."""
    offset: int
    """Position of the first byte of the value in the source."""
    length: int
    """Bytes as declared; UNDEFINED (0xFFFFFFFF) for encapsulated frames."""
    vr: str
    """VR as it stands, empty in implicit VR; OW in big endian means that 8-bit samples stand in swapped pairs."""


@dataclass
class DicomFile:
    """A file taken apart: file meta group, dataset, the place of the pixels, and what is wrong."""

    meta: Elements
    elements: Elements
    source: Source
    """What the pixel offsets refer to: the file, or the expanded dataset of a deflated one."""
    syntax: str
    """Transfer syntax used for reading."""
    little_endian: bool
    pixels: PixelElement | None
    problems: list[str] = field(default_factory=list)
    """Sentences, translated."""


def read_file(source: Source, name: str) -> DicomFile:
    """Take the file `name` apart.

    Raises DicomReadError with one sentence when it is empty, no DICOM file, or damaged from the first element on.
    """
    problems: list[str] = []
    if not source.size:
        raise not_dicom(_("{name} is empty.").format(name=name))
    start, certain = _start(source.at(0, 140))
    with source.stream() as stream:
        stream.seek(start)
        meta, position = _read_meta(stream)
    declared = _uid(meta.value_bytes(0x00020010))
    if start == 0 and not meta.raw:
        problems.append(_("The file has no DICOM preamble and no file meta group."))
    elif not certain:
        problems.append(_("The file has no DICOM preamble."))
    body: Source = source
    if declared == syntaxes.DEFLATED:
        body, position = _inflate(source, position, problems), 0
    head = body.at(position, 8)
    detected = syntaxes.encoding_of(head)
    if detected is None:
        if certain and meta.raw:
            problems.append(_("The file ends after its file meta group."))
            return DicomFile(meta, Elements({}), body, declared or syntaxes.IMPLICIT, True, None, problems)
        raise not_dicom(_("{name} is not a DICOM file.").format(name=name))
    implicit, little = detected
    syntax = _syntax(declared, implicit, little, problems)
    elements, pixels = _read_elements(body, position, implicit, little, problems)
    if not certain and not _plausible(elements):
        raise not_dicom(_("{name} is not a DICOM file.").format(name=name))
    if not elements.raw and pixels is None and not meta.raw:
        raise not_dicom(_("{name} holds no DICOM element that can be read.").format(name=name))
    return DicomFile(meta, elements, body, syntax, little, pixels, problems)


def not_dicom(detail: str) -> DicomReadError:
    """The error for a file that cannot be opened."""
    return DicomReadError(_("The file cannot be read"), detail)


def _start(head: bytes) -> tuple[int, bool]:
    """Where the meta group or the dataset begins, and whether DICM says that this is DICOM."""
    if head[128:132] == b"DICM":
        return 132, True
    if head[:4] == b"DICM":
        return 4, True
    return 0, False


def _uid(value: bytes) -> str:
    return value.decode("latin-1").strip("\0 ")


def _read_meta(stream: BinaryIO) -> tuple[Elements, int]:
    """The file meta group, always explicit VR little endian, whether or not it says how long it is."""
    start = stream.tell()
    raw: dict[int, Raw] = {}
    head = stream.read(2)
    stream.seek(start)
    if head != b"\x02\x00":
        return Elements(raw), start
    end = start

    def beyond(tag: BaseTag, vr: str | None, length: int) -> bool:
        return tag >> 16 != 2

    try:
        for element in data_element_generator(stream, False, True, stop_when=beyond, defer_size=_DEFER):
            raw[int(element.tag)] = element
            end = stream.tell()
    except UNREADABLE:
        return Elements(raw), end
    return Elements(raw), stream.tell()


def _inflate(source: Source, position: int, problems: list[str]) -> MemorySource:
    """Expand a deflated dataset (PS3.5 A.5), raw or with a zlib header, up to a limit."""
    data = source.at(position, source.size - position)
    wrapped = data[:1] == b"\x78" and len(data) > 1 and int.from_bytes(data[:2], "big") % 31 == 0
    expander = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
    parts: list[bytes] = []
    expanded = 0
    pending = data
    try:
        while pending and not expander.eof:
            part = expander.decompress(pending, 1 << 20)
            pending = expander.unconsumed_tail
            parts.append(part)
            expanded += len(part)
            if expanded > _INFLATED_LIMIT:
                raise not_dicom(
                    _("The deflated file would take more than {limit} MB of memory.").format(
                        limit=_INFLATED_LIMIT >> 20
                    )
                )
            if not part and not pending:
                break
    except zlib.error:
        problems.append(_("The deflated part of the file is damaged; what stands before the damage is shown."))
    else:
        if not expander.eof:
            problems.append(_("The deflated part of the file is cut off; what is there is shown."))
    return MemorySource(b"".join(parts))


def _syntax(declared: str, implicit: bool, little: bool, problems: list[str]) -> str:
    """The transfer syntax to read with; says where the bytes belie the declared one."""
    found = syntaxes.IMPLICIT if implicit else syntaxes.EXPLICIT if little else syntaxes.BIG_ENDIAN
    if not declared:
        problems.append(
            _("The file does not say its transfer syntax; {name} was recognised.").format(name=syntaxes.name_of(found))
        )
        return found
    expected = (declared in (syntaxes.IMPLICIT, syntaxes.GE_PRIVATE), declared != syntaxes.BIG_ENDIAN)
    if expected == (implicit, little):
        return declared
    problems.append(
        _("The file says {declared}, but its elements are written as {found}.").format(
            declared=syntaxes.name_of(declared), found=syntaxes.name_of(found)
        )
    )
    return found if declared in syntaxes.NATIVE and declared != syntaxes.DEFLATED else declared


def _read_elements(
    source: Source, position: int, implicit: bool, little: bool, problems: list[str]
) -> tuple[Elements, PixelElement | None]:
    raw: dict[int, Raw] = {}
    found: list[PixelElement] = []
    strays: list[int] = []
    with source.stream() as stream:
        stream.seek(position)

        def at_pixels(tag: BaseTag, vr: str | None, length: int) -> bool:
            if tag in (PIXEL_DATA, FLOAT_PIXELS, DOUBLE_PIXELS):
                found.append(PixelElement(int(tag), stream.tell(), length, vr or ""))
                return True
            if tag >> 16 == 0xFFFE:
                strays.append(stream.tell() - 8)
            return False

        cut = False
        good = position
        try:
            for element in data_element_generator(stream, implicit, little, at_pixels, _DEFER):
                good = stream.tell()
                if element.tag >> 16 == 0xFFFE:
                    continue
                raw[int(element.tag)] = element
                if isinstance(element, RawDataElement) and element.value_tell + element.length > source.size:
                    cut = element.length != UNDEFINED
        except UNREADABLE:
            problems.append(
                _("The header is damaged near byte {position}; what stands before is shown.").format(position=good)
            )
    if strays:
        problems.append(
            _("The header is damaged at byte {position} (an item outside any sequence).").format(position=strays[0])
        )
    if cut:
        problems.append(_("The file is cut off inside its header."))
    return Elements(raw, source.at), found[0] if found else None


def _plausible(elements: Elements) -> bool:
    """Whether a dataset without any DICM mark is one: its elements begin low and a known one is there."""
    tags = list(elements.raw)
    if not tags:
        return False
    groups = {tag >> 16 for tag in tags}
    return tags[0] >> 16 <= 0x0010 and tags[:8] == sorted(tags[:8]) and bool(groups & {0x0002, 0x0008, 0x0010, 0x0028})
