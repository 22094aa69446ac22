"""Processes, ports, uptime, load, memory and the asking account, in both dialects."""

import pytest

from console.checks.kind import NotKnown
from console.checks.raw import Raw
from console.model.checks import Status
from tests.unit.checks.machine import host, judged, statuses, text, value

PROCESSES = """= proc
      1 I kworker/0:0-events_power_efficient
     12 S nginx
      1 R java
      2 Z defunct-one
      1 S a-very-long-nam
      1 S (odd) name
= end
"""
BUSYBOX = "= ps\n      1 S init\n      3 S orthanc\n= end\n"
PORTS_PROC = (
    "= proc\n00000000:0016\n0100007F:1538\n00000000000000000000000001000000:0CEA\n" + "0" * 32 + ":0050\n= end\n"
)
PORTS_SS = """= ss
State      Recv-Q Send-Q Local Address:Port               Peer Address:Port
LISTEN     0      128          *:22                       *:*
LISTEN     0      100    127.0.0.1:5432                   *:*
LISTEN     0      128       [::]:80                       [::]:*
= end
"""
PORTS_NETSTAT = """= netstat
Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State
tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN
tcp        0      0 :::80                   :::*                    LISTEN
tcp        0      0 127.0.0.1:5432          0.0.0.0:*               LISTEN
tcp        0      0 10.0.0.2:99             10.0.0.9:1234           ESTABLISHED
= end
"""
WINDOWS = {
    "now": 1795410000.25,
    "kernel": "Windows 10.0.17763",
    "host": "PACS服务器",
    "user": "PACS\\巡检",
    "admin": False,
    "release": "Microsoft Windows Server 2019 标准版",
    "uptime": 864000.0,
    "cpus": 8,
    "cpu_percent": 12.0,
    "memory": {"total": 16_000_000_000, "available": 1_000_000_000, "swap_total": 4_000_000_000, "swap_free": 100},
}


def system(**changes: str | None) -> Raw:
    """What system.sh says; `None` takes a line out."""
    lines = {
        "now": "1795410000",
        "kernel": "Linux 4.19.90-25.el7.x86_64 x86_64",
        "host": "pacs-a",
        "uid": "1001",
        "user": "inspector",
        "groups": "inspector adm",
        "release": "Kylin Linux Advanced Server V10 (Tercel)",
        "uptime": "864000.21 1700000.00",
        "load": "0.10 0.20 0.30 1/345 9999",
        "cpus": "4",
        "total": "MemTotal:       16000000 kB",
        "free": "MemFree:         1000000 kB",
        "available": "MemAvailable:    8000000 kB",
        "buffers": "Buffers:          500000 kB",
        "cached": "Cached:          2500000 kB",
        "swap": "SwapTotal:       4000000 kB",
        "swapfree": "SwapFree:        4000000 kB",
        "tool": "chronyc",
        **changes,
    }
    memory = ("total", "free", "available", "buffers", "cached", "swap", "swapfree")
    said = [f"{'mem' if word in memory else word} {line}" for word, line in lines.items() if line is not None]
    return text("\n".join([*said, "end", ""]))


def test_processes_are_found_by_the_fifteen_letters_the_kernel_keeps() -> None:
    names = ("nginx", "java", "defunct-one", "a-very-long-name-indeed", "(odd) name", "gone")
    found = judged("machine.processes", host(processes=names), text(PROCESSES))
    assert statuses(found) == {
        "nginx": Status.OK,
        "java": Status.OK,
        "defunct-one": Status.CRIT,
        "a-very-long-name-indeed": Status.OK,
        "(odd) name": Status.OK,
        "gone": Status.CRIT,
    }
    assert found["nginx"].metrics[0].value == 12
    assert "zombie" in str(found["defunct-one"].summary)


def test_processes_of_busybox_and_of_a_chinese_windows() -> None:
    assert statuses(judged("machine.processes", host(processes=("orthanc",)), text(BUSYBOX))) == {"orthanc": Status.OK}
    windows = value({"processes": {"影像服务.exe": 2, "Orthanc.exe": 1, "System": 1}})
    found = judged("machine.processes", host(processes=("影像服务", "orthanc.EXE", "java")), windows)
    assert statuses(found) == {"影像服务": Status.OK, "orthanc.EXE": Status.OK, "java": Status.CRIT}


def test_a_process_that_others_may_not_see_is_unknown_and_not_gone() -> None:
    found = judged("machine.processes", host(processes=("java",)), text("!hidden\n= proc\n  1 S bash\n= end\n"))
    assert found["java"].status is Status.UNKNOWN


@pytest.mark.parametrize("answer", [PORTS_PROC, PORTS_SS, PORTS_NETSTAT])
def test_ports_are_read_from_the_kernel_from_ss_and_from_netstat(answer: str) -> None:
    # 0x1538 is 5432, 0x0016 is 22, 0x0050 is 80
    found = judged("machine.ports", host(ports=(22, 80, 5432, 104)), text(answer))
    assert statuses(found) == {"22": Status.OK, "80": Status.OK, "5432": Status.OK, "104": Status.CRIT}
    assert "itself only (127.0.0.1)" in str(found["5432"].summary)
    assert "itself only" not in str(found["80"].summary)


def test_ports_of_windows_and_a_machine_where_nothing_listens() -> None:
    windows = value({"listen": [{"address": "0.0.0.0", "port": 104}, {"address": "::", "port": 104}]})
    assert statuses(judged("machine.ports", host(ports=(104, 8042)), windows)) == {
        "104": Status.OK,
        "8042": Status.CRIT,
    }
    assert statuses(judged("machine.ports", host(ports=(22,)), text("= proc\n= end\n"))) == {"22": Status.CRIT}


@pytest.mark.parametrize(
    "answer", ["", "garbage", "= ss\n= end\n", "= proc\nzz:zz\n= end\n", "!tool ss, netstat\n= end\n"]
)
def test_no_port_is_judged_by_an_answer_that_is_none(answer: str) -> None:
    with pytest.raises((NotKnown, ValueError)):
        judged("machine.ports", host(ports=(22,)), text(answer))


@pytest.mark.parametrize(
    ("uptime", "status"),
    [("864000.2 1", Status.OK), ("1800.0 1", Status.WARN), (f"{401 * 86400}.0 1", Status.WARN)],
)
def test_uptime_is_neither_too_short_nor_too_long(uptime: str, status: Status) -> None:
    assert statuses(judged("machine.uptime", host(), system(uptime=uptime))) == {"": status}


def test_uptime_of_windows_and_of_a_host_that_does_not_say() -> None:
    assert statuses(judged("machine.uptime", host(), value(WINDOWS))) == {"": Status.OK}
    with pytest.raises(NotKnown):
        judged("machine.uptime", host(), system(uptime=None))


@pytest.mark.parametrize(
    ("load", "status"),
    [("1 7.99 3", Status.OK), ("1 8.00 3", Status.WARN), ("1 19.99 3", Status.WARN), ("1 20 3", Status.CRIT)],
)
def test_load_is_held_against_the_number_of_processors(load: str, status: Status) -> None:
    assert statuses(judged("machine.load", host(), system(load=f"{load} 1/2 3"))) == {"": status}


def test_load_is_not_known_without_processors_and_no_question_on_windows() -> None:
    with pytest.raises(NotKnown):
        judged("machine.load", host(), system(cpus="0"))
    with pytest.raises(NotKnown):
        judged("machine.load", host(), system(load=None))
    assert statuses(judged("machine.load", host(), value(WINDOWS))) == {"": Status.NA}


@pytest.mark.parametrize(
    ("available", "status"),
    [("8000000", Status.OK), ("1600001", Status.OK), ("1600000", Status.WARN), ("480000", Status.CRIT)],
)
def test_memory_counts_what_programs_can_still_have(available: str, status: Status) -> None:
    found = judged("machine.memory", host(), system(available=f"MemAvailable: {available} kB"))
    assert statuses(found) == {"memory": status, "swap": Status.OK}


def test_memory_of_an_old_kernel_is_free_buffers_and_cache() -> None:
    found = judged("machine.memory", host(), system(available=None))
    assert found["memory"].metrics[0].value == pytest.approx(75.0)
    assert "free or cache" in str(found["memory"].summary)


@pytest.mark.parametrize(("free", "status"), [("1700000", Status.OK), ("1600000", Status.WARN), ("1", Status.CRIT)])
def test_swap_has_limits_of_its_own(free: str, status: Status) -> None:
    assert judged("machine.memory", host(), system(swapfree=f"SwapFree: {free} kB"))["swap"].status is status


def test_memory_of_windows_of_a_host_without_swap_and_of_one_that_does_not_say() -> None:
    assert statuses(judged("machine.memory", host(), value(WINDOWS))) == {"memory": Status.WARN, "swap": Status.CRIT}
    bare = system(swap="SwapTotal: 0 kB", swapfree="SwapFree: 0 kB")
    assert judged("machine.memory", host(), bare)["swap"].status is Status.NA
    with pytest.raises(NotKnown):
        judged("machine.memory", host(), system(total=None))


def test_the_account_is_named_and_what_it_does_not_see_has_a_reason() -> None:
    found = judged("machine.account", host(), system())
    assert statuses(found) == {"account": Status.OK, "port-owners": Status.NA}
    assert "inspector" in str(found["account"].summary)
    assert "Kylin" in str(found["account"].summary)
    assert "root only" in str(found["port-owners"].summary)
    assert statuses(judged("machine.account", host(), system(uid="0", user="root"))) == {"account": Status.OK}
    assert "time" in judged("machine.account", host(), system(tool=None))
    assert "巡检" in str(judged("machine.account", host(), value(WINDOWS))["account"].summary)


@pytest.mark.parametrize("check", ["account", "uptime", "load", "memory"])
@pytest.mark.parametrize("answer", ["", "garbage\n", "now 5\nuptime 1 1\nload 1 1 1\ncpus 1\n", "end\n"])
def test_half_an_answer_about_the_machine_is_none(check: str, answer: str) -> None:
    with pytest.raises((NotKnown, ValueError, LookupError)):
        judged(f"machine.{check}", host(), text(answer))


def test_the_text_of_this_machine_is_the_text_of_a_server() -> None:
    answer = system().output.decode()
    assert statuses(judged("machine.uptime", host(via="local"), value(answer, "linux"))) == {"": Status.OK}
