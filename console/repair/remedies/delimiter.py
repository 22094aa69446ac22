"""Restore the sequence delimiter that ends compressed pixel data (PS3.5 A.4).

Eight bytes are missing at the end of the file, and pydicom opens such a file without its pictures: saved, it is gone.
They are put back only where every fragment is whole and all frames are there; anything less is for salvage-frames.
"""

from console.i18n import N_
from console.model.sentence import Sentence
from console.repair.remedies.choosing import each
from console.repair.remedies.frames import PIXEL_DATA, frames_of
from console.repair.remedies.remedy import FilePlan, Patch, Proposal, Refusal, Remedy, Request
from console.repair.remedies.sight import UNDEFINED, Sight

ID = "restore-delimiter"
DELIMITER = bytes.fromhex("FEFFDDE000000000")
_SURE = 3
"""Bytes of a broken delimiter from which it can be nothing else: FE FF begins an item as well."""


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
            plans.append(FilePlan(path, patches=(found,)))
    return Proposal(ID, tuple(plans), tuple(refused), unchanged, record=False)


def _look(sight: Sight) -> Patch | Refusal | None:
    node = sight.node(PIXEL_DATA)
    if node is None or node.length != UNDEFINED:
        return None
    frames = frames_of(sight)
    if frames is None or frames.delimited:
        return None
    size = len(sight.data)
    rest = bytes(sight.data[size - frames.tail : size]) if frames.tail < len(DELIMITER) else None
    if frames.whole < frames.declared or not frames.certain or rest is None:
        values = {"whole": frames.whole, "declared": frames.declared}
        sentence = N_(
            "{whole} of {declared} frames are surely whole: it lacks more than its delimiter. Fetch it again from the "
            "modality or another node, or use salvage-frames."
        )
        return Refusal(sight.path, Sentence(sentence, values))
    if rest and not (len(rest) >= _SURE and DELIMITER.startswith(rest)):
        sentence = N_("{count} bytes stand behind the last fragment that are no part of a delimiter.")
        return Refusal(sight.path, Sentence(sentence, {"count": len(rest)}))
    what = Sentence(N_("sequence delimiter, {count} bytes at the end"), {"count": len(DELIMITER) - len(rest)})
    return Patch(size, 0, DELIMITER[len(rest) :], what)


REMEDY = Remedy(
    ID,
    N_("Restore the delimiter"),
    N_(
        "A compressed file lacks the last eight bytes, and other programs lose its pictures for it: they are put back "
        "where all frames are whole."
    ),
    _propose,
)
