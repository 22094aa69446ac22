"""The vault: passwords in one file of the home folder, sealed with a passphrase, for machines without a keyring.

HOME/vault.json is JSON behind the checksum line of `console.store.files`, so that damage on the disk is told from a
wrong passphrase:

    {"cathlab_vault": 1, "kdf": {"name": "scrypt", "n": …, "r": …, "p": …, "salt": base64}, "nonce": …, "sealed": …}

`sealed` is AES-256-GCM (NIST SP 800-38D) over JSON {name: password}, filled up to a multiple of 1024 bytes so that its
length says little; the head of the file is authenticated with it. The key is scrypt's (RFC 7914). Salt and nonce are
new at every write.
"""

import base64
import binascii
import json
import os
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from console.errors import ConsoleError
from console.i18n import _
from console.store.files import previous_of, read_checked, write_checked

VAULT = "vault.json"
"""In the home folder."""

FORMAT = 1
SHORTEST_PASSPHRASE = 8

_N, _R, _P = 2**15, 8, 3
"""scrypt's cost: 32 MB, some 0.3 s a try."""
_MOST_MEMORY = 256 * 2**20
_BLOCK = 1024


class SecretError(ConsoleError):
    """A secret cannot be had or kept: wrong passphrase, damaged vault, locked keyring."""


def read_vault(home: Path, passphrase: str) -> dict[str, str]:
    """The passwords by name; empty when there is no vault. Takes some 0.3 s.

    Raises SecretError for a wrong passphrase or a vault that was tampered with, StoreError when it cannot be read.
    """
    path = home / VAULT
    data = read_checked(path, repair=False).data
    if data is None:
        if path.exists():
            raise _damaged(path)
        return {}
    try:
        head, nonce, sealed = _parts(data, path)
        key = _key(passphrase, head["kdf"])
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path) from error
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # 30 ms that only a vault pays

    try:
        opened = json.loads(AESGCM(key).decrypt(nonce, sealed, _canonical(head)))
    except InvalidTag as error:
        sentence = _(
            "{path} does not open: the passphrase is wrong, or somebody changed the file. Enter the passphrase again, "
            "or put the file back from a copy."
        )
        raise SecretError(_("The vault stays closed"), sentence.format(path=path)) from error
    except ValueError as error:
        raise _damaged(path) from error
    if not isinstance(opened, dict) or not all(isinstance(value, str) for value in opened.values()):
        raise _damaged(path)
    opened.pop("", None)
    return opened


def write_vault(home: Path, passphrase: str, secrets: Mapping[str, str], *, forget: bool = False) -> None:
    """Seal the passwords; the file is replaced as a whole, readable for its owner alone.

    `forget` also removes the generation before, which holds what was taken out. Raises SecretError for a passphrase
    that is too short, StoreError when it cannot be written.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        sentence = _("The passphrase has fewer than {count} characters. Take a longer one, such as four words.")
        raise SecretError(_("The passphrase is too short"), sentence.format(count=SHORTEST_PASSPHRASE))
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    kdf = {"name": "scrypt", "n": _N, "r": _R, "p": _P, "salt": _text(os.urandom(16))}
    head = {"cathlab_vault": FORMAT, "kdf": kdf}
    nonce = os.urandom(12)
    sealed = AESGCM(_key(passphrase, kdf)).encrypt(nonce, _filled(secrets), _canonical(head))
    path = home / VAULT
    write_checked(path, json.dumps({**head, "nonce": _text(nonce), "sealed": _text(sealed)}).encode())
    if forget:
        with suppress(FileNotFoundError):
            previous_of(path).unlink()


def _parts(data: bytes, path: Path) -> tuple[dict[str, Any], bytes, bytes]:
    found = json.loads(data)
    version = found.get("cathlab_vault") if isinstance(found, dict) else None
    if isinstance(version, int) and version > FORMAT:
        sentence = _("{path} was written by a newer version of the console. Use that version.")
        raise SecretError(_("The vault stays closed"), sentence.format(path=path))
    if version != FORMAT:
        raise ValueError(version)
    return {"cathlab_vault": version, "kdf": found["kdf"]}, _bytes(found["nonce"]), _bytes(found["sealed"])


def _key(passphrase: str, kdf: Mapping[str, Any]) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    n, r, p, salt = kdf["n"], kdf["r"], kdf["p"], _bytes(kdf["salt"])
    if kdf["name"] != "scrypt" or not all(isinstance(number, int) and number > 0 for number in (n, r, p)):
        raise ValueError(kdf["name"])
    # Of a file that somebody changed: numbers that would take all memory, or a day.
    if 128 * n * r > _MOST_MEMORY or p > 16 or n & (n - 1) or n < 2 or r > 64:
        raise ValueError(n)
    # Input methods write the same letters in more than one way.
    return Scrypt(salt, 32, n, r, p).derive(unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass"))


def _filled(secrets: Mapping[str, str]) -> bytes:
    bare = json.dumps({**secrets, "": ""}).encode()
    return json.dumps({**secrets, "": " " * (-len(bare) % _BLOCK)}).encode()


def _canonical(head: Mapping[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True, separators=(",", ":")).encode()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(text[:20]) from error


def _damaged(path: Path) -> SecretError:
    sentence = _(
        "{path} is damaged and cannot be opened. Put it back from a copy, or remove it and enter the passwords again."
    )
    return SecretError(_("The vault is damaged"), sentence.format(path=path))
