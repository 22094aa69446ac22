"""Processes beside the doctor that look at files, and what happens when one of them breaks down or stands still.

A batch that kills its process is given out again file by file, so that the one to blame is found; it costs its own
entry, never the visit. Answers are plain values (marshal), which cannot carry code.
"""

import marshal
import queue
import subprocess
import threading
import time
from collections import deque
from typing import Any, NamedTuple

from console import child
from console.repair.doctor.codes import Found
from console.repair.doctor.reading import Seen
from console.repair.doctor.wire import Options, pack_batch, unpack_seen

_WORKER = "console.repair.doctor.worker_process"
_AHEAD = 2
"""Batches that a process has at a time: it never waits for the next one."""
_LIMIT = 1 << 28
_PATIENCE_S = 60.0
_SLOWEST = 2_000_000
"""Bytes a second that every disk gives."""


class Batch(NamedTuple):
    """Files that are given out together."""

    first: int
    """The place of the first among all files."""
    paths: tuple[str, ...]
    size: int
    """Bytes in all."""


class Crew:
    """Up to `count` processes, started when there is work. For one thread; close it."""

    def __init__(self, count: int, options: Options) -> None:
        self._count = max(count, 1)
        self._options = options
        self._hands: list[_Hand] = []
        self._arrived: queue.SimpleQueue[tuple[_Hand, Any]] = queue.SimpleQueue()
        self._waiting: deque[Batch] = deque()

    @property
    def busy(self) -> bool:
        """Whether answers are still to come."""
        return bool(self._waiting) or any(hand.batches for hand in self._hands)

    @property
    def takes_more(self) -> bool:
        """Whether somebody would take another batch at once."""
        if self._waiting:
            return False
        return len(self._hands) < self._count or any(len(hand.batches) < _AHEAD for hand in self._hands)

    def submit(self, batch: Batch) -> None:
        """Give out a batch."""
        self._waiting.append(batch)
        self._give()

    def answers(self, wait_s: float) -> list[tuple[Batch, list[Seen]]]:
        """What has come back; waits up to `wait_s` where nothing has."""
        got: list[tuple[Batch, list[Seen]]] = []
        while True:
            try:
                hand, answer = self._arrived.get(timeout=wait_s) if wait_s and not got else self._arrived.get_nowait()
            except queue.Empty:
                break
            if hand not in self._hands:
                continue  # it was given up before
            seen = unpack_seen(answer) if isinstance(answer, list) else None
            if hand.batches and seen is not None and len(seen) == len(hand.batches[0].paths):
                got.append((hand.batches.popleft(), seen))
                hand.since = time.monotonic()
            else:
                got += self._give_up(hand)
        for hand in list(self._hands):
            if hand.batches and time.monotonic() - hand.since > self._patience(hand.batches[0]):
                got += self._give_up(hand)
        self._give()
        return got

    def close(self) -> None:
        """End all processes at once; what they have not answered is left."""
        hands, self._hands = self._hands, []
        for hand in hands:
            hand.kill()
        self._waiting.clear()

    def _patience(self, batch: Batch) -> float:
        slow = 4 if self._options.decode else 1
        return _PATIENCE_S * slow + len(batch.paths) * (60.0 if self._options.tools else 0.0) + batch.size / _SLOWEST

    def _give(self) -> None:
        while self._waiting:
            free = [hand for hand in self._hands if len(hand.batches) < _AHEAD]
            if free and (len(self._hands) >= self._count or not free[0].batches):
                hand = min(free, key=lambda hand: len(hand.batches))
            elif len(self._hands) < self._count:
                hand = _Hand(self._arrived, self._options)
                self._hands.append(hand)
            else:
                return
            hand.send(self._waiting.popleft())

    def _give_up(self, hand: "_Hand") -> list[tuple[Batch, list[Seen]]]:
        """Kill a process and give out again what it had; the file that it broke on has its own finding."""
        self._hands.remove(hand)
        hand.kill()
        if not hand.batches:
            return []
        first, *rest = hand.batches
        if len(first.paths) == 1:
            self._waiting.extend(rest)
            return [(first, [Seen([Found("breaks-reader")], None)])]
        share = first.size
        self._waiting.extend(Batch(first.first + at, (path,), share) for at, path in enumerate(first.paths))
        self._waiting.extend(rest)
        return []


class _Hand:
    """One process and the thread that waits for its answers."""

    def __init__(self, arrived: "queue.SimpleQueue[tuple[_Hand, Any]]", options: Options) -> None:
        self.batches: deque[Batch] = deque()
        self.since = 0.0
        """When the first of `batches` became the one it works on."""
        self._arrived = arrived
        self._process = child.start(child.module_command(_WORKER, *options.words()), one_thread=True)
        threading.Thread(target=self._listen, name="doctor", daemon=True).start()

    def send(self, batch: Batch) -> None:
        """Hand over a batch. A process that is gone is noticed by the thread."""
        if not self.batches:
            self.since = time.monotonic()
        self.batches.append(batch)
        pipe = self._process.stdin
        assert pipe is not None
        try:
            pipe.write(pack_batch(batch.paths))
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
