"""An export in a process of its own: the console stays quick, and what a stranger's bytes break is not the console.

Nothing here imports pydicom. Callbacks come from a thread; a screen posts a message and returns.
"""

import json
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress

from console import child
from console.i18n import _, language
from console.model.export import ExportPlan, ExportProblem, ExportReport
from console.model.progress import Progress
from console.studies.export import wire

PATIENCE = 5.0
"""Seconds that the process has to stop by itself; a stick that hangs may take longer, and then it is ended."""


class ExportJob:
    """One export. `start` it once; `cancel` and `wait` from any thread."""

    def __init__(self, plan: ExportPlan) -> None:
        self._plan = plan
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._timer: threading.Timer | None = None
        self._cancelled = False
        self._report: ExportReport | None = None
        self._on_done: Callable[[ExportReport], None] = lambda report: None
        self._writing = threading.Lock()
        self._ending = threading.Lock()
        self._ended = threading.Event()

    def start(self, on_progress: Callable[[Progress], None], on_done: Callable[[ExportReport], None]) -> None:
        """Begin. `on_done` is called exactly once, whatever happens."""
        self._on_done = on_done
        self._process = child.start(child.module_command("console.studies.export.export_process"))
        self._thread = threading.Thread(target=self._follow, args=(on_progress,), name="export", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Stop it; returns at once. What was complete stays on the target, which says that it is not complete."""
        process = self._process
        if process is None or self._cancelled:
            return
        self._cancelled = True
        self._say(b"cancel\n")
        self._timer = threading.Timer(PATIENCE, self._give_up)
        self._timer.daemon = True
        self._timer.start()

    def wait(self, timeout: float | None = None) -> ExportReport | None:
        """The report as soon as it is there; None when `timeout` seconds passed before."""
        if self._thread is not None:
            self._ended.wait(timeout)
        return self._report

    @property
    def pid(self) -> int | None:
        """Process id, None before it started."""
        return None if self._process is None else self._process.pid

    def _give_up(self) -> None:
        """End a process that does not stop. One that hangs in the system goes when the system lets it."""
        process = self._process
        assert process is not None
        process.kill()
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
        self._end(self._broken())

    def _end(self, report: ExportReport) -> None:
        with self._ending:
            if self._report is not None:
                return
            self._report = report
        self._on_done(report)
        self._ended.set()

    def _follow(self, on_progress: Callable[[Progress], None]) -> None:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        self._say(wire.line("plan", {**wire.plan_out(self._plan), "language": language()}))
        report: ExportReport | None = None
        for text in process.stdout:
            try:
                message = json.loads(text)
            except ValueError:
                continue  # cut short by the end of the process
            if "progress" in message:
                on_progress(Progress(*message["progress"]))
            elif "report" in message:
                report = wire.report_in(message["report"])
        if self._timer is not None:
            self._timer.cancel()
        process.stdout.close()
        with suppress(OSError):
            assert process.stdin is not None
            process.stdin.close()
        process.wait()
        self._end(report or self._broken())

    def _say(self, data: bytes) -> None:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        with self._writing, suppress(OSError, ValueError):
            process.stdin.write(data)
            process.stdin.flush()

    def _broken(self) -> ExportReport:
        """For a process that ended without a word, or had to be ended."""
        if self._cancelled:
            sentence = _("The export was stopped; {path} did not answer any more and is not complete.")
        else:
            sentence = _(
                "The export broke down; {path} is not complete, and the sources are untouched. Start it again in the "
                "same folder."
            )
        said = sentence.format(path=self._plan.target)
        return ExportReport(
            self._plan.target, 0, 0, 0.0, (ExportProblem("", said),), False, False, False, self._cancelled, False, said
        )
