"""How rotated logs are called beside the live one."""

import re

PACKED = (".gz",)
UNREADABLE = (".bz2", ".xz", ".zst", ".lz4", ".zip", ".7z", ".Z")
"""Packed in ways that are not read here: said, never passed over."""

_ROTATED = re.compile(r"(?:[-._](?:\d[\dT:_.-]*|old|prev))+")
_NUMBER = re.compile(r"\d+")
_DATED = 10_000


def is_packed(name: str) -> bool:
    """Whether a name is that of a packed file, of whatever kind."""
    return name.endswith(PACKED + UNREADABLE)


def is_rotated_form(name: str, live: str) -> bool:
    """Whether `name` is what rotation makes of `live`: error.log.1, error.log-20261120.gz, error-1.log, error.1.log."""
    for ending in PACKED + UNREADABLE:
        name = name.removesuffix(ending)
    stem, dot, suffix = live.rpartition(".")
    if not stem:
        stem, dot, suffix = live, "", ""
    if not name.startswith(stem) or name == live:
        return False
    rest, suffix = name[len(stem) :], dot + suffix
    if suffix and rest.startswith(suffix):
        rest = rest[len(suffix) :]
    elif suffix:
        rest = rest.removesuffix(suffix)
    # Packed under its own name: error.log.gz beside error.log.
    return _ROTATED.fullmatch(rest) is not None or not rest


def age_key(mtime_ns: int, name: str) -> tuple[int, int]:
    """Sorts rotated files, oldest first: by time, and by number or date in the name where two have the same time."""
    numbers = _NUMBER.findall(name)
    last = int(numbers[-1][:18]) if numbers else 0
    return mtime_ns, last if last >= _DATED else -last
