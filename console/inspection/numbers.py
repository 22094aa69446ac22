"""Numbers as people type them: ９５％, 350 cd/m2, 1,234.5. What could mean two things is refused in words.

A comma divides thousands, as in Chinese and English; "1,5" is therefore no number. Units are converted only within
one family (bytes, times, temperatures stay as they are).
"""

import math
import re
import unicodedata
from dataclasses import dataclass

from console.errors import UsageError
from console.i18n import _
from console.model.forms import NO_LIMITS, NumberLimits
from console.model.inspections import Verdict

_NUMBER = re.compile(r"([+\-−]?)\s*((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)\s*(.*)", re.DOTALL)
_LONGEST = 64
_LARGEST = 1e15
_ALIASES = {
    "％": "%", "percent": "%", "百分之": "%",
    "nit": "cd/m2", "nits": "cd/m2", "cd/m²": "cd/m2", "cd/㎡": "cd/m2", "cd/m^2": "cd/m2", "坎德拉/平方米": "cd/m2",
    "lux": "lx", "勒克斯": "lx", "°c": "℃", "c": "℃", "摄氏度": "℃", "度": "℃",
    "小时": "h", "时": "h", "hour": "h", "hours": "h", "hr": "h", "分钟": "min", "分": "min", "minutes": "min",
    "秒": "s", "sec": "s", "毫秒": "ms", "天": "d", "日": "d", "day": "d", "days": "d",
    "g": "GB", "gb": "GB", "m": "MB", "mb": "MB", "t": "TB", "tb": "TB", "k": "kB", "kb": "kB", "b": "B", "字节": "B",
    "gib": "GiB", "mib": "MiB", "tib": "TiB", "kib": "KiB",
    "人": "persons", "person": "persons", "次": "times", "个": "", "台": "", "件": "",
}  # fmt: skip
"""Ways to write a unit, in small letters after compatibility normalisation."""
_FAMILIES: tuple[dict[str, float], ...] = (
    {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40},
    {"ms": 1e-3, "s": 1, "min": 60, "h": 3600, "d": 86_400},
    {"mm": 1, "cm": 10, "m": 1000},
)


@dataclass(frozen=True)
class ReadNumber:
    """A number that was understood."""

    number: float
    """In the unit that was asked for."""
    unit_said: str
    """The unit that was typed, as it is usually written; empty where none was."""


def read_number(text: str, unit: str) -> ReadNumber:
    """What `text` says in `unit`. UsageError in one sentence for what is no number, or one of another unit."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        raise UsageError(_("No number"), _("Type a number."))
    if len(plain) > _LONGEST:
        raise UsageError(_("No number"), _("That is longer than a number. Put the text into the note."))
    found = _NUMBER.fullmatch(plain)
    if found is None:
        if re.fullmatch(r"[+\-−]?[\d.,' ]+.*", plain):
            what = _("{text} could mean several numbers. Write it as 1234.5 or 1,234.5.")
            raise UsageError(_("No number"), what.format(text=plain))
        raise UsageError(_("No number"), _("{text} is no number.").format(text=plain))
    if re.match(r"[.,]\s*\d|\d", found[3]):
        what = _("{text} could mean several numbers. Write it as 1234.5 or 1,234.5.")
        raise UsageError(_("No number"), what.format(text=plain))
    number = float(found[2].replace(",", "")) * (-1 if found[1] in "-−" and found[1] else 1)
    if not math.isfinite(number) or abs(number) > _LARGEST:
        raise UsageError(_("No number"), _("{text} is too large to be true.").format(text=plain))
    said = usual(found[3])
    return ReadNumber(number * _factor(said, usual(unit), plain, unit), said)


def usual(unit: str) -> str:
    """A unit as it is usually written."""
    plain = unicodedata.normalize("NFKC", unit).strip().rstrip("。.")
    return _ALIASES.get(plain.lower(), _ALIASES.get(plain, plain))


def _factor(said: str, wanted: str, text: str, unit: str) -> float:
    if not said or said == wanted or said.lower() == wanted.lower():
        return 1.0
    for family in _FAMILIES:
        if said in family and wanted in family:
            return family[said] / family[wanted]
    if not wanted:
        what = _("{text} has the unit {said}, but a plain number is asked for.")
        raise UsageError(_("Another unit"), what.format(text=text, said=said))
    what = _("{text} has the unit {said}, but {unit} is asked for.")
    raise UsageError(_("Another unit"), what.format(text=text, said=said, unit=unit))


def judge(number: float, limits: NumberLimits) -> Verdict:
    """Whether a number lies within its limits; no verdict where there are none."""
    if limits == NO_LIMITS:
        return Verdict.NONE
    low, high = limits.minimum, limits.maximum
    if low is not None and (number < low or (number == low and limits.minimum_open)):
        return Verdict.FAIL
    if high is not None and (number > high or (number == high and limits.maximum_open)):
        return Verdict.FAIL
    return Verdict.PASS


def said(number: float, unit: str) -> str:
    """A number with its unit, as a report prints it: 95 %, 1234.5 cd/m2."""
    text = f"{number:.10g}"
    return f"{text} {unit}" if unit else text


def limits_text(limits: NumberLimits, unit: str) -> str:
    """The limits in a few signs: "< 95 %", "100 … 350 cd/m2"; empty for none."""
    low, high = limits.minimum, limits.maximum
    if low is not None and high is not None:
        return f"{low:.10g} … {said(high, unit)}"
    if low is not None:
        return f"{'>' if limits.minimum_open else '≥'} {said(low, unit)}"
    if high is not None:
        return f"{'<' if limits.maximum_open else '≤'} {said(high, unit)}"
    return ""
