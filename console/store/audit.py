"""The audit log: who did what and when, in a form that shows every later change.

`audit.jsonl` is append-only, one JSON object a line, synced before `append` returns. Each line carries its number and
the SHA-256 of the line before it (without the line feed; 64 zeros before the first):

    {"n": 7, "time": "2026-11-20T10:15:00+08:00", "event": "settings.saved", "details": {"key": "theme"},
     "previous": "9f86d081..."}

`audit-head.json` holds the number of lines, the SHA-256 of the last and the size of the log. It is written after each
line and printed in every report, so that a cut at the end shows as well. It is written before the first line too:
from then on a log without a head is one whose head was taken away. Neither file is signed; who can write both can
write a new history, and only a head that was printed or archived before proves it wrong.

**Patient data never goes in**: no name, number, birth date or text of a report. Name a thing by its job, its SOP
Instance UID, its digest or its count. The log is kept for years and shown to people who may not see patients.

Several processes may append at the same time; each holds `audit.lock` for the few milliseconds of its line.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from console.errors import StoreError
from console.i18n import _
from console.store.chain import GENESIS, LINE_LIMIT, AuditReport, Head, check, is_torn, read_link
from console.store.disk import write_all
from console.store.files import one_line, replace_file, set_aside_name
from console.store.trouble import cannot_read, cannot_write, too_new

FORMAT = 1
"""The format of log and head that this version writes."""

_VALUE_LIMIT = 4096
_PATIENCE_S = 20.0
_POLL_S = 0.005
_OPEN = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)


def _now() -> datetime:
    return datetime.now(UTC).astimezone()


class AuditLog:
    """The audit log of one home folder."""

    def __init__(self, home: Path, clock: Callable[[], datetime] = _now) -> None:
        self._log = home / "audit.jsonl"
        self._head = home / "audit-head.json"
        self._lock = home / "audit.lock"
        self._clock = clock

    def append(self, event: str, /, **details: str) -> None:
        """Add one line; when this returns, neither a crash nor a power cut takes it back.

        `event` is a dotted word ("repair.applied"), `details` are short texts: never patient data (see above).
        Control characters become blanks and values are cut at 4096 characters. The log is not read, however long.
        Raises StoreError when the line cannot be kept; do not do then what had to be recorded first. (A line whose head
        the disk refuses is in the log all the same: it says what was about to happen.)
        """
        values = {key: _short(text) for key, text in details.items()}
        with self._turn():
            try:
                descriptor = os.open(self._log, _OPEN, 0o600)
                try:
                    head = self._settle(descriptor)
                    time = self._clock().isoformat(timespec="seconds")
                    line = {"n": head.count + 1, "time": time, "event": _short(event), "details": values}
                    self._add(descriptor, head, json.dumps(line | {"previous": head.hash}, ensure_ascii=False).encode())
                finally:
                    os.close(descriptor)
            except OSError as error:
                raise cannot_write(self._log, error) from error

    def head(self) -> tuple[int, str]:
        """Number of lines and SHA-256 of the last, for the footer of a report. Raises StoreError without a head."""
        head = self._read_head()
        if head is None and self._size() > 0:
            sentence = _("{path} is missing or damaged; `cathlab audit verify` says what the log itself still shows.")
            raise StoreError(_("Cannot be read"), sentence.format(path=self._head))
        return (0, GENESIS) if head is None else (head.count, head.hash)

    def verify(self) -> AuditReport:
        """Read the whole log and say whether every acknowledged line is there, unchanged and in its place.

        Changes nothing. Raises StoreError when the log cannot be read or was written by a newer version.
        """
        try:
            # Head and size belong together; lines that are appended while we read stand behind that size.
            with self._turn():
                head, size = self._read_head(), self._size()
        except StoreError:
            # A write-protected copy has no lock, and no appender to wait for either.
            head, size = self._read_head(), self._size()
        if head is None and size == 0 and not self._head.exists():
            head = Head(0, GENESIS, 0)
        try:
            return check(self._log, head, size)
        except OSError as error:
            raise cannot_read(self._log, error) from error

    def _add(self, descriptor: int, head: Head, line: bytes) -> None:
        """Append `line`, then acknowledge it in the head."""
        start = os.fstat(descriptor).st_size
        try:
            write_all(descriptor, line + b"\n")
            os.fsync(descriptor)
        except OSError:
            # A full disk takes a part of the line. Nobody was told that it is kept, so it goes.
            with suppress(OSError):
                os.ftruncate(descriptor, start)
            raise
        self._write_head(Head(head.count + 1, sha256(line).hexdigest(), start + len(line) + 1))

    def _settle(self, descriptor: int) -> Head:
        """The head to append behind, after what a crash left has been adopted or set aside.

        What no crash of ours leaves stays as it is: the next line then does not fit, and `verify` shows it for good.
        """
        head, size = self._read_head(), os.fstat(descriptor).st_size
        if head is None:
            self._set_aside(self._head)
            head = Head(self._count_lines(), GENESIS, size)
            if size == 0:
                self._write_head(head)
        elif size > head.size:
            head = self._settle_tail(descriptor, head, size)
        size = os.fstat(descriptor).st_size
        if size and _read_at(descriptor, size - 1, 1) != b"\n":
            # Someone cut into a line. The next one begins on its own all the same, and stays readable.
            write_all(descriptor, b"\n")
        return head

    def _settle_tail(self, descriptor: int, head: Head, size: int) -> Head:
        """Adopt the one whole line, or set aside the piece, that a crash left behind the acknowledged end."""
        if size - head.size > 2 * LINE_LIMIT:
            return head
        tail = _read_at(descriptor, head.size, size - head.size)
        line, feed, rest = tail.partition(b"\n")
        link = read_link(line) if feed and b"\n" not in rest else None
        if link is not None and (link.number, link.previous) == (head.count + 1, head.hash):
            head, tail = Head(link.number, link.hash, head.size + len(line) + 1), rest
            # Before anything is added: the log is never more than one line ahead of its head.
            self._write_head(head)
        if is_torn(tail):
            replace_file(set_aside_name(self._log, "torn"), tail)
            os.ftruncate(descriptor, head.size)
            os.fsync(descriptor)
        return head

    def _count_lines(self) -> int:
        """Lines of the log, a last one without line feed included. Read only where the head was lost."""
        count, last = 0, b"\n"
        with self._log.open("rb") as stream:
            while block := stream.read(LINE_LIMIT):
                count += block.count(b"\n")
                last = block[-1:]
        return count + (last != b"\n")

    def _size(self) -> int:
        try:
            return self._log.stat().st_size
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise cannot_read(self._log, error) from error

    def _read_head(self) -> Head | None:
        """The head; None when the file is missing or damaged. Raises StoreError for a newer format."""
        try:
            content = json.loads(self._head.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise cannot_read(self._head, error) from error
        except (ValueError, RecursionError):
            return None
        if not isinstance(content, dict):
            return None
        version, count, size = (content.get(key) for key in ("format", "count", "size"))
        if isinstance(version, int) and version > FORMAT:
            raise too_new(self._head)
        last = content.get("hash")
        if not isinstance(count, int) or not isinstance(size, int) or not isinstance(last, str):
            return None
        return Head(count, last, size) if version == FORMAT and count >= 0 and size >= 0 else None

    def _write_head(self, head: Head) -> None:
        content = {"format": FORMAT, "count": head.count, "hash": head.hash, "size": head.size}
        replace_file(self._head, json.dumps(content).encode("ascii") + b"\n")

    def _set_aside(self, path: Path) -> None:
        with suppress(FileNotFoundError):
            os.replace(path, set_aside_name(path, "damaged"))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One process at a time. The lock is the system's, so it dies with its holder."""
        from filelock import FileLock, Timeout  # 60 ms, which a console that only shows a picture need not pay

        lock = FileLock(str(self._lock))
        try:
            lock.acquire(timeout=_PATIENCE_S, poll_interval=_POLL_S)
        except Timeout as error:
            sentence = _("{path} has been held by another program for {seconds} seconds. Close it and try again.")
            detail = sentence.format(path=self._lock, seconds=round(_PATIENCE_S))
            raise StoreError(_("The audit log is busy"), detail) from error
        except OSError as error:
            raise cannot_write(self._lock, error) from error
        try:
            yield
        finally:
            lock.release()


def _read_at(descriptor: int, start: int, size: int) -> bytes:
    os.lseek(descriptor, start, os.SEEK_SET)
    pieces = []
    while size > 0 and (piece := os.read(descriptor, size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _VALUE_LIMIT else line[: _VALUE_LIMIT - 1] + "\N{HORIZONTAL ELLIPSIS}"
