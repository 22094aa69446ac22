"""Where the last look at a log ended, in a form that finds the place again after the log was rotated.

Content decides, the inode only explains: a file that was deleted and made anew often gets the same inode at once.
The first bytes tell one log from the next; the bytes just before the place tell a log that was cut off and has grown
past the old place from one that only grew, when both begin with the same banner. What already stood behind the place,
half a line mostly, tells two files apart that have all before it in common.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

HEAD = 256
TAIL = 64
VERSION = 1


@dataclass(frozen=True)
class Piece:
    """A few bytes of a file, known again by their sum."""

    length: int
    sha256: str
    cksum: int
    """What POSIX `cksum` prints: every server has that tool."""

    def is_of(self, data: bytes) -> bool:
        """Whether `data` are those bytes."""
        return len(data) == self.length and sha256(data).hexdigest() == self.sha256


NOTHING = Piece(0, sha256(b"").hexdigest(), 0xFFFFFFFF)
"""No bytes."""


@dataclass(frozen=True)
class Bookmark:
    """The place in one log file up to which all lines have been counted."""

    path: str
    """Of the live file; the place itself may by then lie in one of its rotated forms."""
    inode: int
    offset: int
    """Bytes from the beginning, of the unpacked stream for a packed file; always behind a line break or an end."""
    head: Piece
    tail: Piece
    """The bytes just before the place."""
    mtime_ns: int
    """When the file had last been written, by the server's clock."""
    inside: bool = False
    """The place lies in a line that was too long and has been dealt with; the rest of it is passed over."""
    complete: bool = True
    """Nothing was left to read."""
    behind: Piece = NOTHING
    """The bytes just behind the place, as far as there were any; not known of a log that a server searched."""

    def to_json(self) -> list[Any]:
        """Short, because it travels as an argument."""
        pieces = [[piece.length, piece.sha256, piece.cksum] for piece in (self.head, self.tail, self.behind)]
        flags = int(self.inside) + 2 * int(self.complete)
        return [self.path, self.inode, self.offset, self.mtime_ns, flags, *pieces]

    @classmethod
    def from_json(cls, data: list[Any]) -> "Bookmark":
        """What `to_json` wrote. ValueError or TypeError when it is something else."""
        path, inode, offset, mtime_ns, flags, *rest = data
        head, tail, *more = (Piece(int(length), str(sha), int(cksum)) for length, sha, cksum in rest)
        # Files of earlier versions know nothing of what stood behind.
        behind = more[0] if more else NOTHING
        inside, complete = bool(flags & 1), bool(flags & 2)
        return cls(str(path), int(inode), int(offset), head, tail, int(mtime_ns), inside, complete, behind)


@dataclass(frozen=True)
class State:
    """All bookmarks of a log, which may be several files."""

    marks: tuple[Bookmark, ...] = ()
    looked_ns: int = 0
    """When it was looked at last, by the server's clock; 0 for never."""

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` reads them."""
        return {"v": VERSION, "looked": self.looked_ns, "marks": [mark.to_json() for mark in self.marks]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> "State":
        """What `to_json` wrote; nothing, or another version's, is a log that was never looked at.

        KeyError, ValueError or TypeError when it is something else.
        """
        if not data or data.get("v") != VERSION:
            return cls()
        return cls(tuple(Bookmark.from_json(mark) for mark in data["marks"]), int(data["looked"]))


NEVER = State()
"""A log that was never looked at."""


def piece(data: bytes) -> Piece:
    """How `data` will be known again."""
    return Piece(len(data), sha256(data).hexdigest(), cksum(data))


def cksum(data: bytes) -> int:
    """The sum that POSIX `cksum` prints (IEEE Std 1003.1, cksum): CRC-32 of the bytes and then of their count."""
    table = _table()
    crc = 0
    for byte in data:
        crc = (crc << 8) & 0xFFFFFFFF ^ table[crc >> 24 ^ byte]
    count = len(data)
    while count:
        crc = (crc << 8) & 0xFFFFFFFF ^ table[crc >> 24 ^ count & 0xFF]
        count >>= 8
    return crc ^ 0xFFFFFFFF


@cache
def _table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte << 24
        for _bit in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc & 0x80000000 else 0)) & 0xFFFFFFFF
        table.append(crc)
    return tuple(table)
