"""What is wrong with a certificate, and how long it is good for: facts in, sentences out."""

import hashlib
import ipaddress
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from console.i18n import N_
from console.model.sentence import Sentence


def certificate_facts(der: bytes) -> dict[str, Any]:
    """Dates, names and fingerprint of a certificate. Raises ValueError when it is none."""
    from cryptography import x509

    certificate = x509.load_der_x509_certificate(der)
    names: list[str] = []
    with suppress(x509.ExtensionNotFound):
        other = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = [str(name.value) for name in other if isinstance(name, x509.DNSName | x509.IPAddress)]
    return {
        "subject": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "names": names[:50],
        "not_before": certificate.not_valid_before_utc.isoformat(),
        "not_after": certificate.not_valid_after_utc.isoformat(),
        "sha256": hashlib.sha256(der).hexdigest(),
    }


def days_left(facts: Mapping[str, Any], now: datetime) -> float:
    """Days until the certificate ends; negative when it has."""
    return (datetime.fromisoformat(facts["not_after"]) - now) / timedelta(days=1)


def problems_of(facts: Mapping[str, Any], now: datetime) -> list[Sentence]:
    """What is wrong with a certificate besides its coming end, one sentence each. Empty when it is to be trusted."""
    found: list[Sentence] = []
    end, begin = datetime.fromisoformat(facts["not_after"]), datetime.fromisoformat(facts["not_before"])
    problems: Sequence[str] = facts["problems"]
    if end <= now:
        source = N_("The certificate ended on {day}.")
        found.append(Sentence(source, {"day": f"{end.astimezone():%Y-%m-%d}"}))
    elif begin > now:
        source = N_("The certificate begins on {day} only; or the clock of this machine is wrong.")
        found.append(Sentence(source, {"day": f"{begin.astimezone():%Y-%m-%d}"}))
    elif {"expired", "early"} & set(problems):
        found.append(Sentence(N_("A certificate of the chain has ended ({why})."), {"why": facts["why"]}))
    if "self_signed" in problems:
        source = N_("The certificate is signed by itself, no known authority stands for it.")
        found.append(Sentence(source))
    if "untrusted" in problems and "weak" not in problems:
        source = N_("No known authority stands for the certificate ({why}); its issuer is {issuer}.")
        found.append(Sentence(source, {"why": facts["why"], "issuer": facts["issuer"]}))
    if "name" in problems:
        source = N_("The certificate is not for {name} but for {names}.")
        names = ", ".join(facts["names"][:5]) or facts["subject"] or "-"
        found.append(Sentence(source, {"name": facts["name"], "names": names}))
    if "weak" in problems:
        source = N_("The server speaks only old TLS ({version}, {cipher}), and its certificate was not verified.")
        found.append(Sentence(source, {"version": facts["version"], "cipher": facts["cipher"]}))
    return found


def bare_ip(address: str) -> str:
    """An IP address in its one spelling; any other name as it stands."""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return address


def names_fit(address: str, names: Sequence[str]) -> bool:
    """RFC 6125: the whole name, or a star for the first label of it; an address only as it stands."""
    if _is_ip(address):
        wanted = bare_ip(address)
        return any(_is_ip(name) and bare_ip(name) == wanted for name in names)
    wanted = _ascii(address)
    for name in map(_ascii, names):
        if name == wanted or (name.startswith("*.") and wanted.partition(".")[2] == name[2:] and "." in name[2:]):
            return True
    return False


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _ascii(name: str) -> str:
    try:
        return name.encode("idna").decode().lower().rstrip(".")
    except UnicodeError:
        return name.lower().rstrip(".")
