"""The character sets of DICOM and the labels that name them (PS3.3 C.12.1.1.2), and common misspellings."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

ROMAJI, KANA = "romaji", "kana"
"""The two halves of JIS X 0201, which Python has no codec for."""


class Codes(NamedTuple):
    """One set of characters that a designation brings in (PS3.3 tables C.12-3 and C.12-4)."""

    codec: str
    """Python's codec, or "romaji" or "kana"."""
    escape: bytes
    """The designation."""
    area: Literal[0, 1]
    """0 where its bytes are below 80 (G0), 1 where they are above (G1)."""
    wide: bool = False
    """Whether a character takes two bytes."""


_EXTENSIONS: dict[str, tuple[Codes, ...]] = {
    "6": (Codes("ascii", b"\x1b(B", 0),),
    "100": (Codes("iso8859_1", b"\x1b-A", 1),),
    "101": (Codes("iso8859_2", b"\x1b-B", 1),),
    "109": (Codes("iso8859_3", b"\x1b-C", 1),),
    "110": (Codes("iso8859_4", b"\x1b-D", 1),),
    "144": (Codes("iso8859_5", b"\x1b-L", 1),),
    "127": (Codes("iso8859_6", b"\x1b-G", 1),),
    "126": (Codes("iso8859_7", b"\x1b-F", 1),),
    "138": (Codes("iso8859_8", b"\x1b-H", 1),),
    "148": (Codes("iso8859_9", b"\x1b-M", 1),),
    "203": (Codes("iso8859_15", b"\x1b-b", 1),),
    "166": (Codes("iso8859_11", b"\x1b-T", 1),),
    "13": (Codes(ROMAJI, b"\x1b(J", 0), Codes(KANA, b"\x1b)I", 1)),
    "87": (Codes("jisx0208", b"\x1b$B", 0, True),),
    "159": (Codes("jisx0212", b"\x1b$(D", 0, True),),
    "149": (Codes("cp949", b"\x1b$)C", 1, True),),
    "58": (Codes("gb18030", b"\x1b$)A", 1, True),),
}
ALONE = {"ISO_IR 192": "utf-8", "GB18030": "gb18030", "GBK": "gb18030"}
"""Sets that stand alone and know no escapes (PS3.3 table C.12-5)."""
ASCII = _EXTENSIONS["6"][0]
BY_ESCAPE = {codes.escape: codes for sets in _EXTENSIONS.values() for codes in sets}
# Not in DICOM, but in ISO 2022, and written by someone: the 1978 set, the short forms, two sets on the other side.
BY_ESCAPE |= {
    b"\x1b$@": _EXTENSIONS["87"][0],
    b"\x1b$(B": _EXTENSIONS["87"][0],
    b"\x1b$A": Codes("gb2312", b"\x1b$A", 0, True),
    b"\x1b$(A": Codes("gb2312", b"\x1b$(A", 0, True),
    b"\x1b$(C": Codes("euc_kr", b"\x1b$(C", 0, True),
    b"\x1b(I": Codes("kana low", b"\x1b(I", 0),
}

_ALIASES = {
    "ASCII": "ISO_IR 6",
    "US-ASCII": "ISO_IR 6",
    "GB 18030": "GB18030",
    "GB-18030": "GB18030",
    "GB18030-2000": "GB18030",
    "GB18030-2005": "GB18030",
    "ISO 2022 GB18030": "GB18030",
    "GB2312": "GB18030",
    "GB 2312": "GB18030",
    "GB-2312": "GB18030",
    "GB2312-80": "GB18030",
    "GB_2312-80": "GB18030",
    "EUC-CN": "GB18030",
    "CP936": "GBK",
    "CP 936": "GBK",
    "MS936": "GBK",
    "WINDOWS-936": "GBK",
    "ISO 2022 GBK": "GBK",
    "ISO 2022 58": "ISO 2022 IR 58",
    "ISO_IR 58": "ISO 2022 IR 58",
    "ISO_IR 87": "ISO 2022 IR 87",
    "ISO_IR 149": "ISO 2022 IR 149",
    "ISO_IR 159": "ISO 2022 IR 159",
    "ISO 2022 IR 192": "ISO_IR 192",
    "UTF-8": "ISO_IR 192",
    "UTF8": "ISO_IR 192",
    "UTF_8": "ISO_IR 192",
    "LATIN1": "ISO_IR 100",
    "LATIN-1": "ISO_IR 100",
}
_PARTS = {"1": "100", "2": "101", "3": "109", "4": "110", "5": "144", "6": "127", "7": "126", "8": "138", "9": "148"}
_PARTS |= {"11": "166", "15": "203"}


def normalise(term: str) -> str:
    """The defined term that a label means: upper case, ISO-IR and ISO IR written as ISO_IR, known nicknames."""
    name = " ".join(term.strip("\0 ").upper().split())
    name = re.sub(r"^(?:ISO[-_ ]?)?IR[-_ ]*(\d+)$", r"ISO_IR \1", name)
    name = re.sub(r"^ISO[-_ ]?2022[-_ ]?IR[-_ ]*(\d+)$", r"ISO 2022 IR \1", name)
    part = re.match(r"^ISO[-_ ]?8859[-_ ](\d+)$", name)
    if part and part[1] in _PARTS:
        return f"ISO_IR {_PARTS[part[1]]}"
    return _ALIASES.get(name, name)


class Declaration(NamedTuple):
    """A Specific Character Set as it was declared, and what it means for reading."""

    terms: tuple[str, ...]
    """The values, normalised; one empty term where there are none."""
    used: str
    """The terms joined by a backslash; ISO_IR 6 where nothing is declared."""
    family: Literal["none", "latin", "utf-8", "chinese", "other"]
    """What the label promises: nothing beyond ASCII (or nobody knows the label), Latin letters, and so on."""
    alone: str
    """The codec of the set that stands alone, empty for single bytes and code extensions."""
    left: Codes
    """The set that is active below 80 before any escape."""
    right: Codes | None
    """The set that is active above 80 before any escape, None where the label gives none."""
    spare: Codes | None
    """The set that bytes above 80 are taken from where none is active: one of the further values."""


@lru_cache(maxsize=1024)
def label_of(declared: str) -> Declaration:
    """What a Specific Character Set means; `declared` are its values joined by a backslash."""
    terms = tuple(normalise(term) for term in declared.split("\\"))
    used = "\\".join(terms) if any(terms) else "ISO_IR 6"
    alone = next((ALONE[term] for term in terms if term in ALONE), "")
    sets = [sets_of(term) for term in terms]
    left, right = ASCII, None
    for codes in sets[0]:
        if codes.area == 0 and not codes.wide:
            left = codes
        elif codes.area == 1:
            right = codes
    spare = next((codes for group in sets for codes in group if codes.area == 1), None)
    return Declaration(terms, used, _family(alone, sets), alone, left, right, spare)


def sets_of(term: str) -> tuple[Codes, ...]:
    match = re.match(r"^ISO(?:_IR| 2022 IR) (\d+)$", term)
    return _EXTENSIONS.get(match[1], ()) if match else ()


def _family(alone: str, sets: Sequence[tuple[Codes, ...]]) -> Literal["none", "latin", "utf-8", "chinese", "other"]:
    beyond = {codes.codec for group in sets for codes in group} - {"ascii"}
    if alone == "gb18030" or "gb18030" in beyond:
        return "chinese"
    if alone:
        return "utf-8"
    if not beyond:
        return "none"
    latin = {"iso8859_1", "iso8859_2", "iso8859_3", "iso8859_4", "iso8859_9", "iso8859_15"}
    return "latin" if beyond <= latin else "other"
