"""The encodings in which hospital logs are written, often two of them in one file.

Searching happens on bytes; only what is shown is decoded. UTF-16 (Windows programs) is the exception: its line breaks
are two bytes, so such a file is turned into UTF-8 while it is read.
"""

import codecs
from typing import Protocol

UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}

_NAMES = {
    "auto": ("utf-8", "gb18030"),
    "utf-8": ("utf-8",),
    "utf8": ("utf-8",),
    "gbk": ("gb18030",),
    "gb2312": ("gb18030",),
    "gb18030": ("gb18030",),
}


class Readable(Protocol):
    """Whatever bytes come from."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill the buffer; how many bytes came, 0 at the end."""
        ...


def decode(line: bytes, encoding: str = "auto") -> tuple[str, bool]:
    """A line as text, and whether nothing of it had to be guessed."""
    for name in encodings(encoding):
        try:
            return line.decode(name), True
        except UnicodeDecodeError:
            continue
    return line.decode(encodings(encoding)[0], "replace"), False


def encodings(name: str) -> tuple[str, ...]:
    """The codecs that a site file's `encoding` stands for, in the order in which they are tried."""
    found = _NAMES.get(name.lower())
    if found is not None:
        return found
    try:
        codecs.lookup(name)
    except LookupError:
        return _NAMES["auto"]
    return (name,)


def spellings(text: str, encoding: str = "auto") -> tuple[bytes, ...]:
    """How a word stands in the file, in each encoding that may be met."""
    found = []
    for name in encodings(encoding):
        try:
            spelt = text.encode(name)
        except UnicodeEncodeError:
            continue
        if spelt and spelt not in found:
            found.append(spelt)
    return tuple(found)


def utf16_of(head: bytes) -> str:
    """The codec of a file that begins with a UTF-16 byte order mark; empty for all others."""
    return UTF16.get(head[:2], "")


class FromUtf16:
    """UTF-16 turned into UTF-8 on the way."""

    def __init__(self, source: Readable, codec: str) -> None:
        self._source = source
        self._codec = codec
        self._decoder = codecs.getincrementaldecoder(codec)("replace")
        self._waiting = b""
        self._taken = 0

    def readinto(self, buffer: memoryview, /) -> int:
        """As the file's own."""
        while not self._waiting:
            raw = bytearray(max(2, min(len(buffer), 65536)))
            count = self._source.readinto(memoryview(raw)) or 0
            if not count:
                return 0
            self._taken += count
            self._waiting = self._decoder.decode(bytes(raw[:count])).encode("utf-8", "replace")
        count = min(len(buffer), len(self._waiting))
        buffer[:count] = self._waiting[:count]
        self._waiting = self._waiting[count:]
        return count

    def eaten(self, rest: bytes) -> int:
        """How many bytes of the file are done with, when `rest` of what was handed out is not."""
        half = len(self._decoder.getstate()[0])
        ahead = (rest + self._waiting).decode("utf-8", "replace").encode(self._codec, "replace")
        return self._taken - half - len(ahead)
