"""What can go wrong on the way to a host by SSH, one sentence for each: what happened, where, what to do."""

import errno
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from paramiko.ssh_exception import (
    AuthenticationException,
    BadAuthenticationType,
    IncompatiblePeer,
    PartialAuthentication,
    SSHException,
)

from console.i18n import N_
from console.model.sentence import Sentence

BROKEN = (
    SSHException, OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError,
    AssertionError, RuntimeError, struct.error, InvalidSignature, InvalidTag, UnsupportedAlgorithm,
)  # fmt: skip
"""What the library raises in our thread for whatever a broken or hostile server has sent in another."""


class SshTrouble(Exception):
    """There will be no answer from this host, and why."""

    def __init__(self, why: Sentence, *, again: bool = False) -> None:
        super().__init__(str(why))
        self.why = why
        self.again = again
        """True where a second attempt a moment later may succeed."""


@dataclass(frozen=True)
class Place:
    """Where somebody wanted to log in."""

    address: str
    port: int
    user: str

    @property
    def words(self) -> dict[str, str | int]:
        """For the places of a sentence."""
        return {"address": self.address, "port": str(self.port), "user": self.user}

    @property
    def tool(self) -> str:
        """For the evidence."""
        return f"ssh {self.user}@{self.address}:{self.port}"


def _trouble(source: str, place: Place, *, again: bool = False, **more: str) -> SshTrouble:
    return SshTrouble(Sentence(source, {**place.words, **more}), again=again)


def no_name(place: Place) -> SshTrouble:
    """The name has no address."""
    source = N_("No name server knows the name {address}. Correct the address of the host, or check DNS.")
    return _trouble(source, place)


def names_silent(place: Place) -> SshTrouble:
    """No name server answered."""
    source = N_("No name server answered about {address}. Check DNS, or give the host its IP address.")
    return _trouble(source, place)


def not_connected(place: Place, error: OSError) -> SshTrouble:
    """No TCP connection."""
    if isinstance(error, ConnectionRefusedError):
        source = N_("{address} refuses connections to port {port}: is the SSH service running, is the port right?")
    elif isinstance(error, TimeoutError | socket.timeout) or error.errno == errno.ETIMEDOUT:
        source = N_(
            "{address} does not answer on port {port}: is it switched on, is the cable in, is a firewall between?"
        )
    elif error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL):
        source = N_("There is no way to {address} in the network. Check the cable, the address and the route.")
    else:
        source = N_("No connection to {address}, port {port}: {error}.")
    return _trouble(source, place, error=error.strerror or str(error))


def silent(place: Place) -> SshTrouble:
    """Connected, and not a word."""
    source = N_("{address} takes connections on port {port} but never says a word: its SSH service hangs.")
    return _trouble(source, place)


def slow(place: Place, stage: Sentence) -> SshTrouble:
    """The time was over in the middle."""
    source = N_("{address} did not answer in time ({stage}).")
    return SshTrouble(Sentence(source, {**place.words, "stage": stage}))


AT_KEYS = Sentence(N_("while keys were agreed"))
AT_LOGIN = Sentence(N_("while logging in"))
AT_START = Sentence(N_("while the questions were put"))


def not_agreed(place: Place, error: BaseException | None, heard: str) -> SshTrouble:
    """The handshake failed; `heard` is the server's version line, empty when none came."""
    text = str(error or "")
    if isinstance(error, IncompatiblePeer):
        source = N_("{address} knows only SSH algorithms that are too old, or too new, for a login: {error}.")
        return _trouble(source, place, error=text)
    if "Indecipherable protocol" in text or "Invalid SSH banner" in text:
        source = N_("What answers at {address}, port {port}, is not an SSH service. Check the port.")
        return _trouble(source, place)
    if not heard:
        # A server that is asked by too many at once closes the door before it has said a word (MaxStartups).
        source = N_(
            "{address} closed the connection to port {port} before it said who it is: it is busy, or refuses us."
        )
        return _trouble(source, place, again=True)
    source = N_("{address} broke off while keys were agreed: {error}.")
    return _trouble(source, place, error=text or type(error).__name__)


def no_login_known(place: Place, host: str) -> SshTrouble:
    """The site file names neither key nor secret."""
    source = N_("The site file names neither a key nor a secret for the host {host}, so nobody can log in.")
    return _trouble(source, place, host=host)


def no_secret(place: Place, name: str) -> SshTrouble:
    """The secret has a name and no value."""
    source = N_("No password is known under the name {name}. Enter it, or set it in the environment.")
    return _trouble(source, place, name=name)


def method_not_taken(place: Place, wanted: Sentence, taken: Sequence[str]) -> SshTrouble:
    """The server does not take this way of logging in."""
    source = N_("{address} does not take a {wanted} from {user}; it takes: {taken}.")
    taken_text = ", ".join(method for method in taken if method) or "-"
    return SshTrouble(Sentence(source, {**place.words, "wanted": wanted, "taken": taken_text}))


A_PASSWORD = Sentence(N_("password"))
A_KEY = Sentence(N_("key"))


def second_factor(place: Place, more: Sequence[str]) -> SshTrouble:
    """The server wants more than one proof, and a program has only one."""
    source = N_(
        "{address} asks {user} for a second proof ({more}) that a program cannot give: use an account without it."
    )
    return _trouble(source, place, more=", ".join(more) or "-")


def refused(place: Place, error: BaseException | None, *, key: str) -> SshTrouble:
    """The server said no. `key` is the path of the key file, empty for a password."""
    if isinstance(error, PartialAuthentication):
        return second_factor(place, error.allowed_types)
    if isinstance(error, BadAuthenticationType):
        return method_not_taken(place, A_KEY if key else A_PASSWORD, error.allowed_types)
    if error is not None and not isinstance(error, AuthenticationException):
        source = N_("{address} broke off while {user} was logging in: {error}.")
        return _trouble(source, place, error=str(error) or type(error).__name__)
    if key:
        source = N_(
            "{address} refused the key {key} for {user}. Is it in authorized_keys there, is the account locked, are "
            "the rights of its home folder too wide?"
        )
        return _trouble(source, place, key=key)
    source = N_("{address} refused the password of {user}. Is it the right one, is the account locked or expired?")
    return _trouble(source, place)


def key_unreadable(key: str, error: OSError) -> SshTrouble:
    """The key file cannot be read."""
    if isinstance(error, FileNotFoundError):
        return SshTrouble(Sentence(N_("There is no key file {key}. Correct the path of the key."), {"key": key}))
    source = N_("The key file {key} cannot be read: {error}.")
    return SshTrouble(Sentence(source, {"key": key, "error": error.strerror or str(error)}))


def key_of_putty(key: str) -> SshTrouble:
    """A .ppk file."""
    source = N_("{key} is a key of PuTTY. Convert it with PuTTYgen: Conversions, Export OpenSSH key.")
    return SshTrouble(Sentence(source, {"key": key}))


def key_not_private(key: str) -> SshTrouble:
    """The public half."""
    source = N_("{key} is the public half of a key. Name the private one, usually the same file without .pub.")
    return SshTrouble(Sentence(source, {"key": key}))


def key_locked(key: str, name: str) -> SshTrouble:
    """The key has a passphrase that nobody knows."""
    source = N_("The key {key} has a passphrase, and none is known under the name {name}.")
    if not name:
        source = N_("The key {key} has a passphrase: give the host a secret, and the passphrase under its name.")
    return SshTrouble(Sentence(source, {"key": key, "name": name}))


def key_not_opened(key: str, name: str) -> SshTrouble:
    """The passphrase is wrong."""
    source = N_("The passphrase under the name {name} does not open the key {key}.")
    return SshTrouble(Sentence(source, {"key": key, "name": name}))


def key_not_understood(key: str) -> SshTrouble:
    """Something else, or a type that nobody uses any more."""
    source = N_("{key} is not a private key that can be used (OpenSSH or PEM: RSA, ECDSA, Ed25519).")
    return SshTrouble(Sentence(source, {"key": key}))


def not_begun(place: Place, error: BaseException) -> SshTrouble:
    """Logged in, and no command may be run."""
    source = N_("{address} let {user} in but started no command: {error}.")
    return _trouble(source, place, error=str(error) or type(error).__name__)


def other_shell(place: Place, said: str) -> SshTrouble:
    """Something answered, and it was not a POSIX shell."""
    if not said:
        source = N_("{address} let {user} in and said nothing: the account may not run commands (its login shell?).")
        return _trouble(source, place)
    source = N_("At {address} no POSIX shell answered {user} but this: {said}")
    return _trouble(source, place, said=said)
