"""From an address to a session with a host that is who it was: connect, agree on keys, compare the host key.

paramiko's `Transport` is used and not its `SSHClient`: that one asks for a second factor on the terminal with input(),
in the middle of the screen, and waits without limit in several places. Waiting is done here, on events, by the
monotonic clock; what cannot be waited for like that ends when the reaper cuts the connection.
"""

import base64
import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from ipaddress import ip_address
from typing import Any

from paramiko.message import Message
from paramiko.ssh_exception import SSHException
from paramiko.transport import Transport

from console.checks.transports.hostkeys import HostKeys, fingerprint
from console.checks.transports.reaper import REAPER, Leash
from console.checks.transports.ssh_errors import (
    AT_KEYS,
    Place,
    names_silent,
    no_name,
    not_agreed,
    not_connected,
    silent,
    slow,
)
from console.i18n import N_
from console.model.check_run import TrustQuestion
from console.model.checks import Status, Verdict
from console.model.sentence import Sentence

CONNECT_S = 5.0
BANNER_S = 8.0
KEYS_S = 15.0
GRACE_S = 2.0
"""The reaper cuts so long after the deadline: whoever waits on its own goes first and keeps what had come."""

# Without a handler the library's tracebacks would appear on the screen; with one, in whatever log the program keeps.
logging.getLogger("paramiko").addHandler(logging.NullHandler())
logging.getLogger("paramiko").propagate = False


class KeyChanged(Exception):
    """The server shows a key that is not the one it had. Nobody logs in there."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict.summary))
        self.verdict = verdict


class KeyUnknown(Exception):
    """The server shows a key that nobody has confirmed yet."""

    def __init__(self, question: TrustQuestion) -> None:
        super().__init__(question.fingerprint)
        self.question = question


class Wire(Transport):
    """A transport that remembers what was agreed; the library forgets it with the first keys."""

    agreed_kex_sha1 = False

    def _parse_kex_init(self, m: Message) -> None:
        super()._parse_kex_init(m)  # type: ignore[misc]  # not in the stubs
        algorithm = getattr(self.kex_engine, "hash_algo", None)
        self.agreed_kex_sha1 = algorithm is not None and algorithm().name == "sha1"


class Session:
    """A connection whose host key is trusted. `close` ends it."""

    def __init__(self, wire: Wire, leash: Leash, sock: socket.socket) -> None:
        self.wire = wire
        self.leash = leash
        self.findings: tuple[Verdict, ...] = ()
        """What is worth a word about the connection itself."""
        self._sock = sock

    def hurry(self, deadline: float) -> Leash:
        """Cut the connection at `deadline` itself, while there is nothing yet that could be lost."""
        return REAPER.watch(self._sock, deadline)

    def close(self) -> None:
        """End the connection; nothing is said to a server that does not listen."""
        self.leash.let_go()
        # Cut first: the library's own goodbye would wait for a server that does not read.
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        with suppress(OSError, EOFError, SSHException):
            self.wire.close()
        self._sock.close()


def connect(host: str, place: Place, host_keys: HostKeys, deadline: float) -> Session:
    """A session with `place` up to the login. Raises SshTrouble, KeyChanged, KeyUnknown, StoreError."""
    known = host_keys.trusted(place.address, place.port)
    sock = _connected(place, deadline)
    leash = REAPER.watch(sock, deadline + GRACE_S)
    wire = Wire(sock)
    session = Session(wire, leash, sock)
    with ExitStack() as stack:
        stack.callback(session.close)
        _agree(wire, place, known, deadline)
        _compare(wire, host, place, known)
        stack.pop_all()
    return session


def _connected(place: Place, deadline: float) -> socket.socket:
    """A TCP connection to the first address that takes one."""
    error: OSError = TimeoutError()
    for family, kind, protocol, _name, address in _addresses(place, deadline):
        left = min(CONNECT_S, deadline - time.monotonic())
        if left <= 0:
            break
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(left)
        try:
            sock.connect(address)
        except OSError as why:
            sock.close()
            error = why
            continue
        return sock
    raise not_connected(place, error)


def _addresses(place: Place, deadline: float) -> Sequence[tuple[Any, ...]]:
    """Where a name leads. Looking it up cannot be ended, so it is left behind when it takes too long."""
    found: list[Sequence[tuple[Any, ...]] | OSError] = []
    done = threading.Event()

    def look_up() -> None:
        try:
            found.append(socket.getaddrinfo(place.address, place.port, type=socket.SOCK_STREAM))
        except OSError as error:
            found.append(error)
        except ValueError:
            # A label that is empty or too long, or a NUL.
            found.append(socket.gaierror(socket.EAI_NONAME, ""))
        done.set()

    with suppress(ValueError):
        ip_address(place.address)
        look_up()
    if not found:
        threading.Thread(target=look_up, name="dns", daemon=True).start()
        if not done.wait(max(0.1, min(10.0, deadline - time.monotonic()))):
            raise names_silent(place)
    if isinstance(found[0], OSError):
        raise (names_silent if found[0].errno == socket.EAI_AGAIN else no_name)(place)
    return found[0]


def _agree(wire: Wire, place: Place, known: dict[str, str], deadline: float) -> None:
    """Agree on keys, those of the known types first: a server that has others too would look changed."""
    options = wire.get_security_options()
    kinds = options.key_types
    first = [kind for kind in kinds if any(kind == name or ("rsa" in kind and "rsa" in name) for name in known)]
    options.key_types = (*first, *(kind for kind in kinds if kind not in first))
    # Ours are the limits that count; these only end the library's own threads.
    wire.banner_timeout = BANNER_S + KEYS_S
    wire.handshake_timeout = BANNER_S + KEYS_S
    done = threading.Event()
    wire.start_client(event=done)
    began = time.monotonic()
    wait_for(done, wire, min(deadline, began + BANNER_S), lambda: bool(wire.remote_version))
    if wire.is_active() and not wire.remote_version:
        raise silent(place)
    wait_for(done, wire, min(deadline, began + BANNER_S + KEYS_S))
    if not wire.is_active():
        raise not_agreed(place, wire.get_exception(), wire.remote_version)
    if not wire.initial_kex_done:
        raise slow(place, AT_KEYS)


def wait_for(done: threading.Event, wire: Transport, until: float, enough: Callable[[], bool] = lambda: False) -> None:
    """Wait for `done`, the end of the connection, or `enough`; until `until` at most."""
    while wire.is_active() and not enough():
        left = until - time.monotonic()
        if left <= 0 or done.wait(min(left, 0.05 if not wire.remote_version else 0.2)):
            return


def _compare(wire: Transport, host: str, place: Place, known: dict[str, str]) -> None:
    """Let only a key pass that the operator has trusted."""
    key = wire.get_remote_server_key()
    blob = key.asbytes()
    name, text = key.get_name(), base64.b64encode(blob).decode("ascii")
    if known.get(name) == text:
        return
    if not known:
        raise KeyUnknown(TrustQuestion(host, place.address, place.port, name, fingerprint(blob), text))
    expected = known.get(name) or next(iter(known.values()))
    source = N_(
        "{address} shows another host key than the trusted one: the server was reinstalled, or something else answers "
        "in its place. Nobody was logged in."
    )
    remedy = N_(
        "Ask hospital IT whether the server was reinstalled, and compare the fingerprint with the one on its own "
        "screen; only then forget the old key."
    )
    raise KeyChanged(
        Verdict(
            "ssh",
            Status.CRIT,
            Sentence(source, place.words),
            measured=Sentence("{key}", {"key": fingerprint(blob)}),
            expected=Sentence("{key}", {"key": fingerprint(base64.b64decode(expected))}),
            remedy=Sentence(remedy),
        )
    )
