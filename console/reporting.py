"""What a printed report shows besides the record: how disks grew and when they will be full, and earlier check runs.

Everything comes from the history of the checks up to the moment that the inspection's own values were measured, so
that a report printed again a year later shows the same. Calls may block.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice

from console.checks.kinds.forecast import SOURCE as DISKS
from console.checks.kinds.forecast import daily, slopes
from console.errors import ConsoleError
from console.i18n import N_
from console.inspection.archive import attachments_of
from console.inspection.records import Records
from console.model.checks import Finding, Metric, Status
from console.model.inspections import Inspection
from console.model.report import ChartSeries, Point, Report, RunCounts
from console.model.sentence import NOTHING, Sentence
from console.paths import is_practice
from console.store.audit import AuditLog
from console.store.history import History, Sample

CHARTS = 10
"""Charts in one report at most: the fullest disks first."""
SHOWN = ("size_bytes", "oldest_s", "new_lines", "inode_used_percent", "used_percent", "load_per_cpu", "echo_s")
"""Metrics besides the disks' that say something over quarters, the most telling first."""
_SMALLEST_DISK = 1e9
"""Bytes: what is smaller is no store of anything."""
_RUNS = 24
_LEAST_POINTS, _LEAST_DAYS = 3, 14.0
_AHEAD_DAYS, _STEPS = 365.0, 12
_MOST_POINTS = 120


def report_of(records: Records, inspection: Inspection, *, team: str = "") -> Report:
    """Everything that `console.report` prints for an inspection. Raises StoreError when the audit log cannot be read.

    A history that is missing or damaged makes a report without charts, never none at all.
    """
    home = records.home
    lines, head = AuditLog(home).head()
    charts: tuple[ChartSeries, ...] = ()
    runs: tuple[RunCounts, ...] = ()
    try:
        history = History(home)
        history.open()
        with closing(history):
            history.look_at(inspection.site_name)
            charts = tuple(islice(_charts(history, inspection), CHARTS))
            runs = _runs(history, inspection)
    except ConsoleError:
        # Said where the history is looked at; a report does not wait for it.
        pass
    files = {digest: records.attachment_path(digest) for digest in attachments_of(inspection)}
    return Report(
        inspection, charts, runs, {digest: path for digest, path in files.items() if path.is_file()},
        practice=is_practice(home), audit_lines=lines, audit_head=head, team=team,
    )  # fmt: skip


def until(inspection: Inspection) -> datetime:
    """The moment after which nothing is shown: when the last of the inspection's findings was measured."""
    measured = [finding.measured_at for entry in inspection.entries for finding in entry.answer.findings]
    return max(measured, default=inspection.created or datetime.now(UTC))


def _charts(history: History, inspection: Inspection) -> Iterator[ChartSeries]:
    """Disks first, the fullest first; then what else was measured at least three times and moved."""
    findings = {
        finding.key: finding
        for entry in inspection.entries
        for finding in entry.answer.findings
        if finding.status is not Status.UNKNOWN
    }.values()
    disks = [each for each in findings if each.check == DISKS and _size(each) >= _SMALLEST_DISK]
    end = until(inspection)
    for finding in sorted(disks, key=lambda each: -(_value(each, "used_percent") or 0.0)):
        points = _points(history.samples(*finding.key, "used_bytes"), end)
        if len(points) >= _LEAST_POINTS:
            yield _disk(finding, points)
    for name in SHOWN:
        for finding in findings:
            metric = _metric(finding, name)
            if metric is None or finding.check == DISKS:
                continue
            points = _points(history.samples(*finding.key, name), end)
            if len(points) >= _LEAST_POINTS and len({value for _at, value in points}) > 1:
                yield _series(finding, metric, points)


def _disk(finding: Finding, points: tuple[Point, ...]) -> ChartSeries:
    size = _size(finding)
    percent = _metric(finding, "used_percent")
    share = percent.crit if percent is not None and percent.crit is not None else 95.0
    limit = size * share / 100
    title = Sentence(N_("Space used on {item}, {target}"), {"item": finding.item, "target": finding.target})
    name = Sentence(N_("{share} % of the partition"), {"share": f"{share:g}"})
    likely, early, late, note = _forecast(points, limit, size)
    return ChartSeries(title, "bytes", points, limit, name, likely, early, late, note)


def _forecast(
    points: tuple[Point, ...], limit: float, size: float
) -> tuple[tuple[Point, ...], tuple[Point, ...], tuple[Point, ...], Sentence]:
    """The likely line, its earliest and latest, and what they say."""
    days = daily([Sample(at, value) for at, value in points])
    if len(days) < _LEAST_POINTS or days[-1][0] - days[0][0] < _LEAST_DAYS:
        return (), (), (), Sentence(N_("Not measured long enough for a forecast (14 days on at least 3 days)."))
    low, middle, high = slopes(days)
    start, last = points[-1]
    if middle <= 0:
        return (), (), (), Sentence(N_("Not growing."))
    left = (limit - last) / middle
    ahead = min(max(left * 1.25, 30.0), _AHEAD_DAYS)
    moments = [start + timedelta(days=ahead * step / _STEPS) for step in range(_STEPS + 1)]

    def line(slope: float) -> tuple[Point, ...]:
        return tuple((at, min(max(last + slope * (at - start).total_seconds() / 86400, 0.0), size)) for at in moments)

    if left <= 0:
        note = Sentence(N_("The limit is passed already."))
    elif left > _AHEAD_DAYS * 10:
        note = Sentence(N_("Grows, and will not reach the limit within ten years."))
    else:
        when = {
            "likely": _day(start, left),
            "first": _day(start, (limit - last) / high),
            "last": _day(start, (limit - last) / low) if low > 0 else "-",
        }
        source = N_("Reaches the limit about {likely} (between {first} and {last}).")
        if when["first"] == when["last"]:
            source = N_("Reaches the limit about {likely}.")
        note = Sentence(source, when)
    return line(middle), line(high), line(low), note


def _day(start: datetime, days: float) -> str:
    return (start + timedelta(days=min(days, 36500.0))).date().isoformat()


def _series(finding: Finding, metric: Metric, points: tuple[Point, ...]) -> ChartSeries:
    where = " ".join(filter(None, (finding.target, finding.item)))
    title = Sentence(N_("{title}, {where}"), {"title": str(finding.title), "where": where})
    limit = metric.crit if metric.crit is not None else metric.warn
    return ChartSeries(title, metric.unit, points, limit, NOTHING if limit is None else Sentence(N_("Limit")))


def _points(samples: Sequence[Sample], end: datetime) -> tuple[Point, ...]:
    """The last sample of each day up to a moment, thinned evenly where they are many; the last one always stays."""
    days = {
        sample.at.astimezone(end.tzinfo).date(): (sample.at, sample.value) for sample in samples if sample.at <= end
    }
    points = [days[day] for day in sorted(days)]
    step = max(-(-len(points) // _MOST_POINTS), 1)
    return tuple(reversed(points[::-1][::step]))


def _runs(history: History, inspection: Inspection) -> tuple[RunCounts, ...]:
    end = until(inspection)
    runs = [run for run in history.runs(500, inspection.site_name) if run.started <= end and not run.stopped]
    return tuple(RunCounts(run.started, dict(run.counts)) for run in reversed(runs[:_RUNS]))


def _metric(finding: Finding, name: str) -> Metric | None:
    return next((metric for metric in finding.metrics if metric.name == name), None)


def _size(finding: Finding) -> float:
    return (_value(finding, "used_bytes") or 0.0) + (_value(finding, "free_bytes") or 0.0)


def _value(finding: Finding, name: str) -> float | None:
    metric = _metric(finding, name)
    return None if metric is None else metric.value
