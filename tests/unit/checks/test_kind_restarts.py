"""What fell and was set up again between two visits."""

import pytest

from console.checks.kind import NotKnown
from console.checks.raw import Probe, Raw
from console.i18n import N_
from console.model.checks import Status
from console.model.sentence import Sentence
from tests.unit.checks.machine import Before, host, judged, statuses, text, value

NOW_THERE = 1795410000
WEEK = 7 * 86400


def machine(uptime: int, now: int = NOW_THERE) -> Raw:
    """A host that has been up for so many seconds."""
    return text(f"now {now}\nkernel Linux 5.14 x86_64\nuptime {uptime}.00 1.00\ncpus 1\nend\n")


def services(uptime: int, since_boot: int, restarts: str = "NRestarts=0\n") -> Raw:
    """One service that was started so many seconds after the machine."""
    return text(
        f"now {NOW_THERE}\nuptime {uptime}.00 1.00\nmanager systemd\n= pacs\nLoadState=loaded\nActiveState=active\n"
        f"SubState=running\n{restarts}ActiveEnterTimestampMonotonic={since_boot}000000\nexit 0\n= end\n"
    )


def test_a_first_visit_has_nothing_to_compare_with_and_says_so() -> None:
    found = judged("machine.restarts", host(services=("pacs",)), machine(WEEK), services(WEEK, 60))
    assert statuses(found) == {"": Status.OK, "pacs": Status.OK}
    assert "first visit" in str(found[""].summary)
    assert {metric.name for metric in found["pacs"].metrics} == {"restarts", "started_at"}


def test_a_machine_that_started_since_the_last_visit_is_seen() -> None:
    past = Before({("", "booted_at"): NOW_THERE - 30 * 86400})
    assert statuses(judged("machine.restarts", host(), machine(86400), past=past)) == {"": Status.WARN}
    assert statuses(judged("machine.restarts", host(), machine(30 * 86400), past=past)) == {"": Status.OK}


def test_a_clock_that_was_set_is_no_restart() -> None:
    # GIVEN a machine and a service up for 30 days, and a clock that was put an hour ahead since the last visit
    booted = NOW_THERE - 30 * 86400
    past = Before({("", "booted_at"): booted - 3600, ("pacs", "started_at"): booted - 3600})
    found = judged(
        "machine.restarts", host(services=("pacs",)), machine(30 * 86400), services(30 * 86400, 0 + 1), past=past
    )
    assert statuses(found) == {"": Status.OK, "pacs": Status.OK}


def test_a_service_that_started_since_the_last_visit_is_seen() -> None:
    past = Before({("", "booted_at"): NOW_THERE - 30 * 86400, ("pacs", "started_at"): NOW_THERE - 29 * 86400})
    up = 30 * 86400
    found = judged("machine.restarts", host(services=("pacs",)), machine(up), services(up, up - 3600), past=past)
    assert statuses(found) == {"": Status.OK, "pacs": Status.WARN}


@pytest.mark.parametrize(("count", "status"), [(0, Status.OK), (1, Status.WARN), (9, Status.WARN), (10, Status.CRIT)])
def test_the_managers_own_count_is_held_against_the_limits(count: int, status: Status) -> None:
    found = judged(
        "machine.restarts", host(services=("pacs",)), machine(WEEK), services(WEEK, 60, f"NRestarts={count}\n")
    )
    assert found["pacs"].status is status


def test_an_old_systemd_that_does_not_count_says_so() -> None:
    found = judged("machine.restarts", host(services=("pacs",)), machine(WEEK), services(WEEK, 60, ""))
    assert found["pacs"].status is Status.OK
    assert "not counted" in str(found["pacs"].summary)


def test_windows_tells_when_a_service_was_started() -> None:
    answer = {
        "now": NOW_THERE,
        "services": [
            {"name": "pacs", "found": True, "state": "Running", "start": "Auto", "exit_code": 0,
             "started": NOW_THERE - 60.0},
        ],
    }  # fmt: skip
    about = {"now": NOW_THERE, "kernel": "Windows 10.0", "uptime": 30 * 86400, "cpus": 1}
    past = Before({("pacs", "started_at"): NOW_THERE - 29 * 86400})
    found = judged("machine.restarts", host(services=("pacs",)), value(about), value(answer), past=past)
    assert found["pacs"].status is Status.WARN


def test_services_are_judged_when_the_machine_keeps_its_start_to_itself() -> None:
    late = Raw(Probe("system"), "posix", trouble=Sentence(N_("Not answered in time.")))
    found = judged("machine.restarts", host(services=("pacs",)), late, services(WEEK, 60))
    assert statuses(found) == {"": Status.UNKNOWN, "pacs": Status.OK}
    found = judged("machine.restarts", host(services=("pacs",)), machine(WEEK), late)
    assert statuses(found) == {"": Status.OK, "pacs": Status.UNKNOWN}


def test_a_service_that_is_stopped_is_left_to_the_check_of_services() -> None:
    stopped = text("manager systemd\n= pacs\nLoadState=loaded\nActiveState=inactive\nSubState=dead\nexit 0\n= end\n")
    assert judged("machine.restarts", host(services=("pacs",)), machine(WEEK), stopped)["pacs"].status is Status.NA


@pytest.mark.parametrize("answer", ["", "garbage", "now 1\nend\n"])
def test_garbage_is_no_verdict(answer: str) -> None:
    with pytest.raises((NotKnown, ValueError)):
        judged("machine.restarts", host(), text(answer))
