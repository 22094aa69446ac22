"""Servers of the tests' own: each connection is handed to a function, in a thread of its own."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

Talk = Callable[[socket.socket], None]


class Peer:
    """A server on a free port of 127.0.0.1."""

    def __init__(self, talk: Talk, tls: ssl.SSLContext | None = None) -> None:
        self._talk, self._tls = talk, tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port: int = self._listener.getsockname()[1]
        self.heard: list[bytes] = []
        """What `page` and `silence` received."""
        self.connections = 0
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with suppress(OSError):
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            self._talk(connection)


def hold(connection: socket.socket) -> None:
    """Accept, read, and never say a word."""
    while connection.recv(4096):
        pass


def hang_up(connection: socket.socket) -> None:
    """Close at once."""
    connection.close()


def head(connection: socket.socket) -> bytes:
    """The head of an HTTP request."""
    got = b""
    while b"\r\n\r\n" not in got:
        piece = connection.recv(4096)
        if not piece:
            break
        got += piece
    return got


def page(body: bytes, status: str = "200 OK", *more: str, kind: str = "text/html") -> Talk:
    """Answer each request with one page, then close."""

    def talk(connection: socket.socket) -> None:
        head(connection)
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *more, "", ""]
        connection.sendall("\r\n".join(lines).encode() + body)
        connection.close()

    return talk
