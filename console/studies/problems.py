"""What can be wrong with one file or folder, kept in the index as a code and said in the language of the day."""

import errno

from console.i18n import N_, _
from console.model.index_report import IndexProblem

NOT_DICOM = ""
"""No DICOM object: nothing wrong."""
ZIP = "zip"
"""A zip file whose members stand in the index: nothing wrong."""
MEDIA = "media"
"""A DICOMDIR: nothing wrong with it."""

ROW = "row"
"""An object for the index: nothing wrong."""
DEEP = "deep"
"""Only pydicom can read it, which a reader process has to do: strangers' bytes go through it there alone."""

DENIED, BROKEN_MEDIUM, VANISHED, SLOW = "denied", "medium", "vanished", "slow"
CRASHED, DAMAGED_DIRECTORY, DAMAGED_ZIP, ENCRYPTED_ZIP = "crashed", "dicomdir-damaged", "zip-damaged", "zip-encrypted"
NESTED_ZIP, BOMB, MISSING, LOOP = "zip-nested", "zip-bomb", "missing", "loop"
GONE, EMPTIED, UNREADABLE, UNKNOWN_ZIP, MORE, REBUILT = "gone", "emptied", "unreadable", "zip-method", "more", "rebuilt"
NO_PATH = "no-path"

PASSING = frozenset({DENIED, BROKEN_MEDIUM, VANISHED, SLOW, UNREADABLE})
"""What may be over at the next run, which therefore tries again."""

MOST = 10_000
"""A report lists no more problems than this; the last one says how many there are beyond."""

_SENTENCES = {
    DENIED: N_("This account may not read it. Have the right granted, then take it in again."),
    BROKEN_MEDIUM: N_("The disk or disc cannot give its content back. Copy the medium if it can still be copied."),
    SLOW: N_("Reading it took too long and was stopped; it is tried again next time."),
    CRASHED: N_("The reader broke down on it; it is damaged or made to harm. It is left out until it changes."),
    DAMAGED_DIRECTORY: N_("The DICOMDIR is damaged; the folder it stands in was read without it."),
    DAMAGED_ZIP: N_("The zip file is damaged, or this part of it. Fetch it again."),
    ENCRYPTED_ZIP: N_("It is encrypted. Unpack it with its password and take the folder in."),
    NESTED_ZIP: N_("A zip file inside a zip file is not opened. Unpack it and take the folder in."),
    BOMB: N_("It would expand out of all proportion and is not opened. Unpack it, if you trust it."),
    UNKNOWN_ZIP: N_("It is packed in a way that this console does not know. Unpack it and take the folder in."),
    MISSING: N_("The DICOMDIR names this file, but it is not there."),
    LOOP: N_("This link leads back to a folder above it and is not followed."),
    GONE: N_("The medium or share went away while it was read; all that the index knows of it stays. Bring it back."),
    EMPTIED: N_("The folder is empty and on another disk than before, as when nothing is mounted there; all that the "
                "index knows of it stays."),
    UNREADABLE: N_("It cannot be read: {detail}."),
    NO_PATH: N_("There is no such file or folder; what the index knows of it stays."),
    MORE: N_("{detail} more could not be read."),
    REBUILT: N_("The index was damaged, is kept as {detail}, and was built anew; take in again what is not listed."),
}  # fmt: skip


class BadArchive(Exception):
    """A zip file that cannot be read as a whole; the text is a code."""


def code_of(error: OSError) -> str:
    """The code for what the system says of a file or folder."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return VANISHED
    if isinstance(error, PermissionError):
        return DENIED
    if error.errno in (errno.EIO, errno.ENXIO, errno.ENODEV, getattr(errno, "ESTALE", -1)):
        return BROKEN_MEDIUM
    return f"{UNREADABLE}:{error.strerror or type(error).__name__}"


def is_passing(code: str) -> bool:
    """Whether the next run should try again."""
    return code.partition(":")[0] in PASSING


def problem(path: str, code: str) -> IndexProblem:
    """`code`, which may end in a colon and a detail, as a sentence on `path`."""
    kind, _colon, detail = code.partition(":")
    return IndexProblem(path, _(_SENTENCES[kind]).format(detail=detail))
