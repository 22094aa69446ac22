"""What the operator is told when the system refuses a file: what happened, where, and what to do about it."""

import errno
from pathlib import Path

from console.errors import StoreError
from console.i18n import _

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def cannot_write(path: Path, error: OSError) -> StoreError:
    """The sentence for a write that failed; what was there before still is."""
    if error.errno in _FULL:
        sentence = _(
            "{file} could not be saved because the disk that holds {folder} is full or a size limit is reached; "
            "what was saved before is unharmed. Free some space there and save again."
        )
    elif error.errno == errno.EROFS:
        sentence = _(
            "{file} could not be saved because {folder} is write-protected. Remove the protection, or choose another "
            "folder."
        )
    elif isinstance(error, PermissionError):
        sentence = _(
            "{file} could not be saved because this account may not write in {folder}; what was saved before is "
            "unharmed. Have the right granted, or choose another folder."
        )
    elif isinstance(error, FileNotFoundError | NotADirectoryError):
        sentence = _(
            "{file} could not be saved because the folder {folder} is not there (a stick that was pulled, a share "
            "that is gone). Bring it back and save again."
        )
    else:
        sentence = _("{file} could not be saved in {folder}: {reason}. What was saved before is unharmed.")
    return StoreError(_("Not saved"), sentence.format(file=path.name, folder=path.parent, reason=_reason(error)))


def unconfirmed(path: Path, error: OSError) -> StoreError:
    """The sentence for a write that is in place, but that the disk would not confirm."""
    sentence = _(
        "{file} was written in {folder}, but the disk did not confirm that a power cut could not take it back "
        "({reason}). Check the disk and save again."
    )
    return StoreError(_("Not confirmed"), sentence.format(file=path.name, folder=path.parent, reason=_reason(error)))


def cannot_read(path: Path, error: OSError) -> StoreError:
    """The sentence for a file or folder that the system will not let us read."""
    if isinstance(error, PermissionError):
        sentence = _(
            "{path} cannot be read because this account has no right to. Have the right granted, or choose another "
            "folder with --home."
        )
    else:
        sentence = _("{path} cannot be read: {reason}.")
    return StoreError(_("Cannot be read"), sentence.format(path=path, reason=_reason(error)))


def only_reading(path: Path) -> StoreError:
    """The refusal of a change in a console that does not hold the home folder."""
    sentence = _(
        "{path} was not changed: another console holds this home folder, and this one only reads. Close the other "
        "console, or make the change there."
    )
    return StoreError(_("Opened for reading only"), sentence.format(path=path))


def too_new(path: Path) -> StoreError:
    """The refusal of a file or folder whose format this version does not know."""
    sentence = _(
        "{path} was written by a newer version of the console, and this version leaves it alone rather than guess. "
        "Start the newer version, or choose another folder with --home."
    )
    return StoreError(_("Written by a newer version"), sentence.format(path=path))


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
