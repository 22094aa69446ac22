"""This machine's own answers, from a process that is left behind when something in it hangs.

A question may hang in the system where no thread can be ended (a dead share). So the answers come from a child process
(console.checks.local_process) over a pipe; when the time is over it is killed and nobody waits for it.
"""

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from console import __version__
from console.checks.raw import Probe, Raw
from console.checks.transports.answer import HostAnswer
from console.child import module_command, start
from console.i18n import N_
from console.model.clock import local_now
from console.model.sentence import Sentence

LINE_CAP = 40 * 1024 * 1024
"""Bytes of one line of the child; it keeps to less, unless it has gone wrong."""
TOTAL_CAP = 128 * 1024 * 1024
"""Bytes of all lines together."""
_STRAY = 100
"""Lines beyond one for each probe that are passed over."""
_GRACE_S = 1.0
"""Seconds that the child has to end what it started, once its standard input is closed."""
_TICK_S = 0.1
"""How soon a stopped run is noticed."""

_Line = bytes | None
"""A line of the child; None is its end."""


def ask_local(
    host_id: str,
    probes: Sequence[Probe],
    deadline: float,
    cancelled: Callable[[], bool] = lambda: False,
    command: Sequence[str] = tuple(module_command("console.checks.local_process")),
) -> HostAnswer:
    """Answers of this machine, one Raw for each of `probes`, by `deadline` (time.monotonic()) at the latest.

    Never raises for what the machine does. `command` is the child, for tests.
    """
    if not probes:
        return HostAnswer(host_id, ())
    try:
        child = start(command)
    except OSError as error:
        source = N_("This machine cannot be asked: {why}.")
        trouble = Sentence(source, {"why": error.strerror or type(error).__name__})
        return HostAnswer(host_id, tuple(_raw(probe, trouble=trouble) for probe in probes), trouble=trouble)
    raws: dict[int, Raw] = {}
    why = Sentence(N_("The process that asks this machine ended before it had answered."))
    lines: queue.SimpleQueue[_Line] = queue.SimpleQueue()
    order = {"probes": [{"name": each.name, "args": list(each.args), "limit_s": each.limit_s} for each in probes]}
    threading.Thread(target=_talk, args=(child, order, lines), name="local-answers", daemon=True).start()
    while len(raws) < len(probes):
        left = deadline - time.monotonic()
        if left <= 0:
            why = Sentence(N_("Not answered in time: the time for this machine was over."))
            break
        if cancelled():
            why = Sentence(N_("The run was stopped before this was answered."))
            break
        try:
            line = lines.get(timeout=min(left, _TICK_S))
        except queue.Empty:
            continue
        if line is None:
            break
        _take(line, probes, raws)
    _leave(child)
    answers = tuple(raws.get(number) or _raw(probe, trouble=why) for number, probe in enumerate(probes))
    return HostAnswer(host_id, answers)


def _take(line: bytes, probes: Sequence[Probe], raws: dict[int, Raw]) -> None:
    """One line of the child; a line that is none of ours is passed over, its probe then has no answer."""
    with suppress(ValueError, LookupError, TypeError, AttributeError, OverflowError, OSError):
        data: dict[str, Any] = json.loads(line)
        number = int(data["number"])
        if not 0 <= number < len(probes) or number in raws:
            return
        raw = replace(
            _raw(probes[number]),
            output=str(data.get("output", "")).encode(),
            started=datetime.fromtimestamp(float(data["started"])).astimezone(),
            seconds=float(data["seconds"]),
            truncated=bool(data.get("truncated")),
        )
        if "trouble" in data:
            raw = replace(raw, trouble=Sentence.from_json(data["trouble"]))
        else:
            raw = replace(raw, exit_status=0)
        raws[number] = raw


def _talk(child: "subprocess.Popen[bytes]", order: dict[str, Any], lines: "queue.SimpleQueue[_Line]") -> None:
    """Hand over the order and pass on what comes back, as much as anybody can use."""
    assert child.stdin is not None
    assert child.stdout is not None
    total, spare = 0, len(order["probes"]) + _STRAY
    with suppress(OSError, ValueError):
        child.stdin.write(json.dumps(order).encode() + b"\n")
        child.stdin.flush()
        while line := child.stdout.readline(LINE_CAP):
            total += len(line)
            spare -= 1
            if spare < 0 or total > TOTAL_CAP or not line.endswith(b"\n"):
                break
            lines.put(line)
    lines.put(None)


def _leave(child: "subprocess.Popen[bytes]") -> None:
    """End the child without waiting: it may hang where nothing ends it."""

    def end() -> None:
        assert child.stdin is not None
        with suppress(OSError, ValueError):
            child.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            child.wait(_GRACE_S)
        with suppress(OSError):
            child.kill()
        child.wait()

    threading.Thread(target=end, name="local-end", daemon=True).start()


def _raw(probe: Probe, *, trouble: Sentence | None = None) -> Raw:
    system: Literal["linux", "windows"] = "windows" if sys.platform == "win32" else "linux"
    raw = Raw(
        probe,
        "json",
        command=" ".join((probe.name, *probe.args)),
        tool=f"local, console {__version__}",
        started=local_now(),
        system=system,
    )
    return raw if trouble is None else replace(raw, trouble=trouble)
