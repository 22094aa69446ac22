"""The check of the logs: each status, both ways of asking, the journal, missing rights, garbage."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from console.checks.catalogue import load
from console.checks.judging import limits_for
from console.checks.kind import Asked, Check, Target, Wanted
from console.checks.kinds.logs import KIND, item_of, keep, probes, recall, shown
from console.checks.logs.ledger import LogLedger, Remembered
from console.checks.raw import Probe, Raw
from console.i18n import N_
from console.model.checks import Status, Verdict, worst
from console.model.sentence import Sentence
from console.model.site import Host, Log, Site, SshLogin
from tests.unit.checks.logs.looks import SHELLS, shells

SECTIONS = Path(__file__).parents[3] / "data" / "probes"
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
NOBODY = 65534

LOCAL = """
import importlib, json, os, sys
import console.checks.logs.rotation, console.checks.parsers.reading
"权".encode("gb18030")
module = importlib.import_module("console.checks.local." + sys.argv[1])
if os.name == "posix" and os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    print(json.dumps(module.answer(sys.argv[2:])))
except OSError as error:
    sys.exit(str(error.strerror))
"""
"""The local process, as an account without rights: it gives them up once it has loaded what it needs."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that an account without rights can read, which pytest's own (0700) is not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def check_of(check_id: str = "logs.error") -> Check:
    """The check as it ships."""
    check = load().check(check_id)
    assert check is not None
    return check


class Ward:
    """A site with one log, looked at again and again."""

    def __init__(self, home: Path, via: str, **log: Any) -> None:
        self.home = home
        host = Host("pacs-a", "10.0.0.1", via=via, ssh=SshLogin("inspector"))  # type: ignore[arg-type]
        self.log = Log("pacs-error", "pacs-a", **{"kind": "error", **log})
        self.site = Site("Ward", hosts=(host,), logs=(self.log,))
        self.check = check_of()
        self.now = NOW
        self.target = Target("pacs-error", "pacs-a", self.log)

    def asked(self, *raws: Raw) -> Asked:
        """What the judge gets."""
        limits = limits_for(self.check, self.target, self.site)
        return Asked(self.check, self.target, self.site, raws, limits, self.now, notes=self.notes)

    def look(self, change: Any = None) -> Sequence[Verdict]:
        """A whole round: recall, ask, judge, keep."""
        self.now += timedelta(minutes=10)
        self.notes = recall(Wanted(self.check, self.target, self.site), self.home)
        wanted = Wanted(self.check, self.target, self.site, self.notes)
        raws = [answered(probe, self.site.hosts[0].via) for probe in probes(wanted)]
        self.raws = [change(raw) for raw in raws] if change else raws
        asked = self.asked(*self.raws)
        verdicts = KIND.judge(asked)
        assert KIND.keep is not None
        KIND.keep(asked, self.home)
        return verdicts


def answered(probe: Probe, via: str) -> Raw:
    """The answer as it comes from a process without rights: of our own, or of a shell."""
    rights: dict[str, Any] = {}
    if sys.platform != "win32" and os.getuid() == 0:
        rights = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    if via == "local":
        line = [sys.executable, "-B", "-c", LOCAL, probe.name, *probe.args]
        done = subprocess.run(line, capture_output=True, check=False, cwd=SECTIONS.parents[1], timeout=60)
        if done.returncode:
            return Raw(probe, "json", trouble=Sentence(N_("{why}"), {"why": done.stderr.decode().strip()[-200:]}))
        return Raw(probe, "json", done.stdout, 0)
    body = (SECTIONS / f"{probe.name}.sh").read_text("utf-8")
    line = [*SHELLS[shells()[0]], "-c", body, "probe", *probe.args]
    environ = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    done = subprocess.run(line, capture_output=True, check=False, cwd="/", env=environ, timeout=60, **rights)
    return Raw(probe, "posix", done.stdout + done.stderr, 0, system="linux")


def statuses(verdicts: Sequence[Verdict]) -> list[Status]:
    return [verdict.status for verdict in verdicts]


@pytest.fixture(params=["local", "ssh", "bundle"])
def via(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_log_is_ok_only_when_every_group_has_a_persons_word(folder: Path, tmp_path: Path, via: str) -> None:
    # GIVEN a quiet log
    path = folder / "error.log"
    path.write_bytes(b"2026-11-20 09:00:00 INFO started\n" * 20)
    ward = Ward(tmp_path, via, path=str(folder / "error*.log"), raise_=("ORA-\\d+",), mute=("heartbeat",))
    # THEN it is OK, at the first look and the next
    assert statuses(ward.look()) == [Status.OK]
    assert statuses(ward.look()) == [Status.OK]
    # WHEN an error comes
    with path.open("ab") as file:
        file.write("2026-11-20 10:00:00 ERROR 数据库 会话 7 失败\n".encode("gb18030"))
        file.write(b"2026-11-20 10:00:01 ERROR heartbeat\n")
    verdicts = ward.look()
    # THEN the log and the group are warnings, and stay so though nothing new comes
    assert statuses(verdicts) == [Status.WARN, Status.WARN]
    assert verdicts[1].item == "ERROR 数据库 会话 # 失败"
    assert {metric.name: metric.value for metric in verdicts[0].metrics}["muted_lines"] == 1
    assert statuses(ward.look()) == [Status.WARN, Status.WARN]
    # WHEN a person has handled it
    ledger = LogLedger(tmp_path)
    [group] = ledger.groups("pacs-error")
    ledger.review("pacs-error", group.shape, "handled", "restarted", "李工", ward.now)
    # THEN it is OK, until it comes back
    assert statuses(ward.look()) == [Status.OK]
    with path.open("ab") as file:
        file.write("2026-11-20 11:00:00 ERROR 数据库 会话 8 失败\n".encode())
        file.write(b"2026-11-20 11:00:00 ERROR ORA-00600\n")
    verdicts = ward.look()
    # THEN the critical one is critical
    assert statuses(verdicts) == [Status.CRIT, Status.CRIT, Status.WARN]
    assert "李工" in str(verdicts[2].summary)
    # WHEN somebody is at it
    ledger.review("pacs-error", "ERROR ORA-#", "open", "ticket 17", "李工", ward.now)
    # THEN that is a warning still
    assert worst(statuses(ward.look())) is Status.WARN


def test_lines_that_were_lost_wait_for_a_persons_word_too(folder: Path, tmp_path: Path, via: str) -> None:
    # GIVEN a log that was read
    path = folder / "error.log"
    path.write_bytes(b"INFO started\n" * 50)
    ward = Ward(tmp_path, via, path=str(path))
    assert statuses(ward.look()) == [Status.OK]
    # WHEN it is emptied with nothing kept
    path.write_bytes(b"INFO anew\n")
    verdicts = ward.look()
    # THEN that is no OK, now and later, until a person has said why
    assert statuses(verdicts) == [Status.WARN, Status.WARN]
    assert "lost" in str(verdicts[1].summary)
    assert statuses(ward.look()) == [Status.WARN, Status.WARN]
    [group] = LogLedger(tmp_path).groups("pacs-error")
    LogLedger(tmp_path).review("pacs-error", group.shape, "handled", "emptied by hand", "李工", ward.now)
    assert statuses(ward.look()) == [Status.OK]


@pytest.mark.skipif(sys.platform == "win32", reason="rights are not modes there")
@pytest.mark.parametrize("locked", ["file", "folder"])
def test_a_log_that_may_not_be_read_is_unknown_with_the_reason(
    folder: Path, tmp_path: Path, via: str, locked: str
) -> None:
    # GIVEN a log with an error that waits
    logs = folder / "logs"
    logs.mkdir(mode=0o755)
    path = logs / "error.log"
    path.write_bytes(b"ERROR one\n")
    ward = Ward(tmp_path, via, path=str(logs / "error*.log"))
    assert statuses(ward.look()) == [Status.WARN, Status.WARN]
    # WHEN the account loses the right to read it
    (path if locked == "file" else logs).chmod(0)
    try:
        verdicts = ward.look()
        # THEN the log is UNKNOWN, the reason is said, and what waits is not forgotten
        assert statuses(verdicts) == [Status.UNKNOWN, Status.WARN]
        assert "ermission" in str(verdicts[0].summary)
    finally:
        (path if locked == "file" else logs).chmod(0o755)
    # WHEN the right is given back and the log has grown
    with path.open("ab") as file:
        file.write(b"ERROR two\n")
    # THEN nothing was lost
    ward.look()
    assert sum(group.count for group in LogLedger(tmp_path).groups("pacs-error")) == 2


def test_no_such_file_is_unknown(folder: Path, tmp_path: Path, via: str) -> None:
    # GIVEN a site file that names a log that is not there
    ward = Ward(tmp_path, via, path=str(folder / "nothing*.log"))
    # THEN that is never OK
    [verdict] = ward.look()
    assert verdict.status is Status.UNKNOWN
    assert "nothing*.log" in str(verdict.summary)


def test_what_is_left_for_the_next_look_is_no_ok(folder: Path, tmp_path: Path) -> None:
    # GIVEN a host whose log grows by more than a look carries
    path = folder / "error.log"
    path.write_bytes(b"INFO started\n")
    ward = Ward(tmp_path, "ssh", path=str(path))
    ward.check = replace(ward.check, params={**ward.check.params, "budget_bytes": 3000, "first_bytes": 2000})
    ward.look()
    with path.open("ab") as file:
        file.write(b"INFO fine and well\n" * 500)
    # THEN the look says how much is left, and is not OK
    [verdict] = ward.look()
    assert verdict.status is Status.WARN
    assert "not read yet" in str(verdict.summary)
    # WHEN it is looked at until nothing is left
    for _look in range(3):
        [verdict] = ward.look()
    # THEN it is
    assert verdict.status is Status.OK


GARBAGE = [b"", b"null", b"[]", b"{}", b'"x"', b"\xff\xfe\0", b"T 1\n", b"T 1\nEND\n", b"T x\nEND\n", b"F 0\nEND\n",
           b"T 1\nF - first 1 5 1 0 0 0 5 5 0 /x\nERRORERROR\nE\n", b"sh: not found\n", b'{"files": []}',
           json.dumps({"files": 1, "groups": 2}).encode(), b"T 1\nG 99 1 /x\nEND\n"]  # fmt: skip


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("dialect", ["posix", "json"])
def test_garbage_is_never_ok_and_advances_nothing(
    folder: Path, tmp_path: Path, via: str, garbage: bytes, dialect: str
) -> None:
    # GIVEN a log that was read once
    path = folder / "error.log"
    path.write_bytes(b"INFO started\n")
    ward = Ward(tmp_path, via, path=str(path))
    ward.look()
    before = LogLedger(tmp_path).recall("pacs-error")
    # WHEN garbage comes back, or nothing in time
    trouble = Sentence(N_("No answer within {seconds} s."), {"seconds": "10"})
    for change in (
        lambda raw: replace(raw, output=garbage, dialect=dialect),
        lambda raw: replace(raw, output=raw.output[:-7], trouble=trouble),
    ):
        found = statuses(ward.look(change))
        # THEN nothing is OK
        assert found
        assert worst(found) in (Status.UNKNOWN, Status.CRIT)
        # THEN the place in the log is where it was
        after = LogLedger(tmp_path).recall("pacs-error")
        assert (after.state or {}).get("marks") == (before.state or {}).get("marks")
        assert after.groups == before.groups


def test_a_rule_that_is_no_regular_expression_is_unknown(folder: Path, tmp_path: Path, via: str) -> None:
    # GIVEN a rule that nobody can use
    (folder / "error.log").write_bytes(b"ERROR x\n")
    ward = Ward(tmp_path, via, path=str(folder / "error.log"), raise_=("(",))
    # THEN the log is UNKNOWN
    assert statuses(ward.look()) == [Status.UNKNOWN]


def test_every_probe_of_the_plan_is_small(folder: Path, tmp_path: Path) -> None:
    # GIVEN a pattern of many files
    for number in range(80):
        (folder / f"error-{number}.log").write_bytes(b"INFO x\n" * 50)
    ward = Ward(tmp_path, "ssh", path=str(folder / "error-*.log"))
    ward.look()
    ward.notes = recall(Wanted(ward.check, ward.target, ward.site), tmp_path)
    [probe] = probes(Wanted(ward.check, ward.target, ward.site, ward.notes))
    # THEN the question still fits into a command
    assert len("".join(probe.args)) < 30_000


def test_the_evidence_holds_no_lines_that_nobody_asked_for(folder: Path, tmp_path: Path) -> None:
    # GIVEN a host whose log names patients in every line
    path = folder / "error.log"
    path.write_bytes("INFO 张伟 stored\n".encode() * 100 + b"ERROR disk\n")
    ward = Ward(tmp_path, "ssh", path=str(path))
    ward.look()
    # THEN what is shown of the answer holds the facts and not the lines
    text = shown(ward.raws[0]).decode()
    assert "张伟" not in text
    assert "F - first" in text


def journal_entry(number: int, message: Any, priority: int = 6) -> str:
    """One entry as journalctl prints it."""
    return json.dumps({
        "__CURSOR": f"s=1;i={number};b=2;m={number};t={number};x={number}",
        "__REALTIME_TIMESTAMP": f"17636{number:011d}",
        "MESSAGE": message, "PRIORITY": str(priority), "SYSLOG_IDENTIFIER": "orthanc",
    })  # fmt: skip


def test_the_journal_of_a_unit(tmp_path: Path) -> None:
    # GIVEN a unit whose journal says an error by its rank, one by a word, and one in bytes
    ward = Ward(tmp_path, "ssh", unit="orthanc.service")
    entries = [
        journal_entry(1, "started"), journal_entry(2, "storage 7 is full", 3), journal_entry(3, "ERROR plugin"),
        journal_entry(4, list("ERROR 坏".encode("gb18030"))), journal_entry(5, None),
    ]  # fmt: skip

    def says(*lines: str) -> Any:
        return lambda raw: replace(raw, output=("\n".join([*lines, "", "!end", ""])).encode())

    # WHEN it is looked at
    verdicts = ward.look(says(*entries))
    # THEN each is a group
    assert statuses(verdicts) == [Status.WARN] * 4
    assert "ERROR orthanc: storage # is full" in [verdict.item for verdict in verdicts]
    # WHEN nothing came since, then one more
    assert ward.raws[0].probe.args[1] == ""
    ward.look(says(entries[4]))
    ward.look(says(entries[4], journal_entry(6, "storage 8 is full", 3)))
    # THEN it is asked from the last one on, and only what is new is counted
    assert "i=5;" in ward.raws[0].probe.args[1]
    counts = {group.shape: group.count for group in LogLedger(tmp_path).groups("pacs-error")}
    assert counts["ERROR orthanc: storage # is full"] == 2
    # WHEN the journal was tidied away beyond the last entry
    verdicts = ward.look(says(journal_entry(90, "started")))
    # THEN the loss is said
    assert any("lost" in str(verdict.summary) for verdict in verdicts)


@pytest.mark.parametrize(
    "said",
    ["Hint: You are currently not seeing messages from other users and the system.\n-- No entries --\n\n!end\n",
     "No journal files were opened due to insufficient permissions.\n\n!end\n", "!tool journalctl\n",
     "No journal files were found.\n-- No entries --\n\n!end\n", "-- No entries --\n\n!end\n", "", "garbage"],
)  # fmt: skip
def test_a_journal_that_cannot_be_read_is_unknown(tmp_path: Path, said: str) -> None:
    # GIVEN an account without the right to read the journal, a server without one, a unit without entries
    ward = Ward(tmp_path, "ssh", unit="orthanc.service")
    # THEN that is UNKNOWN with a reason
    verdicts = ward.look(lambda raw: replace(raw, output=said.encode()))
    assert statuses(verdicts) == [Status.UNKNOWN]
    assert str(verdicts[0].summary)


def test_the_journal_of_this_machine_as_an_account_without_rights(tmp_path: Path) -> None:
    # GIVEN this machine's journalctl, real, with or without a journal
    for via in ("local", "ssh"):
        ward = Ward(tmp_path, via, unit="no-such-unit-at-all.service")
        # THEN a unit that is not there is never OK
        [verdict] = ward.look()
        assert verdict.status is Status.UNKNOWN


def test_a_windows_event_log_is_for_a_person(tmp_path: Path) -> None:
    # GIVEN a log that the console cannot read yet
    ward = Ward(tmp_path, "bundle", event_log="Application")
    # THEN a person is asked to look, and nothing is written
    [verdict] = ward.look()
    assert verdict.status is Status.MANUAL
    assert not LogLedger(tmp_path).path.exists()


def test_error_and_app_logs_are_two_checks() -> None:
    # GIVEN one log of each sort
    logs = (Log("a", "pacs-a", "error", "/a.log"), Log("b", "pacs-a", "app", "/b.log"))
    site = Site("Ward", logs=logs)
    # THEN each check has its own, with its clause
    for check_id, log, clause in (("logs.error", "a", "D7"), ("logs.app", "b", "D8")):
        check = check_of(check_id)
        assert [target.id for target in KIND.targets(check, site)] == [log]
        assert check.contract == (clause,)


def test_long_shapes_keep_apart(tmp_path: Path) -> None:
    # GIVEN two groups whose shapes begin alike for long
    ledger = LogLedger(tmp_path)
    found = [
        {"shape": "x" * 150 + end, "count": 1, "raised": False, "level": "", "first_line": "", "last_line": "",
         "first_stamp": "", "last_stamp": ""}
        for end in "ab"
    ]  # fmt: skip
    ledger.advance("pacs", Remembered(), {}, found, NOW)
    # THEN their rows have different names, short ones
    items = {item_of(group) for group in ledger.groups("pacs")}
    assert len(items) == 2
    assert all(len(item) <= 100 for item in items)


def test_nothing_is_kept_of_an_answer_that_is_not_whole(tmp_path: Path) -> None:
    # GIVEN an answer with trouble
    ward = Ward(tmp_path, "ssh", path="/x.log")
    ward.notes = Remembered()
    raw = Raw(Probe("log"), "posix", b"", None, Sentence(N_("{why}"), {"why": "refused"}))
    # WHEN it is kept
    keep(ward.asked(raw), tmp_path)
    # THEN nothing is
    assert not LogLedger(tmp_path).path.exists()
