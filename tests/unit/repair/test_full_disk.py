"""A journal that takes no more lines: the reason is told all the same, and the job goes on when there is room.

A disk that is full at any other write is the matter of test_rewrite_full_disk.
"""

from pathlib import Path

import pytest

from console.errors import StoreError
from console.model.repair import JobState
from console.repair import job
from console.repair.journal import Journal
from tests.unit.repair.making import hidden, planned, rename, state_of_tree
from tests.unit.repair.test_apply import IN_PLACE, archive


@pytest.mark.parametrize("first", ["intent", "ready", "done", "end"])
def test_a_journal_that_takes_no_more_does_not_swallow_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    # GIVEN a disk that is full from one line about the second file on
    home, data = tmp_path / "home", tmp_path / "data"
    paths = archive(data, ["1.dcm", "2.dcm"])
    before = state_of_tree(data)
    plan = planned(home, *(rename(path) for path in paths))
    real, full = Journal.add, False

    def add(journal: Journal, what: str, **values: object) -> None:
        nonlocal full
        full = full or (what == first and values.get("file", 1) == 1)
        if full:
            raise StoreError("Not saved", "the disk is full")
        real(journal, what, **values)

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "add", add)
        # WHEN it is applied THEN the report says why and at which file, though the journal could not
        report = job.apply(home, plan.id, IN_PLACE)
    assert "the disk is full" in report.problem
    assert first == "end" or str(paths[1]) in report.problem
    assert report.state is JobState.BROKEN_OFF
    assert hidden(data) == []
    # WHEN there is room again THEN it is gone on with to its end, and undone to the byte
    assert job.resume(home, plan.id).state is JobState.APPLIED
    job.undo(home, plan.id)
    assert state_of_tree(data) == before
