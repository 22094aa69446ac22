"""What the tests of the rewrite work on: small sound objects, proposals of one element, jobs of them, trees by hash."""

import hashlib
import os
import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from console.demo.damage_kit import element
from console.model.repair import Edit, JobReport, RepairPlan
from console.model.sentence import Sentence
from console.repair import job, plan
from console.repair.job import Order
from console.repair.pieces import Pieces
from console.repair.remedies.remedy import FilePlan, NewFile, Proposal
from console.repair.remedies.sight import looking
from console.repair.spans import Node, Tree, flat, walk

NAME = 0x00100010
EXPLICIT, IMPLICIT, BIG_ENDIAN = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
IN_PLACE = Order(in_place=True, ticket="2026-0815", operator="Li")
COPIES = Order(operator="Li")
NEW_NAME = b"Li^Corrected=\xe6\x9d\x8e^\xe6\x94\xb9 "


def meta(syntax: str = EXPLICIT, uid: str = "1.2.3.4") -> bytes:
    """Preamble and file meta information."""
    body = element(0x00020001, "OB", b"\0\1") + element(0x00020002, "UI", b"1.2.840.10008.5.1.4.1.1.7")
    body += element(0x00020003, "UI", uid.encode()) + element(0x00020010, "UI", syntax.encode())
    return bytes(128) + b"DICM" + element(0x00020000, "UL", struct.pack("<I", len(body))) + body


def head(uid: str = "1.2.3.4") -> bytes:
    """The first elements of a secondary capture in explicit VR little endian, up to the patient's name."""
    return (
        element(0x00080005, "CS", b"ISO_IR 192")
        + element(0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.7")
        + element(0x00080018, "UI", uid.encode())
        + element(0x00080060, "CS", b"OT")
    )


def patient(name: bytes = b"Old^Name") -> bytes:
    """The elements of a patient."""
    return element(NAME, "PN", name) + element(0x00100020, "LO", b"P1")


def study(uid: str = "1.2.3.4") -> bytes:
    """The elements of study and series."""
    return element(0x0020000D, "UI", uid.encode() + b".1") + element(0x0020000E, "UI", uid.encode() + b".2")


def picture(rows: int = 16) -> bytes:
    """A native picture of `rows` by 16 bytes."""
    tags = ((0x00280002, 1), (0x00280010, rows), (0x00280011, 16), (0x00280100, 8), (0x00280101, 8), (0x00280102, 7))
    said = b"".join(element(tag, "US", struct.pack("<H", value)) for tag, value in tags)
    pixels = bytes(number * 7 % 251 for number in range(rows * 16))
    return said + element(0x00280103, "US", b"\0\0") + element(0x7FE00010, "OW", pixels)


@cache
def small(number: int = 1) -> bytes:
    """A whole secondary capture of some 700 bytes, with a private element, a nested name and an odd length."""
    uid = f"1.2.3.{number}"
    nested = b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + element(NAME, "PN", b"Ref^Name") + b"\xfe\xff\x0d\xe0\0\0\0\0"
    sequence = b"\x08\x00\x15\x11SQ\0\0\xff\xff\xff\xff" + nested + b"\xfe\xff\xdd\xe0\0\0\0\0"
    odd = element(0x00081030, "LO", b"odd", pad=False)
    private = element(0x00090010, "LO", b"ACME") + element(0x00091001, "UN", b"\1\2\3\4")
    return meta(uid=uid) + head(uid) + odd + sequence + private + patient() + study(uid) + picture()


def top(data: bytes, tag: int) -> bytes | None:
    """The value of a top-level element."""
    return next((data[node.vo : node.ve] for node in walk(data).nodes if node.tag == tag), None)


def renamed(path: Path, new: bytes = NEW_NAME) -> FilePlan:
    """One file with another patient's name."""
    with looking(path) as sight:
        return FilePlan(path, (Edit((), NAME, "PN", sight.raw(NAME), new),))


def proposal(paths: Iterable[Path], made: Sequence[NewFile] = (), record: bool = True) -> Proposal:
    """Another patient's name in all of them."""
    return Proposal("correct-attributes", tuple(renamed(path) for path in paths), made=tuple(made), record=record)


def planned(home: Path, *paths: Path, made: Sequence[NewFile] = ()) -> RepairPlan:
    """The plan of it, kept in the home folder."""
    return plan.make(home, proposal(paths, made), operator="Li", why="wrong patient chosen", clock=lambda: NOON)


def made_file(path: Path) -> NewFile:
    """A file that a plan makes anew."""
    return NewFile(path, b"made anew" * 40, Sentence("made"))


def plant(folder: Path, *names: str) -> list[Path]:
    """Small objects below `folder`, one for each name."""
    paths = [folder / name for name in names]
    for number, path in enumerate(paths, 1):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(small(number))
    return paths


def applied(home: Path, *paths: Path, order: Order = IN_PLACE) -> JobReport:
    """Planned and applied."""
    return job.apply(home, planned(home, *paths).id, order)


def tree_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by name."""
    return {
        os.path.relpath(path, folder): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def assembled(pieces: Pieces, old: bytes) -> bytes:
    """The bytes of pieces."""
    return b"".join(part if isinstance(part, bytes) else old[part[0] : part[1]] for part in pieces.parts)


def assert_partition(tree: Tree, data: bytes) -> None:
    """Every byte behind the preamble belongs to exactly one span, at every depth."""

    def follow(nodes: Sequence[Node], start: int, end: int) -> None:
        at = start
        for node in nodes:
            assert node.off == at, f"{node.tag:08X} at {node.off}, expected at {at}"
            assert node.off <= node.lpos <= node.vo <= node.ve <= node.end
            if node.kids:
                follow(node.kids, node.vo, node.ve)
            at = node.end
        assert at == end

    follow(tree.nodes, tree.head, len(data))


def reemitted(tree: Tree, data: bytes) -> bytes:
    """The file written again with every header made of the fields that were read."""
    parts = [data[: tree.head]]
    for node in flat(tree.nodes):
        order = "<" if node.little else ">"
        if node.kind != "X":
            parts.append(struct.pack(order + "HH", node.tag >> 16, node.tag & 0xFFFF))
            if node.kind == "E" and not node.implicit:
                parts.append(node.vr.encode() + bytes(node.lpos - node.off - 6))
            parts.append(node.length.to_bytes(node.lsz, "little" if node.little else "big"))
        if not node.kids:
            parts.append(data[node.vo : node.ve])
    return b"".join(parts)
