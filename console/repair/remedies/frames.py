"""How many frames of a picture are wholly there, by arithmetic and by the fragments alone: nothing is decoded."""

from dataclasses import dataclass

from console.dicom.syntaxes import is_rle_header
from console.repair.remedies.sight import UNDEFINED, Sight
from console.repair.spans import Node

PIXEL_DATA = 0x7FE00010
_PADDING = 64
_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51")


@dataclass(frozen=True)
class Frames:
    """What is there of the frames."""

    declared: int
    """Number of Frames; 1 where the file does not say."""
    whole: int
    """Frames that are complete."""
    end: int
    """Where, in the file, the last complete one ends (its fragments, for compressed pictures)."""
    first: int
    """Where the first one begins: behind the Basic Offset Table, for compressed pictures."""
    encapsulated: bool
    delimited: bool
    """Whether the sequence delimiter stands behind the fragments."""
    certain: bool = True
    """False where the fragments do not tell which of them make a frame."""
    tail: int = 0
    """Bytes behind the last fragment that is whole."""


def frames_of(sight: Sight) -> Frames | None:
    """The frames of the top-level Pixel Data; None where there is none, or its size cannot be worked out."""
    node = sight.node(PIXEL_DATA)
    if node is None:
        return None
    declared = max(sight.number(0x00280008, 1), 1)
    if node.length == UNDEFINED:
        return _encapsulated(sight, node, declared)
    bits = frame_bits(sight)
    if not bits:
        return None
    present = min(node.ve, len(sight.data)) - node.vo
    whole = min(present * 8 // bits, declared)
    return Frames(declared, whole, node.vo + (whole * bits + 7) // 8, node.vo, False, True)


def frame_bits(sight: Sight) -> int:
    """Bits of one native frame (PS3.5 8.1.1, PS3.3 C.7.6.3.1.2); 0 where an attribute is missing."""
    rows, columns, allocated = (sight.number(tag) for tag in (0x00280010, 0x00280011, 0x00280100))
    samples = sight.number(0x00280002, 1)
    bits = rows * columns * allocated * samples
    if sight.text(0x00280004) in ("YBR_FULL_422", "YBR_PARTIAL_422") and samples == 3:
        return bits * 2 // 3
    return bits


def _encapsulated(sight: Sight, node: Node, declared: int) -> Frames:
    size = len(sight.data)
    fragments = [kid for kid in node.kids if kid.kind == "F"]
    delimited = any(kid.kind == "D" for kid in node.kids)
    table, pieces = fragments[:1], fragments[1:]
    complete = [piece for piece in pieces if piece.vo + piece.length <= size]
    first = table[0].vo + table[0].length if table else node.vo
    behind = complete[-1].vo + complete[-1].length if complete else first
    offsets = _table(sight, table[0]) if table else []
    tail = max(size - behind, 0)
    if offsets and len(offsets) == declared and offsets[0] == 0:
        ends = [first + offset for offset in offsets[1:]]
        borders = {piece.vo + piece.length for piece in complete}
        whole = sum(end in borders for end in ends)
        if whole == declared - 1 and complete and _ends_well(sight, complete[-1]) and len(complete) == len(pieces):
            return Frames(declared, declared, behind, first, True, delimited, True, tail)
        end = ends[whole - 1] if whole else first
        return Frames(declared, whole, end, first, True, delimited, ends[:whole] == sorted(ends[:whole]), tail)
    if declared == 1:
        well = bool(complete) and len(complete) == len(pieces) and _ends_well(sight, complete[-1])
        return Frames(1, int(well), behind if well else first, first, True, delimited, True, tail)
    # Without a table a frame begins with each fragment that begins like one, and ends where its codestream does.
    groups: list[list[Node]] = []
    for piece in complete:
        if _begins_well(sight, piece) or not groups:
            groups.append([])
        groups[-1].append(piece)
    certain = bool(groups) and _begins_well(sight, groups[0][0])
    whole = 0
    while certain and whole < min(len(groups), declared) and _ends_well(sight, groups[whole][-1]):
        whole += 1
    end = groups[whole - 1][-1].vo + groups[whole - 1][-1].length if whole else first
    return Frames(declared, whole, end, first, True, delimited, certain, tail)


def _table(sight: Sight, node: Node) -> list[int]:
    raw = sight.value(node) if node.length <= 1 << 24 else b""
    return [int.from_bytes(raw[at : at + 4], "little") for at in range(0, len(raw) - 3, 4)]


def _begins_well(sight: Sight, piece: Node) -> bool:
    start = bytes(sight.data[piece.vo : piece.vo + 64])
    return start.startswith(_STARTS) or is_rle_header(start)


def _ends_well(sight: Sight, piece: Node) -> bool:
    """Whether a codestream ends in a fragment. RLE says nothing at its end: its length is believed.

    Coded data never hold the end marker (ISO 10918-1 B.1.1.5, ISO 15444-1 D.2), and real encoders leave a few bytes of
    padding behind it.
    """
    if is_rle_header(bytes(sight.data[piece.vo : piece.vo + 64])):
        return True
    end = piece.vo + piece.length
    return b"\xff\xd9" in bytes(sight.data[max(end - _PADDING, piece.vo) : end])
