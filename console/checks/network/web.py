"""One GET, as the console's own eyes: how soon the first byte comes, which status, whether a text stands in the page.

Nothing of the environment (HTTP_PROXY and the like) is obeyed: what stands between a hospital's viewer and its users is
the network, not the proxy that an engineer's laptop was set to at home. The page itself is never kept, for it may
show patients.
"""

import http.client
import re
import socket
import ssl
import time
import zlib
from contextlib import suppress
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from console import __version__
from console.checks.network.addresses import shown_url
from console.checks.network.connecting import NoConnection, connect, ended_at, failure
from console.checks.network.tls import open_tls
from console.i18n import N_

BODY_CAP = 1024 * 1024
"""Bytes of a page that are read."""
_HOPS = 5
_REDIRECTS = (301, 302, 303, 307, 308)


def get(url: str, ca: str, expect: str, deadline: float) -> dict[str, Any]:
    """What one visit to `url` shows, redirects included. Never raises for what a server may do."""
    facts: dict[str, Any] = {"state": "open", "hops": [], "tls": [], "found": None}
    try:
        for _hop in range(_HOPS + 1):
            url = _visit(url, ca, expect, deadline, facts)
            if not url:
                return facts
        source = N_("{url} is redirected more than {count} times.")
        raise NoConnection("protocol", source, url=shown_url(url), count=_HOPS)
    except NoConnection as error:
        return {**facts, **failure(error)}


def _visit(url: str, ca: str, expect: str, deadline: float, facts: dict[str, Any]) -> str:
    """One request; the address to go on to, or nothing when this was the page."""
    parts, host, port = _address(url)
    began = time.monotonic()
    sock: socket.socket
    if parts.scheme == "https":
        sock, seen = open_tls(host, port, ca, deadline)
        facts["tls"].append(seen)
    else:
        sock = connect(host, port, deadline)
    connected = time.monotonic()
    try:
        with sock, ended_at(deadline, lambda: sock):
            sock.settimeout(max(deadline - time.monotonic(), 0.001))
            response = _ask(sock, parts, host, port)
            first = time.monotonic()
            if first >= deadline:
                # The head was cut off by our own clock, which the library takes for its end.
                raise TimeoutError
            facts["hops"].append({"url": shown_url(url), "status": response.status})
            target = response.getheader("Location")
            if response.status in _REDIRECTS and target:
                return urljoin(url, target)
            facts |= {
                "status": response.status,
                "reason": response.reason[:80],
                "server": (response.getheader("Server") or "")[:80],
                "connect_s": connected - began,
                "first_byte_s": first - connected,
            }
            facts |= _page(response, expect, deadline)
    except TimeoutError:
        raise _silent(host, port) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        if time.monotonic() >= deadline - 0.01:
            raise _silent(host, port) from error
        raise _not_http(host, port, error) from error
    return ""


def _ask(sock: socket.socket, parts: SplitResult, host: str, port: int) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(host, port)
    connection.sock = sock
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
    standard = {"http": 80, "https": 443}[parts.scheme]
    name = f"[{host}]" if ":" in host else host.encode("idna").decode()
    connection.putheader("Host", name if port == standard else f"{name}:{port}")
    connection.putheader("User-Agent", f"cathlab/{__version__}")
    connection.putheader("Accept", "*/*")
    connection.putheader("Connection", "close")
    try:
        connection.endheaders()
    except OSError:
        # It hung up before it had heard all; what it said last, such as a TLS alert, is the reason.
        sock.recv(1)
        raise
    return connection.getresponse()


def _page(response: http.client.HTTPResponse, expect: str, deadline: float) -> dict[str, Any]:
    """Size and completeness of the page, and whether `expect` stands in it (None: nothing was expected)."""
    body = bytearray()
    complete = True
    try:
        while len(body) < BODY_CAP:
            piece = response.read1(BODY_CAP - len(body))
            if not piece:
                break
            body += piece
            if time.monotonic() > deadline:
                complete = False
                break
        capped = len(body) >= BODY_CAP
        complete = complete and (capped or not response.length) and time.monotonic() < deadline
    except (OSError, http.client.HTTPException, ValueError):
        # What came so far still has its status; a page that stops in the middle is a finding of its own.
        capped, complete = False, False
    found = None
    if expect:
        text = _text(bytes(body), response.getheader("Content-Type") or "", response.getheader("Content-Encoding"))
        found = expect in text
    return {"bytes": len(body), "capped": capped, "complete": complete, "found": found}


def _text(body: bytes, content_type: str, packed: str | None) -> str:
    """The page as text: by what it declares, else UTF-8, else GB18030 as Chinese servers write."""
    if packed in ("gzip", "deflate"):
        try:
            body = zlib.decompressobj(47 if packed == "gzip" else 15).decompress(body, 4 * BODY_CAP)
        except zlib.error:
            return ""
    declared = re.search(r"charset\s*=\s*[\"']?([\w-]+)", content_type, re.IGNORECASE)
    inside = re.search(rb"charset\s*=\s*[\"']?([\w-]+)", body[:4096], re.IGNORECASE)
    names = [declared[1]] if declared else []
    names += [inside[1].decode("ascii", "replace")] if inside else []
    # Pages that declare GB2312 use more of GB18030 than that.
    for name in [*names, "utf-8", "gb18030"]:
        with suppress(LookupError, UnicodeDecodeError):
            return body.decode(name)
    return body.decode(names[0] if names and _known(names[0]) else "utf-8", "replace")


def _known(name: str) -> bool:
    try:
        "".encode(name)
    except (LookupError, UnicodeError):
        return False
    return True


def _address(url: str) -> tuple[SplitResult, str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if parts.scheme not in ("http", "https") or not host:
        source = N_("{url} is not the address of a web page: it must begin with http:// or https://.")
        raise NoConnection("name", source, url=shown_url(url))
    return parts, host, port or {"http": 80, "https": 443}[parts.scheme]


def _silent(host: str, port: int) -> NoConnection:
    source = N_("{host} port {port} accepts the connection and then says nothing: the service may hang.")
    return NoConnection("silent", source, host=host, port=port)


def _not_http(host: str, port: int, error: Exception) -> NoConnection:
    values: dict[str, str | int] = {"host": host, "port": port}
    if isinstance(error, http.client.RemoteDisconnected | ConnectionError | ssl.SSLEOFError):
        source = N_("{host} port {port} ends the connection without an answer.")
        return NoConnection("closed", source, **values)
    if isinstance(error, ssl.SSLError) and "CERTIFICATE_REQUIRED" in (error.reason or ""):
        source = N_("{host} port {port} wants a certificate of its visitor, and the console has none.")
        return NoConnection("local", source, **values)
    source = N_("{host} port {port} answers with something other than a web page ({why}).")
    return NoConnection("protocol", source, **values, why=(str(error) or type(error).__name__)[:120])
