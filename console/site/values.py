"""What one value of the site file must be, and what it becomes. What is wrong is said in one sentence, translated.

No sentence repeats a text of the file that might be a password in the wrong place.
"""

import codecs
import difflib
import ipaddress
import math
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from console.i18n import _
from console.model.amounts import parse_bytes, parse_percent, parse_seconds
from console.plain import clean
from console.site.schema import Key, Sort

_ID = re.compile(r"[^\W_](?:[\w.-]{0,62}[\w-])?")
_WINDOWS_NAMES = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")
_HOST_NAME = re.compile(r"(?=.{1,253}$)[^\W_](?:[\w-]{0,62})(?:\.[\w-]{1,63})*\.?")
_ABSOLUTE = re.compile(r"/|~(?:/|$)|[A-Za-z]:[\\/]|\\\\[^\\]")
_QUERY_SECRET = re.compile(r"(?i)(?:^|[&;?])(?:password|passwd|pwd|sslpassword|token|secret)=")
_LONGEST = 4096
_ENDINGS: Mapping[str, float] = {"_days": 86400, "_hours": 3600, "_minutes": 60, "_ms": 0.001}
_EXAMPLES: Mapping[str, str] = {"_percent": '"95%"', "_bytes": '"10GB"', "_days": '"30d"', "_ms": '"500ms"'}


class Wrong(ValueError):
    """A value that cannot be used; its text is the sentence for the operator, translated."""


def convert(key: Key, value: Any) -> Any:
    """The value as the noun holds it. Raises Wrong."""
    return _CONVERTERS[key.sort](key, value)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant; empty when none is near."""
    by_folded = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold().replace("-", "_"), by_folded, n=1, cutoff=0.6)
    found = found or difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else ""


def limit(name: str, value: Any) -> float:
    """One number of a threshold, in the unit that its name ends with (_percent, _bytes, _days, _hours); else a text
    says its own unit and becomes seconds or bytes. Raises Wrong.
    """
    unit_s = next((seconds for ending, seconds in _ENDINGS.items() if name.endswith(ending)), None)
    with suppress(ValueError):
        if name.endswith("_percent"):
            return _percent(value)
        if name.endswith("_bytes"):
            return float(parse_bytes(value))
        if unit_s is not None:
            return parse_seconds(value) / (unit_s if isinstance(value, str) else 1)
    if not name.endswith(("_percent", "_bytes", *_ENDINGS)):
        for parse in (parse_seconds, parse_bytes, parse_percent):
            with suppress(ValueError):
                return float(parse(value))
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            # A quantity that may be negative, such as an offset.
            return float(value)
    example = next((example for ending, example in _EXAMPLES.items() if name.endswith(ending)), '"26h"')
    raise Wrong(_("must be a number, or a text with its unit such as {example}").format(example=example))


def _percent(value: Any) -> float:
    # More than 100 % can be meant: a load per processor, memory that was promised twice.
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 10000:
        return float(value)
    return parse_percent(value)


def _text(key: Key, value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong(_("must be a text in quotes"))
    if len(value) > _LONGEST:
        raise Wrong(_("is longer than {count} characters").format(count=_LONGEST))
    if "\0" in value:
        raise Wrong(_("holds a character that cannot be used"))
    text = value.strip()
    if key.required and not text:
        raise Wrong(_("must not be empty"))
    return text


def _texts(key: Key, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Wrong(_('must be a list of texts, such as ["one", "two"]'))
    texts = tuple(_text(key, one) for one in value)
    if not all(texts):
        raise Wrong(_("holds an empty text"))
    return texts


def _identity(key: Key, value: Any) -> str:
    text = _text(key, value)
    if not _ID.fullmatch(text) or _WINDOWS_NAMES.fullmatch(text):
        raise Wrong(_("may hold letters, digits, - _ and . only, at most 64, and begins with a letter or digit"))
    return text


def _choice(key: Key, value: Any) -> str:
    text = _text(key, value)
    if text not in key.choices:
        raise Wrong(_not_one_of(text, key.choices))
    return text


def _choices(key: Key, value: Any) -> tuple[str, ...]:
    texts = _texts(key, value)
    for text in texts:
        if text not in key.choices:
            raise Wrong(_not_one_of(text, key.choices))
    return texts


def _not_one_of(text: str, choices: tuple[str, ...]) -> str:
    near = nearest(text, choices)
    if near:
        sentence = _("must be one of {choices}; the nearest is {near}")
        return sentence.format(choices=", ".join(choices), near=near)
    return _("must be one of {choices}").format(choices=", ".join(choices))


def _flag(key: Key, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong(_("must be true or false, without quotes"))
    return value


def _port(key: Key, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65535:
        raise Wrong(_("must be a number from 1 to 65535, without quotes"))
    return value


def _ports(key: Key, value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise Wrong(_("must be a list of numbers, such as [22, 11112]"))
    return tuple(_port(key, one) for one in value)


def _bytes(key: Key, value: Any) -> int:
    with suppress(ValueError):
        return parse_bytes(value)
    raise Wrong(_('must be a size such as "10GB" or "1.5MiB", or a number of bytes'))


def _seconds(key: Key, value: Any) -> float:
    with suppress(ValueError):
        return parse_seconds(value)
    raise Wrong(_('must be a time such as "26h", "10min" or "2d", or a number of seconds'))


def _date(key: Key, value: Any) -> date:
    if isinstance(value, str):
        with suppress(ValueError):
            return date.fromisoformat(value.strip())
    elif isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise Wrong(_("must be a day that exists, such as 2026-12-31"))


def _address(key: Key, value: Any) -> str:
    text = _text(key, value)
    if not text:
        return text
    bare = text.removeprefix("[").removesuffix("]")
    with suppress(ValueError):
        ipaddress.ip_address(bare)
        return bare
    if "://" in text or "/" in text:
        raise Wrong(_("must be a name or an IP address alone, without http:// and without a path"))
    if re.fullmatch(r"[^:]+:\d+", text):
        raise Wrong(_("must be a name or an IP address alone; the port has a key of its own"))
    if re.fullmatch(r"[\d.]+", text):
        raise Wrong(_("is no IP address: four numbers from 0 to 255 with dots between them"))
    if not _HOST_NAME.fullmatch(text):
        raise Wrong(_("is neither a host name nor an IP address"))
    return text


def _url(key: Key, value: Any) -> str:
    text = _text(key, value)
    if not text:
        return text
    try:
        parts = urlsplit(text)
        port_is_bad = parts.port == 0
        password = parts.password
    except ValueError:
        parts, port_is_bad, password = urlsplit(""), True, None
    if password is not None or _QUERY_SECRET.search(parts.query):
        raise Wrong(_('must not hold a password: write secret = "NAME" and keep the password under that name'))
    if port_is_bad or not parts.scheme or "://" not in text or any(letter.isspace() for letter in text):
        raise Wrong(_("must be an address such as {example}").format(example="https://10.0.0.7:8443/"))
    if not parts.hostname and not parts.path.strip("/"):
        raise Wrong(_("names no server"))
    return text


def _path(key: Key, value: Any) -> str:
    text = _text(key, value)
    if text and not _ABSOLUTE.match(text):
        raise Wrong(_("must be a whole path, such as {posix} or {windows}").format(posix="/data", windows="D:\\\\data"))
    return text


def _paths(key: Key, value: Any) -> tuple[str, ...]:
    texts = _texts(key, value)
    for text in texts:
        # A drive alone ("D:") is how Windows names a partition.
        if not re.fullmatch(r"[A-Za-z]:", text):
            _path(key, text)
    return texts


def _patterns(key: Key, value: Any) -> tuple[str, ...]:
    texts = _texts(key, value)
    for text in texts:
        try:
            re.compile(text)
        except (re.error, OverflowError, RecursionError) as error:
            sentence = _("{pattern} is no regular expression: {why}")
            raise Wrong(sentence.format(pattern=clean(text), why=error)) from error
    return texts


def _ae_title(key: Key, value: Any) -> str:
    text = _text(key, value)
    # PS3.5 6.2, VR AE: the default repertoire without backslash and control characters.
    if len(text) > 16 or not text.isascii() or not text.isprintable() or "\\" in text:
        raise Wrong(_("must have at most 16 plain ASCII characters, and no backslash"))
    return text


def _encoding(key: Key, value: Any) -> str:
    text = _text(key, value)
    if text in ("", "auto"):
        return "auto"
    try:
        codecs.lookup(text)
        "a".encode(text)
    except (LookupError, TypeError, ValueError) as error:
        raise Wrong(_not_one_of(text, ("auto", "utf-8", "gb18030"))) from error
    return text


def _zone(key: Key, value: Any) -> str:
    text = _text(key, value)
    if text and not _zone_exists(text) and _zone_exists("Asia/Shanghai"):
        # Without the second question every zone would be wrong on a Windows that has no zone files.
        raise Wrong(_("is no time zone such as {example}").format(example="Asia/Shanghai"))
    return text


def _zone_exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


_CONVERTERS: Mapping[Sort, Callable[[Key, Any], Any]] = {
    "id": _identity,
    "text": _text,
    "texts": _texts,
    "patterns": _patterns,
    "choice": _choice,
    "choices": _choices,
    "flag": _flag,
    "port": _port,
    "ports": _ports,
    "bytes": _bytes,
    "seconds": _seconds,
    "date": _date,
    "address": _address,
    "url": _url,
    "path": _path,
    "paths": _paths,
    "aet": _ae_title,
    "encoding": _encoding,
    "zone": _zone,
    "department": _texts,
    "refer": _text,
}
