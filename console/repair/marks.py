"""Where nothing is ever rewritten in place: the storage of a PACS, known by its marks (DESIGN, Repair).

Such a store keeps sizes and checksums of its files in a database; a file changed behind its back is a damaged one.
Corrected copies go back through DICOM.
"""

import re
from pathlib import Path

from console.i18n import N_
from console.model.sentence import Sentence

_HEX2 = re.compile(r"[0-9a-f]{2}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(\.dcm|\.dcm\.json)?")
_ARC_NAME = re.compile(r"[0-9A-F]{8}")
_ORTHANC_FILES = ("index", "index-wal", "index-shm")
_ARC_FOLDERS = ("dcm4chee-arc", "dcm4chee")
_LEVELS = 6


def storage_of(path: Path) -> Sentence | None:
    """Why a file may belong to a PACS's own storage, in one sentence; None where no mark says so.

    Marks: Orthanc keeps ROOT/ab/cd/abcd….-uuid beside a SQLite file "index"; dcm4chee keeps
    fs1/YYYY/MM/DD/…/8 hex digits below a folder of its name, or one of eight capital hex digits thrice over.
    """
    parts = path.parts
    if _UUID.fullmatch(path.name) and len(parts) > 3:
        one, two = path.parent.name, path.parent.parent.name
        if _HEX2.fullmatch(one) and _HEX2.fullmatch(two) and path.name.startswith(two + one):
            return Sentence(N_("It lies in the storage of an Orthanc, whose database knows its size and checksum."))
    for folder in list(path.parents)[:_LEVELS]:
        if any((folder / name).is_file() for name in _ORTHANC_FILES[1:]) and (folder / "index").is_file():
            return Sentence(N_("It lies in the storage of an Orthanc, whose database knows its size and checksum."))
        if folder.name.lower() in _ARC_FOLDERS:
            return Sentence(N_("It lies in the storage of a dcm4chee, whose database knows its size and checksum."))
    upper = [part for part in parts[-4:] if _ARC_NAME.fullmatch(part)]
    if len(upper) >= 3:
        return Sentence(N_("It lies in the storage of a dcm4chee, whose database knows its size and checksum."))
    return None
