"""What a host tells of files: sections files.sh, backup.sh and folder.sh, and the same lists of Windows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from console.checks.kind import NotKnown
from console.checks.parsers.reading import told
from console.checks.raw import Raw
from console.i18n import N_
from console.model.sentence import Sentence
from console.plain import clean


@dataclass(frozen=True)
class File:
    """One file."""

    path: str
    size: int
    mtime: float
    """POSIX seconds, by the host's clock."""

    @property
    def name(self) -> str:
        """Without its folder."""
        return self.path.replace("\\", "/").rpartition("/")[2]


@dataclass(frozen=True)
class Listed:
    """The files of one pattern."""

    pattern: str
    files: tuple[File, ...] = ()
    """Newest first; the newest and the oldest hundred where there are more."""
    count: int = 0
    bytes: int = 0
    largest: File | None = None
    missing: tuple[str, ...] = ()
    """Folders that are not there."""
    denied: tuple[str, ...] = ()
    """Folders that this account may not read."""
    part: bool = False
    """There are more: the list was cut off."""

    def known(self) -> "Listed":
        """This, or NotKnown where the account may not see the folder, or where it is not there."""
        if self.denied:
            source = N_("{folder} may not be read by this account.")
            raise NotKnown(Sentence(source, {"folder": self.denied[0]}))
        if self.missing and not self.files:
            source = N_("{folder} does not exist.")
            raise NotKnown(Sentence(source, {"folder": self.missing[0]}))
        if self.part:
            source = N_("There were too many files to list in time: {count} at least.")
            raise NotKnown(Sentence(source, {"count": str(self.count)}))
        return self

    @property
    def oldest(self) -> File | None:
        """The file that was written first."""
        return min(self.files, key=lambda file: file.mtime, default=None)


@dataclass(frozen=True)
class Lists:
    """The files of several patterns."""

    now: float
    """The host's own clock, POSIX seconds."""
    lists: tuple[Listed, ...]
    extra: dict[str, str] = field(default_factory=dict)
    """Of backup.sh: newest, head, tail, disk, data, unreadable, nodata."""

    def of(self, pattern: str) -> Listed:
        """The files of a pattern that was asked for. LookupError when it is not among the answers."""
        return next(found for found in self.lists if found.pattern == pattern)


def lists_of(raw: Raw) -> Lists:
    """Raises NotKnown where the answer is not complete, ValueError and the like for anything but an answer."""
    answer = told(raw)
    return _windows(answer) if isinstance(answer, dict) else _posix(answer)


class _Builder:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.files: list[File] = []
        self.count = self.bytes = 0
        self.largest: File | None = None
        self.missing: list[str] = []
        self.denied: list[str] = []
        self.ended = False

    def listed(self) -> Listed:
        if not self.ended:
            raise ValueError("no count")
        largest = self.largest or max(self.files, key=lambda file: file.size, default=None)
        return Listed(
            self.pattern, tuple(self.files), self.count, self.bytes, largest, tuple(self.missing), tuple(self.denied)
        )


def _posix(text: str) -> Lists:
    lines = text.split("\n")
    if "end" not in lines[-3:]:
        raise ValueError("no end")
    now = 0.0
    found: list[_Builder] = []
    extra: dict[str, str] = {}
    for line in lines:
        word, _blank, rest = line.partition(" ")
        if word == "now":
            now = float(rest)
        elif word == "pattern":
            found.append(_Builder(rest))
        elif word in ("newest", "head", "tail", "disk", "data", "!unreadable", "!nodata"):
            extra[word.lstrip("!")] = rest
        elif found:
            _line(found[-1], word, rest)
    if not now or not found:
        raise ValueError("no patterns")
    return Lists(now, tuple(each.listed() for each in found), extra)


def _line(one: _Builder, word: str, rest: str) -> None:
    if word == "file":
        mtime, size, path = rest.split(" ", 2)
        one.files.append(File(clean(path), int(size), float(mtime)))
    elif word == "largest":
        size, mtime, path = rest.split(" ", 2)
        one.largest = File(clean(path), int(size), float(mtime))
    elif word == "count":
        count, total = rest.split(" ")
        one.count, one.bytes, one.ended = int(count), int(float(total)), True
    elif word == "!missing":
        one.missing.append(clean(rest))
    elif word == "!denied":
        one.denied.append(clean(rest))


def _windows(answer: dict[str, Any]) -> Lists:
    lists = []
    for one in answer["patterns"]:
        files = tuple(File(clean(str(file["path"])), int(file["size"]), float(file["mtime"])) for file in one["files"])
        trouble = str(one.get("trouble", ""))
        folder = str(one["pattern"]).replace("\\", "/").rpartition("/")[0]
        missing = (folder,) if "NotFound" in trouble else ()
        denied = (folder,) if trouble and not missing else ()
        count = int(one["count"])
        largest = max(files, key=lambda file: file.size, default=None) if count == len(files) else None
        lists.append(
            Listed(
                str(one["pattern"]), files, count, int(one["bytes"]), largest, missing, denied,
                bool(one.get("part")),
            )
        )  # fmt: skip
    extra = {str(key): str(value) for key, value in answer.get("extra", {}).items()}
    return Lists(float(answer["now"]), tuple(lists), extra)


@dataclass(frozen=True)
class Top:
    """Files below one first part of a folder."""

    old: int
    old_bytes: int
    all: int
    all_bytes: int


@dataclass(frozen=True)
class Tree:
    """A folder for comparing."""

    now: float
    count: int
    tops: dict[str, Top]
    files: dict[str, File] | None
    """By path within the folder; None where there are too many to name."""
    missing: bool = False
    denied: tuple[str, ...] = ()


def tree_of(raw: Raw) -> Tree:
    """Raises NotKnown where the answer is not complete, ValueError and the like for anything but an answer."""
    answer = told(raw)
    lines = _lines_of(answer) if isinstance(answer, dict) else answer.split("\n")
    if "end" not in lines[-3:]:
        raise ValueError("no end")
    now, count = 0.0, -1
    tops: dict[str, Top] = {}
    files: dict[str, File] = {}
    denied: list[str] = []
    missing = False
    for line in lines:
        word, _blank, rest = line.partition(" ")
        if word == "now":
            now = float(rest)
        elif word == "file":
            mtime, size, path = rest.split(" ", 2)
            files[path] = File(clean(path), int(size), float(mtime))
        elif word == "top":
            old, old_bytes, every, every_bytes, name = rest.split(" ", 4)
            tops[name] = Top(int(old), int(float(old_bytes)), int(every), int(float(every_bytes)))
        elif word == "count":
            count = int(rest or 0)
        elif word == "!missing":
            missing = True
        elif word == "!denied":
            denied.append(clean(rest))
    if not now or (count < 0 and not missing and not denied):
        raise ValueError("no count")
    named = files if len(files) == count else None
    return Tree(now, max(count, 0), tops, named, missing, tuple(denied))


def _lines_of(answer: dict[str, Any]) -> list[str]:
    """Windows sends the lines of the section as a list."""
    lines: Iterable[Any] = answer["lines"]
    return [str(line) for line in lines]
