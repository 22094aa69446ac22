"""How the tests ask a host, with questions of their own."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from console.checks.raw import Probe
from console.checks.transports.answer import HostAnswer
from console.checks.transports.hostkeys import HostKeys
from console.checks.transports.posix_frame import Bodies
from console.checks.transports.ssh import ask_host
from console.errors import ConsoleError
from console.model.site import Host, SshLogin
from tests.network.sshd import PASSWORD, Accounts, Sshd

QUESTIONS = {
    "hello": 'printf "%s|" "$@"',
    "who": "id -un",
    "hang": f"echo before; sleep {60 + os.getpid() * 5 % 1000}",
    "endless": "yes 01234567890123456789012345678901234567890123456789012345678901234567890123456789",
    "bytes": r"printf '\000\001\377\n\n'",
    "words": "echo 磁盘已满; printf '\\264\\305\\305\\314\\n'",
    "denied": "cat /etc/shadow",
    "slow": "for i in 1 2 3 4 5 6 7 8 9; do echo $i; sleep 1; done",
    "look": "ps -eo args; env",
}


def bodies(name: str) -> str:
    """The text of a question of the tests."""
    if name not in QUESTIONS:
        raise ConsoleError("missing", name)
    return QUESTIONS[name]


class Known:
    """Secrets for a test."""

    def __init__(self, secrets: Mapping[str, str] = {"inspector": PASSWORD}) -> None:
        self._secrets = secrets

    def secret(self, name: str) -> str | None:
        return self._secrets.get(name)


NOBODY = Known({})


def host_at(address: str, port: int, accounts: Accounts, **login: str) -> Host:
    """A host by SSH; with its key unless `login` says otherwise."""
    how = SshLogin(accounts.user, port, key=str(accounts.key))
    return Host("pacs-b", address, via="ssh", ssh=replace(how, **login))  # type: ignore[arg-type]  # texts all


def trusting(home: Path, host: Host, key: tuple[str, str]) -> HostKeys:
    """Host keys that trust `key` at the host's address."""
    import base64

    from console.checks.transports.hostkeys import fingerprint
    from console.model.check_run import TrustQuestion

    assert host.ssh is not None
    home.mkdir(exist_ok=True)
    keys = HostKeys(home)
    print_ = fingerprint(base64.b64decode(key[1]))
    keys.add(TrustQuestion(host.id, host.address, host.ssh.port, key[0], print_, key[1]))
    return keys


def ask(
    host: Host,
    keys: HostKeys,
    *names: str | Probe,
    within: float = 20.0,
    secrets: Known = NOBODY,
    texts: Bodies = bodies,
) -> HostAnswer:
    """The answers of `host` to questions given by name."""
    probes = [Probe(name) if isinstance(name, str) else name for name in names or ("hello",)]
    return ask_host(host, probes, secrets, keys, time.monotonic() + within, bodies=texts)


def ask_server(server: Sshd, home: Path, *names: str | Probe, within: float = 20.0, **login: str) -> HostAnswer:
    """Ask a server whose key is trusted, by key unless `login` says otherwise."""
    host = host_at(server.address, server.port, server.accounts, **login)
    return ask(host, trusting(home, host, server.host_key()), *names, within=within, secrets=Known())


def troubles(answer: HostAnswer) -> Sequence[str]:
    """Why there is no answer, in words."""
    return [str(raw.trouble) for raw in answer.answers]
