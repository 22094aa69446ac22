"""Servers that misbehave in one exact way: silent, freezing after so many bytes, closing, talking something else."""

import select
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

import paramiko
from paramiko.common import AUTH_SUCCESSFUL


class BadServer:
    """A TCP server on a loopback address whose every connection is handled by `handle` in a thread."""

    def __init__(self, address: str = "127.0.0.3") -> None:
        self._listener = socket.create_server((address, 0))
        self.address = address
        self.port = int(self._listener.getsockname()[1])
        self.connections = 0
        self._open: list[socket.socket] = []
        self._stopped = threading.Event()

    def handle(self, sock: socket.socket) -> None:
        """Say nothing, for ever."""
        self._stopped.wait()

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        # Closing alone would leave it to the thread that waits in accept().
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            sock.close()

    def _listen(self) -> None:
        while True:
            try:
                sock, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with suppress(OSError):
            self.handle(sock)


class Saying(BadServer):
    """Says the same to everybody, then closes, or stays."""

    def __init__(self, what: bytes, *, stay: bool = False, times: int = 0, then: tuple[str, int] = ("", 0)) -> None:
        super().__init__()
        self._what = what
        self._stay = stay
        self._times = times
        self._then = then

    def handle(self, sock: socket.socket) -> None:
        if self._times and self.connections > self._times:
            forward(sock, self._then, None, self._stopped)
            return
        sock.sendall(self._what)
        if self._stay:
            self._stopped.wait()
        sock.close()


class Freezing(BadServer):
    """Hands everything to a real server, and freezes after so many bytes of its answers."""

    def __init__(self, behind: tuple[str, int], after: int) -> None:
        super().__init__()
        self._behind = behind
        self._after = after

    def handle(self, sock: socket.socket) -> None:
        forward(sock, self._behind, self._after, self._stopped)
        self._stopped.wait()


class OldServer(BadServer):
    """Lets everybody in who signs with RSA and SHA-1, as servers of 2012 do; there is no such sshd to install."""

    def __init__(self, host_key: Path) -> None:
        super().__init__()
        self._key = paramiko.Ed25519Key.from_private_key_file(str(host_key))
        self.signatures: list[str] = []

    def handle(self, sock: socket.socket) -> None:
        wire = paramiko.Transport(
            sock, disabled_algorithms={"pubkeys": ["rsa-sha2-256", "rsa-sha2-512"]}, server_sig_algs=False
        )
        wire.add_server_key(self._key)
        wire.start_server(event=threading.Event(), server=_AnyKey(self.signatures))
        self._stopped.wait()
        wire.close()


class _AnyKey(paramiko.ServerInterface):
    def __init__(self, signatures: list[str]) -> None:
        self._signatures = signatures

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self._signatures.append(key.get_name())
        return AUTH_SUCCESSFUL


def forward(sock: socket.socket, behind: tuple[str, int], after: int | None, stopped: threading.Event) -> None:
    """Bytes from the one to the other and back, until one of them closes or `after` bytes came from behind."""
    passed = 0
    with socket.create_connection(behind) as server:
        while not stopped.is_set():
            ready, _, _ = select.select([sock, server], [], [], 0.1)
            for one in ready:
                data = one.recv(65536 if after is None else max(1, min(65536, after - passed)))
                if not data:
                    sock.close()
                    return
                (server if one is sock else sock).sendall(data)
                passed += len(data) if one is server else 0
                if after is not None and passed >= after:
                    return
