"""Probe "services": state of each service named in the arguments.

On Linux the text of data/probes/services.sh. On Windows, here and in collect.ps1, an object:

    {"now": <POSIX seconds>, "services": [{"name": "Spooler", "found": true, "state": "Running", "start": "Auto",
     "exit_code": 0 or null, "started": <POSIX seconds or null>}, ...]}

`name` is the one that was asked for, which is the service name, never the display name: that one is translated.
"""

import os
import time
from collections.abc import Sequence
from typing import Any

from console.checks.local.section import section_text


def answer(args: Sequence[str]) -> object:
    """See above."""
    if os.name == "posix":
        return section_text("services", args)
    return {"now": time.time(), "services": [_windows(name) for name in args]}


def _windows(name: str) -> dict[str, Any]:
    import psutil

    try:
        # The function exists on Windows alone.
        facts: dict[str, Any] = getattr(psutil, "win_service_get")(name).as_dict()  # noqa: B009
    except psutil.NoSuchProcess:
        return {"name": name, "found": False}
    started = None
    if facts["pid"]:
        try:
            started = psutil.Process(facts["pid"]).create_time()
        except psutil.Error:
            started = None  # another account's process keeps its start to itself
    return {
        "name": name,
        "found": True,
        "state": facts["status"],
        "start": facts["start_type"],
        "exit_code": None,
        "started": started,
    }
