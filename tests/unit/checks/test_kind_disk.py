"""Disks: every status of every check, odd names, Windows, and a real file system that is filled."""

import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from console.checks.kind import Asked, Target
from console.checks.kinds import forecast, stale_mounts
from console.checks.kinds.read_only import KIND as READ_ONLY
from console.checks.local.disk import answer
from console.checks.parsers.disk import disks_of, escaped, net_mounts_of, unescaped
from console.checks.raw import Probe, Raw
from console.model.checks import Status
from console.model.sentence import Sentence
from console.model.site import NO_LIMITS, Host, Site
from tests.support import need_program
from tests.unit.checks.judged import NOW, check_of, found_out, judge, status_of, text
from tests.unit.checks.machine import Sample

HOST = Host("pacs-a", via="local")


def disks(used: int = 50, *, inodes: str = "100 5 95", options: str = "rw,relatime", more: str = "") -> str:
    return (
        "now 1795413600\n"
        "mount proc rw proc /proc\n"
        f"mount ext4 {options} /dev/sda1 /data\n"
        f"df 100 {used} {100 - used} /data\n"
        f"inodes {inodes} /data\n"
        f"{more}end\n"
    )


def target(host: Host = HOST) -> Target:
    return Target(host.id, host.id, host)


@pytest.mark.parametrize(
    ("used", "status"),
    [(50, Status.OK), (84, Status.OK), (85, Status.WARN), (94, Status.WARN), (95, Status.CRIT), (100, Status.CRIT)],
)
def test_the_contract_says_under_95_percent(used: int, status: Status) -> None:
    (verdict,) = judge(check_of("disk.used"), target(), text(disks(used)))
    assert verdict.status is status
    assert verdict.metrics[0].value == used
    assert "/data" in str(verdict.summary)


def test_the_reserve_of_root_counts_as_used() -> None:
    # GIVEN 100 blocks of which 90 are used and 5 may still be taken WHEN judged THEN it is 90 of 95
    said = disks().replace("df 100 50 50 /data", "df 100 90 5 /data")
    (verdict,) = judge(check_of("disk.used"), target(), text(said))
    assert verdict.metrics[0].value == pytest.approx(100 * 90 / 95)


def test_a_partition_that_is_expected_and_not_mounted_is_critical() -> None:
    host = Host("pacs-a", via="local", mounts=("/backup",))
    statuses = {v.item: v.status for v in judge(check_of("disk.used"), target(host), text(disks()))}
    assert statuses == {"/backup": Status.CRIT, "/data": Status.OK}


def test_discs_and_synthetic_file_systems_are_left_out_unless_they_are_listed() -> None:
    more = (
        "mount squashfs ro /dev/loop0 /snap/core\ndf 100 100 0 /snap/core\n"
        "mount tmpfs rw tmpfs /run/user/0\ndf 100 99 1 /run/user/0\n"
    )
    found = judge(check_of("disk.used"), target(), text(disks(more=more)))
    assert [verdict.item for verdict in found] == ["/data"]
    listed = Host("pacs-a", via="local", mounts=("/snap/core",))
    statuses = {v.item: v.status for v in judge(check_of("disk.used"), target(listed), text(disks(more=more)))}
    assert statuses["/snap/core"] is Status.CRIT


def test_the_same_disk_bound_twice_is_judged_once_and_ignored_ones_never() -> None:
    more = "mount ext4 rw /dev/sda1 /srv/bound\ndf 100 50 50 /srv/bound\n"
    assert len(judge(check_of("disk.used"), target(), text(disks(more=more)))) == 1
    ignoring = Host("pacs-a", via="local", ignore_mounts=("/data*",))
    assert status_of(check_of("disk.used"), target(ignoring), text(disks())) == [Status.UNKNOWN]


@pytest.mark.parametrize("check_id", ["disk.used", "disk.inodes", "disk.writable", "disk.forecast"])
@pytest.mark.parametrize("said", ["", "now 5\n", "garbage\nend\n", "now 5\nend\n", disks()[:-5]])
def test_no_answer_is_no_green(check_id: str, said: str) -> None:
    assert status_of(check_of(check_id), target(), text(said)) == [Status.UNKNOWN]


def test_a_partition_that_gives_no_size_is_unknown() -> None:
    said = disks().replace("df 100 50 50 /data\n", "!failed /data\n")
    assert status_of(check_of("disk.used"), target(), text(said)) == [Status.UNKNOWN]


@pytest.mark.parametrize(
    ("inodes", "status"),
    [
        ("100 5 95", Status.OK),
        ("100 90 10", Status.WARN),
        ("100 99 1", Status.CRIT),
        ("0 0 0", Status.NA),
    ],
)
def test_inodes_run_out_before_space_does(inodes: str, status: Status) -> None:
    assert status_of(check_of("disk.inodes"), target(), text(disks(inodes=inodes))) == [status]


def test_nobody_says_how_many_inodes_is_unknown() -> None:
    said = disks().replace("inodes 100 5 95 /data\n", "")
    assert status_of(check_of("disk.inodes"), target(), text(said)) == [Status.UNKNOWN]


class Was:
    """The values of earlier visits."""

    def __init__(self, *values: tuple[float, float]) -> None:
        self._samples = [Sample(NOW - timedelta(days=ago), value) for ago, value in values]

    def samples(self, check: str, target: str, item: str, metric: str) -> list[Sample]:
        return self._samples


def asked(check_id: str, raw: Raw, past: Was, host: Host = HOST) -> Asked:
    check = check_of(check_id)
    return Asked(check, target(host), Site("Ward"), (raw,), check.limits, NOW, past)


def test_a_partition_that_turned_read_only_is_critical_and_one_that_always_was_a_warning() -> None:
    read_only = text(disks(options="ro,relatime"))
    assert READ_ONLY.judge(asked("disk.writable", read_only, Was((7, 1.0))))[0].status is Status.CRIT
    assert READ_ONLY.judge(asked("disk.writable", read_only, Was((7, 0.0))))[0].status is Status.WARN
    must = Host("pacs-a", via="local", writable=("/data", "/gone"))
    statuses = {v.item: v.status for v in READ_ONLY.judge(asked("disk.writable", read_only, Was(), must))}
    assert statuses == {"/data": Status.CRIT, "/gone": Status.CRIT}
    assert READ_ONLY.judge(asked("disk.writable", text(disks()), Was()))[0].status is Status.OK


def test_a_forecast_needs_days_and_is_never_more_than_a_warning() -> None:
    # GIVEN 50 of 100 blocks used, and what was used before, a block being 1024 bytes
    def status(*values: tuple[float, float]) -> tuple[Status, str]:
        verdict = forecast.KIND.judge(asked("disk.forecast", text(disks(50)), Was(*values)))[0]
        return verdict.status, str(verdict.summary)

    assert status()[0] is Status.NA
    assert status((7, 40 * 1024.0), (3, 45 * 1024.0))[0] is Status.NA
    grows, sentence = status((30, 20 * 1024.0), (20, 30 * 1024.0), (10, 40 * 1024.0))
    assert grows is Status.WARN
    assert "2027-01-12" in sentence
    slow, _sentence = status((300, 49.0 * 1024), (200, 49.3 * 1024), (100, 49.6 * 1024))
    assert slow is Status.OK
    still, sentence = status((30, 50 * 1024.0), (20, 50 * 1024.0), (10, 50 * 1024.0))
    assert (still, "not growing" in sentence) == (Status.OK, True)
    assert status((30, 99 * 1024.0), (20, 99 * 1024.0), (10, 99 * 1024.0))[0] is Status.WARN
    assert status((30, 99 * 1024.0), (20, 50 * 1024.0), (10, 50 * 1024.0))[0] is Status.OK


def test_one_clean_up_does_not_bend_the_slope() -> None:
    points = [(float(day), 100.0 + day) for day in range(30)]
    points[20] = (20.0, 5.0)
    low, middle, high = forecast.slopes(points)
    assert low <= middle <= high
    assert middle == pytest.approx(1.0, abs=0.05)


def test_the_volumes_of_windows_are_judged_alike() -> None:
    facts = {
        "now": 1795413600,
        "volumes": [
            {"mount": "C:\\", "drive_type": 3, "filesystem": "NTFS", "size": 1000, "free": 40},
            {"mount": "D:\\", "drive_type": 5, "filesystem": "UDF", "size": 1000, "free": 0},
        ],
    }
    host = Host("ris", via="bundle", mounts=("c:\\",))
    assert status_of(check_of("disk.used"), target(host), found_out(facts)) == [Status.CRIT]
    assert status_of(check_of("disk.inodes"), target(host), found_out(facts)) == [Status.NA]
    assert status_of(check_of("disk.writable"), target(host), found_out(facts)) == [Status.NA]


def test_odd_names_survive() -> None:
    for name in ("/mnt/a b", "/mnt/back\\slash", "/mnt/tab\there"):
        assert unescaped(escaped(name)) == name.replace("\t", " ")
    said = disks(more="mount ext4 rw /dev/sdb1 /mnt/a\\040b\ndf 100 96 4 /mnt/a\\040b\n")
    found = {mount.path: mount for mount in disks_of(text(said)).mounts}
    assert found["/mnt/a b"].space is not None


NET = "now 5\nasking nfs4 /a\nanswers nfs4 10 5 5 /a\nasking nfs4 /b\n!failed nfs4 /b\n!left cifs /c\nend\n"


def test_shares_that_answer_fail_and_were_left_alone() -> None:
    found = {v.item: v.status for v in judge(check_of("disk.shares"), target(), text(NET))}
    assert found == {"/a": Status.OK, "/b": Status.CRIT, "/c": Status.CRIT}
    assert status_of(check_of("disk.shares"), target(), text("now 5\nend\n")) == [Status.NA]
    assert status_of(check_of("disk.shares"), target(), text("now 5\n")) == [Status.UNKNOWN]


def test_the_share_that_hung_is_the_one_that_was_asked_last_and_is_not_asked_again(tmp_path: Path) -> None:
    # GIVEN a section that was ended while it asked for a share
    cut = b"now 5\nasking nfs4 /a\nanswers nfs4 10 5 5 /a\nasking nfs4 /dead\\040share\n"
    raw = Raw(Probe("netmounts"), "posix", cut, None, Sentence("No answer."))
    assert [mount.state for mount in net_mounts_of(raw)] == ["answers", "hung"]
    check = check_of("disk.shares")
    question = Asked(check, target(), Site("Ward"), (raw,), NO_LIMITS, NOW, notes={})
    assert [v.status for v in stale_mounts.judge(question)] == [Status.OK, Status.CRIT]
    # WHEN it is remembered
    stale_mounts.keep(question, tmp_path)
    # THEN the next look hands it over as one to leave alone
    from console.checks.kind import Wanted

    wanted = Wanted(check, target(), Site("Ward"))
    notes = {path: at for path, at in stale_mounts._read(tmp_path)["pacs-a"].items()}
    assert list(notes) == ["/dead share"]
    (probe,) = stale_mounts.ask(Wanted(check, target(), Site("Ward"), notes))
    assert probe.args == ("/dead\\040share",)
    assert stale_mounts.recall(wanted, tmp_path) in (notes, {})


def test_this_machine_tells_its_partitions() -> None:
    if os.name != "posix":
        pytest.skip("the text of a shell section")
    found = disks_of(found_out(answer(())))
    assert found.at("/") is not None


def test_a_file_system_that_is_filled_turns_red_and_green_again(tmp_path: Path) -> None:
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("mounting needs root")
    need_program("mount")
    place = tmp_path / "small disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True)
    if done.returncode:
        pytest.skip("this machine lets nobody mount")
    host = Host("here", via="local", mounts=(str(place),), ignore_mounts=("*",))
    try:

        def status() -> list[Status]:
            return status_of(check_of("disk.used"), target(host), found_out(answer(())))

        assert status() == [Status.OK]
        (place / "fill").write_bytes(b"x" * 1_000_000)
        assert status() == [Status.CRIT]
        (place / "fill").unlink()
        assert status() == [Status.OK]
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        turned = Host("here", via="local", writable=(str(place),), ignore_mounts=("*",))
        assert status_of(check_of("disk.writable"), target(turned), found_out(answer(()))) == [Status.CRIT]
    finally:
        subprocess.run(["umount", str(place)], check=False)
