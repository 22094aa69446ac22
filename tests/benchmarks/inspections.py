"""Inspections: a field to the disk, the list of 2,000, opening, sealing and verifying, and a hundred kills."""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from console.inspection import lifecycle, sealing
from console.inspection.records import Records
from console.model.forms import Form, FormItem, FormSection, ItemKind, NumberLimits, Repeat
from console.model.inspections import Answer, Entry, Inspection, Verdict
from console.model.sentence import Words
from tests.benchmarks.figures import Figure
from tests.unit.inspection.homes import DAY, NOON, NOTICE, PERMISSION, SITE, proven, without_gaps
from tests.unit.inspection.test_kill import kill_while_typing

MANY = 2_000
KILLS = 100
HOSTS = 10
_FIELDS = 40


def inspections(folder: Path) -> list[Figure]:
    """All of it."""
    home = folder / "inspections home"
    draft = _large(Records(home))
    return [*_fields(home, draft), *_list(home, draft), *_sealed(home, draft), *_kills()]


def form() -> Form:
    """As long as a quarterly form: eight sections, five of them for each host, with all their words."""
    said = Words(
        "Look at it as the method says, and hold it against the criterion. " * 3, "按方法逐项检查并与判据比对。" * 6
    )
    sections = []
    for number in range(8):
        items = tuple(
            FormItem(
                f"item-{place}", kind, said, ("D3", "N2"), said, said, said, unit="%", limits=NumberLimits(maximum=95),
                checks=("disk.used",),
            )
            for place, kind in enumerate([ItemKind.MEASURED, ItemKind.NUMBER, ItemKind.VERDICT, ItemKind.TEXT] * 2)
        )  # fmt: skip
        repeat = Repeat.HOST if number < 5 else Repeat.ONCE
        sections.append(FormSection(f"section-{number}", said, items, repeat, said))
    return Form("quarterly", 1, Words("Quarterly inspection", "季度巡检"), tuple(sections), "0" * 64, quarterly=True)


def _large(records: Records) -> Inspection:
    """Nearly 600 entries, the notes typed, and two megabytes of evidence."""
    entries = []
    asked = form()
    for section in asked.sections:
        for target in [f"host-{number}" for number in range(HOSTS if section.repeat else 1)]:
            for item in section.items:
                measured = item.kind is ItemKind.MEASURED
                findings = (proven("x" * 20_000, target),) if measured else ()
                answer = Answer("95", 95.0, Verdict.PASS, "记录" * 20, findings=findings, run=7, by="李工", at=NOON)
                entries.append(Entry(f"{section.id}/{item.id}@{target}", section, item, target, target, answer))
    made = records.new(asked, SITE, "2026Q4", DAY, "李工", tuple(entries))
    records.change(made.id, lambda each: lifecycle.announce(each, NOTICE))
    records.change(made.id, lambda each: lifecycle.permit(each, PERMISSION))
    return records.change(made.id, lambda each: lifecycle.begin(each, by="李工", at=NOON))


def _fields(home: Path, draft: Inspection) -> list[Figure]:
    """One field after the other, each on the disk."""
    records = Records(home)
    took = []
    for number in range(_FIELDS):
        entry = draft.entries[number * 7 % len(draft.entries)]
        start = time.perf_counter()
        records.change(draft.id, _typing(entry.id, str(number)))
        took.append(time.perf_counter() - start)
    took = sorted(took[1:])
    size = records.path(draft.id).stat().st_size / 1e3
    note = f"{len(draft.entries)} entries, record {size:.0f} kB, median {statistics.median(took) * 1e3:.1f} ms"
    opening = _seconds(lambda: Records(home).open(draft.id))
    return [
        Figure("inspection: field to disk, 95 of 100", took[int(len(took) * 0.95)] * 1e3, "ms", 50.0, note=note),
        Figure("inspection: opened with its evidence", opening * 1e3, "ms", 500.0),
    ]


def _typing(entry_id: str, said: str) -> Callable[[Inspection], Inspection]:
    def typed(draft: Inspection) -> Inspection:
        entry = draft.entry(entry_id)
        return lifecycle.set_answer(draft, replace(entry, answer=replace(entry.answer, entered=said, note=said * 20)))

    return typed


def _list(home: Path, draft: Inspection) -> list[Figure]:
    """2,000 inspections in one home: listed by a new console, and again; and the index built from nothing."""
    records = Records(home)
    body = records.path(draft.id).read_bytes().partition(b"\n")[2]
    for number in range(MANY - 1):
        inspection_id = UUID(int=number).hex
        data = body.replace(draft.id.encode(), inspection_id.encode()).replace(b"Q4-01", b"Q4-%05d" % number)
        head = b"#cathlab-store 1 sha256:%s %d\n" % (sha256(data).hexdigest().encode(), len(data))
        records.path(inspection_id).write_bytes(head + data)
    building = _seconds(lambda: Records(home).lines(), 1)
    assert len(Records(home).lines()) == MANY
    first = _seconds(lambda: Records(home).lines())
    known = Records(home)
    known.lines()
    again = _seconds(known.lines)
    for number in range(MANY - 1):
        known.path(UUID(int=number).hex).unlink()
    note = f"again {again * 1e3:.0f} ms, index lost {building:.1f} s"
    return [
        Figure(f"inspections: list of {MANY}, new console", first * 1e3, "ms", 300.0, note=note),
        Figure(f"inspections: index of {MANY} built anew", building, "s", 30.0),
    ]


def _sealed(home: Path, draft: Inspection) -> list[Figure]:
    records = Records(home)
    records.change(draft.id, lifecycle.review)
    with without_gaps():
        start = time.perf_counter()
        records.seal(draft.id, "李工")
        sealing_s = time.perf_counter() - start
    verifying = _seconds(lambda: sealing.verify(Records(home)))
    assert sealing.verify(Records(home)) == ()
    return [
        Figure("inspection: sealed", sealing_s * 1e3, "ms", 500.0),
        Figure("inspection: seal, evidence and files verified", verifying * 1e3, "ms", 1000.0),
    ]


def _kills() -> list[Figure]:
    """A process that types is killed a hundred times; nothing that was confirmed may be missing."""
    place = Path(tempfile.mkdtemp())
    try:
        confirmed, hits = kill_while_typing(place, KILLS)
    finally:
        shutil.rmtree(place)
    note = f"{confirmed} fields confirmed and found, {hits} kills fell into a save"
    return [Figure(f"inspection: kills of {KILLS} that fell into a save", hits, "kills", 5, at_least=True, note=note)]


def _seconds(act: Callable[[], object], runs: int = 5) -> float:
    took = []
    for _run in range(runs):
        start = time.perf_counter()
        act()
        took.append(time.perf_counter() - start)
    return statistics.median(took)
