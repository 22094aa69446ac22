"""The shell sections about the machine, run for real by an account without rights, in several shells."""

import os
import pwd
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from console.checks.kinds.ports import listening
from console.checks.kinds.processes import counted
from console.checks.parsers.services import State, services_of
from console.checks.parsers.system import system_of
from console.checks.raw import Probe, Raw
from console.checks.transports.local import ask_local
from console.checks.transports.posix_frame import Said, build_script, parse_answer
from console.model.checks import Status
from console.resources import resource
from tests.support import need_program
from tests.unit.checks.machine import host, judged, statuses

if sys.platform == "win32":
    pytest.skip("sections are for Linux", allow_module_level=True)

NAMES = ("system", "services", "processes", "ports", "time-sync")
TIME = Probe("time-sync", limit_s=8.0)
SHELLS = ("dash", "busybox ash", "bash --posix", "mksh")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that another account can reach."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        yield place


def run(name: str, *args: str, shell: str = "dash", path: str = "/usr/bin:/bin", root: Path | None = None) -> Raw:
    """A section as an account without rights runs it; `root` instead of / for the managers it looks for."""
    program, *options = shell.split()
    body = resource(f"probes/{name}.sh").read_text("utf-8")
    if root is not None:
        body = re.sub(r"/(etc/init\.d|run/systemd)", rf"{root}/\1", body).replace("PATH=$PATH:/usr/sbin:/sbin", "")
    nobody = pwd.getpwnam("nobody")
    root_runs = os.getuid() == 0
    ended = subprocess.run(
        [need_program(program), *options, "-c", body, "probe", *args],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=30, cwd="/", env={"LC_ALL": "C", "PATH": path},
        user=nobody.pw_uid if root_runs else None, group=nobody.pw_gid if root_runs else None,
        extra_groups=[] if root_runs else None,
    )  # fmt: skip
    assert ended.returncode == 0
    assert ended.stderr == b""
    return Raw(Probe(name, args), "posix", ended.stdout, 0, system="linux")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_machine_tells_of_itself_in_each_shell(shell: str) -> None:
    facts = system_of(run("system", shell=shell))
    assert facts.kernel == " ".join((os.uname().sysname, os.uname().release, os.uname().machine))
    assert facts.cpus == os.cpu_count()
    assert facts.now == pytest.approx(time.time(), abs=5)
    assert facts.memory is not None
    assert not facts.root or os.getuid() != 0
    verdicts = judged("machine.account", host(), run("system", shell=shell))
    assert verdicts["account"].status is Status.OK


@pytest.mark.parametrize("shell", SHELLS)
def test_processes_and_ports_are_those_of_this_machine_in_each_shell(shell: str) -> None:
    # GIVEN a port that this process listens on, and one that nobody does
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port, closed = server.getsockname()[1], other.getsockname()[1]
        ports = listening(run("ports", shell=shell))
    # THEN the first is seen and the second is not
    assert ports[port] == ("127.0.0.1",)
    assert closed not in ports
    alive, _dead, hidden, windows = counted(run("processes", shell=shell))
    name = Path("/proc/self/comm").read_text().strip()
    assert alive[name] >= 1
    assert not hidden
    assert not windows


def test_a_port_turns_red_and_green_again() -> None:
    me = host(via="local")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        me = host(id="here", via="local", ports=(port,))
        assert statuses(judged("machine.ports", me, asked_here("ports"))) == {str(port): Status.OK}
    assert statuses(judged("machine.ports", me, asked_here("ports"))) == {str(port): Status.CRIT}
    with socket.create_server(("127.0.0.1", port)):
        assert statuses(judged("machine.ports", me, asked_here("ports"))) == {str(port): Status.OK}


def test_a_process_turns_red_when_it_ends(place: Path) -> None:
    program = place / "pacs-sender-with-a-long-name"
    program.write_bytes(Path(need_program("sleep")).resolve().read_bytes())
    program.chmod(0o755)
    me = host(id="here", via="local", processes=(program.name,))
    process = subprocess.Popen([program, "60"])
    try:
        assert statuses(judged("machine.processes", me, asked_here("processes"))) == {program.name: Status.OK}
    finally:
        process.kill()
        process.wait()
    assert statuses(judged("machine.processes", me, asked_here("processes"))) == {program.name: Status.CRIT}


def asked_here(name: str) -> Raw:
    """The answer of this machine."""
    return ask_local("here", (Probe(name),), time.monotonic() + 20).answers[0]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_systemd_unit_goes_through_its_states(place: Path, shell: str) -> None:
    # GIVEN a manager that answers as systemd does, and one that cannot reach its bus
    (place / "run/systemd/system").mkdir(parents=True)
    state = place / "state"
    program = place / "systemctl"
    program.write_text(f"#!/bin/sh\nfor last; do :; done\nprintf 'Id=%s.service\\n' \"$last\"\ncat '{state}'\n")
    program.chmod(0o755)
    name = "it's $(id) pacs"
    path = f"{place}:/usr/bin:/bin"
    for said, expected in (
        ("LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\n", State.RUNS),
        ("LoadState=loaded\nActiveState=failed\nSubState=failed\nResult=signal\n", State.FAILED),
        ("LoadState=not-found\nActiveState=inactive\nSubState=dead\n", State.ABSENT),
        ("Failed to connect to bus: No such file or directory\n", State.UNKNOWN),
    ):
        state.write_text(said)
        facts = services_of(run("services", name, "-x", "a/b", shell=shell, path=path, root=place))
        assert facts.manager == "systemd"
        assert facts.services[name].state is expected
        assert facts.services["-x"].state is State.UNKNOWN
        assert facts.services["a/b"].state is State.UNKNOWN


@pytest.mark.parametrize("shell", SHELLS)
def test_sysv_scripts_answer_by_their_exit_status(place: Path, shell: str) -> None:
    scripts = place / "etc/init.d"
    scripts.mkdir(parents=True)
    for name, code in (("runs", 0), ("dead", 1), ("stopped", 3), ("odd", 4)):
        (scripts / name).write_text(f'#!/bin/sh\necho 很多话\n[ "$1" = status ] && exit {code}\nexit 99\n')
        (scripts / name).chmod(0o755)
    facts = services_of(run("services", "runs", "dead", "stopped", "odd", "none", shell=shell, root=place))
    assert facts.manager == "sysv"
    assert [service.state for service in facts.services.values()] == [
        State.RUNS,
        State.FAILED,
        State.STOPPED,
        State.UNKNOWN,
        State.ABSENT,
    ]


def test_the_applets_of_busybox_alone_are_enough(place: Path) -> None:
    # GIVEN a system that has nothing but busybox
    busybox = need_program("busybox")
    for applet in subprocess.check_output([busybox, "--list"], text=True).split():
        (place / applet).symlink_to(busybox)
    # THEN it tells all the same
    raws = {name: run(name, shell="busybox ash", path=str(place), root=place / "none") for name in NAMES}
    assert system_of(raws["system"]).cpus == os.cpu_count()
    assert listening(raws["ports"]) is not None
    assert counted(raws["processes"])[0]
    assert judged("machine.clock", host(), raws["system"], raws["time-sync"])["sync"].status is Status.UNKNOWN


@pytest.mark.parametrize("name", NAMES)
def test_sections_only_read(name: str) -> None:
    body = resource(f"probes/{name}.sh").read_text("utf-8")
    assert not re.search(r"\b(rm|mv|cp|tee|touch|mkdir|chmod|chown|kill|dd|sed -i|start|stop|restart)\b", strip(body))
    assert set(re.findall(r">\s*([^\s;)&]+)", strip(body))) <= {"/dev/null"}


def strip(body: str) -> str:
    """Without comments."""
    return re.sub(r"(?m)^\s*#.*$", "", body)


def test_the_sections_answer_in_the_frame_that_ssh_and_the_stick_use() -> None:
    # GIVEN the questions of all checks of a machine, put into one script
    probes = (Probe("system"), Probe("services", ("cron", "it's")), Probe("processes"), Probe("ports"), TIME)
    nonce = "0123456789abcdef"
    script = build_script(probes, nonce, 60.0)
    # WHEN a shell runs it
    ended = subprocess.run([need_program("dash")], input=script, capture_output=True, timeout=60)
    raws = parse_answer(ended.stdout, probes, nonce, Said(datetime.now().astimezone(), "test"))
    # THEN each question is answered whole
    assert [str(raw.trouble) for raw in raws] == [""] * len(probes)
    assert {raw.exit_status for raw in raws} == {0}
    me = host(services=("cron", "it's"), ports=(1,), processes=("none-such",))
    # THEN the clock is this machine's own, to the second
    offset = judged("machine.clock", me, raws[0], raws[4], now=datetime.now().astimezone())["offset"]
    assert offset.status is Status.OK
    assert abs(offset.metrics[0].value) <= 1.5
    assert set(judged("machine.services", me, raws[1])) == {"cron", "it's"}
    assert statuses(judged("machine.processes", me, raws[2])) == {"none-such": Status.CRIT}
    assert statuses(judged("machine.ports", me, raws[3])) == {"1": Status.CRIT}
