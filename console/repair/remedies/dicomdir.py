"""Rebuild the DICOMDIR of a medium or a folder from the files that are there (PS3.10 8.6, PS3.3 F).

The files themselves are not touched. How records are made is known to the exporter of studies, which the verb hands in.
"""

import os
import re
from pathlib import Path

from console.errors import UsageError
from console.i18n import N_, _
from console.model.sentence import Sentence
from console.repair.remedies.choosing import each
from console.repair.remedies.remedy import FilePlan, NewFile, Patch, Proposal, Refusal, Remedy, Request
from console.repair.remedies.sight import Sight

ID = "rebuild-dicomdir"
NAME = "DICOMDIR"
_COMPONENT = re.compile(r"[A-Z0-9_]{1,8}")
_DEEPEST = 8
_PATIENT_ID, _PATIENT_NAME = 0x00100020, 0x00100010


def _propose(request: Request) -> Proposal:
    if len(request.paths) != 1 or not request.paths[0].is_dir():
        raise UsageError(_("Not one folder"), _("Name the one folder whose DICOMDIR is to be rebuilt."))
    if request.directory is None:
        raise UsageError(_("Nothing to make it with"), _("This console cannot make a DICOMDIR here."))
    root = request.paths[0]
    maker = request.directory()
    refused: list[Refusal] = []
    taken = 0
    patients: dict[bytes, int] = {}
    for path, patient in each(request, _patient_of, refused):
        if patient is None or path.name.upper() == NAME:
            continue
        target = file_id(root, path)
        if not target:
            sentence = N_(
                "Its place cannot be named in a DICOMDIR: at most eight folders deep, each name of at most eight "
                "capital letters, digits or _ (PS3.10 8.2). Export the study to a medium instead."
            )
            refused.append(Refusal(path, Sentence(sentence)))
            continue
        why = maker.add(path, target, patients.setdefault(patient, len(patients)))
        if why:
            refused.append(Refusal(path, Sentence("{why}", {"why": why})))
        else:
            taken += 1
    if not taken:
        return Proposal(ID, (), tuple(refused), record=False)
    data = maker.data()
    what = Sentence(N_("DICOMDIR that leads to {count} objects"), {"count": taken})
    old = _old_of(root)
    if old is None:
        return Proposal(ID, (), tuple(refused), record=False, made=(NewFile(root / NAME, data, what),))
    size = old.stat().st_size
    with old.open("rb") as stream:
        # The UID of a DICOMDIR is new each time: one that leads to the same objects would never be the same.
        if stream.read() == data:
            return Proposal(ID, (), tuple(refused), 1, record=False)
    return Proposal(ID, (FilePlan(old, patches=(Patch(0, size, data, what),)),), tuple(refused), record=False)


def file_id(root: Path, path: Path) -> str:
    """The file id of a file below `root`, components joined by "/"; empty where the standard allows none for it."""
    parts = [part.upper() for part in path.relative_to(root).parts]
    if len(parts) > _DEEPEST or not all(_COMPONENT.fullmatch(part) for part in parts):
        return ""
    return "/".join(parts)


def _patient_of(sight: Sight) -> bytes | None:
    """What tells the patients of a medium apart; None for what is no object."""
    if sight.is_directory:
        return None
    return (sight.raw(_PATIENT_ID) or b"").strip(b"\0 ") or b"\0" + (sight.raw(_PATIENT_NAME) or b"")


def _old_of(root: Path) -> Path | None:
    with os.scandir(root) as entries:
        return next((Path(entry.path) for entry in entries if entry.name.upper() == NAME and entry.is_file()), None)


REMEDY = Remedy(
    ID,
    N_("Rebuild the DICOMDIR"),
    N_("The DICOMDIR of a disc is lost or does not fit its files: a new one is made of the files that are there."),
    _propose,
)
