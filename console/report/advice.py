"""What follows from the inspection: recommendations, what is still to be done, and who signs."""

from dataclasses import replace
from datetime import date
from itertools import groupby

from reportlab.lib.units import mm
from reportlab.platypus.flowables import CondPageBreak

from console.i18n import _
from console.model.inspections import Action, Recommendation, Signature, SignatureState, Urgency
from console.report import marks
from console.report.flow import Drawn, Span, Text
from console.report.glyphs import BOLD, REGULAR
from console.report.grid import Grid, Row
from console.report.manuscript import Manuscript, place_of
from console.report.results import entry_key
from console.report.style import BAD, BODY, CELL, INK, LABEL, NOTE, RULE, SMALL, SOFT, STRONG
from console.report.words import clause_text, day, moment, urgency_word

_URGENT = {Urgency.NOW: marks.FAIL, Urgency.SOON: marks.WARN, Urgency.LATER: marks.NOTE}


def write_recommendations(manuscript: Manuscript) -> None:
    """Grouped as the engineer ordered them."""
    manuscript.chapter(_("Recommendations"), "recommendations")
    given = manuscript.inspection.recommendations
    if not given:
        manuscript.add(manuscript.text(_("There are no recommendations."), BODY))
        return
    number = 0
    for position, (group, members) in enumerate(groupby(given, key=lambda one: one.group)):
        if group:
            manuscript.group(clause_text(group), f"recommendations-{position}")
        rows = []
        for one in members:
            number += 1
            rows += _recommendation(manuscript, one, number)
        manuscript.add(Grid((0.06, 0.70, 0.24), rows))


def _recommendation(manuscript: Manuscript, one: Recommendation, number: int) -> list[Row]:
    texts = list(manuscript.lines(one.what, CELL))
    if one.remedy:
        label = Span(_("Remedy: "), BOLD, SOFT)
        first, *rest = manuscript.lines(one.remedy, NOTE) or (manuscript.text("", NOTE),)
        texts += [manuscript.text([label, *first.spans], NOTE), *rest]
    known = {entry.id: entry for entry in manuscript.inspection.entries}
    from_entries = [known[entry_id] for entry_id in one.entries if entry_id in known]
    if from_entries:
        spans = [Span(_("From: "))]
        for index, entry in enumerate(from_entries):
            spans.append(Span(("; " if index else "") + place_of(entry), link=entry_key(entry.id)))
        texts.append(manuscript.text(spans, SMALL))
    urgency = manuscript.text(urgency_word(one.urgency), STRONG if one.urgency is Urgency.NOW else CELL,
                              _URGENT[one.urgency])  # fmt: skip
    return [manuscript.row(f"{number}", texts, urgency)]


def write_actions(manuscript: Manuscript) -> None:
    """What was open when the report was made, then what was closed."""
    manuscript.chapter(_("Actions"), "actions")
    actions = manuscript.inspection.actions
    still = [action for action in actions if action.closed is None]
    done = [action for action in actions if action.closed is not None]
    if not still:
        manuscript.add(manuscript.text(_("No action is open."), BODY, marks.PASS))
    else:
        still.sort(key=lambda action: (action.due is None, action.due))
        rows = [manuscript.head(_("No."), _("What has to be done"), _("Owner"), _("Due"))]
        rows += [_open(manuscript, action, number) for number, action in enumerate(still, 1)]
        manuscript.add(Grid((0.06, 0.58, 0.20, 0.16), rows))
    if done:
        manuscript.group(_("Closed actions"), "actions-closed")
        rows = [manuscript.head(_("What was done"), _("Evidence"), _("Closed"))]
        for action in done:
            closed = "\n".join(filter(None, (moment(action.closed), action.closed_by)))
            rows.append(manuscript.row(action.what, _evidence(manuscript, action), manuscript.lines(closed, CELL)))
        manuscript.add(Grid((0.40, 0.38, 0.22), rows))


def _open(manuscript: Manuscript, action: Action, number: int) -> Row:
    texts = list(manuscript.lines(action.what, CELL))
    known = {entry.id: entry for entry in manuscript.inspection.entries}
    origin = []
    if action.entry in known:
        origin.append(Span(place_of(known[action.entry]), link=entry_key(action.entry)))
    if action.inspection and action.inspection != manuscript.inspection.id:
        origin.append(Span((" · " if origin else "") + _("open since an earlier inspection")))
    elif action.opened is not None:
        origin.append(Span((" · " if origin else "") + _("opened {time}").format(time=day(action.opened.date()))))
    if origin:
        texts.append(manuscript.text(origin, SMALL))
    late = action.due is not None and action.due < _today(manuscript, action)
    due = manuscript.text(day(action.due) or "–", replace(STRONG, colour=BAD) if late else CELL)
    cells = [due, manuscript.text(_("overdue"), replace(SMALL, colour=BAD))] if late else [due]
    return manuscript.row(f"{number}", texts, action.owner or "–", cells)


def _today(manuscript: Manuscript, action: Action) -> date:
    """The day of the report: one that is printed again says the same."""
    inspection = manuscript.inspection
    at = inspection.seal.at if inspection.seal is not None else inspection.begun
    return at.date() if at is not None else action.due or date.max


def _evidence(manuscript: Manuscript, action: Action) -> list[Text]:
    texts = list(manuscript.lines(action.evidence, CELL)) or [manuscript.text("–", CELL)]
    for attachment in action.attachments:
        number = manuscript.attach(attachment, action.what)
        spans = [Span(attachment.caption or attachment.name)]
        if number:
            spans.append(Span("  " + _("Photo {number}").format(number=number), link=f"photo-{number}"))
        texts.append(manuscript.text(spans, SMALL))
    return texts


def write_signatures(manuscript: Manuscript) -> None:
    """A block for each side."""
    manuscript.add(CondPageBreak(95 * mm))
    manuscript.chapter(_("Signatures"), "signatures")
    sentence = _(
        "Both sides confirm that the inspection took place as described and that results and recommendations were "
        "explained. The signature does not accept a failed item; what is open stands under Actions."
    )
    manuscript.add(manuscript.text(sentence, BODY))
    given = {signature.side: signature for signature in manuscript.inspection.signatures}
    manuscript.add(
        Blocks(
            manuscript,
            [
                (_("Service team"), manuscript.report.team, given.get("us", Signature("us"))),
                (_("Hospital, information department"), manuscript.inspection.site_name,
                 given.get("hospital", Signature("hospital"))),
            ],
        )
    )  # fmt: skip
    for signature in given.values():
        if signature.attachment is not None:
            manuscript.attach(signature.attachment, _("Signed copy"))


class Blocks(Drawn):
    """Boxes beside each other, with lines to sign on."""

    HEIGHT = 62 * mm

    def __init__(self, manuscript: Manuscript, sides: list[tuple[str, str, Signature]]) -> None:
        super().__init__()
        self.case, self.sides = manuscript.case, sides
        self.labels = (_("Name"), _("Position"), _("Date"), _("Signature and stamp"))
        self.state = {True: _("signed, copy {sha}"), False: _("signed")}
        for text in (*self.labels, *self.state.values()):
            self.case.need(REGULAR, text)
        for title, whose, signature in sides:
            self.case.need(BOLD, title)
            for text in (whose, signature.name, signature.role):
                self.case.need(REGULAR, text)

    def wrap(self, room: float, _height: float) -> tuple[float, float]:
        """One line of boxes."""
        self.room = room
        return room, self.HEIGHT

    def draw(self) -> None:
        """On the canvas."""
        gap = 12.0
        width = (self.room - gap) / 2
        for index, (title, whose, signature) in enumerate(self.sides):
            self._box(index * (width + gap), width, title, whose, signature)

    def _box(self, x: float, width: float, title: str, whose: str, signature: Signature) -> None:
        canvas = self.canv
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.8)
        canvas.roundRect(x, 0, width, self.HEIGHT, 3, stroke=1, fill=0)
        self._put(title, x + 8, self.HEIGHT - 16, 10, BOLD, width - 16)
        self._put(whose, x + 8, self.HEIGHT - 29, 8.5, REGULAR, width - 16)
        values = (signature.name, signature.role, day(signature.on))
        y = self.HEIGHT - 50
        left = x + 8 + max(self.case.width(REGULAR, self.case.shown(label), 8) for label in self.labels[:3]) + 8
        for label, value in zip(self.labels[:3], values, strict=True):
            self._put(label, x + 8, y, 8, REGULAR, left - x - 12)
            self._put(value, left, y, 9.5, REGULAR, x + width - 10 - left)
            canvas.line(left, y - 3.5, x + width - 8, y - 3.5)
            y -= 22
        self._put(self.labels[3], x + 8, y + 2, 8, REGULAR, width - 16)
        canvas.setDash(1.5, 2)
        canvas.line(x + 8, 12, x + width - 8, 12)
        canvas.setDash()
        if signature.state is SignatureState.SIGNED:
            sha = signature.attachment.sha256[:16] if signature.attachment is not None else ""
            said = self.state[bool(sha)].format(sha=sha)
            marks.draw(canvas, marks.PASS, x + 8, 22, 9)
            self._put(said, x + 22, 19, 8.5, REGULAR, width - 30)

    def _put(self, text: str, x: float, y: float, size: float, face: str, room: float) -> None:
        shown = self.case.shown(text)
        width = self.case.width(face, shown, size)
        self.canv.setFont(self.case.name(face), min(size, size * room / width) if width else size)
        self.canv.setFillColor(INK if size > 8 else LABEL.colour)
        self.canv.drawString(x, y, shown)
