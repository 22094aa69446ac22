"""A dataset that is compressed as a whole (PS3.5 A.5), expanded no further than somebody looks."""

import zlib
from collections.abc import Callable


class Inflated:
    """The expanded bytes of a deflated dataset, as many as were asked for and no more."""

    _LIMIT = 1 << 26

    def __init__(self, read_at: Callable[[int, int], bytes], start: int, size: int) -> None:
        head = read_at(start, 2)
        wrapped = head[:1] == b"\x78" and len(head) == 2 and int.from_bytes(head, "big") % 31 == 0
        self._expander = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        self._read_at = read_at
        self._place = start
        self._size = size
        self._data = bytearray()

    def read_at(self, offset: int, count: int) -> bytes:
        """At most `count` bytes from `offset`; fewer at the end, and none beyond 64 MB."""
        while len(self._data) < min(offset + count, self._LIMIT) and not self._expander.eof:
            pending = self._expander.unconsumed_tail
            if not pending:
                pending = self._read_at(self._place, 65536)
                self._place += len(pending)
                if not pending:
                    break
            try:
                self._data += self._expander.decompress(pending, 1 << 20)
            except zlib.error:
                break
        return bytes(self._data[offset : offset + count])
