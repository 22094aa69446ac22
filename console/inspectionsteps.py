"""What an operator can do with one inspection, as pure steps, and how far it has come: for screens and verbs.

Each step is a function of the record as it stands on the disk, so that two answers given one after the other never
take each other back. Whoever keeps the record (`console.inspectiondesk`) applies it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any, Literal
from uuid import uuid4

from console.i18n import N_, _
from console.inspection import lifecycle, recommending, signing
from console.inspection.entries import JUDGED, answered
from console.inspection.gaps import CONCLUSION, NOTICE, PERMISSION, gaps, gaps_by_section, needs_note
from console.inspection.past import trend
from console.inspection.texts import STAGES, verdict_text
from console.model.forms import ItemKind
from console.model.inspections import (
    Attachment,
    Entry,
    Gap,
    Inspection,
    Notice,
    Permission,
    Recommendation,
    Stage,
    Urgency,
)

Step = Callable[[Inspection], Inspection]
"""Raises UsageError for what the inspection's stage does not allow; nothing is changed then."""
Progress = Literal["done", "open", "later"]
"""Of a part of the course: done, to be done now, not its turn yet."""

TYPED = (ItemKind.NUMBER, ItemKind.TEXT, ItemKind.DATE, ItemKind.SIGNATURE)
"""Kinds whose answer is written into a field."""

URGENCIES: Mapping[Urgency, str] = {
    Urgency.NOW: N_("now"),
    Urgency.SOON: N_("before the next inspection"),
    Urgency.LATER: N_("later"),
}
"""When a recommendation should be followed, as people read it."""

__all__ = [
    "CONCLUSION", "JUDGED", "NOTICE", "PERMISSION", "STAGES", "TYPED", "URGENCIES", "CoursePart", "Progress", "Step",
    "add_action", "announce", "answer", "archive", "attach", "begin", "change_action", "close_own_action", "conclude",
    "confirm", "course", "detach", "draft_recommendations", "drop_action", "entry_of_gap", "gaps", "gaps_by_section",
    "move_recommendation", "needs_note", "permit", "put_recommendation", "remove_recommendation", "reopen", "review",
    "sign", "stand_on", "trend", "verdict_text",
]  # fmt: skip


# Answers


def answer(entry_id: str, *, by: str, at: datetime, **changes: Any) -> Step:
    """Answer one entry; fields of Answer by name, what was typed in `entered`."""

    def step(draft: Inspection) -> Inspection:
        return lifecycle.set_answer(draft, answered(draft.entry(entry_id), **changes, by=by, at=at))

    return step


def confirm(entries: Sequence[str], *, by: str, at: datetime) -> Step:
    """What was carried over is still so; entries that hold nothing carried stay as they are."""

    def step(draft: Inspection) -> Inspection:
        for entry_id in entries:
            entry = draft.entry(entry_id)
            if entry.answer.carried:
                draft = lifecycle.set_answer(draft, answered(entry, carried=False, by=by, at=at))
        return draft

    return step


def attach(entry_id: str, file: Attachment, *, by: str, at: datetime) -> Step:
    """Put a file beside an answer, once."""

    def step(draft: Inspection) -> Inspection:
        entry = draft.entry(entry_id)
        files = (*(each for each in entry.answer.attachments if each.sha256 != file.sha256), file)
        return lifecycle.set_answer(draft, answered(entry, attachments=files, by=by, at=at))

    return step


def detach(entry_id: str, sha256: str, *, by: str, at: datetime) -> Step:
    """Take a file from an answer; the file itself stays in the home folder."""

    def step(draft: Inspection) -> Inspection:
        entry = draft.entry(entry_id)
        files = tuple(each for each in entry.answer.attachments if each.sha256 != sha256)
        return lifecycle.set_answer(draft, answered(entry, attachments=files, by=by, at=at))

    return step


def stand_on(entry_id: str) -> Step:
    """Remember where the operator stands."""
    return lambda draft: lifecycle.stand_on(draft, entry_id)


# Its course


def announce(on: date, channel: str, recipient: str, window: str, scope: str, by: str) -> Step:
    """The hospital was told."""
    return lambda draft: lifecycle.announce(draft, Notice(on, channel, recipient, window, scope, by))


def permit(on: date, who: str, how: str, conditions: str, proof: Attachment | None) -> Step:
    """The hospital agreed."""
    return lambda draft: lifecycle.permit(draft, Permission(on, who, how, conditions, "", proof))


def begin(override: str, *, by: str, at: datetime) -> Step:
    """Begin the work; without notice and permission only with a reason."""
    return lambda draft: lifecycle.begin(draft, override, by=by, at=at)


def conclude(text: str) -> Step:
    """The engineer's summary, printed first."""
    return lambda draft: lifecycle.conclude(draft, text)


def review(draft: Inspection) -> Inspection:
    """The work on site is done."""
    return lifecycle.review(draft)


def reopen(draft: Inspection) -> Inspection:
    """Back from the review to the work."""
    return lifecycle.reopen(draft)


def sign(side: str, name: str, role: str, on: date, copy: Attachment | None) -> Step:
    """One side has signed the printed report."""
    request = signing.SignRequest(side, name, role, on, copy)
    return lambda sealed: lifecycle.sign(sealed, signing.SIGNERS[0].sign(sealed, request))


def archive(sealed: Inspection) -> Inspection:
    """Put away what both sides have signed."""
    return lifecycle.archive(sealed)


# Actions and recommendations


def add_action(entry_id: str, what: str, owner: str, due: date | None, at: datetime) -> Step:
    """Open an action about an item."""
    return lambda draft: lifecycle.add_action(draft, entry_id, what, owner=owner, due=due, at=at)


def change_action(action_id: str, what: str, owner: str, due: date | None, at: datetime) -> Step:
    """Change an action of a draft."""
    return lambda draft: lifecycle.change_action(draft, action_id, what=what, owner=owner, due=due, at=at)


def drop_action(action_id: str) -> Step:
    """Take back an action that was opened here."""
    return lambda draft: lifecycle.drop_action(draft, action_id)


def close_own_action(action_id: str, evidence: str, *, by: str, at: datetime) -> Step:
    """Close an action of a draft with what proves that it is done."""
    return lambda draft: lifecycle.close_action(draft, action_id, evidence, by=by, at=at)


def draft_recommendations(draft: Inspection) -> Inspection:
    """Recommendations from what failed; those that a person changed stay."""
    return lifecycle.recommend(draft, recommending.drafted(draft))


def move_recommendation(recommendation_id: str, places: int) -> Step:
    """One up (-1) or down (1)."""
    return lambda draft: lifecycle.recommend(
        draft, recommending.moved(draft.recommendations, recommendation_id, places)
    )


def put_recommendation(changed: Recommendation) -> Step:
    """A recommendation as a person wrote it; one without an id is new."""
    made = changed if changed.id else replace(changed, id=uuid4().hex)
    return lambda draft: lifecycle.recommend(draft, recommending.edited(draft.recommendations, made))


def remove_recommendation(recommendation_id: str) -> Step:
    """Leave one out."""
    return lambda draft: lifecycle.recommend(draft, recommending.removed(draft.recommendations, recommendation_id))


# How far it has come


@dataclass(frozen=True)
class CoursePart:
    """One part of an inspection's course, from the notice to the archive."""

    id: str
    name: str
    """Translated."""
    progress: Progress
    said: str = ""
    """What stands there, in a few words, translated."""


def course(inspection: Inspection, missing: Sequence[Gap]) -> tuple[CoursePart, ...]:
    """The parts of an inspection's course in their order; `missing` are its gaps."""
    return tuple(part(inspection, missing) for part in _PARTS if _applies(part, inspection))


def _applies(part: "_Part", inspection: Inspection) -> bool:
    return inspection.form.quarterly or part not in (_notice, _permission)


_Part = Callable[[Inspection, Sequence[Gap]], CoursePart]


def _notice(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    notice = inspection.notice
    if notice is None:
        return CoursePart("notice", _("Notice to the hospital"), "later" if _begun(inspection) else "open")
    said = _("{day}, {who}, {how}").format(day=notice.on, who=notice.recipient, how=notice.channel)
    return CoursePart("notice", _("Notice to the hospital"), "done", said)


def _permission(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    permission, name = inspection.permission, _("Permission of the hospital")
    if permission is None:
        return CoursePart("permission", name, "open" if inspection.notice is not None else "later")
    said = _("{day}, {who}").format(day=permission.on, who=permission.who) if permission.who else ""
    if permission.override:
        without = _("begun without: {reason}").format(reason=permission.override)
        said = "; ".join(filter(None, (said, without)))
    return CoursePart("permission", name, "done" if permission.who else "open", said)


def _begin(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    name = _("Begin the inspection")
    if _begun(inspection):
        said = f"{inspection.begun:%Y-%m-%d %H:%M}" if inspection.begun is not None else ""
        return CoursePart("begin", name, "done", said)
    return CoursePart("begin", name, "open")


def _fill(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    runs = sorted({entry.answer.run for entry in inspection.entries if entry.answer.run})
    said = _("check run {run}").format(run=", ".join(str(run) for run in runs)) if runs else ""
    return CoursePart("fill", _("Fill in from the checks"), "done" if runs else _turn(inspection), said)


def _items(inspection: Inspection, missing: Sequence[Gap]) -> CoursePart:
    left = sum(bool(gap.entry) and "/" in gap.entry for gap in missing)
    name = _("Items of the form")
    if not left:
        return CoursePart("items", name, "done", _("nothing is missing"))
    return CoursePart("items", name, _turn(inspection), _("{count} missing").format(count=left))


def _actions(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    still = sum(action.closed is None for action in inspection.actions)
    said = _("{count} open").format(count=still) if inspection.actions else ""
    return CoursePart("actions", _("Actions"), "done" if not still and inspection.actions else "later", said)


def _recommendations(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    count = len(inspection.recommendations)
    said = str(count) if count else ""
    return CoursePart("recommendations", _("Recommendations"), "done" if count else "later", said)


def _conclusion(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    text = inspection.conclusion.strip()
    state: Progress = "done" if text else _turn(inspection) if inspection.form.quarterly else "later"
    return CoursePart("conclusion", _("Conclusion"), state, text.partition("\n")[0])


def _pages(_inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    return CoursePart("pages", _("Look at the pages"), "later")


def _review(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    done = inspection.sealed or inspection.stage is Stage.REVIEW
    return CoursePart("review", _("Look it through (review)"), "done" if done else _turn(inspection))


def _seal(inspection: Inspection, missing: Sequence[Gap]) -> CoursePart:
    seal, name = inspection.seal, _("Seal")
    if seal is not None:
        return CoursePart("seal", name, "done", f"{seal.at:%Y-%m-%d %H:%M}  {seal.by}  {seal.sha256[:16]}")
    if missing:
        return CoursePart("seal", name, "later", _("{count} missing").format(count=len(missing)))
    return CoursePart("seal", name, "open" if inspection.stage is Stage.REVIEW else "later")


def _signature(side: str, name: str, inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    found = next((each for each in inspection.signatures if each.side == side), None)
    if found is None:
        ready = inspection.sealed and (side == "us" or bool(inspection.signatures))
        return CoursePart(f"sign-{side}", _(name), "open" if ready else "later")
    copy = _("signed copy attached") if found.attachment is not None else _("no signed copy yet")
    said = ", ".join(filter(None, (str(found.on or ""), found.name, found.role, copy)))
    return CoursePart(f"sign-{side}", _(name), "done", said)


def _archived(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    done = inspection.stage is Stage.ARCHIVED
    state: Progress = "done" if done else "open" if inspection.stage is Stage.SIGNED else "later"
    return CoursePart("archive", _("Archive"), state)


_PARTS: tuple[_Part, ...] = (
    _notice, _permission, _begin, _fill, _items, _actions, _recommendations, _conclusion, _pages, _review, _seal,
    partial(_signature, "us", N_("Our signature")), partial(_signature, "hospital", N_("The hospital's signature")),
    _archived,
)  # fmt: skip


def _begun(inspection: Inspection) -> bool:
    return inspection.stage not in lifecycle.PREPARING


def _turn(inspection: Inspection) -> Progress:
    """Of what has to be done while the work goes on."""
    return "open" if _begun(inspection) and not inspection.sealed else "later"


def entry_of_gap(inspection: Inspection, gap: Gap) -> Entry | None:
    """The entry to jump to; None for what belongs to the course."""
    return next((entry for entry in inspection.entries if entry.id == gap.entry), None)
