"""Transcode: every text of the file, at every depth, written anew in one character set, and labelled so.

Which set a text is in now is said for all (Source), for one text (Text.HEX), or voted on by the texts of the study
and of the device. A text that cannot be read, or that the new set cannot give back, keeps the file out of the plan.
"""

from console.dicom.character_sets import label_of
from console.errors import UsageError
from console.i18n import N_, _
from console.model.repair import Edit
from console.model.sentence import Sentence
from console.repair.remedies.choosing import each
from console.repair.remedies.remedy import FilePlan, Proposal, Question, Refusal, Remedy, Request
from console.repair.remedies.sight import CHARSET, Leaf, Sight, unfit
from console.repair.remedies.texts import CHOICE, Votes, choices_of, plain, strictly, term_of, written

ID = "transcode-charset"
LABEL, SOURCE = "SpecificCharacterSet", "Source"
_LONGEST = 65534


def _propose(request: Request) -> Proposal:
    if not request.answers.get(LABEL):
        sentence = _("Say which set the texts shall be written in: --set SpecificCharacterSet=GB18030")
        raise UsageError(_("No character set"), sentence)
    target = term_of(request.answers[LABEL])
    source = term_of(request.answers[SOURCE]) if request.answers.get(SOURCE) else ""
    votes = Votes(choices_of(request.answers), source)
    for _path, _heard in each(request, votes.hear, [], quiet=True):
        pass
    votes.settle()
    refused: list[Refusal] = []
    plans: list[FilePlan] = []
    unchanged = 0
    for _path, found in each(request, lambda sight: _look(sight, target, votes), refused):
        if isinstance(found, Refusal):
            refused.append(found)
        elif found is None:
            unchanged += 1
        else:
            plans.append(found)
    return Proposal(ID, tuple(plans), tuple(refused), unchanged)


def _look(sight: Sight, target: str, votes: Votes) -> FilePlan | Refusal | None:
    why = unfit(sight)
    if why is not None:
        return Refusal(sight.path, why)
    labels = [leaf for leaf in sight.leaves() if leaf.tag == CHARSET]
    texts = [leaf for leaf in sight.texts() if not plain(leaf.value)]
    if not texts and not any(leaf.text for leaf in labels):
        return None
    edits: list[Edit] = []
    doubtful: list[int] = []
    if not any(not leaf.place for leaf in labels):
        edits.append(sight.put(CHARSET, "CS", target.encode()))
    edits += [sight.replaced(leaf, target.encode()) for leaf in labels if leaf.text != target]
    strange = 0
    for leaf in texts:
        if leaf.foreign and leaf.node.vr in ("", "UN"):
            strange += 1
            continue
        found = votes.source_of(sight, leaf)
        if found is None and leaf.foreign:
            strange += 1
            continue
        if found is None:
            return Refusal(sight.path, _unreadable(sight, leaf, votes))
        new = written(found.text, target, leaf.kind)
        if new is None:
            return Refusal(sight.path, _unwritable(leaf, found.text, target))
        if len(new) > _LONGEST and leaf.node.lsz == 2:
            return Refusal(sight.path, _outgrown(leaf))
        if new.rstrip(b"\0 ") != leaf.value.rstrip(b"\0 "):
            if not found.certain:
                doubtful.append(len(edits))
            edits.append(sight.replaced(leaf, new.rstrip(b"\0 ")))
    if not edits:
        return None
    notes: tuple[Sentence, ...] = ()
    if strange:
        sentence = N_("{count} private or unknown elements hold bytes beyond ASCII and stay as they are.")
        notes = (Sentence(sentence, {"count": strange}),)
    return FilePlan(sight.path, tuple(edits), doubtful=frozenset(doubtful), notes=notes)


def _name(leaf: Leaf) -> str:
    return f"{leaf.tag >> 16:04X},{leaf.tag & 0xFFFF:04X}"


def _unreadable(sight: Sight, leaf: Leaf, votes: Votes) -> Sentence:
    raw = leaf.value.rstrip(b"\0 ")
    values = {"hex": raw[:48].hex().upper(), "tag": _name(leaf), "choice": CHOICE}
    reading = votes.reading_of(sight, leaf)
    if reading is not None and strictly(raw, reading.charset, leaf.kind) is not None:
        values |= {"likely": reading.text, "charset": reading.charset}
        sentence = N_(
            "The bytes {hex} of ({tag}) cannot be read with that set; they look like {likely} in {charset}. Say so "
            "with --set {choice}{hex}={charset}, or take the name from the RIS with correct-attributes."
        )
        return Sentence(sentence, values)
    sentence = N_(
        "The bytes {hex} of ({tag}) cannot be read in any set. Choose one with --set {choice}{hex}=SET, or take the "
        "text from the RIS with correct-attributes first."
    )
    return Sentence(sentence, values)


def _unwritable(leaf: Leaf, text: str, target: str) -> Sentence:
    values = {"text": text.strip(), "tag": _name(leaf), "target": label_of(target).used}
    return Sentence(
        N_("{text} in ({tag}) has letters that {target} does not have. Choose GB18030 or ISO_IR 192."), values
    )


def _outgrown(leaf: Leaf) -> Sentence:
    sentence = N_("The text of ({tag}) would be longer than its VR can say (65,534 bytes). Choose a narrower set.")
    return Sentence(sentence, {"tag": _name(leaf)})


REMEDY = Remedy(
    ID,
    N_("Change the character set"),
    N_(
        "Writes every text of a file, those in nested items too, in another character set and labels it so. Mixed "
        "files, in which texts of several sets stand under one label, are put right this way."
    ),
    _propose,
    (
        Question(LABEL, N_("the set to write in: GB18030, ISO_IR 192, ISO 2022 IR 58, …"), required=True),
        Question(SOURCE, N_("the set all texts are written in now; without it they vote")),
        Question(f"{CHOICE}HEX", N_("the set of one text, whose bytes stand behind the point")),
    ),
)
