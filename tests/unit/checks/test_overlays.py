"""What people say of findings: kept apart, with an end, and never over the verdict."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from console.checks.overlays import Overlays
from console.errors import StoreError, UsageError
from console.model.checks import Status
from tests.unit.checks.found import NOON, finding

TODAY = date(2026, 11, 23)
KEY = finding().key


def reopened(home: Path) -> Overlays:
    overlays = Overlays(home)
    overlays.load()
    return overlays


def test_an_accepted_risk_counts_no_more_until_it_runs_out(tmp_path: Path) -> None:
    # GIVEN a risk that the hospital accepted until Christmas
    critical, other = finding(Status.CRIT), finding(Status.CRIT, item="/other")
    Overlays(tmp_path).accept_risk(KEY, "Li", "Wang, IT", "moves in January", date(2026, 12, 25), NOON)
    overlays = reopened(tmp_path)
    # THEN it is left out of the count that day, with its names, and its status stands
    assert overlays.counting((critical, other), date(2026, 12, 25)) == (other,)
    said = overlays.of(KEY, TODAY)
    assert said is not None
    assert all(word in str(said.sentence) for word in ("2026-12-25", "moves in January", "Wang, IT", "Li"))
    assert critical.status is Status.CRIT
    # THEN the day after it counts again
    assert overlays.counting((critical, other), date(2026, 12, 26)) == (critical, other)
    assert overlays.of(KEY, date(2026, 12, 26)) is None


def test_what_is_acknowledged_still_counts(tmp_path: Path) -> None:
    overlays = reopened(tmp_path)
    overlays.acknowledge(KEY, "Li", "disk is ordered", TODAY, NOON)
    assert overlays.of(KEY, TODAY) is not None
    assert overlays.counting((finding(Status.WARN),), TODAY) == (finding(Status.WARN),)


def test_a_note_does_not_cancel_an_accepted_risk(tmp_path: Path) -> None:
    # GIVEN an accepted risk, and later a note with a shorter term
    overlays = Overlays(tmp_path)
    overlays.accept_risk(KEY, "Li", "Wang", "old server", TODAY + timedelta(30), NOON)
    overlays.acknowledge(KEY, "Li", "seen", TODAY + timedelta(1), NOON)
    for each in (overlays, reopened(tmp_path)):
        # THEN the risk stays accepted
        assert each.counting((finding(Status.CRIT),), TODAY + timedelta(20)) == ()
    # WHEN it is taken back THEN neither holds, while all that was said can be read
    overlays.take_back(KEY, "Li", NOON)
    for each in (overlays, reopened(tmp_path)):
        assert each.of(KEY, TODAY) is None
    assert [said.kind for said in overlays.history(KEY)] == ["accepted", "acknowledged", "withdrawn"]


def test_the_years_are_read_together(tmp_path: Path) -> None:
    # GIVEN one note of each of two years WHEN they are read THEN both files are there and the later one holds
    overlays = Overlays(tmp_path)
    overlays.acknowledge(KEY, "Li", "first", date(2027, 6, 1), NOON)
    overlays.acknowledge(KEY, "Li", "second", date(2027, 6, 1), NOON + timedelta(60))
    assert sorted(path.name for path in tmp_path.glob("overlays-*.json")) == [
        "overlays-2026.json",
        "overlays-2027.json",
    ]
    said = reopened(tmp_path).of(KEY, date(2027, 2, 1))
    assert said is not None
    assert said.why == "second"


@pytest.mark.parametrize(
    ("agreed", "why", "until"), [("", "x", TODAY), ("W", " ", TODAY), ("W", "x", date(2026, 1, 1))]
)
def test_a_risk_needs_a_name_a_reason_and_a_day_to_come(tmp_path: Path, agreed: str, why: str, until: date) -> None:
    with pytest.raises(UsageError):
        Overlays(tmp_path).accept_risk(KEY, "Li", agreed, why, until, NOON)
    assert list(tmp_path.iterdir()) == []


def test_a_console_that_only_reads_shows_and_does_not_write(tmp_path: Path) -> None:
    # GIVEN a home folder that another console holds
    Overlays(tmp_path).acknowledge(KEY, "Li", "seen", TODAY, NOON)
    reading = Overlays(tmp_path, read_only=True)
    reading.load()
    # THEN what was said is shown, and a change is refused in words
    assert reading.of(KEY, TODAY) is not None
    with pytest.raises(StoreError, match="another console"):
        reading.take_back(KEY, "Li", NOON)
    assert reading.of(KEY, TODAY) is not None


def test_a_damaged_year_is_told(tmp_path: Path) -> None:
    # GIVEN a file of the year whose last generation was cut
    overlays = Overlays(tmp_path)
    overlays.acknowledge(KEY, "Li", "seen", TODAY, NOON)
    overlays.acknowledge(KEY, "Li", "again", TODAY, NOON)
    path = tmp_path / "overlays-2026.json"
    path.write_bytes(path.read_bytes()[:-9])
    # WHEN it is read THEN the generation before is used, and a sentence says so
    found = reopened(tmp_path)
    assert found.notice
    said = found.of(KEY, TODAY)
    assert said is not None
    assert said.why == "seen"
