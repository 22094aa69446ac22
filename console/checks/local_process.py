"""Answers questions about this machine, in a process that may be left behind when it hangs in the system.

`python -m console.checks.local_process`: one JSON line comes in on standard input, one goes out for each probe as soon
as it has ended.

    in   {"probes": [{"name": "disk", "args": ["/data"], "limit_s": 10.0}, ...]}
    out  {"number": 0, "started": <POSIX time>, "seconds": 0.1, "output": "<JSON text>"}
         {"number": 1, "started": ..., "seconds": ..., "trouble": {Sentence}}          beside an output, it was cut

Each probe has a daemon thread of its own. One that hangs, as on a dead share, is told of at its limit and costs no
other probe its answer; the process ends without waiting for it.
"""

import json
import os
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from console.checks.local.finding import function_of
from console.checks.local.section import end_sections
from console.checks.local.trouble import ProbeTrouble
from console.errors import ConsoleError
from console.i18n import N_
from console.model.sentence import Sentence

ANSWER_CAP = 16 * 1024 * 1024
"""Characters of JSON that one probe may answer."""
AT_ONCE = 8
"""Probes that are asked at the same time; one that hangs gives its place away at its limit."""

Answer = dict[str, Any]


def answer_all(probes: Sequence[Mapping[str, Any]], tell: Callable[[Answer], None]) -> None:
    """Ask each probe and hand every answer to `tell`, in the order they end, until all have ended or are late."""
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    waiting = deque(enumerate(probes))
    running: dict[int, tuple[float, float, float]] = {}  # number: end by the monotonic clock, limit, POSIX start
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            number, probe = waiting.popleft()
            limit = float(probe["limit_s"])
            running[number] = (time.monotonic() + limit, limit, time.time())
            threading.Thread(target=_ask, args=(number, probe, answers), name=f"probe-{number}", daemon=True).start()
        soonest = min(end for end, _limit, _started in running.values())
        with suppress(queue.Empty):
            answer = answers.get(timeout=max(0.001, soonest - time.monotonic()))
            # What comes after its limit has been told of already.
            if running.pop(answer["number"], None) is not None:
                tell(answer)
        now = time.monotonic()
        for number, (end, limit, started) in list(running.items()):
            if now >= end:
                del running[number]
                source = N_("No answer within {seconds} s; the question was given up.")
                trouble = Sentence(source, {"seconds": f"{limit:g}"})
                tell({"number": number, "started": started, "seconds": limit, "trouble": trouble.to_json()})


def _ask(number: int, probe: Mapping[str, Any], answers: "queue.SimpleQueue[Answer]") -> None:
    """One probe in its thread. Whatever happens, one answer comes of it."""
    began, started = time.monotonic(), time.time()
    answer: Answer = {}
    try:
        answer = _answer(str(probe["name"]), [str(argument) for argument in probe["args"]])
    finally:
        if not answer:
            # The error itself belongs to nobody's report; its kind is enough to find the mistake.
            kind = sys.exc_info()[0]
            source = N_("The question {name} broke down on this machine ({error}).")
            values = {"name": str(probe["name"]), "error": kind.__name__ if kind else "-"}
            answer = {"trouble": Sentence(source, values).to_json()}
        answers.put({**answer, "number": number, "started": started, "seconds": time.monotonic() - began})


def _answer(name: str, args: Sequence[str]) -> Answer:
    function = function_of(name)
    if function is None:
        source = N_("The question {name} cannot be answered by this machine.")
        return {"trouble": Sentence(source, {"name": name}).to_json()}
    try:
        value = function(args)
    except ProbeTrouble as error:
        return {"trouble": error.why.to_json()}
    except ConsoleError as error:
        source = N_("The question {name} could not be asked: {why}")
        return {"trouble": Sentence(source, {"name": name, "why": error.detail}).to_json()}
    except OSError as error:
        return {"trouble": _of_system(error, name).to_json()}
    return _encoded(value)


def _encoded(value: object) -> Answer:
    """`value` as JSON text, no longer than it may be."""
    if isinstance(value, str) and len(value) > ANSWER_CAP:
        value, cut = value[:ANSWER_CAP], True
    else:
        cut = False
    pieces: list[str] = []
    size = 0
    for piece in json.JSONEncoder().iterencode(value):
        size += len(piece)
        pieces.append(piece)
        if size > ANSWER_CAP:
            cut = True
            break
    answer: Answer = {"output": "".join(pieces)[:ANSWER_CAP]}
    if cut:
        source = N_("The answer was longer than {size} MiB; the rest was dropped.")
        answer["trouble"] = Sentence(source, {"size": str(ANSWER_CAP >> 20)}).to_json()
        answer["truncated"] = True
    return answer


def _of_system(error: OSError, name: str) -> Sentence:
    """What the system said, in words."""
    path = str(error.filename or name)
    if isinstance(error, PermissionError):
        return Sentence(N_("This account may not read {path}."), {"path": path})
    if isinstance(error, FileNotFoundError):
        return Sentence(N_("{path} does not exist on this machine."), {"path": path})
    if isinstance(error, TimeoutError):
        return Sentence(N_("The question {name} took too long and was ended."), {"name": name})
    why = error.strerror or type(error).__name__
    return Sentence(N_("This machine could not answer about {path}: {why}."), {"path": path, "why": why})


def main() -> None:
    """Answer one order."""
    try:
        order = json.loads(sys.stdin.buffer.readline())
        probes = list(order["probes"])
    except (ValueError, LookupError, TypeError):
        return  # the other side ended before it had spoken
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    answer_all(probes, _tell)
    # Sections that were given up run on until somebody ends them.
    end_sections()


def _end_with_parent() -> None:
    """Nothing more comes on standard input but its end: then nobody listens, and nothing of this may stay behind."""
    with suppress(OSError):
        sys.stdin.buffer.read()
    end_sections()
    os._exit(1)


def _tell(answer: Answer) -> None:
    with suppress(OSError):
        sys.stdout.buffer.write(json.dumps(answer).encode("ascii") + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
    # Threads that hang in the system must not hold up the end.
    os._exit(0)
