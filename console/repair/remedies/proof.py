"""Which transfer syntax the bytes of a data set prove: the walk to the end of the file decides, not a guess.

An encoding is proven when the walk reaches the end of the file under it and under no other. The transfer syntax of
pictures follows from their length (native) or from the first bytes of the first fragment (PS3.5 A.4, annex F and G).
"""

from dataclasses import dataclass

from console.dicom.syntaxes import BIG_ENDIAN, EXPLICIT, IMPLICIT, RLE, is_rle_header
from console.i18n import N_
from console.model.sentence import Sentence
from console.repair.remedies.sight import UNDEFINED, Sight, vr_of
from console.repair.sniffing import sniff
from console.repair.spans import Node, Tree, walk_dataset

_ENOUGH = 4
"""Known, ascending tags that a real data set begins with at least."""
_SYNTAX_OF = {(False, True): EXPLICIT, (True, True): IMPLICIT, (False, False): BIG_ENDIAN}
_JPEG_2000, _JPEG_2000_LOSSLESS = "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.90"
_SEGMENTLESS = frozenset((0x01, *range(0xD0, 0xD8)))


@dataclass(frozen=True)
class Proof:
    """What the bytes prove."""

    syntax: str
    """Transfer Syntax UID; empty where nothing is proven."""
    why: Sentence
    """How, or why not."""
    start: int = 0
    """Where the data set begins."""
    tree: Tree | None = None


def prove(sight: Sight, start: int) -> Proof:
    """The transfer syntax of the data set that begins at `start`."""
    fitting: list[tuple[str, Tree]] = []
    for (implicit, little), syntax in _SYNTAX_OF.items():
        tree = walk_dataset(sight.data, start, implicit=implicit, little=little)
        if not tree.trouble and _is_real(tree):
            fitting.append((syntax, tree))
    if len(fitting) > 1 and (likely := sniff(sight.data, start)) is not None:
        # A short file may end well under two encodings; the tags of its beginning then have to say the same as one.
        fitting = [found for found in fitting if found[0] == _SYNTAX_OF[likely]]
    if len(fitting) != 1:
        values = {"count": len(fitting)}
        sentence = N_("{count} of 3 encodings lead to the end of the file, and it has to be exactly one.")
        return Proof("", Sentence(sentence, values), start)
    syntax, tree = fitting[0]
    pixels = next((node for node in tree.nodes if node.tag == 0x7FE00010), None)
    if pixels is None or pixels.length != UNDEFINED:
        sentence = N_("The walk reaches the end of the file with {syntax} and with no other encoding.")
        return Proof(syntax, Sentence(sentence, {"syntax": syntax}), start, tree)
    if syntax != EXPLICIT:
        return Proof("", Sentence(N_("Its fragments stand in an encoding that is no transfer syntax.")), start, tree)
    found = compression(sight, pixels, lossy=_lossy(sight, tree))
    if not found:
        return Proof(
            "", Sentence(N_("Its pictures are compressed in a way that their first bytes do not tell.")), start, tree
        )
    sentence = N_("The first bytes of the picture are those of {syntax}.")
    return Proof(found, Sentence(sentence, {"syntax": found}), start, tree)


def compression(sight: Sight, pixels: Node, *, lossy: bool) -> str:
    """The transfer syntax of encapsulated pictures by the first frame's own header; empty where it is not certain.

    JP2 boxes, which some writers put around a codestream, prove nothing and give an empty answer.
    """
    fragments = [kid for kid in pixels.kids if kid.kind == "F" and kid.ve > kid.vo]
    for fragment in fragments[:2]:
        # The first one may be the Basic Offset Table.
        start = bytes(sight.data[fragment.vo : min(fragment.ve, fragment.vo + 65536)])
        found = signature(start, lossy=lossy)
        if found:
            return found
    return ""


def signature(start: bytes, *, lossy: bool) -> str:
    """The transfer syntax that the header of one frame proves; empty where it proves none.

    A reversible JPEG 2000 codestream is lossless unless the object says that it is not (`lossy`), which the syntax for
    either covers.
    """
    if is_rle_header(start):
        return RLE
    if start.startswith(b"\xff\x4f\xff\x51"):
        return _codestream(start, lossy)
    if start.startswith(b"\xff\xd8\xff"):
        return _jpeg(start)
    return ""


def _codestream(start: bytes, lossy: bool) -> str:
    """JPEG 2000 by its main header (ISO 15444-1 A.5, A.6.1); part 15 announces itself by a CAP marker."""
    at, reversible = 2, None
    while at + 4 <= len(start) and start[at] == 0xFF and start[at + 1] not in (0x90, 0x93):
        length = int.from_bytes(start[at + 2 : at + 4], "big")
        if start[at + 1] == 0x50:
            # High throughput: three syntaxes, and the header does not tell which progression was meant.
            return ""
        if start[at + 1] == 0x52 and at + 14 <= len(start):
            reversible = start[at + 13] == 1
        at += 2 + length
    if reversible is None:
        return ""
    return _JPEG_2000_LOSSLESS if reversible and not lossy else _JPEG_2000


def _jpeg(start: bytes) -> str:
    """JPEG and JPEG-LS by frame and scan header (ISO 10918-1 B.2.2, B.2.3; ISO 14495-1 C.2)."""
    at, frame = 2, 0
    while at + 4 <= len(start) and start[at] == 0xFF:
        marker = start[at + 1]
        if marker in _SEGMENTLESS:
            at += 2
            continue
        length = int.from_bytes(start[at + 2 : at + 4], "big")
        if marker in (0xC0, 0xC1, 0xC3, 0xF7):
            frame = marker
        elif marker == 0xDA:
            parts = start[at + 4] if at + 4 < len(start) else 0
            place = at + 5 + 2 * parts
            if place >= len(start):
                return ""
            return _scan(frame, start[place])
        at += 2 + length
    return ""


def _scan(frame: int, first: int) -> str:
    """`first` is Ss: the predictor of lossless JPEG, the error bound (NEAR) of JPEG-LS."""
    if frame == 0xC0:
        return "1.2.840.10008.1.2.4.50"
    if frame == 0xC1:
        return "1.2.840.10008.1.2.4.51"
    if frame == 0xC3:
        return "1.2.840.10008.1.2.4.70" if first == 1 else "1.2.840.10008.1.2.4.57"
    if frame == 0xF7:
        return "1.2.840.10008.1.2.4.80" if first == 0 else "1.2.840.10008.1.2.4.81"
    return ""


def _is_real(tree: Tree) -> bool:
    """Whether the elements look like a data set and not like luck: known tags, ascending, a low group first."""
    if any(node.flag and node.tag != 0x7FE00010 for node in tree.nodes):
        # A length that leads out of the file is what a wrong encoding looks like.
        return False
    tags = [node.tag for node in tree.nodes if node.kind == "E"]
    known = [node for node in tree.nodes[:12] if node.tag >> 16 & 1 or vr_of(node) != "UN"]
    first = tags[0] >> 16 if tags else 0
    return len(known) >= min(_ENOUGH, len(tags)) > 0 and tags == sorted(tags) and first in (2, 4, 8)


def _lossy(sight: Sight, tree: Tree) -> bool:
    node = next((node for node in tree.nodes if node.tag == 0x00282110), None)
    return node is not None and sight.value(node).strip(b"\0 ") == b"01"
