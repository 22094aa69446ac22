"""Makes lines of studies in other processes, where a run has settled many of them at once.

Each process has a thread of ours that speaks with it. Studies that none has time for are made by the caller when it
asks for them, so that nobody waits for anybody; those of a process that breaks down are made by the caller too.
"""

import marshal
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from console import child
from console.studies.lines import Job, Made, settle_study
from console.studies.workers import WORKER

AHEAD = 2
"""Chunks that a process has at a time."""


class Computing:
    """Up to `count` processes; see `console.studies.settle.Compute`."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._threads = ThreadPoolExecutor(max(count, 1), "index-computing")
        self._mine = threading.local()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._under_way: list[Future[list[Made | None] | None]] = []

    @property
    def ahead(self) -> int:
        """Chunks that may be under way."""
        return self._count * AHEAD + 1 if self._count else 0

    def __call__(self, jobs: list[Job]) -> Callable[[], list[Made | None]]:
        """Begin to work on `jobs`; returns how to get what was made of them."""
        self._under_way = [future for future in self._under_way if not future.done()]
        if len(self._under_way) >= self._count * AHEAD:
            return lambda: [settle_study(job) for job in jobs]
        future = self._threads.submit(self._elsewhere, jobs)
        self._under_way.append(future)

        def get() -> list[Made | None]:
            made = future.result()
            return [settle_study(job) for job in jobs] if made is None else made

        return get

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def _elsewhere(self, jobs: list[Job]) -> list[Made | None] | None:
        """The lines, made by the process of this thread; None where it broke down."""
        process: subprocess.Popen[bytes] | None = getattr(self._mine, "process", None)
        if process is None:
            process = self._mine.process = child.start(child.module_command(WORKER), one_thread=True)
            self._processes.append(process)
        request, answer = process.stdin, process.stdout
        assert request is not None
        assert answer is not None
        try:
            data = marshal.dumps(jobs)
            request.write(len(data).to_bytes(4, "little") + data)
            request.flush()
            made = marshal.loads(answer.read(int.from_bytes(answer.read(4), "little")))
        except (OSError, ValueError, EOFError, TypeError):
            return None
        return made if isinstance(made, list) and len(made) == len(jobs) else None
