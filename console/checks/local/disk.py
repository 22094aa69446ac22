"""Probe "disk": every file system with its space.

On Linux the text of data/probes/disk.sh. On Windows, here and in collect.ps1, an object:

    {"now": <POSIX seconds>, "volumes": [{"mount": "C:\\\\", "drive_type": 3, "filesystem": "NTFS", "size": bytes,
     "free": bytes}, ...]}
"""

import os
import time
from collections.abc import Sequence
from typing import Any

from console.checks.local.section import section_text


def answer(args: Sequence[str]) -> object:
    """See above."""
    if os.name == "posix":
        return section_text("disk", args, 20.0)
    import psutil

    volumes: list[dict[str, Any]] = []
    for part in psutil.disk_partitions(all=False):
        if "cdrom" in part.opts or "remote" in part.opts:
            continue
        try:
            usage = psutil.disk_usage(part.mountpoint)
        except OSError:
            continue  # a card reader without a card
        volumes.append(
            {
                "mount": part.mountpoint, "drive_type": 2 if "removable" in part.opts else 3,
                "filesystem": part.fstype, "size": usage.total, "free": usage.free,
            }
        )  # fmt: skip
    return {"now": time.time(), "volumes": volumes}
