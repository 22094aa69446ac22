"""Inspections as JSON for programs (DESIGN, command line)."""

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from console.model.forms import ItemKind
from console.model.inspections import (
    Action,
    Attachment,
    Entry,
    Gap,
    Inspection,
    InspectionLine,
    Past,
    Recommendation,
    Signature,
)


def document(inspection: Inspection, gaps: Sequence[Gap], actions: Iterable[Action] | None = None) -> dict[str, Any]:
    """One inspection for scripts. Texts of people as they stand, sentences in the language in use.

    `actions` are those of the inspection as they stand now; without it, as the record has them.
    """
    return {
        "id": inspection.id,
        "number": inspection.number,
        "form": inspection.form.id,
        "version": inspection.form.version,
        "title": str(inspection.form.title),
        "site": inspection.site_name,
        "contract": inspection.contract,
        "quarter": inspection.quarter,
        "planned": inspection.planned.isoformat(),
        "state": inspection.stage.value,
        "revision": inspection.revision,
        "amends": inspection.amends,
        "reason": inspection.reason,
        "operator": inspection.operator,
        "created": _time(inspection.created),
        "begun": _time(inspection.begun),
        "notice": _plain(inspection.notice),
        "permission": _plain(inspection.permission),
        "items": [_item(entry, inspection.past.get(entry.id, ())) for entry in inspection.entries],
        "gaps": [{"item": gap.entry, "what": str(gap.what)} for gap in gaps],
        "actions": [action_document(each) for each in (inspection.actions if actions is None else actions)],
        "recommendations": [_recommendation(each) for each in inspection.recommendations],
        "signatures": [_signature(each) for each in inspection.signatures],
        "conclusion": inspection.conclusion,
        "seal": _plain(inspection.seal),
    }


def line_document(line: InspectionLine) -> dict[str, Any]:
    """One inspection of a list, for scripts."""
    return {
        "id": line.id,
        "number": line.number,
        "form": line.form,
        "title": line.title,
        "site": line.site_name,
        "quarter": line.quarter,
        "planned": line.planned.isoformat(),
        "state": line.stage.value,
        "revision": line.revision,
        "passed": line.passed,
        "failed": line.failed,
        "gaps": line.gaps,
        "damaged": line.damaged,
    }


def action_document(action: Action) -> dict[str, Any]:
    """One action, for scripts."""
    return {
        "id": action.id,
        "inspection": action.inspection,
        "item": action.entry,
        "what": action.what,
        "owner": action.owner,
        "due": action.due.isoformat() if action.due is not None else None,
        "opened": _time(action.opened),
        "closed": _time(action.closed),
        "closed_by": action.closed_by,
        "evidence": action.evidence,
        "attachments": [_attachment(each) for each in action.attachments],
    }


def _item(entry: Entry, past: Sequence[Past]) -> dict[str, Any]:
    answer = entry.answer
    return {
        "id": entry.id,
        "section": entry.section.id,
        "item": entry.item.id,
        "kind": entry.item.kind.value,
        "title": str(entry.item.title),
        "clause": list(entry.item.clause),
        "target": entry.target,
        "value": _value(entry),
        "entered": answer.entered,
        "unit": entry.item.unit,
        "verdict": answer.verdict.value,
        "note": answer.note,
        "previous": _previous(past[-1]) if past else None,
        "history": [_previous(each) for each in past],
        "required": entry.item.required,
        "carried": answer.carried,
        "by": answer.by,
        "at": _time(answer.at),
        "run": answer.run,
        "findings": [
            {
                "check": each.check,
                "target": each.target,
                "item": each.item,
                "status": each.status.value,
                "summary": str(each.summary),
            }
            for each in answer.findings
        ],
        "attachments": [_attachment(each) for each in answer.attachments],
    }


def _value(entry: Entry) -> object:
    """A number where the item is one, rows where it is a table, else the text; null for nothing."""
    answer = entry.answer
    if entry.item.kind is ItemKind.TABLE:
        return [dict(row) for row in answer.rows] or None
    if answer.number is not None:
        return _finite(answer.number)
    return answer.entered or None


def _previous(past: Past) -> dict[str, Any]:
    value = _finite(past.number) if past.number is not None else past.entered or None
    return {"quarter": past.quarter, "value": value, "entered": past.entered, "verdict": past.verdict.value}


def _attachment(attachment: Attachment) -> dict[str, Any]:
    return {
        "sha256": attachment.sha256,
        "name": attachment.name,
        "size": attachment.size,
        "media": attachment.media,
        "caption": attachment.caption,
    }


def _recommendation(each: Recommendation) -> dict[str, Any]:
    return {
        "id": each.id,
        "group": each.group,
        "what": each.what,
        "remedy": each.remedy,
        "urgency": each.urgency.value,
        "items": list(each.entries),
        "edited": each.edited,
    }


def _signature(signature: Signature) -> dict[str, Any]:
    return {
        "side": signature.side,
        "name": signature.name,
        "role": signature.role,
        "on": signature.on.isoformat() if signature.on is not None else None,
        "signer": signature.signer,
        "state": signature.state.value,
        "copy": _attachment(signature.attachment) if signature.attachment is not None else None,
    }


def _plain(noun: object) -> dict[str, Any] | None:
    """A small noun as plain values; null where there is none."""
    if noun is None:
        return None
    values: dict[str, Any] = {}
    for key, value in vars(noun).items():
        if isinstance(value, date):  # a datetime is one
            values[key] = value.isoformat()
        else:
            values[key] = _attachment(value) if isinstance(value, Attachment) else value
    return values


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
