"""Fill required attributes that are empty from the other files of the same study or series.

A value is taken only where all siblings that have one agree on it. Nothing is invented: what no sibling knows stays
empty, and the RIS has to be asked (correct-attributes).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from console.errors import UsageError
from console.i18n import N_, _
from console.model.repair import Edit
from console.model.sentence import Sentence
from console.repair.remedies.choosing import each
from console.repair.remedies.remedy import FilePlan, Proposal, Question, Refusal, Remedy, Request
from console.repair.remedies.sight import Sight, unfit
from console.repair.remedies.texts import plain, strictly, written
from console.repair.remedies.values import TEXTS, tag_named

ID = "fill-from-sibling"
_ONLY = "Attributes"
STUDY = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "AccessionNumber",
    "ReferringPhysicianName", "StudyID", "StudyDescription",
)  # fmt: skip
"""What all files of a study have in common (PS3.3 C.7.1.1, C.7.2.1)."""
SERIES = ("Modality", "SeriesNumber", "Manufacturer", "InstitutionName", "StationName", "ManufacturerModelName")
"""What all files of a series have in common (PS3.3 C.7.3.1, C.7.5.1)."""
_STUDY_UID, _SERIES_UID = 0x0020000D, 0x0020000E


@dataclass
class _Known:
    """The values of one attribute in one study or series: raw bytes with their character set."""

    values: dict[tuple[bytes, str], Path] = field(default_factory=dict)


def _propose(request: Request) -> Proposal:
    wanted = _wanted(request)
    known: dict[tuple[str, str], _Known] = {}
    lacking = 0
    for path, _seen in each(request, lambda sight: _learn(sight, wanted, known), [], quiet=True):
        lacking += bool(path)
    refused: list[Refusal] = []
    plans: list[FilePlan] = []
    unchanged = 0
    for _path, found in each(request, lambda sight: _look(sight, wanted, known), refused):
        if isinstance(found, Refusal):
            refused.append(found)
        elif found is None:
            unchanged += 1
        else:
            plans.append(found)
    return Proposal(ID, tuple(plans), tuple(refused), unchanged)


def _wanted(request: Request) -> dict[str, tuple[int, str]]:
    everything = {keyword: tag_named(keyword) for keyword in (*STUDY, *SERIES)}
    chosen = [name.strip() for name in request.answers.get(_ONLY, "").split(",") if name.strip()]
    strange = [name for name in chosen if name not in everything]
    if strange:
        sentence = _("{keyword} is not filled from siblings; these are: {keywords}.")
        said = sentence.format(keyword=strange[0], keywords=", ".join(everything))
        raise UsageError(_("Not filled from siblings"), said)
    return {keyword: everything[keyword] for keyword in chosen or everything}


def _group(sight: Sight, keyword: str) -> str:
    """What the siblings of a file have in common with it; empty where that is not known."""
    return sight.text(_STUDY_UID if keyword in STUDY else _SERIES_UID)


def _learn(sight: Sight, wanted: Iterable[str], known: dict[tuple[str, str], _Known]) -> None:
    if unfit(sight) is not None:
        return
    for keyword in wanted:
        tag, _vr = tag_named(keyword)
        raw = (sight.raw(tag) or b"").strip(b"\0 ")
        group = _group(sight, keyword)
        if raw and group:
            label = "" if plain(raw) else sight.charset
            known.setdefault((group, keyword), _Known()).values.setdefault((raw, label), sight.path)


def _look(
    sight: Sight, wanted: dict[str, tuple[int, str]], known: dict[tuple[str, str], _Known]
) -> FilePlan | Refusal | None:
    empty = [keyword for keyword, (tag, _vr) in wanted.items() if not (sight.raw(tag) or b"").strip(b"\0 ")]
    if not empty:
        return None
    why = unfit(sight)
    if why is not None:
        return Refusal(sight.path, why)
    edits: list[Edit] = []
    notes: list[Sentence] = []
    for keyword in empty:
        tag, vr = wanted[keyword]
        found = known.get((_group(sight, keyword), keyword))
        if found is None:
            continue
        if len(found.values) > 1:
            sentence = N_("{keyword} stays empty: its siblings have {count} different values.")
            notes.append(Sentence(sentence, {"keyword": keyword, "count": len(found.values)}))
            continue
        ((raw, label),) = found.values
        value = _moved(raw, label, sight.charset, vr)
        if value is None:
            sentence = N_("{keyword} stays empty: the character set of this file cannot write what its siblings have.")
            notes.append(Sentence(sentence, {"keyword": keyword}))
            continue
        edits.append(sight.put(tag, vr, value))
    if not edits:
        return Refusal(sight.path, notes[0]) if notes else None
    return FilePlan(sight.path, tuple(edits), notes=tuple(notes))


def _moved(raw: bytes, label: str, here: str, vr: str) -> bytes | None:
    """A value of a sibling in the character set of this file; None where that cannot be done for certain."""
    if vr not in TEXTS or plain(raw) or label == here:
        return raw
    kind = "name" if vr == "PN" else "text"
    text = strictly(raw, label, "name" if kind == "name" else "text")
    return None if text is None else written(text, here, "name" if kind == "name" else "text")


REMEDY = Remedy(
    ID,
    N_("Fill from siblings"),
    N_(
        "Attributes that every file of a study or series has in common are empty in some: they are taken from the "
        "others, where all of these agree. Choose the whole study."
    ),
    _propose,
    (Question(_ONLY, N_("the attributes to fill, separated by commas; without it all that a study or series shares")),),
)
