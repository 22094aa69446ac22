"""Numbers as people type them."""

import pytest

from console.errors import UsageError
from console.inspection.numbers import judge, limits_text, read_number, said
from console.model.forms import NO_LIMITS, NumberLimits
from console.model.inspections import Verdict


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("95", "%", 95.0),
        ("９５％", "%", 95.0),
        ("95 %", "%", 95.0),
        ("350 cd/m2", "cd/m2", 350.0),
        ("350 cd/m²", "cd/m2", 350.0),
        ("350nit", "cd/m2", 350.0),
        ("1,234.5", "GB", 1234.5),
        ("1,234", "", 1234.0),
        ("－３．５", "", -3.5),
        ("−3.5", "℃", -3.5),
        ("+7", "", 7.0),
        (".5", "h", 0.5),
        ("1500 MB", "GB", 1.5),
        ("2 TB", "GB", 2000.0),
        ("90分钟", "h", 1.5),
        ("1 d", "h", 24.0),
        ("26小时", "h", 26.0),
        ("21.5 °C", "℃", 21.5),
    ],
)
def test_what_can_mean_one_thing_only_is_understood(text: str, unit: str, number: float) -> None:
    assert read_number(text, unit).number == pytest.approx(number)


@pytest.mark.parametrize(
    ("text", "unit", "says"),
    [
        ("", "%", "Type a number"),
        ("   ", "%", "Type a number"),
        ("good", "%", "no number"),
        ("1,5", "GB", "several numbers"),
        ("1.234,5", "GB", "several numbers"),
        ("1 234.5", "GB", "several numbers"),
        ("12,34", "GB", "several numbers"),
        ("1.2.3", "", "several numbers"),
        ("350 lux", "cd/m2", "has the unit lx, but cd/m2"),
        ("95 GB", "%", "has the unit GB, but %"),
        ("3 h", "", "a plain number is asked for"),
        ("nan", "", "no number"),
        ("inf", "", "no number"),
        ("9" * 40, "", "too large"),
        ("1" * 65, "", "longer than a number"),
    ],
)
def test_everything_else_is_refused_in_words(text: str, unit: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        read_number(text, unit)


@pytest.mark.parametrize(
    ("number", "limits", "verdict"),
    [
        (94.9, NumberLimits(maximum=95, maximum_open=True), Verdict.PASS),
        (95.0, NumberLimits(maximum=95, maximum_open=True), Verdict.FAIL),
        (95.0, NumberLimits(maximum=95), Verdict.PASS),
        (95.1, NumberLimits(maximum=95), Verdict.FAIL),
        (350.0, NumberLimits(minimum=350), Verdict.PASS),
        (350.0, NumberLimits(minimum=350, minimum_open=True), Verdict.FAIL),
        (349.0, NumberLimits(350, 1000), Verdict.FAIL),
        (1001.0, NumberLimits(350, 1000), Verdict.FAIL),
        (7.0, NO_LIMITS, Verdict.NONE),
    ],
)
def test_a_limit_that_is_open_fails_at_itself(number: float, limits: NumberLimits, verdict: Verdict) -> None:
    assert judge(number, limits) is verdict


def test_numbers_and_limits_are_said_with_their_unit() -> None:
    assert said(95.0, "%") == "95 %"
    assert said(1234.5, "") == "1234.5"
    assert limits_text(NumberLimits(maximum=95, maximum_open=True), "%") == "< 95 %"
    assert limits_text(NumberLimits(minimum=350), "cd/m2") == "≥ 350 cd/m2"
    assert limits_text(NumberLimits(1, 2), "h") == "1 … 2 h"
    assert limits_text(NO_LIMITS, "h") == ""
