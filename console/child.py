"""Processes of our own beside the console: how one is started, and what both ends of the pipe need.

A process has no terminal and a session of its own (ctrl+c is for the console), runs the same package as ours, and ends
when its standard input does.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

_GRACE_S = 5.0


def module_command(module: str, *arguments: str) -> list[str]:
    """The command line that runs a module of this package."""
    # -P: what lies in the current folder, which may be a stranger's USB stick, is not imported.
    return [sys.executable, "-P", "-W", "ignore", "-m", module, *arguments]


def start(
    command: Sequence[str], *, one_thread: bool = False, background: bool = False, pass_fds: Sequence[int] = ()
) -> "subprocess.Popen[bytes]":
    """Start a process with pipes for standard input and output. Raises OSError.

    `one_thread` keeps numeric libraries from reserving room for threads they never use; `background` yields to others
    on Windows (elsewhere the process does so itself); `pass_fds` are descriptors that it inherits (POSIX).
    """
    paths = [str(Path(__file__).resolve().parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    if one_thread:
        environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        flags |= subprocess.BELOW_NORMAL_PRIORITY_CLASS if background else 0
    return subprocess.Popen(
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        pass_fds=tuple(pass_fds),
        start_new_session=sys.platform != "win32",
        creationflags=flags,
    )


# In the process itself


def stops_with_parent(grace_s: float | None = _GRACE_S) -> Callable[[], bool]:
    """Begin to listen to standard input: true once a line came ("cancel"), or its end, which is the console's.

    Work that hangs in the system, as on a dead share, must not outlive the console: `grace_s` later the process ends
    itself. None leaves it to finish what it has begun.
    """
    stop = threading.Event()

    def listen() -> None:
        line = sys.stdin.buffer.readline()
        stop.set()
        if not line and grace_s is not None:
            time.sleep(grace_s)
            os._exit(1)

    threading.Thread(target=listen, name="cancel", daemon=True).start()
    return stop.is_set


def tell_parent(message: dict[str, Any]) -> None:
    """One JSON line for the console. One that is gone hears nothing, and its end stops the work."""
    with suppress(OSError):
        sys.stdout.buffer.write(json.dumps(message).encode() + b"\n")
        sys.stdout.buffer.flush()
