"""The last look at a de-identified copy: does anything that names the patient still stand in it, in any encoding?

Short values are looked for as whole words of texts only: the patient "Li" is no reason to refuse every object that
says "Limb". What is found costs that file its export, never a silent repair: then the table or the object needs a
person.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from console.dicom.elements import Elements
from console.dicom.text import decode
from console.studies.export.profile import DUMMY_TEXTS

LONGEST = 256
"""Bytes of a value that are looked for."""

_NAMES = (
    0x00100010, 0x00101001, 0x00101005, 0x00101060, 0x00080090, 0x00081048, 0x00081050, 0x00081060, 0x00081070,
    0x00321032,
)  # fmt: skip
_NUMBERS = (0x00100020, 0x00101000, 0x00080050, 0x00100030, 0x00102154, 0x00380010, 0x00101090)
_PLACES = (0x00080080, 0x00080081, 0x00101040, 0x00081040)
_MAKERS = frozenset((0x00080070, 0x00081090))
"""Manufacturer and model, which stay; some devices are delivered with their maker's name as the institution."""
_UIDS = (0x00080018, 0x0020000D, 0x0020000E, 0x00200052)
_LABELS = {
    **dict.fromkeys(_NAMES, "name"),
    **dict.fromkeys(_NUMBERS, "number"),
    **dict.fromkeys(_PLACES, "institution"),
    **dict.fromkeys(_UIDS, "UID"),
}
_SHORTEST = {"name": 4, "number": 4, "institution": 6, "UID": 8}
_SURE = 6
"""Bytes from which a value is looked for anywhere, not as a whole word only."""
_SURE_IN_PIXELS = 8
_SURE_DIGITS = 8
_CODECS = ("utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be", "latin-1", "shift_jis", "euc_kr", "iso8859_5")
_WRITTEN_OUT = frozenset(("LO", "LT", "PN", "SH", "ST", "UC", "UN", "UR", "UT", "AE"))
_COUNTED = frozenset(("DS", "IS", "DA", "TM", "DT", "AS", "UI"))
_STANDARD = b"1.2.840.10008."
_PIECES = re.compile(r"[\^=\\\s,;]+")


class Needle(NamedTuple):
    """One value to look for."""

    data: bytes
    """In small letters."""
    label: str
    """ "name", "number", "institution" or "UID"."""
    whole: bool = True
    """Not a part of a name."""


@dataclass
class Needles:
    """What is looked for, by where it is looked for."""

    anywhere: set[Needle] = field(default_factory=set)
    words: set[Needle] = field(default_factory=set)
    """As whole words, and only in texts."""
    in_pixels: set[Needle] = field(default_factory=set)


def needles_of(elements: Elements, known: tuple[str, ...]) -> Needles:
    """What names the patient in an object, at any depth, and in what else is `known` of the patient."""
    result = Needles()
    _collect(elements, "", result)
    for text in known:
        _add(text, b"", "name", result)
    return result


def found_in(elements: Elements, needles: Needles, skip: frozenset[int]) -> tuple[str, str] | None:
    """What was found, and in which attribute; `skip` are tags of the uppermost level that were put in anew."""
    for tag in elements.raw:
        if tag in skip:
            continue
        vr = elements.vr(tag)
        if vr == "SQ":
            for item in elements.items_of(tag):
                if hit := found_in(item, needles, frozenset()):
                    return hit
        elif label := _in_value(elements.value_bytes(tag), vr, tag in _MAKERS, needles):
            return label, _name(tag)
    return None


def found_in_pixels(data: bytes, needles: Needles) -> str:
    """What was found in a piece of pixel data; compressed frames can carry comments."""
    for needle in needles.in_pixels:
        if needle.data in data:
            return _label(needle.label)
    return ""


def _in_value(value: bytes, vr: str, of_maker: bool, needles: Needles) -> str:
    small = value.lower()
    if vr == "UI":
        values = [one.strip(b"\0 ") for one in small.split(b"\\") if not one.startswith(_STANDARD)]
        hits = [needle for needle in needles.anywhere if needle.label == "UID" and needle.data in values]
        return _label(hits[0].label) if hits else ""
    for needle in needles.anywhere:
        if needle.data in small and not (vr in _COUNTED and len(needle.data) < _SURE_DIGITS):
            # The standard's own terms are no names: a patient called Perfusion does not forbid the image type.
            if (needle.whole or vr != "CS") and not (of_maker and needle.label == "institution"):
                return _label(needle.label)
    if vr in _WRITTEN_OUT and needles.words:
        words = set(re.split(rb"[^0-9a-z\x80-\xff]+", small))
        for needle in needles.words:
            if needle.data in words:
                return _label(needle.label)
    return ""


def _collect(elements: Elements, charset: str, result: Needles) -> None:
    declared = elements.strings("SpecificCharacterSet")
    charset = "\\".join(declared) if declared else charset
    for tag in elements.raw:
        if elements.vr(tag) == "SQ":
            for item in elements.items_of(tag):
                _collect(item, charset, result)
        elif label := _LABELS.get(tag):
            value = elements.value_bytes(tag, LONGEST).strip(b"\0 ")
            if label == "UID":
                _put(value, label, True, result)
            elif value:
                _add(decode(value, charset), value, label, result)


def _add(text: str, raw: bytes, label: str, result: Needles) -> None:
    """Take in a value: its raw bytes, and itself and its pieces in every encoding."""
    pieces = {text.strip(), *(_PIECES.split(text) if label == "name" else [])}
    if raw:
        pieces_of_bytes = {raw, *(re.split(rb"[\^=\\ ]+", raw) if label == "name" else [])}
        for piece in pieces_of_bytes:
            _put(piece, label, piece == raw, result)
        result.in_pixels |= {Needle(raw, label)} if len(raw) >= _SURE_IN_PIXELS and not raw.isdigit() else set()
    for piece in pieces:
        if piece.upper() in DUMMY_TEXTS:
            continue
        for codec in _CODECS:
            try:
                _put(piece.encode(codec), label, piece == text.strip(), result)
            except UnicodeEncodeError:
                continue


def _put(value: bytes, label: str, whole: bool, result: Needles) -> None:
    small = value[:LONGEST].lower().strip(b"\0 ")
    if len(small) < _SHORTEST[label] or small.decode("latin-1").upper() in DUMMY_TEXTS:
        return
    needle = Needle(small, label, whole)
    if label == "UID":
        if not small.startswith(_STANDARD):
            result.anywhere.add(needle)
    elif len(small) < _SURE and small.isascii() and b"\0" not in small:
        result.words.add(needle)
    elif small.isdigit() and len(small) < _SURE_DIGITS:
        result.words.add(needle)
    else:
        result.anywhere.add(needle)


def _label(label: str) -> str:
    from console.i18n import _

    return {
        "name": _("a name"),
        "number": _("a number of the patient"),
        "institution": _("the name or address of the institution"),
        "UID": _("an original UID"),
    }[label]


def _name(tag: int) -> str:
    from pydicom.datadict import keyword_for_tag

    return keyword_for_tag(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
