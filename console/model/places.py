"""What a folder holds, for the file dialog."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """One line of a folder."""

    name: str
    is_folder: bool
    size: int
    """Bytes; 0 for folders."""


@dataclass(frozen=True)
class Listing:
    """A folder as it was when it was looked at."""

    folder: Path
    entries: tuple[Entry, ...]
    """Folders first, then files, each by name; names starting with a dot are left out."""
    error: str = ""
    """The system's reason when it cannot be read."""


@dataclass(frozen=True)
class Look:
    """What was found at one path."""

    path: Path
    is_folder: bool
    exists: bool
    error: str = ""
    """The system's reason when it cannot be known."""


def list_folder(folder: Path) -> Listing:
    """Look into `folder`. Never raises: what cannot be read is said in `error`. May block on dead media."""
    entries = []
    try:
        with os.scandir(folder) as scan:
            for item in scan:
                if item.name.startswith("."):
                    continue
                try:
                    is_folder = item.is_dir()
                    size = 0 if is_folder else item.stat().st_size
                except OSError:
                    is_folder, size = False, 0
                entries.append(Entry(item.name, is_folder, size))
    except OSError as error:
        return Listing(folder, (), error.strerror or str(error))
    entries.sort(key=lambda entry: (not entry.is_folder, entry.name.casefold()))
    return Listing(folder, tuple(entries))


def look_at(path: Path) -> Look:
    """What stands at `path`. Never raises: a name that is too long or a folder nobody may enter is a reason."""
    try:
        return Look(path, path.is_dir(), path.exists())
    except (OSError, ValueError) as error:
        return Look(path, False, False, getattr(error, "strerror", None) or str(error))


def drives() -> tuple[Path, ...]:
    """Where files may be: the home folder, the roots, mounted media."""
    places = [Path.home()]
    if sys.platform == "win32":
        places += [Path(f"{letter}:\\") for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if os.path.exists(f"{letter}:\\")]
    else:
        places.append(Path("/"))
        for media in ("/media", "/run/media", "/mnt", "/Volumes"):
            places += sorted(path for path in Path(media).glob("*") if os.path.ismount(path))
    return tuple(dict.fromkeys(places))
