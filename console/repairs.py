"""The repairs for the screens: asked of a process of their own, which alone reads what stands in strangers' files.

One question at a time; calls block and are made in a thread. The process is started when it is first needed, told to
stop when the operator says so, and ends with the console: what was done stands, the rest was not touched.
"""

import pickle
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from console import child
from console.errors import StoreError
from console.i18n import _, language
from console.model.diagnosis import DoctorReport
from console.model.progress import Progress
from console.model.repair import JobLine, JobReport, Lead, RemedyLine, RepairPlan

FOLDER, RESULT = "repair", "result"
"""Where jobs lie in the home folder, and their corrected copies."""
STOP = ("stop",)
"""Tells the process to stop what it does."""
_LENGTH = 8
_POLL_S = 0.1
_PATIENCE_S = 10.0
"""Seconds that a file at work may take when the console ends."""

Tell = Callable[[Progress], object]
Stopped = Callable[[], bool]


def _silent(_progress: Progress) -> None:
    """Nobody listens."""


def _never() -> bool:
    return False


class Repairs:
    """The repairs of one home folder, behind a process."""

    def __init__(self, home: Path, *, read_only: bool) -> None:
        self.home = home
        self.read_only = read_only
        """True when another console holds the home folder: then nothing is planned or written."""
        self._turn = threading.Lock()
        self._writing = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._remedies: tuple[RemedyLine, ...] = ()

    # Looking

    def examine(
        self, paths: Sequence[Path], progress: Tell = _silent, cancelled: Stopped = _never, *, decode: bool = False,
        compare: bool = False,
    ) -> DoctorReport:  # fmt: skip
        """Look at files; nothing is changed. `compare` holds them against the last visit. Raises ConsoleError."""
        found = self._ask("examine", progress, cancelled, paths=list(paths), decode=decode, compare=compare)
        assert isinstance(found, DoctorReport)
        return found

    def remedies(self) -> tuple[RemedyLine, ...]:
        """Every remedy. Raises ConsoleError."""
        if not self._remedies:
            self._remedies = self._ask("remedies")
        return self._remedies

    def known(self, remedy_id: str) -> RemedyLine | None:
        """The remedy of that id, once `remedies` was asked; does not block."""
        return next((each for each in self._remedies if each.id == remedy_id), None)

    def answers(self, words: Iterable[str]) -> dict[str, str]:
        """New values written as Keyword=VALUE. Raises UsageError for one without "=", or two that contradict."""
        found: dict[str, str] = self._ask("answers", words=list(words))
        return found

    def find_lost(self, clues: Mapping[str, str], cancelled: Stopped = _never) -> tuple[Lead, ...]:
        """Studies that may be the lost one. Raises ConsoleError."""
        found: tuple[Lead, ...] = self._ask("find_lost", _silent, cancelled, clues=dict(clues))
        return found

    # Plans and jobs

    def plan(
        self, remedy: str, paths: Sequence[Path], answers: Mapping[str, str], *, why: str, operator: str,
        progress: Tell = _silent, cancelled: Stopped = _never,
    ) -> RepairPlan:  # fmt: skip
        """Make a plan and keep it; no file is changed. Raises ConsoleError."""
        plan = self._ask(
            "plan", progress, cancelled, remedy=remedy, paths=list(paths), answers=dict(answers), why=why,
            operator=operator,
        )  # fmt: skip
        assert isinstance(plan, RepairPlan)
        return plan

    def apply(
        self, job: str, *, in_place: bool, ticket: str, operator: str, progress: Tell = _silent,
        cancelled: Stopped = _never,
    ) -> JobReport:  # fmt: skip
        """Apply a plan. Raises ConsoleError before anything was written."""
        return self._job("apply", progress, cancelled, job=job, in_place=in_place, ticket=ticket, operator=operator)

    def resume(self, job: str, *, operator: str, progress: Tell = _silent, cancelled: Stopped = _never) -> JobReport:
        """Go on with a job that was broken off. Raises ConsoleError."""
        return self._job("resume", progress, cancelled, job=job, operator=operator)

    def undo(self, job: str, *, operator: str, progress: Tell = _silent) -> JobReport:
        """Put back what a job wrote. Raises ConsoleError."""
        return self._job("undo", progress, _never, job=job, operator=operator)

    def jobs(self) -> tuple[tuple[JobLine, ...], dict[str, JobReport]]:
        """All jobs, the newest first, and what came of the newest fifty. Raises ConsoleError."""
        if not (self.home / FOLDER).is_dir():
            return (), {}
        lines: tuple[JobLine, ...] = self._ask("jobs")
        reports: dict[str, JobReport] = self._ask("reports", ids=[line.id for line in lines[:50] if not line.damaged])
        return lines, reports

    def write_report(self, job: str, target: Path) -> None:
        """Write the report of a job: Markdown, or PDF where the name ends so. Raises ConsoleError."""
        self._ask("write_report", job=job, target=target)

    def result_folder(self, job: str) -> Path:
        """Where corrected copies of a job lie."""
        return self.home / FOLDER / job / RESULT

    def close(self) -> None:
        """Have the process stop after the file at work, and end."""
        process = self._process
        if process is None:
            return
        with suppress(OSError):
            assert process.stdin is not None
            process.stdin.close()
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            # The journal knows what was at work; resume settles it.
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    # The process

    def _job(self, method: str, progress: Tell, cancelled: Stopped, **values: Any) -> JobReport:
        done = self._ask(method, progress, cancelled, **values)
        assert isinstance(done, JobReport)
        return done

    def _ask(self, method: str, progress: Tell = _silent, cancelled: Stopped = _never, **values: Any) -> Any:
        """What the process answers. Raises ConsoleError."""
        with self._turn:
            process = self._started()
            assert process.stdout is not None
            over = threading.Event()
            watch = threading.Thread(target=self._watch, args=(process, cancelled, over), name="stop", daemon=True)
            self._say(process, (method, values, language(), str(self.home), self.read_only))
            watch.start()
            try:
                while (answer := receive(process.stdout)) is not None:
                    kind, value = answer
                    if kind == "progress":
                        progress(value)
                    elif kind == "error":
                        raise value
                    else:
                        return value
            finally:
                over.set()
                watch.join()
            self._process = None
            sentence = _(
                "The process that looks at files ended by itself. Nothing is half written; a job that was at work can "
                "be gone on with or undone."
            )
            raise StoreError(_("It broke off"), sentence)

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self._process = child.start(child.module_command("console.repair_worker"), one_thread=True)
        return self._process

    def _watch(self, process: "subprocess.Popen[bytes]", cancelled: Stopped, over: threading.Event) -> None:
        """Pass on that the operator wants it stopped."""
        while not over.wait(_POLL_S):
            if cancelled():
                self._say(process, STOP)
                return

    def _say(self, process: "subprocess.Popen[bytes]", message: Any) -> None:
        assert process.stdin is not None
        with self._writing, suppress(OSError, ValueError):
            send(process.stdin, message)


def send(stream: IO[bytes], message: Any) -> None:
    """One message for a process that runs the same code."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    stream.write(len(data).to_bytes(_LENGTH, "big") + data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """The next message of our own process; None when there is none any more."""
    head = stream.read(_LENGTH)
    if len(head) < _LENGTH:
        return None
    size = int.from_bytes(head, "big")
    data = stream.read(size)
    return pickle.loads(data) if len(data) == size else None
