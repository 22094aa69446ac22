"""What an operator typed, made into the bytes of one element, or refused in a sentence (PS3.5 6.2).

Nothing is cut, padded out or coerced into place: a value that its VR does not allow is a slip, and the byte layer below
would write it without a word.
"""

import re
import struct
from collections.abc import Callable, Iterable
from datetime import date

from pydicom.datadict import dictionary_VM, dictionary_VR, tag_for_keyword

from console.dicom.characters import encode
from console.errors import UsageError
from console.i18n import N_, _
from console.plain import clean

TEXTS = frozenset(("LO", "LT", "PN", "SH", "ST", "UC", "UT"))
"""The VRs that Specific Character Set applies to (PS3.5 6.1.2.2)."""
LIMITS = {"AE": 16, "CS": 16, "DS": 16, "IS": 12, "LO": 64, "LT": 10240, "SH": 16, "ST": 1024, "UI": 64}
"""Characters that one value may have (PS3.5 table 6.2-1)."""

_NUMBERS = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d"}
_WHOLE = ("LT", "ST", "UT")
"""VRs in which a backslash is a letter, since they hold one value."""
_TIME = r"([01]\d|2[0-3])([0-5]\d((?:[0-5]\d|60)(\.\d{1,6})?)?)?"
_FORMS: dict[str, tuple[re.Pattern[str], str]] = {
    "AE": (re.compile(r"[\x20-\x5b\x5d-\x7e]*[\x21-\x5b\x5d-\x7e][\x20-\x5b\x5d-\x7e]*"), N_("an AE title in ASCII")),
    "AS": (re.compile(r"\d{3}[DWMY]"), N_("an age such as 058Y")),
    "CS": (re.compile(r"[A-Z0-9 _]+"), N_("capital letters, digits, blank and _ alone, such as M or HEART")),
    "DA": (re.compile(r"\d{8}"), N_("a day such as 19500131")),
    "DS": (re.compile(r" *[+-]?(\d+(\.\d*)?|\.\d+)([Ee][+-]?\d+)? *"), N_("a number such as 0.31")),
    "DT": (re.compile(rf"\d{{4}}((0[1-9]|1[0-2])(\d\d({_TIME})?)?)?([+-]\d{{4}})?"), N_("a moment: 20261120093000")),
    "IS": (re.compile(r" *[+-]?\d{1,10} *"), N_("a whole number such as 12")),
    "TM": (re.compile(_TIME), N_("a time such as 093000")),
    "UI": (re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*))+"), N_("a UID: digits and dots, no leading zeros")),
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")


def answers_of(words: Iterable[str]) -> dict[str, str]:
    """The answers of `--set Keyword=VALUE …`. Raises UsageError for one without "=" or two that contradict."""
    answers: dict[str, str] = {}
    for word in words:
        keyword, equals, value = word.partition("=")
        keyword = keyword.strip()
        if not equals or not keyword:
            sentence = _("--set {word}: write it as Keyword=VALUE, such as PatientID=P0017.")
            raise UsageError(_("Wrong answer"), sentence.format(word=clean(word)))
        if answers.get(keyword, value) != value:
            sentence = _("{keyword} is set to {one} and to {other}. Say it once.")
            said = sentence.format(keyword=clean(keyword), one=clean(answers[keyword]), other=clean(value))
            raise UsageError(_("Contradictory answers"), said)
        answers[keyword] = value
    return answers


def tag_named(keyword: str) -> tuple[int, str]:
    """Tag and VR of a DICOM keyword. Raises UsageError for a word that the dictionary does not know."""
    tag = tag_for_keyword(keyword)
    if tag is None:
        near = [name for name in _keywords() if name.lower() == keyword.lower()]
        sentence = _("There is no attribute {keyword}; attributes are called as DICOM does, such as PatientName.")
        if near:
            sentence = _("There is no attribute {keyword}; {near} is meant.")
        raise UsageError(_("No such attribute"), sentence.format(keyword=clean(keyword), near=", ".join(near)))
    return tag, dictionary_VR(tag).split(" or ")[0]


def _keywords() -> Iterable[str]:
    from pydicom._dicom_dict import DicomDictionary

    return (entry[4] for entry in DicomDictionary.values())


def value_of(keyword: str, text: str, charset: str, *, little: bool = True) -> bytes:
    """The bytes of `text` as the value of `keyword`, unpadded; empty for an empty text.

    `charset` is the Specific Character Set of the file. Raises UsageError with the reason where the VR does not allow
    the text, or the character set has no such letter.
    """
    tag, vr = tag_named(keyword)
    if not text:
        return b""
    if vr in _NUMBERS:
        return _binary(keyword, vr, text, little)
    if vr not in TEXTS and vr not in _FORMS and vr != "UR":
        sentence = _("{keyword} has VR {vr}, which cannot be typed in.")
        raise UsageError(_("No value for typing"), sentence.format(keyword=keyword, vr=vr))
    values = [text] if vr in _WHOLE else text.split("\\")
    _multiplicity(keyword, tag, len(values))
    for value in values:
        _check(keyword, vr, value)
    if vr not in TEXTS:
        if not text.isascii():
            raise _refused(keyword, text, _("only ASCII can stand there"))
        return text.encode("ascii")
    try:
        return encode(text, charset)
    except UnicodeEncodeError as error:
        letter = error.object[error.start : error.end]
        sentence = _(
            "{keyword}={value}: the character set of the file, {charset}, has no {letter}. Transcode its texts first "
            "(transcode-charset), for example to GB18030."
        )
        said = sentence.format(keyword=keyword, value=clean(text), charset=charset or "ISO_IR 6", letter=clean(letter))
        raise UsageError(_("Not in this character set"), said) from error


def padded(value: bytes, vr: str) -> bytes:
    """`value` with the padding of its VR, where its length is odd (PS3.5 6.2)."""
    if len(value) % 2:
        value += b"\0" if vr in ("UI", "OB", "UN") else b" "
    return value


def _check(keyword: str, vr: str, value: str) -> None:
    """Raises UsageError when one value is not as its VR wants it."""
    control = _CONTROL_IN_TEXT if vr in _WHOLE else _CONTROL
    if control.search(value):
        raise _refused(keyword, value, _("it holds a control character"))
    limit = LIMITS.get(vr)
    if limit is not None and len(value) > limit:
        said = _("it has {count} characters, and {vr} allows {limit}").format(count=len(value), vr=vr, limit=limit)
        raise _refused(keyword, value, said)
    if vr == "PN":
        _check_name(keyword, value)
    if vr not in _FORMS or not value:
        return
    form, meant = _FORMS[vr]
    if not form.fullmatch(value) or (vr in ("DA", "DT") and not _is_day(value)):
        raise _refused(keyword, value, _("it has to be {meant}").format(meant=_(meant)))


def _check_name(keyword: str, value: str) -> None:
    groups = value.split("=")
    if len(groups) > 3 or any(group.count("^") > 4 for group in groups):
        raise _refused(keyword, value, _("a name has at most three groups (=) of five components (^)"))
    if any(len(group) > 64 for group in groups):
        raise _refused(keyword, value, _("one group of a name has at most 64 characters"))


def _is_day(value: str) -> bool:
    digits = re.match(r"\d{8}", value)
    if digits is None:
        # A moment may stop behind its year or month.
        return True
    try:
        date(int(digits[0][:4]), int(digits[0][4:6]), int(digits[0][6:]))
    except ValueError:
        return False
    return True


def _multiplicity(keyword: str, tag: int, count: int) -> None:
    least, _dash, most = dictionary_VM(tag).partition("-")
    most = most or least
    highest = 1 << 30 if most.endswith("n") else int(most)
    if not int(least) <= count <= highest:
        sentence = _("{keyword} takes {vm} values (separated by a backslash), not {count}.")
        said = sentence.format(keyword=keyword, vm=dictionary_VM(tag), count=count)
        raise UsageError(_("Wrong number of values"), said)


def _binary(keyword: str, vr: str, text: str, little: bool) -> bytes:
    kind: Callable[[str], int | float] = float if vr in ("FL", "FD") else int
    try:
        numbers = [kind(part) for part in text.split("\\")]
        return struct.pack(f"{'<' if little else '>'}{len(numbers)}{_NUMBERS[vr]}", *numbers)
    except (ValueError, struct.error, OverflowError):
        raise _refused(keyword, text, _("it is no number that {vr} can hold").format(vr=vr)) from None


def _refused(keyword: str, value: str, why: str) -> UsageError:
    shown = value if len(value) <= 80 else value[:79] + "\N{HORIZONTAL ELLIPSIS}"
    sentence = _("{keyword}={value}: {why}.").format(keyword=keyword, value=clean(shown), why=why)
    return UsageError(_("The value cannot be written"), sentence)
