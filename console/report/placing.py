"""How the file gets to its place: whole or not at all, also on a stick that is full or pulled."""

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

from console.errors import ConsoleError
from console.i18n import _

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def place(data: bytes, target: Path) -> None:
    """Make `data` the content of `target`; when this returns, neither a crash nor a power cut takes it back.

    Raises ConsoleError with one sentence; what was at its place before is then unharmed, and nothing else is left.
    """
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            with temporary.open("xb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, target)
        finally:
            with suppress(OSError):
                temporary.unlink()
        _sync(target.parent)
    except OSError as error:
        raise _refusal(target, error) from error


def _sync(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems (FAT through FUSE, shares) cannot sync a folder; the file itself is synced.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(descriptor)


def _refusal(target: Path, error: OSError) -> ConsoleError:
    if error.errno in _FULL:
        sentence = _(
            "The report was not written to {path}: the disk is full or a size limit is reached. What was there before "
            "is unharmed. Free some space and write it again."
        )
    elif error.errno == errno.EROFS:
        sentence = _("The report was not written to {path}: it is write-protected. Choose another place.")
    elif isinstance(error, IsADirectoryError):
        sentence = _("The report was not written to {path}: that is a folder. Name a file.")
    elif isinstance(error, PermissionError):
        sentence = _(
            "The report was not written to {path}: this account may not write there, or the file is open in another "
            "program. Close it, or choose another place."
        )
    elif isinstance(error, FileNotFoundError | NotADirectoryError):
        sentence = _("The report was not written to {path}: the folder is not there. Make it, or choose another.")
    else:
        sentence = _("The report was not written to {path}: {reason}.")
    reason = error.strerror or type(error).__name__
    return ConsoleError(_("The report was not written"), sentence.format(path=target, reason=reason))
