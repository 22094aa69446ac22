"""Inspections as JSON values and back: for their files, for archives and for the bytes that a seal covers.

An entry names its section and item by their ids, since the form stands beside it, whole. Reading raises KeyError,
ValueError, TypeError or AttributeError for values that are something else.
"""

from collections.abc import Mapping
from typing import Any

from console.inspection.codec import codec, fields_of, read_fields, write_fields
from console.model.forms import Form, FormItem, FormSection
from console.model.inspections import Action, Answer, Entry, Inspection

_HEAD = ("form", "entries")
_ACTION = codec(Action)
_ANSWER = codec(Answer)
_FORM = codec(Form)


def inspection_to_json(inspection: Inspection) -> dict[str, Any]:
    """A whole inspection as plain values, its form and its findings included."""
    return {
        **head_to_json(inspection),
        "form": form_to_json(inspection.form),
        "entries": [entry_to_json(entry) for entry in inspection.entries],
    }


def inspection_from_json(data: Mapping[str, Any]) -> Inspection:
    """What `inspection_to_json` made."""
    form = form_from_json(data["form"])
    items = items_of(form)
    return head_from_json(data, form, tuple(entry_from_json(entry, items) for entry in data["entries"]))


def head_to_json(inspection: Inspection) -> dict[str, Any]:
    """Everything but form and entries."""
    return write_fields(inspection, fields_of(Inspection, _HEAD))


def head_from_json(data: Mapping[str, Any], form: Form, entries: tuple[Entry, ...]) -> Inspection:
    """An inspection of what `head_to_json` made, and the rest."""
    return Inspection(**read_fields(data, fields_of(Inspection, _HEAD)), form=form, entries=entries)


def entry_to_json(entry: Entry) -> dict[str, Any]:
    """An entry as plain values; what stands in the form is named only."""
    written: dict[str, Any] = {"id": entry.id, "section": entry.section.id, "item": entry.item.id}
    if entry.target:
        written["target"] = entry.target
    if entry.target_name:
        written["target_name"] = entry.target_name
    answer = _ANSWER.write(entry.answer)
    if answer:
        written["answer"] = answer
    return written


def entry_from_json(data: Mapping[str, Any], items: Mapping[tuple[str, str], tuple[FormSection, FormItem]]) -> Entry:
    """What `entry_to_json` made, in the form whose `items_of` is given. KeyError for an item that it does not have."""
    section, item = items[str(data["section"]), str(data["item"])]
    texts = [data["id"], data.get("target", ""), data.get("target_name", "")]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("entry")
    return Entry(texts[0], section, item, texts[1], texts[2], _ANSWER.read(data.get("answer", {})))


def items_of(form: Form) -> dict[tuple[str, str], tuple[FormSection, FormItem]]:
    """By ids of section and item: what an entry can stand for."""
    return {(section.id, item.id): (section, item) for section in form.sections for item in section.items}


def action_to_json(action: Action) -> dict[str, Any]:
    """An action as plain values."""
    written: dict[str, Any] = _ACTION.write(action)
    return written


def action_from_json(data: Mapping[str, Any]) -> Action:
    """What `action_to_json` made."""
    action: Action = _ACTION.read(dict(data))
    return action


def form_to_json(form: Form) -> dict[str, Any]:
    """A form as plain values, for a record; `console.inspection.templates` knows its canonical form."""
    written: dict[str, Any] = _FORM.write(form)
    return written


def form_from_json(data: Mapping[str, Any]) -> Form:
    """What `form_to_json` made."""
    form: Form = _FORM.read(data)
    return form
