"""The content tree of a structured report (PS3.3 C.17.3): its items in order, each with its name and values.

The tree is taken as it stands, whatever template it follows, and damage costs the item that is damaged. Items that only
point at another one are named and never followed, so that a circle is no trap.
"""

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

from console.dicom.elements import Elements, tag_of
from console.dicom.text import choose, decode
from console.dicom.units import Measured
from console.i18n import _
from console.model.text import clean

DEEPEST = 60
"""Levels that are opened; no template has more than a dozen, and each level of a trap is read again with the next."""
MOST_ITEMS = 50_000
LONGEST = 1 << 22
"""Bytes of one text."""
_CHARSET = 0x00080005
_MOMENT = re.compile(r"^(\d{4})(\d\d)(\d\d)(\d\d(?:\d\d){0,2}(?:\.\d+)?)?([+-]\d{4})?$", re.ASCII)
_CLOCK = re.compile(r"^(\d\d)(\d\d)?(\d\d(?:\.\d+)?)?$", re.ASCII)
_ZONE = re.compile(r"^([+-]\d\d)", re.ASCII)
_SEQUENCE = Tag("ConceptNameCodeSequence")
_SHORT = 1024
_CODES = (tag_of("ConceptNameCodeSequence"), tag_of("ConceptCodeSequence"))


class Code(NamedTuple):
    """One code (PS3.3 8)."""

    value: str
    scheme: str
    meaning: str

    @property
    def text(self) -> str:
        """The meaning, or the code itself where it has none."""
        return self.meaning or (f"({self.value}, {self.scheme})" if self.value or self.scheme else "")


NOTHING = Code("", "", "")


def code_of(elements: Elements, keyword: str) -> Code:
    """The first code of a sequence; an empty one where there is none."""
    element = elements.raw.get(tag_of(keyword))
    if isinstance(element, RawDataElement) and element.length <= _SHORT and isinstance(element.value, bytes):
        return _short_code(
            element.value, element.VR, element.is_implicit_VR, element.is_little_endian, elements.charset
        )
    return _code(elements.first_item(keyword))


@lru_cache(4096)
def _short_code(data: bytes, vr: str | None, implicit: bool, little: bool, charset: str) -> Code:
    """A dose report repeats the same hundred codes thousands of times."""
    element = RawDataElement(_SEQUENCE, vr, len(data), data, 0, implicit, little)
    return _code(Elements({_SEQUENCE: element}, None, charset).first_item("ConceptNameCodeSequence"))


def _code(item: Elements | None) -> Code:
    if item is None:
        return NOTHING
    value = item.text("CodeValue") or item.text("LongCodeValue") or item.text("URNCodeValue")
    return Code(value, item.text("CodingSchemeDesignator"), item.text("CodeMeaning"))


class Item:
    """One content item; values are read when they are asked for."""

    def __init__(self, elements: Elements, position: tuple[int, ...], relation: str) -> None:
        self.elements = elements
        self.position = position
        """As by-reference relationships count: (1,) is the root, (1, 2) its second content item."""
        self.relation = relation
        """Relationship Type, upper case; empty at the root."""
        self.trouble = ""
        """Why what stands below is not listed, one sentence."""

    @property
    def depth(self) -> int:
        """0 for the root."""
        return len(self.position) - 1

    @cached_property
    def kind(self) -> str:
        """Value Type, upper case."""
        return self.elements.code("ValueType")

    @cached_property
    def name(self) -> Code:
        """Concept Name."""
        return code_of(self.elements, "ConceptNameCodeSequence")

    @cached_property
    def code(self) -> Code:
        """Concept Code, the value of a CODE item."""
        return code_of(self.elements, "ConceptCodeSequence")

    @cached_property
    def measured(self) -> tuple[Measured, ...]:
        """The numbers of a NUM item."""
        why = code_of(self.elements, "NumericValueQualifierCodeSequence").text
        found = []
        for item in self.elements.items("MeasuredValueSequence"):
            unit = code_of(item, "MeasurementUnitsCodeSequence")
            numbers = [part.strip() for part in item.text("NumericValue").split("\\")]
            if numbers == [""] and "FloatingPointValue" in item:
                numbers = [f"{number:.17g}" for number in item.numbers("FloatingPointValue")]
            found += [Measured(number, unit.value, unit.meaning, why) for number in numbers]
        return tuple(found) or (Measured("", "", "", why),)

    def text_lines(self, keyword: str) -> list[str]:
        """A text in its lines, each safe to show; blank lines at the ends are left out."""
        tag = tag_of(keyword)
        text = decode(self.elements.value_bytes(tag, LONGEST), self.elements.charset)
        lines = [clean(line).rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
        while lines and not lines[-1].strip():
            lines.pop()
        while lines and not lines[0].strip():
            lines.pop(0)
        if self.elements.raw.get(tag) is not None and self.elements.length(tag) > LONGEST:
            lines.append(_("The text goes on; only its first {limit} MB are shown.").format(limit=LONGEST >> 20))
        return lines


def read_items(root: Elements) -> tuple[list[Item], bool]:
    """The root and all content items below it, each before those below it; and whether the texts belie their label.

    Texts are read with the character set that all texts of the tree speak for, except where an item declares its own.
    """
    items: list[Item] = []
    inherited: list[Item] = []
    # Each entry: the item, and whether it takes its character set from the object.
    stack = [(Item(root, (1,), ""), True)]
    while stack:
        item, inherits = stack.pop()
        items.append(item)
        if inherits:
            inherited.append(item)
        if len(items) >= MOST_ITEMS:
            item.trouble = _("There are more than {count} content items; the rest is not listed.").format(
                count=MOST_ITEMS
            )
            break
        stack += reversed(list(_below(item, inherits)))
    return items, _agree_on_characters(root, inherited)


def _below(item: Item, inherits: bool) -> Iterator[tuple[Item, bool]]:
    if "ContentSequence" not in item.elements:
        return
    if item.depth >= DEEPEST:
        item.trouble = _("What stands below is nested too deeply and is not listed.")
        return
    found = item.elements.items("ContentSequence")
    if not found and item.elements.length(tag_of("ContentSequence")):
        item.trouble = _("What stands below is damaged and cannot be read.")
    for number, elements in enumerate(found, 1):
        below = Item(elements, (*item.position, number), " ".join(elements.code("RelationshipType").split()))
        yield below, inherits and _CHARSET not in elements.raw


def _agree_on_characters(root: Elements, items: list[Item]) -> bool:
    """Choose one character set for all items that have none of their own; True where the label was not believed."""
    declared = root.strings("SpecificCharacterSet")
    samples = [sample for item in items for sample in _samples(item.elements) if not sample.isascii()]
    chosen = choose(declared, [*root.text_samples(), *samples])
    for item in items:
        item.elements.charset = chosen.used
    return chosen.repaired


def _samples(elements: Elements) -> Iterator[bytes]:
    yield from elements.text_samples()
    for tag in _CODES:
        # Most codes are ASCII, and to see that is cheaper than to take them apart.
        if tag in elements.raw and not _surely_ascii(elements.value_bytes(tag)):
            for code in elements.items_of(tag):
                yield from code.text_samples()


def _surely_ascii(sequence: bytes) -> bool:
    """Whether the texts of a sequence are ASCII; the bytes of one of unknown length are not kept, so it is not sure."""
    return bool(sequence) and sequence.replace(b"\xfe\xff\x00\xe0", b"").isascii()


def moment(text: str) -> str:
    """A DICOM date, or date and time (VR DA, DT), as 2026-11-20 10:15:30; what is none of them as it stands."""
    found = _MOMENT.match(text)
    if found is None:
        return text
    year, month, day, clock, zone = found.groups(default="")
    return " ".join(part for part in (f"{year}-{month}-{day}", clock_time(clock), _ZONE.sub(r"\1:", zone)) if part)


def clock_time(text: str) -> str:
    """A DICOM time (VR TM) as 10:15:30, with its fraction where it has one; what is no time as it stands."""
    found = _CLOCK.match(text)
    return ":".join(part for part in found.groups() if part).removesuffix(".000000") if found is not None else text
