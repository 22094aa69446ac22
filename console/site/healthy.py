"""What runs on this machine at this moment, for the operator to confirm as what is expected (see `learning`)."""

import os
import subprocess

from console.i18n import N_
from console.model.sentence import Sentence
from console.site.learning import Facts, Listening, Mounted

_PATIENCE_S = 10.0


def facts_of_this_machine() -> Facts:
    """Running services, listening ports, mounted partitions. Never raises; what could not be asked is a trouble."""
    import psutil

    troubles: list[Sentence] = []
    services = _windows_services() if os.name == "nt" else _systemd_services(troubles)
    ports: list[Listening] = []
    try:
        for found in psutil.net_connections("tcp"):
            if found.status == psutil.CONN_LISTEN and found.laddr:
                ports.append(Listening(found.laddr.port, found.laddr.ip, _program(found.pid)))
    except (psutil.Error, OSError) as error:
        troubles.append(Sentence(N_("Listening ports are not shown to this account ({why})."), {"why": str(error)}))
    try:
        mounts = [Mounted(part.mountpoint, part.fstype) for part in psutil.disk_partitions(all=False)]
    except (psutil.Error, OSError) as error:
        mounts = []
        troubles.append(Sentence(N_("Partitions are not shown to this account ({why})."), {"why": str(error)}))
    return Facts(services, tuple(dict.fromkeys(ports)), tuple(mounts), tuple(troubles))


def _systemd_services(troubles: list[Sentence]) -> tuple[str, ...]:
    command = ["systemctl", "list-units", "--type=service", "--state=running", "--no-legend", "--plain", "--no-pager"]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE_S,
            env={**os.environ, "LC_ALL": "C"},
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        troubles.append(Sentence(N_("Services cannot be listed here: {why}."), {"why": str(error)}))
        return ()
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return tuple(line.split()[0] for line in lines if line.split())


def _windows_services() -> tuple[str, ...]:
    import psutil

    names = []
    for service in getattr(psutil, "win_service_iter")():  # noqa: B009  # there on Windows alone
        try:
            if service.status() == "running":
                names.append(str(service.name()))
        except (psutil.Error, OSError):
            continue  # one that may not be asked must not hide the others
    return tuple(names)


def _program(pid: int | None) -> str:
    import psutil

    if pid is None:
        return ""
    try:
        return str(psutil.Process(pid).name())
    except psutil.Error:
        return ""
