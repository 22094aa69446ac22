"""Finding what was changed in sealed inspections: which item and field, which file, which link of the chain.

Nothing is repaired or set aside. What is looked at: the file's own checksum, the seal, the ledger of seals, the audit
log's lines about seals, the attachments, and the evidence of the checks.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from console.errors import StoreError
from console.i18n import N_
from console.inspection.canonical import afterwards, changes, digest_of
from console.inspection.layout import evidence_of
from console.inspection.ledger import SEALED, SealLine
from console.inspection.listing import is_id, marks_of
from console.inspection.record_store import RecordStore
from console.model.inspections import Attachment, Inspection
from console.model.sentence import Sentence
from console.store.documents import Tables
from console.store.files import previous_of, read_checked
from console.store.trouble import cannot_read

if TYPE_CHECKING:
    from console.inspection.records import Records

_SEALED_EVENT = "inspection.sealed"


@dataclass(frozen=True)
class Broken:
    """One thing that is not as it was sealed."""

    id: str
    """Of the inspection; empty for what belongs to all."""
    number: str
    what: Sentence


def verify(records: "Records", inspection_id: str | None = None) -> tuple[Broken, ...]:
    """What was changed, in one inspection or in all of them; nothing when every seal holds.

    Drafts have no seal: of them only files that cannot be read, and attachments that are gone or changed, are named.
    Raises StoreError when the folder cannot be read.
    """
    # Of its own: what a console remembers may have been changed on the disk since.
    store = RecordStore(records.folder, _unheard)
    noted = records.ledger.lines()
    there = marks_of(records.folder)
    wanted = sorted(there) if inspection_id is None else [inspection_id]
    found: list[Broken] = []
    seals: dict[str, Inspection] = {}
    numbers = {line.id: line.number for line in noted}
    for each in wanted:
        if each in there:
            found += _one(records, store, each, noted, numbers, seals)
    found += _removed(records, noted, there, inspection_id)
    if inspection_id is None:
        found += _chain(noted, seals)
    return tuple(found)


def _one(
    records: "Records",
    store: RecordStore,
    inspection_id: str,
    noted: tuple[SealLine, ...],
    numbers: Mapping[str, str],
    seals: dict[str, Inspection],
) -> Iterator[Broken]:
    path = store.path(inspection_id)
    number = numbers.get(inspection_id, inspection_id[:8])
    try:
        body, fits = _body(store, inspection_id)
    except StoreError as error:
        yield Broken(inspection_id, number, Sentence("{what}", {"what": error.detail}))
        return
    if not path.exists():
        yield Broken(inspection_id, number, Sentence(N_("{file} was removed; only the version before it is there."),
                     {"file": path.name}))  # fmt: skip
    elif not fits:
        sentence = N_("{file} was damaged, or changed by another program: its checksum does not fit.")
        yield Broken(inspection_id, number, Sentence(sentence, {"file": path.name}))
    tables = _tables(body)
    lost: list[StoreError] = []
    try:
        inspection = None if tables is None else store.parse(path, tables, lost.append)
    except StoreError:
        inspection = None
    if inspection is None or tables is None:
        sentence = N_("{file} cannot be read as a record any more.")
        yield Broken(inspection_id, number, Sentence(sentence, {"file": path.name}))
        return
    number = inspection.number
    lines = [line for line in noted if line.id == inspection_id]
    for what in (
        *_seal(store, inspection, tables, lines, lost),
        *_evidence(store, tables, lost),
        *_attachments(records, inspection),
    ):
        yield Broken(inspection_id, number, what)
    if inspection.seal is not None:
        seals[inspection.seal.sha256] = inspection


def _seal(
    store: RecordStore, inspection: Inspection, tables: Tables, lines: list[SealLine], lost: list[StoreError]
) -> Iterator[Sentence]:
    if inspection.id not in store.path(inspection.id).name:
        yield Sentence(N_("The file holds another record: {id}."), {"id": inspection.id})
    if inspection.seal is None:
        if lines:
            yield Sentence(N_("It was sealed ({seal}), and the seal was taken away."), {"seal": lines[-1].sha256[:16]})
        return
    kept = _kept(tables, "fingerprints")
    if digest_of(inspection) != inspection.seal.sha256:
        named = changes(kept, inspection, _resting_on(tables, lost))
        yield from named
        if not named and not lost:
            yield Sentence(N_("The content does not fit the seal {seal}."), {"seal": inspection.seal.sha256[:16]})
    if lines and lines[-1].sha256 != inspection.seal.sha256:
        sentence = N_("It was sealed anew: the seal is {now}, and was {then}.")
        yield Sentence(sentence, {"now": inspection.seal.sha256[:16], "then": lines[-1].sha256[:16]})
        yield from changes(_fingerprints_before(store, inspection, kept), inspection)
    now = afterwards(inspection)
    later = _kept(tables, "afterwards")
    if later and later.get("signatures") != now["signatures"]:
        yield Sentence(N_("The signatures were changed by another program."))
    if later and later.get("stage") != now["stage"]:
        yield Sentence(N_("The stage was changed by another program."))


def _resting_on(tables: Tables, lost: list[StoreError]) -> frozenset[str]:
    """Ids of the entries whose evidence may be gone: their findings were not changed in the record."""
    return frozenset(each for entries in evidence_of(tables).values() for each in entries) if lost else frozenset()


def _fingerprints_before(store: RecordStore, inspection: Inspection, kept: Mapping[str, str]) -> Mapping[str, str]:
    """Those of the generation before, where it still has them: a seal made anew brings its own."""
    checked = _tables(_read_previous(store, inspection.id))
    return (_kept(checked, "fingerprints") if checked else {}) or kept


def _evidence(store: RecordStore, tables: Tables, lost: list[StoreError]) -> Iterator[Sentence]:
    if not lost:
        return
    for name, entries in evidence_of(tables).items():
        try:
            store.evidence.read(name)
        except StoreError:
            sentence = N_("The evidence of {entries} is missing or was changed ({file}).")
            yield Sentence(sentence, {"entries": ", ".join(entries), "file": store.evidence.path(name).name})


def _attachments(records: "Records", inspection: Inspection) -> Iterator[Sentence]:
    for where, attachment in attached(inspection):
        trouble = records.files.trouble(attachment.sha256, attachment.size)
        values = {"where": where, "name": attachment.name}
        if trouble == "missing":
            yield Sentence(N_("{where}: the attachment {name} is missing."), values)
        elif trouble:
            yield Sentence(N_("{where}: the attachment {name} was changed."), values)


def attached(inspection: Inspection) -> Iterator[tuple[str, Attachment]]:
    """Every file that the inspection names, with where it is named: an entry's id, "permission" and so on."""
    for entry in inspection.entries:
        for each in entry.answer.attachments:
            yield entry.id, each
    if inspection.permission is not None and inspection.permission.attachment is not None:
        yield "permission", inspection.permission.attachment
    for signature in inspection.signatures:
        if signature.attachment is not None:
            yield f"signature {signature.side}", signature.attachment
    for action in inspection.actions:
        for each in action.attachments:
            yield f"action {action.id[:8]}", each


def _removed(
    records: "Records", noted: tuple[SealLine, ...], there: Mapping[str, Any], inspection_id: str | None
) -> Iterator[Broken]:
    told: dict[str, str] = {line.id: line.number for line in noted}
    told = {**_told_by_audit(records), **told}
    for each, number in told.items():
        if each not in there and inspection_id in (None, each):
            yield Broken(each, number, Sentence(N_("The sealed record was removed.")))


def _told_by_audit(records: "Records") -> dict[str, str]:
    """Ids and numbers of the inspections that the audit log says were sealed."""
    found = {}
    try:
        with (records.home / "audit.jsonl").open("rb") as stream:
            for line in stream:
                if _SEALED_EVENT.encode() in line:
                    found.update(_sealed_line(line))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise cannot_read(records.home / "audit.jsonl", error) from error
    return found


def _sealed_line(line: bytes) -> dict[str, str]:
    try:
        said = json.loads(line)
        details = said["details"]
        if said["event"] == _SEALED_EVENT and is_id(details["inspection"]):
            return {details["inspection"]: str(details.get("number", details["inspection"][:8]))}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # `cathlab audit verify` names lines that are no lines.
        return {}
    return {}


def _chain(noted: tuple[SealLine, ...], seals: Mapping[str, Inspection]) -> Iterator[Broken]:
    """Each seal made here names the one made before it here."""
    known = {line.sha256 for line in noted} | set(seals)
    before = ""
    for line in noted:
        if line.origin != SEALED:
            continue
        if line.previous != before:
            sentence = N_("The chain of seals is broken before it: it names {named}, and the seal before is {before}.")
            values = {"named": line.previous[:16] or "-", "before": before[:16] or "-"}
            yield Broken(line.id, line.number, Sentence(sentence, values))
        before = line.sha256
    listed = {line.sha256 for line in noted}
    for sha256, inspection in seals.items():
        seal = inspection.seal
        if seal is None or sha256 in listed or (seal.previous == before and seal.previous in known | {""}):
            # What a crash kept out of the ledger goes on from its end.
            continue
        sentence = N_(
            "Its seal {seal} is not in the ledger of seals: the record, or the ledger, was put there by hand."
        )
        yield Broken(inspection.id, inspection.number, Sentence(sentence, {"seal": sha256[:16]}))


def _body(store: RecordStore, inspection_id: str) -> tuple[bytes, bool]:
    """What stands below the checksum line, whatever it is, and whether the checksum fits. Raises StoreError."""
    path = store.path(inspection_id)
    checked = read_checked(path, repair=False)
    if not checked.recovered and checked.data is not None:
        return checked.data, True
    try:
        return path.read_bytes().partition(b"\n")[2], False
    except FileNotFoundError:
        return checked.data or b"", False
    except OSError as error:
        raise cannot_read(path, error) from error


def _read_previous(store: RecordStore, inspection_id: str) -> bytes:
    try:
        return previous_of(store.path(inspection_id)).read_bytes().partition(b"\n")[2]
    except OSError:
        return b""


def _tables(body: bytes) -> Tables | None:
    try:
        # A byte that was changed within a letter leaves the rest to be read.
        tables = json.loads(body.decode("utf-8", "surrogatepass" if _is_sound(body) else "replace"))
    except (ValueError, RecursionError):
        return None
    whole = isinstance(tables, dict) and all(isinstance(table, dict) for table in tables.values())
    return tables if whole else None


def _is_sound(body: bytes) -> bool:
    try:
        body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _kept(tables: Tables, name: str) -> dict[str, str]:
    kept = tables.get(name, {}).get("1", {})
    return {str(key): str(value) for key, value in kept.items()} if isinstance(kept, dict) else {}


def _unheard(_sentence: str) -> None:
    """What the store says of damaged files is said here in its own words."""
