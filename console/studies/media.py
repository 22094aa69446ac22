"""DICOMDIR media: which files the directory names, and which of them are not there (PS3.10 8, PS3.12).

The directory is never needed to find objects, since every file of the medium is read anyway. It is asked what should
be there. References are found by their tag wherever they stand, so that a broken chain of records hides none.
"""

import os
import re
from collections.abc import Iterator
from functools import cache

from console.model.index_report import IndexProblem
from console.studies.problems import DAMAGED_DIRECTORY, MISSING, code_of, problem

DIRECTORY_CLASS = "1.2.840.10008.1.3.10"
"""SOP class of a DICOMDIR."""

_MOST = 1 << 27
_DEEPEST = 8
_REFERENCE = re.compile(
    rb"\x04\x00\x00\x15CS(?P<little>..)|\x00\x04\x15\x00CS(?P<big>..)|\x04\x00\x00\x15(?P<implicit>..)\x00\x00",
    re.DOTALL,
)
"""Referenced File ID (0004,1500): explicit little endian, explicit big endian, implicit little endian."""
_RECORDS = re.compile(rb"\x04\x00\x20\x12|\x00\x04\x12\x20")
"""Directory Record Sequence (0004,1220), either byte order."""


def is_directory_name(name: str) -> bool:
    """Whether a file is called DICOMDIR, as media and those who copy them write it."""
    return _folded(name) == "DICOMDIR"


def missing_files(path: str) -> list[IndexProblem]:
    """What is wrong with the DICOMDIR at `path` and the files it names."""
    try:
        with open(path, "rb") as stream:
            data = stream.read(_MOST)
    except OSError as error:
        return [problem(path, code_of(error))]
    if not _RECORDS.search(data):
        return [problem(path, DAMAGED_DIRECTORY)]
    folder = os.path.dirname(path)

    @cache
    def names(place: str) -> dict[str, str]:
        try:
            return {_folded(name): name for name in os.listdir(place)}
        except OSError:
            return {}

    def is_there(parts: tuple[str, ...]) -> bool:
        place = folder
        for part in parts:
            found = names(place).get(_folded(part))
            if found is None:
                return False
            place = os.path.join(place, found)
        return True

    missing = dict.fromkeys(parts for parts in _references(data) if not is_there(parts))
    return [problem(os.path.join(folder, *parts), MISSING) for parts in missing]


def _references(data: bytes) -> Iterator[tuple[str, ...]]:
    """The file IDs of the directory, in parts."""
    for match in _REFERENCE.finditer(data):
        kind = match.lastgroup or ""
        length = int.from_bytes(match[kind], "big" if kind == "big" else "little")
        value = data[match.end() : match.end() + length]
        parts = tuple(part.strip() for part in value.decode("latin-1").strip("\0 ").split("\\"))
        if 0 < len(parts) <= _DEEPEST and all(_is_name(part) for part in parts):
            yield parts


def _is_name(part: str) -> bool:
    """Real media use more characters than PS3.10 8.2 allows; what leads out of the medium is no name."""
    return bool(part) and part.isprintable() and "/" not in part and part not in ("..", ".")


def _folded(name: str) -> str:
    """A name as ISO 9660 means it: capitals, no version number, no empty extension."""
    return name.upper().partition(";")[0].rstrip(".")
