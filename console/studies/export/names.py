"""Names that every system takes: DICOM file ids, and readable folder names that no Windows machine trips over."""

import re
import unicodedata

MOST = 99999
"""What five digits count to; more objects in one folder go on with letters."""

_RESERVED = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"]
    + [f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"]
)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f]')
_FILE_ID = re.compile(r"[A-Z0-9_]{1,8}(?:/[A-Z0-9_]{1,8}){0,7}")
_LONGEST = 60
_LONGEST_BYTES = 120
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def numbered(prefix: str, number: int) -> str:
    """A file id of 7 characters, "IM00001"; beyond 99,999 a letter takes the first digit's place ("IMA0000")."""
    if number <= MOST:
        return f"{prefix}{number:05}"
    letter, rest = divmod(number - MOST - 1, 10000)
    if letter >= len(_LETTERS):
        raise ValueError(f"more than {MOST + len(_LETTERS) * 10000} files in one folder")
    return f"{prefix}{_LETTERS[letter]}{rest:04}"


def is_file_id(path: str) -> bool:
    """Whether `path` may stand in a DICOMDIR: at most 8 components of 8 from A-Z, 0-9 and _ (PS3.10 8.2, 8.5)."""
    return _FILE_ID.fullmatch(path) is not None


def safe(text: str, instead: str) -> str:
    """`text` as the name of a folder on any system; `instead` where nothing is left of it.

    Neither reserved names of Windows nor blanks and dots at the end, nor what a shell or a terminal would obey.
    """
    name = unicodedata.normalize("NFC", text).replace("^", " ").replace("=", " ")
    name = "".join(letter if letter.isprintable() else " " for letter in _FORBIDDEN.sub(" ", name))
    name = " ".join(name.split())[:_LONGEST]
    while len(name.encode("utf-8", "replace")) > _LONGEST_BYTES:
        name = name[:-1]
    # A leading dot hides a folder, a leading dash or tilde means something else to a shell.
    name = name.lstrip(".-~ ").rstrip(". ")
    if not name:
        return instead
    return f"_{name}" if name.partition(".")[0].rstrip().upper() in _RESERVED else name


def distinct(name: str, taken: set[str]) -> str:
    """`name`, or "name (2)" and so on where it is `taken`, also where large and small letters are one; then it is."""
    unique, number = name, 1
    while unique.casefold() in taken:
        number += 1
        unique = f"{name} ({number})"
    taken.add(unique.casefold())
    return unique
