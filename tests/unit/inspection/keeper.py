"""Processes that type into an inspection, seal it and fill the disk, for the tests to kill and to cramp.

python -m tests.unit.inspection.keeper VERB FOLDER [ARGUMENT ...]
"""

import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from console.errors import ConsoleError
from console.inspection import lifecycle, sealing
from console.inspection.records import Records
from console.store.lock import HomeLock
from tests.unit.inspection.homes import LOOK, SERIAL, answer, begun, records_of, sealed, typing, without_gaps
from tests.unit.store.child import REAL_WRITE, acknowledge, die_at


def the_only(records: Records) -> str:
    """The id of the inspection that the test made."""
    return records.lines()[0].id


def type_on(folder: Path) -> None:
    """Type 1, 2, 3 … into one field, saying each number once it is saved, until somebody kills us."""
    lock = HomeLock(folder)
    assert lock.acquire("李工")
    records = records_of(folder)
    inspection_id = the_only(records)
    number = int(records.open(inspection_id).entry(LOOK).answer.entered or "0")
    while True:
        number += 1
        records.change(inspection_id, typing(LOOK, str(number)))
        acknowledge(number)


def nursery(folder: Path) -> None:
    """For each line on stdin fork a process that types; say its number first and "dead" once it is."""
    import filelock  # noqa: F401  # loaded once, not by each child

    for _line in sys.stdin.buffer:
        pid = os.fork()
        if pid == 0:
            os.write(1, b"pid %d\n" % os.getpid())
            type_on(folder)
        os.waitpid(pid, 0)
        os.write(1, b"dead\n")


def prepare_answer(folder: Path) -> None:
    """A begun inspection with one answer."""
    records = records_of(folder)
    draft = begun(records)
    records.change(draft.id, lambda each: answer(each, SERIAL, "SN-1"))
    records.change(draft.id, lambda each: answer(each, LOOK, "old"))


def give_answer(folder: Path) -> None:
    """One field."""
    records = records_of(folder)
    records.change(the_only(records), lambda each: answer(each, LOOK, "new"))


def prepare_seal(folder: Path) -> None:
    """A sealed inspection of the quarter before, and one under review."""
    records = records_of(folder)
    sealed(records, "2026Q3")
    draft = begun(records, "2026Q4")
    records.change(draft.id, lifecycle.review)


def give_seal(folder: Path) -> None:
    """The seal of the one under review."""
    records = records_of(folder)
    with without_gaps():
        records.seal(records.find("第一医院-quarterly-2026Q4-01"), "李工")


def prepare_file(folder: Path) -> None:
    """A begun inspection."""
    begun(records_of(folder))


def give_file(folder: Path) -> None:
    """An attachment, named by an answer once it is kept."""
    records = records_of(folder)
    inspection_id = the_only(records)
    kept = records.attach(inspection_id, b"proof" * 1000, "proof.bin")

    def how(draft: Any) -> Any:
        from dataclasses import replace

        entry = draft.entry(LOOK)
        return lifecycle.set_answer(draft, replace(entry, answer=replace(entry.answer, attachments=(kept,))))

    records.change(inspection_id, how)


STEPWISE: dict[str, tuple[Callable[[Path], None], Callable[[Path], None]]] = {
    "answer": (prepare_answer, give_answer),
    "seal": (prepare_seal, give_seal),
    "file": (prepare_file, give_file),
}


def die_at_each_step(folder: Path, what: str) -> None:
    """Do `what` in folders 1, 2, 3 … and die before the first, second, third … call to the system.

    Prints one line a step: the step, whether the call had returned, and whether it lived to its end, which is the last.
    """
    import filelock  # noqa: F401

    prepare, act = STEPWISE[what]
    step, alive = 0, False
    while not alive:
        step += 1
        place = folder / str(step)
        place.mkdir()
        prepare(place)
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            finish = os._exit
            die_at(step)
            act(place)
            REAL_WRITE(writer, b"x")
            finish(0)
        os.close(writer)
        returned = os.read(reader, 1) == b"x"
        os.close(reader)
        alive = os.waitpid(pid, 0)[1] == 0
        os.write(1, b"%d %d %d\n" % (step, returned, alive))


def fill_disk(folder: Path, way: str) -> None:
    """Type until the disk is full, say what happened, make room and type again; the report is JSON on stdout."""
    records = records_of(folder)
    draft = begun(records)
    report: dict[str, Any] = {"sentences": [], "typed": 0}
    ballast = folder / "ballast"
    if way == "tmpfs":
        room = os.statvfs(folder)
        ballast.write_bytes(b"x" * (room.f_bavail * room.f_bsize - 60 * 1024))
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (24_000, resource.RLIM_INFINITY))

    def refused(write: Callable[[], object]) -> bool:
        try:
            write()
        except ConsoleError as error:
            report["sentences"].append(str(error))
            return True
        return False

    def typed() -> None:
        note = "注" * 400 * (report["typed"] + 1)
        records.change(draft.id, lambda each: lifecycle.conclude(each, note))
        report["typed"] += 1

    while not refused(typed):
        continue
    refused(lambda: records.attach(draft.id, b"x" * 300_000, "photo.jpg"))
    records.lines()
    report["kept"] = len(records.open(draft.id).conclusion) // 400
    report["reopened"] = len(records_of(folder).open(draft.id).conclusion) // 400
    report["leftovers"] = [path.name for path in folder.rglob("*") if "tmp" in path.name]
    report["attachments"] = [path.name for path in folder.glob("inspections/attachments/*/*")]
    if way == "tmpfs":
        ballast.unlink()
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    records.change(draft.id, lambda each: answer(each, LOOK, "after"))
    report["after"] = records_of(folder).open(draft.id).entry(LOOK).answer.entered
    report["broken"] = [str(each.what) for each in sealing.verify(records)]
    sys.stdout.write(json.dumps(report))


VERBS: dict[str, Callable[..., None]] = {
    "type-on": type_on,
    "nursery": nursery,
    "die-at-each-step": die_at_each_step,
    "fill-disk": fill_disk,
}

if __name__ == "__main__":
    VERBS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
