"""What a printed report shows besides the record: charts and runs, up to the moment the inspection was measured."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.inspection.records import Records
from console.model.check_run import Selection
from console.model.checks import Finding, Metric, Status
from console.model.inspections import Answer, Inspection, Verdict
from console.reporting import CHARTS, report_of, until
from console.store.audit import AuditLog
from console.store.history import History
from tests.unit.inspection.visits import answer, found, visit

ID = "a" * 32
END = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TERA = 1e12


def disk(used: float, days_ago: float = 0, item: str = "/data", status: Status = Status.OK) -> Finding:
    """A partition of 10 TB."""
    metrics = (
        Metric("used_percent", used * 10, "%", 85, 95),
        Metric("used_bytes", used * TERA, "bytes"),
        Metric("free_bytes", (10 - used) * TERA, "bytes"),
    )
    return replace(found(status, item=item, metrics=metrics), measured_at=END - timedelta(days=days_ago))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def run(home: Path, *findings: Finding, stopped: bool = False) -> None:
    history = History(home)
    history.open()
    with closing(history):
        number = history.begin("Hospital", findings[0].measured_at, "Li", Selection())
        history.add(number, findings)
        history.end(number, 1.0, Status.OK, stopped)


def inspection_of(*findings: Finding) -> Inspection:
    measured = Answer(verdict=Verdict.PASS, findings=findings, run=1)
    return visit(ID, answers={"disks/used@pacs-a": measured})


def kept(home: Path, inspection: Inspection) -> Records:
    records = Records(home)
    records.take_in(inspection)
    return records


def test_a_disk_that_grows_has_a_line_a_limit_and_a_forecast_with_its_range(home: Path) -> None:
    # GIVEN a partition of 10 TB that grew from 6 to 8 TB in 40 days, by 50 GB a day
    for days_ago, used in ((40, 6.0), (30, 6.5), (20, 7.0), (10, 7.5), (0, 8.0)):
        run(home, disk(used, days_ago))
    inspection = inspection_of(disk(8.0))
    # WHEN the report is made up
    (chart,) = report_of(kept(home, inspection), inspection).charts
    # THEN it shows what was measured, the contract's limit, and when it will be reached: 1.5 TB in 30 days
    assert [value / TERA for _at, value in chart.points] == [6.0, 6.5, 7.0, 7.5, 8.0]
    assert chart.limit == pytest.approx(9.5 * TERA)
    assert str(chart.title) == "Space used on /data, pacs-a"
    assert "about 2026-12-23" in str(chart.note)
    assert [at for at, _value in chart.forecast] == [at for at, _value in chart.forecast_late]
    assert chart.forecast[0] == chart.points[-1]
    assert all(a <= b for a, b in zip(chart.forecast_late, chart.forecast_early, strict=True))


def test_what_was_measured_after_the_inspection_is_not_shown(home: Path) -> None:
    for days_ago in (3, 2, 1, 0, -1, -30):
        run(home, disk(8.0, days_ago))
    inspection = inspection_of(disk(8.0))
    report = report_of(kept(home, inspection), inspection)
    assert max(at for at, _value in report.charts[0].points) == END
    assert [counts.at for counts in report.runs] == [END - timedelta(days=days) for days in (3, 2, 1, 0)]
    assert until(inspection) == END


@pytest.mark.parametrize(
    ("course", "said"),
    [
        (((40, 8.0), (20, 8.0), (0, 8.0)), "Not growing"),
        (((3, 8.0), (2, 8.1), (0, 8.2)), "Not measured long enough"),
        (((40, 9.4), (20, 9.5), (0, 9.6)), "passed already"),
        (((40, 1.0), (20, 1.0005), (0, 1.001)), "not reach the limit within ten years"),
    ],
)
def test_a_forecast_says_what_it_cannot_say(home: Path, course: tuple[tuple[float, float], ...], said: str) -> None:
    for days_ago, used in course:
        run(home, disk(used, days_ago))
    inspection = inspection_of(disk(course[-1][1]))
    (chart,) = report_of(kept(home, inspection), inspection).charts
    assert said in str(chart.note)


def test_two_visits_make_no_chart_and_the_fullest_disks_come_first(home: Path) -> None:
    items = [disk(n / 2, item=f"/d{n}") for n in range(1, 15)]
    for days_ago in (2, 1, 0):
        run(home, *(replace(each, measured_at=END - timedelta(days=days_ago)) for each in items))
    run(home, disk(9.9, 0, "/new"))
    inspection = inspection_of(*items, disk(9.9, 0, "/new"))
    charts = report_of(kept(home, inspection), inspection).charts
    assert len(charts) == CHARTS
    assert str(charts[0].title) == "Space used on /d14, pacs-a"


def test_other_numbers_that_were_measured_often_have_a_chart_with_their_limit(home: Path) -> None:
    def log(size: float, days_ago: float) -> Finding:
        metrics = (Metric("size_bytes", size, "bytes", 8e9, 10e9),)
        made = found(Status.OK, check="files.log-size", item="/var/log/x", metrics=metrics)
        return replace(made, measured_at=END - timedelta(days=days_ago))

    for days_ago in (2, 1, 0):
        run(home, log(9e9 - days_ago, days_ago))
    inspection = inspection_of(log(9e9, 0))
    (chart,) = report_of(kept(home, inspection), inspection).charts
    assert (chart.limit, str(chart.limit_name), chart.unit) == (10e9, "Limit", "bytes")
    assert str(chart.title) == "Partitions, pacs-a /var/log/x"


def test_what_says_nothing_over_time_has_no_chart(home: Path) -> None:
    # GIVEN a number that never moved, one that is no measure of anything, and a partition too small to matter
    def other(name: str, value: float, days_ago: float) -> Finding:
        made = found(Status.OK, check="machine.x", item=name, metrics=(Metric(name, value, "s"),))
        return replace(made, measured_at=END - timedelta(days=days_ago))

    def all_at(days_ago: float) -> tuple[Finding, ...]:
        return (
            other("echo_s", 0.2, days_ago),
            other("host_time", -days_ago, days_ago),
        )

    small = replace(disk(0), metrics=(Metric("used_bytes", 1e6, "bytes"), Metric("free_bytes", 1e6, "bytes")))
    for days_ago in (2, 1, 0):
        run(home, *all_at(days_ago), replace(small, measured_at=END - timedelta(days=days_ago)))
    inspection = inspection_of(*all_at(0), small)
    assert report_of(kept(home, inspection), inspection).charts == ()


def test_what_is_not_known_has_no_chart_and_a_stopped_run_does_not_count(home: Path) -> None:
    for days_ago in (2, 1, 0):
        run(home, disk(8.0, days_ago), stopped=True)
    inspection = inspection_of(disk(8.0, status=Status.UNKNOWN))
    report = report_of(kept(home, inspection), inspection)
    assert (report.charts, report.runs) == ((), ())


def test_a_damaged_history_makes_a_report_without_charts(home: Path) -> None:
    (home / "checks.sqlite").write_bytes(b"rubbish" * 1000)
    inspection = inspection_of(disk(8.0))
    assert report_of(kept(home, inspection), inspection).charts == ()


def test_attachments_audit_head_and_practice_are_handed_over(home: Path) -> None:
    (home / ".cathlab-home").write_text("cathlab-home 1 practice\n")
    records = kept(home, visit(ID))
    photo = records.attach(ID, b"\xff\xd8\xff photo", "look.jpg")
    gone = replace(photo, sha256="0" * 64)
    inspection = visit(ID, answers={"displays/look": replace(answer(), attachments=(photo, gone))})
    AuditLog(home).append("x")
    report = report_of(records, inspection, team="Heart Systems")
    assert dict(report.attachments) == {photo.sha256: records.attachment_path(photo.sha256)}
    assert (report.audit_lines, report.audit_head) == AuditLog(home).head()
    assert (report.practice, report.team) == (True, "Heart Systems")
