"""The cover, the contents and the summary: what a busy reader sees first, and often alone."""

from collections import Counter
from dataclasses import replace

from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.platypus.flowables import Spacer

from console.i18n import _, ngettext
from console.model.inspections import Entry, Permission, Verdict
from console.report import marks
from console.report.flow import Drawn, Line, Span, Text
from console.report.glyphs import BOLD, EVEN
from console.report.grid import Grid, Row
from console.report.manuscript import Manuscript, place_of
from console.report.results import entry_key, verdict_text
from console.report.style import (
    ACCENT,
    BAD,
    BODY,
    CELL,
    FIGURE,
    H3,
    LABEL,
    SHADE,
    SMALL,
    SOFT,
    STRONG,
    SUBTITLE,
    TITLE,
)
from console.report.words import day, is_draft, moment, period, stage_word, verdict_word  # fmt: skip

ORDER = (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.NA, Verdict.NONE)


def write_cover(manuscript: Manuscript) -> None:
    """The first page."""
    inspection = manuscript.inspection
    manuscript.add(Spacer(1, 20 * mm))
    manuscript.add(manuscript.text(_("PACS and RIS of the cardiac catheterisation laboratory"), LABEL))
    manuscript.add(manuscript.text(str(inspection.form.title), TITLE))
    if _("Inspection report").casefold() not in str(inspection.form.title).casefold():
        manuscript.add(manuscript.text(_("Inspection report"), replace(SUBTITLE, colour=SOFT, after=6)))
    manuscript.add(Line(1.6, ACCENT, 2, 12))
    manuscript.add(manuscript.text(inspection.site_name, replace(SUBTITLE, face=BOLD, size=17, leading=25, after=10)))
    manuscript.add(manuscript.facts(_facts(manuscript)))
    _leave(manuscript)
    manuscript.add(Counts(manuscript, counts(inspection.entries)))
    manuscript.add(Spacer(1, 8))
    _seal(manuscript)


def counts(entries: "tuple[Entry, ...] | list[Entry]") -> Counter[Verdict]:
    """How many items have each verdict. One that is answered and has nothing to judge is not among them."""
    judged = [entry.answer.verdict for entry in entries if entry.answer.verdict is not Verdict.NONE]
    unanswered = sum(1 for entry in entries if _unanswered(entry))
    found: Counter[Verdict] = Counter(judged)
    if unanswered:
        found[Verdict.NONE] = unanswered
    return found


def _unanswered(entry: Entry) -> bool:
    answer = entry.answer
    return entry.item.required and answer.verdict is Verdict.NONE and not (
        answer.entered or answer.rows or answer.attachments or answer.note
    )  # fmt: skip


def _facts(manuscript: Manuscript) -> list[tuple[str, str]]:
    inspection = manuscript.inspection
    form = _("{title}, version {version}").format(title=inspection.form.title, version=inspection.form.version)
    revision = ""
    if inspection.revision:
        revision = _("{number}: {reason}").format(number=inspection.revision, reason=inspection.reason)
    return [
        (_("Report number"), inspection.number),
        (_("Contract"), inspection.contract),
        (_("Period"), period(inspection.quarter)),
        (_("Planned for"), day(inspection.planned)),
        (_("Begun on site"), moment(inspection.begun)),
        (_("Inspected by"), inspection.operator),
        (_("Form"), form),
        (_("Revision"), revision),
        (_("State"), stage_word(inspection.stage)),
    ]


def _leave(manuscript: Manuscript) -> None:
    """Notice and permission, or why there was none: that stands out."""
    notice, permission = manuscript.inspection.notice, manuscript.inspection.permission
    rows = []
    if notice is not None:
        said = _("{day}, {channel}, to {recipient}; visit announced for {window}").format(
            day=day(notice.on), channel=notice.channel, recipient=notice.recipient, window=notice.window
        )
        rows.append((_("Notice given"), "\n".join(filter(None, (said, notice.scope)))))
    if permission is not None and not permission.override:
        rows.append((_("Permission"), _permission(permission)))
    if rows:
        manuscript.add(manuscript.facts(rows))
    if permission is not None and permission.override:
        warning = [Span(_("Begun without notice or permission: "), BOLD, BAD), Span(permission.override)]
        text = manuscript.text(warning, CELL, marks.WARN)
        manuscript.add(Grid((1,), [Row(((text,),), wide=True, shade=True, bar=BAD)], heavy=False, pad=6))


def _permission(permission: Permission) -> str:
    said = ", ".join(filter(None, (day(permission.on), permission.who, permission.how)))
    return "\n".join(filter(None, (said, permission.conditions)))


def _seal(manuscript: Manuscript) -> None:
    seal = manuscript.inspection.seal
    if seal is None:
        sentence = _(
            "This is a draft. It is not sealed, answers may still change, and it is no proof of an inspection."
        )
        text = manuscript.text([Span(sentence, BOLD)], CELL, marks.NOTE)
        manuscript.add(Grid((1,), [Row(((text,),), wide=True, shade=True)], heavy=False, pad=6))
        return
    even = replace(SMALL, face=EVEN, size=7.6)
    rows = [
        (_("Sealed"), _("{time}, {name}").format(time=moment(seal.at), name=seal.by), CELL),
        (_("Seal (SHA-256)"), seal.sha256, even),
        (_("Seal before"), seal.previous or _("none, the first one"), even if seal.previous else CELL),
        (
            _("Audit log"),
            _("{lines} lines, head {head}").format(lines=seal.audit_lines, head=seal.audit_head),
            even,
        ),
    ]
    manuscript.add(
        Grid(
            (0.24, 0.76),
            [Row(((manuscript.text(label, LABEL),), (manuscript.text(value, style),))) for label, value, style in rows],
        )
    )


class Counts(Drawn):
    """The counts in large figures, each with its sign and its word."""

    HEIGHT = 52.0

    def __init__(self, manuscript: Manuscript, numbers: Counter[Verdict]) -> None:
        super().__init__()
        self.case = manuscript.case
        self.numbers = [(verdict, numbers[verdict]) for verdict in ORDER if numbers[verdict] or verdict in ORDER[:2]]
        self.words = {verdict: verdict_word(verdict) for verdict, _count in self.numbers}
        for word in self.words.values():
            self.case.need("regular", word)
        self.spaceBefore = self.spaceAfter = 6

    def wrap(self, room: float, _height: float) -> tuple[float, float]:
        """One line of boxes."""
        self.room = room
        return room, self.HEIGHT

    def draw(self) -> None:
        """On the canvas."""
        canvas, gap = self.canv, 6.0
        width = (self.room - gap * (len(self.numbers) - 1)) / len(self.numbers)
        for index, (verdict, count) in enumerate(self.numbers):
            x = index * (width + gap)
            canvas.setFillColor(SHADE)
            canvas.roundRect(x, 0, width, self.HEIGHT, 3, stroke=0, fill=1)
            marks.draw(canvas, marks.OF_VERDICT[verdict], x + 8, self.HEIGHT - 21, 19)
            canvas.setFillColor(colour_of(verdict, count))
            canvas.setFont(self.case.name(BOLD), 20)
            canvas.drawRightString(x + width - 9, self.HEIGHT - 28, str(count))
            canvas.setFillColor(SOFT)
            word = self.case.shown(self.words[verdict])
            size = min(8.5, 8.5 * (width - 16) / max(self.case.width("regular", word, 8.5), 1))
            canvas.setFont(self.case.name("regular"), size)
            canvas.drawString(x + 8, 8, word)


def colour_of(verdict: Verdict, count: int) -> Color:
    """A count in the colour of what it says."""
    return BAD if verdict is Verdict.FAIL and count else TITLE.colour


def write_contents(manuscript: Manuscript, headings: list[tuple[int, str, str]]) -> None:
    """Where what stands; the page numbers are those of the pass before."""
    manuscript.add(manuscript.text(_("Contents"), replace(H3, size=12, leading=18, after=6)))
    rows = []
    for level, title, key in headings:
        page = str(manuscript.known.places.get(key, ""))
        style = replace(CELL, indent=0 if level == 0 else 14, face=BOLD if level == 0 else CELL.face)
        cells = (
            (manuscript.text([Span(title, link=key if page else "")], style),),
            (manuscript.text(page, replace(FIGURE, face=style.face)),),
        )
        rows.append(Row(cells, rule=level == 0))
    manuscript.add(Grid((0.92, 0.08), rows, pad=1.2, after=14))


def write_summary(manuscript: Manuscript) -> None:
    """Conclusion, counts by section, and what did not pass."""
    inspection = manuscript.inspection
    manuscript.chapter(_("Summary"), "summary")
    if inspection.conclusion.strip():
        manuscript.add(*manuscript.lines(inspection.conclusion, BODY))
    else:
        manuscript.add(manuscript.text(automatic(manuscript), BODY))
    manuscript.add(_by_section(manuscript))
    _not_passed(manuscript)


def automatic(manuscript: Manuscript) -> str:
    """A conclusion in numbers, for want of a person's."""
    found = counts(manuscript.inspection.entries)
    total = sum(found.values())
    sentence = ngettext(
        "Of {total} item, {passed} passed, {failed} failed, {unknown} could not be known and {na} did not apply.",
        "Of {total} items, {passed} passed, {failed} failed, {unknown} could not be known and {na} did not apply.",
        total,
    )
    return sentence.format(
        total=total, passed=found[Verdict.PASS], failed=found[Verdict.FAIL], unknown=found[Verdict.UNKNOWN],
        na=found[Verdict.NA],
    )  # fmt: skip


def _by_section(manuscript: Manuscript) -> Grid:
    inspection = manuscript.inspection
    shown = [verdict for verdict in ORDER if counts(inspection.entries)[verdict] or verdict in ORDER[:2]]
    head = manuscript.head(
        _("Section"), *(verdict_word(verdict) for verdict in shown), right=range(1, len(shown) + 1)
    )  # fmt: skip
    rows = [head]
    for number, section in enumerate(inspection.form.sections, 1):
        own = [entry for entry in inspection.entries if entry.section.id == section.id]
        if not own:
            continue
        found = counts(own)
        title = manuscript.text([Span(f"2.{number}  {section.title}", link=f"section-{section.id}")], CELL)
        rows.append(manuscript.row(title, *(_count(manuscript, verdict, found[verdict]) for verdict in shown)))
    found = counts(inspection.entries)
    total = manuscript.row(
        manuscript.text(_("Total"), STRONG),
        *(manuscript.text(str(found[verdict]), replace(STRONG, align="right")) for verdict in shown),
    )
    return Grid((0.46, *(0.54 / len(shown) for _verdict in shown)), [*rows, replace(total, shade=True)])


def _count(manuscript: Manuscript, verdict: Verdict, count: int) -> Text:
    if not count:
        return manuscript.text("–", replace(FIGURE, colour=SOFT))
    loud = verdict in (Verdict.FAIL, Verdict.UNKNOWN)
    return manuscript.text(str(count), replace(FIGURE, face=BOLD if loud else CELL.face))


def _not_passed(manuscript: Manuscript) -> None:
    """What failed or could not be known, with a way to where it stands."""
    entries = [e for e in manuscript.inspection.entries if e.answer.verdict in (Verdict.FAIL, Verdict.UNKNOWN)]
    if not entries:
        if manuscript.inspection.entries and not is_draft(manuscript.inspection):
            manuscript.add(manuscript.text(_("No item failed, and none remained unknown."), BODY, marks.PASS))
        return
    manuscript.group(_("What did not pass"), "not-passed")
    rows = [manuscript.head(_("Item"), _("Result"), _("Clause"), _("Page"), right=(3,))]
    entries.sort(key=lambda entry: entry.answer.verdict is not Verdict.FAIL)
    for entry in entries:
        title = manuscript.text([Span(place_of(entry), link=entry_key(entry.id))], CELL)
        result = verdict_text(manuscript, entry.answer.verdict)
        page = manuscript.text(str(manuscript.known.places.get(entry_key(entry.id), "")), FIGURE)
        rows.append(manuscript.row(title, result, " ".join(entry.item.clause), page))
    manuscript.add(Grid((0.56, 0.22, 0.14, 0.08), rows))
