"""This machine asked through its own process: real questions, and some that hang, fall, lie and flood."""

import json
import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from console.checks.local.finding import function_of
from console.checks.raw import Probe
from console.checks.transports.local import ask_local
from console.model.checks import Status
from tests.unit.checks.machine import host, judged, statuses

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the questions of this test are shell sections")

CHILD = """
import os, subprocess, sys, threading
import console.checks.local_process as process
from console.checks.local import section
from console.checks.local.trouble import ProbeTrouble
from console.model.sentence import Sentence

def hang(args):
    threading.Event().wait()

def denied(args):
    raise PermissionError(13, "Permission denied", "/etc/shadow")

def said(args):
    raise ProbeTrouble(Sentence("The disk sleeps."))

def shell(args):
    class Here:
        def read_text(self, encoding):
            return args[0]
    section.resource = lambda name: Here()
    return section.section_text("test", args[1:], limit_s=60.0)

def brief(args):
    class Here:
        def read_text(self, encoding):
            return args[0]
    section.resource = lambda name: Here()
    return section.section_text("test", limit_s=0.3)

table = {
    "hang": hang, "denied": denied, "said": said, "shell": shell, "brief": brief,
    "quick": lambda args: {"args": list(args)},
    "broken": lambda args: {}[0],
    "no-json": lambda args: object(),
    "large": lambda args: "y" * (1 << 28),
    "rows": lambda args: [["z" * 1000] * 100] * 10000,
}
process.function_of = table.get
process.main()
os._exit(0)
"""
"""The real process with questions of its own."""


@pytest.fixture
def child(tmp_path: Path) -> tuple[str, ...]:
    """The command that starts the process with the table above."""
    script = tmp_path / "child.py"
    script.write_text(CHILD)
    return (sys.executable, "-W", "ignore", str(script))


def soon(seconds: float = 20.0) -> float:
    """A deadline that is far enough away."""
    return time.monotonic() + seconds


def test_this_machine_answers_all_questions_of_its_own() -> None:
    # GIVEN the questions that the checks of the machine ask
    probes = (Probe("system"), Probe("processes"), Probe("ports"), Probe("services", ("no-such-service",)))
    # WHEN they are asked of this machine
    answer = ask_local("here", probes, soon(), lambda: False)
    # THEN each is answered and the judges understand it
    assert [str(raw.trouble) for raw in answer.answers] == ["", "", "", ""]
    system, processes, ports, services = answer.answers
    me = host(id="here", via="local", processes=(psutil.Process().name(),), services=("no-such-service",))
    assert statuses(judged("machine.memory", me, system))["memory"] is not Status.UNKNOWN
    assert statuses(judged("machine.account", me, system))["account"] is Status.OK
    assert set(statuses(judged("machine.processes", me, processes)).values()) == {Status.OK}
    assert judged("machine.services", me, services)["no-such-service"].status in (Status.CRIT, Status.UNKNOWN)
    assert json.loads(ports.output).rstrip().endswith("= end")
    assert all(raw.system == "linux" and raw.dialect == "json" and raw.tool for raw in answer.answers)


def test_a_question_that_hangs_costs_itself_only(child: tuple[str, ...]) -> None:
    # GIVEN more questions that hang than are asked at once, and one behind them
    hanging = tuple(Probe("hang", (str(number),), limit_s=0.3) for number in range(10))
    probes = (*hanging, Probe("quick", ("a b", "中文")))
    # WHEN they are asked
    began = time.monotonic()
    answer = ask_local("here", probes, soon(), command=child)
    # THEN each ends at its own limit, the last one is answered, and nobody waited for the others
    assert time.monotonic() - began < 10
    assert json.loads(answer.answers[-1].output) == {"args": ["a b", "中文"]}
    assert all("No answer within 0.3 s" in str(raw.trouble) for raw in answer.answers[:-1])
    assert not answer.trouble


def test_each_reason_is_one_sentence(child: tuple[str, ...]) -> None:
    probes = tuple(Probe(name) for name in ("denied", "said", "broken", "no-json", "unheard-of", "quick"))
    answer = ask_local("here", probes, soon(), command=child)
    troubles = [str(raw.trouble) for raw in answer.answers]
    assert troubles == [
        "This account may not read /etc/shadow.",
        "The disk sleeps.",
        "The question broken broke down on this machine (KeyError).",
        "The question no-json broke down on this machine (TypeError).",
        "The question unheard-of cannot be answered by this machine.",
        "",
    ]


def test_an_answer_without_measure_is_cut_and_told_of(child: tuple[str, ...]) -> None:
    answer = ask_local("here", (Probe("large", limit_s=30.0), Probe("rows", limit_s=30.0)), soon(60), command=child)
    for raw in answer.answers:
        assert "longer than 16 MiB" in str(raw.trouble)
        assert raw.truncated
        assert len(raw.output) <= 16 << 20


def test_a_shell_that_never_stops_talking_is_ended(child: tuple[str, ...]) -> None:
    probe = Probe(
        "shell", ("while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done",), 30
    )
    answer = ask_local("here", (probe,), soon(60), command=child)
    assert "longer than 8 MiB" in str(answer.answers[0].trouble)


def test_at_the_deadline_nobody_waits_and_nothing_stays_behind(child: tuple[str, ...], tmp_path: Path) -> None:
    # GIVEN a shell that would sleep for minutes, with a child of its own
    pid_file = tmp_path / "pid"
    probes = (Probe("quick"), Probe("shell", (f"sleep 300 & echo $! >'{pid_file}'; wait",), 300.0))
    # WHEN the time for this machine is over
    began = time.monotonic()
    answer = ask_local("here", probes, soon(2.0), command=child)
    # THEN the parent is back, with what it had, and the sleeper is gone soon after
    assert time.monotonic() - began < 3.5
    assert not answer.answers[0].trouble
    assert "time for this machine was over" in str(answer.answers[1].trouble)
    assert gone(int(pid_file.read_text()))


@pytest.mark.parametrize(("name", "limit", "words"), [("brief", 20.0, "took too long"), ("shell", 0.5, "given up")])
def test_a_shell_that_is_late_is_ended_with_all_it_started(
    child: tuple[str, ...], tmp_path: Path, name: str, limit: float, words: str
) -> None:
    # GIVEN a shell with a child of its own, late by its section's limit or by the question's
    pid_file = tmp_path / "pid"
    probe = Probe(name, (f"sleep 300 & echo $! >'{pid_file}'; wait",), limit)
    # WHEN it is asked
    answer = ask_local("here", (probe,), soon(), command=child)
    # THEN it is told of, and the sleeper is gone
    assert words in str(answer.answers[0].trouble)
    assert gone(int(pid_file.read_text()))


def test_a_stopped_run_leaves_at_once(child: tuple[str, ...]) -> None:
    began = time.monotonic()
    answer = ask_local("here", (Probe("hang", limit_s=60.0),), soon(60), lambda: True, command=child)
    assert time.monotonic() - began < 2
    assert "stopped" in str(answer.answers[0].trouble)


@pytest.mark.parametrize(
    "code",
    [
        "pass",
        "print('garbage'); print('{}'); print('[1]'); print('{\"number\": 99}')",
        "import sys; sys.stdout.buffer.write(bytes(range(256)) * 100)",
        "import os; os.abort()",
        "import sys\nwhile True: sys.stdout.buffer.write(b'x' * 1000000)",
        "import sys\nwhile True: sys.stdout.buffer.write(b'{}\\n' * 100000)",
    ],
)
def test_a_process_that_falls_or_talks_nonsense_is_no_answer(code: str) -> None:
    answer = ask_local("here", (Probe("system"),), soon(), command=(sys.executable, "-c", code))
    assert "ended before it had answered" in str(answer.answers[0].trouble)


def test_a_machine_without_the_program_says_so() -> None:
    answer = ask_local("here", (Probe("system"),), soon(), command=("/no/such/python",))
    assert "cannot be asked" in str(answer.trouble)
    assert answer.answers[0].trouble == answer.trouble


@pytest.mark.parametrize(
    "name", ["", "trouble", "section", "finding", "../disk", "os", "a.b.c", "system.nothing", "_x"]
)
def test_only_functions_for_probes_are_found(name: str) -> None:
    assert function_of(name) is None


def test_names_of_probes_are_names_of_modules_and_functions() -> None:
    for name in ("system", "services", "processes", "ports", "time-sync"):
        assert callable(function_of(name))


def gone(pid: int) -> bool:
    """Whether a process has ended, or ends within a few seconds."""
    try:
        psutil.Process(pid).wait(timeout=5)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True
