"""What is remembered of logs: bookmarks and groups advance together, whoever is killed and however many run."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from console.checks.logs.ledger import LogLedger, Remembered
from console.checks.logs.looking import Request
from console.checks.logs.rotation import look
from console.errors import ConsoleError, StoreError
from console.model.logs import ReviewVerdict

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
CHECKOUT = Path(__file__).parents[4]


def counted(shape: str, count: int = 1, raised: bool = False) -> dict[str, Any]:
    """What a look hands over for one shape."""
    return {
        "shape": shape, "count": count, "raised": raised, "level": "ERROR", "first_line": f"{shape} first",
        "last_line": f"{shape} last", "first_stamp": "", "last_stamp": "",
    }  # fmt: skip


def test_groups_add_up_and_what_is_new_is_of_the_last_look(tmp_path: Path) -> None:
    # GIVEN two looks
    ledger = LogLedger(tmp_path)
    assert ledger.recall("pacs") == Remembered()
    assert ledger.advance("pacs", ledger.recall("pacs"), {"n": 1}, [counted("a", 3), counted("b")], NOW)
    later = NOW + timedelta(hours=1)
    assert ledger.advance("pacs", ledger.recall("pacs"), {"n": 2}, [counted("a", 2, raised=True)], later)
    # THEN the groups hold both, what is new is the second one's, and another log has none of it
    remembered = ledger.recall("pacs")
    groups = {group.shape: group for group in remembered.groups}
    assert (remembered.version, remembered.state, remembered.looked_at) == (2, {"n": 2}, later)
    assert (groups["a"].count, groups["a"].new, groups["a"].raised) == (5, 2, True)
    assert (groups["a"].first_seen, groups["a"].last_seen) == (NOW, later)
    assert (groups["b"].count, groups["b"].new) == (1, 0)
    assert ledger.groups("ris") == ()


def test_of_two_runs_at_once_one_counts(tmp_path: Path) -> None:
    # GIVEN eight runs that looked at the same time and found the same
    ledger = LogLedger(tmp_path)
    ledger.advance("pacs", Remembered(), {}, [], NOW)
    before = ledger.recall("pacs")
    wrote: list[bool] = []
    threads = [
        threading.Thread(target=lambda: wrote.append(ledger.advance("pacs", before, {}, [counted("a", 7)], NOW)))
        for _run in range(8)
    ]
    # WHEN all of them write
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # THEN one did
    assert sorted(wrote) == [False] * 7 + [True]
    [group] = ledger.groups("pacs")
    assert group.count == 7


def test_a_review_holds_until_more_comes_or_for_good(tmp_path: Path) -> None:
    # GIVEN three groups
    ledger = LogLedger(tmp_path)
    ledger.advance("pacs", Remembered(), {}, [counted("a"), counted("b"), counted("c")], NOW)
    # WHEN a person says of each what it is
    ledger.review("pacs", "a", ReviewVerdict.HANDLED, "disk replaced", "李工", NOW)
    ledger.review("pacs", "b", "harmless", "test user", "李工", NOW)
    ledger.review("pacs", "c", "open", "ticket 17", "李工", NOW)
    groups = {group.shape: group for group in ledger.groups("pacs")}
    # THEN what is in hand still waits
    assert {shape: group.reviewed for shape, group in groups.items()} == {"a": True, "b": True, "c": False}
    assert groups["c"].in_hand
    # WHEN more of all comes
    found = [counted("a"), counted("b"), counted("c")]
    ledger.advance("pacs", ledger.recall("pacs"), {}, found, NOW)
    groups = {group.shape: group for group in ledger.groups("pacs")}
    # THEN what was handled has come back, what is harmless stays so
    assert {shape: group.reviewed for shape, group in groups.items()} == {"a": False, "b": True, "c": False}
    # WHEN it is reviewed again
    ledger.review("pacs", "a", ReviewVerdict.HANDLED, "cable replaced", "王工", NOW)
    # THEN both words are kept
    assert [review.note for review in ledger.reviews("pacs", "a")] == ["disk replaced", "cable replaced"]
    assert all(group.reviewed for group in ledger.groups("pacs") if group.shape == "a")


def test_a_review_needs_a_person_and_a_group(tmp_path: Path) -> None:
    # GIVEN a ledger with a group
    ledger = LogLedger(tmp_path)
    ledger.advance("pacs", Remembered(), {}, [counted("a")], NOW)
    # THEN nobody cannot review, and nothing cannot be reviewed
    with pytest.raises(ConsoleError, match="person"):
        ledger.review("pacs", "a", ReviewVerdict.HANDLED, "", " ", NOW)
    with pytest.raises(ConsoleError, match="no such group"):
        ledger.review("pacs", "z", ReviewVerdict.HANDLED, "", "李工", NOW)


@pytest.mark.skipif(sys.platform == "win32", reason="rights are not modes there")
def test_only_the_owner_may_read_what_may_hold_names_of_patients(tmp_path: Path) -> None:
    # GIVEN a careless umask
    old = os.umask(0)
    try:
        ledger = LogLedger(tmp_path)
        ledger.advance("pacs", Remembered(), {}, [counted("张伟")], NOW)
        with sqlite3.connect(ledger.path) as held:
            held.execute("BEGIN IMMEDIATE")
            # THEN the file and those beside it are its owner's alone
            assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("logs.sqlite*")} == {0o600}
            held.rollback()
        held.close()
    finally:
        os.umask(old)


def test_a_damaged_ledger_is_a_sentence(tmp_path: Path) -> None:
    # GIVEN files that are no ledger
    for content in (b"not a database at all" * 100, b"SQLite format 3\0" + b"x" * 5000):
        (tmp_path / "logs.sqlite").write_bytes(content)
        # THEN the operator is told
        with pytest.raises(StoreError, match="damaged"):
            LogLedger(tmp_path).recall("pacs")
    # GIVEN a home that is not there
    with pytest.raises(StoreError, match="not there"):
        LogLedger(tmp_path / "gone").advance("pacs", Remembered(), {}, [], NOW)


def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    # GIVEN a ledger of the future
    with sqlite3.connect(tmp_path / "logs.sqlite") as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    # THEN it is not touched
    with pytest.raises(StoreError, match="newer version"):
        LogLedger(tmp_path).advance("pacs", Remembered(), {}, [], NOW)


KILLED = """
import os, signal, sqlite3, sys
from datetime import UTC, datetime
from pathlib import Path
from console.checks.logs import ledger as module
from console.checks.logs.bookmark import State
from console.checks.logs.ledger import LogLedger
from console.checks.logs.looking import Request
from console.checks.logs.rotation import look

home, pattern, place = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
ledger = LogLedger(home)
remembered = ledger.recall("pacs")
found = look(pattern, Request(state=State.from_json(remembered.state)))
steps = 0

class Dying(sqlite3.Connection):
    def execute(self, *words):
        global steps
        steps += 1
        if steps == place:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().execute(*words)

    def executemany(self, *words):
        global steps
        steps += 1
        if steps == place:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().executemany(*words)

connect = sqlite3.connect
sqlite3.connect = lambda *words, **more: connect(*words, factory=Dying, **more)
ledger.advance("pacs", remembered, found["state"], found["groups"], datetime.now(UTC))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_run_that_is_killed_loses_no_line_and_repeats_none(tmp_path: Path) -> None:
    # GIVEN a log that grows, and runs that are killed at each step of their writing, one after the other
    log = tmp_path / "pacs.log"
    log.touch()
    home = tmp_path / "home"
    home.mkdir()
    ledger = LogLedger(home)
    ledger.advance("pacs", Remembered(), look(str(log), Request())["state"], [], NOW)  # type: ignore[arg-type]
    written, survived = 0, 0
    for place in range(1, 16):
        with log.open("a") as file:
            for _line in range(place):
                written += 1
                file.write(f"ERROR line {written}\n")
        line = [sys.executable, "-B", "-c", KILLED, str(home), str(log), str(place)]
        done = subprocess.run(line, cwd=CHECKOUT, check=False, timeout=60)
        # THEN each ended of its own or at our hand
        assert done.returncode in (0, -9)
        survived += done.returncode == 0
    # WHEN one run is left to end
    subprocess.run([sys.executable, "-B", "-c", KILLED, str(home), str(log), "0"], cwd=CHECKOUT, check=True)
    # THEN some were killed and some not, and every line was counted once
    assert 0 < survived < 15
    [group] = ledger.groups("pacs")
    assert group.count == written
