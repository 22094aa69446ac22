"""The real sshd of Debian on loopback addresses, with accounts that exist for it alone.

As root it runs in a mount namespace of its own, where /etc/passwd and /etc/shadow are copies with the test's accounts:
nothing of the machine changes. Without root there is one account, the one that runs the tests, and keys alone.
"""

import os
import pwd
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.support import missing, need_program

PASSWORD = "Wardrobe+7 %/ä'\"$x"
"""Holds what a shell, a URL and an encoding might trip over."""
USER_ID = 20001
_SHELLS = {
    "inspector": "/bin/sh",
    "flood": "{folder}/flood.sh",
    "chatty": "{folder}/chatty.sh",
    "barred": "/usr/sbin/nologin",
    "locked": "/bin/sh",
}


@dataclass
class Accounts:
    """A folder with keys and accounts that several servers share."""

    folder: Path
    as_root: bool = field(default_factory=lambda: os.getuid() == 0)

    def __post_init__(self) -> None:
        self.folder.chmod(0o755)
        home = self.folder / "home"
        home.mkdir()
        home.chmod(0o777)
        make_key(self.folder / "user_ed25519")
        (self.folder / "authorized_keys").write_bytes((self.folder / "user_ed25519.pub").read_bytes())
        self._script("flood.sh", 'exec yes "0123456789012345678901234567890123456789012345678901234567890123456789"')
        self._script("chatty.sh", 'echo "Welcome to ward 7 [/b]"; exec /bin/sh "$@"')
        if self.as_root:
            Path("/run/sshd").mkdir(exist_ok=True)
            hashed = (
                subprocess.run(
                    [need_program("openssl"), "passwd", "-6", "-stdin"],
                    input=PASSWORD.encode(),
                    capture_output=True,
                    check=True,
                )
                .stdout.decode()
                .strip()
            )
            passwd, shadow = Path("/etc/passwd").read_text(), Path("/etc/shadow").read_text()
            for name, shell in _SHELLS.items():
                passwd += f"{name}:x:{USER_ID}:{USER_ID}::{home}:{shell.format(folder=self.folder)}\n"
                shadow += f"{name}:{'!' if name == 'locked' else hashed}:19000:0:99999:7:::\n"
            (self.folder / "passwd").write_text(passwd)
            (self.folder / "shadow").write_text(shadow)
            (self.folder / "shadow").chmod(0o600)

    @property
    def user(self) -> str:
        """Who logs in."""
        return "inspector" if self.as_root else pwd.getpwuid(os.getuid()).pw_name

    @property
    def key(self) -> Path:
        """The private key that is authorized."""
        return self.folder / "user_ed25519"

    def need_root(self) -> None:
        """Skip where accounts of our own cannot be made."""
        if not self.as_root:
            missing("accounts with passwords can be made as root only")

    def _script(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)


def make_key(path: Path, kind: str = "ed25519", passphrase: str = "", *more: str) -> Path:
    """A new private key at `path`."""
    command = [need_program("ssh-keygen"), "-q", "-t", kind, "-N", passphrase, "-f", str(path), "-C", "test", *more]
    subprocess.run(command, check=True)
    return path


def free_port(address: str) -> int:
    """A port that nobody listens on at `address`."""
    with socket.socket() as sock:
        sock.bind((address, 0))
        return int(sock.getsockname()[1])


class Sshd:
    """One server; `with Sshd(...) as server:`."""

    def __init__(
        self, accounts: Accounts, name: str = "server", addresses: Sequence[str] = ("127.0.0.2",),
        settings: str = "", host_keys: Sequence[str] = ("ed25519",), port: int = 0,
    ) -> None:  # fmt: skip
        need_program("sshd")
        self.accounts = accounts
        self.addresses = tuple(addresses)
        self.address = self.addresses[0]
        self.port = port or free_port(self.address)
        self.folder = accounts.folder / f"{name}-{secrets.token_hex(3)}"
        self.folder.mkdir()
        self.log = self.folder / "log"
        for kind in host_keys:
            make_key(self.folder / f"host_{kind}", kind, "", *(("-b", "2048") if kind == "rsa" else ()))
        lines = [
            *(f"ListenAddress {address}:{self.port}" for address in self.addresses),
            *(f"HostKey {self.folder}/host_{kind}" for kind in host_keys),
            # The first value of a setting counts, so the test's own go before the rest.
            *settings.splitlines(),
            f"AuthorizedKeysFile {accounts.folder}/authorized_keys",
            "PidFile none",
            "UsePAM no",
            "StrictModes no",
            "PasswordAuthentication yes",
            "KbdInteractiveAuthentication no",
            "PrintMotd no",
            "UseDNS no",
            "LogLevel VERBOSE",
        ]
        self._settings = self.folder / "sshd_config"
        self._settings.write_text("\n".join(lines) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Sshd":
        """Start it, and return when it listens everywhere."""
        sshd = [need_program("sshd"), "-D", "-e", "-f", str(self._settings)]
        if self.accounts.as_root:
            mounts = 'mount --bind "$0" /etc/passwd && mount --bind "$1" /etc/shadow && shift && exec "$@"'
            folder = self.accounts.folder
            sshd = ["unshare", "-m", "sh", "-c", mounts, str(folder / "passwd"), str(folder / "shadow"), *sshd]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(sshd, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + 20
        for address in self.addresses:
            while self.log.read_bytes().count(b"Server listening") < len(self.addresses):
                if self._process.poll() is not None or time.monotonic() > until:
                    raise AssertionError(f"sshd at {address} did not start: {self.log.read_text()}")
                time.sleep(0.01)
        return self

    def stop(self) -> None:
        """End it with all that it started."""
        if self._process is None:
            return
        with suppress(psutil.NoSuchProcess):
            family = psutil.Process(self._process.pid).children(recursive=True)
            os.kill(self._process.pid, signal.SIGKILL)
            for process in family:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
        self._process.wait()
        self._process = None

    def host_key(self, kind: str = "ed25519") -> tuple[str, str]:
        """Type and base64 of a public host key."""
        name, text = (self.folder / f"host_{kind}.pub").read_text().split()[:2]
        return name, text

    def logins(self) -> int:
        """How often somebody tried to prove who he is."""
        log = self.log.read_bytes()
        # Asking for the methods ("Failed none") proves nothing, and "Accepted key" comes before its proof.
        ways = (b"publickey", b"password", b"keyboard-interactive/pam")
        return sum(log.count(b"%s %s for" % (word, way)) for word in (b"Accepted", b"Failed") for way in ways)

    def __enter__(self) -> "Sshd":
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()
