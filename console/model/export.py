"""Nouns of handing studies on: drives, what is to be exported where, and what came of it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

DriveKind = Literal["removable", "fixed", "network", "optical", "unknown"]


@dataclass(frozen=True)
class Drive:
    """A place that files can be written to, as the system tells of it."""

    path: Path
    """Where it is mounted, or its letter."""
    label: str
    """Its name, cleaned for display; the last part of the path where it has none."""
    kind: DriveKind
    file_system: str
    """As the system calls it, lower case: "vfat", "ntfs", "ext4"; empty when nobody said."""
    total: int
    """Bytes; 0 when it did not answer in time."""
    free: int
    """Bytes that this account may still write; 0 when it did not answer in time."""
    writable: bool
    """Whether this account may write there, as far as can be known without writing."""
    read_only: bool
    """Mounted read-only: nobody can write there."""
    answers: bool = True
    """False for a dead share or a medium that did not answer within the deadline."""


@dataclass(frozen=True)
class Medium:
    """What the file system of a target can hold."""

    file_system: str
    """Lower case, empty when unknown."""
    cluster: int
    """Bytes that a file's last part takes at least."""
    total: int
    free: int
    largest_file: int
    """Bytes; 0 means no limit that matters."""
    kind: DriveKind
    read_only: bool
    root: Path
    """Where the file system begins: the folder that a player of DICOM media looks at."""


@dataclass(frozen=True)
class ExportItem:
    """One object that is to be exported, as the index knows it."""

    path: Path
    """A real file; a member of a zip is unpacked before."""
    patient_key: str
    """Same for all objects of one patient."""
    study: str
    """Study Instance UID, or any key that tells studies of a patient apart."""
    series: str
    """Series Instance UID, or any key that tells series of a study apart."""
    sop_class: str = ""
    sop_instance: str = ""
    patient_name: str = ""
    patient_id: str = ""
    study_date: str = ""
    """ISO."""
    study_description: str = ""
    modality: str = ""
    series_number: int | None = None
    series_description: str = ""
    notes: tuple[str, ...] = ()
    """Codes of the header reader, such as "no-preamble"."""


@dataclass(frozen=True)
class ExportOptions:
    """What the operator chose."""

    deidentify: bool = False
    """Basic Application Level Confidentiality Profile (PS3.15 E.1-1) over every copy."""
    dicomdir: bool = True
    layout: Literal["numbers", "names"] = "numbers"
    """numbers: DICOM/PAT00001/ST00001/SE00001/IM00001 (PS3.10 8.2); names: readable folders, and no DICOMDIR."""
    doubtful_pictures: bool = False
    """De-identify also what often shows a name in the picture (ultrasound, screen captures); otherwise left out."""
    key_folder: Path | None = None
    """De-identified only: where the list of who is who is written; None writes none. Never on the target."""


@dataclass(frozen=True)
class ExportProblem:
    """One file and what is wrong with it, in one sentence; an empty path speaks of the whole export."""

    path: str
    what: str


@dataclass(frozen=True)
class PlannedFile:
    """One file of the plan."""

    source: Path
    target: str
    """Below the target folder, with slashes on every system."""
    size: int
    """Bytes of the source when the plan was made."""
    mtime_ns: int
    patient: int
    """Place in `ExportPlan.patients`."""
    study: str
    series: str
    in_dicomdir: bool
    already: bool = False
    """Stands there from an export that was broken off; compared instead of copied."""


@dataclass(frozen=True)
class PlannedPatient:
    """A patient of the plan."""

    key: str
    name: str
    patient_id: str
    new_name: str
    """ANON0001 and so on, used where the copies are de-identified."""


@dataclass(frozen=True)
class ExportPlan:
    """What goes where, and what must be known before it begins. Nothing has been written yet."""

    target: Path
    options: ExportOptions
    files: tuple[PlannedFile, ...]
    patients: tuple[PlannedPatient, ...]
    studies: int
    bytes: int
    """Content of all files."""
    bytes_on_medium: int
    """With clusters, folders, directory and lists; what must be free."""
    medium: Medium
    left_out: tuple[ExportProblem, ...]
    """Files that will not be exported, each with its reason."""
    notes: tuple[str, ...]
    """Sentences to read before starting."""
    refused: str = ""
    """Why this plan cannot be carried out; empty when it can."""
    suggestion: Path | None = None
    """A folder that would do instead."""
    continues: bool = False
    """Goes on with an export that was broken off in the same folder."""


@dataclass(frozen=True)
class ExportReport:
    """What came of it."""

    target: Path
    files: int
    """Objects that stand complete and compared on the target."""
    bytes: int
    seconds: float
    problems: tuple[ExportProblem, ...]
    complete: bool
    """Every file of the plan is there, with checksum list and, where asked for, DICOMDIR."""
    verified: bool
    """Every file was read back and its SHA-256 was that of what was to be written."""
    from_medium: bool
    """The bytes read back came from the medium, not from the memory of the system, as far as the system tells."""
    cancelled: bool
    safe_to_remove: bool
    """Nothing of it is still on its way to the medium."""
    sentence: str
    """The last word for the operator: what is there, and whether the medium may be taken out."""
    warnings: tuple[str, ...] = ()
    """What to look at before handing it on."""
    in_dicomdir: int = 0
    """Objects that the DICOMDIR leads to."""
    key_list: Path | None = None
    patients: tuple[PlannedPatient, ...] = field(default=())
