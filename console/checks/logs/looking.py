"""One look at a log: what was asked, what was read of which file, and the result as plain values.

The result is what the local process answers (probe "log", dialect json) and what the answer of a Linux host is made
into. Its keys: files [{path, how, from, to, left}], groups [as Tally.groups], lines, muted, cut, read, left, skipped,
older, first, gaps [{path, why, bytes}], troubles [{path, why}], state (State.to_json).
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from console.checks.logs.bookmark import NEVER, Bookmark, State
from console.checks.logs.encodings import FromUtf16, Readable, utf16_of
from console.checks.logs.scan import Reached, Tally, scan, words_of
from console.checks.logs.shapes import Rules

FIRST_BYTES = 16 * 1024 * 1024
BUDGET_BYTES = 2 * 1024**3
BUDGET_S = 20.0

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Request:
    """What is looked for, and how much may be read for it."""

    words: tuple[str, ...] = ("ERROR", "FATAL")
    raise_: tuple[str, ...] = ()
    mute: tuple[str, ...] = ()
    encoding: str = "auto"
    first_bytes: int = FIRST_BYTES
    """Of a log that was never looked at, so much of its end is read."""
    budget_bytes: int = BUDGET_BYTES
    budget_s: float = BUDGET_S
    state: State = NEVER

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` reads them."""
        return {
            "words": self.words, "raise": self.raise_, "mute": self.mute, "encoding": self.encoding,
            "first": self.first_bytes, "bytes": self.budget_bytes, "seconds": self.budget_s,
            "state": self.state.to_json(),
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Request":
        """What `to_json` wrote. KeyError, ValueError or TypeError when it is something else."""
        return cls(
            tuple(data["words"]), tuple(data["raise"]), tuple(data["mute"]), str(data["encoding"]),
            int(data["first"]), int(data["bytes"]), float(data["seconds"]), State.from_json(data["state"]),
        )  # fmt: skip


@dataclass
class Look:
    """Collects what a look finds."""

    request: Request
    progress: Progress | None = None
    """Told the bytes read so far, after each block."""
    tally: Tally = field(init=False)
    read: int = 0
    skipped: int = 0
    """Bytes before the beginning of a first look."""
    left: int = 0
    """Bytes that the budget left for the next look."""
    cut: int = 0
    older: int = 0
    """Files that were there before the first look, or are older than the last, and are left out."""
    files: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[dict[str, Any]] = field(default_factory=list)
    troubles: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        request = self.request
        self._words = words_of(request.words, request.raise_, request.encoding)
        self.tally = Tally(Rules(request.raise_, request.mute, request.encoding), request.encoding)
        self._end = time.monotonic() + request.budget_s

    @property
    def spent(self) -> bool:
        """Whether the budget is used up."""
        return self.read >= self.request.budget_bytes or time.monotonic() >= self._end

    def take(self, source: Readable, *, head: bytes, final: bool, inside: bool) -> tuple[int, Reached]:
        """Search `source` from where it stands to its end or that of the budget; how many of its bytes are done with.

        `head` are the first bytes of the file, which tell its encoding. Raises what reading raises.
        """
        codec = utf16_of(head)
        before = self.read

        def go_on(read: int) -> bool:
            self.read = before + read
            if self.progress is not None:
                self.progress(self.read)
            return not self.spent

        turned = FromUtf16(source, codec) if codec else None
        reached = scan(turned or source, self._words, self.tally.take, final=final, inside=inside, go_on=go_on)
        done = reached.eaten
        if turned is not None:
            done = turned.eaten(reached.rest)
        self.read = before + done + len(reached.rest)
        self.cut += reached.cut
        return done, reached

    def gap(self, path: str, why: str, count: int = 0) -> None:
        """Lines were lost before anyone read them: "gone", "rewritten", "packed", "damaged"."""
        self.gaps.append({"path": path, "why": why, "bytes": count})

    def trouble(self, path: str, why: str) -> None:
        """A file or folder that could not be read, with the reason as the system says it."""
        self.troubles.append({"path": path, "why": why})

    def note(self, path: str, how: str, start: int, end: int, left: int) -> None:
        """What was read of a file: "first", "same", "rotated", "new"."""
        self.left += left
        self.files.append({"path": path, "how": how, "from": start, "to": end, "left": left})

    def result(self, marks: tuple[Bookmark, ...], looked_ns: int) -> dict[str, Any]:
        """All of it as JSON values."""
        return {
            "files": self.files, "groups": self.tally.groups(), "lines": self.tally.lines, "muted": self.tally.muted,
            "cut": self.cut, "read": self.read, "left": self.left, "skipped": self.skipped, "older": self.older,
            "first": not self.request.state.looked_ns, "gaps": self.gaps, "troubles": self.troubles,
            "state": State(marks, looked_ns).to_json(),
        }  # fmt: skip
