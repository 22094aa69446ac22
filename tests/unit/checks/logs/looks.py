"""Looking at logs in tests: as on this machine, and as on a Linux host, through a real shell without rights."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from console.checks.logs import remote
from console.checks.logs.bookmark import State
from console.checks.logs.looking import Request
from console.checks.logs.rotation import look

Way = Callable[[str, Request], dict[str, Any]]
SECTION = Path(__file__).parents[4] / "data" / "probes" / "log.sh"
NOBODY = 65534
SHELLS = {
    "dash": ["dash"],
    "bash": ["bash", "--posix"],
    "busybox": ["busybox", "ash"],
    "mksh": ["mksh"],
}


def here(pattern: str, request: Request) -> dict[str, Any]:
    """As the local process does."""
    return look(pattern, request)


def in_shell(shell: str) -> Way:
    """As over SSH."""

    def way(pattern: str, request: Request) -> dict[str, Any]:
        return remote.look_of(said(shell, pattern, request), request)

    return way


def said(shell: str, pattern: str, request: Request) -> bytes:
    """What log.sh says in a shell, run by an account without rights."""
    line = [*SHELLS[shell], "-c", SECTION.read_text("utf-8"), "probe", *remote.arguments(pattern, request)]
    environ = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    rights: dict[str, Any] = {}
    if sys.platform != "win32" and os.getuid() == 0:
        rights = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    done = subprocess.run(
        line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environ, timeout=60, check=False, cwd="/", **rights
    )
    assert done.returncode == 0, done.stdout
    output: bytes = done.stdout
    return output


def shells() -> list[str]:
    """The shells that this machine has."""
    return [name for name, line in SHELLS.items() if shutil.which(line[0])]


class Reader:
    """Somebody who looks at a log again and again and adds up what was found."""

    def __init__(self, pattern: Path, way: Way, request: Request | None = None) -> None:
        self.pattern = str(pattern)
        self.way = way
        self.request = request or Request(first_bytes=10**9, budget_bytes=5 * 10**6)
        self.counts: Counter[str] = Counter()
        self.result: dict[str, Any] = {}

    def look(self) -> dict[str, Any]:
        """One look; its groups are added to `counts` by their shape."""
        self.result = self.way(self.pattern, self.request)
        for group in self.result["groups"]:
            self.counts[group["shape"]] += group["count"]
        self.request = replace(self.request, state=State.from_json(self.result["state"]))
        return self.result


def word(number: int) -> str:
    """A number in letters, because digits are no part of a shape."""
    return "n" + "".join(chr(ord("a") + int(digit)) for digit in str(number)) + "z"
