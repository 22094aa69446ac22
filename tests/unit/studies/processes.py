"""How the tests of the index start the processes of `child.py`."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[3]


def command(verb: str, *arguments: Path | str) -> list[str]:
    """The command line of one child."""
    return [sys.executable, "-B", "-m", "tests.unit.studies.child", verb, *map(str, arguments)]


def run(verb: str, *arguments: Path | str, before: Sequence[str] = ()) -> dict[str, Any]:
    """Run a child to its end, behind the words of `before`; what it prints."""
    line = [*before, *command(verb, *arguments)]
    done = subprocess.run(line, cwd=CHECKOUT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def without_rights(verb: str, *arguments: Path | str) -> dict[str, Any]:
    """The same as an account without rights (the child gives them up)."""
    return run(verb, *arguments)


def start(verb: str, *arguments: Path | str) -> "subprocess.Popen[bytes]":
    """Start a child whose stdin and stdout are pipes."""
    line = command(verb, *arguments)
    return subprocess.Popen(line, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
