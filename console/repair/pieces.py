"""A changed file as a list of pieces: spans of the old file and new bytes between them.

What is not touched is one span, copied byte by byte: private elements, odd lengths, nested sequences of undefined
length, retired group lengths and pixel data stay as they are. Only length fields around a change are written anew
(PS3.5 7.5; group lengths PS3.5 7.2, file meta group length PS3.10 7.1).
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from struct import pack

from console.errors import Cancelled, UsageError
from console.i18n import _
from console.model.repair import Edit
from console.repair.sniffing import LONG
from console.repair.spans import UNDEFINED, Data, Node, Tree

Piece = tuple[int, int] | bytes
"""(from, to) in the old file, or new bytes."""
Patch = tuple[int, int, bytes]
"""(offset in the old file, bytes that go, bytes that come)."""

CHUNK = 1 << 20
"""Bytes read and written at a time."""
_LONGEST_SHORT = 65534
"""Bytes of the longest value whose length field has 16 bits."""


class EditError(UsageError):
    """A change that cannot be made to these bytes; nothing was written."""

    def __init__(self, detail: str) -> None:
        super().__init__(_("It cannot be changed"), detail)


@dataclass
class Pieces:
    """Pieces in the order of the new file; spans that touch are one."""

    parts: list[Piece] = field(default_factory=list)

    def span(self, start: int, end: int) -> None:
        """Add bytes of the old file."""
        if start == end:
            return
        last = self.parts[-1] if self.parts else None
        if isinstance(last, tuple) and last[1] == start:
            self.parts[-1] = (last[0], end)
        else:
            self.parts.append((start, end))

    def bytes(self, new: bytes) -> None:
        """Add new bytes."""
        if not new:
            return
        last = self.parts[-1] if self.parts else None
        if isinstance(last, bytes):
            self.parts[-1] = last + new
        else:
            self.parts.append(new)

    def add(self, others: "Pieces") -> None:
        """Add pieces behind these."""
        for part in others.parts:
            if isinstance(part, tuple):
                self.span(*part)
            else:
                self.bytes(part)

    @property
    def size(self) -> int:
        """Bytes of the new file, or of this part of it."""
        return sum(part[1] - part[0] if isinstance(part, tuple) else len(part) for part in self.parts)

    @property
    def copied(self) -> int:
        """Bytes that come from the old file."""
        return sum(part[1] - part[0] for part in self.parts if isinstance(part, tuple))


def edited(
    data: Data,
    tree: Tree,
    edits: Iterable[Edit],
    appended: Mapping[int, bytes] | None = None,
    patches: Iterable[Patch] = (),
) -> Pieces:
    """The pieces of a file with `edits` made, an item put behind each top-level sequence of `appended`, and `patches`.

    `appended` holds whole items in the file's encoding, by the sequence's tag; a sequence that is missing is made.
    Raises EditError where an expected value is not there, or where a value does not fit its length field.
    """
    changes = list(edits)
    if (changes or appended) and tree.trouble:
        raise EditError(_("It cannot be parsed to its end: no element of it is changed."))
    maker = _Maker(data)
    pieces = Pieces()
    first = tree.nodes[0].off if tree.nodes else tree.size
    pieces.span(0, first)
    if changes or appended:
        pieces.add(
            maker.level(tree.nodes, [(edit.place, edit) for edit in changes], dict(appended or {}), tree.implicit,
                        tree.little)
        )  # fmt: skip
    else:
        pieces.span(first, tree.size)
    return patched(pieces, sorted(patches, key=lambda patch: patch[0]))


Deep = list[tuple[tuple[tuple[int, int], ...], Edit]]


class _Maker:
    """Builds bottom-up: a container is written around what stands in it."""

    def __init__(self, data: Data) -> None:
        self.data = data

    def level(
        self, nodes: Sequence[Node], edits: Deep, appended: dict[int, bytes], implicit: bool, little: bool
    ) -> Pieces:
        """The elements of one level, edited; group lengths of groups that changed are written anew."""
        here = {edit.tag: edit for place, edit in edits if not place}
        if len(here) != sum(not place for place, _edit in edits):
            raise EditError(_("One element is changed twice in one plan."))
        deeper: dict[int, Deep] = {}
        for place, edit in edits:
            if place:
                deeper.setdefault(place[0][0], []).append((place, edit))
        made: list[tuple[int, Pieces, Node | None]] = []
        ends: list[Node] = []
        touched: set[int] = set()
        for node in nodes:
            if node.kind == "E":
                made.append((node.tag, self._element(node, here, deeper, appended, touched), node))
            else:
                ends.append(node)
        there = {tag for tag, _pieces, _node in made}
        if len(there) < len(made):
            _check_once([tag for tag, _pieces, _node in made], here.keys() | deeper.keys() | appended.keys())
        for tag, edit in here.items():
            if tag not in there:
                if edit.old is not None:
                    raise _differs(tag)
                if edit.new is not None:
                    self._insert(made, tag, edit.vr, edit.new, implicit, little)
                    touched.add(tag >> 16)
        for tag in sorted(set(appended) - there):
            self._insert(made, tag, "SQ", appended[tag], implicit, little)
            touched.add(tag >> 16)
        missing = set(deeper) - there
        if missing:
            raise _differs(min(missing))
        self._group_lengths(made, touched)
        pieces = Pieces()
        for _tag, part, _node in made:
            pieces.add(part)
        for node in ends:
            pieces.span(node.off, node.end)
        return pieces

    def _element(
        self, node: Node, here: dict[int, Edit], deeper: dict[int, Deep], appended: dict[int, bytes], touched: set[int]
    ) -> Pieces:
        """One element: as it stands, with another value, gone, or with something changed inside."""
        pieces, edit = Pieces(), here.get(node.tag)
        if edit is not None:
            if node.flag or edit.old is None or bytes(self.data[node.vo : node.ve]) != edit.old:
                raise _differs(node.tag)
            touched.add(node.tag >> 16)
            if edit.new is not None:
                self._headed(pieces, node, edit.new)
            return pieces
        if node.tag in deeper or node.tag in appended:
            touched.add(node.tag >> 16)
            self._sequence(pieces, node, deeper.get(node.tag, []), appended.get(node.tag, b""))
            return pieces
        pieces.span(node.off, node.end)
        return pieces

    def _headed(self, pieces: Pieces, node: Node, value: bytes) -> None:
        """Tag and VR as they stand, the length of the new value, and the value."""
        if node.length == UNDEFINED:
            raise EditError(_("A value of undefined length is not replaced as a whole."))
        pieces.span(node.off, node.lpos)
        pieces.bytes(_length(node, len(value)) + value)

    def _sequence(self, pieces: Pieces, node: Node, edits: Deep, item: bytes) -> None:
        """A sequence with something changed in its items, and an item put behind the last."""
        if not node.kids and node.length not in (0, UNDEFINED):
            raise EditError(_("{tag} is no sequence that can be changed inside.").format(tag=_tag(node.tag)))
        inside, number = Pieces(), -1
        by_item: dict[int, Deep] = {}
        for place, edit in edits:
            by_item.setdefault(place[0][1], []).append((place[1:], edit))
        ends: list[Node] = []
        for kid in node.kids:
            if kid.kind != "I":
                ends.append(kid)
                continue
            number += 1
            if number in by_item:
                self._item(inside, kid, by_item.pop(number))
            else:
                inside.span(kid.off, kid.end)
        if by_item:
            raise _differs(node.tag)
        inside.bytes(item)
        for kid in ends:
            inside.span(kid.off, kid.end)
        self._around(pieces, node, inside)

    def _item(self, pieces: Pieces, item: Node, edits: Deep) -> None:
        self._around(pieces, item, self.level(item.kids, edits, {}, item.implicit, item.little))

    def _around(self, pieces: Pieces, node: Node, inside: Pieces) -> None:
        """The header of a container around what stands in it now."""
        if node.length == UNDEFINED:
            pieces.span(node.off, node.vo)
        else:
            pieces.span(node.off, node.lpos)
            pieces.bytes(_length(node, inside.size))
        pieces.add(inside)

    def _insert(
        self, made: list[tuple[int, Pieces, Node | None]], tag: int, vr: str, value: bytes, implicit: bool, little: bool
    ) -> None:
        """A new element in front of the first with a larger tag."""
        if tag >> 16 == 2:
            implicit, little = False, True
        pieces = Pieces()
        pieces.bytes(header(tag, vr, len(value), implicit=implicit, little=little) + value)
        at = next((place for place, (there, _pieces, _node) in enumerate(made) if there > tag), len(made))
        made.insert(at, (tag, pieces, None))

    def _group_lengths(self, made: list[tuple[int, Pieces, Node | None]], touched: set[int]) -> None:
        """(gggg,0000) of the groups that changed, where there is one with a value of four bytes."""
        for place, (tag, _pieces, node) in enumerate(made):
            if tag & 0xFFFF or tag >> 16 not in touched or node is None or node.length != 4:
                continue
            size = sum(pieces.size for other, pieces, _node in made if other >> 16 == tag >> 16 and other != tag)
            new = Pieces()
            new.span(node.off, node.vo)
            new.bytes(pack("<I" if node.little else ">I", size))
            made[place] = (tag, new, node)


def header(tag: int, vr: str, length: int, *, implicit: bool, little: bool) -> bytes:
    """Tag, VR and length of an element (PS3.5 7.1). Raises EditError for a value too long for its VR."""
    order = "<" if little else ">"
    head = pack(order + "HH", tag >> 16, tag & 0xFFFF)
    if implicit:
        return head + pack(order + "I", length)
    if vr in LONG:
        return head + vr.encode("ascii") + pack(order + "HI", 0, length)
    if length > _LONGEST_SHORT:
        raise _too_long(tag)
    return head + vr.encode("ascii") + pack(order + "H", length)


def item(content: bytes, *, little: bool) -> bytes:
    """A whole item of defined length around elements (PS3.5 7.5)."""
    return pack("<HHI" if little else ">HHI", 0xFFFE, 0xE000, len(content)) + content


def inverse(pieces: Pieces, old: Callable[[int, int], bytes], size: int) -> Pieces:
    """The pieces that make the old file of the new one: its literals are the bytes that were replaced or removed.

    `old` reads (from, to) of the old file, which has `size` bytes. The spans of `pieces` ascend, as `edited` makes
    them.
    """
    back, place, at = Pieces(), 0, 0
    for part in pieces.parts:
        if isinstance(part, tuple):
            start, end = part
            if start < place:
                raise EditError(_("The pieces are not in the order of the file."))
            back.bytes(old(place, start))
            back.span(at, at + end - start)
            place, at = end, at + end - start
        else:
            at += len(part)
    back.bytes(old(place, size))
    return back


def write(
    pieces: Pieces, source: int, target: int, cancelled: Callable[[], bool] = lambda: False,
    told: Callable[[int], object] = lambda _count: None,
) -> int:  # fmt: skip
    """Write the pieces from one open file into another, in chunks; bytes written. OSError; Cancelled when stopped."""
    written = 0
    for chunk in stream(pieces, source):
        if cancelled():
            raise Cancelled(_("Stopped"), _("The job was stopped; the file stands as it was."))
        view = memoryview(chunk)
        while view:
            count = os.write(target, view)
            view = view[count:]
            written += count
        told(written)
    return written


def stream(pieces: Pieces, source: int) -> Iterator[bytes]:
    """The bytes of the new file, chunk by chunk. Raises OSError when the old file ends too early."""
    for part in pieces.parts:
        if isinstance(part, bytes):
            yield part
            continue
        at, end = part
        while at < end:
            chunk = read_at(source, at, min(CHUNK, end - at))
            if not chunk:
                raise OSError(None, _("the file became shorter while it was read"))
            at += len(chunk)
            yield chunk


def read_at(descriptor: int, at: int, count: int) -> bytes:
    """At most `count` bytes from `at`, without moving what others read."""
    if hasattr(os, "pread"):
        return os.pread(descriptor, count, at)
    os.lseek(descriptor, at, os.SEEK_SET)
    return os.read(descriptor, count)


def to_json(pieces: Pieces) -> list[object]:
    """For the journal: spans as [from, to], bytes as hex."""
    return [list(part) if isinstance(part, tuple) else part.hex() for part in pieces.parts]


def from_json(parts: object) -> Pieces:
    """The pieces of a journal. Raises ValueError for what is none."""
    pieces = Pieces()
    if not isinstance(parts, list):
        raise ValueError("pieces are a list")
    for part in parts:
        if isinstance(part, str):
            pieces.bytes(bytes.fromhex(part))
        elif isinstance(part, list) and len(part) == 2 and all(isinstance(end, int) for end in part):
            pieces.span(part[0], part[1])
        else:
            raise ValueError("a piece is a span or bytes")
    return pieces


def patched(pieces: Pieces, patches: Sequence[Patch]) -> Pieces:
    """Pieces with bytes of the old file replaced. Raises EditError where a patch meets what was changed already."""
    parts = list(pieces.parts)
    for offset, length, new in patches:
        for place, part in enumerate(parts):
            last = place == len(parts) - 1
            if not isinstance(part, tuple) or not (part[0] <= offset < part[1] or (last and offset == part[1])):
                continue
            if offset + length > part[1]:
                raise EditError(_("Two changes of the plan meet in the same bytes."))
            parts[place : place + 1] = [(part[0], offset), new, (offset + length, part[1])]
            break
        else:
            if parts or offset or length:
                raise EditError(_("Two changes of the plan meet in the same bytes."))
            parts.append(new)
    made = Pieces()
    for part in parts:
        if isinstance(part, tuple):
            made.span(*part)
        else:
            made.bytes(part)
    return made


def _length(node: Node, length: int) -> bytes:
    if node.lsz == 2 and length > _LONGEST_SHORT:
        raise _too_long(node.tag)
    return length.to_bytes(node.lsz, "little" if node.little else "big")


def _check_once(tags: Sequence[int], wanted: Iterable[int]) -> None:
    """Raises EditError for an element that stands twice: which one is meant cannot be known."""
    double = next((tag for tag in wanted if tags.count(tag) > 1), None)
    if double is not None:
        sentence = _("{tag} stands there twice: which one is meant cannot be known.")
        raise EditError(sentence.format(tag=_tag(double)))


def _tag(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _differs(tag: int) -> EditError:
    sentence = _("{tag} does not hold what the plan expects. Make the plan again.")
    return EditError(sentence.format(tag=_tag(tag)))


def _too_long(tag: int) -> EditError:
    sentence = _("The value of {tag} is too long for its VR.")
    return EditError(sentence.format(tag=_tag(tag)))
