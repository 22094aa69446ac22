"""Rebuild what stands before the data set: preamble, file meta group (PS3.10 7.1), and the syntax it declares.

The data set itself is not touched. Its transfer syntax comes from a proof (console.repair.remedies.proof), the UIDs
from its own elements; without proof there is no plan.
"""

import struct

from console.i18n import N_
from console.model.sentence import Sentence
from console.repair.remedies.choosing import each
from console.repair.remedies.proof import prove
from console.repair.remedies.remedy import FilePlan, Patch, Proposal, Refusal, Remedy, Request
from console.repair.remedies.sight import Sight
from console.repair.remedies.values import padded

ID = "rebuild-meta"
IMPLEMENTATION_UID = "2.25.268832229902300562750605358892414546972"
"""Ours (0002,0012): who wrote the envelope."""
_PREAMBLE = bytes(128) + b"DICM"
_UIDS = ((0x00020002, 0x00080016, "SOPClassUID"), (0x00020003, 0x00080018, "SOPInstanceUID"))
_DEFLATED = "1.2.840.10008.1.2.1.99"


def _propose(request: Request) -> Proposal:
    refused: list[Refusal] = []
    plans: list[FilePlan] = []
    unchanged = 0
    for path, found in each(request, _look, refused):
        if isinstance(found, Refusal):
            refused.append(found)
        elif found is None:
            unchanged += 1
        else:
            plans.append(FilePlan(path, patches=found))
    return Proposal(ID, tuple(plans), tuple(refused), unchanged, record=False)


def _look(sight: Sight) -> tuple[Patch, ...] | Refusal | None:
    """The patches that give a file a sound envelope."""
    head = _head_of(sight)
    meta = {tag: value for tag, _vr, value, _at, _end in head}
    declared = meta.get(0x00020010, b"").rstrip(b"\0 ").decode("latin-1")
    begins, ends = (head[0][3], head[-1][4]) if head else (_front(sight), _front(sight))
    sound = bytes(sight.data[128:132]) == b"DICM" and begins == 132
    proof = prove(sight, ends)
    if declared == _DEFLATED and sound and not proof.syntax:
        # Deflated in truth: nothing in it reads as a data set.
        return None
    if not proof.syntax:
        if sound and declared and not sight.tree.trouble:
            return _lengths(sight, head)
        sentence = N_("Which transfer syntax it has is not proven: {why} Nothing is guessed.")
        return Refusal(sight.path, Sentence(sentence, {"why": proof.why}))
    if sound and declared and (declared == proof.syntax or (_fits(declared, proof.syntax) and not sight.tree.trouble)):
        return _lengths(sight, head)
    values: dict[int, tuple[str, bytes]] = {tag: (vr, value) for tag, vr, value, _at, _end in head if tag & 0xFFFF}
    values[0x00020010] = ("UI", proof.syntax.encode())
    assert proof.tree is not None
    for ours, theirs, keyword in _UIDS:
        node = next((node for node in proof.tree.nodes if node.tag == theirs), None)
        value = sight.value(node).rstrip(b"\0 ") if node is not None else b""
        if value:
            values[ours] = ("UI", value)
        elif not values.get(ours, ("", b""))[1].rstrip(b"\0 "):
            sentence = N_("It has no {keyword}, without which a file meta group cannot be written.")
            return Refusal(sight.path, Sentence(sentence, {"keyword": keyword}))
    values.setdefault(0x00020001, ("OB", b"\0\1"))
    values.setdefault(0x00020012, ("UI", IMPLEMENTATION_UID.encode()))
    new = _PREAMBLE if bytes(sight.data[128:132]) != b"DICM" or begins != 132 else bytes(sight.data[:132])
    new += group(values)
    sentence = N_("preamble and file meta group made of the data set's own UIDs; {why}")
    return (Patch(0, ends, new, Sentence(sentence, {"why": proof.why})),)


def group(values: dict[int, tuple[str, bytes]]) -> bytes:
    """A file meta group with its length, in explicit VR little endian as it always is (PS3.10 7.1)."""
    body = b"".join(element(tag, vr, value) for tag, (vr, value) in sorted(values.items()))
    return element(0x00020000, "UL", struct.pack("<I", len(body))) + body


def element(tag: int, vr: str, value: bytes) -> bytes:
    """One element in explicit VR little endian."""
    value = padded(value, vr)
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode("ascii")
    if vr in ("OB", "OW", "SQ", "UN", "UT"):
        return head + struct.pack("<HI", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


_Element = tuple[int, str, bytes, int, int]
"""Tag, VR, value, where it begins, where it ends."""


def _head_of(sight: Sight) -> list[_Element]:
    """The elements of group 2 as they stand, whatever their group length says."""
    found: list[_Element] = []
    at, data = _front(sight), sight.data
    while bytes(data[at : at + 2]) == b"\2\0":
        tag = 0x00020000 | int.from_bytes(data[at + 2 : at + 4], "little")
        vr = bytes(data[at + 4 : at + 6]).decode("latin-1")
        long = vr in ("OB", "OW", "SQ", "UN", "UT")
        value = at + (12 if long else 8)
        length = int.from_bytes(data[at + 8 : at + 12] if long else data[at + 6 : at + 8], "little")
        if not vr.isalpha() or value + length > len(data):
            break
        found.append((tag, vr, bytes(data[value : value + length]), at, value + length))
        at = value + length
    return found


def _front(sight: Sight) -> int:
    """Where group 2, or without it the data set, begins."""
    data = sight.data
    if bytes(data[128:132]) == b"DICM" and int.from_bytes(data[132:134], "little") <= 8:
        return 132
    return 4 if bytes(data[:4]) == b"DICM" else 0


def _fits(declared: str, proven: str) -> bool:
    """Whether a declared syntax may be what the first bytes speak for: they cannot tell all of them apart."""
    either = (
        {"1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"},
        {"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"},
    )
    return declared == proven or any({declared, proven} <= family for family in either)


def _lengths(sight: Sight, head: list[_Element]) -> tuple[Patch, ...] | None:
    """The group length put right, where that is all."""
    first = head[0]
    if first[0] != 0x00020000:
        body = head[-1][4] - first[3]
        new = element(0x00020000, "UL", struct.pack("<I", body))
        return (Patch(first[3], 0, new, Sentence(N_("length of the file meta group added"))),)
    right = head[-1][4] - first[4]
    if first[2] == struct.pack("<I", right):
        return None
    values = {"before": int.from_bytes(first[2], "little"), "after": right}
    sentence = N_("length of the file meta group: {before} becomes {after}")
    return (Patch(first[4] - 4, 4, struct.pack("<I", right), Sentence(sentence, values)),)


REMEDY = Remedy(
    ID,
    N_("Rebuild preamble and meta group"),
    N_(
        "The preamble, the file meta group or the transfer syntax in it is missing or wrong: they are made of the data "
        "set itself, which stays byte for byte."
    ),
    _propose,
)
