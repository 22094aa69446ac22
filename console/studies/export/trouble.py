"""What the operator is told when the target refuses: what happened, and what to do."""

import errno
from pathlib import Path

from console.i18n import _

_FULL = (errno.ENOSPC, errno.EDQUOT)
_GONE = (
    errno.EIO,
    errno.ENODEV,
    errno.ENXIO,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.ESTALE,
    errno.ENOTCONN,
    errno.EHOSTDOWN,
)


def target_sentence(target: Path, error: OSError) -> str:
    """Why the export to `target` stopped. The sources are untouched in every case."""
    if error.errno in _FULL:
        sentence = _(
            "{path} is full; the export stopped there and is not complete. Make room and start it again in the same "
            "folder, or choose a larger medium."
        )
    elif error.errno == errno.EFBIG:
        sentence = _(
            "{path} takes no file of this size; the export stopped there and is not complete. Choose a medium "
            "formatted as exFAT or NTFS."
        )
    elif error.errno == errno.EROFS:
        sentence = _(
            "{path} became write-protected; the export stopped there and is not complete. The medium may be damaged: "
            "take another one."
        )
    elif isinstance(error, PermissionError):
        sentence = _(
            "This account may not write in {path}; the export is not complete. Have the right granted, or choose "
            "another place."
        )
    elif error.errno in _GONE:
        return gone_sentence(target)
    else:
        sentence = _("{path} could not be written ({reason}); the export stopped there and is not complete.")
    return sentence.format(path=target, reason=error.strerror or type(error).__name__)


def gone_sentence(target: Path) -> str:
    """For a stick that was pulled out, or that stopped answering."""
    sentence = _(
        "{path} is gone or does not answer (a stick that was pulled out, a share that is away); the export is not "
        "complete. Bring it back and start the export again in the same folder."
    )
    return sentence.format(path=target)
