"""Amounts as people write them in a site file ("10GB", "26h") and as they read them in a finding ("9.4 GB", "47 min").

GB is 10**9, as disks are sold and as the service contract counts; GiB is 2**30. Of the two meanings of "10 GB" this is
the stricter one, so a limit is never passed unseen.
"""

import math
import re
from collections.abc import Mapping

from console.i18n import N_
from console.model.sentence import Sentence
from console.model.text import size_text

_BYTES: Mapping[str, int] = {
    "": 1,
    "b": 1,
    **{letter: 1000**power for power, letter in enumerate("kmgtp", 1)},
    **{letter + "b": 1000**power for power, letter in enumerate("kmgtp", 1)},
    **{letter + "ib": 1024**power for power, letter in enumerate("kmgtp", 1)},
}
_SECONDS: Mapping[str, float] = {
    "": 1,
    "ms": 0.001,
    **dict.fromkeys(("s", "sec", "second", "seconds", "秒"), 1),
    **dict.fromkeys(("m", "min", "minute", "minutes", "分", "分钟"), 60),
    **dict.fromkeys(("h", "hour", "hours", "小时", "时"), 3600),
    **dict.fromkeys(("d", "day", "days", "天", "日"), 86400),
    **dict.fromkeys(("w", "week", "weeks", "周"), 604800),
}
_AMOUNT = re.compile(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*([^\W\d_]*)\s*")
_STEPS: tuple[tuple[float, float, str], ...] = (
    # Below, seconds a unit, sentence. Each unit serves up to about twice the next one: 47 min, 90 min, 26 h, 50 d.
    (120, 1, N_("{number} s")),
    (7200, 60, N_("{number} min")),
    (172800, 3600, N_("{number} h")),
    (math.inf, 86400, N_("{number} d")),
)


def parse_bytes(value: object) -> int:
    """Bytes of "10GB", "1.5 MiB", "512" or a plain number. Raises ValueError for anything else, a negative one too."""
    return round(_parse(value, _BYTES))


def parse_seconds(value: object) -> float:
    """Seconds of "26h", "10min", "1.5 d", "45" or a plain number. Raises ValueError for anything else."""
    return _parse(value, _SECONDS)


def parse_percent(value: object) -> float:
    """Percent of "95%", "95 %", "95" or a plain number. Raises ValueError for anything else, or beyond 0 to 100."""
    if isinstance(value, str):
        value = value.strip().removesuffix("%").removesuffix("％")
    percent = _parse(value, {"": 1})
    if percent > 100:
        raise ValueError(value)
    return percent


def bytes_text(count: float) -> str:
    """Bytes as 512 B, 9.4 GB."""
    return f"-{size_text(int(-count))}" if count < 0 else size_text(int(count))


def duration(seconds: float) -> Sentence:
    """A duration as "80 ms", "4.5 s", "47 min", "26 h", "41 d". Rounded down, as people say their age."""
    size = abs(seconds)
    if not math.isfinite(size):
        return Sentence(N_("an unknown time"))
    sign = "-" if seconds < 0 else ""
    if 0 < size < 1:
        return Sentence(N_("{number} ms"), {"number": f"{sign}{math.floor(size * 1000)}"})
    if size < 10 and size != int(size):
        return Sentence(_STEPS[0][2], {"number": f"{sign}{math.floor(size * 10) / 10:.1f}"})
    unit, source = next((unit, source) for below, unit, source in _STEPS if size < below)
    return Sentence(source, {"number": f"{sign}{int(size // unit)}"})


def percent_text(percent: float) -> str:
    """A percentage as "91 %", with a decimal where the whole number would hide it: "94.9 %", "0.3 %".

    Rounded down to the decimal: a value below a limit is never shown as the limit itself.
    """
    tenths = math.floor(round(percent * 10, 6))
    return f"{tenths // 10} %" if tenths % 10 == 0 else f"{tenths / 10:.1f} %"


def _parse(value: object, units: Mapping[str, float]) -> float:
    # bool is an int to Python; "warn = true" is a mistake to a person.
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(value)
    if isinstance(value, str):
        match = _AMOUNT.fullmatch(value)
        factor = units.get(match[2].lower()) if match else None
        if match is None or factor is None:
            raise ValueError(value)
        return float(match[1]) * factor
    if not math.isfinite(value) or value < 0:
        raise ValueError(value)
    return float(value)
