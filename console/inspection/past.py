"""What earlier inspections say about the same items: values beside the fields, and static data to take over.

Only sealed inspections of the same form and the same site count: a draft proves nothing. Of a quarter with several
issues (revisions) the last sealed one speaks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from console.inspection.shelf import Shelf
from console.model.forms import ItemKind
from console.model.inspections import Answer, Entry, Inspection, InspectionLine, Past, Stage, Verdict

QUARTERS = 4
"""How many earlier inspections stand beside a value."""

SEALED = (Stage.FINAL, Stage.SIGNED_BY_US, Stage.SIGNED, Stage.ARCHIVED)
"""Stages in which no answer changes any more."""

_CARRIED_KINDS = (ItemKind.TEXT, ItemKind.CHOICE, ItemKind.DATE, ItemKind.NUMBER, ItemKind.TABLE)


@dataclass(frozen=True)
class Trend:
    """How a number moved."""

    numbers: tuple[float, ...]
    """Earlier values and, where there is one, the present one last; oldest first."""
    change: float | None
    """Present value minus the last one before; None where either is missing."""

    @property
    def direction(self) -> int:
        """1 rising, -1 falling, 0 the same or not known."""
        return 0 if not self.change else (1 if self.change > 0 else -1)


def past_of(shelf: Shelf, inspection: Inspection) -> Mapping[str, tuple[Past, ...]]:
    """By entry id: what the last four sealed inspections hold, oldest first; entries without any are left out.

    Raises StoreError when one of them cannot be read.
    """
    found: dict[str, list[Past]] = {}
    for earlier in earlier_ones(shelf, inspection):
        there = {entry.id: entry for entry in earlier.entries}
        for entry in inspection.entries:
            before = there.get(entry.id)
            past = _past(earlier.quarter, before.answer) if before is not None else None
            if past is not None:
                found.setdefault(entry.id, []).append(past)
    return {entry_id: tuple(pasts) for entry_id, pasts in found.items()}


def earlier_ones(shelf: Shelf, inspection: Inspection, count: int = QUARTERS) -> tuple[Inspection, ...]:
    """The last sealed inspections of the same form and site before this one, oldest first. Raises StoreError."""
    lines = [line for line in shelf.lines() if _comes_before(line, inspection)]
    last: dict[str, InspectionLine] = {}
    for line in sorted(lines, key=lambda line: (line.quarter, line.planned, line.revision)):
        # A form that is owed each quarter has one speaker a quarter; of the others each visit speaks.
        last[line.quarter if inspection.form.quarterly else f"{line.quarter} {line.number}"] = line
    return tuple(shelf.open(line.id) for line in list(last.values())[-count:])


def trend(answer: Answer, past: Sequence[Past]) -> Trend:
    """The numbers of an item over the quarters, with the present answer's at the end."""
    before = tuple(each.number for each in past if each.number is not None)
    if answer.number is None:
        return Trend(before, None)
    last = past[-1].number if past else None
    return Trend((*before, answer.number), None if last is None else answer.number - last)


def carried(shelf: Shelf, inspection: Inspection) -> Inspection:
    """The inspection with the last sealed values of its static items, marked until a person confirms them.

    Never results: only items that their form calls static (`carry`), and only where nothing is entered yet.
    Raises StoreError when the last inspection cannot be read.
    """
    before = earlier_ones(shelf, inspection, 1)
    if not before:
        return inspection
    there = {entry.id: entry for entry in before[0].entries}
    return replace(inspection, entries=tuple(_carry(entry, there.get(entry.id)) for entry in inspection.entries))


def _carry(entry: Entry, before: Entry | None) -> Entry:
    if before is None or not entry.item.carry or entry.item.kind not in _CARRIED_KINDS or not _is_empty(entry.answer):
        return entry
    if before.item.kind is not entry.item.kind or before.item.unit != entry.item.unit or _is_empty(before.answer):
        # The form asks something else under the old name by now.
        return entry
    old = before.answer
    taken = Answer(entered=old.entered, number=old.number, verdict=old.verdict, rows=old.rows, carried=True)
    return replace(entry, answer=taken)


def _is_empty(answer: Answer) -> bool:
    return not (answer.entered or answer.rows or answer.note or answer.attachments or answer.findings)


def _comes_before(line: InspectionLine, inspection: Inspection) -> bool:
    if line.damaged or line.stage not in SEALED:
        return False
    if line.form != inspection.form.id or line.site_name != inspection.site_name:
        return False
    if inspection.form.quarterly:
        return line.quarter < inspection.quarter
    return line.planned < inspection.planned


def _past(quarter: str, answer: Answer) -> Past | None:
    if not (answer.entered or answer.findings) and answer.verdict is Verdict.NONE:
        return None
    return Past(quarter, answer.number, answer.entered, answer.verdict)
