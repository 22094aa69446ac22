"""Expected services, as systemd, SysV scripts and Windows tell of them."""

import pytest

from console.checks.kind import NotKnown
from console.model.checks import Status
from tests.unit.checks.machine import host, judged, statuses, text, value

SYSTEMD = """now 1795410000
uptime 500000.00 900000.00
manager systemd
= sshd
Type=notify
NRestarts=0
Result=success
ExecMainStatus=0
Id=sshd.service
LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=enabled
ActiveEnterTimestampMonotonic=12000000
exit 0
= pacs
Type=simple
NRestarts=4
Result=exit-code
ExecMainStatus=1
Id=pacs.service
LoadState=loaded
ActiveState=failed
SubState=failed
UnitFileState=enabled
ActiveEnterTimestampMonotonic=0
exit 0
= flapping
NRestarts=77
Result=exit-code
LoadState=loaded
ActiveState=activating
SubState=auto-restart
UnitFileState=enabled
exit 0
= starting
Result=success
LoadState=loaded
ActiveState=activating
SubState=start
UnitFileState=enabled
exit 0
= off
Result=success
LoadState=loaded
ActiveState=inactive
SubState=dead
UnitFileState=disabled
exit 0
= byhand
Result=success
LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=disabled
ActiveEnterTimestampMonotonic=12000000
exit 0
= mount-once
Result=success
LoadState=loaded
ActiveState=active
SubState=exited
UnitFileState=enabled
ActiveEnterTimestampMonotonic=12000000
exit 0
= typo
Id=typo.service
LoadState=not-found
ActiveState=inactive
SubState=dead
exit 0
= end
"""
SYSV = """now 1795410000
uptime 500000.00 900000.00
manager sysv
= crond
sysv 0
= oracle
sysv 3
= vsftpd
sysv 1
= typo
sysv absent
= strange
sysv 64
= end
"""
WINDOWS = {
    "now": 1795410000,
    "services": [
        {
            "name": "MSSQLSERVER",
            "found": True,
            "state": "Running",
            "start": "Auto",
            "exit_code": 0,
            "started": 1795400000.5,
        },
        {"name": "Spooler", "found": True, "state": "Stopped", "start": "Auto", "exit_code": 1067, "started": None},
        {"name": "Idle", "found": True, "state": "Stopped", "start": "Manual", "exit_code": 1077, "started": None},
        {"name": "Slow", "found": True, "state": "Start Pending", "start": "Auto", "exit_code": 0, "started": None},
        {"name": "打印后台处理程序", "found": False},
    ],
}


def test_each_state_of_a_systemd_unit_has_its_own_verdict() -> None:
    names = ("sshd", "pacs", "flapping", "starting", "off", "byhand", "mount-once", "typo", "unsaid")
    found = judged("machine.services", host(services=names), text(SYSTEMD))
    assert statuses(found) == {
        "sshd": Status.OK,
        "pacs": Status.CRIT,
        "flapping": Status.CRIT,
        "starting": Status.WARN,
        "off": Status.CRIT,
        "byhand": Status.WARN,
        "mount-once": Status.OK,
        "typo": Status.CRIT,
        "unsaid": Status.UNKNOWN,
    }
    assert "failed (failed, exit-code)" in str(found["pacs"].summary)
    assert "sudo systemctl restart pacs" in str(found["pacs"].remedy)
    assert "not installed" in str(found["typo"].summary)
    assert "systemctl enable byhand" in str(found["byhand"].remedy)


def test_exit_statuses_of_sysv_scripts_are_told_apart() -> None:
    names = ("crond", "oracle", "vsftpd", "typo", "strange")
    found = judged("machine.services", host(services=names), text(SYSV))
    assert statuses(found) == {
        "crond": Status.OK,
        "oracle": Status.CRIT,
        "vsftpd": Status.CRIT,
        "typo": Status.CRIT,
        "strange": Status.UNKNOWN,
    }
    assert "sudo service oracle restart" in str(found["oracle"].remedy)


def test_windows_services_go_by_their_service_name_and_not_by_the_translated_one() -> None:
    names = ("MSSQLSERVER", "Spooler", "Idle", "Slow", "打印后台处理程序")
    found = judged("machine.services", host(services=names, via="bundle"), value(WINDOWS))
    assert statuses(found) == {
        "MSSQLSERVER": Status.OK,
        "Spooler": Status.CRIT,
        "Idle": Status.CRIT,
        "Slow": Status.WARN,
        "打印后台处理程序": Status.CRIT,
    }
    assert "1067" in str(found["Spooler"].summary)
    assert "Start-Service 'Spooler'" in str(found["Spooler"].remedy)


def test_states_as_psutil_spells_them_are_understood() -> None:
    services = [
        {"name": "a", "found": True, "state": "running", "start": "automatic", "exit_code": None, "started": None},
        {"name": "b", "found": True, "state": "stop_pending", "start": "manual", "exit_code": None, "started": None},
    ]
    found = judged("machine.services", host(services=("a", "b")), value({"now": 1.0, "services": services}))
    assert statuses(found) == {"a": Status.OK, "b": Status.WARN}


def test_a_bus_that_does_not_answer_makes_the_service_unknown_with_its_words() -> None:
    answer = "manager systemd\n= sshd\nFailed to connect to bus: Host is down\nexit 1\n= end\n"
    found = judged("machine.services", host(services=("sshd",)), text(answer))
    assert found["sshd"].status is Status.UNKNOWN
    assert "Host is down" in str(found["sshd"].summary)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "garbage",
        "\x00\xff",
        "manager systemd\n= sshd\nActiveState=active\n",
        "now 1\n!tool systemctl, /etc/init.d\n= sshd\n= end\n",
    ],
)
def test_an_answer_that_is_none_is_never_a_verdict(answer: str) -> None:
    with pytest.raises((NotKnown, ValueError)):
        judged("machine.services", host(services=("sshd",)), text(answer))
