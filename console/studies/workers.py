"""Reader processes of an index run, and what to do when one of them breaks down or stands still.

A batch that kills its reader is given out again file by file, so that the one to blame is found; it costs its own
entry, never the run. Answers are plain values (marshal), which cannot carry code.
"""

import marshal
import os
import queue
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from console import child
from console.studies.problems import CRASHED, SLOW
from console.studies.rows import NOTHING
from console.studies.scan import Batch

if TYPE_CHECKING:
    from console.studies.objects import Answer

WORKER = "console.studies.worker_process"
"""The module that runs beside us."""
AHEAD = 2
"""Batches that a reader has at a time: it never waits for the next one."""
BATCH_SECONDS = 60.0
"""After these without an answer a reader is taken to hang; a share that is that slow is tried again next time."""
FILE_SECONDS = 20.0
"""The same for a single file."""

_LIMIT = 1 << 28


class Readers:
    """Up to `count` reader processes, started when there is work for them. For one thread."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._readers: list[_Reader] = []
        self._arrived: queue.SimpleQueue[tuple[_Reader, Any]] = queue.SimpleQueue()
        self._waiting: deque[Batch] = deque()

    @property
    def busy(self) -> bool:
        """Whether answers are still to come."""
        return bool(self._waiting) or any(reader.batches for reader in self._readers)

    def takes_more(self) -> bool:
        """Whether a reader would take another batch at once."""
        if self._waiting:
            self._give()
            return False
        return len(self._readers) < self._count or any(len(reader.batches) < AHEAD for reader in self._readers)

    def submit(self, batch: Batch) -> None:
        """Give a batch to the reader that has least to do; it waits where all have enough."""
        self._waiting.append(batch)
        self._give()

    def answers(self, wait_s: float) -> "list[tuple[Batch, Answer]]":
        """What has come back; waits up to `wait_s` where nothing has."""
        got: list[tuple[Batch, Answer]] = []
        while True:
            try:
                reader, answer = self._arrived.get(timeout=wait_s) if wait_s and not got else self._arrived.get_nowait()
            except queue.Empty:
                break
            if reader not in self._readers:
                continue  # it was given up before
            if reader.batches and _fits(answer, reader.batches[0]):
                got.append((reader.batches.popleft(), answer))
                reader.since = time.monotonic()
            else:
                got += self._give_up(reader, CRASHED)
        for reader in self._readers:
            if reader.batches and time.monotonic() - reader.since > reader.patience:
                got += self._give_up(reader, SLOW)
        self._give()
        return got

    def close(self) -> None:
        """End all readers at once; what they have not answered is left unread."""
        readers, self._readers = self._readers, []
        for reader in readers:
            reader.kill()
        self._waiting.clear()

    def _give(self) -> None:
        while self._waiting:
            idle = [reader for reader in self._readers if len(reader.batches) < AHEAD]
            if idle:
                reader = min(idle, key=lambda reader: len(reader.batches))
            elif len(self._readers) < max(self._count, 1):
                reader = _Reader(self._arrived)
                self._readers.append(reader)
            else:
                return
            reader.send(self._waiting.popleft())

    def _give_up(self, reader: "_Reader", code: str) -> "list[tuple[Batch, Answer]]":
        """Kill a reader and give out again what it had; the file that it broke on is answered with `code`."""
        self._readers.remove(reader)
        reader.kill()
        if not reader.batches:
            return []
        first, *rest = reader.batches
        if len(first.files) == 1:
            self._waiting.extend(rest)
            return [(first, ([code], *NOTHING))]
        self._waiting.extend(_singles(first))
        self._waiting.extend(rest)
        return []


class _Reader:
    """One process and the thread that waits for its answers."""

    def __init__(self, arrived: "queue.SimpleQueue[tuple[_Reader, Any]]") -> None:
        self.batches: deque[Batch] = deque()
        self.since = 0.0
        """When the first of `batches` became the one it works on."""
        self._arrived = arrived
        self._process = child.start(child.module_command(WORKER), one_thread=True)
        threading.Thread(target=self._listen, name="index-reader", daemon=True).start()

    @property
    def patience(self) -> float:
        """Seconds that the first of `batches` may take."""
        return FILE_SECONDS if len(self.batches[0].files) == 1 else BATCH_SECONDS

    def send(self, batch: Batch) -> None:
        """Hand over a batch. A reader that is gone is noticed by the thread."""
        if not self.batches:
            self.since = time.monotonic()
        self.batches.append(batch)
        folder = os.fsencode(batch.folder.path)
        files = [(os.fsencode(name), size, time) for name, size, time in batch.files]
        data = marshal.dumps((batch.folder.number, folder, batch.folder.zipped, files))
        pipe = self._process.stdin
        assert pipe is not None
        try:
            pipe.write(len(data).to_bytes(4, "little") + data)
            pipe.flush()
        except (OSError, ValueError):
            return  # the thread has seen it too

    def kill(self) -> None:
        """End the process, however busy it is."""
        self._process.kill()
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            pass  # stuck in the system (a dead network share); it goes when the system lets it
        pipe = self._process.stdin
        assert pipe is not None
        try:
            pipe.close()
        except OSError:
            pass  # unsent bytes for a dead process

    def _listen(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        with pipe:
            try:
                while len(head := pipe.read(4)) == 4 and (size := int.from_bytes(head, "little")) <= _LIMIT:
                    self._arrived.put((self, marshal.loads(pipe.read(size))))
            except (OSError, ValueError, EOFError, TypeError):
                pass  # cut short; the line below says so
        self._arrived.put((self, None))


def _fits(answer: Any, batch: Batch) -> bool:
    """Whether something is an answer to `batch`."""
    return isinstance(answer, tuple) and len(answer) == 1 + len(NOTHING) and len(answer[0]) == len(batch.files)


def _singles(batch: Batch) -> Iterable[Batch]:
    """One batch for each file. The folder is complete when all are back."""
    batch.folder.left += len(batch.files) - 1
    return [
        Batch(batch.folder, [file], {file[0]: batch.replaced[file[0]]} if file[0] in batch.replaced else {})
        for file in batch.files
    ]
