"""Correct attributes of patient, study, series or equipment over a file, a series or a study.

The SOP Instance UID stays (PS3.3 C.12.1.1.9: errors may be corrected "without changing the SOP Instance UID"), and the
old values go into the Original Attributes Sequence. Copies of the old value in nested request and reference items are
corrected with it, which dcmodify -m leaves behind; records of the past (other patient IDs, original attributes) and
the content of reports stay as they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from console.errors import UsageError
from console.i18n import N_, _
from console.model.repair import Edit
from console.model.sentence import Sentence
from console.repair.remedies.choosing import each
from console.repair.remedies.remedy import FilePlan, Proposal, Question, Refusal, Remedy, Request
from console.repair.remedies.sight import CHARSET, Leaf, Sight, unfit
from console.repair.remedies.values import tag_named, value_of

ID = "correct-attributes"
_PATIENTS, _STUDIES, _LABEL = "SeveralPatients", "SeveralStudies", "SpecificCharacterSet"
_YES = ("yes", "no")
_OWN = frozenset((_PATIENTS, _STUDIES, _LABEL))

_PATIENT_ID, _STUDY_UID = 0x00100020, 0x0020000D
_IDENTITY = {
    0x00080016: N_("it says what kind of object this is"),
    0x00080018: N_("an object with another UID is another object"),
    0x0020000D: N_("moving to another study needs new UIDs for series and objects, and the old ones rejected"),
    0x0020000E: N_("moving to another series needs new UIDs for the objects, and the old ones rejected"),
    0x00200052: N_("positions in space hang on it"),
}
_BYTES_MEAN = (0x0002, 0x0028, 0x5400, 0x7FE0)
"""Groups that say how bytes are to be read."""
_PAST = frozenset((0x00101002, 0x04000561, 0x0040A730, 0x00101000))
"""Sequences whose copies of a value stay: other patient IDs, original attributes, the content of a report."""
_NEVER_EMPTY = frozenset((0x00080060,))


@dataclass(frozen=True)
class _Wish:
    keyword: str
    tag: int
    vr: str
    text: str


@dataclass(frozen=True)
class _Found:
    plan: FilePlan | None
    refusal: Refusal | None
    patient: bytes | None
    study: bytes | None


def _propose(request: Request) -> Proposal:
    wishes = _wishes(request.answers)
    label = request.answers.get(_LABEL, "")
    refused: list[Refusal] = []
    plans: list[FilePlan] = []
    patients: set[bytes] = set()
    studies: set[bytes] = set()
    unchanged = 0
    for _path, found in each(request, lambda sight: _look(sight, wishes, label), refused):
        if found.refusal is not None:
            refused.append(found.refusal)
            continue
        patients.add(found.patient or b"")
        studies.add(found.study or b"")
        if found.plan is None or not found.plan.edits:
            unchanged += 1
        else:
            plans.append(found.plan)
    _one_only(request.answers, wishes, len(patients), len(studies))
    notes = (
        Sentence(
            N_(
                "The UIDs stay. A PACS that already holds these objects may ignore corrected copies and answer Success "
                "all the same: query it again afterwards."
            )
        ),
    )
    return Proposal(ID, tuple(plans), tuple(refused), unchanged, notes)


def _wishes(answers: Mapping[str, str]) -> tuple[_Wish, ...]:
    wishes = []
    for keyword, text in answers.items():
        if keyword in _OWN:
            continue
        tag, vr = tag_named(keyword)
        if tag in _IDENTITY:
            sentence = _("{keyword} is not corrected in place: {why}.")
            said = sentence.format(keyword=keyword, why=_(_IDENTITY[tag]))
            raise UsageError(_("Not a correction"), said)
        if tag >> 16 in _BYTES_MEAN or tag >> 16 & 0xFF00 in (0x5000, 0x6000):
            sentence = _("{keyword} says how the bytes of the picture are read; it is no value that was typed wrongly.")
            raise UsageError(_("Not a correction"), sentence.format(keyword=keyword))
        if not text and tag in _NEVER_EMPTY:
            raise UsageError(_("Not a correction"), _("{keyword} must not be empty.").format(keyword=keyword))
        # Refused before the first file is opened, with a set that can write everything.
        value_of(keyword, text, answers.get(_LABEL) or "ISO_IR 192")
        wishes.append(_Wish(keyword, tag, vr, text))
    if not wishes:
        sentence = _("Say what is to be corrected: --set PatientID=P0017 --set PatientName=ZHANG^WEI")
        raise UsageError(_("Nothing to correct"), sentence)
    return tuple(wishes)


def _look(sight: Sight, wishes: tuple[_Wish, ...], label: str) -> _Found:
    patient, study = sight.raw(_PATIENT_ID), sight.raw(_STUDY_UID)
    why = unfit(sight)
    if why is not None:
        return _Found(None, Refusal(sight.path, why), None, None)
    edits: list[Edit] = []
    notes: list[Sentence] = []
    charset = sight.charset
    if label and label != charset:
        if any(not leaf.value.isascii() or b"\x1b" in leaf.value for leaf in sight.texts()):
            sentence = N_(
                "It holds texts beyond ASCII in {charset}: change its character set with transcode-charset first."
            )
            return _Found(None, Refusal(sight.path, Sentence(sentence, {"charset": charset or "-"})), None, None)
        charset = label
        edits.append(sight.put(CHARSET, "CS", label.encode("ascii")))
    nested = [leaf for leaf in sight.leaves() if leaf.place]
    for wish in wishes:
        try:
            edits += _edits(sight, wish, charset, nested, notes)
        except UsageError as error:
            # What this file's character set has no letters for, another file's may have.
            return _Found(None, Refusal(sight.path, Sentence("{why}", {"why": error.detail})), None, None)
    if edits and all(edit.tag == CHARSET for edit in edits):
        # Without a correction there is nothing that the label was wanted for.
        edits = []
    return _Found(FilePlan(sight.path, tuple(edits), notes=tuple(notes)), None, patient, study)


def _edits(sight: Sight, wish: _Wish, charset: str, nested: list[Leaf], notes: list[Sentence]) -> list[Edit]:
    node = sight.node(wish.tag)
    little = node.little if node is not None else sight.tree.little
    old = sight.raw(wish.tag)
    new = value_of(wish.keyword, wish.text, charset, little=little)
    edits = []
    if old is None or _plain(old) != _plain(new):
        edits.append(sight.put(wish.tag, wish.vr, new))
    copies = [leaf for leaf in nested if leaf.tag == wish.tag and not any(tag in _PAST for tag, _item in leaf.place)]
    others = 0
    for leaf in copies:
        if old is not None and _plain(old) and _plain(leaf.value) == _plain(old):
            inner = value_of(wish.keyword, wish.text, charset if leaf.charset == sight.charset else leaf.charset)
            if _plain(inner) != _plain(leaf.value):
                edits.append(sight.replaced(leaf, inner))
        elif _plain(leaf.value) not in (b"", _plain(new)):
            others += 1
    if others:
        sentence = N_("{count} nested {keyword} with another value stay as they are.")
        notes.append(Sentence(sentence, {"count": others, "keyword": wish.keyword}))
    return edits


def _plain(value: bytes) -> bytes:
    return value.strip(b"\0 ")


def _one_only(answers: Mapping[str, str], wishes: tuple[_Wish, ...], patients: int, studies: int) -> None:
    """Raises UsageError where one value would be written over several patients or studies without being asked to."""
    groups = {wish.tag >> 16 for wish in wishes}
    if patients > 1 and 0x0010 in groups and answers.get(_PATIENTS) != "yes":
        sentence = _(
            "The files belong to {count} patients, who would become one. Choose the files of one patient, or say "
            "--set SeveralPatients=yes when they are one person."
        )
        raise UsageError(_("Several patients"), sentence.format(count=patients))
    study_level = {0x00080020, 0x00080030, 0x00080050, 0x00081030, 0x00200010}
    if studies > 1 and study_level & {wish.tag for wish in wishes} and answers.get(_STUDIES) != "yes":
        sentence = _(
            "The files belong to {count} studies, which would get the same values. Choose the files of one study, or "
            "say --set SeveralStudies=yes."
        )
        raise UsageError(_("Several studies"), sentence.format(count=studies))


REMEDY = Remedy(
    ID,
    N_("Correct attributes"),
    N_(
        "Puts a wrong name, Patient ID, accession number or another attribute right over all files that are chosen; "
        "the UIDs stay, the old values are recorded in the file."
    ),
    _propose,
    (
        Question(_LABEL, N_("character set for a file whose texts are all ASCII, such as GB18030")),
        Question(_PATIENTS, N_("yes when the files of several Patient IDs belong to one person"), choices=_YES),
        Question(_STUDIES, N_("yes when several studies get the same values"), choices=_YES),
    ),
    free=True,
)
