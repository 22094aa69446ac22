"""What the index knows of patients, studies, series and instances, as the lists show it.

Every text is decoded and cleaned for display. Identifiers of studies and series are numbers of the index, not UIDs:
one Study Instance UID that stands under two patients makes two studies, and both are shown.
"""

from dataclasses import dataclass

from console.model.index_report import IndexProblem as IndexProblem
from console.model.index_report import IndexReport as IndexReport


@dataclass(frozen=True)
class StudyLine:
    """One study of one patient."""

    id: int
    """Number in the index; the same after a rebuild."""
    uid: str
    """Study Instance UID (0020,000D); empty where the files have none."""
    patient_key: str
    """The same for all studies of one patient; see `PatientLine.key`."""
    name: str
    """Patient's Name, the likelier reading."""
    name_other: str
    """The other reading of a name whose bytes do not fit its label, or another name inside the study; else empty."""
    name_flag: int
    """0 the declared character set holds, 1 repaired with confidence, 2 repaired but doubtful."""
    patient_id: str
    """Patient ID (0010,0020)."""
    birth_date: str
    """Patient's Birth Date as YYYY-MM-DD; empty when absent or no date."""
    sex: str
    """Patient's Sex: M, F, O or what stands there; may be empty."""
    date: str
    """Study Date as YYYY-MM-DD; empty when absent or no date."""
    time: str
    """Study Time as HH:MM:SS; empty when absent or no time."""
    accession: str
    """Accession Number (0008,0050)."""
    study_id: str
    """Study ID (0020,0010)."""
    description: str
    """Study Description (0008,1030)."""
    institution: str
    """Institution Name (0008,0080)."""
    referring: str
    """Referring Physician's Name (0008,0090)."""
    modalities: tuple[str, ...]
    """The modalities of its series, sorted, each once."""
    series_count: int
    """Series in it."""
    instance_count: int
    """Distinct SOP Instance UIDs in it."""
    frames: int
    """Frames of all its pictures, each distinct instance counted once."""
    size: int
    """Bytes of all its files, copies included."""
    flags: tuple[str, ...]
    """What is odd, as codes: "two-patients" (its UID stands under two patient IDs), "names-differ" (names inside it
    differ), "no-uid" (made of a folder), "copies" (an instance is there more than once)."""


@dataclass(frozen=True)
class SeriesLine:
    """One series of a study."""

    id: int
    """Number in the index."""
    study: int
    """`StudyLine.id` of its study."""
    uid: str
    """Series Instance UID (0020,000E); empty where the files have none."""
    number: int | None
    """Series Number (0020,0011)."""
    modality: str
    """Modality (0008,0060)."""
    description: str
    """Series Description (0008,103E)."""
    protocol: str
    """Protocol Name (0018,1030)."""
    body_part: str
    """Body Part Examined (0018,0015)."""
    station: str
    """Station Name (0008,1010)."""
    manufacturer: str
    """Manufacturer (0008,0070)."""
    model: str
    """Manufacturer's Model Name (0008,1090)."""
    instance_count: int
    """Distinct SOP Instance UIDs in it."""
    frames: int
    """Frames of all its pictures."""
    size: int
    """Bytes of all its files, copies included."""
    kind: str
    """What its objects are, as `console.dicom.kinds` calls it; empty when they differ."""
    transfer_syntax: str
    """Transfer Syntax UID of its first instance."""
    rows: int
    """Rows of its first picture; 0 without picture."""
    columns: int
    """Columns of its first picture; 0 without picture."""
    fps: float
    """Frames a second of its first cine; 0 for stills or unknown."""
    duration_s: float
    """Seconds that playing all its cines once takes."""
    angles: tuple[str, ...]
    """The distinct C-arm angles in clinicians' words, LAO 32 CRA 2."""
    first_instance: int
    """`InstanceLine.id` of the one that stands for the series."""


@dataclass(frozen=True)
class InstanceLine:
    """One object: one file, or one member of a zip file."""

    id: int
    """Number in the index."""
    series: int
    """`SeriesLine.id` of its series."""
    uid: str
    """SOP Instance UID (0008,0018)."""
    sop_class: str
    """SOP Class UID (0008,0016)."""
    kind: str
    """What it is, as `console.dicom.kinds` calls it."""
    number: int | None
    """Instance Number (0020,0013)."""
    frames: int
    """Number of frames; 0 for what is no picture."""
    rows: int
    """Rows; 0 without picture."""
    columns: int
    """Columns; 0 without picture."""
    bits: int
    """Bits Stored (0028,0101); 0 without picture."""
    photometric: str
    """Photometric Interpretation (0028,0004)."""
    transfer_syntax: str
    """Transfer Syntax UID that the file really has."""
    fps: float
    """Frames a second; 0 for a still."""
    duration_s: float
    """Seconds that playing it once takes; 0 for a still."""
    angles: str
    """C-arm angles in clinicians' words; empty when unknown."""
    acquired: str
    """When it was taken, "YYYY-MM-DD HH:MM:SS" as far as known."""
    title: str
    """Title of a document, label of a presentation state; else empty."""
    folder: str
    """Folder, or zip file, that holds it."""
    name: str
    """File name in that folder, or path inside the zip file."""
    size: int
    """Bytes of the file; of the zip member when unpacked."""
    copies: int
    """How many files of this series hold this SOP Instance UID; 1 when it is alone."""


@dataclass(frozen=True)
class PatientLine:
    """One patient, as the Patient ID tells them apart."""

    key: str
    """Patient ID bytes and, where it is missing, the name; unique in the index."""
    name: str
    """Name in the newest study."""
    name_flag: int
    """As in `StudyLine.name_flag`."""
    patient_id: str
    """Patient ID (0010,0020)."""
    birth_date: str
    """YYYY-MM-DD or empty."""
    sex: str
    """M, F, O or what stands there; may be empty."""
    studies: int
    """Studies of this patient."""
    last_date: str
    """Date of the newest study, YYYY-MM-DD or empty."""
    modalities: tuple[str, ...]
    """The modalities of all studies, sorted, each once."""


@dataclass(frozen=True)
class NearMiss:
    """A study that is nearly what was searched for."""

    line: StudyLine
    """The study."""
    why: str
    """What differs, one short translated phrase: "day and month swapped"."""
