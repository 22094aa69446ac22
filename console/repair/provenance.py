"""Who changed what: items of the Original Attributes and Contributing Equipment Sequences, as raw bytes.

Old elements are copied header and all, so that odd, private or wrongly labelled values survive; nothing is decoded.
Items that stand there already stay as they are (PS3.3 C.12.1.1.9 and C.12.1.1.5).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from console import __version__
from console.model.repair import Edit
from console.repair.offsets import RECORDS
from console.repair.pieces import header, item
from console.repair.spans import Data, Tree

ORIGINALS, EQUIPMENT = 0x04000561, 0x0018A001
CHARSET, PATIENT_ID, ISSUER = 0x00080005, 0x00100020, 0x00100021
MANUFACTURER, MODEL = "Cathlab Console", "cathlab repair"


@dataclass(frozen=True)
class Origin:
    """What an item says of the change besides the old values."""

    at: datetime
    reason: str
    """CORRECT or COERCE."""
    operator: str = ""
    why: str = ""


def records(data: Data, tree: Tree, edits: Iterable[Edit], origin: Origin) -> dict[int, bytes]:
    """By sequence: the item that records `edits`; empty when nothing that a data set held was changed.

    Elements of the file meta information are no attributes of the object and are not recorded.
    """
    if any(node.tag == RECORDS for node in tree.nodes):
        # A directory is no object that a history belongs to.
        return {}
    changed = [edit for edit in edits if edit.tag >> 16 > 2 or edit.place]
    old = _old_elements(data, tree, changed)
    if not old:
        return {}
    inner = b"".join(old[tag] for tag in sorted(old))
    return {ORIGINALS: _original(inner, tree, origin), EQUIPMENT: _equipment(tree, origin)}


def _old_elements(data: Data, tree: Tree, changed: list[Edit]) -> dict[int, bytes]:
    """By tag: the top-level elements that were changed or hold something that was, as they stand."""
    top = {node.tag: node for node in tree.nodes if node.kind == "E"}
    tags = {edit.place[0][0] if edit.place else edit.tag for edit in changed if edit.place or edit.old is not None}
    found = {tag: bytes(data[top[tag].off : top[tag].end]) for tag in tags if tag in top}
    for edit in changed:
        if not edit.place and edit.old is None and edit.tag != CHARSET:
            # What was not there appears empty.
            found[edit.tag] = _element(tree, edit.tag, edit.vr, b"")
    if PATIENT_ID in found and ISSUER not in found:
        # An ID means nothing without who gave it, also where that is not known.
        node = top.get(ISSUER)
        found[ISSUER] = bytes(data[node.off : node.end]) if node else _element(tree, ISSUER, "LO", b"")
    for tag in sorted(found):
        # A private element means nothing without its creator (PS3.5 7.8.1).
        creator = tag & 0xFFFF0000 | tag >> 8 & 0xFF
        if tag >> 16 & 1 and tag & 0xFFFF >= 0x1000 and creator in top:
            found[creator] = bytes(data[top[creator].off : top[creator].end])
    if CHARSET not in found and any(edit.tag == CHARSET and not edit.place for edit in changed):
        # The old bytes keep their old meaning: the default character set, named by an empty value.
        found[CHARSET] = _element(tree, CHARSET, "CS", b"")
    return found


def _original(inner: bytes, tree: Tree, origin: Origin) -> bytes:
    modified = _element(tree, 0x04000550, "SQ", item(inner, little=tree.little))
    return item(
        modified
        + _element(tree, 0x04000562, "DT", _moment(origin.at))
        + _element(tree, 0x04000563, "LO", f"{MANUFACTURER} {__version__}".encode("ascii"))
        + _element(tree, 0x04000564, "LO", b"")
        + _element(tree, 0x04000565, "CS", origin.reason.encode("ascii")),
        little=tree.little,
    )


def _equipment(tree: Tree, origin: Origin) -> bytes:
    """One item of the Contributing Equipment Sequence: what modified the object, and when."""
    code = (
        _element(tree, 0x00080100, "SH", b"109103")
        + _element(tree, 0x00080102, "SH", b"DCM")
        + _element(tree, 0x00080104, "LO", b"Modifying Equipment")
    )
    return item(
        _element(tree, 0x00080070, "LO", MANUFACTURER.encode("ascii"))
        + _element(tree, 0x00081090, "LO", MODEL.encode("ascii"))
        + _element(tree, 0x00181020, "LO", __version__.encode("ascii"))
        + _element(tree, 0x0018A002, "DT", _moment(origin.at))
        + _element(tree, 0x0018A003, "ST", f"Attributes changed: {origin.reason}".encode("ascii"))
        + _element(tree, 0x0040A170, "SQ", item(code, little=tree.little)),
        little=tree.little,
    )


def _element(tree: Tree, tag: int, vr: str, value: bytes) -> bytes:
    padded = value + b" " * (len(value) % 2) if vr != "SQ" else value
    return header(tag, vr, len(padded), implicit=tree.implicit, little=tree.little) + padded


def _moment(at: datetime) -> bytes:
    """A DT with its offset from UTC (PS3.5 6.2)."""
    return f"{at:%Y%m%d%H%M%S.%f%z}".encode("ascii")
