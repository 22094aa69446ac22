"""Palettes (PS3.3 C.7.6.3.1.5, C.7.9): plain tables, and segmented ones expanded."""

from collections.abc import Sequence

import numpy as np

from console.dicom.colour import Palette
from console.dicom.elements import Elements
from console.dicom.grayscale import read_table
from console.i18n import _

_COLOURS = ("Red", "Green", "Blue")


def read_palette(elements: Elements, signed: bool) -> Palette | None:
    """The palette scaled to 8 bits, or None where it is missing, or is not what it says."""
    tables = [_table(elements, name, signed) for name in _COLOURS]
    channels, first = [], 0
    for table in tables:
        if table is None:
            return None
        first, bits, entries = table
        values = np.array(entries, np.uint16)
        # Tables that say 16 bits but hold 8 are common; a palette of nothing but near-black is not.
        deep = bits > 8 and int(values.max()) > 255
        channels.append((values >> (bits - 8) if deep else values).astype(np.uint8))
    if len({len(channel) for channel in channels}) != 1:
        return None
    return Palette(first, np.stack(channels, axis=1))


def _table(elements: Elements, name: str, signed: bool) -> tuple[int, int, Sequence[int]] | None:
    """(first input, bits, entries) of one colour, plain where it is there, else segmented."""
    descriptor = f"{name}PaletteColorLookupTableDescriptor"
    plain = f"{name}PaletteColorLookupTableData"
    if plain in elements:
        return read_table(elements, descriptor, plain, signed)
    segmented = f"Segmented{name}PaletteColorLookupTableData"
    head = elements.numbers(descriptor)
    if segmented not in elements or len(head) != 3 or head[2] not in (8, 16):
        return None
    count, first, bits = int(head[0]) & 0xFFFF or 0x10000, int(head[1]), int(head[2])
    if first >= 0 and signed:
        first = ((first & 0xFFFF) ^ 0x8000) - 0x8000
    data = elements.table_bytes(segmented)
    width = 1 if bits == 8 else 2
    order = ("<" if elements.byte_order(segmented) == "little" else ">") if width == 2 else "|"
    words = np.frombuffer(data[: len(data) // width * width], np.dtype(f"{order}u{width}")).tolist()
    try:
        entries = expand(words, count, bits)
    except ValueError:
        return None
    return first, bits, entries


def expand(words: Sequence[int], count: int, bits: int = 16) -> list[int]:
    """The `count` entries that segments describe (PS3.3 C.7.9.2). Raises ValueError where they describe others.

    A segment is its opcode, its length and its values: 0 discrete values; 1 a line from the entry before to the value
    given; 2 copies so many segments from a byte offset (two words, the lower one first), which may hold no others of
    that kind. A padding byte behind the last entry is let go.
    """
    entries: list[int] = []
    place = 0
    while place < len(words) and len(entries) < count:
        place = _segment(words, place, entries, count, bits // 8 or 1, True)
    if len(entries) != count:
        raise ValueError(_("The segments describe another number of entries."))
    return entries


def _segment(words: Sequence[int], place: int, entries: list[int], count: int, width: int, may_copy: bool) -> int:
    """Add the entries of the segment at word `place`; the place behind it."""
    if place + 2 > len(words):
        raise ValueError(_("A segment of the palette is cut off."))
    opcode, length = words[place], words[place + 1]
    place += 2
    if opcode == 0 and place + length <= len(words):
        entries.extend(words[place : place + length])
        return _checked(place + length, entries, count)
    if opcode == 1 and place < len(words) and entries and length:
        start, end = entries[-1], words[place]
        entries.extend(start + round((end - start) * step / length) for step in range(1, length + 1))
        return _checked(place + 1, entries, count)
    parts = 4 if width == 1 else 2
    if opcode == 2 and may_copy and place + parts <= len(words):
        offset = sum(word << (8 * width * at) for at, word in enumerate(words[place : place + parts]))
        source = offset // width
        for _copy in range(length):
            source = _segment(words, source, entries, count, width, False)
        return place + parts
    raise ValueError(_("A segment of the palette is none that the Standard knows."))


def _checked(place: int, entries: Sequence[int], count: int) -> int:
    if len(entries) > count:
        raise ValueError(_("The segments describe another number of entries."))
    return place
