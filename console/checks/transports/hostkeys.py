"""The keys by which servers prove who they are, kept in the home folder: whoever shows another key gets no password.

One server has several keys, one of each type, and all of them count. The operator's own ~/.ssh/known_hosts is neither
read nor written: what a hospital trusts must not depend on who opens the console.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from threading import Lock

from console.errors import StoreError
from console.i18n import _
from console.model.check_run import TrustQuestion
from console.store.files import read_checked, write_checked

FILE = "known_hosts.json"
_FORMAT = 1


def fingerprint(key: bytes) -> str:
    """What OpenSSH prints for a public key in its wire form: "SHA256:" and base64 without padding."""
    return "SHA256:" + base64.b64encode(sha256(key).digest()).decode("ascii").rstrip("=")


class HostKeys:
    """Which keys are trusted at which address. Threads may share it."""

    def __init__(self, home: Path, *, read_only: bool = False) -> None:
        self.path = home / FILE
        """The file; it comes into being with the first key."""
        self._read_only = read_only
        self._turn = Lock()

    def trusted(self, address: str, port: int) -> dict[str, str]:
        """Keys in base64 by their type, such as "ssh-ed25519"; empty for a server nobody has met.

        Raises StoreError when the file cannot be read.
        """
        return dict(self._read().get(_place(address, port), {}))

    def add(self, question: TrustQuestion) -> None:
        """Trust the key of `question` beside those of other types; one of the same type is replaced.

        Raises StoreError when it cannot be kept, and ValueError for a key that does not fit its own fingerprint.
        """
        try:
            key = base64.b64decode(question.key, validate=True)
        except binascii.Error as error:
            raise ValueError("a host key that is not base64") from error
        if fingerprint(key) != question.fingerprint:
            raise ValueError("a host key that does not fit its fingerprint")
        with self._turn:
            places = self._read()
            places.setdefault(_place(question.address, question.port), {})[question.key_type] = question.key
            self._write(places)

    def forget(self, address: str, port: int) -> bool:
        """Trust no key at that address any more, as after a reinstallation that hospital IT has confirmed.

        False when none was known. Raises StoreError when it cannot be kept.
        """
        with self._turn:
            places = self._read()
            known = places.pop(_place(address, port), None)
            if known is not None:
                self._write(places)
            return known is not None

    def _read(self) -> dict[str, dict[str, str]]:
        data = read_checked(self.path, repair=not self._read_only).data
        if data is None:
            return {}
        try:
            return _checked(json.loads(data))
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            sentence = _("{path} does not hold host keys of the console. Move it away; the keys are then asked again.")
            raise StoreError(_("Cannot be read"), sentence.format(path=self.path)) from error

    def _write(self, places: Mapping[str, Mapping[str, str]]) -> None:
        if self._read_only:
            sentence = _("The home folder is in use by another console, so no host key can be kept from here.")
            raise StoreError(_("Not saved"), sentence)
        content = {"format": _FORMAT, "keys": places}
        write_checked(self.path, json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False).encode("utf-8"))


def _place(address: str, port: int) -> str:
    """An address as OpenSSH writes it in known_hosts."""
    name = address.strip().lower()
    return name if port == 22 else f"[{name}]:{port}"


def _checked(content: object) -> dict[str, dict[str, str]]:
    if not isinstance(content, dict) or content["format"] != _FORMAT:
        raise ValueError("another format")
    places = content["keys"]
    return {str(place): {str(name): str(key) for name, key in keys.items()} for place, keys in places.items()}
