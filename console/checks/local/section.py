"""Runs a shell section of data/probes on this machine, for probes that need no Python to be answered.

One text serves SSH, the bundle and this machine, so there is one parser and nothing to keep alike.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress

from console.checks.local.trouble import ProbeTrouble
from console.i18n import N_
from console.model.sentence import Sentence
from console.resources import resource

SECTION_CAP = 8 * 1024 * 1024
"""Bytes that a section may say; a section that says more is ended and has no answer."""

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_running: set[int] = set()
_lock = threading.Lock()


def section_text(name: str, args: Sequence[str] = (), limit_s: float = 15.0) -> str:
    """What data/probes/NAME.sh says here.

    Raises OSError where there is no /bin/sh, TimeoutError (an OSError too) when it takes longer, ProbeTrouble when it
    says too much, ConsoleError when the section is missing.
    """
    body = resource(f"probes/{name}.sh").read_text(encoding="utf-8")
    process = subprocess.Popen(
        ["/bin/sh", "-c", body, "probe", *args],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={"PATH": f"{os.environ.get('PATH', '')}:{_PATH}", "LC_ALL": "C", "HOME": os.environ.get("HOME", "/")},
        start_new_session=True,
    )
    assert process.stdout is not None
    with _lock:
        _running.add(process.pid)
    late = threading.Event()

    def end_late() -> None:
        late.set()
        _end(process.pid)

    timer = threading.Timer(limit_s, end_late)
    timer.daemon = True
    timer.start()
    try:
        output = process.stdout.read(SECTION_CAP + 1)
    finally:
        timer.cancel()
        # The group has no name any more once its leader is waited for; so it is ended before, whatever still runs.
        _end(process.pid)
        process.stdout.close()
        process.wait()
        with _lock:
            _running.discard(process.pid)
    if late.is_set():
        raise TimeoutError(f"{name}.sh took longer than {limit_s:g} s")
    if len(output) > SECTION_CAP:
        source = N_("The answer was longer than {size} MiB; the rest was dropped.")
        raise ProbeTrouble(Sentence(source, {"size": str(SECTION_CAP >> 20)}))
    return output.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode("utf-8")


def end_sections() -> None:
    """End all sections that still run, because nobody waits for their answers any more."""
    with _lock:
        for pid in _running:
            _end(pid)


def _end(pid: int) -> None:
    """The whole group: the shell's own children hold the pipe."""
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
