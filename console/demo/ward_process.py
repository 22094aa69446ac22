"""Makes the practice servers live while the console is open: listeners, a queue that drains, logs that grow, faults.

`python -m console.demo.ward_process HOME`; it ends with its standard input, which is the end of the console.
"""

import http.server
import os
import random
import socketserver
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from console.child import stops_with_parent
from console.demo.archive import EchoHandler
from console.demo.ward import FOLDER, OBJECTS, faults_on, fill_backups, ports_of

BEAT_S = 1.0
_LOG_BYTES = 20_000_000
"""A practice log is begun anew beyond that."""
_QUEUE_STILL = 12
"""Files that wait while the queue stands still."""


class Ward:
    """The practice servers of one home."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = home / FOLDER
        ports = ports_of(home)
        self._doors: dict[str, tuple[int, type[socketserver.BaseRequestHandler]]] = {
            "his": (ports.his, _Silent),
            "web": (ports.web, _page(lambda: "web" in self.faults)),
            "archive": (ports.archive, EchoHandler),
        }
        self._open: dict[str, _Server] = {}
        self.faults: frozenset[str] = frozenset()
        self._done: frozenset[str] | None = None
        self._number = 0

    def beat(self) -> None:
        """One second of practice."""
        self.faults = faults_on(self._home)
        for name in self._doors:
            self._door(name, wanted=name == "web" or name not in self.faults)
        self._queue()
        self._logs()
        if self.faults != self._done:
            missing = 3 if "backup-old" in self.faults else 0
            fill_backups(
                self._folder, datetime.now(UTC).astimezone().date(), missing=missing, broken="backup-cut" in self.faults
            )
            self._mirror()
            self._done = self.faults
        self._number += 1

    def close(self) -> None:
        """Stop listening."""
        for name in list(self._open):
            self._door(name, wanted=False)

    def _door(self, name: str, *, wanted: bool) -> None:
        if wanted and name not in self._open:
            port, handler = self._doors[name]
            with suppress(OSError):
                server = _Server(("127.0.0.1", port), handler)
                self._open[name] = server
                threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        elif not wanted and name in self._open:
            server = self._open.pop(name)
            server.shutdown()
            server.server_close()

    def _queue(self) -> None:
        """A file comes every few seconds and leaves soon after, unless the queue stands still."""
        place = self._folder / "queue"
        waiting = sorted(place.glob("*.dcm"))
        if "queue" in self.faults:
            old = time.time() - 47 * 60
            for number in range(_QUEUE_STILL):
                path = place / f"still-{number:03}.dcm"
                if not path.exists():
                    path.write_bytes(b"\0" * 2048)
                    os.utime(path, (old, old))
            return
        for path in waiting:
            if path.name.startswith("still-") or time.time() - path.stat().st_mtime > 20:
                path.unlink()
        if self._number % 5 == 0:
            (place / f"{time.time_ns()}.dcm").write_bytes(b"\0" * 2048)

    def _logs(self) -> None:
        now = datetime.now(UTC).astimezone()
        stamp = f"{now:%Y-%m-%d %H:%M:%S},{now.microsecond // 1000:03}"
        chance = random.Random(self._number)
        study = chance.randrange(10_000, 99_999)
        self._write("pacs-app.log", f"{stamp} INFO  [store] study {study} stored, {chance.randrange(20, 400)} objects")
        if self._number % 10 == 0:
            self._write("pacs-error.log", f"{stamp} ERROR [monitor] heartbeat late by {chance.randrange(2, 9)} ms")
        if "errors" in self.faults:
            self._write("pacs-error.log", f"{stamp} ERROR [send] study {study}: 数据库连接失败 (ORA-12541)")
            if self._number % 3 == 0:
                thread = f"pool-{chance.randrange(8)}"
                self._write("pacs-error.log", f"{stamp} FATAL [{thread}] no space in spool for object {study}")

    def _write(self, name: str, line: str) -> None:
        path = self._folder / "log" / name
        mode = "wb" if path.exists() and path.stat().st_size > _LOG_BYTES else "ab"
        with path.open(mode) as log:
            log.write(line.encode("gb18030" if self._number % 2 else "utf-8") + b"\n")

    def _mirror(self) -> None:
        for number in range(OBJECTS):
            left, right = (self._folder / side / f"{number:04}.dcm" for side in ("archive", "mirror"))
            if "mirror" in self.faults and number >= OBJECTS - 4:
                right.unlink(missing_ok=True)
            elif not right.exists() and left.exists():
                right.write_bytes(left.read_bytes())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class _Silent(socketserver.BaseRequestHandler):
    """Takes a connection and waits until the other side leaves, as a hospital information system does."""

    def handle(self) -> None:
        with suppress(OSError):
            self.request.settimeout(30)
            while self.request.recv(4096):
                pass


def _page(broken: Callable[[], bool]) -> type[socketserver.BaseRequestHandler]:
    class Page(http.server.BaseHTTPRequestHandler):
        """The page of the practice viewer."""

        def do_GET(self) -> None:
            status, text = (500, "viewer failed") if broken() else (200, "<html><title>viewer</title>练习</html>")
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """The console's terminal is no place for it."""

    return Page


def main() -> int:
    """Live until standard input ends."""
    ward = Ward(Path(sys.argv[1]))
    gone = stops_with_parent()
    while not gone():
        with suppress(OSError):  # a full disk stops the practice, not its process
            ward.beat()
        time.sleep(BEAT_S)
    ward.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
