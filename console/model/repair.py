"""Nouns of a repair: what is to be changed in which file, what was done, and what undoes it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from console.model.sentence import Sentence
from console.model.studies import StudyLine

Place = tuple[tuple[int, int], ...]
"""The way to an element inside sequences: (tag of the sequence, number of the item from 0), outermost first."""


@dataclass(frozen=True)
class Edit:
    """One element of a file that is given another value, put in or taken out."""

    place: Place
    """Empty for a top-level element."""
    tag: int
    vr: str
    """For an element that is put in; one that is there keeps its own."""
    old: bytes | None
    """The value that must stand there, padding included; None where the element must be missing."""
    new: bytes | None
    """The value to write, padded; None takes the element out."""


@dataclass(frozen=True)
class Change:
    """One line of a preview."""

    path: str
    what: Sentence
    """"Patient's Name", "preamble", "missing sequence delimiter"."""
    place: Place = ()
    tag: int = 0
    """0 for what is no element."""
    before: str = ""
    """As it is read now; empty for what is not there."""
    after: str = ""
    before_hex: str = ""
    """The bytes, where the text is in doubt."""
    after_hex: str = ""
    doubtful: bool = False
    """A person has to look at it before it is applied."""


@dataclass(frozen=True)
class PlannedFile:
    """One file of a plan, with what proves that it is still the same."""

    path: str
    """The file itself; symbolic links are resolved."""
    named: str
    """As it was named."""
    size: int
    mtime_ns: int
    inode: int
    sha256: str
    new_size: int
    edits: tuple[Edit, ...] = ()
    patches: tuple[tuple[int, int, bytes], ...] = ()
    """(offset, bytes that go, bytes that come), for what is no element."""
    changes: tuple[Change, ...] = ()
    notes: tuple[Sentence, ...] = ()
    """What stays as it is, and why; what the operator must know."""
    new_object: bool = False
    """The result is another object: it never takes the place of the file."""
    links: int = 1
    """Names that the file has; replacing one leaves the others as they were."""


@dataclass(frozen=True)
class MadeFile:
    """A file that is made anew beside others."""

    path: str
    data: bytes
    what: Sentence


@dataclass(frozen=True)
class Refused:
    """A file that the plan leaves alone, and why."""

    path: str
    why: Sentence


@dataclass(frozen=True)
class RepairPlan:
    """What is to be done, before anything is."""

    id: str
    """Dated, unique in the home folder; the name of the job's folder."""
    remedy: str
    why: str
    """The operator's reason."""
    operator: str
    made_at: str
    """ISO 8601 with zone."""
    files: tuple[PlannedFile, ...]
    made: tuple[MadeFile, ...] = ()
    refused: tuple[Refused, ...] = ()
    unchanged: int = 0
    notes: tuple[Sentence, ...] = ()
    reason: str = "CORRECT"
    """Reason for the Attribute Modification (0400,0565): CORRECT or COERCE."""
    record: bool = True
    """Whether the objects themselves record the change (PS3.3 C.12.1.1.9)."""
    root: str = ""
    """The folder that all files lie below: results are laid out as they lie there."""


class JobState(StrEnum):
    """How far a job has come."""

    PLANNED = "planned"
    APPLIED = "applied"
    PARTLY = "partly"
    """Some files were changed, then it was stopped, or one failed."""
    UNDONE = "undone"
    BROKEN_OFF = "broken-off"
    """The console ended in the middle: resume decides."""
    STOPPED = "stopped"
    """A file is neither the old nor the new one: a person has to look."""


@dataclass(frozen=True)
class FileOutcome:
    """What came of one file."""

    path: str
    result: str
    """Where the new bytes stand: the file itself, or its copy."""
    state: str
    """done | rolled-back | undone | failed | stopped | open."""
    old_sha256: str = ""
    new_sha256: str = ""
    pixels_sha256: str = ""
    """Of the pixel data, the same before and after."""
    copied: int = 0
    """Bytes that were compared one by one with the old file."""
    problem: str = ""
    """One translated sentence."""


@dataclass(frozen=True)
class JobReport:
    """What came of a job."""

    id: str
    state: JobState
    plan: RepairPlan
    files: tuple[FileOutcome, ...] = ()
    in_place: bool = False
    ticket: str = ""
    backup: str = ""
    """Folder of the originals."""
    seconds: float = 0.0
    problem: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """Files that were changed."""
        return sum(outcome.state == "done" for outcome in self.files)


@dataclass(frozen=True)
class JobLine:
    """One job in a list."""

    id: str
    remedy: str
    state: JobState
    files: int
    operator: str
    made_at: str
    in_place: bool
    damaged: str = ""
    """A sentence where its journal cannot be read."""


@dataclass(frozen=True)
class Lead:
    """A study that may be the lost one, and why."""

    line: StudyLine
    """The study as the index knows it."""
    how: tuple[Sentence, ...]
    """By what it was found, one sentence a clue."""
    what: tuple[Sentence, ...] = ()
    """Why an ordinary search may miss it, as far as its own data tell."""
    remedy: str = ""
    """Id of the remedy that would put it right; empty where there is none, or nothing is wrong."""
    clues: frozenset[str] = field(default=frozenset())
    """Which of the clues fit: "name", "patient_id", "birth_date", "accession", "date"."""


@dataclass(frozen=True)
class RemedyQuestion:
    """Something a remedy asks the operator."""

    key: str
    what: str
    """Marked for translation."""
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class RemedyLine:
    """One remedy, for a list and for its wizard."""

    id: str
    name: str
    """Marked for translation, as `about`."""
    about: str
    questions: tuple[RemedyQuestion, ...] = ()
    free: bool = False
    """Whether any DICOM keyword may be set."""
