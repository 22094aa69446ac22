"""How the tests of the store start the processes of `child.py`."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

CHECKOUT = Path(__file__).parents[3]


def command(verb: str, folder: Path, *arguments: str) -> list[str]:
    """The command line of one child."""
    return [sys.executable, "-B", "-m", "tests.unit.store.child", verb, str(folder), *arguments]


def start(verb: str, folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a child whose stdin and stdout are pipes."""
    line = command(verb, folder, *arguments)
    return subprocess.Popen(line, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def run(verb: str, folder: Path, *arguments: str, before: Sequence[str] = ()) -> "subprocess.CompletedProcess[bytes]":
    """Run a child to its end, behind the words of `before`."""
    line = [*before, *command(verb, folder, *arguments)]
    return subprocess.run(line, cwd=CHECKOUT, stdout=subprocess.PIPE, timeout=60, check=False)
