"""A report in a process of its own: seconds of work that hold the interpreter never touch the screen.

Callbacks come from a thread; a screen posts a message and returns.
"""

import json
import os
import pickle
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

from console import child
from console.i18n import _, language
from console.model.progress import Progress
from console.model.report import Report, Stopped, Written

PATIENCE = 3.0
"""Seconds that the process has to stop by itself; then it is ended."""


class ReportJob:
    """One report. `start` it once; `cancel` and `wait` from any thread.

    `target` must lie in a folder that exists; what is there is replaced only when the report is complete. The language
    is the report's ("zh" or "en"), messages come in that of the console.
    """

    def __init__(self, report: Report, target: Path, report_language: str, epoch: int | None = None) -> None:
        self._order = packed(report)
        self._head: dict[str, Any] = {
            "target": os.fspath(target.absolute()),
            "language": report_language,
            "messages": language(),
            "epoch": epoch,
            "bytes": len(self._order),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._timer: threading.Timer | None = None
        self._cancelled = False
        self._writing = threading.Lock()
        self._result: Written | Stopped | None = None

    def start(self, on_progress: Callable[[Progress], None], on_done: Callable[[Written | Stopped], None]) -> None:
        """Begin. `on_done` is called exactly once, whatever happens."""
        self._process = child.start(child.module_command("console.report.report_process"), one_thread=True)
        self._thread = threading.Thread(target=self._follow, args=(on_progress, on_done), name="report", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Stop it; returns at once. Nothing is left at the target."""
        process = self._process
        if process is None or self._cancelled:
            return
        self._cancelled = True
        self._timer = threading.Timer(PATIENCE, process.kill)
        self._timer.daemon = True
        self._timer.start()
        self._say(b"cancel\n")

    def wait(self, timeout: float | None = None) -> Written | Stopped | None:
        """What came of it; None when `timeout` seconds passed before."""
        if self._thread is not None:
            self._thread.join(timeout)
        return self._result

    @property
    def pid(self) -> int | None:
        """Process id, None before it started."""
        return None if self._process is None else self._process.pid

    def _follow(self, on_progress: Callable[[Progress], None], on_done: Callable[[Written | Stopped], None]) -> None:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        self._say(json.dumps(self._head).encode() + b"\n" + self._order)
        self._order = b""
        result: Written | Stopped | None = None
        for line in process.stdout:
            with suppress(ValueError, LookupError, TypeError):
                message = json.loads(line)
                if "progress" in message:
                    on_progress(Progress(*message["progress"]))
                elif "written" in message:
                    values = {**message["written"], "missing_glyphs": tuple(message["written"]["missing_glyphs"])}
                    result = Written(**values)
                elif "stopped" in message:
                    result = Stopped(**message["stopped"])
        if self._timer is not None:
            self._timer.cancel()
        process.stdout.close()
        with suppress(OSError):
            assert process.stdin is not None
            process.stdin.close()
        process.wait()
        self._result = result or self._broken()
        on_done(self._result)

    def _say(self, data: bytes) -> None:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        with self._writing, suppress(OSError, ValueError):
            process.stdin.write(data)
            process.stdin.flush()

    def _broken(self) -> Stopped:
        """For a process that ended without a word, or had to be ended."""
        if self._cancelled:
            return Stopped(_("Stopped"), _("The report was stopped; nothing was written."), True)
        sentence = _(
            "Making the report broke down, perhaps for want of memory; nothing was written. Close other programs and "
            "try again."
        )
        return Stopped(_("The report was not written"), sentence)


class _Pickler(pickle.Pickler):
    """Knows read-only mappings, which pickle does not."""

    def reducer_override(self, thing: Any) -> Any:
        return (dict, (dict(thing),)) if isinstance(thing, MappingProxyType) else NotImplemented


def packed(report: Report) -> bytes:
    """A report for the pipe to our own process, which runs the same code."""
    stream = BytesIO()
    _Pickler(stream, pickle.HIGHEST_PROTOCOL).dump(report)
    return stream.getvalue()
