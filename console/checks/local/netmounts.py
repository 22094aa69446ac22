"""Probe "netmounts": whether network file systems answer. The text of data/probes/netmounts.sh; nothing on Windows."""

import os
import time
from collections.abc import Sequence

from console.checks.local.section import section_text


def answer(args: Sequence[str]) -> object:
    """See above."""
    if os.name == "posix":
        return section_text("netmounts", args, 30.0)
    return {"now": time.time(), "mounts": []}
