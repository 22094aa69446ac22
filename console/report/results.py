"""The results: every item with its answer, last quarter's beside it, notes, findings and what was attached."""

from dataclasses import replace

from console.i18n import _, ngettext
from console.model.checks import SEVERITY, Finding, Status
from console.model.forms import FormSection, ItemKind
from console.model.inspections import Answer, Entry, Past, Verdict
from console.report import marks
from console.report.flow import Span, Text
from console.report.glyphs import BOLD
from console.report.grid import Cell, Grid, Row
from console.report.manuscript import Manuscript, place_of
from console.report.spark import Spark
from console.report.style import ACCENT, BAD, CELL, DOUBT, NOTE, RULE, SMALL, SOFT, STRONG
from console.report.words import number_text, past_text, verdict_word

_COLUMNS = (0.075, 0.465, 0.28, 0.18)
_MOST_OK = 30
"""Findings of one item that say OK and are printed one by one."""
_FINE = replace(SMALL, leading=11)
_FINDING = replace(NOTE, size=8.3, leading=11.8, after=0)


def write(manuscript: Manuscript) -> None:
    """The chapter."""
    manuscript.chapter(_("Results"), "results")
    manuscript.add(manuscript.text(_legend(), SMALL))
    for number, section in enumerate(manuscript.inspection.form.sections, 1):
        entries = [entry for entry in manuscript.inspection.entries if entry.section.id == section.id]
        if entries:
            _section(manuscript, section, entries, f"{manuscript.chapter_number}.{number}")


def entry_key(entry_id: str) -> str:
    """Of the place where an entry stands."""
    return f"entry-{entry_id}"


def _legend() -> str:
    return _(
        "Each item names its clause of the contract and its criterion with the source. Before: the value of the last "
        "sealed inspection. E1, E2 …: the evidence in the appendix."
    )


def _section(manuscript: Manuscript, section: FormSection, entries: list[Entry], number: str) -> None:
    manuscript.section(str(section.title), f"section-{section.id}", number)
    if section.note:
        manuscript.add(*manuscript.lines(str(section.note), SMALL))
    for target in dict.fromkeys(entry.target if section.repeat.value else "" for entry in entries):
        own = [entry for entry in entries if not section.repeat.value or entry.target == target]
        if target:
            manuscript.group(own[0].target_name or target, f"target-{section.id}-{target}")
        rows = [manuscript.head(_("No."), _("Item"), _("Result"), _("Before"))]
        for entry in own:
            serial = entries.index(entry) + 1
            rows += _rows(manuscript, entry, f"{number}.{serial}", repeated=bool(section.repeat.value))
        manuscript.add(Grid(_COLUMNS, rows))


def _rows(manuscript: Manuscript, entry: Entry, number: str, *, repeated: bool) -> list[Row]:
    answer, item = entry.answer, entry.item
    first = manuscript.row(
        manuscript.text(number, _FINE), _item(manuscript, entry, repeated), _result(manuscript, entry),
        _before(manuscript, entry),
    )  # fmt: skip
    rows = [replace(first, anchor=entry_key(entry.id))]
    if item.kind is ItemKind.TABLE and answer.rows:
        rows += _table(manuscript, entry)
    rows += _findings(manuscript, answer)
    if answer.note.strip():
        label = manuscript.text([Span(_("Note"), BOLD, SOFT)], replace(SMALL, after=0))
        bar = BAD if answer.verdict is Verdict.FAIL else RULE
        rows.append(replace(manuscript.wide(label, *manuscript.lines(answer.note, NOTE)), bar=bar))
    if answer.attachments:
        rows.append(manuscript.wide(*_attached(manuscript, entry)))
    # The first line below an item stays with it; a long list of findings may go over to the next page.
    return [row if index < 2 else replace(row, bound=False) for index, row in enumerate(rows)]


def _item(manuscript: Manuscript, entry: Entry, repeated: bool) -> tuple[Text, ...]:
    item = entry.item
    title = [Span(str(item.title))]
    if entry.target and not repeated:
        title.append(Span(f" · {entry.target_name or entry.target}", colour=ACCENT))
    texts = [manuscript.text(title, CELL)]
    criterion, source = str(item.criterion), str(item.source)
    judged_by = (
        _("{criterion} ({source})").format(criterion=criterion.rstrip("。."), source=source) if source else criterion
    )
    fine = " · ".join(part for part in (" ".join(item.clause), judged_by if criterion else source) if part)
    if fine:
        texts.append(manuscript.text(fine, _FINE))
    return tuple(texts)


def _result(manuscript: Manuscript, entry: Entry) -> tuple[Text, ...]:
    answer, item = entry.answer, entry.item
    texts = []
    judged = item.kind not in (ItemKind.TEXT, ItemKind.DATE, ItemKind.CHOICE, ItemKind.TABLE, ItemKind.FILE)
    if answer.verdict is not Verdict.NONE or (judged and not answer.entered):
        texts.append(verdict_text(manuscript, answer.verdict))
    value = _value(entry)
    if value:
        texts.append(manuscript.text(value, CELL))
    if answer.carried:
        texts.append(manuscript.text([Span(_("taken over, not confirmed"), BOLD, DOUBT)], _FINE))
    if not texts:
        texts.append(manuscript.text(_("recorded") if answer.rows or answer.attachments else "–", CELL))
    return tuple(texts)


def verdict_text(manuscript: Manuscript, verdict: Verdict) -> Text:
    """A verdict as symbol and word."""
    strong = STRONG if verdict in (Verdict.FAIL, Verdict.UNKNOWN) else CELL
    return manuscript.text(verdict_word(verdict), strong, marks.OF_VERDICT[verdict])


def _value(entry: Entry) -> str:
    answer = entry.answer
    if entry.item.kind is not ItemKind.NUMBER or answer.number is None:
        return answer.entered
    said = number_text(answer.number, entry.item.unit)
    plain = answer.entered.strip()
    # What was typed is kept in sight where the reading of it could be questioned.
    if plain and plain.replace(" ", "") not in (said.replace(" ", ""), f"{answer.number:.10g}"):
        return _("{number} (entered: {entered})").format(number=said, entered=plain)
    return said


def _before(manuscript: Manuscript, entry: Entry) -> tuple[Cell, ...]:
    past = manuscript.inspection.past.get(entry.id, ())
    last: Past | None = past[-1] if past else None
    texts: list[Cell] = [manuscript.text(past_text(last, entry.item.unit), CELL)]
    if last is not None:
        change = change_text(entry.answer.number, last.number, entry.item.unit)
        detail = " · ".join(part for part in (last.quarter, change) if part)
        texts.append(manuscript.text(detail, _FINE))
    now = entry.answer.number
    values = [one.number for one in past if one.number is not None] + ([] if now is None else [now])
    if len(values) > 2:
        texts.append(Spark(values))
    return tuple(texts)


def change_text(now: float | None, before: float | None, unit: str) -> str:
    """ "↑ 3 %" or "= ": by how much it changed; empty where one of the two is missing."""
    if now is None or before is None:
        return ""
    change = now - before
    if abs(change) < 1e-9 * max(abs(now), abs(before), 1):
        return "±0"
    return f"{'↑' if change > 0 else '↓'} {number_text(round(abs(change), 6), unit)}"


def _table(manuscript: Manuscript, entry: Entry) -> list[Row]:
    """The rows of a table item, one line each: "1. Name: Li · Role: nurse"."""
    rows = []
    for number, values in enumerate(entry.answer.rows, 1):
        spans = [Span(f"{number}.  ", colour=SOFT)]
        for index, column in enumerate(entry.item.columns):
            spans.append(Span(f"{' · ' if index else ''}{column.title}: ", colour=SOFT))
            spans.append(Span(values.get(column.id, "") or "–"))
        rows.append(manuscript.wide(manuscript.text(spans, _FINDING)))
    return rows


def _findings(manuscript: Manuscript, answer: Answer) -> list[Row]:
    """What the checks said, the worst first."""
    ordered = sorted(answer.findings, key=lambda finding: SEVERITY.index(finding.status))
    fine = [finding for finding in ordered if finding.status in (Status.OK, Status.NA)]
    shown = [finding for finding in ordered if finding not in fine] + fine[:_MOST_OK]
    rows = [replace(manuscript.wide(_finding(manuscript, finding)), pad=1.2) for finding in shown]
    more = len(fine) - _MOST_OK
    if more > 0:
        sentence = ngettext(
            "and {count} more finding without objection", "and {count} more findings without objection", more
        )
        rows.append(manuscript.wide(manuscript.text(sentence.format(count=more), _FINE)))
    return rows


def _finding(manuscript: Manuscript, finding: Finding) -> Text:
    spans = [Span(str(finding.summary))]
    compared = _compared(finding)
    if compared:
        spans.append(Span(f"  {compared}", colour=SOFT))
    for proof in manuscript.proofs.of(finding):
        spans.append(Span("  "))
        spans.append(Span(f"E{proof.number}", colour=ACCENT, link=proof.key))
    return manuscript.text(spans, _FINDING, marks.OF_STATUS[finding.status])


def _compared(finding: Finding) -> str:
    measured, expected = str(finding.measured), str(finding.expected)
    if measured and expected:
        return f"[{measured} / {expected}]"
    return f"[{measured or expected}]" if measured or expected else ""


def _attached(manuscript: Manuscript, entry: Entry) -> list[Text]:
    texts = []
    for attachment in entry.answer.attachments:
        number = manuscript.attach(attachment, place_of(entry))
        spans = [Span(_("Attached: "), colour=SOFT), Span(attachment.caption or attachment.name)]
        if number:
            link = f"photo-{number}"
            spans.append(Span("  " + _("Photo {number}").format(number=number), colour=ACCENT, link=link))
        texts.append(manuscript.text(spans, _FINDING))
    return texts
