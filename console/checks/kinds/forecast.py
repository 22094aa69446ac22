"""When a partition will be full, from what earlier visits measured: a range, never more than a warning.

The slope is the median of the slopes between all pairs of days (Theil-Sen): one day's clean-up does not bend it. Its
range comes from the quarter and three-quarter points of those slopes. At least 14 days and 3 days with values.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations

from console.checks.kind import Asked, Kind, NotKnown, Sample
from console.checks.kinds.partitions import ask_disks, watched
from console.checks.kinds.uptime import hosts
from console.checks.parsers.disk import Mount, disks_of
from console.i18n import N_
from console.model.amounts import bytes_text
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import Sentence, Value
from console.model.site import Host

_LEAST_DAYS, _LEAST_POINTS = 14.0, 3
_MOST_POINTS = 120
_FAR_DAYS = 3650.0
_SHRINK = 0.3
"""A loss of more than this share between two days is said: it may be lost data."""
SOURCE = "disk.used"
"""The check whose values are looked at, unless the entry names another."""


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict a partition."""
    host: Host = asked.target.thing
    mounts = watched(disks_of(asked.answer), host)
    verdicts = [_verdict(mount, asked) for mount in mounts if mount.space is not None]
    if not verdicts:
        raise NotKnown(Sentence(N_("{host} shows no partition that could be judged."), {"host": host.label}))
    return verdicts


def _verdict(mount: Mount, asked: Asked) -> Verdict:
    assert mount.space is not None
    source = str(asked.check.params.get("source", SOURCE))
    points = daily(asked.past.samples(source, asked.target.id, mount.path, "used_bytes"))
    now_days = asked.now.timestamp() / 86400
    points = [*(point for point in points if point[0] < int(now_days)), (now_days, float(mount.space.used))]
    values: dict[str, Value] = {"path": mount.path, "count": str(len(points))}
    span = points[-1][0] - points[0][0]
    if len(points) < _LEAST_POINTS or span < _LEAST_DAYS:
        text = N_(
            "{path}: not enough visits yet to say when it will be full ({count} days with values, 14 days needed)."
        )
        return Verdict(mount.path, Status.NA, Sentence(text, values))
    low, middle, high = slopes(points)
    values |= {"growth": bytes_text(middle * 30)}
    growth = Metric("growth_bytes_per_day", middle, "bytes")
    # Only since the last visit: an old clean-up was somebody's business then.
    shrunk = points[-1][1] < points[-2][1] * (1 - _SHRINK)
    if middle <= 0:
        text = N_("{path} is not growing.")
        if shrunk:
            text = N_("{path} is not growing; it lost a third or more between two visits: make sure that was meant.")
        status = Status.WARN if shrunk else Status.OK
        return Verdict(mount.path, status, Sentence(text, values), Sentence(N_("not growing")), metrics=(growth,))
    days = [min(mount.space.free / slope, _FAR_DAYS) if slope > 0 else _FAR_DAYS for slope in (high, middle, low)]
    days = sorted(max(day, 0.0) for day in days)
    first, likely, last = ((asked.now + timedelta(days=day)).date().isoformat() for day in days)
    values |= {"days": f"{days[1]:.0f}", "first": first, "likely": likely, "last": last}
    warn = asked.limits.warn
    status = Status.WARN if shrunk or (warn is not None and days[1] * 86400 < warn) else Status.OK
    text = N_("{path} grows by {growth} a month and will be full about {likely} (between {first} and {last}).")
    if days[1] >= _FAR_DAYS:
        text = N_("{path} grows by {growth} a month and will not be full within ten years.")
    metric = Metric("days_left", days[1], "d", None if warn is None else warn / 86400)
    measured = Sentence(N_("{days} d"), values)
    return Verdict(mount.path, status, Sentence(text, values), measured, metrics=(metric, growth))


def daily(samples: Sequence[Sample]) -> list[tuple[float, float]]:
    """(day, value), the last value of each day, oldest first; thinned evenly where they are many."""
    days = {int(sample.at.timestamp() // 86400): sample.value for sample in samples}
    points = [(float(day), value) for day, value in sorted(days.items())]
    step = max(len(points) // _MOST_POINTS, 1)
    return points[::step]


def slopes(points: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """A quarter, half and three quarters of the slopes between all pairs of points, per day."""
    found = sorted((y - x) / (b - a) for (a, x), (b, y) in combinations(points, 2) if b > a)
    if not found:
        raise ValueError("points of one day")
    return tuple(found[min(len(found) * part // 4, len(found) - 1)] for part in (1, 2, 3))  # type: ignore[return-value]


KIND = Kind("forecast", hosts, judge, ask_disks)
