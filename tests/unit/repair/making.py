"""Small DICOM files built from literal bytes, so that a test knows where each of them stands; and jobs on them."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from struct import pack

from console.model.repair import Edit, Place, RepairPlan
from console.model.sentence import Sentence
from console.repair import plan as planning
from console.repair.remedies.remedy import FilePlan, NewFile, Patch, Proposal
from console.repair.spans import UNDEFINED, Node, Tree, flat, walk
from tests.support import need_samples

EXPLICIT, IMPLICIT, BIG, DEFLATED, JPEG = (
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.4.50",
)
XA = "1.2.840.10008.5.1.4.1.1.12.1"
LONG = ("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV")

CHARSET, NAME, PATIENT_ID, COMMENTS = 0x00080005, 0x00100010, 0x00100020, 0x00104000
REFERENCES, ROWS, PIXELS = 0x00081140, 0x00280010, 0x7FE00010
ORIGINALS, EQUIPMENT = 0x04000561, 0x0018A001


def el(
    tag: int, vr: str, value: bytes = b"", *, implicit: bool = False, little: bool = True, length: int | None = None
) -> bytes:
    """One element; `length` where the field shall say something else than the value has."""
    order = "<" if little else ">"
    size = len(value) if length is None else length
    head = pack(order + "HH", tag >> 16, tag & 0xFFFF)
    if implicit:
        return head + pack(order + "I", size) + value
    if vr in LONG:
        return head + vr.encode() + pack(order + "HI", 0, size) + value
    return head + vr.encode() + pack(order + "H", size) + value


def mark(tag: int, length: int, *, little: bool = True) -> bytes:
    """The header of an item or a delimiter."""
    return pack("<HHI" if little else ">HHI", tag >> 16, tag & 0xFFFF, length)


ITEM_END, SEQUENCE_END = mark(0xFFFEE00D, 0), mark(0xFFFEE0DD, 0)


def item(*elements: bytes, undefined: bool = False, little: bool = True) -> bytes:
    """An item around elements."""
    body = b"".join(elements)
    if undefined:
        return mark(0xFFFEE000, UNDEFINED, little=little) + body + mark(0xFFFEE00D, 0, little=little)
    return mark(0xFFFEE000, len(body), little=little) + body


def sq(tag: int, *items: bytes, undefined: bool = False, implicit: bool = False, little: bool = True) -> bytes:
    """A sequence of items."""
    body = b"".join(items)
    if undefined:
        end = mark(0xFFFEE0DD, 0, little=little)
        return el(tag, "SQ", body + end, implicit=implicit, little=little, length=UNDEFINED)
    return el(tag, "SQ", body, implicit=implicit, little=little)


def encapsulated(*fragments: bytes, end: bytes = SEQUENCE_END) -> bytes:
    """Pixel Data in fragments, an empty offset table in front."""
    body = b"".join(item(each) for each in (b"", *fragments))
    return el(PIXELS, "OB", body + end, length=UNDEFINED)


def meta(syntax: str = EXPLICIT, uid: bytes = b"1.2.3.4\0") -> bytes:
    """Preamble and file meta information."""
    transfer = syntax.encode() + b"\0" * (len(syntax) % 2)
    body = (
        el(0x00020001, "OB", b"\0\1")
        + el(0x00020002, "UI", XA.encode())
        + el(0x00020003, "UI", uid)
        + el(0x00020010, "UI", transfer)
        + el(0x00020012, "UI", b"1.2.3\0")
    )
    return bytes(128) + b"DICM" + el(0x00020000, "UL", pack("<I", len(body))) + body


def dicom(*elements: bytes, syntax: str = EXPLICIT) -> bytes:
    """A file of these elements."""
    return meta(syntax) + b"".join(elements)


PRIVATE = (
    el(0x00090010, "LO", b"ACME 1.0"),
    el(0x00091001, "UN", b"\xb3\xc2\x00\xff\x01"),
    el(0x00091002, "LO", b"odd"),
)
"""Private elements of odd length."""


def xa(
    name: bytes = b"WANG^WEI", *, charset: bytes = b"GB18030 ", extra: Sequence[bytes] = (), pixels: bytes | None = None
) -> bytes:
    """An XA object with what software likes to "tidy up": group lengths, odd private values, undefined lengths."""
    inner = item(el(0x00081150, "UI", XA.encode()), el(0x00081155, "UI", b"1.2.3.9\0"), undefined=True)
    group8 = (
        (el(CHARSET, "CS", charset) if charset else b"")
        + el(0x00080016, "UI", XA.encode())
        + el(0x00080018, "UI", b"1.2.3.4\0")
        + el(0x00080060, "CS", b"XA")
        + sq(0x00081110, item(el(0x00081150, "UI", XA.encode()), el(NAME, "PN", name)))
        + sq(REFERENCES, inner, item(el(COMMENTS, "LT", b"note")), undefined=True)
    )
    group10 = el(NAME, "PN", name) + el(PATIENT_ID, "LO", b"P0017 ") + el(0x00100030, "DA", b"19500131")
    elements = [
        el(0x00080000, "UL", pack("<I", len(group8))),
        group8,
        *PRIVATE,
        el(0x00100000, "UL", pack("<I", len(group10))),
        group10,
        el(0x0020000D, "UI", b"1.2.3\0"),
        el(0x00280002, "US", pack("<H", 1)),
        el(ROWS, "US", pack("<H", 8)),
        el(0x00280011, "US", pack("<H", 8)),
        el(0x00280100, "US", pack("<H", 8)),
        *extra,
        el(PIXELS, "OW", bytes(range(64))) if pixels is None else pixels,
    ]
    return dicom(*elements)


def real_samples(largest: int = 4 << 20) -> list[Path]:
    """The real samples up to a size; skips where there are none."""
    return sorted(
        path
        for path in need_samples().rglob("*")
        if path.is_file() and path.suffix not in (".md", ".tsv", ".txt", ".json") and path.stat().st_size <= largest
    )


def check_partition(tree: Tree, size: int) -> None:
    """The spans follow one another without a gap or an overlap, at every depth."""
    at = tree.nodes[0].off if tree.nodes else size
    assert at == tree.head or not tree.nodes
    for node in tree.nodes:
        assert node.off == at
        at = node.end
        _check_inside(node)
    assert at == size


def _check_inside(node: Node) -> None:
    assert node.off <= node.lpos <= node.vo <= node.ve <= node.end
    if not node.kids:
        return
    at = node.vo
    for kid in node.kids:
        assert kid.off == at, f"{kid.kind} at {kid.off}, not {at}"
        at = kid.end
        _check_inside(kid)
    assert at == node.ve


def value(data: bytes, tag: int, place: Place = ()) -> bytes | None:
    """The raw value of an element; None where it is missing."""
    node = find(walk(data).nodes, tag, place)
    return None if node is None else data[node.vo : node.ve]


def find(nodes: Sequence[Node], tag: int, place: Place = ()) -> Node | None:
    """The node of an element."""
    for sequence, number in place:
        outer = next((node for node in nodes if node.tag == sequence), None)
        if outer is None:
            return None
        nodes = [kid for kid in outer.kids if kid.kind == "I"][number].kids
    return next((node for node in nodes if node.tag == tag and node.kind == "E"), None)


def headers(tree: Tree) -> list[tuple[str, int]]:
    """Kind and tag of every node, in the order of the file."""
    return [(node.kind, node.tag) for node in flat(tree.nodes)]


def edit(path: Path, tag: int, new: bytes | None, *, vr: str = "LO", place: Place = ()) -> FilePlan:
    """The plan that gives one element another value, whatever stands there."""
    return FilePlan(path, (Edit(place, tag, vr, value(path.read_bytes(), tag, place), new),))


def rename(path: Path, new: bytes = b"LI^XIAOLONG^^DR ") -> FilePlan:
    """The plan that gives the patient another name."""
    return edit(path, NAME, new, vr="PN")


def planned(home: Path, *files: FilePlan, record: bool = True, made: Sequence[NewFile] = ()) -> RepairPlan:
    """A plan of these files."""
    home.mkdir(exist_ok=True)
    proposal = Proposal("correct-attributes", files, record=record, made=tuple(made))
    return planning.make(home, proposal, operator="李工", why="wrong name")


def said(text: str) -> Sentence:
    """A sentence that does not matter."""
    return Sentence(text)


def patch(offset: int, length: int, new: bytes) -> Patch:
    """A patch whose description does not matter."""
    return Patch(offset, length, new, said("bytes"))


def state_of_tree(folder: Path) -> dict[str, tuple[str, int]]:
    """Path, SHA-256 and mtime of every file below a folder, hidden ones too."""
    found = {}
    for at, _folders, names in os.walk(folder):
        for name in names:
            path = Path(at, name)
            found[str(path)] = (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
    return found


def hidden(folder: Path) -> list[str]:
    """What a job may have left lying about: hidden files, and copies that are not finished."""
    return [name for _at, _folders, names in os.walk(folder) for name in names if name.startswith(".")]
