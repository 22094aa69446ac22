"""Takes passwords out of what is kept or shown, in every form in which programs repeat them."""

import base64
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote_from_bytes

MASK = "•••"

_ENCODINGS = ("utf-8", "gb18030", "utf-16-le")
_SHORTEST_INSIDE = 6
"""Characters of base64 that are enough to know a password by when it stands amid other text."""
_RUN = re.compile("[A-Za-z0-9]+")
_SHORTEST_RUN = 3
_OVERDONE = re.compile(r"%(?:3\d|[46][1-9a-fA-F]|[57][0-9aA])|\\(?:u00|x|U000000)[3-7][0-9a-fA-F]|&#")
"""A letter or digit escaped without need: then nothing can be told from what is left plain."""
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;|&#x27;|&apos;"}


class _Vault(Protocol):
    def secret(self, name: str) -> str | None: ...


@dataclass(frozen=True)
class _Secret:
    """One password with all its forms. The patterns are slow, so a look for `needles` decides whether they run."""

    plain: str
    needles: tuple[str, ...]
    """Of which one stands in each form; nothing where no such text exists."""
    text: re.Pattern[str]
    data: re.Pattern[bytes]

    def may_be_in(self, text: str) -> bool:
        return not self.needles or any(needle in text for needle in self.needles)


class Redactor:
    """Knows the passwords that were handed out. May be used from several threads."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._known: tuple[_Secret, ...] = ()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Take out this password, too, from now on."""
        with self._lock:
            if secret and all(secret != known.plain for known in self._known):
                # The longest first: one password may hold another.
                known = [*self._known, _secret(secret)]
                self._known = tuple(sorted(known, key=lambda one: -len(one.plain)))

    def watching(self, vault: _Vault) -> "Watched":
        """The same vault; every password that it hands out is taken out from then on."""
        return Watched(vault, self)

    def text(self, text: str) -> str:
        """The text without any known password: plain, in base64, in a URL, escaped."""
        known = self._known
        if not known:
            return text
        thorough = _OVERDONE.search(text) is not None
        for secret in known:
            if thorough or secret.may_be_in(text):
                text = secret.text.sub(MASK, text)
        return text

    def data(self, data: bytes) -> bytes:
        """The bytes without any known password, in UTF-8, GB 18030 and UTF-16 as well."""
        for secret in self._known:
            data = secret.data.sub(MASK.encode(), data)
        return data


class Watched:
    """A vault whose passwords a Redactor learns."""

    def __init__(self, vault: _Vault, redactor: Redactor) -> None:
        self._vault = vault
        self._redactor = redactor

    def secret(self, name: str) -> str | None:
        """The password of that name; None when nobody knows it."""
        found = self._vault.secret(name)
        if found:
            self._redactor.add(found)
        return found


def _secret(plain: str) -> _Secret:
    forms = sorted(map(re.escape, _base64(plain)), key=_longest)
    text = re.compile("|".join(["".join(_letter(letter) for letter in plain), *forms]))
    return _Secret(plain, _needles(plain), text, re.compile(b"|".join(_data_forms(plain))))


def _raws(plain: str) -> list[bytes]:
    raws = [plain.encode(encoding, "replace" if encoding == "gb18030" else "surrogatepass") for encoding in _ENCODINGS]
    return list(dict.fromkeys(raws))


def _needles(secret: str) -> tuple[str, ...]:
    """What is left of the password in each of its forms: its longest run of plain letters and digits, which nobody
    has to escape, and the shortest of its forms in base64.
    """
    run = max(_RUN.findall(secret), key=len, default="")
    if len(run) < _SHORTEST_RUN:
        return ()
    forms = _base64(secret)
    return (run, *(form for form in forms if not any(other != form and other in form for other in forms)))


def _longest(form: str) -> tuple[int, str]:
    return -len(form), form


def _letter(letter: str) -> str:
    """A pattern for one letter as it is, and as URLs, JSON, Python, XML and shells write it."""
    raw = letter.encode("utf-8", "surrogatepass")
    forms = {letter, "".join(f"\\u{unit:04x}" for unit in _units(letter))}
    patterns = {re.escape(form) for form in forms}
    patterns.add("".join(f"%(?i:{byte:02x})" for byte in raw))
    patterns.add("(?i:" + "".join(rf"\\x{byte:02x}" for byte in raw) + ")")
    if 0x7F <= ord(letter) < 0x100:
        patterns.add(rf"(?i:\\x{ord(letter):02x})")
    patterns.add(f"(?i:&#x0*{ord(letter):x};|&#0*{ord(letter)};)")
    if ord(letter) > 0xFFFF:
        patterns.add(rf"(?i:\\U{ord(letter):08x})")
    if letter == " ":
        patterns.add(r"\+")
    if letter in _NAMED:
        patterns.update(_NAMED[letter].split("|"))
    if letter in "\\\"'/$`! ":
        patterns.add(r"\\+" + re.escape(letter))
    if letter == "'":
        patterns.add(re.escape("'\\''"))
        patterns.add("''")
        patterns.add(re.escape("'\"'\"'"))
    if letter in "\t\n\r":
        patterns.add(re.escape({"\t": "\\t", "\n": "\\n", "\r": "\\r"}[letter]))
    ordered = sorted(patterns, key=_longest)
    return "(?:" + "|".join(ordered) + ")"


def _units(letter: str) -> list[int]:
    raw = letter.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(raw[place : place + 2], "big") for place in range(0, len(raw), 2)]


def _data_forms(secret: str) -> list[bytes]:
    found = [re.escape(form.encode("ascii")) for form in _base64(secret)]
    for raw in _raws(secret):
        quoted = quote_from_bytes(raw, safe="").encode()
        found += [re.escape(form) for form in (raw, quoted, raw.replace(b'"', b'\\"'))]
    found.append("".join(_letter(letter) for letter in secret).encode("utf-8", "surrogatepass"))
    return sorted(set(found), key=lambda form: (-len(form), form))


def _base64(secret: str) -> set[str]:
    """The password alone in base64, and the part of it that does not depend on what stands before and behind it.

    Base64 turns three bytes into four letters, so there are three ways in which "user:password" holds the password.
    """
    forms: set[str] = set()
    for raw in _raws(secret):
        whole = base64.b64encode(raw).decode("ascii")
        forms |= {whole, whole.rstrip("=")}
        for before in range(3):
            text = base64.b64encode(b"\0" * before + raw).decode("ascii").rstrip("=")
            begin = (0, 2, 3)[before]
            end = len(text) - (1 if (before + len(raw)) % 3 else 0)
            if end - begin >= _SHORTEST_INSIDE:
                forms.add(text[begin:end])
    forms |= {form.replace("+", "-").replace("/", "_") for form in forms}
    return forms
