"""What a seal covers: the canonical bytes of an inspection, their SHA-256, and naming what was changed.

    {"seal": {"previous": …, "at": …, "by": …, "audit_lines": …, "audit_head": …}, "entries": […], "form": {…}, …}

as JSON with sorted keys and without blanks, in UTF-8; its SHA-256 is the seal. Texts are in Unicode's composed form
(NFC), which some systems change on the way; a number is written as the shortest text that reads as the same number.
Left out are what comes after the seal (signatures, the stage) and where the operator stood (`cursor`).

The seal covers its own moment, name and predecessor, so nobody moves a sealed record to another day or place in the
chain. A seal is no signature: whoever can write every file of a home can make a new history. The seal printed on paper,
and the head of the audit log beside it, are what proves that wrong.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import fields
from hashlib import sha256
from typing import Any
from unicodedata import is_normalized, normalize

from console.i18n import N_
from console.inspection.record_json import entry_to_json, form_to_json, head_to_json
from console.model.inspections import Answer, Entry, Inspection
from console.model.sentence import NOTHING, Sentence

AFTERWARDS = ("signatures", "stage", "cursor")
"""Fields of an inspection that may change after the seal."""

_HEX = 12
_SHOWN = 60
_ANSWER = fields(Answer)

PARTS: Mapping[str, str] = {
    "number": N_("the report's number"),
    "site_name": N_("the site's name"),
    "contract": N_("the contract's number"),
    "quarter": N_("the quarter"),
    "planned": N_("the planned day"),
    "revision": N_("the revision"),
    "amends": N_("which report it revises"),
    "reason": N_("why it was revised"),
    "created": N_("when it was created"),
    "begun": N_("when it was begun"),
    "operator": N_("the operator"),
    "notice": N_("the notice"),
    "permission": N_("the permission"),
    "recommendations": N_("the recommendations"),
    "actions": N_("the actions"),
    "conclusion": N_("the conclusion"),
    "form": N_("the form"),
    "past": N_("the earlier values"),
    "seal": N_("the seal itself"),
    "order": N_("which items there are, or their order"),
    "id": N_("the record's id"),
}
"""Parts of an inspection, as people read them."""

FIELDS: Mapping[str, str] = {
    "entered": N_("the value"),
    "number": N_("the number"),
    "verdict": N_("the verdict"),
    "note": N_("the note"),
    "rows": N_("the table"),
    "attachments": N_("the attachments"),
    "findings": N_("the findings of the checks"),
    "run": N_("the check run"),
    "carried": N_("whether it was carried over"),
    "by": N_("who answered"),
    "at": N_("when it was answered"),
    "place": N_("what it stands for"),
}
"""Parts of an answer, as people read them."""


def canonical(inspection: Inspection) -> bytes:
    """The bytes whose SHA-256 is the seal; of a draft those without a seal's part."""
    return _bytes(_content(inspection))


def digest_of(inspection: Inspection) -> str:
    """SHA-256 of the canonical bytes, as 64 hexadecimal digits."""
    return sha256(canonical(inspection)).hexdigest()


def fingerprints(inspection: Inspection) -> dict[str, str]:
    """Short digests of every part that holds something, to name a change by; kept beside the seal.

    Keys are names of PARTS, and "ID#FIELD" for the fields of an entry's answer.
    """
    content = _content(inspection)
    entries = content.pop("entries")
    found = {name: _short(value) for name, value in content.items()}
    found["order"] = _short([entry["id"] for entry in entries])
    for entry in entries:
        answer = entry.get("answer", {})
        place = {name: value for name, value in entry.items() if name != "answer"}
        found[f"{entry['id']}#place"] = _short(place)
        found |= {
            f"{entry['id']}#{field.name}": _short(answer[field.name]) for field in _ANSWER if field.name in answer
        }
    return found


def afterwards(inspection: Inspection) -> dict[str, str]:
    """Short digests of what may change after the seal, to see a change that the console did not make."""
    head = head_to_json(inspection)
    return {"signatures": _short(head.get("signatures", [])), "stage": _short(head["stage"])}


def changes(
    kept: Mapping[str, str], inspection: Inspection, unproven: frozenset[str] = frozenset()
) -> tuple[Sentence, ...]:
    """What differs from the fingerprints that were kept at the seal, a sentence for each part and for each item.

    Of the entries `unproven` the evidence could not be read, which is said elsewhere.
    """
    now = fingerprints(inspection)
    differing = [
        name for name in (*kept, *(name for name in now if name not in kept)) if kept.get(name) != now.get(name)
    ]
    excused = {f"{entry_id}#{field}" for entry_id in unproven for field in ("findings", "verdict")}
    items = _by_entry([name for name in differing if name not in excused])
    titles = {entry.id: entry for entry in inspection.entries}
    said = [
        Sentence(N_("{part} was changed after the seal."), {"part": Sentence(PARTS.get(name, name))})
        for name in differing
        if "#" not in name and not (name == "order" and any(_came_or_went(what) for what in items.values()))
    ]
    for entry_id, names in items.items():
        said.append(_entry_change(entry_id, names, kept, now, titles.get(entry_id)))
    return tuple(said)


def _entry_change(
    entry_id: str, names: list[str], kept: Mapping[str, str], now: Mapping[str, str], entry: Entry | None
) -> Sentence:
    place = f"{entry_id}#place"
    if place not in now:
        return Sentence(N_("{entry} was removed after the seal."), {"entry": entry_id})
    if place not in kept:
        return Sentence(N_("{entry} was added after the seal."), {"entry": entry_id})
    parts: Sentence = NOTHING
    for name in names:
        part = Sentence(FIELDS.get(name, name))
        parts = part if parts is NOTHING else Sentence(N_("{one}, {other}"), {"one": parts, "other": part})
    values: dict[str, Any] = {"entry": entry_id, "parts": parts}
    held = entry.answer.entered or entry.answer.note if entry is not None else ""
    if not held:
        return Sentence(N_("{entry} was changed after the seal: {parts}."), values)
    values["now"] = held if len(held) <= _SHOWN else held[:_SHOWN] + "\N{HORIZONTAL ELLIPSIS}"
    return Sentence(N_("{entry} was changed after the seal: {parts}; it says now: {now}"), values)


def _by_entry(differing: list[str]) -> dict[str, list[str]]:
    items: dict[str, list[str]] = {}
    for name in differing:
        entry_id, mark, field = name.rpartition("#")
        if mark:
            items.setdefault(entry_id, []).append(field)
    return items


def _came_or_went(names: list[str]) -> bool:
    return "place" in names


def _content(inspection: Inspection) -> dict[str, Any]:
    content = head_to_json(inspection)
    for name in AFTERWARDS:
        content.pop(name, None)
    if inspection.seal is not None:
        del content["seal"]["sha256"]
    content["form"] = form_to_json(inspection.form)
    content["entries"] = [entry_to_json(entry) for entry in inspection.entries]
    return content


def _bytes(value: Any) -> bytes:
    text = json.dumps(_normal(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def _normal(value: Any) -> Any:
    """The same value with composed texts, and without numbers that JSON does not know."""
    if isinstance(value, str):
        return value if value.isascii() or is_normalized("NFC", value) else normalize("NFC", value)
    if isinstance(value, dict):
        return {_normal(key): _normal(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_normal(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    return value


def _short(value: Any) -> str:
    return sha256(_bytes(value)).hexdigest()[:_HEX]
