"""What the chain of the audit log means: which line follows which, and what a broken link gives away.

Only reading stands here; `console.store.audit` writes.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from console.i18n import _, ngettext

GENESIS = "0" * 64
"""What the first line carries in place of the SHA-256 of a line before it."""

LINE_LIMIT = 1 << 20
"""Bytes. A longer line is none of ours, and is not read into memory."""


@dataclass(frozen=True)
class Head:
    """The end of the log as it was acknowledged last."""

    count: int
    """Lines."""
    hash: str
    """SHA-256 of the last line, in hexadecimal; GENESIS for an empty log."""
    size: int
    """Bytes of the log."""


@dataclass(frozen=True)
class Link:
    """What one line of the log says of its own place."""

    number: int
    """Its number, from 1."""
    previous: str
    """SHA-256 of the line before it."""
    hash: str
    """Its own SHA-256."""


@dataclass(frozen=True)
class AuditReport:
    """What a reading of the whole log found."""

    lines: int
    """Complete lines in the log."""
    ok: bool
    """True when every line that was acknowledged is there, unchanged and in its place, and nothing was added."""
    first_bad: int | None
    """Number of the first line, from 1, that was changed, does not belong where it stands, or is missing (then the
    number of lines plus 1); None when all is well or no line can be named."""
    head: str
    """SHA-256 of the last acknowledged line (GENESIS before the first); empty when the head file cannot be used."""
    note: str
    """One translated sentence: what is wrong, or what a crash left; empty when there is nothing to say."""


def read_link(line: bytes) -> Link | None:
    """The link in `line` (without its line feed); None when this is no line of ours."""
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    number, previous = content.get("n"), content.get("previous")
    if not isinstance(number, int) or not isinstance(previous, str):
        return None
    return Link(number, previous, sha256(line).hexdigest())


def is_torn(tail: bytes) -> bool:
    """Whether `tail`, found behind the last acknowledged line, is what an interrupted write leaves.

    That is a beginning without its line feed, or a line with pages of zeros that never reached the disk. Our lines
    hold no zero byte, so neither can be taken for one of them.
    """
    return bool(tail) and (b"\n" not in tail or (tail.find(b"\n") == len(tail) - 1 and b"\0" in tail))


def check(log: Path, head: Head | None, size: int) -> AuditReport:
    """Read the first `size` bytes of `log` against `head` (None when it cannot be used). Raises OSError."""
    walk = _Walk(head)
    if size:
        with log.open("rb") as stream:
            for line, complete in _lines(stream, size):
                walk.step(line, complete)
    return walk.report()


def _lines(stream: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    """Each line without its line feed, and whether it had one. An overlong line comes as its first bytes."""
    rest = size
    while rest > 0:
        line = stream.readline(min(LINE_LIMIT, rest))
        rest -= len(line)
        piece = line
        while piece and not piece.endswith(b"\n") and rest > 0:
            piece = stream.readline(min(LINE_LIMIT, rest))
            rest -= len(piece)
        if not line:
            return
        yield line.removesuffix(b"\n"), piece.endswith(b"\n")


class _Walk:
    """One reading of the log, line by line, in constant memory."""

    def __init__(self, head: Head | None) -> None:
        self._head = head
        self._lines = 0
        self._before = GENESIS
        self._doubt: int | None = None
        self._bad: int | None = None
        self._what = ""
        self._torn = False

    def step(self, line: bytes, complete: bool) -> None:
        if self._torn:
            # Something stands behind it, so no crash left it.
            self._torn = False
            self._lines += 1
            self._blame(self._lines, _("Line {number} is no line of the log."))
        if not complete or (self._head and self._lines == self._head.count and is_torn(line + b"\n")):
            self._torn = True
            return
        self._lines += 1
        link = read_link(line)
        self._follow(link)
        self._before = link.hash if link else sha256(line).hexdigest()
        if self._head and self._lines == self._head.count and self._before != self._head.hash:
            self._blame(self._lines, _("Line {number} was changed after it was written."))

    def _follow(self, link: Link | None) -> None:
        number = self._lines
        if self._doubt is not None:
            # The line in doubt is intact if its successor vouches for it; then the one before it was changed.
            intact = link is not None and link.previous == self._before
            self._settle_doubt(intact)
        if link is None:
            self._blame(number, _("Line {number} is no line of the log."))
        elif link.number != number:
            self._blame(number, _("Line {number} is out of place: lines before it were removed or inserted."))
        elif link.previous == self._before:
            return
        elif link.previous == GENESIS:
            self._blame(number, _("Line {number} begins the chain anew: the head file was taken away before it."))
        elif number == 1 or (self._head and number == self._head.count + 1):
            self._blame(number, _("Line {number} was changed after it was written."))
        else:
            self._doubt = number

    def _settle_doubt(self, intact: bool) -> None:
        if self._doubt is not None:
            number, self._doubt = self._doubt - 1 if intact else self._doubt, None
            self._blame(number, _("Line {number} was changed after it was written."))

    def _blame(self, number: int, sentence: str) -> None:
        if self._bad is None or number < self._bad:
            self._bad, self._what = number, sentence.format(number=number)

    def report(self) -> AuditReport:
        head = self._head
        if self._doubt is not None:
            self._settle_doubt(head is not None and self._lines == head.count and self._before == head.hash)
        if head is None:
            what = _("The head file is missing or damaged, so nobody can say whether lines are missing at the end.")
            return AuditReport(self._lines, False, self._bad, "", " ".join(filter(None, (self._what, what))))
        if self._lines < head.count:
            missing = head.count - self._lines
            sentence = ngettext(
                "{count} line is missing at the end, line {number}.",
                "{count} lines are missing at the end, from line {number} on.",
                missing,
            )
            self._blame(self._lines + 1, sentence.replace("{count}", str(missing)))
        elif self._lines > head.count + 1:
            self._blame(head.count + 1, _("From line {number} on stand lines that the console did not write."))
        if self._bad is not None:
            return AuditReport(self._lines, False, self._bad, head.hash, self._what)
        return AuditReport(self._lines, True, None, head.hash, self._left_by_crash(head))

    def _left_by_crash(self, head: Head) -> str:
        if self._torn:
            return _(
                "An incomplete line at the end was left by a crash or a power cut; it was never acknowledged, and the "
                "next line will set it aside."
            )
        if self._lines == head.count + 1:
            return _("The last line was written just before a crash; the next line will confirm it.")
        return ""
