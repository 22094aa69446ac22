"""A run in a process of its own: a host that hangs, or an answer of a gigabyte, never touches the screen.

Callbacks come from a thread; a screen posts a message and returns. A passphrase goes down the pipe and nowhere else.
"""

import json
import os
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from console import child
from console.checks.wire import event_in
from console.i18n import _, language
from console.model.check_run import Ended, RunEvent, Selection
from console.model.checks import Status

PATIENCE = 3.0
"""Seconds that the process has to write down what was stopped; then it is ended."""


class CheckJob:
    """One run. `start` it once; `cancel` and `wait` from any thread."""

    def __init__(
        self, home: Path, site_path: Path | None, selection: Selection, *, operator: str = "", passphrase: str = ""
    ) -> None:
        self._order: dict[str, Any] = {
            "home": os.fspath(home.absolute()),
            "site": None if site_path is None else os.fspath(site_path.absolute()),
            "checks": selection.checks,
            "hosts": selection.hosts,
            "targets": selection.targets,
            "operator": operator,
            "passphrase": passphrase,
            "language": language(),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._timer: threading.Timer | None = None
        self._cancelled = False

    def start(self, on_event: Callable[[RunEvent], None]) -> None:
        """Begin. The last event is an Ended, exactly one, whatever happens."""
        self._process = child.start(child.module_command("console.checks.run_process"))
        self._thread = threading.Thread(target=self._follow, args=(on_event,), name="check-job", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Stop it; returns at once. What was answered stays in the history."""
        process = self._process
        if process is None or self._cancelled:
            return
        self._cancelled = True
        self._say({"cancel": True})
        self._timer = threading.Timer(PATIENCE, process.kill)
        self._timer.daemon = True
        self._timer.start()

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it has ended, after at most `timeout` seconds."""
        if self._thread is not None:
            self._thread.join(timeout)
        return self._thread is None or not self._thread.is_alive()

    def _follow(self, on_event: Callable[[RunEvent], None]) -> None:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        self._say(self._order)
        self._order["passphrase"] = ""
        ended: Ended | None = None
        for line in process.stdout:
            try:
                event = event_in(json.loads(line))
            except (ValueError, LookupError, TypeError, AttributeError):
                continue  # cut short by the end of the process
            if isinstance(event, Ended):
                ended = event
                break
            on_event(event)
        with suppress(OSError):
            assert process.stdin is not None
            process.stdin.close()
        # The run is over, but a thread of its process may hang in the system for ever: nobody waits for that.
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        if process.poll() is None:
            process.kill()
        if self._timer is not None:
            self._timer.cancel()
        on_event(ended or _broken(self._cancelled))

    def _say(self, message: dict[str, Any]) -> None:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        with suppress(OSError, ValueError):
            process.stdin.write(json.dumps(message).encode() + b"\n")
            process.stdin.flush()


def _broken(cancelled: bool) -> Ended:
    """For a process that ended without a word, or had to be ended."""
    problem = "" if cancelled else _("The run broke down. What was answered before stays in the history; run it again.")
    return Ended(0, Status.UNKNOWN, 0.0, True, problem)
