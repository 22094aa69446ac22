"""A hundred servers at once: real sshd on loopback addresses, twenty questions each, five of them silent for ever."""

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from tests.benchmarks.figures import Figure
from tests.network.bad_hosts import BadServer
from tests.network.sshd import Accounts, Sshd

HOSTS = 95
SILENT = 5
QUESTIONS = 20
DEADLINE_S = 30.0
_PER_SERVER = 5
_ROOT = Path(__file__).parents[2]


def many_hosts(_folder: Path) -> list[Figure]:
    """All of them through the program's own crew in a process of its own: time of the whole, and its memory."""
    with TemporaryDirectory(prefix="cathlab-sshd-") as name, ExitStack() as stack:
        folder = Path(name)
        accounts = Accounts(folder)
        hosts = []
        for number in range(HOSTS // _PER_SERVER):
            addresses = [f"127.1.{number}.{last + 1}" for last in range(_PER_SERVER)]
            server = stack.enter_context(Sshd(accounts, f"server{number}", addresses))
            hosts += [[address, server.port, *server.host_key()] for address in addresses]
        silent = [stack.enter_context(BadServer(f"127.2.0.{number + 1}")) for number in range(SILENT)]
        hosts += [[bad.address, bad.port, *server.host_key()] for bad in silent]
        # The silent ones in the middle, where they hold up what comes after them.
        hosts = [*hosts[: HOSTS // 2], *hosts[HOSTS:], *hosts[HOSTS // 2 : HOSTS]]
        plan = folder / "plan.json"
        plan.write_text(json.dumps({"user": accounts.user, "key": str(accounts.key), "hosts": hosts}))
        command = [sys.executable, "-m", "tests.benchmarks.many_hosts", str(plan), str(folder / "home")]
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE)
        peak = 0
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(0.05)
        seconds = time.perf_counter() - began
        assert process.stdout is not None
        said = json.loads(process.stdout.read())
    note = f"{said['answered']} of {HOSTS} hosts answered all {QUESTIONS}, {said['silent']} silent ones given up"
    whole = said["answered"] == HOSTS and said["silent"] == SILENT
    return [
        Figure("100 SSH hosts, 20 questions, 5 silent: whole run", seconds, "s", DEADLINE_S + 10, note=note),
        Figure("100 SSH hosts: memory at most", peak / 2**20, "MB", 300.0),
        Figure("100 SSH hosts: every host has its row", float(whole), "of 1", 1.0, at_least=True, note=note),
    ]


def _memory(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def ask_all(plan: Path, home: Path) -> dict[str, int]:
    """Ask every host of the plan as a run does; how many answered and how many were silent."""
    from console.checks.crew import Crew
    from console.checks.raw import Probe
    from console.checks.transports.answer import HostAnswer
    from console.checks.transports.hostkeys import HostKeys
    from console.checks.transports.ssh import ask_host
    from console.model.site import Host, SshLogin
    from tests.network.asking import NOBODY, trusting

    known = json.loads(plan.read_text())
    probes = [Probe("table", (str(number),), 2.0) for number in range(QUESTIONS)]
    crew = Crew()
    for number, (address, port, kind, key) in enumerate(known["hosts"]):
        login = SshLogin(known["user"], port, key=known["key"])
        host = Host(f"host-{number}", address, via="ssh", ssh=login)
        keys = trusting(home, host, (kind, key))

        def work(deadline: float, host: Host = host, keys: HostKeys = keys) -> HostAnswer:
            return ask_host(host, probes, NOBODY, keys, deadline, bodies=_table)

        crew.put(host.id, DEADLINE_S, work)
    answered = silent = 0
    while crew.pending:
        done = crew.next(0.1, lambda _key: None)
        if done is not None:
            answer = done[1]
            answered += answer is not None and all(len(raw.output) > 4000 and not raw.trouble for raw in answer.answers)
            silent += answer is None or "never says a word" in str(answer.trouble)
    return {"answered": answered, "silent": silent}


def _table(_name: str) -> str:
    """A question whose answer is of the usual size: a table of 5 kB."""
    return 'printf "%04000d\\n" "$1"; cat /proc/meminfo'


if __name__ == "__main__":
    print(json.dumps(ask_all(Path(sys.argv[1]), Path(sys.argv[2]))))
