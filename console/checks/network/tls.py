"""A TLS connection, and the truth about its certificate.

Certificates of a hospital are often made by itself, old, or for another name. Such a server can still be asked, but
never without saying so: the connection is tried with every check on, and only then without.
"""

import hashlib
import ipaddress
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from console.checks.network.connecting import NoConnection, connect, ended_at
from console.i18n import N_
from console.model.sentence import Sentence

_PROBLEMS = {9: "early", 10: "expired", 18: "self_signed", 62: "name", 64: "name"}
"""Codes of X509_verify_cert; every other one means that the chain leads to no known authority."""


def open_tls(address: str, port: int, ca: str, deadline: float) -> tuple[ssl.SSLSocket, dict[str, Any]]:
    """A connection to `address`, and what its certificate is worth; see `problems_of`.

    `ca` is the path of a file with the site's own authority, which then counts alone; empty means the system's.
    Raises NoConnection, also when `ca` cannot be used.
    """
    strict = _strict(ca)
    problems: set[str] = set()
    why = ""
    try:
        sock = _shake(address, port, strict, deadline)
    except ssl.SSLCertVerificationError as error:
        problems.add(_PROBLEMS.get(error.verify_code, "untrusted"))
        why = error.verify_message
        sock = _without_checks(address, port, deadline)
    except ssl.SSLError as error:
        sock = _old(address, port, deadline, error)
        problems |= {"weak", "untrusted"}
    facts: dict[str, Any] = {"version": sock.version() or "", "cipher": (sock.cipher() or ("",))[0], "why": why}
    try:
        facts |= certificate_facts(sock.getpeercert(binary_form=True) or b"")
    except ValueError as error:
        sock.close()
        source = N_("{address} port {port} shows a certificate that cannot be read ({why}).")
        raise NoConnection("protocol", source, address=address, port=port, why=str(error)) from error
    if not _names_fit(address, facts["names"]):
        problems.add("name")
    return sock, {**facts, "problems": sorted(problems), "name": address}


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


def unverified() -> ssl.SSLContext:
    """A context that believes everyone; for a second look after the first one found the fault."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _strict(ca: str) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca or None)
    except OSError as error:
        # ssl.SSLError, for a file without certificates, is one of these.
        source = N_("The certificate file {path} of the site's own authority cannot be used ({why}).")
        raise NoConnection("local", source, path=ca, why=error.strerror or str(error)) from error
    # Authorities made by hand leave out what newer Pythons insist on; and a file may name the server itself.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if ca:
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _shake(address: str, port: int, context: ssl.SSLContext, deadline: float) -> ssl.SSLSocket:
    """Raises ssl.SSLError for what may be tried in another way, NoConnection for the rest."""
    plain = connect(address, port, deadline)
    # The names are compared by `open_tls`, so that a bad chain does not hide a wrong name.
    context.check_hostname = False
    sock = context.wrap_socket(plain, server_hostname=_sni(address), do_handshake_on_connect=False)
    try:
        with ended_at(deadline, lambda: sock):
            sock.do_handshake()
            return sock
    except TimeoutError:
        sock.close()
        raise _silent(address, port) from None
    except ssl.SSLError as error:
        sock.close()
        if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            raise _hung_up(address, port, deadline) from error
        raise
    except OSError as error:
        sock.close()
        raise _hung_up(address, port, deadline) from error


def _hung_up(address: str, port: int, deadline: float) -> NoConnection:
    if time.monotonic() >= deadline - 0.01:
        return _silent(address, port)
    source = N_("{address} port {port} ends the connection before TLS begins: it may not speak TLS.")
    return NoConnection("closed", source, address=address, port=port)


def _silent(address: str, port: int) -> NoConnection:
    source = N_("{address} port {port} accepts the connection and then says nothing: the service may hang.")
    return NoConnection("silent", source, address=address, port=port)


def _without_checks(address: str, port: int, deadline: float) -> ssl.SSLSocket:
    try:
        return _shake(address, port, unverified(), deadline)
    except ssl.SSLError as error:
        raise _no_tls(address, port, error) from error


def _old(address: str, port: int, deadline: float, first: ssl.SSLError) -> ssl.SSLSocket:
    """The same server with what was secure fifteen years ago, so that the finding can say so."""
    context = unverified()
    with suppress(ssl.SSLError):
        context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    try:
        return _shake(address, port, context, deadline)
    except ssl.SSLError:
        raise _no_tls(address, port, first) from first


def _no_tls(address: str, port: int, error: ssl.SSLError) -> NoConnection:
    source = N_("{address} port {port} does not speak TLS that can be understood ({why}).")
    return NoConnection("protocol", source, address=address, port=port, why=error.reason or str(error))


def _sni(address: str) -> str:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return address


def _names_fit(address: str, names: Sequence[str]) -> bool:
    """RFC 6125: the whole name, or a star for the first label of it; an address only as it stands."""
    if _is_ip(address):
        wanted = _sni(address)
        return any(_is_ip(name) and _sni(name) == wanted for name in names)
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
