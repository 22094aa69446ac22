"""Pixel data by arithmetic (PS3.5 8, A.4): lengths, fragments, tables and the first bytes of a frame. No decoding."""

from collections.abc import Iterator

from console.dicom import syntaxes
from console.dicom.syntaxes import BIG_ENDIAN, DEFLATED, EXPLICIT, GE_PRIVATE, IMPLICIT, NATIVE, compression_of
from console.i18n import N_
from console.repair.doctor.codes import DELIMITER, META, SALVAGE, Found
from console.repair.doctor.harvest import syntax_name
from console.repair.remedies.frames import frame_bits, frames_of
from console.repair.remedies.sight import UNDEFINED, Sight
from console.repair.spans import Node

_PIXELS = (0x7FE00008, 0x7FE00009, 0x7FE00010)
_REFERENCED = ("1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.204", "1.2.840.10008.1.2.4.205")
"""JPIP: the pixels lie elsewhere by intent."""
_PROVIDER = 0x00287FE0
_BIG_TABLE = 1 << 24
_JP2 = b"\0\0\0\x0cjP  "
_JPEG = {f"1.2.840.10008.1.2.4.{number}" for number in (*range(50, 54), *range(55, 58), 70)}
_JPEG_LS = {"1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"}
_JPEG_2000 = {f"1.2.840.10008.1.2.4.{number}" for number in (90, 91, 92, 93, 201, 202, 203)}


def pixel_findings(sight: Sight, syntax: str) -> list[Found]:
    """What is wrong with the pixel data of a file; `syntax` is the transfer syntax that it names, or empty."""
    firsts = [node for tag in _PIXELS if (node := sight.node(tag)) is not None]
    if not firsts:
        return _without(sight, syntax)
    node = min(firsts, key=lambda one: int(one.off))
    found: list[Found] = []
    further = [one for one in _behind(sight, node) if one.kind == "E" and one.tag in _PIXELS]
    if further:
        values = {"count": 1 + len(further)}
        found.append(Found("pixels-twice", N_("There are {count}."), values, further[-1].off, further[-1].tag))
    if node.length == UNDEFINED:
        return found + _encapsulated(sight, node, syntax)
    return found + _native(sight, node, syntax)


def _behind(sight: Sight, node: Node) -> Iterator[Node]:
    """The top-level spans behind one of them, the last first."""
    for other in reversed(sight.tree.nodes):
        if other is node:
            return
        yield other


def _without(sight: Sight, syntax: str) -> list[Found]:
    described = all(sight.node(tag) is not None for tag in (0x00280010, 0x00280011, 0x00280100))
    elsewhere = syntax in _REFERENCED or sight.node(_PROVIDER) is not None
    if not described or elsewhere or sight.tree.trouble or not sight.number(0x00280010):
        return []
    values = {"rows": sight.number(0x00280010), "columns": sight.number(0x00280011)}
    return [Found("no-pixels", N_("{columns} x {rows} pixels are described."), values, -1, 0x7FE00010)]


def _native(sight: Sight, node: Node, syntax: str) -> list[Found]:
    size = sight.tree.size
    present = min(node.vo + node.length, size) - node.vo
    frames = max(sight.number(0x00280008, 1), 1)
    bits = frame_bits(sight)
    values: dict[str, str | int]
    wanted = (bits * frames + 7) // 8
    if syntax and syntax not in NATIVE:
        if wanted and present in (wanted, wanted + 1):
            values = {"syntax": syntax_name(syntax)}
            detail = N_("The file names {syntax}, and the pixels lie there uncompressed.")
            return [Found("wrong-syntax", detail, values, node.off, node.tag)]
        if not node.length:
            return []
        # Compressed frames under a plain length: what they are, their own first bytes say.
        start = bytes(sight.data[node.vo : node.vo + 64])
        detail = N_("Compressed pixel data must stand in fragments of undefined length.")
        code = "broken-structure" if compression_of(start) or start[:4] == b"\xfe\xff\x00\xe0" else "wrong-syntax"
        return [Found(code, detail, {}, node.off, node.tag, "" if code == "broken-structure" else None)]
    if present < node.length:
        if wanted and present == wanted + wanted % 2:
            values = {"stated": node.length, "wanted": wanted}
            detail = N_("The length says {stated} bytes; the picture needs {wanted}, and these are there.")
            return [Found("pixel-length", detail, values, node.lpos, node.tag)]
        whole = min(present * 8 // bits, frames) if bits else 0
        values = {"missing": node.length - present, "stated": node.length, "whole": whole, "frames": frames}
        detail = N_("{missing} of {stated} bytes are missing; {whole} of {frames} frames are whole.")
        return [Found("cut-native", detail, values, size, node.tag, SALVAGE if whole else "")]
    if wanted and node.length not in (wanted, wanted + wanted % 2):
        values = {"stated": node.length, "wanted": wanted}
        detail = N_("There are {stated} bytes; rows, columns, bits and frames make {wanted}.")
        return [Found("pixel-length", detail, values, node.lpos, node.tag)]
    return []


def _encapsulated(sight: Sight, node: Node, syntax: str) -> list[Found]:
    if syntax in (IMPLICIT, EXPLICIT, BIG_ENDIAN, GE_PRIVATE):
        values = {"syntax": syntax_name(syntax)}
        detail = N_("The file names {syntax}, and the pixels lie there compressed.")
        return [Found("wrong-syntax", detail, values, node.off, node.tag, META), *_ends(sight, node, syntax)]
    return _ends(sight, node, syntax) + _codec(sight, node, syntax)


def _ends(sight: Sight, node: Node, syntax: str) -> list[Found]:
    """Whether the fragments are complete, all frames there, and the tables true."""
    frames = frames_of(sight)
    fragments = [kid for kid in node.kids if kid.kind == "F"]
    if frames is None:
        return []
    video = syntaxes.is_video(syntax) or syntax == DEFLATED
    values = {"whole": frames.whole, "frames": frames.declared}
    said = N_("{whole} of {frames} frames are surely whole.")
    salvage = SALVAGE if frames.whole and frames.certain and frames.whole < frames.declared else ""
    broken = _trouble_inside(sight, node)
    if broken:
        return [Found("bad-fragments", said, values, broken, node.tag, salvage)]
    complete = frames.certain and frames.whole >= frames.declared
    if node.flag == "truncated" or (node.flag and not complete and not video):
        return [Found("cut-encapsulated", said, values, sight.tree.size, node.tag, salvage)]
    if node.flag:
        if not frames.tail:
            return [Found("no-delimiter", said, values, sight.tree.size, node.tag)]
        values = {"count": frames.tail}
        remedy = DELIMITER if frames.tail >= 3 else ""
        detail = N_("{count} of its 8 bytes are there.")
        return [Found("cut-delimiter", detail, values, sight.tree.size, node.tag, remedy)]
    if not frames.delimited:
        return []
    pieces = [piece for piece in fragments[1:] if piece.length]
    if not video and len(pieces) < frames.declared and not _many_in_one(sight, pieces, frames.declared):
        detail = N_("{count} fragments cannot hold {frames} frames.")
        short = {"count": len(pieces), "frames": frames.declared}
        return [Found("few-frames", detail, short, node.off, node.tag)]
    return _tables(sight, fragments, frames.declared)


def _many_in_one(sight: Sight, pieces: list[Node], declared: int) -> bool:
    """Whether some writer put several frames into a fragment, codestream behind codestream."""
    marks = 0
    for piece in pieces:
        start, end = piece.vo, min(piece.ve, piece.vo + (1 << 26))
        data = bytes(sight.data[start:end])
        marks += data.count(b"\xff\xd8\xff") or data.count(b"\xff\x4f\xff\x51")
        if marks >= declared:
            return True
    return False


def _trouble_inside(sight: Sight, node: Node) -> int:
    """Where the chain of fragments breaks; 0 where a delimiter ends it, or the file does."""
    if node.flag or any(kid.kind == "D" for kid in node.kids) or not sight.tree.trouble:
        return 0
    return int(node.kids[-1].end) if node.kids else int(node.vo)


def _tables(sight: Sight, fragments: list[Node], declared: int) -> list[Found]:
    """Basic Offset Table (PS3.5 A.4) and Extended Offset Table (PS3.3 C.7.6.3.1.8) against the fragments."""
    if not fragments:
        return []
    table, pieces = fragments[0], fragments[1:]
    first = table.ve
    starts = {piece.off - first for piece in pieces}
    if table.length and table.length <= _BIG_TABLE:
        raw = sight.value(table)
        offsets = [int.from_bytes(raw[at : at + 4], "little") for at in range(0, len(raw) - 3, 4)]
        misled = [offset for offset in offsets if offset not in starts]
        if len(raw) % 4 or offsets != sorted(offsets) or misled or len(offsets) != declared:
            values = {"count": len(misled), "entries": len(offsets), "frames": declared}
            detail = N_("{count} of {entries} entries point at no fragment; there are {frames} frames.")
            return [Found("bad-offset-table", detail, values, table.off, 0x7FE00010)]
    extended = sight.raw(0x7FE00001) or b""
    if extended and len(extended) <= _BIG_TABLE:
        offsets = [int.from_bytes(extended[at : at + 8], "little") for at in range(0, len(extended) - 7, 8)]
        misled = [offset for offset in offsets if offset not in starts]
        if misled or len(offsets) != declared:
            values = {"count": len(misled), "entries": len(offsets), "frames": declared}
            detail = N_("{count} of {entries} entries point at no fragment; there are {frames} frames.")
            return [Found("bad-offset-table", detail, values, -1, 0x7FE00001)]
    return []


def _codec(sight: Sight, node: Node, syntax: str) -> list[Found]:
    """Whether the first frame is compressed as the transfer syntax says."""
    pieces = [kid for kid in node.kids if kid.kind == "F"][1:]
    start = next(
        (bytes(sight.data[piece.vo : min(piece.vo + 4096, piece.ve)]) for piece in pieces if piece.length), b""
    )
    if start.startswith(_JP2) and syntax in _JPEG_2000:
        return [Found("wrapped-codestream", "", {}, pieces[0].vo, node.tag)]
    is_rle = syntaxes.is_rle_header(start)
    families = {
        syntaxes.RLE: is_rle,
        **dict.fromkeys(_JPEG, start.startswith(b"\xff\xd8\xff") and not _is_jpeg_ls(start)),
        **dict.fromkeys(_JPEG_LS, _is_jpeg_ls(start)),
        **dict.fromkeys(_JPEG_2000, start.startswith(b"\xff\x4f\xff\x51")),
    }
    if families.get(syntax, True) or len(start) < 64:
        return []
    actual = compression_of(start)
    values = {"syntax": syntax_name(syntax), "actual": syntax_name(actual) if actual else ""}
    if actual:
        detail = N_("The file names {syntax}; the first frame is {actual}.")
        return [Found("wrong-codec", detail, values, pieces[0].vo, node.tag)]
    detail = N_("The file names {syntax}; the first frame does not begin like that.")
    return [Found("wrong-codec", detail, values, pieces[0].vo, node.tag, "")]


def _is_jpeg_ls(start: bytes) -> bool:
    if not start.startswith(b"\xff\xd8\xff"):
        return False
    at = 2
    while at + 4 <= len(start) and start[at] == 0xFF:
        if start[at + 1] == 0xF7:
            return True
        if 0xC0 <= start[at + 1] <= 0xC3:
            return False
        at += 2 + int.from_bytes(start[at + 2 : at + 4], "big")
    return False
