"""Starts the process that keeps the practice servers alive; it ends with the console."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

from console import child


class WardJob:
    """The practice servers of one home while the console is open."""

    def __init__(self, home: Path) -> None:
        self._process = child.start(child.module_command("console.demo.ward_process", os.fspath(home.absolute())))

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def close(self) -> None:
        """End it; waits for a moment only."""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(OSError):
                pipe.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
