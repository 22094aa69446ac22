"""What the bytes of one text say by themselves: which readings are possible, and how sure the likeliest is.

"The first decoder that does not fail" is no rule: most European names are valid GB18030, and one Chinese name in a
hundred is valid UTF-8. Common characters, surnames and the shape of words decide.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from console.dicom.character_sets import KANA, Declaration, label_of
from console.dicom.characters import Kind, decode, designations
from console.dicom.chinese import has_han, is_chinese, is_name, score
from console.dicom.words import alphabet_strength, has_hangul, is_european

CHINESE, UNICODE, LATIN, DECLARED = "GB18030", "ISO_IR 192", "ISO_IR 100", "declared"
"""The readings that are considered; all but the last are also what is voted for."""

_ENOUGH: dict[Kind, float] = {"name": 2, "text": 3}
"""The score at which bytes without a label that explains them are Chinese."""
_ESCAPES = {"gb18030": "ISO 2022 IR 58", "cp949": "ISO 2022 IR 149", "jisx0208": "ISO 2022 IR 87"}
_NEVER = float("-inf")
_CONTROLS = re.compile(rb"[\x80-\x9f]")
NOT_TWICE = ("", "")


class Judgement(NamedTuple):
    """The possible readings of one value."""

    label: Declaration
    readings: Mapping[str, str]
    """Text by CHINESE, UNICODE, LATIN and DECLARED, only those that are possible; not cleaned."""
    chosen: str
    """The key of the likeliest."""
    weight: int = 0
    """How sure it is, 0 to 3: what its vote counts."""
    vote: str = ""
    """What it votes for, empty for nothing."""
    certain: bool = True
    """False where a person should look, unless the study votes the same."""
    open: bool = False
    """Whether a vote of the study may overrule the choice."""
    european: bool = False
    """Whether its Latin reading was needed, and looks like European words."""
    charset: str = ""
    """The terms where escapes bring in what the label does not announce."""
    twice: tuple[str, str] = NOT_TWICE
    """The reading of a text that was encoded twice, and how."""


def judge(raw: bytes, declared: str, kind: Kind) -> Judgement:
    """Judge one value that is not plain ASCII, without padding. Never raises."""
    return _judged(raw, declared, kind) if len(raw) <= 128 else _judge(raw, declared, kind)


def _judge(raw: bytes, declared: str, kind: Kind) -> Judgement:
    label = label_of(declared)
    if b"\x1b" in raw:
        codecs = designations(raw)
        if codecs:
            return _escaped(raw, label, declared, kind, codecs)
        raw = raw.replace(b"\x1b", b"")
    if raw.isascii():
        return Judgement(label, {DECLARED: raw.decode("ascii")}, DECLARED)
    unicode, chinese = _strictly(raw, "utf-8"), _strictly(raw, "gb18030")
    if _is_wide(unicode):
        if label.family != "other" or has_han(unicode):
            return _unicode(raw, label, declared, kind, unicode, undone(unicode, kind))
    elif unicode.endswith("\ufffd") and label.family != "utf-8":
        unicode = ""
    elif unicode and label.family != "other":
        twice = undone(unicode, kind)
        if twice[0]:
            return _unicode(raw, label, declared, kind, unicode, twice)
    if label.family == "chinese":
        return _labelled_chinese(raw, label, declared, kind, unicode, chinese)
    if label.family == "other":
        text = decode(raw, declared, kind)
        if "\ufffd" not in text:
            return _otherwise_labelled(raw, label, kind, text, chinese)
    return _contested(raw, label, declared, kind, unicode, chinese)


_judged = lru_cache(maxsize=8192)(_judge)
"""Institutions and physicians are the same in thousands of studies."""


def _strictly(raw: bytes, codec: str) -> str:
    """`raw` in a strict reading, or empty; a character cut in half by a field limit becomes U+FFFD at the end."""
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as error:
        if len(raw) - error.start > 3:
            return ""
    try:
        return getincrementaldecoder(codec)().decode(raw) + "\ufffd"
    except UnicodeDecodeError:
        return ""


def _is_wide(text: str) -> bool:
    """Whether a reading as UTF-8 has characters of three bytes, and, where it is cut at the end, no others."""
    if text.endswith("\ufffd"):
        return len(text) > 1 and all(char > "\u07ff" or char < "\x80" for char in text) and max(text[:-1]) > "\u07ff"
    return max(text, default="") > "\u07ff"


def _escaped(raw: bytes, label: Declaration, declared: str, kind: Kind, codecs: tuple[str, ...]) -> Judgement:
    text = decode(raw, declared, kind)
    sound = "\ufffd" not in text
    foreign = [_ESCAPES[codec] for codec in codecs if codec in _ESCAPES and _ESCAPES[codec] not in label.terms]
    charset = "\\".join(("", *dict.fromkeys(foreign))) if foreign else ""
    chinese = sound and "gb18030" in codecs
    return Judgement(
        label, {DECLARED: text}, DECLARED, int(chinese), CHINESE if chinese else "", sound, charset=charset
    )


def _unicode(
    raw: bytes, label: Declaration, declared: str, kind: Kind, unicode: str, twice: tuple[str, str]
) -> Judgement:
    """Strict UTF-8 with characters of three bytes, which chance does not make: UTF-8, whatever the label says."""
    readings = {UNICODE: unicode}
    if label.family == "none":
        readings[LATIN] = raw.decode("latin-1")
    elif label.family != "utf-8":
        readings[DECLARED] = decode(raw, declared, kind)
    if twice[0]:
        return Judgement(label, readings, UNICODE, certain=False, twice=twice)
    return Judgement(label, readings, UNICODE, 3, UNICODE)


def _labelled_chinese(
    raw: bytes, label: Declaration, declared: str, kind: Kind, unicode: str, chinese: str
) -> Judgement:
    """Believe the label where it decodes, unless it makes no Chinese of what reads well otherwise."""
    text = chinese or decode(raw, declared, kind)
    readings = {DECLARED: text}
    if kind == "name":
        sound = is_name(chinese)
    else:
        sound = has_han(chinese) and score(chinese, lone=True) >= 0
    strength = alphabet_strength(unicode, kind == "name") if unicode else 0
    if strength == 2 or (strength and not sound):
        readings[UNICODE] = unicode
        return Judgement(label, readings, UNICODE, strength, UNICODE, strength > 1)
    if sound:
        return Judgement(label, readings, DECLARED, 3, CHINESE)
    latin = raw.decode("latin-1")
    if is_european(latin):
        readings[LATIN] = latin
        return Judgement(label, readings, LATIN, certain=False, european=True)
    return Judgement(label, readings, DECLARED, certain=bool(chinese))


def _otherwise_labelled(raw: bytes, label: Declaration, kind: Kind, text: str, chinese: str) -> Judgement:
    """Believe the label; but Japanese machines pass on Chinese names, and half-width kana fit most bytes."""
    if label.right is not None and label.right.codec == KANA and _points(raw, chinese, kind == "name") >= 2:
        return Judgement(label, {DECLARED: text, CHINESE: chinese}, DECLARED, certain=False, open=True)
    return Judgement(label, {DECLARED: text}, DECLARED)


def _contested(raw: bytes, label: Declaration, declared: str, kind: Kind, unicode: str, chinese: str) -> Judgement:
    """No label, a Latin one, or one that the bytes contradict: everything is possible."""
    name = kind == "name"
    latin = decode(raw, declared, kind) if label.family == "latin" else raw.decode("latin-1")
    readings = {LATIN: latin}
    points = _points(raw, chinese, name)
    european = False
    if points < _ENOUGH[kind]:
        european = "\ufffd" not in latin and is_european(latin)
        if european and points < 2:
            points = _NEVER
        elif points == _NEVER and not european and chinese and _in_an_alphabet(chinese, name):
            points = 2.0
    possible = points > _NEVER
    if possible:
        readings[CHINESE] = chinese
    strength = 0
    if unicode:
        readings[UNICODE] = unicode
        strength = alphabet_strength(unicode, name)
    utf_8 = label.family == "utf-8"
    if strength and (strength == 2 or points < _ENOUGH[kind] or utf_8):
        return Judgement(label, readings, UNICODE, strength, UNICODE, open=possible and strength == 1)
    if points >= _ENOUGH[kind]:
        weight = 1 if unicode and utf_8 else 3 if points >= 4 else 2
        return Judgement(label, readings, CHINESE, weight, CHINESE, weight > 1, True)
    if not european and (possible if name else points > 0):
        return Judgement(label, readings, CHINESE, 1, CHINESE, False, True)
    if unicode:
        return Judgement(label, readings, UNICODE, certain=utf_8 and not possible, open=possible)
    return Judgement(label, readings, LATIN, int(european), LATIN if european else "", european, possible, european)


def _points(raw: bytes, chinese: str, name: bool) -> float:
    """The score of the Chinese reading; minus infinity where it is none.

    Bytes 80 to 9F are control codes in Latin sets and halves of characters in GBK.
    """
    text = chinese.rstrip("\ufffd")
    if not (is_name(text) if name else is_chinese(text)):
        return _NEVER
    return score(text) + 2 if _CONTROLS.search(raw) else score(text)


def _in_an_alphabet(text: str, name: bool) -> bool:
    """Whether GB18030 gives words in another alphabet than the Latin one: it can write them all."""
    return (not has_han(text) or has_hangul(text)) and not text.isascii() and alphabet_strength(text, name) == 2


def undone(text: str, kind: Kind) -> tuple[str, str]:
    """A text that was read wrongly and stored again as UTF-8, put right, and the way it went; empty where it was not.

    Only what inverts exactly and gives plausible Chinese counts.
    """
    if has_han(text):
        try:
            inner = text.encode("gb18030").decode("utf-8")
        except UnicodeError:
            return NOT_TWICE
        return (inner, f"{UNICODE} > {CHINESE} > {UNICODE}") if _plausible(inner, kind) else NOT_TWICE
    raw = _latin_bytes(text)
    if not raw:
        return NOT_TWICE
    inner = _strictly(raw, "utf-8")
    if inner and not inner.endswith("\ufffd") and _plausible(inner, kind):
        return inner, f"{UNICODE} > {LATIN} > {UNICODE}"
    inner = _strictly(raw, "gb18030")
    if inner and not inner.endswith("\ufffd"):
        points = _points(raw, inner, kind == "name")
        if points >= 2 or (points >= 0 and not is_european(raw.decode("latin-1"))):
            return inner, f"{CHINESE} > {LATIN} > {UNICODE}"
    return NOT_TWICE


def _plausible(text: str, kind: Kind) -> bool:
    return has_han(text) and (is_name(text) if kind == "name" else is_chinese(text))


def _latin_bytes(text: str) -> bytes:
    """The bytes that were read as ISO_IR 100, or as Windows does it; empty where the text is nothing of the kind."""
    raw = bytearray()
    for char in text:
        try:
            raw += char.encode("latin-1" if char < "\u0100" else "cp1252")
        except UnicodeEncodeError:
            return b""
    return bytes(raw)
