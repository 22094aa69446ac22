"""Days that run out."""

from datetime import UTC, date, datetime

import pytest

from console.checks.catalogue import kind_of
from console.model.checks import Status
from console.model.site import Contract, Display, Due, Limits, Site
from tests.unit.checks.judged import check_of, judge, status_of

CHECK = check_of("due.site")


def due(day: date) -> Site:
    return Site("Ward", timezone="Asia/Shanghai", dues=(Due("licence", "PACS licence", day),))


@pytest.mark.parametrize(
    ("day", "expected", "words"),
    [
        (date(2026, 12, 23), Status.OK, "PACS licence: 2026-12-23, in 30 days."),
        (date(2026, 12, 22), Status.WARN, "PACS licence: 2026-12-22, in 29 days."),
        (date(2026, 11, 23), Status.WARN, "PACS licence: today is the last day."),
        (date(2026, 11, 22), Status.CRIT, "PACS licence: overdue since 2026-11-22, for 1 days."),
    ],
)
def test_a_due_date_warns_a_month_before_and_is_critical_when_it_has_passed(
    day: date, expected: Status, words: str
) -> None:
    site = due(day)
    (target,) = kind_of(CHECK).targets(CHECK, site)
    (verdict,) = judge(CHECK, target, site=site)
    assert verdict.status is expected
    assert str(verdict.summary) == words
    assert verdict.metrics[0].value == (day - date(2026, 11, 23)).days


def test_it_is_the_sites_day_that_counts() -> None:
    # GIVEN a due day that is over in Shanghai and not yet in London
    site = due(date(2026, 11, 23))
    (target,) = kind_of(CHECK).targets(CHECK, site)
    assert status_of(CHECK, target, site=site, now=datetime(2026, 11, 23, 17, 0, tzinfo=UTC)) == [Status.CRIT]


def test_a_zone_that_this_machine_does_not_know_is_no_reason_to_say_nothing() -> None:
    site = Site("Ward", timezone="Moon/Tranquility", dues=(Due("x", "x", date(2026, 11, 22)),))
    (target,) = kind_of(CHECK).targets(CHECK, site)
    assert status_of(CHECK, target, site=site) == [Status.CRIT]


def test_a_site_may_want_to_know_earlier() -> None:
    site = Site("Ward", dues=(Due("x", "x", date(2027, 1, 10)),), thresholds={"due_days": Limits(90, 60)})
    (target,) = kind_of(CHECK).targets(CHECK, site)
    assert status_of(CHECK, target, site=site) == [Status.CRIT]


def test_displays_for_pictures_need_a_date_and_office_ones_do_not() -> None:
    check = check_of("display.calibration")
    site = Site(
        "Ward",
        displays=(
            Display("reading", "EIZO", "RX370", "12345678", "diagnostic", calibration_due=date(2026, 12, 31)),
            Display("control", role="modality"),
            Display("desk", role="office"),
        ),
    )
    found = {target.id: judge(check, target, site=site)[0] for target in kind_of(check).targets(check, site)}
    assert {name: verdict.status for name, verdict in found.items()} == {
        "reading": Status.OK,
        "control": Status.MANUAL,
    }
    assert "EIZO RX370 #12345678" in str(found["reading"].summary)
    assert "no date stands in the site file" in str(found["control"].summary)


def test_a_contract_without_an_end_is_a_question_and_none_at_all_is_no_row() -> None:
    check = check_of("contract.end")
    none, open_end = Site("Ward"), Site("Ward", contract=Contract("WB-2026-017"))
    assert kind_of(check).targets(check, none) == []
    (target,) = kind_of(check).targets(check, open_end)
    assert status_of(check, target, site=open_end) == [Status.MANUAL]
