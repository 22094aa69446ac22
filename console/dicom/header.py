"""The header as lines for the inspector: every element, sequences opened, values made safe to show."""

from collections.abc import Iterator
from functools import lru_cache

from pydicom.datadict import dictionary_description, dictionary_keyword, private_dictionary_description

from console.dicom.dataset import UNDEFINED, PixelElement
from console.dicom.elements import Elements
from console.i18n import _
from console.model.picture import HeaderElement

_BULK = ("OB", "OW", "OF", "OD", "OL", "OV", "UN")
_NUMERIC = ("US", "SS", "UL", "SL", "FL", "FD", "UV", "SV")
_LONGEST = 512
_MOST_LINES = 50_000
_DEEPEST = 32


def header_lines(meta: Elements, elements: Elements, pixels: PixelElement | None) -> list[HeaderElement]:
    """Every element of the file meta group and the dataset, in file order; at most 50,000 lines."""
    lines: list[HeaderElement] = []
    for line in (*_lines(meta, 0), *_lines(elements, 0)):
        if len(lines) >= _MOST_LINES:
            lines.append(HeaderElement(0, "", "", _("The rest of the header is not listed."), "", ""))
            break
        lines.append(line)
    if pixels is not None:
        size = _("<encapsulated frames>") if pixels.length == UNDEFINED else _bytes(pixels.length)
        name, keyword = _names(pixels.tag, elements)
        lines.append(HeaderElement(0, _tag(pixels.tag), pixels.vr or "OW", name, keyword, size))
    return lines


def _lines(elements: Elements, depth: int) -> Iterator[HeaderElement]:
    for tag in elements.raw:
        vr = elements.vr(tag)
        name, keyword = _names(tag, elements)
        if vr == "SQ":
            items = elements.items_of(tag)
            count = _("{count} items").format(count=len(items))
            yield HeaderElement(depth, _tag(tag), vr, name, keyword, count)
            if depth < _DEEPEST:
                for number, item in enumerate(items, 1):
                    title = _("Item {number}").format(number=number)
                    yield HeaderElement(depth + 1, "(FFFE,E000)", "", title, "", "")
                    yield from _lines(item, depth + 1)
            continue
        yield HeaderElement(depth, _tag(tag), vr, name, keyword, _value(elements, tag, vr))


def _value(elements: Elements, tag: int, vr: str) -> str:
    if vr in _BULK:
        return _bytes(elements.length(tag))
    if vr in _NUMERIC:
        values = elements.numbers_of(tag)
        return "\\".join(f"{value:.10g}" for value in values[:_LONGEST])[:_LONGEST]
    if vr == "AT":
        data = elements.value_bytes(tag, _LONGEST)
        order = elements.order_of(tag)
        words = [int.from_bytes(data[at : at + 2], order) for at in range(0, len(data) - 1, 2)]
        return "\\".join(_tag(group << 16 | element) for group, element in zip(words[::2], words[1::2], strict=False))
    return elements.text_of(tag, 4 * _LONGEST)[:_LONGEST]


def _names(tag: int, elements: Elements) -> tuple[str, str]:
    if (tag >> 16) % 2:
        if tag & 0xFFFF <= 0xFF:
            return "Private Creator", ""
        creator_tag = (tag & 0xFFFF0000) | ((tag >> 8) & 0xFF)
        creator = elements.text_of(creator_tag) if creator_tag in elements.raw else ""
        try:
            return private_dictionary_description(tag, creator), ""
        except KeyError:
            return creator or "Unknown", ""
    return _public_names(tag)


@lru_cache(4096)
def _public_names(tag: int) -> tuple[str, str]:
    try:
        return dictionary_description(tag), dictionary_keyword(tag)
    except KeyError:
        return ("Group Length", "") if not tag & 0xFFFF else ("Unknown", "")


def _tag(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _bytes(count: int) -> str:
    return _("<{count} bytes>").format(count=count)
