"""Starts the process that keeps the practice servers alive; it ends with the console."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path


class WardJob:
    """The practice servers of one home while the console is open."""

    def __init__(self, home: Path) -> None:
        package_parent = str(Path(__file__).resolve().parents[2])
        paths = [package_parent, *filter(None, [os.environ.get("PYTHONPATH")])]
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        self._process = subprocess.Popen(
            # -P: what lies in the current folder, which may be a stranger's USB stick, is not imported.
            [sys.executable, "-P", "-W", "ignore", "-m", "console.demo.ward_process", os.fspath(home.absolute())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=sys.platform != "win32",
            creationflags=flags,
        )

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def close(self) -> None:
        """End it; waits for a moment only."""
        with suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
