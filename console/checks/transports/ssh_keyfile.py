"""Private keys from files: each is opened once a run, since a large RSA key takes a third of a second."""

import os
import stat
from hashlib import sha256
from pathlib import Path
from threading import Lock

from cryptography.exceptions import UnsupportedAlgorithm
from paramiko.pkey import PKey, UnknownKeyType
from paramiko.ssh_exception import PasswordRequiredException, SSHException

from console.checks.kind import Vault
from console.checks.transports.ssh_errors import (
    key_locked,
    key_not_opened,
    key_not_private,
    key_not_understood,
    key_of_putty,
    key_unreadable,
)

_DAMAGED = (SSHException, ValueError, UnknownKeyType, UnsupportedAlgorithm, LookupError, AttributeError)
_opened: dict[tuple[str, int, int, str], PKey] = {}
_turn = Lock()


def open_key(key: str, secret: str, secrets: Vault) -> PKey:
    """The key in the file `key` ("~" allowed); `secret` names its passphrase, where it has one.

    Raises SshTrouble, and whatever the vault raises.
    """
    path = Path(os.path.expanduser(key))
    # The others wait: they want the same key in most cases, and then it is there.
    with _turn:
        try:
            facts = path.stat()
            if not (stat.S_ISREG(facts.st_mode) or stat.S_ISDIR(facts.st_mode)):
                # Opening a pipe would wait for whoever writes into it.
                raise key_not_understood(key)
            with path.open("rb") as file:
                begin = file.read(64)
        except OSError as error:
            raise key_unreadable(key, error) from error
        if begin.startswith(b"PuTTY-User-Key-File"):
            raise key_of_putty(key)
        if begin.startswith((b"ssh-", b"ecdsa-", b"---- BEGIN SSH2 PUBLIC", b"-----BEGIN PUBLIC")):
            raise key_not_private(key)
        passphrase = (secrets.secret(secret) if secret else None) or ""
        # The passphrase itself is not kept.
        name = (str(path), facts.st_mtime_ns, facts.st_size, sha256(passphrase.encode()).hexdigest())
        if name not in _opened:
            _opened[name] = _open(path, key, secret, passphrase)
        return _opened[name]


def _open(path: Path, key: str, secret: str, passphrase: str) -> PKey:
    try:
        return PKey.from_path(path)
    except (TypeError, PasswordRequiredException):
        # This is how the library says that there is a passphrase.
        pass
    except OSError as error:
        raise key_unreadable(key, error) from error
    except _DAMAGED as error:
        raise key_not_understood(key) from error
    if not passphrase:
        raise key_locked(key, secret)
    try:
        return PKey.from_path(path, passphrase.encode("utf-8"))  # type: ignore[arg-type]  # the stubs say str
    except OSError as error:
        raise key_unreadable(key, error) from error
    except (*_DAMAGED, TypeError) as error:
        raise key_not_opened(key, secret) from error
