"""Jobs: a plan applied, looked at, undone, or gone on with after a crash. Each file is the old or the new one, always.

HOME/repair/<job>/plan.json       what is to be done
HOME/repair/<job>/journal.jsonl   what was done, chained and flushed before and after each step
HOME/repair/<job>/orig/…          the originals, of a job in place
HOME/repair/<job>/manifest.json   their SHA-256
HOME/repair/<job>/result/…        the corrected copies, of a job that is not in place
"""

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from console.errors import Cancelled, ConsoleError, StoreError, UsageError
from console.i18n import _
from console.model.clock import local_now
from console.model.repair import JobLine, JobReport, JobState, MadeFile, RepairPlan
from console.plain import clean
from console.repair.journal import Journal
from console.repair.plan import FOLDER, NAME, folder_of, load, origin_of
from console.repair.preparing import (
    BACKUP,
    MANIFEST,
    RESULT,
    Told,
    alone,
    back_up,
    check_all,
    manifest,
    place_of,
    target_of,
)
from console.repair.standing import done_files, is_later, last, not_now, open_files, outcomes, state_of
from console.repair.writing import (
    Swap,
    not_ours,
    reached,
    restore,
    rewrite,
    sha256_at,
    sync,
    temporary_of,
)
from console.store.disk import fill
from console.store.trouble import cannot_write


@dataclass(frozen=True)
class Order:
    """How a plan is applied."""

    in_place: bool = False
    """Replace the files themselves; otherwise corrected copies are made in the job's folder."""
    ticket: str = ""
    """Number of the order, asked for where files are replaced."""
    operator: str = ""


def apply(
    home: Path,
    job: str,
    order: Order,
    progress: Told = lambda _done, _total, _what: None,
    cancelled: Callable[[], bool] = lambda: False,
    clock: Callable[[], datetime] = local_now,
) -> JobReport:
    """Apply a plan. Raises UsageError, StoreError before anything was changed; afterwards the report says what came.

    It stops at the first file that fails. A stopped job keeps what was done, and can be gone on with or undone.
    """
    plan = load(home, job)
    with alone(folder_of(home, job), order.operator):
        return _applied(home, plan, order, progress, cancelled, clock)


def _applied(
    home: Path, plan: RepairPlan, order: Order, progress: Told, cancelled: Callable[[], bool],
    clock: Callable[[], datetime],
) -> JobReport:  # fmt: skip
    job, folder = plan.id, folder_of(home, plan.id)
    journal = Journal(folder)
    state = state_of(journal)
    if state is not JobState.PLANNED:
        raise not_now(job, state)
    if not plan.files and not plan.made:
        sentence = _("The plan of {id} changes nothing.")
        raise UsageError(_("Nothing to do"), sentence.format(id=clean(job)))
    if order.in_place and not order.ticket.strip():
        sentence = _("Replacing files in place needs the number of the order: --ticket. Without it copies are made.")
        raise UsageError(_("No ticket"), sentence)
    check_all(plan, folder, order.in_place)
    journal.add(
        "begin", in_place=order.in_place, ticket=clean(order.ticket), operator=clean(order.operator),
        at=clock().isoformat(),
    )  # fmt: skip
    reached("begin")
    if order.in_place:
        back_up(plan, folder, progress, cancelled)
        journal.add("backed-up", files=len(plan.files))
        reached("backed up")
    return _go_on(home, plan, journal, progress, cancelled, clock)


def resume(
    home: Path,
    job: str,
    progress: Told = lambda _done, _total, _what: None,
    cancelled: Callable[[], bool] = lambda: False,
    clock: Callable[[], datetime] = local_now,
) -> JobReport:
    """Settle by hash what a crash left open, and go on. StoreError where a file is neither the old nor the new."""
    plan = load(home, job)
    with alone(folder_of(home, job)):
        return _resumed(home, plan, progress, cancelled, clock)


def _resumed(
    home: Path, plan: RepairPlan, progress: Told, cancelled: Callable[[], bool], clock: Callable[[], datetime]
) -> JobReport:
    job, folder = plan.id, folder_of(home, plan.id)
    journal = Journal(folder)
    state = state_of(journal)
    if state not in (JobState.BROKEN_OFF, JobState.PARTLY):
        raise not_now(job, state)
    settle(journal)
    if any(journal.of("undo-begin")):
        return _undone(home, plan, progress, clock)
    begin = next(journal.of("begin"))
    if begin["in_place"] and not any(journal.of("backed-up")):
        shutil.rmtree(folder / BACKUP, ignore_errors=True)
        check_all(plan, folder, True)
        back_up(plan, folder, progress, cancelled)
        journal.add("backed-up", files=len(plan.files))
    return _go_on(home, plan, journal, progress, cancelled, clock)


def undo(
    home: Path,
    job: str,
    progress: Told = lambda _done, _total, _what: None,
    clock: Callable[[], datetime] = local_now,
) -> JobReport:
    """Put back what was, newest first. Raises StoreError before a file that is no longer the one that was written."""
    plan = load(home, job)
    with alone(folder_of(home, job)):
        return _undone(home, plan, progress, clock)


def _undone(home: Path, plan: RepairPlan, progress: Told, clock: Callable[[], datetime]) -> JobReport:
    job, journal = plan.id, Journal(folder_of(home, plan.id))
    state = state_of(journal)
    if state in (JobState.PLANNED, JobState.UNDONE):
        raise not_now(job, state)
    settle(journal)
    done = done_files(journal)
    for number in done:
        _check_ours(last(journal, "intent", number), last(journal, "ready", number))
    if not any(journal.of("undo-begin")):
        journal.add("undo-begin", at=clock().isoformat())
    for count, number in enumerate(reversed(done)):
        intent, ready = last(journal, "intent", number), last(journal, "ready", number)
        progress(count, len(done), os.path.basename(str(intent["path"])))
        _undo_one(journal, job, number, intent, ready)
    journal.add("undo-end", at=clock().isoformat())
    return report(home, job)


def settle(journal: Journal) -> None:
    """Find out by its hash what became of the file that was at work. Raises StoreError for one that is neither."""
    for number in sorted(open_files(journal)):
        intent = last(journal, "intent", number)
        ready = last(journal, "ready", number) if is_later(journal, "ready", "intent", number) else None
        result = Path(str(intent["result"]))
        found = sha256_at(result)
        undoing = is_later(journal, "undoing", "intent", number)
        new = ready is not None and found == ready["new"]
        if not new and found != intent["before"]:
            # Nothing is touched: what lies beside it may be all that is left.
            journal.add("stopped", file=number, found=found)
            raise not_ours(result)
        for name in (str(intent["temporary"]), _undo_name(str(intent["temporary"]))):
            with suppress(OSError):
                os.unlink(name)
        if result.parent.is_dir():
            sync(result.parent)
        if new:
            journal.add("kept" if undoing else "done", file=number)
        else:
            journal.add("undone" if undoing else "rolled-back", file=number)


def report(home: Path, job: str) -> JobReport:
    """What came of a job. Raises UsageError, StoreError."""
    plan, folder = load(home, job), folder_of(home, job)
    journal = Journal(folder)
    begin: dict[str, Any] = next(journal.of("begin"), {})
    ends = [*journal.of("end"), *journal.of("undo-end")]
    seconds = 0.0
    if begin and ends:
        seconds = (datetime.fromisoformat(ends[-1]["at"]) - datetime.fromisoformat(begin["at"])).total_seconds()
        # The clock may have been set back meanwhile.
        seconds = max(seconds, 0.0)
    in_place = bool(begin.get("in_place"))
    # What went wrong before it was gone on with is over.
    told = [str(line.get("why", "")) for line in journal.lines if line["what"] in ("failed", "end", "undo-end")]
    failed = told[-1] if told else ""
    return JobReport(
        job, state_of(journal), plan, tuple(outcomes(plan, journal)), in_place, str(begin.get("ticket", "")),
        str(folder / BACKUP) if in_place else "", seconds, failed,
    )  # fmt: skip


def jobs(home: Path) -> tuple[JobLine, ...]:
    """All jobs, the newest first; one that cannot be read says why."""
    folder = home / FOLDER
    names = sorted((path.name for path in folder.iterdir() if (path / NAME).exists()), reverse=True) if (
        folder.is_dir()) else []  # fmt: skip
    return tuple(_line(home, name) for name in names)


def verify(home: Path, job: str) -> tuple[str, ...]:
    """Every difference between a job's journal and what lies on the disk, one sentence each. Raises StoreError."""
    plan, folder = load(home, job), folder_of(home, job)
    journal = Journal(folder)
    wrong = []
    for number in done_files(journal):
        intent, ready = last(journal, "intent", number), last(journal, "ready", number)
        if sha256_at(Path(str(intent["result"]))) != ready["new"]:
            wrong.append(_("{path} is not what the job wrote.").format(path=clean(str(intent["result"]))))
    backed_up = any(journal.of("backed-up")) and any(not planned.new_object for planned in plan.files)
    if backed_up and not manifest(folder):
        wrong.append(_("The backup {path} is damaged or missing.").format(path=MANIFEST))
    for name, digest in manifest(folder).items():
        if sha256_at(folder / BACKUP / name) != digest:
            wrong.append(_("The backup {path} is damaged or missing.").format(path=clean(name)))
    return tuple(wrong)


# Inside


def _go_on(
    home: Path, plan: RepairPlan, journal: Journal, progress: Told, cancelled: Callable[[], bool],
    clock: Callable[[], datetime],
) -> JobReport:  # fmt: skip
    """Every file that is not done yet, until one fails."""
    begin = next(journal.of("begin"))
    done, total = set(done_files(journal)), len(plan.files) + len(plan.made)
    origin = origin_of(plan)
    folder = folder_of(home, plan.id)
    started, at_work = time.monotonic(), ""
    try:
        for number, planned in enumerate(plan.files):
            if number in done:
                continue
            if cancelled():
                raise Cancelled(_("Stopped"), _("The job was stopped; what was done stands, the rest was not touched."))
            at_work = planned.path
            progress(number, total, os.path.basename(planned.path))
            target = target_of(plan, planned, folder, in_place=begin["in_place"])
            swap = Swap(
                number, planned, target, temporary_of(target, plan.id, number), origin if planned.edits else None
            )
            rewrite(journal, swap, cancelled)
        for number, made in enumerate(plan.made, len(plan.files)):
            if number not in done:
                at_work = made.path
                progress(number, total, os.path.basename(made.path))
                _make(journal, plan, number, made, folder, in_place=begin["in_place"])
        at_work = ""
        journal.add("end", at=clock().isoformat(), seconds=round(time.monotonic() - started, 3))
    except ConsoleError as error:
        stopped = isinstance(error, Cancelled)
        path = clean(at_work)
        why = error.detail if stopped or path in error.detail else f"{path}: {error.detail}"
        with suppress(StoreError):
            journal.add("failed", why=why, stopped=stopped, at=clock().isoformat())
        # A full disk may have refused that line too; the reason is told all the same.
        return replace(report(home, plan.id), problem=why)
    reached("end")
    return report(home, plan.id)


def _make(journal: Journal, plan: RepairPlan, number: int, made: MadeFile, folder: Path, *, in_place: bool) -> None:
    """A file that is made anew; nothing that stands there is replaced. Raises ConsoleError."""
    path = Path(made.path)
    target = path if in_place else folder / RESULT / place_of(plan, path)
    temporary = temporary_of(target, plan.id, number)
    journal.add(
        "intent", file=number, path=made.path, result=str(target), temporary=str(temporary), old="", before="",
        old_size=0, new_size=len(made.data), undo=[], mtime_ns=0,
    )  # fmt: skip
    reached("intent")
    try:
        if target.exists():
            sentence = _("{path} exists already.")
            raise StoreError(_("Not applied"), sentence.format(path=target))
        target.parent.mkdir(parents=True, exist_ok=True)
        fill(temporary, made.data)
        journal.add("ready", file=number, new=sha256_at(temporary), pixels="")
        reached("ready")
        os.replace(temporary, target)
    except (OSError, ConsoleError) as error:
        with suppress(OSError):
            temporary.unlink()
        with suppress(StoreError):
            journal.add("rolled-back", file=number)
        raise (error if isinstance(error, ConsoleError) else cannot_write(target, error)) from error
    reached("replaced")
    sync(target.parent)
    journal.add("done", file=number)


def _undo_one(journal: Journal, job: str, number: int, intent: dict[str, Any], ready: dict[str, Any]) -> None:
    """One file back as it was: by the recipe where it was replaced, gone where it was made."""
    target = Path(str(intent["result"]))
    journal.add("undoing", file=number)
    reached("undoing")
    if intent["before"]:
        restore(intent, str(ready["new"]), Path(_undo_name(str(intent["temporary"]))))
    else:
        try:
            target.unlink()
        except OSError as error:
            raise cannot_write(target, error) from error
        sync(target.parent)
    reached("put back")
    journal.add("undone", file=number)


def _undo_name(temporary: str) -> str:
    return temporary.removesuffix(".part") + ".undo"


def _check_ours(intent: dict[str, Any], ready: dict[str, Any]) -> None:
    path = Path(str(intent["result"]))
    if sha256_at(path) != ready["new"]:
        raise not_ours(path)


def _line(home: Path, name: str) -> JobLine:
    try:
        plan = load(home, name)
        journal = Journal(folder_of(home, name))
    except ConsoleError as error:
        return JobLine(name, "", JobState.STOPPED, 0, "", "", False, error.detail)
    begin = next(journal.of("begin"), {})
    files = len(plan.files) + len(plan.made)
    return JobLine(
        name, plan.remedy, state_of(journal), files, plan.operator, plan.made_at, bool(begin.get("in_place"))
    )
