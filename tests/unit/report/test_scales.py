"""Axes."""

from datetime import datetime, timedelta

import pytest

from console.report.scales import time_scale, value_scale, value_text
from tests.unit.report.making import NOW


def test_bytes_are_written_in_one_unit_that_fits() -> None:
    scale = value_scale([4.1e12, 7.8e12], "bytes")
    assert [label for _value, label in scale.ticks] == ["0 TB", "2 TB", "4 TB", "6 TB", "8 TB"]
    assert value_text(7_816_840_000_000, "bytes") == "7.8 TB"


def test_a_percentage_ends_at_a_hundred_and_begins_where_it_can_be_read() -> None:
    assert value_scale([84, 91], "%").ticks[0] == (80.0, "80 %")
    assert value_scale([84, 91], "%").high == 100
    assert value_scale([12, 91], "%").low == 0


@pytest.mark.parametrize("values", [[0.0], [5.0, 5.0], [-3.0, 8.0], [1e-9, 2e-9], [1e18]])
def test_every_value_lies_within_its_axis(values: list[float]) -> None:
    scale = value_scale(values, "count")
    assert all(-1e-9 <= scale.at(value) <= 1 + 1e-9 for value in values)
    assert 2 <= len(scale.ticks) <= 12


@pytest.mark.parametrize(
    ("days", "first"), [(360, "2026-01"), (1500, "2023"), (9000, "2005"), (20, "11-07"), (0, "11-20")]
)
def test_the_time_axis_counts_whole_months_or_days(days: int, first: str) -> None:
    scale = time_scale(NOW - timedelta(days=days), NOW)
    assert scale.ticks[0][1] == first
    assert len(scale.ticks) <= 13


def test_years_apart_do_not_hang() -> None:
    begin = datetime(1900, 1, 1, tzinfo=NOW.tzinfo)
    assert len(time_scale(begin, NOW).ticks) < 60
