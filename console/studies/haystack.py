"""All that can be searched for, one line a study, as one string of bytes: any part of any word is found in a few ms.

UTF-8 keeps hanzi findable byte by byte (no character is part of another one) and the string as small as it can be. All
bytes are compared at once, the rarest one of the word first, so that the time depends little on what is looked for.
Lines stand in the order of the catalogue; a line is called by its number, its row.
"""

import re
import threading
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Mask: TypeAlias = npt.NDArray[np.bool_]
"""One truth value a row."""
Rows: TypeAlias = npt.NDArray[np.int32]
"""Numbers of rows."""
Places: TypeAlias = npt.NDArray[np.int64]
"""Numbers of bytes in the text."""

_NARROW = 12_000
"""Rows up to which a longer word is looked for in the rows of a shorter one alone (0.4 us each)."""
_COMMON = 0.02
"""Share of the text from which a byte is common: places are listed only where a second one fits as well."""
_SHORT = 3
"""Bytes up to which a word may stand nearly everywhere."""
_REMEMBERED = 24
"""Words whose rows are remembered: one typed query and its corrections. 100,000 rows take 0.1 MB a word."""
_NEWLINE = ord("\n")
_BLOCK = 1 << 19
"""Bytes compared in one go: what is written fits into the processor's cache."""
_AT_BEGINNING = b"\n"
"""Marks a remembered word that must stand at the beginning of one; no word holds a newline."""


class Haystack:
    """The lines of one catalogue. Never changes, but remembers the latest words; several threads may ask."""

    def __init__(self, lines: bytes) -> None:
        """`lines`: the folded lines in UTF-8, each with a newline before it, and one newline at the end."""
        self.text = lines
        self.bytes = np.frombuffer(lines, np.uint8)
        newlines = np.flatnonzero(self.bytes == _NEWLINE)
        self._starts = newlines[:-1] + 1
        self._ends = newlines[1:]
        self._known: dict[bytes, tuple[Mask, int]] = {}
        self._lock = threading.Lock()
        self._blocks = self._in_blocks()
        self._frequency = np.zeros(256, np.int64)
        for begin in range(0, len(lines), _BLOCK):
            self._frequency += np.bincount(self.bytes[begin : begin + _BLOCK], minlength=256)

    def __len__(self) -> int:
        return len(self._starts)

    def line(self, row: int) -> str:
        """The text of one row."""
        return self.text[self._starts[row] : self._ends[row]].decode()

    def knows(self, word: str) -> bool:
        """Whether the rows that hold `word` are remembered."""
        return word.encode(errors="replace") in self._known

    def holding(self, word: str, within: Mask | None = None) -> Mask:
        """The rows that hold `word` (folded, without newline) anywhere. The mask is shared: not to be written to.

        Where only the rows `within` matter, others may be missing, and it may be quicker.
        """
        wanted = word.encode(errors="replace")
        with self._lock:
            known = self._known.get(wanted)
            shorter = [entry for text, entry in self._known.items() if text in wanted]
        if known is not None:
            return known[0]
        base = min(shorter, key=lambda entry: entry[1], default=None)
        if base is not None and base[1] <= _NARROW:
            return self._remember(wanted, self._narrowed(re.escape(wanted), base[0]))
        if within is not None and np.count_nonzero(within) <= _NARROW:
            return self._narrowed(re.escape(wanted), within)
        return self._remember(wanted, self._scanned(wanted))

    def beginning(self, word: str, within: Mask | None = None) -> Mask:
        """The rows where `word` begins a word: no Latin letter or digit stands before it. As `holding`."""
        wanted = word.encode(errors="replace")
        with self._lock:
            known = self._known.get(_AT_BEGINNING + wanted)
        if known is not None:
            return known[0]
        if within is not None and np.count_nonzero(within) <= _NARROW:
            return self._narrowed(b"(?<![a-z0-9])" + re.escape(wanted), within)
        places = self.places(wanted)
        before = self.bytes[places - 1]
        letter = ((before >= ord("a")) & (before <= ord("z"))) | ((before >= ord("0")) & (before <= ord("9")))
        return self._remember(_AT_BEGINNING + wanted, self._mask(places[~letter]))

    def rows_of(self, places: Places) -> Rows:
        """The rows in which places of the text lie."""
        return (np.searchsorted(self._starts, places, side="right") - 1).astype(np.int32)

    def places(self, word: bytes) -> Places:
        """Where `word` stands, ascending, overlapping ones too. It may hold newlines."""
        order = self._rarest_first(word)
        sure = order[:2] if self._is_common(word) else order[:1]
        size = max(len(self.bytes) - len(word) + 1, 0)
        found = [np.zeros(0, np.int64)]
        fits, scratch = np.empty((2, min(_BLOCK, size)), np.bool_)
        for begin in range(0, size, _BLOCK):
            places = np.flatnonzero(self._fitting(word, sure, begin, fits[: size - begin], scratch)) + begin
            for index in order[len(sure) :]:
                places = places[self.bytes[places + index] == word[index]]
            found.append(places)
        return np.concatenate(found)

    def _in_blocks(self) -> list[tuple[slice, int, int]]:
        """The lines in blocks of about `_BLOCK` bytes: which rows, and where their bytes begin and end."""
        bounds = np.searchsorted(self._starts, np.arange(_BLOCK, len(self.bytes), _BLOCK)).tolist()
        cuts = list(dict.fromkeys((0, *bounds, len(self))))
        return [
            (slice(first, last), int(self._starts[first]), int(self._ends[last - 1]) + 1)
            for first, last in pairwise(cuts)
        ]

    def _rarest_first(self, word: bytes) -> list[int]:
        return sorted(range(len(word)), key=lambda index: int(self._frequency[word[index]]))

    def _is_common(self, word: bytes) -> bool:
        return all(self._frequency[byte] > _COMMON * len(self.bytes) for byte in word)

    def _fitting(self, word: bytes, indexes: Sequence[int], begin: int, fits: Mask, scratch: Mask) -> Mask:
        """Fill `fits`, one truth value for each byte from `begin` on: may `word` begin there, by some of its bytes?"""
        end, scratch = begin + len(fits), scratch[: len(fits)]
        np.equal(self.bytes[begin + indexes[0] : end + indexes[0]], word[indexes[0]], out=fits)
        for index in indexes[1:]:
            np.equal(self.bytes[begin + index : end + index], word[index], out=scratch)
            fits &= scratch
        return fits

    def _scanned(self, word: bytes) -> Mask:
        if len(word) > _SHORT or (len(word) == _SHORT and not self._is_common(word)):
            return self._mask(self.places(word))
        # Nearly every line may hold it: lines are asked whether they do, not places for their lines.
        mask = np.zeros(len(self), np.bool_)
        longest = max((end - begin for _rows, begin, end in self._blocks), default=0)
        fits, scratch = np.empty((2, longest), np.bool_)
        for rows, begin, end in self._blocks:
            # A word ends inside its line, so it cannot begin later.
            inside = max(end - begin - len(word) + 1, 0)
            self._fitting(word, range(len(word)), begin, fits[:inside], scratch)
            fits[inside : end - begin] = False
            np.logical_or.reduceat(fits[: end - begin], self._starts[rows] - begin, out=mask[rows])
        return mask

    def _narrowed(self, pattern: bytes, base: Mask) -> Mask:
        search, text = re.compile(pattern).search, self.text
        rows = np.flatnonzero(base)
        spans = zip(rows.tolist(), self._starts[rows].tolist(), self._ends[rows].tolist(), strict=True)
        mask = np.zeros(len(self), np.bool_)
        mask[[row for row, start, end in spans if search(text, start, end)]] = True
        return mask

    def _mask(self, places: Places) -> Mask:
        mask = np.zeros(len(self), np.bool_)
        mask[self.rows_of(places)] = True
        return mask

    def _remember(self, word: bytes, mask: Mask) -> Mask:
        mask.flags.writeable = False
        with self._lock:
            self._known[word] = (mask, int(np.count_nonzero(mask)))
            while len(self._known) > _REMEMBERED:
                del self._known[next(iter(self._known))]
        return mask
