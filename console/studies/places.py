"""What can be told of a path by its name alone."""

from pathlib import Path


def is_zip_name(name: str) -> bool:
    """Whether a file is taken for a zip file."""
    return name[-4:].lower() == ".zip"


def cache_folder(home: Path) -> Path:
    """Where members of zip files are unpacked in a home folder."""
    return home / "cache"
