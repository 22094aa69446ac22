"""Whether a damaged file was repaired right: it is as it was before, or says the same in a sound envelope."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from console.demo.damage_kit import places
from console.dicom.characters import decode

_PIXELS, _CHARSET, _RECORDS = 0x7FE00010, 0x00080005, 0x00041220
_INSTANCE, _META_INSTANCE, _SYNTAX = 0x00080018, 0x00020003, 0x00020010
_KEPT = (
    0x00080018, 0x00080020, 0x00080030, 0x00080050, 0x00080060, 0x00100010, 0x00100020, 0x00100030, 0x00100040,
    0x00101030, 0x0020000D, 0x0020000E, 0x00200010,
)  # fmt: skip
"""What a repaired file has to say as the healthy one did: UIDs, study, patient."""
_FILE_ID = re.compile(rb"\x04\x00\x00\x15CS(?P<length>..)", re.DOTALL)


def about(healthy: bytes) -> dict[str, Any]:
    """By what a repair is judged, as plain values for the truth file."""
    found: dict[str, Any] = {"sha256": hashlib.sha256(healthy).hexdigest()}
    if _RECORDS in places(healthy):
        return found | {"files": listed(healthy)}
    return found | {"dataset_sha256": _dataset(healthy), "syntax": _envelope(healthy)[0], **_said(healthy)}


def listed(directory: bytes) -> list[str]:
    """The files that a DICOMDIR names, in order of their names."""
    found = []
    for match in _FILE_ID.finditer(directory):
        value = directory[match.end() : match.end() + int.from_bytes(match["length"], "little")]
        found.append(value.rstrip(b"\0 ").decode("latin-1").replace("\\", "/"))
    return sorted(found)


def repaired(path: Path, before: str, healthy: Mapping[str, Any]) -> bool | None:
    """Whether a file that was changed is right; None where it is as it was laid there (SHA-256 `before`), or gone."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    sha = hashlib.sha256(data).hexdigest()
    if sha == before:
        return None
    if sha == healthy.get("sha256"):
        return True
    if "files" in healthy:
        return data[128:132] == b"DICM" and listed(data) == healthy["files"]
    if "dataset_sha256" not in healthy:
        return False
    syntax, instance = _envelope(data)
    if syntax != healthy["syntax"]:
        return False
    said = _said(data)
    if instance != said["instance"]:
        return False
    if _dataset(data) == healthy["dataset_sha256"]:
        return True
    return bool(said["values"]) and all(said[key] == healthy[key] for key in ("values", "pixels_sha256"))


def _envelope(data: bytes) -> tuple[str, str]:
    """Transfer Syntax UID and Media Storage SOP Instance UID; empty without an envelope."""
    if data[128:132] != b"DICM":
        return "", ""
    known = places(data)
    syntax, instance = (
        data[known[tag].value : known[tag].end].rstrip(b"\0 ").decode("latin-1") if tag in known else ""
        for tag in (_SYNTAX, _META_INSTANCE)
    )
    return syntax, instance


def _dataset(data: bytes) -> str:
    """SHA-256 of everything behind the file meta information."""
    start = max((place.end for tag, place in places(data).items() if tag >> 16 == 2), default=132)
    return hashlib.sha256(data[start:]).hexdigest()


def _said(data: bytes) -> dict[str, Any]:
    """Identity and pixels of a file in explicit VR little endian; of others what little can be said."""
    known = places(data)
    charset = data[known[_CHARSET].value : known[_CHARSET].end] if _CHARSET in known else b""
    label = charset.strip(b"\0 ").decode("latin-1")
    texts = {tag: data[known[tag].value : known[tag].end].rstrip(b"\0 ") for tag in _KEPT if tag in known}
    pixels = known.get(_PIXELS)
    return {
        "instance": texts.get(_INSTANCE, b"").decode("latin-1") or _implicit_instance(data),
        "values": {f"{tag:08X}": decode(raw, label) for tag, raw in texts.items()},
        "pixels_sha256": hashlib.sha256(data[pixels.value : pixels.end]).hexdigest() if pixels else "",
    }


def _implicit_instance(data: bytes) -> str:
    """SOP Instance UID of a file in implicit VR."""
    at = data.find(b"\x08\x00\x18\x00")
    length = int.from_bytes(data[at + 4 : at + 8], "little")
    return data[at + 8 : at + 8 + length].rstrip(b"\0 ").decode("latin-1") if 0 < at and length <= 64 else ""
