"""The practice archive: answers a DICOM association with Verification and C-ECHO, and nothing else.

Enough of the upper layer protocol (PS3.8 9.3) and of C-ECHO (PS3.7 9.3.5) for a check to see an archive that lives,
without loading a DICOM network library into the practice process.
"""

import socketserver
import struct

CALLED = "PRACTICE"
"""The AE title it answers to; a call to another one is rejected, as archives do."""
_VERIFICATION = b"1.2.840.10008.1.1"
_IMPLICIT = b"1.2.840.10008.1.2"
_CONTEXT = b"1.2.840.10008.3.1.1.1"
_CLASS_UID = b"1.2.826.0.1.3680043.10.1571.1"
_MOST = 1 << 20
"""A longer PDU is nothing that belongs here."""


class EchoHandler(socketserver.BaseRequestHandler):
    """One association."""

    def handle(self) -> None:
        self.request.settimeout(30)
        try:
            while self._one():
                pass
        except (OSError, ValueError, struct.error, IndexError):
            pass  # whoever sent that has no claim to an answer

    def _one(self) -> bool:
        kind, length = struct.unpack(">BxI", self._exactly(6))
        if length > _MOST:
            return False
        body = self._exactly(length)
        if kind == 1:
            return self._associate(body)
        if kind == 4:
            return self._command(body)
        if kind == 5:
            self.request.sendall(struct.pack(">BxII", 6, 4, 0))  # A-RELEASE-RP
        return False

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self.request.recv(count - len(data))
            if not part:
                raise ValueError("cut off")
            data += part
        return data

    def _associate(self, body: bytes) -> bool:
        called = body[4:20].decode("ascii", "replace").strip()
        if called != CALLED:
            # Rejected permanently by the service user: called AE title not recognized (PS3.8 9.3.4).
            self.request.sendall(struct.pack(">BxIxBBB", 3, 4, 1, 1, 7))
            return False
        items = _item(0x10, _CONTEXT)
        for context, wanted in _contexts(body[68:]):
            result = 0 if wanted else 3  # 3: abstract syntax not supported
            items += _item(0x21, struct.pack(">BxBx", context, result) + _item(0x40, _IMPLICIT))
        user = _item(0x51, struct.pack(">I", 16384)) + _item(0x52, _CLASS_UID)
        answer = body[:2] + b"\0\0" + body[4:36] + bytes(32) + items + _item(0x50, user)
        self.request.sendall(struct.pack(">BxI", 2, len(answer)) + answer)
        return True

    def _command(self, body: bytes) -> bool:
        length, context, header = struct.unpack(">IBB", body[:6])
        elements = _elements(body[6 : 4 + length])
        if not header & 1 or elements.get((0, 0x0100)) != struct.pack("<H", 0x0030):
            return False
        message = elements.get((0, 0x0110), b"\0\0")
        uid = _VERIFICATION + b"\0" * (len(_VERIFICATION) % 2)
        rest = b"".join(
            struct.pack("<HHI", 0, element, len(value)) + value
            for element, value in (
                (0x0002, uid),
                (0x0100, struct.pack("<H", 0x8030)),
                (0x0120, message),
                (0x0800, struct.pack("<H", 0x0101)),
                (0x0900, struct.pack("<H", 0)),
            )
        )
        command = struct.pack("<HHII", 0, 0, 4, len(rest)) + rest
        value = struct.pack(">IBB", len(command) + 2, context, 3) + command
        self.request.sendall(struct.pack(">BxI", 4, len(value)) + value)
        return True


def _item(kind: int, value: bytes) -> bytes:
    return struct.pack(">BxH", kind, len(value)) + value


def _contexts(items: bytes) -> list[tuple[int, bool]]:
    """(id, whether it asks for Verification) of each presentation context."""
    found = []
    while len(items) >= 4:
        kind, length = struct.unpack(">BxH", items[:4])
        value, items = items[4 : 4 + length], items[4 + length :]
        if kind == 0x20 and len(value) > 8:
            (size,) = struct.unpack(">H", value[6:8])
            found.append((value[0], value[8 : 8 + size].rstrip(b"\0") == _VERIFICATION))
    return found


def _elements(data: bytes) -> dict[tuple[int, int], bytes]:
    """Elements of a command set: always little-endian without VR (PS3.7 6.3.1)."""
    found = {}
    while len(data) >= 8:
        group, element, length = struct.unpack("<HHI", data[:8])
        found[group, element] = data[8 : 8 + length]
        data = data[8 + length :]
    return found
