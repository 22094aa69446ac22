"""On which line of a TOML text each key stands: the parser of the standard library does not tell.

Only for texts that the parser has accepted; what is wrong with the text itself is the parser's to say.
"""

import bisect
import re
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""Such as ("host", 1, "ssh", "port"); numbers count from 0."""

_BARE = re.compile(r"[^\s=.\[\]\"'#,{}]+")
_BLANK = re.compile(r"[ \t]*")
_BETWEEN = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_PLAIN_VALUE = re.compile(r"[^,\]}\n#]*")
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)


@dataclass(frozen=True)
class Header:
    """A line such as [site] or [[host]]."""

    path: Path
    """Of the table that begins here; the last part is its number where it is one of many."""
    line: int
    """Counted from 1."""
    many: bool
    """Whether it has two brackets."""


@dataclass
class Places:
    """Where everything stands."""

    lines: dict[Path, int] = field(default_factory=dict)
    headers: list[Header] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """The line of the key or, where it stands nowhere, of the table it would stand in; 0 when that is nowhere."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return 0


def places(text: str) -> Places:
    """Where each key of a valid TOML text stands."""
    return _Walk(text).all()


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found = Places()
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._counts: dict[Path, int] = {}

    def all(self) -> Places:
        table: Path = ()
        self._skip(_BETWEEN)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BETWEEN)
        return self.found

    def _header(self) -> Path:
        line, many = self._line(), self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        *before, last = self._keys()
        path: Path = ()
        for part in before:
            path = self._newest((*path, part))
            self.found.lines.setdefault(path, line)
        path = (*path, last)
        if many:
            self._counts[path] = self._counts.get(path, 0) + 1
            self.found.lines.setdefault(path, line)
            path = self._newest(path)
        self.at += 2 if many else 1
        self.found.lines.setdefault(path, line)
        self.found.headers.append(Header(path, line, many))
        return path

    def _newest(self, path: Path) -> Path:
        return (*path, self._counts[path] - 1) if path in self._counts else path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for part in self._keys():
            path = (*path, part)
            self.found.lines.setdefault(path, line)
        self.at += 1  # the equals sign
        self._skip(_BLANK)
        self._value(path)

    def _keys(self) -> list[str]:
        parts: list[str] = []
        while True:
            self._skip(_BLANK)
            parts.append(self._key())
            self._skip(_BLANK)
            if self.text[self.at : self.at + 1] != ".":
                return parts
            self.at += 1

    def _key(self) -> str:
        quote = self.text[self.at]
        if quote not in "\"'":
            match = _BARE.match(self.text, self.at)
            if match is None:
                raise ValueError(self.at)
            self.at = match.end()
            return match[0]
        start = self.at + 1
        self._text(quote)
        written = self.text[start : self.at - 1]
        return _ESCAPE.sub(_unescaped, written) if quote == '"' else written

    def _value(self, path: Path) -> None:
        letter = self.text[self.at]
        if letter in "\"'":
            self._text(letter * 3 if self.text.startswith(letter * 3, self.at) else letter)
        elif letter == "[":
            self._array(path)
        elif letter == "{":
            self._inline(path)
        else:
            self._skip(_PLAIN_VALUE)

    def _array(self, path: Path) -> None:
        self.at += 1
        number = 0
        while True:
            self._skip(_BETWEEN)
            if self.text[self.at] == "]":
                break
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self.found.lines.setdefault((*path, number), self._line())
            self._value((*path, number))
            number += 1
        self.at += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        while True:
            self._skip(_BETWEEN)
            if self.text[self.at] == "}":
                break
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._pair(path)
        self.at += 1

    def _text(self, quote: str) -> None:
        """Go behind the text that begins here. Only texts in double quotes know the backslash."""
        at = self.at + len(quote)
        while not self.text.startswith(quote, at):
            if at >= len(self.text):
                raise ValueError(at)
            at += 2 if quote[0] == '"' and self.text[at] == "\\" else 1
        at += len(quote)
        if len(quote) == 3:
            # Up to two quotes may stand right before the three that end it.
            while self.text.startswith(quote[0], at):
                at += 1
        self.at = at

    def _skip(self, what: re.Pattern[str]) -> None:
        match = what.match(self.text, self.at)
        if match is not None:
            self.at = match.end()

    def _line(self) -> int:
        return bisect.bisect_right(self._starts, self.at)


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    return chr(int(code, 16)) if code else _ESCAPES.get(match[4], match[4])
