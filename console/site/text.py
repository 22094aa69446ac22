"""A site file as text that TOML's parser accepts, or what is wrong with its lines, several of them at once.

The parser stops at the first mistake. A line `key = value` that it refuses is set aside and the rest is read again, so
that ten bad lines are ten sentences; the keys of such lines count as present.
"""

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console.i18n import N_, _
from console.model.site import SiteProblem
from console.site.trouble import SiteErrors

GREATEST = 4_000_000
"""Bytes. The site file of a hospital has some ten thousand."""

_MOST_RETRIES = 50
_WHERE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
_PAIR = re.compile(r"(\s*(?P<key>[A-Za-z0-9_-]+)\s*=\s*)(?P<value>\S.*?)?\s*")
_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]")
_GB_BY_CHANCE = re.compile("[\u0370-\u07ff]{2}")
_WORD = re.compile(r"[^\s\"'\[\]{}=,#]+")
_WIDE = dict(zip("“”‘’＝，［］｛｝＂【】", '""\'\'=,[]{}"[]', strict=True))
"""What Chinese input methods write, and what was meant."""
_TWICE = ("Cannot overwrite", "Cannot declare", "Cannot mutate", "Cannot redefine", "Duplicate inline")
_PHRASES: Mapping[str, str] = {
    "Invalid value": N_("what stands after the equals sign is no value; a text stands in quotes"),
    "Expected '=' after a key": N_("an equals sign is missing after the key"),
    "Cannot overwrite a value": N_("this key stands there twice"),
    "Cannot declare": N_("this table stands there twice"),
    "Cannot mutate": N_("this key stands there twice"),
    "Cannot redefine": N_("this key stands there twice"),
    "Duplicate inline table key": N_("this key stands there twice"),
    "Unclosed array": N_("a list is not closed: ] is missing"),
    "Unclosed inline table": N_("a table is not closed: its second brace is missing"),
    "Expected ']' at the end of a table declaration": N_("a table's name is not closed: ] is missing"),
    "Expected ']]' at the end of an array declaration": N_("a table's name is not closed: ]] is missing"),
    "Unterminated string": N_("a text is not closed: the quote at its end is missing"),
    'Expected "\'"': N_("a text is not closed: the quote at its end is missing"),
    "Expected \"'''\"": N_("a text is not closed: the quote at its end is missing"),
    "Unescaped '\\' in a string": N_("a backslash is written twice, or the text stands in single quotes"),
    "Expected newline or end of document after a statement": N_("only one key may stand on a line"),
    "Illegal character": N_("it holds a character that cannot be used, or a text that is not closed"),
    "Found invalid character": N_("it holds a character that cannot be used"),
    "Invalid initial character for a key part": N_("a key is missing, or holds a character that cannot be used"),
    "Invalid date or datetime": N_("this day or time does not exist"),
    "Invalid statement": N_("this is neither a key with its value nor the name of a table"),
    "Invalid hex value": N_("a backslash is written twice, or the text stands in single quotes"),
    "Escaped character is not a Unicode scalar value": N_("it holds a character that cannot be used"),
}


@dataclass(frozen=True)
class Parsed:
    """What the parser made of a text."""

    text: str
    """As it was read, or with bad lines mended; line numbers are the file's."""
    data: Mapping[str, Any]
    problems: tuple[SiteProblem, ...]
    broken: frozenset[int]
    """Lines whose value is not the operator's."""


def read_text(path: Path) -> str:
    """The file's text. Raises SiteErrors for a file that is missing, unreadable, huge, or no text."""
    try:
        # Opened without waiting: a pipe of that name would hold us up for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _alone(path, _("it is no file"))
            raw = file.read(GREATEST + 1)
    except FileNotFoundError as error:
        raise _alone(path, _("there is no such file: {path}").format(path=path)) from error
    except IsADirectoryError as error:
        raise _alone(path, _("it is a folder, not a file")) from error
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _alone(path, _("it cannot be read: {why}").format(why=why)) from error
    if len(raw) > GREATEST:
        raise _alone(path, _("it is larger than 4 MB, so it is no site file"))
    return _decoded(path, raw)


def _decoded(path: Path, raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _alone(path, _("it is saved as UTF-16; save it as UTF-8 in the editor"))
    if b"\0" in raw:
        raise _alone(path, _("it holds binary data, so it is no site file"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(path, raw, error.start) from error
    # Two Chinese characters of GB 2312 can happen to be two valid ones of UTF-8, from alphabets nobody writes here.
    chance = _GB_BY_CHANCE.search(text)
    if chance is not None and all("\x80" <= letter <= "\u07ff" for letter in text if letter > "\x7f"):
        with suppress(UnicodeDecodeError):
            raw.decode("gb2312")
            raise _not_utf8(path, raw, raw.index(chance[0].encode()))
    return text


def _not_utf8(path: Path, raw: bytes, at: int) -> SiteErrors:
    what = _("this line is not written in UTF-8; save the file as UTF-8 in the editor")
    return SiteErrors(path, [SiteProblem(raw.count(b"\n", 0, at) + 1, "", what)])


def parse(text: str, path: Path) -> Parsed:
    """Read the text. Raises SiteErrors where a mistake leaves nothing to go on with."""
    lines = text.split("\n")
    bad: dict[int, tuple[str, SiteProblem]] = {}
    while True:
        joined = "\n".join(lines)
        try:
            data = tomllib.loads(joined)
        except (ValueError, RecursionError) as error:
            line, reason = _where(str(error), len(lines))
            if len(bad) >= _MOST_RETRIES:
                raise SiteErrors(path, _problems(bad)) from error
            mended = None if line in bad else _mended(lines[line - 1], reason)
            if mended is not None:
                problem = SiteProblem(line, _key(lines, line), _reason(reason, lines[line - 1]))
            else:
                # The cause stands above: a list that was never closed takes in what follows.
                opened = _opened(lines, line, bad)
                if line in bad and opened:
                    lines[line - 1] = bad.pop(line)[0]
                elif line not in bad and not opened:
                    problem = SiteProblem(line, _key(lines, line), _reason(reason, lines[line - 1]))
                    bad[line] = (lines[line - 1], problem)
                if not opened:
                    raise SiteErrors(path, _problems(bad)) from error
                line, mended = opened, _emptied(lines[opened - 1])
                problem = SiteProblem(line, _key(lines, line), _("a bracket is opened here and never closed"))
            bad[line] = (lines[line - 1], problem)
            lines[line - 1] = mended
        else:
            return Parsed(joined, data, _problems(bad), frozenset(bad))


def _problems(bad: Mapping[int, tuple[str, SiteProblem]]) -> tuple[SiteProblem, ...]:
    return tuple(bad[line][1] for line in sorted(bad))


def _where(message: str, count: int) -> tuple[int, str]:
    match = _WHERE.search(message)
    if match is None:
        return count, message
    return min(int(match[1] or count), count), message[: match.start()]


def _opened(lines: list[str], line: int, bad: Mapping[int, object]) -> int:
    """The nearest line above, or this one, that opens a bracket after an equals sign and does not close it; or 0."""
    for number in range(line, 0, -1):
        code = _code(lines[number - 1])
        opens = code.count("[") + code.count("{") > code.count("]") + code.count("}")
        if opens and _PAIR.fullmatch(lines[number - 1].rstrip("\r")) and number not in bad:
            return number
    return 0


def _emptied(line: str) -> str:
    match = _PAIR.fullmatch(line.rstrip("\r"))
    return f'{match[1]}""' if match else ""


def _code(line: str) -> str:
    """The line without texts and without its comment."""
    return re.sub(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*', "", line)


def _key(lines: list[str], line: int) -> str:
    """The key that stands on a line, with the table it stands in: host[2].port. Empty when there is none."""
    match = _PAIR.fullmatch(lines[line - 1].rstrip("\r"))
    if match is None:
        return ""
    table, counts = "", dict[str, int]()
    for above in lines[:line]:
        header = _HEADER.match(above)
        if header is not None:
            table = name = header[2]
            if header[1] == "[[":
                counts[name] = counts.get(name, 0) + 1
                table = f"{name}[{counts[name]}]"
    return f"{table}.{match['key']}" if table else match["key"]


def _reason(reason: str, line: str) -> str:
    code = _code(line)
    wide = next((letter for letter in code if letter in _WIDE), "")
    if wide:
        sentence = _("{wide} is a wide character; write {plain} in its place")
        return sentence.format(wide=wide, plain=_WIDE[wide])
    if reason.startswith("Invalid value") and re.search(r"(?i)=\s*(?:true|false|yes|no|on|off)\s*$", code):
        return _("yes and no are written true and false, in small letters")
    source = next((source for begin, source in _PHRASES.items() if reason.startswith(begin)), None)
    return _("this is not TOML: {why}").format(why=reason) if source is None else _(source)


def _mended(line: str, reason: str) -> str | None:
    """The line with a value that can be read, so that what follows can be read as well; None when it is no pair."""
    match = _PAIR.fullmatch(line.rstrip("\r"))
    if match is None:
        return None
    if reason.startswith(_TWICE):
        return ""
    value = (match["value"] or "").strip("“”‘’\"'")
    # A word without quotes is what was meant: other tables may refer to it.
    return f'{match[1]}"{value}"' if _WORD.fullmatch(value) and "\\" not in value else f'{match[1]}""'


def _alone(path: Path, what: str) -> SiteErrors:
    return SiteErrors(path, [SiteProblem(0, "", what)])
