"""Salvage the complete frames of a truncated picture as a new object.

What is lost stays lost, so this is no repair of the object but another one: its own SOP Instance UID (PS3.3
C.7.6.1.1.2), Image Type DERIVED, a description that says what happened, a reference to the source. The truncated file
is never replaced; fetching the whole one again from the modality, another node or a disc is always better.
"""

import struct
import uuid
from collections.abc import Callable

from console.i18n import N_
from console.model.repair import Edit
from console.model.sentence import Sentence
from console.repair.remedies.choosing import each
from console.repair.remedies.delimiter import DELIMITER
from console.repair.remedies.frames import PIXEL_DATA, Frames, frame_bits, frames_of
from console.repair.remedies.remedy import FilePlan, Patch, Proposal, Refusal, Remedy, Request
from console.repair.remedies.sight import Sight

ID = "salvage-frames"
PER_FRAME = (0x00181065, 0x00186060, 0x00181520, 0x00181521, 0x00181530, 0x00181531)
"""Attributes with one value a frame: Frame Time Vector, R Wave Time Vector, increments of positioner and table."""
_SOP_CLASS, _SOP_UID, _META_UID = 0x00080016, 0x00080018, 0x00020003
_FUNCTIONAL_GROUPS = 0x52009230


def _propose(request: Request) -> Proposal:
    refused: list[Refusal] = []
    plans: list[FilePlan] = []
    unchanged = 0
    for _path, found in each(request, _look, refused):
        if isinstance(found, Refusal):
            refused.append(found)
        elif found is None:
            unchanged += 1
        else:
            plans.append(found)
    sentence = N_("Each result is a new object for a physician to look at first; the truncated file stays what it is.")
    return Proposal(ID, tuple(plans), tuple(refused), unchanged, (Sentence(sentence),), record=False)


def _look(sight: Sight) -> FilePlan | Refusal | None:
    frames = frames_of(sight)
    if frames is None:
        if sight.tree.trouble:
            values = {"what": sight.tree.trouble}
            return Refusal(sight.path, Sentence(N_("It ends before its picture begins ({what})."), values))
        return None
    if _is_whole(sight, frames):
        return None
    why = _unfit(sight, frames)
    if why is not None:
        return Refusal(sight.path, why)
    kept = N_("{whole} of {declared} frames are whole and are kept.")
    notes = [Sentence(kept, {"whole": frames.whole, "declared": frames.declared})]
    representative = sight.number(0x00286010)
    if representative > frames.whole:
        sentence = N_("Representative Frame Number {frame} is among the lost ones and becomes 1.")
        notes.append(Sentence(sentence, {"frame": representative}))
    return FilePlan(sight.path, _edits(sight, frames), _patches(sight, frames), notes=tuple(notes), new_object=True)


def _is_whole(sight: Sight, frames: Frames) -> bool:
    if frames.encapsulated:
        return frames.delimited
    node = sight.node(PIXEL_DATA)
    return node is not None and node.vo + node.length <= len(sight.data) and frames.whole == frames.declared


def _unfit(sight: Sight, frames: Frames) -> Sentence | None:
    if frames.encapsulated and not frames.certain:
        return Sentence(N_("Its fragments do not tell which of them make a frame, so none is surely whole."))
    if frames.encapsulated and frames.whole == frames.declared:
        return Sentence(N_("All its frames are whole; only the delimiter is missing. Use restore-delimiter."))
    if not frames.whole:
        return Sentence(N_("Not one of its frames is whole: there is nothing to salvage."))
    if sight.node(_FUNCTIONAL_GROUPS) is not None:
        return Sentence(
            N_("It is an enhanced object, whose frames are described one by one; these cannot be salvaged.")
        )
    if sight.signed:
        return Sentence(N_("It carries a digital signature, which any change would break."))
    if not sight.text(_SOP_UID) or not sight.text(_SOP_CLASS):
        return Sentence(N_("It has no SOP Instance UID that the new object could refer to."))
    node = sight.node(PIXEL_DATA)
    if node is None or (not frames.encapsulated and frame_bits(sight) * frames.whole % 8):
        return Sentence(N_("Its frames do not end on whole bytes."))
    return None


def _edits(
    sight: Sight, frames: Frames, new_uid: Callable[[], str] = lambda: f"2.25.{uuid.uuid4().int}"
) -> tuple[Edit, ...]:
    """The elements in front of the pictures that have to say something else."""
    uid = new_uid().encode()
    kind = sight.text(0x00080008).split("\\")
    edits = [
        sight.put(0x00080008, "CS", "\\".join(["DERIVED", *(kind[1:] or ["SECONDARY"])]).encode("latin-1")),
        sight.put(_SOP_UID, "UI", uid),
        sight.put(0x00082111, "ST", _description(frames)),
        _source(sight),
        sight.put(0x00280008, "IS", str(frames.whole).encode()),
    ]
    if sight.node(0x00020010) is not None:
        edits.insert(0, sight.put(_META_UID, "UI", uid))
    if sight.number(0x00286010) > frames.whole:
        edits.append(sight.put(0x00286010, "US", struct.pack("<H" if sight.tree.little else ">H", 1)))
    for tag in PER_FRAME:
        parts = (sight.raw(tag) or b"").rstrip(b"\0 ").split(b"\\")
        if len(parts) == frames.declared and len(parts) > frames.whole:
            edits.append(sight.put(tag, "DS", b"\\".join(parts[: frames.whole])))
    for tag in (0x7FE00001, 0x7FE00002):
        if sight.node(tag) is not None:
            edits.append(sight.removed(tag))
    return tuple(sorted(edits, key=lambda edit: edit.tag))


def _description(frames: Frames) -> bytes:
    return b"Salvaged from a truncated object: frames 1 to %d of %d" % (frames.whole, frames.declared)


def _source(sight: Sight) -> Edit:
    """Source Image Sequence (0008,2112) with the truncated object, before what stood there."""
    little, implicit = sight.tree.little, sight.tree.implicit
    inner = _element(0x00081150, "UI", sight.text(_SOP_CLASS).encode(), implicit, little)
    inner += _element(0x00081155, "UI", sight.text(_SOP_UID).encode(), implicit, little)
    order = "<" if little else ">"
    item = struct.pack(order + "HHI", 0xFFFE, 0xE000, len(inner)) + inner
    return sight.put(0x00082112, "SQ", item)


def _element(tag: int, vr: str, value: bytes, implicit: bool, little: bool) -> bytes:
    order = "<" if little else ">"
    value += b"\0" * (len(value) % 2)
    head = struct.pack(order + "HH", tag >> 16, tag & 0xFFFF)
    if implicit:
        return head + struct.pack(order + "I", len(value)) + value
    return head + vr.encode("ascii") + struct.pack(order + "H", len(value)) + value


def _patches(sight: Sight, frames: Frames) -> tuple[Patch, ...]:
    """Pixel data cut behind the last whole frame."""
    node = sight.node(PIXEL_DATA)
    assert node is not None
    rest = len(sight.data) - frames.end
    cut = Sentence(N_("{count} bytes of incomplete frames left out"), {"count": rest})
    if not frames.encapsulated:
        length = frames.end - node.vo
        order = "little" if node.little else "big"
        said = Sentence(
            N_("length of Pixel Data: {before} becomes {after}"), {"before": node.length, "after": length + length % 2}
        )
        new = (length + length % 2).to_bytes(node.lsz, "little" if order == "little" else "big")
        return (Patch(node.lpos, node.lsz, new, said), Patch(frames.end, rest, b"\0" * (length % 2), cut))
    table = node.kids[0]
    emptied = Sentence(N_("Basic Offset Table emptied: it names frames that are gone"))
    patches = []
    if table.length:
        patches.append(Patch(table.lpos, table.lsz + table.length, bytes(4), emptied))
    return (*patches, Patch(frames.end, rest, DELIMITER, cut))


REMEDY = Remedy(
    ID,
    N_("Salvage complete frames"),
    N_(
        "A file ends inside its picture, and no whole copy can be had: the frames that are complete become a new "
        "object with a new UID, marked as derived."
    ),
    _propose,
)
