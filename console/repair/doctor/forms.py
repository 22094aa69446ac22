"""Whether one raw value has the form that its VR asks for (PS3.5 6.2), without decoding it.

Each check answers with the code of what is wrong, or nothing. Padding, empty values and what every archive is full of
without harm (blanks around codes, NUL instead of blank) are no findings.
"""

import re
from collections.abc import Callable
from datetime import date

LIMITS = {"AE": 16, "CS": 16, "DS": 16, "IS": 12, "LO": 64, "LT": 10240, "SH": 16, "ST": 1024}
"""Characters that one value may have (PS3.5 table 6.2-1)."""
TEXTS = frozenset(("LO", "LT", "PN", "SH", "ST", "UC", "UT"))
"""The VRs that Specific Character Set applies to (PS3.5 6.1.2.2)."""
SIZES = {"AT": 4, "FD": 8, "FL": 4, "SL": 4, "SS": 2, "SV": 8, "UL": 4, "US": 2, "UV": 8, "OF": 4, "OD": 8, "OL": 4}
SIZES |= {"OV": 8}
"""Bytes of one value of a binary VR."""

_ONE_VALUE = frozenset(("LT", "ST", "UT"))
_UID = re.compile(rb"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*")
_DATE = re.compile(rb"[0-9]{8}")
_OLD_DATE = re.compile(rb"[0-9]{4}\.[0-9]{2}\.[0-9]{2}")
_CLOCK = rb"(?:[01][0-9]|2[0-3])(?:[0-5][0-9](?:(?:[0-5][0-9]|60)(?:\.[0-9]{1,6})?)?)?"
_OLD_TIME = re.compile(rb"[0-2][0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?")
_TIME = re.compile(_CLOCK)
_MOMENT = re.compile(
    rb"[0-9]{4}(?:(?:0[1-9]|1[0-2])(?:(?:0[1-9]|[12][0-9]|3[01])(?:" + _CLOCK + rb")?)?)?(?:[+-][01][0-9][0-5][0-9])?"
)
_AGE = re.compile(rb"[0-9]{3}[DWMY]")
_DECIMAL = re.compile(rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?")
_WHOLE = re.compile(rb"[+-]?[0-9]+")
_CODE = re.compile(rb"[A-Z0-9_ ]*")
_PRINTABLE = re.compile(rb"[\x20-\x7e]*")
_SEX = 0x00100040


def check_of(vr: str) -> "Callable[[int, bytes], str] | None":
    """The check for values of a VR: it takes tag and raw value, and gives a code or nothing. None where any fits."""
    if vr in SIZES:
        size = SIZES[vr]
        return lambda _tag, raw: "bad-value" if len(raw) % size else ""
    return _CHECKS.get(vr)


def too_long(vr: str, text: str) -> bool:
    """Whether a decoded text has more characters than its VR allows."""
    if vr == "PN":
        return any(len(group.strip("\0 ")) > 64 for one in text.split("\\") for group in one.split("="))
    limit = LIMITS.get(vr)
    if limit is None:
        return False
    values = [text] if vr in _ONE_VALUE else text.split("\\")
    return any(len(value.strip("\0 ")) > limit for value in values)


def is_uid(value: bytes) -> bool:
    """Whether it is a UID (PS3.5 9.1)."""
    return len(value) <= 64 and _UID.fullmatch(value) is not None


def is_day(value: bytes) -> bool:
    """Whether it is a day of the calendar, as 20260131."""
    if not _DATE.fullmatch(value):
        return False
    try:
        date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        return False
    return True


def _uid(_tag: int, raw: bytes) -> str:
    return "" if all(is_uid(part) for part in raw.rstrip(b"\0 ").split(b"\\") if part) else "bad-uid"


def _date(_tag: int, raw: bytes) -> str:
    for part in raw.strip(b"\0 ").split(b"\\"):
        value = part.strip(b" ")
        # What ACR-NEMA wrote, with dots, is to be read still (PS3.5 table 6.2-1, note).
        if value and not is_day(value.replace(b".", b"") if _OLD_DATE.fullmatch(value) else value):
            return "bad-date"
    return ""


def _time(_tag: int, raw: bytes) -> str:
    for part in raw.strip(b"\0 ").split(b"\\"):
        value = part.strip(b" ")
        if value and not _TIME.fullmatch(value) and not _OLD_TIME.fullmatch(value):
            return "bad-date"
    return ""


def _moment(_tag: int, raw: bytes) -> str:
    for part in raw.strip(b"\0 ").split(b"\\"):
        value = part.strip(b" ")
        if value and not _MOMENT.fullmatch(value):
            return "bad-date"
    return ""


def _numbers(form: re.Pattern[bytes], limit: int) -> Callable[[int, bytes], str]:
    def check(_tag: int, raw: bytes) -> str:
        longest = 0
        for part in raw.strip(b"\0 ").split(b"\\"):
            value = part.strip(b" ")
            if value and not form.fullmatch(value):
                return "bad-value"
            longest = max(longest, len(value))
        return "too-long" if longest > limit else ""

    return check


def _code(tag: int, raw: bytes) -> str:
    longest = 0
    for part in raw.strip(b"\0 ").split(b"\\"):
        value = part.strip(b" ")
        if not _CODE.fullmatch(value):
            return "bad-value"
        if tag == _SEX and value not in (b"", b"M", b"F", b"O"):
            return "bad-value"
        longest = max(longest, len(value))
    return "too-long" if longest > 16 else ""


def _age(_tag: int, raw: bytes) -> str:
    values = raw.strip(b"\0 ").split(b"\\")
    return "" if all(not part.strip(b" ") or _AGE.fullmatch(part.strip(b" ")) for part in values) else "bad-value"


def _title(_tag: int, raw: bytes) -> str:
    values = raw.strip(b"\0 ").split(b"\\")
    if not all(_PRINTABLE.fullmatch(part) for part in values):
        return "bad-value"
    return "too-long" if any(len(part.strip(b" ")) > 16 for part in values) else ""


_CHECKS: dict[str, Callable[[int, bytes], str]] = {
    "AE": _title,
    "AS": _age,
    "CS": _code,
    "DA": _date,
    "DS": _numbers(_DECIMAL, 16),
    "DT": _moment,
    "IS": _numbers(_WHOLE, 12),
    "TM": _time,
    "UI": _uid,
}
