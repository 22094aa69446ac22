"""Texts against the character set that the file names (PS3.3 C.12.1.1.2), at every depth.

The texts of one file vote, as those of a study do where it is indexed; a label that explains its bytes is believed.
"""

from collections.abc import Mapping, Sequence

from console.dicom.character_sets import label_of, normalise
from console.dicom.characters import decode
from console.dicom.reading import RawText, Reading, read_texts
from console.i18n import N_
from console.repair.doctor.codes import Found
from console.repair.doctor.harvest import Text, name_of

_LOST = "\ufffd"
_TWO_MARKS = 2
_EXTENDED = "ISO 2022 IR "


def text_findings(texts: Sequence[Text], charsets: Mapping[str, int]) -> list[Found]:
    """What is wrong with the texts of a file, and with its labels."""
    found = [_unknown(declared, place) for declared, place in charsets.items() if not known(declared)]
    told = {one.code for one in found}
    lost = [text for text in texts if _is_lost(text)]
    if lost:
        found.append(_about("lost-text", N_("{element} is the first; texts of this kind: {count}."), lost))
    asked = [text for text in texts if not (text.raw.isascii() and b"\x1b" not in text.raw)]
    if not asked or told:
        return found
    readings = read_texts([RawText(text.raw.rstrip(b"\0 "), text.charset, text.kind) for text in asked])
    pairs = list(zip(asked, readings, strict=True))
    double = [text for text, reading in pairs if ">" in reading.other_charset]
    wrong = [(text, reading) for text, reading in pairs if _is_wrong(text, reading)]
    bare = [text for text in asked if label_of(text.charset).family == "none" and not text.raw.isascii()]
    if double:
        found.append(_about("double-encoded", N_("{element} is the first; texts of this kind: {count}."), double))
    wrong = [(text, reading) for text, reading in wrong if text not in double and text not in lost]
    if wrong:
        found.append(_labelled(pairs, wrong, double, bare))
    elif bare and not double:
        found.append(_about("no-charset", N_("{element} is the first; texts of this kind: {count}."), bare))
    return found


def known(declared: str) -> bool:
    """Whether every term of a Specific Character Set is one of the Standard's defined terms."""
    terms = [term.strip() for term in declared.split("\\")]
    for number, term in enumerate(terms):
        if not term and number == 0:
            continue
        if normalise(term) != term:
            return False
        if term not in ("ISO_IR 6", "ISO 2022 IR 6") and label_of(term).family == "none":
            return False
    return True


def _unknown(declared: str, place: int) -> Found:
    meant = normalise(declared.split("\\")[0])
    values = {"charset": declared, "meant": meant}
    detail = N_('It says "{charset}".')
    if known(meant) and meant:
        detail = N_('It says "{charset}", which probably means {meant}.')
    return Found("unknown-charset", detail, values, place, 0x00080005)


def _is_lost(text: Text) -> bool:
    """Whether letters were replaced: by U+FFFD as bytes of UTF-8, or by question marks throughout a name."""
    raw = text.raw.rstrip(b"\0 ")
    if raw.isascii():
        return raw.count(b"?") >= _TWO_MARKS
    return _LOST.encode() in raw or b"\x84\x31\xa4\x37" in raw


def _is_wrong(text: Text, reading: Reading) -> bool:
    """Whether the bytes do not fit their label: another set reads them, or nothing does."""
    if reading.repaired:
        return True
    return _LOST in decode(text.raw.rstrip(b"\0 "), text.charset, text.kind) and label_of(text.charset).family != "none"


def _labelled(
    pairs: Sequence[tuple[Text, Reading]],
    wrong: Sequence[tuple[Text, Reading]],
    double: Sequence[Text],
    bare: Sequence[Text],
) -> Found:
    """One set throughout, which is not the one that is named, or several."""
    sound = [text for text, reading in pairs if not reading.repaired and text not in double and text not in bare]
    sound = [text for text in sound if all(text is not other for other, _reading in wrong)]
    sets = {reading.charset for _text, reading in wrong}
    first, reading = wrong[0]
    values = {"element": name_of(first.tag), "count": len(wrong), "charset": reading.charset, "said": first.charset}
    if sound or len(sets) > 1:
        detail = N_("{element} reads as {charset} under the label {said}, others do not; texts like it: {count}.")
        return Found("mixed-charset", detail, values, first.offset, first.tag)
    if all(not text.charset for text, _reading in wrong):
        detail = N_("{element} reads as {charset}; texts like it: {count}.")
        return Found("no-charset", detail, values, first.offset, first.tag)
    detail = N_("{element} reads as {charset} and not as {said}; texts like it: {count}.")
    return Found("wrong-charset", detail, values, first.offset, first.tag)


def _about(code: str, detail: str, texts: Sequence[Text]) -> Found:
    first = texts[0]
    return Found(code, detail, {"element": name_of(first.tag), "count": len(texts)}, first.offset, first.tag)
