"""Reads objects for the index: files of a folder, or members of a zip file, each at its own risk."""

import os
from collections.abc import Sequence
from typing import Any, TypeAlias

from console.dicom.quick_row import read_row
from console.studies.problems import CRASHED, NOT_DICOM, code_of

Outcome: TypeAlias = tuple[tuple[Any, ...] | None, str]
"""An IndexRow as a plain tuple, which marshal can carry, or None; then a code of `console.studies.problems`."""

DEEP = "deep"
"""The outcome of a file that a reader process has to read, since strangers' bytes go through pydicom there."""


def read_files(folder: str, names: Sequence[str], deep: bool) -> list[Outcome]:
    """Read files of `folder`, in order. Not `deep`: the outcome of what only pydicom can read is DEEP."""
    stem = folder if folder.endswith(os.sep) else folder + os.sep
    return [read_file(stem + name, deep) for name in names]


def read_file(path: str, deep: bool) -> Outcome:
    """Read one file. Never raises for what is in it."""
    try:
        row, _trouble, _size, _mtime = read_row(path)
    except OSError as error:
        return None, code_of(error)
    except (MemoryError, RecursionError):
        return None, CRASHED
    return (None if row is None else tuple(row)), NOT_DICOM


def read_members(path: str, names: Sequence[str]) -> list[Outcome]:
    """Read members of the zip file at `path`, in order."""
    from console.studies.archive import read_members as read

    return read(path, names)
