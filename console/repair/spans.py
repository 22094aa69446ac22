"""The walker: where every element, item and fragment of a DICOM file stands, down to the byte.

Positions only; values are never decoded and pixels never touched, so that a file of hundreds of megabytes is walked in
microseconds and every byte of it belongs to exactly one span. What cannot be parsed with certainty becomes one opaque
span with the reason: it can be copied, never edited (PS3.5 7.1-7.5, A.4).
"""

import mmap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import TypeAlias

from console.repair.sniffing import LONG, VRS, is_known, is_sequence, score, sniff

Data: TypeAlias = "bytes | bytearray | memoryview | mmap.mmap"

UNDEFINED = 0xFFFFFFFF
"""Length of what is ended by a delimiter (PS3.5 7.5)."""
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
PIXELS = 0x7FE00010
DEEPEST = 60
"""Sequences inside sequences; deeper nesting is taken for damage."""

_IMPLICIT, _BIG_ENDIAN = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
_SHORT_HEAD = (Struct(">HH2sH"), Struct("<HH2sH"))
_WORD = (Struct(">I"), Struct("<I"))
_LONG_HEAD = (Struct(">HHI"), Struct("<HHI"))
_ITEM_MARK = (b"\xff\xfe\xe0\x00", b"\xfe\xff\x00\xe0")


class WalkError(Exception):
    """The walk cannot go on; the text says where and why ("@1320: …")."""


@dataclass(slots=True)
class Node:
    """One span with a header of its own."""

    kind: str
    """E element, I item, F fragment, D delimiter, X opaque."""
    tag: int
    vr: str
    """As it stands; empty in implicit encoding, and of items, fragments and delimiters."""
    implicit: bool
    """Of an element: its header has no VR. Of an item: so have the elements inside."""
    little: bool
    off: int
    """Where the header begins."""
    lpos: int
    """Where the length field stands."""
    lsz: int
    """Bytes of the length field: 2 or 4, 0 for an opaque span."""
    length: int
    """As it stands; `UNDEFINED` for what a delimiter ends."""
    vo: int
    """Where the value begins."""
    ve: int
    """Where the value ends; that of an undefined length holds its delimiter."""
    end: int
    """Where the next span begins."""
    kids: "Sequence[Node]" = ()
    flag: str = ""
    """truncated | no-delimiter | half-delimiter | opaque; empty for what is whole."""


@dataclass(slots=True)
class Tree:
    """A whole file. The spans of `nodes` follow one another from the preamble to the end of the file."""

    nodes: list[Node]
    notes: list[str]
    """Oddities that keep nothing from being edited ("@10860: …")."""
    trouble: str
    """Why the walk stopped; empty when it reached the end of the file."""
    size: int
    start: int
    """Where the data set begins: behind the file meta information, 0 where there is none."""
    implicit: bool
    little: bool
    preamble: bool
    """Whether 128 bytes and "DICM" stand in front."""
    syntax: str = ""
    """Transfer Syntax UID (0002,0010) as it stands."""
    head: int = 0
    """Where the first element begins: behind preamble and "DICM"."""


def walk(data: Data) -> Tree:
    """Walk a file. Never raises: what cannot be parsed stands in `trouble`, and as an opaque span at the end."""
    size, notes = len(data), list[str]()
    preamble = bytes(data[128:132]) == b"DICM"
    if preamble and bytes(data[132:134]) != b"\x02\0" and score(data, 0) > score(data, 132):
        # "DICM" inside a value of a file without a preamble.
        preamble = False
    head = 132 if preamble else 4 if bytes(data[:4]) == b"DICM" else 0
    try:
        meta, start = _meta(data, head)
    except WalkError as error:
        opaque = _opaque(head, size)
        return Tree([opaque] if size > head else [], notes, str(error), size, head, False, True, preamble, "", head)
    syntax = next((_text(data, node) for node in meta if node.tag == 0x00020010), "")
    implicit, little = _encoding(data, start, syntax)
    tree = walk_dataset(data, start, implicit=implicit, little=little)
    notes += tree.notes
    return Tree([*meta, *tree.nodes], notes, tree.trouble, size, start, implicit, little, preamble, syntax, head)


def walk_dataset(data: Data, start: int, *, implicit: bool, little: bool) -> Tree:
    """Walk a data set that begins at `start`, in one encoding and no other. Never raises."""
    walker, size, trouble = _Walker(data), len(data), ""
    try:
        walker.level(start, size, implicit, little, 0, 0)
    except WalkError as error:
        trouble = str(error)
        walker.top.append(_opaque(walker.at, size, implicit, little))
    return Tree(walker.top, walker.notes, trouble, size, start, implicit, little, False, "", start)


def _opaque(start: int, end: int, implicit: bool = False, little: bool = True) -> Node:
    return Node("X", 0, "", implicit, little, start, start, 0, 0, start, end, end, (), "opaque")


def _text(data: Data, node: Node) -> str:
    return bytes(data[node.vo : node.ve]).rstrip(b"\0 ").decode("latin-1")


def _meta(data: Data, head: int) -> tuple[list[Node], int]:
    """The file meta information, explicit VR little endian always (PS3.10 7.1), and where the data set begins."""
    nodes, at, size = list[Node](), head, len(data)
    while size - at >= 8 and bytes(data[at : at + 2]) == b"\x02\0":
        group, element, raw, length = _SHORT_HEAD[1].unpack_from(data, at)
        vr = VRS.get(raw)
        if vr is None:
            break
        lpos, lsz, vo = at + 6, 2, at + 8
        if vr in LONG:
            if size - at < 12:
                raise WalkError(f"@{at}: element header is cut")
            length = _WORD[1].unpack_from(data, at + 8)[0]
            lpos, lsz, vo = at + 8, 4, at + 12
        if vo + length > size:
            raise WalkError(f"@{at}: element length {length} passes the end of the file by {vo + length - size}")
        nodes.append(
            Node("E", group << 16 | element, vr, False, True, at, lpos, lsz, length, vo, vo + length, vo + length)
        )
        at = vo + length
    return nodes, at


def _encoding(data: Data, start: int, syntax: str) -> tuple[bool, bool]:
    """How the data set is written, (implicit, little), by its first element; by the syntax where there is none."""
    first = bytes(data[start : start + 8])
    if len(first) < 8:
        return syntax == _IMPLICIT, syntax != _BIG_ENDIAN
    if first[:2] not in (b"\x08\0", b"\0\x08") and (found := sniff(data, start)) is not None:
        return found
    little = int.from_bytes(first[:2], "little") <= int.from_bytes(first[:2], "big")
    return first[4:6] not in VRS, little


_SHORT = {raw: vr for raw, vr in VRS.items() if vr not in LONG}
"""Value representations with a length of 16 bits."""


class _Walker:
    """One walk. `top` holds what was found on the top level, also when the walk stopped; `at` is where."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.size = len(data)
        self.notes: list[str] = []
        self.top: list[Node] = []
        self.at = 0
        self._cut = ""
        """What the fragments walked last lack at their end."""

    def level(self, at: int, end: int, implicit: bool, little: bool, stop: int, depth: int) -> tuple[list[Node], int]:
        """Elements from `at` to `end`, or to the delimiter `stop`; the nodes, and where they end. Raises WalkError."""
        found = self.top if depth == 0 else []
        if depth > DEEPEST:
            raise WalkError(f"@{at}: nested too deep")
        last = 0
        heads, short = _SHORT_HEAD[little].unpack_from, _SHORT.get
        while at < end:
            if not implicit and end - at >= 8:
                # Nearly all elements come here: a known VR, a short length, a tag that ascends.
                group, element, raw, length = heads(self.data, at)
                vr, tag, stop_at = short(raw), group << 16 | element, at + 8 + length
                if vr is not None and stop_at <= end and tag > last and group != 0xFFFE:
                    found.append(Node("E", tag, vr, False, little, at, at + 6, 2, length, at + 8, stop_at, stop_at))
                    last, at = tag, stop_at
                    continue
            if depth == 0:
                self.at = at
            if end - at < 8:
                if depth:
                    raise WalkError(f"@{at}: element header is cut")
                self.notes.append(f"@{at}: {end - at} bytes behind the last element")
                found.append(_opaque(at, end, implicit, little))
                return found, end
            node = self._header(at, end, implicit, little, last if depth == 0 else 0)
            if node.tag >> 16 == 0xFFFE:
                if node.tag != stop:
                    raise WalkError(f"@{at}: unexpected {node.tag:08X} between elements")
                found.append(node)
                return found, node.end
            if node.tag < last:
                self.notes.append(f"@{at}: tag {node.tag:08X} stands behind {last:08X}")
            last = node.tag
            self._value(node, end, depth)
            found.append(node)
            at = node.end
        if stop:
            raise WalkError(f"@{at}: item delimiter is missing")
        return found, at

    def _header(self, at: int, end: int, implicit: bool, little: bool, last: int) -> Node:
        """The header of one element or delimiter; the value is not looked at yet."""
        data = self.data
        if implicit:
            group, element, length = _LONG_HEAD[little].unpack_from(data, at)
            vr, lpos, lsz, vo = "", at + 4, 4, at + 8
        else:
            group, element, raw, length = _SHORT_HEAD[little].unpack_from(data, at)
            vr, lpos, lsz, vo = VRS.get(raw, ""), at + 6, 2, at + 8
            if group == 0xFFFE:
                vr, lpos, lsz, length = "", at + 4, 4, _WORD[little].unpack_from(data, at + 4)[0]
            elif not vr:
                return self._strange(at, end, group << 16 | element, raw, length, little, last)
            elif vr in LONG:
                if end - at < 12:
                    raise WalkError(f"@{at}: element header is cut")
                lpos, lsz, vo = at + 8, 4, at + 12
                length = _WORD[little].unpack_from(data, at + 8)[0]
                if data[at + 6] or data[at + 7]:
                    self.notes.append(f"@{at}: the reserved word behind the VR is not zero")
        tag = group << 16 | element
        if not tag and not length:
            raise WalkError(f"@{at}: no element header")
        return Node("D" if group == 0xFFFE else "E", tag, vr, implicit, little, at, lpos, lsz, length, vo, vo, vo)

    def _strange(self, at: int, end: int, tag: int, raw: bytes, length: int, little: bool, last: int) -> Node:
        """An element whose VR nobody knows: of two letters (long form where it fits), or an implicit one in between."""
        data = self.data
        if raw.isalpha() and raw.isupper():
            self.notes.append(f"@{at}: VR {raw.decode('ascii', 'replace')} is unknown")
            vr = raw.decode("ascii", "replace")
            if not length and end - at >= 12:
                wide = _WORD[little].unpack_from(data, at + 8)[0]
                if at + 12 + wide <= end and self._goes_on(at + 12 + wide, end, tag, little):
                    return Node("E", tag, vr, False, little, at, at + 8, 4, wide, at + 12, at + 12, at + 12)
            return Node("E", tag, vr, False, little, at, at + 6, 2, length, at + 8, at + 8, at + 8)
        wide = _WORD[little].unpack_from(data, at + 4)[0]
        if not tag or (last and tag <= last):
            raise WalkError(f"@{at}: no VR, and the tag does not ascend")
        if wide != UNDEFINED and self._goes_on(at + 8 + wide, end, tag, little):
            self.notes.append(f"@{at}: implicit element among explicit ones")
            return Node("E", tag, "", True, little, at, at + 4, 4, wide, at + 8, at + 8, at + 8)
        if raw in (b"  ", b"\0\0") and self._goes_on(at + 8 + length, end, tag, little):
            self.notes.append(f"@{at}: the VR is blank")
            return Node("E", tag, "", False, little, at, at + 6, 2, length, at + 8, at + 8, at + 8)
        raise WalkError(f"@{at}: no element header")

    def _goes_on(self, at: int, end: int, tag: int, little: bool) -> bool:
        """Whether a larger tag stands at `at`, or the end of the container."""
        if at == end:
            return True
        if at + 8 > end:
            return False
        group, element, _length = _LONG_HEAD[little].unpack_from(self.data, at)
        return bool(group << 16 | element > tag)

    def _value(self, node: Node, end: int, depth: int) -> None:
        """Where the value of an element ends, and what stands inside. Raises WalkError."""
        if node.length == UNDEFINED:
            if node.tag == PIXELS or node.vr in ("OB", "OW"):
                node.kids, node.end = self._fragments(node.vo, end, node.little)
            else:
                # UN of undefined length holds implicit little endian items (PS3.5 6.2.2 note).
                unknown = node.vr == "UN"
                node.kids, node.end = self._items(
                    node.vo, end, node.implicit or unknown, node.little or unknown, depth, closed=True
                )
            node.ve = node.end
            node.flag, self._cut = self._cut, ""
            if node.flag and depth:
                raise WalkError(f"@{node.off}: the fragments do not end inside their container")
            return
        stop = node.vo + node.length
        if stop > end:
            if depth:
                raise WalkError(f"@{node.off}: element length {node.length} passes its container by {stop - end}")
            node.ve = node.end = end
            node.flag = "truncated"
            return
        node.ve = node.end = stop
        if node.vr == "SQ" or (node.implicit and is_sequence(node.tag)):
            node.kids, _end = self._items(node.vo, stop, node.implicit, node.little, depth)
        elif node.length >= 8 and self._may_hold_items(node):
            try:
                node.kids, _end = self._items(node.vo, stop, node.implicit or node.vr == "UN", node.little, depth)
            except WalkError:
                self.notes.append(f"@{node.off}: begins like an item, and does not parse as one")

    def _may_hold_items(self, node: Node) -> bool:
        """Private or unknown values that begin like an item are tried as items."""
        unknown = node.vr == "UN" or (node.implicit and (node.tag >> 16 & 1 == 1 or not is_known(node.tag)))
        return unknown and bytes(self.data[node.vo : node.vo + 4]) == _ITEM_MARK[node.little]

    def _items(
        self, at: int, end: int, implicit: bool, little: bool, depth: int, *, closed: bool = False
    ) -> tuple[list[Node], int]:
        """Items from `at` to `end`, or where `closed` to the sequence delimiter before it. Raises WalkError."""
        found, data = list[Node](), self.data
        while closed or at < end:
            if end - at < 8:
                raise WalkError(f"@{at}: sequence delimiter is missing")
            group, element, length = _LONG_HEAD[little].unpack_from(data, at)
            tag, vo = group << 16 | element, at + 8
            if tag == SEQUENCE_END and closed:
                found.append(Node("D", tag, "", True, little, at, at + 4, 4, length, vo, vo, vo))
                return found, vo
            if tag != ITEM:
                raise WalkError(f"@{at}: {tag:08X} where an item should be")
            inside = self._inside(vo, length, implicit, little)
            if inside and not implicit:
                self.notes.append(f"@{at}: implicit item in an explicit sequence")
            if length == UNDEFINED:
                kids, ve = self.level(vo, end, inside, little, ITEM_END, depth + 1)
            else:
                ve = vo + length
                if ve > end:
                    raise WalkError(f"@{at}: item length {length} passes its container by {ve - end}")
                kids, _end = self.level(vo, ve, inside, little, 0, depth + 1)
            found.append(Node("I", tag, "", inside, little, at, at + 4, 4, length, vo, ve, ve, kids))
            at = ve
        return found, at

    def _inside(self, vo: int, length: int, implicit: bool, little: bool) -> bool:
        """Whether the elements of an item are implicit: its first element says, whatever is written around it."""
        if not length:
            return implicit
        raw = bytes(self.data[vo + 4 : vo + 6])
        if bytes(self.data[vo : vo + 2]) == _ITEM_MARK[little][:2]:
            return implicit
        if implicit:
            # An implicit length may happen to read like VR letters; as one it would pass its item then.
            end = self.size if length == UNDEFINED else vo + length
            wide = int(_WORD[little].unpack_from(self.data, vo + 4)[0]) if self.size - vo >= 8 else 0
            return not (raw in VRS and vo + 8 + wide > end)
        return not (raw.isalpha() and raw.isupper())

    def _fragments(self, at: int, size: int, little: bool) -> tuple[list[Node], int]:
        """Fragments by their lengths, never by looking for a delimiter: a codestream may hold its bytes (PS3.5 A.4)."""
        found, data = list[Node](), self.data
        while True:
            if size - at < 8:
                self._cut = "half-delimiter" if size > at else "no-delimiter"
                if size > at:
                    found.append(_opaque(at, size, True, little))
                return found, size
            group, element, length = _LONG_HEAD[little].unpack_from(data, at)
            tag, vo = group << 16 | element, at + 8
            if tag == SEQUENCE_END:
                found.append(Node("D", tag, "", True, little, at, at + 4, 4, length, vo, vo, vo))
                return found, vo
            if tag != ITEM:
                raise WalkError(f"@{at}: {tag:08X} where a fragment should be")
            if vo + length > size:
                found.append(Node("F", tag, "", True, little, at, at + 4, 4, length, vo, size, size, (), "truncated"))
                self._cut = "truncated"
                return found, size
            found.append(Node("F", tag, "", True, little, at, at + 4, 4, length, vo, vo + length, vo + length))
            at = vo + length


def flat(nodes: Iterable[Node]) -> "Iterable[Node]":
    """All nodes at every depth, in the order of the file."""
    for node in nodes:
        yield node
        yield from flat(node.kids)
