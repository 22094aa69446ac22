"""Logging in to a host that is who it was, by key or password, and what is worth a word about the connection.

What the server takes is asked first: a password is not sent to a server that takes keys alone, and an old server says
with it which signatures it knows. No agent is asked: its answers have no time limit.
"""

import threading
import time
from collections.abc import Callable, Sequence

from paramiko.auth_handler import AuthHandler
from paramiko.pkey import PKey
from paramiko.ssh_exception import AuthenticationException, BadAuthenticationType, SSHException
from paramiko.transport import Transport

from console.checks.kind import Vault
from console.checks.transports.ssh_errors import (
    A_KEY,
    A_PASSWORD,
    AT_LOGIN,
    Place,
    method_not_taken,
    no_login_known,
    no_secret,
    refused,
    second_factor,
    slow,
)
from console.checks.transports.ssh_keyfile import open_key
from console.checks.transports.ssh_wire import Session, Wire, wait_for
from console.i18n import N_
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import Sentence
from console.model.site import SshLogin

LOGIN_S = 15.0
SLOW_LOGIN_S = 8.0
"""A login that takes longer is worth a word: usually the server looks our name up in a DNS that does not answer."""


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
        wait_for(done, wire, self._until)
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


def _remarks(wire: Wire, place: Place, seconds: float) -> tuple[Verdict, ...]:
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
