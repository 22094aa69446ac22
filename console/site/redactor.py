"""Takes passwords out of what is kept or shown, in every form in which programs repeat them."""

import base64
import re
import threading
from collections.abc import Iterable
from typing import Protocol
from urllib.parse import quote_from_bytes

MASK = "•••"

_ENCODINGS = ("utf-8", "gb18030", "utf-16-le")
_SHORTEST_INSIDE = 6
"""Characters of base64 that are enough to know a password by when it stands amid other text."""
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;|&#x27;|&apos;"}


class _Vault(Protocol):
    def secret(self, name: str) -> str | None: ...


class Redactor:
    """Knows the passwords that were handed out. May be used from several threads."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._text: re.Pattern[str] | None = None
        self._data: re.Pattern[bytes] | None = None
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Take out this password, too, from now on."""
        with self._lock:
            if not secret or secret in self._known:
                return
            self._known.add(secret)
            # The longest first: one password may hold another.
            known = sorted(self._known, key=len, reverse=True)
            self._text = re.compile("|".join(form for one in known for form in _text_forms(one)))
            self._data = re.compile(b"|".join(form for one in known for form in _data_forms(one)))

    def watching(self, vault: _Vault) -> "Watched":
        """The same vault; every password that it hands out is taken out from then on."""
        return Watched(vault, self)

    def text(self, text: str) -> str:
        """The text without any known password: plain, in base64, in a URL, escaped."""
        return self._text.sub(MASK, text) if self._text is not None else text

    def data(self, data: bytes) -> bytes:
        """The bytes without any known password, in UTF-8, GB 18030 and UTF-16 as well."""
        return self._data.sub(MASK.encode(), data) if self._data is not None else data


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


def _text_forms(secret: str) -> list[str]:
    return ["".join(_letter(letter) for letter in secret), *sorted(map(re.escape, _base64(secret)), key=_longest)]


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
    forms = set(_base64(secret))
    found = [re.escape(form.encode("ascii")) for form in forms]
    for encoding in _ENCODINGS:
        raw = secret.encode(encoding, "surrogatepass" if encoding != "gb18030" else "replace")
        found += [
            re.escape(raw),
            re.escape(quote_from_bytes(raw, safe="").encode()),
            re.escape(raw.replace(b'"', b'\\"')),
        ]
    # The text pattern holds ASCII only where the password does; its escapes are the same in bytes.
    plain = "".join(_letter(letter) for letter in secret)
    found.append(plain.encode("utf-8", "surrogatepass"))
    return sorted(set(found), key=lambda form: (-len(form), form))


def _base64(secret: str) -> set[str]:
    """The password alone in base64, and the part of it that does not depend on what stands before and behind it.

    Base64 turns three bytes into four letters, so there are three ways in which "user:password" holds the password.
    """
    forms: set[str] = set()
    for encoding in _ENCODINGS:
        raw = secret.encode(encoding, "surrogatepass" if encoding != "gb18030" else "replace")
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
