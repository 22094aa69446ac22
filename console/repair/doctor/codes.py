"""The catalogue of what the doctor can say, one entry a code. Codes are stable: scripts and docs rely on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from console.i18n import N_
from console.model.diagnosis import Confidence, Diagnosis, Severity, Source
from console.model.sentence import Sentence, Value

CORRECT, RELABEL, TRANSCODE = "correct-attributes", "relabel-charset", "transcode-charset"
META, DELIMITER, SALVAGE = "rebuild-meta", "restore-delimiter", "salvage-frames"
META_UID, SIBLING, DIRECTORY = "fix-meta-uid", "fill-from-sibling", "rebuild-dicomdir"
REMEDIES = (CORRECT, RELABEL, TRANSCODE, META, DELIMITER, SALVAGE, META_UID, SIBLING, DIRECTORY)
"""Ids of the remedies, as `cathlab repair plan` takes them."""

_CRIT, _WARN, _NOTE = Severity.CRITICAL, Severity.WARNING, Severity.NOTE
_SURE, _LIKELY, _POSSIBLE = Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE
_STANDARD, _MEASURED, _COMPARED, _TOOL = Source.STANDARD, Source.MEASURED, Source.COMPARED, Source.TOOL


@dataclass(frozen=True)
class Code:
    """What stands behind a code."""

    severity: Severity
    summary: str
    """One sentence, marked for translation."""
    remedy: str = ""
    source: Source = _MEASURED
    confidence: Confidence = _SURE


class Found(NamedTuple):
    """A finding on its way between processes: plain values alone."""

    code: str
    detail: str = ""
    """Source sentence, marked for translation."""
    values: Mapping[str, Any] = {}
    offset: int = -1
    tag: int = 0
    remedy: str | None = None
    """Instead of the code's own; empty where that one cannot help here."""


CODES: dict[str, Code] = {
    "unreadable": Code(_CRIT, N_("The system does not let this file be read.")),
    "breaks-reader": Code(_CRIT, N_("Looking at this file broke the reader or took too long.")),
    "empty-file": Code(_CRIT, N_("The file is empty: fetch it again.")),
    "not-dicom": Code(_WARN, N_("This is no DICOM file, or its beginning is destroyed."), "", _MEASURED, _LIKELY),
    # PS3.10 7.1
    "no-preamble": Code(_WARN, N_("The preamble with the mark DICM is missing."), META, _STANDARD),
    "no-meta": Code(_WARN, N_("The file meta information is missing."), META, _STANDARD),
    "bytes-before": Code(_WARN, N_("Stray bytes stand in front of the file."), "", _STANDARD),
    "meta-length": Code(_WARN, N_("The length of the file meta information is wrong."), META, _STANDARD),
    "no-meta-length": Code(_NOTE, N_("The length of the file meta information is not stated."), META, _STANDARD),
    "no-syntax": Code(_WARN, N_("The file does not name its transfer syntax."), META, _STANDARD),
    "meta-uid": Code(_WARN, N_("Meta information and data set name different instances."), META_UID, _STANDARD),
    # PS3.5 10, A.4, A.5
    "wrong-syntax": Code(_CRIT, N_("The bytes are not in the transfer syntax that the file names."), META),
    "wrong-codec": Code(_CRIT, N_("The pixels are not compressed as the transfer syntax says."), META),
    "wrapped-codestream": Code(_NOTE, N_("The frames carry a wrapper around the JPEG 2000 codestream.")),
    "bad-deflate": Code(_CRIT, N_("The deflated data set cannot be expanded.")),
    "cut-header": Code(_CRIT, N_("The file ends inside its header: fetch it again.")),
    "broken-structure": Code(_CRIT, N_("The data set cannot be read to its end: a length or a delimiter is wrong.")),
    "trailing-bytes": Code(_WARN, N_("Bytes that belong to no element follow the data set.")),
    "wrong-vr": Code(_WARN, N_("An element has another VR than the dictionary gives it."), "", _STANDARD),
    "un-vr": Code(_NOTE, N_("Known elements are stored with unknown VR (UN)."), "", _STANDARD),
    "mixed-encoding": Code(_NOTE, N_("Explicit and implicit VR are mixed in one file."), "", _STANDARD),
    "odd-length": Code(_NOTE, N_("Elements have an odd length."), "", _STANDARD),
    "tag-order": Code(_NOTE, N_("Elements do not stand in the order of their tags."), "", _STANDARD),
    "twice": Code(_WARN, N_("An element stands twice in the same data set."), "", _STANDARD),
    "cut-native": Code(_CRIT, N_("The pixel data are cut: the end of the file is missing."), SALVAGE),
    "cut-encapsulated": Code(_CRIT, N_("The compressed pixel data are cut."), SALVAGE),
    "no-delimiter": Code(_WARN, N_("The end mark of the pixel data is missing; all frames are there."), DELIMITER),
    "cut-delimiter": Code(_WARN, N_("The end mark of the pixel data is cut; all frames are there.")),
    "bad-fragments": Code(_CRIT, N_("The compressed pixel data break off between two fragments."), SALVAGE),
    "pixel-length": Code(_WARN, N_("The pixel data are longer or shorter than the header says."), "", _STANDARD),
    "few-frames": Code(_CRIT, N_("There are fewer compressed frames than the header says."), "", _STANDARD),
    "bad-offset-table": Code(_WARN, N_("The table of frame positions does not point at the frames."), "", _STANDARD),
    "no-pixels": Code(_NOTE, N_("The header describes a picture and there are no pixel data.")),
    "pixels-twice": Code(_CRIT, N_("There is more than one pixel data element."), "", _STANDARD),
    # PS3.5 6.2, 7.4, 9.1
    "bad-uid": Code(_WARN, N_("A UID is not valid."), "", _STANDARD),
    "bad-date": Code(_WARN, N_("A date or time is not valid."), CORRECT, _STANDARD),
    "improbable-date": Code(_WARN, N_("A date cannot be true."), CORRECT, _MEASURED, _LIKELY),
    "bad-value": Code(_WARN, N_("A value does not have the form that its VR asks for."), CORRECT, _STANDARD),
    "too-long": Code(_NOTE, N_("A value is longer than its VR allows."), CORRECT, _STANDARD),
    "empty-type-1": Code(_WARN, N_("An element that must have a value is empty or missing."), SIBLING, _STANDARD),
    "missing-type-2": Code(_NOTE, N_("Elements that must be there, if only empty, are missing."), SIBLING, _STANDARD),
    # PS3.3 C.12.1.1.2
    "wrong-charset": Code(
        _WARN, N_("Texts are not in the character set that the file names."), RELABEL, _MEASURED, _LIKELY
    ),
    "no-charset": Code(_WARN, N_("Texts go beyond ASCII and no character set is named."), RELABEL, _MEASURED, _LIKELY),
    "mixed-charset": Code(
        _WARN, N_("Texts of one file are in different character sets."), TRANSCODE, _MEASURED, _LIKELY
    ),
    "unknown-charset": Code(_WARN, N_("The file names a character set that does not exist."), RELABEL, _STANDARD),
    "double-encoded": Code(_WARN, N_("Texts were converted twice."), TRANSCODE, _MEASURED, _LIKELY),
    "lost-text": Code(_WARN, N_("Letters of a text were replaced: the original is lost."), CORRECT, _MEASURED, _LIKELY),
    # Other files, earlier visits
    "same-twice": Code(_NOTE, N_("The same object lies here more than once, byte for byte."), "", _COMPARED),
    "same-uid-header": Code(_WARN, N_("One instance UID, same pixels, different headers."), "", _COMPARED),
    "same-uid-content": Code(_CRIT, N_("One instance UID, different content."), "", _COMPARED),
    "study-two-patients": Code(_CRIT, N_("One study is stored under two patients."), CORRECT, _COMPARED, _LIKELY),
    "study-differs": Code(_WARN, N_("Files of one study disagree about patient or study."), CORRECT, _COMPARED),
    "instance-gap": Code(_NOTE, N_("Instance numbers of a series have gaps."), "", _COMPARED, _POSSIBLE),
    "directory-file-missing": Code(_WARN, N_("The DICOMDIR names files that are not there."), DIRECTORY, _COMPARED),
    "directory-file-unlisted": Code(_WARN, N_("DICOM files are not in the DICOMDIR."), DIRECTORY, _COMPARED),
    "directory-broken": Code(_CRIT, N_("The records of the DICOMDIR are broken."), DIRECTORY),
    "silent-change": Code(_CRIT, N_("The file changed though its size and time did not."), "", _COMPARED),
    "pixels-changed": Code(_CRIT, N_("The pixels are not what they were at an earlier visit."), "", _COMPARED),
    "header-changed": Code(_NOTE, N_("The header changed since an earlier visit, the pixels not."), "", _COMPARED),
    "gone": Code(_WARN, N_("A file of an earlier visit is gone."), "", _COMPARED),
    "cannot-decode": Code(_CRIT, N_("A frame cannot be decoded.")),
    "decoders-disagree": Code(_WARN, N_("Two decoders give different pictures for a frame.")),
    "tool-dciodvfy": Code(_NOTE, N_("dciodvfy reports errors."), "", _TOOL),
    "tool-dcentvfy": Code(_NOTE, N_("dcentvfy reports that files disagree."), "", _TOOL),
    "tool-dcmdump": Code(_NOTE, N_("dcmdump cannot read the file to its end."), "", _TOOL),
}


def diagnosis(path: str, found: Found, others: tuple[str, ...] = ()) -> Diagnosis:
    """The finding as the rest of the house knows it. KeyError for a code that is not in the catalogue."""
    code = CODES[found.code]
    remedy = code.remedy if found.remedy is None else found.remedy
    values: dict[str, Value] = dict(found.values)
    return Diagnosis(
        path,
        found.code,
        code.severity,
        code.confidence,
        Sentence(code.summary, values),
        Sentence(found.detail, values),
        remedy,
        bool(remedy),
        code.source,
        found.offset if found.offset >= 0 else None,
        found.tag,
        others[:20],
    )
