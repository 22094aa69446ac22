"""The verbs that answer items: set, note, confirm, attach, fill, action."""

import json
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from console.errors import UsageError
from console.i18n import _
from console.inspect_place import Place, entry_of, show_inspection, writing
from console.inspection import lifecycle
from console.inspection.entries import answered
from console.inspection.prefill import prefill
from console.inspection.texts import verdict_text
from console.inspectiondesk import findings_of, keep_file
from console.model.clock import local_now
from console.model.forms import FormItem, ItemKind
from console.model.inspections import Entry, Inspection, Verdict
from console.plain import clean

_VERDICTS = {"pass": Verdict.PASS, "fail": Verdict.FAIL, "na": Verdict.NA, "": Verdict.NONE}
_JUDGED = (ItemKind.VERDICT, ItemKind.MEASURED)


def put(options: Namespace, home: Path) -> int:
    """`inspect set ID ITEM VALUE`: answer an item, with its note at once where one has to stand beside."""
    return _change(options, home, lambda entry: _changes(entry.item, options))


def note(options: Namespace, home: Path) -> int:
    """`inspect note ID ITEM TEXT`."""
    return _change(options, home, lambda entry: {"note": options.text})


def confirm(options: Namespace, home: Path) -> int:
    """`inspect confirm ID ITEM`: what was carried over is still so."""
    return _change(options, home, _confirmed)


def attach(options: Namespace, home: Path) -> int:
    """`inspect attach ID ITEM FILE`: the file is copied into the home folder and named by its SHA-256."""
    with writing(options, home) as place:
        inspection_id = place.records.find(options.id)
        entry = entry_of(place.records.open(inspection_id), options.item)
        kept = keep_file(place.records, inspection_id, Path(options.file), options.caption)
        files = (*(each for each in entry.answer.attachments if each.sha256 != kept.sha256), kept)
        changed = _answer(place, inspection_id, entry.id, {"attachments": files})
        said = _("{item}: {name} is attached (SHA-256 {digest}).")
        return show_inspection(
            options, place.records, changed, said.format(item=clean(entry.id), name=kept.name, digest=kept.sha256)
        )


def fill(options: Namespace, home: Path) -> int:
    """`inspect fill ID`: what a check run found, with its evidence; what a person entered stays."""
    with writing(options, home) as place:
        inspection_id = place.records.find(options.id)
        site_name = place.records.open(inspection_id).site_name
        findings, run = findings_of(home, options.from_check, site_name)
        before = place.records.open(inspection_id)
        changed = place.records.change(inspection_id, lambda draft: prefill(draft, findings, run))
        count = sum(one != other for one, other in zip(before.entries, changed.entries, strict=True))
        said = _("Check run {run} filled in {count} items of {number}.")
        return show_inspection(
            options, place.records, changed, said.format(run=run, count=count, number=clean(changed.number))
        )


def action(options: Namespace, home: Path) -> int:
    """`inspect action ID ITEM`: what has to be done about an item that failed, by whom and until when."""
    with writing(options, home) as place:
        inspection_id = place.records.find(options.id)
        entry = entry_of(place.records.open(inspection_id), options.item)
        changed = place.records.change(
            inspection_id,
            lambda draft: lifecycle.add_action(
                draft, entry.id, options.text, owner=options.owner, due=options.due, at=local_now()
            ),
        )
        said = _("Action {id} was opened.").format(id=changed.actions[-1].id)
        return show_inspection(options, place.records, changed, said)


def _changes(item: FormItem, options: Namespace) -> dict[str, Any]:
    """What the value means for the kind of item. Raises UsageError."""
    changes: dict[str, Any] = {} if options.note is None else {"note": options.note}
    word = options.value.strip().lower()
    if item.kind in _JUDGED or word == "na":
        if word not in _VERDICTS:
            sentence = _("{value} is no verdict; it is pass, fail or na.")
            raise UsageError(_("Not understood"), sentence.format(value=clean(options.value)))
        return {**changes, "verdict": _VERDICTS[word]}
    if item.kind is ItemKind.TABLE:
        return {**changes, "rows": _rows(item, options.value)}
    if item.kind is ItemKind.FILE:
        sentence = _("A file is attached: cathlab inspect attach {id} {item} FILE.")
        raise UsageError(_("Not understood"), sentence.format(id=options.id, item=options.item))
    return {**changes, "entered": options.value}


def _rows(item: FormItem, value: str) -> tuple[dict[str, str], ...]:
    """A JSON list of objects as rows; the keys are the columns' ids. Raises UsageError."""
    columns = [column.id for column in item.columns]
    try:
        rows = json.loads(value or "[]")
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and set(row) <= set(columns) for row in rows):
        example = json.dumps([dict.fromkeys(columns, "")], ensure_ascii=False)
        sentence = _("A table is a JSON list of rows such as {example}.")
        raise UsageError(_("Not understood"), sentence.format(example=example))
    return tuple({key: str(cell) for key, cell in row.items()} for row in rows)


def _confirmed(entry: Entry) -> dict[str, Any]:
    if not entry.answer.carried:
        sentence = _("{item} was not carried over: there is nothing to confirm.")
        raise UsageError(_("Nothing to confirm"), sentence.format(item=clean(entry.id)))
    return {"carried": False}


def _change(options: Namespace, home: Path, how: Callable[[Entry], dict[str, Any]]) -> int:
    with writing(options, home) as place:
        inspection_id = place.records.find(options.id)
        entry = entry_of(place.records.open(inspection_id), options.item)
        return _say(options, place, entry.id, _answer(place, inspection_id, entry.id, how(entry)))


def _answer(place: Place, inspection_id: str, entry_id: str, changes: dict[str, Any]) -> Inspection:
    """Answer one entry as it stands in the record now."""

    def how(draft: Inspection) -> Inspection:
        return lifecycle.set_answer(
            draft, answered(draft.entry(entry_id), **changes, by=place.operator, at=local_now())
        )

    return place.records.change(inspection_id, how)


def _say(options: Namespace, place: Place, entry_id: str, changed: Inspection) -> int:
    entry = changed.entry(entry_id)
    said = _("{item}: {value} {verdict}").format(
        item=clean(entry_id), value=clean(entry.answer.entered) or "-", verdict=verdict_text(entry)
    )
    return show_inspection(options, place.records, changed, said)
