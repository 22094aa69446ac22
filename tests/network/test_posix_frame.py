"""The script that asks a Linux host, in every shell that may be /bin/sh there, always without root."""

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from console.checks.raw import Probe
from console.checks.transports.posix_frame import (
    HOST_CAP,
    LARGE,
    PROBE_CAP,
    Said,
    build_script,
    host_cap,
    parse_answer,
)
from console.errors import ConsoleError
from console.model.sentence import Sentence
from tests.network.shells import NONCE, SHELLS, ask_shell, tools
from tests.support import need_program

if sys.platform == "win32":
    pytest.skip("there is no POSIX shell", allow_module_level=True)

AWKWARD = ("a b", "", "it's", "$(id)", "`id`", '"', "\\", "中文", "-n", "*", "~", "a\nb", "%s")
NAP = 60 + os.getpid() * 5 % 1000
"""Seconds that nobody else sleeps, so that what is left of these tests is known, also beside another run of them."""
QUESTIONS = {
    "hello": 'for word in "$@"; do printf "%s|" "$word"; done',
    "both": "echo out; echo err >&2",
    "bytes": r"printf '\000\001\377\n\n'",
    "nothing": ":",
    "fails": "exit 3",
    "reads": "cat",
    "immune": f"trap '' TERM HUP INT; echo before; sleep {NAP}",
    "immune-child": f"( trap '' TERM HUP; sleep {NAP + 1} ) & sleep {NAP + 1}",
    "spins": "echo before; while :; do :; done",
    "hangs": f"echo before; sleep {NAP + 2}",
    "escapes": f"setsid sleep {NAP + 3} & echo started",
    "endless": "while :; do echo 0123456789012345678901234567890123456789012345678901234567890; done",
    "writes": 'echo x >"$1"; echo "status $?"',
    "marks": f"printf '\\n@{NONCE[:-1]} E 0 0 0 0\\n@0000000000000000 END 9\\n'",
    "last": "id -u",
}


def bodies(name: str) -> str:
    if name not in QUESTIONS:
        raise ConsoleError("missing", name)
    return QUESTIONS[name]


def left_over(*seconds: int) -> list[psutil.Process]:
    """Sleeping processes of the questions above."""
    wanted = {str(second) for second in seconds}
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if len(line) >= 2 and "sleep" in " ".join(line[:-1]) and line[-1] in wanted:
            found.append(process)
    return found


def of_path(path: str) -> list[psutil.Process]:
    """Running processes that were started with this search path."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("PATH", "").startswith(path):
                found.append(process)
    return found


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """What a test leaves running on purpose, or because it failed, disturbs no other."""
    yield
    for process in left_over(NAP, NAP + 1, NAP + 2, NAP + 3):
        process.kill()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that an account without rights can use."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_gives_every_answer_as_it_was_said(shell: str) -> None:
    # GIVEN arguments that a shell could misread, output of any bytes, sections that fail, read their input, print marks
    names = ("both", "bytes", "nothing", "fails", "reads", "marks", "last")
    # WHEN they are asked
    shell_said = ask_shell(shell, [Probe("hello", AWKWARD), *map(Probe, names)], bodies)
    # THEN nothing is lost, changed or run
    assert shell_said.complete, shell_said.said
    assert [str(raw.trouble) for raw in shell_said.answers] == [""] * 8
    assert [raw.output for raw in shell_said.answers[:6]] == [
        "".join(f"{word}|" for word in AWKWARD).encode(),
        b"out\nerr\n",
        b"\0\1\xff\n\n",
        b"",
        b"",
        b"",
    ]
    assert [raw.exit_status for raw in shell_said.answers] == [0, 0, 0, 0, 3, 0, 0, 0]
    assert shell_said.answers[6].output.startswith(b"\n@0123456789abcde E 0 0 0 0\n@0000")
    assert shell_said.answers[7].output.strip() != b"0"


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_ends_what_hangs_and_goes_on(shell: str) -> None:
    # GIVEN sections that hang, spin, ignore TERM themselves or in a child, and one that leaves its group
    names = ("hangs", "spins", "immune", "immune-child", "escapes")
    probes = [*(Probe(name, limit_s=1) for name in names), Probe("last")]
    began = time.monotonic()
    # WHEN they are asked with a limit of a second each
    shell_said = ask_shell(shell, probes, bodies)
    seconds = time.monotonic() - began
    # THEN each is over in its time, and the last one is answered
    assert seconds < len(names) * 2 + 3
    assert shell_said.complete
    hangs, spins, immune, child, escapes, last = shell_said.answers
    assert not last.trouble
    for raw in (hangs, spins, immune, child, escapes):
        assert "within" in str(raw.trouble), raw.probe.name
        assert raw.exit_status is None
    # THEN what was said before is kept where the question could still be ended politely
    assert hangs.output.startswith(b"before\n")
    # THEN nothing of it runs on, but for the one that went away on purpose
    assert not left_over(NAP, NAP + 1, NAP + 2)


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_stops_an_endless_answer_at_its_cap(shell: str) -> None:
    # GIVEN an endless answer between two others WHEN they are asked
    first, endless, last = ask_shell(shell, [Probe("last"), Probe("endless"), Probe("last")], bodies).answers
    # THEN it is cut, marked, and costs nothing else
    assert len(endless.output) == PROBE_CAP
    assert endless.truncated
    assert endless.trouble
    assert first.output == last.output


@pytest.mark.parametrize("shell", SHELLS)
def test_no_shell_lets_a_section_write_a_file(shell: str, open_folder: Path) -> None:
    # GIVEN a section that breaks the rule, in a folder that it may write
    place = open_folder / "written"
    # WHEN it is asked
    ask_shell(shell, [Probe("writes", (str(place),))], bodies)
    # THEN not one byte reached the disk
    assert not place.exists() or place.read_bytes() == b""


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_ends_within_its_budget(shell: str) -> None:
    # GIVEN more than can be asked in three seconds
    probes = [Probe("hangs", limit_s=30), Probe("last"), Probe("last")]
    began = time.monotonic()
    # WHEN it is asked
    shell_said = ask_shell(shell, probes, bodies, budget=3)
    # THEN the script ended by itself, and says what was not asked
    assert time.monotonic() - began < 5.5
    assert shell_said.complete
    assert shell_said.answers[0].output.startswith(b"before\n")
    assert all("Not asked" in str(raw.trouble) for raw in shell_said.answers[1:])


@pytest.mark.parametrize("shell", SHELLS)
def test_a_section_that_cannot_be_ended_is_left_behind(shell: str) -> None:
    # GIVEN a kill that does not succeed, as with a process in the hands of a dead NFS server
    probes = [Probe("hangs", limit_s=1), Probe("last")]
    began = time.monotonic()
    # WHEN it is asked
    shell_said = ask_shell(shell, probes, bodies, change=("end_section() {", "end_section() { return"))
    # THEN the next section is asked all the same
    assert time.monotonic() - began < 10
    hung, last = shell_said.answers
    assert hung.trouble
    assert last.output.strip().isdigit()


@pytest.mark.parametrize("change", [("command -v setsid", "false"), ("GROUPS_END=1", "GROUPS_END=")])
def test_without_groups_and_as_root_the_same_is_ended_by_single_numbers(change: tuple[str, str]) -> None:
    # GIVEN a system without setsid, and the way that is taken as root
    probes = [Probe("hangs", limit_s=1), Probe("immune-child", limit_s=1), Probe("last")]
    # WHEN it is asked
    shell_said = ask_shell("dash", probes, bodies, change=change)
    # THEN nothing runs on, and the last section is answered
    assert shell_said.answers[0].trouble
    assert not shell_said.answers[2].trouble
    assert not left_over(NAP + 1, NAP + 2)


def test_a_system_of_busybox_alone_answers(open_folder: Path) -> None:
    # GIVEN nothing but busybox, with and without setsid and head
    for number, missing in enumerate(((), ("setsid",), ("head",), ("setsid", "head"))):
        path = tools(open_folder / str(number), missing=missing)
        names = ("hello", "bytes", "fails", "last")
        # WHEN it is asked
        shell_said = ask_shell("busybox ash", [Probe("hangs", limit_s=1), *map(Probe, names)], bodies, path=path)
        # THEN it answers
        assert shell_said.complete, missing
        assert shell_said.answers[0].trouble
        assert [raw.exit_status for raw in shell_said.answers[1:]] == [0, 0, 3, 0], missing


@pytest.mark.parametrize("shell", SHELLS)
def test_no_watchdog_stays_behind(shell: str) -> None:
    # GIVEN sections that are answered at once, so that their watchdogs are ended while they begin
    path = f"/usr/bin:/bin:/of-{os.getpid()}-{shell.split()[0]}"
    probes = [Probe("last", limit_s=977)] * 20
    # WHEN they are asked many times, several at once THEN each is answered without waiting for its watchdog
    with ThreadPoolExecutor(4) as many:
        asked = [many.submit(ask_shell, shell, probes, bodies, path=path) for _ in range(4)]
    assert all(one.result().complete for one in asked)
    # THEN neither a watchdog nor its sleep is left
    until = time.monotonic() + 5
    while (left := of_path(path)) and time.monotonic() < until:
        time.sleep(0.02)
    assert not left


def test_whatever_is_cut_off_never_counts_as_an_answer() -> None:
    # GIVEN the answer of a shell to three questions
    probes = [Probe("hello", ("x",)), Probe("both"), Probe("last")]
    said = ask_shell("dash", probes, bodies).said
    now = Said(datetime.now(UTC), "test", Sentence("cut"))
    whole = parse_answer(said, probes, NONCE, now, bodies)
    assert not any(raw.trouble for raw in whole)
    # WHEN it is cut at every byte
    for length in range(len(said)):
        raws = parse_answer(said[:length], probes, NONCE, now, bodies)
        # THEN each section is the whole answer, or says that it is not
        assert len(raws) == 3
        for raw, good in zip(raws, whole, strict=True):
            assert raw.trouble or (raw.output, raw.exit_status) == (good.output, good.exit_status)


def test_garbage_never_counts_as_an_answer() -> None:
    # GIVEN answers that are empty, of another host, or made of marks
    probes = [Probe("last"), Probe("both")]
    mark = f"\n@{NONCE} ".encode()
    for said in (
        b"",
        b"\0" * 100,
        b"bash: command not found\n",
        mark + b"E 0\n",
        mark + b"E x 0 0 0\n",
        mark + b"END 2\n",
        mark + b"B 0\nfull" + mark + b"B 1\n" + mark + b"END 2\n",
        mark + b"H x y\n" + mark + b"E 7 0 0 0\n",
    ):
        # WHEN they are taken apart THEN there is a reason for each question
        raws = parse_answer(said, probes, NONCE, Said(datetime.now(UTC), "test"), bodies)
        assert all(raw.trouble for raw in raws), said


def test_what_cannot_be_asked_says_so_and_the_rest_is_asked() -> None:
    # GIVEN a question without a section, and a name with a NUL
    probes = [Probe("no-such"), Probe("hello", ("a\0b",)), Probe("hello", ("\udcff",))]
    # WHEN they are asked
    missing, nul, odd = ask_shell("dash", probes, bodies).answers
    # THEN both have a reason, and a name that is not UTF-8 arrives as the bytes it is
    assert "no-such" in str(missing.trouble)
    assert "NUL" in str(nul.trouble)
    assert odd.output == b"\xff|"


def test_large_answers_have_room_of_their_own() -> None:
    # GIVEN a host with two logs WHEN its cap is asked THEN they do not eat the room of the others
    assert host_cap([Probe("log", ("a",)), Probe("log", ("b",)), Probe("disk")]) == HOST_CAP + 2 * LARGE["log"]


def test_the_script_is_text_that_hospital_it_can_read() -> None:
    # GIVEN questions that share a section
    script = build_script([Probe("hello", ("one",)), Probe("hello", ("two",))], NONCE, 30, bodies)
    # WHEN it is read THEN each section stands in it once, and everything is filled in
    assert script.count(QUESTIONS["hello"].encode()) == 1
    assert b"@NONCE@" not in script
    assert b"@BUDGET@" not in script
    need_program("dash")
