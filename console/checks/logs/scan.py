"""The search through a log: block by block, on bytes, one literal after the other, without a copy of the block.

A log is being written while it is read, so it is never mapped into memory: a file that shrinks under a mapping ends
the process. The search looks for the rarest byte of a word with what the C library does best, and asks for the whole
word only there; where every byte of it is frequent, a compiled literal is faster.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from console.checks.logs.encodings import Readable, spellings
from console.checks.logs.shapes import LINE_BYTES, OTHER, SAME_DIGITS, Rules, literal_of, shape_of, tell

BLOCK = 256 * 1024
"""Bytes that are looked at at once; a longer line is cut."""
MAX_SHAPES = 5000

_RARE = 300
"""A byte that stands less than once in so many is worth looking for by itself."""
_CHOOSE_AGAIN = 64
_BREAK = 10
_KNOWN_KEYS = 50_000
_TOGETHER = 2000


@dataclass(frozen=True)
class Reached:
    """How far a search came."""

    eaten: int
    """Bytes that are done with: up to the last line break, or all of them for a file that is finished."""
    inside: bool
    """The last of them lie in the middle of a line that was too long and has been dealt with."""
    ended: bool
    """Nothing was left to read; False when it was stopped before."""
    cut: int
    """Lines that were longer than a block."""
    rest: bytes
    """The beginning of a line that is not whole yet."""


def words_of(words: Iterable[str], raise_: Iterable[str] = (), encoding: str = "auto") -> tuple[bytes, ...]:
    """Every literal that makes a line worth grouping: the site's words and what its rules must begin with."""
    texts = [*words, *filter(None, map(literal_of, raise_))]
    found = dict.fromkeys(spelt for text in texts for spelt in spellings(text, encoding))
    # A word that holds another finds nothing that the other does not.
    return tuple(word for word in found if not any(other != word and other in word for other in found))


def scan(
    source: Readable,
    words: Sequence[bytes],
    take: Callable[[list[bytes]], None],
    *,
    final: bool = False,
    inside: bool = False,
    go_on: Callable[[int], bool] | None = None,
) -> Reached:
    """Hand every line that holds one of `words` to `take`, in their order, each once.

    `final`: nobody writes there any more, so a last line without an end is whole. `inside`: the first bytes belong to
    a line that was cut before. `go_on` is asked after each block, with the bytes read, whether to read another.
    Raises OSError, EOFError or zlib.error as the source does.
    """
    seeker = _Seeker(words)
    long = _LongLine(words, take, dealt_with=inside)
    rest = b""
    read = cut = 0
    ended = False
    # Before each block there is room for what was left of the block before.
    block = bytearray(2 * BLOCK)
    view = memoryview(block)[BLOCK:]
    while True:
        if go_on is not None and read and not go_on(read):
            break
        count = source.readinto(view) or 0
        if not count:
            ended = True
            break
        read += count
        start, end = BLOCK - len(rest), BLOCK + count
        block[start:BLOCK] = rest
        stop = block.rfind(_BREAK, BLOCK, end) + 1
        if long.open:
            if not stop:
                long.more(bytes(block[start:end]))
                rest = b""
                continue
            begin, start = start, block.find(_BREAK, start, end) + 1
            long.more(bytes(block[begin:start]))
            long.close()
        if stop > start:
            lines = seeker.lines(block, start, stop)
            if lines:
                take(lines)
        rest = bytes(block[stop or start : end])
        if len(rest) >= BLOCK:
            rest = rest.lstrip(b"\0")
            if len(rest) >= BLOCK:
                cut += 1
                long.begin(rest)
                rest = b""
    if long.open:
        long.report()
    elif final and rest:
        if any(word in rest for word in words):
            take([rest.lstrip(b"\0")[:LINE_BYTES]])
        rest = b""
    return Reached(read - len(rest), long.open and not final, ended, cut, rest)


class _Seeker:
    """Finds the lines of a block that hold a word."""

    def __init__(self, words: Sequence[bytes]) -> None:
        self._words = words
        self._literals = [re.compile(re.escape(word)).search for word in words]
        self._rarest: list[int] = []
        self._blocks = 0

    def lines(self, block: bytearray, start: int, stop: int) -> list[bytes]:
        """Copies of the lines between two line breaks, in their order, cut to `LINE_BYTES`."""
        if not self._blocks % _CHOOSE_AGAIN:
            self._choose(bytes(block[start : min(stop, start + 65536)]))
        self._blocks += 1
        if len(self._words) == 1:
            # Nothing can be found twice, nor out of order.
            return self._lines(0, block, start, stop)
        spans = sorted({span for index in range(len(self._words)) for span in self._spans(index, block, start, stop)})
        return [_copy(block, begin, end) for begin, end in spans]

    def _choose(self, sample: bytes) -> None:
        self._rarest = []
        for word in self._words:
            count, place = min((sample.count(letter), place) for place, letter in enumerate(word))
            self._rarest.append(place if count * _RARE < len(sample) else -1)

    def _lines(self, index: int, block: bytearray, start: int, stop: int) -> list[bytes]:
        place, word = self._rarest[index], self._words[index]
        if place < 0:
            return [_copy(block, begin, end) for begin, end in self._spans(index, block, start, stop)]
        lines: list[bytes] = []
        find, rfind, is_here, add = block.find, block.rfind, block.startswith, lines.append
        letter, at = word[place], start
        while (found := find(letter, at, stop)) >= 0:
            if is_here(word, found - place) and found - place >= start:
                begin = rfind(_BREAK, start, found) + 1 or start
                found = find(_BREAK, found, stop)
                add(bytes(block[begin:found]) if found - begin <= LINE_BYTES else _copy(block, begin, found))
            at = found + 1
        return lines

    def _spans(self, index: int, block: bytearray, start: int, stop: int) -> Iterator[tuple[int, int]]:
        place, word = self._rarest[index], self._words[index]
        search, find, at = self._literals[index], block.find, start
        while True:
            if place < 0:
                hit = search(block, at, stop)
                found = hit.start() if hit is not None else -1
            else:
                found = find(word[place], at, stop)
            if found < 0:
                return
            if place >= 0 and not (found - place >= start and block.startswith(word, found - place)):
                at = found + 1
                continue
            at = find(_BREAK, found, stop)
            yield block.rfind(_BREAK, start, found) + 1 or start, at
            at += 1


def _copy(block: bytearray, begin: int, end: int) -> bytes:
    if end - begin <= LINE_BYTES:
        return bytes(block[begin:end])
    # Where a log was cut off under its writer, a hole of NULs stands before the first line.
    return bytes(block[begin:end]).lstrip(b"\0")[:LINE_BYTES]


class _LongLine:
    """A line that is longer than a block: its beginning is kept, the rest only searched."""

    def __init__(self, words: Sequence[bytes], take: Callable[[list[bytes]], None], dealt_with: bool) -> None:
        self._words = words
        self._take = take
        self._overlap = max((len(word) for word in words), default=1) - 1
        self._head = self._tail = b""
        self._hit = False
        self._dealt_with = dealt_with
        self.open = dealt_with

    def begin(self, first: bytes) -> None:
        self.open, self._hit, self._dealt_with = True, False, False
        self._head, self._tail = first[:LINE_BYTES], b""
        self.more(first)

    def more(self, piece: bytes) -> None:
        if self._dealt_with or self._hit:
            return
        piece = self._tail + piece
        self._hit = any(word in piece for word in self._words)
        self._tail = piece[-self._overlap :] if self._overlap else b""

    def report(self) -> None:
        """Count it now, once, whatever is still to come of it."""
        if self._hit and not self._dealt_with:
            self._take([self._head])
        self._dealt_with = True

    def close(self) -> None:
        self.report()
        self.open = False


class _Group:
    """Lines of one shape, while they are counted."""

    def __init__(self, first: bytes) -> None:
        self.count = 0
        self.raised = False
        self.first = self.last = first


class Tally:
    """Lines grouped by shape, in bounded memory."""

    def __init__(self, rules: Rules, encoding: str = "auto") -> None:
        self._rules = rules
        self._encoding = encoding
        self._groups: dict[str, _Group] = {}
        self._known: dict[bytes, str] = {}
        self._waiting: list[bytes] = []
        self._raised: set[bytes] = set()
        self.lines = 0
        """Lines that were handed over, muted ones too."""
        self.muted = 0

    def take(self, lines: list[bytes]) -> None:
        """Count lines, oldest first."""
        self.lines += len(lines)
        if self._rules:
            kept = []
            for line in lines:
                verdict = self._rules.verdict(line)
                if verdict == "mute":
                    self.muted += 1
                    continue
                if verdict == "raise":
                    self._raised.add(line.translate(SAME_DIGITS))
                kept.append(line)
            lines = kept
        # Many at once cost less than many times a few.
        self._waiting += lines
        if len(self._waiting) >= _TOGETHER:
            self._count()

    def _count(self) -> None:
        lines, self._waiting = self._waiting, []
        if not lines:
            return
        keys = b"\n".join(lines).translate(SAME_DIGITS).split(b"\n")
        counts = Counter(keys)
        last = dict(zip(keys, range(len(keys)), strict=True))
        # Where each key stood first matters only for those that are new.
        first = {} if self._known.keys() >= counts.keys() else dict(zip(reversed(keys), reversed(lines), strict=True))
        for key, count in counts.items():
            group = self._group(key, first.get(key, b""))
            group.count += count
            group.raised = group.raised or key in self._raised
        for key, place in sorted(last.items(), key=itemgetter(1)):
            # By where each key stood last, so that the last of all lines of a shape stays.
            self._group(key, lines[place]).last = lines[place]
        self._raised.clear()

    def _group(self, key: bytes, line: bytes) -> _Group:
        shape = self._known.get(key)
        if shape is None:
            if len(self._known) >= _KNOWN_KEYS:
                self._known.clear()
            shape = self._known[key] = shape_of(line, self._encoding)
        group = self._groups.get(shape)
        if group is None:
            if len(self._groups) >= MAX_SHAPES:
                shape = OTHER
            group = self._groups.setdefault(shape, _Group(line))
        return group

    def groups(self) -> list[dict[str, Any]]:
        """As JSON values; what `console.checks.logs.ledger.merged` adds up."""
        self._count()
        found = []
        for shape, group in self._groups.items():
            first, last = tell(group.first, self._encoding), tell(group.last, self._encoding)
            found.append(
                {
                    "shape": shape,
                    "count": group.count,
                    "raised": group.raised,
                    "level": last.level,
                    "first_line": first.text,
                    "last_line": last.text,
                    "first_stamp": first.stamp,
                    "last_stamp": last.stamp,
                }
            )
        return found
