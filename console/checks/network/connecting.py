"""A TCP connection within a deadline, and one sentence where there is none.

The system's own resolver has no time limit, and a limit for each read lets a server that sends one byte a second hold
on for ever; so names are resolved in a thread that may be left behind, and a clock of our own ends every conversation.
"""

import errno
import json
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Literal

from console.checks.kind import Asking
from console.checks.raw import Probe, Raw
from console.i18n import N_
from console.model.checks import Status
from console.model.sentence import Sentence

State = Literal["open", "name", "refused", "unanswered", "unreachable", "local", "silent", "closed", "protocol"]
"""How far it came: open; the name is unknown; refused; no answer at all; no way to the host; this machine's own fault;
accepted and then silent; accepted and then closed; an answer of another kind."""

FAILED: Mapping[str, Status] = {
    "name": Status.UNKNOWN,
    "refused": Status.CRIT,
    "unanswered": Status.CRIT,
    "unreachable": Status.CRIT,
    "local": Status.UNKNOWN,
    "silent": Status.UNKNOWN,
    "closed": Status.CRIT,
    "protocol": Status.CRIT,
}
"""What each failure means. A name that nobody knows, and a server that accepts and says nothing, prove neither that the
service runs nor that it does not."""


class NoConnection(Exception):
    """There is no connection, or nothing useful came through it."""

    def __init__(self, state: State, source: str, **values: str | int) -> None:
        self.state: State = state
        self.why = Sentence(source, values)
        super().__init__(str(self.why))


Address = tuple[socket.AddressFamily, tuple[Any, ...]]


def resolve(address: str, port: int, deadline: float) -> list[Address]:
    """Where `address` can be reached. Raises NoConnection ("name") when nobody knows it, or nobody says in time."""
    if not address:
        raise NoConnection("name", N_("The site file gives no address."))
    with suppress(OSError, UnicodeError):
        return _addresses(address, port, socket.AI_NUMERICHOST)
    answers: queue.SimpleQueue[list[Address] | str] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(_addresses(address, port, 0))
        except (OSError, UnicodeError) as error:
            answers.put(getattr(error, "strerror", None) or str(error))

    began = time.monotonic()
    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=max(deadline - began, 0.001))
    except queue.Empty:
        source = N_("The name server gave no answer for {address} within {seconds} s. Check this machine's DNS.")
        raise NoConnection("name", source, address=address, seconds=_seconds(deadline - began)) from None
    if isinstance(answer, str) or not answer:
        source = N_("The name {address} is not known ({why}). Check it in the site file, or this machine's DNS.")
        raise NoConnection("name", source, address=address, why=str(answer or "-"))
    return answer


def connect(address: str, port: int, deadline: float) -> socket.socket:
    """A connected socket whose reads wait until `deadline` at most. Raises NoConnection."""
    found = resolve(address, port, deadline)
    last = NoConnection("unanswered", N_("There was no time left to connect to {address}."), address=address)
    for number, (family, where) in enumerate(found):
        # A host with a dead IPv6 address must leave time for the one that works.
        share = (deadline - time.monotonic()) / (len(found) - number)
        if share <= 0:
            break
        try:
            return _connected(family, where, share, deadline)
        except OSError as error:
            last = _refused(error, address, port, share)
    raise last


def _connected(family: socket.AddressFamily, where: tuple[Any, ...], share: float, deadline: float) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(share)
        sock.connect(where)
        sock.settimeout(max(deadline - time.monotonic(), 0.001))
    except OSError:
        sock.close()
        raise
    return sock


def _addresses(address: str, port: int, flags: int) -> list[Address]:
    found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=flags)
    return [(socket.AddressFamily(family), where) for family, _type, _protocol, _name, where in found]


def _refused(error: OSError, address: str, port: int, seconds: float) -> NoConnection:
    if isinstance(error, ConnectionRefusedError):
        source = N_("{address} port {port} refuses the connection: nothing listens there, or a firewall rejects it.")
        return NoConnection("refused", source, address=address, port=port)
    if isinstance(error, TimeoutError):
        source = N_(
            "{address} port {port} does not answer within {seconds} s: the host is off, or a firewall drops the "
            "connection."
        )
        return NoConnection("unanswered", source, address=address, port=port, seconds=_seconds(seconds))
    why = error.strerror or str(error)
    if error.errno == errno.EHOSTUNREACH:
        source = N_("There is no way to {address} ({why}): the host is off, or its cable or switch.")
        return NoConnection("unreachable", source, address=address, why=why)
    source = N_("This machine cannot connect to {address} port {port} ({why}). Check its own network first.")
    return NoConnection("local", source, address=address, port=port, why=why)


@contextmanager
def ended_at(deadline: float, sockets: Callable[[], socket.socket | None]) -> Iterator[None]:
    """Shut what `sockets` gives at `deadline`, whatever the code inside is waiting for."""

    def end() -> None:
        sock = sockets()
        if sock is not None:
            with suppress(OSError):
                # The plain one: SSLSocket.shutdown would take the TLS layer away under the reader.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(max(deadline - time.monotonic(), 0.0), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def closes_at_once(sock: socket.socket, wait_s: float = 0.25) -> bool:
    """Whether the other side hangs up before anything was said, as a proxy without a server behind it does.

    Nothing is sent.
    """
    sock.settimeout(wait_s)
    try:
        return sock.recv(1, socket.MSG_PEEK) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def answer(asking: Asking, facts: Mapping[str, Any], command: str, began: float) -> Raw:
    """What a kind found out by itself, as the Raw that its judge will get. `began` is a time.monotonic()."""
    seconds = time.monotonic() - began
    started = datetime.fromtimestamp(time.time() - seconds, UTC).astimezone()
    return Raw(
        Probe(asking.check.kind, (asking.target.id,), asking.check.timeout_s),
        "json",
        output=json.dumps(facts, ensure_ascii=False).encode("utf-8", "backslashreplace"),
        exit_status=0,
        command=command,
        tool="tcp",
        started=started,
        seconds=seconds,
    )


def failure(error: NoConnection) -> dict[str, Any]:
    """A failure as part of the facts."""
    return {"state": error.state, "why": error.why.to_json()}


def why(facts: Mapping[str, Any]) -> Sentence:
    """The sentence of a failure. KeyError or the like when there is none."""
    return Sentence.from_json(facts["why"])


def _seconds(value: float) -> str:
    return f"{max(value, 0.0):.1f}"
