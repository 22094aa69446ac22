"""Amounts as people write and read them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.model.amounts import bytes_text, duration, parse_bytes, parse_percent, parse_seconds, percent_text


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("10GB", 10**10),
        ("10 gb", 10**10),
        ("1.5 MiB", 1572864),
        ("1MB", 10**6),
        ("512", 512),
        (0, 0),
        (4096, 4096),
        ("8G", 8 * 10**9),
        (" 1 TiB ", 2**40),
    ],
)
def test_sizes_are_read(written: object, count: int) -> None:
    assert parse_bytes(written) == count


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("26h", 93600),
        ("10min", 600),
        ("1.5 d", 129600),
        ("45", 45),
        (3, 3),
        ("250ms", 0.25),
        ("2 weeks", 1209600),
        ("10分钟", 600),
    ],
)
def test_times_are_read(written: object, seconds: float) -> None:
    assert parse_seconds(written) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "written",
    ["", "GB", "ten", "-1", -1, True, None, [], "1e9", "1 GB 2", "1,5GB", "0x10", math.nan, math.inf, "9" * 99],
)
def test_what_is_no_amount_is_refused(written: object) -> None:
    for parse in (parse_bytes, parse_seconds, parse_percent):
        with pytest.raises(ValueError):  # noqa: PT011 the value itself is the message
            parse(written)


def test_a_size_is_no_time_and_a_time_no_size() -> None:
    with pytest.raises(ValueError, match="26h"):
        parse_bytes("26h")
    with pytest.raises(ValueError, match="10GB"):
        parse_seconds("10GB")


def test_percentages_are_read_within_their_bounds() -> None:
    assert parse_percent("95%") == parse_percent("95 %") == parse_percent(95) == 95
    with pytest.raises(ValueError, match="101"):
        parse_percent(101)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.08, "80 ms"),
        (4.56, "4.5 s"),
        (59, "59 s"),
        (119.9, "119 s"),
        (47 * 60, "47 min"),
        (26 * 3600, "26 h"),
        (41 * 86400, "41 d"),
        (-90, "-90 s"),
        (math.inf, "an unknown time"),
        (math.nan, "an unknown time"),
    ],
)
def test_durations_are_said_in_one_unit(seconds: float, text: str) -> None:
    assert str(duration(seconds)) == text


def test_a_value_below_its_limit_is_never_shown_as_the_limit() -> None:
    assert percent_text(94.99) == "94.9 %"
    assert percent_text(95.0) == "95 %"
    assert percent_text(0.1 + 0.2) == "0.3 %"
    assert percent_text(100) == "100 %"


def test_sizes_are_said_in_powers_of_a_thousand() -> None:
    assert bytes_text(9.4e9) == "9.4 GB"
    assert bytes_text(512) == "512 B"
    assert bytes_text(-1500) == "-1.5 kB"


@given(st.floats(min_value=0, max_value=1e12))
def test_every_duration_can_be_said_and_read_again_within_its_unit(seconds: float) -> None:
    # GIVEN any age WHEN it is said and read again THEN it is at most one unit too small
    read = parse_seconds(str(duration(seconds)))
    assert read <= seconds * (1 + 1e-9) + 1e-9
    assert read >= seconds / 2 - 0.001
