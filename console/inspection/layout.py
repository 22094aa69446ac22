"""How one inspection lies in its file: TinyDB tables, and what is large beside them.

    HOME/inspections/<id>.json
        format           {"1": {"record": 1}}
        inspection       {"1": number, site, stage, notice, recommendations, actions, signatures, seal …}
        form             {"1": the whole form it was begun with}
        entries          {"1": {"id", "section", "item", "target", "answer": {…, "evidence": SHA-256}}, "2": …}
        fingerprints     {"1": {part: digest, …}}      once it is sealed: what a change is named by
        afterwards       {"1": {"signatures": digest, "stage": digest}}      of what may follow the seal
        summary          {"1": {"title", "passed", "failed", "gaps"}}      for the list

The whole file is written at each change, in one step; it stays small because findings of checks lie apart
(`console.inspection.evidence`), so that a field is on the disk within milliseconds.
"""

from collections.abc import Callable, Mapping
from typing import Any

from console.errors import StoreError
from console.inspection.canonical import afterwards, fingerprints
from console.inspection.evidence import EvidenceShelf
from console.inspection.gaps import gaps
from console.inspection.record_json import (
    entry_from_json,
    entry_to_json,
    form_from_json,
    form_to_json,
    head_from_json,
    head_to_json,
    items_of,
)
from console.model.checks import Finding
from console.model.inspections import Entry, Inspection, Verdict
from console.store.documents import Tables

FORMAT = 1
"""Of a record. One with a higher number was written by a newer version and is left alone."""

NOT_READ = (KeyError, ValueError, TypeError, AttributeError, RecursionError)
"""What reading raises for values that are something else."""


def to_tables(
    inspection: Inspection, shelf: EvidenceShelf, before: Inspection | None = None, old: Tables | None = None
) -> Tables:
    """The tables of a record; evidence that is new is written first. Raises StoreError.

    What is the same as in `before`, whose tables are `old`, is taken from there.
    """
    known = _known_entries(before, old)
    new = {entry.id: entry.answer.findings for entry in inspection.entries if _is_new(entry, known)}
    name = shelf.keep(new) if new else ""
    same_form = before is not None and old is not None and before.form is inspection.form
    tables: Tables = {
        "format": {"1": {"record": FORMAT}},
        "inspection": {"1": head_to_json(inspection)},
        "form": old["form"] if same_form and old is not None else {"1": form_to_json(inspection.form)},
        "entries": {
            str(number): _entry(entry, known, name) for number, entry in enumerate(inspection.entries, start=1)
        },
        "summary": {"1": summary(inspection)},
    }
    if inspection.sealed:
        kept = (old or {}).get("fingerprints")
        tables["fingerprints"] = kept if kept else {"1": fingerprints(inspection)}
        tables["afterwards"] = {"1": afterwards(inspection)}
    return tables


def from_tables(tables: Mapping[str, Any], shelf: EvidenceShelf, tell: Callable[[StoreError], None]) -> Inspection:
    """The inspection. KeyError, ValueError, TypeError or AttributeError when the tables hold something else.

    Evidence that cannot be read is left out, its items are "not known", and `tell` hears of it.
    """
    form = form_from_json(tables["form"]["1"])
    items = items_of(form)
    shelves: dict[str, Mapping[str, tuple[Finding, ...]]] = {}
    entries = []
    for document in tables["entries"].values():
        answer = document.get("answer", {})
        name = answer.get("evidence", "")
        if not name:
            entries.append(entry_from_json(document, items))
            continue
        if name not in shelves:
            shelves[name] = _read(shelf, name, tell)
        entries.append(_with_findings(document, items, shelves[name].get(document["id"], ())))
    return head_from_json(tables["inspection"]["1"], form, tuple(entries))


def version_of(tables: Mapping[str, Any]) -> int:
    """The format of a record. KeyError or TypeError when it says nothing."""
    return int(tables["format"]["1"]["record"])


def evidence_of(tables: Mapping[str, Any]) -> dict[str, list[str]]:
    """By the name of the evidence's file: the ids of the entries that rest on it."""
    found: dict[str, list[str]] = {}
    for document in tables["entries"].values():
        name = document.get("answer", {}).get("evidence", "")
        if name:
            found.setdefault(name, []).append(document["id"])
    return found


def summary(inspection: Inspection) -> dict[str, Any]:
    """What the list shows besides the record's head."""
    verdicts = [entry.answer.verdict for entry in inspection.entries]
    return {
        "title": inspection.form.title.to_json(),
        "form": inspection.form.id,
        "passed": verdicts.count(Verdict.PASS),
        "failed": verdicts.count(Verdict.FAIL),
        "gaps": 0 if inspection.sealed else len(gaps(inspection)),
    }


def _known_entries(before: Inspection | None, old: Tables | None) -> dict[str, tuple[Entry, dict[str, Any]]]:
    if before is None or old is None:
        return {}
    pairs = zip(before.entries, old["entries"].values(), strict=True)
    return {entry.id: (entry, document) for entry, document in pairs}


def _is_new(entry: Entry, known: Mapping[str, tuple[Entry, dict[str, Any]]]) -> bool:
    """Whether its findings are to be written: those that an earlier state held lie on the disk."""
    if not entry.answer.findings:
        return False
    before = known.get(entry.id)
    return before is None or before[0].answer.findings != entry.answer.findings


def _entry(entry: Entry, known: Mapping[str, tuple[Entry, dict[str, Any]]], new: str) -> dict[str, Any]:
    before = known.get(entry.id)
    if before is not None and before[0] is entry:
        return before[1]
    document = entry_to_json(entry)
    if entry.answer.findings:
        answer = document["answer"]
        del answer["findings"]
        answer["evidence"] = new if before is None or _is_new(entry, known) else before[1]["answer"]["evidence"]
    return document


def _with_findings(document: Any, items: Any, findings: tuple[Finding, ...]) -> Entry:
    from dataclasses import replace

    answer = {name: value for name, value in document["answer"].items() if name != "evidence"}
    entry = entry_from_json({**document, "answer": answer}, items)
    if findings:
        return replace(entry, answer=replace(entry.answer, findings=findings))
    # What proves it is gone: a person has to look.
    return replace(entry, answer=replace(entry.answer, verdict=Verdict.UNKNOWN))


def _read(shelf: EvidenceShelf, name: str, tell: Callable[[StoreError], None]) -> Mapping[str, tuple[Finding, ...]]:
    try:
        return shelf.read(str(name))
    except StoreError as error:
        tell(error)
        return {}
