"""Noisy bytes compressed fast, in plain numpy: a zlib stream (RFC 1950, 1951) of literals alone, coded by frequency.

Noise has no matches to find, so all that deflate can gain is the Huffman code of the bytes. A general library looks at
them one by one; here four at a time become one number of at most 60 bits, and all of these are put in place at once.
"""

import heapq
import struct
import zlib

import numpy as np
import numpy.typing as npt

from console.graphics.palette import Bytes

_END = 256
"""The symbol that ends a block."""
_LONGEST = 15
"""Bits of a code (RFC 1951, 3.2.7)."""
_WORSE = 0.1
"""Bits of a byte by which a code that was made for another picture may miss the least possible."""
_EVERY = 8
"""One row in so many is counted."""

_CHUNK = 128 * 1024
"""Bytes at a time: what is made of them stays in the processor's cache."""
_ONE, _HALF, _MOST, _LOWER = (np.uint64(number) for number in (1, 32, 63, 0xFFFFFFFF))

Words = npt.NDArray[np.uint64]


class Deflater:
    """Compresses pictures that are like one another. Keeps the code of the last: one object belongs to one thread."""

    def __init__(self) -> None:
        self._code: _Code | None = None

    def compress(self, rows: Bytes) -> bytes:
        """A zlib stream that holds `rows`, a contiguous uint8 (rows, bytes), in order."""
        counts = np.bincount(rows[::_EVERY].reshape(-1), minlength=256) if rows.size else np.zeros(256, np.intp)
        counts = np.append(counts + 1, 1)
        if self._code is None or not self._code.serves(counts):
            self._code = _Code(counts)
        body = self._code.block(rows.reshape(-1))
        return b"".join((b"\x78\x01", body, struct.pack(">I", zlib.adler32(rows.data))))


class _Code:
    """A Huffman code for bytes."""

    def __init__(self, counts: npt.NDArray[np.intp]) -> None:
        self._lengths = _lengths(counts.tolist())
        self._bits = _canonical(self._lengths)
        low = np.array(self._bits[:256], np.uint32)
        long = np.array(self._lengths[:256], np.uint8)
        # Two bytes at once, the first the lower one: their bits, and how many.
        self._pairs: npt.NDArray[np.uint32] = (low[None, :] | low[:, None] << long[None, :]).reshape(-1)
        self._sizes: Bytes = (long[None, :] + long[:, None]).reshape(-1)

    def serves(self, counts: npt.NDArray[np.intp]) -> bool:
        """Whether it is about as good for these counts as any could be."""
        return _cost(counts, self._lengths) <= _entropy(counts) + _WORSE

    def block(self, data: Bytes) -> bytes:
        """One deflate block, the last of its stream."""
        head, at = self._head()
        whole = len(data) // 4 * 4
        words = np.zeros(len(data) * _LONGEST // 64 + 40, "<u8")
        _add(words, head, 0)
        for start in range(0, whole, _CHUNK):
            at = self._place(words, data[start : min(start + _CHUNK, whole)].view("<u2"), at)
        for symbol in (*data[whole:].tolist(), _END):
            _add(words, self._bits[symbol], at)
            at += self._lengths[symbol]
        return words.tobytes()[: -(-at // 8)]

    def _place(self, words: Words, pairs: npt.NDArray[np.uint16], at: int) -> int:
        """Put the codes of an even number of pairs of bytes at bit `at` and behind; returns the bit after them."""
        codes = self._pairs.take(pairs).view("<u8")
        sizes = self._sizes.take(pairs)
        second = codes >> _HALF
        second <<= sizes[0::2]
        codes &= _LOWER
        codes |= second
        both = sizes[0::2] + sizes[1::2]
        begins = np.cumsum(both, dtype=np.int64)
        begins += at
        end = int(begins[-1])
        begins -= both
        word = begins >> 6
        shift = (begins & 63).astype(np.uint64)
        # Of the codes that begin in a word only the last reaches into the next. None is longer than 60 bits, so that
        # one begins in every word.
        last = np.append(np.flatnonzero(word[1:] != word[:-1]), len(word) - 1)
        over = codes[last] >> _ONE
        over >>= _MOST - shift[last]
        codes <<= shift
        within = np.bitwise_or.reduceat(codes, np.append(0, last[:-1] + 1))
        first = int(word[0])
        words[first : first + len(within)] |= within
        words[first + 1 : first + 1 + len(over)] |= over
        return end

    def _head(self) -> tuple[int, int]:
        """The block's head as bits, the first the lowest, and how many they are (RFC 1951, 3.2.7)."""
        value, used = 0b101, 3  # the last block; its own codes
        value |= (19 - 4) << used + 10 | 1 << used + 5  # 257 literals, 2 distances, 19 lengths of lengths
        used += 14
        for symbol in (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15):
            value |= (4 if symbol < 16 else 0) << used
            used += 3
        for length in (*self._lengths, 1, 1):
            value |= int(f"{length:04b}"[::-1], 2) << used
            used += 4
        return value, used


def _add(words: Words, value: int, at: int) -> None:
    """Set the bits of `value` from bit `at` on."""
    value <<= at % 64
    place = at // 64
    while value:
        words[place] |= np.uint64(value & (1 << 64) - 1)
        value >>= 64
        place += 1


def _cost(counts: npt.NDArray[np.intp], lengths: list[int]) -> float:
    """Bits of a symbol on average."""
    return float(counts @ np.array(lengths)) / float(counts.sum())


def _entropy(counts: npt.NDArray[np.intp]) -> float:
    """Bits of a symbol that no code can do without (Shannon); a Huffman code takes a little more."""
    parts = counts / counts.sum()
    return float(-(parts * np.log2(parts)).sum())


def _lengths(counts: list[int]) -> list[int]:
    """Bits of each symbol's code, at most 15: Huffman's, of flatter counts where that would make longer ones."""
    while True:
        heap: list[tuple[int, int, tuple[int, ...]]]
        heap = [(count, symbol, (symbol,)) for symbol, count in enumerate(counts)]
        heapq.heapify(heap)
        lengths = [0] * len(counts)
        while len(heap) > 1:
            one, two = heapq.heappop(heap), heapq.heappop(heap)
            joined = one[2] + two[2]
            for symbol in joined:
                lengths[symbol] += 1
            heapq.heappush(heap, (one[0] + two[0], one[1], joined))
        if max(lengths) <= _LONGEST:
            return lengths
        counts = [(count + 1) // 2 for count in counts]


def _canonical(lengths: list[int]) -> list[int]:
    """The codes (RFC 1951, 3.2.2), their first bit the lowest."""
    codes = [0] * len(lengths)
    code = 0
    for length in range(1, _LONGEST + 1):
        code <<= 1
        for symbol, own in enumerate(lengths):
            if own == length:
                codes[symbol] = int(f"{code:0{length}b}"[::-1], 2)
                code += 1
    return codes
