"""What an operator can do with one inspection, as pure steps, and how far it has come: for screens and verbs.

Each step is a function of the record as it stands on the disk, so that two answers given one after the other never
take each other back. Whoever keeps the record (`console.inspectiondesk`) applies it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from console.i18n import N_
from console.inspection import lifecycle, recommending, signing
from console.inspection.course import CoursePart, Progress, course
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
    Urgency,
)

Step = Callable[[Inspection], Inspection]
"""Raises UsageError for what the inspection's stage does not allow; nothing is changed then."""

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


def entry_of_gap(inspection: Inspection, gap: Gap) -> Entry | None:
    """The entry to jump to; None for what belongs to the course."""
    return next((entry for entry in inspection.entries if entry.id == gap.entry), None)
