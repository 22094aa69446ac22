"""Reads objects for the index: files of a folder, or members of a zip file, each at its own risk."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from console.dicom.quick_row import read_row, read_row_of
from console.studies.media import DIRECTORY_CLASS, is_directory_name
from console.studies.problems import CRASHED, DAMAGED_DIRECTORY, DEEP, MEDIA, NOT_DICOM, ROW, code_of
from console.studies.rows import Item, Preparer

if TYPE_CHECKING:
    from console.model.index_row import IndexRow

UNREAD = "enhanced-unread"
"""The note of our own reader on an object whose rate and angles stand where only pydicom looks."""

_OPEN = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_PREAD = hasattr(os, "pread")

Outcome: TypeAlias = tuple[tuple[Any, ...] | None, str]
"""An IndexRow as a plain tuple, which marshal can carry, or None; then a code of `console.studies.problems`."""


Answer: TypeAlias = tuple[list[str], list[Any], list[Any], list[Any], list[Any], list[Any]]
"""A code for each file of a batch, ROW for those that are objects, and these as `console.studies.rows.Prepared`."""


def read_batch(
    preparer: Preparer, number: int, folder: str, zipped: bool, files: Sequence[tuple[str, int, int]], deep: bool
) -> Answer:
    """Read files (name, size, time) of `folder`, or members of a zip file, and make their rows ready."""
    names = [name for name, _size, _time in files]
    outcomes = read_members(folder, names) if zipped else read_files(folder, names, deep)
    codes: list[str] = []
    items: list[Item] = []
    for (row, code), (name, size, mtime_ns) in zip(outcomes, files, strict=True):
        if row is None:
            damaged = code == NOT_DICOM and is_directory_name(name)
            codes.append(DAMAGED_DIRECTORY if damaged else code)
        elif row[0] == DIRECTORY_CLASS:
            codes.append(MEDIA)
        else:
            codes.append(ROW)
            items.append((row, number, folder, name, size, mtime_ns))
    return (codes, *preparer.prepare(items))


def read_files(folder: str, names: Sequence[str], deep: bool) -> list[Outcome]:
    """Read files of `folder`, in order. Not `deep`: the outcome of what only pydicom can read is DEEP."""
    stem = folder if folder.endswith(os.sep) else folder + os.sep
    return [read_file(stem + name, deep) for name in names]


def read_file(path: str, deep: bool) -> Outcome:
    """Read one file. Never raises for what is in it."""
    try:
        row = read_row(path)[0] if deep else _read_lightly(path)
    except OSError as error:
        return None, code_of(error)
    except (MemoryError, RecursionError):
        return None, CRASHED
    if row is None:
        return None, NOT_DICOM
    if not deep and UNREAD in row.notes:
        return None, DEEP
    return tuple(row), NOT_DICOM


def _read_lightly(path: str) -> "IndexRow | None":
    """The row of a file by our own reader alone."""
    descriptor = os.open(path, _OPEN)
    try:
        size = os.fstat(descriptor).st_size
        if _PREAD:
            pread = os.pread
            return read_row_of(lambda offset, count: pread(descriptor, count, offset), size)
        return read_row_of(lambda offset, count: _read_at(descriptor, offset, count), size)
    finally:
        os.close(descriptor)


def _read_at(descriptor: int, offset: int, count: int) -> bytes:
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, count)


def read_members(path: str, names: Sequence[str]) -> list[Outcome]:
    """Read members of the zip file at `path`, in order."""
    from console.studies.archive import read_members as read

    return read(path, names)
