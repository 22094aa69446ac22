"""What makes two lines of a log the same message: their text without what changes from one to the next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from console.checks.logs.encodings import decode
from console.plain import clean

LINE_BYTES = 2000
"""Of a line, so much is looked at beyond the search for words; what is longer is cut."""
SHOWN_CHARACTERS = 400
"""Of a line, so much is kept and shown."""
SHAPE_CHARACTERS = 160
OTHER = "…"
"""Shape of all lines beyond the number of shapes that are kept apart."""

SAME_DIGITS = bytes.maketrans(b"123456789", b"000000000")
"""Lines that are equal through this table have the same shape: the shape knows digits, but none from another."""

_CHANGING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|(?<![0-9a-z])\dx[0-9a-f]+(?![0-9a-z])"
    r"|[0-9a-f]{16,}"
    r"|\d+(?:\.\d+){3,}"  # UIDs, IPv4 addresses
    r"|\d+",
    re.ASCII | re.IGNORECASE,
)
_STAMP = re.compile(
    r"[\s\[(<]{0,3}("
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[T\s]{1,2}\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:\s?(?:Z|[+-]\d{2}:?\d{2}))?"
    r"|\d{1,2}[-/. ](?:\d{1,2}|[A-Z][a-z]{2})[-/. ]\d{4}[T: ]\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?: [+-]\d{4})?"
    r"|(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} {1,2}\d{1,2} \d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?: \d{4})?"
    r"|\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?"
    r")[\s\])>|,:-]{0,3}",
    re.ASCII,
)
_LEVEL = re.compile(
    r"(?<![A-Za-z])(TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|SEVERE|FATAL|CRIT(?:ICAL)?|ALERT|EMERG|PANIC)(?![A-Za-z])"
)
_LEVEL_WITHIN = 200
_SPECIAL = re.compile(r"[\\.^$*+?{}\[\]()|]")


@dataclass(frozen=True)
class Told:
    """A line as it is kept."""

    text: str
    """Without what a terminal would obey, cut to `SHOWN_CHARACTERS`, with "…" where it was cut."""
    stamp: str
    """The time at its beginning, as it stands there and by the clock of whoever wrote it; empty for none."""
    level: str
    """The first word in it that names a level; empty for none. A line of another level may hold the word ERROR."""


def tell(line: bytes, encoding: str = "auto") -> Told:
    """A raw line, decoded, cleaned and taken apart."""
    text = _text(line, encoding)
    cut = len(text) > SHOWN_CHARACTERS or len(line) >= LINE_BYTES
    stamp = _STAMP.match(text)
    level = _LEVEL.search(text, 0, _LEVEL_WITHIN)
    shown = text[: SHOWN_CHARACTERS - 1] + "…" if cut else text
    return Told(shown, stamp[1] if stamp else "", level[1] if level else "")


def shape_of(line: bytes, encoding: str = "auto") -> str:
    """A raw line without its time, its numbers and its identifiers: the same for every line of the same message."""
    text = _text(line, encoding)
    stamp = _STAMP.match(text)
    shape = _CHANGING.sub("#", text[stamp.end() if stamp else 0 :])[:SHAPE_CHARACTERS].strip()
    return shape or "#"


def _text(line: bytes, encoding: str) -> str:
    # A program that goes on writing where a log was cut off under it leaves a hole of NULs.
    return clean(decode(line.strip(b"\0\r\n"), encoding)[0]).strip()


class Rules:
    """The site's regular expressions: what makes a line critical, and what keeps it from being shown."""

    def __init__(self, raise_: Sequence[str] = (), mute: Sequence[str] = (), encoding: str = "auto") -> None:
        """Raises ValueError for one that is none."""
        try:
            self._raise = [re.compile(pattern) for pattern in raise_]
            self._mute = [re.compile(pattern) for pattern in mute]
        except re.error as error:
            raise ValueError(f"{error.pattern!r}: {error}") from error
        self._encoding = encoding

    def __bool__(self) -> bool:
        return bool(self._raise or self._mute)

    def verdict(self, line: bytes) -> str:
        """ "raise", "mute" or "" for a raw line. Raise wins."""
        text = decode(line, self._encoding)[0]
        if any(pattern.search(text) for pattern in self._raise):
            return "raise"
        return "mute" if any(pattern.search(text) for pattern in self._mute) else ""


def literal_of(pattern: str) -> str:
    """A text that every match of a regular expression begins with; empty when three characters cannot be told.

    So that "ORA-\\d+" among the rules finds its lines also where no word such as ERROR stands in them.
    """
    if "|" in pattern or pattern.startswith("(?"):
        return ""
    special = _SPECIAL.search(pattern)
    if special is None:
        literal = pattern
    else:
        literal = pattern[: special.start()]
        if special[0] in "*?{":
            literal = literal[:-1]
    wide = any(ord(letter) > 127 for letter in literal)
    return literal if len(literal) >= (2 if wide else 3) else ""
