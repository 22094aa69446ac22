"""All questions to a Linux host in one script, and its answers taken apart again.

One script over one connection costs one login and gives one moment of measurement. The script is data/collect/frame.sh
with the sections of data/probes behind it; it travels through stdin, so that neither the length of a command line nor
the quoting of somebody's login shell matters, and nothing of it stands in a process list.

What comes back, after whatever a login script may have said first (N is a nonce of 16 hexadecimal digits):

    \\n@N H <uptime> <uname -s> <id -u>\\n       once
    \\n@N B <number>\\n  bytes  \\n@N E <number> <exit status, 137 = ended, late = not begun> <uptime> <uptime>\\n
    \\n@N END <sections>\\n                      once; without it the answer was cut off

Bytes are as the command wrote them, stdout and stderr together: a channel without terminal changes nothing.
"""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

from console.checks.raw import Probe, Raw
from console.errors import ConsoleError
from console.i18n import N_
from console.model.sentence import NOTHING, Sentence
from console.resources import resource

PROBE_CAP = 256 * 1024
"""Bytes that one section may say, unless it stands in `LARGE`."""
LARGE: Mapping[str, int] = {"log": 8 * 1024 * 1024, "journal": 8 * 1024 * 1024}
"""Bytes for the sections that carry what others only count."""
HOST_CAP = 2 * 1024 * 1024
"""Bytes that all other sections of a host may say together; what comes after them is not read."""

STATUS_ENDED = 137
"""Exit status of a section that was ended when its time was over (128 + KILL)."""
_ENDED = (STATUS_ENDED, 265)  # ksh93 says 256 + KILL

Bodies = Callable[[str], str]
"""From the name of a probe to the text of its section."""


@dataclass(frozen=True)
class Said:
    """What is true of all answers of one visit."""

    started: datetime
    """This machine's clock when the script began."""
    tool: str
    """By what way."""
    cut: Sentence = NOTHING
    """Why nothing more came, where the end is missing; empty means that the other side just ended."""


@cache
def shipped_body(name: str) -> str:
    """The section data/probes/NAME.sh. Raises ConsoleError where there is none."""
    return resource(f"probes/{name}.sh").read_text(encoding="utf-8")


def cap_of(probe: Probe) -> int:
    """Bytes that the answer to `probe` may have."""
    return LARGE.get(probe.name, PROBE_CAP)


def host_cap(probes: Sequence[Probe]) -> int:
    """Bytes that are read of a host at most."""
    return HOST_CAP + sum(cap_of(probe) for probe in probes if probe.name in LARGE)


def build_script(probes: Sequence[Probe], nonce: str, budget_s: float, bodies: Bodies = shipped_body) -> bytes:
    """The script that asks `probes`, in their order, and ends within `budget_s` seconds whatever they do.

    Probes that cannot be asked (no such section, an argument with a NUL) are left out; `parse_answer` says why.
    """
    questions: dict[str, str] = {}
    calls = []
    for number, probe in enumerate(probes):
        if _unaskable(probe, bodies):
            continue
        if probe.name not in questions:
            questions[probe.name] = f"q{len(questions)}"
        limit = max(1, round(probe.limit_s + 0.49))
        arguments = " ".join(_quoted(argument) for argument in probe.args)
        calls.append(f'ask {number} {limit} {cap_of(probe) + 1} "${questions[probe.name]}" {arguments}'.rstrip())
    texts = [f"{variable}={_quoted(bodies(name))}" for name, variable in questions.items()]
    frame = resource("collect/frame.sh").read_text(encoding="utf-8")
    frame = frame.replace("@NONCE@", nonce).replace("@BUDGET@", str(max(1, int(budget_s))))
    head, _, tail = frame.partition("@ASK@")
    return _bytes(head + "\n".join([*texts, *calls]) + tail.replace("@COUNT@", str(len(calls))))


def is_complete(answer: bytes | bytearray, nonce: str, since: int = 0) -> bool:
    """Whether the end has come, looking from byte `since` on."""
    return answer.find(b"\n@%s END " % nonce.encode(), max(0, since - 64)) >= 0


def parse_answer(
    answer: bytes, probes: Sequence[Probe], nonce: str, said: Said, bodies: Bodies = shipped_body
) -> tuple[Raw, ...]:
    """One Raw for each of `probes`, in their order; where there is no whole answer, its trouble says why."""
    marks = re.compile(rb"\n@%s (END|H|B|E) ?([^\n]*)\n" % re.escape(nonce.encode()))
    system: Literal["", "linux"] = ""
    base = 0.0
    began: dict[int, int] = {}
    whole: dict[int, tuple[bytes, list[bytes]]] = {}
    at, ended = 0, False
    while (mark := marks.search(answer, at)) is not None:
        # The line break that ends one mark may begin the next.
        at = mark.end() - 1
        kind, words = mark[1], mark[2].split()
        if kind == b"H" and len(words) == 3:
            base = _seconds(words[0])
            system = "linux" if words[1] == b"Linux" else ""
        elif kind == b"B" and words and words[0].isdigit():
            began[int(words[0])] = mark.end()
        elif kind == b"E" and len(words) == 4 and words[0].isdigit():
            number = int(words[0])
            start = began.get(number, mark.start())
            whole[number] = (answer[start : max(start, mark.start())], words[1:])
        elif kind == b"END":
            ended = True
            break
    cut = Sentence(N_("The host did not answer this question."))
    if not ended:
        cut = said.cut or Sentence(N_("The connection ended before the whole answer had come."))
    raws = []
    for number, probe in enumerate(probes):
        unaskable = _unaskable(probe, bodies)
        command = " ".join([f"{probe.name}.sh", *map(shlex.quote, probe.args)])
        common = Raw(probe, "posix", command=command, tool=said.tool, started=said.started, system=system)
        if unaskable:
            raws.append(replace(common, trouble=unaskable))
        elif number in whole:
            raws.append(_answered(common, *whole[number], base))
        elif number in began:
            raws.append(replace(common, output=answer[began[number] :], trouble=cut))
        else:
            raws.append(replace(common, trouble=cut))
    return tuple(raws)


def first_line(answer: bytes) -> str:
    """What a host said that never began with the script, for the reason: its first line with letters, cut."""
    for line in answer[:4096].decode("utf-8", "replace").splitlines():
        if line.strip():
            return line.strip()[:160]
    return ""


def _answered(common: Raw, output: bytes, words: list[bytes], base: float) -> Raw:
    """A section that came to its end, one way or another."""
    status, t0, t1 = words
    seconds = max(0.0, _seconds(t1) - _seconds(t0))
    started = common.started + timedelta(seconds=max(0.0, _seconds(t0) - base))
    raw = replace(common, output=output, started=started, seconds=seconds)
    if status == b"late":
        return replace(raw, trouble=Sentence(N_("Not asked: the time for this host was over.")))
    code = int(status) if status.isdigit() else None
    if code in _ENDED:
        source = N_("No whole answer within {seconds} s; the question was ended on the server.")
        return replace(raw, trouble=Sentence(source, {"seconds": f"{seconds:.0f}"}))
    cap = cap_of(common.probe)
    if len(output) > cap:
        source = N_("The answer was longer than {size} KiB; the rest was dropped.")
        trouble = Sentence(source, {"size": str(cap // 1024)})
        return replace(raw, output=output[:cap], truncated=True, exit_status=code, trouble=trouble)
    return replace(raw, exit_status=code)


def _unaskable(probe: Probe, bodies: Bodies) -> Sentence:
    """Why `probe` cannot be put into a script; empty when it can."""
    if any("\0" in argument for argument in probe.args):
        return Sentence(N_("A name with a NUL character cannot be asked of a Linux host."))
    try:
        bodies(probe.name)
    except ConsoleError:
        return Sentence(N_("The question {name} cannot be put to a Linux host."), {"name": probe.name})
    return NOTHING


def _quoted(text: str) -> str:
    """`text` as one word of a POSIX shell, whatever it holds."""
    return "'" + text.replace("'", "'\\''") + "'"


def _bytes(text: str) -> bytes:
    # Names that are not UTF-8 reach us with lone surrogates and go out as the bytes they were.
    return text.encode("utf-8", "surrogateescape")


def _seconds(word: bytes) -> float:
    try:
        return float(word)
    except ValueError:
        return 0.0
