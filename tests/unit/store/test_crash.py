"""kill -9 while the store writes: what was acknowledged is there, and everything opens."""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from console.store.audit import AuditLog
from console.store.documents import open_documents
from console.store.files import previous_of, read_checked, sweep, write_checked
from tests.unit.store.child import FIRST, SECOND, THIRD
from tests.unit.store.processes import run, start

if sys.platform == "win32":
    pytest.skip("there is no fork there to raise fifty processes from", allow_module_level=True)

KILLS = 50
SEED = 20261120


class Nursery:
    """Raises writers and kills them."""

    def __init__(self, folder: Path, verb: str) -> None:
        self._process = start("nursery", folder, verb)
        self._chance = random.Random(SEED)

    def raise_and_kill(self) -> list[int]:
        """Let one write, kill it at some moment after its first write, and return what it had acknowledged."""
        orders, answers = self._process.stdin, self._process.stdout
        assert orders is not None
        assert answers is not None
        orders.write(b"\n")
        orders.flush()
        pid = int(answers.readline().removeprefix(b"pid "))
        lines = [answers.readline()]
        # Not a wait: a moment somewhere in the writes that follow, each of which takes about 2 ms.
        time.sleep(self._chance.uniform(0, 0.012))
        os.kill(pid, signal.SIGKILL)
        while (line := answers.readline()) != b"dead\n":
            lines.append(line)
        return [int(line) for line in lines]

    def __enter__(self) -> "Nursery":
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.communicate()


def die_at_each_step(folder: Path, *what: str) -> list[tuple[Path, bool]]:
    """The folders in which a process died at its first, second ... call to the system; whether it had acknowledged."""
    result = run("die-at-each-step", folder, *what)
    assert result.returncode == 0
    steps = [[int(word) for word in line.split()] for line in result.stdout.splitlines()]
    assert [alive for _step, _returned, alive in steps] == [0] * (len(steps) - 1) + [1]
    return [(folder / str(step), returned == 1) for step, returned, _alive in steps]


def test_fifty_kills_lose_no_acknowledged_document(tmp_path: Path) -> None:
    # GIVEN a process that inserts documents and acknowledges each after the call returned
    acknowledged: set[int] = set()
    leftovers = 0
    with Nursery(tmp_path, "write-documents") as nursery:
        for _kill in range(KILLS):
            # WHEN it is killed at a random moment
            acknowledged.update(nursery.raise_and_kill())
            # THEN the file opens without a word, and every acknowledged document is there, whole
            leftovers += sweep(tmp_path)
            documents = open_documents(tmp_path / "work.json")
            assert documents.recovered == ""
            found = [document["number"] for document in documents]
            assert acknowledged <= set(found)
            assert found == list(range(1, len(found) + 1))
    # THEN some kills fell into a write, or the test would show nothing
    assert leftovers > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["work.json", "work.json.prev"]


def test_fifty_kills_lose_no_acknowledged_line_of_the_audit_log(tmp_path: Path) -> None:
    # GIVEN a process that appends lines and acknowledges each after the call returned
    acknowledged: set[int] = set()
    interrupted = 0
    with Nursery(tmp_path, "append-audit") as nursery:
        for _kill in range(KILLS):
            # WHEN it is killed at a random moment
            acknowledged.update(nursery.raise_and_kill())
            # THEN the chain is whole, and every acknowledged line is in it
            report = AuditLog(tmp_path).verify()
            assert report.ok, report.note
            lines = (tmp_path / "audit.jsonl").read_bytes().split(b"\n")
            numbers = [json.loads(line)["n"] for line in lines[:-1]]
            assert acknowledged <= set(numbers)
            assert numbers == list(range(1, len(numbers) + 1))
            interrupted += bool(report.note) + sweep(tmp_path)
    assert interrupted > 0


@pytest.mark.parametrize("links", ["links", "no-links"])
def test_a_kill_at_any_step_of_a_write_leaves_a_whole_generation_in_place(tmp_path: Path, links: str) -> None:
    # GIVEN a file with a previous generation WHEN a third write dies before its n-th call to the system
    steps = die_at_each_step(tmp_path, "write", links)
    for folder, returned in steps:
        kept = folder / "kept"
        # THEN the file itself, not only the generation before it, can be read at once, and nothing has to be repaired
        checked = read_checked(kept)
        assert checked.recovered == "", folder
        assert checked.data in ((THIRD,) if returned else (SECOND, THIRD)), folder
        assert read_checked(previous_of(kept)).data in (FIRST, SECOND), folder
        # THEN what is left over goes away, and the next write works
        sweep(folder)
        assert sorted(path.name for path in folder.iterdir()) == ["kept", "kept.prev"]
        write_checked(kept, b"fourth")
        assert read_checked(kept).data == b"fourth"
    # THEN the write had the steps that make it safe: temporary file, sync, previous generation, move, folder
    assert len(steps) > 8
    assert read_checked(previous_of(steps[-1][0] / "kept")).data == THIRD


def test_a_kill_at_any_step_of_an_append_leaves_a_chain_that_goes_on(tmp_path: Path) -> None:
    # GIVEN a log of two lines WHEN the third append dies before its n-th call to the system
    notes = set()
    for folder, returned in die_at_each_step(tmp_path, "append"):
        log = AuditLog(folder)
        report = log.verify()
        # THEN nothing acknowledged is missing, and a crash is not taken for tampering
        assert report.ok, f"{folder}: {report.note}"
        assert report.lines >= (3 if returned else 2)
        notes.add(report.note)
        # THEN the next line, and the one after, fit
        log.append("test.fourth")
        log.append("test.fifth")
        after = log.verify()
        assert (after.ok, after.note) == (True, ""), folder
        events = [json.loads(line)["event"] for line in (folder / "audit.jsonl").read_bytes().splitlines()]
        assert events in (
            ["test.first", "test.second", "test.fourth", "test.fifth"],
            ["test.first", "test.second", "test.third", "test.fourth", "test.fifth"],
        )
    # THEN all three kinds were seen: nothing, a torn line, a whole line that its head does not know
    assert len(notes) == 3
    torn = [path.read_bytes() for path in tmp_path.glob("*/audit.jsonl.torn-*")]
    assert torn
    assert all(piece.startswith(b'{"n": 3') for piece in torn)


def test_a_kill_while_the_log_begins_is_no_missing_head(tmp_path: Path) -> None:
    # GIVEN no log yet WHEN the very first append dies before its n-th call to the system
    for folder, _returned in die_at_each_step(tmp_path, "append first"):
        report = AuditLog(folder).verify()
        assert report.ok, f"{folder}: {report.note}"
        AuditLog(folder).append("test.next")
        assert AuditLog(folder).verify().ok
