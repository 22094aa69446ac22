"""The completion gate: everything that keeps an inspection from being sealed, in the form's order."""

from collections.abc import Iterator

from console.i18n import N_
from console.model.forms import FormItem, ItemKind, When
from console.model.inspections import Entry, Gap, Inspection, Stage, Verdict
from console.model.sentence import Sentence, Words

NOTICE, PERMISSION, CONCLUSION = "notice", "permission", "conclusion"
"""Where to jump to for what belongs to no entry."""


def gaps(inspection: Inspection) -> tuple[Gap, ...]:
    """What is missing; empty when it may be sealed.

    A failed item and one that does not apply always need a note, whatever the form says, and a verdict that a check
    could not give is a person's to give.
    """
    return (
        *_around(inspection),
        *(gap for entry in inspection.entries for gap in _of(entry, inspection)),
        *_end(inspection),
    )


def gaps_by_section(inspection: Inspection) -> dict[str, int]:
    """How many gaps each section of the form has, by its id; those around the form are under ""."""
    sections = {entry.id: entry.section.id for entry in inspection.entries}
    counts = dict.fromkeys(("", *(section.id for section in inspection.form.sections)), 0)
    for gap in gaps(inspection):
        counts[sections.get(gap.entry, "")] += 1
    return counts


def _around(inspection: Inspection) -> Iterator[Gap]:
    if not inspection.form.quarterly:
        return
    override = inspection.permission is not None and bool(inspection.permission.override)
    if inspection.notice is None and not override:
        yield Gap(NOTICE, Sentence(N_("The hospital was not told beforehand, and no reason stands for it.")))
    if inspection.permission is None:
        yield Gap(PERMISSION, Sentence(N_("There is no permission, and no reason for going on without.")))
    elif inspection.stage in (Stage.PLANNED, Stage.NOTIFIED, Stage.PERMITTED):
        yield Gap("", Sentence(N_("The inspection was not begun.")))


def _end(inspection: Inspection) -> Iterator[Gap]:
    if inspection.form.quarterly and not inspection.conclusion.strip():
        yield Gap(CONCLUSION, Sentence(N_("The conclusion is empty.")))


def _of(entry: Entry, inspection: Inspection) -> Iterator[Gap]:
    item, answer = entry.item, entry.answer
    values = {"item": _name(entry)}
    if answer.carried:
        yield Gap(entry.id, Sentence(N_("{item}: taken over from the last inspection and not confirmed."), values))
    if answer.verdict is Verdict.UNKNOWN and not answer.note.strip():
        yield Gap(entry.id, Sentence(N_("{item}: the check could not find out; look, and write what you saw."), values))
    elif item.required and not has_answer(entry):
        yield Gap(entry.id, Sentence(N_("{item}: not answered."), values))
        return
    # What a check found not to apply it says itself, in the findings that are printed.
    by_check = item.kind is ItemKind.MEASURED and answer.verdict is Verdict.NA and bool(answer.findings)
    if not by_check and _asked(item.note_when, answer.verdict, always_for_bad=True) and not answer.note.strip():
        yield Gap(entry.id, Sentence(N_("{item}: a note is needed."), values))
    if _asked(item.attach_when, answer.verdict) and not answer.attachments:
        yield Gap(entry.id, Sentence(N_("{item}: a photo or file is needed."), values))
    yield from _columns(entry, values["item"])
    if _asked(item.action_when, answer.verdict) and answer.verdict is Verdict.FAIL:
        yield from _action(entry, inspection, values["item"])


def _columns(entry: Entry, name: Sentence | str) -> Iterator[Gap]:
    needed = [column for column in entry.item.columns if column.required]
    for number, row in enumerate(entry.answer.rows, 1):
        for column in needed:
            if not row.get(column.id, "").strip():
                source = N_("{item}: row {number} lacks {column}.")
                values = {"item": name, "number": number, "column": _words(column.title)}
                yield Gap(entry.id, Sentence(source, values))


def _action(entry: Entry, inspection: Inspection, name: Sentence | str) -> Iterator[Gap]:
    actions = [action for action in inspection.actions if action.entry == entry.id]
    ours = [action for action in actions if action.inspection == inspection.id] or actions
    if not ours:
        yield Gap(entry.id, Sentence(N_("{item}: failed, and no action was opened."), {"item": name}))
    elif not any(action.owner.strip() and action.due is not None for action in ours):
        yield Gap(entry.id, Sentence(N_("{item}: its action has no owner or no day."), {"item": name}))


def has_answer(entry: Entry) -> bool:
    """Whether a person or a check answered; what a check could not find out is no answer."""
    item, answer = entry.item, entry.answer
    if answer.verdict is Verdict.NA:
        return True
    if item.kind is ItemKind.FILE:
        return bool(answer.attachments)
    if item.kind is ItemKind.TABLE:
        return bool(answer.rows)
    if item.kind in (ItemKind.VERDICT, ItemKind.MEASURED):
        return answer.verdict in (Verdict.PASS, Verdict.FAIL) or (
            answer.verdict is Verdict.UNKNOWN and bool(answer.note.strip())
        )
    return bool(answer.entered.strip())


def _asked(when: When, verdict: Verdict, *, always_for_bad: bool = False) -> bool:
    bad = verdict in (Verdict.FAIL, Verdict.NA)
    if always_for_bad and bad:
        return True
    return {
        When.ALWAYS: True,
        When.NEVER: False,
        When.FAIL: verdict is Verdict.FAIL,
        When.NA: verdict is Verdict.NA,
        When.FAIL_OR_NA: bad,
    }[when]


def _name(entry: Entry) -> str:
    title = _words(entry.item.title)
    return f"{title} ({entry.target_name or entry.target})" if entry.target else title


def _words(words: Words) -> str:
    return str(words)


def needs_note(item: FormItem, verdict: Verdict) -> bool:
    """Whether an answer of that verdict needs a note: asked by screens before the gate does."""
    return _asked(item.note_when, verdict, always_for_bad=True)
