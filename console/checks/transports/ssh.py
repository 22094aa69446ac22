"""A host by SSH: one connection, one script, all answers.

Nothing here waits longer than its deadline, whatever the other side does, and nothing is thrown away that had come
before it.
"""

import secrets as random
import time
from collections.abc import Sequence
from datetime import timedelta

from paramiko.channel import Channel

from console.checks.kind import Vault
from console.checks.raw import Probe, Raw
from console.checks.transports.answer import HostAnswer
from console.checks.transports.hostkeys import HostKeys
from console.checks.transports.posix_frame import (
    Bodies,
    Said,
    build_script,
    first_line,
    host_cap,
    is_complete,
    parse_answer,
    shipped_body,
)
from console.checks.transports.ssh_errors import AT_START, BROKEN, Place, SshTrouble, not_begun, other_shell, slow
from console.checks.transports.ssh_login import log_in
from console.checks.transports.ssh_wire import KeyChanged, KeyUnknown, Session, connect
from console.errors import ConsoleError
from console.i18n import N_
from console.model.clock import local_now
from console.model.sentence import NOTHING, Sentence
from console.model.site import Host, SshLogin

COMMAND = "exec /bin/sh -c 'eval \"$(cat)\"'"
"""What the server is asked to run: a shell that takes the script from its input. Works in csh and fish too."""
_AGAIN_S = 2.0
_MARGIN_S = 2.0
"""The script on the server ends so long before our deadline, and then its last words still arrive."""


def ask_host(
    host: Host, probes: Sequence[Probe], secrets: Vault, host_keys: HostKeys, deadline: float,
    *, bodies: Bodies = shipped_body,
) -> HostAnswer:  # fmt: skip
    """All `probes` of `host`, answered or with the reason why not; back at `deadline` (time.monotonic) at the latest.

    Raises nothing that a host, a network, a key file or the home folder can cause.
    """
    probes = tuple(probes)
    login = host.ssh
    if login is None or not host.address:
        source = N_("The site file does not say how to log in to {host}: it needs an address and ssh = {{ user = … }}.")
        return _nothing(host, probes, Sentence(source, {"host": host.label}), "ssh")
    place = Place(host.address, login.port, login.user)
    try:
        try:
            return _visit(host, place, login, probes, secrets, host_keys, deadline, bodies)
        except SshTrouble as trouble:
            if not trouble.again or deadline - time.monotonic() < 2 * _AGAIN_S:
                raise
        time.sleep(_AGAIN_S)
        return _visit(host, place, login, probes, secrets, host_keys, deadline, bodies)
    except SshTrouble as trouble:
        return _nothing(host, probes, trouble.why, place.tool)
    except KeyChanged as changed:
        answer = _nothing(host, probes, changed.verdict.summary, place.tool)
        return HostAnswer(host.id, answer.answers, (changed.verdict,), trouble=changed.verdict.summary)
    except KeyUnknown as unknown:
        source = N_("The host key of {address} has not been confirmed yet ({fingerprint}). Confirm it, then ask again.")
        words = {"address": place.address, "fingerprint": unknown.question.fingerprint}
        answer = _nothing(host, probes, Sentence(source, words), place.tool)
        return HostAnswer(host.id, answer.answers, needs_trust=unknown.question, trouble=answer.trouble)
    except ConsoleError as error:
        return _nothing(host, probes, Sentence(N_("{why}"), {"why": error.detail}), place.tool)


def _visit(
    host: Host, place: Place, login: SshLogin, probes: tuple[Probe, ...], secrets: Vault, host_keys: HostKeys,
    deadline: float, bodies: Bodies,
) -> HostAnswer:  # fmt: skip
    session = connect(host.id, place, host_keys, deadline)
    try:
        log_in(session, host.id, place, login, secrets, deadline)
        raws = _ask(session, place, probes, deadline, bodies)
    finally:
        session.close()
    return HostAnswer(host.id, raws, session.findings)


def _ask(session: Session, place: Place, probes: tuple[Probe, ...], deadline: float, bodies: Bodies) -> tuple[Raw, ...]:
    nonce = random.token_hex(8)
    budget = deadline - time.monotonic() - _MARGIN_S
    if budget < 1:
        raise slow(place, AT_START)
    script = build_script(probes, nonce, budget, bodies)
    sent = local_now()
    answer = _Answer(session, nonce, host_cap(probes), deadline)
    answer.fetch(script, place)
    data = bytes(answer.data)
    if b"\n@%s H " % nonce.encode() not in data:
        if answer.cut:
            raise SshTrouble(answer.cut)
        raise other_shell(place, first_line(data))
    # The script began between sending it and hearing of it.
    started = sent + timedelta(seconds=answer.first_word_s / 2)
    return parse_answer(data, probes, nonce, Said(started, place.tool, answer.cut), bodies)


class _Answer:
    """What one command says, as far as it comes."""

    def __init__(self, session: Session, nonce: str, cap: int, deadline: float) -> None:
        self.data = bytearray()
        self.cut = NOTHING
        """Why it is not all."""
        self.first_word_s = 0.0
        """Seconds from sending the script to the first answer."""
        self._session = session
        self._nonce = nonce
        self._cap = cap
        self._deadline = deadline

    def fetch(self, script: bytes, place: Place) -> None:
        """Run `script` and read until its end, the cap or the deadline. Raises SshTrouble when it cannot begin."""
        late = N_("The time for this host was over before the answer had come.")
        channel: Channel | None = None
        hurry = self._session.hurry(self._deadline)
        try:
            channel = self._session.wire.open_session(timeout=3600)
            # One stream: nobody can wait on the one while the other is full.
            channel.set_combine_stderr(True)
            channel.exec_command(COMMAND)
            channel.settimeout(max(0.1, self._deadline - time.monotonic()))
            channel.sendall(script)
            channel.shutdown_write()
            hurry.let_go()
            self._read(channel, time.monotonic())
        except TimeoutError:
            self.cut = Sentence(late)
        except BROKEN as error:
            if hurry.fired or self._session.leash.fired or time.monotonic() >= self._deadline:
                self.cut = Sentence(late)
            elif channel is None:
                raise not_begun(place, error) from error
            else:
                source = N_("The connection to {address} broke while the answer came.")
                self.cut = Sentence(source, {"address": place.address})
        finally:
            hurry.let_go()

    def _read(self, channel: Channel, sent: float) -> None:
        while True:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            channel.settimeout(left)
            try:
                piece = channel.recv(65536)
            except TimeoutError:
                continue
            if not piece:
                return
            if not self.data:
                self.first_word_s = time.monotonic() - sent
            seen = len(self.data)
            self.data += piece
            if is_complete(self.data, self._nonce, seen):
                return
            if len(self.data) >= self._cap:
                source = N_("The host said more than {size} KiB; the rest was not read.")
                self.cut = Sentence(source, {"size": str(self._cap // 1024)})
                return


def _nothing(host: Host, probes: Sequence[Probe], why: Sentence, tool: str) -> HostAnswer:
    now = local_now()
    raws = tuple(Raw(probe, "posix", trouble=why, tool=tool, started=now) for probe in probes)
    return HostAnswer(host.id, raws, trouble=why)
