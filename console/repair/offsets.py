"""A DICOMDIR names its records by the bytes at which they begin: when bytes move, these numbers follow (PS3.3 F.3.2.2).

Only the four offsets of the records in use are written anew, in the same four bytes. A directory whose offsets do not
lead to records before the change is not changed: it is rebuilt.
"""

from collections.abc import Iterator

from console.i18n import _
from console.repair.pieces import EditError, Pieces, patched
from console.repair.spans import Data, Node, Tree

RECORDS = 0x00041220
"""Directory Record Sequence."""
OFFSETS = frozenset((0x00041200, 0x00041202, 0x00041400, 0x00041420))
"""First and last record of the root, next record, first record of the lower level."""


def follow(data: Data, tree: Tree, pieces: Pieces) -> Pieces:
    """`pieces` with the offsets of a DICOMDIR led to where its records stand afterwards; others as they are.

    Raises EditError where the records could not be found afterwards.
    """
    records = next((node for node in tree.nodes if node.tag == RECORDS), None)
    if records is None:
        return pieces
    moved = {start: _moved(pieces, start) for start in _starts(records)}
    fields = list(_fields(data, tree))
    if all(place in moved for _node, place in fields):
        changes = [(node, moved[place]) for node, place in fields if moved[place] != place]
    elif all(place in moved.values() for _node, place in fields):
        # The front had been lost, and stands there again.
        changes = []
    else:
        raise EditError(_("Its offsets lead to no records: it is made anew with rebuild-dicomdir."))
    patches = [(node.vo, 4, place.to_bytes(4, "little" if node.little else "big")) for node, place in changes]
    return patched(pieces, patches) if patches else pieces


def lost(data: Data, tree: Tree) -> bool:
    """Whether an offset of a DICOMDIR leads to no record."""
    records = next((node for node in tree.nodes if node.tag == RECORDS), None)
    if records is None:
        return False
    starts = set(_starts(records))
    return any(place not in starts for _node, place in _fields(data, tree))


def _starts(records: Node) -> Iterator[int]:
    return (item.off for item in records.kids if item.kind == "I")


def _fields(data: Data, tree: Tree) -> Iterator[tuple[Node, int]]:
    """The offsets that lead somewhere, and where."""
    for node in tree.nodes:
        inside = (kid for item in node.kids for kid in item.kids) if node.tag == RECORDS else iter(())
        for each in (node, *inside):
            if each.tag in OFFSETS and each.length == 4:
                place = int.from_bytes(bytes(data[each.vo : each.ve]), "little" if each.little else "big")
                if place:
                    yield each, place


def _moved(pieces: Pieces, place: int) -> int:
    """Where a byte of the old file stands in the new one; -1 where it is gone."""
    at = 0
    for part in pieces.parts:
        if isinstance(part, bytes):
            at += len(part)
            continue
        if part[0] <= place < part[1]:
            return at + place - part[0]
        at += part[1] - part[0]
    return -1
