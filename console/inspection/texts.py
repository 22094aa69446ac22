"""Inspections as text for reading: one, a list of them, their actions, and the words for stages and verdicts."""

from collections.abc import Iterable, Mapping, Sequence

from console.i18n import N_, _
from console.model.inspections import Action, Entry, Gap, Inspection, InspectionLine, Past, Stage, Verdict
from console.plain import clean

STAGES: Mapping[Stage, str] = {
    Stage.PLANNED: N_("planned"),
    Stage.NOTIFIED: N_("announced"),
    Stage.PERMITTED: N_("permitted"),
    Stage.IN_PROGRESS: N_("in progress"),
    Stage.REVIEW: N_("under review"),
    Stage.FINAL: N_("sealed"),
    Stage.SIGNED_BY_US: N_("signed by us"),
    Stage.SIGNED: N_("signed by both"),
    Stage.ARCHIVED: N_("archived"),
}
"""How far an inspection has come, as people read it."""

VERDICTS: Mapping[Verdict, str] = {
    Verdict.NONE: N_("open"),
    Verdict.PASS: N_("pass"),
    Verdict.FAIL: N_("fail"),
    Verdict.NA: N_("n/a"),
    Verdict.UNKNOWN: N_("not known"),
}
"""What came of an item, as people read it."""

_MARKS = {Verdict.NONE: "·", Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.NA: "–", Verdict.UNKNOWN: "?"}


def text(inspection: Inspection, gaps: Sequence[Gap]) -> str:
    """One inspection for reading: section by section, what keeps it from being sealed at the end."""
    lines = [
        f"{clean(inspection.number)}  {clean(str(inspection.form.title))}  {clean(inspection.site_name)}",
        _("{quarter}, {state}, revision {revision}, id {id}").format(
            quarter=inspection.quarter, state=_(STAGES[inspection.stage]), revision=inspection.revision,
            id=inspection.id,
        ),
    ]  # fmt: skip
    section = ""
    for entry in inspection.entries:
        heading = clean(str(entry.section.title))
        if heading != section:
            section = heading
            lines += ["", heading]
        lines.append(_entry_text(entry, inspection.past.get(entry.id, ())))
    for action in inspection.actions:
        lines += ["", _("Actions")] if action is inspection.actions[0] else []
        lines.append(f"  {action_text(action)}")
    for gap in gaps:
        lines += ["", _("Keeps it from being sealed")] if gap is gaps[0] else []
        lines.append(f"  {clean(gap.entry)}: {gap.what}")
    if inspection.seal is not None:
        lines += ["", _("Seal {seal}, {time}").format(seal=inspection.seal.sha256, time=inspection.seal.at.isoformat())]
    return "".join(f"{line}\n" for line in lines)


def list_text(lines: Iterable[InspectionLine]) -> str:
    """The list for reading: one line each."""
    said = []
    for line in lines:
        state = clean(line.damaged) if line.damaged else _(STAGES[line.stage])
        counts = _("{passed} pass, {failed} fail, {gaps} open").format(
            passed=line.passed, failed=line.failed, gaps=line.gaps
        )
        number = f"{clean(line.number)} r{line.revision}" if line.revision else clean(line.number)
        parts = (line.id, line.quarter, number, clean(line.title), clean(line.site_name), state, counts)
        said.append("  ".join(filter(None, parts)))
    return "".join(f"{line}\n" for line in said) or _("No inspection yet.") + "\n"


def action_text(action: Action) -> str:
    """One action for reading."""
    due = action.due.isoformat() if action.due is not None else "-"
    if action.closed is not None:
        state = _("closed {day}: {evidence}").format(day=action.closed.date(), evidence=clean(action.evidence))
    else:
        state = _("due {day}").format(day=due)
    return f"{action.id}  {clean(action.what)}  {clean(action.owner) or '-'}  {state}"


def verdict_text(entry: Entry) -> str:
    """What came of an item in one word; "recorded" for what holds a value that nobody judges."""
    answer = entry.answer
    if answer.carried:
        return _("carried over")
    if answer.verdict is Verdict.NONE and (answer.entered or answer.rows or answer.attachments):
        return _("recorded")
    return _(VERDICTS[answer.verdict])


def _entry_text(entry: Entry, past: Sequence[Past]) -> str:
    answer = entry.answer
    verdict = f"{_MARKS[Verdict.NONE if answer.carried else answer.verdict]} {verdict_text(entry)}"
    words = [clean(str(entry.item.title))]
    if entry.target:
        words.append(clean(entry.target_name or entry.target))
    value = clean(answer.entered)
    if answer.rows:
        value = _("{count} rows").format(count=len(answer.rows))
    if value:
        words.append(value)
    if answer.carried:
        words.append(_("not confirmed"))
    if past:
        words.append(_("{quarter}: {value}").format(quarter=past[-1].quarter, value=_past_text(past[-1])))
    if answer.note:
        words.append(clean(answer.note))
    return f"  {verdict:12} {clean(entry.id)}  " + "  ".join(words)


def _past_text(past: Past) -> str:
    return clean(past.entered) or (f"{past.number:g}" if past.number is not None else _(VERDICTS[past.verdict]))
