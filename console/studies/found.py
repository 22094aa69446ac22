"""What a walk hands on: folders that were listed, batches to read, and what needs no reader."""

from dataclasses import dataclass, field
from typing import TypeAlias

File: TypeAlias = tuple[str, int, int]
"""Name, size, mtime_ns (CRC-32 for a member of a zip file)."""


@dataclass
class Folder:
    """A folder, or a zip file, that was listed."""

    number: int
    path: str
    zipped: bool
    device: int
    mtime_ns: int
    files: list[File]
    digest: bytes = b""
    """Of its files; empty where only some of them were looked at."""
    zips: int = 0
    left: int = 0
    """Batches that are not back yet."""
    bare: bool = False
    """There is nothing in it at all."""
    whole: bool = True
    """Nothing has to be tried again next time."""


@dataclass(frozen=True)
class Batch:
    """Files of one folder for a reader."""

    folder: Folder
    files: list[File]
    replaced: dict[str, list[int]]
    """Instances in the index that were read from an earlier state of these files."""


@dataclass
class Found:
    """What a walk found beside what is to be read. The caller takes it out of the lists as it likes."""

    files: int = 0
    """Files looked at; of a zip file its members."""
    unchanged: int = 0
    removed: int = 0
    trifles: int = 0
    """Files too small to be read."""
    gone_instances: list[int] = field(default_factory=list)
    gone_others: list[tuple[int, str | bytes]] = field(default_factory=list)
    others: list[tuple[int, File, str]] = field(default_factory=list)
    """(folder, file, code) of files that need no reader."""
    folders: list[Folder] = field(default_factory=list)
    """Folders that the index has to know before the batches of theirs."""
    complete: list[Folder] = field(default_factory=list)
    """Folders of which nothing is to be read, while something else changed."""
    trouble: list[tuple[str, str]] = field(default_factory=list)
    """(path, code) of what cannot be listed."""
