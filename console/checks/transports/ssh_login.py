"""From an address to a session that may ask: connect, compare the host key, log in, all before a deadline of our own.

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
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

from paramiko.auth_handler import AuthHandler
from paramiko.message import Message
from paramiko.pkey import PKey
from paramiko.ssh_exception import AuthenticationException, BadAuthenticationType, SSHException
from paramiko.transport import Transport

from console.checks.kind import Vault
from console.checks.transports.hostkeys import HostKeys, fingerprint
from console.checks.transports.reaper import REAPER, Leash
from console.checks.transports.ssh_errors import (
    A_KEY,
    A_PASSWORD,
    AT_KEYS,
    AT_LOGIN,
    Place,
    method_not_taken,
    names_silent,
    no_login_known,
    no_name,
    no_secret,
    not_agreed,
    not_connected,
    refused,
    second_factor,
    silent,
    slow,
)
from console.checks.transports.ssh_keyfile import open_key
from console.i18n import N_
from console.model.check_run import TrustQuestion
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import Sentence
from console.model.site import SshLogin

CONNECT_S = 5.0
BANNER_S = 8.0
KEYS_S = 15.0
LOGIN_S = 15.0
GRACE_S = 2.0
"""The reaper cuts so long after the deadline: whoever waits on its own goes first and keeps what had come."""
SLOW_LOGIN_S = 8.0
"""A login that takes longer is worth a word: usually the server looks our name up in a DNS that does not answer."""

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


class _Wire(Transport):
    """A transport that remembers what was agreed; the library forgets it with the first keys."""

    agreed_kex_sha1 = False

    def _parse_kex_init(self, m: Message) -> None:
        super()._parse_kex_init(m)  # type: ignore[misc]  # not in the stubs
        algorithm = getattr(self.kex_engine, "hash_algo", None)
        self.agreed_kex_sha1 = algorithm is not None and algorithm().name == "sha1"


class Session:
    """A connection whose host key is trusted. `close` ends it."""

    def __init__(self, wire: _Wire, leash: Leash, sock: socket.socket) -> None:
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
    wire = _Wire(sock)
    session = Session(wire, leash, sock)
    try:
        _agree(wire, place, known, deadline)
        _compare(wire, host, place, known)
    except BaseException:
        session.close()
        raise
    return session


def log_in(session: Session, host: str, place: Place, login: SshLogin, secrets: Vault, deadline: float) -> None:
    """Log in by key, password or the password asked as a single hidden question.

    Raises SshTrouble, and whatever the vault raises. The caller closes the session.
    """
    began = time.monotonic()
    attempt = _Attempt(session.wire, place, min(deadline, began + LOGIN_S))
    if not login.key and not login.secret:
        raise no_login_known(place, host)
    taken = attempt.methods()
    if taken is None:
        pass  # an account that needs no proof at all
    elif login.key:
        _by_key(attempt, open_key(login.key, login.secret, secrets), login.key, taken)
    else:
        password = secrets.secret(login.secret)
        if not password:
            raise no_secret(place, login.secret)
        _by_password(attempt, password, taken)
    session.findings = _remarks(session.wire, place, time.monotonic() - began)


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


def _agree(wire: _Wire, place: Place, known: dict[str, str], deadline: float) -> None:
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
    _wait(done, wire, min(deadline, began + BANNER_S), lambda: bool(wire.remote_version))
    if wire.is_active() and not wire.remote_version:
        raise silent(place)
    _wait(done, wire, min(deadline, began + BANNER_S + KEYS_S))
    if not wire.is_active():
        raise not_agreed(place, wire.get_exception(), wire.remote_version)
    if not wire.initial_kex_done:
        raise slow(place, AT_KEYS)


def _wait(done: threading.Event, wire: Transport, until: float, enough: Callable[[], bool] = lambda: False) -> None:
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


class _Attempt:
    """Logging in, one method after the other."""

    def __init__(self, wire: Transport, place: Place, until: float) -> None:
        self.wire = wire
        self.place = place
        self._until = until

    def methods(self) -> list[str] | None:
        """The ways that the server takes; None when it has let us in without any proof."""
        error = self._try(lambda handler, done: handler.auth_none(self.place.user, done))
        if self.wire.is_authenticated():
            return None
        if isinstance(error, BadAuthenticationType):
            return list(error.allowed_types)
        raise refused(self.place, error, key="")

    def key(self, key: PKey) -> BaseException | None:
        """Why the key was refused; None when it was taken."""
        return self._try(lambda handler, done: handler.auth_publickey(self.place.user, key, done))

    def password(self, password: str) -> BaseException | None:
        """Why the password was refused; None when it was taken."""
        return self._try(lambda handler, done: handler.auth_password(self.place.user, password, done))

    def answers(self, password: str) -> BaseException | None:
        """The password as the answer to one hidden question; None when it was taken."""
        asked: list[bool] = []

        def answer(title: str, instructions: str, prompts: Sequence[tuple[str, bool]]) -> list[str]:
            if not prompts:
                return []
            if asked or len(prompts) != 1 or prompts[0][1]:
                raise _SecondQuestion(prompts[0][0].strip(" :\n"))
            asked.append(True)
            return [password]

        return self._try(lambda handler, done: handler.auth_interactive(self.place.user, answer, done))

    def _try(self, ask: Callable[[AuthHandler, threading.Event], None]) -> BaseException | None:
        wire, done = self.wire, threading.Event()
        handler = wire.auth_handler = AuthHandler(wire)
        ask(handler, done)
        _wait(done, wire, self._until)
        if handler.is_authenticated():
            return None
        error: BaseException | None = wire.get_exception()
        if isinstance(error, _SecondQuestion):
            raise second_factor(self.place, [str(error)])
        if wire.is_active() and not done.is_set():
            raise slow(self.place, AT_LOGIN)
        # A plain no leaves no error behind; the end of the connection does not always.
        return error or (AuthenticationException() if wire.is_active() else EOFError())


class _SecondQuestion(SSHException):
    """The server asks for more than a password; raised where the library hands its questions over."""


def _by_key(attempt: _Attempt, key: PKey, path: str, taken: Sequence[str]) -> None:
    if "publickey" not in taken:
        raise method_not_taken(attempt.place, A_KEY, taken)
    wire = attempt.wire
    if "rsa" in key.get_name() and not getattr(wire, "server_extensions", {}).get("server-sig-algs"):
        # A server that does not say what it takes (before OpenSSH 7.2) takes RSA with SHA-1 alone.
        wire.disabled_algorithms = {**(wire.disabled_algorithms or {}), "pubkeys": ["rsa-sha2-512", "rsa-sha2-256"]}
    error = attempt.key(key)
    if error is not None:
        raise refused(attempt.place, error, key=path)


def _by_password(attempt: _Attempt, password: str, taken: Sequence[str]) -> None:
    if "password" in taken:
        error = attempt.password(password)
    elif "keyboard-interactive" in taken:
        error = attempt.answers(password)
    else:
        raise method_not_taken(attempt.place, A_PASSWORD, taken)
    if error is not None:
        raise refused(attempt.place, error, key="")


def _remarks(wire: _Wire, place: Place, seconds: float) -> tuple[Verdict, ...]:
    """Old algorithms, and a login that took long."""
    weak = []
    if wire.agreed_kex_sha1:
        weak.append("SHA-1 (kex)")
    if wire.host_key_type == "ssh-rsa":
        weak.append("ssh-rsa (host key)")
    if getattr(wire, "_agreed_pubkey_algorithm", "") == "ssh-rsa":
        weak.append("ssh-rsa (login)")
    in_use = (getattr(wire, "remote_cipher", ""), getattr(wire, "remote_mac", ""))
    weak += [name for name in in_use if "cbc" in name or "md5" in name]
    verdicts = []
    if weak:
        source = N_("The SSH service of {address} knows only algorithms that are no longer safe: {weak}.")
        remedy = N_("Update the SSH service of the server; until then keep it out of reach of other networks.")
        names = Sentence("{names}", {"names": ", ".join(weak)})
        said = Sentence(source, {**place.words, "weak": ", ".join(weak)})
        verdicts.append(Verdict("ssh", Status.WARN, said, measured=names, remedy=Sentence(remedy)))
    if seconds > SLOW_LOGIN_S:
        source = N_("Logging in to {address} took {seconds} s.")
        remedy = N_("Often the server looks up names in a DNS that does not answer: set UseDNS no in its sshd_config.")
        text = f"{seconds:.0f}"
        verdicts.append(
            Verdict(
                "login",
                Status.WARN,
                Sentence(source, {**place.words, "seconds": text}),
                measured=Sentence("{seconds} s", {"seconds": text}),
                expected=Sentence("≤ {seconds} s", {"seconds": f"{SLOW_LOGIN_S:.0f}"}),
                metrics=(Metric("login_s", seconds, "s", warn=SLOW_LOGIN_S),),
                remedy=Sentence(remedy),
            )
        )
    return tuple(verdicts)
