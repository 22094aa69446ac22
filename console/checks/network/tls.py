"""A TLS connection, and what was seen of its certificate.

Certificates of a hospital are often made by itself, old, or for another name. Such a server can still be asked, but
never without saying so: the connection is tried with every check on, and only then without.
"""

import ssl
import time
from contextlib import suppress
from typing import Any

from console.checks.network.certificates import bare_ip, certificate_facts, names_fit
from console.checks.network.connecting import NoConnection, connect, ended_at
from console.i18n import N_

_PROBLEMS = {9: "early", 10: "expired", 18: "self_signed", 62: "name", 64: "name"}
"""Codes of X509_verify_cert; every other one means that the chain leads to no known authority."""


def open_tls(address: str, port: int, ca: str, deadline: float) -> tuple[ssl.SSLSocket, dict[str, Any]]:
    """A connection to `address`, and what its certificate is worth; see `certificates.problems_of`.

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
    if not names_fit(address, facts["names"]):
        problems.add("name")
    return sock, {**facts, "problems": sorted(problems), "name": address}


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
    sock = context.wrap_socket(plain, server_hostname=bare_ip(address), do_handshake_on_connect=False)
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
