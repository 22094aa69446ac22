"""DICOMDIR: which files it leads to, and whether its records hang together (PS3.10 8, PS3.3 F)."""

from typing import NamedTuple

from console.i18n import N_
from console.repair.doctor.codes import Found
from console.repair.remedies.sight import Sight
from console.repair.spans import Node

_RECORDS = 0x00041220
_FIRST, _LAST = 0x00041200, 0x00041202
_NEXT, _LOWER, _IN_USE, _FILE_ID = 0x00041400, 0x00041420, 0x00041410, 0x00041500


class Directory(NamedTuple):
    """What a DICOMDIR holds."""

    files: tuple[str, ...]
    """File ids as paths below the folder of the DICOMDIR, components joined by "/"."""
    found: tuple[Found, ...] = ()


def directory_of(sight: Sight) -> Directory:
    """Read the records of a DICOMDIR."""
    node = sight.node(_RECORDS)
    if node is None:
        return Directory((), (Found("directory-broken", N_("It has no records at all."), {}, -1, _RECORDS),))
    items = [kid for kid in node.kids if kid.kind == "I"]
    starts = {item.off for item in items}
    files: list[str] = []
    misled = 0
    targets: set[int] = set()
    for item in items:
        own = {kid.tag: kid for kid in item.kids if kid.kind == "E"}
        if _FILE_ID in own and _number(sight, own.get(_IN_USE), 0xFFFF):
            raw = sight.value(own[_FILE_ID]).rstrip(b"\0 ").decode("latin-1")
            parts = [part.strip() for part in raw.split("\\")]
            if any(parts):
                files.append("/".join(parts))
        for tag in (_NEXT, _LOWER):
            target = _number(sight, own.get(tag), 0)
            if target:
                targets.add(target)
                misled += target not in starts
    first, last = (_number(sight, sight.node(tag), 0) for tag in (_FIRST, _LAST))
    misled += sum(bool(target) and target not in starts for target in (first, last))
    found: tuple[Found, ...] = ()
    if misled:
        values = {"count": misled, "records": len(items)}
        detail = N_("{count} links between its {records} records lead to no record.")
        found = (Found("directory-broken", detail, values, node.off, _RECORDS),)
    elif items and not first:
        detail = N_("It does not say where its first of {records} records is.")
        found = (Found("directory-broken", detail, {"records": len(items)}, node.off, _FIRST),)
    elif lost := [item for item in items if item.off not in targets and item.off != first]:
        values = {"count": len(lost), "records": len(items)}
        detail = N_("No link leads to {count} of its {records} records.")
        found = (Found("directory-broken", detail, values, lost[0].off, _RECORDS),)
    return Directory(tuple(files), found)


def _number(sight: Sight, node: Node | None, default: int) -> int:
    if node is None:
        return default
    raw = sight.value(node)
    return int.from_bytes(raw, "little" if node.little else "big") if len(raw) in (2, 4) else default
