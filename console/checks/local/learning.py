"""Probe "learning": what runs here, listens here and is mounted here, without knowing what to expect.

On Linux the text of data/probes/learning.sh. On Windows, here and in collect.ps1, an object:

    {"services": ["Spooler", ...], "listen": [{"address": "0.0.0.0", "port": 104}, ...],
     "mounts": [{"path": "C:", "kind": "NTFS"}, ...]}
"""

import os
from collections.abc import Sequence

from console.checks.local.section import section_text
from console.checks.local.trouble import ProbeTrouble
from console.i18n import N_
from console.model.sentence import Sentence


def answer(args: Sequence[str]) -> object:
    """See above."""
    if os.name == "posix":
        return section_text("learning")
    import psutil

    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied as error:
        raise ProbeTrouble(Sentence(N_("This account may not list the ports of this machine."))) from error
    places = (tuple(each.laddr) for each in connections if each.status == psutil.CONN_LISTEN)
    disks = [disk for disk in psutil.disk_partitions() if "cdrom" not in disk.opts]
    return {
        "services": _windows_services(),
        "listen": [{"address": place[0], "port": place[1]} for place in places if place],
        "mounts": [{"path": disk.mountpoint.rstrip("\\"), "kind": disk.fstype} for disk in disks],
    }


def _windows_services() -> list[str]:
    import psutil

    names: list[str] = []
    for service in getattr(psutil, "win_service_iter")():  # noqa: B009  # there on Windows alone
        try:
            if service.status() == "running":
                names.append(str(service.name()))
        except (psutil.Error, OSError):
            continue  # one that may not be asked must not hide the others
    return names
