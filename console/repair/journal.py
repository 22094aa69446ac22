"""The journal of a job: one line before each step that matters and one after, each on the disk before the next step.

Every line carries the SHA-256 of the line before it. A last line without its end was torn by a crash and is cut off;
a line that does not fit anywhere else means that somebody changed the journal, and nothing is done any more.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from console.errors import StoreError
from console.i18n import _
from console.store.disk import sync_folder, write_all
from console.store.trouble import cannot_read, cannot_write

NAME = "journal.jsonl"
GENESIS = "0" * 64
"""What the first line carries in place of the SHA-256 of a line before it."""


class Journal:
    """The journal of one job. Append with `add`; nothing else changes it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._count, self._previous, self._size = 0, GENESIS, 0
        self.lines: list[dict[str, Any]] = []
        """What stands in it, oldest first."""
        self._about: dict[int, list[dict[str, Any]]] = {}
        self._words: dict[int, str] = {}
        self._read()

    def add(self, what: str, **values: Any) -> None:
        """One line; on the disk when this returns. Raises StoreError: then the line is not there."""
        line = {"n": self._count + 1, "previous": self._previous, "what": what, **values}
        data = json.dumps(line, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"
        try:
            fresh = not self.path.exists()
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        except OSError as error:
            raise cannot_write(self.path, error) from error
        try:
            # A line that a crash tore goes first.
            os.ftruncate(descriptor, self._size)
            os.lseek(descriptor, self._size, os.SEEK_SET)
            write_all(descriptor, data)
            os.fsync(descriptor)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(descriptor, self._size)
            raise cannot_write(self.path, error) from error
        finally:
            os.close(descriptor)
        if fresh:
            sync_folder(self.path.parent)
        self._count += 1
        self._size += len(data)
        self._previous = sha256(data[:-1]).hexdigest()
        self._take(line)

    def about(self, number: int) -> list[dict[str, Any]]:
        """The lines about one file of the plan, oldest first."""
        return self._about.get(number, [])

    def last_words(self) -> dict[int, str]:
        """By file: what stands in it about that file last; in the order in which these were written."""
        return self._words

    def of(self, what: str) -> Iterator[dict[str, Any]]:
        """The lines of one kind, oldest first."""
        return (line for line in self.lines if line["what"] == what)

    def _take(self, line: dict[str, Any]) -> None:
        self.lines.append(line)
        if "file" in line:
            number = int(line["file"])
            self._about.setdefault(number, []).append(line)
            # Put behind the others: the order is that of the last words.
            self._words.pop(number, None)
            self._words[number] = str(line["what"])

    def _read(self) -> None:
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise cannot_read(self.path, error) from error
        *whole, _torn = raw.split(b"\n")
        for number, text in enumerate(whole, 1):
            line = _line(text)
            if line is None or line.get("n") != number or line.get("previous") != self._previous:
                sentence = _("Line {number} of {path} was changed: the job is not touched any more.")
                raise StoreError(
                    _("The journal does not hold together"), sentence.format(number=number, path=self.path)
                )
            self._take(line)
            self._previous = sha256(text).hexdigest()
            self._count, self._size = number, self._size + len(text) + 1


def _line(text: bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) and isinstance(line.get("what"), str) else None
