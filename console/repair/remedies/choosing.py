"""Which files a remedy looks at, one after the other, and what is said of those it cannot use."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from console.errors import Cancelled, DicomReadError, UsageError
from console.i18n import _
from console.repair.remedies.remedy import Refusal, Request
from console.repair.remedies.sight import Sight, looking, no_dicom

Seen = TypeVar("Seen")


def files_of(request: Request) -> tuple[Path, ...]:
    """The files that a request names, those of a folder in order, each once. Raises UsageError for none.

    Our own dot files (temporary names) and links to folders are not followed.
    """
    found: dict[str, Path] = {}
    for path in request.paths:
        if path.is_dir():
            for folder, names, files in os.walk(path):
                names.sort()
                for name in sorted(files):
                    # A named pipe would keep whoever opens it waiting for ever.
                    if not name.startswith(".") and os.path.isfile(os.path.join(folder, name)):
                        found.setdefault(os.path.realpath(os.path.join(folder, name)), Path(folder, name))
        elif path.is_file():
            found.setdefault(os.path.realpath(path), path)
        else:
            sentence = _("{path} is no file that is there. Check the name.")
            raise UsageError(_("No such file"), sentence.format(path=path))
    if not found:
        raise UsageError(_("Nothing is chosen"), _("There is no file in what was named. Name files or folders."))
    return tuple(found.values())


def each(
    request: Request, look: Callable[[Sight], Seen], refused: list[Refusal], *, quiet: bool = False
) -> Iterator[tuple[Path, Seen]]:
    """What `look` makes of each file that can be opened; the others go to `refused`. Raises Cancelled.

    Files that are no DICOM at all are only named where they were named themselves, not where a folder was.
    """
    files = files_of(request)
    named = {os.path.realpath(path) for path in request.paths}
    for number, path in enumerate(files):
        if request.cancelled():
            raise Cancelled(_("Stopped"), _("The plan was stopped; nothing was changed."))
        if not quiet:
            request.progress(number, len(files), path.name)
        try:
            with looking(path) as sight:
                if not is_dicom(sight):
                    raise DicomReadError("", "")
                seen = look(sight)
        except (OSError, DicomReadError, ValueError) as error:
            if isinstance(error, OSError) or os.path.realpath(path) in named:
                refused.append(no_dicom(path, error))
            continue
        yield path, seen


def is_dicom(sight: Sight) -> bool:
    """Whether there is anything that looks like DICOM: a preamble, or a walk that found standard elements."""
    if bytes(sight.data[128:132]) == b"DICM" or bytes(sight.data[:4]) == b"DICM":
        return True
    return any(node.tag >> 16 in (2, 4, 8, 0x10, 0x20) for node in sight.tree.nodes[:4])
