"""How far a job has come, by its journal alone."""

from collections.abc import Iterator
from typing import Any

from console.errors import UsageError
from console.i18n import _
from console.model.repair import FileOutcome, JobState, RepairPlan
from console.plain import clean
from console.repair.journal import Journal

Line = dict[str, Any]

CLOSED = ("done", "kept", "rolled-back", "undone")
"""Words after which nothing of a file is open."""


def last(journal: Journal, what: str, number: int) -> Line:
    """The last line of that kind about a file. StopIteration where there is none."""
    return next(line for line in reversed(journal.about(number)) if line["what"] == what)


def is_later(journal: Journal, what: str, than: str, number: int) -> bool:
    """Whether the last line of one kind about a file stands behind the last of another."""
    order = [line["what"] for line in reversed(journal.about(number))]
    return what in order and order.index(what) < order.index(than)


def open_files(journal: Journal) -> set[int]:
    """Files that a step was begun for and not ended."""
    return {number for number, what in journal.last_words().items() if what not in CLOSED}


def done_files(journal: Journal) -> list[int]:
    """Files that hold what the job wrote, in the order in which they were written."""
    return [number for number, what in journal.last_words().items() if what in ("done", "kept")]


def state_of(journal: Journal) -> JobState:
    """How far the job has come."""
    if not journal.lines:
        return JobState.PLANNED
    if "stopped" in journal.last_words().values():
        return JobState.STOPPED
    word = journal.lines[-1]["what"]
    if word == "undo-end":
        return JobState.UNDONE
    if word == "failed":
        return JobState.PARTLY
    return JobState.APPLIED if word == "end" else JobState.BROKEN_OFF


def not_now(job: str, state: JobState) -> UsageError:
    """Why a step is not taken in the state that a job is in."""
    sentences = {
        JobState.PLANNED: _("{id} was not applied yet."),
        JobState.APPLIED: _("{id} was applied already. undo takes it back."),
        JobState.PARTLY: _("{id} was applied in part. resume goes on, undo takes it back."),
        JobState.UNDONE: _("{id} was undone already. Make a new plan."),
        JobState.BROKEN_OFF: _("{id} was broken off. resume goes on, undo takes it back."),
        JobState.STOPPED: _("{id} met a file that somebody else changed; a person has to look at it."),
    }
    return UsageError(_("Not now"), sentences[state].format(id=clean(job)))


def outcomes(plan: RepairPlan, journal: Journal) -> Iterator[FileOutcome]:
    """What came of each file of the plan, then of those that are made."""
    words = journal.last_words()
    for number, path in enumerate([*(each.path for each in plan.files), *(each.path for each in plan.made)]):
        what = words.get(number, "open")
        lines = journal.about(number)
        intent: Line = next((line for line in reversed(lines) if line["what"] == "intent"), {})
        ready: Line = next((line for line in reversed(lines) if line["what"] == "ready"), {})
        state = "done" if what == "kept" else what if what in (*CLOSED, "stopped") else "open"
        yield FileOutcome(
            path, str(intent.get("result", "")), state, str(intent.get("old", "")), str(ready.get("new", "")),
            str(ready.get("pixels", "")),
        )  # fmt: skip
