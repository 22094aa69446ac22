"""Axes that people can read: round steps, whole months, one unit for all figures of an axis."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_MONTHS = (1, 2, 3, 6, 12, 24, 60)
_DAYS = (1, 2, 7, 14)
_BYTES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B"))
_SECONDS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` with a line at each of `ticks`, and what stands beside each."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    def at(self, value: float) -> float:
        """0 to 1 along the axis."""
        return (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5


def value_scale(values: Sequence[float], unit: str, wanted: int = 5) -> Scale:
    """The vertical axis. A percentage begins at 0 or close below what was measured; figures carry their unit."""
    low, high = min(values), max(values)
    if unit == "%" and high <= 100:
        low = 0.0 if low < 60 else math.floor(low / 10) * 10.0
        high = max(high, 100.0)
    elif low >= 0 and low < 0.6 * high:
        low = 0.0
    if high - low < 1e-9 * max(abs(high), 1.0):
        margin = max(1.0, abs(high) * 0.1)
        low, high = low - margin, high + margin
    factor, name = unit_of(max(abs(low), abs(high)), unit)
    step = _round_step((high - low) / factor / wanted) * factor
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple((number * step, figure(number * step / factor, name)) for number in range(first, last + 1))
    return Scale(first * step, last * step, ticks)


def unit_of(largest: float, unit: str) -> tuple[float, str]:
    """By what to divide, and the name of the unit then."""
    table = {"bytes": _BYTES, "s": _SECONDS}.get(unit)
    if table is None:
        return 1.0, "" if unit == "count" else unit
    return next(((factor, name) for factor, name in table if largest >= factor), table[-1])


def value_text(value: float, unit: str) -> str:
    """One value as it stands beside its point: 91.2 %, 7.8 TB."""
    factor, name = unit_of(abs(value), unit)
    return figure(round(value / factor, 1), name)


def figure(number: float, name: str) -> str:
    """A number without needless digits, with its unit."""
    return f"{number:.10g} {name}".strip()


def time_scale(first: datetime, last: datetime, wanted: int = 8) -> Scale:
    """The horizontal axis: whole months where there are enough of them, else days; in seconds since 1970."""
    if last <= first:
        first, last = first - timedelta(days=1), last + timedelta(days=1)
    days = (last - first).total_seconds() / 86400
    if days < 75:
        return _days(first, last, next((step for step in _DAYS if days / step <= wanted), _DAYS[-1]))
    step = next((step for step in _MONTHS if days / 30.4 / step <= wanted), _MONTHS[-1])
    ticks = []
    years = max(step // 12, 1)
    year, month = first.year // years * years, (first.month - 1) // step * step + 1
    while True:
        at = datetime(year, month, 1, tzinfo=first.tzinfo)
        if at > last:
            break
        if at >= first:
            ticks.append((at.timestamp(), at.strftime("%Y-%m") if step < 12 else at.strftime("%Y")))
        year, month = year + (month - 1 + step) // 12, (month - 1 + step) % 12 + 1
    return Scale(first.timestamp(), last.timestamp(), tuple(ticks))


def _days(first: datetime, last: datetime, step: int) -> Scale:
    ticks = []
    at = first.replace(hour=0, minute=0, second=0, microsecond=0)
    while at <= last:
        if at >= first:
            ticks.append((at.timestamp(), at.strftime("%m-%d")))
        at += timedelta(days=step)
    return Scale(first.timestamp(), last.timestamp(), tuple(ticks))


def _round_step(rough: float) -> float:
    """1, 2, 2.5 or 5 times a power of ten, not below `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(part * power for part in (1, 2, 2.5, 5, 10) if part * power >= rough * (1 - 1e-9))
