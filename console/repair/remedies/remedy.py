"""What a remedy is: what it asks, and what it proposes. Nothing here opens a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from console.model.repair import Edit
from console.model.sentence import Sentence

Reason = Literal["CORRECT", "COERCE"]
"""Reason for the Attribute Modification (0400,0565): a mistake put right, or values brought into line (PS3.3
C.12.1.1.9)."""


@dataclass(frozen=True)
class Patch:
    """Bytes of a file replaced where no element can be named: in front of the data set, or behind its end.

    What stood there is guarded by the hash of the whole file, which the plan holds.
    """

    offset: int
    """Where in the old file."""
    length: int
    """How many of its bytes go; 0 for an insertion."""
    new: bytes
    """What stands there afterwards; empty for a removal."""
    what: Sentence
    """What this is, for the preview."""


@dataclass(frozen=True)
class Reread:
    """A text whose bytes stay and which is read differently afterwards, since its label changes."""

    place: tuple[tuple[int, int], ...]
    """Sequences and item numbers (from 0) on the way to it."""
    tag: int
    before: str
    """As it was read under the old label."""
    after: str
    """As it is read under the new one."""
    raw: bytes
    doubtful: bool = False


@dataclass(frozen=True)
class FilePlan:
    """What one file is to become."""

    path: Path
    """The file as it was named."""
    edits: tuple[Edit, ...] = ()
    """Elements, in the order of the file."""
    patches: tuple[Patch, ...] = ()
    """Other bytes, by offset."""
    doubtful: frozenset[int] = frozenset()
    """Numbers of `edits` whose text a person has to look at before it is applied."""
    notes: tuple[Sentence, ...] = ()
    """What stays as it is, and why."""
    reread: tuple[Reread, ...] = ()
    """Texts that are read differently though their bytes stay."""
    new_object: bool = False
    """True where the result is another object, with a UID of its own: it never takes the place of the file."""


@dataclass(frozen=True)
class NewFile:
    """A file that is to be made beside others, such as a DICOMDIR."""

    path: Path
    """Where it would stand."""
    data: bytes
    """All of it."""
    what: Sentence
    """What this is, for the preview."""


@dataclass(frozen=True)
class Refusal:
    """A file that the remedy leaves alone."""

    path: Path
    why: Sentence
    """One sentence: the reason, and what would help."""


@dataclass(frozen=True)
class Proposal:
    """What a remedy would do to the files it was shown."""

    remedy: str
    """Its id."""
    files: tuple[FilePlan, ...] = ()
    refused: tuple[Refusal, ...] = ()
    unchanged: int = 0
    """Files that need nothing."""
    notes: tuple[Sentence, ...] = ()
    """About all of them."""
    reason: Reason = "CORRECT"
    record: bool = True
    """Whether the Original Attributes Sequence records the change: not where only the envelope changes."""
    made: tuple[NewFile, ...] = ()
    """Files that are made anew."""


@dataclass(frozen=True)
class Question:
    """Something the operator is asked, or says with --set."""

    key: str
    """What stands before the "="."""
    what: str
    """What is asked, marked for translation."""
    required: bool = False
    choices: tuple[str, ...] = ()
    """The answers that there are; empty for free text."""
    default: str = ""


class DirectoryMaker(Protocol):
    """Makes a DICOMDIR of objects that stay where they are (console.studies.export.dicomdir, joined by the verb)."""

    def add(self, path: Path, target: str, patient: int) -> str:
        """Take in an object under its file id; why it cannot be taken in, or nothing."""

    def data(self) -> bytes:
        """The DICOMDIR."""


@dataclass(frozen=True)
class Request:
    """What a remedy is asked to do."""

    paths: tuple[Path, ...]
    """Files, and folders with all that is below them."""
    answers: Mapping[str, str] = field(default_factory=dict)
    progress: Callable[[int, int, str], object] = lambda _done, _total, _what: None
    """Called for each file: how many are done, of how many, and which one is next."""
    cancelled: Callable[[], bool] = lambda: False
    directory: Callable[[], DirectoryMaker] | None = None


@dataclass(frozen=True)
class Remedy:
    """One way to put files right."""

    id: str
    """As doctor and the command line call it."""
    name: str
    """Two or three words, marked for translation."""
    about: str
    """When it helps and what it does, in one or two sentences, marked for translation."""
    propose: Callable[[Request], Proposal]
    """Looks, and says what it would do. Writes nothing. Raises UsageError for answers that cannot be followed."""
    questions: tuple[Question, ...] = ()
    free: bool = False
    """Whether any DICOM keyword may be set."""
