"""What the walk over a data set says: encoding against the named syntax, breaks, and bytes that belong to nothing."""

import re
from collections.abc import Sequence

from console.dicom.syntaxes import BIG_ENDIAN, DEFLATED, EXPLICIT, GE_PRIVATE, IMPLICIT
from console.i18n import N_
from console.repair.doctor.codes import META, Found
from console.repair.doctor.envelope import Envelope
from console.repair.doctor.harvest import allowed_vrs, name_of, syntax_name
from console.repair.remedies.sight import UNDEFINED, Sight
from console.repair.spans import Node, Tree

_AT = re.compile(r"@(\d+)")
_PIXELS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
_BEHIND = (0x7FE0, 0xFFFA, 0xFFFC, 0x7FE1)
"""Groups that may stand behind pixel data: their tables, signatures, padding, and what Siemens puts there."""
_PIXEL_HEADS = (b"\xe0\x7f\x10\x00OW", b"\xe0\x7f\x10\x00OB", b"\xe0\x7f\x10\x00")


def syntax_findings(envelope: Envelope, tree: Tree) -> list[Found]:
    """Whether the data set is encoded as the file meta information says."""
    declared = envelope.syntax
    if not declared or not any(node.kind == "E" and node.tag >> 16 > 2 for node in tree.nodes):
        return []
    if encoding_of(declared) in (None, (tree.implicit, tree.little)):
        return []
    actual = {(True, True): IMPLICIT, (False, True): EXPLICIT, (False, False): BIG_ENDIAN}.get(
        (tree.implicit, tree.little), ""
    )
    values = {"syntax": syntax_name(declared), "actual": syntax_name(actual) if actual else "?"}
    detail = N_("The file names {syntax}; the data set is {actual}.")
    return [Found("wrong-syntax", detail, values, envelope.start, 0x00020010, META)]


def encoding_of(syntax: str) -> tuple[bool, bool] | None:
    """(implicit, little) of a transfer syntax; None for none. What is not known to be otherwise is explicit little."""
    if not syntax:
        return None
    return syntax in (IMPLICIT, GE_PRIVATE), syntax != BIG_ENDIAN


def break_findings(sight: Sight) -> list[Found]:
    """Where the walk could not go on, and what it had to leave."""
    tree = sight.tree
    pixels = next((node for tag in _PIXELS if (node := sight.node(tag)) is not None), None)
    stray = _phantom(tree.nodes, pixels) if pixels is not None else None
    last = tree.nodes[-1] if tree.nodes else None
    # What could not be parsed is always the last span.
    opaque = last if last is not None and last.kind == "X" else None
    if stray is None and opaque is None and not tree.trouble and not (last is not None and last.flag):
        return []
    nodes = [node for node in tree.nodes if node.kind == "E"]
    place = _place(tree)
    behind = pixels.end if pixels is not None and not pixels.flag else _last_sound(nodes)
    if stray is not None:
        return [_trailing(stray.off, tree.size)]
    if tree.trouble or opaque is not None:
        if place is None:
            place = opaque.off if opaque is not None else behind
        if opaque is not None and (broken := broken_fragments(sight, opaque.off, place)):
            return [broken]
        if pixels is not None and pixels.length == UNDEFINED and not any(kid.kind == "D" for kid in pixels.kids):
            return []
        if pixels is not None and place >= pixels.end and not pixels.flag:
            return [_trailing(pixels.end, tree.size)]
        if pixels is None and _is_trash(sight, behind) and behind > tree.start and behind >= place:
            return [_trailing(behind, tree.size)]
        return [_broken(sight, place)]
    if last is not None and last.flag and last.tag not in _PIXELS:
        return [_cut(sight, last)]
    return []


def broken_fragments(sight: Sight, at: int, place: int) -> Found | None:
    """The finding for compressed pixel data that begin at `at` and break off at `place`; None for anything else."""
    head = bytes(sight.data[at : at + 12])
    if head[:4] != b"\xe0\x7f\x10\x00" or head[8:12] != b"\xff\xff\xff\xff":
        return None
    count, position = 0, at + 12
    while bytes(sight.data[position : position + 4]) == b"\xfe\xff\x00\xe0":
        length = int.from_bytes(bytes(sight.data[position + 4 : position + 8]), "little")
        if position + 8 + length > sight.tree.size:
            break
        count, position = count + 1, position + 8 + length
    values = {"count": max(count - 1, 0), "place": max(place, position)}
    detail = N_("The chain breaks at byte {place}, behind {count} whole fragments.")
    return Found("bad-fragments", detail, values, max(place, position), 0x7FE00010, "")


def _trailing(at: int, size: int) -> Found:
    return Found("trailing-bytes", N_("{count} bytes from {place} on."), {"count": size - at, "place": at}, at)


def _broken(sight: Sight, place: int) -> Found:
    """The walk stopped at `place`: the end of the file inside a header, or a wrong length somewhere in front."""
    tree = sight.tree
    if tree.size - place < 12 or _passes_end(tree.trouble, tree.size):
        rest = bytes(sight.data[place : place + (1 << 20)])
        if not any(head in rest[8:] for head in _PIXEL_HEADS[:2]):
            return Found("cut-header", N_("The last element begins at {place}."), {"place": place}, place)
    values = {"what": tree.trouble or f"@{place}", "place": place}
    return Found("broken-structure", N_("The walk stops at byte {place} ({what})."), values, place)


def _cut(sight: Sight, node: Node) -> Found:
    """An element that passes the end of the file: the file is cut, or its length is wrong and others hide in it."""
    values = {"element": name_of(node.tag), "missing": node.vo + node.length - sight.tree.size, "place": node.off}
    rest = bytes(sight.data[node.vo : node.vo + (1 << 22)])
    if any(head in rest for head in _PIXEL_HEADS[:2]) or _holds_elements(sight, rest):
        detail = N_("The length of {element} at byte {place} passes the end of the file by {missing}.")
        return Found("broken-structure", detail, values, node.lpos, node.tag)
    detail = N_("{element} begins at byte {place}; {missing} bytes of it are missing.")
    return Found("cut-header", detail, values, node.off, node.tag)


def _holds_elements(sight: Sight, rest: bytes) -> bool:
    """Whether what should be one value looks like a row of explicit elements."""
    if sight.tree.implicit or not sight.tree.little:
        return False
    count = 0
    for found in re.finditer(rb"[\x08\x10\x18\x20\x28\x40]\x00..(?:UI|CS|SH|LO|DA|TM|IS|DS|US|PN)..", rest, re.DOTALL):
        head = found[0]
        tag = int.from_bytes(head[:2], "little") << 16 | int.from_bytes(head[2:4], "little")
        length = int.from_bytes(head[6:8], "little")
        if head[4:6].decode() in allowed_vrs(tag) and found.end() + length <= len(rest):
            count += 1
    return count >= 3


def _phantom(nodes: Sequence[Node], pixels: Node) -> Node | None:
    """The first "element" behind the pixel data that is none."""
    stray = None
    for node in reversed(nodes):
        if node is pixels:
            break
        if node.kind == "E" and node.tag not in _PIXELS:
            group = node.tag >> 16
            odd = group & 1 and group > 0x7FE0 and not node.flag
            if group not in _BEHIND and not odd:
                stray = node
    return stray


def _last_sound(nodes: Sequence[Node]) -> int:
    return nodes[-1].end if nodes else 0


def _is_trash(sight: Sight, at: int) -> bool:
    """Whether what follows is no attempt at an element: padding, a second file, or letters."""
    rest = bytes(sight.data[at : at + 132])
    return len(rest) > 0 and (not any(rest[:8]) or rest[128:132] == b"DICM")


def _place(tree: Tree) -> int | None:
    found = _AT.match(tree.trouble)
    return int(found[1]) if found else None


def _passes_end(trouble: str, size: int) -> bool:
    """Whether the walk stopped because the file does."""
    return "is cut" in trouble or "is not ended" in trouble or "delimiter is missing" in trouble


def is_deflated(envelope: Envelope) -> bool:
    """Whether the data set is named as compressed as a whole."""
    return envelope.syntax == DEFLATED
