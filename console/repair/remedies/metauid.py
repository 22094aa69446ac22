"""Fix the UIDs of the file meta group: they have to be those of the data set (PS3.10 7.1, table 7.1-1)."""

from console.i18n import N_
from console.model.sentence import Sentence
from console.repair.remedies.choosing import each
from console.repair.remedies.remedy import FilePlan, Proposal, Refusal, Remedy, Request
from console.repair.remedies.sight import Sight, unfit

ID = "fix-meta-uid"
_PAIRS = ((0x00020002, 0x00080016), (0x00020003, 0x00080018))


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
    return Proposal(ID, tuple(plans), tuple(refused), unchanged, record=False)


def _look(sight: Sight) -> FilePlan | Refusal | None:
    if sight.is_directory:
        # A DICOMDIR has its UID in the file meta group alone.
        return None
    why = unfit(sight)
    if why is not None:
        return Refusal(sight.path, why)
    if sight.node(0x00020010) is None:
        return Refusal(sight.path, Sentence(N_("It has no file meta group to correct. Use rebuild-meta.")))
    edits = []
    for meta, dataset in _PAIRS:
        right = (sight.raw(dataset) or b"").rstrip(b"\0 ")
        if right and (sight.raw(meta) or b"").rstrip(b"\0 ") != right:
            edits.append(sight.put(meta, "UI", right))
    return FilePlan(sight.path, tuple(edits)) if edits else None


REMEDY = Remedy(
    ID,
    N_("Fix the UIDs of the meta group"),
    N_(
        "The file meta group names another object than the data set: a PACS would file it under the wrong UID. The "
        "data set is believed and stays as it is."
    ),
    _propose,
)
