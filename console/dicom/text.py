"""Texts of a DICOM object: decoded with the declared character set or, where the bytes belie it, with a better one.

What is shown goes through `console.model.text.clean` first.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Sequence
from itertools import pairwise

from console.model.picture import CharacterSet
from console.model.text import clean as clean

_DECLARED = {
    "": "ascii",
    "ISO_IR 6": "ascii",
    "ISO 2022 IR 6": "ascii",
    "ISO_IR 100": "latin-1",
    "ISO 2022 IR 100": "latin-1",
    "ISO_IR 192": "utf-8",
    "GB18030": "gb18030",
    "GBK": "gb18030",
    "ISO 2022 IR 58": "gb18030",
}
_ALIASES = {
    "GB 18030": "GB18030",
    "GB2312": "GB18030",
    "GB 2312": "GB18030",
    "CP936": "GBK",
    "ISO_IR 58": "ISO 2022 IR 58",
    "UTF-8": "ISO_IR 192",
    "UTF8": "ISO_IR 192",
    "ISO-8859-1": "ISO_IR 100",
}
_OTHERS = re.compile(r"^ISO(_IR| 2022 IR) (13|87|101|109|110|126|127|138|144|148|149|159|166|203)$")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_SIGNS = re.compile(
    "[·×÷°±\u0391-\u03c9\u2010-\u2027\u2030-\u203b\u2100-\u22ff\u2460-\u26ff\u3000-\u33ff\uff00-\uff65\uffe0-\uffe6]"
)
_DESIGNATION = re.compile(rb"\x1b[\x20-\x2f]+[\x30-\x7e]")
_DESIGNATION_LEFT = re.compile("\x1b[\x20-\x2f]+[\x30-\x7e]")
_SEGMENT = re.compile(rb"[\\^=\s]+")
_PAIR_IN_WORD = re.compile(rb"(?<=[A-Za-z])[\xdf-\xff]{2}(?=[A-Za-z])")
"""Two accented small letters inside a word; the first bytes of common Han characters would be capitals there."""
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")


def normalise(term: str) -> str:
    """The defined term that a label means: upper case, ISO-IR and ISO IR written as ISO_IR, known nicknames."""
    name = " ".join(term.strip().upper().split())
    name = re.sub(r"^ISO[-_ ]?IR[-_ ]*(\d+)$", r"ISO_IR \1", name)
    name = re.sub(r"^ISO[-_ ]2022[-_ ]IR[-_ ]*(\d+)$", r"ISO 2022 IR \1", name)
    return _ALIASES.get(name, name)


def is_chinese(text: str) -> bool:
    """Whether what is beyond ASCII is Han characters and the signs that Chinese texts use, at least one Han."""
    beyond = [char for char in text if char > "\x7f"]
    return any(_HAN.match(char) for char in beyond) and all(_HAN.match(char) or _SIGNS.match(char) for char in beyond)


def _decodes(data: bytes, codec: str) -> str | None:
    """`data` as text, or None; a character cut in half at the end, as field limits leave them, is left out."""
    try:
        return getincrementaldecoder(codec)().decode(data)
    except UnicodeDecodeError:
        return None


def _latin_is_plausible(segment: bytes) -> bool:
    """Whether a segment reads like a European word: accents stand alone or in pairs inside ASCII letters."""
    runs = [len(run) for run in _HIGH_RUN.findall(segment)]
    if all(run == 1 for run in runs):
        return not any(0x80 <= byte < 0xA0 for byte in segment)
    if any(byte in b"\xd7\xf7" or 0x80 <= byte < 0xC0 for byte in segment if byte > 0x7F):
        return False
    if max(runs) == 2 and len(_PAIR_IN_WORD.findall(segment)) == runs.count(2):
        return True
    letters = sum(chr(byte).isalpha() for byte in segment if byte < 0x80)
    return max(runs) <= 2 and letters >= 2 * max(runs) - 1 and not _capital_inside(segment)


def _capital_inside(segment: bytes) -> bool:
    """Whether an accented capital follows a small letter, as in `aÕÅ`; words do not look like that."""
    text = segment.decode("latin-1")
    return any(before.islower() and after.isupper() and after > "\x7f" for before, after in pairwise(text))


def _segments(samples: Iterable[bytes]) -> list[bytes]:
    return [part for sample in samples for part in _SEGMENT.split(sample) if _HIGH_RUN.search(part)]


def _looks_like_utf8(samples: Sequence[bytes]) -> bool:
    """Strict UTF-8 with sequences of several bytes; two-byte ones only where they are no plain GB 2312 text."""
    texts = [_decodes(sample, "utf-8") for sample in samples]
    if any(text is None for text in texts):
        return False
    joined = "".join(text or "" for text in texts)
    if any(ord(char) > 0x7FF for char in joined):
        return True
    # U+0080-U+07FF takes two bytes, and so do GB 2312 characters: one name may be valid as both.
    apart = [part for part in _segments(samples) if all(byte > 0x7F for byte in part)]
    return not (apart and all((_decodes(part, "gb2312") or "") and is_chinese(part.decode("gb2312")) for part in apart))


def choose(declared: Sequence[str], samples: Sequence[bytes]) -> CharacterSet:
    """Decide how the texts of one object are read.

    `declared` are the values of Specific Character Set (PS3.3 C.12.1.1.2), `samples` the raw values of its texts.
    GBK under a Latin or missing label is the common fault of Chinese sites, UTF-8 under such a label the second;
    both are recognised by strict decoding, and only where the declared reading is implausible.
    """
    label = "\\".join(declared)
    terms = [normalise(term) for term in declared] or [""]
    stands = CharacterSet(label, "\\".join(terms) if any(terms) else "ISO_IR 6", False)
    high = [sample for sample in samples if any(byte > 0x7F for byte in sample)]
    if not high or any(b"\x1b" in sample for sample in samples) or any(_OTHERS.match(term) for term in terms):
        return stands
    codecs = [_DECLARED.get(term, "ascii") for term in terms]
    codec = "gb18030" if "gb18030" in codecs else codecs[0]
    latin = all(_latin_is_plausible(part) for part in _segments(high))
    if codec == "utf-8" and any(_decodes(sample, "utf-8") for sample in high):
        return stands
    if codec == "gb18030":
        if all(is_chinese(_decodes(sample, "utf-8") or "") for sample in high):
            return CharacterSet(label, "ISO_IR 192", True)
        fits = any(_decodes(sample, "gb18030") is not None for sample in high)
        return CharacterSet(label, "ISO_IR 100", True) if latin and not fits else stands
    if codec != "utf-8" and _looks_like_utf8(high):
        return CharacterSet(label, "ISO_IR 192", True)
    if (codec == "utf-8" or not latin) and all(is_chinese(_decodes(sample, "gb18030") or "") for sample in high):
        return CharacterSet(label, "GB18030", True)
    return stands if codec == "latin-1" else CharacterSet(label, "ISO_IR 100", True)


def decode(data: bytes, used: str) -> str:
    """One raw value as text, padding removed, not cleaned. `used` is CharacterSet.used; bad bytes become U+FFFD."""
    data = data.rstrip(b"\0 ")
    if data.isascii() and b"\x1b" not in data:
        return data.decode("ascii")
    terms = [normalise(term) for term in used.split("\\")]
    codecs = [_DECLARED.get(term) for term in terms]
    if "gb18030" in codecs and all(codec is not None for codec in codecs):
        # Designations of ISO 2022 IR 58 (ESC $ ) A) are no text; the bytes behind them are GB 2312, part of GB 18030.
        return _DESIGNATION.sub(b"", data).decode("gb18030", "replace")
    if len(terms) == 1 and codecs[0] is not None:
        return data.decode("latin-1" if codecs[0] == "ascii" else codecs[0], "replace")
    return _decode_extended(data, terms)


def _decode_extended(data: bytes, terms: Sequence[str]) -> str:
    """Other single-byte sets and code extensions (PS3.5 6.1.2.5), which pydicom knows."""
    from pydicom.charset import convert_encodings, decode_bytes  # only the helper process comes here

    text = decode_bytes(data, convert_encodings(list(terms)), {0x0A, 0x0C, 0x0D, 0x5E, 0x3D})
    return _DESIGNATION_LEFT.sub("", text)
