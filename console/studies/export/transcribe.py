"""Elements of a file written again with the bytes they had: texts stay under their label, right or wrong."""

import struct
from collections.abc import Iterable

from pydicom.dataelem import DataElement

from console.dicom.elements import Elements
from console.studies.export.encoding import EXPLICIT, Encoding

_WIDTHS = {
    "US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "UV": 8, "SV": 8, "AT": 2, "OW": 2, "OF": 4, "OL": 4, "OD": 8,
    "OV": 8,
}  # fmt: skip


def value_for(elements: Elements, tag: int, encoding: Encoding, limit: int = 1 << 24) -> bytes:
    """The raw value of an element in the byte order of `encoding`."""
    value = elements.value_bytes(tag, limit)
    width = _WIDTHS.get(elements.vr(tag), 1)
    if width > 1 and (elements.order_of(tag) == "little") != encoding.little:
        value = swapped(value, width)
    return value


def uid(elements: Elements, tag: int) -> str:
    """A UID without its padding; empty where it is missing."""
    return elements.value_bytes(tag).decode("latin-1").strip("\0 ") if tag in elements.raw else ""


def is_empty(elements: Elements, tag: int) -> bool:
    """Whether an element is missing, or has no value."""
    if tag not in elements.raw:
        return True
    if elements.vr(tag) == "SQ":
        return not elements.items_of(tag)
    return not elements.value_bytes(tag).strip(b"\0 ")


def written(elements: Elements, tag: int) -> bytes:
    """One element of any kind in explicit VR little endian, with all that is nested in it."""
    if elements.vr(tag) == "SQ" or isinstance(elements.raw[tag], DataElement):
        return EXPLICIT.sequence(tag, (all_written(item) for item in elements.items_of(tag)))
    return EXPLICIT.element(tag, elements.vr(tag), value_for(elements, tag, EXPLICIT))


def all_written(elements: Elements, tags: Iterable[int] | None = None) -> bytes:
    """Every standard element, or those of `tags`, in ascending order."""
    chosen = sorted(elements.raw if tags is None else tags)
    return b"".join(written(elements, tag) for tag in chosen if not tag >> 16 & 1 and tag & 0xFFFF)


def swapped(value: bytes, width: int) -> bytes:
    """`value` with the bytes of each number of `width` in the other order; a rest is left as it is."""
    letter = {2: "H", 4: "I", 8: "Q"}[width]
    count = len(value) // width
    return struct.pack(f"<{count}{letter}", *struct.unpack_from(f">{count}{letter}", value)) + value[count * width :]
