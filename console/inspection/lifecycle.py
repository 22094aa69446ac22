"""How an inspection goes on, step by step: pure functions that refuse in one sentence what its stage does not allow.

planned -> announced -> permitted -> in progress -> under review -> sealed -> signed by us -> signed -> archived.
The seal itself is `console.inspection.sealing`; a change after it is a new revision with a reason (`revise`).
"""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from console.i18n import _
from console.inspection.refusals import (
    LONGEST_LINE,
    LONGEST_TEXT,
    check_draft,
    check_due,
    check_length,
    check_said,
    check_working,
    no_entry,
    one_line,
    refused,
)
from console.model.inspections import (
    Action,
    Attachment,
    Entry,
    Inspection,
    Notice,
    Permission,
    Recommendation,
    Signature,
    SignatureState,
    Stage,
)
from console.plain import clean

US, HOSPITAL = "us", "hospital"
"""Sides that sign, in this order."""
PREPARING = (Stage.PLANNED, Stage.NOTIFIED, Stage.PERMITTED)


def announce(inspection: Inspection, notice: Notice) -> Inspection:
    """Record that the hospital was told; a later notice replaces the earlier one."""
    check_draft(inspection)
    check_said(notice.channel, _("Say how the hospital was told: by telephone, letter, mail …"))
    check_said(notice.recipient, _("Say who was told."))
    permission = inspection.permission
    if permission is not None and not permission.override and permission.on < notice.on:
        sentence = _("The permission is of {permitted}; the notice cannot be later ({notice}).")
        raise refused(sentence.format(permitted=permission.on, notice=notice.on))
    stage = Stage.NOTIFIED if inspection.stage is Stage.PLANNED else inspection.stage
    return replace(inspection, notice=notice, stage=stage)


def permit(inspection: Inspection, permission: Permission) -> Inspection:
    """Record that the hospital agreed. It was told before, where the form asks for a notice."""
    check_draft(inspection)
    check_said(permission.who, _("Say who gave the permission."))
    notice = inspection.notice
    if inspection.form.quarterly and notice is None:
        raise refused(_("Record the notice first: the hospital agrees to what it was told. Without either, begin with "
                         "a reason, which is printed."))  # fmt: skip
    if notice is not None and permission.on < notice.on:
        sentence = _("The notice is of {notice}; the permission cannot be earlier ({permitted}).")
        raise refused(sentence.format(permitted=permission.on, notice=notice.on))
    stage = Stage.PERMITTED if inspection.stage in PREPARING else inspection.stage
    # A permission that arrives after all does not undo that it was begun without one.
    before = inspection.permission.override if inspection.permission is not None else ""
    return replace(inspection, permission=replace(permission, override=before), stage=stage)


def begin(inspection: Inspection, override: str = "", *, by: str, at: datetime) -> Inspection:
    """Begin the work. Without notice and permission only with a reason (`override`), which is printed."""
    check_draft(inspection)
    if inspection.stage not in PREPARING:
        sentence = _("{number} was begun already.")
        raise refused(sentence.format(number=clean(inspection.number)))
    reason = override.strip()
    check_length(reason, LONGEST_LINE)
    begun = replace(inspection, stage=Stage.IN_PROGRESS, begun=at, operator=clean(by).strip() or inspection.operator)
    if inspection.stage is Stage.PERMITTED or (not inspection.form.quarterly and not reason):
        if reason:
            raise refused(_("The hospital gave its permission: no reason is needed to begin."))
        return begun
    if not reason:
        missing = _("permission") if inspection.notice is not None else _("notice and permission")
        sentence = _("{missing} of the hospital is missing. Record it, or begin with a reason, which is printed.")
        raise refused(sentence.format(missing=missing))
    permission = inspection.permission or Permission(on=at.date(), who="")
    return replace(begun, permission=replace(permission, override=reason))


def set_answer(inspection: Inspection, entry: Entry) -> Inspection:
    """Put the answer of `entry` (see `console.inspection.entries.answered`) in its place."""
    check_working(inspection)
    check_length(entry.answer.note, LONGEST_TEXT)
    at = next((place for place, each in enumerate(inspection.entries) if each.id == entry.id), None)
    if at is None:
        raise no_entry(entry.id)
    if inspection.entries[at] == entry:
        return inspection
    return replace(inspection, entries=(*inspection.entries[:at], entry, *inspection.entries[at + 1 :]))


def stand_on(inspection: Inspection, entry_id: str) -> Inspection:
    """Remember where the operator stands; of a sealed inspection nothing is remembered."""
    if inspection.sealed or inspection.cursor == entry_id:
        return inspection
    return replace(inspection, cursor=entry_id)


def conclude(inspection: Inspection, text: str) -> Inspection:
    """The engineer's summary, printed first."""
    check_working(inspection)
    check_length(text, LONGEST_TEXT)
    return replace(inspection, conclusion=text.strip())


def recommend(inspection: Inspection, recommendations: Iterable[Recommendation]) -> Inspection:
    """The recommendations, in the order in which they are printed."""
    check_working(inspection)
    return replace(inspection, recommendations=tuple(recommendations))


def add_action(
    inspection: Inspection, entry_id: str, what: str, *, owner: str = "", due: date | None = None, at: datetime
) -> Inspection:
    """Open an action about an item, the last of `actions`."""
    check_working(inspection)
    if all(entry.id != entry_id for entry in inspection.entries):
        raise no_entry(entry_id)
    check_said(what, _("Say what has to be done."))
    check_due(due, at)
    action = Action(
        id=uuid.uuid4().hex,
        inspection=inspection.id,
        entry=entry_id,
        what=one_line(what),
        owner=one_line(owner),
        due=due,
        opened=at,
    )
    return replace(inspection, actions=(*inspection.actions, action))


def change_action(
    inspection: Inspection,
    action_id: str,
    *,
    what: str | None = None,
    owner: str | None = None,
    due: date | None = None,
    at: datetime,
) -> Inspection:
    """Change an action that is still open; None leaves a field as it is."""
    check_working(inspection)
    action = _action(inspection, action_id)
    if what is not None:
        check_said(what, _("Say what has to be done."))
    check_due(due, at)
    changed = replace(
        action,
        what=action.what if what is None else one_line(what),
        owner=action.owner if owner is None else one_line(owner),
        due=action.due if due is None else due,
    )
    return _with_action(inspection, changed)


def drop_action(inspection: Inspection, action_id: str) -> Inspection:
    """Take back an action that was opened here, as when its item turns out to pass."""
    check_working(inspection)
    action = _action(inspection, action_id)
    if action.inspection != inspection.id:
        raise refused(_("This action was opened by an earlier inspection: it is closed with evidence, not dropped."))
    return replace(inspection, actions=tuple(each for each in inspection.actions if each.id != action.id))


def close_action(
    inspection: Inspection,
    action_id: str,
    evidence: str,
    *,
    by: str,
    at: datetime,
    attachments: tuple[Attachment, ...] = (),
) -> Inspection:
    """Close an action of a draft with what proves that it is done."""
    check_working(inspection)
    action = _action(inspection, action_id)
    check_said(evidence, _("Say what proves that it is done: an action is closed with evidence."))
    closed = replace(
        action,
        closed=at,
        closed_by=one_line(by),
        evidence=one_line(evidence),
        attachments=(*action.attachments, *attachments),
    )
    return _with_action(inspection, closed)


def review(inspection: Inspection) -> Inspection:
    """The work on site is done; it is looked through before the seal."""
    check_working(inspection)
    if inspection.stage is Stage.REVIEW:
        return inspection
    return replace(inspection, stage=Stage.REVIEW)


def reopen(inspection: Inspection) -> Inspection:
    """Back from the review to the work."""
    check_draft(inspection)
    if inspection.stage is not Stage.REVIEW:
        raise refused(_("{number} is not under review.").format(number=clean(inspection.number)))
    return replace(inspection, stage=Stage.IN_PROGRESS)


def sign(inspection: Inspection, signature: Signature) -> Inspection:
    """Record one side's signature (see `console.inspection.signing`); ours comes first.

    The signed copy may be attached later, by the same signature with its attachment.
    """
    if inspection.seal is None:
        raise refused(_("A draft cannot be signed. Seal the inspection first."))
    if signature.side not in (US, HOSPITAL) or signature.state is not SignatureState.SIGNED:
        raise refused(_("Only we and the hospital sign the report."))
    known = {each.side: each for each in inspection.signatures if each.state is SignatureState.SIGNED}
    before = known.get(signature.side)
    if before is not None:
        if before.attachment is None and before == replace(signature, attachment=None):
            return _signed(inspection, {**known, signature.side: signature})
        sentence = _("{number} was signed by {name} on {day} already. A signature is not replaced; begin a revision.")
        said = sentence.format(number=clean(inspection.number), name=clean(before.name), day=before.on)
        raise refused(said)
    if signature.side == HOSPITAL and US not in known:
        raise refused(_("We sign first, then the hospital."))
    return _signed(inspection, {**known, signature.side: signature})


def archive(inspection: Inspection) -> Inspection:
    """Put away what both sides have signed."""
    if inspection.stage is Stage.ARCHIVED:
        return inspection
    if inspection.stage is not Stage.SIGNED:
        sentence = _("{number} is archived once both sides have signed it.")
        raise refused(sentence.format(number=clean(inspection.number)))
    return replace(inspection, stage=Stage.ARCHIVED)


def revise(inspection: Inspection, reason: str, *, by: str, at: datetime) -> Inspection:
    """A new revision of a sealed inspection: a draft with everything that it holds, without seal and signatures."""
    if not inspection.sealed:
        sentence = _("{number} is not sealed: correct it as it is.")
        raise refused(sentence.format(number=clean(inspection.number)))
    check_said(reason, _("Say why it is revised: the reason is printed."))
    return replace(
        inspection,
        id=uuid.uuid4().hex,
        stage=Stage.IN_PROGRESS,
        revision=inspection.revision + 1,
        amends=inspection.id,
        reason=one_line(reason),
        created=at,
        operator=clean(by).strip() or inspection.operator,
        signatures=(),
        seal=None,
        cursor="",
    )


def _signed(inspection: Inspection, known: dict[str, Signature]) -> Inspection:
    signatures = tuple(known[side] for side in (US, HOSPITAL) if side in known)
    stage = inspection.stage
    if stage is not Stage.ARCHIVED:
        stage = Stage.SIGNED if len(signatures) == 2 else Stage.SIGNED_BY_US
    return replace(inspection, signatures=signatures, stage=stage)


def _with_action(inspection: Inspection, action: Action) -> Inspection:
    return replace(inspection, actions=tuple(action if each.id == action.id else each for each in inspection.actions))


def _action(inspection: Inspection, action_id: str) -> Action:
    action = next((each for each in inspection.actions if each.id == action_id), None)
    if action is None:
        sentence = _("{number} has no action {id}.")
        raise refused(sentence.format(number=clean(inspection.number), id=clean(action_id)[:40] or "-"))
    if action.closed is not None:
        raise refused(_("This action is closed; what was done stands in its evidence."))
    return action
