"""The elements of one dataset, read tolerantly: a bad value costs that value, never the object.

pydicom finds the elements (raw bytes, VR, position); the values are made here because pydicom's own conversion raises
for one malformed number and decodes texts with a label that is often wrong.
"""

import math
import struct
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from io import BytesIO
from typing import Literal

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.filereader import data_element_generator, read_sequence_item
from pydicom.sequence import Sequence as ItemSequence
from pydicom.values import convert_SQ

from console.dicom.reading import RawText
from console.dicom.text import choose, clean, decode

MALFORMED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    TypeError,
    ValueError,
    EOFError,
    OSError,
)
"""What pydicom raises for bytes that are not what they say (UnicodeError and struct.error aside)."""
UNREADABLE = (*MALFORMED, struct.error, RuntimeError, MemoryError, AssertionError)
"""Everything that a stranger's bytes can make a parser or a codec raise (imagecodecs raises RuntimeError)."""

_CHARSET = 0x00080005
_SKIMMED = 1 << 16
_NUMBERS = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d", "UV": "Q", "SV": "q"}
_TEXTS = ("PN", "LO", "SH", "ST", "LT", "UT", "UC")
Raw = RawDataElement | DataElement


class Elements:
    """Elements of a dataset or a sequence item, by DICOM keyword."""

    def __init__(
        self,
        raw: Mapping[int, Raw],
        fetch: Callable[[int, int], bytes] | None = None,
        charset: str = "",
        signed: bool = False,
    ) -> None:
        self.raw = raw
        """Elements by tag number, ascending as they stood."""
        self._fetch = fetch
        self.charset = charset
        """CharacterSet.used, for texts."""
        self.signed = signed
        """Pixel Representation is 1, which decides elements of VR "US or SS"."""

    def __contains__(self, keyword: str) -> bool:
        return tag_of(keyword) in self.raw

    def refill(self, fetch: Callable[[int, int], bytes]) -> None:
        """Read long values, which were left in the file, through `fetch` from now on."""
        self._fetch = fetch

    def vr(self, tag: int) -> str:
        """VR of an element: as it stands, or from the dictionary where it stands as nothing or UN."""
        found = str(self.raw[tag].VR or "")
        if found in ("", "UN"):
            found = _dictionary(tag) or found or "UN"
        if " or " in found:
            return "SS" if self.signed and "SS" in found else found.split(" or ")[0]
        return found

    def value_bytes(self, tag: int, limit: int = 1 << 24) -> bytes:
        """The raw value, at most `limit` bytes; empty for sequences and where there is none."""
        element = self.raw.get(tag)
        if not isinstance(element, RawDataElement):
            return b""
        if element.value is None and self._fetch is not None and element.length:
            return self._fetch(element.value_tell, min(element.length, limit))
        return element.value[:limit] if isinstance(element.value, bytes) else b""

    def length(self, tag: int) -> int:
        """Bytes of the value; 0 for sequences."""
        element = self.raw[tag]
        return element.length if isinstance(element, RawDataElement) else 0

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """The values as numbers; what is no number becomes NaN; empty where the element is missing."""
        tag = tag_of(keyword)
        return self.numbers_of(tag) if tag in self.raw else ()

    def numbers_of(self, tag: int) -> tuple[float, ...]:
        """As `numbers`, by tag."""
        data = self.value_bytes(tag)
        vr = self.vr(tag)
        if vr not in _NUMBERS and vr not in ("DS", "IS"):
            vr = _dictionary_vr(tag, self.signed)
        if vr in _NUMBERS:
            element = self.raw[tag]
            order = "<" if not isinstance(element, RawDataElement) or element.is_little_endian else ">"
            size = struct.calcsize(_NUMBERS[vr])
            count = len(data) // size
            return tuple(float(value) for value in struct.unpack(f"{order}{count}{_NUMBERS[vr]}", data[: count * size]))
        texts = data.decode("latin-1").strip("\0 ")
        return tuple(_number(text) for text in texts.split("\\")) if texts else ()

    def number(self, keyword: str) -> float | None:
        """The first value when it is a finite number."""
        values = self.numbers(keyword)
        return values[0] if values and math.isfinite(values[0]) else None

    def integer(self, keyword: str) -> int | None:
        """The first value when it is a whole number that fits 64 bits."""
        value = self.number(keyword)
        return int(value) if value is not None and value == int(value) and abs(value) < 2**63 else None

    def text(self, keyword: str) -> str:
        """The value for display: decoded, cleaned, values joined by a backslash; empty where missing."""
        tag = tag_of(keyword)
        return self.text_of(tag) if tag in self.raw else ""

    def text_of(self, tag: int, limit: int = 4096) -> str:
        """As `text`, by tag, from at most `limit` bytes."""
        data = self.value_bytes(tag, limit)
        return clean(decode(data, self.charset, "name" if self.vr(tag) == "PN" else "text")).strip()

    def strings(self, keyword: str) -> tuple[str, ...]:
        """The values, split."""
        text = self.text(keyword)
        return tuple(part.strip() for part in text.split("\\")) if text else ()

    def code(self, keyword: str) -> str:
        """A coded string (CS): first value, upper case."""
        values = self.strings(keyword)
        return values[0].upper() if values else ""

    def table_bytes(self, keyword: str) -> bytes:
        """The raw bytes of a lookup table; empty where missing."""
        return self.value_bytes(tag_of(keyword))

    def byte_order(self, keyword: str) -> Literal["little", "big"]:
        """How numbers of an element are written."""
        return self.order_of(tag_of(keyword))

    def order_of(self, tag: int) -> Literal["little", "big"]:
        """As `byte_order`, by tag."""
        return "little" if getattr(self.raw.get(tag), "is_little_endian", True) else "big"

    def items(self, keyword: str) -> list["Elements"]:
        """The items of a sequence; empty where it is missing or cannot be read."""
        tag = tag_of(keyword)
        return self.items_of(tag) if tag in self.raw else []

    def items_of(self, tag: int) -> list["Elements"]:
        """As `items`, by tag."""
        return [self._item(item) for item in self._datasets(tag)]

    def first_item(self, keyword: str) -> "Elements | None":
        """The first item of a sequence, without reading the others: an enhanced object has one for each frame."""
        tag = tag_of(keyword)
        element = self.raw.get(tag)
        if element is None:
            return None
        if not isinstance(element, RawDataElement) or self.vr(tag) != "SQ":
            return next(iter(self.items_of(tag)), None)
        unknown = element.VR == "UN"
        stream = BytesIO(self.value_bytes(tag))
        try:
            item = read_sequence_item(
                stream, element.is_implicit_VR or unknown, element.is_little_endian or unknown, "iso8859"
            )
        except UNREADABLE:
            return None
        return None if item is None else self._item(item)

    def skim(self, keyword: str) -> list["Elements"]:
        """As `items`, without values of more than 64 kB: a sequence may hold the samples of a whole day."""
        tag = tag_of(keyword)
        element = self.raw.get(tag)
        if not isinstance(element, RawDataElement) or element.VR == "UN" or element.length <= _SKIMMED:
            return self.items(keyword)
        found: list[Elements] = []
        place, end = 0, element.length
        order: Literal["little", "big"] = self.order_of(tag)
        while place + 8 <= end:
            head = self._part(element, place, 8)
            group, number, length = (
                int.from_bytes(head[at : at + size], order) for at, size in ((0, 2), (2, 2), (4, 4))
            )
            if len(head) < 8 or (group, number) != (0xFFFE, 0xE000) or length == 0xFFFFFFFF:
                return found or self.items(keyword)
            stream = BytesIO(self._part(element, place + 8, min(length, 1 << 24)))
            item = Dataset()
            try:
                for part in data_element_generator(
                    stream, element.is_implicit_VR, element.is_little_endian, defer_size=_SKIMMED
                ):
                    item[part.tag] = part
            except UNREADABLE:
                pass  # what stands before the damage counts
            found.append(self._item(item))
            place += 8 + length
        return found

    def _part(self, element: RawDataElement, at: int, count: int) -> bytes:
        """Some bytes of a value, which may have been left in the file."""
        if element.value is None and self._fetch is not None:
            return self._fetch(element.value_tell + at, count)
        return element.value[at : at + count] if isinstance(element.value, bytes) else b""

    def _item(self, item: Dataset) -> "Elements":
        raw = {int(key): item.get_item(key, keep_deferred=True) for key in item.keys()}
        inner = Elements(raw, None, self.charset, self.signed)
        if _CHARSET in raw:
            inner.charset = choose(inner.strings("SpecificCharacterSet"), list(inner.text_samples())).used
        return inner

    def _datasets(self, tag: int) -> list[Dataset]:
        element = self.raw[tag]
        if isinstance(element, DataElement):
            return list(element.value) if isinstance(element.value, ItemSequence) else []
        if self.vr(tag) != "SQ":
            return []
        # A sequence written as UN holds implicit VR little endian (PS3.5 6.2.2 note 4).
        unknown = element.VR == "UN"
        implicit = element.is_implicit_VR or unknown
        try:
            return list(convert_SQ(self.value_bytes(tag), implicit, element.is_little_endian or unknown))
        except (*MALFORMED, struct.error, RecursionError):
            return []

    def text_samples(self) -> Iterator[bytes]:
        """Raw values of the standard texts that a character set applies to, sequence items not included."""
        return (value.raw for value in self.raw_texts("").values())

    def raw_texts(self, declared: str) -> dict[int, RawText]:
        """As `text_samples`, by tag, for `console.dicom.reading`; `declared` is the label of this dataset."""
        found: dict[int, RawText] = {}
        for tag in self.raw:
            if not tag >> 16 & 1 and (vr := self.vr(tag)) in _TEXTS:
                data = self.value_bytes(tag, 4096).rstrip(b"\0 ")
                if data:
                    found[tag] = RawText(data, declared, "name" if vr == "PN" else "text")
        return found


def tag_of(keyword: str) -> int:
    """The tag number of a DICOM keyword that stands in our source."""
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise KeyError(keyword)
    return tag


def _dictionary_vr(tag: int, signed: bool) -> str:
    vr = _dictionary(tag) or "UN"
    if " or " in vr:
        return "SS" if signed and "SS" in vr else vr.split(" or ")[0]
    return vr


@lru_cache(4096)
def _dictionary(tag: int) -> str:
    """VR of the dictionary, empty where it has none; a dose report asks for the same few 20,000 times."""
    try:
        return dictionary_VR(tag)
    except KeyError:
        return ""


def _number(text: str) -> float:
    try:
        return float(text.strip("\0 "))
    except ValueError:
        return math.nan
