"""Relabel: the bytes of all texts are right, and Specific Character Set (0008,0005) says something else.

Only the label changes, in the file and in every item that has one of its own. Setting it through pydicom would encode
the wrongly read texts anew and write them into the file; here not one byte of a text is touched.
"""

from console.dicom.character_sets import label_of
from console.dicom.characters import decode, normalise
from console.i18n import N_
from console.model.repair import Edit
from console.model.sentence import Sentence
from console.plain import clean
from console.repair.remedies.choosing import each
from console.repair.remedies.remedy import FilePlan, Proposal, Question, Refusal, Remedy, Request, Reread
from console.repair.remedies.sight import CHARSET, Leaf, Sight, unfit
from console.repair.remedies.texts import Votes, plain, strictly, term_of

ID = "relabel-charset"
LABEL = "SpecificCharacterSet"


def _propose(request: Request) -> Proposal:
    wanted = term_of(request.answers[LABEL]) if request.answers.get(LABEL) else ""
    votes = Votes({})
    for _path, _heard in each(request, votes.hear, [], quiet=True):
        pass
    votes.settle()
    refused: list[Refusal] = []
    plans: list[FilePlan] = []
    unchanged = 0
    for _path, found in each(request, lambda sight: _look(sight, wanted, votes), refused):
        if isinstance(found, Refusal):
            refused.append(found)
        elif found is None:
            unchanged += 1
        else:
            plans.append(found)
    notes: tuple[Sentence, ...] = ()
    if plans and not wanted:
        notes = (Sentence(N_("The texts themselves voted. Look at the names before it is applied.")),)
    return Proposal(ID, tuple(plans), tuple(refused), unchanged, notes)


def _look(sight: Sight, wanted: str, votes: Votes) -> FilePlan | Refusal | None:
    why = unfit(sight)
    if why is not None:
        return Refusal(sight.path, why)
    texts = [leaf for leaf in sight.texts() if not plain(leaf.value)]
    spelt = _spelt(sight.charset)
    label = wanted or votes.label_for(sight) or spelt
    if not label or not (texts or spelt):
        return None
    labels = [leaf for leaf in sight.leaves() if leaf.tag == CHARSET]
    edits: list[Edit] = [] if any(not leaf.place for leaf in labels) else [sight.put(CHARSET, "CS", label.encode())]
    edits += [sight.replaced(leaf, label.encode()) for leaf in labels if leaf.text != label]
    if not edits:
        return None
    reread: list[Reread] = []
    for leaf in texts:
        text = strictly(leaf.value, label, leaf.kind)
        if text is None:
            if leaf.foreign:
                continue
            return Refusal(sight.path, _misfit(leaf, label))
        reading = votes.reading_of(sight, leaf)
        # A text that its own vote reads otherwise may have been right as it was.
        doubtful = reading is not None and not (reading.certain and reading.text == clean(text).strip())
        before = decode(leaf.value, leaf.charset, leaf.kind)
        reread.append(Reread(leaf.place, leaf.tag, before, text, leaf.value, doubtful))
    doubts = frozenset(range(len(edits))) if any(one.doubtful for one in reread) else frozenset()
    return FilePlan(sight.path, tuple(edits), doubtful=doubts, reread=tuple(reread))


def _spelt(charset: str) -> str:
    """The defined term that a wrongly spelt one means ("UTF-8": ISO_IR 192); empty for one that is right or unknown."""
    terms = [normalise(part) for part in charset.split("\\")] if charset else []
    meant = "\\".join(terms)
    return meant if meant != charset and all(label_of(term).family != "none" for term in terms if term) else ""


def _misfit(leaf: Leaf, label: str) -> Sentence:
    sentence = N_(
        "The bytes {hex} of ({tag}) mean nothing in {label}: a label alone does not help, since the texts of this file "
        "are written in several sets. Use transcode-charset."
    )
    tag = f"{leaf.tag >> 16:04X},{leaf.tag & 0xFFFF:04X}"
    return Sentence(sentence, {"hex": leaf.value[:32].hex().upper(), "tag": tag, "label": label})


REMEDY = Remedy(
    ID,
    N_("Relabel the character set"),
    N_(
        "Names are shown wrongly because the file says another character set than it uses: the label is put right, the "
        "texts stay byte for byte."
    ),
    _propose,
    (Question(LABEL, N_("the set the texts are written in, such as GB18030; without it the texts vote")),),
)
