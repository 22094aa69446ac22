"""Damaged files through every remedy: no crash, no plan without certainty, and undo gives back the same bytes.

python -m tests.unit.repair.test_rewrite_fuzz 2000 [SEED]
"""

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from console.errors import ConsoleError
from console.repair import job, plan
from console.repair.remedies.catalogue import propose
from console.repair.remedies.remedy import Request
from console.repair.spans import walk
from tests.unit.repair.jobs import IN_PLACE, tree_hashes
from tests.unit.repair.test_doctor_fuzz import mutants

EVERYDAY = 300
REMEDIES: dict[str, dict[str, str]] = {
    "correct-attributes": {
        "PatientName": "Li^Wei",
        "AccessionNumber": "A-1",
        "SeveralPatients": "yes",
        "SeveralStudies": "yes",
    },
    "relabel-charset": {},
    "transcode-charset": {"SpecificCharacterSet": "GB18030"},
    "rebuild-meta": {},
    "restore-delimiter": {},
    "salvage-frames": {},
    "fix-meta-uid": {},
    "fill-from-sibling": {},
}


def strike(folder: Path, count: int, seed: int) -> Counter[str]:
    """Every remedy over `count` mutants, applied in place and undone; how many files each changed."""
    home, data = folder / "home", folder / "data"
    home.mkdir()
    data.mkdir()
    for number, mutant in enumerate(mutants(count, seed)):
        (data / f"{number:05d}").write_bytes(mutant)
    before, found = tree_hashes(data), Counter[str]()
    for remedy, answers in REMEDIES.items():
        proposal = propose(remedy, Request((data,), answers))
        made = plan.make(home, proposal, operator="Li", why="fuzz")
        for each in made.files:
            # What is changed element by element can be parsed to its end.
            assert not each.edits or each.patches or not walk(Path(each.path).read_bytes()).trouble
        found[remedy] = len(made.files)
        if not made.files:
            continue
        report = job.apply(home, made.id, IN_PLACE)
        if report.problem:
            # Verification may refuse one: then it is rolled back.
            number = sum(outcome.state == "done" for outcome in report.files)
            assert report.files[number].state == "rolled-back", report.problem
            found["not accepted"] += 1
        assert job.verify(home, made.id) == ()
        job.undo(home, made.id)
        assert tree_hashes(data) == before, remedy
    return found


def test_no_mutant_breaks_a_remedy_and_all_are_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN 300 damaged files WHEN every remedy changes those it has a plan for THEN undo gives back all of them
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    found = strike(tmp_path, EVERYDAY, 6)
    # THEN there was something to do for most of them, and nothing that verification had to stop
    assert found["correct-attributes"] > EVERYDAY // 5
    assert found["rebuild-meta"] > 5
    assert found["not accepted"] == 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        try:
            told = strike(Path(name), int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
        except ConsoleError as error:
            sys.exit(str(error))
        sys.stdout.write(f"{sys.argv[1]} mutants: {dict(told)}\n")
