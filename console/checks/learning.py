"""Learning a machine: one probe asks what is there, whichever way the host is reached; a proposal comes of it."""

import ipaddress
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from console.checks.asking import ask_host
from console.checks.kind import NotKnown, Vault
from console.checks.parsers.reading import told
from console.checks.raw import Probe, Raw
from console.checks.transports.hostkeys import HostKeys
from console.errors import ConsoleError
from console.i18n import N_, _
from console.model.sentence import Sentence
from console.model.site import Host
from console.site.learning import Facts, Listening, Mounted, Proposal, learn

PROBE = Probe("learning", limit_s=15.0)
"""Asked only when the operator wants to learn a machine."""

_BUDGET_S = 40.0
_OCTAL = re.compile(r"\\([0-7]{3})")


def learn_host(host: Host, secrets: Vault, home: Path) -> Proposal:
    """What runs on a host of the site, this machine or another. Blocks.

    Raises ConsoleError with the reason when it cannot be asked.
    """
    answer = ask_host(host, (PROBE,), secrets, HostKeys(home), home, time.monotonic() + _BUDGET_S)
    if answer.needs_trust is not None:
        raise _not_learned(host, _("its host key is not known yet; run its checks first and compare the key"))
    if answer.trouble or not answer.answers:
        raise _not_learned(host, str(answer.trouble))
    return proposal_of(host, answer.answers[0])


def proposal_of(host: Host, raw: Raw) -> Proposal:
    """The proposal that an answer makes. Raises ConsoleError when there is none, or nobody understands it."""
    try:
        return learn(host, facts_of(raw))
    except NotKnown as error:
        raise _not_learned(host, str(error.why)) from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise _not_learned(host, _("its answer was not understood")) from error


def facts_of(raw: Raw) -> Facts:
    """What the probe told. Raises NotKnown when the answer is not complete, ValueError and the like for garbage."""
    answer = told(raw)
    return _windows(answer) if isinstance(answer, Mapping) else _posix(answer)


def _posix(text: str) -> Facts:
    services: list[str] = []
    ports: list[Listening] = []
    mounts: list[Mounted] = []
    troubles: list[Sentence] = []
    for line in text.splitlines():
        word, _blank, rest = line.partition(" ")
        if word == "service" and rest:
            services.append(rest)
        elif word == "port":
            ports.append(_listening(rest.strip()))
        elif word == "mount":
            kind, path, device = rest.split(" ", 2)
            mounts.append(Mounted(_unescaped(path), kind, _unescaped(device)))
        elif word == "!tool":
            source = N_("{tool} is not there, so this could not be learned.")
            troubles.append(Sentence(source, {"tool": rest}))
    if not (services or ports or mounts):
        raise ValueError("an answer without rows")
    return Facts(tuple(services), tuple(ports), tuple(mounts), tuple(troubles))


def _windows(answer: Mapping[str, Any]) -> Facts:
    facts = Facts(
        tuple(str(name) for name in answer["services"]),
        tuple(Listening(int(one["port"]), str(one["address"])) for one in answer["listen"]),
        tuple(Mounted(str(one["path"]), str(one["kind"])) for one in answer["mounts"]),
    )
    if not (facts.services or facts.ports or facts.mounts):
        raise ValueError("an answer without rows")
    return facts


def _listening(written: str) -> Listening:
    """An address of /proc/net/tcp: words of four bytes in the machine's own order, then the port in hexadecimal."""
    words, port = written.split(":")
    raw = bytes.fromhex(words)
    # Little-endian on every machine that hospitals run today.
    ordered = b"".join(raw[place : place + 4][::-1] for place in range(0, len(raw), 4))
    return Listening(int(port, 16), str(ipaddress.ip_address(ordered)))


def _unescaped(path: str) -> str:
    """Blanks and the like stand in /proc/self/mounts as three octal digits."""
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), path)


def _not_learned(host: Host, why: str) -> ConsoleError:
    sentence = _("{host} could not be learned: {why}.")
    return ConsoleError(_("Not learned"), sentence.format(host=host.label, why=why.rstrip(".")))
