"""Where an export may go: never into a PACS's own storage, never among its sources, never over anything."""

import os
import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from console.i18n import _
from console.model.export import ExportOptions, Medium, PlannedFile

DICOM = "DICOM"
STUDIES = "STUDIES"
DICOMDIR = "DICOMDIR"
SUMS = "SHA256SUMS"
README = "README.TXT"
INCOMPLETE = "INCOMPLETE.TXT"
"""Stands on the target from the first to the last moment of an export, and longer when it was broken off."""

_MAGIC = "cathlab-export 1"
_OURS = frozenset(name.casefold() for name in (DICOM, STUDIES, DICOMDIR, SUMS, INCOMPLETE))
_HEX_FOLDER = re.compile(r"[0-9a-f]{2}")
_PACS_FILES = frozenset(("acrnema.map", "dicom.sql", "dicom.ini", "dcmqrscp.cfg", "dgatesop.lst"))
_PACS_NAMES = re.compile(
    r"orthanc|dcm4che|conquest|clearcanvas|dcmqrscp|pacs[-_]?(archive|storage|store|images?)", re.I
)
_SQLITE = b"SQLite format 3\0"


def fingerprint(files: Iterable[PlannedFile]) -> str:
    """What tells one selection from another, so that only the same one is gone on with."""
    digest = sha256()
    for file in files:
        digest.update(
            f"{file.target}\0{file.size}\0{file.mtime_ns}\0{file.source}\n".encode("utf-8", "surrogateescape")
        )
    return digest.hexdigest()


def marker_text(files: Iterable[PlannedFile]) -> str:
    """The content of INCOMPLETE.TXT."""
    sentence = _("This export is not complete. Do not hand it on; start it again in the same folder to finish it.")
    return f"{_MAGIC} {fingerprint(files)}\r\n{sentence}\r\n"


def broken_off(target: Path) -> str | None:
    """The fingerprint of the export that was broken off in `target`; None where there is none."""
    try:
        with (target / INCOMPLETE).open("rb") as stream:
            words = stream.readline(200).decode("utf-8", "replace").split()
    except OSError:
        return None
    return words[2] if len(words) == 3 and " ".join(words[:2]) == _MAGIC else ""


def refusal(
    target: Path, sources: Iterable[Path], roots: Sequence[Path], options: ExportOptions, medium: Medium
) -> str:
    """Why nothing may be written to `target`, in one sentence; empty when it may. Raises OSError."""
    real = Path(os.path.realpath(target))
    if target.exists() and not target.is_dir():
        return _("{path} is a file. Choose a folder.").format(path=target)
    if medium.read_only:
        return _("{path} is write-protected. Remove the protection, or choose another place.").format(path=target)
    if is_pacs_storage(real):
        return _(
            "{path} belongs to the storage of a PACS, and nothing is ever written there. Choose another folder."
        ).format(path=target)
    for folder in dict.fromkeys(Path(os.path.realpath(source.parent)) for source in sources):
        if folder == real or real in folder.parents:
            return _("{path} holds files that are to be exported. Choose a folder of its own.").format(path=target)
    for root in roots:
        top = Path(os.path.realpath(root))
        if top == real or top in real.parents:
            return _("{path} lies in {root}, which is read from and never written to. Choose another folder.").format(
                path=target, root=root
            )
    if options.deidentify and options.key_folder is not None:
        return _key_refusal(real, Path(os.path.realpath(options.key_folder)), medium)
    return ""


def is_pacs_storage(folder: Path) -> bool:
    """Whether `folder`, or one above it, looks like the storage of a PACS.

    Known by what they keep there: Orthanc an SQLite file "index" over folders of two hex digits, Conquest, CTN and
    dcmqrscp their configuration; others by the name of the folder, together with folders of hex digits or years.
    """
    for place in (folder, *folder.parents):
        try:
            names = os.listdir(place)[:5000]
        except OSError:
            continue
        lower = {name.lower() for name in names}
        if lower & _PACS_FILES:
            return True
        hex_folders = sum(_HEX_FOLDER.fullmatch(name) is not None for name in lower)
        if "index" in lower and hex_folders and _starts_with(place / "index", _SQLITE):
            return True
        if "index.dat" in lower and "incoming" not in lower and _PACS_NAMES.search(place.name):
            return True
        named = _PACS_NAMES.search(place.name) is not None
        if named and (hex_folders >= 2 or any(re.fullmatch(r"(19|20)\d\d", name) for name in lower)):
            return True
    return False


def collisions(target: Path) -> tuple[str, ...]:
    """Names that an export would need and that already stand in `target`. Raises OSError."""
    try:
        return tuple(sorted(name for name in os.listdir(target) if name.casefold() in _OURS))
    except FileNotFoundError:
        return ()


def free_name(target: Path) -> Path:
    """A folder in `target` that is not there yet."""
    number = 1
    while (target / f"EXPORT{number}").exists():
        number += 1
    return target / f"EXPORT{number}"


def _key_refusal(target: Path, keys: Path, medium: Medium) -> str:
    root = Path(os.path.realpath(medium.root))
    removable = medium.kind == "removable"
    if target == keys or target in keys.parents or (removable and (root == keys or root in keys.parents)):
        return _(
            "The list of who is who would lie on {path}, beside the de-identified copies. Choose another target, or "
            "export without the list."
        ).format(path=target)
    return ""


def _starts_with(path: Path, head: bytes) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(len(head)) == head
    except OSError:
        return False
