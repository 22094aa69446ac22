"""One C-ECHO (PS3.4 Annex A): is there a DICOM node at this address, does it know us, and how soon does it answer.

pynetdicom speaks; the connection is ours, because its own has no limit for a peer that sends one byte a second, takes
PDUs of four gigabytes, and keeps the program from ending while it waits.
"""

import socket
import time
from typing import Any

from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.transport import T_CONNECT, AddressInformation, AssociationSocket

from console.checks.network.connecting import NoConnection, connect, ended_at, failure
from console.checks.network.tls import open_tls
from console.i18n import N_

VERIFICATION = "1.2.840.10008.1.1"
_PDU_CAP = 1024 * 1024
"""Bytes of one PDU; a C-ECHO needs about two hundred."""


class _Connection(AssociationSocket):
    """The connection of one association, with our deadline and our reasons."""

    def __init__(self, assoc: Association, peer: "_Peer") -> None:
        super().__init__(assoc, address=AddressInformation("127.0.0.1", 0))
        self._shutdown_socket()
        self._peer = peer

    def connect(self, primitive: T_CONNECT) -> None:
        """Connect, with TLS where the node has it."""
        peer = self._peer
        try:
            peer.sock = self.socket = peer.open()
            self._is_connected = True
            evt.trigger(self.assoc, evt.EVT_CONN_OPEN, {"address": (peer.address, peer.port)})
            primitive.result = "Evt2"
        except NoConnection as error:
            peer.failure = error
            self.socket = None
            primitive.result = "Evt17"
        finally:
            self.provider_queue.put(primitive)
            self._ready.set()

    def recv(self, nr_bytes: int) -> bytearray:
        """Read, unless it is more than any answer needs."""
        if nr_bytes > _PDU_CAP or self.socket is None:
            raise OSError(f"a PDU of {nr_bytes} bytes")
        self.socket.settimeout(max(self._peer.deadline - time.monotonic(), 0.01))
        return super().recv(nr_bytes)


class _Peer:
    """Who is asked, and what became of the connection."""

    def __init__(self, address: str, port: int, tls: bool, ca: str, deadline: float) -> None:
        self.address, self.port, self.tls, self.ca, self.deadline = address, port, tls, ca, deadline
        self.sock: socket.socket | None = None
        self.failure: NoConnection | None = None
        self.seen: dict[str, Any] | None = None
        self.connected_at = 0.0

    def open(self) -> socket.socket:
        if self.tls:
            sock: socket.socket
            sock, self.seen = open_tls(self.address, self.port, self.ca, self.deadline)
        else:
            sock = connect(self.address, self.port, self.deadline)
        self.connected_at = time.monotonic()
        return sock


class _Entity(AE):
    """An application entity whose associations use `_Connection`."""

    def __init__(self, ae_title: str, peer: _Peer) -> None:
        super().__init__(ae_title=ae_title)
        self._peer = peer

    def _create_socket(self, assoc: Association, address: AddressInformation, tls_args: Any) -> AssociationSocket:
        # Its thread would keep the program from ending for as long as a silent node pleases.
        assoc.dul.daemon = True
        return _Connection(assoc, self._peer)


def echo(address: str, port: int, called: str, calling: str, tls: bool, ca: str, deadline: float) -> dict[str, Any]:
    """What became of one C-ECHO. Never raises for what a node may do. Facts:

    state      "open" once a connection stood, else that of NoConnection, with its sentence `why`
    outcome    echo, rejected, aborted, unsupported (no Verification), silent, broken (hung up)
    status     of the C-ECHO response, PS3.7 9.1.5.1.4
    echo_s     seconds from request to response; associate_s seconds from connection to association
    result, source, reason     of an A-ASSOCIATE-RJ, PS3.8 table 9-21
    tls        as `console.checks.network.tls.open_tls` found it, where TLS was used
    """
    peer = _Peer(address, port, tls, ca, deadline - 0.5)
    try:
        entity = _Entity(calling, peer)
        entity.add_requested_context(VERIFICATION)
        left = max(deadline - time.monotonic() - 1.5, 0.5)
        entity.connection_timeout = entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = left
        with ended_at(peer.deadline, lambda: peer.sock):
            assoc = entity.associate("127.0.0.1", port, ae_title=called)
            facts = _outcome(assoc, peer)
    except (ValueError, TypeError) as error:
        source = N_("The AE titles {called} and {calling} cannot be used ({why}).")
        return failure(NoConnection("local", source, called=called, calling=calling, why=str(error)))
    if peer.failure is not None:
        return failure(peer.failure)
    return {"state": "open", **facts, "tls": peer.seen}


def _outcome(assoc: Association, peer: _Peer) -> dict[str, Any]:
    if assoc.is_established:
        began = time.monotonic()
        facts: dict[str, Any] = {"associate_s": began - peer.connected_at}
        answered = assoc.send_c_echo()
        facts["echo_s"] = time.monotonic() - began
        status = getattr(answered, "Status", None)
        if status is None:
            late = time.monotonic() >= peer.deadline - 1.1
            return {**facts, "outcome": "silent" if late else "broken"}
        assoc.release()
        return {**facts, "outcome": "echo", "status": int(status)}
    said = assoc.acceptor.primitive
    if assoc.is_rejected and said is not None:
        # PS3.8 9.3.4: each of them one byte.
        return {
            "outcome": "rejected",
            "result": int(said.result or 0),
            "source": int(said.result_source or 0),
            "reason": int(said.diagnostic or 0),
        }
    if said is not None and said.result == 0:
        return {"outcome": "unsupported"}
    if time.monotonic() >= peer.deadline - 1.1:
        return {"outcome": "silent"}
    return {"outcome": "aborted"}
