"""kill -9 and a full disk while an inspection is typed and sealed: what was confirmed is there."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("there is neither fork nor file size limit there", allow_module_level=True)

from console.inspection import sealing
from console.model.inspections import Inspection
from tests.unit.inspection.homes import LOOK, SERIAL, begun, records_of, without_gaps
from tests.unit.store.test_full_disk import mounting

CHECKOUT = Path(__file__).parents[3]
KILLS = 25
"""The hundred of the promise are killed by `python -m tests.benchmarks --only inspections`."""
SEED = 20261123


def command(verb: str, folder: Path, *arguments: str) -> list[str]:
    """The command line of one keeper."""
    return [sys.executable, "-B", "-m", "tests.unit.inspection.keeper", verb, str(folder), *arguments]


def run(verb: str, folder: Path, *arguments: str, before: Sequence[str] = ()) -> bytes:
    """What a keeper says that is run to its end."""
    line = [*before, *command(verb, folder, *arguments)]
    result = subprocess.run(line, cwd=CHECKOUT, stdout=subprocess.PIPE, timeout=60, check=True)
    return result.stdout


def kill_while_typing(folder: Path, kills: int, longest_s: float = 0.06) -> tuple[int, int]:
    """Kill a process that types, at random moments; how many numbers were confirmed and how many kills hit a save.

    AssertionError when anything confirmed is lost, or a record does not open.
    """
    records = records_of(folder)
    draft = begun(records)
    chance = random.Random(SEED)
    process = subprocess.Popen(command("nursery", folder), cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    orders, answers = process.stdin, process.stdout
    assert orders is not None
    assert answers is not None
    confirmed, hits = 0, 0
    for _kill in range(kills):
        orders.write(b"\n")
        orders.flush()
        pid = int(answers.readline().removeprefix(b"pid "))
        confirmed = int(answers.readline())
        # Not a wait: a moment somewhere in the saves that follow.
        time.sleep(chance.uniform(0, longest_s))
        os.kill(pid, signal.SIGKILL)
        while (line := answers.readline()) != b"dead\n":
            confirmed = int(line)
        hits += any(folder.glob("inspections/.*cathlab-tmp"))
        told: list[str] = []
        found = int(records_of(folder, told=told).open(draft.id).entry(LOOK).answer.entered)
        # The field that was being typed may be there or not; nothing else is in doubt.
        assert found in (confirmed, confirmed + 1)
        assert told == []
        confirmed = found
    orders.close()
    process.wait()
    answers.close()
    assert [line.id for line in records_of(folder).lines()] == [draft.id]
    return confirmed, hits


def test_kills_while_typing_lose_at_most_the_field_being_typed(tmp_path: Path) -> None:
    # GIVEN a process that types into one field and says what was saved WHEN it is killed at random moments
    confirmed, hits = kill_while_typing(tmp_path, KILLS)
    # THEN nothing confirmed was lost (asserted after each kill), and kills fell into saves, or this would show nothing
    assert confirmed > KILLS
    assert hits > 0


def deaths(folder: Path, what: str) -> list[tuple[Path, bool]]:
    """The homes in which a process died at its first, second … call to the system; whether it had returned."""
    steps = [[int(word) for word in line.split()] for line in run("die-at-each-step", folder, what).splitlines()]
    assert [alive for _step, _returned, alive in steps] == [0] * (len(steps) - 1) + [1]
    return [(folder / str(step), returned == 1) for step, returned, _alive in steps]


def test_a_death_at_any_step_of_a_save_leaves_the_old_answer_or_the_new_one(tmp_path: Path) -> None:
    # GIVEN a process that saves one field WHEN it dies at each of its calls to the system in turn
    found = []
    for home, returned in deaths(tmp_path, "answer"):
        read = the_only(home)
        entered = read.entry(LOOK).answer.entered
        found.append(entered)
        # THEN the field is old or new, new once the call had returned, and every other answer is there
        assert entered == "new" if returned else entered in ("old", "new")
        assert read.entry(SERIAL).answer.entered == "SN-1"
    assert {"old", "new"} == set(found)


def test_a_death_at_any_step_of_a_seal_leaves_a_draft_or_a_seal_that_holds(tmp_path: Path) -> None:
    # GIVEN a process that seals an inspection WHEN it dies at each of its calls to the system in turn
    found = []
    for home, returned in deaths(tmp_path, "seal"):
        records = records_of(home)
        inspection_id = records.find("第一医院-quarterly-2026Q4-01")
        read = records.open(inspection_id)
        found.append(read.sealed)
        # THEN it is sealed or not, nothing looks changed, and a seal that is missing can be made
        assert read.sealed or not returned
        assert [str(each.what) for each in sealing.verify(records)] == []
        if not read.sealed:
            with without_gaps():
                read = records_of(home).seal(inspection_id, "李工")
        assert [str(each.what) for each in sealing.verify(records_of(home))] == []
        assert read.seal is not None
        assert read.seal.previous == records.open(records.find("第一医院-quarterly-2026Q3-01")).seal.sha256  # type: ignore[union-attr]
    assert {True, False} == set(found)


def test_a_death_at_any_step_of_an_attachment_leaves_no_name_without_its_file(tmp_path: Path) -> None:
    # GIVEN a process that attaches a file WHEN it dies at each of its calls to the system in turn
    for home, returned in deaths(tmp_path, "file"):
        records = records_of(home)
        attached = the_only(home).entry(LOOK).answer.attachments
        # THEN whatever the record names is there, whole
        assert len(attached) == 1 or not returned
        for each in attached:
            assert records.attachment_path(each.sha256).read_bytes() == b"proof" * 1000
        assert sealing.verify(records) == ()
        # THEN the next attachment sweeps away what was half-written
        records.attach(the_only(home).id, b"another", "another.txt")
        assert not list(home.glob("inspections/attachments/.*"))


def the_only(home: Path) -> Inspection:
    records = records_of(home)
    (line,) = records.lines()
    return records.open(line.id)


@pytest.mark.parametrize("way", ["limit", "tmpfs"])
def test_a_full_disk_is_said_in_a_sentence_and_loses_nothing(tmp_path: Path, way: str) -> None:
    # GIVEN a home folder on a disk with little room WHEN somebody types until it is refused, and attaches a photo
    world = mounting(tmp_path) if way == "tmpfs" else None
    if world is None:
        said = run("fill-disk", tmp_path, "limit")
    else:
        script = 'mount -t tmpfs -o size=512k tmpfs "$0" && exec "$@"'
        said = run("fill-disk", tmp_path, "tmpfs", before=[*world, "sh", "-c", script, str(tmp_path)])
    report: dict[str, Any] = json.loads(said)
    # THEN something was saved before, and all of that is there, in memory and on the disk
    assert report["typed"] > 1
    assert report["kept"] == report["reopened"] == report["typed"]
    # THEN each refusal is a sentence that names the folder and says what to do, and nothing half-written lies about
    assert len(report["sentences"]) == 2
    for sentence in report["sentences"]:
        assert str(tmp_path) in sentence
        assert "Free some space" in sentence
    assert report["leftovers"] == []
    assert report["attachments"] == []
    # THEN with room again, work goes on where it stopped
    assert report["after"] == "after"
    assert report["broken"] == []
