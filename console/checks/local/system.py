"""Probe "system": who asks, what machine this is, its clock, load and memory.

On Linux the text of data/probes/system.sh. On Windows, here and in collect.ps1, an object:

    {"now": <POSIX seconds>, "kernel": "Windows 10.0.17763", "host": "SRV1", "user": "SRV1\\inspector", "admin": false,
     "release": "Microsoft Windows Server 2019 Standard", "uptime": <s>, "cpus": 8, "cpu_percent": 12.0 or null,
     "memory": {"total": <bytes>, "available": <bytes>, "swap_total": <bytes>, "swap_free": <bytes>}}
"""

import os
import platform
import time
from collections.abc import Sequence

from console.checks.local.section import section_text


def answer(args: Sequence[str]) -> object:
    """See above."""
    if os.name == "posix":
        return section_text("system")
    import ctypes

    import psutil

    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    shell = getattr(ctypes, "windll").shell32  # noqa: B009 - the name exists on Windows alone
    return {
        "now": time.time(),
        "kernel": f"Windows {platform.version()}",
        "host": platform.node(),
        "user": psutil.Process().username(),
        "admin": bool(shell.IsUserAnAdmin()),
        "release": f"Windows {platform.release()}",
        "uptime": time.time() - psutil.boot_time(),
        "cpus": psutil.cpu_count() or 0,
        "cpu_percent": psutil.cpu_percent(interval=1.0),
        "memory": {
            "total": memory.total,
            "available": memory.available,
            "swap_total": swap.total,
            "swap_free": swap.free,
        },
    }
