"""One inspection as one zip: report, canonical record, evidence, attachments, and the SHA-256 of each (clause N3).

    report.pdf               as it was printed, where it is at hand
    sealed.json              the canonical JSON under the seal: its SHA-256 is the seal that the report prints
    record.json              the whole record: that, with seal, stage and signatures
    actions.json             what became of its actions afterwards
    evidence/0001-….txt      what the checks asked and what came back
    attachments/9f86d081…    photos, signed copies and other files
    README.txt               how to check all this without the console
    SHA256SUMS               of every member, as `sha256sum -c` reads it

The same record makes the same bytes. The file gets its name when it is whole, on the disk, and was read back.
"""

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from console.errors import StoreError
from console.i18n import _
from console.inspection.actions import actions_of
from console.inspection.archive_reading import (
    ACTIONS,
    ATTACHMENTS,
    EVIDENCE,
    README,
    RECORD,
    REPORT,
    SEALED,
    SUMS,
    BadPackage,
    Package,
    looks_like_package,
)
from console.inspection.record_json import action_to_json, inspection_to_json
from console.inspection.records import Records
from console.inspection.sealing import canonical
from console.model.checks import Evidence, Finding
from console.model.inspections import Attachment, Inspection
from console.model.text import size_text
from console.plain import clean
from console.resources import resource
from console.store.disk import move, sweep, sync_folder, temporary_name
from console.store.trouble import cannot_write

_CHUNK = 1 << 20
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_UNSAFE = re.compile(r"[^\w.\-]+")
_NAME_LENGTH = 60
_PACKED = ("image/", "application/pdf", "application/zip")
"""Media types that are packed already: deflating them again takes time and saves nothing."""


@dataclass(frozen=True)
class Exported:
    """An archive that stands on the disk."""

    path: Path
    size: int
    """Bytes."""
    sha256: str
    """Of the zip."""
    members: int


def archive_name(inspection: Inspection) -> str:
    """How the zip is called where nobody says otherwise: the report's number and revision."""
    revision = f"-r{inspection.revision}" if inspection.revision else ""
    return f"{_safe(inspection.number) or inspection.id}{revision}.zip"


def export(records: Records, inspection_id: str, target: Path, pdf: bytes | None = None) -> Exported:
    """Write the archive of an inspection; a draft too, to go on with it on another machine.

    An earlier archive of the same inspection is replaced, nothing else ever is. Raises StoreError with one sentence;
    what stood at `target` before then still does.
    """
    inspection = records.open(inspection_id)
    _may_be_written(target, inspection)
    try:
        # What an export left that was killed, as when a stick was pulled.
        sweep(target.parent)
        with temporary_name(target) as temporary:
            with os.fdopen(os.open(temporary, _CREATE, 0o600), "w+b") as stream:
                members = _write(records, inspection, pdf, stream)
                stream.flush()
                os.fsync(stream.fileno())
            digest = _read_back(temporary, target)
            move(temporary, target)
        sync_folder(target.parent)
        return Exported(target, target.stat().st_size, digest, members)
    except OSError as error:
        raise cannot_write(target, error) from error


def copy_file(source: Path, target: Path) -> None:
    """Copy an archive to a name that is free; whole and on the disk when this returns. Raises StoreError."""
    try:
        with temporary_name(target) as temporary:
            with source.open("rb") as reading, os.fdopen(os.open(temporary, _CREATE, 0o600), "w+b") as writing:
                while data := reading.read(_CHUNK):
                    writing.write(data)
                writing.flush()
                os.fsync(writing.fileno())
            move(temporary, target)
        sync_folder(target.parent)
    except OSError as error:
        raise cannot_write(target, error) from error


def _may_be_written(target: Path, inspection: Inspection) -> None:
    if target.is_dir():
        sentence = _("{path} is a folder. Give the name of a file in it, such as {name}.")
        raise StoreError(_("Not exported"), sentence.format(path=target, name=archive_name(inspection)))
    if target.exists() and not looks_like_package(target, inspection.id):
        sentence = _("{path} exists and is no archive of this inspection, so it is not replaced. Choose another name.")
        raise StoreError(_("Not exported"), sentence.format(path=target))


def _write(records: Records, inspection: Inspection, pdf: bytes | None, stream: IO[bytes]) -> int:
    moment = (inspection.seal.at if inspection.seal is not None else inspection.created) or datetime(1980, 1, 1)  # noqa: DTZ001
    sums: dict[str, str] = {}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in _texts(records, inspection, pdf):
            sums[name] = hashlib.sha256(data).hexdigest()
            archive.writestr(_info(name, moment, packed=name == REPORT), data)
        for name, attachment in attachment_names(inspection).items():
            info = _info(name, moment, packed=attachment.media.startswith(_PACKED))
            sums[name] = _copy(records, attachment, archive, info)
        listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
        archive.writestr(_info(SUMS, moment), listed.encode())
    return len(sums) + 1


def _texts(records: Records, inspection: Inspection, pdf: bytes | None) -> Iterator[tuple[str, bytes]]:
    """Everything but the attachments, with its name."""
    yield README, _readme(inspection)
    if pdf is not None:
        yield REPORT, pdf
    yield SEALED, canonical(inspection)
    yield RECORD, _json(inspection_to_json(inspection))
    yield ACTIONS, _json([action_to_json(action) for action in actions_of(records, inspection)])
    number = 0
    for entry in inspection.entries:
        for finding in entry.answer.findings:
            for proof in finding.evidence:
                number += 1
                yield f"{EVIDENCE}{number:04d}-{_safe(f'{finding.check}-{finding.target}')}.txt", _proof(finding, proof)


def _readme(inspection: Inspection) -> bytes:
    """In both languages at once: the archive is opened in years, by whoever."""
    seal = inspection.seal.sha256 if inspection.seal is not None else "草稿，未封存 draft, not sealed"
    places = {
        "{number}": clean(inspection.number),
        "{site}": clean(inspection.site_name),
        "{revision}": str(inspection.revision),
        "{seal}": seal,
    }
    said = resource("archive/README.txt").read_text("utf-8")
    for place, value in places.items():
        said = said.replace(place, value)
    return said.encode("utf-8", "replace")


def _proof(finding: Finding, proof: Evidence) -> bytes:
    where = " ".join(filter(None, (finding.target, finding.item)))
    head = {
        "check": finding.check,
        "where": where,
        "status": finding.status.value,
        "asked": proof.command,
        "by": proof.tool,
        "at": proof.measured_at.isoformat(),
        "sha256 of the whole answer": proof.sha256,
        "shortened": "yes" if proof.truncated else "no",
    }
    lines = "".join(f"# {key}: {clean(value)}\n" for key, value in head.items())
    return f"{lines}\n{proof.output}\n".encode("utf-8", "replace")


def attachments_of(inspection: Inspection) -> Mapping[str, Attachment]:
    """By SHA-256: every file that the inspection names, of answers, permission, signatures and actions."""
    named = [each for entry in inspection.entries for each in entry.answer.attachments]
    if inspection.permission is not None and inspection.permission.attachment is not None:
        named.append(inspection.permission.attachment)
    named += [each.attachment for each in inspection.signatures if each.attachment is not None]
    named += [each for action in inspection.actions for each in action.attachments]
    return {each.sha256: each for each in named}


def attachment_names(inspection: Inspection) -> Mapping[str, Attachment]:
    """By name in the archive: the attachments, each once."""
    return {
        f"{ATTACHMENTS}{digest[:16]}-{_safe(attachment.name) or 'file'}": attachment
        for digest, attachment in sorted(attachments_of(inspection).items())
    }


def _copy(records: Records, attachment: Attachment, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    digest = hashlib.sha256()
    path = records.attachment_path(attachment.sha256)
    info.file_size = attachment.size
    try:
        source = path.open("rb")
    except OSError as error:
        raise _missing(attachment, error.strerror or "") from error
    with source, archive.open(info, "w") as sink:
        while data := source.read(_CHUNK):
            digest.update(data)
            sink.write(data)
    if digest.hexdigest() != attachment.sha256:
        sentence = _(
            "The attachment {name} was changed after it was attached ({path}), so no archive was written. "
            "cathlab inspect verify names everything that was changed."
        )
        raise StoreError(_("Not exported"), sentence.format(name=clean(attachment.name), path=path))
    return attachment.sha256


def _missing(attachment: Attachment, reason: str) -> StoreError:
    sentence = _(
        "The attachment {name} ({size}) cannot be read ({reason}), so no archive was written: it would not be whole. "
        "Bring the file back, or take the attachment out of a revision."
    )
    values = {"name": clean(attachment.name), "size": size_text(attachment.size), "reason": reason}
    return StoreError(_("Not exported"), sentence.format(**values))


def _read_back(temporary: Path, target: Path) -> str:
    """Verify what was written as a stranger would; its SHA-256."""
    try:
        with Package(temporary) as package:
            package.verify_sums()
    except BadPackage as error:
        sentence = _("{path} was not read back as it was written: {reason} Try another disk or stick.")
        raise StoreError(_("Not exported"), sentence.format(path=target, reason=error)) from error
    with temporary.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _info(name: str, moment: datetime, *, packed: bool = False) -> zipfile.ZipInfo:
    """A member that is the same on every machine: the record's time, not the clock's, and no system's rights."""
    year = max(moment.year, 1980)
    info = zipfile.ZipInfo(name, (year, moment.month, moment.day, moment.hour, moment.minute, moment.second))
    info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o100600 << 16
    return info


def _json(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1)
    return (text + "\n").encode("utf-8", "surrogatepass")


def _safe(text: str) -> str:
    """A piece of a file name that every system takes; letters of any script stay."""
    kept = _UNSAFE.sub("_", clean(text)).strip("._")
    return kept[-_NAME_LENGTH:] if "." in kept[-6:] else kept[:_NAME_LENGTH]
