"""An index run in a process of its own: the console stays quick, and what a stranger's bytes break is not the console.

Callbacks come from a thread; a screen posts a message and returns.
"""

import json
import os
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from console import child
from console.errors import ConsoleError, StoreError, UsageError
from console.i18n import _, language
from console.model.index_report import IndexProblem, IndexReport
from console.model.progress import Progress

PATIENCE = 3.0
"""Seconds that the process has to stop by itself; one that hangs on a dead share is ended then."""

Outcome = IndexReport | ConsoleError
"""What came of a run, or why there was none."""


class IndexJob:
    """One run. `start` it once; `cancel` and `wait` from any thread."""

    def __init__(self, home: Path, paths: Sequence[Path]) -> None:
        self._home = home
        self._paths = tuple(paths)
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._timer: threading.Timer | None = None
        self._cancelled = False
        self._outcome: Outcome | None = None

    def start(self, on_progress: Callable[[Progress], None], on_done: Callable[[Outcome], None]) -> None:
        """Begin. `on_done` is called exactly once, whatever happens."""
        self._process = child.start(child.module_command("console.studies.index_process"))
        self._thread = threading.Thread(target=self._follow, args=(on_progress, on_done), name="index-job", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Stop it; returns at once. What was read stays in the index."""
        process = self._process
        if process is None or self._cancelled:
            return
        self._cancelled = True
        self._say({"cancel": True})
        self._timer = threading.Timer(PATIENCE, process.kill)
        self._timer.daemon = True
        self._timer.start()

    def wait(self, timeout: float | None = None) -> Outcome | None:
        """The outcome as soon as it is there; None when `timeout` seconds passed before."""
        if self._thread is not None:
            self._thread.join(timeout)
        return self._outcome

    @property
    def pid(self) -> int | None:
        """Process id, None before it started."""
        return None if self._process is None else self._process.pid

    def _follow(self, on_progress: Callable[[Progress], None], on_done: Callable[[Outcome], None]) -> None:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        home, paths = os.fspath(self._home.absolute()), [os.fspath(path.absolute()) for path in self._paths]
        self._say({"home": home, "paths": paths, "language": language()})
        outcome: Outcome | None = None
        for line in process.stdout:
            try:
                message = json.loads(line)
            except ValueError:
                continue  # cut short by the end of the process
            if "progress" in message:
                on_progress(Progress(*message["progress"]))
            else:
                outcome = _outcome_of(message) or outcome
        process.stdout.close()
        with suppress(OSError):
            assert process.stdin is not None
            process.stdin.close()
        process.wait()
        if self._timer is not None:
            self._timer.cancel()
        self._outcome = outcome or _broken(self._cancelled)
        on_done(self._outcome)

    def _say(self, message: dict[str, Any]) -> None:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        with suppress(OSError, ValueError):
            process.stdin.write(json.dumps(message).encode() + b"\n")
            process.stdin.flush()


def report_out(report: IndexReport) -> dict[str, Any]:
    """A report as JSON values."""
    return {**vars(report), "problems": [[problem.path, problem.what] for problem in report.problems]}


def _outcome_of(message: dict[str, Any]) -> Outcome | None:
    if "report" in message:
        values = dict(message["report"])
        values["problems"] = tuple(IndexProblem(path, what) for path, what in values["problems"])
        return IndexReport(**values)
    if "error" in message:
        kind, title, detail = message["error"]
        return (UsageError if kind == "UsageError" else StoreError)(title, detail)
    return None


def _broken(cancelled: bool) -> Outcome:
    """For a process that ended without a word, or had to be ended."""
    if cancelled:
        return IndexReport(0, 0, 0, 0, 0, 0.0, (), True, 0, 0, 0)
    return StoreError(
        _("The index is not complete"),
        _("The run that builds the index broke down. What it had read stays; press u to go on."),
    )
