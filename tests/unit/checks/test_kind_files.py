"""Backups, log sizes, queues and pairs: every status, real files that age, break off, wait and go missing."""

import os
import shutil
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from console.checks.kind import NotKnown, Target
from console.checks.kinds import backups, folder_queue, log_sizes, pairs
from console.checks.parsers.files import lists_of, tree_of
from console.checks.raw import Probe, Raw
from console.model.checks import Status
from console.model.site import Backup, Database, FolderAt, Limits, LogFiles, Pair, Queue, Site
from console.resources import resource
from tests.support import need_program
from tests.unit.checks.judged import check_of, found_out, judge, status_of, text

NOW = 1795413600
HOUR = 3600
DUMP = b"-- PostgreSQL database dump complete\n\n"

SHELLS = ("dash", "bash --posix", "busybox ash")


def said(name: str, *args: str, shell: str = "sh", user: int | None = None) -> Raw:
    """What a section that ships says, in a shell of choice."""
    program, *options = shell.split()
    need_program(program)
    body = resource(f"probes/{name}.sh").read_text("utf-8")
    rights = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    done = subprocess.run(
        [program, *options, "-c", body, "probe", *args],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        timeout=60,
        check=True,
        **rights,  # type: ignore[call-overload]
    )
    return Raw(Probe(name, args), "posix", done.stdout, 0)


# Backups


def database(folder: Path | str = "/b", **more: Any) -> Target:
    backup = Backup(f"{folder}/*.sql", "pacs-a", **{"other_disk": False, **more})
    return Target("ris", "pacs-a", Database("ris", "postgresql://x/ris", backup=backup))


def listing(*files: tuple[float, int], tail: bytes = DUMP, head: bytes = b"--\n-- PostgreSQL", more: str = "") -> Raw:
    """An answer of backup.sh: (age in hours, size) of each file, newest first."""
    rows = "".join(f"file {NOW - hours * HOUR} {size} /b/{place}.sql\n" for place, (hours, size) in enumerate(files))
    ends = f"newest /b/0.sql\nhead {head.hex()}\ntail {tail.hex()}\ndisk /dev/sdb1\n" if files else ""
    return text(f"now {NOW}\npattern /b/*.sql\n{rows}count {len(files)} 1\n{ends}{more}end\n")


def verdicts(raw: Raw, **more: Any) -> dict[str, Status]:
    return {verdict.item: verdict.status for verdict in judge(check_of("backup.files"), database(**more), raw)}


WEEK = ((2.0, 100), (26.0, 100), (50.0, 101), (74.0, 99))


def test_a_backup_of_tonight_with_its_end_is_in_order() -> None:
    assert verdicts(listing(*WEEK)) == {"age": Status.OK, "size": Status.OK, "end": Status.OK}


@pytest.mark.parametrize(("hours", "status"), [(25, Status.OK), (27, Status.WARN), (51, Status.CRIT)])
def test_age_is_judged_by_the_hosts_own_clock(hours: float, status: Status) -> None:
    assert verdicts(listing((hours, 100)))["age"] is status


def test_a_site_that_knows_its_plan_sets_the_age() -> None:
    assert verdicts(listing((5.0, 100)), max_age_s=4 * HOUR)["age"] is Status.WARN


def test_a_weekly_plan_is_late_after_a_week() -> None:
    assert verdicts(listing((80.0, 100)), schedule="weekly")["age"] is Status.OK
    assert verdicts(listing((180.0, 100)), schedule="weekly")["age"] is Status.WARN
    assert verdicts(listing((49.0, 100)), max_age_s=HOUR)["age"] is Status.CRIT


def test_a_file_from_the_future_means_that_a_clock_is_wrong() -> None:
    assert verdicts(listing((-3.0, 100)))["age"] is Status.WARN


def test_no_backup_at_all_is_critical_and_no_look_is_unknown() -> None:
    assert verdicts(listing()) == {"age": Status.CRIT}
    for trouble in ("!denied /b", "!missing /b"):
        raw = text(f"now {NOW}\npattern /b/*.sql\n{trouble}\ncount 0 0\nend\n")
        assert status_of(check_of("backup.files"), database(), raw) == [Status.UNKNOWN]


@pytest.mark.parametrize(
    ("size", "status"),
    [
        (100, Status.OK),
        (129, Status.OK),
        (150, Status.WARN),
        (60, Status.WARN),
        (10, Status.CRIT),
        (0, Status.CRIT),
    ],
)
def test_size_is_compared_with_the_others(size: int, status: Status) -> None:
    assert verdicts(listing((2.0, size), *WEEK[1:]))["size"] is status


def test_the_least_size_of_the_site_counts() -> None:
    assert verdicts(listing(*WEEK), min_bytes=1000)["size"] is Status.CRIT


@pytest.mark.parametrize(
    ("head", "tail", "status"),
    [
        (b"--\n-- PostgreSQL", DUMP, Status.OK),
        (b"-- MySQL dump 10", b"-- Dump completed on 2026-11-23  2:00:01\n", Status.OK),
        (b"-- MySQL dump 10", b"INSERT INTO `study` VALUES (1,", Status.CRIT),
        (b"--\n-- PostgreSQL", b"5\t2026-11-23\n", Status.CRIT),
        (b"xtrabackup: reco", b"20261123 02:00:00 completed OK!\n", Status.OK),
        (b"--\n-- PostgreSQL", DUMP + b"COPY public.study FROM stdin;\n1\n", Status.CRIT),
        (b"--\n-- PostgreSQL", DUMP + b"\\unrestrict abc\n\n", Status.OK),
        (b"PGDMP\x01\x0e", b"\x00\x01binary", Status.NA),
        (b"\x1f\x8b\x08", b"", Status.NA),
    ],
)
def test_the_end_of_a_dump_says_whether_it_is_whole(head: bytes, tail: bytes, status: Status) -> None:
    assert verdicts(listing(*WEEK, head=head, tail=tail))["end"] is status


def test_an_end_that_may_not_be_read_is_unknown() -> None:
    assert verdicts(listing(*WEEK, more="!unreadable /b/0.sql\n"))["end"] is Status.UNKNOWN


@pytest.mark.parametrize(
    ("more", "data", "status"),
    [
        ("data /dev/sda1\n", "/var/lib", Status.OK),
        ("data /dev/sdb1\n", "/var/lib", Status.WARN),
        ("!nodata /var/lib\n", "/var/lib", Status.UNKNOWN),
        ("", "", Status.NA),
    ],
)
def test_backup_and_data_lie_on_two_disks(more: str, data: str, status: Status) -> None:
    assert verdicts(listing(*WEEK, more=more), data=data, other_disk=True)["disk"] is status


@pytest.mark.parametrize("garbage", ["", "now 5\n", "end\n", f"now {NOW}\npattern /b/*.sql\nend\n", "count 1 1\nend\n"])
def test_no_answer_about_backups_is_no_green(garbage: str) -> None:
    assert status_of(check_of("backup.files"), database(), text(garbage)) == [Status.UNKNOWN]


@pytest.mark.parametrize("shell", SHELLS)
def test_real_dumps_that_age_and_break_off(tmp_path: Path, shell: str) -> None:
    # GIVEN four nights of whole dumps, in a folder with a blank in its name
    folder = tmp_path / "back up"
    folder.mkdir()
    for night in range(4):
        path = folder / f"ris-{night}.sql"
        path.write_bytes(b"-- PostgreSQL database dump\n" + b"x" * 5000 + b"\n" + DUMP)
        os.utime(path, (time.time() - night * 24 * HOUR - 60,) * 2)
    place = database(folder)

    def statuses() -> dict[str, Status]:
        raw = said("backup", f"{folder}/*.sql", "", shell=shell)
        return {v.item: v.status for v in judge(check_of("backup.files"), place, raw)}

    assert statuses() == {"age": Status.OK, "size": Status.OK, "end": Status.OK}
    # WHEN the newest loses its end THEN that is seen, and healed it is green again
    newest = folder / "ris-0.sql"
    whole = newest.read_bytes()
    newest.write_bytes(whole[: -len(DUMP)])
    os.utime(newest, (time.time() - 60,) * 2)
    assert statuses()["end"] is Status.CRIT
    newest.write_bytes(whole)
    os.utime(newest, (time.time() - 60,) * 2)
    assert statuses()["end"] is Status.OK
    # WHEN three nights are missing
    for path in sorted(folder.iterdir())[:3]:
        path.unlink()
    assert statuses()["age"] is Status.CRIT


def test_a_gz_dump_is_unpacked_to_see_its_end(tmp_path: Path) -> None:
    need_program("gzip")
    path = tmp_path / "ris.sql.gz"
    path.write_bytes(subprocess.run(["gzip", "-c"], input=b"-- dump\n" + DUMP, capture_output=True, check=True).stdout)
    target = Target("ris", "a", Database("ris", "x", backup=Backup(f"{tmp_path}/*.gz", "a", other_disk=False)))
    raw = said("backup", f"{tmp_path}/*.gz", "")
    assert {v.item: v.status for v in judge(check_of("backup.files"), target, raw)}["end"] is Status.OK
    path.write_bytes(path.read_bytes()[:-12])
    raw = said("backup", f"{tmp_path}/*.gz", "")
    assert {v.item: v.status for v in judge(check_of("backup.files"), target, raw)}["end"] is Status.CRIT


def test_a_folder_that_may_not_be_read_is_unknown_with_the_reason(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("giving up rights needs root")
    secret = tmp_path / "secret"
    secret.mkdir(mode=0o700)
    (secret / "a.sql").write_bytes(DUMP)
    above = tmp_path
    while above != above.parent and above.stat().st_uid == 0 and above != Path("/tmp"):
        above.chmod(above.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
        above = above.parent
    secret.chmod(0o700)
    raw = said("backup", f"{secret}/*.sql", "", user=65534)
    with pytest.raises(NotKnown, match="may not be read"):
        backups.judge(_asked("backup.files", database(secret), raw))


def _asked(check_id: str, target: Target, *raws: Raw):  # type: ignore[no-untyped-def]
    from console.checks.kind import Asked
    from tests.unit.checks.judged import NOW as WALL

    check = check_of(check_id)
    return Asked(check, target, Site("Ward"), raws, check.limits, WALL)


# Sizes of logs


def logs(pattern: str = "/l/*.log") -> Target:
    return Target("ris", "a", Database("ris", "x", log_files=LogFiles(pattern, "a")))


@pytest.mark.parametrize(
    ("size", "status"), [(5, Status.OK), (8, Status.OK), (9, Status.WARN), (10, Status.WARN), (11, Status.CRIT)]
)
def test_a_log_file_has_ten_gigabytes_at_most(size: int, status: Status) -> None:
    raw = text(
        f"now {NOW}\npattern /l/*.log\nfile {NOW} 10 /l/a.log\nfile {NOW} {size * 10**9} /l/b.log\n"
        f"largest {size * 10**9} {NOW} /l/b.log\ncount 2 20\nend\n"
    )
    assert status_of(check_of("files.log-size"), logs(), raw) == [status]


def test_no_log_file_is_unknown_and_a_hidden_large_one_is_found() -> None:
    none = text(f"now {NOW}\npattern /l/*.log\ncount 0 0\nend\n")
    assert status_of(check_of("files.log-size"), logs(), none) == [Status.UNKNOWN]
    hidden = text(
        f"now {NOW}\npattern /l/*.log\nfile {NOW} 1 /l/a.log\nlargest {11 * 10**9} 5 /l/z.log\ncount 900 1\nend\n"
    )
    assert status_of(check_of("files.log-size"), logs(), hidden) == [Status.CRIT]
    windows = {"now": NOW, "patterns": [{"pattern": "/l/*.log", "trouble": "", "count": 900, "bytes": 1, "part": False,
               "files": [{"path": "C:\\a.log", "size": 1, "mtime": NOW}]}]}  # fmt: skip
    assert status_of(check_of("files.log-size"), logs(), found_out(windows)) == [Status.UNKNOWN]


# Queues


def queue(folder: Path | str = "/q") -> Target:
    return Target("send", "a", Queue("send", "folder", "a", str(folder), "*.dcm"))


def waiting(now: float, *files: tuple[str, float], beside: str = "") -> Raw:
    rows = "".join(f"file {now - age} 10 /q/{name}\n" for name, age in files)
    rest = "".join(
        f"pattern /q/{bad}\n{beside if bad == '*.bad' else ''}count {1 if beside and bad == '*.bad' else 0} 0\n"
        for bad in ("*.tmp", "*.bad", "*.part")
    )
    return text(f"now {now}\npattern /q/*.dcm\n{rows}count {len(files)} {len(files) * 10}\n{rest}end\n")


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ((), (), Status.OK),
        ((("a", 60),), (("a", 80),), Status.OK),
        ((("a", 900), ("b", 10)), (("b", 30),), Status.OK),
        ((("a", 900), ("b", 880)), (("b", 900),), Status.WARN),
        ((("a", 900),), (("a", 920),), Status.CRIT),
        ((("a", 3600), ("b", 3500)), (("b", 3520),), Status.CRIT),
    ],
)
def test_age_first_then_movement(
    first: tuple[tuple[str, float], ...], second: tuple[tuple[str, float], ...], status: Status
) -> None:
    raws = waiting(NOW, *first), waiting(NOW + 20, *second)
    assert status_of(check_of("queue.folder"), queue(), *raws) == [status]


def test_a_queue_that_stands_still_says_so_however_short_it_is() -> None:
    (verdict,) = judge(check_of("queue.folder"), queue(), waiting(NOW, ("a", 900)), waiting(NOW + 20, ("a", 920)))
    assert "stands still" in str(verdict.summary)
    assert {metric.name: metric.value for metric in verdict.metrics}["left_per_minute"] == 0


def test_a_long_queue_that_only_grows_stands_still(tmp_path: Path) -> None:
    # GIVEN 300 files of which 200 are named, and 50 more that came WHEN none left THEN it stands still
    def look(count: int) -> Raw:
        files = [(f"{number:04}", 5000.0 - number) for number in range(count)]
        rows = sorted(files, key=lambda file: file[1])
        named = rows[:100] + rows[-100:]
        said_rows = "".join(f"file {NOW - age} 10 /q/{name}\n" for name, age in named)
        rest = "".join(f"pattern /q/{bad}\ncount 0 0\n" for bad in ("*.tmp", "*.bad", "*.part"))
        return text(f"now {NOW}\npattern /q/*.dcm\n{said_rows}count {count} 10\n{rest}end\n")

    later = look(350)
    later = Raw(later.probe, "posix", later.output.replace(f"now {NOW}".encode(), f"now {NOW + 20}".encode(), 1), 0)
    assert status_of(check_of("queue.folder"), queue(), look(300), later) == [Status.CRIT]


def test_refused_files_beside_the_queue_are_a_warning() -> None:
    raw = waiting(NOW, beside=f"file {NOW - 7200} 5 /q/x.bad\n")
    assert {v.item: v.status for v in judge(check_of("queue.folder"), queue(), raw, raw)}["leftovers"] is Status.WARN


def test_a_queue_that_is_not_there_is_unknown() -> None:
    raw = text(f"now {NOW}\npattern /q/*.dcm\n!missing /q\ncount 0 0\nend\n")
    assert status_of(check_of("queue.folder"), queue(), raw, raw) == [Status.UNKNOWN]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_real_queue_grows_stalls_and_drains(tmp_path: Path, shell: str) -> None:
    # GIVEN more files than the section names one by one, some with odd names
    for number in range(250):
        path = tmp_path / f"{number:03} 图像.dcm"
        path.write_bytes(b"x")
        os.utime(path, (time.time() - 2000 - number,) * 2)
    target = queue(tmp_path)

    def look() -> Raw:
        return said("files", *folder_queue.patterns(target.thing), shell=shell)

    first = look()
    listed = lists_of(first).of(f"{tmp_path}/*.dcm")
    assert (listed.count, listed.bytes, len(listed.files)) == (250, 250, 200)
    oldest = listed.oldest
    assert oldest is not None
    assert oldest.name.startswith("249")
    assert status_of(check_of("queue.folder"), target, first, look()) == [Status.CRIT]
    for path in tmp_path.iterdir():
        path.unlink()
    assert status_of(check_of("queue.folder"), target, first, look()) == [Status.OK]


# Pairs


def pair(left: Path, right: Path) -> Target:
    return Target("mirror", "a", Pair("mirror", FolderAt("a", str(left)), FolderAt("b", str(right)), 3600.0))


@pytest.mark.parametrize("shell", SHELLS)
def test_two_folders_that_must_hold_the_same(tmp_path: Path, shell: str) -> None:
    left, right = tmp_path / "left", tmp_path / "right"
    for number in range(30):
        path = left / f"s{number % 3}" / f"{number}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * number)
        os.utime(path, (time.time() - 7200,) * 2)
    shutil.copytree(left, right)

    def status() -> Status:
        raws = [said("folder", str(side), "*", "3600", shell=shell) for side in (left, right)]
        return judge(check_of("files.pair"), pair(left, right), *raws)[0].status

    assert status() is Status.OK
    # A new file has an hour to get to the other side.
    (left / "s0" / "new.dcm").write_bytes(b"new")
    assert status() is Status.OK
    (right / "s1" / "1.dcm").unlink()
    assert status() is Status.CRIT
    shutil.copy2(left / "s1" / "1.dcm", right / "s1" / "1.dcm")
    (right / "s2" / "5.dcm").write_bytes(b"cut")
    assert status() is Status.CRIT
    shutil.copy2(left / "s2" / "5.dcm", right / "s2" / "5.dcm")
    (right / "s2" / "alone.dcm").write_bytes(b"?")
    assert status() is Status.WARN
    shutil.rmtree(right)
    assert status() is Status.CRIT


def test_many_files_are_compared_by_subfolder() -> None:
    left = text(f"now {NOW}\ntop 9000 900 9001 901 2026\ncount 9001\nend\n")
    whole = text(f"now {NOW}\ntop 0 0 9000 900 2026\ncount 9000\nend\n")
    short = text(f"now {NOW}\ntop 0 0 8999 899 2026\ncount 8999\nend\n")
    target = pair(Path("/l"), Path("/r"))
    assert status_of(check_of("files.pair"), target, left, whole) == [Status.OK]
    assert status_of(check_of("files.pair"), target, left, short) == [Status.CRIT]
    gone = text(f"now {NOW}\ntop 0 0 9001 901 2026\ntop 0 0 6000 600 2025\ncount 15001\nend\n")
    assert status_of(check_of("files.pair"), target, left, gone) == [Status.WARN]
    nothing = text(f"now {NOW}\ncount 0\nend\n")
    assert status_of(check_of("files.pair"), target, nothing, gone) == [Status.WARN]


def test_empty_or_unreadable_folders_prove_nothing() -> None:
    empty = text(f"now {NOW}\ncount 0\nend\n")
    denied = text(f"now {NOW}\n!denied /l\nend\n")
    target = pair(Path("/l"), Path("/r"))
    assert status_of(check_of("files.pair"), target, empty, empty) == [Status.UNKNOWN]
    assert status_of(check_of("files.pair"), target, denied, empty) == [Status.UNKNOWN]
    assert status_of(check_of("files.pair"), target, text("now 5\n"), empty) == [Status.UNKNOWN]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_subfolder_that_may_not_be_read_makes_the_pair_unknown(tmp_path: Path, shell: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("giving up rights needs root")
    for name, mode in (("open", 0o755), ("shut", 0o744)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.dcm").write_bytes(b"1")
        (tmp_path / name).chmod(mode)
    above = tmp_path
    while above != Path("/tmp"):
        above.chmod(0o755)
        above = above.parent
    raw = said("folder", str(tmp_path), "*", "0", shell=shell, user=65534)
    assert status_of(check_of("files.pair"), pair(tmp_path, tmp_path), raw, raw) == [Status.UNKNOWN]


def test_the_section_names_what_it_compares(tmp_path: Path) -> None:
    (tmp_path / "a b.dcm").write_bytes(b"123")
    tree = tree_of(said("folder", str(tmp_path), "*.dcm", "0"))
    assert tree.files is not None
    assert {path: file.size for path, file in tree.files.items()} == {"a b.dcm": 3}


def test_kinds_look_only_at_what_the_site_names() -> None:
    site = Site("Ward", databases=(Database("bare", "x"),), queues=(Queue("sql", "sql"),))
    for kind in (backups.KIND, log_sizes.KIND, folder_queue.KIND, pairs.KIND):
        assert list(kind.targets(check_of("backup.files"), site)) == []
    assert Limits(1, 2).crit == 2
