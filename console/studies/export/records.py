"""Directory records (PS3.3 F.5): which one an object gets, and what stands in it.

A key that must have a value and has none in the object is invented, in the directory alone, as dcmmkdir +I does.
"""

from typing import NamedTuple

from console.dicom.elements import Elements, tag_of
from console.studies.export.encoding import EXPLICIT
from console.studies.export.transcribe import all_written, is_empty, uid, written

_STORAGE = "1.2.840.10008.5.1.4.1.1."
_CHARSET = 0x00080005

_EXACT = {
    "4.2": "SPECTROSCOPY", "66": "RAW DATA", "66.1": "REGISTRATION", "66.3": "REGISTRATION", "66.2": "FIDUCIAL",
    "66.5": "SURFACE", "66.6": "TRACT", "67": "VALUE MAP", "68.1": "SURFACE SCAN", "68.2": "SURFACE SCAN",
    "77.1.5.3": "STEREOMETRIC", "79.1": "SR DOCUMENT", "80.1": "MEASUREMENT", "88.59": "KEY OBJECT DOC",
    "90.1": "ASSESSMENT", "131": "PRESENTATION", "481.1": "IMAGE", "481.2": "RT DOSE", "481.3": "RT STRUCTURE SET",
    "481.4": "RT TREAT RECORD", "481.5": "RT PLAN", "481.6": "RT TREAT RECORD", "481.7": "RT TREAT RECORD",
    "481.8": "RT PLAN", "481.9": "RT TREAT RECORD", "481.10": "RADIOTHERAPY", "481.11": "RADIOTHERAPY",
}  # fmt: skip
_FAMILIES = (
    ("9.", "WAVEFORM"), ("11.", "PRESENTATION"), ("78.", "MEASUREMENT"), ("88.", "SR DOCUMENT"),
    ("104.", "ENCAP DOC"), ("481.", "RADIOTHERAPY"),
)  # fmt: skip


class Key(NamedTuple):
    """One attribute of a record."""

    keyword: str
    kind: str
    """1: never empty; 2: may be empty; 3: only where the object has it."""
    invented: str = ""
    """What a missing value of kind 1 becomes; empty means that nothing can be invented."""


def _keys(*lines: str) -> tuple[Key, ...]:
    return tuple(Key(*line.split(" ", 2)) for line in lines)


_NUMBER = ("InstanceNumber 1 1",)
_CONTENT = ("ContentDate 1 19000101", "ContentTime 1 000000")
_LABEL = (*_NUMBER, "ContentLabel 1 UNLABELED", "ContentDescription 2", "ContentCreatorName 2")

KEYS: dict[str, tuple[Key, ...]] = {
    "PATIENT": _keys("PatientName 2", "PatientID 1", "PatientBirthDate 3", "PatientSex 3"),
    "STUDY": _keys(
        "StudyDate 1 19000101", "StudyTime 1 000000", "AccessionNumber 2", "StudyDescription 2", "StudyInstanceUID 1",
        "StudyID 1",
    ),
    "SERIES": _keys("Modality 1 OT", "SeriesDescription 3", "SeriesInstanceUID 1", "SeriesNumber 1"),
    "IMAGE": _keys("ImageType 3", *_NUMBER),
    "RT DOSE": _keys(*_NUMBER, "DoseSummationType 1 PLAN"),
    "RT STRUCTURE SET": _keys(
        *_NUMBER, "StructureSetLabel 1 UNLABELED", "StructureSetDate 2", "StructureSetTime 2"
    ),
    "RT PLAN": _keys(*_NUMBER, "RTPlanLabel 1 UNLABELED", "RTPlanDate 2", "RTPlanTime 2"),
    "RT TREAT RECORD": _keys(*_NUMBER, "TreatmentDate 2", "TreatmentTime 2"),
    "PRESENTATION": _keys(
        "PresentationCreationDate 1 19000101", "PresentationCreationTime 1 000000", *_LABEL,
        "ReferencedSeriesSequence 3", "BlendingSequence 3",
    ),
    "WAVEFORM": _keys(*_NUMBER, *_CONTENT),
    "SR DOCUMENT": _keys(
        *_NUMBER, "CompletionFlag 1 PARTIAL", "VerificationFlag 1 UNVERIFIED", *_CONTENT, "VerificationDateTime 3",
        "ConceptNameCodeSequence 1",
    ),
    "KEY OBJECT DOC": _keys(*_NUMBER, *_CONTENT, "ConceptNameCodeSequence 1"),
    "SPECTROSCOPY": _keys(
        "ImageType 1 ORIGINAL\\PRIMARY", *_CONTENT, *_NUMBER, "ReferencedImageEvidenceSequence 3",
        "NumberOfFrames 1 1", "Rows 1", "Columns 1", "DataPointRows 1", "DataPointColumns 1",
    ),
    "RAW DATA": _keys(*_NUMBER, *_CONTENT),
    "REGISTRATION": _keys(*_CONTENT, *_LABEL),
    "FIDUCIAL": _keys(*_CONTENT, *_LABEL),
    "ENCAP DOC": _keys(
        "ContentDate 2", "ContentTime 2", *_NUMBER, "DocumentTitle 2", "HL7InstanceIdentifier 3",
        "ConceptNameCodeSequence 2", "MIMETypeOfEncapsulatedDocument 1 application/octet-stream",
    ),
    "VALUE MAP": _keys(*_CONTENT, *_LABEL),
    "STEREOMETRIC": _keys(*_NUMBER),
    "MEASUREMENT": _keys(*_CONTENT, *_LABEL),
    "SURFACE": _keys(*_CONTENT, *_LABEL),
    "SURFACE SCAN": _keys(*_CONTENT),
    "TRACT": _keys(*_CONTENT, *_LABEL),
    "ASSESSMENT": _keys(*_NUMBER, "InstanceCreationDate 1 19000101", "InstanceCreationTime 2"),
    "RADIOTHERAPY": _keys(
        *_NUMBER, "UserContentLabel 3", "UserContentLongLabel 3", "ContentDescription 2", "ContentCreatorName 2"
    ),
}  # fmt: skip
"""Attributes beyond the character set, by type of record."""


class NoRecord(Exception):
    """An object that no record can lead to; `keyword` is what it lacks, empty when its kind has no record."""

    def __init__(self, keyword: str) -> None:
        super().__init__(keyword)
        self.keyword = keyword


def type_of(sop_class: str) -> str:
    """The type of record for a SOP class; raises NoRecord for what belongs to no patient or to one manufacturer."""
    if not sop_class.startswith(_STORAGE):
        raise NoRecord("")
    rest = sop_class.removeprefix(_STORAGE)
    for start, record in ((rest, _EXACT.get(rest, "")), *_FAMILIES):
        if record and (start == rest or rest.startswith(start)):
            return record
    return "IMAGE"


def body(record: str, elements: Elements, invented: dict[str, str]) -> bytes:
    """The attributes of a record, raw as they stand in the object; `invented` overrides what KEYS would invent.

    Raises NoRecord where a value is missing that cannot be invented.
    """
    parts: dict[int, bytes] = {}
    for key in KEYS[record]:
        tag = tag_of(key.keyword)
        if not is_empty(elements, tag):
            parts[tag] = written(elements, tag)
        elif key.kind == "1":
            value = invented.get(key.keyword, key.invented)
            if not value:
                raise NoRecord(key.keyword)
            parts[tag] = EXPLICIT.element(tag, _VRS.get(key.keyword, "LO"), value.encode("ascii"))
        elif key.kind == "2":
            parts[tag] = _empty(key.keyword, tag)
    if record in ("SR DOCUMENT", "KEY OBJECT DOC"):
        parts |= _modifiers(elements)
    if _CHARSET in elements.raw and not is_empty(elements, _CHARSET):
        parts[_CHARSET] = written(elements, _CHARSET)
    return b"".join(parts[tag] for tag in sorted(parts))


def _modifiers(elements: Elements) -> dict[int, bytes]:
    """The items of the Content Sequence that modify the title (PS3.3 F.5.25), which alone stand in a record."""
    tag, relation = tag_of("ContentSequence"), tag_of("RelationshipType")
    if tag not in elements.raw:
        return {}
    items = [item for item in elements.items_of(tag) if uid(item, relation) == "HAS CONCEPT MOD"]
    return {tag: EXPLICIT.sequence(tag, [all_written(item) for item in items])} if items else {}


def _empty(keyword: str, tag: int) -> bytes:
    vr = _VRS.get(keyword, "LO")
    return EXPLICIT.sequence(tag, ()) if vr == "SQ" else EXPLICIT.element(tag, vr, b"")


def _vrs() -> dict[str, str]:
    from pydicom.datadict import dictionary_VR

    return {key.keyword: dictionary_VR(tag_of(key.keyword)) for keys in KEYS.values() for key in keys}


_VRS = _vrs()
