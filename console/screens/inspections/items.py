"""Rows and details of one inspection, in words: its course, its sections, its items. Nothing here draws."""

from collections.abc import Mapping, Sequence

from console.i18n import _, ngettext
from console.inspectionsteps import STAGES, CoursePart, Progress, trend, verdict_text
from console.model.checks import Status
from console.model.forms import FormSection, ItemKind
from console.model.inspections import (
    Answer,
    Entry,
    Gap,
    Inspection,
    Past,
    Verdict,
)
from console.model.text import clean, size_text
from console.screens.inspections.texts import sign
from console.theme import Symbols
from console.widgets.bars import joined, side_by_side
from console.widgets.line_list import Line, wrap
from console.widgets.row_table import Column, Row, Tone

COURSE = "="
"""Key of the first line of the sections: the course of the inspection."""


_VERDICT_SIGNS = {
    Verdict.FAIL: Status.CRIT,
    Verdict.UNKNOWN: Status.UNKNOWN,
    Verdict.PASS: Status.OK,
    Verdict.NA: Status.NA,
}
_VERDICT_TONES: Mapping[Verdict, Tone] = {
    Verdict.FAIL: "bad",
    Verdict.UNKNOWN: "careful",
    Verdict.PASS: "good",
    Verdict.NA: "quiet",
    Verdict.NONE: "",
}
_PROGRESS: Mapping[Progress, tuple[Status, Tone]] = {
    "done": (Status.OK, "good"),
    "open": (Status.MANUAL, ""),
    "later": (Status.SKIPPED, "quiet"),
}


def verdict_sign(verdict: Verdict, symbols: Symbols) -> str:
    """The symbol of what came of an item; the one of "not asked" for an open one."""
    return sign(_VERDICT_SIGNS.get(verdict, Status.SKIPPED), symbols)


def section_lines(inspection: Inspection, missing: Mapping[str, int], symbols: Symbols) -> list[Line]:
    """The course first, then the sections with what is missing in each."""
    around = missing.get("", 0)
    lines = [Line(_("Course"), right=str(around) if around else "", key=COURSE)]
    for section in inspection.form.sections:
        count = missing.get(section.id, 0)
        done = "" if inspection.sealed else sign(Status.OK, symbols)
        lines.append(Line(clean(str(section.title)), right=str(count) if count else done, key=section.id))
    return lines


def course_columns() -> tuple[Column, ...]:
    """Of the course of an inspection."""
    return (Column(_("Step"), 27), Column("", 10, flex=1))


def course_row(part: CoursePart, symbols: Symbols) -> Row:
    """One part of the course."""
    status, tone = _PROGRESS[part.progress]
    return Row((part.name, symbols.fold(clean(part.said))), part.id, sign(status, symbols), tone=tone)


def entry_columns(*, places: bool, before: bool) -> tuple[Column, ...]:
    """Of the items of a section; `places` where it repeats over hosts or displays, `before` where a quarter before
    has values."""
    return (
        Column(_("Item"), 16, flex=3),
        *((Column(_("Of what"), 8, flex=1),) if places else ()),
        Column(_("Value"), 10, flex=2),
        *((Column(_("Before"), 10, flex=1),) if before else ()),
        Column(_("Note"), 8, flex=2, rank=2),
    )


def entry_row(
    entry: Entry, past: Sequence[Past], gaps: Sequence[Gap], symbols: Symbols, *, places: bool, before: bool
) -> Row:
    """One item: what it holds, what the quarter before held, and whether something is missing."""
    answer = entry.answer
    lacks = any(gap.entry == entry.id for gap in gaps)
    note = answer.note.replace("\n", " ")
    if answer.attachments:
        files = ngettext("{count} file", "{count} files", len(answer.attachments))
        note = joined((files.format(count=len(answer.attachments)), note))
    cells = (
        clean(str(entry.item.title)),
        *((clean(entry.target_name or entry.target),) if places else ()),
        symbols.fold(value_text(entry)),
        *((symbols.fold(before_text(entry, past)),) if before else ()),
        symbols.fold(clean(note)),
    )
    if answer.carried:
        return Row(cells, entry.id, sign(Status.WARN, symbols), tone="careful")
    verdict = answer.verdict
    mark = sign(Status.MANUAL, symbols) if lacks and verdict is Verdict.NONE else verdict_sign(verdict, symbols)
    return Row(cells, entry.id, mark, careful=lacks and verdict is not Verdict.NONE, tone=_VERDICT_TONES[verdict])


def value_text(entry: Entry) -> str:
    """What an item holds, in one line."""
    answer, item = entry.answer, entry.item
    if answer.carried:
        return _("{value} (taken over, not confirmed)").format(value=_held(entry))
    if answer.verdict is Verdict.NA:
        return verdict_text(entry)
    if item.kind in (ItemKind.VERDICT, ItemKind.MEASURED):
        if answer.verdict is Verdict.NONE:
            return ""
        said = verdict_text(entry)
        return joined((said, clean(str(answer.findings[0].measured)) if len(answer.findings) == 1 else "")) or said
    return _held(entry)


def _held(entry: Entry) -> str:
    answer, item = entry.answer, entry.item
    if item.kind is ItemKind.TABLE:
        if not answer.rows:
            return ""
        return ngettext("{count} row", "{count} rows", len(answer.rows)).format(count=len(answer.rows))
    if item.kind is ItemKind.FILE:
        return ", ".join(clean(each.name) for each in answer.attachments)
    if item.kind is ItemKind.CHOICE:
        chosen = next((choice for choice in item.choices if choice.en == answer.entered), None)
        return clean(str(chosen)) if chosen is not None else clean(answer.entered)
    return clean(answer.entered.replace("\n", " "))


def before_text(entry: Entry, past: Sequence[Past]) -> str:
    """What the last quarter held; how the number has moved since."""
    if not past:
        return ""
    last = past[-1]
    said = clean(last.entered) or (str(last.number) if last.number is not None else "")
    if not said:
        said = verdict_text(_with(entry, last.verdict))
    change = trend(entry.answer, past).change
    if change is not None and not entry.answer.carried:
        said = f"{said} ({change:+.4g})"
    return said


def _with(entry: Entry, verdict: Verdict) -> Entry:
    return Entry(entry.id, entry.section, entry.item, answer=Answer(verdict=verdict))


def entry_detail(
    entry: Entry,
    inspection: Inspection,
    missing: Sequence[Gap],
    width: int,
    symbols: Symbols,
) -> list[Line]:
    """All about one item: how it is looked at, what it holds, with what proof, what is missing."""
    item, answer = entry.item, entry.answer
    lines = [Line(part, heading=True) for part in wrap(clean(str(item.title)), max(width - 3, 12))]
    if entry.target:
        lines.append(Line(clean(entry.target_name or entry.target)))
    for gap in missing:
        if gap.entry == entry.id:
            lines += _text(f"{sign(Status.MANUAL, symbols)} {gap.what}", width, symbols)
    facts = (
        (_("Method"), str(item.method)),
        (_("Criterion"), str(item.criterion)),
        (_("Source"), joined((str(item.source), " ".join(item.clause)))),
    )
    for name, said in facts:
        if said:
            lines += _named(name, said, width, symbols)
    lines += _past_lines(entry, inspection.past.get(entry.id, ()), width, symbols)
    for row in answer.rows:
        lines += _text("- " + joined([clean(cell) for cell in row.values()]), width, symbols)
    if answer.note:
        lines += _named(_("Note"), answer.note, width, symbols)
    for file in answer.attachments:
        words = joined((clean(file.name), size_text(file.size), clean(file.caption)))
        lines += _named(_("File"), words, width, symbols)
    for action in inspection.actions:
        if action.entry == entry.id:
            due = action.due.isoformat() if action.due is not None else "-"
            lines += _named(_("Action"), joined((clean(action.what), clean(action.owner), due)), width, symbols)
    lines += _finding_lines(entry, width, symbols)
    if answer.by and answer.at is not None:
        lines.append(Line(symbols.fold(f"{clean(answer.by)}, {answer.at:%Y-%m-%d %H:%M}")))
    return lines


def course_detail(inspection: Inspection, missing: Sequence[Gap], width: int, symbols: Symbols) -> list[Line]:
    """All about the whole: the conclusion, what is missing, the recommendations, the seal."""
    lines: list[Line] = []
    if inspection.conclusion:
        lines += _named(_("Conclusion"), inspection.conclusion, width, symbols)
    if missing:
        lines.append(Line(_("{count} missing").format(count=len(missing)), heading=True))
        for gap in missing[:_MOST]:
            lines += _text(f"{sign(Status.MANUAL, symbols)} {gap.what}", width, symbols)
        if len(missing) > _MOST:
            more = len(missing) - _MOST
            lines.append(Line(ngettext("and {count} more", "and {count} more", more).format(count=more)))
    if inspection.reason:
        lines += _named(_("Reason of the revision"), inspection.reason, width, symbols)
    if inspection.recommendations:
        lines.append(Line(_("Recommendations"), heading=True))
        for each in inspection.recommendations:
            lines += _text(joined((each.group, each.what)), width, symbols)
    if inspection.seal is not None:
        lines += _named(_("Seal"), inspection.seal.sha256, width, symbols)
    return lines


_MOST = 40
"""Gaps that are named; the rest is counted."""


def _past_lines(entry: Entry, past: Sequence[Past], width: int, symbols: Symbols) -> list[Line]:
    if not past:
        return []
    values = trend(entry.answer, past).numbers
    lines = [Line(_("Before"), heading=True)]
    for each in past:
        said = clean(each.entered) or (str(each.number) if each.number is not None else "")
        mark = verdict_sign(each.verdict, symbols)
        lines.append(Line(symbols.fold(f"{mark} {each.quarter}  {said or verdict_text(_with(entry, each.verdict))}")))
    if len(values) > 1:
        low, high = min(values), max(values)
        levels = symbols.chart
        steps = [levels[round((each - low) / (high - low) * (len(levels) - 1)) if high > low else 0] for each in values]
        lines.append(Line(f"{''.join(steps)}  {low:.4g} - {high:.4g} {entry.item.unit}"))
    return lines


def _finding_lines(entry: Entry, width: int, symbols: Symbols) -> list[Line]:
    found = entry.answer.findings
    if not found:
        return []
    title = _("Check run {run}").format(run=entry.answer.run)
    lines = [Line(title, heading=True)]
    for finding in found:
        of_what = joined([clean(finding.target), clean(finding.item)], " ")
        said = f"{sign(finding.status, symbols)} {of_what}  {finding.summary}"
        lines += _text(said, width, symbols)
    return lines


def _named(name: str, text: str, width: int, symbols: Symbols) -> list[Line]:
    return [Line(name, heading=True), *_text(text, width, symbols)]


def _text(text: str, width: int, symbols: Symbols) -> list[Line]:
    return [Line(part) for line in text.split("\n") for part in wrap(symbols.fold(clean(line)), max(width - 3, 12))]


def head(inspection: Inspection, count: int, width: int, symbols: Symbols) -> str:
    """Number, state and what is missing, in one line; the form's name gives way."""
    number = f"{inspection.number} r{inspection.revision}" if inspection.revision else inspection.number
    missing = ""
    if not inspection.sealed:
        missing = _("nothing is missing") if not count else _("{count} missing").format(count=count)
    form = clean(str(inspection.form.title))
    state = joined((_(STAGES[inspection.stage]), missing))
    return symbols.fold(side_by_side(joined((clean(number), form)), state, width, symbols.ellipsis))


def section_of(inspection: Inspection, section_id: str) -> FormSection | None:
    """The section of that id; None for the course."""
    return next((section for section in inspection.form.sections if section.id == section_id), None)
