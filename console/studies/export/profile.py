"""The Basic Application Level Confidentiality Profile (PS3.15 Table E.1-1) as data, and what takes a value's place."""

import hmac
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from console.errors import ConsoleError
from console.i18n import _
from console.resources import resource

_STANDARD = "1.2.840.10008."
_WORD = b"REMOVED"
_DUMMIES = {
    "AS": b"000Y", "DA": b"19000101", "TM": b"000000", "DT": b"19000101000000", "DS": b"0", "IS": b"0",
    "UR": b"http://removed.invalid", "US": bytes(2), "SS": bytes(2), "UL": bytes(4), "SL": bytes(4), "FL": bytes(4),
    "FD": bytes(8), "UV": bytes(8), "SV": bytes(8), "AT": bytes(4), "OB": bytes(2), "OW": bytes(2), "UN": bytes(2),
    "OF": bytes(4), "OL": bytes(4), "OD": bytes(8), "OV": bytes(8),
}  # fmt: skip
DUMMY_TEXTS = frozenset(value.decode() for value in _DUMMIES.values() if value.isalnum()) | {_WORD.decode()}
"""Values that this module writes, and that therefore say nothing about anybody."""


@dataclass(frozen=True)
class Profile:
    """The table."""

    edition: str
    actions: Mapping[int, str]
    """One letter by tag: X remove, Z empty, D dummy, U new UID; C for a sequence whose contents alone are treated."""

    def action(self, tag: int) -> str:
        """The letter for a tag; K keeps, for a sequence: looks inside."""
        group = tag >> 16
        if group & 1 or group < 8 or not tag & 0xFFFF or group & 0xFF00 in (0x5000, 0x6000) or group > 0x7FE0:
            # Private; command and file meta; group lengths; curves and overlays, whole groups, since the rest of an
            # overlay is not valid without its data; signatures and padding behind the pixels.
            return "X"
        return self.actions.get(tag, "K")


def load(name: str = "deidentification/basic-profile.toml") -> Profile:
    """The table that ships. Raises ConsoleError where it is missing or was changed into something else."""
    path = resource(name)
    try:
        with path.open("rb") as stream:
            table = tomllib.load(stream)
        actions = {
            int(tag.replace(",", ""), 16): _letter(code) for tag, code in table["actions"].items() if "X" not in tag
        }
        edition = str(table["profile"]["edition"])
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise ConsoleError(
            _("Cannot de-identify"),
            _("{path} cannot be used ({reason}). Put the file back as it was installed.").format(
                path=path, reason=str(error)
            ),
        ) from error
    return Profile(edition, actions)


def _letter(code: str) -> str:
    last = code.rsplit("/", 1)[-1]
    letter = {"X": "X", "Z": "Z", "D": "D", "U": "U", "U*": "C"}.get(last)
    if letter is None:
        raise ValueError(code)
    return letter


def dummy(vr: str) -> bytes:
    """A value that is valid for `vr` and says nothing."""
    return _DUMMIES.get(vr, _WORD)


class NewUids:
    """Replaces UIDs, the same one always by the same one within an export, and by another in the next.

    The new one is made from the old one and a secret that nobody keeps (HMAC-SHA256, PS3.5 B.2), so neither the old
    one nor that two exports belong together can be found out.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def new(self, old: str) -> str:
        """The new UID; what the standard itself defines, such as a well-known frame of reference, stays."""
        if not old or old.startswith(_STANDARD):
            return old
        digest = hmac.digest(self._secret, old.encode("utf-8", "surrogateescape"), sha256)
        return f"2.25.{uuid.UUID(bytes=digest[:16], version=4).int}"

    def value(self, old: bytes) -> bytes:
        """A whole value, which may hold several."""
        text = old.decode("latin-1").strip("\0 ")
        return "\\".join(self.new(one.strip("\0 ")) for one in text.split("\\")).encode("latin-1")
