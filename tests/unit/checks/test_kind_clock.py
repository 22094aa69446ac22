"""Clocks: how far they are apart, who keeps them, and those that went back."""

from datetime import timedelta

import pytest

from console.checks.kind import NotKnown
from console.checks.raw import Probe, Raw
from console.i18n import N_
from console.model.checks import Status
from console.model.sentence import Sentence
from tests.unit.checks.machine import NOW, Before, host, judged, text, value

CHRONY = """= chrony
Reference ID    : 0A000001 (10.0.0.1)
Stratum         : 4
Ref time (UTC)  : Mon Nov 23 05:20:25 2026
System time     : 0.000012345 seconds slow of NTP time
Last offset     : -0.000001 seconds
Leap status     : Normal
exit 0
= end
"""
CHRONY_LOST = CHRONY.replace("Normal", "Not synchronised").replace("10.0.0.1", "")
CHRONY_DOWN = "= chrony\n506 Cannot talk to daemon\nexit 1\n= end\n"
TIMEDATECTL = "= timedatectl\nNTP=yes\nNTPSynchronized=yes\nexit 0\n= end\n"
CENTOS_7 = (
    "= timedatectl\n      Local time: Mon 2026-11-23\n     NTP enabled: yes\nNTP synchronized: no\nexit 0\n= end\n"
)
NTPQ = """= ntp
     remote           refid      st t when poll reach   delay   offset  jitter
==============================================================================
+10.0.0.9        10.0.0.1         3 u   33   64  377    0.213    1.5      0.1
*10.0.0.1        .GPS.            1 u   33   64  377    0.213   -2.5      0.1
exit 0
= end
"""
NTPQ_LOST = NTPQ.replace("*", " ").replace("+", " ")
BUSYBOX = "!tool chronyc, timedatectl, ntpq\ndaemon ntpd\n= end\n"
WINDOWS = {"running": True, "type": "NTP", "server": "10.0.0.1,0x8", "good": 1795400000.0, "bad": None}


def at(offset: float, *, seconds: float = 0.0) -> Raw:
    """A host whose clock is so far from ours; `date` cuts off the rest of its second."""
    said = f"now {int(NOW.timestamp() + offset)}\nkernel Linux 5.14 x86_64\nuptime 1.0 1.0\ncpus 1\nend\n"
    return text(said, started=NOW - timedelta(seconds=seconds / 2), seconds=seconds)


@pytest.mark.parametrize(
    ("offset", "status"),
    [
        (0, Status.OK),
        (4, Status.OK),
        (-4, Status.OK),
        (6, Status.WARN),
        (-7, Status.WARN),
        (61, Status.CRIT),
        (-62, Status.CRIT),
    ],
)
def test_the_offset_is_reckoned_from_the_middle_of_the_question(offset: float, status: Status) -> None:
    found = judged("machine.clock", host(), at(offset, seconds=0.1), text(CHRONY))
    assert found["offset"].status is status
    assert found["offset"].metrics[0].value == pytest.approx(offset + 0.5, abs=0.01)


def test_ahead_and_behind_are_told_apart() -> None:
    assert "ahead" in str(judged("machine.clock", host(), at(90), text(CHRONY))["offset"].summary)
    assert "behind" in str(judged("machine.clock", host(), at(-90), text(CHRONY))["offset"].summary)


def test_an_answer_that_took_long_leaves_the_clock_unknown() -> None:
    found = judged("machine.clock", host(), at(0, seconds=20), text(CHRONY))
    assert found["offset"].status is Status.UNKNOWN


def test_a_clock_that_went_back_is_told_whosever_it_is() -> None:
    ahead = Before({("offset", "host_time"): NOW.timestamp() + 3600})
    found = judged("machine.clock", host(), at(0), text(CHRONY), past=ahead)["offset"]
    assert found.status is Status.CRIT
    assert "pacs-a was set back" in str(found.summary)
    future = Before({("offset", "host_time"): NOW.timestamp() - 60}, ago=timedelta(days=-1))
    found = judged("machine.clock", host(), at(0), text(CHRONY), past=future)["offset"]
    assert found.status is Status.CRIT
    assert "this machine" in str(found.summary)
    before = Before({("offset", "host_time"): NOW.timestamp() - 3600})
    assert judged("machine.clock", host(), at(0), text(CHRONY), past=before)["offset"].status is Status.OK


def test_a_file_that_was_carried_cannot_tell_the_offset() -> None:
    older = Before({("offset", "host_time"): NOW.timestamp() + 3600})
    found = judged("machine.clock", host(via="bundle"), at(500), text(CHRONY), past=older)
    assert found["offset"].status is Status.MANUAL


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (CHRONY, Status.OK),
        (CHRONY_LOST, Status.WARN),
        (TIMEDATECTL, Status.OK),
        (CENTOS_7, Status.WARN),
        (NTPQ, Status.OK),
        (NTPQ_LOST, Status.WARN),
        (CHRONY_DOWN, Status.UNKNOWN),
        (BUSYBOX, Status.UNKNOWN),
        ("!tool chronyc, timedatectl, ntpq\n= end\n", Status.UNKNOWN),
        (CHRONY_LOST.replace("= end\n", "") + TIMEDATECTL, Status.OK),
    ],
)
def test_who_keeps_the_clock(answer: str, status: Status) -> None:
    assert judged("machine.clock", host(), at(0), text(answer))["sync"].status is status


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, Status.OK),
        ({"bad": 1795400001.0}, Status.WARN),
        ({"good": 1795400002.0, "bad": 1795400001.0}, Status.OK),
        ({"good": None, "bad": 1.0}, Status.WARN),
        ({"good": None}, Status.UNKNOWN),
        ({"type": "NoSync"}, Status.WARN),
        ({"running": False}, Status.WARN),
    ],
)
def test_windows_is_judged_by_numbers_of_events_and_never_by_words(change: dict[str, object], status: Status) -> None:
    found = judged("machine.clock", host(via="bundle"), at(0), value({**WINDOWS, **change}))
    assert found["sync"].status is status


def test_each_half_is_judged_without_the_other() -> None:
    late = Raw(Probe("system"), "posix", trouble=Sentence(N_("Not answered in time.")))
    assert judged("machine.clock", host(), late, text(CHRONY))["sync"].status is Status.OK
    assert judged("machine.clock", host(), late, text(CHRONY))["offset"].status is Status.UNKNOWN
    assert judged("machine.clock", host(), at(0), late)["offset"].status is Status.OK
    assert judged("machine.clock", host(), at(0), late)["sync"].status is Status.UNKNOWN


@pytest.mark.parametrize("answer", ["", "garbage", "= chrony\nLeap status : Normal\n"])
def test_garbage_is_no_verdict(answer: str) -> None:
    with pytest.raises((NotKnown, ValueError)):
        judged("machine.clock", host(), at(0), text(answer))
