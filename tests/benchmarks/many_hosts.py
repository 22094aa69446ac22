"""A hundred servers at once, on the screen: real sshd on loopback addresses, twenty checks each, five silent for ever.

The whole way is measured: the console opens the checklists and runs them, its run process asks, judges and keeps what
it finds, and the list is drawn while the answers come.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
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
KINDS = ("uptime", "load", "memory", "partitions", "inodes")
"""Kinds that every Linux host answers; several checks of one kind share one question, as in the shipped catalogue."""
_PER_SERVER = 5
_BEAT_S = 0.002
_ROOT = Path(__file__).parents[2]


def many_hosts(_folder: Path) -> list[Figure]:
    """Time of the whole run, memory of all its processes, and the longest that the screen could not answer a key."""
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
        process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE)
        peak = 0
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(0.05)
        assert process.stdout is not None
        said = json.loads(process.stdout.read())
    rows = f"{said['answered']} rows with a verdict, {said['unknown']} unknown"
    whole = said["answered"] == HOSTS * QUESTIONS and said["unknown"] == SILENT * QUESTIONS
    # The hundred servers compute on the same machine, so what the clock says tells most of them.
    lag = (
        f"99 of 100 under {said['busy_p99_ms']:.0f} ms, {said['rows']} rows; by the clock {said['lag_ms']:.0f} ms, "
        f"with {HOSTS} servers on the same {os.cpu_count()} processors"
    )
    return [
        Figure("100 SSH hosts, 20 checks, 5 silent: whole run", said["seconds"], "s", DEADLINE_S + 10, note=rows),
        Figure("100 SSH hosts: memory of console and run", peak / 2**20, "MB", 300.0),
        Figure("100 SSH hosts: every host has its rows", float(whole), "of 1", 1.0, at_least=True, note=rows),
        Figure("100 SSH hosts: event loop busy at most", said["busy_ms"], "ms", 50.0, note=lag),
    ]


def _memory(pid: int) -> int:
    """Of a process and all that it started, what is theirs alone."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        return sum(int(one.memory_full_info().uss) for one in family if one.is_running())
    except psutil.NoSuchProcess:
        return 0


def prepare(plan: Path, home: Path) -> None:
    """A home folder with the site, its trusted keys and the twenty checks."""
    from console.model.site import Host, SshLogin
    from console.paths import ensure_home
    from tests.network.asking import trusting

    ensure_home(home)
    known = json.loads(plan.read_text())
    text = ['[site]\nname = "Hundred"\n']
    for number, (address, port, kind, key) in enumerate(known["hosts"]):
        text.append(
            f'[[host]]\nid = "host-{number:03d}"\naddress = "{address}"\nvia = "ssh"\n'
            f'ssh = {{ port = {port}, user = "{known["user"]}", key = "{known["key"]}" }}\n'
        )
        login = SshLogin(known["user"], port, key=known["key"])
        trusting(home, Host(f"host-{number:03d}", address, via="ssh", ssh=login), (kind, key))
    (home / "site.toml").write_text("".join(text), "utf-8")
    (home / "checks").mkdir()
    entries = "".join(
        f'[[check]]\nid = "bench.{number:02d}"\nkind = "{KINDS[number % len(KINDS)]}"\ntitle = "{number}"\n'
        f'contract = ["D1"]\nwarn = 1000000\ncrit = 2000000\ntimeout = "{DEADLINE_S:.0f}s"\n'
        for number in range(QUESTIONS)
    )
    (home / "checks" / "bench.toml").write_text(entries, "utf-8")


async def run_all(home: Path) -> dict[str, float]:
    """Open the console without a terminal, run the twenty checks of every host, and watch the event loop meanwhile."""
    from console.model.check_run import Selection
    from console.model.checks import Status
    from console.screens.checklists.screen import ChecklistsScreen
    from console.services import build_services
    from tests.ui.conftest import Desk, HandClock

    services = replace(build_services(home), monotonic=time.monotonic)
    services.preferences.change(operator="Li", autoplay=False, language="en")
    app = Desk(services, HandClock()).app()
    lags: list[float] = []
    busy: list[float] = []

    async def watch() -> None:
        while True:
            before, used = time.perf_counter(), time.thread_time()
            await asyncio.sleep(_BEAT_S)
            lags.append((time.perf_counter() - before - _BEAT_S) * 1000)
            busy.append((time.thread_time() - used) * 1000)

    async with app.run_test(size=(120, 36)) as pilot:
        while not services.checkroom.ready:
            await pilot.pause(0.05)
        await pilot.press("f3")
        await pilot.pause(1.0)
        screen = app.screen
        assert isinstance(screen, ChecklistsScreen)
        watching = asyncio.create_task(watch())
        began = time.perf_counter()
        screen.start_run(Selection(checks=("bench",)))
        while not services.checkroom.running:
            await pilot.pause(0.01)
        while services.checkroom.running or screen.board.running:
            await pilot.pause(0.05)
        seconds = time.perf_counter() - began
        watching.cancel()
        findings = [row.finding for row in screen.board.rows if row.check.startswith("bench") and row.finding]
    by_place = {(found.check, found.target): found.status for found in findings}
    unknown = sum(status is Status.UNKNOWN for status in by_place.values())
    services.close()
    return {
        "seconds": seconds,
        "rows": len(findings),
        "answered": len(by_place) - unknown,
        "unknown": unknown,
        "busy_ms": max(busy),
        "busy_p99_ms": sorted(busy)[int(len(busy) * 0.99)],
        "lag_ms": max(lags),
    }


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), Path(sys.argv[2]))
    print(json.dumps(asyncio.run(run_all(Path(sys.argv[2])))))
