"""What the operator chose, kept in `settings.json` of the home folder.

The file is JSON below a checksum line (see `console.store.files`). A file without that line, written by hand or by a
deployment script, counts as well; who edits a file that has one deletes it. Keys that this version does not know stay.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from console import i18n
from console.errors import SettingsError, StoreError
from console.i18n import _
from console.store.files import one_line, read_checked, write_checked
from console.store.trouble import only_reading

CHOICES: Mapping[str, tuple[str, ...]] = {
    "language": ("", "zh", "en"),
    "theme": ("dark", "light"),
    "colors": ("auto", "16", "256", "true", "none"),
    "graphics": (
        *("auto", "blocks", "half", "quadrant", "sextant", "braille", "ascii"),
        *("sixel", "kitty", "iterm", "off"),
    ),
}
"""The allowed values of the settings that are one of a few."""

LOCK_MINUTES = (1, 1440)
"""Lowest and highest idle time."""

OPERATOR_LENGTH = 64
"""Characters of the operator's name at most."""

RECENT_COUNT = 20
"""Recent files kept at most."""

# RFC 7914: 2^15, 8, 1 takes 32 MB and about a tenth of a second on a small machine. A record that asks for more than
# four times that is not ours, and would stop the console for as long as its writer likes.
_N, _R, _P = 2**15, 8, 1
_HIGHEST_N = 2**17
_MEMORY = 256 * 1024 * 1024

_PROTECTING = ("privacy", "lock_minutes", "passphrase")


@dataclass(frozen=True)
class Settings:
    """Every setting, valid by construction: a value outside its range raises SettingsError."""

    language: str = ""
    """"zh", "en", or empty: the locale decides."""
    theme: str = "dark"
    """"dark" or "light"."""
    colors: str = "auto"
    """"auto", "16", "256", "true" (24 bits) or "none", for terminals that do not say."""
    graphics: str = "auto"
    """"auto", "off" or one of console.graphics.encoder.CHOICES: how pictures are drawn."""
    operator: str = ""
    """Name that stands in journals and reports; empty until it was asked for."""
    team: str = ""
    """Name of the company that serves the hospital, printed where our side signs."""
    privacy: bool = False
    """True hides patient identity on every screen and in every export."""
    autoplay: bool = True
    """True starts a cine when it is opened; slow links want False."""
    pictures_only: bool = False
    """True where nobody wants checklists: the home page asks for no site file."""
    lock_minutes: int = 10
    """Minutes without a key after which the screen locks, once there is a passphrase."""
    passphrase: str = field(default="", repr=False)
    """scrypt record of the passphrase (see `hash_passphrase`); empty means that the screen never locks."""
    recent: tuple[str, ...] = ()
    """Paths opened last, newest first."""

    def __post_init__(self) -> None:
        for entry in fields(self):
            allowed = _allowed(entry.name, getattr(self, entry.name))
            if allowed:
                sentence = _("The setting {key} cannot be {value}; allowed: {allowed}.")
                shown = _shown(entry.name, getattr(self, entry.name))
                raise SettingsError(
                    _("Setting not accepted"), sentence.format(key=entry.name, value=shown, allowed=allowed)
                )

    def changed(self, **values: Any) -> "Settings":
        """These settings with some values replaced. Raises SettingsError naming the key and what it may be."""
        return replace(self, **values)

    def with_recent(self, path: str) -> "Settings":
        """These settings with `path` in front of the recent files, once."""
        others = tuple(other for other in self.recent if other != path)
        return replace(self, recent=(path, *others)[:RECENT_COUNT])


class SettingsFile:
    """`settings.json` of one home folder."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        """The file; it comes into being with the first save."""
        self.read_only = read_only
        """True for a console that does not hold the home folder: it saves nothing, and repairs nothing."""
        self.notes: tuple[str, ...] = ()
        """What the last `load` or `save` had to tell the operator, one translated sentence each."""

    def load(self) -> Settings:
        """The settings; defaults where the file, or a key, is missing.

        A value that cannot be used becomes the default, with a sentence in `notes` that names file, key and allowed
        values. Where the value protects a patient (privacy, lock_minutes, passphrase) nothing is guessed:
        SettingsError. Also raised when the file is no JSON object; StoreError when it cannot be read.
        """
        checked = read_checked(self.path, by_hand=True, repair=not self.read_only)
        notes = [checked.recovered] if checked.recovered else []
        content = self._parse(checked.data)
        known: dict[str, Any] = {}
        for entry in fields(Settings):
            if entry.name not in content:
                continue
            value = content[entry.name]
            value = tuple(value) if isinstance(value, list) else value
            allowed = _allowed(entry.name, value)
            if not allowed:
                known[entry.name] = value
                continue
            where = {"path": self.path, "key": entry.name, "value": _shown(entry.name, value), "allowed": allowed}
            if entry.name in _PROTECTING:
                sentence = _(
                    "{path}: {key} cannot be {value}; allowed: {allowed}. Correct the file, or delete the key."
                )
                raise SettingsError(_("Setting not accepted"), sentence.format(**where))
            sentence = _("{path}: {key} cannot be {value}; allowed: {allowed}. The default, {default}, is used.")
            notes.append(sentence.format(default=_shown(entry.name, entry.default), **where))
        self.notes = tuple(notes)
        return Settings(**known)

    def save(self, settings: Settings) -> None:
        """Make `settings` the content of the file; keys in it that this version does not know stay.

        Raises StoreError when it cannot be written; the old content then stands.
        """
        if self.read_only:
            raise only_reading(self.path)
        checked = read_checked(self.path, by_hand=True)
        self.notes = (checked.recovered,) if checked.recovered else ()
        try:
            content = self._parse(checked.data)
        except SettingsError:
            # Edited beyond reading; write_checked keeps it as the previous generation.
            content = {}
        content |= {entry.name: getattr(settings, entry.name) for entry in fields(settings)}
        text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        # Recent paths that are not UTF-8 hold lone surrogates, which json.loads reads back from bytes.
        write_checked(self.path, text.encode("utf-8", "surrogatepass"), by_hand=True)

    def _parse(self, data: bytes | None) -> dict[str, Any]:
        if data is None:
            return {}
        try:
            content = json.loads(data)
        except (ValueError, RecursionError) as error:
            sentence = _("{path} is not JSON ({reason}). Correct it, or delete it to begin with the defaults.")
            detail = sentence.format(path=self.path, reason=one_line(str(error)))
            raise SettingsError(_("Settings cannot be read"), detail) from error
        if not isinstance(content, dict):
            sentence = _("{path} is no JSON object. Correct it, or delete it to begin with the defaults.")
            raise SettingsError(_("Settings cannot be read"), sentence.format(path=self.path))
        return content


def hash_passphrase(text: str) -> str:
    """The record that is kept in place of a passphrase: "scrypt$n$r$p$salt$hash", salt and hash in hexadecimal.

    Takes about 0.1 s and 32 MB on purpose (RFC 7914). Raises SettingsError for an empty passphrase.
    """
    if not text:
        raise SettingsError(_("Setting not accepted"), _("The passphrase must have at least one character."))
    salt = os.urandom(16)
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${_scrypt(text, salt, _N, _R, _P).hex()}"


def check_passphrase(text: str, record: str) -> bool:
    """Whether `text` is the passphrase of `record`. A record that is none matches nothing."""
    parts = _record(record)
    if parts is None:
        return False
    n, r, p, salt, digest = parts
    return hmac.compare_digest(_scrypt(text, salt, n, r, p), digest)


def _scrypt(text: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    import unicodedata

    # One terminal sends an accented letter as one character, another as two.
    secret = unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=32)


def _record(record: str) -> tuple[int, int, int, bytes, bytes] | None:
    words = record.split("$")
    if len(words) != 6 or words[0] != "scrypt":
        return None
    try:
        n, r, p = (int(word) for word in words[1:4])
        salt, digest = (bytes.fromhex(word) for word in words[4:])
    except ValueError:
        return None
    fits = 2**10 <= n <= _HIGHEST_N and n.bit_count() == 1 and r == _R and p == _P and len(salt) >= 8
    return (n, r, p, salt, digest) if fits and len(digest) == 32 else None


def _allowed(key: str, value: object) -> str:
    """What `key` may be, in words, when `value` is not that; empty when it is."""
    if key in CHOICES:
        fits = isinstance(value, str) and value in CHOICES[key]
        return "" if fits else ", ".join(json.dumps(choice) for choice in CHOICES[key])
    if key in ("privacy", "autoplay", "pictures_only"):
        return "" if isinstance(value, bool) else _("true or false")
    if key == "lock_minutes":
        low, high = LOCK_MINUTES
        fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return "" if fits else _("a whole number from {low} to {high}").format(low=low, high=high)
    if key in ("operator", "team"):
        fits = isinstance(value, str) and len(value) <= OPERATOR_LENGTH and one_line(value) == value
        limit = OPERATOR_LENGTH
        return "" if fits else _("a name of at most {limit} characters without control characters").format(limit=limit)
    if key == "passphrase":
        fits = value == "" or (isinstance(value, str) and _record(value) is not None)
        return "" if fits else _("a record that the console made, or nothing")
    fits = isinstance(value, tuple) and len(value) <= RECENT_COUNT and all(isinstance(path, str) for path in value)
    return "" if fits else _("a list of at most {limit} paths").format(limit=RECENT_COUNT)


def _shown(key: str, value: object) -> str:
    """`value` for a sentence: short, on one line, and never the record of a passphrase."""
    if key == "passphrase":
        return "\N{HORIZONTAL ELLIPSIS}"
    text = one_line(json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= 40 else text[:39] + "\N{HORIZONTAL ELLIPSIS}"


def choose_language(option: str | None, home: Path) -> None:
    """Set the language from the option, else the settings, else the locale. Never fails: it runs before all else."""
    chosen = option or ""
    if not chosen:
        try:
            chosen = SettingsFile(home / "settings.json", read_only=True).load().language
        except (StoreError, SettingsError):
            chosen = ""
    i18n.set_language(chosen or i18n.detect())
