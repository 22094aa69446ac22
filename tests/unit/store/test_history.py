"""The history of the checks: several writers, kills, damage, and what stays when partial runs are mixed."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from console.errors import StoreError
from console.model.check_run import Selection
from console.model.checks import Finding, Metric, Status
from console.model.finding_json import finding_from_json, finding_to_json
from console.store.history import NAME, History
from tests.unit.checks.found import NOON, finding

ROOT = Path(__file__).parents[3]
DAY = timedelta(days=1)

WRITER = """
import sys
from pathlib import Path
from console.model.check_run import Selection
from console.model.checks import Status
from console.store.history import History
from tests.unit.checks.found import NOON, finding
history = History(Path(sys.argv[1]))
history.open()
run = history.begin("Hospital", NOON, "", Selection())
print("run", run, flush=True)
for number in range(int(sys.argv[2])):
    history.add(run, [finding(item=f"{sys.argv[3]}-{number}-{part}", output="x" * 2000) for part in range(3)])
    print(number, flush=True)
history.end(run, 1.0, Status.OK, False)
"""


def opened(home: Path) -> History:
    history = History(home)
    history.open()
    return history


def writer(home: Path, count: int, name: str) -> "subprocess.Popen[bytes]":
    line = [sys.executable, "-B", "-c", WRITER, str(home), str(count), name]
    return subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ran(history: History, *findings: Finding, end: bool = True) -> int:
    number = history.begin("Hospital", findings[0].measured_at, "Li", Selection(("disk",)))
    history.add(number, findings)
    if end:
        history.end(number, 2.0, Status.OK, False)
    return number


def test_a_finding_comes_back_as_it_went_in(tmp_path: Path) -> None:
    # GIVEN a finding with all there is, in Chinese, with a path that is no Unicode
    metric = Metric("used_percent", 91.5, "%", 90.0, 95.0, 0.0, 100.0)
    whole = finding(Status.WARN, item="/数据/\udcff", summary="满 \udcfe", metrics=(metric,), output="a\nb\x00\udcfd")
    whole = replace(whole, since=NOON - DAY)
    # THEN the wire and the history both bring it back, every field
    assert finding_from_json(json.loads(json.dumps(finding_to_json(whole)))) == whole
    with closing(opened(tmp_path)) as history:
        number = ran(history, whole)
        assert history.findings(number) == (whole,)
        assert [s.value for s in history.samples(*whole.key, "used_percent")] == [91.5]


def test_a_number_that_is_none_spoils_no_run(tmp_path: Path) -> None:
    # GIVEN a metric that came out as NaN WHEN it is kept
    with closing(opened(tmp_path)) as history:
        number = ran(history, finding(metrics=(Metric("rate", float("nan")), Metric("count", 3))))
        # THEN the run is there, and the trend leaves it out
        assert len(history.findings(number)) == 1
        assert history.samples("disk.used", "pacs", "/data", "rate") == []
        assert len(history.samples("disk.used", "pacs", "/data", "count")) == 1


def test_a_run_of_one_check_does_not_hide_the_others(tmp_path: Path) -> None:
    # GIVEN a whole run, and later one of a single check, one of whose items is gone
    with closing(opened(tmp_path)) as history:
        load = finding(check="load", item="")
        ran(history, load, finding(item="/data"), finding(item="/old"))
        later = finding(Status.CRIT, item="/data", at=NOON + DAY)
        ran(history, later)
        # THEN each question stands where it was answered last, with its own time
        assert history.standing("Hospital") == (load, later)
        # THEN another site has nothing to do with it
        assert history.standing("Clinic") == ()


def test_since_is_the_first_of_an_unbroken_row(tmp_path: Path) -> None:
    # GIVEN OK, CRIT, CRIT, skipped, CRIT on five days
    states = [Status.OK, Status.CRIT, Status.CRIT, Status.SKIPPED, Status.CRIT]
    with closing(opened(tmp_path)) as history:
        for day, status in enumerate(states):
            ran(history, finding(status, at=NOON + day * DAY))
        key = finding().key
        # THEN it has been critical since the second, for what was skipped says nothing
        assert history.since(key, Status.CRIT) == NOON + DAY
        assert history.since(key, Status.OK) is None
        assert history.since(("a", "b", "c"), Status.OK) is None


def test_a_clock_that_was_set_back_does_not_break_the_row(tmp_path: Path) -> None:
    # GIVEN OK, and a CRIT written after it whose clock says an earlier day
    with closing(opened(tmp_path)) as history:
        ran(history, finding(Status.OK))
        ran(history, finding(Status.CRIT, at=NOON - 3 * DAY))
        # THEN the newest verdict is the one that was written last
        assert history.since(finding().key, Status.CRIT) == NOON - 3 * DAY
        assert history.since(finding().key, Status.OK) is None


def test_a_run_that_never_ended_counts_as_stopped(tmp_path: Path) -> None:
    # GIVEN a run whose process went away, and one that ended
    with closing(opened(tmp_path)) as history:
        ran(history, finding(), end=False)
    with closing(opened(tmp_path)) as history:
        ran(history, finding(Status.WARN))
        runs = history.runs()
    # THEN the list says so, newest first, with counts
    assert [run.stopped for run in runs] == [False, True]
    assert runs[0].counts == ((Status.WARN, 1),)
    assert [run.operator for run in runs] == ["Li", "Li"]


def test_thinning_drops_raw_answers_and_nothing_else(tmp_path: Path) -> None:
    # GIVEN an old run and a new one with evidence
    old = finding(metrics=(Metric("n", 1.0),), output="a secretless answer")
    new = finding(at=NOON + 100 * DAY, metrics=(Metric("n", 2.0),), output="another")
    with closing(opened(tmp_path)) as history:
        first, second = ran(history, old), ran(history, new)
        # WHEN what is older than a month is thinned
        assert history.thin(NOON + 70 * DAY) == 1
        assert history.thin(NOON + 70 * DAY) == 0
        # THEN the old text is gone and marked as such; verdict, digest and numbers stay; the new one is whole
        (proof,) = history.findings(first)[0].evidence
        assert (proof.output, proof.truncated, proof.sha256) == ("", True, old.evidence[0].sha256)
        assert history.findings(second) == (new,)
        assert [sample.value for sample in history.samples(*old.key, "n")] == [1.0, 2.0]


def test_one_answer_is_kept_once_for_many_findings(tmp_path: Path) -> None:
    # GIVEN fifty findings proven by one answer of 20 kB
    with closing(opened(tmp_path)) as history:
        found = tuple(finding(item=f"/{number}", output="y" * 20_000) for number in range(50))
        assert history.findings(ran(history, *found)) == found
    # THEN the file does not hold it fifty times
    assert (tmp_path / NAME).stat().st_size < 200_000


def test_a_batch_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    # GIVEN a batch whose third finding cannot be kept
    broken = replace(finding(item="/c"), metrics=(Metric(None, 1.0),))  # type: ignore[arg-type]
    with closing(opened(tmp_path)) as history:
        number = history.begin("Hospital", NOON, "", Selection())
        # WHEN it is added THEN a sentence, and none of it is there
        with pytest.raises(StoreError):
            history.add(number, [finding(item="/a"), finding(item="/b"), broken])
        assert history.findings(number) == ()
        # THEN work goes on
        history.add(number, [finding()])
        assert len(history.findings(number)) == 1


def test_several_processes_write_at_once_from_the_first_moment(tmp_path: Path) -> None:
    # GIVEN no history yet WHEN four processes begin one and write
    processes = [writer(tmp_path, 20, str(number)) for number in range(4)]
    for process in processes:
        _out, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
    # THEN each has its own run, complete
    with closing(opened(tmp_path)) as history:
        runs = history.runs()
        assert len(runs) == 4
        assert all(len(history.findings(run.id)) == 60 and not run.stopped for run in runs)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL there")
def test_a_kill_loses_nothing_that_was_confirmed(tmp_path: Path) -> None:
    for attempt in range(8):
        # GIVEN a process that confirms each batch WHEN it is killed after some of them
        process = writer(tmp_path, 100_000, "w")
        assert process.stdout is not None
        number = int(process.stdout.readline().split()[1])
        for _batch in range(attempt * 3 + 1):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        confirmed = attempt * 3 + 1 + len(process.stdout.readlines())
        process.communicate()
        # THEN all that was confirmed is there, in whole batches, and the run counts as stopped
        with closing(opened(tmp_path)) as history:
            assert history.notice == ""
            found = history.findings(number)
            assert len(found) % 3 == 0
            assert len(found) >= 3 * (confirmed - 1)
            assert history.runs(1)[0].stopped


def test_a_damaged_history_is_set_aside_and_begun_anew(tmp_path: Path) -> None:
    for damage in (b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000):
        # GIVEN a file that is no history WHEN it is opened
        (tmp_path / NAME).write_bytes(damage)
        with closing(opened(tmp_path)) as history:
            # THEN a sentence says where the old one lies, untouched, and the new one works
            assert "damaged" in history.notice
            ran(history, finding())
        (aside,) = tmp_path.glob("checks.sqlite.damaged-*[0-9]")
        assert aside.read_bytes() == damage
        aside.unlink()
        (tmp_path / NAME).unlink()


def test_damage_in_the_middle_is_found_and_the_next_opening_works(tmp_path: Path) -> None:
    # GIVEN a history whose first half is whole and whose second half is not
    with closing(opened(tmp_path)) as history:
        number = ran(history, *(finding(item=f"/{n}", output=str(n) * 3000) for n in range(50)))
    raw = (tmp_path / NAME).read_bytes()
    keep = len(raw) // 2
    (tmp_path / NAME).write_bytes(raw[:keep] + b"\xa5" * (len(raw) - keep))
    # WHEN it is read THEN one sentence
    history = opened(tmp_path)
    assert history.notice == ""
    with pytest.raises(StoreError, match="damaged"):
        history.findings(number)
    assert "damaged" in history.notice
    history.close()
    # THEN the next one begins anew
    with closing(opened(tmp_path)) as history:
        assert history.runs() == ()
        ran(history, finding())


def test_another_program_s_database_is_not_written_into(tmp_path: Path) -> None:
    # GIVEN an SQLite file of something else
    with closing(sqlite3.connect(tmp_path / NAME)) as other:
        other.execute("CREATE TABLE mail(text)")
        other.commit()
    # WHEN the history is opened THEN it lies aside, unchanged
    opened(tmp_path).close()
    (aside,) = tmp_path.glob("checks.sqlite.damaged-*[0-9]")
    with closing(sqlite3.connect(aside)) as other:
        assert [row[0] for row in other.execute("SELECT name FROM sqlite_master")] == ["mail"]


def test_a_newer_history_is_left_alone(tmp_path: Path) -> None:
    # GIVEN a history of a later version
    opened(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / NAME)) as later:
        later.execute("PRAGMA user_version=99")
    before = (tmp_path / NAME).read_bytes()
    # WHEN it is opened THEN it is refused in words, and nothing is changed
    with pytest.raises(StoreError, match="newer version"):
        History(tmp_path).open()
    assert (tmp_path / NAME).read_bytes() == before


def test_a_folder_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="missing or write-protected"):
        History(tmp_path / "gone").open()


def test_a_history_that_another_program_holds_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a program that holds the file for writing
    opened(tmp_path).close()
    monkeypatch.setattr("console.store.history_file._BUSY_S", 0.05)
    with closing(sqlite3.connect(tmp_path / NAME, isolation_level=None)) as other, closing(opened(tmp_path)) as history:
        other.execute("BEGIN IMMEDIATE")
        # WHEN a run begins THEN it is told who is in the way, and reading goes on
        with pytest.raises(StoreError, match="held by another program"):
            history.begin("Hospital", NOON, "", Selection())
        assert history.runs() == ()


LIMITED = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
from console.errors import StoreError
from console.model.check_run import Selection
from console.store.history import History
from tests.unit.checks.found import NOON, finding
history = History(Path(sys.argv[1]))
history.open()
run = history.begin("Hospital", NOON, "", Selection())
kept = 0
try:
    for kept in range(1000):
        history.add(run, [finding(item=str(kept), output=str(kept) * 5000)])
except StoreError as error:
    print(kept, len(history.findings(run)), error.detail)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits on the size of files there")
def test_a_full_disk_is_a_sentence_and_what_was_kept_stays(tmp_path: Path) -> None:
    # GIVEN little room WHEN findings are added until it is used up
    line = [sys.executable, "-B", "-c", LIMITED, str(tmp_path)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, timeout=60, check=False)
    # THEN the refusal says so, and what was confirmed can be read, then and later
    assert done.returncode == 0, done.stderr.decode()
    kept, read, said = done.stdout.decode().split(" ", 2)
    assert int(kept) == int(read) > 3
    assert "is full or a size limit" in said
    with closing(opened(tmp_path)) as history:
        assert len(history.findings(1)) == int(kept)
